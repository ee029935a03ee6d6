"""Result forms: the record checks itself, who is asked what, and which answers hold."""

from typing import Any

import pytest

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.criteria import When
from salesapp.domain.pack import Field, Option
from salesapp.domain.result_forms import (
    OWN,
    Question,
    ResultForm,
    are_asked,
    asked_of,
    check_answers,
    filled,
    parted,
    questions_from,
)
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Catalog


def label(words: str = "Label") -> Text:
    return Text(en=words, zh_Hans="标签", zh_Hant="標籤", ru="Название")


LIKED = Field("liked", label(), "text")
LEVEL = Field("level", label(), "choice", (Option("high", label()), Option("low", label())))


def form(key: str = "tasted", **changes: Any) -> ResultForm:
    given: dict[str, Any] = {"key": key, "label": label(key), "kind": "visit", "fields": (LIKED,), **changes}
    return ResultForm(**given)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "Tasted"}, "the key must be small letters"),
        ({"label": "Tasted"}, "label must be a Text"),
        ({"kind": "dance"}, "kind must be one of call, visit"),
        ({"kind": None}, "kind must be one of call, visit"),
        ({"fields": ()}, "fields is empty"),
        ({"fields": LIKED}, "fields must be a tuple of Field"),
        ({"fields": (LIKED, LIKED)}, "more than one field is called 'liked'"),
        ({"fields": (Field("x", label(), "text", visible_when=When("amount", "filled")),)}, "always asked"),
        ({"required": "liked"}, "required must be a tuple of str"),
        ({"required": ("level",)}, "required names no field of it: 'level'"),
        ({"process": "six"}, "process must be a whole name such as 'general.six'"),
        ({"process": 6}, "process must be a whole name such as 'general.six'"),
    ],
)
def test_each_mistake_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        form(**changes)


def test_two_forms_of_one_name_are_refused_with_both_named() -> None:
    with pytest.raises(ValueError, match=r"two result forms are called 'bakery.tasted': 'One' and 'Two'"):
        Catalog().with_records("bakery", [form(label=label("One")), form(label=label("Two"), kind="call")])
    both = Catalog().with_records("bakery", [form()]).with_records("tailor", [form()])
    assert list(both.result_forms) == ["bakery.tasted", "tailor.tasted"]


def test_one_key_means_one_field_in_all_forms_of_a_plugin() -> None:
    other = form("called", kind="call", fields=(Field("liked", label(), "bool"),))
    with pytest.raises(
        ValueError, match=r"the field 'liked' of the result form 'called' differs from that of 'tasted'"
    ):
        Catalog().with_records("bakery", [form(), other])
    Catalog().with_records("bakery", [form()]).with_records("tailor", [other])


def test_who_is_asked_what() -> None:
    forms = {
        "bakery.tasted": form(),
        "bakery.cakes": form("cakes", fields=(LIKED, LEVEL), required=("liked",), process="bakery.cakes"),
        "tailor.called": form("called", kind="call"),
    }
    own = (Question("q1", "visit", "谁在场", "text"), Question("q2", "visit", "旧", "text", archived=True))

    def asked(kind: str, process: str | None) -> list[tuple[str, list[str], list[str]]]:
        found = asked_of(forms, own, kind, process)
        return [(each.source, [f.key for f in each.fields], sorted(each.required)) for each in found]

    assert asked("visit", None) == [("bakery", ["liked"], []), (OWN, ["q1"], [])]
    assert asked("visit", "bakery.cakes") == [
        ("bakery", ["liked"], ["liked"]),  # asked once, required where one of the forms says so
        ("bakery", ["level"], []),
        (OWN, ["q1"], []),
    ]
    assert asked("call", "bakery.cakes") == [("tailor", ["liked"], [])]
    assert asked("letter", None) == []


def test_only_who_was_reached_answers() -> None:
    assert [are_asked("call", outcome) for outcome in ("reached", "not_reached", None)] == [True, False, False]
    assert are_asked("task", None)
    assert not are_asked("dance", None)


def test_every_wrong_answer_is_told_at_its_place() -> None:
    asked = asked_of({"bakery.tasted": form(fields=(LIKED, LEVEL), required=("liked",))}, (), "visit", None)
    wrong = check_answers(asked, "visit", {"bakery": {"level": "middling", "moon": "full"}, "tailor": {"x": 1}})
    assert [each.place for each in wrong] == ["answer.visit.bakery.liked", "answer.visit.bakery.level", "", ""]
    assert check_answers(asked, "visit", {"bakery": {"liked": "馅料", "level": "high"}}) == []


def test_what_somebody_wrote_is_told_apart_from_codes() -> None:
    asked = asked_of({"bakery.tasted": form(fields=(LIKED, LEVEL))}, (), "visit", None)
    answers = {"bakery": {"liked": "馅料", "level": "high"}}
    assert parted(asked, answers) == ({"bakery": {"level": "high"}}, {"bakery": {"liked": "馅料"}})
    assert filled({"bakery": {"liked": "", "level": None}, "x": {"no": False}}) == {"x": {"no": False}}


def test_questions_are_kept_as_data_and_their_old_options_still_read() -> None:
    question = Question("q3", "call", "谁接的？", "choice", (("o1", "本人"),), (("o2", "前台"),), True)
    assert questions_from({"next": 4, "questions": [question.stored()]}) == (question,)
    assert questions_from(None) == ()
    assert [each.key for each in question.field().options] == ["o1"]
    assert [each.key for each in question.field(with_gone=True).options] == ["o1", "o2"]
    assert set(KINDS_BY_KEY) >= {question.kind}
