"""Whose records a list, board or day shows: mine, everybody's I may see, one person's, or a team's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.permissions import ROLES, Actor
from salesapp.store import whose
from salesapp.store.engine import Executor
from salesapp.web.i18n import gettext
from salesapp.web.request import is_whole

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """`key` is what the address says ("mine", "team", "7", "t3"); `owner` the one person, `team` the one team."""

    key: str
    owner: int | None
    team: int | None = None


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
    if not is_whole(key):
        raise WerkzeugNotFound
    return Scope(key, int(key))


def scope_options(actor: Actor, people: Iterable[Any] = ()) -> Options:
    """What a filter offers: value and label."""
    sees = ROLES[actor.role].sees
    every = {"all": gettext("Everybody's"), "team": gettext("My team's"), "own": gettext("All I see")}[sees]
    others = [(str(row.id), row.name) for row in people if row.id != actor.id] if leads(actor) else []
    return (("mine", gettext("Mine")), ("team", every), *others)


def owners_of(actor: Actor, scope: Scope) -> frozenset[int] | None:
    """Whose day it is: the ids for a query that is not filtered otherwise; never more than this person sees."""
    if scope.owner is None:
        return actor.people
    if not actor.sees(scope.owner):
        raise WerkzeugNotFound
    return frozenset({scope.owner})


# --- the board, which also knows teams, and what somebody sees beyond their own team ---


def asked_whose(actor: Actor, args: MultiDict[str, str]) -> Scope:
    """The scope a board's address asks for: "seen" is all one may see, "t3" a team with those below it."""
    key = args.get("who", "")
    if key == "seen":
        return Scope("seen" if _sees_beyond(actor) else "team", None)
    if key.startswith("t") and is_whole(key[1:]):
        return Scope(key, None, int(key[1:]))
    return asked_scope(actor, args)


def _sees_beyond(actor: Actor) -> bool:
    """Whether "my team's" is less than all this person may see: others help on the team's customers, too."""
    return ROLES[actor.role].sees == "team"


def whose_deals(x: Executor, actor: Actor, scope: Scope) -> frozenset[int] | None:
    """The owners of the deals in the scope; None for all this person may see."""
    if scope.team is not None:
        people = whose.people_of_team(x, scope.team)
        if not people or not all(actor.sees(each) for each in people):
            raise WerkzeugNotFound
        return people
    if scope.owner is not None or (scope.key == "team" and leads(actor)):
        return owners_of(actor, scope)
    return None


def whose_options(x: Executor, actor: Actor, scope: Scope) -> tuple[tuple[str, Options], ...]:
    """What the board's filter offers, in groups; a group without a name stands first."""
    first = scope_options(actor)
    if _sees_beyond(actor):
        first += (("seen", gettext("All I see")),)
    if not leads(actor):
        return (("", first),)
    found = whose.offered(x, actor)
    people = [(str(row.id), row.name) for row in found.people if row.id != actor.id]
    if scope.owner not in (None, actor.id) and scope.key not in dict(people):
        people.append((scope.key, _name(x, scope)))
    teams = tuple((f"t{each.id}", "\u2003" * each.depth + each.name) for each in found.teams)
    groups = (("", first), (gettext("People"), tuple(people)), (gettext("Teams"), teams))
    return tuple((label, options) for label, options in groups if options)


def _name(x: Executor, scope: Scope) -> str:
    """Whose board it is although they are not offered: they have left, say; 404 where there never was anybody."""
    found = whose.name_of(x, scope.owner or 0)
    if found is None:
        raise WerkzeugNotFound
    return found
