"""The columns a list can have: what it can be asked about, and what is only shown."""

from collections.abc import Iterable, Mapping
from typing import Final

from salesapp.domain.customer_labels import POINT_KINDS
from salesapp.domain.list_facts import Fields, vocabulary
from salesapp.domain.list_query import MOST_COLUMNS, Kind
from salesapp.domain.text import Text

_NEXT: Final = Text("Next step", "下一步", "下一步", "Следующий шаг")
_ONLY_SHOWN: Final[Mapping[Kind, Mapping[str, Text]]] = {
    "customer": {
        "next": _NEXT,
        "phone": POINT_KINDS["phone"],
        "mail": POINT_KINDS["email"],
        "position": Text("Position", "职位", "職位", "Должность"),
        "address": Text("Address", "地址", "地址", "Адрес"),
        "note": Text("Note", "备注", "備註", "Заметка"),
    },
    "deal": {"next": _NEXT},
    "activity": {"because": Text("Why it is there", "安排原因", "安排原因", "Почему запланировано")},
}
_ONLY_ASKED: Final = ("planned", "has_phone", "has_mail")  # of customers and deals: there the next step says more
USUAL: Final[Mapping[Kind, tuple[str, ...]]] = {
    "customer": ("name", "company", "phone", "state", "grade", "owner", "last_contact", "next"),
    "deal": ("title", "customer", "stage", "amount", "expected_close", "owner", "next"),
    "activity": ("kind", "customer", "deal", "planned", "done", "outcome", "owner", "note", "because"),
}
FIRST: Final[Mapping[Kind, str]] = {"customer": "name", "deal": "title", "activity": "kind"}
"""The column that names a row and leads to its page: it always stands first."""


def columns_of(kind: Kind, fields: Fields) -> Mapping[str, Text]:
    """Every column there is, by key, with its label."""
    asked = {key: fact.label for key, fact in vocabulary(kind, fields).items()}
    hidden = (*_ONLY_ASKED, "teams") if kind != "activity" else ("teams", "missed_off")
    asked = {key: label for key, label in asked.items() if key not in hidden}
    own = {key: label for key, label in asked.items() if key.startswith("field.")}
    return {key: label for key, label in asked.items() if key not in own} | dict(_ONLY_SHOWN[kind]) | own


def chosen(kind: Kind, columns: Iterable[str], fields: Fields) -> tuple[str, ...]:
    """Those of these that there are, each once, the one that names the row first; the usual ones where there is
    none."""
    known = columns_of(kind, fields)
    found = [key for key in dict.fromkeys((FIRST[kind], *columns)) if key in known]
    return tuple(found[:MOST_COLUMNS]) if len(found) > 1 else USUAL[kind]
