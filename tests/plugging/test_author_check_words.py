"""What an author is told about texts nobody translated, templates that are not there, and evidence without words."""

from pathlib import Path

from salesapp.plugging.author_check import examine, plugins_in
from salesapp.plugging.checking import PROBLEM
from salesapp.plugging.loader import load_plugins
from salesapp.plugging.own_files import words_of
from tests.plugging.test_author_check import HEAD, look, said
from tests.plugging.wash_files import write_wash

EVIDENCE = """
SENT = Evidence("sent", words("Sent"))
STEP = KeyStep("offer_sent", words("Send it"), ("wash.snet", "quote.sent"))
ASKED = Stage("asked", words("A"), words("B"), (STEP,), 20)

@hookimpl
def salesapp_records():
    return [SENT, Process("fleet", words("P"), (ASKED,), (LostReason("price", words("Price")),))]
"""


def test_evidence_of_its_own_without_words_is_doubted(tmp_path: Path) -> None:
    doubts = "KeyStep 'offer_sent': there is no Evidence record for 'wash.snet': did you mean 'wash.sent'?"
    assert (HEAD + 1, doubts) in said(look(tmp_path, EVIDENCE))
    assert not [each for each in look(tmp_path, EVIDENCE.replace("snet", "sent")) if "Evidence" in each.words]


def test_templates_that_are_broken_or_not_there_are_found(tmp_path: Path) -> None:
    folder = write_wash(tmp_path)
    (found,) = plugins_in([tmp_path], "wash")
    known = said(examine(found, [tmp_path]))
    templates = folder / "templates"
    (templates / "bays.html").write_text("<p>\n{% if 1 %}{% endfi %}")
    (templates / "more.html").write_text('\n{% include "wash/bay.html" %}{% include "ui.html" %}')
    more = [each for each in examine(found, [tmp_path]) if (each.line, each.words) not in known]
    assert [(each.file, each.line, each.words[:55]) for each in more if each.kind == PROBLEM] == [
        (templates / "bays.html", 2, "the template cannot be read: Encountered unknown tag 'e"),
        (templates / "more.html", 2, "there is no template 'wash/bay.html': did you mean 'was"),
    ]


MACROS = """{% import "wash/parts.html" as parts %}{% import "ui.html" as house %}
{{ ui.buton("Book") }}
{% call ui.icon("car") %}x{% endcall %}
{{ ui.bar(1, mx=2) }}{{ ui.bar(1, max=2) }}
{{ parts.bay(1, 2) }}{{ parts.bays }}{{ house.chips("new") }}
{% for house_of in [1] %}{{ house_of.nothing }}{{ parts.open(colour=1) }}{% endfor %}
{% call ui.form("/p/wash/book") %}x{% endcall %}
"""
PARTS = "{% set most = 9 %}{% macro bay(n) %}{{ n }}{% endmacro %}{% macro open() %}{{ kwargs }}{% endmacro %}"


def test_building_blocks_that_are_asked_for_wrongly_are_found(tmp_path: Path) -> None:
    folder = write_wash(tmp_path)
    (found,) = plugins_in([tmp_path], "wash")
    known = said(examine(found, [tmp_path]))
    (folder / "templates" / "more.html").write_text(MACROS)
    (folder / "templates" / "parts.html").write_text(PARTS)
    (folder / "templates" / "own.html").write_text("{% set ui = {} %}{{ ui.anything }}")
    more = [each for each in examine(found, [tmp_path]) if (each.line, each.words) not in known]
    assert {(each.kind, each.file) for each in more} == {(PROBLEM, folder / "templates" / "more.html")}
    assert said(more) == [
        (2, "there is no ui.buton: did you mean 'button'?"),
        (3, "ui.icon has no inside: it cannot be called with a {% call %}"),
        (4, "ui.bar has no argument 'mx': did you mean 'max'?"),
        (5, "parts.bay takes at most 1 arguments, not 2"),
        (5, "there is no house.chips: did you mean 'chip'?"),
        (5, "there is no parts.bays: did you mean 'bay'?"),
    ]


def test_a_text_in_no_catalogue_is_found_where_it_stands(tmp_path: Path) -> None:
    folder = write_wash(tmp_path)
    (found,) = plugins_in([tmp_path], "wash")
    known = said(examine(found, [tmp_path]))
    (folder / "templates" / "more.html").write_text('<p>{{ _("Save") }}</p>\n<p>{{ _("Wax on, wax off") }}</p>')
    (folder / "tests").mkdir()
    (folder / "tests" / "test_wash.py").write_text('_("Only in a test")')
    more = [each for each in examine(found, [tmp_path]) if (each.line, each.words) not in known]
    assert [(each.file, each.line, each.words[:36]) for each in more] == [
        (folder / "templates" / "more.html", 2, "“Wax on, wax off” is in no catalogue")
    ]


def test_a_translation_with_other_places_is_found_and_not_used(tmp_path: Path) -> None:
    folder = write_wash(tmp_path)
    file = folder / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    texts = {"Bay %(n)s": "Бокс %(m)s", "Open": "100 %", "%(n)s cars": "%(n)s машин", "Half": "Половина"}
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    file.write_text(head + "".join(f'\nmsgid "{text}"\nmsgstr "{said}"\n' for text, said in texts.items()))
    (found,) = plugins_in([tmp_path], "wash")
    wrong = [each for each in examine(found, [tmp_path]) if each.kind == PROBLEM]
    assert [(each.file, each.line, "Бокс" in each.words or "100" in each.words) for each in wrong] == [
        (file, 4, True),
        (file, 7, True),
    ]
    (plugin,) = load_plugins([tmp_path], only=None, safe_mode=False).loaded
    words = next(each for each in words_of(plugin) if each.language == "ru")
    assert words.messages == {"%(n)s cars", "Half"}
    assert words.translations.gettext("Bay %(n)s") == "Bay %(n)s"
