"""The values of fields as records keep them: JSON, checked before it is written.

A `number` is kept as {"micro": 1500000}, in millionths, so that both databases compare it exactly; `person` and
`customer` are an id, and kept as rows of their own (store/field_links.py).
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from salesapp.domain.condition_data import DAY
from salesapp.domain.conditions import is_storable
from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import N_, Msg
from salesapp.domain.money import MAX_MINOR, is_currency

if TYPE_CHECKING:  # which checks its defaults here
    from salesapp.domain.pack import Field

LONGEST: Final = {"text": 200, "long_text": 5000}
WHOLE: Final = 10**15
MICRO: Final = 10**6
MOST_MICRO: Final = 10**18
"""A number has up to twelve digits before the point, and six behind it."""
LINKS: Final = ("person", "customer")
"""Types whose value is another record."""


def is_empty(value: object) -> bool:
    """Whether a value says nothing; a No and a zero say something."""
    return value is None or value == "" or value == [] or value == ()


def canonical(field: "Field", value: object) -> object:
    """A value as it is stored and compared: several choices in the order the field has them, each once. What the
    field does not offer stays behind them, to be refused, or kept where it was stored long ago."""
    if field.type != "choices" or not isinstance(value, list | tuple):
        return value
    known = [option.key for option in field.options]
    return [key for key in known if key in value] + [each for each in value if each not in known]


def check_value(field: "Field", value: object) -> Msg | None:
    """What is wrong with a value to store; an empty one is always right."""
    if is_empty(value):
        return None
    if _FITS[field.type](field, value):
        return _beyond(field, value)
    return Msg(N_("“%(label)s” cannot be saved like this."), {"label": field.label})


def _beyond(field: "Field", value: object) -> Msg | None:
    """What is wrong with an integer that is too small or too large for its field."""
    if field.between is None or not isinstance(value, int) or field.between[0] <= value <= field.between[1]:
        return None
    least, most = field.between
    text = N_("“%(label)s” goes from %(least)s to %(most)s.")
    return Msg(text, {"label": field.label, "least": least, "most": most})


# --- numbers ---


def micro(number: Decimal) -> int | None:
    """A number in millionths; None where it has more digits than are kept."""
    try:
        scaled = number.scaleb(6)
        whole = int(scaled)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return whole if scaled == whole and abs(whole) < MOST_MICRO else None


def number_of(value: object) -> Decimal | None:
    """A kept number; None where it is none."""
    found = value.get("micro") if isinstance(value, Mapping) else None
    if type(found) is not int or abs(found) >= MOST_MICRO:
        return None
    return Decimal(found).scaleb(-6)


# --- whether a value fits ---


def _is_text(field: "Field", value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST[field.type] and is_storable(value)


def _is_whole(_field: "Field", value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < WHOLE


def _is_number(_field: "Field", value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"micro"} and number_of(value) is not None


def _is_amount(_field: "Field", value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"minor", "currency"}:
        return False
    minor, currency = value["minor"], value["currency"]
    whole = isinstance(minor, int) and not isinstance(minor, bool) and 0 <= minor <= MAX_MINOR
    return whole and isinstance(currency, str) and is_currency(currency)


def _is_day(_field: "Field", value: object) -> bool:
    if not isinstance(value, str) or not DAY.fullmatch(value):  # "2026-W01-1" is a day of a week, to Python
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_option(field: "Field", value: object) -> bool:
    return value in {option.key for option in field.options}


def _are_options(field: "Field", value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) and _is_option(field, each) for each in value)


def _is_point(kind: Kind) -> Callable[["Field", object], bool]:
    """A number, mail address or website as its reader writes it: a stored link is shown as one."""

    def fits(_field: "Field", value: object) -> bool:
        point = parse_contact_point(kind, value) if isinstance(value, str) and is_storable(value) else None
        return isinstance(point, ContactPoint) and point.shown == value

    return fits


def _is_id(_field: "Field", value: object) -> bool:
    return type(value) is int and 0 < value < WHOLE


_FITS: Final[Mapping[str, Callable[["Field", object], bool]]] = {
    "text": _is_text,
    "long_text": _is_text,
    "integer": _is_whole,
    "number": _is_number,
    "amount": _is_amount,
    "date": _is_day,
    "bool": lambda _field, value: isinstance(value, bool),
    "choice": lambda field, value: isinstance(value, str) and _is_option(field, value),
    "choices": _are_options,
    "phone": _is_point("phone"),
    "email": _is_point("email"),
    "link": _is_point("link"),
    "person": _is_id,
    "customer": _is_id,
}
