"""Who takes from a pool, who manages it, and who could be named for either."""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, or_, select

from salesapp.domain.pool_rules import HANDED, MEMBERS, Pool
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, person, pool_member, team


def members(x: Executor, pool_id: int) -> tuple[list[int], list[int], list[int]]:
    """People and teams who take from it, and people who manage it, by id."""
    rows = x.execute(select(pool_member).where(pool_member.c.pool_id == pool_id)).all()
    people = [row.person_id for row in rows if row.person_id is not None and not row.manages]
    teams = [row.team_id for row in rows if row.team_id is not None]
    return people, teams, [row.person_id for row in rows if row.manages]


def member_counts(x: Executor) -> dict[int, tuple[int, int]]:
    """How many waits in each pool, and how many people and teams are named in it."""
    named = select(pool_member.c.pool_id, func.count().label("n")).group_by(pool_member.c.pool_id)
    waiting = (
        select(customer.c.pool_id, func.count().label("n"))
        .where(customer.c.pool_id.is_not(None), customer.c.archived_at.is_(None))
        .group_by(customer.c.pool_id)
    )
    of, wait = ({row.pool_id: int(row.n) for row in x.execute(query)} for query in (named, waiting))
    return {each: (wait.get(each, 0), of.get(each, 0)) for each in {*of, *wait}}


def set_members(
    x: Executor, pool_id: int, people: Collection[int], teams: Collection[int], managers: Collection[int]
) -> None:
    """Make these the ones who take from it, and who manage it."""
    x.execute(delete(pool_member).where(pool_member.c.pool_id == pool_id))
    rows = [{"person_id": each, "team_id": None, "manages": False} for each in people]
    rows += [{"person_id": None, "team_id": each, "manages": False} for each in teams]
    rows += [{"person_id": each, "team_id": None, "manages": True} for each in managers]
    if rows:
        x.execute(insert(pool_member), [{"pool_id": pool_id, **row} for row in rows])


def people_and_teams(x: Executor) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Who can be named in a pool: active people, and teams in use."""
    people = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None), person.c.role != "reader")
    teams = select(team.c.id, team.c.name).where(team.c.archived_at.is_(None)).order_by(team.c.path)
    found = x.execute(people.order_by(func.lower(person.c.name), person.c.id)).all()
    return [(row.id, row.name) for row in found], [(row.id, row.name) for row in x.execute(teams)]


def takers(x: Executor, at: Pool) -> list[tuple[int, str]]:
    """Whom its manager hands customers to: its members where it has any, else everybody who sells."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None), person.c.role != "reader")
    rows = x.execute(select(pool_member).where(pool_member.c.pool_id == at.id)).all()
    if at.who in (MEMBERS, HANDED) and any(not row.manages for row in rows):
        above, below = team.alias("above"), team.alias("below")
        under = select(below.c.id).join(above, below.c.path.startswith(above.c.path))
        teams = under.where(above.c.id.in_([row.team_id for row in rows if row.team_id is not None]))
        named = [row.person_id for row in rows if row.person_id is not None]
        query = query.where(or_(person.c.id.in_(named), person.c.team_id.in_(teams)))
    return [(row.id, row.name) for row in x.execute(query.order_by(func.lower(person.c.name), person.c.id))]
