"""The car wash that docs/plugins/templates.md, translations.md and testing.md talk about; what they show is written
beside this by tests/plugging/test_plugin_doc_samples.py."""

from collections.abc import Iterable
from datetime import date, datetime
from random import Random
from typing import Any

import click
from flask import Blueprint, request
from sqlalchemy import Column, Date, Integer, MetaData, Table, UniqueConstraint, func, insert, select

from salesapp.plugin_api import (
    N_,
    SYSTEM,
    Command,
    DemoData,
    Field,
    Gate,
    Id,
    IndustryPack,
    LostReason,
    Manifest,
    NewCustomer,
    OwnTables,
    Process,
    Refused,
    Routes,
    SettingsForm,
    Stage,
    Text,
    When,
    Work,
    asking,
    go_to,
    hookimpl,
    page,
    pass_work,
    problem,
    work,
)

LABEL = Text(en="Car wash", zh_Hans="洗车店", zh_Hant="洗車店", ru="Автомойка")
MANIFEST = Manifest(name="car_wash", version="1.0", label=LABEL, description=LABEL)
WISH = Field("wish", Text(en="What they want", zh_Hans="客户想要什么", zh_Hant="客戶想要什麼", ru="Что нужно"), "text")
BAYS = Field("bays", Text(en="Bays", zh_Hans="洗车位", zh_Hant="洗車位", ru="Боксы"), "integer", default=20)
FIRST = Stage(
    "asked", LABEL, goal=LABEL, key_steps=(), probability=20, to_leave=(Gate("wish", When("field.wish", "filled")),)
)
LAST = Stage("offered", LABEL, goal=LABEL, key_steps=(), probability=60)
ORDER = Process("order", LABEL, (FIRST, LAST), (LostReason("price", LABEL),), fields=(WISH,))

metadata = MetaData()
BOOKING = Table(
    "car_wash_booking",
    metadata,
    Column("id", Id, primary_key=True),
    Column("day", Date, nullable=False),
    Column("bay", Integer, nullable=False),
    UniqueConstraint("day", "bay", name="uq_car_wash_booking_day"),
    sqlite_autoincrement=True,
)


def book(w: Work, typed: str) -> None:
    """Book the next bay that is free on the day that was typed."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Refused([problem("day", N_("Choose a day."))]) from None
    ((taken,),) = w.reads.execute(select(func.count()).select_from(BOOKING).where(BOOKING.c.day == day))
    if taken >= w.settings()["bays"]:
        raise Refused([problem("day", N_("%(day)s is full: choose another day."), day=day)])
    w.session.execute(insert(BOOKING).values(day=day, bay=taken + 1))


def a_full_day(w: Work, rng: Random, now: datetime) -> None:
    """Every bay is booked today."""
    for _ in range(w.settings()["bays"]):
        book(w, now.date().isoformat())


@click.command("open")
@click.argument("bay")
@pass_work
def open_bay(w: Work, bay: str) -> None:
    """Open a bay."""
    click.echo(f"Bay {bay} is open.")


VERBS = {"book": "deal.edit", "book_form": "deal.edit", "photos_form": "activity.add", "add_photos": "activity.add"}
public = Blueprint("public", __name__)


@public.get("/")
def form() -> str:
    """Anybody may ask."""
    return page("car_wash/ask.html")


@public.post("/send")
def send() -> Any:
    """And become a customer."""
    with work(SYSTEM, asking().now, plugin="car_wash") as w:
        w.take_enquiry(NewCustomer(name=request.form.get("name", ""), source="web_form", owner_id=None))
    return go_to("/p/car_wash/")


@hookimpl
def salesapp_records() -> Iterable[object]:
    """The whole wash."""
    from . import photos  # samples of templates.md

    pages = photos.pages

    return [
        IndustryPack("car_wash", LABEL, (ORDER,)),
        SettingsForm((BAYS,)),
        OwnTables(metadata),
        Command(open_bay),
        DemoData("day", a_full_day),
        Routes("pages", lambda: pages, verb="deal.see", verbs=VERBS),
        Routes("public", lambda: public, verb="deal.see", public=("form", "send")),
    ]
