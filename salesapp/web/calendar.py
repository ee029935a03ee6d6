"""The calendar: a day or a week of activities, planned and done, mine or my team's."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from babel.dates import format_interval, format_skeleton
from flask import Blueprint, request

from salesapp.domain.agenda import LONGEST
from salesapp.domain.permissions import Actor
from salesapp.services import work_calendars
from salesapp.store import agenda, whose
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.calendar_ask import VIEWS, Ask, asked, owners
from salesapp.web.calendar_days import days, moment_of
from salesapp.web.calendar_words import clock
from salesapp.web.i18n import gettext, language, local, locale, show_date, today
from salesapp.web.inputs import start_of
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import Scope, leads, scope_options

bp = Blueprint("calendar", __name__)

CLASHES: Final = 20


@bp.get("/calendar")
def page() -> str:
    """The week around a day; a phone shows the day and a strip of the week."""
    actor = current_actor()
    return render.page("calendar/page.html", **read_page(actor, asked(actor, request.args)))


def read_page(actor: Actor, ask: Ask) -> dict[str, Any]:
    """Everything the page shows, in four statements at most."""
    since, until = start_of(ask.week[0]), start_of(ask.week[-1] + timedelta(days=1))
    whom, team = owners(actor, ask), ask.scope.key != "mine"
    with reading() as x:
        planned = agenda.planned(x, whom, since - timedelta(minutes=LONGEST), until)  # what reaches into the first day
        done = agenda.done(x, whom, since, until)
        works = work_calendars.of_team(x, actor.team_id)
        people = whose.offered(x, actor).people if leads(actor) and team else ()
    rows = sorted([*planned, *done], key=lambda row: (moment_of(row), row.id))
    made, (first, last), clash_lines = days(ask, rows, works, with_owner=team)
    shown = [day for day, its in zip(made, ask.week, strict=True) if its in ask.days]
    step = 7 if ask.view == "week" else 1
    return {
        "ask": ask,
        "period": _period(ask),
        "strip": made,
        "days": shown,
        "here": next(day for day in made if day.is_on),
        "hours": [(clock(time(hour)), f"at-{(hour - first) * 4}", f"{hour:02}:00") for hour in range(first, last)],
        "first": first,
        "clashes": clash_lines[:CLASHES],
        "more_clashes": len(clash_lines[CLASHES:]),
        "too_many": max(len(planned), len(done)) >= agenda.MOST,
        "before": ask.beside(-step),
        "after": ask.beside(step),
        "day_before": ask.beside(-1),
        "day_after": ask.beside(1),
        "now_text": gettext("Now, %(time)s") % {"time": clock(local(current_now()))},
        "to_today": "" if today() in ask.days and ask.on == today() else ask.address(on=today()),
        "views": _views(ask),
        "leads": leads(actor),
        "scopes": _scopes(actor, ask),
        "people": [(str(row.id), row.name) for row in people],
        "chosen": [str(each) for each in ask.people],
    }


def _views(ask: Ask) -> list[tuple[str, str, bool]]:
    words = {"week": gettext("A week"), "day": gettext("A day")}
    return [(words[view], ask.address(view=view), view == ask.view) for view in reversed(VIEWS)]


def _scopes(actor: Actor, ask: Ask) -> list[tuple[str, str, bool]]:
    key = "mine" if ask.scope.owner == actor.id else "team"
    of = {"mine": Scope("mine", actor.id), "team": Scope("team", None)}
    return [(label, ask.address(scope=of[each], people=()), each == key) for each, label in scope_options(actor)]


def _period(ask: Ask) -> str:
    """The days shown, as the language writes them."""
    if ask.view == "day":
        return show_date(ask.on, "full")
    first, last = (datetime.combine(day, time()) for day in (ask.week[0], ask.week[-1]))
    lang = locale(language())
    return str(format_interval(first, last, "yMMMd", locale=lang)) or format_skeleton("yMMMd", first, locale=lang)
