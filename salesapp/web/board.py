"""The board and the list of deals: what is asked for, read in a handful of statements, put into words."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.domain.permissions import Actor
from salesapp.store import activities, board, deals
from salesapp.store.deals import After, DealFilter
from salesapp.store.engine import Executor
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, ngettext, show_number
from salesapp.web.inputs import cursor, read_cursor, totals_text
from salesapp.web.periods import PERIODS, since
from salesapp.web.request import catalog, current_now
from salesapp.web.scope import Scope, asked_scope, leads, scope_options

STATES = {"open": N_("Open"), "won": N_("Won"), "lost": N_("Lost")}
LISTED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    scope: Scope
    process: str | None
    state: str
    period: str
    view: str
    stage: str | None
    after: After | None

    def address(self, **other: str | None) -> str:
        """The same page with something else asked for; what is as usual is left out."""
        named = {
            "process": self.process,
            "who": self.scope.key,
            "state": None if self.state == "open" else self.state,
            "period": None if self.period == "all" else self.period,
            "view": None if self.view == "board" else self.view,
        }
        query = urlencode({key: value for key, value in (named | other).items() if value})
        return f"/deals?{query}" if query else "/deals"

    def filter(self, process: str | None) -> DealFilter:
        """The store's filter; a period is about when a deal was closed."""
        closed_from = since(self.period) if self.state != "open" else None
        return DealFilter(process, self.state, self.scope.owner, closed_from)


def asked(actor: Actor, args: MultiDict[str, str]) -> Asked:
    """Read an address's query; 404 for what no page of ours asks."""
    state, view, period = args.get("state") or "open", args.get("view") or "board", args.get("period") or "all"
    if state not in STATES or view not in ("board", "list") or period not in PERIODS:
        raise WerkzeugNotFound
    after = read_cursor(args.get("after", ""))
    process, stage = args.get("process") or None, args.get("stage") or None
    return Asked(asked_scope(actor, args), process, state, period, view, stage, after)


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board; `more` is the address that shows its further deals."""

    key: str
    label: str
    n: int
    sum: str
    cards: list[deal_words.Card]
    more: str


def read_page(x: Executor, actor: Actor, ask: Asked) -> dict[str, Any]:
    """Everything the board's template needs."""
    now = current_now()
    totals = deals.totals(x, actor, ask.filter(None), now, deals.by_process_and_stage)
    counts: dict[str, int] = {}
    for row in totals:
        counts[row.process] = counts.get(row.process, 0) + row.n
    process = ask.process or _usual(counts)
    people = deals.people(x, actor) if leads(actor) else []
    here = [row for row in totals if row.process == process]
    context: dict[str, Any] = {
        "ask": ask,
        "process": process,
        "processes": _processes(counts, process),
        "scopes": scope_options(actor, people),
        "states": [(key, gettext(label)) for key, label in STATES.items()],
        "periods": [(key, gettext(label)) for key, label in PERIODS.items()],
        "n": sum(row.n for row in here),
        "summary": _summary(here),
        "installed": bool(catalog().processes),
    }
    if ask.view == "list":
        return context | _list(x, actor, ask, process)
    return context | _columns(x, actor, ask, process, here)


def _usual(counts: dict[str, int]) -> str | None:
    """The process most deals are in; without deals the first one installed."""
    if counts:
        return max(sorted(counts), key=lambda key: counts[key])
    return next(iter(catalog().processes), None)


def _processes(counts: dict[str, int], chosen: str | None) -> list[tuple[str, str]]:
    keys = [*catalog().processes, *sorted(set(counts) - set(catalog().processes))]
    if chosen is not None and chosen not in keys:
        keys.append(chosen)
    return [(key, _with_count(deal_words.process_label(key), counts.get(key, 0))) for key in keys]


def _with_count(label: str, n: int) -> str:
    return f"{label} ({show_number(n)})" if n else label


def _summary(rows: list[Any]) -> str:
    n = sum(row.n for row in rows)
    words = ngettext("%(num)s deal", "%(num)s deals", n) % {"num": show_number(n)}
    by_currency: dict[str, int] = {}
    for row in rows:
        by_currency[row.currency] = by_currency.get(row.currency, 0) + int(row.total or 0)
    return " · ".join(filter(None, (words, totals_text(by_currency.items()))))


def _columns(x: Executor, actor: Actor, ask: Asked, process: str | None, totals: list[Any]) -> dict[str, Any]:
    found = catalog().process(process) if process else None
    stages = [stage.key for stage in found.stages] if found else []
    stages += sorted({row.stage for row in totals} - set(stages))
    only = ask.stage if ask.stage in stages else None
    shown = [only] if only and ask.after else stages
    rows = board.cards(x, actor, ask.filter(process), shown, current_now(), after=ask.after)
    flat = [row for stage in shown for row in rows[stage][: board.SHOWN]]
    by_stage: dict[str, list[deal_words.Card]] = {stage: [] for stage in stages}
    for card in _cards(x, flat, with_owner=ask.scope.key != "mine"):
        by_stage[card.stage].append(card)
    columns = [
        Column(
            key=stage,
            label=deal_words.stage_label(process or "", stage),
            n=sum(row.n for row in totals if row.stage == stage),
            sum=_summary([row for row in totals if row.stage == stage]),
            cards=by_stage[stage],
            more=_more(ask, stage, rows.get(stage, []), by_stage[stage]),
        )
        for stage in stages
    ]
    current = only or next((column.key for column in columns if column.n), stages[0] if stages else "")
    return {"columns": columns, "current": current}


def _more(ask: Asked, stage: str, rows: list[Any], shown: list[deal_words.Card]) -> str:
    if len(rows) <= board.SHOWN:
        return ""
    return ask.address(stage=stage, after=cursor(shown[-1].touched_at, shown[-1].id))


def _list(x: Executor, actor: Actor, ask: Asked, process: str | None) -> dict[str, Any]:
    rows = deals.page(x, actor, ask.filter(process), current_now(), after=ask.after, limit=LISTED + 1)
    cards = _cards(x, rows[:LISTED], with_owner=ask.scope.key != "mine")
    last = rows[LISTED - 1] if len(rows) > LISTED else None
    more = ask.address(after=cursor(last.touched_at, last.id)) if last else ""
    labels = {card.id: deal_words.stage_label(process or "", card.stage) for card in cards}
    return {"rows": cards, "stage_labels": labels, "more": more}


def _cards(x: Executor, rows: Any, *, with_owner: bool) -> list[deal_words.Card]:
    steps = deals.done_steps(x, [row.id for row in rows])
    nexts = activities.next_steps(x, [(row.id, row.customer_id) for row in rows])
    return deal_words.cards(rows, steps, nexts, with_owner=with_owner)
