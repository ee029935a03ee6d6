"""The sheets of a list: its filter by any field, and its columns. The same for every list."""

from typing import Any

from flask import Blueprint, request

from salesapp.domain.list_columns import FIRST, USUAL, columns_of
from salesapp.domain.list_query import Kind
from salesapp.store.engine import reading
from salesapp.web import lists, render
from salesapp.web.condition_rows import Row, Rows, drawn
from salesapp.web.i18n import say
from salesapp.web.list_filters import LOST, PATHS, is_of_row
from salesapp.web.lists import kind_of

bp = Blueprint("list_pages", __name__)


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
