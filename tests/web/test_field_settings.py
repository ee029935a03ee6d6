"""The page of the owner's fields."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services import own_fields as service
from salesapp.services.work import work
from salesapp.store import own_fields
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.web.field_kit import a_field
from tests.web.test_fields import fields_in

ClientOf = Callable[[Actor], Browser]
PLACE = "/settings/fields"
NEW = {"kind": "customer", "type": "choice", "label": "规模", "options": "小\n大", "help": "床位", "required": "1"}


def living(kind: str = "customer") -> list[str]:
    with reading() as x:
        return [each.label for each in own_fields.living(x) if each.kind == kind]


def newest() -> int:
    with reading() as x:
        return max(each.id for each in own_fields.every(x))


def test_a_field_is_added_once_changed_moved_archived_and_restored(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for _ in range(2):
        answer = browser.send(f"{PLACE}/new", NEW | {"request_key": "once"})
        assert answer.location == f"{PLACE}/{newest()}"
    first = newest()
    a_field(cast.admin, "customer", "text", "昵称")
    page = browser.get(PLACE).text
    assert page.index("规模") < page.index("昵称")
    assert "One of several answers · must be filled in" in page
    assert "规模" not in browser.get(f"{PLACE}?kind=deal").text
    browser.send(f"{PLACE}/{first}/down")
    assert living() == ["昵称", "规模"]
    form = fields_in(browser.get(f"{PLACE}/{first}").text)
    sent = form | {
        "label": "医院规模",
        "label_en": "Size",
        "options": "小\r\n中\r\n大",
        "default": "da",
        "readers": ["manager", "salesperson"],
        "writers": "manager",
        "f0": "kind",
        "o0": "is",
        "v0": "organisation",
        "f1": "own.ni_cheng",
        "o1": "filled",
        "any": "1",
    }
    assert browser.send(f"{PLACE}/{first}", sent).status_code == 303
    with reading() as x:
        found = own_fields.get(x, first)
    assert found is not None
    assert (found.label, dict(found.labels), found.key) == ("医院规模", {"en": "Size"}, "gui_mo")
    assert found.options == (("xiao", "小"), ("zhong", "中"), ("da", "大"))
    assert (found.default, found.readers, found.writers) == ("da", ("manager", "salesperson"), ("manager",))
    kind = {"field": "kind", "op": "is", "value": "organisation"}
    assert found.visible_when == {"any": [kind, {"field": "own.ni_cheng", "op": "filled"}]}
    again = fields_in(browser.get(f"{PLACE}/{first}").text)
    assert [again[name] for name in ("f0", "v0", "f1", "o1", "any")] == [
        ["kind"],
        ["organisation"],
        ["own.ni_cheng"],
        ["filled"],
        ["1"],
    ]
    assert browser.send(f"{PLACE}/{first}", again).status_code == 303
    with reading() as x:
        unchanged = own_fields.get(x, first)
    assert unchanged == found  # saving what is shown changes nothing
    browser.send(f"{PLACE}/{first}/archive")
    assert living() == ["昵称"]
    assert f"{PLACE}/{first}/restore" in browser.get(PLACE).text
    browser.send(f"{PLACE}/{first}/restore")
    assert "医院规模" in living()


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.send(f"{PLACE}/new", NEW | {"label": "", "options": "甲\n甲"})
    assert answer.status_code == 422
    for text in ("Say what the field is called.", "One of the answers is there twice.", "甲\n甲"):
        assert text in answer.text
    assert browser.send(f"{PLACE}/new", NEW | {"type": "dance"}).status_code == 422
    a_field(cast.admin, "customer", "integer", "床位")
    field_id = newest()
    form = fields_in(browser.get(f"{PLACE}/{field_id}").text)
    wrong = {
        "default": "many",
        "f0": "state",
        "o0": "at_least",
        "v0": "3",
        "f1": "nowhere",
        "f2": "note",
        "o2": "is",
        "v2": "",
        "readers": "manager",
        "writers": "salesperson",
    }
    answer = browser.send(f"{PLACE}/{field_id}", form | wrong)
    assert answer.status_code == 422
    said = ("must be a whole number", "“State” cannot be asked that way.", "Choose what", "Complete this condition")
    for text in ('value="many"', *said, 'href="#f-o0"', 'href="#f-f1"', 'href="#f-v2"'):
        assert text in answer.text
    assert '<option value="note" selected>' in answer.text
    answer = browser.send(f"{PLACE}/{field_id}", form | {"readers": "manager", "writers": "salesperson"})
    assert "Who may change it must be able to read it, too." in answer.text


def _stored(field_id: int) -> Any:
    with reading() as x:
        found = own_fields.get(x, field_id)
    assert found is not None
    return found.visible_when


def _with_condition(cast: Cast, condition: Any) -> int:
    a_field(cast.admin, "customer", "text", "昵称")
    with work(cast.admin, NOW) as w:
        service.change_field(w, newest(), {"visible_when": condition}, {})
    return newest()


def test_another_row_is_drawn_and_nothing_is_saved(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    a_field(cast.admin, "customer", "integer", "床位")
    path = f"{PLACE}/{newest()}"
    form = fields_in(browser.get(path).text)
    answer = browser.send(path, form | {"redraw": "1", "label": "病床", "default": "many", "f0": "state", "f1": "note"})
    assert answer.status_code == 200
    drawn = fields_in(answer.text)
    assert (drawn["label"], drawn["default"], drawn["f0"], drawn["o0"]) == (["病床"], ["many"], ["state"], ["is"])
    assert '<option value="customer"' in answer.text  # what fits the state
    assert drawn["o1"] == ["contains"]
    assert 'name="f2"' in answer.text
    assert "field-error" not in answer.text
    assert living() == ["床位"]
    left = fields_in(browser.send(path, drawn | {"redraw": "1", "f0": ""}).text)
    assert (left["f0"], "o1" in left) == (["note"], False)


def test_a_condition_no_rows_can_say_stays_until_others_take_its_place(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.admin)
    lost, noted = {"field": "state", "op": "is", "value": "lost"}, {"field": "note", "op": "filled"}
    nested = {"any": [{"all": [lost, noted]}, {"not": {"field": "note", "op": "empty"}}]}
    path = f"{PLACE}/{_with_condition(cast, nested)}"
    page = browser.get(path).text
    assert "(State is “Lost” and Note is filled in) or Note is filled in" in page
    form = fields_in(page)
    browser.send(path, form | {"label": "小名"})
    assert (living(), _stored(newest())) == (["小名"], nested)
    drawn = browser.send(path, form | {"redraw": "1", "f0": "note", "o0": "filled"})
    assert "State is “Lost”" in drawn.text
    answer = browser.send(path, form | {"w": "{"})
    assert answer.status_code == 422
    browser.send(path, form | {"drop": "1"})
    assert _stored(newest()) is None
    path = f"{PLACE}/{_with_condition(cast, nested)}"
    browser.send(path, fields_in(browser.get(path).text) | {"f0": "note", "o0": "filled"})
    assert _stored(newest()) == noted


def test_brackets_around_one_question_are_no_change(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    stored = {"all": [{"field": "note", "op": "filled"}]}
    path = f"{PLACE}/{_with_condition(cast, stored)}"
    form = fields_in(browser.get(path).text)
    assert browser.send(path, form).status_code == 303
    assert _stored(newest()) == stored
    assert browser.send(path, form | {"seen-visible_when": '{"all": 1}'}).status_code in (303, 409)


def test_one_of_us_is_chosen_by_name(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    person = a_field(cast.admin, "customer", "person", "工程师")
    a_field(cast.admin, "customer", "text", "昵称")
    path = f"{PLACE}/{newest()}"
    form = fields_in(browser.get(path).text) | {"f0": person, "o0": "is"}
    assert f'<option value="{cast.owner.id}">Owner' in browser.send(path, form | {"redraw": "1"}).text
    assert browser.send(path, form | {"v0": str(cast.owner.id)}).status_code == 303
    assert _stored(newest()) == {"field": person, "op": "is", "value": str(cast.owner.id)}


def test_somebody_was_faster(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    a_field(cast.admin, "customer", "text", "昵称")
    form = fields_in(browser.get(f"{PLACE}/{newest()}").text)
    assert browser.send(f"{PLACE}/{newest()}", form | {"label": "小名"}).status_code == 303
    assert browser.send(f"{PLACE}/{newest()}", form | {"help": "怎么称呼"}).status_code == 303
    answer = browser.send(f"{PLACE}/{newest()}", form | {"label": "别名"})
    assert answer.status_code == 409
    assert "Admin changed this meanwhile to “小名”" in answer.text
    assert 'value="别名"' in answer.text


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}?kind=deal", f"{PLACE}/new?kind=activity", f"{PLACE}/1"])
def test_only_who_manages_the_settings_sees_it(
    app: Flask, client: Browser, client_of: ClientOf, cast: Cast, path: str
) -> None:
    a_field(cast.admin, "customer", "text", "昵称")
    assert client.get(path).status_code == 303
    for actor in (cast.outsider, cast.manager, cast.reader):
        assert client_of(actor).get(path).status_code == 403
    assert client_of(cast.admin).get(path).status_code == 200


def test_what_is_not_there(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for path in (f"{PLACE}?kind=dance", f"{PLACE}/new?kind=dance", f"{PLACE}/99"):
        assert browser.get(path).status_code == 404
    assert browser.send(f"{PLACE}/99/archive").status_code == 404
    assert client_of(cast.owner).send(f"{PLACE}/new", NEW).status_code == 403


def test_what_the_pages_cost(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    for number in range(12):
        a_field(cast.admin, "customer", "text", f"项{number}")
    browser = client_of(cast.admin)
    browser.get(PLACE)
    for path, most in ((PLACE, 2), (f"{PLACE}/new", 1), (f"{PLACE}/{newest()}", 2), ("/customers/new", 3)):
        statements.clear()
        assert browser.get(path).status_code == 200
        reads = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
        assert len(reads) <= most, (path, reads)
