"""The reference is the code's own words, and nothing of the API is without words or without a test."""

import inspect
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from salesapp import plugin_api
from salesapp.plugging import api_pages, spec

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "plugins" / "reference.md"
HOOKS = api_pages.hook_names()
RECORDS = ["Manifest", *(each.__name__ for each in api_pages.record_kinds())]
RECORDLIKE = [
    name
    for name in plugin_api.__all__
    if is_dataclass(getattr(plugin_api, name)) and isinstance(getattr(plugin_api, name), type)
]
NOT_TESTS = {"test_api_pages.py", "test_plugin_api.py"}


def test_the_page_is_as_the_code_says() -> None:
    """When this fails: `salesapp plugins docs --write`."""
    assert PAGE.read_text(encoding="utf-8") == api_pages.page(plugin_api)


def test_every_record_and_name_of_the_api_stands_on_it() -> None:
    assert set(RECORDS) <= set(plugin_api.__all__)
    titles = re.findall(r"^### (\w+)", api_pages.page(plugin_api), re.MULTILINE)
    assert sorted(titles) == sorted([*plugin_api.__all__, *HOOKS])


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_when_it_is_called_what_each_argument_is_and_what_failing_means(name: str) -> None:
    hook = getattr(spec, name)
    said = inspect.cleandoc(hook.__doc__ or "")
    labels = re.findall(r"(?:^|(?<=\. ))(When called|Answer|Failure|[a-z]+): ", said, re.MULTILINE)
    arguments = list(inspect.signature(hook).parameters)
    answers = [] if str(inspect.signature(hook).return_annotation) == "None" else ["Answer"]
    assert sorted(labels) == sorted(["When called", *arguments, *answers, "Failure"])
    page = api_pages.entry(name, hook)
    assert [f"- **{each}**: " in page for each in arguments] == [True] * len(arguments)


@pytest.mark.parametrize("name", RECORDLIKE)
def test_a_record_says_what_it_is_for_and_lists_each_argument(name: str) -> None:
    kind = getattr(plugin_api, name)
    assert api_pages.is_explained(kind), f"{name} has no docstring of its own"
    page = api_pages.entry(name, kind)
    taken = [each for each in inspect.signature(kind).parameters if not each.startswith("_")]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == taken
    assert taken == [each.name for each in fields(kind) if each.init and not each.name.startswith("_")]


@pytest.mark.parametrize("name", [*HOOKS, *RECORDS])
def test_every_hook_and_record_is_named_in_a_test(name: str) -> None:
    word = re.compile(rf"\b{name}\b")
    files = [each for each in (ROOT / "tests").rglob("*.py") if each.name not in NOT_TESTS]
    assert any(word.search(each.read_text(encoding="utf-8")) for each in files), f"no test knows {name}"
