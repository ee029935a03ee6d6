"""Records check themselves: each mistake is named where it was made."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from salesapp.domain.pack import IndustryPack, KeyStep, LostReason, Process, Stage
from salesapp.domain.text import Text


def label(words: str = "Label") -> Text:
    return Text(en=words, zh_Hans="标签", zh_Hant="標籤", ru="Название")


def stage(key: str = "asked", **changes: Any) -> Stage:
    given = {"label": label(), "goal": label(), "key_steps": (), "probability": 50, **changes}
    return Stage(key, **given)


def process(key: str = "cakes", **changes: Any) -> Process:
    given = {"label": label(), "stages": (stage(),), "lost_reasons": (LostReason("price", label()),), **changes}
    return Process(key, **given)


def step(key: str = "tasting") -> KeyStep:
    return KeyStep(key, label())


def test_good_records_pass() -> None:
    six = process(stages=(stage("a", key_steps=(step("x"),), probability=0), stage("b", probability=100)))
    pack = IndustryPack("bakery", label(), (six,), accent="#8a4b12")
    assert pack.processes[0].stage("b") is six.stages[1]
    assert six.stage("missing") is None


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
    ("IndustryPack 'x': accent", lambda: IndustryPack("x", label(), (), accent="red")),
    ("IndustryPack 'x': accent", lambda: IndustryPack("x", label(), (), accent="#123456;}body{color:red")),
]


@pytest.mark.parametrize(("complaint", "make"), WRONG, ids=[complaint for complaint, _ in WRONG])
def test_a_wrong_record_says_what_is_wrong(complaint: str, make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()
