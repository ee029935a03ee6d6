"""Tags put together or taken off on many at once, and taken back without touching what somebody did since."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import Actor
from salesapp.services import privacy, tags
from salesapp.services.customers import change_customer
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.work import work
from salesapp.store import tags as rows
from salesapp.store.engine import reading
from salesapp.store.tables import batch_item, customer, event, event_payload
from salesapp.testing import NOW, Cast
from tests.services.bulk_kit import customers_of


def did(actor: Actor, act: Callable[..., object], *args: object) -> int:
    """What somebody does to tags; the event that takes it back."""
    with work(actor, NOW) as w:
        act(w, *args)
    return w.result.get("event", 0)


def back(actor: Actor, event_id: int) -> int:
    with work(actor, NOW) as w:
        return tags.bring_back(w, event_id)


def of(customer_id: int) -> tuple[str, ...]:
    with reading() as x:
        return rows.of_customer(x, customer_id)


def tag(name: str) -> int:
    with reading() as x:
        found = rows.id_of(x, name)
    assert found is not None
    return found


def by_hand(actor: Actor, customer_id: int, *names: str) -> None:
    with work(actor, NOW) as w:
        change_customer(w, customer_id, {"tags": names}, {})


def test_what_is_put_together_is_taken_apart(app: Flask, cast: Cast) -> None:
    (a,), (both,) = customers_of(cast.owner, 1, tags=["A"]), customers_of(cast.owner, 1, tags=["A", "B"])
    (b,) = customers_of(cast.owner, 1, tags=["B"])
    event_id = did(cast.admin, tags.merge_tags, tag("A"), tag("B"))
    assert [of(each) for each in (a, both, b)] == [("B",)] * 3
    assert back(cast.admin, event_id) == 0
    assert [of(each) for each in (a, both, b)] == [("A",), ("A", "B"), ("B",)]


@pytest.mark.parametrize("touched", [True, False])
def test_what_somebody_chose_by_hand_since_stays(app: Flask, cast: Cast, touched: bool) -> None:
    one, other = customers_of(cast.owner, 2, tags=["A"])
    customers_of(cast.owner, 1, tags=["B"])
    event_id = did(cast.admin, tags.merge_tags, tag("A"), tag("B"))
    if touched:
        by_hand(cast.owner, one)
        by_hand(cast.owner, one, "B")
    else:
        with work(cast.owner, NOW) as w:
            change_customer(w, one, {"note": "x"}, {})
    assert back(cast.admin, event_id) == int(touched)
    assert (of(one), of(other)) == (("A", "B") if touched else ("A",), ("A",))


def test_another_tag_that_was_put_into_the_same_one_since_keeps_it(app: Flask, cast: Cast) -> None:
    (one,) = customers_of(cast.owner, 1, tags=["A", "C"])
    customers_of(cast.owner, 1, tags=["B"])
    first = did(cast.admin, tags.merge_tags, tag("A"), tag("B"))
    second = did(cast.admin, tags.merge_tags, tag("C"), tag("B"))
    assert back(cast.admin, first) == 1
    assert of(one) == ("A", "B")
    assert back(cast.admin, second) == 0
    assert of(one) == ("A", "B", "C")


def test_it_is_taken_back_once(app: Flask, cast: Cast) -> None:
    (one,) = customers_of(cast.owner, 1, tags=["A"])
    customers_of(cast.owner, 1, tags=["B"])
    event_id = did(cast.admin, tags.merge_tags, tag("A"), tag("B"))
    back(cast.admin, event_id)
    by_hand(cast.owner, one, "B")
    back(cast.admin, event_id)
    assert of(one) == ("B",)


@pytest.mark.parametrize("how", ["merge", "remove"])
def test_after_a_merge_it_comes_back_to_the_record_that_stayed(app: Flask, cast: Cast, how: str) -> None:
    kept, lost = customers_of(cast.owner, 1)[0], customers_of(cast.owner, 1, tags=["A"])[0]
    customers_of(cast.owner, 1, tags=["B"])
    change = (tags.merge_tags, tag("A"), tag("B")) if how == "merge" else (tags.remove_tag, tag("A"))
    event_id = did(cast.admin, *change)
    with work(cast.owner, NOW) as w:
        merge_id = merge_customers(w, kept, lost)
    assert back(cast.admin, event_id) == int(how == "merge")
    assert of(kept) == (("A", "B") if how == "merge" else ("A",))
    assert of(lost) == ()
    with work(cast.owner, NOW) as w:
        undo_merge(w, merge_id)


def test_who_was_erased_gets_none_and_nothing_tells_what_they_had(app: Flask, cast: Cast) -> None:
    gone, other = customers_of(cast.owner, 2, tags=["机密甲的"])
    event_id = did(cast.admin, tags.remove_tag, tag("机密甲的"))
    with work(cast.admin, NOW) as w:
        privacy.erase_customer(w, gone, "客户0")
    with reading() as x:
        assert set(x.scalars(select(batch_item.c.subject_id))) == {other}
    back(cast.admin, event_id)
    assert (of(gone), of(other)) == ((), ("机密甲的",))


def test_who_counts_as_erased_gets_none_back_whoever_wrote_one_on_them_since(app: Flask, cast: Cast) -> None:
    gone, other = customers_of(cast.owner, 2, tags=["A"])
    with work(cast.admin, NOW) as w:
        w.session.execute(update(customer).where(customer.c.id == gone).values(erased_at=NOW))
    back(cast.admin, did(cast.admin, tags.remove_tag, tag("A")))
    assert (of(gone), of(other)) == ((), ("A",))


def test_words_and_customers_do_not_stand_in_what_is_kept_for_ever(app: Flask, cast: Cast) -> None:
    customers_of(cast.owner, 3, tags=["机密甲"])
    tag_id = tag("机密甲")
    did(cast.admin, tags.rename_tag, tag_id, "机密乙")
    back(cast.admin, did(cast.admin, tags.remove_tag, tag_id))
    with reading() as x:
        kinds = event.c.kind.startswith("tag.")
        said = x.execute(select(event.c.id, event.c.kind, event.c.data).where(kinds).order_by(event.c.id)).all()
        bodies = x.scalars(select(event_payload.c.body).where(event_payload.c.event_id.in_([row.id for row in said])))
        names = [sorted(body.values()) for body in bodies]
    assert [(row.kind, sorted(row.data)) for row in said] == [
        ("tag.renamed", []),
        ("tag.removed", ["batch", "into", "tag"]),
        ("tag.restored", ["batch", "left"]),
    ]
    assert sorted(names) == [["机密乙"], sorted(["机密乙", "机密甲"])]


def test_however_many_have_it_each_step_is_a_few_statements(app: Flask, cast: Cast, statements: list[str]) -> None:
    asked = []
    for n in (2, 40):
        ids = customers_of(cast.owner, n, tags=[f"A{n}"])
        customers_of(cast.owner, 1, tags=[f"B{n}"])
        change = (tags.merge_tags, tag(f"A{n}"), tag(f"B{n}"))
        statements.clear()
        back(cast.admin, did(cast.admin, *change))
        asked.append(len(statements))
        assert {of(each) for each in ids} == {(f"A{n}",)}
    assert asked[0] == asked[1]


def test_a_name_another_one_took_at_the_same_moment_is_refused(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers_of(cast.owner, 1, tags=["A", "B"])
    tag_id = tag("A")
    monkeypatch.setattr(rows, "id_of", lambda *_: None)
    with work(cast.admin, NOW) as w:
        with pytest.raises(Refused, match="There is a tag"):
            tags.rename_tag(w, tag_id, "B")
        assert rows.name_of(w.session, tag_id) == "A"
