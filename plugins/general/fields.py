"""What the standard processes ask about a deal, beyond what every deal has. Nobody has to answer."""

from salesapp.plugin_api import Field, Option, Text, When

NEED = Field(
    "need",
    Text(
        en="Need in the customer's words",
        zh_Hans="客户需求（原话）",
        zh_Hant="客戶需求（原話）",
        ru="Потребность словами клиента",
    ),
    "long_text",
    help=Text(
        en="What is to get better for them, as they put it. Two sentences are enough.",
        zh_Hans="客户想解决什么问题，照他的说法写，两句就够。",
        zh_Hant="客戶想解決什麼問題，照他的說法寫，兩句就夠。",
        ru="Что клиент хочет изменить, как он сам это сказал. Хватит двух фраз.",
    ),
)

BUDGET = Field(
    "budget",
    Text(en="Budget", zh_Hans="预算", zh_Hant="預算", ru="Бюджет"),
    "amount",
    help=Text(
        en="What they can spend, as far as we know: not our price.",
        zh_Hans="客户打算花多少钱，不是我们的报价。",
        zh_Hant="客戶打算花多少錢，不是我們的報價。",
        ru="Сколько клиент готов потратить. Это не наша цена.",
    ),
)

DECISION_DATE = Field(
    "decision_date",
    Text(en="Decision date", zh_Hans="客户拍板日期", zh_Hant="客戶決定日期", ru="Дата решения клиента"),
    "date",
    help=Text(
        en="When they mean to decide. The expected close is our own guess.",
        zh_Hans="客户打算哪天定下来；“预计成交日期”是我们自己的判断。",
        zh_Hant="客戶打算哪天決定；「預計成交日期」是我們自己的判斷。",
        ru="Когда клиент собирается решить. «Ожидаемое закрытие» — это уже наш прогноз.",
    ),
)

COMPETITOR = Field(
    "competitor",
    Text(en="Competitor", zh_Hans="竞争对手", zh_Hant="競爭對手", ru="Конкурент"),
    "text",
    help=Text(
        en="Who else they look at, or whom they buy from today.",
        zh_Hans="客户还在看哪家，或者现在用的是哪家。",
        zh_Hant="客戶還在看哪一家，或目前跟哪一家買。",
        ru="С кем нас сравнивают или у кого покупают сейчас.",
    ),
)

COMPETITOR_STRENGTH = Field(
    "competitor_strength",
    Text(en="Competitor's strength", zh_Hans="对手的优势", zh_Hant="對手的優勢", ru="Сильная сторона конкурента"),
    "text",
    help=Text(
        en="What we have to beat: price, delivery time, an old acquaintance?",
        zh_Hans="对方胜在哪里：价格、交期，还是老交情？",
        zh_Hant="對方贏在哪裡：價格、交期，還是老交情？",
        ru="Что нам предстоит перебить: цену, сроки, давнее знакомство?",
    ),
    visible_when=When("field.competitor", "filled"),
)

PAYMENT = Field(
    "payment",
    Text(en="Way of payment", zh_Hans="付款方式", zh_Hant="付款方式", ru="Способ оплаты"),
    "choice",
    options=(
        Option("advance", Text(en="In advance", zh_Hans="预付全款", zh_Hant="預付全額", ru="Предоплата")),
        Option(
            "deposit",
            Text(
                en="Deposit, the rest on delivery",
                zh_Hans="先付定金，交付时付尾款",
                zh_Hant="先付訂金，交貨時付尾款",
                ru="Аванс, остаток при поставке",
            ),
        ),
        Option("on_delivery", Text(en="On delivery", zh_Hans="货到付款", zh_Hant="貨到付款", ru="При получении")),
        Option("instalments", Text(en="In instalments", zh_Hans="分期付款", zh_Hant="分期付款", ru="В рассрочку")),
        Option("monthly", Text(en="Monthly account", zh_Hans="月结", zh_Hant="月結", ru="С отсрочкой, раз в месяц")),
    ),
)

FIELDS = (NEED, BUDGET, DECISION_DATE, COMPETITOR, COMPETITOR_STRENGTH, PAYMENT)
