"""The classic seven: how selling is taught everywhere, built around one salesperson's conversation."""

from salesapp.plugin_api import KeyStep, Process, Stage, Text

from .fields import FIELDS
from .gates import AGREED, WANTS_HEARD
from .lost_reasons import LOST_REASONS
from .steps import MET, TALKED

PROSPECTING = (
    KeyStep(
        "need_seen",
        Text(
            en="See that there is a need",
            zh_Hans="确认客户有需求",
            zh_Hant="確認客戶有需求",
            ru="Убедиться, что потребность есть",
        ),
    ),
    KeyStep(
        "can_afford",
        Text(
            en="See that they can afford it",
            zh_Hans="确认客户负担得起",
            zh_Hant="確認客戶負擔得起",
            ru="Убедиться, что клиенту это по карману",
        ),
    ),
)

PREPARATION = (
    KeyStep(
        "product_facts",
        Text(en="Know the product facts", zh_Hans="熟悉产品知识", zh_Hant="熟悉產品知識", ru="Изучить продукт"),
    ),
    KeyStep(
        "prices",
        Text(en="Have the prices ready", zh_Hans="备好价格信息", zh_Hant="備妥價格資訊", ru="Подготовить цены"),
    ),
    KeyStep(
        "competitors",
        Text(en="Know the competitors", zh_Hans="了解竞争对手", zh_Hant="了解競爭對手", ru="Изучить конкурентов"),
    ),
    KeyStep(
        "opening_pitch",
        Text(en="Practise the opening pitch", zh_Hans="练好开场白", zh_Hant="練好開場白", ru="Отработать первые фразы"),
    ),
)

APPROACH = (
    KeyStep(
        "first_meeting",
        Text(en="Hold the first meeting", zh_Hans="完成首次会面", zh_Hant="完成首次會面", ru="Провести первую встречу"),
        evidence=MET,
    ),
    KeyStep(
        "wants_and_needs",
        Text(
            en="Learn wants and needs",
            zh_Hans="了解客户的想法和需求",
            zh_Hant="了解客戶的想法與需求",
            ru="Выяснить желания и потребности",
        ),
    ),
    KeyStep(
        "persuading_facts",
        Text(
            en="Give facts that persuade",
            zh_Hans="用事实打动客户",
            zh_Hant="用事實打動客戶",
            ru="Привести убедительные факты",
        ),
    ),
)

PRESENTATION = (
    KeyStep(
        "needs_matched",
        Text(
            en="Match what we offer to each need",
            zh_Hans="逐条对应需求介绍产品",
            zh_Hant="針對每項需求介紹產品",
            ru="Показать, как продукт закрывает каждую потребность",
        ),
        evidence=("activity.demo",),
    ),
)

OBJECTIONS = (
    KeyStep(
        "objections_planned",
        Text(
            en="Plan answers ahead",
            zh_Hans="提前准备应对话术",
            zh_Hant="預先準備應對話術",
            ru="Заранее продумать ответы",
        ),
    ),
    KeyStep(
        "facts_at_hand",
        Text(
            en="Have the facts at hand",
            zh_Hans="手边备好事实依据",
            zh_Hant="備妥佐證資料",
            ru="Держать факты под рукой",
        ),
    ),
)

CLOSING = (
    KeyStep(
        "closing_signals",
        Text(
            en="Note the closing signals",
            zh_Hans="记录成交信号",
            zh_Hant="記錄成交訊號",
            ru="Отметить сигналы к покупке",
        ),
    ),
    KeyStep(
        "price_agreed",
        Text(en="Agree on the price", zh_Hans="谈定价格", zh_Hant="談定價格", ru="Договориться о цене"),
        evidence=("contract.signed",),
    ),
    KeyStep(
        "delivery_agreed",
        Text(en="Agree on the delivery", zh_Hans="谈定交付", zh_Hant="談定交貨", ru="Договориться о поставке"),
    ),
    KeyStep(
        "after_sales_agreed",
        Text(
            en="Agree on the after-sales terms",
            zh_Hans="谈定售后条款",
            zh_Hant="談定售後條件",
            ru="Договориться об обслуживании после продажи",
        ),
    ),
)

FOLLOW_UP = (
    KeyStep(
        "delivery_call",
        Text(
            en="Call after delivery: has all arrived, does it work?",
            zh_Hans="交付后致电：是否收齐、使用是否正常",
            zh_Hant="交貨後致電：是否收齊、使用是否正常",
            ru="Позвонить после поставки: всё ли пришло и работает",
        ),
        evidence=TALKED,
    ),
)

CLASSIC = Process(
    key="classic",
    label=Text(en="Classic seven", zh_Hans="经典七步法", zh_Hant="經典七步驟", ru="Классические семь шагов"),
    lost_reasons=LOST_REASONS,
    fields=FIELDS,
    stages=(
        Stage(
            key="prospecting",
            label=Text(en="Prospecting", zh_Hans="寻找客户", zh_Hant="開發客戶", ru="Поиск клиентов"),
            goal=Text(
                en="Find people who have the need and the means.",
                zh_Hans="找到有需求、也买得起的人。",
                zh_Hant="找到有需求、也買得起的人。",
                ru="Найти тех, кому это нужно и по средствам.",
            ),
            key_steps=PROSPECTING,
            probability=10,
            longest_stay_days=14,
        ),
        Stage(
            key="preparation",
            label=Text(en="Preparation", zh_Hans="销售准备", zh_Hant="銷售準備", ru="Подготовка"),
            goal=Text(
                en="Go into the first talk knowing the product, the prices and the competition.",
                zh_Hans="带着产品、价格和竞品知识去见客户。",
                zh_Hant="掌握產品、價格與競品資訊，再去見客戶。",
                ru="Прийти на первый разговор, зная продукт, цены и конкурентов.",
            ),
            key_steps=PREPARATION,
            probability=15,
            longest_stay_days=7,
        ),
        Stage(
            key="approach",
            label=Text(en="Approach", zh_Hans="接触客户", zh_Hant="接觸客戶", ru="Установление контакта"),
            goal=Text(
                en="Meet in person, listen first, and leave a good reason to meet again.",
                zh_Hans="当面交流，先听后说，为下次见面留好理由。",
                zh_Hant="當面交流，先聽後說，為下次見面留好理由。",
                ru="Встретиться лично, сначала выслушать и дать повод встретиться снова.",
            ),
            key_steps=APPROACH,
            probability=30,
            longest_stay_days=14,
            to_leave=(WANTS_HEARD,),
        ),
        Stage(
            key="presentation",
            label=Text(en="Presentation", zh_Hans="产品介绍", zh_Hant="產品簡報", ru="Презентация"),
            goal=Text(
                en="Show how what we sell answers what they need.",
                zh_Hans="让客户看到产品如何满足他的需求。",
                zh_Hant="讓客戶看到產品如何滿足他的需求。",
                ru="Показать, как наш продукт решает задачу клиента.",
            ),
            key_steps=PRESENTATION,
            probability=50,
            longest_stay_days=14,
        ),
        Stage(
            key="objections",
            label=Text(
                en="Handling objections",
                zh_Hans="处理异议",
                zh_Hant="處理異議",
                ru="Работа с возражениями",
            ),
            goal=Text(
                en="Every doubt is out in the open and answered.",
                zh_Hans="让客户说出所有顾虑，并一一化解。",
                zh_Hant="讓客戶說出所有顧慮，並一一化解。",
                ru="Все сомнения высказаны, и на каждое есть ответ.",
            ),
            key_steps=OBJECTIONS,
            probability=65,
            longest_stay_days=14,
        ),
        Stage(
            key="closing",
            label=Text(en="Closing", zh_Hans="促成交易", zh_Hant="促成交易", ru="Завершение сделки"),
            goal=Text(
                en="See the right moment, ask for the order, agree on the terms.",
                zh_Hans="抓住时机提出成交，谈妥条件。",
                zh_Hant="掌握時機提出成交，談妥條件。",
                ru="Поймать момент, предложить купить и согласовать условия.",
            ),
            key_steps=CLOSING,
            probability=85,
            longest_stay_days=14,
            to_leave=(AGREED,),
        ),
        Stage(
            key="follow_up",
            label=Text(en="Follow-up", zh_Hans="售后跟进", zh_Hant="售後跟進", ru="Сопровождение"),
            goal=Text(
                en="Stay close after the delivery: to connect, not to sell.",
                zh_Hans="交付后保持联系：为了维系关系，不为推销。",
                zh_Hant="交貨後保持聯繫：為了維繫關係，不為推銷。",
                ru="Быть рядом после поставки: ради отношений, а не ради новой продажи.",
            ),
            key_steps=FOLLOW_UP,
            probability=100,
        ),
    ),
)
