"""The front door: everything a plugin may use, and the only module of SalesApp it imports.

A plugin is one Python file, or a folder with an `__init__.py`, in `instance/plugins/`. The name of the file or folder
is the name of the plugin: small letters, digits and `_`. This whole file is a plugin, `instance/plugins/bakery.py`:

    from salesapp.plugin_api import Field, Gate, IndustryPack, KeyStep, LostReason, Manifest, N_, Process, Stage
    from salesapp.plugin_api import AllOf, Fields, ResultForm, Text, When, hookimpl, problem

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

    ALLERGY = Field("allergy", Text(en="Allergies", zh_Hans="过敏", zh_Hant="過敏", ru="Аллергия"), "text")

    @hookimpl
    def salesapp_records():
        pack = IndustryPack(key="bakery", label=MANIFEST.label, processes=(CAKES,), accent="#8a4b12")
        return [pack, TASTED, Fields("customer", (ALLERGY,))]

    @hookimpl
    def salesapp_check_deal_move(deal, to, now):
        if deal.process == "bakery.cakes" and deal.expected_close and deal.expected_close.weekday() == 6:
            return [problem("expected_close", N_("We do not bake on Sundays."))]

*Records* say what can be known beforehand: they are listed, explained and translated without running the plugin.
They check themselves and raise a ValueError that names the mistake. Keys are stored with the deals: never rename one.
Everybody else knows the process above as `bakery.cakes`.

- A *key step* is ticked by hand, or by its `evidence`: `activity.visit` is a visit that reached somebody while the deal
  stood in this stage (so with each kind of activity), `quote.sent` whatever another plugin calls so.
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
- A *result form* asks its fields when an activity of its kind is done and somebody was reached, `process` narrows it
  to deals of one process; only those named in `required` must be answered. The answer to the one above is in the
  activity's `answers["bakery"]["liked"]`; one key means the same field in all forms of a plugin.
- *Conditions* are data as well: `When` asks one question (its docstring says which), `AllOf((…, …))`, `AnyOf((…, …))`
  and `Not(…)` join them. Every deal has `title`, `amount`, `expected_close`, `customer`, `owner`, `contacts` (how
  many) and `stage_since` (the day it came into its stage); those of a process have `step.<key>` and `field.<key>`.

*Hooks* answer questions about one situation, where a gate cannot: look for a gate first. A hook may take fewer
arguments than the house offers, by the same names: `def salesapp_check_deal_move(deal, to)` is fine. What it is given
is frozen, and `now` is the time to use. There are two:

- `salesapp_records() -> list of records`: what the plugin brings. Asked once, at the start.
- `salesapp_check_deal_move(deal: DealView, to: str, now: datetime) -> list[Problem] | None`: what speaks against moving
  this deal to `to`, a stage or ":won". All problems of all plugins are shown together, each at its `place` in the form.

When something is wrong with a plugin, it is set aside with the reason on the Plugins page, and the house opens
without it. When a check fails to run, the move is allowed with a note, unless the manifest says `critical=True`.

A plugin may import its own files (`from .cakes import CAKES`) and any library it needs, but nothing else of SalesApp:
only the names below stay as they are.
"""

from salesapp.domain.criteria import AllOf, AnyOf, Condition, Not, When
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.money import Money
from salesapp.domain.pack import Field, Fields, Gate, IndustryPack, KeyStep, LostReason, Option, Process, Stage
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.text import Text
from salesapp.domain.views import ActivityView, CustomerView, DealView
from salesapp.plugging.manifest import API, Manifest
from salesapp.plugging.spec import hookimpl

__all__ = [
    "API",
    "N_",
    "ActivityView",
    "AllOf",
    "AnyOf",
    "Condition",
    "CustomerView",
    "DealView",
    "Field",
    "Fields",
    "Gate",
    "IndustryPack",
    "KeyStep",
    "LostReason",
    "Manifest",
    "Money",
    "Msg",
    "Not",
    "Option",
    "Problem",
    "Process",
    "ResultForm",
    "Stage",
    "Text",
    "When",
    "hookimpl",
    "problem",
]
