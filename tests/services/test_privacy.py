"""Personal data: consents, everything as a file, and erasing for good while the chain of events holds."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import file_disk, privacy, rebuild
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import NewCustomer, add_customer, change_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.files import Upload, attach, take_in
from salesapp.services.merge import merge_customers
from salesapp.services.seal import seal_events, verify_chain
from salesapp.services.work import work
from salesapp.store import dump, erase, search
from salesapp.store.engine import reading
from salesapp.store.tables import activity, consent, customer, deal, deal_total, event, event_payload, merge_move
from salesapp.testing import NOW, Cast
from tests.security.house import SECRETS, fill
from tests.services.customer_kit import added
from tests.services.deal_files import a_deal
from tests.services.merge_kit import VISITS, plugin_table, run

TODAY = NOW.date()
WORDS = ("机密甲", "机密乙", "机密丙", "机密丁", "13800138000", "0013 8000", "secret@example.com", "jimi")


@pytest.fixture
def secret(app: Flask, cast: Cast) -> int:
    """A customer with a text of their own in every place there is, in two records that became one."""
    with work(cast.owner, NOW) as w:
        new = NewCustomer(name="机密甲", company="机密乙", phones=["13800138000"], emails=["secret@example.com"])
        customer_id = add_customer(w, new)
        change_customer(w, customer_id, {"note": "机密乙", "address": "机密丙"}, {"note": "", "address": ""})
        add_contact(w, customer_id, NewContact(name="机密丙", note="机密乙"))
        row = NewCustomer(name="机密甲", note="机密丁", custom={"own": {"x": "机密丁"}}, tags=["机密甲的"])
        other = add_customer(w, row)
    deal_id = a_deal(app, cast.owner, other, title="机密丁", amount_minor=500_00)
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"field.need": "机密乙"}, {})
        plan_activity(w, NewActivity(customer_id=customer_id, note="机密乙", planned_at=NOW + timedelta(days=1)))
        done = note_activity(w, NewActivity(deal_id=deal_id, note="机密乙", outcome="reached"))
        kept = take_in([Upload("机密甲.txt", io.BytesIO("机密甲".encode()))], 10_000)
        attach(w, done, kept.files)
    with work(cast.owner, NOW) as w:
        merge_customers(w, customer_id, other)
    with work(cast.admin, NOW) as w:
        privacy.note_consent(w, customer_id, "news", "paper", TODAY, "机密丙")
    return customer_id


def erased(actor: Actor, customer_id: int, typed: str) -> None:
    with work(actor, NOW) as w:
        keys = privacy.erase_customer(w, customer_id, typed)
    privacy.remove_files(keys)


def all_text() -> str:
    """Everything in the database as JSON."""
    with dump.one_state() as x:
        return "".join(line for table in dump.tables_in(x) for line in dump.lines(x, table))


def sealed() -> None:
    with work(SYSTEM, NOW) as w:
        seal_events(w)


# --- erasing ---


def test_not_one_word_is_left_and_the_chain_holds(app: Flask, cast: Cast, secret: int) -> None:
    assert all(word in all_text() for word in WORDS if word != "0013 8000")
    sealed()
    with reading() as x:
        figures, n = x.execute(select(deal_total)).all(), len(x.execute(select(event.c.id)).all())
        before = verify_chain(x)
    erased(cast.admin, secret, " 机密甲 ")
    sealed()
    left = all_text().replace("机密甲的", "")  # a tag is a word of the company; no customer has it any more
    assert [word for word in WORDS if word in left] == []
    with reading() as x:
        after = verify_chain(x)
        assert (after.broken_at, after.sealed, before.sealed) == (None, n + 1, n)
        assert x.execute(select(deal_total)).all() == figures
        assert x.scalars(select(deal.c.amount_minor)).all() == [500_00]
        assert set(x.scalars(select(activity.c.state))) == {"done", "cancelled"}
        assert [search.find(x, cast.admin, word, NOW, search.ALL_KINDS) for word in WORDS] == [[]] * len(WORDS)
        assert x.execute(select(merge_move)).first() is None
        rows = x.execute(select(customer.c.erased_at, customer.c.archived_at)).all()
        assert [row.erased_at for row in rows] == [NOW, NOW]
    assert [each for found in file_disk.older_than(9e12) for each in found] == []


def test_what_is_planned_with_its_deals_is_cancelled_and_why_is_gone(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="机密甲")
    deal_id = a_deal(app, cast.owner, customer_id)
    why = {"planned_at": NOW + timedelta(days=1), "because": "机密乙"}
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(customer_id=customer_id, **why))
        of_deal = plan_activity(w, NewActivity(deal_id=deal_id, **why))
        w.session.execute(update(activity).where(activity.c.id == of_deal).values(customer_id=None))
    assert "机密乙" in all_text()
    erased(cast.admin, customer_id, "机密甲")
    assert "机密乙" not in all_text()
    with reading() as x:
        assert x.execute(select(activity.c.state, activity.c.because)).all() == [("cancelled", None)] * 2


def test_it_is_for_good(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="甲")
    erased(cast.admin, customer_id, "甲")
    with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
        restore_customer(w, customer_id)
    with pytest.raises(Refused, match="stays archived"), work(cast.admin, NOW) as w:
        restore_customer(w, customer_id)
    with reading() as x:
        assert x.scalars(select(customer.c.archived_at)).all() == [NOW]


def test_what_is_rebuilt_afterwards_agrees(app: Flask, cast: Cast, secret: int) -> None:
    erased(cast.admin, secret, "机密甲")
    with reading() as x:
        assert [found.table for found in rebuild.check(x) if not found.is_right] == []


def test_others_keep_all_of_theirs(app: Flask, cast: Cast) -> None:
    fill(app, cast)
    other = added(cast.owner, name="机密甲")
    erased(cast.admin, other, "机密甲")
    left = all_text()
    assert [word for word in SECRETS if word not in left and " " not in word] == []


@pytest.mark.parametrize("typed", ["", "机密", "机密乙"])
def test_the_name_has_to_be_typed(app: Flask, cast: Cast, secret: int, typed: str) -> None:
    before = all_text()
    with pytest.raises(Refused, match="not the name"):
        erased(cast.admin, secret, typed)
    assert all_text() == before


def test_a_second_time_and_while_somebody_decides_it_is_refused(app: Flask, cast: Cast) -> None:
    records = fill(app, cast)
    with pytest.raises(Refused, match="decide"):
        erased(cast.admin, records.customer_id, "机密甲")
    other = added(cast.owner, name="乙")
    erased(cast.admin, other, "乙")
    with pytest.raises(Refused, match="already"):
        erased(cast.admin, other, str(other))


def test_only_those_with_the_right_to_it(app: Flask, cast: Cast, secret: int) -> None:
    for actor, error in ((cast.owner, NotAllowed), (cast.manager, NotAllowed), (cast.outsider, NotFound)):
        with pytest.raises(error):
            erased(actor, secret, "机密甲")
        with pytest.raises(error), work(actor, NOW) as w:
            privacy.note_export(w, secret)


def test_rows_of_plugins_are_named_as_what_stays(app: Flask, cast: Cast, secret: int) -> None:
    plugin_table(VISITS)
    run("INSERT INTO clinic_visit VALUES (1, :c, NULL, 'x')", c=secret)
    with reading() as x:
        found = privacy.preview(x, secret)
    assert found.foreign == {"clinic_visit": 1}
    expected = {"contacts": 1, "points": 2, "tags": 1, "deals": 1, "activities": 2, "files": 1}
    assert {name: n for name, n in found.counts.items() if name != "events"} == expected
    with reading() as x:
        assert found.counts["events"] == len(x.execute(select(event_payload)).all())


# --- taking it along ---


def exported(customer_id: int) -> tuple[dict[str, Any], zipfile.ZipFile]:
    with reading() as x, privacy.export(x, customer_id, NOW) as found:
        archive = zipfile.ZipFile(io.BytesIO(found.read()))
    return json.loads(archive.read("customer.json")), archive


def test_everything_is_in_the_file_and_nothing_of_others(app: Flask, cast: Cast, secret: int) -> None:
    plugin_table(VISITS)
    run("INSERT INTO clinic_visit VALUES (1, :c, NULL, 'x')", c=secret)
    stranger = added(cast.owner, name="别人", phones=["13900139000"])
    found, archive = exported(secret)
    text = json.dumps(found, ensure_ascii=False)
    assert all(word in text for word in ("机密甲", "机密乙", "机密丙", "机密丁", "13800138000", "secret@example.com"))
    assert "别人" not in text
    assert stranger not in [row["id"] for row in found["rows"]["customer"]]
    assert found["rows"]["clinic_visit"] == [{"id": 1, "customer_id": secret, "contact_id": None, "words": "x"}]
    assert {"activity", "consent", "contact", "contact_point", "customer", "deal", "event", "event_payload"} <= {
        *found["rows"]
    }
    assert "salt" not in found["rows"]["event_payload"][0]
    assert archive.read(found["files"][0]["file"]).decode() == "机密甲"


# --- consent ---


def test_a_consent_says_what_for_how_when_and_by_whom(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="甲")
    with work(cast.admin, NOW) as w:
        consent_id = privacy.note_consent(w, customer_id, "news", "spoken", TODAY)
        privacy.withdraw_consent(w, consent_id)
        privacy.withdraw_consent(w, consent_id)
    with reading() as x:
        row = x.execute(select(consent)).one()
        kinds = [kind for kind in x.scalars(select(event.c.kind)) if "consent" in kind]
    assert (row.purpose, row.how, row.given_on, row.noted_by) == ("news", "spoken", TODAY, cast.admin.id)
    assert (row.withdrawn_at, row.withdrawn_by) == (NOW, cast.admin.id)
    assert kinds == ["customer.consent_noted", "customer.consent_withdrawn"]


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("purpose", {"purpose": "x"}),
        ("how", {"how": ""}),
        ("given_on", {"given_on": None}),
        ("given_on", {"given_on": TODAY + timedelta(days=1)}),
        ("note", {"note": "x" * 501}),
    ],
)
def test_what_is_not_a_consent_is_refused(app: Flask, cast: Cast, place: str, values: dict[str, Any]) -> None:
    customer_id = added(cast.owner, name="甲")
    right: dict[str, Any] = {"purpose": "news", "how": "paper", "given_on": TODAY, "note": ""}
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        privacy.note_consent(w, customer_id, **right | values)
    assert [each.place for each in refused.value.problems] == [place]


def test_whole_has_what_hangs_on_merged_records_too(app: Flask, cast: Cast, secret: int) -> None:
    with reading() as x:
        it = erase.whole(x, secret)
    assert (len(it.customers), len(it.contacts), len(it.deals), len(it.activities)) == (2, 1, 1, 2)
