"""A dealership's year for the demo: cars in stock, and customers from the door to the calls after delivery.

Every step goes the way people go, through the parts' own functions, each at its moment and by its person; only the
register is written as it is kept, since what follows a visit there is done a moment later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select, update

from salesapp.plugin_api import DemoData, NewActivity, NewCustomer, NewDeal, Work

from ..after import referrals, referrals_thanks
from ..cars import drives
from ..door import levels
from ..handover import delivery, delivery_points
from ..sale import contract_rows, contracts, offer_lines, offers
from ..showroom import KEY
from ..tables import CONTRACT, REFERRAL, VISIT
from .demo_stock import arrives, furnish
from .demo_words import WORDS, Model, Words

DEALS: Final = 72
DAYS: Final = 360
WAY: Final = ("development", "reception", "consultation", "presentation", "test_drive", "negotiation", "closing")
"""The stages before delivery, in which a deal can end."""
ANSWERS: Final[Mapping[str, dict[str, str]]] = {
    "automotive.letter": {},
    "automotive.first_call": {
        "thanked": "yes",
        "feel": "good",
        "served": "good",
        "staff": "good",
        "complaint": "none",
        "plated": "running",
    },
    "automotive.second_call": {"feel": "good", "reminded": "yes", "plated": "done", "complaint": "none"},
}
"""What is planned after a delivery, and what happy customers say."""


@dataclass(slots=True)
class Story:
    """One customer on the way: who serves them, what is chosen, and the moment it has come to."""

    w: Work
    random: Random
    words: Words
    seller: int
    model: Model
    at: datetime
    until: datetime
    currency: str
    deal_id: int = 0
    customer_id: int = 0
    name: str = ""

    @property
    def past(self) -> Work:
        """What the salesperson does at this moment."""
        return self.w.at(self.at, self.seller)

    def goes_on(self, least: float, most: float) -> bool:
        """Time passes, hours; False when it would be later than now."""
        later = self.at + timedelta(hours=self.random.uniform(least, most))
        hour = later.replace(hour=1 + self.random.randrange(9), minute=15 * self.random.randrange(4), second=0)
        self.at = max(hour, self.at + timedelta(minutes=20)) if most > 12 else later
        return self.at < self.until

    def pick(self, choices: Sequence[str]) -> str:
        """One of them."""
        return self.random.choice(choices)


def fill(w: Work, random: Random, now: datetime) -> None:
    """The year."""
    words = WORDS.get(w.language, WORDS["en"])
    people = w.reads.people()
    lead = min((each for each in people if each.role == "manager"), key=lambda each: each.id)
    sellers = [each.id for each in people if each.role == "salesperson" and each.team_id == lead.team_id]
    currency = _currency(w)
    cars = furnish(w, random, words, currency, now)
    bought: dict[int, list[int]] = {each: [] for each in sellers}
    for n in range(DEALS):
        begins = now.replace(microsecond=0) - timedelta(days=DAYS * (1 - n / DEALS) ** 1.4, hours=random.uniform(0, 20))
        story = Story(w, random, words, random.choice(sellers), random.choice(words.models), begins, now, currency)
        mine = bought[story.seller]
        if _walk(story, cars, lead.id, random.choice(mine) if mine and random.random() < 0.3 else None):
            mine.append(story.customer_id)
    _strangers(w, random, words, sellers, now)


def _strangers(w: Work, random: Random, words: Words, sellers: Sequence[int], now: datetime) -> None:
    """Who looked around and left no number."""
    came = [now - timedelta(hours=random.uniform(2, 24 * DAYS)) for _ in range(DEALS // 2)]
    rows = [
        {"came_at": at, "left_at": at + timedelta(minutes=25), "received_by": random.choice(sellers), "people": 2}
        for at in came
    ]
    w.session.execute(insert(VISIT), [{**row, "model": random.choice(words.models).name} for row in rows])


def _currency(w: Work) -> str:
    deal = w.reads.visible_deals()
    rows = w.reads.execute(select(deal.c.currency).limit(1))
    return str(rows[0].currency) if rows else "CNY"


def _walk(story: Story, cars: Any, lead: int, brought_by: int | None) -> bool:
    """As far as this customer comes; whether they bought."""
    is_new = story.until - story.at < timedelta(days=60)
    ends = story.random.choices(["lost", "goes on", "bought"], [0.2, 0.6, 0.3] if is_new else [0.4, 0, 0.6])[0]
    last = len(WAY) if ends == "bought" else story.random.randrange(1, len(WAY))
    _arrives(story, brought_by)
    steps = (_invited, _received, _asked, _shown, _drives, _bargains, _signs)
    for n, step in enumerate(steps[:last]):
        if not story.goes_on(20, 60) or not step(story, cars):
            return False
        if n + 1 < last or ends == "bought":
            story.past.move_deal(story.deal_id, (*WAY, "delivery")[n + 1])
    if ends == "lost" and story.goes_on(30, 200):
        _is_lost(story, lead)
    return ends == "bought" and _delivered(story, lead)


def _arrives(story: Story, brought_by: int | None) -> None:
    random = story.random
    story.name = story.words.name(random)
    source = "referral" if brought_by else random.choice(["web_form", "search_ads", "platform", "event"])
    phone = f"13{random.randrange(10**9):09d}"
    past = story.past
    by = {referrals.FIELD: brought_by} if brought_by else None
    story.customer_id = past.add_customer(
        NewCustomer(name=story.name, phones=(phone,), source=source, owner_id=story.seller, fields=by)
    )
    new = NewDeal(customer_id=story.customer_id, title=f"{story.name} · {story.model.name}", process=KEY)
    story.deal_id = past.add_deal(new)
    if brought_by:
        _thanked(story, brought_by)
    for row in _planned(story, ("automotive.online_lead",)):
        story.at = min(row.planned_at + timedelta(minutes=random.randrange(-3, 12)), story.until)
        story.past.finish_activity(row.id, outcome="reached")


def _thanked(story: Story, brought_by: int) -> None:
    """Who sent them is thanked two days later, but for the newest ones."""
    referrals.keep(story.past, story.customer_id)
    later = story.at + timedelta(days=2)
    if story.until - later > timedelta(days=20):
        mine = update(REFERRAL).where(REFERRAL.c.customer_id == story.customer_id)
        story.w.session.execute(mine.values(thanked_at=later, thanked_by=story.seller))
    referrals_thanks.plan_thanks(story.past, brought_by)


def _invited(story: Story, _: Any) -> bool:
    story.past.log_activity(NewActivity(kind="call", deal_id=story.deal_id, outcome="reached"))
    for step in ("need_confirmed", "trust", "invited"):
        story.past.tick_step(story.deal_id, step)
    return True


def _planned(story: Story, rules: Iterable[str]) -> list[Any]:
    """What those rules planned for this customer and is still to do."""
    done = story.w.reads.visible_activities()
    open_ = select(done.c.id, done.c.rule, done.c.planned_at)
    open_ = open_.where(done.c.customer_id == story.customer_id, done.c.state == "planned", done.c.rule.in_(rules))
    return sorted(story.w.reads.execute(open_), key=lambda each: each.planned_at)


def _received(story: Story, _: Any) -> bool:
    _visits(story, again=False)
    story.past.tick_step(story.deal_id, "contact_left")
    return True


def _visits(story: Story, *, again: bool) -> None:
    stays = timedelta(minutes=story.random.randrange(20, 110))
    who = {"customer_id": story.customer_id, "deal_id": story.deal_id, "received_by": story.seller, "again": again}
    came = {"came_at": story.at, "left_at": story.at + stays, "people": story.random.randrange(1, 4)}
    story.w.session.execute(insert(VISIT).values({**who, **came, "model": story.model.name}))
    story.past.log_activity(NewActivity(kind="visit", deal_id=story.deal_id, outcome="reached"))


def _asked(story: Story, _: Any) -> bool:
    reason, use = story.pick(["first", "replace", "add", "work"]), story.pick(story.words.needs)
    facts = {"field.reason": reason, "field.use": use, "field.rivals": story.pick(story.words.rivals)}
    _has_level(story, story.pick("habbcn"), facts)
    return True


def _has_level(story: Story, level: str, facts: Mapping[str, Any]) -> None:
    story.past.change_deal(story.deal_id, {**facts, "field.level": level})
    levels.follow(story.past, story.deal_id, story.at)  # heard at once: later it would be the last level only


def _shown(story: Story, _: Any) -> bool:
    trim, colour = story.pick(story.model.trims), story.pick(story.words.colours)
    story.past.change_deal(story.deal_id, {"field.picked": f"{story.model.name} {trim} {colour}"})
    return True


def _drives(story: Story, cars: Any) -> bool:
    demands = {"field.demands": story.pick(story.words.demands)}
    if story.random.random() < 0.25:
        story.past.change_deal(story.deal_id, {"field.no_drive": "no_time", **demands})
        return True
    if story.random.random() < 0.5:
        _visits(story, again=True)
    past = story.past
    begins = story.at.replace(minute=story.at.minute // 15 * 15, second=0, microsecond=0)
    drive = drives.book(past, story.deal_id, cars.demo(story.model), begins, 2, story.pick(story.words.routes))
    signed = {"strokes": None, "terms": "", "licence": "C1", "licence_until": date(story.until.year + 3, 5, 1)}
    km = cars.km(story.model)
    drives.go_out(past, drive, {**signed, "signed_name": story.name, "km_out": km}, story.at.date())
    story.at += timedelta(minutes=40)
    drives.come_back(story.past, drive, km + 14, {"liked": story.pick(story.words.liked), "ready": "yes"})
    _has_level(story, story.pick("hhab"), demands)
    return True


def _bargains(story: Story, cars: Any) -> bool:
    past, price, random = story.past, story.model.price * 100, story.random
    car = cars.free(story.model)
    until = story.at.date() + timedelta(days=14)
    wanted = {"vehicle_id": car, "model": story.model.name, "colour": "", "valid_until": until, "note": ""}
    offer = offers.begin(past, story.deal_id, wanted, price)
    extras = [("insurance", "", price // 25), ("plates", "", price // 250), ("discount", "", price // 40)]
    extras += [("accessory", story.pick(story.words.demands)[:20], price // 60)]
    for kind, text, amount in random.sample(extras, random.randrange(1, len(extras) + 1)):
        offer_lines.add(past, offer, kind, text, amount)
    if random.random() < 0.4:
        offer_lines.put_loan(past, offer, random.choice([24, 36, 60]), price // 3, random.choice([0, 299, 399]))
    offers.give(past, offer, offer_lines.sheet(past.reads, offer).total.minor)
    signals = random.sample(["delivery", "papers", "family", "bargains", "sits"], 2)
    days = {"field.decides_on": story.at.date() + timedelta(days=3)}
    past.change_deal(story.deal_id, {"field.signals": signals, **days})
    return True


def _signs(story: Story, _: Any) -> bool:
    past = story.past
    offer = offers.of_deal(past.reads, story.deal_id)[0]
    offers.answer(past, offer.id, "accepted")
    deposit = offer.total_minor // 20
    contract = contracts.sign(past, offer.id, f"{story.at:%Y}-{story.deal_id:04d}", story.at, deposit)
    contracts.pay(past, contract, deposit)
    return True


def _is_lost(story: Story, lead: int) -> None:
    boss = story.w.at(story.at, lead)
    boss.log_activity(NewActivity(kind="call", deal_id=story.deal_id, outcome="reached"))
    asked = {"field.rival": story.pick(story.words.rivals), "field.remark": story.pick(story.words.remarks)}
    boss.change_deal(story.deal_id, asked)
    boss.lose_deal(story.deal_id, story.pick(["price", "rival", "other_dealer", "put_off", "stock"]))
    levels.follow(boss, story.deal_id, story.at)


def _delivered(story: Story, lead: int) -> bool:
    """Paid, inspected, handed over; later the calls of the first days, as the rules plan them."""
    if not story.goes_on(20, 40):
        return True
    delivery.promise(story.past, story.deal_id, story.at + timedelta(days=2))
    if not story.goes_on(40, 60):
        return True
    (contract,) = contract_rows.seen(story.past.reads, CONTRACT.c.deal_id == story.deal_id)
    if contract.vehicle_id is None:  # what was ordered has come
        arrived = arrives(story.w, story.random, story.words, story.model, story.currency, story.at)
        contracts.put_car(story.past, contract.id, arrived)
    contracts.pay(story.past, contract.id, contract.total_minor - contract.paid_minor)
    fine = dict.fromkeys(delivery_points.CHECKS, (delivery_points.OK, ""))
    delivery_points.note_checks(story.past, story.deal_id, fine, {})
    delivery_points.note_explained(story.past, story.deal_id, list(delivery_points.EXPLAINED), [])
    said = {"at": None, "km": 12, "signed_name": story.name, "strokes": None, "reason": ""}
    delivery.hand_over(story.past, story.deal_id, said)
    story.past.move_deal(story.deal_id, "follow_up")
    _called(story, lead)
    return True


def _called(story: Story, lead: int) -> None:
    """The letter and both calls, each some hours before it is due; after the second one the deal is won."""
    for row in _planned(story, ANSWERS):
        story.at = row.planned_at - timedelta(hours=story.random.uniform(0.5, 9))
        if story.at > story.until:
            return
        answers = {"automotive": ANSWERS[row.rule]} if ANSWERS[row.rule] else None
        if answers and story.random.random() < 0.12:
            said = {"complaint": "open", "complained": story.pick(story.words.complaints)}
            answers = {"automotive": ANSWERS[row.rule] | said}
        who = story.w.at(story.at, lead if row.rule == "automotive.first_call" else story.seller)
        who.finish_activity(row.id, answers=answers)
    story.past.move_deal(story.deal_id, ":won")
    levels.follow(story.past, story.deal_id, story.at)


RECORDS: tuple[Any, ...] = (DemoData("year", fill),)
