"""People of the company out of a file: who they are, their role, their team. They are made without a password; a link
lets them in when somebody makes one for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from salesapp.domain.bulk import Skip
from salesapp.domain.errors import N_, Msg, NotAllowed, Problem, problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.people import one_line, read_fields
from salesapp.domain.permissions import ROLES
from salesapp.domain.text import Text, own_text
from salesapp.services import people as people_service
from salesapp.services import teams as team_service
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_customer_fields import EMAIL, FAMILY_NAME, GIVEN_NAME, NAME, PHONE
from salesapp.services.import_customer_rows import about, composed_name
from salesapp.services.import_kinds import YES, ImportOption, Known, Parsed, Plan, Rejected
from salesapp.services.work import Work
from salesapp.store import batches, bulk_people, people, teams
from salesapp.store.batches import Item
from salesapp.store.bulk_people import KnownPerson
from salesapp.store.engine import Executor

TEAM: Final = "team"
_ROLES: Final = {key: role.label for key, role in ROLES.items()}
_FIELDS: Final = (
    replace(NAME, called=(*NAME.called, "sales agent", "sales_agent", "employee", "agent", "员工", "сотрудник")),
    FAMILY_NAME,
    GIVEN_NAME,
    replace(EMAIL, several=False),
    replace(PHONE, several=False),
    ImportField(
        key="role",
        label=Text(en="Role", zh_Hans="角色", zh_Hant="角色", ru="Роль"),
        called=("user role", "access", "权限"),
        choices=_ROLES,
    ),
    ImportField(
        key="manager",
        label=Text(en="Who leads the team", zh_Hans="团队经理", zh_Hant="團隊經理", ru="Кто ведёт команду"),
        called=("manager", "team lead", "supervisor", "boss", "主管", "руководитель"),
    ),
)


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


class People:
    """`import_kinds.ImportKind` of people."""

    key = "person"
    label = Text(en="People of the company", zh_Hans="公司成员", zh_Hant="公司成員", ru="Сотрудники")
    verb = "people.manage"

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be."""
        team = ImportField(
            key=TEAM,
            label=Text(en="Team", zh_Hans="团队", zh_Hant="團隊", ru="Команда"),
            called=("department", "regional office", "regional_office", "office", "region", "部门", "отдел"),
            choices={name: own_text({"en": name}) for name, one in known.teams.items() if one},
        )
        return {each.key: each for each in (*_FIELDS, team)}

    def options(self, known: Known) -> dict[str, ImportOption]:  # noqa: ARG002
        """What is asked for all rows."""
        every = (
            ImportOption(
                key="role",
                label=Text(
                    en="Role, where a row names none",
                    zh_Hans="未填角色时",
                    zh_Hant="未填角色時",
                    ru="Роль, если не указана",
                ),
                choices=_ROLES,
                default="salesperson",
            ),
            ImportOption(
                key="make_teams",
                label=Text(
                    en="Add teams that are not known yet",
                    zh_Hans="自动新增未知团队",
                    zh_Hant="自動新增未知團隊",
                    ru="Добавлять неизвестные команды",
                ),
                default=YES,
            ),
            ImportOption(
                key="make_managers",
                label=Text(
                    en="Add who leads a team, too",
                    zh_Hans="同时添加团队经理",
                    zh_Hant="同時新增團隊經理",
                    ru="Добавлять и руководителей команд",
                ),
                default=YES,
            ),
        )
        return {each.key: each for each in every}

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole."""
        if {"name", "given_name", "family_name"} & known.columns.keys():
            return []
        return [problem("columns", N_("People need names: choose a column for them."))]

    def read(self, row: Row, asked: ImportAsked, known: Known) -> PersonRow | Rejected:  # noqa: ARG002
        """Who is in a row."""
        wrong: list[Msg] = []
        labels = {name: each.label for name, each in self.fields(known).items()}
        typed = {name: known.cell(row, name) for name in ("email", "phone")}
        typed["name"] = known.cell(row, "name") or composed_name(row, known)
        values, problems = read_fields(typed, known.company.country)
        wrong += [about(each.place, labels[each.place], each.message) for each in problems]
        words = CellWords.of(known)
        role = known.cell(row, "role")
        here: list[Msg] = []
        text = N_("“%(word)s” is none of its choices.")
        role = (words.choice("role", role, _ROLES, text, here) or "") if role else ""
        wrong += [about("role", labels["role"], each) for each in here]
        team = _team(row, known, labels[TEAM], wrong)
        if wrong:
            return Rejected(row.line, row.cells, tuple(wrong))
        told = {name: str(values.get(name) or "") for name in typed}
        return PersonRow(
            line=row.line,
            cells=row.cells,
            key=told["email"] or None,
            **told,
            role=role,
            team=team,
            manager=one_line(known.cell(row, "manager"))[:200],
        )

    def plan(self, x: Executor, parsed: Sequence[PersonRow], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
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

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:
        """Make the teams that are not there yet, each once whatever its capitals."""
        names = {name.casefold(): name for name in reversed(wanted.get(TEAM, ()))}
        new = [name for folded, name in sorted(names.items()) if folded not in known.teams]
        made = [team_service.add_node(w, "teams", name, None) for name in new]
        batches.note_items(w.session, batch_id, [(TEAM, one, {"added": True}) for one in made])

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Bring them in. They are few, so each is a change of its own."""
        w.require(self.verb)
        items: list[tuple[str, int, Mapping[str, Any]]] = []
        for row in plan.new:
            items.append(("person", _add(w, row, known), {"added": True}))
        for change in plan.changed:
            items.append(("person", change.person_id, {"fields": _change(w, change)}))
        batches.note_items(w.session, batch_id, items)

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one."""
        w.require(self.verb)
        if item.kind == TEAM:
            if not teams.archive(w.session, "teams", item.id, w.now):
                raise Skip("changed")
            w.event("team.archived", TEAM, item.id)
        elif item.before.get("added"):
            _take_away(w, item.id)
        else:
            _change_back(w, item)


def _team(row: Row, known: Known, label: Text, wrong: list[Msg]) -> str:
    """The team a row names; one that is not there yet is asked for."""
    team = one_line(known.cell(row, TEAM))[: team_service.NAME_LENGTH]
    there = known.teams.get(team.casefold())
    if not team or there:
        return team
    if there is None and known.option("make_teams", YES) == YES:
        known.want(TEAM, team)
        return team
    text = _NO_TEAM if there is None else N_("Several teams are called %(word)s.")
    wrong.append(about(TEAM, label, Msg(text, {"word": team[:60]})))
    return team


_NO_TEAM: Final = N_("“%(word)s” is none of its choices.")


# --- what to do with each ---


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


# --- writing ---


def _add(w: Work, row: PersonRow, known: Known) -> int:
    team_id = known.teams.get(row.team.casefold()) or None if row.team else None
    role = row.role or known.option("role", "salesperson")
    values = {"name": row.name, "email": row.email or None, "phone": row.phone or None, "role": role}
    person_id = people.insert(w.session, {**values, "team_id": team_id, "created_at": w.now})
    data = {"role": role, "team": team_id, "import": w.batch_id}
    w.event("person.added", "person", person_id, data=data, personal={"name": row.name})
    return person_id


def _change(w: Work, change: Change) -> dict[str, list[str]]:
    seen = people.load(w.session, w.actor, change.person_id, lock=True).shown()
    people_service.change_person(w, change.person_id, change.new, seen)
    return {name: [seen[name], value] for name, value in change.new.items()}


def _take_away(w: Work, person_id: int) -> None:
    """Who never came in and has nothing goes; mail and phone are free again."""
    if bulk_people.is_in_use(w.session, person_id, w.batch_id):
        raise Skip("changed")
    people_service.deactivate(w, person_id)
    people.update_person(w.session, person_id, {"email": None, "phone": None, "team_id": None})


def _change_back(w: Work, item: Item) -> None:
    fields: Mapping[str, list[str]] = item.before["fields"]
    try:
        now_is = people.load(w.session, w.actor, item.id, lock=True).shown()
    except NotAllowed:
        raise Skip("not_allowed") from None
    if any(now_is[name] != new for name, (_, new) in fields.items()):
        raise Skip("changed")
    people_service.change_person(w, item.id, {name: old for name, (old, _) in fields.items()}, now_is)


PEOPLE: Final = People()
