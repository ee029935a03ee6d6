"""The demo's deals: days in each stage, then on, or lost, or still there."""

from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.demo.texts import PHASES
from salesapp.domain.deal_values import PREFIX, with_values
from salesapp.domain.pack import KeyStep, Process, Stage
from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST, WON
from salesapp.services.deals import NewDeal
from salesapp.services.demo_answers import answers, asked_for
from salesapp.services.demo_decisions import asked_first
from salesapp.services.demo_paths import Path
from salesapp.services.demo_talks import note_talk, some_talk
from salesapp.services.demo_world import Account
from salesapp.store.tables import deal_step

LONG: Final = "general.six"
SHORT: Final = "general.funnel"
ON: Final = {
    "identification": 0.86,
    "contact": 0.86,
    "needs": 0.84,
    "solution": 0.8,
    "negotiation": 0.8,
    "closing": 0.94,
    "prospect": 0.9,
    "interested": 0.86,
    "need_confirmed": 0.88,
    "solution_offered": 0.82,
    "signing": 0.88,
}
"""How likely a deal goes on from a stage, with somebody of ordinary skill and a customer of an ordinary source."""
STAY: Final = {
    "identification": 5,
    "contact": 9,
    "needs": 13,
    "solution": 17,
    "negotiation": 14,
    "closing": 8,
    "prospect": 3,
    "interested": 5,
    "need_confirmed": 6,
    "solution_offered": 9,
    "signing": 7,
}
"""Days in each stage, on the whole."""
STALLS: Final = 0.04
TICKED: Final = 0.2
WEAK: Final = 0.36
"""What is left of the chance in the stage that somebody loses at."""
REASONS: Final = {
    "first": ("no_need", "no_need", "lost_contact", "no_budget", "timing"),
    "needs": ("no_budget", "no_need", "timing", "lost_contact", "no_decision"),
    "solution": ("competitor", "competitor", "no_decision", "timing", "price"),
    "negotiation": ("price", "price", "price", "competitor", "no_decision"),
    "closing": ("price", "no_decision", "competitor", "other"),
}
ROUND: Final = (3, 5, 8, 12, 18, 25, 40, 60, 90, 150)
ACTIVITY: Final = "activity."


def sell(account: Account, at: datetime, process_key: str, luck: float) -> Path | None:
    """A deal with them, as far as it got by now; None where there is no such process, or it is still to come."""
    process = account.world.catalog.process(process_key)
    if process is None or account.world.is_over(at):
        return None
    path = _opened(account, process_key, process, at, luck)
    for stage, following in zip(process.stages, [*process.stages[1:], None], strict=True):
        to = following.key if following else WON
        wins = account.world.chance(_chance(path, stage))
        if not _worked_through(path, stage, asked_for(process, stage.key, to) if wins else ()):
            break
        if not wins:
            _give_up(path, stage)
            break
        _move(path, to) if following else _win(path)
    _put_off(path)
    return path


def _opened(account: Account, key: str, process: Process, at: datetime, luck: float) -> Path:
    world = account.world
    random, line = world.random, world.house.line
    growing = 1 + (1 - (world.now - at) / timedelta(days=365)) * 0.2
    new = NewDeal(
        title=random.choice(world.texts.deals),
        process=key,
        amount_minor=int(random.choice(ROUND) * random.randrange(8, 13) * growing) * 100_000,
        currency=world.currency,
        expected_close=(at + timedelta(days=random.randrange(35, 110))).date(),
    )
    row: dict[str, Any] = {
        "customer_id": account.id,
        "title": new.title,
        "process": new.process,
        "stage": process.stages[0].key,
        "state": "open",
        "owner_id": account.seller.id,
        "team_id": account.seller.actor.team_id,
        "scope_owner_id": None,
        "amount_minor": new.amount_minor,
        "currency": new.currency,
        "expected_close": new.expected_close,
        "lost_reason": None,
        "lost_note": "",
        "custom": line.custom(random.choice(line.options)) if world.chance(0.85) else {},
        "created_by": account.seller.id,
        "created_at": at,
        "stage_entered_at": at,
        "touched_at": at,
        "closed_at": None,
        "version": 1,
    }
    account.add_deal(row)
    path = Path(account, process, new, row, luck, at)
    path.enter(row["stage"], first=True)
    data = {"process": new.process, "stage": row["stage"]}
    data |= {"amount_minor": new.amount_minor, "currency": new.currency}
    path.tell("deal.opened", data, {"title": new.title})
    return path


def _chance(path: Path, stage: Stage) -> float:
    manner = path.account.seller.manner
    good = 1 - (1 - ON[stage.key]) / (manner.skill * path.luck)
    return max(0.1, min(0.99, good)) * (WEAK if manner.weak == stage.key else 1.0)


def _worked_through(path: Path, stage: Stage, asked: tuple[str, ...]) -> bool:
    """What is done and learned while the deal stands in a stage, in its order; whether the stage is over by now."""
    world = path.account.world
    random, begun = world.random, path.at
    stay = STAY[stage.key] * path.account.seller.manner.pace * random.uniform(0.5, 1.6)
    stay *= random.uniform(4, 7) if world.chance(STALLS) else 1
    doings: list[Any] = [step for step in stage.key_steps if f"step.{step.key}" in asked or world.chance(TICKED)]
    doings += [None] * random.choice((0, 1, 1, 2))
    if found := answers(random, world.language, stage.key, path.new, asked):
        doings.append(found)
    random.shuffle(doings)
    for place, doing in enumerate(doings, 1):
        due = begun + timedelta(days=stay * place / (len(doings) + 1) * random.uniform(0.8, 1.1))
        if not path.reaches(max(0.0, (due - path.at) / timedelta(days=1))):
            return False
        _do(path, stage, doing)
    return path.reaches(max(0.0, (begun + timedelta(days=stay) - path.at) / timedelta(days=1)))


def _do(path: Path, stage: Stage, doing: Any) -> None:
    """Tick a key step by hand, do what ticks it, learn something, or just talk."""
    phase = PHASES[stage.key]
    if isinstance(doing, dict):
        _learn(path, doing)
    elif isinstance(doing, KeyStep) and not _kinds(doing):
        _tick(path, doing.key, None, None)
    else:
        kind = path.account.world.random.choice(_kinds(doing)) if isinstance(doing, KeyStep) else ""
        talk = some_talk(path.account.world, phase, path.row, kind)
        row = note_talk(path.account, path.at, talk)
        if talk.outcome != "not_reached":
            _push(path, stage, f"{ACTIVITY}{talk.kind}", row["id"])


def _kinds(step: KeyStep) -> list[str]:
    return [name.removeprefix(ACTIVITY) for name in step.evidence if name.startswith(ACTIVITY)]


def _push(path: Path, stage: Stage, evidence: str, evidence_id: int) -> None:
    """It ticks every step of the stage that waits for it."""
    for step in stage.key_steps:
        if evidence in step.evidence:
            _tick(path, step.key, evidence, evidence_id)


def _tick(path: Path, step: str, evidence: str | None, evidence_id: int | None) -> None:
    if step in path.done:
        return
    path.done.add(step)
    by = None if evidence else path.actor.id
    values = {"deal_id": path.row["id"], "step": step, "done_at": path.at, "done_by": by}
    path.account.world.rows.link(deal_step, values | {"evidence": evidence, "evidence_id": evidence_id})
    data = {"step": step, "process": path.row["process"]} | ({"evidence": evidence} if evidence else {})
    path.tell("step.done", data)


def _learn(path: Path, found: dict[str, Any]) -> None:
    own = {name.removeprefix(PREFIX): value for name, value in found.items()}
    path.row["custom"] = with_values(path.row["custom"], path.row["process"], own)
    _changed(path, {}, {name: [None, value] for name, value in found.items()}, sorted(found))


def _changed(path: Path, plain: dict[str, Any], personal: dict[str, Any], fields: list[str]) -> None:
    path.row["version"] += 1
    data = {"fields": fields, "changes": plain, "currency": path.row["currency"], "process": path.row["process"]}
    path.tell("deal.changed", data, personal)


def _move(path: Path, to: str) -> None:
    path.row["version"] += 1
    data = {"from": path.row["stage"], "to": to, "secs": path.secs(), "process": path.row["process"]}
    path.enter(to)
    path.row |= {"stage": to, "stage_entered_at": path.at}
    path.tell("deal.moved", data)


def _close(path: Path, state: str, by: Actor | None = None) -> dict[str, Any]:
    path.row["version"] += 1
    path.enter(WON if state == "won" else LOST, actor=by)
    path.row |= {"state": state, "closed_at": path.at}
    return {"from": path.row["stage"], "secs": path.secs(), "process": path.row["process"]}


def _win(path: Path) -> None:
    data = _close(path, "won")
    if path.account.row["state"] in ("lead", "verified"):
        data["customer_was"] = path.account.change_state(path.at, path.actor, "customer")
    path.tell("deal.won", data)


def _give_up(path: Path, stage: Stage) -> None:
    """It is lost; since the owner wants it so, once whoever leads agrees."""
    world = path.account.world
    reason = world.random.choice(REASONS[PHASES[stage.key]])
    note = world.random.choice(world.texts.lost[reason]) if world.chance(path.account.seller.manner.notes) else ""
    asked = asked_first(path.account, path.row, path.at, reason, note)
    if asked.at is None:
        path.at = path.account.last
        return
    path.at = asked.at
    data = _close(path, "lost", asked.by) | {"reason": reason} | ({"undecided": True} if asked.undecided else {})
    path.row |= {"lost_reason": reason, "lost_note": note}
    path.tell("deal.lost", data, {"note": note} if note else None, actor=asked.by)


def _put_off(path: Path) -> None:
    """Where the day it was expected is over, most have named another one."""
    world, was = path.account.world, path.row["expected_close"]
    if path.row["state"] != "open" or was >= world.days.today or world.chance(0.12) or not path.reaches(0.1):
        return
    close = world.days.today + timedelta(days=world.random.randrange(6, 50))
    path.row["expected_close"] = close
    _changed(path, {"expected_close": [was.isoformat(), close.isoformat()]}, {}, ["expected_close"])
