"""The key steps that the standard processes share, grouped as they belong together in a stage."""

from salesapp.plugin_api import KeyStep, Text

TALKED = ("activity.call", "activity.visit", "activity.meeting")
MET = ("activity.visit", "activity.meeting")

IDENTIFY = (
    KeyStep(
        "target_market",
        Text(
            en="Set the target market and the ideal customer",
            zh_Hans="明确目标市场和理想客户",
            zh_Hant="確立目標市場與理想客戶",
            ru="Определить целевой рынок и портрет идеального клиента",
        ),
    ),
    KeyStep(
        "customer_file",
        Text(
            en="Create the customer file", zh_Hans="建立客户档案", zh_Hant="建立客戶檔案", ru="Завести карточку клиента"
        ),
    ),
    KeyStep(
        "market_data",
        Text(
            en="Collect and analyse market data",
            zh_Hans="收集并分析市场信息",
            zh_Hant="蒐集並分析市場資訊",
            ru="Собрать и проанализировать данные о рынке",
        ),
    ),
    KeyStep(
        "first_screening",
        Text(
            en="Screen by need and ability to pay",
            zh_Hans="按需求和支付能力初步筛选",
            zh_Hant="依需求與付款能力初步篩選",
            ru="Отобрать по потребности и платёжеспособности",
        ),
    ),
)

CONTACT = (
    KeyStep(
        "contact_plan",
        Text(en="Make a contact plan", zh_Hans="制定接触计划", zh_Hant="擬定接觸計畫", ru="Составить план контактов"),
    ),
    KeyStep(
        "talking_points",
        Text(
            en="Prepare what to say",
            zh_Hans="准备沟通话术",
            zh_Hant="準備溝通話術",
            ru="Подготовить сценарий разговора",
        ),
    ),
    KeyStep(
        "way_of_contact",
        Text(
            en="Choose the way to get in touch",
            zh_Hans="选好联系方式",
            zh_Hant="選定聯絡方式",
            ru="Выбрать способ связи",
        ),
    ),
    KeyStep(
        "introduction",
        Text(
            en="Introduce the company and the product",
            zh_Hans="介绍公司和产品",
            zh_Hant="介紹公司與產品",
            ru="Рассказать о компании и продукте",
        ),
        evidence=TALKED,
    ),
    KeyStep(
        "trust",
        Text(
            en="Build trust with something useful",
            zh_Hans="提供有价值的内容，建立信任",
            zh_Hant="提供有價值的內容，建立信任",
            ru="Завоевать доверие: дать клиенту что-то полезное",
        ),
    ),
)

NEEDS = (
    KeyStep(
        "interview",
        Text(
            en="Interview the customer with a questionnaire",
            zh_Hans="用结构化问卷访谈客户",
            zh_Hant="以結構化問卷訪談客戶",
            ru="Провести интервью с клиентом по опроснику",
        ),
        evidence=MET,  # a call is often only to agree on a date
    ),
    KeyStep(
        "needs_and_pains",
        Text(
            en="Record needs and pains",
            zh_Hans="记录需求和痛点",
            zh_Hant="記錄需求與痛點",
            ru="Записать потребности и боли клиента",
        ),
    ),
    KeyStep(
        "feedback_analysis",
        Text(
            en="Analyse the feedback",
            zh_Hans="分析客户反馈",
            zh_Hant="分析客戶回饋",
            ru="Проанализировать ответы клиента",
        ),
    ),
    KeyStep(
        "need_determined",
        Text(
            en="Settle with the customer what is needed",
            zh_Hans="与客户确认真实需求",
            zh_Hant="與客戶確認真正的需求",
            ru="Согласовать с клиентом, что ему нужно",
        ),
    ),
)

SOLUTION = (
    KeyStep(
        "solution_draft",
        Text(
            en="Draft the solution with its tasks and dates",
            zh_Hans="拟定方案，列明任务和时间",
            zh_Hant="擬定方案，列明工作項目與時程",
            ru="Набросать решение с задачами и сроками",
        ),
    ),
    KeyStep(
        "demo_material",
        Text(
            en="Prepare the demonstration material",
            zh_Hans="准备演示资料",
            zh_Hant="準備展示資料",
            ru="Подготовить материалы для демонстрации",
        ),
    ),
    KeyStep(
        "internal_review",
        Text(
            en="Review it among ourselves",
            zh_Hans="完成内部评审",
            zh_Hant="完成內部審查",
            ru="Обсудить решение внутри компании",
        ),
    ),
    KeyStep(
        "tailored_demo",
        Text(
            en="Demonstrate what only we have, tailored to the customer",
            zh_Hans="针对客户做演示，突出独有优势",
            zh_Hant="為客戶量身展示，凸顯獨有優勢",
            ru="Провести демонстрацию под клиента, показать то, что есть только у нас",
        ),
        evidence=("activity.demo",),
    ),
    KeyStep(
        "questions_answered",
        Text(
            en="Collect the questions and answer each one",
            zh_Hans="收集客户疑问并逐一答复",
            zh_Hant="蒐集客戶疑問並逐一答覆",
            ru="Собрать вопросы и ответить на каждый",
        ),
    ),
)

NEGOTIATION = (
    KeyStep(
        "price",
        Text(
            en="Set the price by market, budget and margin",
            zh_Hans="结合行情、预算和利润定价",
            zh_Hant="依行情、預算與利潤定價",
            ru="Определить цену: рынок, бюджет клиента, наша маржа",
        ),
        evidence=("quote.sent",),
    ),
    KeyStep(
        "negotiation_strategy",
        Text(
            en="Prepare the negotiation strategy",
            zh_Hans="制定谈判策略",
            zh_Hant="擬定談判策略",
            ru="Продумать стратегию переговоров",
        ),
    ),
    KeyStep(
        "trade_offs",
        Text(
            en="List what we can give up and what we must get",
            zh_Hans="列出可让步的条件和必须守住的底线",
            zh_Hant="列出可讓步的條件與必須守住的底線",
            ru="Решить, в чём уступаем, а на чём стоим",
        ),
    ),
    KeyStep(
        "fallback_plan",
        Text(en="Have a fallback plan", zh_Hans="准备备选方案", zh_Hant="準備備案", ru="Подготовить запасной вариант"),
    ),
    KeyStep(
        "objections_answered",
        Text(en="Answer the objections", zh_Hans="化解客户异议", zh_Hant="化解客戶異議", ru="Снять возражения клиента"),
    ),
)

CLOSING = (
    KeyStep(
        "terms",
        Text(
            en="Confirm the terms: delivery and payment",
            zh_Hans="确认交付和付款条件",
            zh_Hant="確認交貨與付款條件",
            ru="Согласовать условия поставки и оплаты",
        ),
    ),
    KeyStep(
        "contract_prepared",
        Text(en="Prepare the contract", zh_Hans="准备合同", zh_Hant="準備合約", ru="Подготовить договор"),
    ),
    KeyStep(
        "contract_signed",
        Text(en="Sign the contract", zh_Hans="签订合同", zh_Hant="簽訂合約", ru="Подписать договор"),
        evidence=("contract.signed",),
    ),
    KeyStep(
        "payment_method",
        Text(
            en="Confirm how it will be paid",
            zh_Hans="确认付款方式",
            zh_Hant="確認付款方式",
            ru="Подтвердить способ оплаты",
        ),
    ),
    KeyStep(
        "delivery_arranged",
        Text(en="Arrange the delivery", zh_Hans="安排交付", zh_Hant="安排交貨", ru="Организовать поставку"),
    ),
)

AFTER_SALES = (
    KeyStep(
        "satisfaction",
        Text(
            en="Ask how it goes and how satisfied they are",
            zh_Hans="回访使用情况和满意度",
            zh_Hant="回訪使用情況與滿意度",
            ru="Узнать, как идут дела и всё ли устраивает",
        ),
        evidence=TALKED,
    ),
    KeyStep(
        "problems_solved",
        Text(
            en="Solve what is not right yet",
            zh_Hans="解决遗留问题",
            zh_Hant="解決未盡問題",
            ru="Решить возникшие проблемы",
        ),
    ),
    KeyStep(
        "in_touch",
        Text(
            en="Stay in touch: repeat purchase and referral",
            zh_Hans="保持联系，促成复购和转介绍",
            zh_Hant="保持聯繫，促成回購與轉介紹",
            ru="Оставаться на связи: повторные покупки и рекомендации",
        ),
    ),
)
