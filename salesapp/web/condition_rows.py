"""A condition as rows: in each a fact, how it is asked, and the value, with a widget that fits; all or any of them
hold. Filters of lists, "asked only when" of a field and the gates of a stage are edited so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.conditions import AllOf, AnyOf, Condition, Fact, Not, Vocabulary, When
from salesapp.domain.criteria import OPS, check
from salesapp.domain.errors import N_
from salesapp.domain.field_types import clean
from salesapp.web.condition_values import OF_DAYS, WITHOUT, meant, typed
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_company

MOST_ROWS: Final = 20
LONGEST: Final = 200
_NOT: Final = "not_"
"""Before an op that is turned round: "not_contains"."""
_TURNED: Final = ("contains", "one_of")
OP_WORDS: Final[Mapping[str, str]] = {
    "is": N_("is"),
    "is_not": N_("is not"),
    "one_of": N_("is one of"),
    "not_one_of": N_("is none of"),
    "contains": N_("contains"),
    "not_contains": N_("does not contain"),
    "at_least": N_("is at least"),
    "at_most": N_("is at most"),
    "ago": N_("days ago or more"),
    "within": N_("in the last … days"),
    "ahead": N_("in the next … days"),
    "filled": N_("is filled in"),
    "empty": N_("is empty"),
}
_BETWEEN_DAYS: Final[Mapping[str, str]] = {"at_least": N_("is on or after"), "at_most": N_("is on or before")}
_OF_SEVERAL: Final[Mapping[str, str]] = {"contains": N_("has"), "not_contains": N_("has not")}
_FIRST: Final = ("contains", "within", "is", "at_least", "one_of")
"""What is asked first about a fact that was just chosen: the first of these it can be asked."""
_WIDGETS: Final[Mapping[str, str]] = {"integer": "number", "number": "number", "date": "date", "amount": "amount"}


@dataclass(frozen=True, slots=True)
class Row:
    """`condition` is None while something is missing or wrong; `problem` says what is wrong."""

    field: str
    op: str = ""
    values: tuple[str, ...] = ()
    condition: Condition | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that hold together: all of them, or any."""

    rows: tuple[Row, ...] = ()
    any: bool = False

    @property
    def condition(self) -> Condition | None:
        """What the rows that are complete ask; None where none is."""
        found = tuple(row.condition for row in self.rows if row.condition is not None)
        return None if not found else found[0] if len(found) == 1 else AnyOf(found) if self.any else AllOf(found)


def ops_of(fact: Fact) -> tuple[str, ...]:
    """How the fact can be asked, in the order it is offered."""
    known = [op for op in OPS[fact.type] if not (fact.never_empty and op in WITHOUT)]
    if fact.type == "bool":
        known.remove("is_not")
    found = [name for op in known for name in ([op, f"{_NOT}{op}"] if op in _TURNED else [op])]
    return tuple(sorted(found, key=list(OP_WORDS).index))


def op_options(fact: Fact) -> list[tuple[str, str]]:
    """The same with their words."""
    own = {"date": _BETWEEN_DAYS, "choices": _OF_SEVERAL, "references": _OF_SEVERAL}.get(fact.type, {})
    return [(op, gettext(own.get(op, OP_WORDS[op]))) for op in ops_of(fact)]


def widget_of(fact: Fact, op: str) -> str:
    """How the value is asked for: "" where there is none to ask."""
    if op in WITHOUT or not op:
        return ""
    if op in OF_DAYS:
        return "days"
    if fact.type == "bool":
        return "bool"
    if fact.type in ("choice", "choices", "reference", "references") and fact.options:
        return "several" if op.endswith("one_of") else "choice"
    return "texts" if op.endswith("one_of") else _WIDGETS.get(fact.type, "text")


# --- as typed -> as meant ---


def condition_of(fact: Fact, op: str, sent: Sequence[str]) -> Row:
    """The row of what was typed. A fact that was just chosen is asked in its usual way."""
    op = op if op in ops_of(fact) else next((each for each in _FIRST if each in ops_of(fact)), ops_of(fact)[0])
    values = tuple(found for each in sent[:100] if isinstance(found := clean(each[:LONGEST], "text"), str) and found)
    row = Row(fact.key, op, values if widget_of(fact, op) else ())
    if op not in WITHOUT and not values:
        return row
    value, problem = meant(fact, op, values)
    if problem:
        return Row(row.field, op, values, None, problem)
    return Row(row.field, op, row.values, _made(fact, op, value), "")


def _made(fact: Fact, op: str, value: Any) -> Condition | None:
    plain: Any = op.removeprefix(_NOT)
    try:
        question = When(fact.key, plain, value)
        check(question, {fact.key: fact})
    except ValueError:  # an option that is gone, or was never offered
        return None
    return Not(question) if op.startswith(_NOT) else question


# --- as meant -> as typed ---


def rows_of(condition: Condition | None, known: Vocabulary) -> Rows | None:
    """The rows that ask exactly the same; None where none can."""
    if condition is None:
        return Rows()
    parts = condition.conditions if isinstance(condition, AllOf | AnyOf) else (condition,)
    rows = [row_of(part, known) for part in parts]
    whole = tuple(row for row in rows if row is not None)
    if not len(whole) == len(rows) <= MOST_ROWS:
        return None
    return Rows(whole, isinstance(condition, AnyOf))


def row_of(condition: Condition, known: Vocabulary) -> Row | None:
    """The row that asks the same; None where none can, or what it shows would be read as something else."""
    turned = isinstance(condition, Not)
    question = condition.condition if isinstance(condition, Not) else condition
    if not isinstance(question, When) or question.field not in known:
        return None
    fact, op = known[question.field], f"{_NOT}{question.op}" if turned else question.op
    values = typed(question.value)
    if op not in ops_of(fact) or values is None:
        return None
    row = condition_of(fact, op, values)
    return row if row.condition == condition else None


# --- for pages ---


def drawn(found: Rows, known: Vocabulary) -> dict[str, Any]:
    """What `templates/conditions/rows.html` draws."""
    return {
        "rows": [_drawn(number, row, known) for number, row in enumerate(found.rows)],
        "new": len(found.rows),
        "any": found.any,
        "facts": [(key, say(fact.label)) for key, fact in known.items()],
        "currency": current_company().currency,
    }


def _drawn(number: int, row: Row, known: Vocabulary) -> dict[str, Any]:
    fact = known.get(row.field)
    widget = widget_of(fact, row.op) if fact else ""
    return {
        "number": number,
        "field": row.field if fact else "",
        "label": say(fact.label) if fact else gettext("Field"),
        "op": row.op,
        "ops": op_options(fact) if fact else [],
        "widget": widget,
        "options": _options(fact, widget, row.values) if fact else [],
        "values": row.values,
        "value": row.values[0] if row.values else "",
        "problem": row.problem,
    }


def _options(fact: Fact, widget: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    """What can be chosen; of references also one that is not offered any more, or saving would ask something else."""
    if widget not in ("choice", "several"):
        return []
    offered = [(key, say(label)) for key, label in fact.options]
    if fact.type in ("reference", "references"):
        offered += [(value, value) for value in values if value not in dict(fact.options)]
    return offered if widget == "several" else [("", gettext("Choose …")), *offered]
