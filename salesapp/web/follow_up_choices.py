"""What can be chosen in the forms of follow-up rules, and the exceptions as rows of conditions."""

from collections.abc import Iterable, Mapping
from typing import Final

from salesapp.domain.activity_kinds import KINDS
from salesapp.domain.conditions import Vocabulary
from salesapp.domain.errors import N_
from salesapp.domain.follow_up import FUNCTION, FollowUp
from salesapp.domain.follow_up_phrases import WHO_WORDS
from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.list_facts import with_options
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Catalog
from salesapp.store import list_options, teams
from salesapp.store.engine import Executor
from salesapp.web.condition_forms import Form
from salesapp.web.follow_up_beginning_choices import offered as beginnings
from salesapp.web.follow_up_beginning_choices import units
from salesapp.web.follow_up_forms import Offered, Values
from salesapp.web.i18n import gettext, say
from salesapp.web.lists import can_be_asked
from salesapp.web.request import current_actor

_BY: Final[Mapping[str, str]] = {
    "minute": N_("minutes that pass"),
    "hour": N_("hours that pass"),
    "day": N_("days"),
    "working_day": N_("working days"),
    "week": N_("weeks"),
    "month": N_("months"),
}
_IN_RECORDS: Final = {"owner": "people", "team": "team", "teams": "team", "territory": "territory", "tag": "tag"}


def offered(x: Executor, its: Catalog, values: Values) -> Offered:
    """The choices of every field that has some."""
    people = [(key, gettext(words)) for key, words in WHO_WORDS.items()]
    people += [
        (f"{FUNCTION}{each.key}", gettext("function: %(name)s") % {"name": say(each.label)}) for each in FUNCTIONS
    ]
    own = (
        row for row in teams.own_functions(x) if row.archived_at is None or f"{FUNCTION}{row.key}" in values.values()
    )
    people += [(f"{FUNCTION}{row.key}", gettext("function: %(name)s") % {"name": row.label}) for row in own]
    kinds = {each.key: say(each.label) for each in KINDS}
    forms = ((key, f"{say(each.label)} ({kinds[each.kind]})") for key, each in its.result_forms.items())
    return {
        **beginnings(its, values),
        "kind": list(kinds.items()),
        "form": [("", gettext("No questions of its own")), *forms],
        "who": people,
        "escalate_to": [("", gettext("Nobody")), *people],
        "by_unit": [(key, gettext(words)) for key, words in _BY.items()],
        "every_unit": units(),
    }


# --- exceptions ---


def asked(x: Executor, rule: FollowUp, form: Form) -> Vocabulary:
    """What exceptions can ask, with whom and what to choose from where a row asks about something in records."""
    known, fields = can_be_asked(rule.subject)
    named = {row.field for row in form.rows.rows}
    needed = {key: name for key in named if (name := _list_of(key, fields))}
    if not needed:
        return known
    found = list_options.read(x, current_actor(), set(needed.values()))
    return with_options(known, {key: _texts(found[name]) for key, name in needed.items()})


def _list_of(key: str, fields: Mapping[str, object]) -> str:
    field = fields.get(key.removeprefix("field."))
    return "people" if getattr(field, "type", "") == "person" else _IN_RECORDS.get(key, "")


def _texts(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, Text], ...]:
    return tuple((key, Text(*[label.strip() or key] * 4)) for key, label in rows)
