"""Who does what a rule plans, and by whose clock."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from salesapp.domain.permissions import SYSTEM
from salesapp.domain.work_calendar import WorkCalendar, to_data
from salesapp.services.follow_up_people import Want, clocks, doers
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import person, person_function, team
from salesapp.testing import NOW, Cast, add_person
from tests.services.follow_up_rows import promised

pytestmark = pytest.mark.usefixtures("app")


def who(*wants: Want) -> list[int | None]:
    with reading() as x:
        return doers(x, wants)


def has_function(*people: Any, function: str = "service") -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(insert(person_function), [{"person_id": each.id, "function": function} for each in people])


def change(person_id: int | None, **values: Any) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == person_id).values(values))


def test_the_customers_owner_and_the_deals_salesperson(cast: Cast) -> None:
    owner, colleague = cast.owner.id, cast.colleague.id
    assert who(Want("owner", owner, colleague), Want("salesperson", owner, colleague)) == [owner, colleague]
    assert who(Want("salesperson", owner)) == [owner]


def test_a_manager_is_the_nearest_above(cast: Cast) -> None:
    assert who(Want("manager", cast.owner.id), Want("manager", cast.outsider.id)) == [
        cast.manager.id,
        cast.other_manager.id,
    ]
    boss = add_person("Boss", "manager", team_id=1)
    change(cast.manager.id, deactivated_at=NOW)
    assert who(Want("manager", cast.owner.id)) == [boss.id]
    assert who(Want("manager", boss.id)) == [cast.admin.id]  # nobody leads who leads all


def test_who_left_and_who_only_reads_do_nothing(cast: Cast) -> None:
    change(cast.owner.id, deactivated_at=NOW)
    assert who(Want("owner", cast.owner.id), Want("owner", cast.reader.id)) == [cast.manager.id] * 2


def test_nobodys_go_to_an_administrator(cast: Cast) -> None:
    assert who(Want("owner"), Want("manager"), Want("team"), Want("function.legal")) == [cast.admin.id] * 4


def test_a_team_shares_its_work_and_leaves_its_manager_alone(cast: Cast) -> None:
    promised(cast.owner)
    promised(cast.owner)
    owner, colleague = cast.owner.id, cast.colleague.id
    assert who(*[Want("team", owner)] * 5) == [colleague, colleague, owner, colleague, owner]
    for each in (cast.owner, cast.colleague):
        change(each.id, deactivated_at=NOW)
    assert who(Want("team", owner)) == [cast.manager.id]


def test_a_function_is_looked_for_nearby(cast: Cast) -> None:
    has_function(cast.outsider, cast.admin)
    assert who(Want("function.service", cast.owner.id)) == [cast.admin.id]  # right above, and not beside
    assert who(Want("function.service", cast.outsider.id)) == [cast.outsider.id]
    has_function(cast.colleague, cast.reader)
    assert who(Want("function.service", cast.owner.id)) == [cast.colleague.id]
    assert who(Want("function.finance", cast.owner.id)) == [cast.manager.id]


def test_the_service_beside_the_team_is_nearer_than_the_head_office(cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        rows = [{"id": n, "name": f"Team {n}", "parent_id": 2, "path": f"/1/2/{n}/"} for n in (10, 11)]
        w.session.execute(insert(team), rows)
    seller, service = add_person("Seller", "salesperson", team_id=10), add_person("Service", "salesperson", team_id=11)
    has_function(cast.admin, service)
    assert who(Want("function.service", seller.id)) == [service.id]


def test_many_wants_are_few_statements(cast: Cast, statements: list[str]) -> None:
    has_function(cast.colleague)
    wants = [
        Want(kind, owner.id)
        for kind in ("owner", "manager", "team", "function.service")
        for owner in (cast.owner, cast.outsider)
    ]
    statements.clear()
    assert None not in who(*wants * 63)
    assert len(statements) <= 3


def test_clocks_are_of_each_persons_team(app: Flask, cast: Cast, statements: list[str]) -> None:
    of_team = WorkCalendar("RU", (0, 1, 2, 3, 4, 5))
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(team).where(team.c.id == 3).values(zone="Europe/Moscow"))
        settings.put(w.session, "calendar.3", to_data(of_team))
    change(cast.colleague.id, zone="Asia/Tokyo")
    statements.clear()
    with reading() as x:
        found = clocks(x, [cast.owner.id, cast.colleague.id, cast.outsider.id, None])
    assert len(statements) <= 3
    zones = {key: str(clock.zone) for key, clock in found.items()}
    company = zones[None]
    assert zones == {
        None: company,
        cast.owner.id: company,
        cast.colleague.id: "Asia/Tokyo",
        cast.outsider.id: "Europe/Moscow",
    }
    assert found[cast.outsider.id].calendar == of_team
    assert not found[cast.owner.id].calendar.is_working(date(2026, 3, 7))  # a Saturday
