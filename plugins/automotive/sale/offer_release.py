"""A discount above the limit goes out only once a sales manager has released it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import update

from salesapp.plugin_api import (
    N_,
    Field,
    NotAllowed,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..sending import too_long
from ..tables import OFFER
from .offer_lines import Sheet, hold, sheet, sheets

RELEASES: Final[Mapping[str, Text]] = {
    "asked": Text("Waits for release", "待经理批准", "待經理核准", "Ждёт согласования"),
    "released": Text("Discount released", "优惠已批准", "優惠已核准", "Скидка согласована"),
    "refused": Text("Discount refused", "优惠未批准", "優惠未核准", "Скидка не согласована"),
}
"""How the release of a discount stands; "" where nobody asked, or the offer changed since."""
LIMIT: Final = 5
SETTINGS = (
    Field(
        "discount_limit",
        Text(
            "Discount without the manager (% of the car)",
            "免批优惠上限（占车价 %）",
            "免核優惠上限（占車價 %）",
            "Скидка без согласования (% цены авто)",
        ),
        "integer",
        default=LIMIT,
        between=(0, 100),
    ),
)
MAY: Final = "decision.make"
HOME: Final = "/p/automotive/offers"
ASKS = Text(
    "A discount waits for your release.", "有优惠等您批准。", "有優惠等您核准。", "Скидка ждёт вашего согласования."
)
SAYS_YES = Text(
    "Your discount is released.", "您申请的优惠已批准。", "您申請的優惠已核准。", "Ваша скидка согласована."
)
SAYS_NO = Text(
    "Your discount is refused.", "您申请的优惠未获批准。", "您申請的優惠未獲核准。", "Ваша скидка не согласована."
)


def share(found: Sheet) -> Fraction:
    """The discount in percent of the car's price, exact: what is taken off, and what a car of stock is offered below
    its list price. A discount on a car that costs nothing is all of it."""
    car = found.sum_of("car")
    full = max(car, found.row.listed_minor or 0)
    off = full - car - found.sum_of("discount")
    if not off:
        return Fraction(0)
    return Fraction(100 * off, full) if full else Fraction(100)


def limit(settings: Mapping[str, Any]) -> int:
    """How many percent anybody may give; what is no share is as nothing was set."""
    said = settings["discount_limit"]
    return LIMIT if said is None or said < 0 else int(said)


def needs_release(reads: Reads, found: Sheet) -> bool:
    """Whether this much is the manager's to give."""
    return share(found) > limit(reads.settings())


def check_released(w: Work, found: Sheet) -> list[Problem]:
    """What speaks against giving it: a discount nobody released."""
    if found.row.release == "released" or not needs_release(w.reads, found):
        return []
    text = N_("More than %(percent)s%% of the car's price off: ask the sales manager for release first.")
    return [problem("release", text, percent=limit(w.settings()))]


def ask(w: Work, offer_id: int) -> None:
    """Ask the manager of whose deal it is to release the discount; they are told."""
    row = hold(w, offer_id)
    if not needs_release(w.reads, sheet(w.reads, offer_id)):
        raise Refused([problem("release", N_("This discount needs nobody's release: give the offer."))])
    asked = {"release": "asked", "asked_by": w.actor.id, "asked_at": w.now}
    asked |= {"released_by": None, "released_at": None, "release_note": ""}
    _go(w, offer_id, ("", "refused"), row.total_minor, asked)
    deal = w.reads.deal(row.deal_id)
    lead = w.reads.who_does("manager", deal.owner_id if deal else None)
    w.notify_of_page(lead, ASKS, f"{HOME}/{offer_id}", once=f"ask {offer_id} {w.now.isoformat()}")


def decide(w: Work, offer_id: int, seen_minor: int, yes: bool, remark: str) -> None:
    """The sales manager says yes or no to what they saw; of their own offers, too. No needs a remark."""
    if MAY not in w.actor.verbs:
        raise NotAllowed
    row = hold(w, offer_id)
    wrong = too_long({"remark": remark}, remark=500)
    if not yes and not remark:
        wrong.append(problem("remark", N_("Say why, or how much would be all right.")))
    if wrong:
        raise Refused(wrong)
    said = {"release": "released" if yes else "refused", "released_by": w.actor.id, "released_at": w.now}
    before = ("asked", "", "refused") if yes else ("asked",)
    _go(w, offer_id, before, seen_minor, said | {"release_note": remark})
    if row.asked_by is not None:
        words = SAYS_YES if yes else SAYS_NO
        w.notify_of_page(row.asked_by, words, f"{HOME}/{offer_id}", once=f"{yes} {offer_id} {w.now.isoformat()}")


def _go(w: Work, offer_id: int, before: Sequence[str], seen_minor: int, values: Mapping[str, Any]) -> None:
    mine = OFFER.c.id == offer_id, OFFER.c.state == "draft", OFFER.c.total_minor == seen_minor
    gone = update(OFFER).where(*mine, OFFER.c.release.in_(before)).values(**values)
    if not w.session.execute(gone.returning(OFFER.c.id)).first():
        raise Refused([problem("release", N_("The offer changed meanwhile, or somebody was quicker. Look again."))])


def waiting(reads: Reads) -> list[Sheet]:
    """Offers whose discount waits for release, of deals this person sees; who asked first comes first."""
    asked = sheets(reads, OFFER.c.state == "draft", OFFER.c.release == "asked")
    return [each for each in asked if each.row.deal_state == "open"]
