"""Deals as cards of the board and rows of the list, put into words: many at once, so each word is looked up once."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from salesapp.domain.money import Money, full_money, short_money
from salesapp.domain.stages import steps_needed
from salesapp.store import card_signs
from salesapp.store.card_signs import Signs
from salesapp.store.engine import Executor
from salesapp.web import deal_words
from salesapp.web.i18n import day_near, gettext, language, moment_near, show_day, show_number, today, zone
from salesapp.web.request import catalog, current_now

SHOWN_STEPS: Final = 2
FULL: Final = 100
NONE: Final[frozenset[str]] = frozenset()
TAKEN: Final = """
id version title process stage state amount_minor currency stage_entered_at closed_at customer_name owner_name
""".split()

Steps = tuple[tuple[str, str], ...]
"""Key steps: key and label."""


class Card(NamedTuple):
    """A deal as the board shows it; `part` is how much of the longest stay is over, in percent, None without one.

    A tuple and numbers as texts, as it is made, unpacked and escaped 160 times a page. Templates take its fields by
    place: deals/card.html, deals/rows.html.
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


def read(x: Executor, rows: Sequence[Any], *, with_owner: bool) -> list[Card]:
    """Rows of the store as cards."""
    if not rows:
        return []
    pick = itemgetter(*(rows[0]._fields.index(name) for name in TAKEN))  # a row's fields by name take ten times as long
    signs = card_signs.read(x, [(row.id, row.customer_id) for row in rows])
    word = _Words(signs, with_owner)
    return [word.card(*pick(row)) for row in rows]


class _Words:
    """The words of one page's cards, each looked up once."""

    def __init__(self, signs: Signs, with_owner: bool) -> None:
        self.signs, self.with_owner = signs, with_owner
        self.now, self.today, self.zone, self.language = current_now(), today(), zone(), language()
        self.stage = cache(self._stage)
        self.no_next, self.nobody = (deal_words.next_text(None), True), gettext("nobody")
        self.ends = {"won": gettext("won"), "lost": gettext("lost")}

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
        entered_at: datetime,
        closed_at: datetime | None,
        customer: str | None,
        owner: str | None,
    ) -> Card:
        """One of them, of the fields in TAKEN."""
        name = customer or title
        limit, steps = self.stage(process, stage)
        days = max(0, (self.now - entered_at).days)
        short, amount = _amounts(minor, currency, self.language)
        if state == "open":
            stay, part = _stay(days, limit, self.language)
            missing = _missing(steps, self.signs.done.get(deal_id, NONE), self.language)
            next_, late = self._next(deal_id)
        else:
            stay, part, missing, late = "", None, "", False
            next_ = f"{self.ends.get(state, '')} · {show_day(closed_at)}"
        return Card(
            id=str(deal_id),
            version=str(version),
            stage=stage,
            name=name,
            what=title if title != name else "",
            short=short,
            amount=amount,
            stay=stay,
            part=part,
            over=state == "open" and limit is not None and days > limit,
            missing=missing,
            next=next_,
            late=late,
            owner=(owner or self.nobody) if self.with_owner else "",
            waiting=deal_id in self.signs.waiting,
        )

    def _stage(self, process: str, stage: str) -> tuple[int | None, Steps]:
        """How long a deal should stay in it, and its key steps by key and label."""
        known = catalog().process(process)
        found = known.stage(stage) if known else None
        if found is None:
            return None, ()
        needed = steps_needed(known, stage) if known else frozenset()
        in_order = sorted(found.key_steps, key=lambda step: step.key not in needed)  # what a gate asks for first
        steps = tuple((step.key, step.label.in_language(self.language)) for step in in_order)
        return found.longest_stay_days, steps

    def _next(self, deal_id: int) -> tuple[str, bool]:
        """The next step in one line, and whether the time for it has passed."""
        step = self.signs.nexts.get(deal_id)
        if step is None:
            return self.no_next
        at, _id, kind, all_day = step
        late = at.astimezone(self.zone).date() < self.today if all_day else at < self.now
        return _planned(at, all_day, kind, self.today, self.zone, self.language), late


@lru_cache(maxsize=8192)
def _amounts(minor: int | None, currency: str, lang: str) -> tuple[str, str]:
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
