"""What follows of a visit in the house, done by the installation: the timeline, the key step, the deal handed over."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from salesapp.plugin_api import CustomerView, DateKind, Money, NewActivity, PluginJob, Refused, Text, Work

from ..evidence import CONTACT_LEFT, RECEIVED
from ..sending import house_day
from ..tables import DELIVERY, VISIT
from . import visits_seen

CAME = DateKind("came", Text("Came without an opportunity", "到店未建商机", "到店未建商機", "Визит без сделки"))
_deliveries = select(DELIVERY.c.id)


def hold(w: Work, visit_id: int) -> Any:
    """The visit as it is, nobody else's to write until the end of the transaction; None where there is none."""
    return w.session.execute(select(VISIT).where(VISIT.c.id == visit_id).with_for_update()).first()


def visited(w: Work, args: Mapping[str, Any]) -> None:
    """The visit of somebody known: on their timeline, once; and their deal knows that they were received. When the
    moment changes, because they have left, what counts from it moves along. Who came for a test drive has not taken it
    by coming: that appointment is done with its impressions. Who comes to fetch their car was sold it already: their
    appointment is done by the handing over, and nobody calls them to agree on another visit. `contact`: they left a way
    to reach them."""
    row = hold(w, int(args["visit"]))
    if row is None or row.customer_id is None:
        return
    deal_id = row.deal_id or visits_seen.open_deal(w.reads, row.customer_id)
    activity_id = row.activity_id
    planned = w.reads.activity(activity_id) if activity_id is not None else None
    fetches = activity_id is not None and bool(
        w.reads.execute(_deliveries.where(DELIVERY.c.activity_id == activity_id))
    )
    if planned is not None and planned.state == "planned" and planned.kind != "demo" and not fetches:
        w.finish_activity(planned.id, "reached", said(row), at=row.came_at)
    elif planned is None:
        new = NewActivity(
            kind="visit", customer_id=row.customer_id, deal_id=deal_id, at=row.came_at, outcome="reached",
            owner_id=row.received_by, note=said(row),
        )  # fmt: skip
        activity_id = w.log_activity(new)
    w.session.execute(update(VISIT).where(VISIT.c.id == row.id).values(deal_id=deal_id, activity_id=activity_id))
    _keep_day(w, row, deal_id)
    if deal_id is not None and not fetches:
        if args.get("contact"):
            w.push_evidence(deal_id, CONTACT_LEFT, row.id, lasting=True)
        _received(w, deal_id, row)


def _keep_day(w: Work, row: Any, deal_id: int | None) -> None:
    """Who has no deal is called, too: a rule begins with the day they came. With a deal it is the deal's call."""
    customer = w.reads.customer(row.customer_id)
    if customer is not None and customer.archived_at is None:
        day = house_day(w.reads, row.came_at) if deal_id is None else None
        w.keep_date(row.customer_id, f"automotive.{CAME.key}", day, ref=str(row.id))


def _received(w: Work, deal_id: int, row: Any) -> None:
    w.push_evidence(deal_id, RECEIVED, row.id, at=row.left_at or row.came_at, lasting=True)
    deal = w.reads.deal(deal_id)
    if deal is not None and (deal.state, deal.stage) == ("open", "development"):
        try:
            with w.session.begin_nested():
                w.move_deal(deal_id, "reception")
        except Refused:
            return  # a check of another plugin: somebody moves it by hand


def given(w: Work, args: Mapping[str, Any]) -> None:
    """On the timeline of the customer it stands who received them from then on; an open deal goes `along`."""
    row, names = hold(w, int(args["visit"])), {each.id: each.name for each in w.reads.people()}
    if row is None or row.customer_id is None:
        return
    words = " → ".join(names.get(args[key], "–") for key in ("from", "to"))
    about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": args["to"], "note": words}
    w.log_activity(NewActivity(kind="task", at=w.now, **about))
    deal = w.reads.deal(row.deal_id) if row.deal_id is not None else None
    if args["along"] and deal is not None and deal.state == "open" and deal.owner_id == args["from"]:
        w.change_deal(deal.id, {"owner_id": args["to"]})


def said(row: Any) -> str:
    """What the register says of a visit, in letters, names and figures that need no language."""
    parts = (row.level.upper(), " ".join(filter(None, (row.model, row.colour))), _quoted(row), row.note)
    return " · ".join(filter(None, parts))


def _quoted(row: Any) -> str:
    if not row.quoted_minor:
        return ""
    sum_ = Money(row.quoted_minor, row.currency).major
    return f"{sum_:,.0f} {row.currency}" if sum_ == int(sum_) else f"{sum_:,} {row.currency}"


def erases(customer: CustomerView, w: Work) -> None:
    """The register keeps that somebody came, not who, nor what was written about them."""
    bare = {"name": "", "phone": "", "note": ""}
    w.session.execute(update(VISIT).where(VISIT.c.customer_id == customer.id).values(bare))


RECORDS: tuple[Any, ...] = (
    CAME,
    PluginJob("visited", Text("Visits to the showroom", "展厅到店", "展間到店", "Визиты в салон"), visited),
    PluginJob("given", Text("Guests handed over", "接待交接", "接待交接", "Передача гостей"), given),
)
