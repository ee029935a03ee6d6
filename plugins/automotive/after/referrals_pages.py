"""Pages of referrals: centres of influence, who waits for thanks, the newest; what one customer bought and brought."""

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, abort

from salesapp.plugin_api import Line, MenuItem, Panel, Reads, Routes, Text, page, reading

from ..tables import REFERRAL
from .referrals_seen import Brought, Sum, brought, purchases, sums, total
from .referrals_thanks import waiting

pages = Blueprint("referrals", __name__)
HOME: Final = "/p/automotive/referrals"
NEWEST: Final = 50


@pages.get("/referrals")
def every() -> str:
    with reading() as reads:
        some = brought(reads)
        by_referrer, least = sums(reads, some), max(1, reads.settings()["centre_from"] or 2)
        late = waiting(reads)
    names = {each.referrer_id: each.referrer for each in some}
    centres = [(key, names[key], each) for key, each in by_referrer.items() if each.bought >= least]
    centres.sort(key=lambda one: (-one[2].bought, -one[2].customers, one[1]))
    waits = [each for each in late if each.referrer_id in names]
    newest = some[:NEWEST]
    return page("automotive/referrals.html", centres=centres, waiting=waits, newest=newest, names=names, home=HOME)


@pages.get("/referrals/customers/<int:customer_id>")
def of_one(customer_id: int) -> str:
    with reading() as reads:
        customer = reads.customer(customer_id)
        if customer is None:
            abort(404)
        some, cars, by = _of(reads, customer_id)
        came = sums(reads, some).get(customer_id, Sum())
    facts: dict[str, Any] = {"customer": customer, "brought": some, "cars": cars, "by": by, "came": came}
    return page("automotive/referral.html", spent=total(cars), home=HOME, **facts)


def _of(reads: Reads, customer_id: int) -> tuple[list[Brought], Any, Brought | None]:
    """Whom they brought, what they bought, and who brought them."""
    found = brought(reads, (REFERRAL.c.referrer_id == customer_id) | (REFERRAL.c.customer_id == customer_id))
    by = next((each for each in found if each.customer_id == customer_id), None)
    return [each for each in found if each.referrer_id == customer_id], purchases(reads, customer_id), by


def panel(reads: Reads, customer_id: int) -> Iterable[Line]:
    """How many they brought and how many of these bought; what they bought themselves."""
    some, cars, by = _of(reads, customer_id)
    here = f"{HOME}/customers/{customer_id}"
    if by is not None:
        yield Line(BY, by.referrer, f"{HOME}/customers/{by.referrer_id}")
    if some:
        came = sums(reads, some)[customer_id]
        yield Line(CAME, came.customers, here)
        if came.bought:
            yield Line(CAME_BOUGHT, came.bought, here)
    if cars:
        yield Line(CARS, len(cars), here)
        yield from (Line(SPENT, amount, here) for amount in total(cars))


TITLE: Final = Text("Referrals", "转介绍", "轉介紹", "Рекомендации")
BY: Final = Text("Brought by", "介绍人", "介紹人", "Кто порекомендовал")
CAME: Final = Text("Brought us", "介绍客户", "介紹客戶", "Привёл клиентов")
CAME_BOUGHT: Final = Text("of whom bought", "其中已购车", "其中已購車", "из них купили")
CARS: Final = Text("Cars bought", "累计购车", "累計購車", "Куплено машин")
SPENT: Final = Text("Worth", "累计金额", "累計金額", "На сумму")

RECORDS: tuple[Any, ...] = (
    Routes("referrals", lambda: pages, verb="customer.see"),
    MenuItem("referrals", TITLE, HOME, icon="share-2"),
    Panel("referrals", "customer", TITLE, panel),
)
