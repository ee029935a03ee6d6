"""The texts and times of messages to a group."""

from datetime import UTC, date, datetime
from itertools import count as count_up
from itertools import takewhile
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from salesapp.domain.follow_up_times import later
from salesapp.domain.followups import Interval, Unit
from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.mailing import check_texts
from salesapp.domain.mailing_letter import GroupLetter, message
from salesapp.domain.mailing_times import Timing, next_time
from salesapp.domain.placeholders import OF_MESSAGES, filled, unknown

SHANGHAI = ZoneInfo("Asia/Shanghai")
VALUES = {"customer": "王建国", "salesperson": "李娜", "company": "{customer}"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("您好 {客户}", "您好 王建国"),
        ("{Customer} {клиент} { 客戶 }", "王建国 王建国 王建国"),
        ("{company}", "{customer}"),  # what stands there is data, and not looked at again
        ("{{customer}}", "{王建国}"),
        ("{customer", "{customer"),
        ("{date}!", "!"),
        ("{nobody}", "{nobody}"),
        ("{{ config }} {% raw %}", "{{ config }} {% raw %}"),
        ("%(name)s \\1 $1", "%(name)s \\1 $1"),
    ],
)
def test_places_are_filled_once(text: str, shown: str) -> None:
    assert filled(text, VALUES, OF_MESSAGES) == shown


def test_what_stands_for_nothing_is_named() -> None:
    assert unknown("{客户} {nobody} {0}", OF_MESSAGES) == ["nobody", "0"]
    problems = check_texts("email", "x", "Hi {name}", "{客户}")
    assert [each.place for each in problems] == ["subject"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert {each.place for each in check_texts("email", "", "", "")} == {"name", "subject", "body"}
    assert {each.place for each in check_texts("sms", "x", "", "y" * 501)} == {"body"}
    assert {each.place for each in check_texts("pigeon", "x", "", "y")} == {"way"}


def at(*numbers: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(*numbers, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("timing", "after", "expected"),
    [
        (Timing(date(2026, 5, 1), 9), at(2026, 3, 2), at(2026, 5, 1, 9)),
        (Timing(date(2026, 5, 1), 9), at(2026, 5, 1, 9), None),
        (Timing(date(2026, 1, 31), 9, Interval(1, "month")), at(2026, 2, 1), at(2026, 2, 28, 9)),
        (Timing(date(2026, 1, 31), 9, Interval(1, "month")), at(2026, 2, 28, 9), at(2026, 3, 31, 9)),
        (Timing(date(2020, 1, 1), 8, Interval(3, "month")), at(2026, 3, 2), at(2026, 4, 1, 8)),
        (Timing(date(2020, 1, 6), 8, Interval(2, "week")), at(2026, 3, 2), at(2026, 3, 9, 8)),
        (Timing(date(2026, 1, 1), 8, Interval(1, "day")), at(2026, 3, 2, 8), at(2026, 3, 3, 8)),
        (Timing(date(2026, 1, 1), 9, feast="spring_festival", before=3), at(2026, 1, 2), at(2026, 2, 14, 9)),
        (Timing(date(2026, 1, 1), 9, feast="spring_festival", before=3), at(2026, 2, 14, 9), at(2027, 2, 3, 9)),
        (Timing(date(2026, 1, 1), 9, feast="new_year", before=2), at(2026, 12, 30, 9), at(2027, 12, 30, 9)),
        (Timing(date(2028, 1, 1), 9, feast="mid_autumn"), at(2026, 1, 1), at(2028, 10, 3, 9)),
        (Timing(date(2098, 12, 1), 9, feast="mid_autumn"), at(2098, 12, 1), None),
    ],
)
def test_the_next_time(timing: Timing, after: datetime, expected: datetime | None) -> None:
    assert next_time(timing, after, SHANGHAI) == expected
    assert Timing.from_data(timing.to_data()) == timing


@pytest.mark.parametrize("unit", get_args(Unit))
@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 366])
def test_what_comes_back_comes_back_for_ever(unit: Unit, count: int) -> None:
    """By counting on from the first time, however long ago that was."""
    every = Interval(count, unit)
    for first in (date(1996, 2, 29), date(2010, 1, 31), date(2019, 12, 1)):
        days = list(takewhile(lambda day: day.year < 2062, (later(first, every, n) for n in count_up())))
        for today in (date(2019, 12, 1), date(2026, 2, 28), date(2026, 3, 31), date(2031, 3, 1)):
            expected = next(day for day in [*days, later(first, every, len(days))] if day > today)
            found = next_time(Timing(first, 9, every), at(today.year, today.month, today.day, 9), SHANGHAI)
            assert found == at(expected.year, expected.month, expected.day, 9)


def test_an_hour_stays_the_hour_over_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    timing = Timing(date(2026, 3, 1), 9, Interval(1, "month"))
    assert next_time(timing, at(2026, 3, 2, zone=berlin), berlin) == at(2026, 4, 1, 9, zone=berlin)


def letter(**values: str) -> GroupLetter:
    plain = {"key": "k", "to": "wang@example.com", "to_name": "王建国", "reply_to": "", "language": "zh_Hans"}
    more = {
        "subject": "您好",
        "body": "一\n二\n\n<b>三</b>",
        "company": "示例公司",
        "link": "https://x.example/no-more/abc",
    }
    return GroupLetter(**{**plain, **more, **values})


SETTINGS = MailSettings(host="h", sender="crm@example.com")
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_a_mail_says_how_to_end_it_and_fetches_nothing() -> None:
    long = "https://crm.example.com/no-more/" + "a" * 60
    mail = message(letter(link=long), SETTINGS, "x.example", NOW)
    assert f"List-Unsubscribe: <{long}>\r\n".encode() in mail.as_bytes()  # whole, or no program reads it
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert long in text
    assert f'<a href="{long}">' in html
    assert "&lt;b&gt;三&lt;/b&gt;" in html
    assert "<img" not in html


def test_no_header_comes_from_a_text() -> None:
    nasty = "a\r\nBcc: everybody@example.com"
    mail = message(letter(subject=nasty, to_name=nasty, company=nasty), SETTINGS, "x.example", NOW)
    assert mail["Bcc"] is None
    assert b"\nBcc:" not in mail.as_bytes()
    with pytest.raises((ValueError, IndexError)):
        message(letter(to="a@example.com\r\nBcc: b@example.com"), SETTINGS, "x.example", NOW)
