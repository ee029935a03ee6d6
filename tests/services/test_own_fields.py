"""The owner's fields themselves: keys, options, order, archive; and that every process knows them at once."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.criteria import holds
from salesapp.domain.errors import NotAllowed, Refused, Stale
from salesapp.domain.own_fields import KINDS, key_for
from salesapp.domain.pack import KEY, Field, Fields, IndustryPack, LostReason, Process, Stage
from salesapp.domain.record_facts import record_facts
from salesapp.domain.record_values import is_visible, unknown_values, value_at, with_values_at
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.services import own_fields as service
from salesapp.services.customers import NewCustomer, add_customer, change_customer
from salesapp.services.work import work
from salesapp.store import customers, own_fields, settings
from salesapp.store.engine import engines, reading
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.domain.every_fact import TODAY, same
from tests.services.deal_files import a_customer
from tests.web.field_kit import a_field


def ids() -> dict[str, int]:
    with reading() as x:
        return {each.label: each.id for each in own_fields.every(x)}


def living() -> list[str]:
    with reading() as x:
        return [each.label for each in own_fields.living(x) if each.kind == "customer"]


def known() -> list[str]:
    with reading() as x:
        return list(running.house().read(x, settings.config_version(x)).fields_of("customer"))


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("许可证号", "xu_ke_zheng_hao"),
        ("Budget (RMB)", "budget_rmb"),
        ("Номер лицензии", "nomer_litsenzii"),
        ("2号仓", "f_2_hao_cang"),
    ],
)
def test_a_key_says_what_the_label_says(label: str, key: str) -> None:
    assert key_for(label, ()) == key


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_label_makes_a_key_no_field_has(labels: list[str]) -> None:
    taken: set[str] = set()
    for label in labels:
        key = key_for(label, taken)
        assert KEY.fullmatch(key)
        assert key not in taken
        taken.add(key)


def test_a_key_is_never_used_again(cast: Cast) -> None:
    first = a_field(cast.admin, "customer", "text", "昵称")
    with work(cast.admin, NOW) as w:
        service.archive_field(w, ids()["昵称"])
    assert a_field(cast.admin, "customer", "text", "昵称") == f"{first}_2"
    assert a_field(cast.admin, "deal", "text", "昵称") == first  # of another kind of record


def test_order_archive_and_restore(cast: Cast) -> None:
    for label in ("甲", "乙", "丙"):
        a_field(cast.admin, "customer", "text", label)
    with work(cast.admin, NOW) as w:
        service.move_field(w, ids()["丙"], -1)
        service.move_field(w, ids()["甲"], -1)  # it is the first already
    assert living() == ["甲", "丙", "乙"]
    assert known() == ["own.jia", "own.bing", "own.yi"]
    with work(cast.admin, NOW) as w:
        service.archive_field(w, ids()["甲"])
    assert living() == ["丙", "乙"]
    with work(cast.admin, NOW) as w:
        service.restore_field(w, ids()["甲"])
    assert known() == ["own.jia", "own.bing", "own.yi"]


def test_an_answer_taken_away_keeps_its_words_and_its_key(cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "choice", "大小")
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        change_customer(w, customer_id, {key: "da"}, {})
    field_id = ids()["大小"]
    with work(cast.admin, NOW) as w:
        service.change_field(w, field_id, {"options": "中\n小"}, {})
    with reading() as x:
        field = running.house().read(x, settings.config_version(x)).fields_of("customer")[key]
    assert [option.key for option in field.options] == ["zhong", "xiao"]
    assert [(option.key, option.label.en) for option in field.gone] == [("da", "大")]
    with work(cast.owner, NOW) as w, pytest.raises(Refused):
        change_customer(w, customer_id, {key: "gross"}, {})
    with work(cast.admin, NOW) as w:
        service.change_field(w, field_id, {"options": "大\n小"}, {})
    with reading() as x:
        found = own_fields.get(x, field_id)
    assert found is not None
    assert found.options == (("da", "大"), ("xiao", "小"))


def test_two_owners_at_once(cast: Cast) -> None:
    a_field(cast.admin, "customer", "text", "昵称")
    field_id = ids()["昵称"]
    with work(cast.admin, NOW) as w:
        service.change_field(w, field_id, {"help": "怎么称呼"}, {"help": ""})
    with work(cast.admin, NOW) as w:
        service.change_field(w, field_id, {"label": "小名"}, {"label": "昵称"})
    with work(cast.admin, NOW) as w, pytest.raises(Stale) as raised:
        service.change_field(w, field_id, {"help": "别名"}, {"help": ""})
    assert list(raised.value.fields) == ["help"]
    assert raised.value.changed_by == "Admin"


@pytest.mark.parametrize(
    ("type_", "typed", "place"),
    [
        ("text", {"label": ""}, "label"),
        ("choice", {"options": ""}, "options"),
        ("choice", {"options": "a\na"}, "options"),
        ("integer", {"default": "five"}, "default"),
        ("choice", {"options": "a", "default": "zz"}, "default"),
        ("text", {"readers": ("manager",), "writers": ("salesperson",)}, "writers"),
        ("text", {"visible_when": {"field": "nothing", "op": "filled"}}, "visible_when"),
        ("text", {"visible_when": {"field": "state", "op": "at_least", "value": 1}}, "visible_when"),
    ],
)
def test_what_does_not_hold_together_is_refused(cast: Cast, type_: str, typed: dict[str, Any], place: str) -> None:
    with work(cast.admin, NOW) as w, pytest.raises(Refused) as raised:
        service.add_field(w, "customer", type_, {"label": "甲", "options": ""} | typed)
    assert [each.place for each in raised.value.problems] == [place]


def test_only_who_manages_the_settings_changes_fields(cast: Cast) -> None:
    a_field(cast.admin, "customer", "text", "甲")
    for actor in (cast.manager, cast.owner, cast.reader):
        with work(actor, NOW) as w, pytest.raises(NotAllowed):
            service.add_field(w, "customer", "text", {"label": "乙"})
        with work(actor, NOW) as w, pytest.raises(NotAllowed):
            service.archive_field(w, ids()["甲"])


def test_who_may_not_write_is_refused_and_who_may_not_read_learns_nothing(cast: Cast) -> None:
    locked = a_field(cast.admin, "customer", "text", "额度", writers=("manager",))
    hidden = a_field(cast.admin, "customer", "text", "底价", readers=("manager",))
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w, pytest.raises(Refused) as raised:
        change_customer(w, customer_id, {locked: "1"}, {})
    assert [each.place for each in raised.value.problems] == [locked]
    with work(cast.owner, NOW) as w, pytest.raises(Refused) as one:
        change_customer(w, customer_id, {hidden: "1"}, {})
    with work(cast.owner, NOW) as w, pytest.raises(Refused) as other:
        change_customer(w, customer_id, {"own.never_was": "1"}, {})
    assert one.value.problems[0].message.source == other.value.problems[0].message.source
    for actor in (cast.manager, cast.admin):
        with work(actor, NOW) as w:
            change_customer(w, customer_id, {locked: actor.name, hidden: actor.name}, {})


def test_an_import_is_asked_nothing(cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "text", "许可证号", required=True)
    with work(cast.owner, NOW) as w:
        customer_id = add_customer(w, NewCustomer(name="A"))
    with work(cast.owner, NOW) as w, pytest.raises(Refused):
        add_customer(w, NewCustomer(name="B", fields={}))
    with work(cast.owner, NOW) as w, pytest.raises(Refused):
        change_customer(w, customer_id, {"note": "x"}, {key: None})
    with work(cast.owner, NOW) as w:
        change_customer(w, customer_id, {"note": "x"}, {})
        assert customers.read(w.session, customer_id).note == "x"


def test_every_process_knows_a_field_with_its_next_request(
    app: Flask, cast: Cast, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    """Two applications on one database, as two processes are."""
    other = create_app(Settings(instance=tmp_path / "other", database_url=database_url), clock=clock, testing=True)
    other.test_client_class = Browser
    with other.app_context():
        browser = other.test_client()
        assert isinstance(browser, Browser)
        browser.sign_in(cast.owner)
        assert "许可证号" not in browser.get("/customers/new").text
    key = a_field(cast.admin, "customer", "text", "许可证号")
    with other.app_context():
        assert f'name="{key}"' in browser.get("/customers/new").text
    with work(cast.admin, NOW) as w:
        service.archive_field(w, ids()["许可证号"])
    with other.app_context():
        assert "许可证号" not in browser.get("/customers/new").text
        engines().read.dispose()


# --- records ---

PLAIN: dict[str, Any] = {"key": "a", "label": same("A"), "type": "text"}


def test_two_fields_of_one_name_are_refused_with_both_names() -> None:
    one, two = Field("size", same("Size"), "text"), Field("size", same("Width"), "integer")
    catalog = Catalog().with_records("bakery", [Fields("customer", (one,)), Fields("deal", (two,))])
    assert list(catalog.fields_of("customer")) == ["bakery.size"]
    assert list(catalog.fields_of("deal")) == ["bakery.size"]
    assert list(catalog.with_records("shop", [Fields("customer", (two,))]).fields_of("customer")) == [
        "bakery.size",
        "shop.size",
    ]
    with pytest.raises(ValueError, match=r"'bakery.size': 'Size' and 'Width'"):
        catalog.with_records("bakery", [Fields("customer", (two,))])
    stage = Stage("first", same("First"), same("Goal"), (), 10)
    process = Process("p", same("P"), (stage,), (LostReason("price", same("Price")),), (one,))
    with pytest.raises(ValueError, match=r"bakery.size: 'Size' of the process 'bakery.p' and 'Width' of every deal"):
        catalog.with_records("bakery", [process])
    with pytest.raises(ValueError, match="every deal"):
        Catalog().with_records("bakery", [IndustryPack("b", same("B"), (process,)), Fields("deal", (two,))])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"required": 1}, "required must be True or False"),
        ({"default": "five", "type": "integer"}, "default must be a value of type integer"),
        ({"default": 1, "type": "person"}, "default must be a value of type person"),
        ({"readers": ("boss",)}, "readers must be roles"),
        ({"writers": "manager"}, "writers must be a tuple"),
        ({"readers": ("manager",), "writers": ("salesperson",)}, "must read it, too: 'salesperson'"),
    ],
)
def test_a_field_checks_itself(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Field(**PLAIN | more)


@pytest.mark.parametrize("more", [{"required": True}, {"default": "x"}, {"readers": ("manager",)}, {"type": "person"}])
def test_a_process_and_a_form_take_plain_fields_only(more: dict[str, Any]) -> None:
    field = Field(**PLAIN | more)
    stage = Stage("first", same("First"), same("Goal"), (), 10)
    with pytest.raises(ValueError, match="the field 'a' cannot have"):
        Process("p", same("P"), (stage,), (LostReason("price", same("Price")),), (field,))


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_asks_only_what_there_is(kind: str) -> None:
    from salesapp.domain.criteria import When

    field = Field("a", same("A"), "text", visible_when=When("bakery.b", "is", True))
    other = Field("b", same("B"), "bool")
    found = Catalog().with_records("bakery", [Fields(kind, (field, other))])  # type: ignore[arg-type]
    assert set(found.fields_of(kind)) == {"bakery.a", "bakery.b"}
    with pytest.raises(ValueError, match=r"nothing is called .bakery[.]b."):
        Catalog().with_records("bakery", [Fields(kind, (field,))])  # type: ignore[arg-type]


JSON_VALUES = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.booleans(), st.lists(st.text(max_size=3)))
KEYS = st.from_regex(r"[a-z]{1,4}\.[a-z]{1,4}", fullmatch=True)


@given(st.dictionaries(KEYS, JSON_VALUES), st.dictionaries(KEYS, JSON_VALUES))
def test_values_come_back_and_what_others_keep_stays(before: dict[str, Any], changed: dict[str, Any]) -> None:
    first = with_values_at({}, before)
    after = with_values_at(first, changed)
    for key, value in (before | changed).items():
        kept = value_at(after, key)
        assert kept == value or (kept is None and value in ("", [], None))
    everything = {key: value for key, value in (before | changed).items() if value not in (None, "", [])}
    assert unknown_values(after, {}) == everything


LEVELS = st.sampled_from(["a", "b", None])
SIZES = st.one_of(st.none(), st.integers(-3, 3))


@given(LEVELS, SIZES, st.sampled_from(["lead", "customer"]))
def test_visible_when_is_what_the_condition_says(level: str | None, size: int | None, state: str) -> None:
    from salesapp.domain.criteria import AllOf, AnyOf, When
    from salesapp.domain.pack import Option

    level_field = Field("level", same("Level"), "choice", (Option("a", same("A")), Option("b", same("B"))))
    fields = {"own.level": level_field, "own.size": Field("size", same("Size"), "integer")}
    good = AllOf((When("state", "is", "customer"), When("own.level", "is", "a")))
    asked = AnyOf((good, When("own.size", "at_least", 2)))
    field = Field("x", same("X"), "text", visible_when=asked)
    facts = record_facts({"state": state}, {"own.level": level, "own.size": size}, fields)
    expected = (state == "customer" and level == "a") or (size is not None and size >= 2)
    assert is_visible(field, facts, TODAY) is holds(asked, facts, TODAY) is expected
    assert is_visible(Field("y", Text("Y", "Y", "Y", "Y"), "text"), facts, TODAY)
