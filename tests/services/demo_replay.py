"""Doing with the services what a demo says its people did: event by event, each by its person at its moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, func, select

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.decisions import snapshot_hash
from salesapp.domain.partial_dates import PartialDate
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity, plan_next
from salesapp.services.contacts import NewContact, add_contact, add_date
from salesapp.services.customers import NewCustomer, add_customer, change_state
from salesapp.services.deal_moves import lose_deal, move_deal, win_deal
from salesapp.services.deal_steps import tick_step
from salesapp.services.deals import NewDeal, change_deal, open_deal
from salesapp.services.decisions import current_snapshots, decide
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.pool import assign_customer, claim_customer, release_customer
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import Work
from salesapp.store import activities, deals, decisions, sign_ins
from salesapp.store.engine import Executor
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    customer_owner,
    customer_tag,
    deal,
    decision,
    decision_step,
    event,
    event_payload,
    important_date,
    share,
    tag,
)

Told = Row[*tuple[Any, ...]]


@dataclass(slots=True)
class Replay:
    """One demo's rows, and what became of them in the other installation: `ids` by (table, id there)."""

    rows: dict[str, dict[Any, Any]]
    tags: dict[int, list[str]]
    told: Sequence[Told]
    ids: dict[tuple[str, int], int] = field(default_factory=dict)

    def of(self, table: str, their_id: int | None) -> Any:
        """The id here of one of theirs."""
        return None if their_id is None else self.ids[table, their_id]

    def play(self, w: Work) -> None:
        """Do it all, but what another service does by itself."""
        for place, each in enumerate(self.told):
            actor = sign_ins.actor_of(w.session, each.actor_id)
            assert actor is not None
            if not self._came_along(place):
                DOINGS[each.kind](self, replace(w, actor=actor, now=each.at), each)

    def _came_along(self, place: int) -> bool:
        """A tick by evidence; who became a customer with a deal that was won; a loss that somebody agreed to."""
        each, before = self.told[place], self.told[place - 1]
        after = self.told[min(place + 1, len(self.told) - 1)]
        won = each.kind == "customer.changed" and after.kind == "deal.won" and after.at == each.at
        agreed = each.kind == "deal.lost" and before.kind == "decision.granted" and before.at == each.at
        return "evidence" in each.data or won or agreed

    def version(self, w: Work, each: Told) -> int:
        """The version of the deal this is about, as it stands here."""
        return deals.read(w.session, self.of("deal", each.deal_id)).version


def read(x: Executor) -> Replay:
    """A demo's rows, and all that happened to its customers in the order of the ids."""
    tables = (customer, contact, deal, activity, share, decision, decision_step, important_date)
    rows: dict[str, dict[Any, Any]] = {each.name: {row.id: row for row in x.execute(select(each))} for each in tables}
    rows["first"] = {}
    for row in x.execute(select(customer_owner).order_by(customer_owner.c.id)):
        rows["first"].setdefault(row.customer_id, row)
    rows["points"] = {}
    for row in x.execute(select(contact_point).order_by(contact_point.c.id)):
        rows["points"].setdefault((row.customer_id, row.contact_id), []).append(row)
    names: dict[int, list[str]] = {}
    for row in x.execute(select(customer_tag.c.customer_id, tag.c.name).join(tag, tag.c.id == customer_tag.c.tag_id)):
        names.setdefault(row.customer_id, []).append(row.name)
    payload = event.outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    of_customers = select(event, event_payload.c.body).select_from(payload).where(event.c.customer_id.is_not(None))
    return Replay(rows, names, x.execute(of_customers.order_by(event.c.id)).all())


# --- customers ---


def _points(replay: Replay, customer_id: int, contact_id: int | None) -> list[ContactPoint]:
    found = replay.rows["points"].get((customer_id, contact_id), [])
    return [ContactPoint(row.kind, row.shown, row.normalised) for row in found]


def _added(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["customer"][each.subject_id]
    points = _points(replay, row.id, None)
    texts = {name: getattr(row, name) for name in ("kind", "name", "company", "position", "source", "grade", "address")}
    new = NewCustomer(
        **texts,
        phones=[point for point in points if point.kind == "phone"],
        emails=[point for point in points if point.kind == "email"],
        wechats=[point for point in points if point.kind == "wechat"],
        tags=replay.tags.get(row.id, []),
        pool_id=replay.rows["first"][row.id].pool_id,
        custom=row.custom,
    )
    replay.ids["customer", row.id] = add_customer(w, new)


def _contact(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["contact"][each.subject_id]
    points = _points(replay, row.customer_id, row.id)
    new = NewContact(name=row.name, position=row.position, points=points)
    add_contact(w, replay.of("customer", row.customer_id), new)
    replay.ids["contact", row.id] = w.session.execute(select(func.max(contact.c.id))).scalar_one()


def _state(replay: Replay, w: Work, each: Told) -> None:
    change_state(w, replay.of("customer", each.subject_id), each.data["changes"]["state"][1])


def _date(replay: Replay, w: Work, each: Told) -> None:
    row = next(row for row in replay.rows["important_date"].values() if row.customer_id == each.subject_id)
    day = PartialDate(row.calendar, row.year, row.month, row.day, row.leap_month)
    contact_id = replay.of("contact", row.contact_id)
    add_date(w, replay.of("customer", each.subject_id), row.kind, day, contact_id=contact_id)


def _claimed(replay: Replay, w: Work, each: Told) -> None:
    claim_customer(w, replay.of("customer", each.subject_id))


def _released(replay: Replay, w: Work, each: Told) -> None:
    release_customer(w, replay.of("customer", each.subject_id), each.data["pool"], each.body["note"])


def _assigned(replay: Replay, w: Work, each: Told) -> None:
    assign_customer(w, replay.of("customer", each.subject_id), each.data["to_owner"])


def _shared(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["share"][each.data["share"]]
    new = NewShare(person_id=row.person_id, level=row.level, until=row.until, note=row.note)
    replay.ids["share", row.id] = share_customer(w, replay.of("customer", each.subject_id), new)


# --- activities ---


def _planned(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["activity"][each.subject_id]
    done = next((one for one in replay.told if one.subject_id == row.id and one.kind == "activity.done"), None)
    if row.because is None:
        note = row.note if done is None else (done.body or {}).get("planned_note", row.note)
        new = replace(_activity(replay, row), note=note, planned_at=row.planned_at, all_day=row.all_day)
        replay.ids["activity", row.id] = plan_activity(w, new)
    else:
        before = activities.load(w.session, w.actor, replay.of("activity", row.because["after"]), w.now)
        replay.ids["activity", row.id] = plan_next(w, before, row.planned_at, all_day=row.all_day, by_rhythm=True)


def _done(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["activity"][each.subject_id]
    if row.planned_at is not None:
        finish_activity(w, replay.of("activity", row.id), row.outcome, row.note, answers=row.answers)
        return
    new = replace(_activity(replay, row), direction=row.direction, outcome=row.outcome, answers=row.answers)
    replay.ids["activity", row.id] = note_activity(w, new)


def _activity(replay: Replay, row: Any) -> NewActivity:
    return NewActivity(
        kind=row.kind,
        customer_id=replay.of("customer", row.customer_id),
        contact_id=replay.of("contact", row.contact_id),
        deal_id=replay.of("deal", row.deal_id),
        owner_id=row.owner_id,
        note=row.note,
    )


# --- deals ---


def _opened(replay: Replay, w: Work, each: Told) -> None:
    row = replay.rows["deal"][each.deal_id]
    moved = (one for one in replay.told if one.deal_id == row.id and "expected_close" in one.data.get("changes", {}))
    close = next((date.fromisoformat(one.data["changes"]["expected_close"][0]) for one in moved), row.expected_close)
    new = NewDeal(
        customer_id=replay.of("customer", row.customer_id),
        title=row.title,
        process=row.process,
        amount_minor=row.amount_minor,
        currency=row.currency,
        expected_close=close,
        fields={f"own.{key}": value for key, value in row.custom.get("own", {}).items()},
    )
    replay.ids["deal", row.id] = open_deal(w, new)


def _ticked(replay: Replay, w: Work, each: Told) -> None:
    tick_step(w, replay.of("deal", each.deal_id), each.data["step"], True)


def _changed(replay: Replay, w: Work, each: Told) -> None:
    found = {name: value for name, (_, value) in (each.body or {}).items()}
    if "expected_close" in each.data["changes"]:
        found["expected_close"] = date.fromisoformat(each.data["changes"]["expected_close"][1])
    change_deal(w, replay.of("deal", each.deal_id), found, {})


def _moved(replay: Replay, w: Work, each: Told) -> None:
    move_deal(w, replay.of("deal", each.deal_id), each.data["to"], replay.version(w, each))


def _won(replay: Replay, w: Work, each: Told) -> None:
    win_deal(w, replay.of("deal", each.deal_id), replay.version(w, each))


def _lost(replay: Replay, w: Work, each: Told) -> None:
    undecided = each.data.get("undecided", False)
    note = (each.body or {}).get("note", "")
    version = replay.version(w, each)
    lose_deal(w, replay.of("deal", each.deal_id), each.data["reason"], note, version, undecided=undecided)


def _asked(replay: Replay, w: Work, each: Told) -> None:
    row, version = replay.rows["decision"][each.subject_id], replay.version(w, each)
    asked = ask_or_lose(w, replay.of("deal", row.deal_id), row.snapshot["reason"], row.words, version)
    assert asked is not None
    replay.ids["decision", row.id] = asked


def _decided(replay: Replay, w: Work, each: Told) -> None:
    asked = decisions.read(w.session, replay.of("decision", each.subject_id))
    seen = snapshot_hash(current_snapshots(w.session, [asked])[asked.id])
    decide(w, asked.id, each.kind == "decision.granted", (each.body or {}).get("note", ""), seen)


DOINGS: Final = {
    "customer.added": _added,
    "customer.changed": _state,
    "customer.date_added": _date,
    "customer.claimed": _claimed,
    "customer.released": _released,
    "customer.assigned": _assigned,
    "customer.shared": _shared,
    "contact.added": _contact,
    "activity.planned": _planned,
    "activity.done": _done,
    "deal.opened": _opened,
    "deal.changed": _changed,
    "deal.moved": _moved,
    "deal.won": _won,
    "deal.lost": _lost,
    "step.done": _ticked,
    "decision.asked": _asked,
    "decision.granted": _decided,
    "decision.refused": _decided,
}
