"""What each call and visit after a delivery asks, topic by topic, and which answers mean trouble."""

from collections.abc import Mapping
from typing import Final

from salesapp.plugin_api import Field, Option, ResultForm, Text

GOOD = Option("good", Text("Good", "满意", "滿意", "Хорошо"))
FAIR = Option("fair", Text("Fair", "一般", "普通", "Так себе"))
BAD = Option("bad", Text("Not good", "不满意", "不滿意", "Плохо"))

THANKED = Field(
    "thanked",
    Text("Thanked for the purchase", "感谢购车", "感謝購車", "Поблагодарили за покупку"),
    "choice",
    options=(
        Option("yes", Text("Yes", "已致谢", "已致謝", "Да")),
        Option("short", Text("They had no time", "客户没空听", "客戶沒空聽", "Не было времени")),
    ),
)
FEEL = Field(
    "feel",
    Text("How the car feels, anything unclear", "用车感受及疑问", "用車感受及疑問", "Как машина, всё ли понятно"),
    "choice",
    options=(
        GOOD,
        Option("question", Text("Has questions", "有疑问", "有疑問", "Есть вопросы")),
        Option("trouble", Text("Something is wrong", "车有问题", "車有問題", "Есть неполадки")),
    ),
)
SERVED = Field(
    "served",
    Text(
        "How dealership and salesperson served",
        "对本店和销售顾问服务的评价",
        "對本店和銷售顧問服務的評價",
        "Как обслужили салон и продавец",
    ),
    "choice",
    options=(GOOD, FAIR, BAD),
)
STAFF = Field(
    "staff",
    Text("How our people work", "对员工工作的看法", "對員工工作的看法", "Как работают наши сотрудники"),
    "choice",
    options=(GOOD, FAIR, BAD),
)
SUGGESTION = Field("suggestion", Text("Suggestions", "意见和建议", "意見和建議", "Пожелания"), "long_text")
COMPLAINT = Field(
    "complaint",
    Text("Complaints", "投诉", "客訴", "Жалобы"),
    "choice",
    options=(
        Option("none", Text("None", "没有", "沒有", "Нет")),
        Option("solved", Text("Solved on the spot", "当场解决", "當場解決", "Решили сразу")),
        Option("open", Text("Still open", "未解决", "未解決", "Не решено")),
    ),
)
COMPLAINED = Field("complained", Text("What about", "投诉内容", "客訴內容", "О чём"), "long_text")
PLATED = Field(
    "plated",
    Text("Plates", "上牌情况", "領牌情況", "Номера"),
    "choice",
    options=(
        Option("done", Text("Done", "已办好", "已辦好", "Готово")),
        Option("running", Text("On the way", "办理中", "辦理中", "Оформляются")),
        Option("help", Text("Need help", "需要协助", "需要協助", "Нужна помощь")),
    ),
)
REMINDED = Field(
    "reminded",
    Text("Maintenance", "保养提醒", "保養提醒", "Напомнили о ТО"),
    "choice",
    options=(
        Option("yes", Text("Reminded", "已提醒", "已提醒", "Напомнили")),
        Option("booked", Text("Appointment made", "已预约", "已預約", "Записали")),
        Option("done", Text("Was done already", "已做过", "已做過", "Уже пройдено")),
    ),
)
LIKES = Field(
    "likes",
    Text("What they like", "兴趣爱好", "興趣嗜好", "Увлечения"),
    "text",
    help=Text(
        "A ball game, fishing: something to talk about next time.",
        "球赛、钓鱼……下次好有话聊。",
        "球賽、釣魚……下次好有話聊。",
        "Футбол, рыбалка — о чём поговорить в следующий раз.",
    ),
)
INVITED = Field(
    "invited",
    Text("Newest activities of the house", "本店最新活动", "本店最新活動", "Новости салона"),
    "choice",
    options=(
        Option("comes", Text("Wants to come", "愿意参加", "願意參加", "Придёт")),
        Option("told", Text("Told", "已告知", "已告知", "Рассказали")),
    ),
)
APPOINTMENT = Field(
    "appointment",
    Text("Appointment at the workshop", "进厂预约", "進廠預約", "Запись в сервис"),
    "choice",
    options=(
        Option("made", Text("Made", "已预约", "已預約", "Записали")),
        Option("later", Text("Later", "稍后再约", "稍後再約", "Позже")),
        Option("elsewhere", Text("Goes elsewhere", "去别处保养", "去別處保養", "В другом месте")),
    ),
)
RENEWED = Field(
    "renewed",
    Text("Renewal", "续保意向", "續保意向", "Продление"),
    "choice",
    options=(
        Option("with_us", Text("With us", "在本店续保", "在本店續保", "У нас")),
        Option("thinks", Text("Thinks about it", "考虑中", "考慮中", "Думает")),
        Option("elsewhere", Text("Elsewhere", "在别处投保", "在別處投保", "В другом месте")),
    ),
)
INSPECTED = Field(
    "inspected",
    Text("Yearly inspection", "年检", "驗車", "Техосмотр"),
    "choice",
    options=(
        Option("with_us", Text("We take care of it", "由本店代办", "由本店代辦", "Пройдём за них")),
        Option("alone", Text("They go themselves", "客户自己办", "客戶自己辦", "Поедут сами")),
        Option("done", Text("Was done already", "已办好", "已辦好", "Уже пройден")),
    ),
)
NEXT_CAR = Field(
    "next_car",
    Text("The next car", "换车意向", "換車意向", "Следующий автомобиль"),
    "choice",
    options=(
        Option("now", Text("Now", "近期置换", "近期換購", "Сейчас")),
        Option("year", Text("Within a year", "一年内", "一年內", "За год")),
        Option("no", Text("Not now", "暂不考虑", "暫不考慮", "Пока нет")),
    ),
)
REPAIRED = Field(
    "repaired",
    Text("The repair", "维修质量", "維修品質", "Качество ремонта"),
    "choice",
    options=(GOOD, FAIR, BAD),
)
AWAY = Field(
    "away",
    Text("Why they stay away", "流失原因", "流失原因", "Почему не приезжает"),
    "choice",
    options=(
        Option("sold", Text("Car sold", "车已卖", "車已賣", "Машина продана")),
        Option("far", Text("Too far", "太远", "太遠", "Далеко")),
        Option("dear", Text("Too dear", "太贵", "太貴", "Дорого")),
        Option("unhappy", Text("Was not content", "对服务不满意", "對服務不滿意", "Были недовольны")),
        Option("comes", Text("Comes again", "愿意回店", "願意回店", "Приедет снова")),
    ),
)
CONTENT = Field(
    "content",
    Text("Content with the answer", "对答复满意", "對答覆滿意", "Довольны ответом"),
    "choice",
    options=(
        Option("yes", Text("Yes", "满意", "滿意", "Да")),
        Option("no", Text("No, it is not solved", "不满意，没解决", "不滿意，沒解決", "Нет, не решено")),
    ),
)

TOPICS: Final = (
    *(THANKED, FEEL, SERVED, STAFF, SUGGESTION, COMPLAINT, COMPLAINED, PLATED, REMINDED, LIKES, INVITED),
    *(APPOINTMENT, RENEWED, INSPECTED, NEXT_CAR, REPAIRED, AWAY, CONTENT),
)
"""In the order the survey form of a customer shows them."""

TROUBLE: Final[Mapping[str, frozenset[str]]] = {
    "feel": frozenset({"trouble"}),
    "served": frozenset({"bad"}),
    "staff": frozenset({"bad"}),
    "complaint": frozenset({"open"}),
    "plated": frozenset({"help"}),
    "repaired": frozenset({"bad"}),
    "away": frozenset({"unhappy"}),
}
"""Answers after which somebody has to do something."""


def _form(key: str, label: Text, kind: str, asked: tuple[Field, ...], *more: Field) -> ResultForm:
    """Each of `asked` must be answered; `more` are their own words."""
    return ResultForm(key, label, kind, (*asked, *more), tuple(each.key for each in asked), by_rule=True)


FIRST = _form(
    "first_call",
    Text("First call after delivery", "交车后首次回访", "交車後首次回訪", "Первый звонок после выдачи"),
    "call",
    (THANKED, FEEL, SERVED, STAFF, COMPLAINT, PLATED),
    COMPLAINED,
    SUGGESTION,
)
SECOND = _form(
    "second_call",
    Text("Second call after delivery", "交车后二次回访", "交車後二次回訪", "Второй звонок после выдачи"),
    "call",
    (FEEL, REMINDED, PLATED, COMPLAINT),
    COMPLAINED,
)
VISIT = _form(
    "visited", Text("Visit", "上门拜访", "登門拜訪", "Визит"), "visit", (FEEL, INVITED), COMPLAINED, SUGGESTION
)
CONTACT = _form(
    "contact",
    Text("Contact every two months", "两月一次联系", "兩月一次聯繫", "Контакт раз в два месяца"),
    "call",
    (FEEL, REMINDED, COMPLAINT),
    COMPLAINED,
    LIKES,
)
WORKSHOP = _form(
    "workshop",
    Text("Appointment at the workshop", "进厂预约", "進廠預約", "Запись в сервис"),
    "call",
    (APPOINTMENT,),
)
INSURANCE = _form("insurance", Text("Insurance", "续保", "續保", "Страховка"), "call", (RENEWED,))
INSPECTION = _form("inspection", INSPECTED.label, "call", (INSPECTED,))
WARRANTY = _form("warranty", Text("Warranty", "质保", "保固", "Гарантия"), "call", (FEEL, APPOINTMENT), COMPLAINED)
TRADE = _form("trade", Text("Trade-in", "置换", "換購", "Обмен"), "call", (FEEL, NEXT_CAR))
AFTER_REPAIR = _form(
    "after_repair",
    Text("Call after a repair", "维修后回访", "維修後回訪", "Звонок после ремонта"),
    "call",
    (REPAIRED, COMPLAINT),
    COMPLAINED,
)
LOST = _form(
    "lost_customer",
    Text("Call to a lost customer", "流失客户回访", "流失客戶回訪", "Звонок ушедшему клиенту"),
    "call",
    (AWAY,),
    COMPLAINED,
)

FORMS = (FIRST, SECOND, VISIT, CONTACT, WORKSHOP, INSURANCE, INSPECTION, WARRANTY, TRADE, AFTER_REPAIR, LOST)
