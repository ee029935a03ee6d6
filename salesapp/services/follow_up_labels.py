"""What the things are called that follow-up rules name, for their sentences (salesapp/domain/follow_up_words.py)."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from salesapp.domain.follow_up import Subject
from salesapp.domain.follow_up_words import Label, Names
from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.list_facts import Fields, vocabulary
from salesapp.domain.pack import ALWAYS, Evidence
from salesapp.plugging.catalog import Catalog
from salesapp.services.list_fields import list_fields


@lru_cache(maxsize=8)
def names_of(catalog: Catalog, subject: Subject, functions: tuple[tuple[str, Label], ...] = ()) -> Names:
    """The labels for rules about customers or deals; `functions` are those of the house, by key. The choices that stand
    in records (sources, stages) are not among the facts: `replace(names, facts=…)` brings them."""
    fields = {kind: list_fields(catalog, ALWAYS, kind) for kind in ("customer", "deal")}
    labels = dict(_labels(catalog, fields))
    labels |= {f"function.{key}": label for key, label in functions}
    return Names(MappingProxyType(labels), vocabulary(subject, fields[subject]))


def _labels(catalog: Catalog, fields: Mapping[str, Fields]) -> Iterator[tuple[str, Label]]:
    for key, process in catalog.shown_processes.items():
        yield f"process.{key}", process.label
        yield from ((f"stage.{key}.{stage.key}", stage.label) for stage in process.stages)
    yield from ((f"event.{key}", each.label) for key, each in catalog.of(Evidence).items())
    yield from ((f"date.{key}", each.label) for key, each in catalog.shown_dates.items())
    yield from ((f"form.{key}", each.label) for key, each in catalog.result_forms.items())
    yield from ((f"function.{each.key}", each.label) for each in FUNCTIONS)
    for kind, some in fields.items():
        yield from ((f"field.{kind}.{key}", each.label) for key, each in some.items())
    for key, each in fields["deal"].items():
        yield f"level.{key}", each.label
        yield from ((f"level.{key}.{option.key}", option.label) for option in (*each.options, *each.gone))
