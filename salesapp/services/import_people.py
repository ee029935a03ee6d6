"""People of the company out of a file: who they are, their role, their team. They are made without a password; a link
lets them in when somebody makes one for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from salesapp.services.import_kinds import YES, ImportOption, Known, Plan, Rejected
from salesapp.services.import_person_plan import Change, PersonRow, plan_people
from salesapp.services.work import Work
from salesapp.store import batches, bulk_people, people, teams
from salesapp.store.batches import Item
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
        return plan_people(x, parsed, known)

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
