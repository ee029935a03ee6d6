"""The funnel: five stages named by how far the *customer* has come, for many short deals."""

from salesapp.plugin_api import Process, Stage, Text

from .fields import FIELDS
from .gates import AMOUNT, NEED_KNOWN, SIGNED
from .lost_reasons import LOST_REASONS
from .steps import CLOSING, CONTACT, IDENTIFY, NEEDS, NEGOTIATION, SOLUTION

FUNNEL = Process(
    key="funnel",
    label=Text(en="Funnel", zh_Hans="销售漏斗", zh_Hant="銷售漏斗", ru="Воронка продаж"),
    lost_reasons=LOST_REASONS,
    fields=FIELDS,
    stages=(
        Stage(
            key="prospect",
            label=Text(en="Prospect", zh_Hans="潜在客户", zh_Hant="潛在客戶", ru="Потенциальный клиент"),
            goal=Text(
                en="Decide whether they fit: need, money, reachable.",
                zh_Hans="判断是否匹配：有需求、有预算、联系得上。",
                zh_Hant="判斷是否合適：有需求、有預算、聯絡得上。",
                ru="Решить, наш ли это клиент: есть потребность, есть деньги, есть связь.",
            ),
            key_steps=IDENTIFY,
            probability=10,
            longest_stay_days=7,
        ),
        Stage(
            key="interested",
            label=Text(en="Interested", zh_Hans="有意向", zh_Hant="有意願", ru="Проявлен интерес"),
            goal=Text(
                en="They ask to hear more.",
                zh_Hans="客户主动想进一步了解。",
                zh_Hant="客戶主動想進一步了解。",
                ru="Клиент сам хочет узнать больше.",
            ),
            key_steps=CONTACT,
            probability=25,
            longest_stay_days=14,
        ),
        Stage(
            key="need_confirmed",
            label=Text(
                en="Need confirmed",
                zh_Hans="需求已确认",
                zh_Hant="需求已確認",
                ru="Потребность подтверждена",
            ),
            goal=Text(
                en="The customer has said what they need and what it is worth to them.",
                zh_Hans="客户明确说出要什么、愿意投入多少。",
                zh_Hant="客戶明確說出要什麼、願意投入多少。",
                ru="Клиент сказал, что ему нужно и сколько он готов за это отдать.",
            ),
            key_steps=NEEDS,
            probability=45,
            longest_stay_days=14,
            to_leave=(NEED_KNOWN,),
        ),
        Stage(
            key="solution_offered",
            label=Text(en="Solution offered", zh_Hans="已提供方案", zh_Hant="已提出方案", ru="Решение предложено"),
            goal=Text(
                en="The customer has our solution in hand and wants it.",
                zh_Hans="客户拿到方案，并且认可。",
                zh_Hant="客戶拿到方案，並且認同。",
                ru="Наше решение у клиента на руках, и оно ему нравится.",
            ),
            key_steps=SOLUTION,
            probability=65,
            longest_stay_days=21,
        ),
        Stage(
            key="signing",
            label=Text(
                en="Negotiation and signing",
                zh_Hans="谈判签约",
                zh_Hant="議價簽約",
                ru="Переговоры и подписание",
            ),
            goal=Text(
                en="Agree on the last terms and sign.",
                zh_Hans="谈妥最后的条件，签约成交。",
                zh_Hant="談妥最後的條件，簽約成交。",
                ru="Согласовать последние условия и подписать договор.",
            ),
            key_steps=NEGOTIATION + CLOSING,
            probability=85,
            longest_stay_days=21,
            to_enter=(AMOUNT,),
            to_leave=(SIGNED,),
        ),
    ),
)
