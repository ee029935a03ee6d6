"""What the demo's people did with their customers and noted, and what they mean to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from salesapp.demo.texts import PHASES
from salesapp.services.activity_finish import AFTER_MISSED, AFTER_REACHED
from salesapp.services.demo_people import Seller
from salesapp.services.demo_rows import Row
from salesapp.services.demo_world import Account, World
from salesapp.store.tables import activity

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "first": ("call", "call", "call", "message", "visit"),
    "needs": ("visit", "meeting", "call", "call"),
    "solution": ("demo", "meeting", "message", "call"),
    "negotiation": ("meeting", "call", "call", "message"),
    "closing": ("call", "visit", "letter"),
    "after": ("call", "call", "message", "visit"),
}
REACHED: Final = 0.74
INCOMING: Final = 0.13
PLANNED_BEFORE: Final = 0.45
INTERESTS: Final = ("high", "some", "some", "low", "none")
TODAY, LATE, DONE = 7, 5, 4
"""How much somebody has for today, has not done in time, and has done today already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Something done: `phase` says how far things are, `deal` which one it was about."""

    phase: str
    kind: str
    outcome: str | None
    direction: str = "out"
    deal: Row | None = None


def some_talk(world: World, phase: str, deal: Row | None = None, kind: str = "") -> Talk:
    """A talk as there are many. With its kind given it is one that reached somebody."""
    if kind:
        return Talk(phase=phase, kind=kind, outcome="reached", deal=deal)
    kind = world.random.choice(KINDS[phase])
    if kind == "call" and not world.chance(REACHED):
        return Talk(phase=phase, kind=kind, outcome="not_reached", deal=deal)
    direction = "in" if world.chance(INCOMING) else "out"
    return Talk(phase=phase, kind=kind, outcome="reached", direction=direction, deal=deal)


def note_talk(account: Account, at: datetime, talk: Talk) -> Row:
    """Somebody did this and noted it; often they had planned it."""
    world, seller = account.world, account.seller
    missed = talk.outcome == "not_reached"
    said = world.random.choice(world.texts.missed if missed else world.texts.said[talk.phase])
    text = said if world.chance(seller.manner.notes) else ""
    plan = _planned_before(account, at, talk)
    answers = _answers(world, talk)
    row = _row(account, seller, talk.kind, talk.deal) | {
        "state": "done",
        "planned_at": plan and plan["planned_at"],
        "all_day": plan is not None and plan["all_day"],
        "at": at,
        "noted_at": at if plan is None else plan["noted_at"],
        "direction": talk.direction,
        "outcome": talk.outcome,
        "note": text or (plan["note"] if plan else ""),
        "answers": answers,
        "version": 1 if plan is None else 2,
    }
    _keep(account, row)
    if plan is not None:
        _tell_plan(account, seller, row, plan["noted_at"])
    personal = {"note": row["note"]} if row["note"] else {}
    if plan is not None and plan["note"] != row["note"]:
        personal["planned_note"] = plan["note"]
    data: dict[str, Any] = {"kind": talk.kind, "outcome": talk.outcome, **({"answers": answers} if answers else {})}
    _tell(account, at, seller, row, "activity.done", data, personal)
    account.contacted(at, talk.kind, talk.direction, talk.outcome)
    return row


def _planned_before(account: Account, at: datetime, talk: Talk) -> dict[str, Any] | None:
    """The plan it came of: made on the Monday before, or when they last spoke. Nobody plans to be called."""
    world = account.world
    if talk.direction == "in" or at - account.last < timedelta(hours=20) or not world.chance(PLANNED_BEFORE):
        return None
    made = world.days.monday(account.seller.id, at)
    if made <= account.last:
        made = account.last + timedelta(minutes=2)
    all_day = world.chance(0.6)
    day = world.days.local(at).date()
    planned_at = world.days.noon(day) if all_day else world.days.at(day, world.days.local(at).hour)
    note = "" if world.chance(0.4) else world.random.choice(world.texts.next[talk.phase])
    return {"planned_at": planned_at, "all_day": all_day, "noted_at": made, "note": note}


def _answers(world: World, talk: Talk) -> dict[str, Any]:
    """What they answered after a visit or a demonstration, where they took the time."""
    if talk.kind not in ("visit", "demo") or not world.chance(0.4):
        return {}
    return {"general": {"interest": world.random.choice(INTERESTS), "decider": world.chance(0.5)}}


def _row(account: Account, owner: Seller, kind: str, deal: Row | None) -> Row:
    """The columns every activity of theirs shares."""
    world = account.world
    contact = world.random.choice(account.contacts) if account.contacts and world.chance(0.6) else None
    return {
        "kind": kind,
        "customer_id": account.id,
        "contact_id": contact,
        "deal_id": None if deal is None else deal["id"],
        "owner_id": owner.id,
        "scope_owner_id": None,
        "state": "planned",
        "planned_at": None,
        "all_day": False,
        "at": None,
        "noted_at": None,
        "direction": "out",
        "outcome": None,
        "note": "",
        "minutes": None,
        "answers": {},
        "because": None,
        "custom": {},
        "created_by": owner.id,
        "version": 1,
    }


def _keep(account: Account, row: Row) -> None:
    account.world.rows.add(activity, row)
    account.activities.append(row)


def _tell(
    account: Account, at: datetime, who: Seller, row: Row, kind: str, data: Mapping[str, Any], personal: Any = None
) -> None:
    subject = ("activity", row["id"])
    ids = {"owner_id": row["owner_id"], "deal_id": row["deal_id"]}
    account.event(at, who.actor, kind, subject=subject, **ids, data=data, personal=personal)
    account.touch(at)
    deal = next((each for each in account.deals if each["id"] == row["deal_id"]), None)
    if deal is not None:
        deal["touched_at"] = max(deal["touched_at"], at)


def _tell_plan(account: Account, who: Seller, row: Row, at: datetime) -> None:
    data = {"kind": row["kind"], "planned_at": row["planned_at"].isoformat(), "all_day": row["all_day"]}
    _tell(account, at, who, row, "activity.planned", data)


# --- what is to come ---


def plan_next(account: Account, deal: Row | None = None) -> None:
    """What is to be done next: a little is late, some is for today, most is still to come."""
    world, seller = account.world, account.seller
    day, hour = _day(account)
    phase = PHASES[deal["stage"]] if deal else "after" if account.row["state"] == "customer" else "first"
    row = _row(account, seller, world.random.choice(KINDS[phase]), deal) | {
        "planned_at": world.days.noon(day) if hour is None else world.days.at(day, hour, world.random.choice((0, 30))),
        "all_day": hour is None,
        "note": world.random.choice(world.texts.next[phase]),
        "noted_at": _made(account, day),
    }
    follows = _follows(account, row)
    _keep(account, row)
    if seller.lead.id != seller.id and not follows and world.chance(0.06):
        _by_lead(account, row)
    else:
        _tell_plan(account, seller, row, row["noted_at"])


def _follows(account: Account, row: Row) -> bool:
    """Whether it was planned with the last talk's result, as its next: then it says so."""
    world, last = account.world, account.activities[-1] if account.activities else None
    if last is None or last["at"] != account.last or last["deal_id"] != row["deal_id"] or not world.chance(0.5):
        return False
    source = AFTER_MISSED if last["outcome"] == "not_reached" else AFTER_REACHED
    row |= {"because": {"after": last["id"], "source": source}, "note": "", "noted_at": last["at"]}
    row |= {name: last[name] for name in ("kind", "contact_id")}
    return True


def _made(account: Account, day: date) -> datetime:
    """When it was planned: right after they last spoke, or on the Monday after."""
    world = account.world
    monday = world.days.monday(account.seller.id, world.now)
    if monday > account.last and world.days.local(monday).date() <= day and world.chance(0.5):
        return monday
    return min(account.last + timedelta(minutes=2), world.now)


def _by_lead(account: Account, row: Row) -> None:
    """Their manager planned it for them, and they were told."""
    lead = account.seller.lead
    row["created_by"] = lead.id
    leading = Seller(lead, account.seller.manner, account.since, lead)
    _tell_plan(account, leading, row, row["noted_at"])
    at = row["noted_at"]
    subject = ("activity", row["id"])
    account.world.rows.tell(at, account.seller.id, "activity.given", subject, lead, read_at=account.world.read(at))


def _day(account: Account) -> tuple[date, int | None]:
    """A day, and an hour that is still free where it has one. Each has something for today and something late."""
    world, seller = account.world, account.seller
    today, luck = world.days.today, world.random.random()
    if seller.today <= min(seller.late, 2) or (luck < 0.13 and seller.today < TODAY):
        seller.today += 1
        return today, _hour(world, seller) if seller.today % 2 else None
    if seller.late < 2 or (luck < 0.21 and seller.late < LATE):
        late = today - timedelta(days=1 + min(int(world.random.expovariate(0.6)), 12))
        while not world.days.is_working(late):
            late -= timedelta(days=1)
        if late >= world.days.local(account.last).date():  # nobody plans for a day that is over
            seller.late += 1
            return late, None
    ahead = today + timedelta(days=1 + min(int(world.random.expovariate(0.16)), 24))
    return world.days.working_from(ahead), world.random.choice((None, None, None, 9, 10, 14, 15, 16))


def _hour(world: World, seller: Seller) -> int | None:
    """An hour of today that nobody has of theirs yet, rather one to come."""
    here = world.days.local(world.now).hour
    free = [hour for hour in (9, 10, 11, 14, 15, 16, 17) if hour not in seller.hours]
    if not free:
        return None
    hour = world.random.choice([each for each in free if each > here] or free)
    seller.hours.add(hour)
    return hour


def done_today(account: Account) -> bool:
    """Something done on the day that is today, where it is a day for it; whether it was."""
    world, seller = account.world, account.seller
    today = world.days.today
    most = DONE if world.days.is_working(today) else 1 if world.days.is_weekend(today) else 0
    begin = world.days.at(today, 8, 45)
    room = int((min(world.now, world.days.at(today, 18)) - begin).total_seconds() // 60)
    if seller.done >= most or room < 15 or account.last >= begin:
        return False
    at = world.days.free(seller.id, begin + timedelta(minutes=world.random.randrange(room)))
    if world.is_over(at):
        return False
    phase = "after" if account.row["state"] == "customer" else "first"
    note_talk(account, at, some_talk(world, phase))
    seller.done += 1
    return True
