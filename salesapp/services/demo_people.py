"""The demo's own company: who works there, in which team, with which role."""

from dataclasses import dataclass
from typing import Final

from salesapp.demo.company import COLLEAGUE_NAMES, COMPANY_NAMES, TEAMS
from salesapp.domain.permissions import Actor
from salesapp.services.first_run import POOL_NAMES, company_of
from salesapp.services.teams import add_node
from salesapp.services.work import Work
from salesapp.store import people, settings, sign_ins
from salesapp.store.inserts import insert_row
from salesapp.store.tables import pool


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the demo's people: the name before their @, their role, and their team ("" for the top)."""

    key: str
    role: str
    team: str
    says: str = ""

    @property
    def shown(self) -> bool:
        """Whether the console names this one as a way in."""
        return bool(self.says)


COLLEAGUES: Final = (
    Colleague("owner", "admin", "", "owner"),
    Colleague("lead.north", "manager", "north", "manager"),
    Colleague("sales1", "salesperson", "north", "salesperson"),
    Colleague("sales2", "salesperson", "north"),
    Colleague("lead.south", "manager", "south"),
    Colleague("sales3", "salesperson", "south"),
    Colleague("sales4", "salesperson", "south"),
    Colleague("office", "reader", "", "read only"),
)


def mail_of(colleague: Colleague) -> str:
    """Their address; the domain is reserved and reaches nobody."""
    return f"{colleague.key}@demo.example"


def add_company(w: Work, language: str, password_hash: str) -> dict[str, Actor]:
    """The company with its teams, people and pool; the actors by their key."""
    settings.put_company(w.session, company_of(COMPANY_NAMES[language], language))
    top = add_node(w, "teams", COMPANY_NAMES[language], None)
    teams = {"": top}
    for key, name in TEAMS[language].items():
        teams[key] = add_node(w, "teams", name, top)
    insert_row(w.session, pool, {"name": POOL_NAMES[language]})
    ids = {each.key: _add(w, each, language, teams[each.team], password_hash) for each in COLLEAGUES}
    actors = {key: sign_ins.actor_of(w.session, person_id) for key, person_id in ids.items()}
    return {key: actor for key, actor in actors.items() if actor is not None}


def _add(w: Work, colleague: Colleague, language: str, team_id: int, password_hash: str) -> int:
    values = {
        "name": COLLEAGUE_NAMES[language][colleague.key],
        "email": mail_of(colleague),
        "password_hash": password_hash,
        "role": colleague.role,
        "team_id": team_id,
        "created_at": w.now,
    }
    person_id = people.insert(w.session, values)
    w.event("person.added", "person", person_id, data={"role": colleague.role})
    return person_id
