"""From the offer to the car, in the demo: given, signed, paid, handed over; or lost."""

from datetime import timedelta
from typing import Any

from salesapp.plugin_api import NewActivity

from ..door import levels
from ..handover import delivery, delivery_points
from ..sale import contract_rows, contracts, offer_lines, offer_release, offers
from ..tables import CONTRACT
from .demo_after import called
from .demo_stock import arrives
from .demo_story import Story


def bargains(story: Story, cars: Any) -> bool:
    past, price, random = story.past, story.model.price * 100, story.random
    car = cars.free(story.model)
    until = story.at.date() + timedelta(days=14)
    wanted = {"vehicle_id": car, "model": story.model.name, "colour": "", "valid_until": until, "note": ""}
    offer = offers.begin(past, story.deal_id, wanted, price)
    extras = [("insurance", "", _round(price / 25)), ("plates", "", _round(price / 250))]
    extras += [
        ("discount", "", _round(price / 40)),
        ("accessory", story.pick(story.words.accessories), _round(price / 60)),
    ]
    for kind, text, amount in random.sample(extras, random.randrange(1, len(extras) + 1)):
        offer_lines.add(past, offer, kind, text, amount)
    if random.random() < 0.4:
        offer_lines.put_loan(past, offer, random.choice([24, 36, 60]), _round(price / 3), random.choice([0, 299, 399]))
    offers.give(past, offer, offer_lines.sheet(past.reads, offer).total.minor)
    signals = random.sample(["delivery", "papers", "family", "bargains", "sits"], 2)
    days = {"field.decides_on": story.at.date() + timedelta(days=3)}
    past.change_deal(story.deal_id, {"field.signals": signals, **days})
    return True


def _round(minor: float) -> int:
    """As people say a price: to a hundred."""
    return round(minor / 10_000) * 10_000


def asks_for_more(story: Story) -> None:
    """The customer wants more off than a salesperson may give: the manager is asked."""
    past = story.past
    for given in offers.of_deal(past.reads, story.deal_id)[:1]:
        offer = offers.next_version(past, given.id)
        offer_lines.add(past, offer, "discount", "", _round(story.model.price * 100 / 14))
        offer_release.ask(past, offer)


def signs(story: Story, _: Any) -> bool:
    past = story.past
    offer = offers.of_deal(past.reads, story.deal_id)[0]
    offers.answer(past, offer.id, "accepted")
    deposit = _round(offer.total_minor / 20)
    contract = contracts.sign(past, offer.id, f"{story.at:%Y}-{story.deal_id:04d}", story.at, deposit)
    contracts.pay(past, contract, deposit)
    return True


def is_lost(story: Story, lead: int) -> None:
    boss = story.w.at(story.at, lead)
    boss.log_activity(NewActivity(kind="call", deal_id=story.deal_id, outcome="reached"))
    asked = {"field.rival": story.pick(story.words.rivals), "field.remark": story.pick(story.words.remarks)}
    boss.change_deal(story.deal_id, asked)
    boss.lose_deal(story.deal_id, story.pick(["price", "rival", "other_dealer", "put_off", "stock"]))
    levels.follow(boss, story.deal_id, story.at)


def is_promised(story: Story) -> None:
    """The car is on its way, or stands here: the customer knows the day, and some of the points are checked."""
    days = story.random.uniform(-1, 6)
    moment = max(story.in_hours(story.until + timedelta(days=days)), story.soon)
    delivery.promise(story.past, story.deal_id, moment)
    seen = dict.fromkeys(list(delivery_points.CHECKS)[: story.random.randrange(3, 12)], (delivery_points.OK, ""))
    delivery_points.note_checks(story.past, story.deal_id, seen, {})


def delivered(story: Story, lead: int) -> bool:
    """Paid, inspected, handed over; later the calls of the first days, as the rules plan them."""
    if not story.goes_on(20, 40):
        return True
    delivery.promise(story.past, story.deal_id, story.at + timedelta(days=2))
    if not story.goes_on(40, 60):
        return True
    (contract,) = contract_rows.seen(story.past.reads, CONTRACT.c.deal_id == story.deal_id)
    if contract.vehicle_id is None:  # what was ordered has come
        arrived = arrives(story.w, story.random, story.words, story.model, story.w.reads.currency, story.at)
        contracts.put_car(story.past, contract.id, arrived)
    contracts.pay(story.past, contract.id, contract.total_minor - contract.paid_minor)
    fine = dict.fromkeys(delivery_points.CHECKS, (delivery_points.OK, ""))
    delivery_points.note_checks(story.past, story.deal_id, fine, {})
    delivery_points.note_explained(story.past, story.deal_id, list(delivery_points.EXPLAINED), [])
    said = {"at": None, "km": 12, "signed_name": story.name, "strokes": None, "reason": ""}
    delivery.hand_over(story.past, story.deal_id, said)
    story.past.move_deal(story.deal_id, "follow_up")
    called(story, lead)
    return True
