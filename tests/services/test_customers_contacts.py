"""Contacts, ways to reach them and dates; and the answer to "is this one here already?"."""

import pytest
from sqlalchemy import select

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import NotFound, Refused, Stale
from salesapp.domain.partial_dates import PartialDate
from salesapp.services import contacts as service
from salesapp.services.duplicates import BLIND_ANSWERS, find_duplicates
from salesapp.services.pool import release_customer
from salesapp.services.work import work
from salesapp.store import customer_files, search
from salesapp.store.customer_files import CustomerFile
from salesapp.store.engine import reading
from salesapp.store.tables import contact_point
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added, events_of


def point(raw: str, kind: Kind = "phone") -> ContactPoint:
    read = parse_contact_point(kind, raw)
    assert isinstance(read, ContactPoint)
    return read


def _file(cast: Cast, customer_id: int) -> CustomerFile:
    with reading() as x:
        return customer_files.open_file(x, cast.owner, customer_id, NOW)


def test_a_contact_is_found_by_name_and_number_and_goes_and_comes_back_with_them(cast: Cast) -> None:
    customer_id = added(cast.owner, name="卢沟桥医院", kind="organisation")
    with work(cast.owner, NOW) as w:
        new = service.NewContact(name="李秀英", position="院长", points=(point("13912345678"),))
        contact_id = service.add_contact(w, customer_id, new)
    with reading() as x:
        assert [hit.title for hit in search.find(x, cast.owner, "秀英", NOW)] == ["卢沟桥医院"]
        assert [hit.title for hit in search.find(x, cast.owner, "139 1234 5678", NOW)] == ["卢沟桥医院"]
    with work(cast.owner, NOW) as w:
        service.archive_contact(w, contact_id)
    assert (_file(cast, customer_id).contacts, _file(cast, customer_id).points) == ([], [])
    with reading() as x:
        assert search.find(x, cast.owner, "秀英", NOW) == []
    with work(cast.owner, NOW) as w:
        service.restore_contact(w, contact_id)
    assert [row.shown for row in _file(cast, customer_id).points] == ["13912345678"]


def test_two_at_once_on_a_contact(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        contact_id = service.add_contact(w, customer_id, service.NewContact(name="李秀英"))
    with work(cast.manager, NOW) as w:
        service.change_contact(w, contact_id, {"position": "院长"}, {"position": ""})
    with pytest.raises(Stale) as stale, work(cast.owner, NOW) as w:
        service.change_contact(w, contact_id, {"position": "主任"}, {"position": ""})
    assert stale.value.changed_by == "Manager"
    with pytest.raises(NotFound), work(cast.outsider, NOW) as w:
        service.change_contact(w, contact_id, {"position": "主任"}, {"position": ""})


def test_a_number_out_of_use_is_free_and_comes_back_only_while_it_is(cast: Cast) -> None:
    first = added(cast.owner, name="王建国", phones=["13800138000"])
    number = _file(cast, first).points[0]
    with work(cast.owner, NOW) as w:
        service.archive_point(w, number.id)
    added(cast.owner, name="刘伟", phones=["13800138000"])
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.restore_point(w, number.id)
    assert "刘伟" in str(refused.value.problems[0].message)


def test_a_number_marked_shared_can_be_given_to_another_and_not_unmarked_then(cast: Cast) -> None:
    first = added(cast.owner, name="王建国", phones=["13800138000"])
    number = _file(cast, first).points[0]
    with work(cast.owner, NOW) as w:
        service.mark_point(w, number.id, shared=True)
    added(cast.owner, name="李秀英", phones=["13800138000"])
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        service.mark_point(w, number.id, shared=False)


def test_dates_in_part_and_in_the_lunar_calendar(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        lunar = service.add_date(w, customer_id, "birthday", PartialDate("lunar", None, 8, 15))
        service.add_date(w, customer_id, "anniversary", PartialDate("solar", 2020, 2, 29))
        service.set_date_archived(w, lunar, True)
    assert [(row.calendar, row.year, row.day) for row in _file(cast, customer_id).dates] == [("solar", 2020, 29)]
    with work(cast.owner, NOW) as w:
        service.set_date_archived(w, lunar, False)
    assert len(_file(cast, customer_id).dates) == 2
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        service.add_date(w, customer_id, "eclipse", PartialDate("solar", None, 1, 1))


def test_duplicates_name_the_visible_and_only_admit_the_others(cast: Cast) -> None:
    mine = added(cast.owner, name="王建国", phones=["13800138000"])
    points = [point("+8613800138000")]
    with work(cast.owner, NOW) as w:
        ((found,), _) = find_duplicates(w, points=points)
    assert (found.customer_id, found.name, found.by) == (mine, "王建国", "phone")
    with work(cast.outsider, NOW) as w:
        ((blind,), _) = find_duplicates(w, name="王建国", points=points)
    assert (blind.customer_id, blind.name, blind.by, blind.pooled) == (None, "", "phone", False)
    with work(cast.owner, NOW) as w:
        release_customer(w, mine)
        ((pooled,), _) = find_duplicates(w, points=points)
    assert pooled.customer_id is None
    assert pooled.pooled


def test_asking_about_others_is_written_down_but_not_on_their_timeline_and_limited(cast: Cast) -> None:
    mine = added(cast.owner, name="王建国", phones=["13800138000"])
    for _ in range(BLIND_ANSWERS):
        with work(cast.outsider, NOW) as w:
            assert len(find_duplicates(w, points=[point("13800138000")])[0]) == 1
    with work(cast.outsider, NOW) as w:
        assert find_duplicates(w, points=[point("13800138000")]) == ([], True)
    assert [kind for kind, _ in events_of(mine)] == ["customer.added"]


def test_a_contact_takes_its_own_fields_only_and_no_longer_than_they_hold(cast: Cast) -> None:
    customer_id, another = added(cast.owner, name="卢沟桥医院"), added(cast.owner, name="丰台医院")
    with work(cast.owner, NOW) as w:
        contact_id = service.add_contact(w, customer_id, service.NewContact(name="王芳"))
    with pytest.raises(ValueError, match="customer_id"), work(cast.owner, NOW) as w:
        service.change_contact(w, contact_id, {"customer_id": another}, {"customer_id": customer_id})
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.change_contact(w, contact_id, {"name": " ", "position": "x" * 201}, {"name": "王芳", "position": ""})
    assert {each.place for each in refused.value.problems} == {"name", "position"}
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.add_contact(w, customer_id, service.NewContact(name="", department="x" * 201))
    assert {each.place for each in refused.value.problems} == {"name", "department"}


def test_a_date_belongs_to_a_contact_of_this_customer(cast: Cast) -> None:
    customer_id, another = added(cast.owner, name="卢沟桥医院"), added(cast.outsider, name="丰台医院")
    with work(cast.outsider, NOW) as w:
        theirs = service.add_contact(w, another, service.NewContact(name="王芳"))
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        service.add_date(w, customer_id, "birthday", PartialDate("solar", None, 5, 1), contact_id=theirs)


def test_a_nameless_customer_keeps_its_last_number(cast: Cast) -> None:
    customer_id = added(cast.owner, name="", phones=["13912345678"])
    (only,) = _file(cast, customer_id).points
    with pytest.raises(Refused, match="a name or a phone"), work(cast.owner, NOW) as w:
        service.archive_point(w, only.id)
    assert len(_file(cast, customer_id).points) == 1
    with work(cast.owner, NOW) as w:
        service.add_point(w, customer_id, point("13800138000"))
    with work(cast.owner, NOW) as w:
        service.archive_point(w, only.id)
    assert [each.shown for each in _file(cast, customer_id).points] != [only.shown]


def test_the_number_of_a_company_may_become_its_contacts(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王小明贸易有限公司", kind="organisation", phones=["13912345678"])
    with work(cast.owner, NOW) as w:
        service.add_contact(w, customer_id, service.NewContact(name="王小明", points=(point("13912345678"),)))
    with reading() as x:
        rows = x.execute(select(contact_point.c.customer_id, contact_point.c.contact_id)).all()
    assert [(row.customer_id, row.contact_id is not None) for row in rows] == [(customer_id, True)]
    other = added(cast.owner, name="别家", kind="organisation")
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        service.add_contact(w, other, service.NewContact(name="李", points=(point("13912345678"),)))
