"""The columns of files made of lists: what each says to people, and what to programs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from salesapp.domain.conditions import Fact, Vocabulary
from salesapp.domain.customer_labels import POINT_KINDS
from salesapp.domain.list_columns import columns_of
from salesapp.domain.list_facts import Fields, vocabulary
from salesapp.domain.list_query import Kind
from salesapp.domain.money import Money
from salesapp.domain.text import Text
from salesapp.services.import_own_numbers import NUMBER
from salesapp.services.table_files import Column, Shown
from salesapp.web import list_cells as cell_words
from salesapp.web.i18n import gettext, local, say

KEY: Final = Text("Key in the other program", "原系统编号", "原系統編號", "Код в другой программе")
"""As an import calls it: a file that comes in again updates what it came from."""
_CURRENCY: Final = Text("Currency", "币种", "幣別", "Валюта")
_CUSTOMER_KEY: Final = Text("Customer's key", "客户编号", "客戶編號", "Код клиента")
_DEPARTMENT: Final = Text("Department", "部门", "部門", "Отдел")
_POSITION: Final = Text("Position", "职位", "職位", "Должность")
_NOTE: Final = Text("Note", "备注", "備註", "Заметка")
_NAME: Final = Text("Name", "姓名", "姓名", "Имя")
_CUSTOMER: Final = Text("Customer", "客户", "客戶", "Клиент")
SEVERAL: Final = "; "
"""Between several numbers in one cell."""


def of_list(kind: Kind, keys: Sequence[str], fields: Fields, known: Vocabulary) -> list[Column]:
    """These columns of a list, an amount's currency beside it; at the end what a record is known by."""
    labels = columns_of(kind, fields)
    made = [each for key in keys for each in _of_key(kind, key, say(labels[key]), known)]
    return [*made, *_known_by(lambda row: row.get("external_key"), lambda row: row["id"])]


def _known_by(key: Callable[[Any], Any], number: Callable[[Any], Any]) -> list[Column]:
    return [Column("key", say(KEY), key, key), Column("id", say(NUMBER.label), number, number)]


def _of_key(kind: Kind, key: str, label: str, known: Vocabulary) -> list[Column]:
    def shown(row: Any) -> Shown:
        return cell_words.in_file(kind, key, row, known)

    def raw(row: Any) -> object:
        return _raw(row.get(key))

    return [Column(key, label, shown, raw), *_currency(key, label, known, lambda row: row.get(key))]


def _raw(value: object) -> object:
    return value.major if isinstance(value, Money) else value


def _currency(key: str, label: str, known: Mapping[str, Fact], value: Callable[[Any], object]) -> list[Column]:
    """Of an amount its currency, in a column of its own."""
    if key not in known or known[key].type != "amount":
        return []

    def currency(row: Any) -> str | None:
        found = value(row)
        return found.currency if isinstance(found, Money) else None

    called = say(_CURRENCY) if key == "amount" else gettext("%(what)s: currency") % {"what": label}
    return [Column("currency" if key == "amount" else f"{key}.currency", called, currency, currency)]


# --- contacts ---

_OF_CONTACT: Final = {"name": _NAME, "position": _POSITION, "department": _DEPARTMENT, "note": _NOTE}


def of_contacts(fields: Fields, known: Vocabulary) -> list[Column]:
    """A contact's columns: who, how to reach them, whose, and the fields this person may read."""
    plain = [_attribute(name, label) for name, label in _OF_CONTACT.items()]
    points = [_points(kind, label) for kind, label in POINT_KINDS.items()]
    whose = [_attribute("customer", _CUSTOMER), _attribute("customer_key", _CUSTOMER_KEY)]
    own = [each for key in fields for each in _of_field(f"field.{key}", say(fields[key].label), known)]
    ends = _known_by(attrgetter("row.external_key"), attrgetter("row.id"))
    return [*plain[:3], *points, *whose, plain[3], *own, *ends]


def _attribute(name: str, label: Text) -> Column:
    read = attrgetter(f"row.{name}")
    return Column(name, say(label), read, read)


def _points(kind: str, label: Text) -> Column:
    def shown(contact: Any) -> str:
        return SEVERAL.join(contact.points.get(kind, ()))

    return Column(kind, say(label), shown, lambda contact: contact.points.get(kind, ()))


def _of_field(key: str, label: str, known: Vocabulary) -> list[Column]:
    def shown(contact: Any) -> Shown:
        return cell_words.in_file("customer", key, contact.fields, known)

    def raw(contact: Any) -> object:
        return _raw(contact.fields.get(key))

    return [Column(key, label, shown, raw), *_currency(key, label, known, lambda contact: contact.fields.get(key))]


def contact_facts(fields: Fields) -> Vocabulary:
    """What the fields of contacts are called, and their choices."""
    return {key: fact for key, fact in vocabulary("customer", fields).items() if key.startswith("field.")}


# --- plain ones ---


def moment(value: datetime | None) -> datetime | None:
    """A moment on the clock of who asks, as a file shows it."""
    return None if value is None else local(value).replace(tzinfo=None)
