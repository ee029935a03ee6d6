"""Test drives: a demo car is out with one customer at a time, and whoever drives has signed for it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    CustomerView,
    DealView,
    Event,
    Line,
    Listens,
    MenuItem,
    NewActivity,
    NotFound,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..evidence import DRIVEN
from ..sending import MOST_KM, hours_of, today_of
from ..showroom import KEY
from ..tables import DRIVE, SLOT, VEHICLE
from .impressions import FORM

STATES: Final = ("booked", "out", "done", "cancelled", "no_show")
QUARTER: Final = timedelta(minutes=15)
LONGEST: Final = 16  # four hours, in quarters
EARLY: Final = timedelta(hours=12)  # so much before its time a car may leave
AHEAD: Final = timedelta(days=14)  # as far as a free time is looked for


def book(w: Work, deal_id: int, vehicle_id: int, starts_at: datetime, quarters: int, route: str = "") -> int:
    """Book a demo car for a deal; the drive's id. Of two people in the same second one gets it."""
    deal = _open_deal(w, deal_id)
    _check(w, vehicle_id, starts_at, quarters)
    row = {
        "vehicle_id": vehicle_id,
        "deal_id": deal_id,
        "customer_id": deal.customer_id,
        "with_id": w.actor.id,
        "starts_at": starts_at,
        "ends_at": starts_at + quarters * QUARTER,
        "state": "booked",
        "route": route,
    }
    try:
        with w.session.begin_nested():
            drive_id = int(w.session.execute(insert(DRIVE).values(row).returning(DRIVE.c.id)).scalar_one())
            _take(w, vehicle_id, drive_id, _quarters(starts_at, quarters))
    except IntegrityError:
        raise Refused([_taken(w.reads, vehicle_id, starts_at, quarters)]) from None
    return drive_id


def _open_deal(w: Work, deal_id: int) -> DealView:
    """A deal this person may work on, which nobody closes meanwhile."""
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != KEY or deal.customer_id is None:
        raise NotFound
    w.change_deal(deal_id, {})  # changes nothing: it asks for the right, and locks
    deal = w.reads.deal(deal_id) or deal
    if deal.state != "open":
        raise Refused([problem("", N_("This deal is closed: open it again first."))])
    return deal


def _take(w: Work, vehicle_id: int, drive_id: int, quarters: Sequence[datetime]) -> None:
    if quarters:
        w.session.execute(insert(SLOT), [{"vehicle_id": vehicle_id, "drive_id": drive_id, "at": at} for at in quarters])


def _check(w: Work, vehicle_id: int, starts_at: datetime, quarters: int) -> None:
    wrong = []
    demo = VEHICLE.c.state == "demo", VEHICLE.c.archived_at.is_(None)
    held = select(VEHICLE.c.id).where(VEHICLE.c.id == vehicle_id, *demo).with_for_update()  # it is not archived now
    if not w.session.execute(held).first():
        wrong.append(problem("vehicle", N_("Choose a demo car.")))
    if starts_at.minute % 15 or starts_at.second or starts_at.microsecond:
        wrong.append(problem("hour", N_("Choose a quarter of an hour.")))
    if not w.now - QUARTER <= starts_at <= w.now + timedelta(days=365):
        wrong.append(problem("day", N_("Choose a time that is still to come.")))
    if not 1 <= quarters <= LONGEST:
        wrong.append(problem("quarters", N_("A test drive takes a quarter of an hour to four hours.")))
    if wrong:
        raise Refused(wrong)


def _quarters(starts_at: datetime, quarters: int) -> list[datetime]:
    return [starts_at + n * QUARTER for n in range(quarters)]


def _taken(reads: Reads, vehicle_id: int, starts_at: datetime, quarters: int) -> Any:
    """Who has the car then, and when it is free next."""
    free = next_free(reads, vehicle_id, starts_at, quarters)
    names = {each.id: each.name for each in reads.people(team=True)}
    there = select(DRIVE.c.with_id).join(SLOT, SLOT.c.drive_id == DRIVE.c.id)
    there = there.where(SLOT.c.vehicle_id == vehicle_id, SLOT.c.at.in_(_quarters(starts_at, quarters)))
    who = next((names[row.with_id] for row in reads.execute(there) if row.with_id in names), "")
    at = free or "–"
    if not who:
        return problem("hour", N_("The car is taken then. It is free next at %(free)s."), free=at)
    return problem("hour", N_("%(name)s has the car then. It is free next at %(free)s."), name=who, free=at)


def next_free(reads: Reads, vehicle_id: int, after: datetime, quarters: int) -> datetime | None:
    """The first time from then on, by day, at which the car is free for so long."""
    rows = select(SLOT.c.at).where(SLOT.c.vehicle_id == vehicle_id, SLOT.c.at.between(after, after + AHEAD))
    taken, at = {row.at for row in reads.execute(rows)}, after
    while at < after + AHEAD - LONGEST * QUARTER:
        hours = at.astimezone(reads.zone).hour, (at + quarters * QUARTER - QUARTER).astimezone(reads.zone).hour
        if min(hours) >= 8 and max(hours) < 20 and taken.isdisjoint(_quarters(at, quarters)):
            return at
        at += QUARTER
    return None


def end(w: Work, drive_id: int, state: str) -> None:
    """It does not take place, cancelled or not shown up for: its quarters are free again."""
    w.change_deal(drive(w.reads, drive_id).deal_id, {})  # changes nothing: it asks for the right
    _free(w, drive_id, state)


def _free(w: Work, drive_id: int, state: str) -> None:
    _go(w, drive_id, "booked", {"state": state})
    w.session.execute(delete(SLOT).where(SLOT.c.drive_id == drive_id))


def go_out(w: Work, drive_id: int, values: dict[str, Any], today: date) -> None:
    """The car leaves: licence seen and still good, terms signed, kilometres read. One that is still out with somebody,
    or is somebody else's until the booked time, does not."""
    row = drive(w.reads, drive_id)
    _open_deal(w, row.deal_id)
    wrong = [] if values["licence"] else [problem("licence", N_("Look at the licence: which class is it?"))]
    if values["licence_until"] is None or values["licence_until"] < today:
        wrong.append(problem("licence_until", N_("The licence must still be valid today.")))
    if not values["signed_name"]:
        wrong.append(problem("signed_name", N_("Who drives signs with their name.")))
    if values["km_out"] is None:
        wrong.append(problem("km_out", N_("Kilometres are a whole number.")))
    elif values["km_out"] > MOST_KM:
        wrong.append(problem("km_out", N_("At most 2,000,000 kilometres.")))
    wrong += _too_early(w, row)
    if wrong:
        raise Refused(wrong)
    _leaves_only_once(w, row)
    _go(w, drive_id, "booked", {**values, "state": "out", "licence_seen_at": w.now, "signed_at": w.now})


def _too_early(w: Work, row: Any) -> list[Problem]:
    """Before its time a car leaves only where nobody else has it until then."""
    now = w.now.replace(minute=w.now.minute // 15 * 15, second=0, microsecond=0)
    if row.starts_at - now > EARLY:
        return [problem("", N_("It is booked for %(at)s: book it anew for now."), at=row.starts_at)]
    early = max(0, (row.starts_at - now) // QUARTER)
    try:
        with w.session.begin_nested():
            _take(w, row.vehicle_id, row.id, _quarters(now, early))
    except IntegrityError:
        return [_taken(w.reads, row.vehicle_id, now, early)]
    return []


def _leaves_only_once(w: Work, row: Any) -> None:
    """The car is held, so that of two people in the same second one drives."""
    w.session.execute(select(VEHICLE.c.id).where(VEHICLE.c.id == row.vehicle_id).with_for_update())
    out = select(DRIVE.c.with_id).where(DRIVE.c.vehicle_id == row.vehicle_id, DRIVE.c.state == "out")
    if (found := w.session.execute(out.limit(1)).first()) is None:
        return
    names = {each.id: each.name for each in w.reads.people(team=True)}
    text = N_("This car is still out with %(name)s: note first that it is back.")
    raise Refused([problem("", text, name=names.get(found.with_id, "–"))])


def come_back(w: Work, drive_id: int, km_in: int | None, answers: dict[str, Any]) -> None:
    """The car is back: the impressions become an activity, and the key step ticks itself."""
    row = drive(w.reads, drive_id)
    if km_in is None or km_in < (row.km_out or 0):
        raise Refused([problem("km_in", N_("Not less than when the car went out: %(km)s km."), km=row.km_out or 0)])
    if km_in > MOST_KM:
        raise Refused([problem("km_in", N_("At most 2,000,000 kilometres."))])
    _go(w, drive_id, "out", {"state": "done", "km_in": km_in, "activity_id": _noted(w, row, {"automotive": answers})})
    w.session.execute(delete(SLOT).where(SLOT.c.drive_id == drive_id, SLOT.c.at > w.now))
    w.session.execute(update(VEHICLE).where(VEHICLE.c.id == row.vehicle_id).values(km=km_in))
    w.push_evidence(row.deal_id, DRIVEN, drive_id, lasting=True)


def _noted(w: Work, row: Any, told: dict[str, Any]) -> int:
    """The test drive that was planned for that day is done; without one, it is noted by itself."""
    plan, (begins, ends) = w.reads.visible_activities(), hours_of(today_of(w), w.reads.zone)
    mine = [plan.c.deal_id == row.deal_id, plan.c.kind == "demo", plan.c.state == "planned"]
    mine += [] if w.actor.people is None else [plan.c.owner_id.in_(w.actor.people)]
    found = select(plan.c.id).where(*mine, plan.c.planned_at >= begins, plan.c.planned_at < ends)
    for each in w.reads.execute(found.order_by(plan.c.planned_at).limit(1)):
        w.finish_activity(each.id, "reached", answers=told)
        return int(each.id)
    about = NewActivity(kind="demo", deal_id=row.deal_id, customer_id=row.customer_id, outcome="reached", answers=told)
    return w.log_activity(about)


def _go(w: Work, drive_id: int, was: str, values: dict[str, Any]) -> None:
    gone = update(DRIVE).where(DRIVE.c.id == drive_id, DRIVE.c.state == was).values(values)
    if not w.session.execute(gone.returning(DRIVE.c.id)).first():
        raise Refused([problem("", N_("Somebody else was quicker. Look at the test drive again."))])


def hears(event: Event, w: Work) -> None:
    """A lost deal holds no demo car."""
    if event.kind != "deal.lost" or event.deal_id is None:
        return
    deal = w.reads.deal(event.deal_id)
    if deal is not None and deal.state == "lost":
        booked = select(DRIVE.c.id).where(DRIVE.c.deal_id == deal.id, DRIVE.c.state == "booked")
        for row in w.session.execute(booked).all():
            _free(w, row.id, "cancelled")


def erases(customer: CustomerView, w: Work) -> None:
    """Their licence, their name and how they sign."""
    bare = {"licence": "", "licence_until": None, "signed_name": "", "strokes": None}
    w.session.execute(update(DRIVE).where(DRIVE.c.customer_id == customer.id).values(bare))


def drive(reads: Reads, drive_id: int) -> Any:
    """One test drive this person sees, with its car."""
    rows = seen(reads, DRIVE.c.id == drive_id)
    if not rows:
        raise NotFound
    return rows[0]


def seen(reads: Reads, *where: Any) -> Sequence[Any]:
    """Test drives of deals this person sees, the earliest first."""
    deal = reads.visible_deals()
    found = select(DRIVE, VEHICLE.c.model, VEHICLE.c.plate, deal.c.title)
    found = found.join(VEHICLE, VEHICLE.c.id == DRIVE.c.vehicle_id)
    return reads.execute(found.join(deal, deal.c.id == DRIVE.c.deal_id).where(*where).order_by(DRIVE.c.starts_at))


def demo_cars(reads: Reads) -> Sequence[Any]:
    """Cars for test drives, by model and plate."""
    there = VEHICLE.c.state == "demo", VEHICLE.c.archived_at.is_(None)
    return reads.execute(select(VEHICLE).where(*there).order_by(VEHICLE.c.model, VEHICLE.c.plate, VEHICLE.c.id))


TITLE = Text("Test drives", "试驾", "試駕", "Тест-драйвы")
SOON = Text("Test drive", "试驾", "試駕", "Тест-драйв")
FITS = ("presentation", "test_drive")


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """What of it stands on the page of a deal, and where the next thing is done."""
    rows = seen(reads, DRIVE.c.deal_id == deal.id, DRIVE.c.state.in_(("booked", "out", "done")))
    if rows:
        return [Line(SOON, rows[-1].starts_at, f"/p/automotive/drives/deals/{deal.id}")]
    if deal.stage in FITS and deal.state == "open":
        nothing = Text("book a demo car", "预约试驾车", "預約試駕車", "записать на тест-драйв")
        return [Line(SOON, nothing, f"/p/automotive/drives/deals/{deal.id}")]
    return ()


RECORDS: tuple[Any, ...] = (
    FORM,
    Listens("drives", ("deal.lost",), each=True),
    MenuItem("drives", TITLE, "/p/automotive/drives", icon="calendar", verb="deal.see"),
)
