"""What a plugin changes: the verbs of the house, in one transaction with the rows of its own tables.

    with work(actor, now, plugin="car_wash") as w:
        deal_id = w.add_deal(NewDeal(customer_id=7, process="car_wash.care"))
        w.session.execute(insert(booking).values(deal_id=deal_id, bay=2))

Each verb is the house's own: it asks for the rights of `actor`, checks, writes down what happened and tells who is
concerned. What cannot be is raised: Refused (with all that is wrong), NotAllowed, NotFound, Stale. When one of these,
or anything else, leaves the work, nothing of it stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from salesapp.domain.errors import NotFound
from salesapp.domain.files import KeptFile
from salesapp.domain.notices import PLUGIN
from salesapp.domain.pack import Evidence
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.result_forms import Answers
from salesapp.domain.stages import WON
from salesapp.domain.text import LANGUAGES, Text
from salesapp.plugging.follow_up_checks import shown_by
from salesapp.plugging.slot_checks import meant
from salesapp.services import (
    activities,
    activity_changes,
    activity_finish,
    activity_undo,
    customers,
    deal_moves,
    deal_steps,
    deals,
    enquiries,
    files,
    jobs,
    kept_dates,
    lost_deals,
    notices,
    permits,
)
from salesapp.services.activities import NewActivity
from salesapp.services.customers import NewCustomer
from salesapp.services.deals import NewDeal
from salesapp.services.plugin_reads import Reads
from salesapp.services.work import Work
from salesapp.services.work import work as house_work
from salesapp.store import customers as customer_rows
from salesapp.store import deals as deal_rows
from salesapp.store import sign_ins
from salesapp.store import tags as tag_rows
from salesapp.store.notice_subjects import page_key

About = Literal["customer", "deal", "activity"]


@dataclass(frozen=True, slots=True)
class PluginWork:
    """One transaction in which `actor` changes things at the moment `now`. Own rows go through `session`; it belongs
    to the house, so never commit it or roll it back."""

    plugin: str
    _w: Work
    _demo: str = ""
    """The language of the demo that is being made, "" where none is."""

    @property
    def actor(self) -> Actor:
        """On whose behalf; the installation itself where an event is delivered, or a job runs."""
        return self._w.actor

    @property
    def now(self) -> datetime:
        """The moment, aware and in UTC; the only clock to use."""
        return self._w.now

    @property
    def session(self) -> Session:
        """For statements on own tables, SQLAlchemy Core or a model of the plugin."""
        return self._w.session

    @property
    def reads(self) -> Reads:
        """What `actor` may know, as this transaction sees it."""
        return Reads(self.plugin, self._w.actor, self._w.now, self._w.session)

    def settings(self) -> Mapping[str, Any]:
        """What the owner filled in on the plugin's settings form, by the keys of its fields."""
        return self.reads.settings()

    # --- customers ---

    def add_customer(self, new: NewCustomer) -> int:
        """Add a customer; its id. Refused where somebody has one of its numbers already: that problem's message has
        their id among its values, as `customer`, where this person sees them."""
        return customers.add_customer(self._w, new)

    def take_enquiry(self, new: NewCustomer, note: str = "") -> int:
        """Somebody asks from outside, as on a public form: a new customer, or whoever has that number already, whose
        owner is told then; the id. Never say which of the two to whoever asked."""
        return enquiries.take_enquiry(self._w, new, note)

    def change_customer(self, customer_id: int, changes: Mapping[str, Any]) -> None:
        """Set facts of a customer by name: `{"grade": "A", "car_wash.plate": "京A·12345"}`."""
        customers.change_customer(self._w, customer_id, _as_kept(changes), {})

    def tag(self, customer_id: int, *tags: str) -> None:
        """Put tags on a customer, beside those it has."""
        self.change_customer(customer_id, {"tags": [*self._tags(customer_id), *tags]})

    def untag(self, customer_id: int, *tags: str) -> None:
        """Take tags off a customer; those it has not are no mistake."""
        self.change_customer(customer_id, {"tags": [each for each in self._tags(customer_id) if each not in tags]})

    def _tags(self, customer_id: int) -> Sequence[str]:
        customer_rows.lock(self._w.session, customer_id)  # first: two who tag at once must not undo each other
        return tag_rows.of_customer(self._w.session, customer_id)

    def keep_date(self, customer_id: int, kind: str, day: date | None, *, ref: str = "", about: str = "") -> None:
        """A date of a `DateKind` ("car.insurance") of a customer: one for each `ref`, the id of a vehicle, say. It is
        set, moved to another day, or, with None, taken away; the same once more changes nothing. `about` says in words
        what it is about ("沪A·12345"): it is shown with the date, and rules name it as {about}."""
        kept_dates.keep_date(self._w, customer_id, kind, day, ref=ref, about=about)

    # --- deals ---

    def add_deal(self, new: NewDeal) -> int:
        """Open a deal in the first stage of its process; its id."""
        return deals.open_deal(self._w, new)

    def change_deal(self, deal_id: int, changes: Mapping[str, Any]) -> None:
        """Set facts of a deal by name: `{"amount_minor": 88_00, "field.bays": 2}`, its process's with `field.`."""
        deals.change_deal(self._w, deal_id, _as_kept(changes), {})

    def move_deal(self, deal_id: int, to: str) -> None:
        """Move an open deal to a stage of its process, or to ":won". Gates and checks hold as for everybody."""
        version = deal_rows.version(self._w.session, deal_id)
        if to == WON:
            deal_moves.win_deal(self._w, deal_id, version)
        else:
            deal_moves.move_deal(self._w, deal_id, to, version)

    def lose_deal(self, deal_id: int, reason: str, note: str = "") -> int | None:
        """Give an open deal up for a reason of its process: lost at once, or the id of the decision where somebody must
        agree first. In the past of a demo whoever does it has agreed."""
        version = deal_rows.version(self._w.session, deal_id)
        if not self._demo:
            return lost_deals.ask_or_lose(self._w, deal_id, reason, note, version)
        deal_moves.lose_deal(self._w, deal_id, reason, note, version)
        return None

    def push_evidence(
        self,
        deal_id: int,
        evidence: str,
        evidence_id: int | None = None,
        *,
        at: datetime | None = None,
        lasting: bool = False,
    ) -> int:
        """Say that something happened ("quote.sent") which key steps of the deal wait for; how many it ticked. It
        counts for the stage the deal is in, and for every stage where it is `lasting`, as a signature is. With its own
        id it can be taken back. A ValueError for evidence of this plugin that neither it nor a key step names; another
        plugin's, which may not be there, ticks nothing."""
        self._check_evidence(evidence)
        permits.deal(self._w, "deal.edit", deal_id)
        return deal_steps.push_evidence(self._w, deal_id, evidence, evidence_id, at=at, lasting=lasting)

    def _check_evidence(self, evidence: str) -> None:
        known = self._w.catalog.of(Evidence)
        if not self.plugin or not evidence.startswith(f"{self.plugin}.") or evidence in known:
            return
        waited_for = shown_by(self._w.catalog.shown_processes.values())
        if evidence not in waited_for:
            raise ValueError(f"there is no Evidence {evidence!r}{meant(evidence, {*known, *waited_for})}")

    def take_back_evidence(self, deal_id: int, evidence: str, evidence_id: int) -> None:
        """It did not happen after all: the key steps it ticked are open again, and what a rule planned from it and is
        still open goes."""
        permits.deal(self._w, "deal.edit", deal_id)
        deal_steps.take_back_evidence(self._w, deal_id, evidence, evidence_id)

    def tick_step(self, deal_id: int, step: str, done: bool = True) -> None:
        """Tick a key step of a deal's process, as people do by hand, or take the tick back."""
        deal_steps.tick_step(self._w, deal_id, step, done)

    # --- activities ---

    def plan_activity(self, new: NewActivity) -> int:
        """Plan something with `planned_at`; its id. `because` says why, in the words people read."""
        return activities.plan_activity(self._w, new)

    def log_activity(self, new: NewActivity) -> int:
        """Note something that happened, with its `outcome`; its id."""
        return activities.note_activity(self._w, new)

    def finish_activity(
        self,
        activity_id: int,
        outcome: str | None = "reached",
        note: str = "",
        *,
        at: datetime | None = None,
        next_at: datetime | None = None,
        answers: Answers | None = None,
    ) -> int | None:
        """A planned activity is done: "reached", "not_reached", None where its kind reaches nobody; `at` when it was,
        if that is not now. With `next_at` the next one is planned; its id."""
        return activity_finish.finish_activity(self._w, activity_id, outcome, note, next_at, at=at, answers=answers)

    def put_off_activity(self, activity_id: int, planned_at: datetime, *, all_day: bool = True, note: str = "") -> None:
        """A planned activity is moved to another time, which the timeline tells; `note` says why."""
        activity_changes.postpone_activity(self._w, activity_id, planned_at, all_day=all_day, note=note)

    def cancel_activity(self, activity_id: int) -> None:
        """A planned activity will not happen; it stays in the timeline, and can be planned again."""
        activity_changes.cancel_activity(self._w, activity_id)

    def reopen_activity(self, activity_id: int) -> None:
        """It is not done, or not cancelled, after all: planned again for when it was; one that was only noted goes."""
        activity_undo.reopen_activity(self._w, activity_id)

    def attach(self, activity_id: int, kept: Sequence[KeptFile]) -> list[int]:
        """Attach files that `take_files` has taken in, to an activity this person may change; the new files' ids."""
        return files.attach(self._w, activity_id, kept, together=True)

    # --- a demo ---

    @property
    def language(self) -> str:
        """The language of the demo a `DemoData` fills: names and notes are in it. "" everywhere else."""
        return self._demo

    def at(self, moment: datetime, person_id: int | None = None) -> "PluginWork":
        """The same transaction at an earlier moment, as one of the people of the demo (None: the installation itself):
        what is done with it happened then. Only for `DemoData`, which tells a past; a ValueError everywhere else."""
        if not self._demo or moment > self._w.now:
            raise ValueError("w.at(moment) tells the past of a demo: only within DemoData, and never what is to come")
        actor = SYSTEM if person_id is None else sign_ins.actor_of(self._w.session, person_id)
        if actor is None:
            raise NotFound
        return replace(self, _w=replace(self._w, actor=actor, now=moment))

    # --- people and later ---

    def notify(self, person_id: int | None, words: Text, about: About, record_id: int, *, once: str = "") -> None:
        """Tell somebody about a record, in their language and the way they chose. Its name is added: keep names and
        numbers out of `words`. The same words about the same record are told once, unless `once` tells two apart."""
        data = {"says": {each: words.in_language(each) for each in LANGUAGES}, "plugin": self.plugin}
        occurrence = f"{self.plugin}:{once or words.en}"[:80]
        notices.tell(self._w, person_id, PLUGIN, (about, record_id), occurrence=occurrence, data=data)

    def notify_of_page(self, person_id: int | None, words: Text, address: str, *, once: str = "") -> None:
        """Tell somebody about a page of this plugin, "/p/car_wash/bookings/3", where there is no record of the house to
        tell them about. Who may open it, the page asks itself."""
        if not address.startswith(f"/p/{self.plugin}/"):
            raise ValueError(f"{address!r} is no page of {self.plugin!r}: say /p/{self.plugin}/…")
        data = {"says": {each: words.in_language(each) for each in LANGUAGES}, "how": "page", "page": address}
        notices.tell(self._w, person_id, PLUGIN, page_key(address), occurrence=(once or words.en)[:80], data=data)

    def enqueue(
        self,
        job: str,
        args: Mapping[str, Any] | None = None,
        *,
        run_at: datetime | None = None,
        slot: str | None = None,
    ) -> bool:
        """Have a `PluginJob` of this plugin run after this transaction, by its key; from `run_at` on. `args` are codes
        and ids. A `slot` exists once: False when it was taken."""
        name = f"{self.plugin}.{job}"
        return jobs.enqueue(self._w, name, args, run_at=run_at, slot=None if slot is None else f"{name}:{slot}")


def _as_kept(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Days of fields as the house keeps them; those of the record itself ("expected_close") stay days."""
    return {key: value.isoformat() if type(value) is date and "." in key else value for key, value in changes.items()}


@contextmanager
def work(actor: Actor, now: datetime, *, plugin: str = "", request_key: str | None = None) -> Iterator[PluginWork]:
    """Open one transaction for a plugin, for a page or a command of its own; what the house calls has one already.
    Everything in it stays together, or nothing does. `plugin` is its own name, for `settings` and `enqueue`."""
    with house_work(actor, now, request_key=request_key) as w:
        yield PluginWork(plugin, w)


@contextmanager
def demo_work(now: datetime, *, plugin: str, language: str) -> Iterator[PluginWork]:
    """The work in which a plugin adds its part to a demo."""
    with house_work(SYSTEM, now) as w:
        yield PluginWork(plugin, w, language)
