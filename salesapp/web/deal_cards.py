"""Deals as cards of the board and rows of the list, put into words.

A page shows many, mostly the same as a minute ago. Each is kept by its row, as the database hands it over, for as long
as the clock does not change what it says; words are made of what is not known yet.
"""

from collections.abc import Hashable, Iterable
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from salesapp.domain.money import Money, full_money, short_money
from salesapp.domain.stages import steps_needed
from salesapp.store.types import instant
from salesapp.web import deal_words
from salesapp.web.i18n import day_near, gettext, language, moment_near, show_day, show_number, today, zone
from salesapp.web.inputs import start_of
from salesapp.web.kept import Place, environment, macro_of, place, together
from salesapp.web.request import catalog, current_now

SHOWN_STEPS: Final = 2
FULL: Final = 100
DAY: Final = timedelta(days=1)
CARD: Final = ("deals/card.html", "card")
ROW: Final = ("deals/row.html", "row")

Steps = tuple[tuple[str, str], ...]
"""Key steps: key and label."""


class Card(NamedTuple):
    """A deal as the board shows it; `part` is how much of the longest stay is over, in percent, None without one.

    Numbers are texts. Templates take its fields by place: deals/card.html, deals/row.html.
    """

    id: str
    version: str
    stage: str
    name: str
    what: str
    short: str
    amount: str
    stay: str
    part: str | None
    over: bool
    missing: str
    next: str
    late: bool
    owner: str
    waiting: bool


class Deals:
    """Makes what one page shows of its deals. `part` is the macro that makes a card, or a row of the list; `more` goes
    to it behind the fields of the Card."""

    def __init__(self, part: tuple[str, str], *more: Hashable, with_owner: bool) -> None:
        self.now, self.part, self.more, self.with_owner = current_now(), part, more, with_owner
        self.look = (part, environment(), catalog(), language(), zone(), with_owner, more)

    def shown(self, rows: Iterable[Any]) -> Markup:
        """These rows of the store, one after the other."""
        look, now = self.look, self.now
        found = ((place(look, key := row[:]), key) for row in rows)  # plain tuples are compared at once
        return together(held.at(now) or self._made(held, key) for held, key in found)

    def _made(self, held: Place, key: tuple[Any, ...]) -> str:
        card, until = self.words.card(*key)
        return held.keep(macro_of(*self.part)(*card, *self.more), self.now, until)

    @cached_property
    def words(self) -> "_Words":
        """For those that are not known yet."""
        return _Words(self.with_owner)


class _Words:
    """The words of one page's cards."""

    def __init__(self, with_owner: bool) -> None:
        self.with_owner = with_owner
        self.now, self.today, self.zone, self.language = current_now(), today(), zone(), language()
        self.tomorrow = start_of(self.today + DAY)
        self.stage = cache(self._stage)

    def card(
        self,
        deal_id: int,
        version: int,
        title: str,
        process: str,
        stage: str,
        state: str,
        minor: int | None,
        currency: str,
        stored_entry: Any,
        _touched_at: Any,
        stored_close: Any,
        customer: str | None,
        owner: str | None,
        stored_next: Any,
        kind: str | None,
        all_day: bool | None,
        done: str | None,
        waiting: bool,
    ) -> tuple[Card, datetime]:
        """One of them, from `card_columns` of the store, and until when it says so."""
        name = customer or title
        limit, steps = self.stage(process, stage)
        entered_at, next_at = instant(stored_entry), instant(stored_next) if stored_next else None
        days = max(0, (self.now - entered_at).days)
        short, amount = amounts(minor, currency, self.language)
        until = self.tomorrow
        if state == "open":
            stay, part = _stay(days, limit, self.language)
            missing = _missing(steps, frozenset((done or "").split(",")), self.language)
            next_, late = self._next(next_at, kind or "", bool(all_day))
            until = min(until, entered_at + (days + 1) * DAY)
            if next_at is not None and next_at >= self.now and not all_day:
                until = min(until, next_at)
        else:
            stay, part, missing, late = "", None, "", False
            next_ = f"{_end(state)} · {show_day(instant(stored_close) if stored_close else None)}"
        card = Card(
            id=str(deal_id),
            version=str(version),
            stage=deal_words.stage_label(process, stage),
            name=name,
            what=deal_words.besides(title, name),
            short=short,
            amount=amount,
            stay=stay,
            part=part,
            over=state == "open" and limit is not None and days > limit,
            missing=missing,
            next=next_,
            late=late,
            owner=(owner or gettext("nobody")) if self.with_owner else "",
            waiting=bool(waiting),
        )
        return card, until

    def _stage(self, process: str, stage: str) -> tuple[int | None, Steps]:
        """How long a deal should stay in it, and its key steps by key and label."""
        known = catalog().shown_process(process)
        found = known.stage(stage) if known else None
        if found is None:
            return None, ()
        needed = steps_needed(known, stage) if known else frozenset()
        in_order = sorted(found.key_steps, key=lambda step: step.key not in needed)  # what a gate asks for first
        steps = tuple((step.key, step.label.in_language(self.language)) for step in in_order)
        return found.longest_stay_days, steps

    def _next(self, at: datetime | None, kind: str, all_day: bool) -> tuple[str, bool]:
        """The next step in one line, and whether the time for it has passed."""
        if at is None:
            return deal_words.next_text(None), True
        late = at.astimezone(self.zone).date() < self.today if all_day else at < self.now
        return _planned(at, all_day, kind, self.today, self.zone, self.language), late


def _end(state: str) -> str:
    return {"won": gettext("won"), "lost": gettext("lost")}.get(state, "")


@lru_cache(maxsize=8192)
def amounts(minor: int | None, currency: str, lang: str) -> tuple[str, str]:
    """An amount in short and in full."""
    if minor is None:
        return "", ""
    money = Money(int(minor), currency)
    return short_money(money, lang), full_money(money, lang)


# The next three speak in the language of the request, which is the one they are kept for.


@lru_cache(maxsize=4096)
def _stay(days: int, limit: int | None, _lang: str) -> tuple[str, str | None]:
    part = None if limit is None else str(min(FULL, round(FULL * days / limit)))
    return deal_words.stay_text(days, limit), part


@lru_cache(maxsize=8192)
def _missing(steps: Steps, done: frozenset[str], _lang: str) -> str:
    """The key steps still to do, in one line."""
    labels = [label for key, label in steps if key not in done]
    more = len(labels) - SHOWN_STEPS
    words = gettext("Missing: %(steps)s and %(more)s more") if more > 0 else gettext("Missing: %(steps)s")
    shown = gettext("; ").join(labels[:SHOWN_STEPS])
    return words % {"steps": shown, "more": show_number(more)} if labels else ""


@lru_cache(maxsize=8192)
def _planned(at: datetime, all_day: bool, kind: str, here: date, where: ZoneInfo, lang: str) -> str:
    local = at.astimezone(where)
    when = day_near(local.date(), here, lang) if all_day else moment_near(local, here, lang)
    return gettext("%(when)s: %(what)s") % {"when": when, "what": deal_words.kind_label(kind)}
