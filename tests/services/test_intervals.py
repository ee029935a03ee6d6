"""The owner's intervals: used at once, kept apart per grade, refused where they make no sense."""

import pytest
from flask import Flask

from salesapp.domain.errors import NotAllowed, Refused, Stale
from salesapp.domain.followups import INTERVALS, Interval
from salesapp.services import intervals as service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast


def read() -> dict[str | None, Interval]:
    with reading() as x:
        return service.read(x)


def change(cast: Cast, changed: dict[str, str], seen: dict[str, str] | None = None) -> None:
    with work(cast.admin, NOW) as w:
        service.change_intervals(w, changed, seen or {})


def test_the_defaults_hold_until_somebody_changes_one(app: Flask, cast: Cast) -> None:
    assert read() == dict(INTERVALS)
    change(cast, {"count_A": " 10 ", "unit_A": "day"})
    assert read() == {**INTERVALS, "A": Interval(10, "day")}
    change(cast, {"unit_none": "week"})
    assert read() == {**INTERVALS, "A": Interval(10, "day"), None: Interval(1, "week")}


@pytest.mark.parametrize("count", ["", "0", "-1", "1.5", "x", "105", "٣", "99999999999999999999"])
def test_no_interval_that_makes_no_sense(app: Flask, cast: Cast, count: str) -> None:
    with pytest.raises(Refused) as refused:
        change(cast, {"count_A": count, "unit_B": "year"})
    assert [each.place for each in refused.value.problems] == ["count_A", "unit_B"]
    assert read() == dict(INTERVALS)


def test_only_who_manages_the_settings_and_nobody_over_somebody_else(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed), work(cast.manager, NOW) as w:
        service.change_intervals(w, {"count_A": "2"}, {})
    seen = service.shown(read())
    change(cast, {"count_A": "2"}, seen)
    change(cast, {"count_B": "2"}, seen)
    with pytest.raises(Stale) as stale:
        change(cast, {"count_A": "3"}, seen)
    assert (stale.value.changed_by, stale.value.fields) == ("Admin", ("count_A",))
    assert (read()["A"], read()["B"]) == (Interval(2, "week"), Interval(2, "month"))
