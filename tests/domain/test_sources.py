import re
from itertools import groupby

from salesapp.domain.functions import FUNCTIONS, FUNCTIONS_BY_KEY
from salesapp.domain.sources import GROUPS, SOURCES, SOURCES_BY_KEY
from salesapp.domain.text import LANGUAGES


def test_sources_have_unique_keys_and_labels() -> None:
    assert len(SOURCES_BY_KEY) == len(SOURCES) == 13
    assert all(re.fullmatch("[a-z_]+", source.key) for source in SOURCES)
    for language in LANGUAGES:
        assert len({source.label.in_language(language) for source in SOURCES}) == len(SOURCES)


def test_sources_stand_together_by_group() -> None:
    assert [group for group, _ in groupby(SOURCES, key=lambda source: source.group)] == list(GROUPS)


def test_functions_are_the_ones_rules_name() -> None:
    assert list(FUNCTIONS_BY_KEY) == [
        "finance", "legal", "marketing", "service", "front_desk", "sales_assistant", "order_entry",
        "sales_accountant", "warehouse", "technical_service", "regional_director", "mentor",
    ]  # fmt: skip
    for language in LANGUAGES:
        assert len({function.label.in_language(language) for function in FUNCTIONS}) == len(FUNCTIONS)
