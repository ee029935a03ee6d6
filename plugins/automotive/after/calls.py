"""What happens by itself after a delivery: every rule, and the form each call fills in."""

from datetime import time
from typing import Any

from salesapp.plugin_api import (
    Deadline,
    Do,
    Escalate,
    FollowUp,
    Interval,
    Not,
    OnDate,
    OnEvent,
    Text,
    Until,
    When,
)

from ..evidence import DELIVERED
from ..sale import winning
from . import occasions
from .topics import FORMS

ON_DELIVERY = OnEvent(DELIVERED)
SERVICE = "function.service"
NOT_BOUGHT = Not(When("state", "is", "customer"))
BOUGHT_AGAIN = Until(bought_again=True)

# --- the first days: hours that pass, weekend or feast ---

LETTER = FollowUp(
    "letter",
    Text("Letter of thanks", "感谢信", "感謝信", "Письмо с благодарностью"),
    ON_DELIVERY,
    Do(
        "letter",
        Text(
            "Thank {customer} by letter: family or colleagues read of it before the car is there",
            "给 {customer} 寄感谢信：让家人、同事在车到之前先读到",
            "給 {customer} 寄感謝信：讓家人、同事在車到之前先讀到",
            "Письмо с благодарностью: {customer}. Пусть близкие прочтут о покупке раньше, чем увидят машину",
        ),
    ),
    "salesperson",
    Deadline(24, "hour"),
    escalate=Escalate("manager", before=4),
)
FIRST_CALL = FollowUp(
    "first_call",
    Text("First call after delivery", "交车后首次回访", "交車後首次回訪", "Первый звонок после выдачи"),
    ON_DELIVERY,
    Do(
        "call",
        Text(
            "Call {customer}: thank them, ask about the car, the service and the plates",
            "致电 {customer}：致谢，询问用车、服务和上牌情况",
            "致電 {customer}：致謝，詢問用車、服務和領牌情況",
            "Позвонить: {customer}. Поблагодарить, спросить о машине, обслуживании и номерах",
        ),
        form="automotive.first_call",
    ),
    "manager",
    Deadline(24, "hour"),
    escalate=Escalate("manager", before=4, after=4),
)
SECOND_CALL = FollowUp(
    "second_call",
    Text("Second call after delivery", "交车后二次回访", "交車後二次回訪", "Второй звонок после выдачи"),
    ON_DELIVERY,
    Do(
        "call",
        Text(
            "Call {customer}: the car, the first maintenance, the plates; is everything settled?",
            "致电 {customer}：用车感受、首保提醒、上牌，问题是否都已解决",
            "致電 {customer}：用車感受、首保提醒、領牌，問題是否都已解決",
            "Позвонить: {customer}. Как машина, первое ТО, номера, всё ли решено",
        ),
        form="automotive.second_call",
    ),
    "salesperson",
    Deadline(7, "day"),
    escalate=Escalate("manager", after=24),
)
# --- staying in touch ---

CONTACT = FollowUp(
    "contact",
    Text("Contact every two months", "两月一次联系", "兩月一次聯繫", "Контакт раз в два месяца"),
    ON_DELIVERY,
    Do(
        "call",
        Text(
            "Call {customer}: the car, the next maintenance, and something they like",
            "联系 {customer}：用车情况、保养提醒，聊聊客户的爱好",
            "聯繫 {customer}：用車情況、保養提醒，聊聊客戶的嗜好",
            "Связаться: {customer}. Машина, ближайшее ТО и то, что клиенту по душе",
        ),
        form="automotive.contact",
    ),
    "salesperson",
    Deadline(),
    every=Interval(2, "month"),
    until=BOUGHT_AGAIN,
)
VISIT_TEXT = Text(
    "Visit {customer}: a good occasion. The car, and what is new with us",
    "借此机会拜访 {customer}：了解用车情况，介绍本店最新活动",
    "藉此機會拜訪 {customer}：了解用車情況，介紹本店最新活動",
    "Хороший повод заехать: {customer}. Как машина и что у нас нового",
)
BIRTHDAY_VISIT = FollowUp(
    "birthday_visit",
    Text("Visit around the birthday", "生日拜访", "生日拜訪", "Визит ко дню рождения"),
    OnDate("date.birthday", days=-7, yearly=True),
    Do("visit", VISIT_TEXT, form="automotive.visited"),
    deadline=Deadline(14),
    unless=NOT_BOUGHT,
)
ANNIVERSARY = FollowUp(
    "anniversary",
    Text("Purchase anniversary", "购车周年", "購車週年", "Годовщина покупки"),
    OnDate("date.automotive.anniversary", yearly=True),
    Do(
        "message",
        Text(
            "{customer}: another year with {about}. Send a greeting",
            "{customer} 的 {about} 购车周年：送上问候",
            "{customer} 的 {about} 購車週年：送上問候",
            "{customer}: ещё один год с {about}. Поздравить",
        ),
    ),
)
ANNIVERSARY_VISIT = FollowUp(
    "anniversary_visit",
    Text("Visit around the purchase anniversary", "购车周年拜访", "購車週年拜訪", "Визит к годовщине покупки"),
    OnDate("date.automotive.anniversary", days=-7, yearly=True),
    Do("visit", VISIT_TEXT, form="automotive.visited"),
    deadline=Deadline(14),
    on=False,
)
# --- the workshop ---

BRIDGE = FollowUp(
    "bridge",
    Text("Bridge to the service department", "售后交接", "售後交接", "Знакомство с сервисом"),
    ON_DELIVERY,
    Do(
        "call",
        Text(
            "Say who you are to {customer}: their service adviser; agree on the first maintenance",
            "向 {customer} 自我介绍：您是其服务顾问，约定首保时间",
            "向 {customer} 自我介紹：您是其服務顧問，約定首保時間",
            "Представиться: {customer}. Вы — консультант по сервису; договориться о первом ТО",
        ),
        form="automotive.workshop",
    ),
    SERVICE,
    Deadline(1, "month"),
)
REPAIR_CALL = FollowUp(
    "after_repair",
    Text("Call after a repair", "维修后回访", "維修後回訪", "Звонок после ремонта"),
    OnDate("date.automotive.repaired"),
    Do(
        "call",
        Text(
            "Ask {customer} whether the repair of {about} was done well",
            "回访 {customer}：{about} 维修是否满意",
            "回訪 {customer}：{about} 維修是否滿意",
            "{about} после ремонта: узнать, всё ли хорошо, {customer}",
        ),
        form="automotive.after_repair",
    ),
    SERVICE,
    Deadline(3, "day"),
)


def _of_car(
    key: str, label: Text, text: Text, form: str, *, days: int, who: str = "owner", yearly: bool = False
) -> FollowUp:
    """A call when a date of the car comes near."""
    when = OnDate(f"date.automotive.{key}", days=days, yearly=yearly)
    do = Do("call", text, form=f"automotive.{form}")
    return FollowUp(f"car_{key}", label, when, do, who, Deadline(0, "working_day", time(18)))


CARS = (
    _of_car(
        "maintenance",
        Text("First maintenance", "首保", "首保", "Первое ТО"),
        Text(
            "First maintenance of {about} is near: make an appointment with {customer}",
            "{about} 首保将到：与 {customer} 预约进厂",
            "{about} 首保將到：與 {customer} 預約進廠",
            "{about}: скоро первое ТО. Записать клиента: {customer}",
        ),
        "workshop",
        days=-14,
        who=SERVICE,
    ),
    _of_car(
        "insurance",
        Text("Insurance ends", "保险到期", "保險到期", "Заканчивается страховка"),
        Text(
            "Insurance of {about} ends in 90 days: make {customer} an offer",
            "{about} 保险 90 天后到期：给 {customer} 报续保方案",
            "{about} 保險 90 天後到期：給 {customer} 報續保方案",
            "{about}: страховка кончится через 90 дней. Предложить продление: {customer}",
        ),
        "insurance",
        days=-90,
        yearly=True,
    ),
    _of_car(
        "inspection",
        Text("Yearly inspection", "年检", "驗車", "Техосмотр"),
        Text(
            "Inspection of {about} is due in 30 days: offer {customer} our help",
            "{about} 30 天后年检到期：问 {customer} 是否代办",
            "{about} 30 天後驗車到期：問 {customer} 是否代辦",
            "{about}: через 30 дней техосмотр. Предложить помощь: {customer}",
        ),
        "inspection",
        days=-30,
        who=SERVICE,
        yearly=True,
    ),
    _of_car(
        "warranty",
        Text("Warranty ends", "质保到期", "保固到期", "Заканчивается гарантия"),
        Text(
            "Warranty of {about} ends in 30 days: invite {customer} for a last check",
            "{about} 质保 30 天后到期：邀请 {customer} 进厂检查",
            "{about} 保固 30 天後到期：邀請 {customer} 進廠檢查",
            "{about}: через 30 дней конец гарантии. Пригласить на проверку: {customer}",
        ),
        "warranty",
        days=-30,
        who=SERVICE,
    ),
    _of_car(
        "trade_in",
        Text("Trade-in", "置换", "換購", "Обмен"),
        Text(
            "{customer} has driven {about} for some years: is it time for the next car?",
            "{customer} 的 {about} 已用车数年：了解换车意向",
            "{customer} 的 {about} 已用車數年：了解換車意向",
            "{customer} ездит на {about} уже несколько лет: не пора ли сменить?",
        ),
        "trade",
        days=0,
    ),
    _of_car(
        "away",
        Text("Lost customers of the workshop", "流失客户回访", "流失客戶回訪", "Ушедшие клиенты сервиса"),
        Text(
            "{about} has not been here for a long time: call {customer} and ask why",
            "{about} 很久没回店：致电 {customer} 了解原因",
            "{about} 很久沒回店：致電 {customer} 了解原因",
            "{about} давно не было у нас: позвонить и спросить почему, {customer}",
        ),
        "lost_customer",
        days=0,
        who=SERVICE,
    ),
)

RECORDS: tuple[Any, ...] = (
    *FORMS,
    *(LETTER, FIRST_CALL, SECOND_CALL, CONTACT, BIRTHDAY_VISIT, ANNIVERSARY, ANNIVERSARY_VISIT, BRIDGE),
    *(REPAIR_CALL, *CARS),
    *winning.RECORDS,
    *occasions.RECORDS,
)
