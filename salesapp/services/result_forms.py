"""The answers to the result forms of an activity: what is asked, whether they hold, how they are kept and told."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.errors import Problem
from salesapp.domain.result_forms import Answers, Asked, are_asked, asked_of, check_answers, parted
from salesapp.plugging.catalog import Catalog
from salesapp.services import result_questions
from salesapp.services.work import Work
from salesapp.store.engine import Executor


def asked(
    x: Executor, catalog: Catalog, kind: str, process: str | None, by_rule: str | None = None
) -> tuple[Asked, ...]:
    """What whoever finishes an activity of this kind is asked, `process` being its deal's, `by_rule` the form that the
    follow-up rule names which planned it."""
    return asked_of(catalog.result_forms, result_questions.questions(x), kind, process, by_rule)


def check_result(
    w: Work,
    kind: str,
    outcome: str | None,
    process: str | None,
    answers: Answers | None,
    by_rule: str | None = None,
) -> list[Problem]:
    """What is wrong with the answers; nothing where nobody was asked (None), as in an import."""
    if answers is None:
        return []
    forms = asked(w.session, w.catalog, kind, process, by_rule) if are_asked(kind, outcome) else ()
    return check_answers(forms, kind, answers)


def joined(kept: Answers, said: Answers) -> dict[str, dict[str, Any]]:
    """What is answered now beside what was there: keys of plugins that are off are nobody's to drop."""
    return {source: {**kept.get(source, {}), **said.get(source, {})} for source in {**kept, **said}}


def told(
    w: Work, kind: str, process: str | None, answers: Answers, by_rule: str | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The answers as an event tells them, `data` and `personal`: codes and numbers for all to read, what somebody
    wrote as erasable as the note."""
    codes, written = parted(asked(w.session, w.catalog, kind, process, by_rule) if answers else (), answers)
    return {"answers": codes} if codes else {}, {"answers": written} if written else {}
