"""The page of an import that was asked for: how far its check or its run is, what was found, what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.errors import N_, Msg, Problem
from salesapp.domain.import_findings import REJECTED, Finding
from salesapp.services import import_runs as service
from salesapp.services.import_registry import KINDS, known_of
from salesapp.store import batches, import_records, jobs
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView
from salesapp.web import imports_words as words
from salesapp.web import render
from salesapp.web.i18n import gettext, ngettext, say, show_full_moment, show_number
from salesapp.web.imports_question import label_of
from salesapp.web.request import current_actor, current_now

LISTED: Final = 50
DOING: Final = {
    "checking": N_("Looking through the file …"),
    "running": N_("Bringing it in …"),
    "undoing": N_("Taking it back …"),
}
RESULT: Final = {
    "checked": (N_("Checked. Nothing is changed yet."), "list-checks"),
    "done": (N_("Everything is in."), "circle-check"),
    "failed": (N_("This did not work; nothing of it stays."), "circle-alert"),
    "undone": (N_("Taken back."), "undo-2"),
}


def page(x: Executor, run: RunView, problems: Sequence[Problem] = ()) -> str:
    """How far it is, or what came of it."""
    moving = run.is_at_work
    context = _moving(x, run) if moving else _ended(x, run)
    told = run.state in ("checked", "done", "failed")
    found = _found(x, run) if told else {"problems": [], "problems_n": 0, "notes": []}
    return render.page(
        "imports/run.html",
        run=run,
        title=words.file_title(run.file_name),
        about=" · ".join([say(KINDS[run.asked.kind].label), words.about_file(run)]),
        moving=moving,
        when=show_full_moment(run.at),
        errors=render.by_place(problems),
        **context,
        **found,
    )


JOBS: Final = {"checking": service.CHECK_JOB, "running": service.RUN_JOB, "undoing": service.UNDO_JOB}


def _moving(x: Executor, run: RunView) -> dict[str, Any]:
    total = run.total
    of = gettext("%(done)s of %(all)s") % {"done": show_number(run.done), "all": show_number(total or 0)}
    share = f"{min(100, 100 * run.done // total)} %" if total else ""
    return {
        "doing": gettext(DOING[run.state]),
        "of": total or 1,
        "said": of if total else ngettext("%(num)s row", "%(num)s rows", run.done) % {"num": show_number(run.done)},
        "percent": share,
        "stuck": not any(args["run"] == run.id for args in jobs.args_to_do(x, JOBS[run.state])),
    }


def _ended(x: Executor, run: RunView) -> dict[str, Any]:
    text, icon = RESULT[run.state]
    coming = run.added + run.changed
    result = gettext(text)
    if run.state == "done" and run.rejected:
        result = gettext("What fits is in.")
    if run.state == "undone" and run.left:
        text = ngettext("Taken back, but for %(num)s record.", "Taken back, but for %(num)s records.", run.left)
        result = text % {"num": show_number(run.left)}
    return {
        "result": result,
        "result_icon": icon,
        "why": _why(run),
        "figures": _figures(run),
        "coming": coming if run.can_start else 0,
        "nothing": _nothing(run),
        "rejected": run.rejected if run.state == "done" and run.rejected_key else 0,
        "may_undo": _to_take_back(x, run) if coming and run.state == "done" and run.can_stop else 0,
        "may_again": run.state == "failed" and run.file_key is not None,
        "list_href": f"/import/{run.id}/records" if coming and run.state == "done" and _have_pages(run) else "",
    }


def _have_pages(run: RunView) -> bool:
    """Rows of a plugin's own tables are shown by its own pages."""
    return run.asked.kind in import_records.KINDS


def _to_take_back(x: Executor, run: RunView) -> int:
    """How many records: more than rows, where a row brought its customer along."""
    return batches.how_many_noted(x, run.batch_id or 0, {*import_records.KINDS, run.asked.kind})


def _why(run: RunView) -> str:
    if run.state == "undone" and run.left:
        return gettext("Somebody changed them since, or something of somebody's hangs on them; so they stay.")
    error = run.error
    if error is None:
        return ""
    where = gettext("Line %(line)s") % {"line": error.lines[0]} if any(error.lines) else ""
    return ": ".join(filter(None, [where, say(error.message)]))


def _nothing(run: RunView) -> str:
    if run.rejected:
        return gettext("No row can come in as it stands. Below is why.")
    return gettext("Everything in this file is here already.") if run.same else gettext("There is no row in this file.")


def _figures(run: RunView) -> list[tuple[str, str, str]]:
    if run.state not in ("checked", "done"):
        return []
    records = f"/import/{run.id}/records" if run.state == "done" else ""
    rows = [
        (gettext("New"), run.added, records),
        (gettext("Updated"), run.changed, records),
        (gettext("Already here"), run.same, ""),
        (gettext("Cannot come in"), run.rejected, ""),
    ]
    return [(label, show_number(n), href if n else "") for label, n, href in rows]


def _found(x: Executor, run: RunView) -> dict[str, Any]:
    """What the check or the run found: each thing once, with a way to its column."""
    found = run.problems
    if not found:
        return {"problems": [], "problems_n": 0, "notes": []}
    fields = KINDS[run.asked.kind].fields(known_of(x, current_actor(), run.asked, current_now()))
    columns = {name: at for at, name in sorted(run.asked.columns.items(), reverse=True)}
    unnamed = dict.fromkeys(fields, "columns")  # what is missing is missing there
    places = unnamed | {
        name: "values" if fields[name].choices else f"c{at}" for name, at in columns.items() if name in fields
    }
    shown = [(each, _shown(each, run, label_of(each.message, fields), places)) for each in found]
    wrong = [row for each, row in shown if each.how == REJECTED]
    return {
        "problems": wrong,
        "problems_n": len(wrong),
        "notes": [row for each, row in shown if each.how != REJECTED],
    }


def _shown(finding: Finding, run: RunView, message: Msg, places: Mapping[str, str]) -> dict[str, Any]:
    """With the place of the question it is about: the words of the field, else its column."""
    lines = ", ".join(str(line) for line in finding.lines)
    more = " …" if finding.count > len(finding.lines) else ""
    where = ngettext("Line %(lines)s", "Lines %(lines)s", len(finding.lines)) % {"lines": lines + more}
    others = gettext("the same: %(values)s") % {"values": gettext(", ").join(finding.others)} if finding.others else ""
    place = places.get(finding.field)
    href = f"/import/{run.id}?ask=1#f-{place}" if place is not None and run.state == "checked" else ""
    return {
        "text": say(message),
        "href": href,
        "rows": words.rows_word(finding.count),
        "lines": " · ".join(filter(None, [where, others])),
    }


def records(x: Executor, run: RunView, kind: str, before: int | None) -> str:
    """What came in, the newest first, one kind of record at a time; what the file was about is the first kind."""
    found = batches.kinds_noted(x, run.batch_id) if run.batch_id is not None else []
    kinds = sorted((each for each in found if each in import_records.KINDS), key=lambda each: each != run.asked.kind)
    kind = kind if kind in kinds else next(iter(kinds), "")
    ids = [each.id for each in batches.noted(x, run.batch_id or 0, kind, before, LISTED + 1)] if kind else []
    known = import_records.named(x, current_actor(), kind, ids[:LISTED], current_now())
    more = f"/import/{run.id}/records?kind={kind}&before={ids[LISTED - 1]}" if len(ids) > LISTED else ""
    return render.page(
        "imports/records.html",
        run=run,
        kinds=[(_kind_word(each), f"/import/{run.id}/records?kind={each}", each == kind) for each in kinds],
        rows=[known[one] for one in ids[:LISTED] if one in known],
        more=more,
    )


def _kind_word(kind: str) -> str:
    return say(KINDS[kind].label) if kind in KINDS else gettext("Teams")
