"""What the address of the reports asks for, and the addresses of the lists its numbers count."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote_plus

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.permissions import Actor
from salesapp.store import report_newest
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ReportFilter
from salesapp.web.i18n import gettext, show_date
from salesapp.web.inputs import day_from
from salesapp.web.periods import DAY, Days, close_days, first_day
from salesapp.web.scope import Options, Scope, asked_whose, leads, whose_deals, whose_options

PERIODS: Final = {
    "month": N_("This month"),
    "last_month": N_("Last month"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
    "all": N_("All time"),
    "dates": N_("Own dates"),
}
USUAL: Final = "quarter"
LITTLE: Final = 30
"""So many deals are looked at together, however old they are."""
LONGEST: Final = 40
EMPTY: Final = ("empty", ())

Row = tuple[str, str, Sequence[str]]
"""One row of a list's filter: the fact, the question, its values."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; `days` are the first and the last one, None where the time is open; `by` the choice field the
    closed deals are told apart by. Days that cannot be read ask for nothing, and say so."""

    process: str
    scope: Scope
    period: str
    days: Days
    typed: tuple[str, str] = ("", "")
    by: str = ""
    problems: tuple[Problem, ...] = ()
    instead: bool = False
    """Whether this is another time than the usual one, in which nothing happened."""

    @property
    def args(self) -> dict[str, str]:
        """The same as an address has it."""
        named = {"process": self.process, "who": self.scope.key, "period": self.period, "by": self.by}
        if self.period == "dates":
            named |= {"from": self.typed[0], "to": self.typed[1]}
        return {key: value for key, value in named.items() if value}

    @property
    def label(self) -> str:
        """The time in words."""
        first, last = self.days
        if self.period != "dates":
            return gettext(PERIODS[self.period])
        if first and last:
            return gettext("%(first)s to %(last)s") % {"first": show_date(first), "last": show_date(last)}
        if first:
            return gettext("from %(day)s") % {"day": show_date(first)}
        return gettext("until %(day)s") % {"day": show_date(last)} if last else gettext("All time")


def read(actor: Actor, args: MultiDict[str, str], process: str, today: date) -> Asked:
    """Read an address; 404 for what no page of ours asks, but a mistyped day is told to who typed it."""
    period = args.get("period") or USUAL
    if period not in PERIODS:
        raise WerkzeugNotFound
    scope = asked_whose(actor, args)
    typed = (args.get("from", "").strip()[:LONGEST], args.get("to", "").strip()[:LONGEST])
    problems: list[Problem] = []
    days = _typed(typed, problems) if period == "dates" else _days(period, today)
    return Asked(process, scope, period, days, typed, args.get("by", ""), tuple(problems))


def with_something(x: Executor, asked: Asked, owners: frozenset[int] | None, today: date) -> Asked:
    """Where nobody asked for a time and nothing happened in the usual one: the newest quarter in which something did,
    and all time where there are few deals."""
    f = ReportFilter(asked.process, owners)
    newest = report_newest.newest_quarter(x, f)
    if newest is None or newest >= today.year * 10 + (today.month + 2) // 3:
        return asked
    if report_newest.how_many(x, f) <= LITTLE:
        return replace(asked, period="all", days=(None, None), instead=True)
    first = date(newest // 10, newest % 10 * 3 - 2, 1)
    last = close_days("quarter", first)[1]
    assert last is not None
    typed = (first.isoformat(), last.isoformat())
    return replace(asked, period="dates", days=(first, last), typed=typed, instead=True)


def _typed(typed: tuple[str, str], problems: list[Problem]) -> Days:
    first, last = day_from(typed[0], "from", problems), day_from(typed[1], "to", problems)
    if first and last and last < first:
        problems.append(problem("to", N_("This day is before the first one.")))
        return None, None
    return first, last


def _days(period: str, today: date) -> Days:
    if period == "last_month":
        last = today.replace(day=1) - DAY
        return last.replace(day=1), last
    if period in ("month", "quarter"):
        return close_days(period, today)
    first = first_day(period, today)
    return (first, date(first.year, 12, 31)) if first else (None, None)


def owners_of(x: Executor, actor: Actor, scope: Scope) -> frozenset[int] | None:
    """Whose records are counted: those of the people this person sees, and no records that are merely shared."""
    found = whose_deals(x, actor, scope)
    return actor.people if found is None else found


def scopes(x: Executor, actor: Actor, scope: Scope) -> tuple[tuple[str, Options], ...]:
    """What the filter offers; nothing to who has their own figures only."""
    if not leads(actor):
        return ()
    found = whose_options(x, actor, scope)
    return tuple((label, tuple(each for each in options if each[0] != "seen")) for label, options in found)


def columns(days: Days, today: date, most: int = 12) -> list[tuple[date, date]]:
    """The calendar's months of the time, up to this one: first and last day of each, the time's own at its ends."""
    last = min(days[1] or today, today)
    first = days[0] or last - timedelta(days=366)
    found: list[tuple[date, date]] = []
    end = last
    while end >= first and len(found) < most:
        begin = end.replace(day=1)
        found.append((max(begin, first), min(_month_end(end), days[1] or date.max)))
        end = begin - DAY
    return found[::-1]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


# --- the lists behind the numbers ---


@dataclass(frozen=True, slots=True)
class Lists:
    """The addresses of lists that show what was counted."""

    actor: Actor
    asked: Asked

    def deals(self, state: str = "all", *rows: Row, person: int | None = None, beyond: Any = None) -> str:
        """Deals of the process in a state, of the people asked for or of one of them (0: of nobody)."""
        about: list[Row] = [("process", "is", [self.asked.process]), *rows]
        return _address("/deals/list", {"state": state}, about, self._whose(person), beyond)

    def closed(self, state: str, *rows: Row, person: int | None = None, days: Days | None = None) -> str:
        """Those that were closed in the time (or in these days)."""
        return self.deals(state, *between("closed", self.asked.days if days is None else days), *rows, person=person)

    def activities(self, person: int | None = None) -> str:
        """Activities done in the time."""
        rows = between("done", self.asked.days)
        who = self._whose(person, everybody="team")
        return _address("/activities", {"state": "done"}, rows, who, None)

    def by_rules(self, state: str, rule: str = "", person: int | None = None) -> str:
        """Activities that follow-up rules (or one of them) planned with a deadline in the time, and of which this has
        become."""
        which: list[Row] = [("rule", "is", [rule])] if rule else []
        rows: list[Row] = [("rule_state", "is", [state]), *which, *between("rule_due", self.asked.days)]
        return _address("/activities", {"state": "all"}, rows, self._whose(person, everybody="team"), None)

    def customers(self, *rows: Row) -> str:
        """Customers that came in the time."""
        who = self._whose(None)
        if who[0].get("who") == "mine":
            who = ({"owner": str(self.actor.id)}, who[1])
        elif "who" in who[0]:
            who = ({"owner": who[0]["who"]}, who[1])
        return _address("/customers", {}, [*between("created", self.asked.days), *rows], who, None)

    def _whose(self, person: int | None, everybody: str = "") -> tuple[dict[str, str], list[Row]]:
        """Of whom, as an address says it: a quick filter, or a row."""
        scope, usual = self.asked.scope, {"who": everybody} if everybody else {}
        if person == 0:
            return usual, [("owner", *EMPTY)]
        if person is not None:
            return {"who": str(person)}, []
        if scope.owner is not None:
            return {"who": scope.key}, []
        if scope.team is not None:
            return usual, [("teams", "contains", [str(scope.team)])]
        if self.actor.people is None:
            return usual, []
        if leads(self.actor) and self.actor.team_id is not None:
            return usual, [("teams", "contains", [str(self.actor.team_id)])]
        return {"who": "mine"}, []


def between(fact: str, days: Days, *, filled: bool = False) -> list[Row]:
    """Rows that ask for days; with `filled` for any day, where the time is open."""
    asked = (("at_least", days[0]), ("at_most", days[1]))
    rows: list[Row] = [(fact, op, [day.isoformat()]) for op, day in asked if day is not None]
    return rows or ([(fact, "filled", ())] if filled else [])


def _address(
    path: str, quick: dict[str, str], rows: Iterable[Row], who: tuple[dict[str, str], list[Row]], w: Any
) -> str:
    args = [*(quick | who[0]).items()]
    for number, (fact, op, values) in enumerate([*rows, *who[1]]):
        args += [(f"f{number}", fact), (f"o{number}", op), *((f"v{number}", value) for value in values)]
    args += [("w", json.dumps(w, separators=(",", ":")))] if w is not None else []
    query = "&".join(f"{key}={_quoted(value)}" for key, value in args)
    return f"{path}?{query}" if query else path


_quoted = lru_cache(maxsize=2048)(quote_plus)
