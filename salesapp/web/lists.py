"""What the lists of customers, deals and activities share: what is asked for, views, words, and columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.conditions import Vocabulary
from salesapp.domain.criteria import explain, fields_of
from salesapp.domain.errors import N_
from salesapp.domain.list_columns import columns_of
from salesapp.domain.list_facts import Fields, Options, entered_fact, vocabulary, with_options
from salesapp.domain.list_query import KINDS, ME, Kind, ListQuery
from salesapp.domain.permissions import can
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.follow_up_names import every_label
from salesapp.services.list_fields import list_fields
from salesapp.store import list_cells, list_options, listed, saved_views
from salesapp.store.engine import Executor
from salesapp.store.list_orders import order_of
from salesapp.web.bulk_select import kept_select
from salesapp.web.condition_rows import Row
from salesapp.web.i18n import gettext, say
from salesapp.web.list_filters import LOST, PATHS, Asked, from_query, is_of_row, read, references, sort_word
from salesapp.web.plugin_words import notes_about
from salesapp.web.request import catalog, current_actor, current_now
from salesapp.web.table_rows import TableRows

PAGE: Final = 50
SORTS: Final[Mapping[Kind, tuple[tuple[str, str], ...]]] = {
    "customer": (
        ("touched", N_("Newest first")),
        ("touched.r", N_("Longest untouched first")),
        ("name", N_("By name")),
        ("last_contact", N_("Longest without contact first")),
        ("last_contact.r", N_("Latest contact first")),
        ("created", N_("Added last first")),
        ("created.r", N_("Added first first")),
        ("grade", N_("By grade")),
    ),
    "deal": (
        ("touched", N_("Newest first")),
        ("touched.r", N_("Longest untouched first")),
        ("amount", N_("Largest amount first")),
        ("expected_close", N_("Expected close")),
        ("stage_since", N_("Longest in its stage first")),
        ("title", N_("By name")),
        ("created", N_("Added last first")),
        ("closed", N_("Closed last first")),
    ),
    "activity": (
        ("planned", N_("Earliest first")),
        ("planned.r", N_("Latest planned first")),
        ("done", N_("Done last first")),
        ("noted", N_("Noted last first")),
    ),
}
_REFERENCES: Final = {"owner": "people", "team": "team", "teams": "team", "territory": "territory", "tag": "tag"}
_ME: Final = Text("me", "我", "我", "я")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list's page knows of its question: the question, what can be asked, and the views there are."""

    asked: Asked
    known: Vocabulary
    fields: Fields
    views: Sequence[saved_views.View] = ()

    @property
    def query(self) -> ListQuery:
        return self.asked.query


NOT_WHOLE: Final = N_(
    "Part of what this list is asked for is left out, so it may show more than was meant. Mend or clear the filter "
    "before you export it, save it, or change all that match."
)


def kind_of(raw: str) -> Kind:
    """The list an address names."""
    for kind in KINDS:
        if raw == kind:
            return kind
    raise WerkzeugNotFound


def can_be_asked(kind: Kind) -> tuple[Vocabulary, Fields]:
    """What this person can ask of a list, with the choices that stand in records; and the fields they read."""
    return _can_be_asked(catalog(), current_actor().role, kind)


@lru_cache(maxsize=128)
def _can_be_asked(its: Catalog, role: str, kind: Kind) -> tuple[Vocabulary, Fields]:
    fields = list_fields(its, role, kind)
    return with_options({**vocabulary(kind, fields), **_entries(its, kind)}, _standing(its, kind)), fields


def _entries(its: Catalog, kind: Kind) -> Vocabulary:
    """When a deal came into each stage there is."""
    processes = its.shown_processes.values() if kind == "deal" else ()
    found = (entered_fact(stage.key, stage.label) for process in processes for stage in process.stages)
    return {fact.key: fact for fact in found}


def _standing(its: Catalog, kind: Kind) -> dict[str, Options]:
    if kind == "activity":
        return {"rule": tuple(every_label(its).items())}
    sources = tuple((key, source.label) for key, source in its.sources.items())
    if kind == "customer":
        return {"source": sources}
    processes = its.shown_processes
    stages = {stage.key: stage.label for process in processes.values() for stage in process.stages}
    reasons = {reason.key: reason.label for process in processes.values() for reason in process.lost_reasons}
    return {
        "process": tuple((key, process.label) for key, process in processes.items()),
        "stage": tuple(stages.items()),
        "lost_reason": tuple(reasons.items()),
        "source": sources,
    }


def ask(x: Executor, kind: Kind) -> Shown:
    """What this request's address asks for: by itself, by a view it names, or by the view that is usual for them."""
    known, fields = can_be_asked(kind)
    views = saved_views.shown(x, current_actor(), kind)
    asked = read(request.args, kind, known, fields)
    view = _view(views, asked)
    if view is not None and not asked.given:
        asked = from_query(ListQuery.from_data(view.query), known, fields, view.id)
    if kept_select():
        asked = replace(asked, columns=())  # boxes to tick stand before rows
    asked = replace(asked, has_usual_view=any(view.is_default for view in views))
    return Shown(asked, with_choices(x, known, fields, asked), fields, views)


def ask_again(x: Executor, kind: Kind, args: MultiDict[str, str]) -> Shown:
    """What an address asks for that a form carries."""
    known, fields = can_be_asked(kind)
    asked = read(args, kind, known, fields)
    return Shown(asked, with_choices(x, known, fields, asked), fields)


def _view(views: Sequence[saved_views.View], asked: Asked) -> saved_views.View | None:
    if not asked.view:  # 0 is the list as it is, whatever is usual
        return None if asked.view == 0 or asked.given else next((view for view in views if view.is_default), None)
    found = next((view for view in views if view.id == asked.view), None)
    if found is None:
        raise WerkzeugNotFound
    return found


def with_choices(x: Executor, known: Vocabulary, fields: Fields, asked: Asked) -> Vocabulary:
    """The choices of what is asked about; nothing is read where nothing is."""
    needed = {key: name for key in references(asked) if asked.asked_more and (name := _list_of(key, fields))}
    needed |= {row.field: name for row in asked.rows if (name := _list_of(row.field, fields))}
    if not needed:
        return known
    found = list_options.read(x, current_actor(), set(needed.values()))
    return with_options(known, {key: _options(name, found[name]) for key, name in needed.items()})


def _list_of(key: str, fields: Fields) -> str:
    field = fields.get(key.removeprefix("field."))
    return "people" if field is not None and field.type == "person" else _REFERENCES.get(key, "")


def _options(name: str, rows: Sequence[tuple[str, str]]) -> Options:
    named = tuple((key, Text(*[label.strip() or key] * 4)) for key, label in rows)
    return ((ME, _ME), *named) if name == "people" else named


# --- for pages ---


def head_of(shown: Shown) -> dict[str, Any]:
    """What stands above every list: its views, what is asked in words, and the ways to ask otherwise."""
    asked = shown.asked
    more = asked.asked_more
    path = f"/lists/{asked.kind}"
    own = next((view for view in shown.views if view.id == asked.view), None)
    return {
        "list_kind": asked.kind,
        "view_strip": _strip(shown),
        "view_href": f"/views/{own.id}" if own is not None else "",
        "words": say(explain(more, shown.known)) if more is not None else "",
        "ignored": list(asked.ignored),
        "wrong": [_wrong(row, shown.known) for row in asked.rows if row.problem],
        "is_whole": asked.is_whole,
        "n_rows": sum(row.condition is not None for row in asked.rows) + (asked.beyond is not None),
        "filter_href": asked.address(f"{path}/filter"),
        "columns_href": asked.address(f"{path}/columns"),
        "save_href": asked.address(f"{path}/views/new"),
        "export_href": asked.address(f"{path}/export"),
        "may_export": can(current_actor(), "export"),
        "write_href": asked.address("/mailings/new") if asked.kind == "customer" and _may_write(asked) else "",
        "cleared": "" if more is None and asked.is_whole else _cleared(asked),
        "sorts": tuple((key, gettext(label)) for key, label in SORTS[asked.kind]),
        "sort": sort_word(asked.kind, asked.sort, asked.descending) or SORTS[asked.kind][0][0],
        "rest_args": tuple(pair for pair in asked.args() if pair[0] in ("c", "w", "any", LOST) or is_of_row(pair[0])),
        "as_table": bool(asked.columns),
        "away": notes_about([*asked.columns, *(fields_of(more) if more is not None else ())]),
    }


def _may_write(asked: Asked) -> bool:
    """Whether this person may write to all a list of customers shows; nobody writes to those put away."""
    return can(current_actor(), "activity.add") and not asked.archived


def _wrong(row: Row, known: Vocabulary) -> str:
    return gettext("%(label)s: %(what)s") % {"label": say(known[row.field].label), "what": row.problem}


def _cleared(asked: Asked) -> str:
    return asked.address(rows=(), beyond=None, ignored=(), unread=False)


def _strip(shown: Shown) -> list[tuple[str, str, bool]]:
    """The list as it is, then the views; nothing where there are none."""
    if not shown.views:
        return []
    path = PATHS[shown.asked.kind]
    as_it_is = f"{path}?view=0" if shown.asked.has_usual_view else path
    everything = (gettext("All"), as_it_is, not shown.asked.view)
    return [everything, *((view.name, f"{path}?view={view.id}", view.id == shown.asked.view) for view in shown.views)]


def table_of(x: Executor, shown: Shown, ids: Sequence[int]) -> dict[str, Any]:
    """The chosen columns of these rows, in words."""
    asked, columns = shown.asked, shown.asked.columns
    every = columns_of(asked.kind, shown.fields)
    labels = {key: say(every[key]) for key in columns}
    rows = list_cells.read(x, current_actor(), asked.kind, ids, columns, shown.fields, current_now())
    made = TableRows(asked.kind, labels, can_be_asked(asked.kind)[0])
    return {
        "table_head": [_heading(shown, key, label) for key, label in labels.items()],
        "table_rows": made.shown((link_of(asked.kind, cells), cells) for cells in rows),
    }


def _heading(shown: Shown, key: str, label: str) -> tuple[str, str, str]:
    """Label, the address of the list in this column's order ("" where it has none), and how it is sorted by it now."""
    asked = shown.asked
    known = {word.partition(".")[0] for word, _ in SORTS[asked.kind]}
    if key not in known:
        return label, "", ""
    mine = asked.sort == key
    descending = not asked.descending if mine else order_of(asked.kind, key).descends
    now = ("descending" if asked.descending else "ascending") if mine else ""
    return label, asked.address(sort=key, descending=descending), now


def link_of(kind: Kind, cells: list_cells.Cells) -> str:
    """Where a row leads."""
    if kind != "activity":
        return f"{'/customers' if kind == 'customer' else '/deals'}/{cells['id']}"
    if cells.get("deal_id"):
        return f"/deals/{cells['deal_id']}"
    return f"/customers/{cells['customer_id']}" if cells.get("customer_id") else ""


def page_of(x: Executor, shown: Shown, after: str | None) -> listed.Listed:
    """The ids of one page."""
    return listed.page(x, current_actor(), shown.query, current_now(), fields=shown.fields, after=after, size=PAGE)
