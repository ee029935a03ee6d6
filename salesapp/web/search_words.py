"""A hit in the person's words: what it is called, with the words that were asked for marked; where it belongs; and why
it is there, where its name does not say so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from salesapp.domain.customer_labels import POINT_KINDS, STATES
from salesapp.domain.permissions import Actor
from salesapp.domain.search_terms import haystack, marked, query_terms
from salesapp.store import deal_hits, search_hits
from salesapp.store.engine import Executor
from salesapp.web import deal_words, inputs
from salesapp.web.i18n import gettext, say, show_moment

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it was asked for."""

AROUND: Final = 40
SNIPPET: Final = 110


@dataclass(frozen=True, slots=True)
class Line:
    """One hit. `icon` is a sign, else the picture is made from the name; `why` is (label, text)."""

    kind: str
    id: int
    href: str
    title: Pieces
    name: str
    shape: str
    icon: str = ""
    about: Pieces = field(default_factory=list)
    side: str = ""
    why: tuple[str, Pieces] | None = None


def lines(
    x: Executor, actor: Actor, now: datetime, found: Mapping[str, Sequence[int]], q: str = ""
) -> dict[str, list[Line]]:
    """The lines of each kind's hits, in their order; those this person may see."""
    terms = query_terms(q)
    makers = {"customer": _customers, "contact": _contacts, "deal": _deals, "activity": _activities}
    return {kind: makers[kind](x, actor, now, ids, terms) for kind, ids in found.items()}


def _customers(x: Executor, actor: Actor, now: datetime, ids: Sequence[int], terms: list[str]) -> list[Line]:
    rows = search_hits.customers(x, actor, ids, now)
    unsaid = {row.id: _unsaid(terms, [row.name], [row.company]) for row in rows}
    why = _reasons(x, "customer", unsaid)
    return [
        Line(
            "customer",
            row.id,
            f"/customers/{row.id}",
            marked(_called(row), terms),
            _called(row),
            row.kind,
            about=marked(row.company if row.name else "", terms),
            side=" · ".join(filter(None, [row.grade, say(STATES[row.state])])),
            why=why.get(row.id),
        )
        for row in rows
    ]


def _called(row: Any) -> str:
    return row.name or row.company or gettext("Customer %(id)s") % {"id": row.id}


def _contacts(x: Executor, actor: Actor, now: datetime, ids: Sequence[int], terms: list[str]) -> list[Line]:
    rows = search_hits.contacts(x, actor, ids, now)
    unsaid = {row.id: _unsaid(terms, [row.name], [row.customer_name, row.position, row.department]) for row in rows}
    why = _reasons(x, "contact", unsaid)
    return [
        Line(
            "contact",
            row.id,
            f"/customers/{row.customer_id}#contacts",
            marked(row.name, terms),
            row.name,
            "person",
            about=marked(_joined(row.customer_name, row.department, row.position), terms),
            why=why.get(row.id),
        )
        for row in rows
    ]


def _deals(x: Executor, actor: Actor, now: datetime, ids: Sequence[int], terms: list[str]) -> list[Line]:
    return [
        Line(
            "deal",
            row.id,
            f"/deals/{row.id}",
            marked(row.title, terms),
            row.title,
            "",
            "briefcase",
            marked(_joined(row.customer_name if row.customer_name != row.title else "", _where(row)), terms),
            inputs.short_amount(row.amount_minor, row.currency),
        )
        for row in deal_hits.rows_of(x, actor, ids, now)
    ]


def _where(row: deal_hits.DealRow) -> str:
    closed = {"won": gettext("won"), "lost": gettext("lost")}
    return closed.get(row.state) or deal_words.stage_label(row.process, row.stage)


def _activities(x: Executor, actor: Actor, now: datetime, ids: Sequence[int], terms: list[str]) -> list[Line]:
    return [_activity(row, terms) for row in search_hits.activities(x, actor, ids, now)]


def _activity(row: Any, terms: list[str]) -> Line:
    planned = row.state == "planned"
    when = deal_words.planned_text(row.planned_at, row.all_day) if planned else show_moment(row.at)
    its_deal = deal_words.besides(row.deal_title, row.customer_name)
    about = _joined(deal_words.kind_label(row.kind), row.customer_name, row.contact_name, its_deal)
    record = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}"
    href = record if not planned and (row.deal_id or row.customer_id) else f"/activities/{row.id}"
    note = _snippet(" ".join(row.note.split()), terms)
    return Line("activity", row.id, href, note, "", "", deal_words.kind_icon(row.kind), marked(about, terms), when)


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _snippet(note: str, terms: list[str]) -> Pieces:
    """The part of a note that holds what was asked for, not its whole length."""
    first = 0
    for text, hit in marked(note, terms):
        if hit:
            break
        first += len(text)
    else:
        first = 0
    start = first - AROUND // 2 if first > AROUND else 0
    end = start + SNIPPET
    cut = ("… " if start else "") + note[start:end] + (" …" if len(note) > end else "")
    return marked(cut, terms)


def _unsaid(terms: Iterable[str], names: list[str], others: list[str]) -> list[str]:
    """The terms that what the line shows does not hold, nor its sound."""
    plainly = " ".join([*names, *others])
    missing = [term for term in terms if term not in plainly]
    said = haystack(names, others) if missing else ""
    return [term for term in missing if term not in said]


def _reasons(x: Executor, kind: str, unsaid: Mapping[int, list[str]]) -> dict[int, tuple[str, Pieces]]:
    """Why these are hits: the number, the address or the contact that holds what was asked for."""
    asking = {each: terms for each, terms in unsaid.items() if terms}
    reasons: dict[int, tuple[str, Pieces]] = {}
    for row in search_hits.ways_to_reach(x, kind, list(asking)):
        subject = row.contact_id if kind == "contact" else row.customer_id
        held = haystack([], phones=[row.normalised]) if row.kind == "phone" else haystack([], mails=[row.normalised])
        _note_reason(reasons, subject, asking[subject], held, say(POINT_KINDS[row.kind]), row.shown)
    missing = [each for each in asking if each not in reasons] if kind == "customer" else []
    for customer_id, name in search_hits.people_of(x, missing):
        _note_reason(reasons, customer_id, asking[customer_id], haystack([name]), gettext("Contact"), name)
    return reasons


def _note_reason(
    reasons: dict[int, tuple[str, Pieces]], subject: int, terms: list[str], held: str, label: str, shown: str
) -> None:
    if any(term in held for term in terms):
        reasons.setdefault(subject, (label, marked(shown, terms)))
