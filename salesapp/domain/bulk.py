"""Changing many records at once: what can be done to them, and why one of them was left out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from salesapp.domain.permissions import Actor, can
from salesapp.domain.text import Text

MOST: Final = 50_000
"""Records in one bulk change; a list of more is narrowed first."""
AT_ONCE: Final = 50
"""Up to this many are changed while the page waits; more are a job."""
CHUNK: Final = 200
"""Records in one transaction, so that others keep working."""
UNDO_WITHIN: Final = timedelta(days=1)

PREPARED, RUNNING, DONE, GIVEN_UP = "prepared", "running", "done", "given_up"
WAITING, CHANGED, SKIPPED, UNDONE = "waiting", "done", "skipped", "undone"

KINDS: Final = ("customer", "deal", "activity")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that can be done to many records. `verb` is the right asked of each record; `offered` the one somebody
    needs to be offered it at all; `takes` what it asks for besides: a person, a tag, a grade."""

    key: str
    subject: str
    verb: str
    label: Text
    icon: str
    takes: str = ""
    offered: str = ""

    def for_actor(self, actor: Actor) -> bool:
        """Whether this person is offered it."""
        return can(actor, self.offered or self.verb)


CHANGES: Final = {
    change.key: change
    for change in (
        Change(
            "customer.assign",
            "customer",
            "customer.assign",
            Text("Hand over", "转交", "轉交", "Передать"),
            "user",
            "person",
        ),
        Change(
            "customer.tag",
            "customer",
            "customer.edit",
            Text("Add a tag", "加标签", "加標籤", "Добавить метку"),
            "tag",
            "tag",
        ),
        Change(
            "customer.untag",
            "customer",
            "customer.edit",
            Text("Remove a tag", "去标签", "移除標籤", "Снять метку"),
            "tag",
            "tag",
        ),
        Change(
            "customer.grade",
            "customer",
            "customer.edit",
            Text("Set the grade", "设定等级", "設定等級", "Задать категорию"),
            "flag",
            "grade",
        ),
        Change(
            "customer.archive",
            "customer",
            "customer.archive",
            Text("Archive", "归档", "封存", "В архив"),
            "archive",
        ),
        Change(
            "customer.restore",
            "customer",
            "customer.archive",
            Text("Bring back", "恢复", "復原", "Вернуть из архива"),
            "archive-restore",
        ),
        Change(
            "deal.assign",
            "deal",
            "deal.edit",
            Text("Hand over", "转交", "轉交", "Передать"),
            "user",
            "person",
            "customer.assign",
        ),
        Change(
            "deal.archive",
            "deal",
            "deal.edit",
            Text("Archive", "归档", "封存", "В архив"),
            "archive",
        ),
        Change(
            "activity.assign",
            "activity",
            "activity.edit",
            Text("Hand over", "转交", "轉交", "Передать"),
            "user",
            "person",
            "customer.assign",
        ),
        Change(
            "activity.cancel",
            "activity",
            "activity.edit",
            Text("Cancel what is planned", "取消计划", "取消計畫", "Отменить запланированное"),
            "x",
        ),
    )
}

REASONS: Final = {
    "not_found": Text("not there, or not yours to see", "不存在或无权查看", "不存在或無權查看", "нет или не видно вам"),
    "not_allowed": Text("not yours to change", "无权修改", "無權修改", "нет права менять"),
    "same": Text("was so already", "本来就是这样", "本來就是這樣", "так уже было"),
    "changed": Text("somebody changed it since", "之后有人改过", "之後有人改過", "после этого кто-то изменил"),
    "archived": Text("archived", "已归档", "已封存", "в архиве"),
    "pending": Text("waits for a decision", "正在等待审批", "正在等待簽核", "ждёт решения"),
    "planned": Text("no longer planned", "已不在计划中", "已不在計畫中", "уже не запланировано"),
    "decides": Text(
        "the one who takes it over decides it, so it stays with who asked",
        "接手人就是审批人，申请仍留在原申请人名下",
        "接手人就是簽核人，申請仍留在原申請人名下",
        "принимающий сам решает этот запрос, автор остался прежним",
    ),
    "left": Text("who asked for it has left", "发起人已离职", "發起人已離職", "инициатор больше не работает"),
    "refused": Text("a rule speaks against it", "不符合规则", "不符合規則", "не допускается правилами"),
}


class Skip(Exception):
    """This record is left out; `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def changes_of(kind: str, actor: Actor) -> list[Change]:
    """What this person can be offered to do to many records of a kind."""
    return [each for each in CHANGES.values() if each.subject == kind and each.for_actor(actor)]
