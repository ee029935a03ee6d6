"""The parts of the board: its columns or the list's rows, with their cards, sums and the addresses that lead on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.permissions import Actor
from salesapp.store import board, deal_lists
from salesapp.store.deal_lists import DealFilter
from salesapp.store.engine import Executor
from salesapp.web import deal_cards, deal_words
from salesapp.web.board_filters import Asked, extended
from salesapp.web.deal_cards import Card
from salesapp.web.i18n import ngettext, show_number
from salesapp.web.inputs import cursor, full_amount, short_amount
from salesapp.web.request import catalog, current_now

LISTED: Final = 50

Sums = tuple[tuple[str, str], ...]
"""One amount per currency, never mixed: short and in full."""


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board; `more` is the address that shows its further deals, `href` that of the stage alone."""

    key: str
    label: str
    n: int
    count: str
    sums: Sums
    cards: Sequence[Card]
    more: str
    href: str


def count_words(rows: Sequence[Any]) -> str:
    """How many deals rows of totals count."""
    n = sum(row.n for row in rows)
    return ngettext("%(num)s deal", "%(num)s deals", n) % {"num": show_number(n)}


def counts_of(rows: Sequence[Any]) -> dict[str, int]:
    """How many of them stand in each stage."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.stage] = counts.get(row.stage, 0) + row.n
    return counts


def sums_of(rows: Sequence[Any]) -> Sums:
    """What rows of totals are worth."""
    by_currency: dict[str, int] = {}
    for row in rows:
        by_currency[row.currency] = by_currency.get(row.currency, 0) + int(row.total or 0)
    return tuple((short_amount(total, key), full_amount(total, key)) for key, total in by_currency.items() if total)


def read_columns(x: Executor, actor: Actor, ask: Asked, f: DealFilter, totals: Sequence[Any]) -> dict[str, Any]:
    """All stages; or where the address goes on in one of them, this one alone."""
    process = catalog().process(f.process) if f.process else None
    known = [stage.key for stage in process.stages] if process else []
    by_stage: dict[str, list[Any]] = {stage: [] for stage in known}
    for row in totals:  # stages its plugin no longer has stand behind the others
        by_stage.setdefault(row.stage, []).append(row)
    asked = ask.stage if ask.stage in by_stage else None  # the last deal may just have left it
    shown = [asked] if asked and ask.after else list(by_stage)
    cards = _cards_of(x, actor, ask, f, shown, counts_of(totals))
    here = ask.address()
    columns = [_column(ask, here, stage, rows, cards.get(stage, ([], ""))) for stage, rows in by_stage.items()]
    current = asked or next((column.key for column in columns if column.n), next(iter(by_stage), ""))
    return {
        "stages": columns,
        "strip": tuple((each.key, each.label, each.n, each.href) for each in columns),
        "columns": [each for each in columns if each.key in cards],
        "current": current,
    }


def read_column(x: Executor, actor: Actor, ask: Asked, f: DealFilter) -> Column:
    """One stage from where the address goes on; nothing is counted for it."""
    if f.process is None or ask.stage is None:
        raise WerkzeugNotFound
    return _column(ask, ask.address(), ask.stage, (), _cards_of(x, actor, ask, f, [ask.stage])[ask.stage])


def _column(ask: Asked, here: str, stage: str, totals: Sequence[Any], found: tuple[Sequence[Card], str]) -> Column:
    return Column(
        key=stage,
        label=deal_words.stage_label(ask.process or "", stage),
        n=sum(row.n for row in totals),
        count=count_words(totals),
        sums=sums_of(totals),
        cards=found[0],
        more=found[1],
        href=extended(here, stage=stage),
    )


def _cards_of(
    x: Executor,
    actor: Actor,
    ask: Asked,
    f: DealFilter,
    stages: Sequence[str],
    counts: Mapping[str, int] | None = None,
) -> dict[str, tuple[Sequence[Card], str]]:
    """The next cards of each stage, and the address of those after them."""
    rows = board.cards(x, actor, f, stages, current_now(), counts=counts, after=ask.after)
    flat = [row for stage in stages for row in rows[stage][: board.SHOWN]]
    cards: dict[str, list[Card]] = {stage: [] for stage in stages}
    for card in deal_cards.read(x, flat, with_owner=ask.scope.owner is None):
        cards[card.stage].append(card)
    lasts = {stage: rows[stage][board.SHOWN - 1] for stage in stages if len(rows[stage]) > board.SHOWN}
    return {stage: (cards[stage], _after(ask, lasts.get(stage), stage=stage)) for stage in stages}


def _after(ask: Asked, last: Any | None, **other: str) -> str:
    return extended(ask.address(), **other, after=cursor(last.touched_at, last.id)) if last else ""


def read_rows(
    x: Executor, actor: Actor, ask: Asked, f: DealFilter, counts: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The list, the latest touched first."""
    rows = deal_lists.page(x, actor, f, current_now(), counts=counts, after=ask.after, limit=LISTED + 1)
    cards = deal_cards.read(x, rows[:LISTED], with_owner=ask.scope.owner is None)
    labels = {stage: deal_words.stage_label(f.process or "", stage) for stage in {card.stage for card in cards}}
    named = [card._replace(stage=labels[card.stage]) for card in cards]
    return {"rows": named, "more": _after(ask, rows[LISTED - 1] if len(rows) > LISTED else None)}
