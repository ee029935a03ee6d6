"""Many claims at once from eight processes: one wins, everybody else is told; and no limit can be raced."""

import json
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.permissions import Actor
from salesapp.store.engine import reading
from salesapp.store.tables import customer, customer_owner
from salesapp.testing import Cast
from tests.services.pool_crowd import SECONDS
from tests.services.pool_kit import THE_POOL, another, limited, waiting, whose

GONE = "This customer is not in the pool any more: somebody was faster."
FULL = "You hold %(holds)s customers altogether, and here %(most)s are the most: release one first."
ENOUGH = "You claimed %(today)s of %(most)s today: go on tomorrow."
THEY_ARE_FULL = "They hold %(holds)s of %(most)s customers."


def crowd(url: str, instance: Path, plan: list[list[int]]) -> dict[str, int]:
    """How all of these ended."""
    command = [sys.executable, "-m", "tests.services.pool_crowd", url, str(instance)]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=root, input=json.dumps(plan), capture_output=True, text=True, timeout=SECONDS + 60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


def held(actor: Actor) -> int:
    """How many customers somebody has."""
    with reading() as x:
        return int(x.execute(select(func.count()).where(customer.c.owner_id == actor.id)).scalar_one())


def test_of_two_hundred_claims_at_once_exactly_one_wins(
    app: Flask, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    one = waiting(cast.owner)
    people = [cast.admin, cast.manager, cast.owner, cast.colleague, cast.outsider, cast.other_manager]
    plan = [[int(people[number % len(people)].id or 0), one] for number in range(200)]
    assert crowd(database_url, tmp_path, plan) == {"won": 1, GONE: 199}
    assert whose(one)[0] in {each.id for each in people}
    with reading() as x:
        open_now = select(func.count()).where(customer_owner.c.customer_id == one, customer_owner.c.until.is_(None))
        assert x.execute(open_now).scalar_one() == 1


def test_one_person_who_claims_many_at_once_holds_no_more_than_allowed(
    app: Flask, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    limited(cast, hold_limit="3")
    plan = [[int(cast.outsider.id or 0), waiting(cast.owner, name=f"客户{number}")] for number in range(48)]
    assert crowd(database_url, tmp_path, plan) == {"won": 3, FULL: 45}
    assert held(cast.outsider) == 3


def test_nor_more_of_a_day(app: Flask, cast: Cast, database_url: str, tmp_path: Path) -> None:
    limited(cast, day_limit="2")
    plan = [[int(cast.outsider.id or 0), waiting(cast.owner, name=f"客户{number}")] for number in range(32)]
    assert crowd(database_url, tmp_path, plan) == {"won": 2, ENOUGH: 30}
    assert held(cast.outsider) == 2


def test_nor_by_claiming_while_others_hand_them_customers(
    app: Flask, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    limited(cast, hold_limit="3")
    second = another(cast, hold_limit="3")
    me, admin = int(cast.outsider.id or 0), int(cast.admin.id or 0)
    claims = [[me, waiting(cast.owner, THE_POOL, name=f"甲{number}")] for number in range(20)]
    handed = [[me, waiting(cast.owner, second, name=f"乙{number}"), admin] for number in range(20)]
    found = crowd(database_url, tmp_path, [each for pair in zip(claims, handed, strict=True) for each in pair])
    assert found["won"] == 3
    assert set(found) <= {"won", FULL, THEY_ARE_FULL}
    assert held(cast.outsider) == 3
