"""Taking a bulk change back: only what it changed stands in its way, and where nothing came of it, it can be tried
again."""

from datetime import timedelta

import pytest
from flask import Flask

from salesapp.domain.errors import Refused
from salesapp.services.customers import change_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import deals, tags
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.services import bulk_kit as kit
from tests.services.deal_files import a_deal


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("customer.assign", {"person": "colleague"}),
        ("customer.tag", {"tag": "展会"}),
        ("customer.grade", {"grade": "A"}),
        ("customer.archive", {}),
    ],
)
def test_what_it_did_not_change_does_not_hinder_it(app: Flask, cast: Cast, change: str, asked: dict[str, str]) -> None:
    (one,) = kit.customers_of(cast.owner, 1)
    if "person" in asked:
        asked = {"person": str(cast.colleague.id)}
    batch_id = kit.begun(cast.admin, change, [one], **asked)
    with work(cast.admin, NOW) as w:
        change_customer(w, one, {"tags": [*tags.of_customer(w.session, one), "VIP"], "note": "x"}, {})
    assert kit.items(kit.taken_back(cast.admin, batch_id)) == {one: ("done", None)}
    assert kit.owners([one]) == [cast.owner.id]
    assert (kit.column("grade", [one]), kit.column("archived_at", [one])) == ([None], [None])
    with reading() as x:
        assert list(tags.of_customer(x, one)) == ["VIP"]


def test_a_deal_and_a_plan_go_back_though_something_else_of_them_changed(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    batch_id = kit.begun(cast.manager, "deal.assign", [deal_id], person=str(cast.colleague.id))
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"title": "改过"}, {})
    assert kit.items(kit.taken_back(cast.manager, batch_id)) == {deal_id: ("done", None)}
    with reading() as x:
        assert deals.read(x, deal_id).owner_id == cast.owner.id


def test_what_it_changed_and_somebody_changed_again_stays(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 4)
    owners, tagged, graded, archived = ids
    batches = {
        owners: kit.begun(cast.admin, "customer.assign", [owners], person=str(cast.colleague.id)),
        tagged: kit.begun(cast.admin, "customer.tag", [tagged], tag="展会"),
        graded: kit.begun(cast.admin, "customer.grade", [graded], grade="A"),
        archived: kit.begun(cast.admin, "customer.archive", [archived]),
    }
    with work(cast.admin, NOW) as w:
        assign_customer(w, owners, int(cast.outsider.id or 0))
        change_customer(w, tagged, {"tags": []}, {})
        change_customer(w, graded, {"grade": "B"}, {})
        restore_customer(w, archived)
    for one, batch_id in batches.items():
        assert kit.items(kit.taken_back(cast.admin, batch_id)) == {one: ("skipped", "changed")}, one
    assert kit.owners([owners]) == [cast.outsider.id]
    assert kit.column("grade", [graded]) == ["B"]


def test_an_undo_of_nothing_can_be_tried_again(app: Flask, cast: Cast) -> None:
    (one,) = kit.customers_of(cast.owner, 1)
    batch_id = kit.begun(cast.manager, "customer.grade", [one], grade="A")
    with work(cast.owner, NOW) as w:
        change_customer(w, one, {"grade": "B"}, {})
    first = kit.taken_back(cast.manager, batch_id)
    assert (kit.seen(first).changed, kit.seen(batch_id).undone_at) == (0, None)
    with work(cast.owner, NOW) as w:
        change_customer(w, one, {"grade": "A"}, {})
    second = kit.taken_back(cast.manager, batch_id, NOW + timedelta(hours=1))
    assert second != first
    assert (kit.seen(second).changed, kit.column("grade", [one])) == (1, [None])
    assert kit.taken_back(cast.manager, batch_id) == second
    with pytest.raises(Refused):
        kit.taken_back(cast.manager, first)
