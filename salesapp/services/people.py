"""People of the company: who they are, what they may do, when they come and go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from salesapp.domain.errors import N_, NotAllowed, Problem, Refused, Stale, problem
from salesapp.domain.functions import FUNCTIONS_BY_KEY
from salesapp.domain.people import ACCOUNT_FIELDS, ADMIN_FIELDS, PersonView, Value, check_reachable, read_fields
from salesapp.services.sign_in import check_password, hash_password
from salesapp.services.work import Work
from salesapp.store import links, people, settings, sign_ins, teams

INVITE_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(minutes=30)
PERSONAL: Final = ("name", "email", "phone")
LAST_ADMIN: Final = N_("Somebody has to run SalesApp: make another person administrator first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to let in, each field as a form carries it; lists are comma-separated."""

    name: str = ""
    email: str = ""
    phone: str = ""
    role: str = "salesperson"
    team_id: str = ""
    functions: str = ""
    territories: str = ""
    language: str = ""

    def typed(self) -> dict[str, str]:
        """Field by field, as `read_fields` takes them."""
        fields = (*ADMIN_FIELDS, "language")
        return {field: getattr(self, field) for field in fields}


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


def add_person(w: Work, new: NewPerson) -> int:
    """Somebody who may sign in once they have set a password, by a link (`services.links.make_link`)."""
    w.require("people.manage")
    values, problems = read_fields(new.typed(), settings.company(w.session).country)
    if not {"email", "phone"} & {each.place for each in problems}:
        problems += check_reachable(values["email"], values["phone"])
    problems += _not_free(w, values) + _not_there(w, values)
    if problems:
        raise Refused(problems)
    functions, territories = values.pop("functions"), values.pop("territories")
    person_id = people.insert(w.session, values | {"created_at": w.now})
    _set_lists(w, person_id, {"functions": functions, "territories": territories})
    data = {"role": values["role"], "team": values["team_id"]}
    w.event("person.added", "person", person_id, data=data, personal={"name": values["name"]})
    w.done("person", person_id)
    return person_id


def change_person(w: Work, person_id: int, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change somebody, as those do who manage people. Both mappings are in the shape of `PersonView.shown()`.

    Stale when somebody else changed the same field meanwhile; Refused when nobody would be left to administer.
    """
    w.require("people.manage")
    _change(w, person_id, changed, seen, ADMIN_FIELDS)


def change_account(w: Work, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change what everybody sets for themselves: name, mail, phone, language, look, time zone."""
    assert w.actor.id is not None
    _change(w, w.actor.id, changed, seen, ACCOUNT_FIELDS)


def _change(
    w: Work, person_id: int, changed: Mapping[str, str], seen: Mapping[str, str], allowed: Iterable[str]
) -> None:
    if unknown := set(changed) - set(allowed):
        raise ValueError(f"not fields one may change here: {sorted(unknown)}")
    if "role" in changed:
        people.lock_admins(w.session)
    before = people.load(w.session, w.actor, person_id, lock=True)
    shown = before.shown()
    values, problems = read_fields(changed, settings.company(w.session).country)
    stale = [field for field in changed if shown[field] not in (seen.get(field, shown[field]), changed[field])]
    if stale:
        raise Stale(people.who_changed(w.session, "person", person_id, stale), stale)
    problems += _unreachable(before, values, problems) + _not_free(w, values, before) + _not_there(w, values, before)
    if problems:
        raise Refused(problems)
    new = {field: value for field, value in values.items() if value != getattr(before, field)}
    if not new:
        return
    _save(w, before, new)
    old = {field: shown[field] for field in new}
    w.event(
        "person.changed",
        "person",
        person_id,
        data={"fields": sorted(new)} | {field: [old[field], changed[field]] for field in new if field not in PERSONAL},
        personal={field: [old[field], new[field]] for field in new if field in PERSONAL},
    )


def _save(w: Work, before: PersonView, new: Mapping[str, Value]) -> None:
    columns: dict[str, Any] = {
        field: value for field, value in new.items() if field not in ("functions", "territories")
    }
    columns["version"] = before.version + 1
    if "role" in columns:
        role = {"role": columns.pop("role")}
        if not people.update_unless_last_admin(w.session, before.id, role):
            raise Refused([problem("role", LAST_ADMIN)])
    people.update_person(w.session, before.id, columns)
    _set_lists(w, before.id, new)


def _set_lists(w: Work, person_id: int, values: Mapping[str, Value]) -> None:
    functions, territories = values.get("functions"), values.get("territories")
    if isinstance(functions, frozenset):
        people.set_functions(w.session, person_id, frozenset(str(each) for each in functions))
    if isinstance(territories, frozenset):
        people.set_territories(w.session, person_id, frozenset(int(each) for each in territories))


def _unreachable(before: PersonView, values: Mapping[str, Value], problems: list[Problem]) -> list[Problem]:
    touched = {"email", "phone"} & values.keys()
    if not touched or {"email", "phone"} & {each.place for each in problems}:
        return []
    return check_reachable(values.get("email", before.email), values.get("phone", before.phone))


def _not_free(w: Work, values: Mapping[str, Value], before: PersonView | None = None) -> list[Problem]:
    """Mail and phone are what people sign in with, so each belongs to one person."""
    me = before.id if before else None
    return [
        problem(field, N_("Somebody here signs in with this already."))
        for field in ("email", "phone")
        if values.get(field) and people.taken(w.session, field, str(values[field]), but=me)
    ]


def _not_there(w: Work, values: Mapping[str, Value], before: PersonView | None = None) -> list[Problem]:
    """Teams, territories and functions that do not exist or are archived; what a person has already may stay."""
    problems = []
    team = values.get("team_id")
    stays = before is not None and before.team_id == team
    if isinstance(team, int) and not stays and team not in teams.living(w.session, "teams", [team]):
        problems.append(problem("team_id", N_("Please choose one of the list.")))
    places = _numbers(values.get("territories")) - (before.territories if before else frozenset())
    if places and places != teams.living(w.session, "territories", sorted(places)):
        problems.append(problem("territories", N_("Please choose one of the list.")))
    keys = _keys(values.get("functions")) - (before.functions if before else frozenset()) - FUNCTIONS_BY_KEY.keys()
    if keys and not keys <= {row.key for row in teams.own_functions(w.session) if row.archived_at is None}:
        problems.append(problem("functions", N_("Please choose one of the list.")))
    return problems


def _numbers(value: Value) -> frozenset[int]:
    return frozenset(each for each in value if isinstance(each, int)) if isinstance(value, frozenset) else frozenset()


def _keys(value: Value) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, frozenset) else frozenset()


# --- coming and going ---


def deactivate(w: Work, person_id: int) -> None:
    """Somebody leaves: their sign-ins and open links end at once, their records stay."""
    w.require("people.manage")
    people.lock_admins(w.session)
    before = people.load(w.session, w.actor, person_id, lock=True)
    if not before.is_active:
        return
    if not people.update_unless_last_admin(w.session, person_id, {"deactivated_at": w.now}):
        raise Refused([problem("", LAST_ADMIN)])
    ended = sign_ins.end(w.session, person_id, w.now)
    links.withdraw(w.session, person_id, w.now)
    w.event("person.deactivated", "person", person_id, data={"sign_ins": ended})


def reactivate(w: Work, person_id: int) -> None:
    """Somebody comes back; their password still holds."""
    w.require("people.manage")
    before = people.load(w.session, w.actor, person_id, lock=True)
    if before.is_active:
        return
    people.update_person(w.session, person_id, {"deactivated_at": None})
    w.event("person.reactivated", "person", person_id)


def end_sign_ins(w: Work, person_id: int) -> int:
    """End every sign-in of somebody, a lost phone's for one; one's own present one stays. Returns how many."""
    w.require("people.manage")
    people.load(w.session, w.actor, person_id)
    keep = w.actor.sign_in_id if person_id == w.actor.id else None
    ended = sign_ins.end(w.session, person_id, w.now, keep=keep)
    if ended:
        w.event("sign_in.ended", "person", person_id, data={"count": ended})
    return ended
