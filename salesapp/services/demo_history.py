"""The demo's past: what its people did in the last months, drawn at random, then done in the order it happened.

Each step is one call of a service, by the person whose customer it is, at its own moment; so timelines, stage
histories and figures are what they would be had it all been typed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.demo import names
from salesapp.demo.texts import TEXTS, Texts
from salesapp.domain.pack import KeyStep, Process, Stage
from salesapp.domain.permissions import Actor
from salesapp.domain.sources import SOURCES
from salesapp.domain.stages import WON
from salesapp.plugging.loader import Plugins
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import NewCustomer, add_customer, change_state
from salesapp.services.deal_moves import lose_deal, move_deal, win_deal
from salesapp.services.deal_steps import tick_step
from salesapp.services.deals import NewDeal, change_deal, open_deal
from salesapp.services.demo_answers import answers, asked_for
from salesapp.services.work import Work
from salesapp.store import deals

DAYS: Final = 90
CUSTOMERS: Final = 120
DEALS: Final = 60
POOLED: Final = 8
FORWARD, LOST = 0.84, 0.07
"""How likely a deal goes on from a stage, and how likely it is lost there; else it stays there."""

TICKED: Final = 0.18
ACTIVITY: Final = "activity."

Step = Callable[[Work], None]


@dataclass(slots=True)
class Account:
    """A customer while the past is being drawn: whose it is, since when, and its id once it is there."""

    owner: Actor
    since: datetime
    organisation: bool
    pooled: bool = False
    id: int = 0


@dataclass(slots=True)
class History:
    """All that happens, to be played in its order."""

    random: Random
    plugins: Plugins
    language: str
    currency: str
    zone: ZoneInfo
    now: datetime
    sellers: Sequence[Actor]
    owner: Actor
    pool_id: int
    steps: list[tuple[datetime, int, Actor, Step]] = field(default_factory=list)

    @property
    def texts(self) -> Texts:
        """What people write, in the demo's language."""
        return TEXTS[self.language]

    def at(self, moment: datetime, who: Actor, step: Step) -> None:
        """Somebody does something at a moment; nothing happens after now."""
        if moment <= self.now:
            self.steps.append((moment, len(self.steps), who, step))

    def play(self, w: Work) -> None:
        """Do it all, the earliest first."""
        for moment, _, who, step in sorted(self.steps, key=lambda each: each[:2]):
            step(replace(w, actor=who, now=moment))

    def day(self, ago: float) -> datetime:
        """A working hour so many days ago; what would fall on a weekend was done on the Friday."""
        here = (self.now - timedelta(days=ago)).astimezone(self.zone)
        here -= timedelta(days=max(0, here.weekday() - 4))
        hour = time(self.random.randrange(9, 18), self.random.randrange(60))
        return datetime.combine(here.date(), hour, self.zone).astimezone(self.now.tzinfo)

    def noon(self, ahead: int) -> datetime:
        """The noon of a day, which stands for the whole day."""
        here = self.now.astimezone(self.zone) + timedelta(days=ahead)
        return datetime.combine(here.date(), time(12), self.zone).astimezone(self.now.tzinfo)


def draw(history: History) -> None:
    """Draw the whole past."""
    accounts = [_account(history, number) for number in range(CUSTOMERS)]
    selling = [each for each in accounts if not each.pooled]
    for each in selling:
        _talks(history, each)
    process = history.plugins.catalog.process("general.six")
    if process is not None:
        for number in range(DEALS):
            _deal(history, selling[number % len(selling)], process)
    for number, each in enumerate(selling):
        if history.random.random() < (0.85 if number < DEALS else 0.4):  # most deals have a next step
            _plan(history, each)


# --- customers ---


def _account(history: History, number: int) -> Account:
    random, texts = history.random, history.texts
    firms = names.firm_names(history.language)
    organisation = number % 5 < 2
    name = firms[(number * 37) % len(firms)] if organisation else names.person_name(random, history.language)
    pooled = number * POOLED % CUSTOMERS < POOLED
    owner = history.owner if pooled else random.choice(history.sellers)
    account = Account(owner, history.day(random.uniform(3, DAYS)), organisation, pooled)
    new = NewCustomer(
        kind="organisation" if organisation else "person",
        name=name,
        company="" if organisation or random.random() < 0.5 else random.choice(firms),
        position="" if organisation or random.random() < 0.5 else random.choice(texts.positions),
        phones=[names.phone(number * 2, history.language)],
        emails=[f"customer{number + 1}@example.com"] if random.random() < 0.4 else [],
        source=random.choice(SOURCES).key,
        grade=random.choice(["A", "B", "B", "C", "C", None]),
        address=names.address(random, history.language) if random.random() < 0.6 else "",
        tags=[random.choice(texts.tags)] if random.random() < 0.3 else [],
        pool_id=history.pool_id if pooled else None,
    )
    state = random.choice(["lead", "verified", "verified", "customer"])
    contact = NewContact(name=names.person_name(random, history.language), position=random.choice(texts.positions))

    def add(w: Work) -> None:
        account.id = add_customer(w, new)
        if organisation and not pooled:
            add_contact(w, account.id, contact)
        if state != "lead":
            change_state(w, account.id, state)

    history.at(account.since, owner, add)
    return account


# --- activities ---


def _talks(history: History, account: Account) -> None:
    """What was said and seen since the customer came."""
    random, texts = history.random, history.texts
    known_for = (history.now - account.since).days
    for _ in range(random.choice([0, 1, 1, 2, 2, 3, 4])):
        reached = random.random() < 0.7
        kind = random.choice(["call", "call", "call", "message", "visit", "meeting"]) if reached else "call"
        seen = kind in {"visit", "meeting"}
        note = random.choice(texts.missed if not reached else texts.visits if seen else texts.reached)
        moment = max(history.day(random.uniform(0, known_for)), account.since + timedelta(minutes=20))
        new = NewActivity(
            kind=kind, note=note, outcome="reached" if reached else "not_reached", direction=_direction(random)
        )
        history.at(moment, account.owner, _noting(account, new))


def _direction(random: Random) -> str:
    return "in" if random.random() < 0.15 else "out"


def _noting(account: Account, new: NewActivity) -> Step:
    def note(w: Work) -> None:
        note_activity(w, replace(new, customer_id=account.id))

    return note


def _plan(history: History, account: Account) -> None:
    """Something to do: a little is late, some is for today, most is still to come."""
    random = history.random
    ahead = random.choice([-6, -3, -2, -1, 0, 0, 0, 1, 1, 2, 3, 4, 6, 8, 11])
    made = max(history.day(random.uniform(7, 12)), account.since + timedelta(minutes=30))
    hour = random.random() < 0.3
    planned_at = history.noon(ahead) + timedelta(hours=random.randrange(-2, 6) if hour else 0)
    new = NewActivity(
        kind=random.choice(["call", "call", "call", "visit", "message", "task"]),
        note=random.choice(history.texts.planned),
        planned_at=planned_at,
        all_day=not hour,
    )

    def plan(w: Work) -> None:
        plan_activity(w, replace(new, customer_id=account.id))

    history.at(made, account.owner, plan)


# --- deals ---


@dataclass(slots=True)
class _Deal:
    """A deal while the past is being drawn, and its id once it is there."""

    account: Account
    new: NewDeal
    id: int = 0

    def version(self, w: Work) -> int:
        """What the deal's version is by now."""
        return deals.load(w.session, w.actor, self.id, w.now).version


def _deal(history: History, account: Account, process: Process) -> None:
    """A deal's path: some days in each stage, then on, or lost, or still there."""
    random = history.random
    who = account.owner
    quick = 0.6 + (who.id or 0) % 3 * 0.4  # people differ
    moment = account.since + timedelta(days=random.uniform(0.1, 6))
    one = _Deal(account, _new(history, moment))
    history.at(moment, who, _open(one))
    for stage, following in zip(process.stages, [*process.stages[1:], None], strict=True):
        stay = timedelta(days=random.uniform(2, 12) * quick)
        luck = random.random()
        to = following.key if following else WON
        goes_on = LOST <= luck <= LOST + FORWARD
        _work_at(history, one, stage, (moment, stay), asked_for(process, stage.key, to) if goes_on else ())
        moment += stay
        if goes_on:
            history.at(moment, who, _move(one, to) if following else _win(one))
            continue
        if luck < LOST:
            history.at(moment, who, _lose(history, one, process))
        return


def _new(history: History, moment: datetime) -> NewDeal:
    random = history.random
    return NewDeal(
        title=random.choice(history.texts.deals),
        process="general.six",
        amount_minor=random.choice([3, 5, 8, 12, 18, 25, 40, 60, 90, 150]) * random.randrange(8, 13) * 100_000,
        currency=history.currency,
        expected_close=(moment + timedelta(days=random.randrange(20, 80))).date(),
    )


def _open(one: _Deal) -> Step:
    def open_it(w: Work) -> None:
        one.id = open_deal(w, replace(one.new, customer_id=one.account.id))

    return open_it


def _work_at(
    history: History, one: _Deal, stage: Stage, when: tuple[datetime, timedelta], asked: tuple[str, ...]
) -> None:
    """What is done and learned while the deal stands in a stage: what its gates ask for, and some of the rest."""
    random, (moment, stay) = history.random, when
    for step in stage.key_steps:
        if f"step.{step.key}" in asked or random.random() < TICKED:
            history.at(moment + stay * random.uniform(0.1, 0.9), one.account.owner, _do(history, one, step))
    found = answers(random, history.language, stage.key, one.new, asked)
    if found:
        history.at(moment + stay * random.uniform(0.1, 0.9), one.account.owner, _learn(one, found))


def _do(history: History, one: _Deal, step: KeyStep) -> Step:
    """Tick a key step by hand, or do what ticks it."""
    kinds = [name.removeprefix(ACTIVITY) for name in step.evidence if name.startswith(ACTIVITY)]
    if not kinds:
        return lambda w: tick_step(w, one.id, step.key, True)
    kind = history.random.choice(kinds)
    note = history.random.choice(history.texts.reached if kind == "call" else history.texts.visits)
    new = NewActivity(kind=kind, note=note, outcome="reached")
    return lambda w: _nothing(note_activity(w, replace(new, customer_id=one.account.id, deal_id=one.id)))


def _learn(one: _Deal, found: Mapping[str, Any]) -> Step:
    return lambda w: change_deal(w, one.id, found, {})


def _move(one: _Deal, to: str) -> Step:
    return lambda w: _nothing(move_deal(w, one.id, to, one.version(w)))


def _nothing(_said: object) -> None:
    """What a service answers is for the person who asks it."""


def _win(one: _Deal) -> Step:
    return lambda w: _nothing(win_deal(w, one.id, one.version(w)))


def _lose(history: History, one: _Deal, process: Process) -> Step:
    reason = history.random.choice(process.lost_reasons).key
    note = history.random.choice(history.texts.lost)
    return lambda w: lose_deal(w, one.id, reason, note, one.version(w))
