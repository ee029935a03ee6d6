"""What is asked after the calls that follow a sale. A tap each; only whoever had trouble has more to say."""

from salesapp.plugin_api import Field, Option, ResultForm, Text

ARRIVED = Field(
    "arrived",
    Text(en="Has everything arrived?", zh_Hans="是否收齐", zh_Hant="是否收齊", ru="Всё ли получено"),
    "choice",
    options=(
        Option("all", Text(en="Yes, everything", zh_Hans="全部收到", zh_Hant="全部收到", ru="Да, всё")),
        Option(
            "part", Text(en="Something is missing", zh_Hans="还缺东西", zh_Hant="還缺東西", ru="Чего-то не хватает")
        ),
        Option("not_yet", Text(en="Not yet", zh_Hans="还没收到", zh_Hant="還沒收到", ru="Ещё нет")),
    ),
)

WORKS = Field(
    "works",
    Text(en="Does it work?", zh_Hans="使用是否正常", zh_Hant="使用是否正常", ru="Всё ли работает"),
    "choice",
    options=(
        Option("well", Text(en="It works well", zh_Hans="一切正常", zh_Hant="一切正常", ru="Работает как надо")),
        Option("trouble", Text(en="There is trouble", zh_Hans="有问题", zh_Hant="有問題", ru="Есть проблемы")),
        Option(
            "unused", Text(en="Not in use yet", zh_Hans="还没开始用", zh_Hant="還沒開始用", ru="Пока не пользуются")
        ),
    ),
)

UNCLEAR = Field(
    "unclear",
    Text(en="Anything unclear?", zh_Hans="有没有不清楚的", zh_Hant="有沒有不清楚的", ru="Остались ли вопросы"),
    "choice",
    options=(
        Option("nothing", Text(en="All is clear", zh_Hans="都清楚了", zh_Hant="都清楚了", ru="Всё понятно")),
        Option("answered", Text(en="I answered it", zh_Hans="已当场解答", zh_Hant="已當場解答", ru="Ответ дан сразу")),
        Option(
            "open", Text(en="Somebody must help", zh_Hans="需要同事跟进", zh_Hant="需要同事協助", ru="Нужна помощь")
        ),
    ),
)

SAID = Field(
    "said",
    Text(en="What they said", zh_Hans="客户怎么说", zh_Hant="客戶怎麼說", ru="Что сказал клиент"),
    "long_text",
    help=Text(
        en="What is missing, what does not work, what we promised: in their words.",
        zh_Hans="缺什么、哪里不好用、我们答应了什么，照他的原话写。",
        zh_Hant="缺什麼、哪裡不好用、我們答應了什麼，照他的原話寫。",
        ru="Чего не хватает, что не работает, что мы пообещали — его словами.",
    ),
)

CONTENT = Field(
    "content",
    Text(en="How content are they?", zh_Hans="满意程度", zh_Hant="滿意程度", ru="Насколько довольны"),
    "choice",
    options=(
        Option("very", Text(en="Very content", zh_Hans="非常满意", zh_Hant="非常滿意", ru="Очень довольны")),
        Option("rather", Text(en="Rather content", zh_Hans="基本满意", zh_Hant="大致滿意", ru="Скорее довольны")),
        Option("not", Text(en="Not content", zh_Hans="不满意", zh_Hant="不滿意", ru="Недовольны")),
    ),
)

SETTLED = Field(
    "settled",
    Text(
        en="What was open after the first call",
        zh_Hans="首次回访的遗留问题",
        zh_Hant="首次回訪的遺留問題",
        ru="Вопросы с первого звонка",
    ),
    "choice",
    options=(
        Option("none", Text(en="Nothing was open", zh_Hans="没有遗留", zh_Hant="沒有遺留", ru="Вопросов не было")),
        Option("solved", Text(en="All solved", zh_Hans="已全部解决", zh_Hant="已全部解決", ru="Всё решено")),
        Option("open", Text(en="Still open", zh_Hans="仍未解决", zh_Hant="仍未解決", ru="Ещё не решено")),
    ),
)

AFTER_SALE = ResultForm(
    "after_sale",
    Text(
        en="First call after the sale",
        zh_Hans="成交后首次回访",
        zh_Hant="成交後首次回訪",
        ru="Первый звонок после продажи",
    ),
    kind="call",
    fields=(ARRIVED, WORKS, UNCLEAR, SAID),
    required=("arrived", "works", "unclear"),
    by_rule=True,
)

IN_USE = ResultForm(
    "in_use",
    Text(
        en="Second call after the sale",
        zh_Hans="成交后二次回访",
        zh_Hant="成交後二次回訪",
        ru="Второй звонок после продажи",
    ),
    kind="call",
    fields=(CONTENT, SETTLED, SAID),
    required=("content", "settled"),
    by_rule=True,
)
