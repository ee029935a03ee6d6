"""Conditions as rows: what rows write is what they read again, whatever is asked, in every language."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from salesapp.domain.conditions import AllOf, AnyOf, Condition, Fact, Not, When
from salesapp.domain.criteria import to_data
from salesapp.domain.errors import Problem
from salesapp.domain.text import Text
from salesapp.testing import Cast
from salesapp.web import condition_forms
from salesapp.web.condition_rows import Rows, drawn, row_of, rows_of
from tests.domain.every_fact import CONDITIONS, KNOWN, QUESTIONS

LABEL = Text("F", "F", "F", "F")
MORE = {"owner_ref": Fact("owner_ref", LABEL, "reference"), "tags": Fact("tags", LABEL, "references", (("7", LABEL),))}
ASKED = {**KNOWN, **MORE}
OF_MORE = [
    When("owner_ref", "is", "7"),
    When("owner_ref", "one_of", ("7", "12")),
    Not(When("owner_ref", "one_of", ("@me",))),
    When("tags", "contains", "7"),
    Not(When("tags", "contains", "99")),
    When("tags", "empty"),
]
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh_Hans", "ru"])
FIXTURES = [HealthCheck.function_scoped_fixture]


def sent(found: Rows) -> MultiDict[str, str]:
    """What a browser sends of the rows as they are drawn."""
    pairs = [("any", "1" if found.any else "")]
    for row in drawn(found, ASKED)["rows"]:
        n, options = row["number"], dict(row["options"])
        pairs += [(f"f{n}", row["field"]), (f"o{n}", row["op"])]
        shown = row["values"] if row["widget"] in ("several", "texts") else [row["value"]]
        pairs += [(f"v{n}", value) for value in shown if row["widget"] and (not options or value in options)]
    return MultiDict(pairs)


def read(form: MultiDict[str, str]) -> tuple[Condition | None, list[Problem]]:
    problems: list[Problem] = []
    return condition_forms.read(form, ASKED, "needs", problems).rows.condition, problems


@LANGUAGES
def test_rows_say_again_what_they_said_of_every_fact(app: Flask, cast: Cast, language: str) -> None:
    lines = [*QUESTIONS, *OF_MORE, *(Not(each) for each in QUESTIONS if each.op in ("contains", "one_of"))]
    said = set()
    with app.test_request_context(headers={"Accept-Language": language.replace("_", "-")}):
        for condition in lines:
            found = rows_of(condition, ASKED)
            if found is not None:
                assert read(sent(found)) == (condition, []), condition
                question = condition.condition if isinstance(condition, Not) else condition
                assert isinstance(question, When)
                said.add((ASKED[question.field].type, question.op))
    every = {(ASKED[each.field].type, each.op) for each in QUESTIONS} - {("bool", "is_not")}
    assert said >= every


@LANGUAGES
def test_what_rows_cannot_say_is_never_said_otherwise(app: Flask, cast: Cast, language: str) -> None:
    @given(condition=CONDITIONS)
    @settings(max_examples=200, deadline=timedelta(seconds=5), suppress_health_check=FIXTURES)
    def holds(condition: Condition) -> None:
        with app.test_request_context(headers={"Accept-Language": language.replace("_", "-")}):
            form = condition_forms.of_data(to_data(condition), ASKED)
            assert form.data(to_data(condition)) == to_data(condition)
            again, problems = read(sent(form.rows))
            assert problems == []
            plain = condition_forms.plain
            if form.kept is None:
                assert plain(again or condition) == plain(condition)
            else:
                assert again is None

    holds()


TYPED = st.one_of(
    st.sampled_from(["", "5", "-1", "1.5", "1,5", "2026-02-30", "2026-03-02", "a", "ten", "1", "0", "36526", "@me"]),
    st.text(max_size=5),
)
OPS = ("is", "is_not", "not_one_of", "contains", "at_least", "ago", "filled", "x", "")


@given(
    rows=st.lists(st.tuples(st.sampled_from([*ASKED, "nowhere"]), st.sampled_from(OPS), st.lists(TYPED, max_size=3)))
)
@settings(max_examples=300, deadline=timedelta(seconds=5), suppress_health_check=FIXTURES)
def test_whatever_is_sent_is_a_condition_or_a_problem_at_its_row(app: Flask, cast: Cast, rows: list[Any]) -> None:
    form: MultiDict[str, str] = MultiDict()
    for n, (key, op, values) in enumerate(rows[:6]):
        form.update([(f"f{n}", key), (f"o{n}", op), *((f"v{n}", value) for value in values)])
    with app.test_request_context():
        problems: list[Problem] = []
        found = condition_forms.read(form, ASKED, "needs", problems)
        assert len(found.rows.rows) == len(rows[:6])
        for n, row in enumerate(found.rows.rows):
            wrong = [each for each in problems if each.place[1:] == str(n)]
            assert (row.condition is None) == bool(wrong)
            assert row.condition is None or row_of(row.condition, ASKED) is not None
        drawn(found.rows, ASKED)
        if not problems and found.rows.condition is not None:
            assert rows_of(found.rows.condition, ASKED) is not None


def test_groups_of_one_and_of_other_groups(app: Flask, cast: Cast) -> None:
    amount, title = When("amount", "filled"), When("title", "is", "x")
    with app.test_request_context():
        either = rows_of(AnyOf((amount, title)), ASKED)
        assert either is not None
        assert (either.any, either.condition) == (True, AnyOf((amount, title)))
        assert rows_of(AllOf((amount, AnyOf((amount, title)))), ASKED) is None
        assert rows_of(When("nowhere", "filled"), ASKED) is None
        assert rows_of(AllOf((amount,) * 21), ASKED) is None
