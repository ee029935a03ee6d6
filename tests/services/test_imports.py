"""Bringing customers in from CSV: everything wrong is said at once, nothing comes twice, the real file comes whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.errors import NotAllowed, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.services import imports
from salesapp.services.csv_table import read_csv
from salesapp.services.import_rows import read_mapping
from salesapp.services.imports import Interrupted, Options, Report, import_customers, known_here
from salesapp.services.sources import add_source
from salesapp.services.work import work
from salesapp.store import search
from salesapp.store.engine import reading
from salesapp.store.tables import batch, contact_point, customer, customer_tag, event, touch
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_deal
from tests.web.field_kit import a_field

HOSPITALS = Path(__file__).parents[3] / "shared" / "data" / "hospitals" / "hospitals_beijing_gbk.csv"
MAPPING = ("NAME=name", "tel=phone", "ADD=address")

Bring = Callable[..., Report]


@pytest.fixture
def bring(app: Flask, tmp_path: Path) -> Bring:
    """Import a text (or bytes) as the file would be on the command line."""

    def run(
        content: str | bytes,
        *pairs: str,
        encoding: str = "utf-8",
        delimiter: str = ",",
        dry: bool = False,
        **more: object,
    ) -> Report:
        path = tmp_path / "customers.csv"
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        table = read_csv(path, encoding=encoding, delimiter=delimiter)
        with reading() as x:
            known = known_here(x)
        columns = read_mapping(pairs, table.header, known)
        return import_customers(table, columns, Options(**more), SYSTEM, NOW, dry_run=dry)  # type: ignore[arg-type]

    return run


def count(table: object) -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def found(name: str) -> list[str]:
    with reading() as x:
        return [hit.title for hit in search.find(x, SYSTEM, name, NOW)]


@pytest.fixture
def hospitals() -> bytes:
    if not HOSPITALS.is_file():
        pytest.skip("the hospitals' file (../shared/data/hospitals) is not here")
    return HOSPITALS.read_bytes()


def test_the_126_hospitals_come_in_and_are_found(bring: Bring, hospitals: bytes) -> None:
    report = bring(hospitals, *MAPPING, encoding="gbk", kind="organisation", source="own_research")
    assert (report.added, report.rejected) == (126, [])
    assert count(customer) == 126
    assert "卢沟桥医院" in found("沟桥")
    assert "卢沟桥医院" in found("lgq")
    assert "卢沟桥医院" in found("83211441")
    with reading() as x:
        names = x.scalars(select(customer.c.name)).all()
        assert all(name in {hit.title for hit in search.find(x, SYSTEM, name, NOW)} for name in names)


def test_numbers_that_two_hospitals_share_are_named_by_line(bring: Bring, hospitals: bytes) -> None:
    report = bring(hospitals, *MAPPING, encoding="gbk", kind="organisation", dry=True)
    assert [line for line, _ in report.notes] == [49, 61, 72, 75, 77]
    assert "1062017691" in str(report.notes[0][1])
    assert "line 46" in str(report.notes[0][1])
    assert count(customer) == 0


def test_the_same_file_again_changes_nothing(bring: Bring, hospitals: bytes) -> None:
    bring(hospitals, *MAPPING, encoding="gbk", kind="organisation")
    before = count(event), count(contact_point), count(batch)
    again = bring(hospitals, *MAPPING, encoding="gbk", kind="organisation")
    assert (again.added, again.changed, again.same, again.rejected) == (0, 0, 126, [])
    assert (count(event), count(contact_point), count(batch)) == before


def test_a_key_makes_a_second_file_an_update(bring: Bring) -> None:
    bring("id,n,p\n1,Ann,13800000001\n2,Bob,13800000002\n", "id=key", "n=name", "p=phone")
    again = bring(
        "id,n,p,c\n1,Ann,13800000009,Green Hill\n2,Bob,13800000002,\n", "id=key", "n=name", "p=phone", "c=company"
    )
    assert (again.added, again.changed, again.same) == (0, 1, 1)
    assert count(customer) == 2
    assert found("Green Hill") == ["Ann"]
    assert found("13800000009") == ["Ann"]
    assert found("13800000001") == ["Ann"]


def test_everything_wrong_with_every_line_is_said_at_once(bring: Bring) -> None:
    report = bring(
        "name,phone,email,grade\n"
        "Ann,1380000,a@@b,Z\n"
        ",,,\n"
        ",,x@example.com,\n"
        "Bob,13800000002\n"
        "Cid,13800000003,,a,more\n"
        f"{'x' * 201},13800000004,,\n"
        "Dan,13800000005,,b\n"
    )
    by_line = {each.line: "; ".join(map(str, each.reasons)) for each in report.rejected}
    assert list(by_line) == [2, 4, 5, 6, 7]
    assert all(word in by_line[2] for word in ("1380000", "more than one @", "Z is not a valid grade"))
    assert "neither a name nor a phone" in by_line[4]
    assert by_line[5] == "2 cells instead of 4."
    assert "too long" in by_line[7]
    assert report.added == 1


def test_a_phone_somebody_has_refuses_a_person_and_says_whose(bring: Bring) -> None:
    bring("name,phone\nAnn,13800000001\n")
    report = bring("name,phone\nBob,+86 138 0000 0001\nCid,13800000002\nDan,13800000002\nCid,13800000002\n")
    assert {each.line: str(each.reasons[0]) for each in report.rejected} == {
        2: "+86 138 0000 0001 is also that of Ann (customer 1)",
        4: "13800000002 is also that of Cid (line 3)",
    }
    assert (report.added, report.same) == (1, 1)


def test_tags_sources_and_several_numbers_come_along(bring: Bring) -> None:
    report = bring(
        "n;p;t;s\nAnn;13800000001 / 010-83211441;VIP,old;展会\n",
        "n=name", "p=phone", "t=tag", "s=source",
        delimiter=";",
    )  # fmt: skip
    assert report.added == 1
    assert (count(contact_point), count(customer_tag), count(touch)) == (2, 2, 1)
    with reading() as x:
        assert x.scalar(select(customer.c.source)) == "trade_show"
        kinds = x.scalars(select(event.c.kind).where(event.c.batch_id == report.batch_id).order_by(event.c.id)).all()
    assert kinds == ["import.done", "customer.added"]


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter", "says"),
    [
        (b"", "utf-8", ",", "empty"),
        (b"\n\n", "utf-8", ",", "empty"),
        ("名\n张".encode("gbk"), "utf-8", ",", "line 1"),
        (b"name\nx\n\xff\xfe\n", "utf-8", ",", "line 3"),
        (b"name\nAnn", "klingon", ",", "no encoding"),
        (b"name\nAnn", "rot13", ",", "no encoding"),
        (b"na\0me\nAnn", "utf-8", ",", "not text"),
        (b'name\n"Ann\nBob\n', "utf-8", ",", "Line 2"),
        (b"name,name\na,b", "utf-8", ",", "Two columns"),
        (b"name;phone\na;b", "utf-8", ",", "another delimiter"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    bring: Bring, content: bytes, encoding: str, delimiter: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        bring(content, encoding=encoding, delimiter=delimiter)


def test_every_wrong_mapping_is_said_at_once(bring: Bring) -> None:
    with pytest.raises(Refused) as refused:
        bring("a,b\n1,2\n", "a=name", "b=name", "c=phone", "b=colour", "name")
    assert len(refused.value.problems) == 4
    with pytest.raises(Refused, match="a name or a phone"):
        bring("a,b\n1,2\n", "a=company")


def test_a_bom_line_breaks_in_cells_and_unicode_separators_are_read(bring: Bring) -> None:
    content = '\ufeffname,note\n"Ann","one\ntwo"\n"Bob\u2028",x\nCid,y\n'.encode()
    assert bring(content, "name=name", "note=note").added == 3


def test_formulas_and_quotes_stay_what_they_are(bring: Bring) -> None:
    assert bring('name\n"=HYPERLINK(""x"")"\n\'; DROP TABLE customer; --\n').added == 2
    assert found("DROP TABLE") == ["'; DROP TABLE customer; --"]


def test_what_stops_half_way_can_be_taken_up_again(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    lines = "".join(f"P{number},1380000000{number}\n" for number in range(5))
    whole, calls = imports._add, []

    def broken(*args: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "_add", broken)
    with pytest.raises(Interrupted) as stopped:
        bring("name,phone\n" + lines)
    assert (stopped.value.report.added, count(customer)) == (2, 2)
    again = bring("name,phone\n" + lines)
    assert (again.added, again.same, count(customer)) == (3, 2, 5)


def test_the_owner_sees_them_and_the_outsider_must_not(
    bring: Bring, cast: Cast, client_of: Callable[..., Browser]
) -> None:
    bring("name,phone\nAnn,13800000001\n", owner_id=cast.owner.id)
    with reading() as x:
        assert len(search.find(x, cast.owner, "Ann", NOW)) == 1
        assert search.find(x, cast.outsider, "Ann", NOW) == []


def test_an_import_needs_the_right_to_it(app: Flask, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("name\nA\n", encoding="utf-8")
    table = read_csv(path, encoding="utf-8", delimiter=",")
    with reading() as x:
        columns = read_mapping((), table.header, known_here(x))
    for dry in (True, False):
        with pytest.raises(NotAllowed):
            import_customers(table, columns, Options(), cast.owner, NOW, dry_run=dry)
    assert count(customer) == 0


def test_deals_are_found_by_the_name_an_import_brings(app: Flask, bring: Bring) -> None:
    bring("key,name\n1,卢沟桥医院\n")
    with reading() as x:
        customer_id = x.scalar(select(customer.c.id))
    deal_id = a_deal(app, SYSTEM, customer_id, title="监护仪")
    bring("key,name\n1,丰台医院\n")
    with reading() as x:
        assert [hit.subject_id for hit in search.find(x, SYSTEM, "丰台", NOW, kinds=("deal",))] == [deal_id]


def test_fields_of_the_house_come_in_by_key_or_label_and_are_brought_up_to_date(
    app: Flask, bring: Bring, cast: Cast
) -> None:
    size = a_field(cast.admin, "customer", "choice", "规模")
    several = a_field(cast.admin, "customer", "choices", "兴趣")
    number = a_field(cast.admin, "customer", "number", "面积")
    works = a_field(cast.admin, "customer", "bool", "有试用")
    head = "key,name,规模,兴趣,area,有试用\n"
    pairs = ("key=key", "name=name", "规模=规模", "兴趣=兴趣", f"area={number}", f"有试用={works}")
    report = bring(head + "1,甲,大,大；小,12.5,是\n2,乙,中,小,x,也许\n3,丙,,,,\n", *pairs)
    assert (report.added, len(report.rejected), len(report.rejected[0].reasons)) == (2, 1, 3)

    def custom(name: str) -> dict[str, object]:
        with reading() as x:
            return dict(x.execute(select(customer.c.custom).where(customer.c.name == name)).scalar_one())

    def keys(*full: str) -> list[str]:
        return [each.partition(".")[2] for each in full]

    with reading() as x:
        options = {each.label.zh_Hans: each.key for each in known_here(x).fields[size].options}
    one, two, three, four = keys(size, several, number, works)
    first = {one: options["大"], three: {"micro": 12_500_000}, four: True}
    assert {key: value for key, value in custom("甲")["own"].items() if key != two} == first  # type: ignore[attr-defined]
    assert sorted(custom("甲")["own"][two]) == sorted(options.values())  # type: ignore[index]
    assert custom("丙") == {}
    assert bring(head + "1,甲,大,大;小,12.5,Yes\n", *pairs).same == 1
    assert bring(head + "1,甲,小,,,\n", *pairs).changed == 1
    assert custom("甲")["own"][one] == options["小"]  # type: ignore[index]
    assert custom("甲")["own"][three] == {"micro": 12_500_000}  # type: ignore[index]


def test_a_link_is_no_column_and_a_source_of_the_house_is_known(app: Flask, bring: Bring, cast: Cast) -> None:
    link = a_field(cast.admin, "customer", "person", "介绍人")
    with pytest.raises(Refused, match="There is no field"):
        bring("name,who\nA,B\n", "name=name", f"who={link}")
    with work(cast.admin, NOW) as w:
        key = add_source(w, "online", "zh_Hans", "抖音")
    assert bring("name,source\n甲,抖音\n").added == 1
    with reading() as x:
        assert x.execute(select(customer.c.source)).scalar_one() == key
