"""What reports are read from is the truth after whatever happens to deals and activities."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import Refused, Stale
from salesapp.services import bulk, deal_moves
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.customers import change_customer
from salesapp.services.deal_archive import archive_deal, restore_deal
from salesapp.services.deals import change_deal
from salesapp.services.hand_over_all import Wish, hand_over_all
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.work import Work, work
from salesapp.store import activity_sums, deals, report_sums, rollups
from salesapp.store.engine import reading
from salesapp.store.tables import activity_sum, closed_sum, customer, source_sum, stage_cohort, stage_hour
from salesapp.testing import NOW, Cast
from tests.services.deal_files import SIX, a_customer, a_deal, ready

Thing = Callable[[Work, random.Random, int, Cast], None]
STAGES = ("identification", "contact", "needs", "solution", "negotiation", "closing")


def wrong() -> dict[str, object]:
    """The sums that do not say the truth, with what differs."""
    with reading() as x:
        found = [rollups.compare(x, table) for table in rollups.TABLES]
    return {each.table: each.examples for each in found if not each.is_right}


def moved(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    deal_moves.move_deal(w, deal_id, dice.choice(STAGES), version_of(w, deal_id))


def moved_and_taken_back(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    """Into a stage where it never was, so that this has to be forgotten."""
    been, found = report_sums.entered(w.session, deal_id, SIX), deals.read(w.session, deal_id)
    deal_moves.move_deal(w, deal_id, dice.choice([each for each in STAGES if each not in been]), found.version)
    deal_moves.take_back(w, deal_id, found.stage, version_of(w, deal_id))


def won(w: Work, _dice: random.Random, deal_id: int, _cast: Cast) -> None:
    deal_moves.win_deal(w, deal_id, version_of(w, deal_id))


def lost(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    deal_moves.lose_deal(w, deal_id, dice.choice(["price", "timing"]), "", version_of(w, deal_id))


def closed_and_taken_back(w: Work, dice: random.Random, deal_id: int, cast: Cast) -> None:
    dice.choice([won, lost])(w, dice, deal_id, cast)
    found = deals.read(w.session, deal_id)
    deal_moves.take_back(w, deal_id, found.stage, found.version)


def reopened(w: Work, _dice: random.Random, deal_id: int, _cast: Cast) -> None:
    deal_moves.reopen_deal(w, deal_id, version_of(w, deal_id))


def priced(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    amount = {"amount_minor": dice.choice([None, dice.randrange(1, 10**9)]), "currency": dice.choice(["CNY", "USD"])}
    change_deal(w, deal_id, amount, {})


def given(w: Work, dice: random.Random, deal_id: int, cast: Cast) -> None:
    change_deal(w, deal_id, {"owner_id": dice.choice([cast.owner.id, cast.colleague.id])}, {})


def with_another_customer(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    change_deal(w, deal_id, {"customer_id": dice.choice([*others_of(w, deal_id), None])}, {})


def from_elsewhere(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    change_customer(w, customer_of(w, deal_id), {"source": dice.choice([None, "web_form", "trade_show"])}, {})


def merged(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    lost_id = customer_of(w, deal_id)
    merge_customers(w, dice.choice(others_of(w, deal_id)), lost_id)


def merged_and_taken_apart(w: Work, dice: random.Random, deal_id: int, _cast: Cast) -> None:
    lost_id = customer_of(w, deal_id)
    undo_merge(w, merge_customers(w, dice.choice(others_of(w, deal_id)), lost_id))


def customer_of(w: Work, deal_id: int) -> int:
    """The deal's customer; there may be none."""
    found = deals.read(w.session, deal_id).customer_id
    if found is None:
        raise LookupError
    return found


def others_of(w: Work, deal_id: int) -> list[int]:
    """The customers that are not this deal's."""
    living = (customer.c.archived_at.is_(None), customer.c.id != (deals.read(w.session, deal_id).customer_id or 0))
    return list(w.session.scalars(select(customer.c.id).where(*living).order_by(customer.c.id)))


def put_away(w: Work, _dice: random.Random, deal_id: int, _cast: Cast) -> None:
    archive_deal(w, deal_id)


def restored(w: Work, _dice: random.Random, deal_id: int, _cast: Cast) -> None:
    restore_deal(w, deal_id)


def handed_over(w: Work, dice: random.Random, _deal_id: int, cast: Cast) -> None:
    """All that is open, to the other one."""
    one, other = dice.sample([int(cast.owner.id or 0), int(cast.colleague.id or 0)], 2)
    hand_over_all(w, one, Wish(people=(other,)))


def handed_over_and_back(w: Work, dice: random.Random, _deal_id: int, cast: Cast) -> None:
    one, other = dice.sample([int(cast.owner.id or 0), int(cast.colleague.id or 0)], 2)
    bulk.undo(w, hand_over_all(w, one, Wish(people=(other,))))


THINGS: tuple[Thing, ...] = (moved, moved_and_taken_back, won, lost, closed_and_taken_back, reopened, priced, given)
THINGS += (put_away, restored, handed_over, handed_over_and_back)
THINGS += (with_another_customer, from_elsewhere, merged, merged_and_taken_apart)


def version_of(w: Work, deal_id: int) -> int:
    return deals.read(w.session, deal_id).version


@pytest.mark.parametrize("seed", range(2))
def test_after_whatever_happens_to_deals(app: Flask, cast: Cast, seed: int) -> None:
    dice, now, happened = random.Random(seed), NOW, dict.fromkeys((each.__name__ for each in THINGS), False)
    ids = [a_deal(app, dice.choice([cast.owner, cast.colleague]), amount_minor=100) for _ in range(5)]
    for source in ("web_form", "trade_show", None):
        a_customer(cast.owner, f"Hospital {source}", source=source)
    for deal_id in ids:
        ready(cast.owner, deal_id)
    for thing in [each for _ in range(3) for each in dice.sample(THINGS, len(THINGS))]:
        now += timedelta(minutes=3) if dice.random() < 0.6 else timedelta(days=dice.randrange(1, 40))
        happened[thing.__name__] |= any(happens(thing, each, dice, cast, now) for each in dice.sample(ids, len(ids)))
        assert not wrong(), thing.__name__
    assert all(happened.values()), happened


def happens(thing: Thing, deal_id: int, dice: random.Random, cast: Cast, now: datetime) -> bool:
    """Whether this could be done with the deal."""
    with suppress(Refused, Stale, LookupError), work(cast.admin, now) as w:
        thing(w, dice, deal_id, cast)
        return True
    return False


def test_what_was_won_goes_with_its_customer_into_another_record_and_back(app: Flask, cast: Cast) -> None:
    web, show = (a_customer(cast.owner, f"Hospital {each}", source=each) for each in ("web_form", "trade_show"))
    deal_id = a_deal(app, cast.owner, web, amount_minor=100)
    ready(cast.owner, deal_id)
    with work(cast.owner, NOW) as w:
        deal_moves.win_deal(w, deal_id, 1)
    with work(cast.admin, NOW) as w:
        merge_id = merge_customers(w, show, web)
    assert not wrong()
    assert sources() == {"trade_show"}
    with work(cast.admin, NOW) as w:
        undo_merge(w, merge_id)
    assert not wrong()
    assert sources() == {"web_form"}


def sources() -> set[str]:
    """Those something counts for."""
    with reading() as x:
        return set(x.scalars(select(source_sum.c.source).where(source_sum.c.n > 0)))


def test_activities_that_are_done_taken_back_and_done_again(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        noted = note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="reached"))
        later = NOW + timedelta(days=1)
        planned = plan_activity(w, NewActivity(kind="visit", customer_id=customer_id, planned_at=later))
    assert not wrong()
    for verb, activity_id in (("finish", planned), ("reopen", planned), ("finish", planned), ("reopen", noted)):
        with work(cast.owner, NOW + timedelta(days=2)) as w:
            if verb == "finish":
                finish_activity(w, activity_id, "reached", "")
            else:
                reopen_activity(w, activity_id)
        assert not wrong()


def test_what_is_not_counted_is_found_and_made_again(app: Flask, cast: Cast, w: Work) -> None:
    a_deal_row = report_sums.Counted(None, "a.one", "lost", "x", None, "CNY", None, NOW, NOW, None, {"x": NOW})
    report_sums.count_all(w.session, [(None, a_deal_row)])
    for table, rows in ((closed_sum, 5), (source_sum, 5), (stage_cohort, 4), (stage_hour, 1)):
        assert rollups.compare(w.session, table).counts[rollups.EXTRA] == rows
        rollups.make(w.session, table)
        assert rollups.compare(w.session, table).is_right
    activity_sums.count_all(w.session, [activity_sums.Done(None, "call", NOW)])
    found = rollups.compare(w.session, activity_sum)
    assert found.counts[rollups.EXTRA] == 5
    assert {each.kind for each in found.examples} == {rollups.EXTRA}
    report_sums.count_all(w.session, [(None, a_deal_row), (a_deal_row, None), (a_deal_row, a_deal_row)])
    assert rollups.compare(w.session, closed_sum).is_right
