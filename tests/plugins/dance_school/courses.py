"""Dancing lessons for everybody: from the first question, over a trial lesson, to a place in a course."""

from salesapp.plugin_api import (
    AllOf,
    Evidence,
    Field,
    Gate,
    KeyStep,
    LostReason,
    Option,
    Process,
    ResultForm,
    Stage,
    Text,
    When,
)

COURSE = "dance_school.course"

DANCE = Field(
    "dance",
    Text("Dance", "舞种", "舞種", "Танец"),
    "choice",
    options=(
        Option("waltz", Text("Waltz", "华尔兹", "華爾滋", "Вальс")),
        Option("tango", Text("Tango", "探戈", "探戈", "Танго")),
        Option("salsa", Text("Salsa", "萨尔萨", "騷莎", "Сальса")),
        Option("street", Text("Street dance", "街舞", "街舞", "Уличные танцы")),
    ),
)
WISHED_DAY = Field("wished_day", Text("Wished day", "希望的日期", "希望的日期", "Желаемый день"), "date")
EVENING = Field(
    "evening",
    Text("Course", "班级", "班級", "Группа"),
    "choice",
    options=(
        Option("tuesday", Text("Tuesdays", "周二班", "週二班", "По вторникам")),
        Option("thursday", Text("Thursdays", "周四班", "週四班", "По четвергам")),
        Option("saturday", Text("Saturdays", "周六班", "週六班", "По субботам")),
    ),
)
KEEN = Field(
    "keen",
    Text("How keen", "报名意向", "報名意願", "Насколько хотят"),
    "choice",
    options=(
        Option("now", Text("Wants to begin", "想马上开始", "想馬上開始", "Хотят начать")),
        Option("thinks", Text("Thinks about it", "考虑中", "考慮中", "Думают")),
        Option("some_day", Text("Some day", "以后再说", "以後再說", "Когда-нибудь")),
    ),
)

IN_THE_BOOK = Evidence("booked", Text("trial lesson booked", "已预约体验课", "已預約體驗課", "назначен пробный урок"))
BOOKED = KeyStep(
    "trial_booked",
    Text("Book a trial lesson", "预约体验课", "預約體驗課", "Записать на пробный урок"),
    ("dance_school.booked",),
)
DANCED = KeyStep("danced", Text("Dance together", "上体验课", "上體驗課", "Провести пробный урок"), ("activity.demo",))

ASKED = Stage(
    key="asked",
    label=Text("Asked", "咨询", "詢問", "Запрос"),
    goal=Text("A day to come and try", "约好来体验的日子", "約好來體驗的日子", "Договориться о пробном уроке"),
    key_steps=(BOOKED,),
    probability=20,
    longest_stay_days=7,
    to_leave=(Gate("booked", AllOf((When("field.dance", "filled"), When("step.trial_booked", "is", True)))),),
)
TRIAL = Stage(
    key="trial",
    label=Text("Trial lesson", "体验课", "體驗課", "Пробный урок"),
    goal=Text("They enjoy an evening with us", "让对方跳得开心", "讓對方跳得開心", "Чтобы вечер понравился"),
    key_steps=(DANCED,),
    probability=50,
    longest_stay_days=21,
    to_leave=(Gate("danced", When("step.danced", "is", True)),),
)
PLACE = Stage(
    key="place",
    label=Text("Place held", "已留名额", "已保留名額", "Место за ними"),
    goal=Text("They sign up for the course", "报名正式课程", "報名正式課程", "Запись на курс"),
    key_steps=(),
    probability=80,
    longest_stay_days=10,
    to_leave=(
        Gate(
            "agreed",
            AllOf((When("field.evening", "filled"), When("amount", "filled"))),
            hint=Text(
                "Agree on the course and its fee first.",
                "请先商定班级和学费。",
                "請先商定班級與學費。",
                "Сначала договоритесь о группе и цене.",
            ),
        ),
    ),
)

COURSES = Process(
    key="course",
    label=Text("Courses", "舞蹈课程", "舞蹈課程", "Курсы танцев"),
    stages=(ASKED, TRIAL, PLACE),
    lost_reasons=(
        LostReason("time", Text("No evening fits", "时间对不上", "時間無法配合", "Не подошло время")),
        LostReason("price", Text("Too expensive", "价格太高", "價格太高", "Дорого")),
        LostReason("no_show", Text("Did not come", "没有来上课", "沒有來上課", "Не пришли")),
    ),
    fields=(DANCE, WISHED_DAY, EVENING, KEEN),
)

FELT = Field(
    "felt",
    Text("How was it?", "感觉如何", "感覺如何", "Как впечатления?"),
    "choice",
    options=(
        Option("glad", Text("They loved it", "很喜欢", "很喜歡", "В восторге")),
        Option("unsure", Text("Not sure yet", "还在犹豫", "還在猶豫", "Пока думают")),
    ),
)
AFTER_TRIAL = ResultForm("after_trial", TRIAL.label, "demo", fields=(FELT,), required=("felt",), process=COURSE)
