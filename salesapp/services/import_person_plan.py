"""What an import does with each person of a file: add them, bring them up to date, pass over or refuse them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from salesapp.domain.errors import N_, Msg
from salesapp.services.import_kinds import YES, Known, Parsed, Plan, Rejected
from salesapp.store import bulk_people
from salesapp.store.bulk_people import KnownPerson
from salesapp.store.engine import Executor


@dataclass(frozen=True, kw_only=True)
class PersonRow(Parsed):
    """Somebody as the file has them; "" is what it does not say. A `lead` is named in somebody else's row."""

    name: str
    email: str = ""
    phone: str = ""
    role: str = ""
    team: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row says otherwise than the database does: field → new, in the shape of forms."""

    person_id: int
    new: Mapping[str, str]


def plan_people(x: Executor, parsed: Sequence[PersonRow], known: Known) -> Plan:
    """What to do with each; who leads a team comes with the first row that names them."""
    made, everybody = Plan(), _Everybody(x, known)
    managers = [_manager(row, known) for row in parsed]
    everybody.leads = {each.name.casefold() for each in managers if each}
    own = {row.name.casefold() for row in parsed}  # who leads and has a row of their own comes with that one
    for row, manager in zip(parsed, managers, strict=True):
        if manager is not None and manager.name.casefold() not in own and everybody.is_new(manager):
            everybody.add(manager)
            made.new.append(manager)
        _plan_one(made, row, everybody, known)
    return made


class _Everybody:
    """Who works here, and who came in with earlier rows."""

    def __init__(self, x: Executor, known: Known) -> None:
        every = bulk_people.everybody(x)
        self.by_mail = {each.email: each for each in every if each.email}
        self.by_phone = {each.phone: each for each in every if each.phone}
        self.by_name: dict[str, list[KnownPerson]] = {}
        for each in every:
            if each.is_active:
                self.by_name.setdefault(each.name.casefold(), []).append(each)
        self.rows: dict[str, PersonRow] = known.earlier.setdefault("people", {})
        self.phones: dict[str, PersonRow] = known.earlier.setdefault("phones", {})
        self.leads: set[str] = set()

    def find(self, row: PersonRow) -> KnownPerson | PersonRow | None:
        """By mail; where there is none, by name. Who is there under the name without any mail gets this one."""
        if row.email and row.email in self.by_mail:
            return self.by_mail[row.email]
        named = self.by_name.get(row.name.casefold(), [])
        if row.email:
            named = [each for each in named if not each.email]
        if len(named) == 1:
            return named[0]
        return None if named else self.rows.get(row.email or row.name.casefold())

    def several(self, row: PersonRow) -> bool:
        """Whether the name alone does not say who is meant."""
        return not row.email and len(self.by_name.get(row.name.casefold(), [])) > 1

    def is_new(self, manager: PersonRow) -> bool:
        """Whether nobody is called like who leads a team."""
        return not self.several(manager) and self.find(manager) is None

    def add(self, row: PersonRow) -> None:
        """Know who comes in with this row."""
        self.rows.setdefault(row.name.casefold(), row)
        if row.email:
            self.rows[row.email] = row

    def holder(self, row: PersonRow, found: KnownPerson | PersonRow | None) -> tuple[str, object] | None:
        """Whose this row's phone is already, by name and place, where they are not the one who was found."""
        known = self.by_phone.get(row.phone)
        if known is not None:
            return None if known is found else (known.name, str(known.id))
        earlier = self.phones.setdefault(row.phone, row) if row.phone else row
        return None if earlier in (row, found) else (earlier.name, Msg(N_("line %(line)s"), {"line": earlier.line}))


def _manager(row: PersonRow, known: Known) -> PersonRow | None:
    if not row.manager or known.option("make_managers", YES) != YES:
        return None
    return PersonRow(line=row.line, cells=(), name=row.manager, role="manager", team=row.team)


def _plan_one(made: Plan, row: PersonRow, everybody: _Everybody, known: Known) -> None:
    if everybody.several(row):
        text = N_("Several people here are called %(name)s: use their mail address.")
        made.rejected.append(Rejected(row.line, row.cells, (Msg(text, {"name": row.name, "field": "name"}),)))
        return
    found = everybody.find(row)
    if holder := everybody.holder(row, found):
        text = N_("%(value)s is also that of %(name)s (%(where)s).")
        values = {"value": row.phone, "name": holder[0], "where": holder[1], "field": "phone"}
        made.rejected.append(Rejected(row.line, row.cells, (Msg(text, values),)))
    elif isinstance(found, PersonRow):
        made.same += 1
        earlier = Msg(N_("line %(line)s"), {"line": found.line})
        made.notes.append((row.line, Msg(N_("Repeats %(other)s."), {"other": earlier})))
    elif found is None:
        leads = not row.role and row.name.casefold() in everybody.leads
        row = replace(row, role="manager") if leads else row
        everybody.add(row)
        made.new.append(row)
    elif not found.is_active:
        text = N_("%(name)s has left. Let them come back first, under People.")
        made.rejected.append(Rejected(row.line, row.cells, (Msg(text, {"name": found.name}),)))
    elif new := _different(row, found, known):
        made.changed.append(Change(found.id, new))
    else:
        made.same += 1


def _different(row: PersonRow, found: KnownPerson, known: Known) -> dict[str, str]:
    """What the file leaves empty stays."""
    team_id = known.teams.get(row.team.casefold()) if row.team else None
    wanted = {"name": row.name, "email": row.email, "phone": row.phone, "role": row.role}
    new = {name: value for name, value in wanted.items() if value and value != (getattr(found, name) or "")}
    if row.team and team_id != found.team_id:
        new["team_id"] = str(team_id or "")
    return new
