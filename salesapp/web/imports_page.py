"""The pages before an import begins: which file, how it is read, what its columns and words are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app

from salesapp.config import Settings
from salesapp.domain.errors import N_, Problem
from salesapp.domain.import_doubts import in_doubt
from salesapp.domain.import_findings import Finding
from salesapp.domain.import_map import ImportMap
from salesapp.domain.import_shape import has_dates
from salesapp.domain.importing import ImportAsked
from salesapp.domain.own_fields import KINDS as OWN_KINDS
from salesapp.domain.permissions import can
from salesapp.services import import_mappings, import_words
from salesapp.services import import_runs as service
from salesapp.services.import_files import path_of
from salesapp.services.import_kinds import ImportKind, ImportOption
from salesapp.services.import_own_rows import OwnRows
from salesapp.services.import_registry import KINDS, offered
from salesapp.services.import_runs import Preview
from salesapp.services.import_words import Words
from salesapp.store import import_mappings as mappings
from salesapp.store.engine import Executor, reading
from salesapp.store.import_runs import RunView
from salesapp.web import imports_question as parts
from salesapp.web import imports_words as words
from salesapp.web import render
from salesapp.web.i18n import gettext, say, show_moment
from salesapp.web.request import catalog, current_actor, current_now

SHOWN = 20
ABOUT: Final = {
    "customer": N_("persons or companies, with their contacts, numbers, tags and your own fields"),
    "contact": N_("people at companies that are here already, or come along"),
    "deal": N_("with the day each stage was entered, won and lost ones too"),
    "activity": N_("calls, visits and messages of the past, and what is planned"),
    "person": N_("who works here, with team and role"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page of the question shows beside the file: what is wrong, what was typed into its last field, and
    whether how the file is read was just changed."""

    problems: Sequence[Problem] = ()
    name: str = ""
    reshaped: bool = False


def index(errors: Mapping[str, Sequence[str]] | None = None) -> str:
    """Choose a file; what was brought in lately, tables to fill in, saved mappings."""
    actor = current_actor()
    with reading() as x:
        runs = service.listing(x, actor)[:SHOWN]
        saved = [each for each in mappings.every(x) if each.kind in offered(actor)]
    return render.page(
        "imports/index.html",
        runs=[_listed(run) for run in runs],
        what=[(say(kind.label), _about(kind)) for kind in offered(actor).values()],
        templates=[(say(kind.label), f"/import/template/{key}.csv") for key, kind in offered(actor).items()],
        mappings=[{"id": each.id, "name": each.name, "what": say(KINDS[each.kind].label)} for each in saved],
        limit=limit(),
        errors=errors or {},
    )


def _about(kind: ImportKind) -> str:
    """What one of these can hold: of a plugin's rows, its fields."""
    if isinstance(kind, OwnRows):
        return " · ".join(say(field.label) for field in kind.brought.fields)
    return gettext(ABOUT[kind.key])


def limit() -> dict[str, int]:
    """How large a file may be."""
    settings: Settings = current_app.extensions["salesapp_settings"]
    most = settings.max_upload_bytes - 1_000_000  # the rest of the form needs room, too
    return {"bytes": most, "megabytes": most // 1_000_000}


def _listed(run: RunView) -> dict[str, Any]:
    state, tone = words.state_word(run.state)
    mine = run.person_id == current_actor().id
    what = [say(KINDS[run.asked.kind].label), words.about_file(run), "" if mine else run.person_name]
    return {
        "href": f"/import/{run.id}",
        "name": words.file_title(run.file_name),
        "what": " · ".join(filter(None, what)),
        "state": state,
        "tone": tone,
        "when": show_moment(run.at),
        "iso": run.at.isoformat(),
    }


def question(x: Executor, run: RunView, asking: Asking = Asking(), asked: ImportAsked | None = None) -> str:
    """The preview with everything that can be said otherwise."""
    asked = asked or run.asked
    seen = service.preview(x, current_actor(), run.id, current_now(), asked)
    found = _words(run, asked, seen)
    saved = import_mappings.offered(x, seen.header)
    context = _context(run, asked, seen, found, asking)
    context["mappings"] = [{"id": each.id, "name": each.name} for each in saved if each.kind in seen.kinds]
    context["used"] = _used(saved, asked, seen.header)
    context["maps"] = _maps(asked, seen)
    return render.page("imports/question.html", **context)


def _words(run: RunView, asked: ImportAsked, seen: Preview) -> list[Words]:
    if run.file_key is None or not seen.rows:
        return []
    return import_words.words_of(path_of(run.file_key), asked, seen.fields)


def _used(saved: Sequence[mappings.MappingView], asked: ImportAsked, header: Sequence[str]) -> int | None:
    """The saved mapping that says just what is asked now."""
    same = (each.id for each in saved if import_mappings.as_last_time(each, asked, header).columns == asked.columns)
    return next(same, None)


def _maps(asked: ImportAsked, seen: Preview) -> list[dict[str, Any]]:
    """What plugins know of files with such columns, and whether it is what is asked now."""
    return [
        {"key": key, "name": say(each.label), "used": _is_asked(each, asked, seen)}
        for key, each in import_mappings.brought(catalog(), seen.header).items()
        if each.kind in seen.kinds
    ]


def _is_asked(each: ImportMap, asked: ImportAsked, seen: Preview) -> bool:
    known = import_mappings.as_brought(each, asked, seen.header)
    columns = {at: name for at, name in known.columns.items() if name in seen.fields}
    return (known.kind, columns) == (asked.kind, asked.columns)


def _context(run: RunView, asked: ImportAsked, seen: Preview, found: Sequence[Words], asking: Asking) -> dict[str, Any]:
    errors = render.by_place(asking.problems)
    shape = words.shape_fields(asked.shape, seen.sheets)
    wrong = _wrong(seen, asked, found)
    full, empty = parts.columns(seen.header, seen.rows, asked, wrong)
    told = {name for name, *_ in shape}
    reading_problems = [each for each in seen.problems if each.place in told or not seen.rows]
    errors = errors or render.by_place(reading_problems)
    cells = [each.cells for each in seen.rows]
    needs = [say(each.message) for each in seen.problems if each not in reading_problems and not asking.problems]
    return {
        "run": run,
        "about": words.about_file(run, seen.total),
        "kinds": [(key, say(kind.label)) for key, kind in seen.kinds.items()],
        "asked_kind": asked.kind,
        "title": words.file_title(run.file_name),
        "shape_said": words.said(asked.shape, has_dates(cells)),
        "shape_open": bool(told & set(errors)) or asking.reshaped or in_doubt(asked.shape, seen.header, cells),
        "shape_fields": shape,
        "header": [words.column_name(at, each, asked.shape) for at, each in enumerate(seen.header)],
        "rows": parts.table(seen.rows, len(seen.header)),
        "columns": full,
        "empty_columns": empty,
        "may_field": can(current_actor(), "settings.manage") and asked.kind in OWN_KINDS,
        "field_options": parts.field_options(seen.fields),
        "words": parts.words(found, asked, seen.fields),
        "options": parts.options(_with_effect(seen.options, asked), asked, {"kind": parts.taken_by_name(seen.parsed)}),
        "needs": " ".join(needs),
        "why": say(run.error.message) if run.error is not None else "",
        "errors": errors,
        "name": asking.name,
    }


def _with_effect(options: Mapping[str, ImportOption], asked: ImportAsked) -> dict[str, ImportOption]:
    """What changes something: where no column names sources, none is new."""
    without = set() if "source" in asked.columns.values() else {"make_sources", "source_group"}
    return {key: each for key, each in options.items() if key not in without}


def _wrong(seen: Preview, asked: ImportAsked, found: Sequence[Words]) -> dict[int, list[str]]:
    """What is wrong with the first rows, at the column it is about; words are asked about in a place of their own."""
    asked_about = {each.field for each in found}
    wrong: dict[int, list[str]] = {}
    for finding in seen.findings:
        for at, name in asked.columns.items():
            if name == finding.field and name not in asked_about:
                wrong.setdefault(at, []).append(_said(finding, seen))
                break
    return wrong


def _said(finding: Finding, seen: Preview) -> str:
    return say(parts.label_of(finding.message, seen.fields))
