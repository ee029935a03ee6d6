"""What the board's address asks for: read, checked, put into words, and written into addresses again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.permissions import Actor
from salesapp.store.deal_lists import After, DealFilter
from salesapp.web.i18n import gettext, show_date, today
from salesapp.web.inputs import day_from, read_cursor
from salesapp.web.periods import CLOSES, PERIODS, STAYS, Days, close_days, moments_of, since, stay_moments
from salesapp.web.scope import Options, Scope, asked_whose

STATES: Final = {"open": N_("Open"), "won": N_("Won"), "lost": N_("Lost")}
VIEWS: Final = ("board", "list")
OWN: Final = "dates"
LONGEST: Final = 40  # of a date as somebody typed it


@dataclass(frozen=True, slots=True)
class Dates:
    """A filter by days: its choice ("" is any), what was typed for own days, and these days where they can be read."""

    choice: str = ""
    typed: tuple[str, str] = ("", "")
    days: Days = (None, None)

    @property
    def active(self) -> bool:
        """Whether it leaves anything out."""
        return any(self.days) if self.choice == OWN else bool(self.choice)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `problems` are dates that cannot be read, and filter nothing."""

    scope: Scope
    process: str | None = None
    state: str = "open"
    period: str = "all"
    close: Dates = Dates()
    entered: Dates = Dates()
    view: str = "board"
    stage: str | None = None
    after: After | None = None
    problems: tuple[Problem, ...] = ()

    def address(self, **other: str | None) -> str:
        """The same page with something else asked for; what is as usual is left out."""
        named = {
            "process": self.process,
            "who": self.scope.key,
            "state": None if self.state == "open" else self.state,
            "period": None if self.period == "all" else self.period,
            **_named("close", self.close),
            **_named("entered", self.entered),
            "view": None if self.view == "board" else self.view,
        }
        return _deals(tuple((key, value) for key, value in (named | other).items() if value))

    def filter(self, process: str | None, owners: frozenset[int] | None) -> DealFilter:
        """The store's filter."""
        close_from, close_to = self.close.days if self.close.choice == OWN else close_days(self.close.choice, today())
        entered_from, entered_to = self._entered()
        return DealFilter(
            process=process,
            state=self.state,
            owners=owners,
            closed_from=since(self.period),
            close_from=close_from,
            close_to=close_to,
            close_missing=self.close.choice == "none",
            entered_from=entered_from,
            entered_to=entered_to,
        )

    def _entered(self) -> tuple[datetime | None, datetime | None]:
        return moments_of(self.entered.days) if self.entered.choice == OWN else stay_moments(self.entered.choice)


@lru_cache(maxsize=2048)
def _deals(named: tuple[tuple[str, str], ...]) -> str:
    return f"/deals?{urlencode(named)}" if named else "/deals"


@lru_cache(maxsize=2048)
def at_stage(address: str, stage: str) -> str:
    """The address of a board that asks for one stage, too."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'stage': stage})}"


def after(address: str, place: str) -> str:
    """An address that goes on behind a place, which is a `cursor` and so needs no quoting."""
    return f"{address}{'&' if '?' in address else '?'}after={place}"


def _named(name: str, dates: Dates) -> dict[str, str]:
    return {name: dates.choice, f"{name}_from": dates.typed[0], f"{name}_to": dates.typed[1]}


def asked(actor: Actor, args: MultiDict[str, str]) -> Asked:
    """Read an address's query; 404 for what no page of ours asks, but a mistyped date is told to who typed it.

    When a deal was closed is asked of closed ones only, and how long one has been in its stage of open ones.
    """
    problems: list[Problem] = []
    state = _one_of(STATES, args.get("state") or "open")
    is_open = state == "open"
    return Asked(
        scope=asked_whose(actor, args),
        process=args.get("process") or None,
        state=state,
        period=_one_of(PERIODS, "all" if is_open else args.get("period") or "all"),
        close=_dates(args, "close", CLOSES, problems),
        entered=_dates(args, "entered", STAYS, problems) if is_open else Dates(),
        view=_one_of(VIEWS, args.get("view") or "board"),
        stage=args.get("stage") or None,
        after=read_cursor(args.get("after", "")),
        problems=tuple(problems),
    )


def _one_of(known: Mapping[str, str] | tuple[str, ...], value: str) -> str:
    if value not in known:
        raise WerkzeugNotFound
    return value


def _dates(args: MultiDict[str, str], name: str, known: Mapping[str, str], problems: list[Problem]) -> Dates:
    choice = args.get(name, "")
    if choice != OWN:
        return Dates(_one_of(known, choice) if choice else "")
    typed = args.get(f"{name}_from", "").strip()[:LONGEST], args.get(f"{name}_to", "").strip()[:LONGEST]
    wrong: list[Problem] = []
    first, last = day_from(typed[0], f"{name}_from", wrong), day_from(typed[1], f"{name}_to", wrong)
    if first and last and last < first:
        wrong.append(problem(f"{name}_to", N_("This day is before the first one.")))
    problems += wrong
    return Dates(OWN, typed, (None, None) if wrong else (first, last))


def chips(ask: Asked) -> tuple[tuple[str, str], ...]:
    """What is filtered beyond the process and whose deals: in words, and the address without it."""
    found = []
    if ask.state != "open":
        found.append((gettext(STATES[ask.state]), ask.address(state=None, period=None)))
    if ask.period != "all":
        words = gettext("Closed: %(when)s") % {"when": gettext(PERIODS[ask.period])}
        found.append((words, ask.address(period=None)))
    if ask.close.active:
        words = gettext("Expected close: %(when)s") % {"when": _in_words(ask.close, CLOSES)}
        found.append((words, ask.address(**_without("close"))))
    if ask.entered.active:
        own = ask.entered.choice == OWN
        words = gettext("Came into this stage: %(when)s") if own else gettext("Time in this stage: %(when)s")
        found.append((words % {"when": _in_words(ask.entered, STAYS)}, ask.address(**_without("entered"))))
    return tuple(found)


def _without(name: str) -> dict[str, None]:
    return {name: None, f"{name}_from": None, f"{name}_to": None}


def cleared(ask: Asked) -> str:
    """The address without any of what `chips` tells."""
    return ask.address(state=None, period=None, **_without("close"), **_without("entered"))


def _in_words(dates: Dates, known: Mapping[str, str]) -> str:
    first, last = dates.days
    if dates.choice != OWN:
        return gettext(known[dates.choice])
    if first and last:
        return gettext("%(first)s to %(last)s") % {"first": show_date(first), "last": show_date(last)}
    if first:
        return gettext("from %(day)s") % {"day": show_date(first)}
    return gettext("until %(day)s") % {"day": show_date(last)}


class Offered(NamedTuple):
    """What the selects that are always the same offer: value and label."""

    states: Options
    periods: Options
    closes: Options
    stays: Options


@cache
def offered(_lang: str) -> Offered:
    """What can be chosen, in the language of the request, which is the one it is kept for."""
    return Offered(_labelled(STATES), _labelled(PERIODS), _days(CLOSES), _days(STAYS))


def _labelled(known: Mapping[str, str]) -> Options:
    return tuple((key, gettext(label)) for key, label in known.items())


def _days(known: Mapping[str, str]) -> Options:
    """A filter by days: any, its choices, own days."""
    return (("", gettext("Any")), *_labelled(known), (OWN, gettext("Own dates")))


class Filters(NamedTuple):
    """What the form above the board shows: what is asked for, and what is not offered to everybody alike."""

    process: str | None
    who: str
    view: str
    state: str
    period: str
    close: Dates
    entered: Dates
    processes: Options
    whose: tuple[tuple[str, Options], ...]
    chips: tuple[tuple[str, str], ...]
    cleared: str
    errors: tuple[tuple[str, tuple[str, ...]], ...]
