"""Attached files as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.files import ending_of, rounded_size
from salesapp.store import files
from salesapp.store.engine import Executor
from salesapp.store.timeline import Entry
from salesapp.web.deal_words import kind_label
from salesapp.web.i18n import gettext, show_day, show_number

SHOWN: Final = 6
"""How many files a customer's or a deal's own page shows."""
WRITES: Final = frozenset({"activity.done", "activity.planned"})


@dataclass(frozen=True, slots=True)
class FileWords:
    """One file: what it is called, what kind and how large, who brought it when, and where to look at it."""

    id: int
    name: str
    what: str
    meta: str
    href: str
    preview: str
    activity_id: int


def size_words(size: int) -> str:
    """1.2 MB, as the language writes it."""
    n, unit = rounded_size(size)
    text = gettext("%(n)s MB") if unit == "MB" else gettext("%(n)s KB")
    return text % {"n": show_number(n)}


def words_of(row: Any) -> FileWords:
    """A row of the store in the person's words. A picture opens as a page, anything else is saved."""
    is_picture = row.preview_key is not None
    what = f"{ending_of(row.name).upper()} · {size_words(row.size)}"
    about = [what, kind_label(row.activity_kind), row.created_by_name or "SalesApp", show_day(row.created_at)]
    return FileWords(
        id=row.id,
        name=row.name,
        what=what,
        meta=" · ".join(about),
        href=f"/files/{row.id}" if is_picture else f"/files/{row.id}/download",
        preview=f"/files/{row.id}/preview" if is_picture else "",
        activity_id=row.activity_id,
    )


def for_page(
    x: Executor, entries: Sequence[Entry], *, customer_id: int | None = None, deal_id: int | None = None, section: bool
) -> dict[str, Any]:
    """What a page with a timeline shows of files, in one statement: `entry_files` by event, and with `section` the
    newest `files` of its record and where there are more (`more_files`), for templates/files/section.html."""
    ids = {entry.subject_id for entry in entries if entry.subject_kind == "activity"}
    newest = SHOWN + 1 if section else 0
    rows = files.around(x, ids, customer_id=customer_id, deal_id=deal_id, newest=newest) if ids or newest else ()
    found = {"entry_files": _by_entry(entries, rows)}
    if not section:
        return found
    own = [row for row in rows if deal_id is None or row.deal_id == deal_id]
    place = f"/deals/{deal_id}/files" if deal_id is not None else f"/customers/{customer_id}/files"
    return found | {
        "files": [words_of(row) for row in own[:SHOWN]],
        "more_files": place if len(own) > SHOWN else "",
    }


def _by_entry(entries: Sequence[Entry], rows: Sequence[Any]) -> dict[int, list[FileWords]]:
    """Files stand below the event that brought them; those sent with an activity's own form below that."""
    by_activity: dict[int, list[Any]] = {}
    for row in reversed(rows):
        by_activity.setdefault(row.activity_id, []).append(row)
    added = {each for entry in entries if _alone(entry) for each in entry.data.get("files", ())}
    found: dict[int, list[FileWords]] = {}
    for entry in entries:
        its = by_activity.get(entry.subject_id, []) if entry.subject_kind == "activity" else []
        if shown := [words_of(row) for row in its if _brought(entry, row, added)]:
            found[entry.id] = shown
    return found


def _alone(entry: Entry) -> bool:
    return entry.kind == "file.added" and not entry.data.get("together")


def _brought(entry: Entry, row: Any, added: set[int]) -> bool:
    if _alone(entry):
        return row.id in entry.data.get("files", ())
    at_once = entry.kind in WRITES and "was" not in entry.data and entry.noted_at == row.created_at
    return at_once and row.id not in added
