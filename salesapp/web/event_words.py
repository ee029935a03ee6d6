"""What events are called that have no sentence of their own in the timeline: those of the house and its settings."""

from collections.abc import Mapping
from typing import Any, Final, cast

from flask import Blueprint, Flask

from salesapp.domain.errors import N_
from salesapp.web.downloads import row_words
from salesapp.web.i18n import gettext

EVENTS: Final = {
    "audit.checked": N_("had the history checked"),
    "audit.exported": N_("saved the audit as a file"),
    "bulk.done": N_("changed many records at once"),
    "bulk.resumed": N_("went on with a change of many records"),
    "company.changed": N_("changed the company's settings"),
    "customer.asked_for": N_("asked about a customer of somebody else"),
    "customer.checked": N_("checked whether a customer is here"),
    "customer.consent_noted": N_("noted a consent"),
    "customer.consent_withdrawn": N_("noted that a consent was withdrawn"),
    "customer.erased": N_("erased what was personal"),
    "customer.exported": N_("saved everything about this customer as a file"),
    "customer.merged": N_("merged another record of this customer into this one"),
    "customer.unmerged": N_("took two merged records apart again"),
    "follow_up.changed": N_("changed a follow-up rule"),
    "function.added": N_("added a function"),
    "function.archived": N_("archived a function"),
    "function.renamed": N_("renamed a function"),
    "function.restored": N_("brought a function back"),
    "hand_over.done": N_("handed over what was somebody's"),
    "hand_over.resumed": N_("went on with a hand-over"),
    "import.done": N_("imported records"),
    "import.failed": N_("had an import taken back that failed"),
    "import.undone": N_("took an import back"),
    "import.uploaded": N_("brought a file to import"),
    "import_mapping.archived": N_("deleted a mapping of imports"),
    "import_mapping.restored": N_("brought a mapping of imports back"),
    "import_mapping.saved": N_("saved a mapping of imports"),
    "intervals.changed": N_("changed the intervals"),
    "job.retried": N_("had a background job tried again"),
    "link.given": N_("gave a field that names a person to somebody else"),
    "list.exported": N_("saved a list as a file"),
    "mail.changed": N_("changed the mail settings"),
    "mailing.added": N_("wrote a message to a group"),
    "mailing.archived": N_("put a message to a group away"),
    "mailing.begun": N_("let a message to a group go"),
    "mailing.changed": N_("changed a message to a group"),
    "mailing.restored": N_("brought a message to a group back"),
    "mailing.stopped": N_("stopped a message to a group"),
    "mailing.taken_back": N_("took a message to a group back"),
    "own_field.added": N_("added a field of the house"),
    "own_field.archived": N_("archived a field of the house"),
    "own_field.changed": N_("changed a field of the house"),
    "own_field.restored": N_("brought a field of the house back"),
    "report.exported": N_("saved a report as a file"),
    "person.added": N_("added a person"),
    "person.changed": N_("changed a person"),
    "person.deactivated": N_("deactivated a person"),
    "person.link_made": N_("made a link for a person"),
    "person.link_used": N_("opened a link"),
    "person.link_withdrawn": N_("withdrew a link"),
    "person.password_changed": N_("changed a password"),
    "person.reactivated": N_("reactivated a person"),
    "plugin.changed": N_("changed the settings of a plugin"),
    "plugin.hook_on": N_("turned a part of a plugin on again"),
    "plugin.off": N_("switched a plugin off"),
    "plugin.on": N_("switched a plugin on"),
    "plugin.purged": N_("removed everything a plugin had left"),
    "pool.added": N_("added a pool"),
    "pool.archived": N_("archived a pool"),
    "pool.changed": N_("changed a pool"),
    "pool.restored": N_("brought a pool back"),
    "process.changed": N_("changed a process"),
    "result_question.added": N_("added a question about results"),
    "result_question.archived": N_("archived a question about results"),
    "result_question.changed": N_("changed a question about results"),
    "result_question.restored": N_("brought a question about results back"),
    "sign_in.ended": N_("signed out"),
    "sign_in.opened": N_("signed in"),
    "source.added": N_("added a source"),
    "source.archived": N_("archived a source"),
    "source.changed": N_("changed a source"),
    "source.restored": N_("brought a source back"),
    "tag.merged": N_("merged a tag into another one"),
    "tag.removed": N_("removed a tag"),
    "tag.renamed": N_("renamed a tag"),
    "tag.restored": N_("brought a tag back"),
    "team.added": N_("added a team"),
    "team.archived": N_("archived a team"),
    "team.changed": N_("changed a team"),
    "team.moved": N_("moved a team"),
    "team.renamed": N_("renamed a team"),
    "team.restored": N_("brought a team back"),
    "territory.added": N_("added a territory"),
    "territory.archived": N_("archived a territory"),
    "territory.changed": N_("changed a territory"),
    "territory.moved": N_("moved a territory"),
    "territory.renamed": N_("renamed a territory"),
    "territory.restored": N_("brought a territory back"),
    "undo.done": N_("took a change of many records back"),
    "undo.resumed": N_("went on taking a change of many records back"),
    "view.archived": N_("archived a view"),
    "view.changed": N_("changed a view"),
    "view.given": N_("gave a view to somebody else"),
    "view.restored": N_("brought a view back"),
    "view.saved": N_("saved a view"),
    "work_calendar.changed": N_("changed a working calendar"),
    "work_calendar.removed": N_("removed a working calendar"),
}


def deed(kind: str) -> str:
    """What was done, said after who did; the kind itself where nobody found words."""
    return gettext(EVENTS[kind]) if kind in EVENTS else kind


_TAKEN: Final = {
    "customer": N_("Customers"),
    "deal": N_("Deals"),
    "activity": N_("Activities"),
    "contact": N_("Contacts"),
    "person": N_("People"),
    "pool": N_("Public pool"),
}


def taken(data: Mapping[str, Any]) -> str:
    """What somebody took along, as what, and how much of it: "Customers · XLSX · 1,234 rows"."""
    label = _TAKEN.get(data.get("list", ""))
    what = [gettext(label)] if label else []
    rows = [row_words(data["n"])] if isinstance(data.get("n"), int) else []
    return " · ".join([*what, *([str(data["format"]).upper()] if data.get("format") else []), *rows])


def register(bp: Blueprint) -> None:
    """Give templates these words."""
    bp.record_once(lambda state: cast("Flask", state.app).jinja_env.globals.update(deed_word=deed, taken_words=taken))
