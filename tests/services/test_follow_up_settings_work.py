"""What the owner sets is what the engine does: at once, and as often as it was foretold."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from salesapp.domain.follow_up import Deadline, Do, FollowUp, OnDate, OnEvent
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.services import follow_up_settings as service
from salesapp.services.contacts import add_date
from salesapp.services.follow_up_looking import look
from salesapp.services.follow_up_simulation import simulate
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import activity, follow_up_occurrence
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer

WORDS = Text("Ask {customer}", "问 {customer}", "問 {customer}", "Спросить: {customer}")
NEW_CUSTOMER = FollowUp("x", WORDS, OnEvent("customer.added", "customer"), Do("call", WORDS), deadline=Deadline(3))
BIRTHDAY = FollowUp("x", WORDS, OnDate("date.birthday", yearly=True), Do("message", WORDS))


def switched_on(cast: Cast, rule: FollowUp) -> str:
    with work(cast.admin, NOW) as w:
        key = service.add(w, rule)
        service.switch(w, key, True)
    return key


def look_now(minutes: int = 1) -> None:
    with work(SYSTEM, NOW + timedelta(minutes=minutes)) as w:
        while look(w):
            pass


def states(key: str) -> list[str]:
    query = select(activity.c.state).join(follow_up_occurrence, follow_up_occurrence.c.activity_id == activity.c.id)
    with reading() as x:
        return list(x.execute(query.where(follow_up_occurrence.c.rule == key).order_by(activity.c.id)).scalars())


def press(cast: Cast, key: str, minutes: int, **values: Any) -> int:
    with work(cast.admin, NOW + timedelta(minutes=minutes)) as w:
        if "event" in values:
            service.undo(w, key, values["event"])
        else:
            service.switch(w, key, values["on"])
        return w.result["event"]


def test_switched_on_off_and_back(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "之前的客户")
    key = switched_on(cast, NEW_CUSTOMER)
    a_customer(cast.owner, now=NOW + timedelta(seconds=1))
    look_now()
    assert states(key) == ["planned"]  # for the new one alone
    off = press(cast, key, 2, on=False)
    look_now(3)
    assert states(key) == ["cancelled"]
    press(cast, key, 4, event=off)
    look_now(5)
    assert states(key).count("planned") == 1


def test_as_many_as_were_foretold(app: Flask, cast: Cast) -> None:
    for n in range(9):
        customer_id = a_customer(cast.owner, f"客户{n}")
        with work(cast.owner, NOW) as w:
            add_date(w, customer_id, "birthday", PartialDate("solar", None, 3, 3 + n))
    with reading() as x:
        catalog = running.house().read(x, settings.config_version(x))
        foretold = simulate(x, catalog, BIRTHDAY, NOW, NOW)
    assert sum(foretold.weeks[:2]) == 9
    key = switched_on(cast, BIRTHDAY)
    look_now()
    assert states(key) == ["planned"] * 9


def test_a_changed_doer_is_the_one_from_then_on(app: Flask, cast: Cast) -> None:
    key = switched_on(cast, NEW_CUSTOMER)
    with work(cast.admin, NOW) as w:
        service.change(w, key, "who", "manager", "owner")
    a_customer(cast.owner, now=NOW + timedelta(seconds=1))
    look_now()
    with reading() as x:
        query = select(follow_up_occurrence.c.owner_id).where(follow_up_occurrence.c.rule == key)
        assert x.execute(query).scalars().all() == [cast.manager.id]


def test_another_name_withdraws_nothing(app: Flask, cast: Cast) -> None:
    key = switched_on(cast, NEW_CUSTOMER)
    a_customer(cast.owner, now=NOW + timedelta(seconds=1))
    look_now()
    with work(cast.admin, NOW + timedelta(minutes=2)) as w:
        other = Text("Other", "别的", "別的", "Другое")
        service.change(w, key, "label", other, service.part_of(NEW_CUSTOMER, "label"))
    look_now(3)
    assert states(key) == ["planned"]
