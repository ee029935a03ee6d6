"""What must be there before a deal goes on: few, each what a dealership is sorry for when it finds it missing."""

from salesapp.plugin_api import AllOf, AnyOf, Gate, Text, When

INVITED = Gate(
    "invited",
    AnyOf(
        (
            AllOf((When("step.need_confirmed", "is", True), When("step.trust", "is", True))),
            When("step.received", "is", True),  # who has come by themselves needs no invitation
        )
    ),
    hint=Text(
        "Invite only once the need is confirmed and they trust you.",
        "先确认需求、建立信任，再邀约到店。",
        "先確認需求、建立信任，再邀約到店。",
        "Приглашайте, когда потребность ясна и доверие есть.",
    ),
)
NEED_KNOWN = Gate("need_known", AllOf((When("field.level", "filled"), When("field.reason", "filled"))))
PICKED = Gate("picked", When("field.picked", "filled"))
DRIVEN = Gate(
    "driven",
    AnyOf((When("step.driven", "is", True), When("field.no_drive", "filled"))),
    hint=Text(
        "Take them for a test drive, or note why not.",
        "安排试驾，或写明未试驾的原因。",
        "安排試駕，或寫明未試駕的原因。",
        "Проведите тест-драйв или отметьте, почему его не было.",
    ),
)
DEMANDS_KNOWN = Gate("demands_known", When("field.demands", "filled"))
TIME_GIVEN = Gate(
    "time_given",
    AllOf((When("field.signals", "filled"), When("field.decides_on", "filled"))),
    hint=Text(
        "Note the buying signals, and give them time to decide.",
        "记下购买信号，并给客户考虑的时间。",
        "記下購買訊號，並給客戶考慮的時間。",
        "Отметьте признаки готовности и дайте время подумать.",
    ),
)
SIGNED = Gate(
    "signed",
    AllOf((When("step.signed", "is", True), When("step.deposit", "is", True), When("amount", "filled"))),
)
DELIVERED = Gate(
    "delivered",
    AllOf((When("step.inspected", "is", True), When("step.delivered", "is", True))),
    hint=Text(
        "Tick the inspection and the handover first.",
        "请先完成交车前检查和交车，并打勾。",
        "請先完成交車前檢查與交車，並打勾。",
        "Сначала отметьте проверку и выдачу.",
    ),
)
