"""Signing in and out: passwords, limits against guessing, and the rows that make a cookie worth something."""

import hashlib
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.work import Work, work
from salesapp.store import links, people, sign_ins, throttles

LASTS = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
TRIES, TRIES_WINDOW = 10, timedelta(minutes=15)
PASSWORD_LENGTH, PASSWORD_MOST = 10, 200
WRONG = N_("This name and password do not match.")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))  # checked for unknown names, so that both cases take the same time


def token_hash(token: str) -> str:
    """What of a random 256-bit token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def password_problems(password: str, again: str | None = None, place: str = "password") -> list[Problem]:
    """What is wrong with a new password, and with its repetition where one was asked for."""
    problems = []
    if len(password) < PASSWORD_LENGTH:
        problems.append(problem(place, N_("A password needs at least %(least)s characters."), least=PASSWORD_LENGTH))
    if len(password) > PASSWORD_MOST:
        problems.append(problem(place, N_("A password can have at most %(most)s characters."), most=PASSWORD_MOST))
    if again is not None and again != password:
        problems.append(problem("again", N_("The two passwords are not the same.")))
    return problems


def check_password(password: str, place: str = "password") -> None:
    """Refuse a password that is too short or too long to hash."""
    if problems := password_problems(password, place=place):
        raise Refused(problems)


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _normalised(kind: Kind, name: str, country: str) -> str | None:
    point = parse_contact_point(kind, name, country)
    return point.normalised if isinstance(point, ContactPoint) else None


def sign_in(name: str, password: str, *, country: str, address: str, agent: str, now: datetime) -> str:
    """Check name (mail or phone) and password and open a sign-in; returns its token.

    Raises Refused with one and the same sentence for a wrong name and a wrong password, and another when there were
    too many tries for this name or from this address. A limit passes by itself: nobody can lock somebody else out.
    """
    email, phone = _normalised("email", name, country), _normalised("phone", name, country)
    with work(SYSTEM, now) as w:  # counted in a transaction of its own: a refusal must not undo the count
        tries = throttles.count(w.session, f"sign-in:name:{email or phone or name[:100]}:{address}", TRIES_WINDOW, now)
        tries_here = throttles.count(w.session, f"sign-in:address:{address}", TRIES_WINDOW, now)
        row = sign_ins.credentials(w.session, email, phone)
    if tries > TRIES or tries_here > TRIES * 5:
        raise Refused([problem("", N_("Too many tries. Please wait a quarter of an hour."))])
    if not _matches(row.password_hash if row else None, password) or row is None:
        raise Refused([problem("", WRONG)])
    with work(SYSTEM, now) as w:
        if sign_ins.locked_hash(w.session, row.id) != row.password_hash:  # changed, or gone, while it was checked
            raise Refused([problem("", WRONG)])
        throttles.reset(w.session, f"sign-in:name:{email or phone or name[:100]}:{address}")
        return open_sign_in(w, row.id, address=address, agent=agent)


def open_sign_in(w: Work, person_id: int, *, address: str, agent: str) -> str:
    """Open a sign-in for this person; returns the token whose hash is stored."""
    token = secrets.token_urlsafe(32)
    values = {
        "person_id": person_id,
        "token_hash": token_hash(token),
        "created_at": w.now,
        "seen_at": w.now,
        "expires_at": w.now + LASTS,
        "address": address[:64],
        "agent": agent[:300],
    }
    sign_in_id = sign_ins.insert(w.session, values)
    w.event("sign_in.opened", "person", person_id, actor_id=person_id, data={"sign_in": sign_in_id})
    return token


def note_seen(actor: Actor, seen_at: datetime, now: datetime) -> None:
    """Keep `seen_at` fresh, at most every five minutes: the one thing that reading a page may change."""
    if actor.sign_in_id is not None and now - seen_at >= SEEN_EVERY:
        with work(actor, now) as w:
            sign_ins.seen(w.session, actor.sign_in_id, now)


def sign_out(w: Work) -> None:
    """End the sign-in this request came with."""
    if w.actor.id is not None and w.actor.sign_in_id is not None:
        sign_ins.end(w.session, w.actor.id, w.now, only=w.actor.sign_in_id)
        w.event("sign_in.ended", "person", w.actor.id, data={"sign_in": w.actor.sign_in_id})


def end_sign_in(w: Work, sign_in_id: int) -> None:
    """End one of my own sign-ins elsewhere."""
    assert w.actor.id is not None
    if not sign_ins.end(w.session, w.actor.id, w.now, only=sign_in_id):
        raise NotFound
    w.event("sign_in.ended", "person", w.actor.id, data={"sign_in": sign_in_id})


def end_other_sign_ins(w: Work) -> int:
    """End all of my sign-ins but this one."""
    assert w.actor.id is not None
    ended = sign_ins.end(w.session, w.actor.id, w.now, keep=w.actor.sign_in_id)
    w.event("sign_in.ended", "person", w.actor.id, data={"count": ended})
    return ended


def count_password_try(actor: Actor, now: datetime) -> None:
    """Limit guessing the old password at somebody's open screen; counted whatever comes of it, so before `work`."""
    with work(SYSTEM, now) as w:
        tries = throttles.count(w.session, f"password:{actor.id}", TRIES_WINDOW, now)
    if tries > TRIES:
        raise Refused([problem("", N_("Too many tries. Please wait a quarter of an hour."))])


def change_password(w: Work, old: str, new: str, again: str | None = None) -> None:
    """Change my password; every other sign-in of mine ends, and so does any link to set another one."""
    assert w.actor.id is not None
    problems = password_problems(new, again, "new_password")
    if not _matches(people.password_hash(w.session, w.actor.id), old):
        problems.insert(0, problem("old_password", N_("That is not your current password.")))
    if problems:
        raise Refused(problems)
    set_password(w, w.actor.id, new)
    throttles.reset(w.session, f"password:{w.actor.id}")
    links.withdraw(w.session, w.actor.id, w.now)
    end_other_sign_ins(w)


def set_password(w: Work, person_id: int, password: str) -> None:
    """Store a new password for a person."""
    people.update_person(w.session, person_id, {"password_hash": hash_password(password)})
    w.event("person.password_changed", "person", person_id)
