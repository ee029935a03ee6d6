"""Six stages: the process of a deal between businesses, from finding the customer to the signature."""

from salesapp.plugin_api import Process, Stage, Text

from .fields import FIELDS
from .gates import AMOUNT, NEED_SETTLED, SIGNED
from .lost_reasons import LOST_REASONS
from .steps import CLOSING, CONTACT, IDENTIFY, NEEDS, NEGOTIATION, SOLUTION

SIX = Process(
    key="six",
    label=Text(en="Six stages", zh_Hans="六阶段流程", zh_Hant="六階段流程", ru="Шесть этапов"),
    lost_reasons=LOST_REASONS,
    fields=FIELDS,
    stages=(
        Stage(
            key="identification",
            label=Text(
                en="Prospect identification",
                zh_Hans="识别潜在客户",
                zh_Hant="發掘潛在客戶",
                ru="Поиск клиента",
            ),
            goal=Text(
                en="Find out who is worth our time: there is a need, and they can pay.",
                zh_Hans="找出值得投入的客户：有需求，也有支付能力。",
                zh_Hant="找出值得投入的客戶：有需求，也付得起。",
                ru="Понять, кому стоит уделить время: потребность есть и деньги есть.",
            ),
            key_steps=IDENTIFY,
            probability=10,
            longest_stay_days=14,
        ),
        Stage(
            key="contact",
            label=Text(en="Contact", zh_Hans="建立联系", zh_Hant="建立聯繫", ru="Установление контакта"),
            goal=Text(
                en="Reach the right person and win enough trust for an open talk.",
                zh_Hans="联系上对的人，赢得信任，让对方愿意深谈。",
                zh_Hant="聯繫到對的人，贏得信任，讓對方願意深談。",
                ru="Выйти на нужного человека и заслужить доверие для откровенного разговора.",
            ),
            key_steps=CONTACT,
            probability=20,
            longest_stay_days=14,
        ),
        Stage(
            key="needs",
            label=Text(en="Needs analysis", zh_Hans="需求分析", zh_Hant="需求分析", ru="Выявление потребностей"),
            goal=Text(
                en="Know what the customer needs and why, in their own words.",
                zh_Hans="弄清客户要什么、为什么要，并得到客户认可。",
                zh_Hant="釐清客戶要什麼、為什麼要，並獲得客戶認同。",
                ru="Узнать, что нужно клиенту и зачем, — его же словами.",
            ),
            key_steps=NEEDS,
            probability=40,
            longest_stay_days=21,
            to_leave=(NEED_SETTLED,),
        ),
        Stage(
            key="solution",
            label=Text(en="Solution", zh_Hans="制定方案", zh_Hant="規劃方案", ru="Предложение решения"),
            goal=Text(
                en="The customer sees that our solution meets the need, and that only we have it.",
                zh_Hans="让客户认可方案能满足需求，而且非我们莫属。",
                zh_Hant="讓客戶認同方案能滿足需求，而且非我們莫屬。",
                ru="Клиент видит, что решение ему подходит и такое есть только у нас.",
            ),
            key_steps=SOLUTION,
            probability=60,
            longest_stay_days=30,
        ),
        Stage(
            key="negotiation",
            label=Text(en="Negotiation", zh_Hans="商务谈判", zh_Hant="議價協商", ru="Переговоры"),
            goal=Text(
                en="Agree on price and terms that both sides can live with.",
                zh_Hans="谈妥价格和条件，双方都能接受。",
                zh_Hant="談妥價格與條件，雙方都能接受。",
                ru="Договориться о цене и условиях, которые устроят обе стороны.",
            ),
            key_steps=NEGOTIATION,
            probability=80,
            longest_stay_days=21,
            to_enter=(AMOUNT,),
        ),
        Stage(
            key="closing",
            label=Text(en="Closing", zh_Hans="签约成交", zh_Hant="簽約成交", ru="Заключение сделки"),
            goal=Text(
                en="Get the contract signed, with payment and delivery settled.",
                zh_Hans="签下合同，落实付款和交付。",
                zh_Hant="簽下合約，敲定付款與交貨。",
                ru="Подписать договор и закрепить оплату и поставку.",
            ),
            key_steps=CLOSING,
            probability=90,
            longest_stay_days=14,
            to_leave=(SIGNED,),
        ),
    ),
)
