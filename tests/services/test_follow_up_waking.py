"""Who may be reached again is followed up again: the tick taken back, a new number, a consent, another `until`."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.follow_up import OnStage, Silence, Until
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.contacts import add_point, mark_point
from salesapp.services.privacy import note_consent, withdraw_consent
from salesapp.services.work import Work, work
from salesapp.store.engine import reading
from salesapp.store.tables import contact_point
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_customer
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")
TEN_DAYS = a_rule(Silence(Interval(10, "day")))
AGAIN = ContactPoint("phone", "138 0000 0002", "+8613800000002")


def opted_out(cast: Cast, clock: Clock) -> tuple[int, int]:
    """A customer whose only number must not be used, and that number."""
    wang = a_customer(cast.owner)
    with work(cast.owner, clock.now) as w:
        add_point(w, wang, ContactPoint("phone", "138 0000 0001", "+8613800000001"))
    [point_id] = points()
    with work(cast.owner, clock.now) as w:
        mark_point(w, point_id, opt_out=True)
    jobs(clock)
    return wang, point_id


def points() -> list[int]:
    with reading() as x:
        return list(x.scalars(select(contact_point.c.id).order_by(contact_point.c.id)))


def ends() -> list[str | None]:
    return [each.ended for each in watches()]


@pytest.mark.parametrize(
    "how",
    [
        lambda w, _wang, point_id: mark_point(w, point_id, opt_out=False),
        lambda w, wang, _point_id: add_point(w, wang, AGAIN),
    ],
    ids=["taken back", "a new number"],
)
def test_who_says_yes_again_is_followed_up_again(
    cast: Cast, clock: Clock, how: Callable[[Work, int, int], object]
) -> None:
    only(TEN_DAYS)
    wang, point_id = opted_out(cast, clock)
    assert (ends(), planned(None)) == (["unsubscribed"], [])
    with work(cast.owner, clock.now) as w:
        how(w, wang, point_id)
    clock.advance(minutes=5)
    jobs(clock)
    assert (ends(), len(planned())) == ([None], 1)


@pytest.mark.parametrize("by", ["a number", "a consent"])
def test_what_is_open_goes_when_they_say_no_and_comes_back_when_they_say_yes(cast: Cast, clock: Clock, by: str) -> None:
    only(TEN_DAYS, a_rule(Silence(Interval(10, "day")), "r2", until=Until(unsubscribed=False)))
    wang = a_customer(cast.owner)
    with work(cast.admin, clock.now) as w:
        add_point(w, wang, ContactPoint("phone", "138 0000 0001", "+8613800000001"))
        consent_id = note_consent(w, wang, "contact", "paper", date(2026, 3, 1))
    jobs(clock)
    assert [len(planned(rule=rule)) for rule in ("own.r1", "own.r2")] == [1, 1]
    with work(cast.admin, clock.now) as w:
        mark_point(w, points()[0], opt_out=True) if by == "a number" else withdraw_consent(w, consent_id)
    assert (ends(), [row.state for row in planned(None)]) == (["unsubscribed"], ["cancelled"])
    assert [row.state for row in occurrences()] == ["withdrawn"]
    assert len(planned(rule="own.r2")) == 1
    with work(cast.admin, clock.now) as w:
        if by == "a number":
            mark_point(w, points()[0], opt_out=False)
        else:
            note_consent(w, wang, "contact", "paper", date(2026, 3, 2))
    clock.advance(minutes=5)
    jobs(clock)
    assert (ends(), len(planned())) == ([None], 1)


def test_who_has_another_number_is_still_called(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    wang = a_customer(cast.owner)
    with work(cast.owner, clock.now) as w:
        add_point(w, wang, ContactPoint("phone", "138 0000 0001", "+8613800000001"))
        add_point(w, wang, AGAIN)
    jobs(clock)
    with work(cast.owner, clock.now) as w:
        mark_point(w, points()[0], opt_out=True)
    assert (ends(), len(planned())) == ([None], 1)


def test_a_consent_that_is_given_again_wakes_what_rested(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    wang = a_customer(cast.owner)
    with work(cast.admin, clock.now) as w:
        withdraw_consent(w, note_consent(w, wang, "contact", "paper", date(2026, 3, 1)))
    jobs(clock)
    assert ends() == ["unsubscribed"]
    with work(cast.admin, clock.now) as w:
        note_consent(w, wang, "contact", "paper", date(2026, 3, 2))
    clock.advance(minutes=5)
    jobs(clock)
    assert (ends(), len(planned())) == ([None], 1)


def test_who_still_wants_nothing_stays_at_rest(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    wang, point_id = opted_out(cast, clock)
    with work(cast.owner, clock.now) as w:
        mark_point(w, point_id, shared=True)
    clock.advance(minutes=5)
    jobs(clock)
    assert (wang > 0, ends(), planned(None)) == (True, ["unsubscribed"], [])


def test_a_rule_that_does_not_ask_for_it_any_more_begins_for_those_too(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    opted_out(cast, clock)
    only(a_rule(Silence(Interval(10, "day")), until=Until(unsubscribed=False)))
    clock.advance(minutes=5)
    jobs(clock)
    assert (ends(), len(planned())) == ([None], 1)


def test_only_a_rule_that_ends_with_it_hears_of_it(cast: Cast) -> None:
    only(
        a_rule(OnStage(SIX, ":won"), "r1"),
        a_rule(OnStage(SIX, ":won"), "r2", until=Until(unsubscribed=False)),
        now=NOW,
    )
    with work(SYSTEM, NOW) as w:
        heard = w.catalog.follow_up_ears["customer.point_changed"]
    assert ([each.key for each in heard], cast.owner.id is not None) == (["own.r1"], True)
