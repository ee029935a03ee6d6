"""What was taken along comes in again: the importer knows each file of ours, in every language, and nothing is lost."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import LANGUAGES
from salesapp.services import import_reading, import_registry, import_runs
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.tables import activity, deal, person
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added, with_deal
from tests.web.imports_kit import form_of, uploaded, worked_off

Clients = Callable[..., Browser]
KNOWN: Mapping[str, frozenset[str]] = {
    "customer": frozenset(
        "name company kind state grade source owner tag phone email position address note key".split()
    )
    | {"created_at", "last_contact_at"},
    "contact": frozenset("name position department phone email customer customer_key note key".split()),
    "deal": frozenset(
        "title customer process stage amount currency expected_close owner key created_at closed_at".split()
    ),
    "activity": frozenset("kind customer deal note owner key at planned_at outcome direction state".split()),
}
PATHS = {"customer": "customer", "contact": "customer", "deal": "deal", "activity": "activity"}
FILTERS = {"deal": {"state": "all"}, "activity": {"state": "all", "who": "team"}}
HARD = ("=1+1", "'=1+1", "'quoted'", " -x", '王芳, "二"')


def furnished(cast: Cast) -> None:
    """One of each, with a text no file may bend."""
    for place, note in enumerate(HARD):
        values = {"name": f"王芳{place}", "company": "甲公司", "grade": "A", "external_key": f"K-{place}", "note": note}
        customer_id = added(cast.owner, **values)
    with work(cast.owner, NOW) as w:
        add_contact(w, customer_id, NewContact(name="陈经理", position="采购"))
    deal_id = with_deal(cast.owner, customer_id, cast.owner, "烤箱")
    with work(cast.owner, NOW) as w:
        told = NewActivity(kind="call", customer_id=customer_id, deal_id=deal_id, note="=聊了价格", at=NOW)
        note_activity(w, told)
    with work(SYSTEM, NOW) as w:
        soon = (NOW + timedelta(days=9)).date()
        w.session.execute(update(deal).values(amount_minor=123450, external_key="D-1", expected_close=soon))
        w.session.execute(update(activity).values(external_key="A-1"))


def taken(browser: Browser, kind: str, form: str, folder: Path) -> Path:
    """A list saved as a file."""
    sent = {"format": form, "which": "all", **FILTERS.get(kind, {}), **({"of": "contact"} if kind == "contact" else {})}
    answer = browser.send(f"/lists/{PATHS[kind]}/export", sent)
    assert answer.status_code == 200
    path = folder / f"{kind}.{form}"
    path.write_bytes(answer.data)
    return path


def guessed(path: Path, kind: str, cast: Cast, language: str) -> tuple[ImportAsked, import_reading.Head]:
    shape = import_reading.guess_shape(path, path.name, language)
    found = import_reading.head(path, shape, rows=10)
    with reading() as x:
        return import_runs.guess_kind(x, cast.manager, kind, shape, found, NOW), found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_importer_knows_the_columns_of_our_files(
    client_of: Clients, cast: Cast, tmp_path: Path, kind: str, language: str, form: str
) -> None:
    if kind not in import_registry.KINDS:
        pytest.skip(f"nothing brings in a {kind} yet")
    furnished(cast)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).values(language=language))
    asked, found = guessed(taken(client_of(cast.manager), kind, form, tmp_path), kind, cast, language)
    missing = KNOWN[kind] - set(asked.columns.values())
    assert not missing, (missing, found.header, asked.columns)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_text_comes_back_as_it_was(client_of: Clients, cast: Cast, tmp_path: Path, form: str) -> None:
    furnished(cast)
    path = taken(client_of(cast.manager), "customer", form, tmp_path)
    found = import_reading.head(path, import_reading.guess_shape(path, path.name, "en"), rows=10)
    notes = [row.cells[found.header.index("Note")] for row in found.rows]
    assert sorted(map(str.strip, notes)) == sorted(map(str.strip, HARD))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KNOWN)
def test_what_is_here_already_changes_nothing(
    client_of: Clients, cast: Cast, tmp_path: Path, kind: str, form: str
) -> None:
    if kind not in import_registry.KINDS:
        pytest.skip(f"nothing brings in a {kind} yet")
    furnished(cast)
    browser = client_of(cast.manager)
    path = taken(browser, kind, form, tmp_path)
    run = brought_in(browser, path)
    assert run.asked.kind == kind
    assert (run.state, run.added, run.rejected) == ("done", 0, 0), run.findings
    again = taken(browser, kind, form, tmp_path)
    assert told_in(again) == told_in(path)


def brought_in(browser: Browser, path: Path) -> RunView:
    """The file sent, taken for what it seems to be, and brought in."""
    run_id = uploaded(browser, path.read_bytes(), path.name)
    browser.send(f"/import/{run_id}", form_of(browser.get(f"/import/{run_id}").text))
    worked_off(run_id)
    browser.send(f"/import/{run_id}/start")
    return worked_off(run_id)


def told_in(path: Path) -> list[tuple[str, ...]]:
    """What a file says, in any order."""
    return sorted(
        row.cells for row in import_reading.read_rows(path, import_reading.guess_shape(path, path.name, "en"))
    )
