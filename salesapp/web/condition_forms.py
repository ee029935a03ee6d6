"""A condition in a form that is posted: rows `f0`, `o0`, `v0` …, and `w`, as JSON, for one that no rows can say.

That one stays as it is until rows take its place, or `drop` takes it away. `redraw` asks for the form as it is now,
with what fits the fact and the question in each row; nothing is saved then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesapp.domain.condition_data import from_data, to_data
from salesapp.domain.conditions import AllOf, AnyOf, Condition, Vocabulary
from salesapp.domain.criteria import explain
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.web.condition_rows import MOST_ROWS, Row, Rows, condition_of, drawn, ops_of, rows_of
from salesapp.web.i18n import say

LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Form:
    """A condition as its form has it; `kept` is the one that no rows can say."""

    rows: Rows = field(default_factory=Rows)
    kept: Condition | None = None
    drop: bool = False

    def data(self, before: Any) -> dict[str, Any] | None:
        """The condition to store; `before` where it says the same in other brackets. None for none."""
        found = self.rows.condition or (None if self.drop else self.kept)
        if found is None:
            return None
        return dict(before) if _says(before, found) else to_data(found)


def _says(data: Any, condition: Condition) -> bool:
    try:
        return data is not None and plain(from_data(data)) == plain(condition)
    except ValueError:  # what a form sends as seen may be anything
        return False


def plain(condition: Condition) -> Condition:
    """Without brackets around a single question."""
    alone = isinstance(condition, AllOf | AnyOf) and len(condition.conditions) == 1
    return plain(condition.conditions[0]) if alone and isinstance(condition, AllOf | AnyOf) else condition


def of_data(data: Any, known: Vocabulary) -> Form:
    """The form of a stored condition; None for none."""
    condition = None if data is None else from_data(data)
    rows = rows_of(condition, known)
    return Form(kept=condition) if rows is None else Form(rows)


def shown(form: Form, known: Vocabulary) -> dict[str, Any]:
    """What `posted` of templates/conditions/rows.html draws."""
    kept = form.kept
    return drawn(form.rows, known) | {
        "words": "" if kept is None else say(explain(kept, known)),
        "kept": "" if kept is None else json.dumps(to_data(kept), ensure_ascii=False),
        "drop": form.drop,
    }


def in_words(data: Any, known: Vocabulary) -> str:
    """A stored condition as a sentence; "" for none."""
    return "" if data is None else say(explain(from_data(data), known))


# --- what was sent ---


def read(sent: MultiDict[str, str], known: Vocabulary, place: str, problems: list[Problem]) -> Form:
    """What was sent; what is wrong or missing goes to `problems`, at its row, or at `place` for the whole."""
    keys = [f"{n}" for n in range(MOST_ROWS) if sent.get(f"f{n}")]
    rows = tuple(_row(sent, key, number, known, problems) for number, key in enumerate(keys))
    return Form(Rows(rows, sent.get("any") == "1"), _kept(sent.get("w", ""), place, problems), sent.get("drop") == "1")


def _row(sent: MultiDict[str, str], key: str, number: int, known: Vocabulary, problems: list[Problem]) -> Row:
    """One row; on the page it stands at `number`, as rows that were left out do not come back."""
    fact, op = known.get(sent[f"f{key}"]), sent.get(f"o{key}", "")
    if fact is None:
        problems.append(problem(f"f{number}", N_("Choose what the condition is about.")))
        return Row(sent[f"f{key}"])
    row = condition_of(fact, op, sent.getlist(f"v{key}"))
    if op and op not in ops_of(fact):
        text = N_("“%(field)s” cannot be asked that way.")
        problems.append(problem(f"o{number}", text, field=say(fact.label)))
        return replace(row, condition=None)
    if row.problem:
        problems.append(Problem(f"v{number}", Msg("%(what)s", {"what": row.problem})))
    elif row.condition is None:
        problems.append(problem(f"v{number}", N_("Complete this condition, or leave it out.")))
    return row


def _kept(raw: str, place: str, problems: list[Problem]) -> Condition | None:
    try:
        return from_data(json.loads(raw)) if raw and len(raw) <= LONGEST else None
    except (ValueError, RecursionError):
        problems.append(problem(place, N_("Complete every line of the condition, or remove it.")))
        return None


def asks_again(sent: Mapping[str, str]) -> bool:
    """Whether the form is only to be drawn anew."""
    return sent.get("redraw") == "1"
