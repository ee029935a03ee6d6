"""What the tests of decisions begin with: a company that asks, a request, and how a person sees it."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from salesapp.domain.decisions import DecisionView, snapshot_hash
from salesapp.domain.errors import SalesError
from salesapp.domain.permissions import Actor
from salesapp.services import decisions as service
from salesapp.services.company import change_company
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.work import Work, work
from salesapp.store import deals, decisions
from salesapp.store.engine import db, reading
from salesapp.store.tables import event, event_payload, person_function
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_deal


def ask_for_losses(cast: Cast) -> None:
    """From now on a lost deal needs a manager's yes."""
    with work(cast.admin, NOW) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})


def give_up(actor: Actor, deal_id: int, reason: str = "price", note: str = "太贵了") -> int | None:
    """What the move sheet does with "Lost"."""
    with work(actor, NOW) as w:
        version = deals.read(w.session, deal_id).version
        return ask_or_lose(w, deal_id, reason, note, version)


def requested(app: Flask, cast: Cast, asker: Actor | None = None, **values: Any) -> tuple[int, int]:
    """A deal of the owner's and the pending request to count it as lost: both ids."""
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.owner, **values)
    decision_id = give_up(asker or cast.owner, deal_id)
    assert decision_id is not None
    return deal_id, decision_id


def found(actor: Actor, decision_id: int) -> DecisionView:
    """The decision, as this person may see it."""
    with reading() as x:
        return decisions.load(x, actor, decision_id, NOW)


def seen(decision_id: int) -> str:
    """The hash of the subject as it is now."""
    with reading() as x:
        view = decisions.read(x, decision_id)
        return snapshot_hash(service.current_snapshots(x, [view])[decision_id])


def decide(actor: Actor, decision_id: int, yes: bool = True, words: str = "", hash_seen: str | None = None) -> str:
    """Answer a request as somebody who has just looked at it."""
    hash_seen = hash_seen if hash_seen is not None else seen(decision_id)
    with work(actor, NOW) as w:
        return service.decide(w, decision_id, yes, words, hash_seen)


def withdraw(actor: Actor, decision_id: int) -> None:
    """Take a request back."""
    with work(actor, NOW) as w:
        service.withdraw(w, decision_id)


def events(deal_id: int) -> list[tuple[str, str]]:
    """Kind and free text of everything that happened to a deal, in order."""
    query = select(event.c.kind, event_payload.c.body).outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    with reading() as x:
        rows = x.execute(query.where(event.c.deal_id == deal_id).order_by(event.c.id)).all()
    return [(row.kind, (row.body or {}).get("note", "")) for row in rows]


def give_function(actor: Actor, function: str) -> None:
    """Let somebody have a function beside their role."""
    with work(actor, NOW) as w:
        w.session.execute(insert(person_function).values(person_id=actor.id, function=function))


def at_once(app: Flask, acts: list[tuple[Actor, Callable[[Work], Any]]]) -> list[Any]:
    """Each does their thing at the same moment, in a transaction of their own; results, or what was refused, in the
    order of the acts."""
    barrier = Barrier(len(acts))
    results: dict[int, Any] = {}

    def run(place: int, actor: Actor, act: Callable[[Work], Any]) -> None:
        with app.app_context():
            try:
                barrier.wait(timeout=20)
                with work(actor, NOW) as w:
                    results[place] = act(w)
            except SalesError as refused:
                results[place] = refused
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, *act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [results[place] for place in range(len(acts))]
