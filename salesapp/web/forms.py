"""Forms that say what was seen when they were opened, so that two people at once lose nothing.

A field `name` travels with a hidden `seen_name`; only fields that differ are sent on to the service, and when the
service finds that somebody else changed one of them meanwhile, the form comes back with all that was typed.
"""

from collections.abc import Mapping, Sequence

from flask import request

from salesapp.domain.errors import Stale
from salesapp.web.i18n import gettext


def seen_fields(fields: Sequence[str]) -> dict[str, str]:
    """What the form showed when it was opened."""
    return {field: request.form[f"seen_{field}"] for field in fields if f"seen_{field}" in request.form}


def changed_fields(typed: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """The fields somebody changed."""
    return {field: text for field, text in typed.items() if text != seen.get(field)}


def joined(field: str) -> str:
    """Ticked boxes as one text, in the order `PersonView.shown()` has them."""
    values = [value for value in request.form.getlist(field) if value]
    numbers = all(value.isascii() and value.isdigit() for value in values)
    return ",".join(sorted(set(values), key=(lambda value: (len(value), value)) if numbers else None))


def stale_words(stale: Stale, words: Mapping[str, str]) -> str:
    """Who changed what meanwhile, as a sentence."""
    fields = ", ".join(gettext(words[field]) for field in stale.fields)
    if not stale.changed_by:
        return gettext("Somebody changed this meanwhile: %(fields)s.") % {"fields": fields}
    return gettext("%(name)s changed this meanwhile: %(fields)s.") % {"name": stale.changed_by, "fields": fields}
