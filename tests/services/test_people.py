"""Who may let people in, change them and let them go; and that somebody always remains to run the place."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.domain.errors import NotAllowed, NotFound, Refused, SalesError, Stale
from salesapp.domain.people import PersonView
from salesapp.domain.permissions import Actor
from salesapp.services import people as service
from salesapp.services.people import NewPerson
from salesapp.services.work import work
from salesapp.store import people, sign_ins
from salesapp.store.engine import reading
from salesapp.store.tables import event, event_payload
from salesapp.testing import NOW, Cast, add_person


def places(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Where the problems are."""
    return [problem.place for problem in refused.value.problems]


def change(actor: Actor, person_id: int, changed: dict[str, str], seen: dict[str, str] | None = None) -> None:
    """One save."""
    with work(actor, NOW) as w:
        service.change_person(w, person_id, changed, seen or {})


def view(cast: Cast, person_id: int) -> PersonView:
    """The person as the administrator sees them."""
    with reading() as x:
        return people.load(x, cast.admin, person_id)


def is_admin(person_id: int) -> bool:
    """Whether this person administers now."""
    with reading() as x:
        found = sign_ins.actor_of(x, person_id)
    return found is not None and found.role == "admin"


def test_somebody_added_has_role_team_functions_and_one_event(cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        new = NewPerson(name=" Li  Na ", phone="138 0013 8000", role="manager", team_id="2", functions="finance,mentor")
        person_id = service.add_person(w, new)
    person = view(cast, person_id)
    assert (person.name, person.email, person.phone) == ("Li Na", None, "+8613800138000")
    assert (person.role, person.team_id, person.functions) == ("manager", 2, frozenset({"finance", "mentor"}))
    assert not person.has_password
    with reading() as x:
        row = x.execute(event.select().where(event.c.kind == "person.added")).one()
        body = x.execute(event_payload.select().where(event_payload.c.event_id == row.id)).one().body
    assert (row.subject_id, row.actor_id, row.data) == (person_id, cast.admin.id, {"role": "manager", "team": 2})
    assert body == {"name": "Li Na"}


def test_a_wrong_new_person_is_told_everything_at_once(cast: Cast) -> None:
    wrong = NewPerson(
        name=" ", email="no at", phone="123abc", role="god", team_id="99", functions="flying", territories="7,x"
    )
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        service.add_person(w, wrong)
    assert set(places(refused)) == {"name", "email", "phone", "role", "team_id", "functions", "territories"}


def test_mail_or_phone_must_be_there_and_nobody_elses(cast: Cast) -> None:
    with pytest.raises(Refused) as neither, work(cast.admin, NOW) as w:
        service.add_person(w, NewPerson(name="Li Na"))
    assert places(neither) == ["email"]
    with pytest.raises(Refused) as taken, work(cast.admin, NOW) as w:
        service.add_person(w, NewPerson(name="Li Na", email="OWNER@example.com"))
    assert places(taken) == ["email"]


def test_the_database_refuses_the_second_of_two_at_once_at_its_field(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"email": "colleague@example.com"})
    assert places(refused) == ["email"]


@pytest.mark.parametrize("who", ["manager", "owner", "reader", "outsider"])
def test_only_those_who_manage_people_may(cast: Cast, who: str) -> None:
    actor: Actor = getattr(cast, who)
    other = int(cast.colleague.id or 0)
    tries: list[Callable[..., object]] = [
        lambda w: service.add_person(w, NewPerson(name="X", email="x@example.com")),
        lambda w: service.change_person(w, other, {"role": "admin"}, {}),
        lambda w: service.change_person(w, int(actor.id or 0), {"role": "admin"}, {}),
        lambda w: service.deactivate(w, other),
        lambda w: service.reactivate(w, other),
        lambda w: service.end_sign_ins(w, other),
        lambda w: people.load(w.session, actor, other),
        lambda w: people.page(w.session, actor),
    ]
    for attempt in tries:
        with pytest.raises(NotAllowed), work(actor, NOW) as w:
            attempt(w)


def test_nobody_changes_their_own_role_through_their_account(cast: Cast) -> None:
    with pytest.raises(ValueError, match="role"), work(cast.owner, NOW) as w:
        service.change_account(w, {"role": "admin"}, {})


def test_a_person_who_does_not_exist_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        change(cast.admin, 999, {"name": "X"})


def test_two_saves_of_different_fields_both_hold(cast: Cast) -> None:
    person_id = int(cast.owner.id or 0)
    seen = view(cast, person_id).shown()
    change(cast.admin, person_id, {"name": "Olga"}, seen)
    change(cast.admin, person_id, {"role": "manager"}, seen)
    person = view(cast, person_id)
    assert (person.name, person.role, person.version) == ("Olga", "manager", 3)


def test_a_save_of_the_same_field_is_told_who_was_faster(cast: Cast) -> None:
    person_id = int(cast.owner.id or 0)
    seen = view(cast, person_id).shown()
    change(cast.admin, person_id, {"name": "Olga"}, seen)
    with pytest.raises(Stale) as stale:
        change(cast.admin, person_id, {"name": "Olivia", "role": "manager"}, seen)
    assert (stale.value.changed_by, stale.value.fields) == ("Admin", ("name",))
    assert view(cast, person_id).role == "salesperson"


def test_an_unchanged_save_leaves_no_trace(cast: Cast) -> None:
    person_id = int(cast.owner.id or 0)
    change(cast.admin, person_id, {"name": "Owner"})
    assert view(cast, person_id).version == 1


def test_personal_values_stand_in_the_erasable_part_of_the_event(cast: Cast) -> None:
    change(cast.admin, int(cast.owner.id or 0), {"name": "Olga", "role": "manager", "team_id": "3"})
    with reading() as x:
        row = x.execute(event.select().where(event.c.kind == "person.changed")).one()
        body = x.execute(event_payload.select().where(event_payload.c.event_id == row.id)).one().body
    assert row.data == {
        "fields": ["name", "role", "team_id"],
        "role": ["salesperson", "manager"],
        "team_id": ["2", "3"],
    }
    assert body == {"name": ["Owner", "Olga"]}


def test_the_last_administrator_can_neither_be_demoted_nor_deactivated(cast: Cast) -> None:
    me = int(cast.admin.id or 0)
    with pytest.raises(Refused) as demoted:
        change(cast.admin, me, {"role": "manager"})
    with pytest.raises(Refused) as gone, work(cast.admin, NOW) as w:
        service.deactivate(w, me)
    assert (places(demoted), places(gone)) == (["role"], [""])
    assert is_admin(me)


def test_an_administrator_who_cannot_sign_in_yet_does_not_count(cast: Cast) -> None:
    add_person("Invited", "admin", password_hash=None)
    former = add_person("Former", "admin")
    with work(cast.admin, NOW) as w:
        service.deactivate(w, int(former.id or 0))
    with pytest.raises(Refused):
        change(cast.admin, int(cast.admin.id or 0), {"role": "manager"})


@pytest.mark.parametrize("how", ["demote", "deactivate"])
def test_two_administrators_cannot_remove_each_other_at_once(app: Flask, cast: Cast, how: str) -> None:
    for n in range(4):
        one, two = cast.admin, add_person(f"Second{n}", "admin")
        results: list[str] = []
        start = threading.Barrier(2)

        def remove(actor: Actor, other: Actor, start: threading.Barrier, results: list[str], key: str) -> None:
            with app.app_context():
                start.wait(10)
                try:
                    with work(actor, NOW, request_key=key) as w:
                        if how == "demote":
                            service.change_person(w, int(other.id or 0), {"role": "salesperson"}, {})
                        else:
                            service.deactivate(w, int(other.id or 0))
                    results.append("done")
                except SalesError as error:
                    results.append(type(error).__name__)

        pairs = ((one, two), (two, one))
        threads = [threading.Thread(target=remove, args=(*pair, start, results, f"{how}{n}")) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(results) == ["Refused", "done"]
        left = [actor for actor in (one, two) if is_admin(int(actor.id or 0))]
        assert len(left) == 1
        for actor in (one, two):  # as before, for the next round
            with work(left[0], NOW) as w:
                values = {"role": "admin" if actor is one else "reader", "deactivated_at": None}
                people.update_person(w.session, int(actor.id or 0), values)


def test_who_leaves_is_signed_out_and_may_come_back(cast: Cast) -> None:
    person_id = int(cast.owner.id or 0)
    from salesapp.services.sign_in import open_sign_in

    with work(cast.admin, NOW) as w:
        open_sign_in(w, person_id, address="", agent="")
        service.deactivate(w, person_id)
    with reading() as x:
        assert sign_ins.actor_of(x, person_id) is None
        assert sign_ins.current(x, person_id, NOW) == []
    with work(cast.admin, NOW) as w:
        service.reactivate(w, person_id)
    assert view(cast, person_id).is_active


def test_the_list_finds_by_name_mail_phone_and_team_literally(cast: Cast) -> None:
    with reading() as x:
        found = {
            q: [row.name for row in people.page(x, cast.admin, q=q)]
            for q in ("own", "colleague@", "north", "%", "_", "'; DROP")
        }
    assert found["own"] == ["Owner"]
    assert found["colleague@"] == ["Colleague"]
    assert found["north"] == ["Colleague", "Manager", "Owner", "Reader"]
    assert found["%"] == found["_"] == found["'; DROP"] == []


def test_the_list_continues_where_a_page_ended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAGE", 3)
    names: list[str] = []
    after = None
    with reading() as x:
        while rows := people.page(x, cast.admin, after=after):
            names += [row.name for row in rows[:3]]
            after = (rows[:3][-1].name, rows[:3][-1].id)
    assert names == sorted(names)
    assert len(names) == 7


def test_owners_to_pick_are_those_whose_records_one_sees(cast: Cast) -> None:
    with reading() as x:
        assert [row.name for row in people.choices(x, cast.owner)] == ["Owner"]
        assert len(people.choices(x, cast.admin)) == 7
