"""A process with a field of every type, a deal in it, and random conditions about it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from salesapp.domain.criteria import OPS, AllOf, AnyOf, Condition, Fact, Not, When
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.field_values import LINKS
from salesapp.domain.money import Money
from salesapp.domain.pack import Field, FieldType, KeyStep, LostReason, Option, Process, Stage
from salesapp.domain.text import Text
from salesapp.domain.views import DealView


def same(words: str) -> Text:
    """The same words in every language."""
    return Text(words, words, words, words)


TODAY = date(2026, 3, 2)
LEVEL = Text("Level", "级别", "級別", "Уровень")
OPTIONS = (Option("a", same("Top")), Option("b", Text("Middle", "中等", "中等", "Средний")), Option("c", same("Low")))
FIELDS = tuple(
    Field(key, LEVEL if key == "choice" else same(key.capitalize()), key, OPTIONS if "choice" in key else ())
    for key in get_args(FieldType)
    if key not in LINKS
)
STAGES = (
    Stage("first", same("First"), same("Goal"), (KeyStep("call", same("Call")), KeyStep("visit", same("Visit"))), 10),
    Stage("second", same("Second"), same("Goal"), (KeyStep("sign", Text("Sign", "签约", "簽約", "Подписать")),), 90),
)
PROCESS = Process("all", same("All"), STAGES, (LostReason("price", same("Price")),), FIELDS)
PROCESS_KEY = "every_1.all"
KNOWN = deal_vocabulary(PROCESS)


def a_deal(**values: Any) -> DealView:
    """A deal of the process about which nothing is known but what `values` say."""
    now = datetime(2026, 2, 20, 9, 30, tzinfo=UTC)
    given: dict[str, Any] = {
        "id": 1,
        "version": 1,
        "customer_id": None,
        "customer_name": None,
        "title": "",
        "process": PROCESS_KEY,
        "stage": "first",
        "state": "open",
        "owner_id": None,
        "owner_name": None,
        "team_id": None,
        "amount_minor": None,
        "currency": "CNY",
        "expected_close": None,
        "stage_entered_at": now,
        "created_at": now,
        "touched_at": now,
        "closed_at": None,
        "lost_reason": None,
        "done_steps": frozenset(),
        "custom": {},
        "archived_at": None,
    }
    return DealView(**given | values)


# Few values, so that questions and answers meet often, on their borders, too.
TEXTS = ("a", "b", "卢沟桥", "卢沟桥医院", "МРТ", "мрт", "Été", "a%b", "a_b", "it's", '"', "\\", "😀", " ", "null", "5")
WHOLES = (-(10**18) + 1, -5, -1, 0, 1, 2, 5, 9_007_199_254_740_993, 10**18 - 1)
MONEY = tuple(Money(minor, currency) for minor in (-1, 0, 100, 101, 10**17) for currency in ("CNY", "RUB"))
_DAYS = "0001-01-01 1999-12-31 2024-02-29 2026-02-28 2026-03-01 2026-03-02 2026-03-03 2026-03-09 9999-12-31"
DAYS = tuple(date.fromisoformat(day) for day in _DAYS.split())
NUMBERS = tuple(map(Decimal, ("-1", "0", "0.000001", "0.5", "1", "1.5", "999999999999.999999")))
_VALUES = {"text": TEXTS, "integer": WHOLES, "number": NUMBERS, "amount": MONEY, "date": DAYS, "bool": (True, False)}


def _senseless(fact: Fact, op: str) -> bool:
    return fact.never_empty and op in ("filled", "empty")


def _values(fact: Fact, op: str) -> Sequence[Any]:
    some = [key for key, _ in fact.options] or _VALUES.get(fact.type, ())
    if op in ("filled", "empty"):
        return (None,)
    if op in ("ago", "within", "ahead"):
        return (0, 1, 2, 7, 1000, 36_525)
    return [(each,) for each in some] + [tuple(some[:2]), tuple(some[-2:])] if op == "one_of" else some


QUESTIONS = [
    When(fact.key, op, value)
    for fact in KNOWN.values()
    for op in OPS[fact.type]
    if not _senseless(fact, op)
    for value in _values(fact, op)
]
"""Every question there is, with every value."""


def _groups(inside: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inside, min_size=1, max_size=3).map(tuple)
    return st.builds(AllOf, several) | st.builds(AnyOf, several) | st.builds(Not, inside)


# First what is asked about, then how: else texts, which can be asked most, would be nearly all there is.
_OF: dict[str, list[When]] = {key: [each for each in QUESTIONS if each.field == key] for key in KNOWN}
_QUESTIONS = st.sampled_from(list(_OF)).flatmap(lambda key: st.sampled_from(_OF[key]))
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(_QUESTIONS, _groups, max_leaves=6)
