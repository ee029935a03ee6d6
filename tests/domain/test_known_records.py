"""What a plugin was last known to bring: names for its data when it, or a part of it, is gone."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from salesapp.domain.follow_up import Do, FollowUp, OnEvent
from salesapp.domain.known_records import all_known, known_of, label_of, processes_of, retired, with_names
from salesapp.domain.pack import Fields, IndustryPack, Process
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.text import Text
from salesapp.plugging.loader import LoadedPlugin, load_plugins
from tests.plugging.rental import FIRST, SECOND, write_rental

CALL = Do("call", Text("x", "x", "x", "x"))


def loaded(folder: Path, source: str) -> LoadedPlugin:
    plugin = load_plugins([write_rental(folder, source)]).plugin("rental")
    assert plugin is not None
    return plugin


@pytest.fixture
def first(tmp_path: Path) -> LoadedPlugin:
    return loaded(tmp_path / "first", FIRST)


@pytest.fixture
def second(tmp_path: Path) -> LoadedPlugin:
    return loaded(tmp_path / "second", SECOND)


def known(plugin: LoadedPlugin, before: Any = None) -> dict[str, Any]:
    """As the database gives it back."""
    found = known_of(plugin.manifest.label, plugin.records, before or {})
    assert json.loads(json.dumps(found)) == found
    return found


def rent(records: Iterable[object]) -> Process:
    return next(each for each in processes_of(list(records)) if each.key == "rent")


def fields(records: Iterable[object]) -> dict[str, Any]:
    return {f"{each.kind}.{one.key}": one for each in records if isinstance(each, Fields) for one in each.fields}


def test_a_plugin_that_is_gone_is_known_by_name(first: LoadedPlugin) -> None:
    records = all_known(known(first))
    process = rent(records)
    assert [(each.key, each.label.en, each.probability) for each in process.stages] == [
        ("asked", "Rental asked", 10),
        ("offered", "Rental offered", 50),
        ("handed", "Keys handed over", 90),
    ]
    assert [step.label.ru for step in process.stages[0].key_steps] == ["Слово Talked it over"]
    assert [each.label.en for each in process.lost_reasons] == ["Too dear", "It rained"]
    assert [option.label.zh_Hans for option in process.fields[1].options] == ["字Full cover", "字No cover"]
    assert not any(stage.gates for stage in process.stages)  # a condition may ask what nobody knows any more
    assert [each.label.en for each in records if isinstance(each, IndustryPack)] == ["Rental pack"]
    assert fields(records)["customer.credit"].readers == ("manager",)  # who may not read it does not now
    questions = [each for form in records if isinstance(form, ResultForm) for each in form.fields]
    assert [each.label.en for each in questions] == ["Damage seen", "Fuel left"]
    label = label_of(known(first))
    assert label is not None
    assert label.en == "Car rental"


def test_what_a_new_version_does_away_with_is_still_called_by_name(first: LoadedPlugin, second: LoadedPlugin) -> None:
    before = known(first)
    process = rent(with_names(second.records, before))
    assert dict(process.gone) == {
        "step.talked": Text("Talked it over", "字Talked it over", "字Talked it over", "Слово Talked it over"),
        "stage.handed": Text("Keys handed over", "字Keys handed over", "字Keys handed over", "Слово Keys handed over"),
        "reason.rain": Text("It rained", "字It rained", "字It rained", "Слово It rained"),
    }
    assert [each.key for each in process.stages] == ["asked", "offered", "driven"]
    assert process.stages[0].label.en == "Rental wanted"  # what is there speaks for itself
    insured = next(each for each in process.fields if each.key == "insured")
    assert [(each.key, each.label.en) for each in insured.gone] == [("full", "Full cover")]
    assert [each.label.en for each in fields(with_names(second.records, before))["customer.class"].gone] == ["Van"]
    gone = retired(with_names(second.records, before), before)
    assert sorted(fields(gone)) == ["customer.counted", "customer.credit"]
    assert [one.key for each in gone if isinstance(each, ResultForm) for one in each.fields] == ["fuel"]
    assert processes_of(gone) == []


def test_names_are_kept_over_several_versions(first: LoadedPlugin, second: LoadedPlugin) -> None:
    after = known(second, known(first))
    assert known(second, after) == after  # the third start writes nothing
    process = rent(with_names(second.records, after))
    assert {"stage.handed", "step.talked", "reason.rain"} <= dict(process.gone).keys()
    assert sorted(fields(all_known(after))) == [
        "customer.class",
        "customer.counted",
        "customer.credit",
        "customer.licence",
        "deal.size",
    ]
    assert [option.key for option in rent(all_known(after)).fields[1].gone] == ["full"]
    # And the first one comes back: what was gone is there again, once.
    back = rent(with_names(first.records, after))
    assert [name for name, _ in back.gone] == ["stage.driven", "reason.snow"]


def test_a_whole_process_that_is_gone_rests(first: LoadedPlugin, tmp_path: Path) -> None:
    other = loaded(
        tmp_path / "other", FIRST.replace('Process("rent"', 'Process("lend"').replace("rental.rent", "rental.lend")
    )
    before = known(first)
    gone = retired(with_names(other.records, before), before)
    assert [each.key for each in processes_of(gone)] == ["rent"]
    assert [each.key for each in processes_of(all_known(known(other, before)))] == ["lend", "rent"]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"label": {}},
        {"processes": []},
        {"processes": {"rent": {"key": "rent"}}},
        {"processes": {"rent": None}, "packs": {"rental": 7}},
        {"label": {"en": "x"}, "packs": {"Not A Key": {"en": "x"}}},
    ],
)
def test_what_another_version_of_the_house_kept_otherwise_breaks_nothing(first: LoadedPlugin, kept: Any) -> None:
    assert processes_of(all_known(kept)) == []
    assert rent(with_names(first.records, kept)).stages == rent(first.records).stages


def test_a_rule_that_is_gone_keeps_its_name_and_what_it_counts_from(first: LoadedPlugin) -> None:
    rule = FollowUp("thanks", Text("Thanks", "致谢", "致謝", "Спасибо"), OnEvent("deal.won"), CALL)
    before = known_of(first.manifest.label, [*first.records, rule], {})
    assert json.loads(json.dumps(before)) == before
    assert [each for each in all_known(before) if isinstance(each, FollowUp)] == [rule]
    assert [each for each in retired([], before) if isinstance(each, FollowUp)] == [rule]
    assert [each for each in retired([rule], before) if isinstance(each, FollowUp)] == []
    assert known_of(first.manifest.label, [], before)["follow_ups"] == before["follow_ups"]


def test_a_rule_another_version_wrote_is_left_out() -> None:
    assert all_known({"follow_ups": {"thanks": {"when": {"kind": "moon"}}, "a": None}}) == []
