"""Messages to a group in a line or two, and letting their jobs work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import Actor
from salesapp.jobs.mailing_kinds import KINDS
from salesapp.services import mailing_whom, mailings
from salesapp.services.mailings import NewMailing
from salesapp.services.work import work
from salesapp.store import mailing_choosing
from salesapp.store.engine import reading
from salesapp.store.tables import event, event_payload, mailing, mailing_item, mailing_run
from salesapp.testing import NOW, Clock
from tests.jobs.kit import worker

EVERYBODY = ListQuery("customer")


def drafted(actor: Actor, picked: Sequence[int] | ListQuery = EVERYBODY, at: datetime = NOW, **values: Any) -> int:
    """A draft of this person; a mail to everybody they see unless it says otherwise."""
    usual = {"way": "email", "name": "五月促销", "subject": "{客户}您好", "body": "您好 {customer}"}
    new = NewMailing(**{**usual, **values})
    with work(actor, at) as w:
        return mailings.add(w, new, picked)


def begun(actor: Actor, mailing_id: int, at: datetime = NOW) -> datetime:
    """Its button is pressed."""
    version = view(mailing_id).version
    with work(actor, at) as w:
        return mailings.send(w, mailing_id, version)


def reached(actor: Actor, mailing_id: int, at: datetime = NOW) -> dict[str, int]:
    """How many it would reach (""), and how many not for which reason, as its preview says."""
    with work(actor, at) as w:
        found = mailings.own(w, mailing_id)
        return mailing_choosing.counts(w.session, mailing_whom.chosen(w.session, actor, w.catalog, found, at))


def let_run(clock: Clock, **later: float) -> None:
    """Do what is due then."""
    clock.advance(**later)
    worker(clock, *KINDS).run_due()


def view(mailing_id: int) -> Any:
    """Its row."""
    with reading() as x:
        return x.execute(select(mailing).where(mailing.c.id == mailing_id)).one()


def items() -> list[Any]:
    """Every customer of every run."""
    with reading() as x:
        return list(x.execute(select(mailing_item).order_by(mailing_item.c.run_id, mailing_item.c.customer_id)))


def outcome() -> dict[int, tuple[str, str | None]]:
    """What became of whom, in the latest run."""
    return {row.customer_id: (row.state, row.reason) for row in items()}


def runs() -> list[Any]:
    """Every time something went out."""
    with reading() as x:
        return list(x.execute(select(mailing_run).order_by(mailing_run.c.id)))


def told(kind: str) -> list[tuple[Any, dict[str, Any]]]:
    """Events of a kind, each with what is personal in it."""
    joined = event.outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    query = select(event, event_payload.c.body).select_from(joined).where(event.c.kind == kind).order_by(event.c.id)
    with reading() as x:
        return [(row, row.body or {}) for row in x.execute(query)]
