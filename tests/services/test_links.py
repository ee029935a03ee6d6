"""Links that set a password: one person, one purpose, one use, a limited time."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import links as service
from salesapp.services import people as people_service
from salesapp.services.work import work
from salesapp.store import links, sign_ins
from salesapp.store.engine import reading
from salesapp.store.tables import one_time_link, person
from salesapp.testing import NOW, Cast, Clock, add_person

NEW_PASSWORD = "a new long password"


@pytest.fixture
def invited(cast: Cast) -> Actor:
    """Somebody who has no password yet."""
    return add_person("Invited", "salesperson", password_hash=None)


def make(cast: Cast, actor: Actor, clock: Clock) -> str:
    """A link for somebody."""
    with work(cast.admin, clock.now) as w:
        return service.make_link(w, int(actor.id or 0))


def use(token: str, clock: Clock, password: str = NEW_PASSWORD) -> str:
    """Use it."""
    with work(SYSTEM, clock.now) as w:
        return service.use_link(w, token, password, password, address="127.0.0.1", agent="test")


def test_an_invitation_sets_the_first_password_and_signs_in(cast: Cast, invited: Actor, clock: Clock) -> None:
    from salesapp.services.sign_in import sign_in, token_hash

    fresh = use(make(cast, invited, clock), clock)
    with reading() as x:
        found = sign_ins.load(x, token_hash(fresh), clock.now)
    assert found is not None
    assert found.actor.id == invited.id
    assert sign_in("invited@example.com", NEW_PASSWORD, country="CN", address="", agent="", now=clock.now)


def test_only_the_hash_is_stored_and_the_token_has_256_bits(cast: Cast, invited: Actor, clock: Clock) -> None:
    token = make(cast, invited, clock)
    with reading() as x:
        row = x.execute(select(one_time_link)).one()
    assert token not in str(tuple(row))
    assert (row.purpose, len(row.token_hash), len(token)) == ("invite", 64, 43)


def test_a_link_works_once(cast: Cast, invited: Actor, clock: Clock) -> None:
    token = make(cast, invited, clock)
    use(token, clock)
    with pytest.raises(NotFound):
        use(token, clock)


def test_a_link_works_once_even_for_two_at_once(app: Flask, cast: Cast, invited: Actor, clock: Clock) -> None:
    token = make(cast, invited, clock)
    start, results = threading.Barrier(2), list[str]()

    def attempt() -> None:
        with app.app_context():
            start.wait(10)
            try:
                use(token, clock)
                results.append("in")
            except NotFound:
                results.append("not found")

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["in", "not found"]


@pytest.mark.parametrize(("who", "hours"), [("invited", 7 * 24), ("owner", 0.5)])
def test_an_invitation_lasts_seven_days_a_reset_half_an_hour(
    cast: Cast, invited: Actor, clock: Clock, who: str, hours: float
) -> None:
    actor = invited if who == "invited" else cast.owner
    early, late = make(cast, actor, clock), None
    clock.advance(hours=hours, seconds=-1)
    use(early, clock)
    late = make(cast, cast.owner, clock)
    clock.advance(hours=0.5)
    with pytest.raises(NotFound):
        use(late, clock)


def test_a_refused_password_leaves_the_link_good(cast: Cast, invited: Actor, clock: Clock) -> None:
    token = make(cast, invited, clock)
    with pytest.raises(Refused) as refused, work(SYSTEM, clock.now) as w:
        service.use_link(w, token, "short", "shirt", address="", agent="")
    assert {problem.place for problem in refused.value.problems} == {"password", "again"}
    use(token, clock)


def test_a_newer_link_replaces_the_older_and_a_withdrawn_one_is_worthless(
    cast: Cast, invited: Actor, clock: Clock
) -> None:
    older, newer = make(cast, invited, clock), make(cast, invited, clock)
    with pytest.raises(NotFound):
        use(older, clock)
    with reading() as x:
        (row,) = links.open_links(x, cast.admin, int(invited.id or 0), clock.now)
    with work(cast.admin, clock.now) as w:
        service.withdraw_link(w, int(invited.id or 0), row.id)
    with pytest.raises(NotFound):
        use(newer, clock)
    make(cast, cast.owner, clock)
    with reading() as x:
        (others,) = links.open_links(x, cast.admin, int(cast.owner.id or 0), clock.now)
    with pytest.raises(NotFound), work(cast.admin, clock.now) as w:  # another person's link, under this one's address
        service.withdraw_link(w, int(invited.id or 0), others.id)


def test_a_reset_ends_every_sign_in(cast: Cast, clock: Clock) -> None:
    from salesapp.services.sign_in import open_sign_in

    with work(SYSTEM, clock.now) as w:
        open_sign_in(w, int(cast.owner.id or 0), address="", agent="")
    use(make(cast, cast.owner, clock), clock)
    with reading() as x:
        assert len(sign_ins.current(x, int(cast.owner.id or 0), clock.now)) == 1  # the one just opened


def test_a_link_for_another_purpose_is_no_link_here(cast: Cast, invited: Actor, clock: Clock) -> None:
    token = make(cast, invited, clock)
    with work(SYSTEM, clock.now) as w:
        w.session.execute(one_time_link.update().values(purpose="survey"))
    with pytest.raises(NotFound):
        use(token, clock)


def test_who_was_let_go_gets_in_by_no_link(cast: Cast, clock: Clock) -> None:
    token = make(cast, cast.owner, clock)
    with work(cast.admin, clock.now) as w:
        w.session.execute(person.update().where(person.c.id == cast.owner.id).values(deactivated_at=NOW))
    with pytest.raises(NotFound):
        use(token, clock)
    with pytest.raises(Refused):
        make(cast, cast.owner, clock)


def test_deactivating_withdraws_links(cast: Cast, clock: Clock) -> None:
    token = make(cast, cast.owner, clock)
    with work(cast.admin, clock.now) as w:
        people_service.deactivate(w, int(cast.owner.id or 0))
        people_service.reactivate(w, int(cast.owner.id or 0))
    with pytest.raises(NotFound):
        use(token, clock)


@pytest.mark.parametrize("who", ["manager", "owner", "reader"])
def test_only_those_who_manage_people_make_and_withdraw_links(cast: Cast, clock: Clock, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed), work(actor, clock.now) as w:
        service.make_link(w, int(cast.colleague.id or 0))
    with pytest.raises(NotAllowed), work(actor, clock.now) as w:
        service.withdraw_link(w, int(cast.colleague.id or 0), 1)
