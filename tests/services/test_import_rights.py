"""What an import may not touch, and what stays of one when a customer is erased."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services import privacy
from salesapp.services.import_files import path_of
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.store import dump
from salesapp.store.engine import reading
from salesapp.store.tables import activity, customer, deal
from salesapp.testing import NOW, Cast
from tests.services.import_kit import asked, bring_in, view

ACTIVITY = ("key", "kind", "at", "customer", "deal", "note")


def bring(actor: Actor, kind: str, text: str, *names: str, **options: str) -> Any:
    lines = ",".join(names) + "\n" + text
    return bring_in(actor, lines, asked(kind, dict(enumerate(names)), options=options))


def theirs(cast: Cast, level: str) -> None:
    """A customer of another team with a deal and an activity, shared with the manager."""
    bring(cast.admin, "customer", "c1,Acme,Outsider\n", "key", "name", "owner")
    bring(cast.admin, "deal", "k1,Scanner,c1,Outsider\n", "key", "title", "customer_key", "owner")
    bring(cast.admin, "activity", "a1,call,2025-05-01,Acme,,Before,Outsider\n", *ACTIVITY, "owner")
    with reading() as x:
        customer_id = x.execute(select(customer.c.id)).scalar_one()
    with work(cast.admin, NOW) as w:
        share_customer(w, customer_id, NewShare(person_id=cast.manager.id, level=level))


def brought(cast: Cast) -> list[tuple[int, int]]:
    """What becomes of a manager's files about them: changed and added, rejected; of deals, activities, and new ones."""
    runs = [
        bring(cast.manager, "deal", "k1,Other\n", "key", "title"),
        bring(cast.manager, "activity", "a1,call,2025-05-01,,,After\n", *ACTIVITY),
        bring(cast.manager, "activity", "a2,call,2025-05-01,,k1,New\n", *ACTIVITY),
    ]
    return [(run.changed + run.added, run.rejected) for run in runs]


def test_what_one_may_merely_read_no_file_changes(app: Flask, cast: Cast) -> None:
    theirs(cast, "read")
    assert brought(cast) == [(0, 1)] * 3
    with reading() as x:
        assert x.execute(select(deal.c.title)).scalars().all() == ["Scanner"]
        assert x.execute(select(activity.c.note)).scalars().all() == ["Before"]


def test_what_one_may_work_on_a_file_changes(app: Flask, cast: Cast) -> None:
    theirs(cast, "work")
    assert brought(cast) == [(1, 0)] * 3


def test_erasing_reaches_what_imports_keep(app: Flask, cast: Cast) -> None:
    bring(cast.admin, "customer", "c1,Acme\n", "key", "name")
    first = bring(cast.admin, "activity", "a1,call,2025-05-01,Acme,,Geheimnis\n", *ACTIVITY)
    run = bring(cast.admin, "activity", "a1,call,2025-05-01,Acme,,Later\na2,?,,Acme,,Geheimnis\n", *ACTIVITY)
    key = run.file_key
    assert path_of(key).exists()
    with reading() as x:
        customer_id = x.execute(select(customer.c.id)).scalar_one()
    with work(cast.admin, NOW) as w:
        keys = privacy.erase_customer(w, customer_id, "Acme")
    privacy.remove_files(keys)
    with dump.one_state() as x:
        left = "".join(line for table in dump.tables_in(x) for line in dump.lines(x, table))
    assert "Geheimnis" not in left
    assert not any(path_of(each.file_key).exists() for each in (first, run))
    assert [view(cast.admin, each.id).file_key for each in (first, run)] == [None, None]
    assert view(cast.admin, run.id).rejected == 1
