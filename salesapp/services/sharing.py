"""Sharing a customer with a colleague or a team: to read or to work, until a date. Everything below it follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.errors import N_, NotAllowed, NotFound, Problem, Refused, problem
from salesapp.domain.permissions import Access, Actor, can
from salesapp.domain.text import Text
from salesapp.domain.views import CustomerView
from salesapp.services import notices
from salesapp.services.plugin_checks import narrow
from salesapp.services.work import Work
from salesapp.store import customers, shares, visibility

LEVELS: Final = {
    "read": Text("To read", "只读", "唯讀", "Только смотреть"),
    "work": Text("To work with", "可以跟进", "可以跟進", "Работать"),
}
NOTE_LENGTH: Final = 500
RESUME_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """With whom (`person_id` or `team_id`), how far, until when (None: until somebody ends it), and a word to them."""

    person_id: int | None = None
    team_id: int | None = None
    level: str = "read"
    until: datetime | None = None
    note: str = ""


IN_POOL: Final = N_("This customer is in a public pool. Hand it out to somebody first.")
NOT_THEIRS: Final = N_("Only its owner, or their manager, shares a customer.")


def why_not_shared(view: CustomerView) -> str:
    """Why whoever works with a customer does not share it."""
    return IN_POOL if view.pool_id is not None else NOT_THEIRS


def may_share(actor: Actor, view: CustomerView) -> bool:
    """Its owner, managers of the owner's team and administrators; never whom it was shared with, nor from a pool."""
    return can(actor, "customer.edit") and view.pool_id is None and actor.sees(view.owner_id)


def share_customer(w: Work, customer_id: int, new: NewShare) -> int:
    """Share a customer; who gets it is told. Refused with every problem at once."""
    view = _shareable(w, customer_id)
    if problems := _problems(w, view, new):
        raise Refused(problems)
    values: dict[str, Any] = {"customer_id": customer_id, "person_id": new.person_id, "team_id": new.team_id}
    values |= {"level": new.level, "until": new.until, "note": new.note}
    values |= {"created_by": w.actor.id, "created_at": w.now}
    share_id = shares.insert(w.session, values)
    row = shares.get(w.session, share_id)
    assert row is not None
    _note(w, "customer.shared", view, row, new.note)
    for person_id in shares.people_of(w.session, new.person_id, new.team_id):
        data = {"how": new.level}
        notices.tell(w, person_id, "customer.shared", ("customer", customer_id), occurrence=str(share_id), data=data)
    w.done("share", share_id)
    return share_id


def end_share(w: Work, share_id: int) -> int:
    """Share it no longer; returns the customer."""
    view, row = _its_customer(w, share_id)
    if shares.end(w.session, share_id, w.now):
        _note(w, "customer.unshared", view, row)
    return view.id


def resume_share(w: Work, share_id: int) -> int:
    """Take back that a share was ended, within ten minutes; returns the customer."""
    view, row = _its_customer(w, share_id)
    if row.ended_at is None:
        return view.id
    if row.ended_at <= w.now - RESUME_WITHIN or _with_them(w, view.id, row.person_id, row.team_id):
        raise Refused([problem("", N_("This cannot be taken back any more."))])
    shares.resume(w.session, share_id)
    _note(w, "customer.shared", view, row)
    return view.id


def _shareable(w: Work, customer_id: int) -> CustomerView:
    customers.lock(w.session, customer_id)  # first: whose it is must not change after the question
    if visibility.customer_access(w.session, w.actor, customer_id, w.now) is Access.NONE:
        raise NotFound
    view = customers.read(w.session, customer_id)
    if not may_share(w.actor, view):
        raise NotAllowed(why_not_shared(view))
    narrow(w, "customer.share", lambda: view)
    return view


def _its_customer(w: Work, share_id: int) -> tuple[CustomerView, Row[*tuple[Any, ...]]]:
    found = shares.get(w.session, share_id)
    if found is None:
        raise NotFound
    view = _shareable(w, found.customer_id)
    row = shares.get(w.session, share_id)  # again, as the customer is locked now
    assert row is not None
    return view, row


def _problems(w: Work, view: CustomerView, new: NewShare) -> list[Problem]:
    people, teams = shares.choices(w.session, [w.actor.id, view.owner_id])
    problems = []
    if (new.person_id is None) == (new.team_id is None):
        problems.append(problem("with", N_("Please choose with whom.")))
    elif not _among(people, new.person_id) and not _among(teams, new.team_id):
        problems.append(problem("with", N_("Please choose one of the list.")))
    elif _with_them(w, view.id, new.person_id, new.team_id):
        problems.append(problem("with", N_("It is shared with them already: end that share first.")))
    if new.level not in LEVELS:
        problems.append(problem("level", N_("Please choose one of the list.")))
    if new.until is not None and new.until <= w.now:
        problems.append(problem("until", N_("This day is over already.")))
    if len(new.note) > NOTE_LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        problems.append(problem("note", text, length=len(new.note), max=NOTE_LENGTH))
    return problems


def _among(offered: Sequence[tuple[int, str]], one: int | None) -> bool:
    return one is not None and any(one == each for each, _ in offered)


def _with_them(w: Work, customer_id: int, person_id: int | None, team_id: int | None) -> bool:
    return any(
        (row.person_id, row.team_id) == (person_id, team_id) for row in shares.current(w.session, customer_id, w.now)
    )


def _note(w: Work, kind: str, view: CustomerView, row: Row[*tuple[Any, ...]], note: str = "") -> None:
    until = row.until.isoformat() if row.until is not None else None
    data = {"share": row.id, "with_person": row.person_id, "with_team": row.team_id, "level": row.level, "until": until}
    data["team_name"] = shares.team_name(w.session, row.team_id)
    w.event(
        kind,
        "customer",
        view.id,
        customer_id=view.id,
        owner_id=view.owner_id,
        data=data,
        personal={"note": note} if note else None,
    )
