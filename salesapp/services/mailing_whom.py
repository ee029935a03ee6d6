"""Whom a message to a group means, and whom of them it reaches, with the rights of who wrote it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Subquery

from salesapp.domain import mailing as rules
from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import Actor
from salesapp.plugging.catalog import Catalog
from salesapp.services.list_fields import list_fields
from salesapp.store import listed, mailing_choosing
from salesapp.store.engine import Executor
from salesapp.store.mailings import MailingView

TOO_MANY: Final = N_("At most %(most)s at once. Narrow the list first.")
UNREADABLE: Final = N_("This list cannot be read any more. Open it anew.")


class TooMany(Refused):
    """More customers than one message may have."""

    def __init__(self) -> None:
        super().__init__([problem("", TOO_MANY, most=rules.MOST)])


def whom(picked: Collection[int] | ListQuery) -> dict[str, Any]:
    """Whom it is for, as its row keeps it."""
    if isinstance(picked, ListQuery):
        return {"list": picked.to_data()}
    return {"ids": sorted(set(picked))[: rules.MOST + 1]}


def chosen(x: Executor, actor: Actor, catalog: Catalog, found: MailingView, now: datetime) -> Subquery:
    """Each customer it means at this moment, with where it goes or why not. A list that cannot be read is Refused; one
    that is too long is TooMany, and not looked at any further."""
    return mailing_choosing.chosen(meant(x, actor, catalog, found, now), actor, found.way, now)


def meant(x: Executor, actor: Actor, catalog: Catalog, found: MailingView, now: datetime) -> Any:
    """Everybody on its list at this moment, whether it reaches them or not; the same refusals."""
    return bounded(x, actor, catalog, found.query, now)


def bounded(x: Executor, actor: Actor, catalog: Catalog, query: Mapping[str, Any], now: datetime) -> Any:
    """Those it means, counted up to what may be: a list of everybody costs no more than one that fits."""
    try:
        hits = _hits(x, actor, catalog, query, now)
    except (ValueError, KeyError):
        raise Refused([problem("", UNREADABLE)]) from None
    if mailing_choosing.are_more(x, hits, rules.MOST):
        raise TooMany
    return hits


def _hits(x: Executor, actor: Actor, catalog: Catalog, query: Mapping[str, Any], now: datetime) -> Any:
    if "ids" in query:
        return mailing_choosing.of_ids(actor, query["ids"], now)
    asked = ListQuery.from_data(query["list"])
    if asked.kind != "customer":
        raise ValueError(f"a list of {asked.kind}")
    return listed.every(x, actor, asked, now, fields=list_fields(catalog, actor.role, "customer"))
