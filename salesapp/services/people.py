"""People of the company: who they are, what they may do, how they get in."""

from datetime import timedelta
from typing import Final

from salesapp.domain.errors import N_, NotAllowed, Refused, problem
from salesapp.services.sign_in import check_password, hash_password
from salesapp.services.work import Work
from salesapp.store import people

INVITE_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(minutes=30)


def create_owner(w: Work, *, name: str, email: str, password: str, language: str | None) -> int:
    """The first person of an empty installation, with every right. Refused once there is anybody."""
    if people.anybody(w.session):
        raise NotAllowed
    if not name.strip():
        raise Refused([problem("name", N_("Please say your name."))])
    check_password(password)
    values = {
        "name": name.strip(),
        "email": email,
        "password_hash": hash_password(password),
        "role": "admin",
        "language": language,
        "created_at": w.now,
    }
    person_id = people.insert(w.session, values)
    w.event("person.added", "person", person_id, data={"role": "admin"}, personal={"name": name})
    return person_id
