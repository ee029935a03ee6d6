"""The hooks: every question the house asks its plugins.

A hook is here only when the house calls it. What can be listed beforehand is a record, not a hook. A plugin's function
may take fewer arguments than a hook offers, by the same names.
"""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pluggy

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.errors import Problem
from salesapp.domain.events import Event, Listens
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.import_map import ImportMap
from salesapp.domain.pack import Evidence, Fields, IndustryPack, Process
from salesapp.domain.permissions import Actor
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.terms import Terms
from salesapp.domain.views import ActivityView, CustomerFacts, CustomerView, DealView
from salesapp.plugging.channels import Channel
from salesapp.plugging.own_commands import Command
from salesapp.plugging.own_demo import DemoData
from salesapp.plugging.own_jobs import PluginJob
from salesapp.plugging.own_rows import ImportRows
from salesapp.plugging.own_tables import OwnTables
from salesapp.plugging.slots import DashboardCard, MenuItem, Panel, PluginReport, Routes

if TYPE_CHECKING:  # the facade stands on the services, which stand on this
    from salesapp.services.plugin_reads import Reads
    from salesapp.services.plugin_work import PluginWork as Work

PROJECT: Final = "salesapp"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Record = (
    IndustryPack | Process | ResultForm | Fields | FollowUp | Listens | SettingsForm | OwnTables | PluginJob | Command
    | ImportMap | DemoData | Evidence | Panel | DashboardCard | MenuItem | PluginReport | Routes | Terms
    | Channel | DateKind | ImportRows
)  # fmt: skip


@hookspec
def salesapp_records() -> Iterable[Record]:  # type: ignore[empty-body]
    """What this plugin brings, as records.

    When called: once, when the house opens, before anything else: no clock, no database, no network.
    Answer: a list of records. A process of the plugin `general` with the key `six` is known to everybody as
    `general.six`.
    Failure: the plugin is set aside with the reason on the Plugins page; the house opens without it.
    """


# --- checks: before something is saved ---


@hookspec
def salesapp_check_customer_save(
    customer: CustomerView | None, changes: Mapping[str, Any], actor: Actor, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """What speaks against saving a customer this way; nothing, or None, when it may be saved.

    When called: when somebody adds a customer or changes one, after the house's own checks, with the customer locked.
    Not for the rows of an import, and not when a customer is archived, handed over or merged.
    customer: as it is before; None for a new one.
    changes: what will be different, by name: `name`, `company`, `state`, `grade`, `tags` …, and fields by their full
    key, `bakery.allergy`. Of a new customer everything that was said, with `phones`, `emails`, `wechats` and `links` as
    they are compared.
    actor: who saves.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems, each at the `place` of its input: all of them are shown together, beside the form.
    Failure: it is saved, with a visible note; of a plugin whose manifest says `critical=True` it is refused instead.
    """


@hookspec
def salesapp_check_deal_save(
    deal: DealView | None, changes: Mapping[str, Any], actor: Actor, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """What speaks against saving a deal this way; nothing, or None, when it may be saved.

    When called: when somebody opens a deal or changes its facts, after the house's own checks, with the deal and its
    customer locked. Not when it moves (that is `salesapp_check_deal_move`), and not for the rows of an import.
    deal: as it is before; None for a new one.
    changes: what will be different, by name: `title`, `amount_minor`, `expected_close`, `owner_id` …, fields of its
    process as `field.bays`, and those every deal has by their full key, `car_wash.plate`. Of a new deal everything that
    was said, its `process` among it.
    actor: who saves.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems, each at the `place` of its input.
    Failure: it is saved, with a visible note; of a plugin whose manifest says `critical=True` it is refused instead.
    """


@hookspec
def salesapp_check_deal_move(
    deal: DealView, to: str, actor: Actor, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """What speaks against moving a deal to `to`; nothing, or None, when it may move.

    When called: when somebody moves a deal or wins it, after its gates, with the deal and its customer locked. Never
    when a deal is lost, opened again, or a move taken back. Asked about every process, not only the plugin's own: look
    at `deal.process` first.
    deal: as it is before.
    to: the key of a stage of its process, or ":won".
    actor: who moves it.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems; all problems of all plugins are shown together.
    Failure: the deal moves, with a visible note; of a plugin whose manifest says `critical=True` it stays.
    """


@hookspec
def salesapp_check_activity_save(
    activity: ActivityView | None, changes: Mapping[str, Any], actor: Actor, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """What speaks against saving an activity this way; nothing, or None, when it may be saved.

    When called: when somebody plans an activity, notes one, puts one off or finishes it, after the house's own checks,
    with its deal and customer locked. Not when one is cancelled or taken back, and not for the rows of an import.
    activity: as it is before; None for a new one.
    changes: what will be different, by name: `state` ("planned" or "done"), `planned_at`, `at`, `outcome`, `note`,
    `answers` …, and fields by their full key. Of a new activity everything that was said.
    actor: who saves.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems, each at the `place` of its input.
    Failure: it is saved, with a visible note; of a plugin whose manifest says `critical=True` it is refused instead.
    """


@hookspec
def salesapp_check_claim(
    customer: CustomerView, actor: Actor, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """What speaks against somebody taking a customer out of its pool; nothing, or None, when they may.

    When called: after the pool's own rules, with the person locked first and the customer then, so that a limit
    ("at most five of these") cannot be passed by claiming several at once.
    customer: as it waits in the pool, in full.
    actor: who claims it.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems.
    Failure: it is claimed, with a visible note; of a plugin whose manifest says `critical=True` it is refused instead.
    """


@hookspec
def salesapp_narrow(
    actor: Actor, verb: str, subject: CustomerView | DealView | ActivityView | None, reads: "Reads", now: datetime
) -> Iterable[Problem] | None:
    """Why this person may not do this, though the house allows it; nothing, or None, when they may. A right the house
    does not give cannot be given here.

    When called: on every change of a customer, a deal or an activity, right after the house has said yes; never for
    what is only shown, and never for the settings.
    actor: who wants to do it, with their `role`, `team_id` and `functions`.
    verb: what: "customer.edit", "customer.assign", "customer.share", "customer.archive", "customer.merge",
    "pool.claim", "deal.edit", "deal.move", "activity.edit"; "customer.add", "deal.add" and "activity.add" for new ones.
    subject: what it is to be done to, as it is; of a new one, the customer or deal it is for, else None.
    reads: what they may know.
    now: the moment, aware and in UTC.
    Answer: a list of problems that say why not.
    Failure: it is refused, for this protects something; also while the hook is off after five failures.
    """


# --- questions ---


@hookspec
def salesapp_match_customer(facts: CustomerFacts, reads: "Reads", now: datetime) -> Iterable[int] | None:
    """Which customers may be the same as somebody who is about to be added; nothing, or None, when no other is known
    than those the house finds itself (by number, address or name).

    When called: while somebody fills in the form of a new customer, each time a name, number or address is there.
    facts: what was typed, as it is compared: `name`, `company`, `phones`, `emails`, `wechats`, `links`.
    reads: what they may know, and own tables; the customers that are answered need not be theirs to see: then they are
    told only that there is one.
    now: the moment, aware and in UTC.
    Answer: ids of customers.
    Failure: the house answers with what it found itself.
    """


@hookspec
def salesapp_personal_data(customer: CustomerView, reads: "Reads", now: datetime) -> Mapping[str, Any] | None:
    """What this plugin keeps about a customer, for the file they are given when they ask.

    When called: when everything about a customer is exported. The rows of own tables that point to the customer are in
    the file without it; this is for what is kept elsewhere, or needs an explanation.
    customer: whose data it is.
    reads: everything, not only what the person who exports it may see.
    now: the moment, aware and in UTC.
    Answer: a dict that JSON can hold; it stands in the file under the plugin's name.
    Failure: the file names this plugin as missing.
    """


@hookspec
def salesapp_erase(customer: CustomerView, w: "Work") -> None:
    """Erase what this plugin keeps about a customer, for good.

    When called: when a customer's personal data is erased, before the house erases its own, in the same transaction.
    Rows that point to the customer stay where they are: take out of them what is personal.
    customer: as it still is.
    w: the work to do it in, on behalf of who erases.
    Failure: nothing is erased, not by the house either, and the plugin is named: half of it would be a lie.
    """


# --- afterwards ---


@hookspec
def salesapp_event(event: Event, w: "Work") -> None:
    """Something happened that this plugin listens to with a `Listens` record: do what follows from it.

    When called: after the change is through, in a transaction of its own, by the jobs: a moment later as a rule. At
    least once each: what it writes is written once, but a mail sent from here may be sent twice. Usually in the order
    things happened, but one that failed comes later: look at the record as it is now.
    event: what happened.
    w: the work to do it in, on behalf of the installation itself; `w.now` is the moment.
    Failure: what it wrote is rolled back; it is tried again, later and later, eight times, then it is parked and shown
    on the Jobs page. After five failures in a row the hook is off: its events wait, none is lost.
    """


@hookspec
def salesapp_started(now: datetime) -> None:
    """The house is open.

    When called: once in every process that serves pages or runs jobs, after it has begun. Nobody waits for it; changing
    anything is what jobs are for. now: the moment, aware and in UTC.
    Failure: it is noted on the Plugins page, no more.
    """


@hookspec
def salesapp_health(reads: "Reads", now: datetime) -> Iterable[Problem] | None:
    """What is not as it should be with this plugin, in words for an administrator; nothing, or None, when all is well.

    When called: when the Plugins page is opened, and by `salesapp doctor`. Be quick: somebody waits for the page.
    reads: everything.
    now: the moment, aware and in UTC.
    Answer: a list of problems; their `place` does not matter.
    Failure: the page says that it could not be asked.
    """


def new_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows the hooks above and no plugin yet."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(sys.modules[__name__])
    return manager
