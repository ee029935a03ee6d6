"""What a plugin reads: records as frozen views, and what a person may see as something to join its own tables with.

    wash = TABLES.tables["car_wash_booking"]
    seen = reads.visible_customers()
    rows = reads.execute(select(wash.c.bay, seen.c.name).join(seen, seen.c.id == wash.c.customer_id))

A plugin that asks for what is not there, or not this person's to see, is told None: both look alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, Subquery, select
from sqlalchemy.orm import Session

from salesapp.domain.contact_points import parse_contact_point
from salesapp.domain.errors import Msg, NotFound
from salesapp.domain.notice_words import language_of
from salesapp.domain.permissions import Actor
from salesapp.domain.text import Text
from salesapp.domain.views import ActivityView, CustomerView, DealView
from salesapp.domain.work_calendar import WorkCalendar, from_data
from salesapp.plugging import running
from salesapp.services import plugin_states
from salesapp.services.follow_up_people import Want, doers
from salesapp.store import (
    activities,
    customers,
    deals,
    files,
    follow_up_people,
    plugin_views,
    search,
    settings,
    visibility,
    work_calendars,
)
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import activity, customer, deal


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here: `role` and `functions` by their keys."""

    id: int
    name: str
    team_id: int | None
    role: str
    functions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an activity. Its addresses ask for the same rights as everything else."""

    id: int
    name: str
    is_picture: bool

    @property
    def address(self) -> str:
        """Where it is seen, or saved, for `<a href>`."""
        return f"/files/{self.id}" if self.is_picture else f"/files/{self.id}/download"

    @property
    def preview(self) -> str:
        """Where its small picture is, for `<img src>`; "" where it is no picture."""
        return f"/files/{self.id}/preview" if self.is_picture else ""


@dataclass(frozen=True, slots=True)
class Reads:
    """What `actor` may know at the moment `now`, as the house gives it to its plugins. Nothing can be changed by it."""

    plugin: str
    actor: Actor
    now: datetime
    _x: Executor | None = None
    """None: each question is asked apart, and nothing stays open between them."""

    def customer(self, customer_id: int) -> CustomerView | None:
        """One customer; None where there is none, or it is not this person's to see."""
        try:
            with self._apart() as x:
                return customers.load(x, self.actor, customer_id, self.now)
        except NotFound:
            return None

    def deal(self, deal_id: int) -> DealView | None:
        """One deal; None where there is none, or it is not this person's to see."""
        try:
            with self._apart() as x:
                return deals.load(x, self.actor, deal_id, self.now)
        except NotFound:
            return None

    def find_customers(self, words: str, limit: int = 10) -> Sequence[CustomerView]:
        """The customers of this person whom a name, a part of one, a number or an address means, as the search finds
        them: an exact number first. None for an empty text."""
        with self._apart() as x:
            hits = search.find(x, self.actor, words[:200], self.now, ("customer",), limit)
        return [found for hit in hits if (found := self.customer(hit.id)) is not None]

    def sources(self) -> Mapping[str, Text]:
        """Where customers come from, as the house offers it now: labels by the key a customer keeps."""
        with self._apart() as x:
            offered = running.house().read(x, settings.config_version(x)).offered_sources
        return {key: each.label for key, each in offered.items()}

    def lost_reasons(self, process: str) -> Mapping[str, Text]:
        """Why a deal of this process can be lost, as the house calls it now: labels by the key a lost deal keeps; those
        that are offered no longer at the end."""
        with self._apart() as x:
            found = running.house().read(x, settings.config_version(x)).shown_process(process)
        if found is None:
            return {}
        gone = {key.partition(".")[2]: label for key, label in found.gone if key.startswith("reason.")}
        return {each.key: each.label for each in found.lost_reasons} | gone

    def read_phone(self, raw: str) -> str | Msg:
        """A phone number somebody typed, as numbers are compared, "+8613800001234"; else what is wrong with it."""
        with self._apart() as x:
            point = parse_contact_point("phone", raw, settings.company(x).country)
        return point if isinstance(point, Msg) else point.normalised

    def activity(self, activity_id: int) -> ActivityView | None:
        """One activity; None where there is none, or it is not this person's to see."""
        try:
            with self._apart() as x:
                return activities.view_of(activities.load(x, self.actor, activity_id, self.now))
        except NotFound:
            return None

    def visible_customers(self) -> Subquery:
        """The customers this person sees, to join own tables with: id, kind, name, company, state, grade, source,
        owner_id, created_at, last_contact_at, archived_at. For the few customers an own table names, not for all."""
        names = ("id", "kind", "name", "company", "state", "grade", "source", "owner_id")
        columns = [customer.c[name] for name in (*names, "created_at", "last_contact_at", "archived_at")]
        return select(*columns).where(visibility.customer_seen(self.actor, self.now)).subquery("visible_customers")

    def visible_deals(self) -> Subquery:
        """The deals this person sees, to join own tables with: id, customer_id, title, process, stage, state, owner_id,
        amount_minor, currency, expected_close, created_at, closed_at, lost_reason, archived_at."""
        names = ("id", "customer_id", "title", "process", "stage", "state", "owner_id", "amount_minor", "currency")
        columns = [
            deal.c[name] for name in (*names, "expected_close", "created_at", "closed_at", "lost_reason", "archived_at")
        ]
        return select(*columns).where(visibility.deal_seen(self.actor, self.now)).subquery("visible_deals")

    def visible_activities(self) -> Subquery:
        """The activities this person sees, to join own tables with: id, customer_id, deal_id, kind, state, owner_id,
        planned_at, at, outcome, direction, note, answers (to its result forms, as JSON), form: the full key of the
        result form it was planned with, and rule: that of the follow-up rule that planned it, or NULL."""
        names = ("id", "customer_id", "deal_id", "kind", "state", "owner_id", "planned_at", "at", "outcome")
        columns = [activity.c[name] for name in (*names, "direction", "note", "answers", "form")]
        seen = visibility.activity_seen(self.actor, self.now)
        return select(*columns, plugin_views.planned_by.label("rule")).where(seen).subquery("visible_activities")

    def visible_dates(self) -> Subquery:
        """The dates plugins keep (`w.keep_date`) of customers this person sees: customer_id, kind, ref, about; year,
        month, day as numbers."""
        return plugin_views.kept_dates(self.actor, self.now)

    def visible_stays(self) -> Subquery:
        """Which stages the deals this person sees were in, and when: deal_id, process, stage, entered_at, left_at,
        which is NULL while the deal is there. What was taken back is not among them."""
        return plugin_views.stays(self.actor, self.now)

    def visible_links(self, field: str) -> Subquery:
        """Whom a field for people or customers names, by its full key ("bakery.referred_by"): record_id, target_id.
        Only where this person sees both; none where they may not read the field."""
        with self._apart() as x:
            known = running.house().read(x, settings.config_version(x)).fields
        found = {kind: its[field] for kind, its in known.items() if field in its}
        kinds = [kind for kind, its in found.items() if its.is_read_by(self.actor.role)]
        return plugin_views.links(self.actor, self.now, kinds, field)

    def people(self, *, team: bool = False) -> Sequence[Colleague]:
        """Who works here now and can be chosen by this person, by name; with `team` those of their team as well, whose
        records they need not see: who stands beside them, and takes over a guest."""
        with self._apart() as x:
            rows = plugin_views.people(x, self.actor, team=team)
        return [
            Colleague(row.id, row.name, row.team_id, row.role, frozenset((row.functions or "").split())) for row in rows
        ]

    def who_does(self, who: str, owner_id: int | None) -> int | None:
        """Who does what is `who`'s to do, said as rules say it: "owner", "manager", "function.service". Looked for from
        this owner; where there is nobody, their manager or an administrator. Of an administrator without a team
        "manager" may be they themselves; None where nobody works here."""
        with self._apart() as x:
            return doers(x, [Want(who, owner_id, owner_id)])[0]

    def in_words(self, text: Text, person_id: int | None = None) -> str:
        """A text in the language of somebody who works here, for what is written down and not only shown, such as the
        note of an activity: in that of the company's country where they chose none."""
        with self._apart() as x:
            person = follow_up_people.everybody(x).get(person_id or 0)
            known = person.language if person is not None else None
            return text.in_language(language_of(known, settings.company(x).country))

    def files(self, activity_id: int) -> Sequence[FileView]:
        """The files of an activity, the oldest first; none where it is not this person's to see."""
        if self.activity(activity_id) is None:
            return []
        with self._apart() as x:
            rows = files.of_activity(x, activity_id)
        return [FileView(row.id, row.name, row.preview_key is not None) for row in rows]

    @property
    def zone(self) -> ZoneInfo:
        """Where this person is: `reads.now.astimezone(reads.zone).date()` is their day. In a job it is the house's."""
        return ZoneInfo(self.actor.zone) if self.actor.id is not None else self.house_zone

    @property
    def house_zone(self) -> ZoneInfo:
        """The clock of the house: a day that is kept, and read by others, is counted on it, whoever keeps it."""
        with self._apart() as x:
            return ZoneInfo(settings.company(x).zone)

    @property
    def company(self) -> str:
        """What the house calls itself, for what a customer reads; "" where nobody said."""
        with self._apart() as x:
            return settings.company(x).name

    @property
    def currency(self) -> str:
        """The currency the house counts in, "CNY", for what belongs to no deal that says its own."""
        with self._apart() as x:
            return settings.company(x).currency

    @property
    def calendar(self) -> WorkCalendar:
        """When this person's team works: `begins`, `ends`, and `is_working(day)`, holidays of the country included."""
        with self._apart() as x:
            kept, company = work_calendars.nearest(x, self.actor.team_id)
        return WorkCalendar(company.country) if kept is None else from_data(kept)

    def execute(self, query: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of a `select`, of own tables and what this person sees: a list, read to its end, so it has a length
        and `(row,) = …` takes the only one. A statement that fails harms nothing else of the transaction."""
        if not isinstance(query, Select):
            raise TypeError(f"Reads.execute takes a select, not {query!r}")
        with self._apart() as x:
            return x.execute(query).all()

    def settings(self) -> Mapping[str, Any]:
        """What the owner filled in on the settings form of this plugin."""
        if not self.plugin:
            raise ValueError("whose settings? Say work(actor, now, plugin='…')")
        with self._apart() as x:
            return plugin_states.values(x, self.plugin)

    @contextmanager
    def _apart(self) -> Iterator[Executor]:
        """PostgreSQL: a statement that fails, an id that is none, spoils all that follow it, but for a savepoint."""
        if self._x is None:
            with reading() as x:
                yield x
        elif dialect_name(self._x) != "postgresql" or not isinstance(self._x, Session):
            yield self._x  # outside a transaction there is nothing to spoil
        else:
            with self._x.begin_nested():
                yield self._x
