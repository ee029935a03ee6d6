"""Several who run the house change its fields at the same moment: nothing of it is lost, and each field has its key."""

from typing import Any

from flask import Flask

from salesapp.domain.errors import Stale
from salesapp.services import own_fields as service
from salesapp.services.work import Work, work
from salesapp.store import own_fields
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.services.test_customers_at_once import at_once

CHANGES: dict[str, Any] = {"label": "新名", "help": "说明", "required": True, "readers": ("manager",)}


def added(cast: Cast, label: str) -> int:
    """A field of customers."""
    with work(cast.admin, NOW) as w:
        return service.add_field(w, "customer", "text", {"label": label})


def test_different_things_of_one_field_changed_at_once_are_all_changed(app: Flask, cast: Cast) -> None:
    for number in range(3):  # one round could go well by luck
        field_id = added(cast, f"预算{number}")
        with reading() as x:
            found = own_fields.get(x, field_id)
            assert found is not None
            seen = service.typed_of(found)
        left = list(CHANGES)

        def change(w: Work, field_id: int = field_id, left: list[str] = left, seen: dict[str, Any] = seen) -> None:
            name = left.pop()
            service.change_field(w, field_id, {name: CHANGES[name]}, {name: seen[name]})

        assert at_once(app, [cast.admin] * len(CHANGES), change) == [None] * len(CHANGES)
        with reading() as x:
            now = own_fields.get(x, field_id)
            assert now is not None
            assert {name: service.typed_of(now)[name] for name in CHANGES} == CHANGES


def test_two_of_one_name_changed_at_once_one_is_told(app: Flask, cast: Cast) -> None:
    field_id = added(cast, "预算")
    words = ["甲", "乙"]

    def change(w: Work) -> str:
        try:
            service.change_field(w, field_id, {"label": words.pop()}, {"label": "预算"})
        except Stale:
            return "told"
        return "changed"

    assert sorted(at_once(app, [cast.admin] * 2, change)) == ["changed", "told"]


def test_fields_of_one_label_added_at_once_get_keys_of_their_own(app: Flask, cast: Cast) -> None:
    made = at_once(app, [cast.admin] * 6, lambda w: service.add_field(w, "customer", "text", {"label": "预算"}))
    assert len({each for each in made if isinstance(each, int)}) == 6
    with reading() as x:
        assert len(own_fields.keys_of(x, "customer")) == 6
