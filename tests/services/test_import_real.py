"""Real files come in whole: 126 hospitals in GBK, exports of address books, 9,240 leads with sources and outcome."""

from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.errors import Refused
from salesapp.domain.importing import DONE, FileShape
from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_runs as runs
from salesapp.services.import_files import path_of
from salesapp.services.import_reading import head
from salesapp.services.work import work
from salesapp.store import search
from salesapp.store.engine import reading
from salesapp.store.tables import contact_point, customer, event
from salesapp.testing import NOW, Cast
from tests.services import import_kit as kit

DATA = Path(__file__).parents[3] / "shared" / "data"
HOSPITALS = DATA / "hospitals" / "hospitals_beijing_gbk.csv"
LEADS = DATA / "xeducation"


def there(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the real data is not here: {path.name}")
    return path


def files(folder: str) -> list[Path]:
    found = sorted(path for path in (DATA / folder).rglob("*") if path.is_file()) if (DATA / folder).is_dir() else []
    return found or [DATA / folder]


def test_the_126_hospitals_come_in_are_found_and_come_but_once(app: Flask, cast: Cast) -> None:
    content = there(HOSPITALS).read_bytes()
    guessed = kit.view(cast.admin, kit.brought(cast.admin, content, name="hospitals.csv")).asked
    assert guessed.shape.encoding == "gb18030"
    asked = kit.asked(
        "customer",
        {1: "name", 8: "address", 10: "phone"},
        shape=guessed.shape,
        options={"kind": guessed.options["kind"], "source": "own_research"},
    )
    run_id = kit.brought(cast.admin, content, asked)
    check = kit.checked(cast.admin, run_id)
    by_name, shared, *left_out = check.problems  # a number names one of five, and the others stand beside it
    assert {each.message.source for each in left_out} == {"The column “%(name)s” is not brought in."}
    assert (by_name.how, by_name.count, by_name.others[-1]) == ("noted", 126, "…")
    assert (check.added, check.rejected, shared.count, shared.lines) == (126, 0, 5, (49, 61, 72))
    assert len(set(shared.others) - {"1062017691"}) == len(shared.others) >= 3
    assert "1062017691" in str(shared.message)
    assert "line 46" in str(shared.message)
    run = kit.imported(cast.admin, run_id)
    assert (run.state, run.added, run.rejected) == (DONE, 126, 0)
    with reading() as x:
        assert set(x.scalars(select(customer.c.kind))) == {"organisation"}
        assert x.scalar(select(func.count()).where(contact_point.c.shared)) == 5
        for word in ("沟桥", "lgq", "83211441"):
            assert "卢沟桥医院" in {hit.title for hit in search.find(x, SYSTEM, word, NOW)}
        before = [x.scalar(select(func.count()).select_from(table)) for table in (customer, contact_point)]
    again = kit.bring_in(cast.admin, content, asked)
    assert (again.added, again.changed, again.same, again.rejected) == (0, 0, 126, 0)
    with reading() as x:
        assert [x.scalar(select(func.count()).select_from(table)) for table in (customer, contact_point)] == before


@pytest.mark.parametrize("path", [*files("contacts"), *files("vcards")], ids=lambda path: path.name)
def test_every_address_book_comes_in_or_says_why_not(app: Flask, cast: Cast, path: Path) -> None:
    content = there(path).read_bytes()
    try:
        run_id = kit.brought(cast.admin, content, name=path.name)
    except Refused:  # with a sentence that says why
        return
    asked = kit.view(cast.admin, run_id).asked
    question = kit.asked("customer", _as_customers(cast, run_id), shape=asked.shape)
    if not {"name", "given_name", "family_name", "company", "phone"} & set(question.columns.values()):
        with pytest.raises(Refused, match="needs a name"):
            kit.bring_in(cast.admin, content, question, path.name)
        return
    run = kit.bring_in(cast.admin, content, question, path.name)
    if run.state != DONE:
        assert run.error is not None
        return
    assert run.added + run.changed + run.same + run.rejected == run.total
    assert run.added + run.rejected > 0
    again = kit.bring_in(cast.admin, content, question, path.name)
    assert (again.added, again.changed) == (0, 0)


def _as_customers(cast: Cast, run_id: int) -> dict[int, str]:
    run = kit.view(cast.admin, run_id)
    assert run.file_key is not None
    with work(cast.admin, NOW) as w:
        found = head(path_of(run.file_key), run.asked.shape, 200)
        return dict(runs.guess_kind(w.session, cast.admin, "customer", run.asked.shape, found, NOW).columns)


def test_9240_leads_give_the_figures_of_their_readme(app: Flask, cast: Cast) -> None:
    path = next(iter(sorted(there(LEADS).glob("*.csv"))), None)
    if path is None:
        pytest.skip("the leads are not here")
    content = path.read_bytes()
    values = {
        "source": {"Select": "", "Google": "Google", "google": "google"},
        "state": {"1": "customer", "0": "lead"},
    }
    columns = {0: "key", 1: "name", 3: "source", 6: "state"}
    options = {"make_sources": "yes", "kind": "person"}
    asked = kit.asked("customer", columns, shape=FileShape(), values=values, options=options)
    run = kit.bring_in(cast.admin, content, asked)
    assert (run.state, run.added, run.rejected, run.total) == (DONE, 9240, 0, 9240)
    with work(cast.admin, NOW) as w:
        labels = {key: each.label.en for key, each in w.catalog.sources.items()}
    with reading() as x:
        rows = x.execute(
            select(customer.c.source, customer.c.state, func.count()).group_by(customer.c.source, customer.c.state)
        ).all()
        assert x.scalar(select(func.count()).select_from(event).where(event.c.kind == "customer.added")) == 9240
    by_source, won = Counter[str](), Counter[str]()
    for source, state, n in rows:
        by_source[labels.get(source, "")] += n
        won[labels.get(source, "")] += n if state == "customer" else 0
    assert (sum(by_source.values()), sum(won.values())) == (9240, 3561)
    assert round(100 * sum(won.values()) / 9240, 2) == 38.54
    for name, counts in {"Google": (2868, 1147), "Reference": (534, 490), "Organic Search": (1154, 436)}.items():
        assert (by_source[name], won[name]) == counts
    assert by_source["google"] == 5
    again = kit.bring_in(cast.admin, content, asked)
    assert (again.added, again.changed, again.same, again.rejected) == (0, 0, 9240, 0)
