"""The survey form of a customer: all that calls and visits after a delivery brought, topic by topic, over time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from salesapp.plugin_api import Event, Field, Line, Listens, Panel, Reads, Text, Work

from ..sale import winning
from .topics import TOPICS, TROUBLE

ME = "automotive"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said on a topic, when, and whether it means trouble."""

    at: datetime
    said: Text | str
    trouble: bool
    activity_id: int


def of_customer(reads: Reads, customer_id: int) -> dict[Field, list[Answer]]:
    """Every topic that was ever answered, the latest answer first."""
    done = reads.visible_activities()
    found = select(done.c.id, done.c.at, done.c.answers).where(
        done.c.customer_id == customer_id, done.c.state == "done"
    )
    rows = [(row, (row.answers or {}).get(ME) or {}) for row in reads.execute(found.order_by(done.c.at.desc()))]
    by_topic = {
        topic: [_answer(topic, row, said[topic.key]) for row, said in rows if topic.key in said] for topic in TOPICS
    }
    return {topic: answers for topic, answers in by_topic.items() if answers}


def _answer(topic: Field, row: Any, value: Any) -> Answer:
    said = next((each.label for each in topic.options if each.key == value), str(value))
    return Answer(row.at, said, value in TROUBLE.get(topic.key, ()), row.id)


def troubles(answers: Mapping[str, Any]) -> list[str]:
    """The topics on which these answers say trouble: matters_back.py opens a matter of each."""
    return [topic for topic, bad in TROUBLE.items() if answers.get(topic) in bad]


def panel(reads: Reads, customer_id: int) -> Iterable[Line]:
    """The last word on each topic; all of them on the page."""
    address = f"/p/automotive/survey/customers/{customer_id}"
    return [Line(topic.label, answers[0].said, address) for topic, answers in of_customer(reads, customer_id).items()]


def hears(event: Event, w: Work) -> None:
    """What follows of an activity that was done."""
    winning.heard(event, w)


RECORDS: tuple[Any, ...] = (
    Listens("answers", ("activity.done",)),
    Panel("survey", "customer", Text("Survey", "回访问卷", "回訪問卷", "Анкета"), panel),
)
