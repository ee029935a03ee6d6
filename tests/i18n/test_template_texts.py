"""No template says anything that is not translated."""

from pathlib import Path

import pytest

from tests.i18n.catalogue_checks import CHECKOUT
from tests.i18n.template_texts import spoken_strings, unmarkable, visible_words


def templates() -> list[Path]:
    """Every page of the house and of its plugins."""
    return sorted([*(CHECKOUT / "templates").rglob("*.html"), *(CHECKOUT / "plugins").rglob("*.html")])


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_template_holds_no_words_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert visible_words(source) == []
    assert list(spoken_strings(source)) == []
    assert list(unmarkable(source)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello …"]),
        ("<p>{{ name }}<br>还有</p>", ["还有"]),
        ('<a title="Go on" href="/next">{{ _("Go on") }}</a>', ["title=Go on"]),
        ('<input placeholder="{{ _("Name") }} here" value="a">', ["placeholder=… here"]),
        ('<input type="submit" value="Send">', ["value=Send"]),
        ("{% if a %}{% trans %}Yes{% endtrans %}{% else %}No{% endif %}", ["No"]),
        ("{% trans n=2 %}One{% pluralize %}Many{% endtrans %} of them", ["of them"]),
        ("{% call ui.form('/x') %}Save{% endcall %}", ["Save"]),
        ('<b class="big {{ x }}" data-kind="deal">{{ _("Deal") }}</b> · 3 h <code>make run</code>', []),
        ("{# a note #}<title>{% block title %}SalesApp{% endblock %}</title>", []),
    ],
)
def test_words_between_and_in_tags_are_found(source: str, found: list[str]) -> None:
    assert visible_words(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{{ ui.button("Save") }}', ["1: Save"]),
        ('{{ ui.fold("Show all of them…") }}', ["1: Show all of them…"]),
        ('{{ ui.button(_("Save"), "check", kind="primary") }}', []),
        ('{{ ngettext("%(num)s Deal", "%(num)s Deals", n) }}', []),
    ],
)
def test_labels_handed_to_a_macro_are_found(source: str, found: list[str]) -> None:
    assert list(spoken_strings(source)) == found


@pytest.mark.parametrize(
    "source", ["{{ _(row.name) }}", '{{ _("a" ~ b) }}', '{{ ngettext("a", b, 2) }}', "{{ gettext(message=x) }}"]
)
def test_a_text_that_no_catalogue_can_hold_is_found(source: str) -> None:
    assert len(list(unmarkable(source))) == 1
