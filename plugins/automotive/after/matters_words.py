"""What matters are called: topics, what became of them, settings, what people are told, the question of a call back."""

from collections.abc import Mapping
from typing import Final

from salesapp.plugin_api import Field, Option, ResultForm, Text

from .topics import CONTENT, TOPICS, TROUBLE

TOPIC_LABELS: Final[Mapping[str, Text]] = {
    "complaint": Text("Complaint", "投诉", "客訴", "Жалоба"),
    "request": Text("Request", "请求", "請求", "Просьба"),
    "feel": Text("Car", "车辆问题", "車輛問題", "Автомобиль"),
    "served": Text("Service in the showroom", "展厅服务", "展間服務", "Обслуживание в салоне"),
    "staff": Text("Our people", "员工表现", "員工表現", "Наши сотрудники"),
    "plated": Text("Plates", "上牌", "領牌", "Номера"),
    "repaired": Text("Repair", "维修质量", "維修品質", "Ремонт"),
    "away": Text("Stays away", "不再回店", "不再回店", "Не приезжает"),
}
"""By the key of the survey's topic that says trouble; a request is only made by hand."""

STATES: Final[Mapping[str, Text]] = {
    "open": Text("Open", "待解决", "待解決", "Открыто"),
    "answered": Text("Answered, not called yet", "已答复，待回电", "已答覆，待回電", "Есть ответ, не перезвонили"),
    "closed": Text("Closed", "已结案", "已結案", "Закрыто"),
}

STEPS: Final[Mapping[str, Text]] = {
    "raised": Text("Raised", "提出", "提出", "Поступило"),
    "up": Text(
        "Not solved in time: went up", "超时未解决，已上报", "逾時未解決，已上報", "Не решено в срок: передано выше"
    ),
    "uncalled": Text(
        "Not called back in time: went up",
        "超时未回电，已上报",
        "逾時未回電，已上報",
        "Не перезвонили в срок: передано выше",
    ),
    "given": Text("Given on", "转交", "轉交", "Передано"),
    "answered": Text("Answered", "已答复", "已答覆", "Дан ответ"),
    "missed": Text("Called back, not reached", "回电未接通", "回電未接通", "Перезвонили, не ответили"),
    "reopened": Text("Called back: not content", "回电：客户不满意", "回電：客戶不滿意", "Перезвонили: недовольны"),
    "closed": Text("Called back: content", "回电：客户满意", "回電：客戶滿意", "Перезвонили: довольны"),
    "undone": Text("The call was taken back", "已撤销回电", "已撤銷回電", "Звонок отменён"),
    "corrected": Text("The survey was corrected", "回访答案已更正", "回訪答案已更正", "Ответ в анкете исправлен"),
    "erased": Text("Personal data erased", "个人信息已删除", "個人資料已刪除", "Личные данные удалены"),
}
"""What happened to a matter, by the code its step is kept by."""

NEW: Final = Text(
    "A matter of this customer is yours to solve",
    "这位客户有一件事待您解决",
    "這位客戶有一件事待您解決",
    "Обращение этого клиента решать вам",
)
WENT_UP: Final = Text(
    "A matter was not solved in time: it is your lead’s now",
    "有一件事超时未解决，已上报您的主管",
    "有一件事逾時未解決，已上報您的主管",
    "Обращение не решено в срок и передано вашему руководителю",
)
CAME_UP: Final = Text(
    "A matter was not solved in time: it is yours now",
    "有一件事超时未解决，现由您处理",
    "有一件事逾時未解決，現由您處理",
    "Обращение не решено в срок: теперь решать вам",
)
CALL_LATE: Final = Text(
    "A customer waits for your call with the answer: your lead knows",
    "客户还在等您回电告知结果，已上报您的主管",
    "客戶還在等您回電告知結果，已上報您的主管",
    "Клиент ждёт вашего звонка с ответом: руководитель в курсе",
)
NOT_CALLED: Final = Text(
    "A customer was not called back with the answer in time: see to it",
    "有客户的答复超时未回电，请您跟进",
    "有客戶的答覆逾時未回電，請您跟進",
    "Клиенту вовремя не сообщили ответ: проследите, чтобы перезвонили",
)
AT_THE_TOP: Final = Text(
    "A matter of this customer is still not solved, and nobody is above you",
    "这位客户的事仍未解决，上面已无人可报",
    "這位客戶的事仍未解決，上面已無人可報",
    "Обращение клиента всё ещё не решено, и выше вас никого нет",
)

CALL_BACK: Final = ResultForm(
    "call_back",
    Text("Call back after a complaint", "投诉回电", "客訴回電", "Звонок с ответом"),
    "call",
    fields=(CONTENT,),
    required=("content",),
    by_rule=True,
)

SETTINGS: Final = (
    Field(
        "matter_hours",
        Text(
            "Complaints and requests: solved within (hours)",
            "投诉与请求：处理时限（小时）",
            "客訴與請求：處理時限（小時）",
            "Жалобы и просьбы: решить за (часов)",
        ),
        "integer",
        default=24,
        between=(1, 720),
    ),
    Field(
        "matter_back_hours",
        Text(
            "Complaints and requests: called back within (hours)",
            "投诉与请求：回电时限（小时）",
            "客訴與請求：回電時限（小時）",
            "Жалобы и просьбы: перезвонить за (часов)",
        ),
        "integer",
        default=24,
        between=(1, 720),
    ),
    Field(
        "matter_service",
        Text(
            "Complaints the workshop solves", "由售后部门处理的事项", "由售後部門處理的事項", "Решает сервис: жалобы на"
        ),
        "choices",
        options=tuple(Option(key, label) for key, label in TOPIC_LABELS.items()),
        default=["feel", "repaired", "away"],
    ),
)


def of_topic(topic: str) -> tuple[Text | str, Text | str]:
    """A topic in words, and the answer of the survey that says trouble about it ("" where there is only one)."""
    label = TOPIC_LABELS.get(topic, topic)
    field = next((each for each in TOPICS if each.key == topic), None)
    said = [each.label for each in field.options if each.key in TROUBLE.get(topic, ())] if field else []
    return label, said[0] if said and topic != "complaint" else ""
