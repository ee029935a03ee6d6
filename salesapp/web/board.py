"""The board and the list of deals: what is asked for, read in a handful of statements."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from flask import make_response, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.store import deal_totals
from salesapp.store.deal_lists import DealFilter
from salesapp.store.engine import Executor, reading
from salesapp.web import deal_words, plugin_words, render
from salesapp.web.board_filters import STATES, Asked, Filters, asked, chips, cleared, offered
from salesapp.web.board_parts import count_words, counts_of, read_column, read_columns, read_rows, sums_of
from salesapp.web.bulk_select import kept_select, selecting
from salesapp.web.i18n import gettext, language, show_number
from salesapp.web.request import catalog, current_now, is_htmx
from salesapp.web.scope import Options, whose_deals, whose_options

__all__ = ["answer", "asked", "read_page"]

TEMPLATE: Final = "deals/board.html"


def answer(actor: Actor) -> Response | str:
    """The page; for htmx the part it asks for: further cards, the board, or the board with its filters."""
    ask = asked(actor, request.args)
    with reading() as x:
        if is_htmx() and ask.after:
            return _further(x, actor, ask)
        context = read_page(x, actor, ask)
        if ask.stage and ask.stage not in {column.key for column in context.get("stages", ())}:
            raise WerkzeugNotFound
        if is_htmx() and request.headers.get("HX-Target") == "board":
            return render.block(TEMPLATE, "board", **context)
        context |= _filters(x, actor, context)
    if not is_htmx():
        return render.page(TEMPLATE, **context)
    response = make_response(render.block(TEMPLATE, "deals", **context))
    response.headers["HX-Push-Url"] = context["ask"].address()
    return response


def read_page(x: Executor, actor: Actor, ask: Asked) -> dict[str, Any]:
    """Everything the board's block needs."""
    owners = whose_deals(x, actor, ask.scope)
    totals = deal_totals.read(x, actor, _counted(ask.filter(None, owners), ask), current_now())
    counts = _counts(totals)
    ask = replace(ask, process=_process(x, ask, counts))
    here = [row for row in totals if row.process == ask.process]
    f = ask.filter(ask.process, owners)
    is_list = ask.view == "list"
    chosen = selecting("deal", wide=not is_list)
    if is_list:
        parts: dict[str, Any] = {"rows": read_rows(x, actor, ask, f, counts_of(here), selecting=chosen["select"]["on"])}
    else:
        parts = read_columns(x, actor, ask, f, here)
    return parts | {
        "ask": ask,
        "processes": _processes(counts, ask.process),
        "n": sum(row.n for row in here),
        "count": count_words(here),
        "sums": sums_of(here),
        "views": _views(ask),
        "chips": chips(ask),
        "cleared": cleared(ask),
        "installed": bool(catalog().processes),
        "away": plugin_words.process_note(ask.process or "") if catalog().shown_process(ask.process or "") else "",
        **chosen,
        "selecting": is_list and chosen["select"]["on"],
    }


def _counted(f: DealFilter, ask: Asked) -> DealFilter:
    """All processes where the roll-up answers; where deals are counted one by one, only the one that is shown."""
    return replace(f, process=ask.process) if f.dated else f


def _counts(totals: Sequence[Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in totals:
        counts[row.process] = counts.get(row.process, 0) + row.n
    return counts


def _process(x: Executor, ask: Asked, counts: dict[str, int]) -> str | None:
    """The process asked for, else the one most deals are in, else the first one installed."""
    if ask.process is None:
        return max(sorted(counts), key=lambda key: counts[key]) if counts else next(iter(catalog().processes), None)
    if ask.process not in catalog().shown_processes and ask.process not in counts and not _has_deals(x, ask.process):
        raise WerkzeugNotFound
    return ask.process


def _has_deals(x: Executor, process: str) -> bool:
    """Whether a process whose plugin is gone has left deals behind, whatever the filters leave of them."""
    return any(deal_totals.read(x, SYSTEM, DealFilter(process, state), current_now()) for state in STATES)


def _processes(counts: dict[str, int], chosen: str | None) -> Options:
    """Those installed, and those whose deals were left behind."""
    keys = dict.fromkeys([*catalog().processes, *sorted(counts), *([chosen] if chosen else [])])
    return tuple((key, _with_count(deal_words.process_label(key), counts.get(key, 0))) for key in keys)


def _with_count(label: str, n: int) -> str:
    return f"{label} ({show_number(n)})" if n else label


def _views(ask: Asked) -> list[tuple[str, str, bool]]:
    return [
        (gettext("Board"), ask.address(view=None), ask.view == "board"),
        (gettext("List"), ask.address(view="list"), ask.view == "list"),
    ]


def _further(x: Executor, actor: Actor, ask: Asked) -> str:
    """What comes after the last card or row of before."""
    f = ask.filter(ask.process, whose_deals(x, actor, ask.scope))
    if ask.view == "list":
        return read_rows(x, actor, ask, f, selecting=bool(kept_select()))
    return read_column(x, actor, ask, f).cards


def _filters(x: Executor, actor: Actor, context: dict[str, Any]) -> dict[str, Any]:
    """What the form around the board needs beyond it."""
    ask: Asked = context["ask"]
    now = Filters(
        process=ask.process,
        who=ask.scope.key,
        view=ask.view,
        state=ask.state,
        period=ask.period,
        close=ask.close,
        entered=ask.entered,
        processes=context["processes"],
        whose=whose_options(x, actor, ask.scope),
        chips=context["chips"],
        cleared=context["cleared"],
        errors=tuple((place, tuple(texts)) for place, texts in render.by_place(ask.problems).items()),
    )
    return {"filters": now, "offered": offered(language())}
