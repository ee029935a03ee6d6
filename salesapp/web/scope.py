"""Whose records a list, board or day shows: mine, everybody's I may see, or one person's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.permissions import ROLES, Actor
from salesapp.web.i18n import gettext


@dataclass(frozen=True, slots=True)
class Scope:
    """`key` is what the address says ("mine", "team", "7"); `owner` the one person, None for everybody."""

    key: str
    owner: int | None


def leads(actor: Actor) -> bool:
    """Whether this person sees records of others as a matter of course."""
    return ROLES[actor.role].sees != "own"


def asked_scope(actor: Actor, args: MultiDict[str, str], default: str | None = None) -> Scope:
    """The scope an address asks for; salespeople begin with their own, those who lead with everybody's."""
    key = args.get("who") or default or ("team" if leads(actor) else "mine")
    if key == "mine":
        return Scope(key, actor.id)
    if key == "team":
        return Scope(key, None)
    if not (key.isascii() and key.isdigit()) or len(key) > 18:
        raise WerkzeugNotFound
    return Scope(key, int(key))


def scope_options(actor: Actor, people: Iterable[Any] = ()) -> list[tuple[str, str]]:
    """What a filter offers: value and label."""
    sees = ROLES[actor.role].sees
    every = {"all": gettext("Everybody's"), "team": gettext("My team's"), "own": gettext("All I see")}[sees]
    others = [(str(row.id), row.name) for row in people if row.id != actor.id] if leads(actor) else []
    return [("mine", gettext("Mine")), ("team", every), *others]


def owners_of(actor: Actor, scope: Scope) -> frozenset[int] | None:
    """Whose day it is: the ids for a query that is not filtered otherwise; never more than this person sees."""
    if scope.owner is None:
        return actor.people
    if not actor.sees(scope.owner):
        raise WerkzeugNotFound
    return frozenset({scope.owner})
