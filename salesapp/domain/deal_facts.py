"""What can be asked about a deal in a condition, and the answers of one deal."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from salesapp.domain.condition_data import DAY
from salesapp.domain.conditions import Fact, Facts, FactType, Vocabulary, is_whole
from salesapp.domain.field_values import number_of
from salesapp.domain.money import Money, is_currency
from salesapp.domain.text import Text
from salesapp.domain.views import DealView

if TYPE_CHECKING:  # which knows conditions itself
    from salesapp.domain.pack import Field, FieldType, Process

OF_EVERY_DEAL: Final = (
    Fact("title", Text("Deal name", "商机名称", "商機名稱", "Название сделки"), "text"),
    Fact("amount", Text("Amount", "金额", "金額", "Сумма"), "amount"),
    Fact("expected_close", Text("Expected close", "预计成交日期", "預計成交日期", "Ожидаемое закрытие"), "date"),
    Fact("customer", Text("Customer", "客户", "客戶", "Клиент"), "record"),
    Fact("owner", Text("Owner", "负责人", "負責人", "Ответственный"), "record"),
    Fact(
        "contacts",
        Text("Number of contacts", "联系人数量", "聯絡人數量", "Число контактных лиц"),
        "integer",
        never_empty=True,
    ),
    Fact(
        "stage_since",
        Text("Start of this stage", "进入本阶段的日期", "進入本階段的日期", "Начало этого этапа"),
        "date",
        never_empty=True,
    ),
)
FACT_TYPES: Final[Mapping["FieldType", FactType]] = {
    "text": "text",
    "long_text": "text",
    "integer": "integer",
    "amount": "amount",
    "date": "date",
    "bool": "bool",
    "choice": "choice",
    "choices": "choices",
    "number": "number",
    "phone": "text",
    "email": "text",
    "link": "text",
    "person": "reference",
    "customer": "reference",
}
"""As what conditions know each type of a process's fields."""


def deal_vocabulary(process: "Process") -> Vocabulary:
    """What conditions of this process can ask: what every deal has, its key steps (`step.<key>`) and its fields
    (`field.<key>`)."""
    steps = [
        Fact(f"step.{step.key}", step.label, "bool", never_empty=True)
        for stage in process.stages
        for step in stage.key_steps
    ]
    fields = [
        Fact(f"field.{each.key}", each.label, FACT_TYPES[each.type], tuple((o.key, o.label) for o in each.options))
        for each in process.fields
    ]
    return {fact.key: fact for fact in (*OF_EVERY_DEAL, *steps, *fields)}


def deal_facts(deal: DealView, process: "Process") -> Facts:
    """The answers of one deal. Values of its fields that have not the shape of the field's type count as empty."""
    values = _inside(deal.custom, deal.process.partition(".")[0])
    return {
        "title": deal.title,
        "amount": money_answer(deal.amount_minor, deal.currency),
        "expected_close": deal.expected_close,
        "customer": deal.customer_id,
        "owner": deal.owner_id,
        "contacts": len(deal.contact_ids),
        "stage_since": deal.stage_entered_at.date(),
        **{f"step.{step.key}": step.key in deal.done_steps for stage in process.stages for step in stage.key_steps},
        **{f"field.{field.key}": _READ[FACT_TYPES[field.type]](_inside(values, field.key)) for field in process.fields},
    }


def field_answer(custom: object, plugin: str, field: "Field") -> object:
    """The answer of one field out of the custom values of a record, empty where its shape is not the field's."""
    return _READ[FACT_TYPES[field.type]](_inside(_inside(custom, plugin), field.key))


def _inside(json: object, key: str) -> object:
    return json.get(key) if isinstance(json, Mapping) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> object:
    return value if is_whole(value) else None


def _amount(value: object) -> object:
    minor, currency = _inside(value, "minor"), _inside(value, "currency")
    return money_answer(minor, currency) if is_whole(minor) and isinstance(currency, str) else None


def money_answer(minor: int | None, currency: str) -> object:
    """An amount in a currency this version does not know is there, but compares with none."""
    if minor is None:
        return None
    return Money(minor, currency) if is_currency(currency) else (minor, currency)


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    except ValueError:  # the 30th of February
        return None


def _bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _choices(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def _reference(value: object) -> str | None:
    return str(value) if is_whole(value) else None


_READ: Final[Mapping[FactType, Callable[[object], object]]] = {
    "text": _text,
    "integer": _integer,
    "number": number_of,
    "amount": _amount,
    "date": _date,
    "bool": _bool,
    "choice": _text,
    "choices": _choices,
    "reference": _reference,
}


def read_fact(kind: "FieldType", value: object) -> object:
    """A stored value as an answer; None where it has not the shape of its type."""
    return _READ[FACT_TYPES[kind]](value)
