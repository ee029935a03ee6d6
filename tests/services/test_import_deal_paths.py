"""From the dates of a file to the path a deal took: exact days, and a sentence that names both things that clash."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugins.general.six import SIX
from salesapp.services.import_deal_paths import Dates, Path, Taken, is_same, is_same_path, path_of, with_taken

ZONE = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
DAY = 86_400


def day(month: int, number: int, zone: ZoneInfo = ZONE) -> datetime:
    """The noon of a day, as a day alone is read."""
    return datetime(2026, month, number, 12, tzinfo=zone).astimezone(UTC)


def path(zone: ZoneInfo = ZONE, **dates: object) -> Path:
    found = path_of(Dates(**dates), SIX, NOW, zone)  # type: ignore[arg-type]
    assert isinstance(found, Path), [str(each) for each in found]
    return found


def said(**dates: object) -> list[str]:
    found = path_of(Dates(**dates), SIX, NOW, ZONE)  # type: ignore[arg-type]
    assert not isinstance(found, Path)
    return [str(each) for each in found]


def test_days_between_two_dates_come_out_exactly() -> None:
    made = path(state="won", entered={"contact": day(3, 3), "needs": day(3, 10)}, closed_at=day(4, 12))
    assert [(step.stage, step.prev, step.secs) for step in made.steps] == [
        ("contact", None, None),
        ("needs", "contact", 7 * DAY),
        (":won", "needs", 33 * DAY),
    ]
    assert (made.stage, made.created_at, made.stage_entered_at) == ("needs", day(3, 3), day(3, 10))


def test_also_where_the_clocks_change_between() -> None:
    dates = {"entered": {"contact": day(3, 25, BERLIN)}, "closed_at": day(4, 1, BERLIN)}
    assert path(BERLIN, state="won", **dates).steps[-1].secs == 7 * DAY
    hour = timedelta(hours=1)
    dates = {"entered": {"contact": day(3, 25, BERLIN) + hour}, "closed_at": day(4, 1, BERLIN) + hour}
    assert path(BERLIN, state="won", **dates).steps[-1].secs == 7 * DAY - 3600


def test_with_an_opening_and_a_closing_only_it_entered_its_stage_at_the_opening() -> None:
    made = path(state="lost", stage="needs", created_at=day(3, 1), closed_at=day(3, 31))
    assert [(step.stage, step.at) for step in made.steps] == [("needs", day(3, 1)), (":lost", day(3, 31))]
    assert made.steps[-1].secs == 30 * DAY


def test_an_opening_before_the_first_dated_stage_is_the_first_stage() -> None:
    made = path(created_at=day(3, 1), entered={"needs": day(3, 9)})
    assert [(step.stage, step.secs) for step in made.steps] == [("identification", None), ("needs", 8 * DAY)]


def test_when_the_stage_it_is_in_has_no_date_nobody_knows_the_stay_before() -> None:
    made = path(stage="solution", entered={"contact": day(3, 1), "needs": day(3, 5)})
    assert [(step.stage, step.secs) for step in made.steps] == [
        ("contact", None),
        ("needs", 4 * DAY),
        ("solution", None),
    ]
    assert made.steps[-1].prev == "needs"


def test_a_deal_of_which_nothing_is_known_begins_now() -> None:
    made = path()
    assert [(step.stage, step.at) for step in made.steps] == [("identification", NOW)]


def test_the_noon_of_today_may_be_still_to_come() -> None:
    made = path(created_at=datetime(2026, 6, 1, 12, tzinfo=ZONE).astimezone(UTC))
    assert made.created_at == NOW


@pytest.mark.parametrize(
    ("dates", "both"),
    [
        ({"entered": {"contact": day(4, 1), "needs": day(3, 1)}}, ("Need", "2026-03-01", "Contact", "2026-04-01")),
        ({"state": "won", "created_at": day(4, 1), "closed_at": day(3, 1)}, ("Won", "2026-03-01", "2026-04-01")),
        ({"state": "won", "entered": {"needs": day(4, 1)}, "closed_at": day(3, 1)}, ("Won", "Need", "2026-04-01")),
        ({"created_at": day(4, 1), "entered": {"needs": day(3, 1)}}, ("Need", "2026-03-01", "the opening")),
        ({"stage": "contact", "closed_at": day(3, 1)}, ("Contact", "2026-03-01")),
        ({"stage": "contact", "entered": {"needs": day(3, 1)}}, ("Contact", "Need", "2026-03-01")),
        ({"state": "won", "created_at": day(3, 1)}, ("Won",)),
        ({"created_at": day(6, 3)}, ("the opening", "2026-06-03")),
    ],
)
def test_what_cannot_be_is_refused_with_both_named(dates: dict[str, object], both: tuple[str, ...]) -> None:
    sentences = said(**dates)
    assert len(sentences) == 1
    for part in both:
        assert part in sentences[0]


def test_a_day_alone_is_any_moment_of_it() -> None:
    assert is_same(day(3, 1), day(3, 1) - timedelta(hours=5), ZONE)
    assert not is_same(day(3, 1) - timedelta(hours=5), day(3, 1), ZONE)
    assert not is_same(day(3, 1), day(3, 2), ZONE)
    assert is_same(None, None, ZONE)


def taken(made: Path) -> Taken:
    names = ("stage", "state", "created_at", "closed_at", "steps")
    return Taken(**{name: getattr(made, name) for name in names})


@pytest.mark.parametrize(
    ("dates", "said_again"),
    [
        ({"stage": "contact"}, {"stage"}),
        ({"stage": "solution", "entered": {"contact": day(3, 1)}}, {"stage", "entered.contact"}),
        ({"created_at": day(3, 1), "entered": {"needs": day(3, 9)}}, {"created_at", "entered.needs"}),
        ({"state": "won", "entered": {"needs": day(3, 9)}, "closed_at": day(4, 1)}, {"state", "closed_at"}),
    ],
)
def test_the_same_dates_again_are_the_same_path(dates: dict[str, object], said_again: set[str]) -> None:
    had = taken(path(ZONE, **dates))
    later = NOW + timedelta(days=30)
    asked = Dates(**dates)  # type: ignore[arg-type]
    again = path_of(with_taken(asked, frozenset(said_again), had, SIX, later, ZONE), SIX, later, ZONE)
    assert isinstance(again, Path)
    assert is_same_path(again, had, ZONE)


def test_a_stage_that_is_new_and_has_no_date_was_entered_now() -> None:
    had = taken(path(stage="contact", created_at=day(3, 1)))
    later = NOW + timedelta(days=30)
    dates = with_taken(Dates(stage="needs"), frozenset({"stage"}), had, SIX, later, ZONE)
    again = path_of(dates, SIX, later, ZONE)
    assert isinstance(again, Path)
    assert [(step.stage, step.at) for step in again.steps] == [("contact", day(3, 1)), ("needs", later)]


def test_a_corrected_date_moves_the_opening_it_was() -> None:
    had = taken(path(entered={"contact": day(3, 1)}))
    dates = with_taken(Dates(entered={"contact": day(3, 5)}), frozenset({"entered.contact"}), had, SIX, NOW, ZONE)
    again = path_of(dates, SIX, NOW, ZONE)
    assert isinstance(again, Path)
    assert [(step.stage, step.at) for step in again.steps] == [("contact", day(3, 5))]
    assert again.created_at == day(3, 5)
