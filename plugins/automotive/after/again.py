"""Lost deals that come back: after a time, by the reason they were lost for, somebody asks once more.

The time of each reason is a setting; the day is kept as a date of the customer, from which the rule plans the call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from flask import Blueprint
from sqlalchemy import exists, or_, select

from salesapp.plugin_api import (
    DateKind,
    Do,
    Event,
    Every,
    Field,
    FollowUp,
    Listens,
    MenuItem,
    OnDate,
    PluginJob,
    Reads,
    Routes,
    Text,
    When,
    Work,
    page,
    reading,
)

from ..sending import house_day
from ..showroom import KEY, LOST_REASONS

DAYS: Final = {
    "price": 90,
    "rival": 1000,
    "other_dealer": 1000,
    "stock": 30,
    "finance": 180,
    "put_off": 60,
    "service": 180,
    "unreachable": 30,
}
"""After how many days each reason is worth another call, where the settings say nothing else; 0 is never."""
LATEST: Final = 3650
"""Nobody is asked again after more days than these, whatever the settings say."""
LABELS: Final = {each.key: each.label for each in LOST_REASONS}
SHOWN: Final = timedelta(days=90)
"""So long a deal nobody asked about again stands in the list."""
AHEAD: Final = timedelta(days=14)
"""So early the day is kept with the customer."""
HEARD: Final = ("deal.opened", "deal.reopened", "deal.won")
KIND: Final = DateKind("again", Text("Ask once more", "再次联系", "再次聯繫", "Спросить ещё раз"))

DATE: Final = f"automotive.{KIND.key}"


def _setting(reason: str, days: int) -> Field:
    was = LABELS[reason]
    label = Text(
        f"Ask again after (days), lost for: {was.en}",
        f"几天后再联系（战败原因：{was.zh_Hans}）",
        f"幾天後再聯繫（戰敗原因：{was.zh_Hant}）",
        f"Спросить ещё раз через (дней): {was.ru}",
    )
    return Field(f"again_{reason}", label, "integer", default=days, between=(0, LATEST))


SETTINGS: Final = tuple(_setting(reason, days) for reason, days in DAYS.items())
RULE: Final = FollowUp(
    "again",
    Text("Lost before: ask once more", "战败再激活", "戰敗再激活", "Вернуться к отказу"),
    OnDate(f"date.{DATE}"),
    Do(
        "call",
        Text(
            "{customer} did not buy then ({about}): ask how things stand now",
            "{customer} 上次未成交（{about}）：了解现在的购车打算",
            "{customer} 上次未成交（{about}）：了解現在的購車打算",
            "{customer}: тогда не купили ({about}). Узнать, как дела сейчас",
        ),
    ),
    unless=When("open_deals", "at_least", 1),
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A lost deal and the day on which it is worth another call."""

    deal_id: int
    customer_id: int
    name: str
    title: str
    reason: str
    closed_at: datetime
    day: date


def lost(reads: Reads) -> Iterator[Lost]:
    """The lost car deals this person sees, whose customers bought nothing since and nobody asked again since the day;
    the next day first."""
    deal, newer, customer = reads.visible_deals(), reads.visible_deals().alias("newer"), reads.visible_customers()
    columns = (deal.c.id, deal.c.customer_id, deal.c.title, deal.c.lost_reason, deal.c.closed_at)
    found = select(*columns, customer.c.name, customer.c.company, customer.c.last_contact_at)
    found = found.join(customer, customer.c.id == deal.c.customer_id)
    bought = (newer.c.state == "won") & (newer.c.closed_at > deal.c.closed_at)
    since = exists().where(newer.c.customer_id == deal.c.customer_id, or_(newer.c.state == "open", bought))
    recent = deal.c.closed_at > reads.now - timedelta(days=LATEST) - SHOWN - timedelta(days=1)
    here = (recent, deal.c.archived_at.is_(None), customer.c.archived_at.is_(None))
    rows = reads.execute(found.where(deal.c.process == KEY, deal.c.state == "lost", *here, ~since))
    days, zone, first = reads.settings(), reads.house_zone, house_day(reads, reads.now) - SHOWN
    dated = [(row, _day(row, days, zone)) for row in rows]
    for row, day in sorted(dated, key=lambda one: (one[1] or first, one[0].id)):
        if day is None or day < first or _asked(row.last_contact_at, day, zone):
            continue
        name = row.name or row.company
        yield Lost(row.id, row.customer_id, name, row.title, row.lost_reason, row.closed_at, day)


def _day(row: Any, days: Mapping[str, Any], zone: tzinfo) -> date | None:
    after = min(days.get(f"again_{row.lost_reason}") or 0, LATEST)
    return row.closed_at.astimezone(zone).date() + timedelta(days=after) if after > 0 else None


def _asked(last_contact: datetime | None, day: date, zone: tzinfo) -> bool:
    return last_contact is not None and last_contact.astimezone(zone).date() >= day


def keep(w: Work, _args: Mapping[str, Any]) -> None:
    """Keep the days that are near with their customers, one for each: of the deal that was lost last. A day that does
    not hold any more goes, as they bought, were asked, or the setting is another."""
    today = house_day(w.reads, w.now)
    last: dict[int, Lost] = {}
    for each in sorted(lost(w.reads), key=lambda one: (one.closed_at, one.deal_id)):
        last[each.customer_id] = each
    for each in last.values():
        if today - timedelta(days=1) <= each.day <= today + AHEAD:  # a rule plans nothing for a day long gone
            w.keep_date(each.customer_id, DATE, each.day, ref=str(each.deal_id), about=each.title[:100])
    for row in _kept(w.reads):
        one = last.get(row.customer_id)
        if one is None or (str(one.deal_id), one.day) != (row.ref, date(row.year, row.month, row.day)):
            w.keep_date(row.customer_id, DATE, None, ref=row.ref)


def _kept(reads: Reads, customer_id: int | None = None) -> Sequence[Any]:
    """The days that are kept, of one customer or of all who are there: customer_id, ref, year, month, day."""
    plan, customer = reads.visible_dates(), reads.visible_customers()
    found = select(plan).join(customer, customer.c.id == plan.c.customer_id)
    found = found.where(plan.c.kind == DATE, customer.c.archived_at.is_(None))
    return reads.execute(found if customer_id is None else found.where(plan.c.customer_id == customer_id))


def hears(event: Event, w: Work) -> None:
    """Whoever was to be asked once more wants a car already."""
    if event.kind in HEARD and event.customer_id is not None:
        for row in _kept(w.reads, event.customer_id):
            w.keep_date(row.customer_id, DATE, None, ref=row.ref)


pages = Blueprint("again", __name__)


@pages.get("/again")
def every() -> str:
    with reading() as reads:
        found, today, reasons = list(lost(reads)), house_day(reads, reads.now), reads.lost_reasons(KEY)
    due = [each for each in found if each.day <= today]
    return page("automotive/again.html", due=due, coming=found[len(due) :][:200], reasons=reasons)


TITLE: Final = Text("Lost before", "战败再激活", "戰敗再激活", "Вернуться к отказам")
RECORDS: tuple[Any, ...] = (
    KIND,
    RULE,
    Listens("again", HEARD),
    Routes("again", lambda: pages, verb="deal.see"),
    MenuItem("again", TITLE, "/p/automotive/again", icon="undo-2", verb="deal.see"),
    PluginJob("again", TITLE, keep, Every(timedelta(hours=1))),
)
