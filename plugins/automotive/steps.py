"""The key steps of each stage: ticked by hand, or by what happens."""

from salesapp.plugin_api import KeyStep, Text

from .evidence import CONTACT_LEFT, DELIVERED, DEPOSIT, DRIVEN, EXPLAINED, INSPECTED, OFFERED, PAID, RECEIVED, SIGNED

DEVELOPMENT = (
    KeyStep(
        "called",
        Text("Call back the enquiry", "回复线索来电", "回覆線索來電", "Перезвонить по обращению"),
        ("activity.call",),
    ),
    KeyStep(
        "need_confirmed",
        Text("Confirm that they want a car", "确认购车需求", "確認購車需求", "Убедиться, что нужен автомобиль"),
    ),
    KeyStep(
        "trust",
        Text("Win enough trust to invite them", "建立信任关系", "建立信任關係", "Завоевать доверие для приглашения"),
    ),
    KeyStep("invited", Text("Invite to the showroom", "邀约到店", "邀約到店", "Пригласить в салон")),
)
RECEPTION = (
    KeyStep(
        "received",
        Text("Receive in the showroom", "展厅接待", "展間接待", "Принять в салоне"),
        (RECEIVED, "activity.visit"),
    ),
    KeyStep(
        "contact_left",
        Text("Contact left with us", "留下联系方式", "留下聯絡方式", "Контакт оставлен"),
        (CONTACT_LEFT,),
    ),
)
CONSULTATION = (
    KeyStep("asked", Text("Ask before presenting", "先了解再介绍", "先了解再介紹", "Сначала расспросить")),
    KeyStep("decider_known", Text("Know who decides", "弄清谁决策", "釐清誰決策", "Узнать, кто решает")),
    KeyStep(
        "budget_known", Text("Know budget and trade-in", "了解预算与置换", "了解預算與換購", "Узнать бюджет и обмен")
    ),
)
PRESENTATION = (
    KeyStep("walk_around", Text("Walk around the car", "六方位绕车介绍", "六方位繞車介紹", "Показать автомобиль")),
    KeyStep(
        "by_needs", Text("Show what they need", "按需求重点介绍", "依需求重點介紹", "Показать то, что важно клиенту")
    ),
)
TEST_DRIVE = (
    KeyStep("driven", Text("Test drive", "试乘试驾", "試乘試駕", "Тест-драйв"), (DRIVEN,)),
    KeyStep("impressions", Text("Note the impressions", "记录试驾感受", "記錄試駕感受", "Записать впечатления")),
)
NEGOTIATION = (
    KeyStep("offered", Text("Give an offer", "提供报价单", "提供報價單", "Вручить предложение"), (OFFERED,)),
    KeyStep("objections", Text("Settle objections", "解决异议", "解決異議", "Снять возражения")),
)
CLOSING = (
    KeyStep("signed", Text("Sign the contract", "签订合同", "簽訂合約", "Подписать договор"), (SIGNED,)),
    KeyStep("deposit", Text("Receive the deposit", "收取定金", "收取訂金", "Получить аванс"), (DEPOSIT,)),
)
DELIVERY = (
    KeyStep("paid", Text("Paid in full", "付清全款", "付清全額", "Полная оплата"), (PAID,)),
    KeyStep(
        "inspected",
        Text("Pre-delivery inspection", "交车前检查（PDI）", "交車前檢查（PDI）", "Предпродажная проверка"),
        (INSPECTED,),
    ),
    KeyStep("explained", Text("Explain the car", "讲解用车", "講解用車", "Объяснить автомобиль"), (EXPLAINED,)),
    KeyStep("delivered", Text("Hand over the car", "交车", "交車", "Выдать автомобиль"), (DELIVERED,)),
)
AFTER = (
    KeyStep(
        "first_call",
        Text(
            "Manager's call within 24 hours",
            "经理 24 小时内回访",
            "經理 24 小時內回訪",
            "Звонок руководителя за 24 часа",
        ),
        ("automotive.called",),
    ),
    KeyStep(
        "second_call",
        Text("Second call within 7 days", "7 天内二次回访", "7 天內二次回訪", "Второй звонок за 7 дней"),
        ("automotive.called_again",),
    ),
)
