"""A unit of work: one transaction in which one person changes things at one moment.

    with work(actor, now, request_key=key) as w:
        customer_id = add_customer(w, form)

Everything inside is committed together or not at all. A form that arrives twice raises `AlreadyDone` with what the
first one led to, because its key is a row written in the same transaction.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import has_request_context, request
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from salesapp.domain.errors import AlreadyDone, Msg, NotAllowed
from salesapp.domain.permissions import Actor, can
from salesapp.plugging import running
from salesapp.plugging.asking import in_plugin
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.hooks import Hooks
from salesapp.services import plugin_events, plugin_troubles
from salesapp.store import events, request_keys, settings
from salesapp.store.engine import db

OPEN: Final = "salesapp_work"


@dataclass(slots=True)
class Work:
    """One transaction: who acts, when, the session that runs its statements, and the plugins it asks."""

    actor: Actor
    now: datetime
    session: Session
    hooks: Hooks
    result: dict[str, int] = field(default_factory=dict)
    notes: list[Msg] = field(default_factory=list)  # what plugins want to have said once it is through
    batch_id: int | None = None  # the bulk change this is a part of: every event says so, nobody is told one by one
    _catalog: Catalog | None = None

    @property
    def catalog(self) -> Catalog:
        """What the plugins brought, and what the owner added and changed, as it stands in this transaction."""
        if self._catalog is None:
            self._catalog = running.house().read(self.session, settings.config_version(self.session))
        return self._catalog

    @property
    def connection(self) -> Connection:
        """The transaction itself: a statement on it costs less than by way of the session, which is for what is asked
        again and again."""
        return self.session.connection()

    def config_changed(self) -> None:
        """Tell every process, with the commit, that rows of the configuration are not what they were."""
        settings.rename_config(self.session)
        running.house().heard(None)
        self._catalog = None

    def event(
        self,
        kind: str,
        subject_kind: str,
        subject_id: int,
        *,
        customer_id: int | None = None,
        deal_id: int | None = None,
        owner_id: int | None = None,
        actor_id: int | None = None,
        batch_id: int | None = None,
        at: datetime | None = None,
        data: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> int:
        """Write down what happened. `actor_id` says who did it where nobody is signed in yet. `personal` holds names,
        numbers and texts: it can be erased later, while the event and the hash of what it said stay."""
        values = {
            "kind": kind,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "customer_id": customer_id,
            "deal_id": deal_id,
            "actor_id": self.actor.id if actor_id is None else actor_id,
            "owner_id": owner_id,
            "team_id": self.actor.team_id,
            "batch_id": self.batch_id if batch_id is None else batch_id,
            "at": at or self.now,
            "noted_at": self.now,
            "data": dict(data or {}),
        }
        event_id = events.insert(self.connection, values, personal)
        plugin_events.tell(self.connection, self.hooks, [(event_id, values)])
        rules = self.as_known().follow_up_ears.get(kind)
        if rules:
            from salesapp.services.follow_up_hearing import hear  # which needs what is here

            hear(self, event_id, values, rules)
        return event_id

    def as_known(self) -> Catalog:
        """The catalogue without asking whether it still stands, where nobody said that it does not: most events concern
        no rule, and finding that out must not take a statement. Beside the pages nobody asks all the time, so there
        it is asked."""
        if self._catalog is None and self.actor.id is not None:
            known = running.house().lately()
            if known is not None:
                return known
        return self.catalog

    def done(self, kind: str, record_id: int) -> None:
        """Remember what this work led to, for a form that arrives a second time."""
        self.result[kind] = record_id

    def require(self, verb: str) -> None:
        """Stop here unless the actor has this right in general."""
        if not can(self.actor, verb):
            raise NotAllowed


def _claim(session: Session) -> None:
    """Mark the session as that of an open work. A plugin the house calls within one cannot open its own: it would be
    the same session, so its end would commit what the house has only half done."""
    asked_by = request.environ if has_request_context() else None  # a test may hold a work of its own
    if in_plugin.get() and session.info.get(OPEN, session) is asked_by:
        raise RuntimeError("a work is open already: use the `w` you were given, or do it in salesapp_event")
    session.info[OPEN] = asked_by


@contextmanager
def work(actor: Actor, now: datetime, *, request_key: str | None = None) -> Iterator[Work]:
    """Open the one write transaction of a request; commit at the end, roll back on any error."""
    w = Work(actor, now, db.session(), running.hooks())
    _claim(w.session)
    try:
        if request_key and actor.id is not None:
            earlier = request_keys.claim(w.session, actor.id, request_key, now)
            if earlier is not None:
                raise AlreadyDone(earlier)
        yield w
        if request_key and actor.id is not None:
            request_keys.keep(w.session, actor.id, request_key, w.result)
        w.session.commit()
        running.say(w.notes)
    finally:
        db.session.remove()  # rolls back what was not committed
        plugin_troubles.write_down(w.hooks, now)
