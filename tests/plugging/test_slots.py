"""What plugins show and bring as pages is checked before the plugin may run; a mistake names itself."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint

from salesapp.domain.terms import REPLACEABLE, Terms
from salesapp.domain.text import Text
from salesapp.plugging.own_files import notes_on
from salesapp.plugging.own_pages import check_pages, pages_of
from salesapp.plugging.slots import DashboardCard, Line, Linked, MenuItem, Panel, PluginReport, Routes
from tests.plugging.plugin_files import load, reasons, write
from tests.plugging.wash_files import write_wash

WORDS = Text(en="Words", zh_Hans="字", zh_Hant="字", ru="Слово")


def nothing(*_given: object) -> Any:
    """What a record calls."""


MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "place": (lambda: Panel("p", "pool", WORDS, nothing), "on must be one of customer, deal, contact"),  # type: ignore[arg-type]
    "no function": (lambda: Panel("p", "deal", WORDS, "facts"), "facts must be a function"),  # type: ignore[arg-type]
    "no label": (lambda: DashboardCard("c", "Words", nothing), "label must be a Text"),  # type: ignore[arg-type]
    "right": (lambda: DashboardCard("c", WORDS, nothing, verb="deal.sea"), "did you mean 'deal.see'"),
    "template": (lambda: Panel("p", "deal", WORDS, nothing, template="panel.html"), "car_wash/panel.html"),
    "plain template": (lambda: Panel("p", "deal", WORDS, nothing, template="a/panel.jinja"), "car_wash/panel.html"),
    "icon": (lambda: MenuItem("m", WORDS, "/p/x/y", icon="calender"), "did you mean 'calendar'"),
    "address": (lambda: MenuItem("m", WORDS, "https://example.com"), "must be a page of the plugin"),
    "letter": (lambda: MenuItem("m", WORDS, "/p/x/y", letter="t"), "taken by the house"),
    "two letters": (lambda: MenuItem("m", WORDS, "/p/x/y", letter="ab"), "one small letter"),
    "no columns": (lambda: PluginReport("r", WORDS, WORDS, (), nothing), "at least one"),
    "bar": (lambda: PluginReport("r", WORDS, WORDS, (WORDS,), nothing, bar=1), "bar must be the number of a column"),
    "no right": (lambda: Routes("r", nothing, verb=""), "there is no right ''"),
    "script": (lambda: Line("x", 1, "javascript:alert(1)"), "link must be an address"),
    "other host": (lambda: Line("x", 1, "//example.com"), "link must be an address"),
    "backslash": (lambda: Linked(1, "/\\example.com"), "link must be an address"),
    "tab": (lambda: Linked(1, "/a\tb"), "link must be an address"),
    "explained": (lambda: Linked(1, "", "words"), "explained must be a Text"),  # type: ignore[arg-type]
    "unknown term": (lambda: Terms("t", {"Custmers": WORDS}), "did you mean 'Customers'"),
    "a word": (lambda: Terms("t", {"xyzzy": WORDS}), "no message 'xyzzy' that can be replaced"),
    "no terms": (lambda: Terms("t", {}), "must be a dict"),
    "no text": (lambda: Terms("t", {"Customers": "Drivers"}), "must be a Text"),  # type: ignore[dict-item]
    "markup": (lambda: Terms("t", {"Customers": Text("<b>", "字", "字", "Слово")}), "plain words"),
    "lost place": (lambda: Terms("t", {"Customer %(id)s": WORDS}), "must have the places of"),
}


@pytest.mark.parametrize(("make", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistaken_record_names_its_mistake(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        make()


@pytest.mark.parametrize(
    "link", ["/p/x/y?a=1#b", "https://example.com/a", "mailto:a@example.com", "tel:+8613800138000", ""]
)
def test_a_link_may_lead_to_a_page_a_site_or_a_person(link: str) -> None:
    assert Line("x", 1, link).link == link


# --- pages ---


def blueprint(add: Callable[[Blueprint], Any]) -> Callable[[], Blueprint]:
    """A blueprint with one good page, and what `add` does to it."""

    def made() -> Blueprint:
        bp = Blueprint("b", __name__)
        bp.get("/one")(one)
        add(bp)
        return bp

    return made


def one() -> str:
    return ""


def two() -> str:
    return ""


def sorry(_error: Exception) -> str:
    return ""


async def waits() -> str:
    return ""


def nested(bp: Blueprint) -> None:
    inner = Blueprint("inner", __name__)
    inner.get("/x")(two)
    bp.register_blueprint(inner)


BAD_PAGES: dict[str, tuple[Callable[[Blueprint], Any], str]] = {
    "both ways": (lambda bp: bp.route("/two", methods=["GET", "POST"])(two), "read (GET) or sent (POST)"),
    "put": (lambda bp: bp.put("/two")(two), "read (GET) or sent (POST)"),
    "sent with a right to look": (lambda bp: bp.post("/two")(two), "is a right to look"),
    "async": (lambda bp: bp.get("/two")(waits), "ordinary function"),
    "no slash": (lambda bp: bp.get("two")(two), "an address begins with /"),
    "static": (lambda bp: bp.get("/static/two")(two), "not with /static/"),
    "no address": (lambda bp: bp.get("/<two")(two), "malformed"),
    "no such converter": (lambda bp: bp.get("/<colour:two>")(two), "colour"),
    "for the whole house": (lambda bp: bp.before_app_request(two), "before_request_funcs"),
    "a filter": (lambda bp: bp.app_template_filter("two")(two), "jinja_env"),
    "an error page of the house": (lambda bp: bp.app_errorhandler(404)(sorry), "errorhandler"),
    "before its pages": (lambda bp: bp.before_request(two), "before_request_funcs"),
    "its own error page": (lambda bp: bp.errorhandler(404)(sorry), "error_handler_spec"),
    "a blueprint in it": (nested, "Routes of its own"),
    "a command": (lambda bp: bp.cli.command("two")(two), "Command"),
    "host": (lambda bp: bp.add_url_rule("/two", view_func=two, host="example.com"), "has no host"),
}


@pytest.mark.parametrize(("add", "said"), BAD_PAGES.values(), ids=BAD_PAGES)
def test_a_page_that_would_get_round_the_house_is_refused(add: Callable[[Blueprint], Any], said: str) -> None:
    with pytest.raises((ValueError, LookupError), match=re.escape(said)):
        pages_of(Routes("r", blueprint(add), verb="deal.see"))


@pytest.mark.parametrize("more", [{"static_folder": "s"}, {"template_folder": "t"}])
def test_folders_are_found_without_being_named(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="templates lie in templates/"):
        pages_of(Routes("r", lambda: Blueprint("b", __name__, **more), verb="deal.see"))


def test_each_page_has_its_right() -> None:
    made = blueprint(lambda bp: (bp.post("/two")(two), bp.get("/open", endpoint="three")(one)))
    pages = pages_of(Routes("r", made, verb="deal.see", verbs={"two": "deal.edit"}, public=("three",)))
    assert [(page.rule, page.name, page.method, page.verb) for page in pages] == [
        ("/one", "r.one", "GET", "deal.see"),
        ("/two", "r.two", "POST", "deal.edit"),
        ("/open", "r.three", "GET", ""),
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"verbs": {"oen": "deal.edit"}}, "did you mean 'one'"),
        ({"public": ("tow",)}, "no page of the blueprint"),
        ({"public": ("one",), "verbs": {"one": "deal.edit"}}, "needs no right"),
    ],
)
def test_whoever_names_a_page_names_one_that_is_there(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pages_of(Routes("r", blueprint(lambda _: None), verb="deal.see", **more))


def test_no_two_pages_share_an_address_and_the_menu_leads_to_its_own_plugin() -> None:
    first, second = (Routes(key, blueprint(lambda _: None), verb="deal.see") for key in ("a", "b"))
    with pytest.raises(ValueError, match=r"two pages of the plugin are at '/one': a\.one and b\.one"):
        check_pages("wash", [first, second])
    with pytest.raises(ValueError, match="must begin with /p/wash/"):
        check_pages("wash", [MenuItem("m", WORDS, "/p/other/one")])
    check_pages("wash", [first, MenuItem("m", WORDS, "/p/wash/one"), MenuItem("n", WORDS, "/reports/p/wash.bays")])


# --- loading ---


def test_a_plugin_whose_pages_cannot_be_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    write(
        tmp_path,
        "broken",
        """
        @hookimpl
        def salesapp_records():
            return [Routes("r", lambda: 1 / 0, verb="deal.see")]
        """,
    )
    write(tmp_path, "good")
    plugins = load(tmp_path)
    assert "ZeroDivisionError" in reasons(plugins)["broken"]
    assert [each.name for each in plugins.loaded] == ["good"]


def test_templates_of_a_plugin_cannot_stand_where_those_of_the_house_do(tmp_path: Path) -> None:
    write_wash(tmp_path, "", name="deals")
    assert "Templates of the house are called “deals/…”" in reasons(load(tmp_path))["deals"]


def test_what_is_missing_in_translations_is_said(tmp_path: Path) -> None:
    folder = write_wash(tmp_path, "")
    assert [str(each) for each in notes_on(load(tmp_path).loaded[0])] == []
    words = folder / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    words.write_text(words.read_text(encoding="utf-8").replace('"Записано."', '""'), encoding="utf-8")
    (folder / "translations" / "zh_Hant" / "LC_MESSAGES" / "messages.po").write_bytes(b"\xff\xfe no catalogue")
    assert [str(each) for each in notes_on(load(tmp_path).loaded[0])] == [
        "There is no translation into 繁體中文: its texts appear in English.",
        "Texts without a translation into Русский: 1.",
    ]


def test_a_single_file_has_no_folder_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "good")
    (tmp_path / "translations" / "ru").mkdir(parents=True)
    assert notes_on(load(tmp_path).loaded[0]) == ()


def test_every_message_that_can_be_replaced_is_said_somewhere() -> None:
    """A message that is put differently one day must be put so in the list, too."""
    here = Path(__file__).resolve().parents[2]
    sources = [*here.glob("templates/**/*.html"), *here.glob("salesapp/web/*.py"), *here.glob("salesapp/services/*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [each for each in sorted(REPLACEABLE) if f'"{each}"' not in text] == []


def test_the_messages_that_can_be_replaced_are_listed_for_authors() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "plugins" / "terms.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^- `(.+)`$", page, re.MULTILINE)) == REPLACEABLE
