"""What the `visible_when` of a field can ask about a record, whatever its kind, and the answers of one record.

What every record of a kind has is called as its form calls it (`state`); a field by its full key (`own.budget`).
"""

from collections.abc import Mapping
from typing import Any, Final

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.conditions import Fact, Facts, Vocabulary
from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.deal_facts import FACT_TYPES, read_fact
from salesapp.domain.pack import Field
from salesapp.domain.sources import SOURCES_BY_KEY
from salesapp.domain.text import Text

_NOTE: Final = Text("Note", "备注", "備註", "Заметка")
_NAME: Final = Text("Name", "名称", "名稱", "Название")
_POSITION: Final = Text("Position", "职位", "職位", "Должность")


def _options(labels: Mapping[str, Text]) -> tuple[tuple[str, Text], ...]:
    return tuple(labels.items())


BUILT_IN: Final[Mapping[str, tuple[Fact, ...]]] = {
    "customer": (
        Fact("kind", Text("Kind", "类型", "類型", "Тип"), "choice", _options(KINDS)),
        Fact("state", Text("State", "状态", "狀態", "Статус"), "choice", _options(STATES)),
        Fact("grade", Text("Grade", "等级", "等級", "Категория"), "choice", _options(GRADES)),
        Fact(
            "source",
            Text("Source", "来源", "來源", "Источник"),
            "choice",
            tuple((each.key, each.label) for each in SOURCES_BY_KEY.values()),
        ),
        Fact("name", _NAME, "text"),
        Fact("company", Text("Company", "公司", "公司", "Компания"), "text"),
        Fact("position", _POSITION, "text"),
        Fact("address", Text("Address", "地址", "地址", "Адрес"), "text"),
        Fact("note", _NOTE, "text"),
    ),
    "contact": (
        Fact("name", _NAME, "text"),
        Fact("position", _POSITION, "text"),
        Fact("department", Text("Department", "部门", "部門", "Отдел"), "text"),
        Fact("note", _NOTE, "text"),
    ),
    "deal": (
        Fact("title", Text("Deal name", "商机名称", "商機名稱", "Название сделки"), "text"),
        Fact("process", Text("Sales process", "销售流程", "銷售流程", "Процесс продаж"), "reference"),
        Fact("amount", Text("Amount", "金额", "金額", "Сумма"), "amount"),
        Fact("expected_close", Text("Expected close", "预计成交日期", "預計成交日期", "Ожидаемое закрытие"), "date"),
    ),
    "activity": (
        Fact(
            "kind",
            Text("Kind", "类型", "類型", "Тип"),
            "choice",
            tuple((each.key, each.label) for each in KINDS_BY_KEY.values()),
        ),
    ),
}
"""What every record of a kind has, by the names of its own form."""


def field_fact(key: str, field: Field) -> Fact:
    """A field as conditions know it, by its full key."""
    return Fact(key, field.label, FACT_TYPES[field.type], tuple((each.key, each.label) for each in field.options))


def record_vocabulary(kind: str, fields: Mapping[str, Field]) -> Vocabulary:
    """What a condition about records of this kind can ask; `fields` by full key."""
    facts = {fact.key: fact for fact in BUILT_IN.get(kind, ())}
    return facts | {key: field_fact(key, field) for key, field in fields.items()}


def record_facts(record: Mapping[str, Any], values: Mapping[str, object], fields: Mapping[str, Field]) -> Facts:
    """The answers of one record: `record` has what every one of its kind has, `values` those of its fields as they are
    stored, by full key. A value that has not the shape of its field's type counts as empty."""
    found = {key: read_fact(field.type, values.get(key)) for key, field in fields.items()}
    return {**record, **found}
