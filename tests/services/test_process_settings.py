"""The owner bends a process: at once, in every process, and back with one press."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from salesapp.domain.criteria import When, fields_of
from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.pack import Process, Stage
from salesapp.plugging import running
from salesapp.services import process_gates as gates
from salesapp.services import process_settings as service
from salesapp.services.process_gates import NewGate
from salesapp.services.work import Work, work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_deal

KEY = "general.six"


@contextmanager
def admin(cast: Cast) -> Iterator[Work]:
    with work(cast.admin, NOW) as w:
        yield w


def process() -> Process:
    with reading() as x:
        found = running.house().read(x, settings.config_version(x)).process(KEY)
    assert found is not None
    return found


def first() -> Stage:
    return process().stages[0]


def keys() -> list[str]:
    return [stage.key for stage in process().stages]


def differences() -> dict[str, tuple[object, object, str, bool]]:
    with reading() as x:
        return {d.path: (d.value, d.brought, d.by, d.waiting) for d in service.differences(x, KEY)}


def test_a_stage_changes_at_once_and_goes_back(app: Flask, cast: Cast) -> None:
    key, before = first().key, first()
    with admin(cast) as w:
        seen = service.stage_shown(before)
        service.change_stage(w, KEY, key, {"label_ru": " Поиск ", "probability": "7", "longest_stay_days": ""}, seen)
        assert w.catalog.processes[KEY].stages[0].probability == 7  # in this transaction already
    assert (first().label.ru, first().label.en) == ("Поиск", before.label.en)
    assert (first().probability, first().longest_stay_days) == (7, None)
    assert differences()[f"stage.{key}.probability"] == (7, before.probability, "Admin", False)
    with admin(cast) as w:
        for path in (f"stage.{key}.label", f"stage.{key}.longest_stay_days"):
            service.revert(w, KEY, path)
        service.change_stage(w, KEY, key, {"probability": str(before.probability)}, {})
    assert first() == before
    assert differences() == {}  # saying the same as the plugin is no change


def test_what_was_rolled_back_is_seen_by_nobody(app: Flask, cast: Cast) -> None:
    before = first()
    with pytest.raises(RuntimeError), admin(cast) as w:
        service.change_stage(w, KEY, before.key, {"probability": "3"}, {})
        assert w.catalog.processes[KEY].stages[0].probability == 3
        raise RuntimeError
    assert first() == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("label_en", " "), ("label_ru", "x" * 61), ("goal_en", "x" * 301),
        ("probability", "101"), ("probability", "-1"), ("probability", "1.5"), ("probability", ""),
        ("longest_stay_days", "0"), ("longest_stay_days", "3651"), ("longest_stay_days", "٣"),
    ],
)  # fmt: skip
def test_nothing_that_makes_no_sense(app: Flask, cast: Cast, field: str, typed: str) -> None:
    before = first()
    with pytest.raises(Refused) as refused, admin(cast) as w:
        service.change_stage(w, KEY, before.key, {field: typed}, {})
    assert [each.place for each in refused.value.problems] == [field]
    assert first() == before


def test_rights_strangers_and_somebody_faster(app: Flask, cast: Cast) -> None:
    key, seen = first().key, service.stage_shown(first())
    with pytest.raises(NotAllowed), work(cast.manager, NOW) as w:
        service.change_stage(w, KEY, key, {"probability": "3"}, seen)
    for wrong in (("general.none", key), (KEY, "none")):
        with pytest.raises(NotFound), admin(cast) as w:
            service.change_stage(w, *wrong, {"probability": "3"}, seen)
    with admin(cast) as w:
        service.change_stage(w, KEY, key, {"probability": "3"}, seen)
    with pytest.raises(Stale) as stale, admin(cast) as w:
        service.change_stage(w, KEY, key, {"probability": "4"}, seen)
    assert stale.value.fields == ("probability",)
    with pytest.raises(NotFound), admin(cast) as w:
        service.revert(w, KEY, f"stage.{key}.goal")


def test_order_and_a_stage_of_ones_own(app: Flask, cast: Cast) -> None:
    order = keys()
    with admin(cast) as w:
        service.move_stage(w, KEY, order[1], 1)
        service.move_stage(w, KEY, order[0], -1)  # there is nothing before the first
        new = service.add_stage(w, KEY, "zh_Hans", "打样", "", after=order[0])
    assert keys() == [order[0], new, order[2], order[1], *order[3:]]
    stage = process().stages[1]
    assert (stage.label.ru, stage.goal.en) == ("打样", "打样")
    with admin(cast) as w:
        service.change_stage(w, KEY, new, {"label_ru": "Образец", "probability": "20"}, service.stage_shown(stage))
        step = service.add_step(w, KEY, new, "en", "Sample sent")
        reason = service.add_reason(w, KEY, "en", "Moved away")
        service.switch(w, KEY, f"step.{step}.off", True)
        again = service.add_step(w, KEY, new, "en", "Sample liked")
    assert (process().stages[1].label.ru, process().stages[1].label.en, process().stages[1].probability) == (
        "Образец",
        "打样",
        20,
    )
    assert [each.key for each in process().stages[1].key_steps] == [again] != [step]  # a key is never given twice
    assert process().lost_reasons[-1].key == reason
    with admin(cast) as w:
        service.revert(w, KEY, "order")
    assert keys() == [order[0], new, *order[1:]]


def test_a_stage_with_open_deals_stays(app: Flask, cast: Cast) -> None:
    a_deal(app, cast.owner)
    key = first().key
    with pytest.raises(Refused, match="1 open deals"), admin(cast) as w:
        service.switch(w, KEY, f"stage.{key}.off", True)
    last = keys()[-1]
    with admin(cast) as w:
        service.switch(w, KEY, f"stage.{last}.off", True)
    assert last not in keys()
    assert process().gone_label("stage", last) is not None
    with admin(cast) as w:
        service.switch(w, KEY, f"stage.{last}.off", False)
    assert keys()[-1] == last


def test_what_a_gate_asks_for_stays_and_so_does_the_last_reason(app: Flask, cast: Cast) -> None:
    asked = next(
        fact.removeprefix("step.")
        for stage in process().stages
        for gate in stage.gates
        for fact in fields_of(gate.needs)
        if fact.startswith("step.")
    )
    with pytest.raises(Refused, match="a gate asks"), admin(cast) as w:
        service.switch(w, KEY, f"step.{asked}.off", True)
    reasons = [each.key for each in process().lost_reasons]
    with pytest.raises(Refused, match="At least one"), admin(cast) as w:
        for reason in reasons:
            service.switch(w, KEY, f"reason.{reason}.off", True)
    assert [each.key for each in process().lost_reasons] == reasons
    for path in ("gate.none.off", "step.none.off", "reason.none.off", "stage.none.off"):
        with pytest.raises(NotFound), admin(cast) as w:
            service.switch(w, KEY, path, True)


def test_words_of_the_process_a_step_and_a_reason(app: Flask, cast: Cast) -> None:
    step, reason = first().key_steps[0].key, process().lost_reasons[0].key
    with admin(cast) as w:
        service.rename(w, KEY, "label", {"en": "Our way"})
        service.rename(w, KEY, f"step.{step}.label", {"en": "Find them"})
        service.rename(w, KEY, f"reason.{reason}.label", {"en": "Too dear"})
        service.needs_yes(w, KEY, True)
        service.needs_call(w, KEY, True)
    now = process()
    assert now.lost_needs_call
    assert (now.label.en, now.stages[0].key_steps[0].label.en, now.lost_reasons[0].label.en, now.lost_needs_yes) == (
        "Our way",
        "Find them",
        "Too dear",
        True,
    )
    with pytest.raises(NotFound), admin(cast) as w:
        service.rename(w, KEY, "step.none.label", {"en": "x"})
    with pytest.raises(Refused), admin(cast) as w:
        service.rename(w, KEY, "label", {"en": " "})


# --- gates of one's own ---

AMOUNT = {"field": "amount", "op": "filled"}
TITLED = {"field": "title", "op": "contains", "value": "仪"}


def own(stage: str) -> list[tuple[str, str]]:
    with reading() as x:
        return [(each.key, each.state) for each in gates.own_gates(x, process(), KEY, stage)]


def stored(stage: str) -> list[object]:
    with reading() as x:
        return [each.data for each in gates.own_gates(x, process(), KEY, stage)]


def test_a_gate_of_ones_own_is_added_changed_switched_off_and_never_called_like_another(app: Flask, cast: Cast) -> None:
    one, two = keys()[0], keys()[1]
    before = {gate.key for stage in process().stages for gate in stage.gates}
    with admin(cast) as w:
        added = gates.add_gate(w, KEY, one, NewGate(AMOUNT, {"zh_Hans": " 先报价 ", "ru": ""}))
        assert w.result["event"]
        other = gates.add_gate(w, KEY, two, NewGate(AMOUNT, enter=True))
    assert len({added, other} | before) == len(before) + 2
    assert stored(one) == [{"key": added, "needs": AMOUNT, "enter": False, "hint": {"zh_Hans": "先报价"}}]
    assert [str(gate.hint) for gate in process().stages[0].to_leave if gate.key == added] == ["先报价"]
    assert other in [gate.key for gate in process().stages[1].to_enter]
    with admin(cast) as w:
        gates.change_gate(w, KEY, two, other, NewGate(TITLED), stored(two)[0])  # type: ignore[arg-type]
        service.switch(w, KEY, f"gate.{added}.off", True)
    assert (own(one), own(two)) == ([(added, "off")], [(other, "used")])
    assert [gate.needs for gate in process().stages[1].to_leave if gate.key == other] == [
        When("title", "contains", "仪")
    ]
    with admin(cast) as w:
        service.switch(w, KEY, f"gate.{other}.off", True)
        service.revert(w, KEY, f"stage.{two}.own_gates")
        third = gates.add_gate(w, KEY, two, NewGate(AMOUNT))
    assert third not in (added, other)  # what was off is not what is new
    assert own(two) == [(third, "used")]


@pytest.mark.parametrize(
    ("new", "place"),
    [
        (NewGate(None), "needs"),
        (NewGate({"field": "nowhere", "op": "filled"}), "needs"),
        (NewGate({"field": "amount", "op": "contains", "value": "x"}), "needs"),
        (NewGate({"field": "contacts", "op": "filled"}), "needs"),
        (NewGate({"nonsense": 1}), "needs"),
        (NewGate(AMOUNT, enter=True), "enter"),
        (NewGate(AMOUNT, {"ru": "x" * 301}), "hint_ru"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(app: Flask, cast: Cast, new: NewGate, place: str) -> None:
    before = process()
    with pytest.raises(Refused) as refused, admin(cast) as w:
        gates.add_gate(w, KEY, first().key, new)
    assert [each.place for each in refused.value.problems] == [place]
    assert process() == before


def test_a_gate_waits_while_what_it_asks_for_is_gone_and_the_others_hold(app: Flask, cast: Cast) -> None:
    stage = keys()[1]
    with admin(cast) as w:
        step = service.add_step(w, KEY, stage, "en", "Coffee")
        asks = gates.add_gate(w, KEY, stage, NewGate({"field": f"step.{step}", "op": "is", "value": True}))
        other = gates.add_gate(w, KEY, stage, NewGate(AMOUNT))
    with pytest.raises(Refused, match="a gate asks"), admin(cast) as w:
        service.switch(w, KEY, f"step.{step}.off", True)
    with admin(cast) as w:
        service.revert(w, KEY, f"stage.{stage}.own_steps")
    assert own(stage) == [(asks, "waiting"), (other, "used")]
    assert differences()[f"stage.{stage}.own_gates"][-1] is True
    with admin(cast) as w:  # a waiting one keeps no other from being added, and can be given something to ask
        gates.add_gate(w, KEY, stage, NewGate(TITLED))
        gates.change_gate(w, KEY, stage, asks, NewGate(AMOUNT), stored(stage)[0])  # type: ignore[arg-type]
    assert [state for _, state in own(stage)] == ["used"] * 3


def test_gates_strangers_somebody_faster_and_the_most(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = keys()[1]
    with pytest.raises(NotAllowed), work(cast.manager, NOW) as w:
        gates.add_gate(w, KEY, stage, NewGate(AMOUNT))
    with admin(cast) as w:
        added = gates.add_gate(w, KEY, stage, NewGate(AMOUNT))
        gates.change_gate(w, KEY, stage, added, NewGate(TITLED), stored_in(w, stage))
    with pytest.raises(Stale) as stale, admin(cast) as w:
        gates.change_gate(w, KEY, stage, added, NewGate(AMOUNT, {"en": "x"}), {"key": added, "needs": AMOUNT})
    assert stale.value.fields == ("needs",)
    for wrong in (
        ("general.none", stage, added),
        (KEY, "none", added),
        (KEY, stage, "own_99"),
        (KEY, keys()[0], added),
    ):
        with pytest.raises(NotFound), admin(cast) as w:
            gates.change_gate(w, *wrong, NewGate(AMOUNT), {})
    monkeypatch.setattr(gates, "MOST_GATES", 1)
    with pytest.raises(Refused, match="are the most"), admin(cast) as w:
        gates.add_gate(w, KEY, stage, NewGate(AMOUNT))


def stored_in(w: Work, stage: str) -> dict[str, object]:
    found: dict[str, object] = service.kept_list(w, KEY, f"stage.{stage}.own_gates")[0]
    return found
