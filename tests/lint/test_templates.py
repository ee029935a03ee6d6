"""Templates and static files keep to the strict content policy and to the forms' tokens; each rule has its proof."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

CHECKOUT: Final = Path(__file__).resolve().parents[2]

MARKUP: Final = {
    "salesapp/web/audit.py": 1,
    "salesapp/web/i18n.py": 2,
    "salesapp/web/kept.py": 2,
    "salesapp/web/render.py": 1,
}
"""Where Python calls a string markup, and how often: each place was read with an eye on who writes the string."""

OWN_ADDRESSES: Final = ("http://www.w3.org/",)  # names of XML's vocabularies, never fetched

_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL | re.IGNORECASE)

Rule = Callable[[str], bool]


def plain(source: str) -> str:
    """The markup with a mark where the template puts something in, so that a quote in there ends no attribute."""
    return _EXPRESSION.sub("\u2026", _COMMENT.sub("", source))


def _markup_has(pattern: str) -> Rule:
    found = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda source: bool(found.search(plain(source)))


def _source_has(pattern: str) -> Rule:
    found = re.compile(pattern, re.IGNORECASE)
    return lambda source: bool(found.search(_COMMENT.sub("", source)))


def foreign_address(source: str) -> bool:
    """An address of another host, which the page would load, link or tell that somebody is here."""
    found = re.findall(r"(?:https?:)?//[\w.-]+\.\w[^\s\"'<>)]*", _COMMENT.sub("", source))
    return any(not address.startswith(OWN_ADDRESSES) for address in found)


def form_without_token(source: str) -> bool:
    """A form that posts and carries neither ui.form_head nor the token itself."""
    forms = (form for form in _FORM.findall(_COMMENT.sub("", source)) if re.search(r"method=[\"']?post", form, re.I))
    return any("form_head(" not in form and "csrf_token" not in form for form in forms)


def form_left_open(source: str) -> bool:
    """A form whose end stands elsewhere, where the rule above would not see it."""
    text = plain(source)
    return len(re.findall(r"<form\b", text, re.I)) != len(re.findall(r"</form>", text, re.I))


TEMPLATES: Final[dict[str, tuple[Rule, tuple[str, ...]]]] = {
    "an inline style": (
        _markup_has(r"\sstyle\s*=|<style\b"),
        ('<p style="color: red">', "<style>p {}</style>", '<p class="{{ "a" }}" style={{ x }}>'),
    ),
    "a script that is written here": (
        _markup_has(r"<script\b(?![^>]*\ssrc=)|<script\b[^>]*>\s*[^\s<]"),
        ("<script>go()</script>", '<script src="{{ asset("app.js") }}">go()</script>', '<script type="module">'),
    ),
    "an event attribute": (
        _markup_has(r"<[^>]*\son[a-z]+\s*="),
        ('<a onclick="go()">', '<img src="{{ x }}" onerror=go()>', "<body ONLOAD = 'go()'>"),
    ),
    "hx-on": (_source_has(r"\bhx-on\b"), ('<a hx-on:click="go()">', '{{ ui.button(attrs={"hx-on::load": "x"}) }}')),
    "a filter in hx-trigger, which is evaluated": (
        _source_has(r"""hx-trigger["']?\s*[=:]\s*(?:"[^"]*\[|'[^']*\[)"""),
        ('<a hx-trigger="click[ctrlKey]">', '{{ ui.x(attrs={"hx-trigger": "keyup[key]"}) }}', "<a hx-trigger='a[b]'>"),
    ),
    "js: in an attribute, which is evaluated": (
        _source_has(r"""["'=\s](?:js|javascript):"""),
        ("<a hx-vals='js:{a: 1}'>", '<a href="javascript:go()">', '{{ ui.x(attrs={"hx-headers": "js:x()"}) }}'),
    ),
    "values for htmx that are evaluated": (_source_has(r"\bhx-vars\b"), ('<a hx-vars="a: 1">',)),
    "a way round escaping": (
        _source_has(r"\|\s*safe\b|\bMarkup\(|autoescape|forceescape\s*\(false"),
        ("{{ x|safe }}", "{{ x | safe }}", "{{ Markup(x) }}", "{% autoescape false %}"),
    ),
    "an address of another host": (
        foreign_address,
        ('<img src="https://example.com/a.png">', '<a href="//example.com/x">', '{{ ui.link("http://example.com") }}'),
    ),
    "a frame, an object or a base": (_markup_has(r"<(?:i?frame|object|embed|base|applet)\b"), ('<base href="/">',)),
    "a form that posts without its token": (
        form_without_token,
        (
            '<form method="post" action="/x"><button>x</button></form>',
            "<form action={{ y }} method=POST></form>",
            '<form method="post">{{ ui.form_head() }}</form><form method="post">{# csrf_token #}</form>',
        ),
    ),
    "a form that ends elsewhere": (form_left_open, ('<form method="post" action="/x">', "<p></form>")),
}
"""What no template has: the rule, and examples that break it."""

SCRIPTS: Final[dict[str, tuple[Rule, tuple[str, ...]]]] = {
    "text that becomes code": (
        _source_has(r"\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(|set(?:Timeout|Interval)\s*\(\s*[\"'`]"),
        ("eval(x)", "new Function(x)", 'setTimeout("go()", 1)'),
    ),
    "text that becomes markup": (
        _source_has(r"\b(?:inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|createContextualFragment"),
        ("a.innerHTML = b", "a.outerHTML += b", "a.insertAdjacentHTML(b, c)", "document.write(b)"),
    ),
    "an address of another host": (foreign_address, ('fetch("https://example.com/x")', "@import url(//example.com/a)")),
}
"""What no script, style sheet or picture of ours has."""

GOOD: Final = (
    '<form method="post" action="/x">{{ ui.form_head() }}</form><form method="get" action="/y"></form>',
    '<script src="{{ asset("app.js") }}" defer></script><link rel="stylesheet" href="{{ asset("app.css") }}">',
    '<a class="once" data-on="1" hx-trigger="change, input delay:250ms from:find input" href="/a//b">only</a>',
    '{# <p style="x" onclick="y"> https://example.com |safe #}<p title="{{ "one=1" }}">{{ x|xmlattr }}</p>',
)


def files(*places: str) -> list[Path]:
    """Our files of these kinds; what `make` builds into static/built is checked by its hash."""
    found = [path for place in places for path in CHECKOUT.glob(place)]
    return sorted(path for path in found if path.is_file() and "built" not in path.parts)


PAGES: Final = files("templates/**/*", "plugins/**/*.html", "plugins/**/*.txt")
STATIC: Final = files("static/**/*", "plugins/*/static/**/*")
PYTHON: Final = files("salesapp/**/*.py", "plugins/**/*.py")


def broken(rules: dict[str, tuple[Rule, tuple[str, ...]]], source: str) -> list[str]:
    """The rules a text breaks."""
    return [name for name, (breaks, _examples) in rules.items() if breaks(source)]


def test_there_is_something_to_look_at() -> None:
    assert {"base.html", "ui.html"} <= {path.name for path in PAGES}
    assert {"app.js", "app.css"} <= {path.name for path in STATIC}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_template_keeps_every_rule(path: Path) -> None:
    assert broken(TEMPLATES, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", STATIC, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_static_file_keeps_every_rule(path: Path) -> None:
    if path.suffix == ".png":
        return
    source = path.read_text(encoding="utf-8")
    assert broken(SCRIPTS, source) == []
    if path.suffix == ".svg":
        assert (
            broken({name: TEMPLATES[name] for name in ("a script that is written here", "an event attribute")}, source)
            == []
        )


def examples(rules: dict[str, tuple[Rule, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Every rule with each of its examples."""
    return ((name, example) for name, (_breaks, found) in rules.items() for example in found)


@pytest.mark.parametrize(("name", "example"), list(examples(TEMPLATES)))
def test_a_template_that_breaks_a_rule_is_found(name: str, example: str) -> None:
    assert name in broken(TEMPLATES, example)


@pytest.mark.parametrize(("name", "example"), list(examples(SCRIPTS)))
def test_a_script_that_breaks_a_rule_is_found(name: str, example: str) -> None:
    assert name in broken(SCRIPTS, example)


@pytest.mark.parametrize("example", GOOD)
def test_good_markup_breaks_none(example: str) -> None:
    assert broken(TEMPLATES, example) == []


def trusted(source: str) -> int:
    """How often Python calls a string markup."""
    return len(re.findall(r"\bMarkup(?:\(|\.format\b)|render_template_string|\.from_string\(", source))


def test_python_calls_a_string_markup_only_where_it_was_reviewed() -> None:
    found = {str(path.relative_to(CHECKOUT)): trusted(path.read_text(encoding="utf-8")) for path in PYTHON}
    assert {name: count for name, count in found.items() if count} == MARKUP


@pytest.mark.parametrize(
    "example", ["Markup(x)", "markupsafe.Markup(x)", "render_template_string(x)", "e.from_string(x)"]
)
def test_python_that_trusts_a_string_is_found(example: str) -> None:
    assert trusted(example) == 1
