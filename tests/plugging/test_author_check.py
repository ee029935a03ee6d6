"""`salesapp plugins check`: every problem of a plugin, with its file, its line and what was meant."""

from pathlib import Path
from textwrap import dedent

import pytest

from salesapp import places
from salesapp.domain.criteria import AllOf, AnyOf, Not, When
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.money import Money
from salesapp.domain.pack import Field, LostReason, Option, Process, Stage
from salesapp.domain.text import Text
from salesapp.plugging.author_check import examine, plugins_in
from salesapp.plugging.checking import DOUBT, PROBLEM, Finding
from salesapp.plugging.gate_sense import can_hold
from tests.plugging.wash_files import write_wash

CARD = """\
from salesapp.plugin_api import *

def words(en):
    return Text(en=en, zh_Hans="字", zh_Hant="字", ru="Слово")

MANIFEST = Manifest(name="wash", version="1.0", label=words("Wash"), description=words("Wash"))
"""
HEAD = 8
"""The line on which the body begins."""


def look(directory: Path, body: str, card: str = CARD) -> list[Finding]:
    """What is found in a plugin of one file."""
    path = directory / "wash.py"
    path.write_text(card + "\n" + dedent(body).strip() + "\n", encoding="utf-8")
    (found,) = plugins_in([directory], "wash")
    return examine(found, [directory])


def said(findings: list[Finding]) -> list[tuple[int | None, str]]:
    return [(each.line, each.words) for each in findings]


FINDS = {
    "a misspelt hook": (
        """
        @hookimpl
        def salesapp_check_deal_moves(deal): ...
        """,
        (HEAD, "no hook salesapp_check_deal_moves: did you mean salesapp_check_deal_move?"),
    ),
    "a hook whose words are in another order": (
        """
        @hookimpl
        def salesapp_deal_chek(deal): ...
        """,
        (HEAD, "no hook salesapp_deal_chek: did you mean salesapp_check_deal_move or salesapp_check_deal_save?"),
    ),
    "a hook that is none": (
        """
        @hookimpl
        def salesapp_weather(now): ...
        """,
        (HEAD, "no hook salesapp_weather; there is salesapp_check_activity_save, "),
    ),
    "an argument nobody gives": (
        """
        @hookimpl
        def salesapp_check_deal_move(deel, to): ...
        """,
        (HEAD, "salesapp_check_deal_move is never given 'deel': did you mean deal?"),
    ),
    "a hook without its mark": (
        "def salesapp_started(now): ...",
        (HEAD, "salesapp_started is not marked with @hookimpl, so nobody calls it"),
    ),
    "an async hook": (
        """
        @hookimpl
        async def salesapp_started(now): ...
        """,
        (HEAD, "salesapp_started must be an ordinary function, neither async nor a wrapper"),
    ),
    "an import of the house's inside": (
        "from salesapp.services.work import work",
        (HEAD, "it imports salesapp.services.work: of SalesApp, a plugin imports salesapp.plugin_api only"),
    ),
    "a name that is not there": (
        "from salesapp.plugin_api import Feild",
        (HEAD, "; did you mean Field?"),
    ),
    "a field of a record that is not there": (
        'Field("size", words("Size"), kind="text")',
        (HEAD, "got an unexpected keyword argument 'kind'; there is between, default, "),
    ),
    "a field of a record that is misspelt": (
        'Field("size", words("Size"), "text", option=())',
        (HEAD, "got an unexpected keyword argument 'option': did you mean options?"),
    ),
    "a record whose fields are given by name": (
        'ImportMap("list", words("List"))',
        (HEAD, ": its fields are given by name, key, label, kind, "),
    ),
    "not Python": ("def broken(:", (HEAD, "it cannot be imported: SyntaxError")),
    "a program that ends": ("import sys\nsys.exit(3)", (HEAD + 1, "it cannot be imported: SystemExit: 3")),
    "a record's own complaint": (
        'PRICE = LostReason("price", words("Price"))\n\nASKED = Stage("asked", words("A"), words("B"), (), 120)',
        (HEAD + 2, "Stage 'asked': probability must be a whole number from 0 to 100, not 120"),
    ),
    "a choice without options": (
        'PAID = Field("paid", words("Paid"), "choice")',
        (HEAD, "Field 'paid': options is empty, at least one Option is needed"),
    ),
    "an empty text": ('LABEL = Text("a", "b", "c", "")', (HEAD, "Text('a') has no ru")),
    "records that fail": (
        """
        @hookimpl
        def salesapp_records():
            return [1 / 0]
        """,
        (HEAD + 2, "salesapp_records failed: ZeroDivisionError: division by zero"),
    ),
}


@pytest.mark.parametrize(("body", "finds"), FINDS.values(), ids=FINDS)
def test_a_problem_is_found_with_its_line(tmp_path: Path, body: str, finds: tuple[int, str]) -> None:
    found = [each for each in look(tmp_path, body) if each.kind == PROBLEM]
    assert [each.line for each in found] == [finds[0]]
    assert finds[1] in found[0].words
    assert found[0].file == tmp_path / "wash.py"


MOUNTED = """
from flask import Blueprint
from sqlalchemy import Column, MetaData, Table

metadata = MetaData()
BAY = Table("wash_bay", metadata, Column("id", Id, primary_key=True))

def make():
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/bays", "bays", lambda: "")
    return pages

@hookimpl
def salesapp_records():
    return [
        OwnTables(metadata),
        Routes("pages", make, "deal.see"),
    ]
"""


def test_what_the_house_finds_while_loading_has_its_line_where_it_can_be_told(tmp_path: Path) -> None:
    folder = tmp_path / "wash"
    (folder / "migrations").mkdir(parents=True)
    migration = folder / "migrations" / "0001_bays.py"

    def found(was: str = "", becomes: str = "") -> tuple[Path | None, int | None, str]:
        (folder / "__init__.py").write_text(CARD + MOUNTED.replace(was, becomes, 1), encoding="utf-8")
        (plugin,) = plugins_in([tmp_path], "wash")
        (problem,) = [each for each in examine(plugin, [tmp_path]) if each.kind == PROBLEM]
        return problem.file, problem.line, problem.words.partition("ValueError: ")[2]

    body, names = folder / "__init__.py", "the table bay must be called wash_…"
    assert found("wash_bay", "bay") == (body, HEAD + 4, names)
    assert found() == (body, HEAD + 14, f"OwnTables: there are no migrations in {folder / 'migrations'}")
    migration.write_text('revision = "wash_1"\n')
    without = f"the migration 0001_bays.py in {folder / 'migrations'} does not say its down_revision"
    assert found() == (migration, None, without)
    migration.write_text('revision = "wash_1"\ndown_revision = None\n')
    public = "Routes 'pages': public names 'bays_', which is no page of the blueprint: did you mean 'bays'?"
    assert found('"deal.see"', '"deal.see", public=("bays_",)') == (body, HEAD + 15, public)
    address = "Routes 'pages', 'bays': an address begins with /, and not with /static/, not 'days'"
    assert found('"/bays"', '"days"') == (body, HEAD + 8, address)


RECORDS = """
CARS = Field("cars", words("Cars"), "integer")
KIND = Field("kind", words("Kind"), "choice", options=(Option("a", words("A")), Option("b", words("B"))))
NEVER = Field("never", words("Never"), "text", visible_when=AllOf((When("field.kind", "is", "a"),
    When("field.kind", "is", "b"))))
SHUT = Gate("shut", AllOf((When("field.cars", "at_least", 5), When("field.cars", "at_most", 4))))
UNSEEN = Gate("unseen", AllOf((When("field.never", "filled"),)))
FIRST = Stage("first", Text("First stage", "First stage", "First stage", "First stage"), words("G"), (), 10)
LAST = Stage("last", Text("Last stage", "字", "Last stage", "Слово"), words("G"), (), 90, to_leave=(SHUT, UNSEEN))
FLEET = Process("fleet", words("Fleet"), (FIRST, LAST), (LostReason("dear", words("Dear")),), (CARS, KIND, NEVER))
AFTER = ResultForm("after", words("After"), "visit", (CARS,), process="wash.fleets")

@hookimpl
def salesapp_records():
    return [FLEET, AFTER, FLEET]
"""


def test_what_only_shows_when_records_meet_is_found_all_at_once(tmp_path: Path) -> None:
    found = look(tmp_path, RECORDS)
    at = HEAD
    assert set(said([each for each in found if each.kind == PROBLEM])) == {
        (at + 2, "Field 'never': it is never shown, its visible_when excludes itself"),
        (at + 4, "Gate 'shut' of stage 'last': no deal can pass it, its needs exclude each other"),
        (at + 5, "Gate 'unseen' of stage 'last': no deal can pass it, its needs exclude each other"),
        (at + 6, "Stage 'first': its label is 'First stage' in all languages"),
        (at + 8, "two processes are called 'wash.fleet': 'Fleet' and 'Fleet'"),
        (at + 9, "ResultForm 'after': this plugin has no process 'fleets': did you mean 'fleet'?"),
    }
    assert said([each for each in found if each.kind == DOUBT]) == [
        (at + 7, "Stage 'last': its label is 'Last stage' in en and zh_Hant")
    ]


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (CARD.replace('name="wash"', 'name="wish"'), "Its manifest calls it “wish”, but its folder or file “wash”."),
        (CARD.replace('"1.0"', '"1.0", api=2'), "It is written for version 2 of the plugin API; this is version 1."),
        (CARD.replace("MANIFEST", "MANIFESTO"), "It has no MANIFEST = Manifest(…)"),
    ],
)
def test_a_card_that_does_not_fit(tmp_path: Path, card: str, says: str) -> None:
    problems = [each for each in look(tmp_path, "", card) if each.kind == PROBLEM]
    assert [each.words.startswith(says) for each in problems] == [True]


def test_a_pack_of_toml_is_looked_over_in_the_same_way(tmp_path: Path) -> None:
    folder = tmp_path / "wash"
    folder.mkdir()
    same = 'label = { en = "Wash it", zh_Hans = "Wash it", zh_Hant = "Wash it", ru = "Wash it" }'
    field = f'[[customer_fields]]\nkey = "plate"\ntype = "text"\n{same}\n'
    card = '[manifest]\nname = "wash"\nversion = "1"\n'
    file = folder / "pack.toml"
    file.write_text(card + field, encoding="utf-8")
    (found,) = plugins_in([tmp_path], "wash")
    assert said(examine(found, [tmp_path])) == [(1, "Manifest needs label and description")]
    words = '{ en = "a", zh_Hans = "b", zh_Hant = "b", ru = "c" }'
    file.write_text(f"{card}label = {words}\ndescription = {words}\n{field}", encoding="utf-8")
    assert said(examine(found, [tmp_path])) == [(9, "Field 'plate': its label is 'Wash it' in all languages")]


def test_a_second_plugin_of_a_name_and_a_neighbours_pack_are_found(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "wash.py").write_text(CARD + "\n@hookimpl\ndef salesapp_records():\n    return []\n")
    folders = [tmp_path / "one", tmp_path / "two"]
    problems = [each.words for found in plugins_in(folders, "wash") for each in examine(found, folders)]
    assert len([each for each in problems if each.startswith("There are two plugins of this name")]) >= 1


def test_what_lies_in_the_folders_of_a_plugin_is_looked_at_too(tmp_path: Path) -> None:
    folder = write_wash(tmp_path)
    (found,) = plugins_in([tmp_path], "wash")
    known = said(examine(found, [tmp_path]))
    words = folder / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    words.write_text(words.read_text(encoding="utf-8").replace('"Записано."', '""'), encoding="utf-8")
    more = [each for each in said(examine(found, [tmp_path])) if each not in known]
    assert more == [(None, "Texts without a translation into Русский: 1.")]


def test_the_bundled_plugins_have_no_problem() -> None:
    for found in plugins_in([places.PLUGINS], None):
        assert examine(found, [places.PLUGINS]) == []


# --- conditions that can and cannot hold ---


def words(en: str) -> Text:
    return Text(en, "字", "字", "Слово")


FIELDS = (
    Field("cars", words("Cars"), "integer"),
    Field("kind", words("Kind"), "choice", options=(Option("a", words("A")), Option("b", words("B")))),
    Field("extras", words("Extras"), "choices", options=(Option("x", words("X")), Option("y", words("Y")))),
    Field("note", words("Note"), "text", visible_when=When("field.kind", "is", "b")),
    Field("paid", words("Paid"), "bool"),
)
STAGE = Stage("first", words("First"), words("Goal"), (), 10)
KNOWN = deal_vocabulary(Process("p", words("P"), (STAGE,), (LostReason("dear", words("Dear")),), FIELDS))
IS_A, IS_B = When("field.kind", "is", "a"), When("field.kind", "is", "b")

POSSIBLE = [
    When("amount", "filled"),
    AllOf((When("amount", "at_least", Money(500, "CNY")), When("amount", "at_most", Money(500, "CNY")))),
    AnyOf((AllOf((IS_A, IS_B)), When("field.paid", "is", False))),
    Not(AllOf((IS_A, IS_B))),
    AllOf((When("field.extras", "contains", "x"), When("field.extras", "contains", "y"))),
    AllOf((When("field.extras", "filled"), Not(When("field.extras", "contains", "x")))),
    AllOf((When("title", "contains", "ab"), When("title", "contains", "cd"), When("title", "is_not", "abcd"))),
    AllOf((When("expected_close", "ahead", 7), When("expected_close", "ahead", 3))),
    AllOf((When("stage_since", "ago", 3), When("stage_since", "within", 3))),
    AllOf((When("field.note", "filled"), IS_B)),
    AllOf((When("field.note", "empty"), IS_A)),
    When("field.kind", "one_of", ("a", "b")),
    When("owner", "filled"),
]
IMPOSSIBLE = [
    AllOf((IS_A, IS_B)),
    AllOf((IS_A, When("field.kind", "empty"))),
    AllOf((When("field.kind", "filled"), Not(When("field.kind", "one_of", ("a", "b"))))),
    AllOf((When("field.cars", "at_least", 3), When("field.cars", "at_most", 2))),
    AllOf((When("amount", "at_least", Money(1, "CNY")), When("amount", "at_least", Money(1, "RUB")))),
    AllOf((When("expected_close", "ago", 1), When("expected_close", "ahead", 30))),
    AllOf((When("field.paid", "is", True), When("field.paid", "is", False))),
    AllOf((When("title", "is", "a"), When("title", "empty"))),
    When("contacts", "at_most", -1),
    AllOf((When("field.note", "filled"), IS_A)),
    Not(AnyOf((When("amount", "filled"), When("amount", "empty")))),
]


@pytest.mark.parametrize("condition", POSSIBLE, ids=str)
def test_what_some_deal_can_meet_is_no_problem(condition: AllOf) -> None:
    assert can_hold(condition, KNOWN, FIELDS)


@pytest.mark.parametrize("condition", IMPOSSIBLE, ids=str)
def test_what_no_deal_can_meet_is_one(condition: AllOf) -> None:
    assert not can_hold(condition, KNOWN, FIELDS)


def test_a_condition_too_large_to_go_through_is_taken_to_be_possible() -> None:
    pairs = tuple(AnyOf((When("contacts", "at_least", n), IS_A)) for n in range(40))
    assert can_hold(AllOf(pairs), KNOWN, FIELDS)
