"""What the school has to say, rule by rule: each hook, asked as the house asks it."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from salesapp.testing import NOW, Cast, Kit, refused

pytest_plugins = ["salesapp.testing"]
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


def test_a_full_room_takes_nobody(kit: Kit, book: Any, booked: Any, trials: Any) -> None:
    booked()
    other = kit.a_deal("dance_school.course", customer=kit.a_customer("叶舟"))
    answer = book(other)
    assert answer.status_code == 422
    assert "Big hall is full on that day" in answer.text
    assert 'value="顾晨"' in answer.text  # what was typed is kept
    assert book(other, TOMORROW + timedelta(days=1)).status_code == 303
    assert len(trials()) == 2


def test_two_at_once_for_the_last_place(kit: Kit, client_of: Any, cast: Cast, book: Any, trials: Any) -> None:
    deals = [kit.a_deal("dance_school.course", customer=kit.a_customer(name)) for name in ("沈月", "叶舟")]
    browsers = [client_of(cast.owner) for _ in deals]
    with ThreadPoolExecutor() as both:
        answers = list(both.map(lambda deal, browser: book(deal, browser=browser).status_code, deals, browsers))
    assert sorted(answers) == [303, 422]
    assert len(trials()) == 1


def test_a_deal_has_one_trial_lesson(kit: Kit, book: Any, booked: Any) -> None:
    deal = booked()
    assert "booked already" in book(deal, TOMORROW + timedelta(days=1)).text
    assert "within the next 30 days" in book(deal, TOMORROW + timedelta(days=40)).text


def test_how_far_ahead_is_the_owner_s_to_say(kit: Kit, book: Any, client_of: Any, cast: Cast) -> None:
    said = {"seen-dance_school.days_ahead": "30", "dance_school.days_ahead": "3"}
    assert client_of(cast.admin).send("/settings/plugins/dance_school/settings", said).status_code == 303
    deal = kit.a_deal("dance_school.course", customer=kit.a_customer())
    assert "within the next 3 days" in book(deal, TODAY + timedelta(days=4)).text
    assert book(deal, TODAY + timedelta(days=3)).status_code == 303


def test_while_the_school_is_closed_nothing_moves(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    deal = booked()
    client_of(cast.admin).send("/settings/plugins/dance_school/off")
    with refused(""):
        kit.move(deal, "trial")


def test_a_cancelled_lesson_opens_its_step_again(
    booked: Any, kit: Kit, client_of: Any, cast: Cast, trials: Any
) -> None:
    deal = booked()
    assert client_of(cast.outsider).send("/p/dance_school/trials/1/cancel").status_code == 404
    assert client_of(cast.owner).send("/p/dance_school/trials/1/cancel").status_code == 303
    assert (trials(), kit.deal(deal.id).done_steps) == ([], frozenset())


def test_a_child_needs_a_parent(kit: Kit) -> None:
    with refused("dance_school.parent"):
        kit.a_customer("小雨", fields={"dance_school.born": "2016-05-31"})
    kit.a_customer("小雨", fields={"dance_school.born": "2016-05-31", "dance_school.parent": "何女士"})
    kit.a_customer("顾晨", fields={"dance_school.born": "1996-05-31"})


def test_a_wedding_lies_ahead_and_is_won(kit: Kit) -> None:
    deal = kit.a_deal("dance_school.wedding", customer=kit.a_customer("叶舟"))
    with refused("field.wedding_day"):
        kit.fill(deal, wedding_day="2026-03-01")
    with refused("field.wedding_day", "field.song"):
        kit.move(deal, "offered")
    kit.an_activity(deal, kind="meeting")
    deal = kit.move(kit.fill(deal, wedding_day="2026-05-02", song="月亮代表我的心"), "offered")
    assert deal.done_steps == {"met"}
    assert kit.win(kit.fill(deal, lessons=5, amount=3000)).state == "won"


def test_a_wedding_day_that_passes_meanwhile_holds_the_deal(kit: Kit) -> None:
    deal = kit.fill(kit.a_deal("dance_school.wedding"), wedding_day="2026-03-05", song="月亮代表我的心")
    kit.clock.advance(days=5)
    with refused("field.wedding_day"):
        kit.move(deal, "offered")


def test_nobody_dances_before_it_is_booked(kit: Kit) -> None:
    deal = kit.a_deal("dance_school.course", customer=kit.a_customer())
    with refused("kind"):
        kit.an_activity(deal, kind="demo", answers={"felt": "glad"})


def test_who_dances_tonight_stays_in_the_pool(kit: Kit, client_of: Any, cast: Cast, booked: Any, enrol: Any) -> None:
    customer_id = enrol(booked(day=TODAY)).customer_id
    assert client_of(cast.owner).send(f"/customers/{customer_id}/release", {"pool": "1"}).status_code == 303
    answer = client_of(cast.colleague).send(f"/pool/{customer_id}/claim")
    assert answer.status_code == 422
    assert "They dance tonight" in answer.text
    assert kit.customer(customer_id).pool_id == 1


def test_who_is_expected_is_not_put_away(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    deal = booked()
    client_of(cast.manager).send(f"/customers/{deal.customer_id}/archive")
    assert kit.customer(deal.customer_id or 0).archived_at is None


def test_who_came_along_is_known(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    booked(comes_with="顾晨")
    found = client_of(cast.owner).send("/customers/check", {"name": "顾晨"})
    assert "沈月" in found.text


def test_a_lost_deal_gives_the_place_back(kit: Kit, booked: Any, trials: Any) -> None:
    kit.lose(booked(), "time")
    kit.run_jobs()
    assert trials() == []


def test_the_file_about_a_customer_and_its_end(kit: Kit, booked: Any, client_of: Any, cast: Cast, trials: Any) -> None:
    deal = booked()
    admin, at = client_of(cast.admin), f"/customers/{deal.customer_id}"
    with admin.send(f"{at}/privacy/export") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        told = "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".json"))
    assert "2026-03-03, Big hall, with 顾晨" in told
    admin.send(f"{at}/erase", {"name": "沈月"})
    assert [each.comes_with for each in trials()] == [""]


def test_an_administrator_is_told_what_is_missing(client_of: Any, cast: Cast) -> None:
    assert "There is no room yet" in client_of(cast.admin).get("/settings/plugins/dance_school").text


def test_the_operator_reads_that_it_is_open(school: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    school.salesapp_started(NOW)
    assert "the dance school is open" in caplog.text
