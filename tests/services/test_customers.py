"""Adding and changing customers: every problem at once, one record for life, two people at once."""

import pytest

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.views import CustomerView
from salesapp.services import customers as service
from salesapp.services import pool
from salesapp.services.customers import NewCustomer
from salesapp.services.work import work
from salesapp.store import customers, people, timeline
from salesapp.store.customer_lists import Filters, page
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast, add_person
from tests.services.customer_kit import added, events_of


def _view(cast: Cast, customer_id: int) -> CustomerView:
    with reading() as x:
        return customers.load(x, cast.owner, customer_id, NOW)


def test_a_name_or_a_phone_is_enough(cast: Cast) -> None:
    by_name = added(cast.owner, name="王建国")
    by_phone = added(cast.owner, phones=["138 0013 8000"])
    assert _view(cast, by_name).name == "王建国"
    assert _view(cast, by_phone).name == ""
    assert _view(cast, by_phone).owner_id == cast.owner.id


def test_neither_name_nor_phone_and_all_other_problems_are_told_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.add_customer(w, NewCustomer(emails=["nowhere"], grade="Z", source="moon", territory_id=99))
    assert {each.place for each in refused.value.problems} == {"email", "name", "grade", "source", "territory_id"}


def test_nothing_is_left_behind_when_a_number_is_taken(cast: Cast) -> None:
    first = added(cast.owner, name="王建国", phones=["13800138000"])
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.add_customer(w, NewCustomer(name="王先生", phones=["+86 138-0013-8000"], emails=["new@example.com"]))
    (problem,) = refused.value.problems
    assert problem.place == "phone"
    assert "王建国" in str(problem.message)
    assert problem.message.values["customer"] == first
    with reading() as x:
        assert [row.name for row in page(x, cast.owner, Filters(), "touched", None, NOW).rows] == ["王建国"]


def test_whose_it_is_stays_unsaid_to_those_who_may_not_see_them(cast: Cast) -> None:
    added(cast.owner, name="王建国", phones=["13800138000"])
    with pytest.raises(Refused) as refused, work(cast.outsider, NOW) as w:
        service.add_customer(w, NewCustomer(name="王先生", phones=["13800138000"]))
    (problem,) = refused.value.problems
    assert "王建国" not in str(problem.message)
    assert "customer" not in problem.message.values


def test_a_shared_number_may_belong_to_several(cast: Cast) -> None:
    added(cast.owner, name="王建国", phones=["010-83211441"])
    second = added(cast.owner, name="李秀英", phones=["010-83211441"], shared=True)
    assert _view(cast, second).name == "李秀英"


def test_adding_for_others_is_for_those_who_hand_out(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        added(cast.owner, name="王", owner_id=cast.colleague.id)
    mine = added(cast.manager, name="赵", owner_id=cast.colleague.id)
    with reading() as x:
        assert customers.load(x, cast.colleague, mine, NOW).owner_name == "Colleague"
    with pytest.raises(Refused):
        added(cast.manager, name="钱", owner_id=cast.outsider.id)


def test_a_reader_adds_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        added(cast.reader, name="王")


def test_a_change_is_written_down_with_codes_apart_from_personal_texts(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", grade="B")
    with work(cast.owner, NOW) as w:
        service.change_customer(
            w, customer_id, {"name": "王建国先生", "grade": "A", "tags": ["重点"]}, {"name": "王建国", "grade": "B"}
        )
    kind, data = [each for each in events_of(customer_id) if each[0].startswith("customer.")][-1]
    assert kind == "customer.changed"
    assert data == {"fields": ["grade", "name", "tags"], "changes": {"grade": ["B", "A"]}}
    with reading() as x:
        told = timeline.entries(x, cast.owner, customer_id, now=NOW)
    newest = next(each for each in told if each.kind == "customer.changed")
    assert newest.personal == {"name": ["王建国", "王建国先生"], "tags": [[], ["重点"]]}
    assert _view(cast, customer_id).tags == ("重点",)


def test_two_people_may_change_different_fields_at_once(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.manager, NOW) as w:
        service.change_customer(w, customer_id, {"company": "北京汽车"}, {"company": ""})
    with work(cast.owner, NOW) as w:
        service.change_customer(w, customer_id, {"address": "丰台"}, {"address": ""})
    view = _view(cast, customer_id)
    assert (view.company, view.address) == ("北京汽车", "丰台")


def test_the_second_to_change_the_same_field_is_told_who_was_first(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.manager, NOW) as w:
        service.change_customer(w, customer_id, {"company": "北京汽车"}, {"company": ""})
    with pytest.raises(Stale) as stale, work(cast.owner, NOW) as w:
        service.change_customer(
            w, customer_id, {"company": "上海汽车", "address": "丰台"}, {"company": "", "address": ""}
        )
    assert (stale.value.changed_by, stale.value.fields) == ("Manager", ("company",))
    assert _view(cast, customer_id).address == ""


def test_both_changing_it_to_the_same_value_is_no_conflict(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    for actor in (cast.manager, cast.owner):
        with work(actor, NOW) as w:
            service.change_customer(w, customer_id, {"company": "北京汽车"}, {"company": ""})
    assert [kind for kind, _ in events_of(customer_id)] == ["customer.added", "customer.changed"]


def test_the_last_name_cannot_go_while_there_is_no_phone(cast: Cast) -> None:
    without, reachable = added(cast.owner, name="王建国"), added(cast.owner, name="刘伟", phones=["13800138000"])
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        service.change_customer(w, without, {"name": ""}, {"name": "王建国"})
    with work(cast.owner, NOW) as w:
        service.change_customer(w, reachable, {"name": ""}, {"name": "刘伟"})


def test_archive_and_restore_keep_everything(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", phones=["13800138000"])
    with work(cast.owner, NOW) as w:
        service.archive_customer(w, customer_id)
        service.archive_customer(w, customer_id)
    with reading() as x:
        assert page(x, cast.owner, Filters(), "touched", None, NOW).count == 0
        assert page(x, cast.owner, Filters(archived=True), "touched", None, NOW).count == 1
    with work(cast.owner, NOW) as w:
        service.restore_customer(w, customer_id)
    with reading() as x:
        assert page(x, cast.owner, Filters(), "touched", None, NOW).count == 1
    assert [kind for kind, _ in events_of(customer_id)] == ["customer.added", "customer.archived", "customer.restored"]


def test_a_second_enquiry_is_a_touch_on_the_same_record(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", source="referral")
    with work(cast.owner, NOW) as w:
        service.note_enquiry(w, customer_id, "web_form", "想看车")
    assert events_of(customer_id)[-1] == ("customer.enquired", {"source": "web_form"})
    assert _view(cast, customer_id).source == "referral"


@pytest.mark.parametrize("who", ["outsider", "other_manager", "colleague"])
def test_what_is_not_theirs_does_not_exist_for_them(cast: Cast, who: str) -> None:
    customer_id = added(cast.owner, name="王建国")
    actor = getattr(cast, who)
    for act in (
        lambda w: service.change_customer(w, customer_id, {"name": "X"}, {}),
        lambda w: service.archive_customer(w, customer_id),
        lambda w: service.note_enquiry(w, customer_id, None),
        lambda w: pool.release_customer(w, customer_id),
        lambda w: service.change_state(w, customer_id, "lost"),
    ):
        with pytest.raises(NotFound), work(actor, NOW) as w:
            act(w)


def test_a_reader_sees_but_changes_nothing(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with reading() as x:
        assert customers.load(x, cast.reader, customer_id, NOW).name == "王建国"
    with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
        service.change_customer(w, customer_id, {"name": "X"}, {})


@pytest.mark.parametrize("who", ["reader", "former", "nobody"])
def test_only_who_may_own_customers_is_given_a_new_one(cast: Cast, who: str) -> None:
    former = add_person("Former", "salesperson").id
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, former or 0, {"deactivated_at": NOW})
    owner_id = {"reader": cast.reader.id, "former": former, "nobody": 999}[who]
    with pytest.raises(Refused) as refused:
        added(cast.admin, name="王建国", owner_id=owner_id, state="no such state")
    assert {each.place for each in refused.value.problems} == {"owner", "state"}


def test_a_pool_that_is_not_there_takes_nobody(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        added(cast.admin, name="王建国", pool_id=999)
    assert [each.place for each in refused.value.problems] == ["pool"]


def test_texts_are_as_long_as_every_database_holds_them(cast: Cast) -> None:
    too_long = {"name": "x" * 201, "company": "x" * 201, "address": "x" * 501}
    with pytest.raises(Refused) as refused:
        added(cast.owner, **too_long)
    assert {each.place for each in refused.value.problems} == set(too_long)
    customer_id = added(cast.owner, name="王建国")
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.change_customer(w, customer_id, too_long, {})
    assert {each.place for each in refused.value.problems} == set(too_long)
