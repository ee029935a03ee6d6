"""What an address of the calendar asks for: which days, whose, and the addresses of its neighbours."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.permissions import Actor
from salesapp.web.i18n import today
from salesapp.web.request import is_whole
from salesapp.web.scope import Scope, asked_scope, leads, owners_of

VIEWS: Final = ("week", "day")
YEARS: Final = range(1900, 9000)


@dataclass(frozen=True, slots=True)
class Ask:
    """A view of the calendar; `people` are those chosen of a team, nobody for all of them."""

    view: str
    on: date
    scope: Scope
    people: tuple[int, ...] = ()

    @property
    def week(self) -> tuple[date, ...]:
        """Monday to Sunday around the day."""
        monday = self.on - timedelta(days=self.on.weekday())
        return tuple(monday + timedelta(days=days) for days in range(7))

    @property
    def days(self) -> tuple[date, ...]:
        """The days laid out on a wide screen."""
        return self.week if self.view == "week" else (self.on,)

    def address(self, **changes: Any) -> str:
        """The address of this view with something changed."""
        ask = replace(self, **changes)
        query: dict[str, Any] = {"on": ask.on.isoformat()}
        if ask.view != VIEWS[0]:
            query["view"] = ask.view
        if ask.scope.key != "mine":
            query["who"] = ask.scope.key
        if ask.people:
            query["p"] = ask.people
        return "/calendar?" + urlencode(query, doseq=True)

    def beside(self, days: int) -> str:
        """The address so many days away."""
        return self.address(on=self.on + timedelta(days=days))


def asked(actor: Actor, args: MultiDict[str, str]) -> Ask:
    """What the address asks for; 404 for one nobody gave out, or for people who are not theirs to see."""
    view, scope = args.get("view") or VIEWS[0], asked_scope(actor, args, "mine")
    people = args.getlist("p") if scope.key == "team" and leads(actor) else []
    if view not in VIEWS or not all(map(is_whole, people)):
        raise WerkzeugNotFound
    chosen = tuple(sorted({int(each) for each in people}))
    if not all(actor.sees(each) for each in chosen):
        raise WerkzeugNotFound
    return Ask(view, _day(args.get("on", "")), scope, chosen)


def _day(raw: str) -> date:
    try:
        day = date.fromisoformat(raw) if raw else today()
    except ValueError:
        raise WerkzeugNotFound from None
    if day.year not in YEARS:
        raise WerkzeugNotFound
    return day


def owners(actor: Actor, ask: Ask) -> frozenset[int] | None:
    """Whose activities it shows; None is everybody's."""
    return frozenset(ask.people) if ask.people else owners_of(actor, ask.scope)
