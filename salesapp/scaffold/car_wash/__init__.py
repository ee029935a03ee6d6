"""Car wash: a sales process of two stages, to begin with. The words are examples; the keys stay once deals exist."""

from collections.abc import Iterable

from salesapp.plugin_api import (
    AllOf,
    Deadline,
    Do,
    Field,
    FollowUp,
    Gate,
    IndustryPack,
    KeyStep,
    LostReason,
    Manifest,
    OnStage,
    Option,
    Process,
    ResultForm,
    Stage,
    Text,
    When,
    hookimpl,
)

LABEL = Text(en="Car wash", zh_Hans="洗车店", zh_Hant="洗車店", ru="Автомойка")

MANIFEST = Manifest(
    name="car_wash",
    version="1.0",
    label=LABEL,
    description=Text(
        en="From the first question to the order, in two stages.",
        zh_Hans="从首次咨询到下单，两个阶段。",
        zh_Hant="從首次詢問到下單，兩個階段。",
        ru="От первого вопроса до заказа: два этапа.",
    ),
)

# What to know about a deal. The answer is in deal.custom["car_wash"]["wish"].
WISH = Field("wish", Text(en="What they want", zh_Hans="客户想要什么", zh_Hant="客戶想要什麼", ru="Что нужно"), "text")

# Ticked by hand, or by itself when a call reached somebody.
TALKED = KeyStep(
    "talked",
    Text(en="Talk to the customer", zh_Hans="与客户通话", zh_Hant="與客戶通話", ru="Поговорить с клиентом"),
    evidence=("activity.call",),
)

# Who moves a deal out of the first stage is asked for what is missing here.
WISH_KNOWN = Gate("wish_known", AllOf((When("field.wish", "filled"), When("step.talked", "is", True))))

ASKED = Stage(
    key="asked",
    label=Text(en="Asked", zh_Hans="咨询", zh_Hant="詢問", ru="Запрос"),
    goal=Text(
        en="Know what they want.",
        zh_Hans="弄清客户想要什么。",
        zh_Hant="釐清客戶想要什麼。",
        ru="Узнать, что нужно клиенту.",
    ),
    key_steps=(TALKED,),
    probability=20,
    longest_stay_days=7,
    to_leave=(WISH_KNOWN,),
)

OFFERED = Stage(
    key="offered",
    label=Text(en="Offered", zh_Hans="已报价", zh_Hant="已報價", ru="Предложение"),
    goal=Text(en="They say yes.", zh_Hans="让客户点头。", zh_Hant="讓客戶點頭。", ru="Получить согласие."),
    key_steps=(),
    probability=60,
    longest_stay_days=14,
    to_leave=(Gate("price_agreed", When("amount", "filled")),),
)

ORDER = Process(
    key="order",
    label=LABEL,
    stages=(ASKED, OFFERED),
    lost_reasons=(
        LostReason("price", Text(en="Too expensive", zh_Hans="价格太高", zh_Hant="價格太高", ru="Дорого")),
        LostReason(
            "silent", Text(en="No answer any more", zh_Hans="不再回复", zh_Hant="不再回覆", ru="Больше не отвечает")
        ),
    ),
    fields=(WISH,),
)

# Asked when a visit is done and somebody was reached.
AFTER_VISIT = ResultForm(
    "after_visit",
    Text(en="How the visit went", zh_Hans="拜访结果", zh_Hant="拜訪結果", ru="Как прошёл визит"),
    kind="visit",
    fields=(
        Field(
            "interest",
            Text(en="Interest", zh_Hans="意向", zh_Hant="意向", ru="Интерес"),
            "choice",
            options=(
                Option("high", Text(en="Wants it", zh_Hans="意向强烈", zh_Hant="意向強烈", ru="Хочет купить")),
                Option("low", Text(en="Not sure yet", zh_Hans="还在考虑", zh_Hant="還在考慮", ru="Пока думает")),
            ),
        ),
    ),
    process="car_wash.order",
)

# Planned by itself once a deal is won: for the salesperson of the deal, until the end of the next working day.
THANKS = FollowUp(
    "thanks",
    Text(en="Thank-you message", zh_Hans="致谢消息", zh_Hant="致謝訊息", ru="Сообщение с благодарностью"),
    when=OnStage("car_wash.order", ":won"),
    do=Do(
        "message",
        Text(
            en="Thank {customer} for the order",
            zh_Hans="感谢 {customer} 的订单",
            zh_Hant="感謝 {customer} 的訂單",
            ru="Поблагодарить за заказ: {customer}",
        ),
    ),
    who="salesperson",
    deadline=Deadline(1, "working_day"),
)


@hookimpl
def salesapp_records() -> Iterable[object]:
    """What this plugin brings."""
    return [IndustryPack(key="car_wash", label=LABEL, processes=(ORDER,)), AFTER_VISIT, THANKS]
