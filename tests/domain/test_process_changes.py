"""The owner's changes on top of a plugin's process: each fits or waits, whatever the plugin's next version brings."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.criteria import When, to_data
from salesapp.domain.pack import Gate, KeyStep, LostReason, Process, Stage
from salesapp.domain.process_changes import applied, with_change
from salesapp.domain.text import Text, own_text, text_with


def said(word: str) -> Text:
    return Text(word, word, word, word)


def stage(key: str, **more: Any) -> Stage:
    step = KeyStep(f"{key}_step", said(f"{key} step"))
    return Stage(key, said(key), said(f"goal of {key}"), (step,), 20, **more)


KNOWN = Gate("step_done", When("step.a_step", "is", True))
AMOUNT = Gate("amount", When("amount", "filled"))
PROCESS = Process(
    "way",
    said("Way"),
    (stage("a", to_leave=(KNOWN,)), stage("b"), stage("c", to_enter=(AMOUNT,))),
    (LostReason("price", said("Price")), LostReason("rival", said("Rival"))),
)


def keys(process: Process) -> list[str]:
    return [each.key for each in process.stages]


def test_words_and_numbers_change_alone() -> None:
    changes = {
        "stage.b.label": {"ru": "Встреча"},
        "stage.b.goal": {"en": "Meet"},
        "stage.b.probability": 70,
        "stage.b.longest_stay_days": 9,
        "step.b_step.label": {"en": "Met"},
        "reason.price.label": {"zh_Hans": "太贵"},
        "label": {"en": "Our way"},
        "lost_needs_yes": True,
        "lost_needs_call": True,
    }
    done = applied(PROCESS, changes)
    b = done.process.stage("b")
    assert b is not None
    assert done.waiting == ()
    assert (b.label.ru, b.label.en, b.goal.en, b.probability, b.longest_stay_days) == ("Встреча", "b", "Meet", 70, 9)
    assert b.key_steps[0].label.en == "Met"
    assert done.process.lost_reasons[0].label.zh_Hans == "太贵"
    now = (done.process.label.en, done.process.lost_needs_yes, done.process.lost_needs_call)
    assert now == ("Our way", True, True)
    assert applied(PROCESS, {}).process == PROCESS


def test_what_is_switched_off_is_not_used_and_keeps_its_name() -> None:
    off = {"stage.b.off": True, "reason.price.off": True, "gate.amount.off": True, "gate.step_done.off": True}
    done = applied(PROCESS, {**off, "step.a_step.off": True})
    assert done.waiting == ()
    assert keys(done.process) == ["a", "c"]
    assert [each.key for each in done.process.lost_reasons] == ["rival"]
    assert not any(each.gates for each in done.process.stages)
    assert done.process.stages[0].key_steps == ()
    gone = {
        (kind, key): str(done.process.gone_label(kind, key))
        for kind, key in [("stage", "b"), ("step", "b_step"), ("step", "a_step"), ("reason", "price")]
    }
    assert gone == {
        ("stage", "b"): "b",
        ("step", "b_step"): "b step",
        ("step", "a_step"): "a step",
        ("reason", "price"): "Price",
    }
    assert done.process.gone_label("stage", "a") is None
    assert applied(PROCESS, dict.fromkeys(off, False)).process == PROCESS


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("step.a_step.off", True),  # a gate asks for it
        ("order", ["c", "a", "b"]),  # a gate before the first
        ("stage.b.probability", 101),
        ("stage.b.probability", "7"),
        ("stage.gone.label", {"en": "x"}),
        ("stage.b.colour", "red"),
        ("gate.gone.off", True),
        ("nonsense", 1),
        ("stage.b.own_gates", [{"key": "own_1", "needs": {"field": "step.nowhere", "op": "is", "value": True}}]),
    ],
)
def test_what_does_not_fit_waits_and_changes_nothing(path: str, value: object) -> None:
    done = applied(PROCESS, {path: value, "stage.b.label": {"en": "B"}})
    assert done.waiting == (path,)
    assert done.process == applied(PROCESS, {"stage.b.label": {"en": "B"}}).process


def test_new_stages_steps_gates_and_reasons() -> None:
    changes = {
        "order": ["a", "own_1", "b", "c"],
        "own_stages": [{"key": "own_1", "label": {"ru": "Смета"}, "goal": {"ru": "Смета согласована"}}],
        "own_reasons": [{"key": "own_1", "label": {"en": "Moved away"}}],
        "stage.own_1.own_steps": [{"key": "own_own_1_1", "label": {"en": "Drawn"}}],
        "stage.own_1.own_gates": [
            {"key": "own_1", "needs": to_data(When("step.own_own_1_1", "is", True)), "hint": {"en": "Draw it"}},
            {"key": "own_2", "needs": to_data(When("amount", "filled")), "enter": True},
        ],
        "stage.own_1.probability": 35,
    }
    done = applied(PROCESS, changes)
    assert done.waiting == ()
    assert keys(done.process) == ["a", "own_1", "b", "c"]
    new = done.process.stages[1]
    assert (new.label.en, new.goal.zh_Hans, new.probability) == ("Смета", "Смета согласована", 35)
    assert [each.key for each in new.key_steps] == ["own_own_1_1"]
    assert ([g.key for g in new.to_enter], [g.key for g in new.to_leave]) == (["own_2"], ["own_1"])
    assert str(new.to_leave[0].hint) == "Draw it"
    assert done.process.lost_reasons[-1].label.ru == "Moved away"


def test_a_new_version_of_the_plugin_keeps_the_order_and_puts_its_new_stage_where_it_has_it() -> None:
    order = ["b", "a", "c"]
    newer = replace(PROCESS, stages=(PROCESS.stages[0], PROCESS.stages[1], stage("d"), PROCESS.stages[2]))
    assert keys(with_change(newer, "order", order)) == ["b", "d", "a", "c"]
    older = replace(PROCESS, stages=(PROCESS.stages[0], PROCESS.stages[2]))
    done = applied(older, {"order": ["a", "b", "c"], "stage.b.label": {"en": "B"}})
    assert (keys(done.process), done.waiting) == (["a", "c"], ("stage.b.label",))


def test_a_gate_that_does_not_fit_waits_alone() -> None:
    lost = {"key": "own_1", "needs": {"field": "step.nowhere", "op": "is", "value": True}}
    kept = {"key": "own_2", "needs": to_data(When("amount", "filled")), "enter": True}
    done = applied(PROCESS, {"stage.b.own_gates": [lost, kept, "nonsense"]})
    assert done.waiting == ("stage.b.own_gates",)
    assert [gate.key for gate in done.process.stages[1].gates] == ["own_2"]


def test_a_gate_of_ones_own_before_the_stage_the_plugin_has_first() -> None:
    gate = {"key": "own_1", "needs": to_data(When("title", "filled")), "enter": True}
    changes = {"order": ["b", "a", "c"], "stage.a.own_gates": [gate]}
    done = applied(PROCESS, changes)
    assert done.waiting == ()
    assert [gate.key for gate in done.process.stages[1].to_enter] == ["own_1"]
    off = applied(PROCESS, changes | {"gate.own_1.off": True})
    assert (off.waiting, off.process.stages[1].to_enter) == ((), ())
    assert applied(PROCESS, changes | {"stage.b.off": True}).waiting == ("stage.b.off",)
    assert applied(PROCESS, {"stage.a.own_gates": [gate]}).waiting == ("stage.a.own_gates",)


def test_labels() -> None:
    assert text_with(said("x"), {"ru": "да", "en": ""}) == Text("x", "x", "x", "да")
    assert own_text({"zh_Hant": "估價"}) == said("估價")
    assert own_text({"en": "Draft", "ru": "Смета"}) == Text("Draft", "Draft", "Draft", "Смета")


PATHS = ["label", "order", "own_stages", "own_reasons", "lost_needs_yes", "lost_needs_call"] + [
    f"{head}.{key}.{what}"
    for head, key in [("stage", "a"), ("stage", "b"), ("step", "a_step"), ("gate", "amount"), ("reason", "price")]
    for what in ("label", "goal", "off", "probability", "longest_stay_days", "own_steps", "own_gates", "x")
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 101),
    st.text(max_size=3),
    st.just({}),
    st.just({"en": "E"}),
    st.just([]),
    st.just([{"key": "own_1", "label": {"en": "L"}, "goal": {"en": "G"}}]),
    st.permutations(["a", "b", "c"]),
)


@given(st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=6))
def test_no_change_whatever_breaks_a_process(changes: dict[str, Any]) -> None:
    done = applied(PROCESS, changes)
    assert done.process.stages
    assert set(done.waiting) <= set(changes)
    left = {path: value for path, value in changes.items() if path not in done.waiting}
    assert applied(PROCESS, left) == replace(done, waiting=())
