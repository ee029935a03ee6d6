"""What the forms of follow-up rules show, and what was typed in them: one part of a rule, or several in one form."""

from collections.abc import Mapping
from typing import Any, Final

from flask import request

from salesapp.domain import placeholders
from salesapp.domain.errors import Problem
from salesapp.domain.follow_up import FollowUp
from salesapp.store.engine import Executor
from salesapp.web import (
    follow_up_beginning_choices,
    follow_up_beginning_reading,
    follow_up_beginnings,
    follow_up_forms,
    follow_up_titles,
)
from salesapp.web.follow_up_choices import offered
from salesapp.web.follow_up_words import functions, names_for
from salesapp.web.follow_ups import would_do
from salesapp.web.i18n import language, languages_mine_first
from salesapp.web.request import catalog

CHECKS: Final = ("each", "yearly", "answered", "bought_again", "unsubscribed", "waits")


def shown(rule: FollowUp, part: str) -> dict[str, str]:
    """A part as its form shows it."""
    if part == "when":
        return follow_up_beginnings.shown(rule.when)
    return follow_up_forms.shown(rule, part)


def typed(rule: FollowUp, part: str) -> dict[str, str]:
    """The fields of a part as they were sent; what a form without them does not send is as it was."""
    form, was = request.form, shown(rule, part)
    names = follow_up_beginning_choices.fields_of(catalog(), {**was, **form.to_dict()}) if part == "when" else was
    return {name: form.get(name, "" if name in CHECKS else was.get(name, "")) for name in names}


def read(part: str, texts: Mapping[str, str], choices: Mapping[str, Any], problems: list[Problem]) -> Any:
    """What was typed as the part's record; what is wrong goes to `problems`, and then the answer means nothing."""
    if part == "when":
        return follow_up_beginning_reading.read(texts, choices, catalog(), problems)
    return follow_up_forms.read(part, texts, problems, choices)


def drawn(
    x: Executor, values: Mapping[str, str], tried: FollowUp | None, errors: Mapping[str, list[str]]
) -> dict[str, Any]:
    """What every form of a rule shows, and what the rule would do that was typed."""
    level = values.get("level", "") if values.get("begin") == "level" else ""
    answers = follow_up_beginning_choices.answers(catalog(), level)
    return {
        "values": values,
        "errors": errors,
        "options": offered(x, catalog(), values),
        "answers": answers,
        "titles": follow_up_titles.titles(),
        "summary": follow_up_titles.summed_up(errors, answers),
        "places": placeholders.offered(placeholders.OF_RULES, language()),
        "hidden": _hidden(values),
        "languages": languages_mine_first(),
        "forecast": would_do(x, tried, None, names_for(tried, functions(x))) if tried is not None else None,
    }


def _hidden(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed for other beginnings than the chosen one: it is there again where somebody chooses them."""
    begin = values.get("begin", "")
    names = follow_up_beginning_choices.fields_of(catalog(), values) if begin else ()
    own = ("begin", *follow_up_beginnings.FIELDS.get(begin, ()))
    return {
        name: values[name]
        for name in names
        if name in values and name not in own and not (begin == "level" and name.startswith("level_"))
    }
