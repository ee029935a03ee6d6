"""The entries of a timeline in words, each kept by what the store says of it and who reads it, for a day.

A page of a deal or a customer is looked at again after each step that is taken on it, and all but the newest of its
entries are the same then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from markupsafe import Markup

from salesapp.store.timeline import Entry
from salesapp.web.i18n import language, today, zone
from salesapp.web.inputs import start_of
from salesapp.web.kept import environment, macro_of, place, together
from salesapp.web.request import catalog, current_actor, current_company, current_now


def told(entries: Iterable[Entry], files: Mapping[int, Sequence[Any]], apart: Collection[int]) -> Markup:
    """These entries, without those another one tells. `files` are those to show below an entry, by its id; `apart` the
    merges that whoever reads may take apart again: their form is theirs alone."""
    # What is told of fields follows from the reader's role, which decides what they may read.
    look = ("timeline.html", environment(), catalog(), language(), zone(), current_actor().role, current_company())
    now, tomorrow = current_now(), start_of(today() + timedelta(days=1))
    entry, shown = macro_of("timeline.html", "entry"), []
    for each in entries:
        its = tuple(files.get(each.id, ()))
        if each.hidden or (each.kind == "file.added" and each.data.get("together")):
            continue
        may_undo = each.kind == "customer.merged" and each.data.get("merge") in apart
        if may_undo or _is_answered(each):
            shown.append(entry(each, its, may_undo))
            continue
        held = place(look, (each, its))
        shown.append(held.at(now) or held.keep(entry(each, its), now, tomorrow))
    return together(shown)


def _is_answered(entry: Entry) -> bool:
    """Whether it tells answers to the owner's questions, which may be put in other words at any time."""
    return any("answers" in each.data or "answers" in each.personal for each in (entry, *entry.undone))


def register(app: Flask) -> None:
    """Give it to templates."""
    app.jinja_env.globals["told"] = told
