"""What happens beside the pages: a reminder each day, a command for rooms, a full week in the demo."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import click
from sqlalchemy import insert, select

from salesapp.plugin_api import Command, DemoData, Every, NewCustomer, NewDeal, PluginJob, Text, Work, pass_work

from .booking import book, seen_trials, today_of
from .courses import COURSE
from .tables import ROOM, TRIAL

TOMORROW = Text(
    "A trial lesson is tomorrow: call to say that you look forward to it.",
    "明天有体验课：打个电话，告诉对方我们在等他。",
    "明天有體驗課：打個電話，告訴對方我們很期待。",
    "Завтра пробный урок: позвоните и скажите, что ждёте.",
)


def remind(w: Work, args: Mapping[str, Any]) -> None:
    """Tell owners of deals whose trial lesson is tomorrow, once."""
    for row in seen_trials(w.reads, TRIAL.c.day == today_of(w) + timedelta(days=1)):
        w.notify(row.owner_id, TOMORROW, "deal", row.deal_id, once=row.day.isoformat())


@click.command("room")
@click.argument("name")
@click.option("--places", type=click.IntRange(1, 200), default=12)
@pass_work
def room(w: Work, name: str, places: int) -> None:
    """Add a room with so many places."""
    if w.reads.execute(select(ROOM.c.id).where(ROOM.c.name == name)):
        raise click.ClickException(f"There is a room {name} already.")
    w.session.execute(insert(ROOM).values(name=name, places=places))
    click.echo(f"{name}: {places} places.")


def an_evening(w: Work, rng: Random, now: datetime) -> None:
    """Two rooms, and six people who try a lesson this week."""
    big, small = (_room(w, *each) for each in (("大教室 · Big hall", 12), ("小教室 · Small hall", 4)))
    deal = w.reads.visible_deals()
    (of,) = w.reads.execute(select(deal.c.owner_id).where(deal.c.owner_id.is_not(None)).limit(1))
    for name in ("沈月", "顾晨", "叶舟", "Анна Белова", "Tom Reed", "何雨"):
        customer_id = w.add_customer(NewCustomer(name=name, source="web_form", owner_id=of.owner_id))
        deal_id = w.add_deal(NewDeal(customer_id=customer_id, title=name, process=COURSE, owner_id=of.owner_id))
        w.change_deal(deal_id, {"field.dance": rng.choice(["waltz", "tango", "salsa"])})
        book(w, deal_id, rng.choice([big, small]), today_of(w) + timedelta(days=rng.randrange(5)))


def _room(w: Work, name: str, places: int) -> int:
    made = w.session.execute(insert(ROOM).values(name=name, places=places).returning(ROOM.c.id))
    return int(made.scalar_one())


BESIDE = (
    PluginJob(
        "remind",
        Text("Reminders of trial lessons", "体验课提醒", "體驗課提醒", "Напоминания о пробных уроках"),
        remind,
        Every(timedelta(days=1), at=timedelta(hours=1)),
    ),
    Command(room),
    DemoData("evening", an_evening),
)
