"""The job of follow-up rules: looking every five minutes what is due; more than a portion is jobs of its own."""

from datetime import timedelta
from typing import Final

from salesapp.domain.periods import Every
from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job
from salesapp.services.follow_up_escalating import escalate
from salesapp.services.follow_up_looking import PORTION, look
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work


def _look(w: Work, _args: Args) -> None:
    more = look(w)
    if escalate(w, PORTION) or more:
        enqueue(w, LOOK.name)


LOOK: Final = Job(
    "follow_ups.look",
    Text("Plan what the rules say", "按规则安排跟进", "依規則安排跟進", "Запланировать действия по правилам"),
    _look,
    Every(timedelta(minutes=5)),
)
KINDS: Final = (LOOK,)
