"""The bundled plugins: through the front door only, and `general` with its four processes in four languages."""

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesapp.domain.pack import Process
from salesapp.domain.stages import WON, gates_ahead, requirements, unmet_problems
from salesapp.domain.text import LANGUAGES, Text
from salesapp.domain.views import DealView
from salesapp.plugging.loader import load_plugins
from tests.plugging.plugin_files import reasons

PLUGINS = Path(__file__).parents[2] / "plugins"
ALLOWED = {"salesapp.plugin_api"}
ALLOWED_IN_TESTS = ALLOWED | {"salesapp.testing"}


def imports(source: str) -> set[str]:
    """Every module a file imports by its full name."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            # `from salesapp import plugin_api` names the module in its second half.
            whole = node.module in {"salesapp", "plugins", "tests"}
            found |= {f"{node.module}.{each.name}" for each in node.names} if whole else {node.module}
    return found


def texts(record: object) -> Iterator[Text]:
    """Every Text in a record, at any depth."""
    if isinstance(record, Text):
        yield record
    elif isinstance(record, tuple):
        for item in record:
            yield from texts(item)
    elif is_dataclass(record):
        for each in fields(record):
            yield from texts(getattr(record, each.name))


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_a_bundled_plugin_comes_through_the_front_door(path: Path) -> None:
    house = {
        name for name in imports(path.read_text("utf-8")) if name.split(".")[0] in {"salesapp", "plugins", "tests"}
    }
    allowed = ALLOWED_IN_TESTS if "tests" in path.relative_to(PLUGINS).parts else ALLOWED
    assert house <= allowed


def test_the_import_check_sees_every_way_to_import() -> None:
    source = (
        "import salesapp.store\nfrom salesapp import services\nfrom salesapp.domain.text import Text\nfrom .a import b"
    )
    assert imports(source) == {"salesapp.store", "salesapp.services", "salesapp.domain.text"}


@pytest.fixture(scope="module")
def processes() -> dict[str, Process]:
    plugins = load_plugins([PLUGINS], only={"general"}, safe_mode=False)
    assert reasons(plugins) == {}
    return dict(plugins.catalog.processes)


def test_general_brings_the_four_standard_processes(processes: dict[str, Process]) -> None:
    stages = {key: [stage.key for stage in process.stages] for key, process in processes.items()}
    assert stages == {
        "general.six": ["identification", "contact", "needs", "solution", "negotiation", "closing"],
        "general.seven": [
            "prospecting",
            "first_contact",
            "needs",
            "demonstration",
            "quote",
            "closing",
            "after_sales",
        ],
        "general.funnel": ["prospect", "interested", "need_confirmed", "solution_offered", "signing"],
        "general.classic": [
            "prospecting",
            "preparation",
            "approach",
            "presentation",
            "objections",
            "closing",
            "follow_up",
        ],
    }


def test_each_stage_has_key_steps_and_the_chance_only_grows(processes: dict[str, Process]) -> None:
    for process in processes.values():
        assert all(stage.key_steps for stage in process.stages)
        chances = [stage.probability for stage in process.stages]
        assert chances == sorted(set(chances))
        stays = [stage.longest_stay_days for stage in process.stages if stage.probability < 100]
        assert None not in stays


def test_the_lost_reasons_are_those_of_every_trade(processes: dict[str, Process]) -> None:
    for process in processes.values():
        assert [reason.key for reason in process.lost_reasons] == [
            "price",
            "competitor",
            "no_budget",
            "no_decision",
            "no_need",
            "timing",
            "lost_contact",
            "other",
        ]


def test_every_label_is_really_written_in_its_language(processes: dict[str, Process]) -> None:
    for text in texts(tuple(processes.values())):
        text.en.encode("ascii")
        text.zh_Hans.encode("gb2312")  # has no traditional characters
        text.zh_Hant.encode("big5")  # has no simplified ones
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in words) for words in (text.zh_Hans, text.zh_Hant))
        assert any("а" <= letter <= "я" for letter in text.ru)
        assert not any("a" <= letter <= "z" for letter in (text.zh_Hans + text.zh_Hant + text.ru).lower())


def test_within_a_process_no_two_stages_or_steps_read_alike(processes: dict[str, Process]) -> None:
    for process in processes.values():
        for language in LANGUAGES:
            stages = [stage.label.in_language(language) for stage in process.stages]
            steps = [step.label.in_language(language) for stage in process.stages for step in stage.key_steps]
            asked = [each.label.in_language(language) for each in process.fields]
            for labels in (stages, steps, asked):
                assert len(set(labels)) == len(labels)


GATES = {
    "general.six": ["needs > need_settled", "> negotiation amount", "closing > signed"],
    "general.seven": ["needs > need_settled", "> quote amount", "closing > signed"],
    "general.funnel": ["need_confirmed > need_known", "> signing amount", "signing > signed"],
    "general.classic": ["approach > wants_heard", "closing > agreed"],
}
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PRIVATE = DealView(
    id=1,
    version=1,
    customer_id=2,
    customer_name="Private person",
    title="First order",
    process="general.six",
    stage="identification",
    state="open",
    owner_id=None,
    owner_name=None,
    team_id=None,
    amount_minor=None,
    currency="CNY",
    expected_close=None,
    stage_entered_at=NOW,
    created_at=NOW,
    touched_at=NOW,
    closed_at=None,
    lost_reason=None,
    done_steps=frozenset(),
    custom={},
    archived_at=None,
)


def asked(process: Process, deal: DealView) -> list[str]:
    """Where a deal that is won at once from the first stage has something to fill in."""
    gates = gates_ahead(process, process.stages[0].key, WON)
    unmet = [each for each in requirements(process, deal, gates, NOW.date()) if not each.holds]
    return [each.place for each in unmet_problems(process, unmet)]


def test_the_gates_are_few_and_stand_where_they_should(processes: dict[str, Process]) -> None:
    found = {}
    for key, process in processes.items():
        found[key] = [
            place
            for stage in process.stages
            for place in [
                *(f"> {stage.key} {gate.key}" for gate in stage.to_enter),
                *(f"{stage.key} > {gate.key}" for gate in stage.to_leave),
            ]
        ]
    assert found == GATES


@pytest.mark.parametrize(
    ("key", "steps", "asks"),
    [
        ("general.six", {"need_determined", "contract_signed"}, ["step", "amount", "step"]),
        ("general.seven", {"need_determined", "contract_signed"}, ["step", "amount", "step"]),
        ("general.funnel", {"need_determined", "contract_signed"}, ["field.need", "amount", "step"]),
        ("general.classic", {"wants_and_needs", "price_agreed"}, ["step", "step", "amount"]),
    ],
)
def test_a_few_ticks_and_an_amount_win_any_deal(
    key: str, steps: set[str], asks: list[str], processes: dict[str, Process]
) -> None:
    """No gate needs a contact, a company or an owner: a deal with a private person passes them all."""
    deal = replace(PRIVATE, process=key, stage=processes[key].stages[0].key)
    assert asked(processes[key], deal) == asks
    assert asked(processes[key], replace(deal, amount_minor=1, done_steps=frozenset(steps))) == []


def test_in_the_funnel_a_line_of_the_customers_own_is_enough(processes: dict[str, Process]) -> None:
    deal = replace(PRIVATE, process="general.funnel", custom={"general": {"need": "Тёплый склад к зиме"}})
    assert asked(processes["general.funnel"], deal) == ["amount", "step"]


def test_steps_that_tick_themselves(processes: dict[str, Process]) -> None:
    waiting = {
        step.key: step.evidence
        for process in processes.values()
        for stage in process.stages
        for step in stage.key_steps
        if step.evidence
    }
    talked = ("activity.call", "activity.visit", "activity.meeting")
    assert waiting == {
        "introduction": talked,
        "interview": talked[1:],
        "tailored_demo": ("activity.demo",),
        "price": ("quote.sent",),
        "contract_signed": ("contract.signed",),
        "satisfaction": talked,
        "first_meeting": talked[1:],
        "needs_matched": ("activity.demo",),
        "price_agreed": ("contract.signed",),
        "delivery_call": talked,
    }


def test_all_four_ask_the_same_and_explain_what_is_not_plain(processes: dict[str, Process]) -> None:
    asked_for = processes["general.six"].fields
    assert [(each.key, each.type) for each in asked_for] == [
        ("need", "long_text"),
        ("budget", "amount"),
        ("decision_date", "date"),
        ("competitor", "text"),
        ("competitor_strength", "text"),
        ("payment", "choice"),
    ]
    assert all(process.fields == asked_for for process in processes.values())
    assert [each.key for each in asked_for if each.help is None] == ["payment"]
    assert [each.key for each in asked_for if each.visible_when] == ["competitor_strength"]


def test_general_asks_after_a_demonstration_a_visit_and_a_sale_in_every_language() -> None:
    forms = load_plugins([PLUGINS], only={"general"}, safe_mode=False).catalog.result_forms
    assert {key: (form.kind, form.required) for key, form in forms.items()} == {
        "general.after_demo": ("demo", ()),
        "general.after_visit": ("visit", ()),
        "general.after_sale": ("call", ("arrived", "works", "unclear")),
        "general.in_use": ("call", ("content", "settled")),
    }
    for text in texts(tuple(forms.values())):
        text.zh_Hans.encode("gb2312")
        text.zh_Hant.encode("big5")
        assert any("а" <= letter <= "я" for letter in text.ru)
