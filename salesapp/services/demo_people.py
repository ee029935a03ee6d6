"""The demo's own company: who works there, in which team, and how each of them sells."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from salesapp.demo import names
from salesapp.demo.company import COLLEAGUE_NAMES, COMPANY_NAMES, TEAMS
from salesapp.domain.permissions import Actor
from salesapp.services.first_run import POOL_NAMES, company_of
from salesapp.services.teams import add_node
from salesapp.services.work import Work
from salesapp.store import people, settings, sign_ins
from salesapp.store.inserts import insert_row
from salesapp.store.tables import pool


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody sells. `skill` divides what is lost, `pace` multiplies how long things take, `notes` is how much of
    what is said they write down, `load` their share of new customers, `weak` the stage they lose at; `joined` how many
    days ago they came, where that is within the year."""

    skill: float = 1.0
    pace: float = 1.0
    notes: float = 0.95
    load: float = 1.0
    weak: str = ""
    joined: int = 0


LEADING: Final = Manner(skill=1.2, load=0.18)
CLOSER: Final = Manner(skill=2.1, pace=0.75, load=1.15)
CAREFUL: Final = Manner(skill=1.25, pace=1.7, load=0.8)
GIVES_UP_LATE: Final = Manner(skill=1.05, weak="negotiation")
NEWCOMER: Final = Manner(skill=0.7, pace=1.25, load=0.9, joined=122)
SAYS_LITTLE: Final = Manner(skill=0.9, notes=0.3, load=1.05)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the demo's people: the name before their @, their role, their team ("" for the top), how they sell (None:
    not at all), and what they do beside it."""

    key: str
    role: str
    team: str
    says: str = ""
    manner: Manner | None = None
    functions: frozenset[str] = frozenset()

    @property
    def shown(self) -> bool:
        """Whether the console names this one as a way in."""
        return bool(self.says)


COLLEAGUES: Final = (
    Colleague("owner", "admin", "", "owner", Manner(skill=1.3, load=0.3)),
    Colleague("lead.north", "manager", "north", "manager", LEADING),
    Colleague("sales1", "salesperson", "north", "salesperson", CLOSER),
    Colleague("sales2", "salesperson", "north", manner=CAREFUL),
    Colleague("sales3", "salesperson", "north", manner=Manner(skill=0.95), functions=frozenset({"service"})),
    Colleague("lead.south", "manager", "south", manner=LEADING, functions=frozenset({"marketing"})),
    Colleague("sales4", "salesperson", "south", manner=Manner(skill=1.1, pace=0.9)),
    Colleague("sales5", "salesperson", "south", manner=GIVES_UP_LATE),
    Colleague("sales6", "salesperson", "south", manner=Manner(pace=1.1)),
    Colleague("lead.east", "manager", "east", manner=Manner(skill=1.2, load=0.4)),
    Colleague("sales7", "salesperson", "east", manner=SAYS_LITTLE),
    Colleague("sales8", "salesperson", "east", manner=Manner(skill=1.15)),
    Colleague("sales9", "salesperson", "east", manner=NEWCOMER),
    Colleague("lead.west", "manager", "west", manner=LEADING),
    Colleague("sales10", "salesperson", "west", manner=Manner(skill=0.85, pace=0.85)),
    Colleague("sales11", "salesperson", "west", manner=Manner()),
    Colleague("sales12", "salesperson", "west", manner=Manner(skill=1.05, pace=1.2, load=0.9)),
    Colleague("sales13", "salesperson", "west", manner=Manner(skill=0.9, load=1.1)),
    Colleague("office", "reader", "", "read only"),
)


@dataclass(slots=True)
class Seller:
    """Somebody who sells, while the past is drawn: who decides for them, since when they are here, and what they have
    planned already."""

    actor: Actor
    manner: Manner
    since: datetime
    lead: Actor
    today: int = 0
    late: int = 0
    done: int = 0
    hours: set[int] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The person's id."""
        assert self.actor.id is not None
        return self.actor.id


def mail_of(colleague: Colleague) -> str:
    """Their address; the domain is reserved and reaches nobody."""
    return f"{colleague.key}@demo.example"


def more_colleagues(random: Random, language: str, number: int) -> dict[Colleague, str]:
    """Further salespeople for a larger demo, with their names; as able as the others are on the whole."""
    found = {}
    for place in range(number):
        manner = Manner(round(random.uniform(0.75, 1.35), 2), round(random.uniform(0.8, 1.4), 2))
        team = list(TEAMS[language])[place % len(TEAMS[language])]
        one = Colleague(f"sales{place + 14}", "salesperson", team, manner=manner)
        found[one] = names.person_name(random, language)
    return found


def add_company(
    w: Work, language: str, password_hash: str, now: datetime, more: dict[Colleague, str]
) -> dict[str, Seller]:
    """The company with its teams, people and pool, made long before `now`; everybody by their key, also who does not
    sell."""
    settings.put_company(w.session, replace(company_of(COMPANY_NAMES[language], language), lost_needs_yes=True))
    top = add_node(w, "teams", COMPANY_NAMES[language], None)
    teams = {"": top}
    for key, name in TEAMS[language].items():
        teams[key] = add_node(w, "teams", name, top)
    insert_row(w.session, pool, {"name": POOL_NAMES[language]})
    called = {each: COLLEAGUE_NAMES[language][each.key] for each in COLLEAGUES} | more
    since = {each: _since(each, w.now, now) for each in called}
    ids = {each.key: _add(w, each, name, teams[each.team], password_hash, since[each]) for each, name in called.items()}
    actors = {key: _actor(w, person_id) for key, person_id in ids.items()}
    return {
        each.key: Seller(actors[each.key], each.manner or Manner(load=0), since[each], _lead(each, actors))
        for each in called
    }


def _since(colleague: Colleague, always: datetime, now: datetime) -> datetime:
    joined = colleague.manner.joined if colleague.manner else 0
    return now - timedelta(days=joined) if joined else always


def _lead(colleague: Colleague, actors: dict[str, Actor]) -> Actor:
    """Who decides for them: whoever leads their team; for those who lead, the owner; for the owner, nobody else."""
    return actors["owner" if colleague.role != "salesperson" else f"lead.{colleague.team}"]


def _actor(w: Work, person_id: int) -> Actor:
    found = sign_ins.actor_of(w.session, person_id)
    assert found is not None
    return found


def _add(w: Work, colleague: Colleague, name: str, team_id: int, password_hash: str, since: datetime) -> int:
    values = {
        "name": name,
        "email": mail_of(colleague),
        "password_hash": password_hash,
        "role": colleague.role,
        "team_id": team_id,
        "created_at": since,
    }
    person_id = people.insert(w.session, values)
    people.set_functions(w.session, person_id, colleague.functions)
    if since == w.now:  # who comes later is told of when they come
        w.event("person.added", "person", person_id, data={"role": colleague.role})
    return person_id
