"""Forms that say what was seen when they were opened, so that two people at once lose nothing.

A field `name` travels with a hidden `seen-name` (`ui.seen`). Only fields somebody changed are sent on to the service;
when it finds that somebody else changed one of them meanwhile, the form comes back with all that was typed, what the
other one saved beside it, and the newest state in every field this person left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request

from salesapp.domain.errors import Stale
from salesapp.domain.fields import IGNORED_PREFIX
from salesapp.web.i18n import gettext


def seen_fields(fields: Iterable[str]) -> dict[str, str]:
    """What the form showed when it was opened, as far as it says so."""
    names = ((field, f"{IGNORED_PREFIX}{field}") for field in fields)
    return {field: even(request.form[name]) for field, name in names if name in request.form}


def sent_fields(fields: Iterable[str], seen: Mapping[str, str]) -> dict[str, str]:
    """What was typed; a field the form did not send is as it was seen."""
    return {field: request.form.get(field, seen.get(field, "")) for field in fields}


def changed_fields(typed: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """The fields somebody changed."""
    return {field: text for field, text in typed.items() if field not in seen or even(text) != even(seen[field])}


def even(text: str) -> str:
    """A text without what browsers alone change: the kind of line ends, blanks around it."""
    return text.replace("\r\n", "\n").strip()


def kept(typed: Mapping[str, str], seen: Mapping[str, str], fresh: Mapping[str, str]) -> dict[str, str]:
    """What the form shows after somebody was faster: one's own changes, and the newest state everywhere else."""
    return {**fresh, **changed_fields(typed, seen)}


def somebody_was_faster(stale: Stale, now: Mapping[str, str], title: str = "") -> dict[str, Any]:
    """What the form says then: beside each field somebody else changed who did, and to what (`now`, in words)."""
    text = gettext("%(who)s changed this meanwhile to “%(now)s”. Yours is in the field; save again to keep it.")
    who = stale.changed_by or gettext("Somebody")
    errors = {field: [text % {"who": who, "now": now.get(field, "")[:200] or "–"}] for field in stale.fields}
    return {"errors": errors, "stale": title or gettext("Somebody was faster")}


def joined(field: str) -> str:
    """Ticked boxes as one text, in the order `PersonView.shown()` has them."""
    values = [value for value in request.form.getlist(field) if value]
    numbers = all(value.isascii() and value.isdigit() for value in values)
    return ",".join(sorted(set(values), key=(lambda value: (len(value), value)) if numbers else None))


def in_words(values: Mapping[str, str], options: Mapping[str, Iterable[Sequence[str]]]) -> dict[str, str]:
    """A form's values as people read them: what is chosen from a list as the list calls it."""
    labels = {field: {option[0]: option[1].strip() for option in offered} for field, offered in options.items()}
    return {
        field: ", ".join(labels[field].get(each, each) for each in text.split(",")) if field in labels else text
        for field, text in values.items()
    }
