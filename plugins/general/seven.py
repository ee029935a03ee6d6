"""Seven stages: with a demonstration in the middle, and the customer is looked after when the contract is signed."""

from salesapp.plugin_api import Process, Stage, Text

from .fields import FIELDS
from .gates import AMOUNT, NEED_SETTLED, SIGNED
from .lost_reasons import LOST_REASONS
from .steps import AFTER_SALES, CLOSING, CONTACT, IDENTIFY, NEEDS, NEGOTIATION, SOLUTION

SEVEN = Process(
    key="seven",
    label=Text(en="Seven stages", zh_Hans="七阶段流程", zh_Hant="七階段流程", ru="Семь этапов"),
    lost_reasons=LOST_REASONS,
    fields=FIELDS,
    stages=(
        Stage(
            key="prospecting",
            label=Text(en="Prospecting", zh_Hans="客户开发", zh_Hant="客戶開發", ru="Поиск клиентов"),
            goal=Text(
                en="Have a list of people who may need us and can pay.",
                zh_Hans="锁定一批有需求、有支付能力的潜在客户。",
                zh_Hant="鎖定一批有需求、也付得起的潛在客戶。",
                ru="Собрать список тех, кому мы можем быть нужны и по карману.",
            ),
            key_steps=IDENTIFY,
            probability=10,
            longest_stay_days=14,
        ),
        Stage(
            key="first_contact",
            label=Text(en="First contact", zh_Hans="初次接触", zh_Hant="初次接觸", ru="Первый контакт"),
            goal=Text(
                en="They know who we are and agree to go on talking.",
                zh_Hans="让客户认识我们，愿意继续聊下去。",
                zh_Hant="讓客戶認識我們，願意繼續談下去。",
                ru="Клиент знает, кто мы, и готов продолжать разговор.",
            ),
            key_steps=CONTACT,
            probability=20,
            longest_stay_days=14,
        ),
        Stage(
            key="needs",
            label=Text(en="Needs analysis", zh_Hans="需求分析", zh_Hant="需求分析", ru="Выявление потребностей"),
            goal=Text(
                en="Know what the customer needs, why, by when and on what budget.",
                zh_Hans="弄清客户的需求、原因、时间和预算。",
                zh_Hant="釐清客戶的需求、原因、時程與預算。",
                ru="Узнать, что нужно клиенту, зачем, к какому сроку и за какие деньги.",
            ),
            key_steps=NEEDS,
            probability=35,
            longest_stay_days=21,
            to_leave=(NEED_SETTLED,),
        ),
        Stage(
            key="demonstration",
            label=Text(en="Demonstration", zh_Hans="产品演示", zh_Hant="產品展示", ru="Демонстрация"),
            goal=Text(
                en="The customer has seen it work for their own case, and no question is open.",
                zh_Hans="让客户看到产品解决自己的问题，疑问全部解答。",
                zh_Hant="讓客戶看到產品解決自己的問題，疑問全部解答。",
                ru="Клиент увидел, как это работает на его задаче, и вопросов не осталось.",
            ),
            key_steps=SOLUTION,
            probability=50,
            longest_stay_days=21,
        ),
        Stage(
            key="quote",
            label=Text(
                en="Quote and negotiation",
                zh_Hans="报价与谈判",
                zh_Hant="報價與議價",
                ru="КП и переговоры",
            ),
            goal=Text(
                en="Agree on a price and terms that leave us a margin.",
                zh_Hans="在保住利润的前提下谈妥价格和条件。",
                zh_Hant="在保住利潤的前提下談妥價格與條件。",
                ru="Согласовать цену и условия, не потеряв маржу.",
            ),
            key_steps=NEGOTIATION,
            probability=70,
            longest_stay_days=21,
            to_enter=(AMOUNT,),
        ),
        Stage(
            key="closing",
            label=Text(
                en="Closing and signing",
                zh_Hans="成交签约",
                zh_Hant="成交簽約",
                ru="Подписание договора",
            ),
            goal=Text(
                en="Get the signature, and settle who does what until delivery.",
                zh_Hans="完成签约，明确交付前的分工。",
                zh_Hant="完成簽約，確認交貨前的分工。",
                ru="Получить подпись и решить, кто что делает до поставки.",
            ),
            key_steps=CLOSING,
            probability=90,
            longest_stay_days=14,
            to_leave=(SIGNED,),
        ),
        Stage(
            key="after_sales",
            label=Text(en="After-sales", zh_Hans="售后服务", zh_Hant="售後服務", ru="Послепродажное сопровождение"),
            goal=Text(
                en="The customer is glad to have bought, buys again and recommends us.",
                zh_Hans="让客户用得满意，愿意再次购买并推荐我们。",
                zh_Hant="讓客戶用得滿意，願意回購並推薦我們。",
                ru="Клиент доволен покупкой, возвращается и рекомендует нас.",
            ),
            key_steps=AFTER_SALES,
            probability=100,
        ),
    ),
)
