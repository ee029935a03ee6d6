"""Somebody asks for no more messages, by the link of a mail: only who got that mail has its token, and looking at the
page changes nothing."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.errors import NotFound
from salesapp.domain.mailing import PURPOSES_OF
from salesapp.domain.permissions import SYSTEM
from salesapp.services.public_pages import MOST
from salesapp.services.sign_in import TRIES_WINDOW, token_hash
from salesapp.services.work import Work, work
from salesapp.store import consents, customer_files, mailing_items, no_more, throttles
from salesapp.store.engine import Executor

LONGEST: Final = 100


def count_try(address: str, now: datetime) -> bool:
    """Count one press that came from this address; whether there were too many. Before `work`, so that a refusal does
    not undo the count."""
    with work(SYSTEM, now) as w:
        return throttles.count(w.session, f"no_more:{address}", TRIES_WINDOW, now) > MOST


def find(x: Executor, token: str) -> Row[*tuple[Any, ...]] | None:
    """What a link belongs to; None where it is none of ours, or its address was erased."""
    found = mailing_items.by_token(x, token_hash(token)) if token and len(token) <= LONGEST else None
    return found if found is not None and found.normalised else None


def masked(address: str) -> str:
    """An address as its owner knows it again, and nobody else learns it: l…@example.com."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


def no_more_to(w: Work, token: str) -> None:
    """From now on nothing goes to whoever got that mail, at none of their addresses; a second time changes nothing."""
    found = find(w.session, token)
    if found is None:
        raise NotFound
    for row in no_more.points(w.session, found.holder_id, found.contact_id, found.kind, found.normalised):
        if no_more.opt_out(w.session, row.id):
            data = {"by": row.kind, "opt_out": True, "asked": "link"}
            _event(w, "customer.point_changed", row.customer_id, data, {"shown": row.shown})
    for row in consents.of_customer(w.session, [found.holder_id]):
        given = row.withdrawn_at is None and row.purpose in PURPOSES_OF["email"][:1]
        if given and consents.withdraw(w.session, row.id, None, w.now):
            data = {"purpose": row.purpose, "consent": row.id}
            _event(w, "customer.consent_withdrawn", row.customer_id, data, None)


def _event(w: Work, kind: str, customer_id: int, data: dict[str, Any], personal: dict[str, Any] | None) -> None:
    owner_id = customer_files.owner_of(w.session, customer_id)
    w.event(kind, "customer", customer_id, customer_id=customer_id, owner_id=owner_id, data=data, personal=personal)
