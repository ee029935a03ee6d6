"""The parts of the board: its columns or the list's rows, with their cards, sums and the addresses that lead on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.permissions import Actor, can
from salesapp.store import board, deal_lists
from salesapp.store.deal_lists import DealFilter
from salesapp.store.engine import Executor
from salesapp.store.types import instant
from salesapp.web import deal_words
from salesapp.web.board_filters import Asked, after, at_stage
from salesapp.web.bulk_select import kept_select
from salesapp.web.deal_cards import CARD, ROW, Deals, amounts
from salesapp.web.i18n import language, ngettext, show_number
from salesapp.web.inputs import cursor
from salesapp.web.kept import kept, together
from salesapp.web.request import catalog, current_now

LISTED: Final = 50
BELOW: Final = "deals/below.html"

Cards = tuple[Markup, Any | None]
"""The cards of a stage, and the row of the last one where others come after it."""
NOTHING: Final[Cards] = (together(()), None)

Sums = tuple[tuple[str, str], ...]
"""One amount per currency, never mixed: short and in full."""


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board: its cards with what stands below them; `href` is the address of the stage alone."""

    key: str
    label: str
    n: int
    count: str
    sums: Sums
    cards: Markup
    href: str


def count_words(rows: Sequence[Any]) -> str:
    """How many deals rows of totals count."""
    return _count_words(sum(row.n for row in rows), language())


@lru_cache(maxsize=2048)
def _count_words(n: int, _lang: str) -> str:
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
    lang = language()
    return tuple(amounts(total, key, lang) for key, total in by_currency.items() if total)


def read_columns(x: Executor, actor: Actor, ask: Asked, f: DealFilter, totals: Sequence[Any]) -> dict[str, Any]:
    """All stages; or where the address goes on in one of them, this one alone."""
    process = catalog().shown_process(f.process) if f.process else None
    known = [stage.key for stage in process.stages] if process else []
    by_stage: dict[str, list[Any]] = {stage: [] for stage in known}
    for row in totals:  # stages its plugin no longer has stand behind the others
        by_stage.setdefault(row.stage, []).append(row)
    asked = ask.stage if ask.stage in by_stage else None  # the last deal may just have left it
    shown = [asked] if asked and ask.after else list(by_stage)
    cards = _cards_of(x, actor, ask, f, shown, counts_of(totals))
    here = ask.address()
    columns = [_column(ask, here, stage, rows, cards.get(stage, NOTHING)) for stage, rows in by_stage.items()]
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


def _column(ask: Asked, here: str, stage: str, totals: Sequence[Any], found: Cards) -> Column:
    href = at_stage(here, stage)
    return Column(
        key=stage,
        label=deal_words.stage_label(ask.process or "", stage),
        n=sum(row.n for row in totals),
        count=count_words(totals),
        sums=sums_of(totals),
        cards=found[0] + kept(BELOW, "below_cards", bool(found[0]), _after(href, found[1])),
        href=href,
    )


def _cards_of(
    x: Executor,
    actor: Actor,
    ask: Asked,
    f: DealFilter,
    stages: Sequence[str],
    counts: Mapping[str, int] | None = None,
) -> dict[str, Cards]:
    """The next cards of each stage, and the last of them where there are more."""
    found = board.cards(x, actor, f, stages, current_now(), counts=counts, after=ask.after)
    deals = Deals(CARD, moves(actor, ask), with_owner=ask.scope.owner is None)
    n = board.SHOWN
    return {stage: (deals.shown(rows[:n]), rows[n - 1] if len(rows) > n else None) for stage, rows in found.items()}


def _after(here: str, last: Any | None) -> str:
    return after(here, cursor(instant(last.touched_at), last.id)) if last else ""


def read_rows(
    x: Executor, actor: Actor, ask: Asked, f: DealFilter, counts: Mapping[str, int] | None = None, *, selecting: bool
) -> Markup:
    """The list, the latest touched first; `selecting`: each with a box to tick."""
    rows = deal_lists.page(x, actor, f, current_now(), counts=counts, after=ask.after, limit=LISTED + 1)
    deals = Deals(ROW, moves(actor, ask), selecting, with_owner=ask.scope.owner is None)
    more = _after(ask.address(**kept_select(on=selecting)), rows[LISTED - 1] if len(rows) > LISTED else None)
    return deals.shown(rows[:LISTED]) + kept(BELOW, "below_rows", more)


def moves(actor: Actor, ask: Asked) -> bool:
    """Whether the deals shown are there to be moved."""
    used = ask.process is None or catalog().process(ask.process) is not None
    return used and ask.state == "open" and can(actor, "deal.move")
