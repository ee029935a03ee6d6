"""The calendars of the company and its teams, as settings; and a team's own time zone."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, func, literal, or_, select, update

from salesapp.domain.company import Company
from salesapp.store.engine import Executor
from salesapp.store.settings import company_from
from salesapp.store.tables import setting, team
from salesapp.store.types import Id

KEY: Final = "calendar"


def key_of(team_id: int | None) -> str:
    """The setting that holds a team's calendar; None is the company."""
    return KEY if team_id is None else f"{KEY}.{team_id}"


_teams_own = func.substr(setting.c.key, len(KEY) + 2)
_in_question = (
    select(setting.c.key, setting.c.value, team.c.path)
    .outerjoin(team, team.c.id == bindparam("team_id", type_=Id))
    .where(
        or_(
            setting.c.key.in_([KEY, "company"]),
            and_(setting.c.key.startswith(f"{KEY}."), team.c.path.contains(literal("/") + _teams_own + "/")),
        )
    )
)


def nearest(x: Executor, team_id: int | None, *, above: bool = False) -> tuple[Any, Company]:
    """The calendar a team works by: its own (unless `above`), else that of the nearest team over it, else the
    company's; None where nobody ever set one. And the company, as its country then decides."""
    rows = x.execute(_in_question, {"team_id": team_id}).all()
    found = {row.key: row.value for row in rows}
    path = next((row.path for row in rows if row.path), "")
    teams: list[int | None] = [int(part) for part in path.split("/") if part]
    keys = [key_of(each) for each in reversed([None, *teams[: -1 if above else None]])]
    calendar = next((found[key] for key in keys if found.get(key) is not None), None)
    return calendar, company_from(found.get("company"))


def zone(x: Executor, team_id: int) -> str | None:
    """A team's own time zone, "" for none; None where there is no such team."""
    row = x.execute(select(team.c.zone).where(team.c.id == team_id)).first()
    return None if row is None else row.zone or ""


def set_zone(x: Executor, team_id: int, name: str | None) -> None:
    """Give a team a time zone of its own, or none."""
    x.execute(update(team).where(team.c.id == team_id).values(zone=name))
