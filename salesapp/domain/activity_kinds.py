"""The kinds of activities: what a salesperson does with a customer, with the words and the sign for each."""

from dataclasses import dataclass
from typing import Final

from salesapp.domain.text import Text


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """One kind. `key` is stored, so it never changes; `reaches` says whether it can reach somebody or not."""

    key: str
    label: Text
    icon: str
    reaches: bool = True


KINDS: Final[tuple[ActivityKind, ...]] = (
    ActivityKind("call", Text(en="Call", zh_Hans="电话", zh_Hant="電話", ru="Звонок"), "phone"),
    ActivityKind("visit", Text(en="Visit", zh_Hans="拜访", zh_Hant="拜訪", ru="Визит"), "map-pin"),
    ActivityKind("message", Text(en="Message", zh_Hans="消息", zh_Hant="訊息", ru="Сообщение"), "message-square"),
    ActivityKind("letter", Text(en="Letter", zh_Hans="信函", zh_Hant="信函", ru="Письмо"), "mail"),
    ActivityKind("meeting", Text(en="Meeting", zh_Hans="会议", zh_Hant="會議", ru="Встреча"), "users"),
    ActivityKind("demo", Text(en="Demonstration", zh_Hans="演示", zh_Hant="展示", ru="Презентация"), "sparkles"),
    ActivityKind("task", Text(en="Task", zh_Hans="任务", zh_Hant="任務", ru="Задача"), "list-checks", reaches=False),
)
"""In the order they are offered."""

KINDS_BY_KEY: Final[dict[str, ActivityKind]] = {kind.key: kind for kind in KINDS}

OUTCOMES: Final = ("reached", "not_reached")
DIRECTIONS: Final = ("out", "in")


def counts_as_contact(kind: str, direction: str, outcome: str | None) -> bool:
    """Only what went out and reached somebody is a contact: an incoming mail or a failed call is none."""
    known = KINDS_BY_KEY.get(kind)
    return direction == "out" and outcome == "reached" and (known is None or known.reaches)
