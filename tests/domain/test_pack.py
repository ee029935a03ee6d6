"""Records check themselves: each mistake is named where it was made."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from salesapp.domain.activity_kinds import KINDS
from salesapp.domain.criteria import AllOf, Not, When
from salesapp.domain.pack import Field, Gate, IndustryPack, KeyStep, LostReason, Option, Process, Stage
from salesapp.domain.text import Text


def label(words: str = "Label") -> Text:
    return Text(en=words, zh_Hans="标签", zh_Hant="標籤", ru="Название")


def stage(key: str = "asked", **changes: Any) -> Stage:
    given = {"label": label(), "goal": label(), "key_steps": (), "probability": 50, **changes}
    return Stage(key, **given)


def process(key: str = "cakes", **changes: Any) -> Process:
    given = {"label": label(), "stages": (stage(),), "lost_reasons": (LostReason("price", label()),), **changes}
    return Process(key, **given)


def step(key: str = "tasting", **changes: Any) -> KeyStep:
    return KeyStep(key, label(), **changes)


PRICED = When("amount", "filled")


def gate(key: str = "priced", needs: Any = PRICED, **changes: Any) -> Gate:
    return Gate(key, needs, **changes)


def field(key: str = "flavour", type: Any = "text", **changes: Any) -> Field:
    return Field(key, label(), type, **changes)


SWEET, SALTY = Option("sweet", label()), Option("salty", label())


def test_good_records_pass() -> None:
    six = process(stages=(stage("a", key_steps=(step("x"),), probability=0), stage("b", probability=100)))
    pack = IndustryPack("bakery", label(), (six,), accent="#8a4b12")
    assert pack.processes[0].stage("b") is six.stages[1]
    assert six.stage("missing") is None


def test_gates_and_fields_may_ask_for_anything_the_deals_of_the_process_have() -> None:
    knows = AllOf((When("step.tasting", "is", True), Not(When("field.flavour", "is", "salty"))))
    tasting = stage(
        key_steps=(step(evidence=("activity.call", "tasting_app.held_2")),), to_leave=(gate("knows", knows),)
    )
    chosen = field(type="choice", options=(SWEET, SALTY), help=label())
    salt = field("salt", "integer", visible_when=When("field.flavour", "is", "salty"))
    later = stage(
        "priced", to_enter=(gate(hint=label()),), to_leave=(gate("contacts", When("contacts", "at_least", 1)),)
    )
    cakes = process(stages=(tasting, later), fields=(chosen, salt), lost_needs_yes=True)
    assert cakes.stages[0].to_leave[0].needs is knows
    assert cakes.fields == (chosen, salt)


def test_every_kind_of_activity_is_a_piece_of_evidence() -> None:
    assert step(evidence=tuple(f"activity.{kind.key}" for kind in KINDS)).evidence
    with pytest.raises(
        ValueError, match=r"It is one of activity\.call, .*activity\.task, or another plugin's name\.kind"
    ):
        step(evidence=("activity.dance",))


def test_a_field_has_options_where_there_is_something_to_choose_only() -> None:
    for kind in ("choice", "choices"):
        assert field(type=kind, options=(SWEET,)).options == (SWEET,)
    for kind in ("text", "long_text", "integer", "amount", "date", "bool"):
        assert field(type=kind).options == ()
        with pytest.raises(ValueError, match=f"Field 'flavour': only choice and choices have options, not {kind}"):
            field(type=kind, options=(SWEET,))


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        stage().probability = 7  # type: ignore[misc]


WRONG: list[tuple[str, Callable[[], object]]] = [
    ("KeyStep: the key .* not 'Tasting'", lambda: step("Tasting")),
    ("KeyStep: the key .* not ''", lambda: step("")),
    ("LostReason: the key .* not '1st'", lambda: LostReason("1st", label())),
    ("Stage: the key .* not 'needs-analysis'", lambda: stage("needs-analysis")),
    ("Stage: the key .* not 'a\\\\n'", lambda: stage("a\n")),
    ("Process: the key .* not None", lambda: process(None)),  # type: ignore[arg-type]
    ("KeyStep 'x': label must be a Text", lambda: KeyStep("x", "Tasting")),  # type: ignore[arg-type]
    ("LostReason 'x': label must be a Text", lambda: LostReason("x", "Price")),  # type: ignore[arg-type]
    ("Stage 'asked': goal must be a Text", lambda: stage(goal="")),
    ("Stage 'asked': label must be a Text", lambda: stage(label=None)),
    ("Process 'cakes': label must be a Text", lambda: process(label="Cakes")),
    ("IndustryPack 'x': label must be a Text", lambda: IndustryPack("x", "Bakery", ())),  # type: ignore[arg-type]
    ("Stage 'asked': key_steps must be a tuple of KeyStep, as in", lambda: stage(key_steps=(step()))),
    ("Stage 'asked': key_steps must be a tuple of KeyStep", lambda: stage(key_steps=[step()])),
    ("Stage 'asked': key_steps must be a tuple of KeyStep", lambda: stage(key_steps=("tasting",))),
    ("Stage 'asked': more than one key step is called 'tasting'", lambda: stage(key_steps=(step(), step()))),
    ("Stage 'asked': probability .* not -1", lambda: stage(probability=-1)),
    ("Stage 'asked': probability .* not 101", lambda: stage(probability=101)),
    ("Stage 'asked': probability .* not 0.5", lambda: stage(probability=0.5)),
    ("Stage 'asked': probability .* not True", lambda: stage(probability=True)),
    ("Stage 'asked': longest_stay_days .* not 0", lambda: stage(longest_stay_days=0)),
    ("Stage 'asked': longest_stay_days .* not 1.5", lambda: stage(longest_stay_days=1.5)),
    ("Process 'cakes': stages is empty", lambda: process(stages=())),
    ("Process 'cakes': stages must be a tuple of Stage", lambda: process(stages=(step(),))),
    ("Process 'cakes': lost_reasons is empty", lambda: process(lost_reasons=())),
    ("Process 'cakes': more than one stage is called 'asked'", lambda: process(stages=(stage(), stage()))),
    (
        "Process 'cakes': more than one key step is called 'tasting'",
        lambda: process(stages=(stage("a", key_steps=(step(),)), stage("b", key_steps=(step(),)))),
    ),
    (
        "Process 'cakes': more than one lost reason is called 'price'",
        lambda: process(lost_reasons=(LostReason("price", label()), LostReason("price", label()))),
    ),
    ("IndustryPack 'x': more than one process", lambda: IndustryPack("x", label(), (process(), process()))),
    ("IndustryPack 'x': processes must be a tuple", lambda: IndustryPack("x", label(), process())),  # type: ignore[arg-type]
    ("Option: the key .* not 'Sweet'", lambda: Option("Sweet", label())),
    ("Option 'sweet': label must be a Text", lambda: Option("sweet", "Sweet")),  # type: ignore[arg-type]
    ("Field: the key .* not 'field.flavour'", lambda: field("field.flavour")),
    ("Field 'x': label must be a Text", lambda: Field("x", "Flavour", "text")),  # type: ignore[arg-type]
    ("Field 'flavour': help must be a Text", lambda: field(help="Which?")),
    ("Field 'flavour': type must be one of text, long_text, .* not 'string'", lambda: field(type="string")),
    ("Field 'flavour': type must be one of .* not None", lambda: field(type=None)),
    ("Field 'flavour': options is empty, at least one Option", lambda: field(type="choice")),
    ("Field 'flavour': options is empty, at least one Option", lambda: field(type="choices")),
    ("Field 'flavour': options must be a tuple of Option", lambda: field(type="choice", options=SWEET)),
    ("Field 'flavour': options must be a tuple of Option", lambda: field(type="choice", options=("sweet",))),
    ("'flavour': more than one option is called 'sweet'", lambda: field(type="choice", options=(SWEET, SALTY, SWEET))),
    ("Field 'flavour': visible_when must be a condition, .* not 'amount'", lambda: field(visible_when="amount")),
    ("KeyStep 'tasting': evidence must be a tuple of str", lambda: step(evidence="activity.call")),
    ("KeyStep 'tasting': evidence must be a tuple of str", lambda: step(evidence=(None,))),
    ("KeyStep 'tasting': no such evidence: 'call'", lambda: step(evidence=("call",))),
    (
        "KeyStep 'tasting': no such evidence: 'activity.dance'",
        lambda: step(evidence=("activity.call", "activity.dance")),
    ),
    ("KeyStep 'tasting': no such evidence: 'Quote.sent'", lambda: step(evidence=("Quote.sent",))),
    ("KeyStep 'tasting': no such evidence: 'quote.sent.twice'", lambda: step(evidence=("quote.sent.twice",))),
    ("KeyStep 'tasting': no such evidence: 'quote.sent\\\\n'", lambda: step(evidence=("quote.sent\n",))),
    ("Gate: the key .* not 'is priced'", lambda: gate("is priced")),
    ("Gate 'priced': needs must be a condition, as in When.* not None", lambda: gate(needs=None)),
    ("Gate 'priced': needs must be a condition, .* not 'amount'", lambda: gate(needs="amount")),
    ("Gate 'priced': needs must be a condition", lambda: gate(needs=(PRICED,))),
    ("Gate 'priced': hint must be a Text", lambda: gate(hint="Fill in a price")),
    ("Stage 'asked': to_enter must be a tuple of Gate, as in", lambda: stage(to_enter=(gate()))),
    ("Stage 'asked': to_leave must be a tuple of Gate", lambda: stage(to_leave=(PRICED,))),
    ("Process 'cakes': fields must be a tuple of Field, as in", lambda: process(fields=(field()))),
    ("Process 'cakes': more than one field is called 'flavour'", lambda: process(fields=(field(), field(type="bool")))),
    (
        "Process 'cakes': more than one gate is called 'priced'",
        lambda: process(stages=(stage(to_enter=(gate(),), to_leave=(gate(),)),)),
    ),
    (
        "Process 'cakes': more than one gate is called 'priced'",
        lambda: process(stages=(stage("a", to_leave=(gate(),)), stage("b", to_enter=(gate(),)))),
    ),
    (
        "Process 'cakes': the first stage 'asked' is not entered by a move: no to_enter there",
        lambda: process(stages=(stage(to_enter=(gate(),)),)),
    ),
    (
        "Process 'cakes', stage 'asked', gate 'priced': nothing is called 'amonut': did you mean 'amount'",
        lambda: process(stages=(stage(to_enter=(gate(needs=When("amonut", "filled")),)),)),
    ),
    (
        "Process 'cakes', stage 'asked', gate 'priced': nothing is called 'field.flavour'",
        lambda: process(stages=(stage(to_leave=(gate(needs=When("field.flavour", "filled")),)),), fields=(field("x"),)),
    ),
    (
        "Process 'cakes', stage 'asked', gate 'priced': nothing is called 'step.testing': did you mean 'step.tasting'",
        lambda: process(stages=(stage(key_steps=(step(),), to_leave=(gate(needs=When("step.testing", "is", True)),)),)),
    ),
    (
        "Process 'cakes', stage 'asked', gate 'priced': .*'step.tasting'.* type bool",
        lambda: process(stages=(stage(key_steps=(step(),), to_leave=(gate(needs=When("step.tasting", "ago", 3)),)),)),
    ),
    (
        "Process 'cakes', stage 'asked', gate 'priced': .*'bitter' is not one of sweet, salty",
        lambda: process(
            stages=(stage(to_leave=(gate(needs=When("field.flavour", "is", "bitter")),)),),
            fields=(field(type="choice", options=(SWEET, SALTY)),),
        ),
    ),
    (
        "Process 'cakes', field 'flavour', visible_when: nothing is called 'field.salt'",
        lambda: process(fields=(field(visible_when=When("field.salt", "filled")),)),
    ),
    ("IndustryPack 'x': accent", lambda: IndustryPack("x", label(), (), accent="red")),
    ("IndustryPack 'x': accent", lambda: IndustryPack("x", label(), (), accent="#123456;}body{color:red")),
]


@pytest.mark.parametrize(("complaint", "make"), WRONG, ids=[complaint for complaint, _ in WRONG])
def test_a_wrong_record_says_what_is_wrong(complaint: str, make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()
