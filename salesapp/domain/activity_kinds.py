"""The kinds of activities: what a salesperson does with a customer, with the words and the sign for each."""

from dataclasses import dataclass
from typing import Final

from salesapp.domain.text import Text


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """One kind. `key` is stored, so it never changes; `reaches` says whether it can reach somebody or not; `minutes` is
    how long one usually takes."""

    key: str
    label: Text
    icon: str
    reaches: bool = True
    minutes: int = 30


KINDS: Final[tuple[ActivityKind, ...]] = (
    ActivityKind("call", Text(en="Call", zh_Hans="电话", zh_Hant="電話", ru="Звонок"), "phone", minutes=15),
    ActivityKind("visit", Text(en="Visit", zh_Hans="拜访", zh_Hant="拜訪", ru="Визит"), "map-pin", minutes=60),
    ActivityKind(
        "message", Text(en="Message", zh_Hans="消息", zh_Hant="訊息", ru="Сообщение"), "message-square", minutes=10
    ),
    ActivityKind("letter", Text(en="Letter", zh_Hans="信函", zh_Hant="信函", ru="Письмо"), "mail"),
    ActivityKind("meeting", Text(en="Meeting", zh_Hans="会议", zh_Hant="會議", ru="Встреча"), "users", minutes=60),
    ActivityKind(
        "demo", Text(en="Demonstration", zh_Hans="演示", zh_Hant="展示", ru="Презентация"), "sparkles", minutes=60
    ),
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


def takes(kind: str, minutes: int | None) -> int:
    """How many minutes an activity takes: as it was said, else as its kind usually does."""
    known = KINDS_BY_KEY.get(kind)
    return minutes or (known.minutes if known else 30)
