"""What a dance school asks about people, what its owner sets, and how another program's list of students is read."""

from salesapp.plugin_api import Field, ImportMap, Option, SettingsForm, Text, When

BORN = Field("born", Text("Born", "出生日期", "出生日期", "Дата рождения"), "date")
PARENT = Field(
    "parent",
    Text("Parent", "家长", "家長", "Родитель"),
    "text",
    help=Text(
        "Children dance with a parent's yes.",
        "孩子上课须家长同意。",
        "孩子上課須家長同意。",
        "Дети — с согласия родителей.",
    ),
    visible_when=When("dance_school.born", "filled"),
)
LEVEL = Field(
    "level",
    Text("Level", "水平", "程度", "Уровень"),
    "choice",
    options=(
        Option("new", Text("Beginner", "零基础", "零基礎", "Начинающий")),
        Option("some", Text("Some steps", "有基础", "有基礎", "Есть опыт")),
        Option("good", Text("Advanced", "进阶", "進階", "Продолжающий")),
    ),
)
PARTNER = Field("partner", Text("Dances with", "舞伴", "舞伴", "Партнёр"), "customer")
STUDENT = (BORN, PARENT, LEVEL, PARTNER)

SETTINGS = SettingsForm(
    (
        Field(
            "begins",
            Text("Trial lessons begin at", "体验课开始时间", "體驗課開始時間", "Начало пробных уроков"),
            "text",
            default="19:30",
        ),
        Field(
            "days_ahead",
            Text("Days to book ahead", "可提前预约天数", "可提前預約天數", "Запись на сколько дней вперёд"),
            "integer",
            default=30,
        ),
        Field(
            "child_until",
            Text("A child until the age of", "多少岁以下算孩子", "幾歲以下算孩子", "Ребёнок до (лет)"),
            "integer",
            default=14,
        ),
        Field(
            "outbox",
            Text("Folder of the SMS modem", "短信猫发送目录", "簡訊機寄件資料夾", "Папка SMS-модема"),
            "text",
        ),
    )
)

STUDENT_LIST = ImportMap(
    key="student_list",
    label=Text("List of students", "学员名单", "學員名單", "Список учеников"),
    kind="customer",
    columns={"Student": "name", "Mobile": "phone", "Level": "dance_school.level"},
    values={"dance_school.level": {"A": "new", "B": "some", "C": "good"}},
)
