"""The survey form of a customer: all that calls and visits after a delivery brought, topic by topic, over time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from salesapp.plugin_api import Event, Field, Line, Listens, Panel, Reads, Text, Work

from ..sale import winning
from ..tables import VEHICLE
from .topics import TOPICS, TROUBLE

ME = "automotive"
NOTED: Final = Text("Noted besides", "其他沟通记录", "其他溝通紀錄", "Прочие заметки")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said on a topic, when, and whether it means trouble."""

    at: datetime
    said: Text | str
    trouble: bool
    activity_id: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a customer said, the latest first: by topic, and in calls and visits since their first car was delivered
    that no form asked about."""

    topics: dict[Field, list[Answer]]
    noted: list[Answer]


def of_customer(reads: Reads, customer_id: int) -> Survey:
    """All of it."""
    done = reads.visible_activities()
    delivered = select(func.min(VEHICLE.c.delivered_at)).where(VEHICLE.c.customer_id == customer_id).scalar_subquery()
    found = select(done.c.id, done.c.at, done.c.answers, done.c.note, (done.c.at > delivered).label("after"))
    found = found.where(done.c.customer_id == customer_id, done.c.state == "done").order_by(done.c.at.desc())
    rows = [(row, (row.answers or {}).get(ME) or {}) for row in reads.execute(found)]
    by_topic = {
        topic: [_answer(topic, row, said[topic.key]) for row, said in rows if topic.key in said] for topic in TOPICS
    }
    noted = [Answer(row.at, row.note, False, row.id) for row, said in rows if row.after and row.note and not said]
    return Survey({topic: answers for topic, answers in by_topic.items() if answers}, noted)


def _answer(topic: Field, row: Any, value: Any) -> Answer:
    said = next((each.label for each in topic.options if each.key == value), str(value))
    return Answer(row.at, said, value in TROUBLE.get(topic.key, ()), row.id)


def troubles(answers: Mapping[str, Any]) -> list[str]:
    """The topics on which these answers say trouble: matters_back.py opens a matter of each."""
    return [topic for topic, bad in TROUBLE.items() if answers.get(topic) in bad]


def panel(reads: Reads, customer_id: int) -> Iterable[Line]:
    """The last word on each topic, and the last that was noted besides; all of them on the page."""
    address, found = f"/p/automotive/survey/customers/{customer_id}", of_customer(reads, customer_id)
    lines = [(topic.label, answers[0].said) for topic, answers in found.topics.items()]
    lines += [(NOTED, each.said) for each in found.noted[:1]]
    return [Line(label, said, address) for label, said in lines]


def hears(event: Event, w: Work) -> None:
    """What follows of an activity that was done."""
    winning.heard(event, w)


RECORDS: tuple[Any, ...] = (
    Listens("answers", ("activity.done",)),
    Panel("survey", "customer", Text("Survey", "回访问卷", "回訪問卷", "Анкета"), panel),
)
