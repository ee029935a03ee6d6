"""The sheets of a list: its filter by any field, its columns; and its export. The same for every list."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, request, stream_with_context

from salesapp.domain.conditions import Vocabulary
from salesapp.domain.list_columns import FIRST, USUAL, columns_of
from salesapp.domain.list_query import Kind
from salesapp.services.bulk import TOO_MANY_HITS
from salesapp.services.csv_writing import BOM, csv_line
from salesapp.services.list_export import CHUNK, tell_export
from salesapp.services.work import work
from salesapp.store import list_cells, listed
from salesapp.store.engine import reading
from salesapp.web import list_cells as cell_words
from salesapp.web import lists, render
from salesapp.web.condition_rows import Row, Rows, drawn
from salesapp.web.i18n import gettext, say, today
from salesapp.web.list_filters import LOST, PATHS, is_of_row
from salesapp.web.lists import Shown, kind_of
from salesapp.web.request import current_actor, current_now, need

bp = Blueprint("list_pages", __name__)
NAMES: Final = {"customer": "customers", "deal": "deals", "activity": "activities"}


@bp.get("/lists/<raw>/filter")
def filter_page(raw: str) -> str:
    """Rows of fact, question and value; another fact, and the row asks for what fits it."""
    kind = kind_of(raw)
    with reading() as x:
        shown = lists.ask_again(x, kind, request.args)
    asked = shown.asked
    return render.page_or_block(
        "lists/filter.html",
        "sheet",
        path=PATHS[kind],
        here=f"/lists/{kind}/filter",
        shown=drawn(Rows(asked.rows, asked.any), shown.known),
        wrong={f"v{number}": [row.problem] for number, row in enumerate(asked.rows) if _is_wrong(row)},
        back=asked.address(),
        rest_args=[pair for pair in asked.args() if pair[0] not in ("any", LOST) and not is_of_row(pair[0])],
    )


def _is_wrong(row: Row) -> bool:
    """Who has just chosen a field or a comparison is not told yet that the value is missing."""
    chosen = request.headers.get("HX-Trigger-Name", "")
    return bool(row.problem) and (bool(row.values) or not is_of_row(chosen))


@bp.get("/lists/<raw>/columns")
def columns_page(raw: str) -> str:
    """Which columns, in which order: each step is a link, so it works anywhere."""
    kind = kind_of(raw)
    with reading() as x:
        shown = lists.ask_again(x, kind, request.args)
    labels = {key: say(label) for key, label in columns_of(kind, shown.fields).items()}
    now = shown.asked.columns or USUAL[kind]
    here = f"/lists/{kind}/columns"

    def without(key: str) -> str:
        return shown.asked.address(here, columns=tuple(each for each in now if each != key))

    def moved(key: str, by: int) -> str:
        return shown.asked.address(here, columns=_moved(now, key, by))

    chosen = [(key, labels[key], *_steps(key, now, kind, moved), without(key)) for key in now]
    rest = [
        (key, label, shown.asked.address(here, columns=(*now, key))) for key, label in labels.items() if key not in now
    ]
    return render.page_or_block(
        "lists/columns.html",
        "sheet",
        chosen=chosen,
        first=FIRST[kind],
        rest=rest,
        show=shown.asked.address(columns=now),
        usual=shown.asked.address(columns=()),
        back=shown.asked.address(),
    )


def _steps(key: str, now: tuple[str, ...], kind: Kind, moved: Any) -> tuple[str, str]:
    """The addresses with this column one place further up and down; "" where it cannot go."""
    place = now.index(key)
    free = key != FIRST[kind]
    return (moved(key, -1) if free and place > 1 else ""), (moved(key, 1) if free and place < len(now) - 1 else "")


def _moved(now: tuple[str, ...], key: str, by: int) -> tuple[str, ...]:
    place = now.index(key)
    rest = [each for each in now if each != key]
    rest.insert(place + by, key)
    return tuple(rest)


# --- export ---


@bp.post("/lists/<raw>/export")
def export(raw: str) -> Response | tuple[str, int]:
    """Everything the list means, in its columns and order, as a file; who took how much is written down."""
    kind = kind_of(raw)
    actor = current_actor()
    need(actor, "export")
    with reading() as x:
        shown = lists.ask_again(x, kind, request.form)
        if not shown.asked.is_whole:
            return _not_exported(shown, gettext(lists.NOT_WHOLE))
        if listed.is_cut_off(x, actor, shown.query, current_now()):
            return _not_exported(shown, gettext(TOO_MANY_HITS) % {"most": listed.FOUND})
        n = listed.count(x, actor, shown.query, current_now(), fields=shown.fields, ceiling=10**9)
    columns = shown.asked.columns or USUAL[kind]
    with work(actor, current_now()) as w:
        tell_export(w, shown.query, columns, n)
    name = f"{NAMES[kind]}-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    lines = stream_with_context(_lines(shown, columns))
    return Response(lines, mimetype="text/csv", headers=headers)


def _not_exported(shown: Shown, text: str) -> tuple[str, int]:
    return render.page("lists/not_exported.html", errors={"": [text]}, back=shown.asked.address()), 422


def _lines(shown: Shown, columns: tuple[str, ...]) -> Iterator[str]:
    kind, actor, now = shown.asked.kind, current_actor(), current_now()
    money = _amounts(shown)
    labels = columns_of(kind, shown.fields)
    yield BOM + csv_line([word for key in columns for word in _heading(say(labels[key]), key in money)])
    after = None
    with reading() as x:
        while True:
            found = listed.page(x, actor, shown.query, now, fields=shown.fields, after=after, size=CHUNK)
            cells = list_cells.read(x, actor, kind, found.ids, columns, shown.fields, now)
            yield "".join(csv_line(_csv_row(kind, row, columns, money, shown.known)) for row in cells)
            after = found.after
            if after is None:
                return


def _amounts(shown: Shown) -> frozenset[str]:
    return frozenset(key for key, fact in shown.known.items() if fact.type == "amount")


def _heading(label: str, is_money: bool) -> list[str]:
    return [label, gettext("%(what)s: currency") % {"what": label}] if is_money else [label]


def _csv_row(
    kind: Kind, row: list_cells.Cells, columns: tuple[str, ...], money: frozenset[str], known: Vocabulary
) -> list[str]:
    words = []
    for key in columns:
        words.append(cell_words.csv_word(kind, key, row, known))
        if key in money:
            words.append(cell_words.currency_of(row.get(key)))
    return words
