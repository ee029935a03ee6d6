"""What plugins may answer, by the kind of the question: anything else counts as a failure of the plugin."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from salesapp.domain.errors import Msg, Problem
from salesapp.domain.money import Money
from salesapp.domain.text import Text


def problems_in(answer: Any, plugin: str) -> list[Problem]:
    """The answer as problems of this plugin; raises when it is anything else, or cannot be put into words."""
    if answer is None or answer == []:
        return []
    problems = list(answer)
    for each in problems:
        if not isinstance(each, Problem) or not isinstance(each.place, str):
            raise TypeError(f"expected a list of Problem, not {each!r}")
    return [Problem(each.place, sayable(each.message), plugin) for each in problems]


def ids_in(answer: Any, _plugin: str) -> list[int]:
    """The answer as ids of records."""
    ids = list(answer or ())
    if any(type(each) is not int for each in ids):
        raise TypeError(f"expected a list of ids, not {ids!r}")
    return ids


def json_in(answer: Any, _plugin: str) -> dict[str, Any]:
    """The answer as what a file can say: a dict, and in it texts, numbers, days, lists and dicts."""
    if answer is not None and not isinstance(answer, Mapping):
        raise TypeError(f"expected a dict, not {answer!r}")
    return {str(key): _plain(value) for key, value in (answer or {}).items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a file cannot say {value!r}")


def nothing_in(answer: Any, _plugin: str) -> bool:
    """No answer is asked for; one that is given was meant for another hook. True: it is done."""
    if answer is not None:
        raise TypeError(f"expected no answer, not {answer!r}")
    return True


def sayable(message: object) -> Msg:
    """The message, with nothing in it that could break the page that shows it: its places have their values, and its
    values are such as we can put into words, everything else as text."""
    parts: tuple[Any, Any] = (message.source, message.values) if isinstance(message, Msg) else (None, None)
    source, values = parts
    if not isinstance(source, str) or not isinstance(values, Mapping):
        raise TypeError(f"expected a Msg with a text and its values, not {message!r}")
    checked = Msg(source, {key: _value(value) for key, value in values.items()})
    str(checked)
    return checked


def _value(value: object) -> object:
    if isinstance(value, Msg):
        return sayable(value)
    return value if isinstance(value, Text | Money | int | float | Decimal | date) else str(value)
