"""The lines of an offer, what they come to, and the loan that pays for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from salesapp.plugin_api import N_, Money, NotFound, Reads, Refused, Text, Work, problem

from ..sending import too_long
from ..showroom import KEY
from ..tables import OFFER, OFFER_LINE, VEHICLE
from .instalments import LEAST, MOST_MONTHS, MOST_RATE, Plan, plan

KINDS: Final[Mapping[str, Text]] = {
    "car": Text("Car", "车辆", "車輛", "Автомобиль"),
    "option": Text("Option", "选装", "選配", "Опция"),
    "accessory": Text("Accessory", "精品配件", "精品配件", "Аксессуар"),
    "insurance": Text("Insurance", "保险", "保險", "Страховка"),
    "finance": Text("Loan", "贷款", "貸款", "Кредит"),
    "plates": Text("Plates and registration", "上牌", "領牌", "Регистрация и номера"),
    "other": Text("Other", "其他", "其他", "Прочее"),
    "trade_in": Text("Trade-in", "旧车置换抵扣", "舊車換購折抵", "Зачёт старого автомобиля"),
    "discount": Text("Discount", "优惠", "優惠", "Скидка"),
}
"""The kinds of lines, in the order they are read. They are kept with the rows, and figures count by them (who took a
loan, insurance, accessories): never rename one. `car` is there exactly once, `finance` at most once: its amount is the
fee for the loan, its facts are {"months": 36, "down_minor": 8000000, "rate_bp": 399}; what it finances is all that is
left of the total after the down payment."""
ADDED: Final = tuple(kind for kind in KINDS if kind not in ("car", "finance"))
"""Those somebody adds as they like."""
TAKEN_OFF: Final = frozenset({"trade_in", "discount"})
"""Typed as an amount, kept below zero."""
NAMED: Final = frozenset({"option", "accessory", "other"})
"""Those that say nothing without a word of their own."""
MOST: Final = 60
MOST_MINOR: Final = 10**13


@dataclass(frozen=True, slots=True)
class Loan:
    """How the total is financed: what is paid at once, what a month."""

    months: int
    rate: Decimal  # percent a year
    down: Money
    financed: Money
    plan: Plan

    @property
    def monthly(self) -> Money:
        """What is paid each month."""
        return Money(self.plan.monthly, self.down.currency)

    @property
    def last(self) -> Money:
        """What the last instalment is."""
        return Money(self.plan.last, self.down.currency)

    @property
    def interest(self) -> Money:
        """What the loan costs in the end."""
        return Money(self.plan.total - self.financed.minor, self.down.currency)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An offer with its lines, in the order of KINDS."""

    row: Any
    lines: Sequence[Any]

    @property
    def total(self) -> Money:
        """All lines together: what the customer pays, by whatever way."""
        return Money(sum(each.amount_minor for each in self.lines), self.row.currency)

    @property
    def facts(self) -> Mapping[str, int] | None:
        """Those of the loan; None without one."""
        return next((each.facts for each in self.lines if each.kind == "finance"), None)

    @property
    def loan_is_wrong(self) -> bool:
        """Whether there is a loan the total no longer fits."""
        return self.facts is not None and not fits(self.total.minor, self.facts)

    @property
    def loan(self) -> Loan | None:
        """The loan, worked out for the total as it is; None without one, or where it does not fit."""
        facts, total = self.facts, self.total
        if facts is None or not fits(total.minor, facts):
            return None
        down, months, rate = facts["down_minor"], facts["months"], facts["rate_bp"]
        financed = total.minor - down
        money = Money(down, total.currency), Money(financed, total.currency)
        return Loan(months, Decimal(rate) / 100, *money, plan(financed, months, rate))

    def sum_of(self, kind: str) -> int:
        """What the lines of one kind come to, in minor units."""
        return sum(each.amount_minor for each in self.lines if each.kind == kind)


def fits(total_minor: int, facts: Mapping[str, int]) -> bool:
    """Whether enough is left to be financed."""
    return total_minor - facts["down_minor"] >= LEAST * facts["months"]


def sheet(reads: Reads, offer_id: int) -> Sheet:
    """One offer of a deal this person sees."""
    found = sheets(reads, OFFER.c.id == offer_id)
    if not found:
        raise NotFound
    return found[0]


def sheets(reads: Reads, *where: ColumnElement[bool]) -> list[Sheet]:
    """Offers of deals this person sees, who asked for release first comes first; `listed_minor` of a row is what its
    car of stock costs by the list, None where nobody said."""
    deal, car = reads.visible_deals(), VEHICLE
    facts = deal.c.title, deal.c.customer_id, deal.c.process, deal.c.state.label("deal_state")
    found = select(OFFER, *facts, car.c.price_minor.label("listed_minor")).join(deal, deal.c.id == OFFER.c.deal_id)
    found = found.outerjoin(car, and_(car.c.id == OFFER.c.vehicle_id, car.c.currency == OFFER.c.currency))
    rows = reads.execute(found.where(*where).order_by(OFFER.c.asked_at, OFFER.c.id))
    order, lines = {kind: n for n, kind in enumerate(KINDS)}, defaultdict(list)
    for line in reads.execute(select(OFFER_LINE).where(OFFER_LINE.c.offer_id.in_([row.id for row in rows]))):
        lines[line.offer_id].append(line)
    return [
        Sheet(row, sorted(lines[row.id], key=lambda each: (order.get(each.kind, 99), each.place, each.id)))
        for row in rows
    ]


def hold(w: Work, offer_id: int) -> Any:
    """A draft of an open deal, for the one who may work on it, and nobody else's until the end of the transaction."""
    row = sheet(w.reads, offer_id).row
    if row.process != KEY:
        raise NotFound
    w.change_deal(row.deal_id, {})  # changes nothing: it asks for the right, and locks
    if row.deal_state != "open":
        raise Refused([problem("", N_("This deal is closed: open it again first."))])
    held = update(OFFER).where(OFFER.c.id == offer_id, OFFER.c.state == "draft").values(version=OFFER.c.version)
    if not w.session.execute(held.returning(OFFER.c.id)).first():
        raise Refused([problem("", N_("This version was given: what changes is the next version."))])
    return row


def add(w: Work, offer_id: int, kind: str, text: str, amount_minor: int) -> None:
    """One more line; trade-in and discount are taken off."""
    hold(w, offer_id)
    wrong = [] if kind in ADDED else [problem("kind", N_("Choose what it is."))]
    if kind in NAMED and not text:
        wrong.append(problem("text", N_("Say what it is.")))
    wrong += too_long({"text": text}, text=200)
    if amount_minor > MOST_MINOR:
        wrong.append(problem("amount", N_("The amount is too large.")))
    elif kind in TAKEN_OFF and amount_minor >= sheet(w.reads, offer_id).total.minor:
        wrong.append(problem("amount", N_("There is nothing to pay: look at what is taken off.")))
    there = len(w.reads.execute(select(OFFER_LINE.c.id).where(OFFER_LINE.c.offer_id == offer_id)))
    if there >= MOST:
        wrong.append(problem("", N_("An offer has at most %(n)s lines."), n=MOST))
    if wrong:
        raise Refused(wrong)
    signed = -amount_minor if kind in TAKEN_OFF else amount_minor
    _insert(w, offer_id, [{"kind": kind, "text": text, "amount_minor": signed, "facts": {}}])


def remove(w: Work, offer_id: int, line_id: int) -> None:
    """A line less; the car stays. One that is gone already is fine."""
    hold(w, offer_id)
    mine = OFFER_LINE.c.offer_id == offer_id, OFFER_LINE.c.id == line_id, OFFER_LINE.c.kind != "car"
    w.session.execute(delete(OFFER_LINE).where(*mine))
    _count(w, offer_id)


def put_car(w: Work, offer_id: int, model: str, price_minor: int) -> None:
    """The car, in place of the one before."""
    if price_minor > MOST_MINOR:
        raise Refused([problem("price", N_("The amount is too large."))])
    _replace(w, offer_id, {"kind": "car", "text": model, "amount_minor": price_minor, "facts": {}})


def put_loan(w: Work, offer_id: int, months: int, down_minor: int, rate_bp: int, fee_minor: int = 0) -> None:
    """The loan, in place of the one before."""
    hold(w, offer_id)
    found = sheet(w.reads, offer_id)
    facts = {"months": months, "down_minor": down_minor, "rate_bp": rate_bp}
    wrong = []
    if not 1 <= months <= MOST_MONTHS:
        wrong.append(problem("months", N_("A loan runs 1 to %(n)s months."), n=MOST_MONTHS))
    elif fee_minor > MOST_MINOR:
        wrong.append(problem("fee", N_("The amount is too large.")))
    elif not fits(found.total.minor - found.sum_of("finance") + fee_minor, facts):
        wrong.append(problem("down", N_("Too little is left to finance in so many months.")))
    if not 0 <= rate_bp <= MOST_RATE:
        wrong.append(problem("rate", N_("A yearly rate is 0 to %(n)s percent."), n=MOST_RATE // 100))
    if wrong:
        raise Refused(wrong)
    _replace(w, offer_id, {"kind": "finance", "text": "", "amount_minor": fee_minor, "facts": facts})


def put_lines(w: Work, offer_id: int, lines: Iterable[Any]) -> None:
    """Lines like those of another version."""
    names = ("kind", "text", "amount_minor", "facts")
    _insert(w, offer_id, [{name: getattr(each, name) for name in names} for each in lines])


def _replace(w: Work, offer_id: int, row: dict[str, Any]) -> None:
    mine = OFFER_LINE.c.offer_id == offer_id, OFFER_LINE.c.kind == row["kind"]
    w.session.execute(delete(OFFER_LINE).where(*mine))
    _insert(w, offer_id, [row])


def _insert(w: Work, offer_id: int, rows: Sequence[dict[str, Any]]) -> None:
    last = w.reads.execute(select(func.max(OFFER_LINE.c.place)).where(OFFER_LINE.c.offer_id == offer_id))[0][0] or 0
    placed = [{**row, "offer_id": offer_id, "place": last + n} for n, row in enumerate(rows, 1)]
    w.session.execute(insert(OFFER_LINE), placed)
    _count(w, offer_id)


def _count(w: Work, offer_id: int) -> None:
    """The total is that of the lines; and what the manager said was about another one."""
    lines = select(func.coalesce(func.sum(OFFER_LINE.c.amount_minor), 0)).where(OFFER_LINE.c.offer_id == offer_id)
    w.session.execute(
        update(OFFER).where(OFFER.c.id == offer_id).values(total_minor=lines.scalar_subquery(), release="")
    )
