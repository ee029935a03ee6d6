"""Bulk changes in the person's words."""

from collections.abc import Sequence
from typing import Any, Final

from salesapp.domain.bulk import CHANGES, REASONS
from salesapp.domain.errors import N_
from salesapp.store.batches import BatchView
from salesapp.web import customer_words
from salesapp.web.i18n import gettext, ngettext, say, show_number

SAYS: Final = {
    "customer.assign": N_(
        "Whoever you choose gets them, with the open deals and plans of who has them now. What colleagues do with them "
        "stays theirs."
    ),
    "customer.tag": N_("Each gets the tag. Those that have it already stay as they are."),
    "customer.untag": N_("This tag goes, the others stay."),
    "customer.grade": N_("Each gets this grade."),
    "customer.archive": N_("They leave the lists and the search. Nothing is lost: they can be brought back."),
    "customer.restore": N_("They come back into the lists and the search."),
    "deal.assign": N_("Whoever you choose gets them. The customers stay with who has them."),
    "deal.archive": N_("They leave boards, lists and figures. Nothing is lost. Deals that wait for a decision stay."),
    "activity.assign": N_("Whoever you choose does what is planned. What is done stays as it is."),
    "activity.cancel": N_("What is planned will not happen. What is done stays as it is."),
}
"""What will happen, before it does."""


def counted(kind: str, n: int) -> str:
    """So many records of a kind."""
    num = {"num": show_number(n)}
    if kind == "customer":
        return ngettext("%(num)s customer", "%(num)s customers", n) % num
    if kind == "deal":
        return ngettext("%(num)s deal", "%(num)s deals", n) % num
    if kind == "activity":
        return ngettext("%(num)s activity", "%(num)s activities", n) % num
    if kind == "decision":
        return ngettext("%(num)s request", "%(num)s requests", n) % num
    if kind == "view":
        return ngettext("%(num)s view", "%(num)s views", n) % num
    return ngettext("%(num)s record", "%(num)s records", n) % num


def label_of(found: BatchView) -> str:
    """What is done, in a word or two."""
    name = say(CHANGES[found.change].label) if found.change else gettext("Hand-over")
    return gettext("Undo: %(what)s") % {"what": name} if found.kind == "undo" else name


def title_of(found: BatchView) -> str:
    """What is done to how many."""
    kind = CHANGES[found.change].subject if found.change else ""
    return f"{label_of(found)} · {counted(kind, found.total)}"


def reason_word(reason: str | None) -> str:
    """Why a record was left out."""
    return say(REASONS[reason]) if reason in REASONS else str(reason or "")


def with_what(found: BatchView, people: Sequence[Any], tag: str) -> str:
    """To whom, which tag, which grade."""
    names = {row.id: row.name for row in people}
    if "person" in found.args:
        to = found.args["person"]
        return gettext("To: %(name)s") % {"name": names.get(to, "–") if to is not None else gettext("nobody")}
    if "tag" in found.args:
        return gettext("Tag: %(name)s") % {"name": tag or "–"}
    if "grade" in found.args:
        grade = found.args["grade"]
        return gettext("Grade: %(name)s") % {"name": customer_words.grade_word(grade) if grade else gettext("none")}
    return ""
