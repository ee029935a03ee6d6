"""What plugins show in pages of the house: panels, cards, places in the menu, reports; and pages of their own.

Each is a record, so that it can be listed without running the plugin. The functions in them are asked when a page is
made, about one record and for one person; they are given `Reads` and change nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from flask import Blueprint

from salesapp.assets import ICONS
from salesapp.domain.pack import check_key, check_text, check_tuple
from salesapp.domain.text import Text
from salesapp.plugging.slot_checks import (
    check_function,
    check_link,
    check_slot,
    check_template,
    check_verb,
    check_verbs,
    meant,
)

if TYPE_CHECKING:
    from salesapp.services.plugin_reads import Reads

PanelPlace = Literal["customer", "deal", "contact"]
TAKEN: Final = frozenset("tcdamg")
"""Letters that go to places of the house, after `g`; and `g` itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel or card: a label, a value (text, a number, Money, a day, a moment), and where it leads: an
    address of the house ("/p/car_wash/bookings/3"), or one that begins with https:, mailto: or tel:."""

    label: Text | str
    value: object
    link: str = ""

    def __post_init__(self) -> None:
        check_link(f"Line {str(self.label)!r}", self.link)


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell of a report that leads somewhere: what it says, and an address as a `Line` has it. `explained` unfolds on
    a tap beside it: how this figure is made, where rows are made in different ways."""

    value: object
    link: str
    explained: Text | None = None

    def __post_init__(self) -> None:
        me = f"Linked {str(self.value)!r}"
        check_link(me, self.link)
        if self.explained is not None:
            check_text(me, "explained", self.explained)


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page of a customer, deal or contact, below the house's own.

    `facts(reads, record_id)` says what it shows: a list of `Line`, or, with a `template` of the plugin
    ("car_wash/panel.html"), a dict of what that template is given; None or nothing where there is nothing to show.
    `verb` is the right people need to see it.
    """

    key: str
    on: PanelPlace
    label: Text
    facts: "Callable[[Reads, int], Mapping[str, object] | Iterable[Line] | None]"
    template: str = ""
    verb: str = "customer.see"

    def __post_init__(self) -> None:
        me = check_slot("Panel", self.key, self.label, self.verb)
        if self.on not in get_args(PanelPlace):
            raise ValueError(f"{me}: on must be one of {', '.join(get_args(PanelPlace))}, not {self.on!r}")
        check_function(me, "facts", self.facts)
        check_template(me, self.template)


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A part of Today. `facts(reads)` answers as that of a `Panel`; so do `template` and `verb`."""

    key: str
    label: Text
    facts: "Callable[[Reads], Mapping[str, object] | Iterable[Line] | None]"
    template: str = ""
    verb: str = "activity.see"

    def __post_init__(self) -> None:
        me = check_slot("DashboardCard", self.key, self.label, self.verb)
        check_function(me, "facts", self.facts)
        check_template(me, self.template)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place beside Today, Customers and Deals: in the rail of a wide window, and under More on a phone.

    `address` is a page of the plugin ("/p/car_wash/bookings"), `icon` one of the house's, `verb` the right people need,
    `letter` the key that leads there after `g`.
    """

    key: str
    label: Text
    address: str
    icon: str = "sparkles"
    verb: str = "customer.see"
    letter: str = ""

    def __post_init__(self) -> None:
        me = check_slot("MenuItem", self.key, self.label, self.verb)
        if not str(self.address).startswith(("/p/", "/reports/p/")):
            raise ValueError(f"{me}: address must be a page of the plugin, '/p/…', not {self.address!r}")
        check_link(me, self.address)
        if self.icon not in ICONS:
            raise ValueError(f"{me}: there is no icon {self.icon!r}{meant(self.icon, ICONS)}")
        if self.letter != "" and self.letter not in tuple("abcdefghijklmnopqrstuvwxyz"):
            raise ValueError(f"{me}: letter must be one small letter, not {self.letter!r}")
        if self.letter in TAKEN:
            raise ValueError(f"{me}: the letter {self.letter!r} is taken by the house")


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What somebody asks a report: the first and last day (None where the time is open), the same as moments in their
    zone, from `since` on and before `until`; and whose records count, None for everybody's."""

    first: date | None
    last: date | None
    since: datetime | None
    until: datetime | None
    owners: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class PluginReport:
    """A report below /reports, with the filters, the table and the file that the house's own have.

    `rows(reads, query)` gives the rows, each with a cell for every column: text, a number, Money, a day, or `Linked`;
    the first cell names the row. `definition` says what the figures count. `bar` is the column, counted from 0, that is
    drawn as bars; None draws none.
    """

    key: str
    label: Text
    definition: Text
    columns: tuple[Text, ...]
    rows: "Callable[[Reads, ReportQuery], Iterable[tuple[object, ...]]]"
    bar: int | None = None
    verb: str = "report.see"

    def __post_init__(self) -> None:
        me = check_slot("PluginReport", self.key, self.label, self.verb)
        check_text(me, "definition", self.definition)
        check_tuple(me, "columns", self.columns, Text, at_least_one=True)
        check_function(me, "rows", self.rows)
        if self.bar is not None and (type(self.bar) is not int or not 0 < self.bar < len(self.columns)):
            raise ValueError(f"{me}: bar must be the number of a column after the first one, not {self.bar!r}")


@dataclass(frozen=True, slots=True)
class Routes:
    """Pages of the plugin's own, at /p/NAME/…: those of the Flask blueprint that `blueprint` gives.

    Nobody gets in who is not signed in and has the right `verb`; `verbs` names another one by the name of a page's
    function, as each page that is sent (POST) needs a right to change something, or one named there; `public` names
    the functions whose pages everybody may open; they take 50 forms in a quarter of an hour from one address. A page is
    read (GET) or sent (POST), not both; one that is read changes nothing; a form carries the house's token.

    A blueprint brings pages and nothing for the whole house: no before_request, no filters, no error pages.
    """

    key: str
    blueprint: Callable[[], Blueprint]
    verb: str
    verbs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    public: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_key("Routes", self.key)
        me = f"Routes {self.key!r}"
        check_function(me, "blueprint", self.blueprint)
        check_verb(me, self.verb)
        check_verbs(me, self.verbs)
        for name, verb in self.verbs.items():
            check_verb(f"{me}, {name!r}", verb)
        check_tuple(me, "public", self.public, str)
        object.__setattr__(self, "verbs", MappingProxyType(dict(self.verbs)))
