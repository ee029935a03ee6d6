"""A pack without Python: the same records, the same checks, and every mistake with its line."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesapp import places
from salesapp.domain.criteria import AllOf, AnyOf, Not, When
from salesapp.domain.date_kinds import DateKind
from salesapp.domain.follow_up import TRIGGERS as KINDS_OF_TRIGGERS
from salesapp.domain.follow_up import Deadline, Do, Escalate, FollowUp, OnEvent, OnHoliday, OnStage, Until
from salesapp.domain.follow_up_data import _KINDS, to_data
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
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.solar_terms import SolarTerm
from salesapp.domain.terms import Terms
from salesapp.domain.text import Text
from salesapp.plugging.loader import load_plugins
from salesapp.plugging.manifest import Manifest
from salesapp.plugging.toml_lines import lines_of
from salesapp.plugging.toml_pack import read_pack
from salesapp.plugging.toml_records import TRIGGERS
from salesapp.plugging.toml_writing import data_of, left_out, pack_text
from tests.plugging.follow_up_files import follow_ups
from tests.plugging.plugin_files import load, reasons, write

WASH = """\
[manifest]
name = "wash"
version = "1.0"
label = { en = "Wash", zh_Hans = "洗", zh_Hant = "洗", ru = "М" }
description = { en = "Wash", zh_Hans = "洗", zh_Hant = "洗", ru = "М" }

[pack]
key = "wash"
label = { en = "Wash", zh_Hans = "洗", zh_Hant = "洗", ru = "М" }

[[processes]]
key = "fleet"
label = { en = "Fleet", zh_Hans = "队", zh_Hant = "隊", ru = "П" }
lost_reasons = [
  { key = "price", label = { en = "Price", zh_Hans = "价", zh_Hant = "價", ru = "Ц" } },
]

[[processes.stages]]
key = "asked"
label = { en = "Asked", zh_Hans = "问", zh_Hant = "問", ru = "З" }
goal = { en = "Know", zh_Hans = "知", zh_Hant = "知", ru = "У" }
key_steps = [
  # ticked by a call
  { key = "talked", label = { en = "Talk", zh_Hans = "谈", zh_Hant = "談", ru = "Г" }, evidence = ["activity.call"] },
]
probability = 20

[[processes.stages.to_leave]]
key = "agreed"
needs = { all = [
  { field = "field.cars", op = "at_least", value = 1 },
  { field = "expected_close", op = "at_least", value = 2026-05-31 },
] }

[[processes.fields]]
key = "cars"
label = { en = "Cars", zh_Hans = "车", zh_Hant = "車", ru = "А" }
type = "integer"

[[customer_fields]]
key = "plate"
label = { en = "Plate", zh_Hans = "牌", zh_Hant = "牌", ru = "Н" }
type = "text"
"""


def toml(directory: Path, text: str, name: str = "wash") -> Path:
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}.toml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def mistakes(directory: Path, *changes: tuple[str, str]) -> list[str]:
    """What is said of the pack above with some of its words changed."""
    text = WASH
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [str(each) for each in read_pack("wash", toml(directory, text)).mistakes]


def test_a_file_and_a_folder_load_like_every_plugin(tmp_path: Path) -> None:
    toml(tmp_path, WASH)
    (tmp_path / "shine").mkdir()
    toml(tmp_path / "shine", WASH.replace('"wash"', '"shine"'), "pack")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest]\n")
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    assert [each.name for each in plugins.loaded] == ["shine", "wash"]
    assert set(plugins.catalog.processes) == {"shine.fleet", "wash.fleet"}
    assert set(plugins.catalog.fields_of("customer")) == {"shine.plate", "wash.plate"}
    (gate,) = plugins.catalog.processes["wash.fleet"].stages[0].to_leave
    day = When("expected_close", "at_least", date(2026, 5, 31))
    assert gate.needs == AllOf((When("field.cars", "at_least", 1), day))


PLATE = 'type = "text"\nlabel = { en = "P", zh_Hans = "牌", zh_Hant = "牌", ru = "Н" }'
WRONG = {
    "not TOML": (('key = "asked"', "key = asked"), "wash.toml, line 19: this is not TOML: "),
    "an unknown part": (
        ("[[customer_fields]]", "[[customer_field]]"),
        "line 40: a pack has no 'customer_field': did you",
    ),
    "an unknown key": (
        ("probability = 20", "probabilty = 20"),
        "line 26: Stage has no 'probabilty': did you mean 'prob",
    ),
    "a key that is missing": (('type = "integer"\n', ""), "line 35: Field 'cars' needs type"),
    "a text in three languages": ((', ru = "А"', ""), "line 37: label needs ru"),
    "a field nobody has, asked of the lost": (
        ("lost_reasons = [", 'lost_asks = ["card"]\nlost_reasons = ['),
        "line 14: Process 'fleet': lost_asks: the process has no field 'card': did you mean 'cars'?",
    ),
    "a text for a yes or no": (
        ("lost_reasons = [", 'lost_needs_call = "yes"\nlost_reasons = ['),
        "line 14: lost_needs_call must be true or false",
    ),
    "an empty text": (('ru = "А"', 'ru = ""'), "line 37: Text('Cars') has no ru"),
    "a number for a text": (('version = "1.0"', "version = 1.0"), "line 3: version must be a text in quotes, not 1.0"),
    "a text for a number": (("probability = 20", 'probability = "20"'), "line 26: probability must be a whole number"),
    "a word for a list": (('["activity.call"]', '"activity.call"'), "line 24: evidence must be a list"),
    "a record's own complaint": (
        ("probability = 20", "probability = 120"),
        "line 26: Stage 'asked': probability must be",
    ),
    "no such evidence": (("activity.call", "activity.cal"), "line 24: KeyStep 'talked': no such evidence"),
    "no such question": (('op = "at_least", value = 1', 'op = "least"'), "line 31: all[0]: When('field.cars'): the op"),
    "a field that is not there": (
        ('"field.cars"', '"field.cards"'),
        "line 30: Process 'fleet', stage 'asked', gate 'agreed'",
    ),
    "a bad key": (('key = "cars"', 'key = "Cars"'), "line 36: Field: the key must be small letters"),
    "the same key twice": (
        (
            'key = "plate"',
            f'key = "plate"\n{PLATE}\n\n[[customer_fields]]\nkey = "plate"',
        ),
        "line 45: Fields 'customer': more than one field is called 'plate'",
    ),
    "a process the pack does not have": (
        ('key = "wash"', 'key = "wash"\nprocesses = ["fleets"]'),
        "line 9: 'fleets' is no process of this file: did you mean 'fleet'?",
    ),
    "a condition nobody can ask of a customer": (
        ('key = "plate"', 'key = "plate"\nvisible_when = { field = "wash.plates", op = "filled" }'),
        "line 42: field 'wash.plate' of customer, visible_when: nothing is called 'wash.plates'",
    ),
}


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_every_mistake_names_its_file_and_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    (said,) = mistakes(tmp_path, change)
    assert said.startswith("wash.toml, line ")
    assert says in said


def test_all_mistakes_are_told_at_once_and_the_house_opens(tmp_path: Path) -> None:
    text = WASH.replace("probability = 20", "probability = 120").replace('"integer"', '"int"')
    toml(tmp_path, text)
    write(tmp_path, "neighbour")
    assert len(read_pack("wash", tmp_path / "wash.toml").mistakes) == 2
    plugins = load(tmp_path)
    assert [each.name for each in plugins.loaded] == ["neighbour"]
    assert reasons(plugins)["wash"].startswith("wash.toml, line 26: Stage 'asked': probability must be")
    assert "And 1 more: “salesapp plugins check wash” lists them." in reasons(plugins)["wash"]


def test_what_is_not_utf_8_is_said_with_its_line(tmp_path: Path) -> None:
    path = toml(tmp_path, WASH)
    path.write_bytes(path.read_bytes().replace("车".encode(), "车".encode("gb18030")))
    assert [str(each) for each in read_pack("wash", path).mistakes] == [
        "wash.toml, line 37: this is not UTF-8: save the file as UTF-8"
    ]


def test_another_name_another_api_and_two_forms_are_said_as_of_python(tmp_path: Path) -> None:
    toml(tmp_path, WASH, "other")
    toml(tmp_path, WASH.replace('version = "1.0"', 'version = "1.0"\napi = 2').replace("[pack]", "[packs]"))
    (tmp_path / "both").mkdir()
    toml(tmp_path / "both", WASH, "pack")
    (tmp_path / "both" / "__init__.py").write_text("")
    said = reasons(load(tmp_path))
    assert said["other"] == "Its manifest calls it “wash”, but its folder or file “other”."
    assert said["wash"] == "It is written for version 2 of the plugin API; this is version 1."
    assert said["both"].endswith("has both __init__.py and pack.toml: keep one")


def test_what_only_shows_beside_a_neighbour_has_its_line_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        "wash_first",
        """
        @hookimpl
        def salesapp_records():
            return [IndustryPack("wash", words("Pack"), (process("short"),))]
        """,
    )
    toml(tmp_path, WASH, "wash")
    (tmp_path / "wash.toml").rename(tmp_path / "xwash.toml")
    path = tmp_path / "xwash.toml"
    path.write_text(
        path.read_text("utf-8").replace('name = "wash"', 'name = "xwash"').replace("wash.p", "xwash.p"), "utf-8"
    )
    said = reasons(load(tmp_path))["xwash"]
    assert said == "xwash.toml, line 7: the pack 'wash' is brought by both wash_first and xwash"


def test_a_critical_pack_that_cannot_be_read_is_known_to_be_critical(tmp_path: Path) -> None:
    toml(tmp_path, WASH.replace('version = "1.0"', 'version = "1.0"\ncritical = true').replace("= 20\n", "= 200\n"))
    (aside,) = load(tmp_path).set_aside
    assert aside.critical is True


# --- there and back ---


@pytest.mark.parametrize("name", sorted(each.name for each in load_plugins([places.PLUGINS]).loaded))
def test_every_bundled_pack_is_the_same_when_it_comes_back(name: str, tmp_path: Path) -> None:
    plugins = load_plugins([places.PLUGINS], only={name})
    (plugin,) = plugins.loaded
    known = [
        each for each in plugin.records if f"{type(each).__name__} {getattr(each, 'key', '')!r}" not in left_out(plugin)
    ]
    toml(tmp_path, pack_text(plugin.manifest, known), name)
    again = load(tmp_path)
    assert reasons(again) == {}
    assert again.loaded[0].manifest == plugin.manifest
    assert again.catalog.packs == plugins.catalog.packs
    assert again.catalog.processes == plugins.catalog.processes
    assert again.catalog.result_forms == plugins.catalog.result_forms
    assert again.catalog.of(FollowUp) == plugins.catalog.of(FollowUp)
    assert again.catalog.fields == plugins.catalog.fields


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
texts = st.builds(Text, words, words, words, words)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
money = st.builds(Money, st.integers(0, 10**9), st.sampled_from(["CNY", "RUB"]))
questions = st.one_of(
    st.sampled_from(
        [When("amount", "filled"), When("title", "is", 'a "quoted" \\ text'), When("contacts", "at_most", 3)]
    ),
    st.builds(lambda day: When("expected_close", "at_least", day), st.dates(date(2000, 1, 1), date(2100, 1, 1))),
    st.builds(lambda value: When("amount", "at_most", value), money),
    st.builds(lambda days: When("stage_since", "ago", days), st.integers(0, 99)),
    st.builds(lambda n: When("field.size", "at_least", n), st.decimals(0, 999, places=3)),
    st.builds(lambda some: When("field.colour", "one_of", tuple(some)), st.lists(st.sampled_from("rgb"), min_size=1)),
)
conditions = st.recursive(
    questions,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
gates = st.lists(st.builds(Gate, keys, conditions, st.none() | texts), max_size=2, unique_by=lambda g: g.key).map(tuple)
COLOURS = tuple(Option(key, Text(key, key, key, key)) for key in "rgb")


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """A process with all there can be in one."""
    steps = draw(
        st.lists(
            st.builds(KeyStep, keys, texts, st.sampled_from([(), ("activity.call", "a.b")])),
            max_size=3,
            unique_by=lambda s: s.key,
        )
    )
    first = Stage(
        "first",
        draw(texts),
        draw(texts),
        tuple(steps),
        draw(st.integers(0, 100)),
        draw(st.none() | st.integers(1, 99)),
        to_leave=draw(gates),
    )
    own = Field("size", draw(texts), "number", help=draw(st.none() | texts), visible_when=draw(st.none() | conditions))
    colour = Field("colour", draw(texts), "choice", options=COLOURS[:3], gone=(Option("y", COLOURS[0].label),))
    reasons_ = (LostReason(draw(keys), draw(texts)),)
    gone = draw(st.sampled_from([(), (("stage.old", COLOURS[0].label),)]))
    return Process(
        draw(keys),
        draw(texts),
        (first, Stage("last", draw(texts), draw(texts), (), 90)),
        reasons_,
        (own, colour),
        draw(st.booleans()),
        gone,
        draw(st.sampled_from([(), ("colour",), ("colour", "size")])),
        draw(st.booleans()),
    )


@st.composite
def packs(draw: st.DrawFn) -> list[object]:
    """The records of a plugin, of every kind that TOML can hold."""
    made = draw(st.lists(processes(), min_size=1, max_size=2, unique_by=lambda p: p.key).filter(alike))
    every = Fields(
        "customer",
        (
            Field("size", draw(texts), "amount", default={"minor": 5, "currency": "CNY"}, readers=("manager",)),
            Field("tags", draw(texts), "choices", options=COLOURS, default=["r", "g"], required=True),
            Field("seats", draw(texts), "integer", default=4, between=(1, 9)),
        ),
    )
    records: list[object] = [every]
    if draw(st.booleans()):
        records += [IndustryPack("pack", draw(texts), (made[0],), "#112233"), *made[1:]]
    else:
        records += made
    records += draw(st.lists(follow_ups(texts), max_size=2, unique_by=lambda rule: rule.key))
    if draw(st.booleans()):
        records += [
            ResultForm("after", draw(texts), "visit", (Field("liked", draw(texts), "bool"),), ("liked",), "wash.fleet"),
            Evidence("seen", draw(texts)),
            DateKind("paid", draw(texts), draw(st.booleans())),
            SettingsForm((Field("rate", draw(texts), "integer", default=7),)),
            Terms("words", {"Customers": draw(texts).__class__(en="C", zh_Hans="C", zh_Hant="C", ru="C")}),
            ImportMap(
                key="old",
                label=draw(texts),
                kind="customer",
                columns={"Имя": "name", "a.b": "phone"},
                values={"grade": {"x": "A"}},
                options={"n": 1},
            ),
        ]
    return records


def alike(made: list[Process]) -> bool:
    """A plugin's processes share their fields."""
    return len({each.fields for each in made}) == 1


@settings(phases=(Phase.explicit, Phase.generate))  # making a failure smaller takes minutes here
@given(records=packs(), label=texts, critical=st.booleans())
def test_any_pack_is_the_same_when_it_comes_back(
    records: list[object], label: Text, critical: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    card = Manifest(name="wash", version='1"0\n', label=label, description=label, critical=critical)
    path = toml(tmp_path_factory.getbasetemp() / "packs", "")
    path.write_text(pack_text(card, records), encoding="utf-8", newline="")
    pack = read_pack("wash", path)
    assert [str(each) for each in pack.mistakes] == []
    assert pack.manifest == card
    rest = list(pack.records)
    assert len(rest) == len(records)
    assert all(each in rest for each in records)


def test_lines_are_found_in_every_way_to_write_toml() -> None:
    text = dedent("""\
        # a comment with ] and "
        a.b = 'it''s'
        "quoted key" = [1, [2, 3], # not ]
          {x = 1, "y.z" = '}'}]
        long = \"\"\"
        [[not]]
        \"\"\"
        [t."u v"]
        n = -1.5e3
        [[l]]
        k = 1
        [[l.m]]
        [[l]]
        [l.o]
        p = 2026-05-31 10:00:00
        """).replace("'it''s'", "'its'")
    lines = lines_of(text)
    known = {
        ("a", "b"): 2,
        ("quoted key", 1, 1): 3,
        ("quoted key", 2, "y.z"): 4,
        ("long",): 5,
        ("t", "u v", "n"): 9,
        ("l", 0, "k"): 11,
        ("l", 0, "m", 0): 12,
        ("l", 1): 13,
        ("l", 1, "o", "p"): 15,
    }
    assert {path: lines[path] for path in known} == known
    assert ("not", 0) not in lines
    assert Decimal("1.5") == Decimal("1.50")


# --- follow-up rules ---

CALL = """
[[follow_ups]]
key = "thanks"
label = { en = "Thanks", zh_Hans = "谢", zh_Hant = "謝", ru = "С" }
when = { kind = "stage", process = "wash.fleet", stage = ":won" }
do.kind = "call"
do.text = { en = "Call {customer}", zh_Hans = "致电", zh_Hant = "致電", ru = "Позвонить" }
who = "salesperson"
deadline = { count = 1, unit = "working_day", at = 18:00:00 }
every = { count = 2, unit = "month" }
until = { times = 3, day = 2030-01-02 }
unless = { field = "state", op = "is", value = "lost" }
escalate = { to = "manager", before = 2, after = "none" }

[[follow_ups]]
key = "new_year"
label = { en = "New Year", zh_Hans = "年", zh_Hant = "年", ru = "Г" }
when = { kind = "holiday", day = { calendar = "lunar", month = 1, day = 1 }, days = -3 }
do = { kind = "message", text = { en = "Wish", zh_Hans = "祝", zh_Hant = "祝", ru = "П" } }
on = false
"""


def test_rules_of_a_pack_are_those_python_would_have_made(tmp_path: Path) -> None:
    toml(tmp_path, WASH + CALL)
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    thanks, new_year = plugins.catalog.of(FollowUp).values()
    assert thanks == FollowUp(
        key="thanks",
        label=Text("Thanks", "谢", "謝", "С"),
        when=OnStage("wash.fleet", ":won"),
        do=Do("call", Text("Call {customer}", "致电", "致電", "Позвонить")),
        who="salesperson",
        deadline=Deadline(1, "working_day", time(18)),
        every=Interval(2, "month"),
        until=Until(times=3, day=date(2030, 1, 2)),
        unless=When("state", "is", "lost"),
        escalate=Escalate("manager", before=2, after=None),
    )
    assert new_year.when == OnHoliday(PartialDate("lunar", None, 1, 1), -3)
    assert not new_year.on


def test_a_rule_of_a_pack_about_a_solar_term(tmp_path: Path) -> None:
    solar = CALL.replace('day = { calendar = "lunar", month = 1, day = 1 }', 'day = { term = "qingming" }')
    toml(tmp_path, WASH + solar.replace('unit = "working_day", at = 18:00:00', 'unit = "month"'))
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    thanks, feast = plugins.catalog.of(FollowUp).values()
    assert (feast.when, thanks.deadline) == (OnHoliday(SolarTerm("qingming"), -3), Deadline(1, "month"))


WRONG_RULES = {
    "a solar term": (
        ('day = { calendar = "lunar", month = 1, day = 1 }', 'day = { term = "quingming" }'),
        "there is no solar term 'quingming'; did you mean 'qingming'?",
    ),
    "no trigger": (('{ kind = "stage", process', "{ process"), "line 48: when is a table with its kind"),
    "a strange trigger": (
        ('kind = "stage"', 'kind = "stages"'),
        "line 48: no rule begins with 'stages': did you mean 'sta",
    ),
    "a strange part of it": (('kind = "stage", process', 'kind = "stage", proces'), "line 48: OnStage has no 'proces'"),
    "a process": (("wash.fleet", "wash.fleets"), "line 48: FollowUp 'thanks', when: there is no process 'wash.fleets'"),
    "a stage": (('":won"', '"won"'), "line 48: FollowUp 'thanks', when: the process 'wash.fleet' has no stage 'won'"),
    "a kind": (('do.kind = "call"', 'do.kind = "ring"'), "line 49: Do: kind must be one of call"),
    "a place": (("{customer}", "{custmer}"), "line 50: Do: text can name {customer}"),
    "somebody": (('"salesperson"', '"seller"'), "line 51: FollowUp 'thanks': who must be one of"),
    "an hour": (("18:00:00", '"18:00"'), "line 52: at must be an hour, as in 18:00:00, not '18:00'"),
    "a day": (("2030-01-02", '"2030"'), "line 54: day must be a day, as in 2026-05-31, not '2030'"),
    "a unit": (('count = 2, unit = "month"', 'count = 2, unit = "months"'), "line 53: not an interval: 2 months"),
    "a fact": (('field = "state"', 'field = "stat"'), "line 55: FollowUp 'thanks', unless: nothing is called 'stat'"),
    "a feast": (("month = 1,", "month = 13,"), "line 61: no such month: lunar 13"),
    "a key": (('key = "new_year"', 'key = "thanks"'), "line 58: two records of the kind FollowUp are called"),
}


@pytest.mark.parametrize(("change", "says"), WRONG_RULES.values(), ids=WRONG_RULES)
def test_every_mistake_in_a_rule_names_its_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    text = WASH + CALL.replace(*change, 1)
    assert text != WASH + CALL
    (said,) = [str(each) for each in read_pack("wash", toml(tmp_path, text)).mistakes]
    assert says in said


def test_python_json_and_toml_know_the_same_triggers() -> None:
    assert tuple(TRIGGERS.values()) == KINDS_OF_TRIGGERS
    event = FollowUp("e", Text("E", "事", "事", "С"), OnEvent("deal.won"), Do("call", Text("E", "事", "事", "С")))
    assert data_of(event.when) == {"kind": "event", "event": "deal.won"}
    assert to_data(event)["when"].items() >= {"kind": "event", "event": "deal.won"}.items()
    for word, kind in TRIGGERS.items():
        assert _KINDS[word] is kind
