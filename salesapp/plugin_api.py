"""The front door: everything a plugin may use, and the only module of SalesApp it imports.

A plugin is one Python file, or a folder with an `__init__.py`, in `instance/plugins/`. The name of the file or folder
is the name of the plugin: small letters, digits and `_`. `salesapp plugins new bakery` makes one to begin with, and
docs/plugins/ shows how to go on; records alone need no Python, but can be one `pack.toml`. This whole file is a plugin,
`instance/plugins/bakery.py`:

    from salesapp.plugin_api import Field, Gate, IndustryPack, KeyStep, LostReason, Manifest, N_, Process, Stage
    from salesapp.plugin_api import AllOf, Fields, FollowUp, ResultForm, Text, When, hookimpl, problem
    from salesapp.plugin_api import Deadline, Do, OnStage

    MANIFEST = Manifest(
        name="bakery",
        version="1.0",
        label=Text(en="Bakery", zh_Hans="烘焙坊", zh_Hant="烘焙坊", ru="Пекарня"),
        description=Text(en="Orders for cakes", zh_Hans="蛋糕订单", zh_Hant="蛋糕訂單", ru="Заказы тортов"),
    )

    TASTING = KeyStep(
        "tasting",
        Text(en="Tasting", zh_Hans="安排试吃", zh_Hant="安排試吃", ru="Провести дегустацию"),
        evidence=("activity.visit", "activity.demo"),
    )

    GUESTS = Field("guests", Text(en="Guests", zh_Hans="用餐人数", zh_Hant="用餐人數", ru="Число гостей"), "integer")

    AGREED = Gate("agreed", AllOf((When("field.guests", "at_least", 1), When("amount", "filled"))))

    ASKED = Stage(
        key="asked",
        label=Text(en="Asked", zh_Hans="咨询", zh_Hant="詢問", ru="Запрос"),
        goal=Text(en="Know the day", zh_Hans="确定日期", zh_Hant="確定日期", ru="Узнать дату"),
        key_steps=(TASTING,),
        probability=30,
        longest_stay_days=7,
        to_leave=(AGREED,),
    )

    TOO_DEAR = LostReason("price", Text(en="Price", zh_Hans="价格", zh_Hant="價格", ru="Цена"))

    CAKES = Process(
        key="cakes",
        label=Text(en="Cakes", zh_Hans="蛋糕", zh_Hant="蛋糕", ru="Торты"),
        stages=(ASKED,),
        lost_reasons=(TOO_DEAR,),
        fields=(GUESTS,),
    )

    LIKED = Field("liked", Text(en="They liked", zh_Hans="喜欢哪款", zh_Hant="喜歡哪款", ru="Понравилось"), "text")

    TASTED = ResultForm("tasted", TASTING.label, "visit", fields=(LIKED,), required=("liked",), process="bakery.cakes")

    CALL = FollowUp(
        "how_was_it",
        Text(en="Call after the feast", zh_Hans="宴后致电", zh_Hant="宴後致電", ru="Звонок после праздника"),
        when=OnStage("bakery.cakes", ":won"),
        do=Do("call", Text(en="How was the cake?", zh_Hans="蛋糕满意吗？", zh_Hant="蛋糕滿意嗎？", ru="Как вам торт?")),
        who="salesperson",
        deadline=Deadline(24, "hour"),
    )

    ALLERGY = Field("allergy", Text(en="Allergies", zh_Hans="过敏", zh_Hant="過敏", ru="Аллергия"), "text")

    @hookimpl
    def salesapp_records():
        pack = IndustryPack(key="bakery", label=MANIFEST.label, processes=(CAKES,), accent="#8a4b12")
        return [pack, TASTED, CALL, Fields("customer", (ALLERGY,))]

    @hookimpl
    def salesapp_check_deal_move(deal):
        if deal.process == "bakery.cakes" and deal.expected_close and deal.expected_close.weekday() == 6:
            return [problem("expected_close", N_("We do not bake on Sundays."))]

*Records* say what can be known beforehand: they are listed, explained and translated without running the plugin.
They check themselves and raise a ValueError that names the mistake. Keys are stored with the deals: never rename one.
Everybody else knows the process above as `bakery.cakes`.

- A *key step* is ticked by hand, or by its `evidence`: `activity.visit` is a visit that reached somebody while the deal
  stood in this stage (so with each kind of activity), `quote.sent` what the plugin `quote` pushes under this
  name, which people read as its `Evidence("sent", …)` says.
- A *field* is asked for where its `visible_when` holds. One of a process is never required by itself: a gate says when.
  The answer to `GUESTS` above is in `deal.custom["bakery"]["guests"]`.
- `Fields` are what every customer, contact, deal or activity has, whatever its process; these can be `required`, begin
  with a `default`, and have `readers` and `writers`: roles, beside "admin". Everybody else, their own `visible_when`
  among them, knows the one above as `bakery.allergy`. It is asked and shown, filtered, listed and exported like every
  other, and kept in `customer.custom["bakery"]["allergy"]`; people and customers that a field names are kept elsewhere,
  so that they are right after two customers are made one.
- A *gate* holds up a deal that enters (`to_enter`) or leaves (`to_leave`) its stage until what it `needs` is there.
  Who moves the deal is asked for what is missing, then and there; who skips stages passes their gates, too, and who
  goes back, or gives the deal up, passes none. Winning leaves the last stage.
- *Giving up* asks for a `LostReason`, and for the fields named in `lost_asks`; `lost_needs_yes` and `lost_needs_call`
  say who agrees first, and after what.
- A *result form* asks its fields when an activity of its kind is done and somebody was reached, `process` narrows it
  to deals of one process; only those named in `required` must be answered. The answer to the one above is in the
  activity's `answers["bakery"]["liked"]`; one key means the same field in all forms of a plugin.
- A *follow-up rule*, a `FollowUp`, plans an activity by itself: `when` something happens, what to `do` (a `Do`: kind,
  text, and the form whose questions must then be answered; one that is `by_rule` is asked nowhere else), `who` does it,
  by which `Deadline`, how often (`every` so many days, weeks or months, an `Interval`), `until` when (`Until`),
  `unless` what, and whom to `Escalate` to. It begins with a stage (`OnStage`), an event or evidence (`OnEvent`), a date
  that comes (`OnDate`), a feast (`OnHoliday` with a `PartialDate` or a `SolarTerm`), with nobody being in touch
  (`Silence`), or with the rhythm of a customer's grade (`ByGrade`) or of an answer (`ByLevel`). The one above is known
  as `bakery.how_was_it`.
  The owner sees what it would plan, switches it, and changes any part of it; a new version takes nothing of that back.
- A `DateKind` is a kind of date the plugin keeps of customers with `w.keep_date`, one for each thing it is about: the
  insurance of a car ends. It is shown beside birthdays, and rules begin with it:
  `OnDate("date.bakery.feast", days=-9)`.
- A `SettingsForm` is what the owner sets about the plugin, on its page among the plugins: fields, each with the
  `default` that holds until then. What is set is in `reads.settings()` and `w.settings()`, by the fields' keys.
- *Conditions* are data as well: `When` asks one question (its docstring says which), `AllOf((…, …))`, `AnyOf((…, …))`
  and `Not(…)` join them. Every deal has `title`, `amount`, `expected_close`, `customer`, `owner`, `contacts` (how
  many) and `stage_since` (the day it came into its stage); those of a process have `step.<key>` and `field.<key>`.

*Hooks* answer questions about one situation, where a gate cannot: look for a gate first. A hook may take fewer
arguments than the house offers, by the same names: `def salesapp_check_deal_move(deal, to)` is fine. What it is given
is frozen (a deal is a `DealView`); `now` is the time to use, `actor` (an `Actor`) who does it, and `reads` (`Reads`)
what that person may know and what the plugin's own tables say. A check answers with a list of `Problem`, each at the
`place` of its input ("amount", "field.guests", "bakery.allergy", "step"; life-of-a-deal.md has them all): all are
shown together; nothing, or None, says that all is well.

- `salesapp_records()`: what the plugin brings, a list of records. Asked once, at the start.
- `salesapp_check_customer_save(customer, changes, actor, reads, now)`: what speaks against saving a customer; `changes`
  is what will be different, by name, `customer` as it was before, None where it is new.
- `salesapp_check_deal_save(deal, changes, actor, reads, now)`: the same of a deal.
- `salesapp_check_activity_save(activity, changes, actor, reads, now)`: the same of an activity, planned or done.
- `salesapp_check_deal_move(deal, to, actor, reads, now)`: what speaks against moving a deal to `to`, a stage or ":won".
- `salesapp_check_claim(customer, actor, reads, now)`: what speaks against taking a customer out of its pool.
- `salesapp_narrow(actor, verb, subject, reads, now)`: why this person may not do this, though the house allows it.
- `salesapp_match_customer(facts, reads, now)`: ids of customers who may be the same as this one, `CustomerFacts`.
- `salesapp_event(event, w)`: something happened, an `Event` of a kind the plugin `Listens` to; push what follows of it.
- `salesapp_personal_data(customer, reads, now)`: what the plugin keeps about a customer beside rows that point to them,
  for the file a customer is given who asks.
- `salesapp_erase(customer, w)`: take out for good what is personal of a customer in what the plugin keeps.
- `salesapp_started(now)`: the house is open.
- `salesapp_health(reads, now)`: what is wrong with the plugin, a list of problems in words for an administrator.

All checks run inside the transaction of the change, with the record and its customer locked, so that a limit ("two at
once") cannot be passed by two people at the same moment. So they must be quick, and call nothing outside. An event is
delivered afterwards, in a transaction of its own, and again until it succeeds: that is the place for what takes time.

*Reading and changing*: `reads` gives records as views, `reads.deal(12)`, and what its person may see to join own tables
with, `reads.visible_customers()`; `reads.people()` are whom a form can offer, each a `Colleague`.
A `Work` changes things by the house's own verbs, with its rules and rights, in one
transaction with own rows: `w.add_customer(NewCustomer(name="…"))`, `w.add_deal(NewDeal(…))`, `w.move_deal(7, "asked")`,
`w.plan_activity(NewActivity(…))`, `w.push_evidence(7, "quote.sent")`, `w.tag(12, "bakery")`, `w.notify(…)`; it says
itself what else. The house gives one to `salesapp_event`; for a page of its own a plugin opens one:
`with work(actor, now, plugin="bakery") as w:`. What cannot be is raised: `Refused` with all its problems, `NotAllowed`,
`NotFound`, `Stale`, and `AlreadyDone` where a form with a `request_key` came twice. On a page that is open to everybody
nobody acts: `work(SYSTEM, now)` is the installation itself, and `w.take_enquiry(NewCustomer(…))` takes who asks for a
new customer, or for the one who has that number already.

*What people see*: records that show something in pages of the house, or bring pages; each is made when somebody looks,
given `Reads` of that person, and changes nothing.

- A `Panel` is a part of the page of a customer, deal or contact, a `DashboardCard` one of Today: a list of `Line`s, or
  a template of the plugin. A `MenuItem` is a place in the menu.
- A `PluginReport` stands below /reports, with the house's filters, table, bars and file; its rows are counted for what
  a `ReportQuery` asks, and a cell may be `Linked`.
- `Routes` are pages of the plugin's own, at /p/NAME/…, of a Flask blueprint: `from flask import Blueprint, request` is
  all of Flask one needs. `asking()` says who asks and when (`Asking`), `reading()` gives the reads of that person,
  `page(template, …)` makes the page, `flash(text)` says something on the next one, `go_to(address)` leads there.
  `read_amount(raw, currency)` reads money as people type it, `show_money(money)` in a template shows it.
  `next_occurrence(PartialDate("lunar", None, 8, 15), today)` is the next day a date comes round, of either calendar.
- Files belong to activities: a route marked `@takes_files` has `take_files(request.files.getlist("photos"), "photos")`
  before its `work`, where "photos" is the name of the input, then `w.attach(activity_id, kept)`.
  `reads.files(activity_id)` gives each as a `FileView`; in a template
  `<a href="{{ f.address }}">{% if f.preview %}<img src="{{ f.preview }}" alt="{{ f.name }}">{% endif %}</a>`.
- `Terms` put whole messages of the house in the plugin's words: "Hospitals" for "Customers".

`templates/`, `static/` and `translations/ru/LC_MESSAGES/messages.po` of a plugin that is a folder are used without
being named (docs/plugins/templates.md, translations.md); texts in code are said with `gettext` and `ngettext`, those
in records, problems and other messages with `say(message)`. What a person may not do, a page does not offer:
`"deal.edit" in reads.actor.verbs`, or `can("deal.edit")` in a template. Pages that are open to everybody take
50 forms in a quarter of an hour from one address.

*What it keeps and does by itself*:

- `OwnTables(metadata)` are tables of its own, `bakery_…`, in a `MetaData()` of its own; the plugin is a folder then,
  with Alembic's scripts in `migrations/`, which `salesapp upgrade` runs. `Id`, `Instant` and `Json` are types of
  columns that are alike in both databases; `customer_ref()`, `contact_ref()`, `deal_ref()`, `activity_ref()` and
  `person_ref()` are columns that refer to a record of the house, and say what happens should it go: such rows follow
  when two customers become one, and come along in backups. A plugin whose tables are not those it is written for
  rests, with the reason.
- A `PluginJob` is work beside the pages, `run(w, args)`: by the clock with `Every(timedelta(hours=1))`, or when
  `w.enqueue("key", {…})` asks for it. What it raises is rolled back and tried again.
- A `Channel` sends short messages to phones, `send(reads, to, text)`: messages to a group go out through it.
- A `Command` is a click command, `salesapp bakery orders`; with `@pass_work` below its options it is given a `w`.
- An `ImportMap` says, as data, which heading of another program's files is which field; such files are recognised.
  `ImportRows` are rows of own tables that files can bring, with everything imports have: `read(reads, keys)` says what
  is there, `write(w, rows)` makes it so, and the house checks, counts, and takes back by these two.
- `DemoData` fills own tables, or adds records, when `salesapp demo` makes a demo.

When something is wrong with a plugin, it is set aside with the reason on the Plugins page, and the house opens
without it. When a check fails to run, what it should have checked is allowed with a note, unless the manifest says
`critical=True`; `salesapp_narrow` and `salesapp_erase` refuse. A hook that fails five times in a row is off until an
administrator turns it on again; its events wait meanwhile. SALESAPP_TRACE_PLUGINS=1 prints each call.

A plugin may import its own files (`from .cakes import CAKES`) and any library it needs, but nothing else of SalesApp:
only the names below stay as they are. Hooks that stand in another file must be imported into `__init__.py`: they are
found there only.
"""

from salesapp.domain.criteria import AllOf, AnyOf, Condition, Not, When
from salesapp.domain.date_kinds import DateKind
from salesapp.domain.errors import N_, AlreadyDone, Msg, NotAllowed, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.events import Event, Listens
from salesapp.domain.follow_up import (
    ByGrade,
    ByLevel,
    Deadline,
    Do,
    Escalate,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Until,
)
from salesapp.domain.followups import Interval
from salesapp.domain.import_map import ImportMap
from salesapp.domain.money import Money
from salesapp.domain.pack import (
    Evidence,
    Field,
    Fields,
    Gate,
    IndustryPack,
    KeyStep,
    LostReason,
    Option,
    Process,
    Stage,
)
from salesapp.domain.partial_dates import PartialDate, next_occurrence
from salesapp.domain.periods import Every
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.solar_terms import SolarTerm
from salesapp.domain.terms import Terms
from salesapp.domain.text import Text
from salesapp.domain.views import ActivityView, CustomerFacts, CustomerView, DealView
from salesapp.plugging.channels import Channel
from salesapp.plugging.manifest import API, Manifest
from salesapp.plugging.own_commands import Command, pass_work
from salesapp.plugging.own_demo import DemoData
from salesapp.plugging.own_jobs import PluginJob
from salesapp.plugging.own_rows import ImportRows
from salesapp.plugging.own_tables import OwnTables, activity_ref, contact_ref, customer_ref, deal_ref, person_ref
from salesapp.plugging.slots import (
    DashboardCard,
    Line,
    Linked,
    MenuItem,
    Panel,
    PluginReport,
    ReportQuery,
    Routes,
)
from salesapp.plugging.spec import hookimpl
from salesapp.services.activities import NewActivity
from salesapp.services.customers import NewCustomer
from salesapp.services.deals import NewDeal
from salesapp.services.plugin_reads import Colleague, FileView, Reads
from salesapp.services.plugin_work import PluginWork as Work
from salesapp.services.plugin_work import work
from salesapp.store.types import Id, Instant, Json
from salesapp.web.guard import takes_files
from salesapp.web.i18n import gettext, ngettext, say
from salesapp.web.plugin_asking import Asking, asking, flash, go_to, page, read_amount, reading, take_files

__all__ = [
    "API",
    "N_",
    "SYSTEM",
    "ActivityView",
    "Actor",
    "AllOf",
    "AlreadyDone",
    "AnyOf",
    "Asking",
    "ByGrade",
    "ByLevel",
    "Channel",
    "Colleague",
    "Command",
    "Condition",
    "CustomerFacts",
    "CustomerView",
    "DashboardCard",
    "DateKind",
    "Deadline",
    "DealView",
    "DemoData",
    "Do",
    "Escalate",
    "Event",
    "Every",
    "Evidence",
    "Field",
    "Fields",
    "FileView",
    "FollowUp",
    "Gate",
    "Id",
    "ImportMap",
    "ImportRows",
    "IndustryPack",
    "Instant",
    "Interval",
    "Json",
    "KeyStep",
    "Line",
    "Linked",
    "Listens",
    "LostReason",
    "Manifest",
    "MenuItem",
    "Money",
    "Msg",
    "NewActivity",
    "NewCustomer",
    "NewDeal",
    "Not",
    "NotAllowed",
    "NotFound",
    "OnDate",
    "OnEvent",
    "OnHoliday",
    "OnStage",
    "Option",
    "OwnTables",
    "Panel",
    "PartialDate",
    "PluginJob",
    "PluginReport",
    "Problem",
    "Process",
    "Reads",
    "Refused",
    "ReportQuery",
    "ResultForm",
    "Routes",
    "SettingsForm",
    "Silence",
    "SolarTerm",
    "Stage",
    "Stale",
    "Terms",
    "Text",
    "Until",
    "When",
    "Work",
    "activity_ref",
    "asking",
    "contact_ref",
    "customer_ref",
    "deal_ref",
    "flash",
    "gettext",
    "go_to",
    "hookimpl",
    "next_occurrence",
    "ngettext",
    "page",
    "pass_work",
    "person_ref",
    "problem",
    "read_amount",
    "reading",
    "say",
    "take_files",
    "takes_files",
    "work",
]
