"""Whether somebody is here, whosever they are: of what is hidden, nothing is told but that it exists."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.errors import NotAllowed, Refused
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.blind_check import Found, Known, ask_owner, check
from salesapp.services.customers import archive_customer
from salesapp.services.duplicates import BLIND_ANSWERS, same_as
from salesapp.services.pool import release_customer
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event, notice, person
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added

HIDDEN = Found(hidden=True)


def asked(actor: Actor, typed: str) -> Found:
    with work(actor, NOW) as w:
        return check(w, typed)


def told() -> list[tuple[int, str, int]]:
    with reading() as x:
        rows = x.execute(select(notice).where(notice.c.kind == "customer.asked_for")).all()
        return [(row.person_id, row.subject_kind, row.subject_id) for row in rows]


def a_firm(actor: Actor, **values: Any) -> int:
    return added(actor, name="仁和医院", kind="organisation", phones=["13800138000"], **values)


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "+86 13800138000", "仁和", "和医院"])
def test_by_a_number_or_a_part_of_the_companys_name(app: Flask, cast: Cast, typed: str) -> None:
    mine = a_firm(cast.owner)
    assert asked(cast.owner, typed) == Found((Known(mine, "仁和医院"),))
    assert asked(cast.outsider, typed) == HIDDEN
    assert asked(cast.outsider, "安康医院") == Found()


@pytest.mark.parametrize("typed", ["", "仁", "ab", "12", "仁1", "%%%", "a1b2"])
def test_too_little_is_not_asked_for(app: Flask, cast: Cast, typed: str) -> None:
    with pytest.raises(Refused):
        asked(cast.owner, typed)


def test_people_are_not_found_by_their_names_nor_companies_by_their_contacts(app: Flask, cast: Cast) -> None:
    added(cast.owner, name="欧阳建国", company="大华集团", emails=["ouyang@example.com"], tags=["大客户"])
    assert asked(cast.outsider, "欧阳") == asked(cast.outsider, "ouyang") == asked(cast.outsider, "大客户") == Found()
    assert asked(cast.outsider, "大华") == HIDDEN


def test_one_in_the_pool_is_said_to_be_there_without_which(app: Flask, cast: Cast) -> None:
    pooled = a_firm(cast.owner)
    with work(cast.owner, NOW) as w:
        release_customer(w, pooled)
    assert asked(cast.outsider, "仁和") == Found((Known(),))


def test_what_is_put_away_is_not_here(app: Flask, cast: Cast) -> None:
    gone = a_firm(cast.owner)
    with work(cast.owner, NOW) as w:
        archive_customer(w, gone)
    assert asked(cast.outsider, "仁和") == asked(cast.outsider, "13800138000") == Found()


def test_several_hidden_ones_answer_like_one(app: Flask, cast: Cast) -> None:
    for n in range(3):
        added(cast.owner, name=f"仁和医院{n}院", kind="organisation")
    assert asked(cast.outsider, "仁和") == HIDDEN


def test_the_owner_is_told_who_asks_once_a_day(app: Flask, cast: Cast) -> None:
    hidden = a_firm(cast.owner)
    for _ in range(2):
        with work(cast.outsider, NOW) as w:
            assert ask_owner(w, "仁和") is True
    assert told() == [(cast.owner.id, "customer", hidden)]


def test_where_the_owner_left_those_who_run_the_house_are_told(app: Flask, cast: Cast) -> None:
    hidden = a_firm(cast.owner)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.owner.id).values(deactivated_at=NOW))
    with work(cast.outsider, NOW) as w:
        ask_owner(w, "仁和")
    assert told() == [(cast.admin.id, "customer", hidden)]


def test_each_question_counts_and_is_written_down_without_what_was_typed(app: Flask, cast: Cast) -> None:
    hidden = a_firm(cast.owner)
    for _ in range(BLIND_ANSWERS):
        asked(cast.outsider, "没有这家")
    assert asked(cast.outsider, "仁和") == Found(too_often=True)
    with work(cast.outsider, NOW) as w:
        assert ask_owner(w, "仁和") is False
    assert told() == []
    assert asked(cast.colleague, "仁和") == HIDDEN
    with reading() as x:
        rows = x.execute(select(event).where(event.c.actor_id.in_([cast.outsider.id, cast.colleague.id]))).all()
    assert [row.kind for row in rows].count("customer.checked") == BLIND_ANSWERS + 1
    assert [(row.subject_id, row.customer_id) for row in rows if row.kind == "customer.asked_for"] == [(hidden, None)]
    assert all("仁和" not in str(row.data) and row.payload_hash is None for row in rows)


def test_a_reader_does_not_ask(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        asked(cast.reader, "仁和")


def test_who_may_be_the_same_is_suggested_with_the_reason(app: Flask, cast: Cast) -> None:
    mine = added(cast.owner, name="王建国", phones=["02112345678"], shared=True)
    by_name = added(cast.owner, name="王建国")
    by_phone = added(cast.owner, name="别人", phones=["02112345678"], shared=True)
    added(cast.outsider, name="王建国")
    with reading() as x:
        found = {(each.customer_id, each.by) for each in same_as(x, cast.owner, mine, NOW)}
    assert found == {(by_name, "name"), (by_phone, "phone")}
