"""The deals of a real company: imported as a new user would, they stand where they stood, and a second time changes
nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from statistics import mean, median
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.services import import_reading
from salesapp.services.work import work
from salesapp.store import rollups, search
from salesapp.store.engine import reading
from salesapp.store.tables import customer, deal, event, notice, person, stage_event
from salesapp.testing import NOW, Browser, Cast
from tests.services.maven import DAY_FIRST, FOLDER, PIPELINE, bring, deals_asked, import_maven


@pytest.fixture(scope="module")
def here() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the real deals (../shared/data/maven_crm) are not here")


def rows(*columns: Any, **equal: Any) -> list[Any]:
    """These columns of every deal that has these values."""
    with reading() as x:
        query = select(*columns).where(*(deal.c[name] == value for name, value in equal.items()))
        return [tuple(row) if len(columns) > 1 else row[0] for row in x.execute(query.order_by(deal.c.id))]


@pytest.mark.usefixtures("here")
def test_8800_deals_stand_where_they_stood(app: Flask, cast: Cast, client_of: Callable[..., Browser]) -> None:
    run = import_maven(app, NOW)[PIPELINE]
    assert (run.state, run.added, run.rejected) == ("done", 8800, 0)
    _figures()
    _owners_and_customers()
    _right()
    page = client_of(cast.admin).get("/deals?process=general.six").text
    assert "1,589" in page
    assert "500" in page
    with reading() as x:
        before = x.execute(select(deal).order_by(deal.c.id)).all()
        n = x.scalar(select(func.count()).select_from(event))
        assert x.scalar(select(func.count()).select_from(notice)) == 0
    _again(before, n)


def _figures() -> None:
    """What ../shared/data/README.md says."""
    with reading() as x:
        counts = x.execute(select(deal.c.state, deal.c.stage, func.count()).group_by(deal.c.state, deal.c.stage)).all()
    assert {tuple(row) for row in counts} == {
        ("open", "identification", 500),
        ("open", "contact", 1589),
        ("won", "contact", 4238),
        ("lost", "contact", 2473),
    }
    amounts = rows(deal.c.amount_minor, state="won")
    assert sum(amounts) == 10_005_534_00
    assert round(mean(amounts) / 100, 2) == 2360.91
    assert median(amounts) / 100 == 1117
    with reading() as x:
        ended = (stage_event.c.stage == ":won", stage_event.c.prev_stage == "contact")
        stays = x.scalars(select(stage_event.c.secs_in_prev).where(*ended)).all()
        past = x.execute(select(func.max(stage_event.c.at), func.min(stage_event.c.noted_at))).one()
    days = [secs / 86_400 for secs in stays]
    assert all(day == int(day) for day in days)
    assert (len(days), round(mean(days), 2), median(days)) == (4238, 51.78, 57)
    assert past[1] == NOW
    won = rows(deal.c.created_at, deal.c.closed_at, state="won")
    assert round(mean((closed - opened).days for opened, closed in won), 2) == 51.78


def _owners_and_customers() -> None:
    with reading() as x:
        owners = x.execute(
            select(person.c.name, func.count()).join(deal, deal.c.owner_id == person.c.id).group_by(person.c.name)
        ).all()
        assert x.scalar(select(func.count()).select_from(customer)) == 85
    assert len(owners) == 30
    assert dict(tuple(row) for row in owners)["Darcel Schlecht"] == 747
    assert len(rows(deal.c.id, customer_id=None)) == 1425
    assert {each["own"]["product"] for each in rows(deal.c.custom)} >= {"gtx_pro", "mg_special"}
    assert sum(each["own"]["product"] == "gtx_pro" for each in rows(deal.c.custom)) == 1480


def _right() -> None:
    with reading() as x:
        for table in rollups.TABLES:
            assert rollups.compare(x, table).is_right, table.name


def _again(before: Any, events: int | None) -> None:
    """The other file, its date order guessed: open deals there have an account called null and a value of 0."""
    shape = import_reading.guess_shape(FOLDER / DAY_FIRST, DAY_FIRST, "en")
    assert shape.date_order == "dmy"
    run = bring(DAY_FIRST, NOW.replace(day=9), _system(), replace(deals_asked(DAY_FIRST), shape=shape))
    assert (run.added, run.changed, run.same, run.rejected) == (0, 0, 8800, 0)
    with reading() as x:
        assert x.execute(select(deal).order_by(deal.c.id)).all() == before
        about = select(func.count()).select_from(event).where(event.c.kind.startswith("deal."))
        assert x.scalar(about.where(event.c.noted_at > NOW)) == 0
    assert events


def _system() -> Any:
    from salesapp.domain.permissions import SYSTEM

    return SYSTEM


@pytest.mark.usefixtures("here")
def test_imported_deals_are_found_and_their_past_can_be_read(
    app: Flask, cast: Cast, client_of: Callable[..., Browser]
) -> None:
    import_maven(app, NOW)
    with reading() as x:
        hits = search.find(x, cast.admin, "Cancity", NOW, kinds=("deal",))
        one = x.execute(select(deal).where(deal.c.external_key == "1C1I7A6R")).one()
    assert {hit.title for hit in hits} == {"Cancity"}
    page = client_of(cast.admin).get(f"/deals/{one.id}").text
    assert "Cancity" in page
    assert one.created_at.date() == date(2016, 10, 20)
    with work(_system(), NOW) as w:
        assert w.session.scalar(select(func.count()).select_from(customer)) == 85
