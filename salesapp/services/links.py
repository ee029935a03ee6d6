"""Links that let somebody set a password: an invitation for the first one, a reset for a forgotten one.

The token has 256 random bits, is shown once, stored as a hash, and good for one person, one purpose and one use.
"""

import secrets
from datetime import datetime
from typing import Final

from salesapp.domain.errors import N_, NotFound, Refused, problem
from salesapp.domain.permissions import SYSTEM
from salesapp.services.people import INVITE_LASTS, RESET_LASTS
from salesapp.services.sign_in import (
    TRIES,
    TRIES_WINDOW,
    open_sign_in,
    password_problems,
    set_password,
    token_hash,
)
from salesapp.services.work import Work, work
from salesapp.store import links, people, sign_ins, throttles
from salesapp.store.engine import Executor
from salesapp.store.links import LinkView

LASTS: Final = {"invite": INVITE_LASTS, "reset": RESET_LASTS}
PURPOSES: Final = tuple(LASTS)


def make_link(w: Work, person_id: int) -> str:
    """A fresh link for somebody, earlier ones withdrawn; returns its token, which nobody can look up again.

    An invitation while they have no password yet, else a reset.
    """
    w.require("people.manage")
    person = people.load(w.session, w.actor, person_id, lock=True)
    if not person.is_active:
        raise Refused(
            [problem("", N_("%(name)s cannot sign in at present. Restore their access first."), name=person.name)]
        )
    purpose = "reset" if person.has_password else "invite"
    links.withdraw(w.session, person_id, w.now)
    token = secrets.token_urlsafe(32)
    link_id = links.insert(
        w.session,
        {
            "purpose": purpose,
            "person_id": person_id,
            "created_by": w.actor.id,
            "token_hash": token_hash(token),
            "created_at": w.now,
            "expires_at": w.now + LASTS[purpose],
        },
    )
    w.event("person.link_made", "person", person_id, data={"purpose": purpose, "link": link_id})
    return token


def withdraw_link(w: Work, person_id: int, link_id: int) -> None:
    """Make a link worthless before it is used."""
    w.require("people.manage")
    if not links.withdraw(w.session, person_id, w.now, only=link_id):
        raise NotFound
    w.event("person.link_withdrawn", "person", person_id, data={"link": link_id})


def find_link(x: Executor, token: str, now: datetime) -> LinkView | None:
    """The link behind a token, open or not; looking changes nothing."""
    return links.find(x, token_hash(token), PURPOSES, now)


def count_try(address: str, now: datetime) -> bool:
    """Count one attempt to use a link from this address; whether there were too many. Before `work`, so that a
    refusal does not undo the count."""
    with work(SYSTEM, now) as w:
        return throttles.count(w.session, f"link:{address}", TRIES_WINDOW, now) > TRIES


def use_link(w: Work, token: str, password: str, again: str, *, address: str, agent: str) -> str:
    """Set the password, use the link up, end every other sign-in; returns the token of a fresh sign-in.

    NotFound for a link that is unknown, used, withdrawn or too old. A refused password leaves the link as it was.
    """
    link = find_link(w.session, token, w.now)
    if link is None or not link.open:
        raise NotFound
    problems = password_problems(password, again)
    if problems:
        raise Refused(problems)
    if not links.use(w.session, link.id, w.now):
        raise NotFound
    set_password(w, link.person_id, password)
    links.withdraw(w.session, link.person_id, w.now)
    sign_ins.end(w.session, link.person_id, w.now)
    w.event("person.link_used", "person", link.person_id, data={"purpose": link.purpose, "link": link.id})
    return open_sign_in(w, link.person_id, address=address, agent=agent)
