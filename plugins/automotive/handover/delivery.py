"""Delivery: an appointment with a promised hour, the car, its inspection, and the handing over everything after a sale
counts from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from salesapp.plugin_api import (
    N_,
    CustomerView,
    DealView,
    Event,
    Line,
    Listens,
    MenuItem,
    NewActivity,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..evidence import DELIVERED
from ..tables import DELIVERY
from . import delivery_car
from .delivery_money import hold_again, is_paid, leads, of_the_money, of_the_stage, release
from .delivery_points import CHECKS, EXPLAINED, counts
from .delivery_rows import LOST, begin, begin_open, of_deal

__all__ = ["CHECKS", "EXPLAINED", "RECORDS"]

HOME: Final = "/p/automotive/deliveries"
TITLE: Final = Text("Deliveries", "交车", "交車", "Выдача")
APPOINTMENT: Final = Text("Hand over the car", "交车", "交車", "Выдача автомобиля")
UNPAID: Final = Text("Handed over before it was paid", "未付清提前交车", "未付清提前交車", "Выдан до полной оплаты")
TAKES: Final = 60
"""Minutes of an appointment."""
NOT_NOTED: Final = Text(
    "Is the car handed over? Note it: the calls after delivery begin with it",
    "车交了吗？请登记交车：回访从交车时开始算",
    "車交了嗎？請登記交車：回訪從交車時開始算",
    "Машина выдана? Отметьте выдачу: с неё начинаются звонки после покупки",
)
ENDS: Final = ("deal.lost", "deal.reopened", "deal.taken_back")
AHEAD: Final = timedelta(days=730)
OWN_DAY: Final = timedelta(hours=24)
"""So long whoever noted a handing over may take it back."""


def promise(w: Work, deal_id: int, at: datetime | None) -> None:
    """Agree on when the car is handed over: an activity is planned, or moved, which the timeline tells."""
    row = begin_open(w, deal_id)
    if at is None or not w.now <= at <= w.now + AHEAD:
        raise Refused([problem("day", N_("Choose a day and an hour that are still to come."))])
    appointment = w.reads.activity(row.activity_id) if row.activity_id else None
    if appointment is None:
        seller = _seller(w, deal_id)
        plan: dict[str, Any] = {"planned_at": at, "all_day": False, "minutes": TAKES, "owner_id": seller}
        new = NewActivity(kind="meeting", deal_id=deal_id, note=w.reads.in_words(APPOINTMENT, seller), **plan)
        _set(w, row.id, activity_id=w.plan_activity(new), promised_at=at)
        return
    if appointment.state != "planned":
        w.reopen_activity(appointment.id)
    if appointment.planned_at != at or appointment.all_day:
        w.put_off_activity(appointment.id, at, all_day=False)
    _set(w, row.id, promised_at=at)


def _seller(w: Work, deal_id: int) -> int | None:
    """Whose the appointment is: the deal's owner, where whoever promises may plan for them."""
    deal = w.reads.deal(deal_id)
    return next((each.id for each in w.reads.people() if deal and each.id == deal.owner_id), None)


def appointment_of(w: Work, deal_id: int) -> int:
    """The activity photos hang on."""
    row = begin(w, deal_id)
    if row.activity_id is None:
        raise Refused([problem("photos", N_("Agree on day and hour first: photos are kept with the appointment."))])
    return int(row.activity_id)


def hears(event: Event, w: Work) -> None:
    """What happened to the appointment, or the deal, on another page means something for the delivery."""
    if event.subject_kind == "deal":
        row = of_deal(w.reads, event.subject_id) if event.kind in ENDS else None
        if row is not None and row.delivered_at is None:
            _ended(w, row)
        return
    if event.kind not in ("activity.planned", "activity.done"):
        return
    its = DELIVERY.c.activity_id == event.subject_id, DELIVERY.c.delivered_at.is_(None)
    rows = w.reads.execute(select(DELIVERY).where(*its))
    activity = w.reads.activity(event.subject_id) if rows else None
    if activity is None:
        return
    if event.kind == "activity.planned":  # it may be done since; that tells of itself
        if activity.state == "planned":
            _put_off(w, rows[0], activity.planned_at, event)
    elif activity.outcome == "reached":
        w.notify_of_page(activity.owner_id, NOT_NOTED, f"{HOME}/deals/{rows[0].deal_id}", once=f"{event.id}")


def _ended(w: Work, row: Any) -> None:
    """A lost deal holds no car, and nobody waits for it; open again, it has its appointment again."""
    deal, appointment = w.reads.deal(row.deal_id), w.reads.activity(row.activity_id) if row.activity_id else None
    if deal is not None and deal.state == "lost":
        delivery_car.let_go(w, row, row.deal_id)
        _set(w, row.id, vehicle_id=None)
        if appointment is not None and appointment.state == "planned":
            w.cancel_activity(appointment.id)
    elif appointment is not None and appointment.state == "cancelled" and (row.promised_at or w.now) > w.now:
        w.reopen_activity(appointment.id)


def _put_off(w: Work, row: Any, at: datetime | None, event: Event) -> None:
    """The promise goes along; where only a day was said, its hour stays. What was moved once more since is heard of by
    itself."""
    if at is None or datetime.fromisoformat(event.data["planned_at"]) != at:
        return
    if event.data["all_day"] and row.promised_at is not None:
        zone = w.reads.house_zone
        hour = row.promised_at.astimezone(zone).timetz()
        at = datetime.combine(at.astimezone(zone).date(), hour)
    _set(w, row.id, promised_at=at)


def hand_over(w: Work, deal_id: int, said: Mapping[str, Any], also: Sequence[Problem] = ()) -> int:
    """The customer has the car: it is theirs from now on, and the rules of after-sales begin; the id of the activity it
    was noted as. `said`: at (None: now; only who leads says another moment), km, signed_name, strokes, reason (why it
    goes out unpaid); `also` is what is wrong with the form besides."""
    row = begin_open(w, deal_id)
    deal = w.reads.deal(deal_id)
    assert deal is not None  # `begin` has asked
    at = (said["at"] if leads(w) else None) or w.now
    car = delivery_car.of_delivery(w.reads, row, deal_id)
    wrong = [*also, *_of_the_moment(w, deal, at), *_of_the_checks(row), *of_the_money(w, deal_id, said["reason"])]
    wrong += delivery_car.check(car, deal_id, said["km"])
    wrong += of_the_stage(deal)
    if not said["signed_name"]:
        wrong.append(problem("signed_name", N_("Whose car is it now? They sign with their name.")))
    if wrong:
        raise Refused(wrong)
    delivery_car.let_go(w, row, deal_id, kept=car.id)
    delivery_car.give(w, car, deal, at, said["km"])
    reason = "" if is_paid(w.reads, deal_id) else said["reason"]
    release(w, deal_id)
    activity_id = _noted(w, row, deal, at, reason)
    kept = {"delivered_at": at, "noted_at": w.now, "noted_by": w.actor.id, "reason": reason, "car_was": car.state}
    kept |= {"signed_name": said["signed_name"], "strokes": said["strokes"]}
    _set(w, row.id, **kept, vehicle_id=car.id, activity_id=activity_id)
    w.push_evidence(deal_id, DELIVERED, row.id, at=at, lasting=True)
    return activity_id


def _of_the_moment(w: Work, deal: DealView, at: datetime) -> list[Problem]:
    if deal.state == "lost":
        return [problem("", LOST)]
    if at > w.now:
        return [problem("given_on", N_("Choose a day and an hour that have passed."))]
    if at < deal.created_at:
        return [problem("given_on", N_("The deal began only later."))]
    return []


def _of_the_checks(row: Any) -> list[Problem]:
    if row.checked_at is not None:
        return []
    text = N_("The inspection has not passed yet: %(done)s of %(of)s are in order.")
    return [problem("checks", text, done=counts(row.checks)[0], of=len(CHECKS))]


def _noted(w: Work, row: Any, deal: DealView, at: datetime, reason: str) -> int:
    """The appointment is done; without one, the handing over is noted by itself."""
    called, unpaid = (w.reads.in_words(each, deal.owner_id) for each in (APPOINTMENT, UNPAID))
    note = f"{called}. {unpaid}: {reason}" if reason else ""
    appointment = w.reads.activity(row.activity_id) if row.activity_id else None
    if appointment is None:
        done = NewActivity(kind="meeting", deal_id=deal.id, at=at, outcome="reached", note=note or called)
        return w.log_activity(done)
    if appointment.state == "cancelled":
        w.reopen_activity(appointment.id)
    if appointment.state != "done":
        w.finish_activity(appointment.id, "reached", note, at=at)
    return appointment.id


def correct(w: Work, deal_id: int, at: datetime | None) -> None:
    """It was at another time: dates of the car and rules of after-sales go along. For who leads."""
    row, deal = begin(w, deal_id), w.reads.deal(deal_id)
    assert deal is not None
    if row.delivered_at is None or not leads(w):
        raise Refused([problem("", N_("Only whoever leads may correct when a car was handed over."))])
    if at is None or (wrong := _of_the_moment(w, deal, at)):
        raise Refused([problem("given_on", N_("Choose a day and an hour that have passed."))] if at is None else wrong)
    _set(w, row.id, delivered_at=at)
    delivery_car.moved(w, row.vehicle_id, deal_id, row.delivered_at, at)
    w.push_evidence(deal_id, DELIVERED, row.id, at=at, lasting=True)


def may_take_back(asked: Work | Reads, row: Any) -> bool:
    """Whoever noted it may for a day; whoever leads also later."""
    if row is None or row.delivered_at is None:
        return False
    return leads(asked) or (row.noted_by == asked.actor.id and asked.now - row.noted_at <= OWN_DAY)


def take_back(w: Work, deal_id: int) -> None:
    """It was noted by mistake: the car is in stock again, and what was planned because of it goes."""
    row, deal = begin(w, deal_id), w.reads.deal(deal_id)
    if not may_take_back(w, row):
        text = N_("Whoever noted it may take it back within 24 hours; after that, whoever leads.")
        raise Refused([problem("", text)])
    if deal is not None and deal.state == "won":
        raise Refused([problem("", N_("The deal is won already. Open it again first."))])
    delivery_car.take_back(w, row.vehicle_id, deal_id, row.car_was or "reserved")
    hold_again(w, deal_id, row)
    none = {"delivered_at": None, "noted_at": None, "noted_by": None, "strokes": None}
    done = w.reads.activity(row.activity_id) if row.activity_id else None
    if done is not None and done.state == "done":
        w.reopen_activity(done.id)
    if done is not None and done.planned_at is None:  # never planned, so it is gone
        none["activity_id"] = None
    _set(w, row.id, **none, reason="", car_was="", signed_name="")
    w.take_back_evidence(deal_id, DELIVERED, row.id)


def erases(customer: CustomerView, w: Work) -> None:
    """Who received the car, and how they sign."""
    deal = w.reads.visible_deals()
    theirs = DELIVERY.c.deal_id.in_(select(deal.c.id).where(deal.c.customer_id == customer.id))
    w.session.execute(update(DELIVERY).where(theirs).values(signed_name="", strokes=None, reason=""))


def _set(w: Work, delivery_id: int, **values: Any) -> None:
    w.session.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(values))


PROMISED: Final = Text("Delivery", "交车", "交車", "Выдача")
LATE: Final = Text("Delivery is late", "交车已逾期", "交車已逾期", "Выдача просрочена")
DONE: Final = Text("Delivered", "已交车", "已交車", "Выдан")
INSPECTION: Final = Text("Inspection (PDI)", "交车前检查（PDI）", "交車前檢查（PDI）", "Предпродажная проверка")
NOT_YET: Final = Text("agree on day and hour", "约定交车时间", "約定交車時間", "назначить день и час")
FITS: Final = ("closing", "delivery")


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """What of it stands on the page of a deal."""
    row, address = of_deal(reads, deal.id), f"{HOME}/deals/{deal.id}"
    if deal.customer_id is None or deal.state == "lost" or (row is None and deal.stage not in FITS):
        return []
    if row is None or (row.promised_at is None and row.delivered_at is None):
        first = Line(PROMISED, NOT_YET, address)
    elif row.delivered_at is not None:
        return [Line(DONE, row.delivered_at, address)]
    else:
        first = Line(LATE if row.promised_at < reads.now else PROMISED, row.promised_at, address)
    return [first, Line(INSPECTION, f"{counts(row.checks if row else {})[0]}/{len(CHECKS)}", f"{address}/checks")]


RECORDS: tuple[Any, ...] = (
    Listens("appointments", ("activity.planned", "activity.done", *ENDS)),
    MenuItem("deliveries", TITLE, HOME, icon="key-round", verb="deal.see"),
)
