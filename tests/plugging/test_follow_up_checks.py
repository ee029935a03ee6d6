"""Follow-up rules of plugins: they name only what there is, and who wrote one is told what was meant."""

from pathlib import Path

import pytest

from salesapp.domain.follow_up import FollowUp
from salesapp.plugging.author_check import examine, plugins_in
from salesapp.plugging.checking import DOUBT, PROBLEM
from tests.plugging.plugin_files import load, reasons, write

BODY = """
CARS = Field("cars", words("Cars"), "integer")
LEVEL = Field("level", words("Level"), "choice", options=(Option("h", words("H")), Option("a", words("A"))))
DUE = Field("due", words("Due"), "date")
ASKED = Stage("asked", words("Asked"), words("Goal"), (KeyStep("paid", words("Paid"), ("bank.paid",)),), 50)
FLEET = Process("fleet", words("Fleet"), (ASKED,), (LostReason("dear", words("Dear")),), (CARS, LEVEL, DUE))
FORM = ResultForm("after", words("After"), "call", (Field("glad", words("Glad"), "bool"),), ("glad",), by_rule=True)
NARROW = ResultForm("narrow", words("After"), "call", (Field("dear", words("Dear"), "bool"),), process="wash.fleet")


def rule(when=OnStage("wash.fleet", ":won"), do=Do("call", words("Call {customer}")), **more):
    return FollowUp("thanks", words("Thanks"), when, do, **more)


@hookimpl
def salesapp_records():
    return [
        FLEET, FORM, NARROW, Evidence("sent", words("Sent")),
        DateKind("insured", words("Insured")), DateKind("checked", words("Checked"), yearly=True),
        Fields("customer", (Field("until", words("Until"), "date"),)),
        RULE,
    ]
"""

GOOD = {
    "a stage": 'rule(OnStage("wash.fleet", "asked"))',
    "an end": "rule()",
    "an event": 'rule(OnEvent("deal.lost"))',
    "an event of customers": 'rule(OnEvent("customer.claimed", of="customer"))',
    "evidence of its own": 'rule(OnEvent("wash.sent"))',
    "evidence of a key step": 'rule(OnEvent("bank.paid"))',
    "a date of customers": 'rule(OnDate("customer.wash.until", days=-30))',
    "a date of deals": 'rule(OnDate("deal.wash.due"))',
    "a date it keeps": 'rule(OnDate("date.wash.insured", days=-90), Do("call", words("Renew {about}")))',
    "a date it keeps each year": 'rule(OnDate("date.wash.checked", yearly=True))',
    "a date of somebody else": 'rule(OnDate("date.bank.paid"))',
    "the day it was won": 'rule(OnDate("deal.closed", yearly=True))',
    "a birthday": 'rule(OnDate("date.birthday", yearly=True))',
    "a feast": 'rule(OnHoliday(PartialDate("lunar", None, 1, 1)))',
    "a level": 'rule(ByLevel("wash.level", (("h", Interval(2, "day")),)))',
    "a form": 'rule(do=Do("call", words("Call"), "wash.after"))',
    "a function": 'rule(who="function.service", escalate=Escalate("function.marketing"))',
    "a condition": 'rule(unless=When("field.wash.level", "is", "h"))',
    "a stage once entered": 'rule(unless=When("entered.asked", "ago", 3))',
}
WRONG = {
    "a process": (
        'rule(OnStage("wash.fleets", ":won"))',
        "FollowUp 'thanks', when: there is no process 'wash.fleets': did you mean 'wash.fleet'?",
    ),
    "a stage": (
        'rule(OnStage("wash.fleet", "aske"))',
        "when: the process 'wash.fleet' has no stage 'aske': did you mean 'asked'?",
    ),
    "evidence": (
        'rule(OnEvent("wash.zzz"))',
        "when: nobody pushes 'wash.zzz': add Evidence('zzz', …), and push it",
    ),
    "misspelt evidence": ('rule(OnEvent("wash.snet"))', "nobody pushes 'wash.snet': did you mean 'wash.sent'?"),
    "a field": (
        'rule(OnDate("customer.wash.untill"))',
        "when: a customer has no field 'wash.untill': did you mean 'wash.until'?",
    ),
    "a field of another type": (
        'rule(OnDate("deal.wash.cars"))',
        "when: the field 'wash.cars' is of type integer, and a date is needed",
    ),
    "a kind of date": (
        'rule(OnDate("date.wash.insurd"))',
        "when: there is no kind of date 'wash.insurd': did you mean 'wash.insured'?",
    ),
    "a date of each year": (
        'rule(OnDate("date.wash.checked"))',
        "when: 'wash.checked' comes round each year: OnDate('date.wash.checked', yearly=True)",
    ),
    "a level": (
        'rule(ByLevel("wash.levle", (("h", Interval(2, "day")),)))',
        "when: a deal has no field 'wash.levle': did you mean 'wash.level'?",
    ),
    "an answer": (
        'rule(ByLevel("wash.level", (("b", Interval(2, "day")),)))',
        "when: the field 'wash.level' has no answer 'b'; there is h, a",
    ),
    "a form": (
        'rule(do=Do("call", words("Call"), "wash.aftr"))',
        "do: there is no result form 'wash.aftr': did you mean 'wash.after'?",
    ),
    "a form of another kind": (
        'rule(do=Do("visit", words("Go"), "wash.after"))',
        "do: the form 'wash.after' is for a call, and a visit is planned",
    ),
    "a form of a process": (
        'rule(OnDate("date.birthday", yearly=True), Do("call", words("Call"), "wash.narrow"))',
        "do: the form 'wash.narrow' is for deals of 'wash.fleet', and this rule is about customers",
    ),
    "a function": (
        'rule(who="function.servce")',
        "who: there is no function 'servce': did you mean 'service'?",
    ),
    "whom to tell": (
        'rule(escalate=Escalate("function.zzz"))',
        "escalate: there is no function 'zzz'; there is finance, legal, marketing",
    ),
    "a condition": (
        'rule(unless=When("field.wash.car", "filled"))',
        "unless: nothing is called 'field.wash.car': did you mean 'field.wash.cars'?",
    ),
    "a stage of a condition": (
        'rule(unless=When("entered.aske", "filled"))',
        "unless: no deal it is about enters a stage 'aske': did you mean 'asked'?",
    ),
    "a stage of a condition, whatever the process": (
        'rule(OnEvent("deal.lost"), unless=When("entered.zzz", "filled"))',
        "unless: no deal it is about enters a stage 'zzz'; there is asked",
    ),
    "a key step": (
        'rule(unless=When("step.paid", "is", True))',
        "unless: rules do not know key steps; ask for the stage behind one: When('entered.STAGE', 'filled')",
    ),
    "a condition about the other": (
        'rule(unless=When("grade", "is", "A"))',
        "unless: nothing is called 'grade'",
    ),
}


def wash(directory: Path, rule: str) -> Path:
    return write(directory, "wash", BODY + f"\n\nRULE = {rule}\n")


@pytest.mark.parametrize("rule", GOOD.values(), ids=GOOD)
def test_what_there_is_can_be_named(tmp_path: Path, rule: str) -> None:
    wash(tmp_path, rule)
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    assert list(plugins.catalog.of(FollowUp)) == ["wash.thanks"]
    (found,) = plugins_in([tmp_path], "wash")
    assert [each.words for each in examine(found, [tmp_path]) if each.kind == PROBLEM] == []


@pytest.mark.parametrize(("rule", "says"), WRONG.values(), ids=WRONG)
def test_what_there_is_not_sets_the_plugin_aside(tmp_path: Path, rule: str, says: str) -> None:
    path = wash(tmp_path, rule)
    plugins = load(tmp_path)
    assert says in reasons(plugins)["wash"]
    assert not plugins.catalog.of(FollowUp)
    (found,) = plugins_in([tmp_path], "wash")
    told = [each for each in examine(found, [tmp_path]) if each.kind == PROBLEM]
    assert [each.file for each in told] == [path]
    assert says in told[0].words
    assert "FollowUp(" in path.read_text("utf-8").splitlines()[(told[0].line or 0) - 1]


def test_a_neighbour_that_is_not_there_is_a_doubt_and_no_more(tmp_path: Path) -> None:
    wash(tmp_path, 'rule(OnStage("rental.cars", ":won"))')
    assert reasons(load(tmp_path)) == {}
    (found,) = plugins_in([tmp_path], "wash")
    (doubt,) = examine(found, [tmp_path])
    assert (doubt.kind, doubt.words) == (
        DOUBT,
        "FollowUp 'thanks', when: there is no process 'rental.cars'; there is wash.fleet",
    )


def test_a_neighbour_that_is_there_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, "rental")
    wash(tmp_path, 'rule(OnStage("rental.shrot", ":won"))')
    said = reasons(load(tmp_path))["wash"]
    assert said.endswith("there is no process 'rental.shrot': did you mean 'rental.short'?")


def test_rules_that_can_never_plan_anything_are_found(tmp_path: Path) -> None:
    always = 'rule(unless=AnyOf((When("planned", "is", True), Not(When("planned", "is", True)))))'
    wash(tmp_path, always)
    (found,) = plugins_in([tmp_path], "wash")
    (told,) = examine(found, [tmp_path])
    assert told.words == "FollowUp 'thanks': it never plans anything, its unless always holds"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Call {custmer}", "not {custmer}"),
        ("Call {customer.name}", "not {customer.name}"),
        ("Call {0}", "not {0}"),
        ("Call {}", "not {}"),
    ],
)
def test_a_text_names_only_what_it_can_be_given(tmp_path: Path, text: str, says: str) -> None:
    wash(tmp_path, f'rule(do=Do("call", words("{text}")))')
    assert says in reasons(load(tmp_path))["wash"]


def test_two_rules_of_a_name_are_refused(tmp_path: Path) -> None:
    wash(tmp_path, "rule()")
    text = (tmp_path / "wash.py").read_text("utf-8")
    (tmp_path / "wash.py").write_text(text.replace("        RULE,", "        RULE, RULE,"), "utf-8")
    assert "two records of the kind FollowUp are called 'wash.thanks'" in reasons(load(tmp_path))["wash"]
