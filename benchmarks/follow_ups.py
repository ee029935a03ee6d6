"""What follow-up rules cost: CPU seconds for a year of them, and of a look when nothing is due.

    .venv/bin/python -m benchmarks.follow_ups [--deliveries 10000] [--watched 1000000] [--url URL]

A year: deals are won day by day, each followed by a call within 24 hours, one within a week, one every two months and
the anniversary; everything is done when it is due. Counted are hearing of each win, planning, and the daily looks until
nothing is left; not the wins and not what people do. Nothing due: so many customers are watched by a rule, none of them
is due, and the rule's subjects are all gone through.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import process_time
from typing import Any, Final

import click
from flask import Flask
from sqlalchemy import insert, literal_column, select, update

from benchmarks.slowed import Loops
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.follow_up import Deadline, Do, FollowUp, OnDate, OnStage, Silence
from salesapp.domain.follow_up_data import to_data
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.services.follow_up_escalating import escalate
from salesapp.services.follow_up_looking import look
from salesapp.services.follow_up_planning import not_before
from salesapp.services.follow_up_settling import is_once
from salesapp.services.work import Work, work
from salesapp.store import bulk_rows, follow_up_settings, follow_up_watches, follow_ups, schema, sign_ins
from salesapp.store.engine import reading
from salesapp.store.tables import activity, customer, deal, follow_up_occurrence, follow_up_watch, person, team

BEGIN: Final = datetime(2026, 1, 1, 1, tzinfo=UTC)
SIX: Final = "general.six"
TEAMS, EACH = 4, 5
YEAR: Final = 365
GOAL: Final = 30.0
IDLE: Final = 20


def _rule(key: str, when: Any, text: str, **values: Any) -> FollowUp:
    return FollowUp(key, Text(text, text, text, text), when, Do("call", Text(*[f"{text} {{customer}}"] * 4)), **values)


WON: Final = OnStage(SIX, ":won")
YEARLY: Final = (
    _rule("r1", WON, "Thank", who="manager", deadline=Deadline(24, "hour")),
    _rule("r2", WON, "Ask again", who="salesperson", deadline=Deadline(7)),
    _rule("r3", WON, "Keep in touch with", who="salesperson", every=Interval(2, "month")),
    _rule("r4", OnDate("deal.closed", yearly=True), "A year ago:", who="salesperson"),
)
SILENT: Final = (_rule("r9", Silence(Interval(6, "month")), "Long silent:"),)


@dataclass(slots=True)
class Spent:
    """CPU seconds by what they went to, and how much slower the machine was than when it does nothing else."""

    by: dict[str, float] = field(default_factory=dict)
    loops: Loops = field(default_factory=Loops)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count what runs within."""
        begun = process_time()
        try:
            yield
        finally:
            self.by[what] = self.by.get(what, 0.0) + process_time() - begun


@contextmanager
def _application(url: str) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory(prefix="salesapp-follow-ups-") as folder:
        settings = Settings(instance=Path(folder), database_url=url or f"sqlite:///{folder}/salesapp.db")
        schema.upgrade(settings.database)
        app = create_app(settings)
        with app.app_context():
            yield app


def _only(w: Work, rules: tuple[FollowUp, ...]) -> None:
    for key in w.catalog.follow_ups:
        follow_up_settings.put(w.session, key, {"off": True, "at": w.now})
    for rule in rules:
        row = {"off": False, "since": w.now, "own": to_data(rule), "at": w.now}
        follow_up_settings.put(w.session, f"own.{rule.key}", row)
    w.config_changed()


def _people(w: Work) -> list[int]:
    """Teams with a manager each; the ids of who sells."""
    path = [{"id": n, "name": f"Team {n}", "path": f"/{n}/"} for n in range(1, TEAMS + 1)]
    bulk_rows.insert_all(w.session, team, path)
    rows = [_person(n, team_id, "manager") for n, team_id in enumerate(range(1, TEAMS + 1), 1)]
    rows += [_person(TEAMS + n, n % TEAMS + 1, "salesperson") for n in range(1, TEAMS * EACH + 1)]
    bulk_rows.insert_all(w.session, person, rows)
    return [row["id"] for row in rows[TEAMS:]]


def _person(number: int, team_id: int, role: str) -> dict[str, Any]:
    mail = f"p{number}@example.com"
    values = {"name": f"P{number}", "email": mail, "password_hash": "x", "created_at": BEGIN}
    return {"id": number, "team_id": team_id, "role": role, **values}


def _customers(w: Work, count: int, owners: list[int]) -> None:
    rows = [_customer(n, owners[n % len(owners)]) for n in range(1, count + 1)]
    bulk_rows.insert_all(w.session, customer, rows)
    bulk_rows.go_on(w.session, customer, count)


def _customer(number: int, owner_id: int) -> dict[str, Any]:
    known = {"created_at": BEGIN, "touched_at": BEGIN, "last_contact_at": BEGIN}
    return {"id": number, "name": f"Customer {number}", "kind": "person", "owner_id": owner_id, **known}


def _deals(w: Work, count: int, owners: list[int]) -> None:
    """Open deals, one with each customer."""
    same = {"process": SIX, "stage": "identification", "state": "open", "currency": "CNY"}
    moments = {"created_at": BEGIN, "stage_entered_at": BEGIN, "touched_at": BEGIN}
    rows = []
    for n in range(1, count + 1):
        whose = {"owner_id": owners[n % len(owners)], "scope_owner_id": owners[n % len(owners)], "customer_id": n}
        rows.append({"id": n, "title": f"Deal {n}", **same, **moments, **whose})
    bulk_rows.insert_all(w.session, deal, rows)
    bulk_rows.go_on(w.session, deal, count)


def a_year(url: str, deliveries: int) -> tuple[Spent, dict[str, int]]:
    """Wins of every day, and what follows them through a year and a half."""
    spent = Spent()
    with _application(url):
        with work(SYSTEM, BEGIN) as w:
            owners = _people(w)
            _customers(w, deliveries, owners)
            _deals(w, deliveries, owners)
            _only(w, YEARLY)
        won = 0
        for day in range(YEAR):
            now = BEGIN + timedelta(days=day)
            until = deliveries * (day + 1) // YEAR
            _win(spent, range(won + 1, until + 1), now, owners)
            won = until
            _look(spent, now)
            _do_what_is_due(now)
            spent.loops.run()
        with work(SYSTEM, now) as w:
            rows = w.session.execute(select(follow_up_occurrence.c.state)).scalars().all()
        return spent, {state: rows.count(state) for state in sorted(set(rows))}


def _win(spent: Spent, ids: range, now: datetime, owners: list[int]) -> None:
    """The wins of a day, each in a transaction of its own; only what rules do with them counts."""
    for deal_id in ids:
        with reading() as x:
            seller = sign_ins.actor_of(x, owners[deal_id % len(owners)])
        assert seller is not None
        with work(seller, now) as w:
            closed = {"state": "won", "closed_at": now}
            w.session.execute(update(deal).where(deal.c.id == deal_id).values(closed))
            _ = w.catalog
            data = {"process": SIX, "from": "decision"}
            with spent.on("hearing of a win, planning its calls"):
                w.event("deal.won", "deal", deal_id, customer_id=deal_id, deal_id=deal_id, data=data)


def _look(spent: Spent, now: datetime) -> None:
    more = True
    while more:
        with work(SYSTEM, now) as w, spent.on("looking, once a day"):
            more = look(w)
            more = escalate(w) or more


_open = follow_up_occurrence.c.state == literal_column("'open'")


def _do_what_is_due(now: datetime) -> None:
    """People do what is due by tomorrow; written at once, as services/follow_up_settling.py writes it for each."""
    with work(SYSTEM, now) as w:
        due = select(follow_up_occurrence).where(_open, follow_up_occurrence.c.due_at <= now + timedelta(days=1))
        rows = w.session.execute(due).all()
        ids = [row.activity_id for row in rows]
        w.session.execute(update(activity).where(activity.c.id.in_(ids)).values(state="done", at=now))
        for key, some in groupby(sorted(rows, key=lambda row: row.rule), key=lambda row: row.rule):
            watches = follow_up_watches.of_rule(w.session, key, "deal", [row.subject_id for row in some])
            rule = w.catalog.follow_ups[key].rule
            follow_up_watches.move(w.session, [(each, _next(rule, each, now)) for each in watches])
        settled = follow_up_occurrence.c.activity_id.in_(ids)
        w.session.execute(update(follow_up_occurrence).where(settled).values(state="kept", settled_at=now))


def _next(rule: FollowUp, watch: Any, now: datetime) -> dict[str, Any]:
    if is_once(rule):
        return {"ended": "done", "look_at": None}
    if rule.every is None:
        return {"look_at": now}
    return {"n": watch.n + 1, "look_at": max(now, not_before(rule, watch.anchor, watch.n + 1))}


def nothing_due(url: str, customers: int) -> list[float]:
    """CPU seconds of looks that find nothing."""
    with _application(url):
        with work(SYSTEM, BEGIN) as w:
            owners = _people(w)
            _only(w, SILENT)
        for low in range(0, customers, 50_000):
            with work(SYSTEM, BEGIN) as w:
                _watched(w, low, min(low + 50_000, customers), owners)
        with work(SYSTEM, BEGIN) as w:
            follow_ups.fill_to(w.session, "own.r9", customers)
            while look(w):
                pass
        took = []
        for n in range(IDLE):
            with work(SYSTEM, BEGIN + timedelta(minutes=5 * (n + 1))) as w:
                begun = process_time()
                assert not look(w)
                assert not escalate(w)
                took.append(process_time() - begun)
        return took


def _watched(w: Work, low: int, high: int, owners: list[int]) -> None:
    ids = range(low + 1, high + 1)
    bulk_rows.insert_all(w.session, customer, [_customer(n, owners[n % len(owners)]) for n in ids])
    later = BEGIN + timedelta(days=170)
    same = {"rule": "own.r9", "subject_kind": "customer", "anchor": BEGIN, "look_at": later}
    w.session.execute(insert(follow_up_watch), [same | {"subject_id": n, "customer_id": n, "part": ""} for n in ids])


@click.command()
@click.option("--deliveries", default=10_000, show_default=True)
@click.option("--watched", default=1_000_000, show_default=True)
@click.option("--url", default="", help="An empty database; else SQLite in a folder of its own. For one of the two.")
def main(deliveries: int, watched: int, url: str) -> None:
    """Measure, and say where it takes longer than promised."""
    if deliveries:
        spent, became = a_year(url, deliveries)
        for what, seconds in spent.by.items():
            click.echo(f"{what:40} {seconds:7.2f} s CPU")
        total = sum(spent.by.values())
        quiet = total / spent.loops.slowed
        click.echo(f"{deliveries} deliveries, a year in all: {total:.2f} s CPU, {quiet:.2f} s on a quiet machine")
        click.echo(f"the goal is {GOAL:.0f} s for 10,000; {became}")
    if watched:
        took = sorted(nothing_due(url, watched))
        middle, most = took[len(took) // 2], took[-1]
        click.echo(f"nothing due, {watched} customers: {middle * 1000:.1f} ms, at most {most * 1000:.1f} ms CPU")


if __name__ == "__main__":
    main()
