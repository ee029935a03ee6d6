"""What is asked after a demonstration and after a visit. Nobody has to answer."""

from salesapp.plugin_api import Field, Option, ResultForm, Text

INTEREST = Field(
    "interest",
    Text(en="Interest", zh_Hans="意向程度", zh_Hant="意向程度", ru="Интерес"),
    "choice",
    options=(
        Option("high", Text(en="Wants it", zh_Hans="意向强烈", zh_Hant="意向強烈", ru="Хочет купить")),
        Option("some", Text(en="Interested", zh_Hans="有兴趣", zh_Hant="有興趣", ru="Интересно")),
        Option("low", Text(en="Lukewarm", zh_Hans="兴趣一般", zh_Hant="興趣一般", ru="Без особого интереса")),
        Option("none", Text(en="Not interested", zh_Hans="没兴趣", zh_Hant="沒興趣", ru="Не интересно")),
    ),
)

OBJECTIONS = Field(
    "objections",
    Text(en="Objections", zh_Hans="客户的顾虑", zh_Hant="客戶的顧慮", ru="Возражения"),
    "long_text",
    help=Text(
        en="What still holds them back, in their words.",
        zh_Hans="客户还在犹豫什么，照他的原话写。",
        zh_Hant="客戶還在猶豫什麼，照他的原話寫。",
        ru="Что его останавливает, его словами.",
    ),
)

DECIDER = Field(
    "decider",
    Text(
        en="The decision maker was there",
        zh_Hans="能拍板的人在场",
        zh_Hant="能拍板的人在場",
        ru="Был тот, кто решает",
    ),
    "bool",
)

AGREED_NEXT = Field(
    "agreed_next",
    Text(en="What was agreed", zh_Hans="商定的事项", zh_Hant="談定的事項", ru="О чём договорились"),
    "text",
)

AFTER_DEMO = ResultForm(
    "after_demo",
    Text(en="How the demonstration went", zh_Hans="演示效果", zh_Hant="展示成效", ru="Как прошла презентация"),
    kind="demo",
    fields=(INTEREST, DECIDER, OBJECTIONS),
)

AFTER_VISIT = ResultForm(
    "after_visit",
    Text(en="How the visit went", zh_Hans="拜访结果", zh_Hant="拜訪結果", ru="Как прошёл визит"),
    kind="visit",
    fields=(INTEREST, DECIDER, AGREED_NEXT),
)
