"""Notices: their words, what somebody can choose, and when a mail may go in their own zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from salesapp.domain.notice_times import day_bounds, digest_day, is_quiet, mail_at
from salesapp.domain.notice_words import day_words, language_of, moment_words
from salesapp.domain.notices import (
    DIGEST,
    KINDS,
    KINDS_BY_KEY,
    MAIL,
    OFF,
    WAYS,
    Choices,
    Kind,
    hidden,
    kinds_for,
    read_choices,
    sentence,
    way_field,
)
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.text import LANGUAGES

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.says], ids=lambda kind: kind.key)
def test_every_sentence_can_be_said_in_every_language(kind: Kind) -> None:
    assert kind in KINDS
    for how in KINDS_BY_KEY[kind.key].says:
        for language in LANGUAGES:
            said = sentence(kind.key, how, "赵磊", "卢沟桥医院", language)
            assert "%" not in said
            assert "卢沟桥医院" not in hidden(language)


def test_an_unknown_how_takes_the_usual_sentence_and_nobody_is_the_house() -> None:
    assert sentence("decision.decided", "odd", "", "A", "en") == "SalesApp decided on your request: A"
    assert sentence("decision.decided", "granted", "Li", "A", "en") == "Li agreed to your request: A"


def test_each_kind_can_be_switched_off_and_its_usual_way_can_be_chosen() -> None:
    for kind in KINDS:
        assert OFF in kind.ways
        assert kind.usual in kind.ways
        assert set(kind.ways) <= WAYS.keys()


def test_the_way_is_the_chosen_one_else_the_usual_and_of_an_unknown_kind_none() -> None:
    assert Choices().way("customer.given") == MAIL
    assert Choices({"customer.given": OFF}).way("customer.given") == OFF
    assert Choices({"activity.overdue": MAIL}).way("activity.overdue") == DIGEST  # not one of its ways
    assert Choices({"gone": MAIL}).way("gone") == OFF


def test_jobs_concern_only_those_who_manage_the_settings() -> None:
    seller = Actor(1, "x", "salesperson")
    assert {kind.key for kind in KINDS} - {kind.key for kind in kinds_for(seller)} == {"job.parked", "mail.failing"}
    assert kinds_for(SYSTEM) == list(KINDS)


def form(**typed: str) -> dict[str, str]:
    usual = {way_field(kind.key): kind.usual for kind in KINDS}
    return usual | {"digest_hour": "8", "quiet_from": "21", "quiet_to": "7"} | typed


def test_a_form_is_read() -> None:
    typed = form(way_deal_given="off", digest_hour="", quiet_from="", quiet_to="")
    found, problems = read_choices(typed, KINDS, Choices())
    assert problems == []
    assert (found.way("deal.given"), found.digest_hour, found.quiet_from, found.quiet_to) == (OFF, None, None, None)


def test_kinds_the_form_does_not_show_stay_as_they_were() -> None:
    found, _ = read_choices(form(), kinds_for(Actor(1, "x", "salesperson")), Choices({"job.parked": OFF}))
    assert found.way("job.parked") == OFF


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"way_deal_given": "shout"}, "way_deal_given"),
        ({"way_activity_overdue": "mail"}, "way_activity_overdue"),
        ({"digest_hour": "24"}, "digest_hour"),
        ({"digest_hour": "８"}, "digest_hour"),
        ({"quiet_from": "-1"}, "quiet_from"),
        ({"quiet_to": ""}, "quiet_to"),
        ({"quiet_from": ""}, "quiet_from"),
        ({"quiet_from": "7"}, "quiet_to"),
    ],
)
def test_what_a_form_may_not_say(typed: dict[str, str], place: str) -> None:
    assert [each.place for each in read_choices(form(**typed), KINDS, Choices())[1]] == [place]


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        (21, 7, {21, 22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (0, 7, set(range(7))),
        (12, 14, {12, 13}),
        (None, 7, set()),
        (7, 7, set()),
    ],
)
def test_quiet_hours_may_last_over_midnight(begin: int | None, end: int, quiet: set[int]) -> None:
    choices = Choices(quiet_from=begin, quiet_to=end)
    assert {hour for hour in range(24) if is_quiet(hour, choices)} == quiet


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        ("2026-03-02T10:00:30", "2026-03-02T10:00:30"),
        ("2026-03-02T20:59:59", "2026-03-02T20:59:59"),
        ("2026-03-02T21:00:00", "2026-03-03T07:00:00"),
        ("2026-03-02T23:30:00", "2026-03-03T07:00:00"),
        ("2026-03-03T06:59:59", "2026-03-03T07:00:00"),
        ("2026-03-03T07:00:00", "2026-03-03T07:00:00"),
    ],
)
def test_in_quiet_hours_a_mail_waits_for_their_end_in_the_persons_zone(moment: str, goes: str) -> None:
    assert mail_at(at(moment), Choices(), SHANGHAI) == at(goes)


def test_a_night_with_another_clock_ends_at_its_hour() -> None:
    night = at("2026-03-28T23:00", BERLIN)  # summer time begins
    assert mail_at(night, Choices(), BERLIN) == at("2026-03-29T07:00", BERLIN)
    skipped = Choices(quiet_from=1, quiet_to=2)  # 02:00 does not exist that night
    moment = at("2026-03-29T01:30", BERLIN)
    assert mail_at(moment, skipped, BERLIN) >= moment


def test_a_digest_is_due_from_its_hour_on_for_a_morning() -> None:
    due = {hour: digest_day(at(f"2026-03-02T{hour:02}:00"), Choices(), SHANGHAI) for hour in range(24)}
    assert {hour for hour, day in due.items() if day} == {8, 9, 10, 11}
    assert due[8] == date(2026, 3, 2)
    assert digest_day(at("2026-03-02T08:00"), Choices(digest_hour=None), SHANGHAI) is None
    late = Choices(digest_hour=23)
    assert digest_day(at("2026-03-03T01:00"), late, SHANGHAI) == date(2026, 3, 2)  # still yesterday's


def test_a_day_of_two_zones() -> None:
    assert day_bounds(date(2026, 3, 2), SHANGHAI) == (at("2026-03-02T00:00"), at("2026-03-03T00:00"))
    begin, end = day_bounds(date(2026, 3, 29), BERLIN)
    assert (end - begin).total_seconds() == 23 * 3600


def test_words_for_a_letter() -> None:
    assert day_words(date(2026, 3, 2), "zh_Hans") == "3月2日周一"
    assert "14:00" in moment_words(datetime(2026, 3, 2, 14), "ru")
    assert [language_of(own, country) for own, country in ((None, "CN"), (None, "TW"), (None, "RU"), (None, "DE"))] == [
        "zh_Hans",
        "zh_Hant",
        "ru",
        "en",
    ]
    assert language_of("ru", "CN") == "ru"
