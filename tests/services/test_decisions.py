"""Decisions: asking, deciding, taking back; nobody decides their own; two at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from salesapp.domain.company import Company
from salesapp.domain.decisions import LEAD, DecisionView, may_decide, snapshot_hash
from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.text import Text
from salesapp.services import deal_moves
from salesapp.services import decisions as service
from salesapp.services.deals import change_deal
from salesapp.services.decisions import Ask, Kind, Snapshot
from salesapp.services.lost_deals import needs_yes
from salesapp.services.people import deactivate
from salesapp.services.pool import assign_customer
from salesapp.services.work import Work, work
from salesapp.store import deals, decision_lists, decisions, sign_ins
from salesapp.store.engine import Executor, reading
from salesapp.store.tables import decision, event
from salesapp.store.tables import person as people_table
from salesapp.testing import NOW, Cast, add_person
from tests.services.deal_files import SIX, a_customer, a_deal, ready
from tests.services.decision_kit import (
    ask_for_losses,
    at_once,
    decide,
    events,
    found,
    give_function,
    give_up,
    requested,
    seen,
    withdraw,
)

TWICE = "test.twice"
done: list[int] = []


def _current(x: Executor, views: Sequence[DecisionView]) -> Mapping[int, Snapshot]:
    return {each.id: {"percent": 12} for each in views}


def _granted(w: Work, view: DecisionView) -> None:
    done.append(view.id)


service.register(Kind(TWICE, Text("Test", "测试", "測試", "Тест"), _current, _granted))


def ask_twice(asker: Actor, functions: tuple[str, ...], subject: int = 1, **about: int) -> int:
    """Something that needs the yes of these, one after the other."""
    with work(asker, NOW) as w:
        new = Ask(kind=TWICE, subject_kind="test", subject_id=subject, snapshot={"percent": 12}, functions=functions)
        return service.ask(w, replace(new, **about))


def state_of(deal_id: int) -> tuple[str, str | None]:
    with reading() as x:
        view = deals.read(x, deal_id)
        return view.state, view.lost_reason


# --- lost deals ---


def test_a_yes_is_needed_where_the_company_or_the_process_asks_for_it(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        process = w.catalog.process(SIX)
    assert process is not None
    asking = replace(process, lost_needs_yes=True)
    assert not needs_yes(process, Company())
    assert needs_yes(None, Company())  # nobody knows what the process asks for
    assert needs_yes(asking, Company())
    assert needs_yes(process, Company(lost_needs_yes=True))
    assert needs_yes(None, Company(lost_needs_yes=True))


def test_where_none_is_needed_the_deal_is_lost_at_once(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    assert give_up(cast.owner, deal_id) is None
    assert state_of(deal_id) == ("lost", "price")
    assert [kind for kind, _ in events(deal_id)] == ["deal.opened", "deal.lost"]


def test_a_request_leaves_the_deal_open_and_says_what_was_asked(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast, amount_minor=5_000_00)
    view = found(cast.owner, decision_id)
    assert state_of(deal_id) == ("open", None)
    assert (view.kind, view.state, view.asked_by_name, view.words) == ("deal.lost", "pending", "Owner", "太贵了")
    assert (view.snapshot["reason"], view.snapshot["amount_minor"]) == ("price", 5_000_00)
    assert [step.function for step in view.steps] == [LEAD]
    assert view.snapshot_hash == snapshot_hash(view.snapshot) == seen(decision_id)
    assert events(deal_id)[1:] == [("decision.asked", "太贵了")]
    with reading() as x:
        assert decisions.pending_of(x, deal_id) == view
        assert decisions.pending_for(x, [deal_id, deal_id + 1]) == {deal_id}
        assert decisions.pending_for(x, []) == frozenset()
        row = x.execute(select(event).where(event.c.kind == "decision.asked")).one()
        assert (row.subject_kind, row.subject_id, row.deal_id, row.owner_id) == (
            "decision",
            decision_id,
            deal_id,
            cast.owner.id,
        )
        assert "太贵了" not in str(row.data)


def test_what_is_wrong_with_a_loss_is_said_before_it_is_asked_for(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.owner)
    with pytest.raises(Refused) as refused:
        give_up(cast.owner, deal_id, reason="weather", note="x" * 501)
    assert {each.place for each in refused.value.problems} == {"reason", "note"}
    with work(cast.manager, NOW) as w:
        deal_moves.win_deal(w, deal_id, 1, override="x")
    with pytest.raises(Refused, match="closed already"):
        give_up(cast.owner, deal_id)
    with reading() as x:
        assert x.execute(select(func.count()).select_from(decision)).scalar() == 0


def test_with_a_yes_the_deal_is_lost_as_its_asker_put_it(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    assert decide(cast.manager, decision_id, words="可惜") == "granted"
    assert state_of(deal_id) == ("lost", "price")
    with reading() as x:
        assert deals.lost_note(x, deal_id) == "太贵了"
        assert decisions.pending_of(x, deal_id) is None
    view = found(cast.owner, decision_id)
    assert (view.state, view.steps[0].decided_by_name, view.steps[0].words) == ("granted", "Manager", "可惜")
    assert events(deal_id)[2:] == [("decision.granted", "可惜"), ("deal.lost", "太贵了")]
    with work(cast.owner, NOW) as w:
        deal_moves.reopen_deal(w, deal_id, deals.read(w.session, deal_id).version)
    assert give_up(cast.owner, deal_id) not in (None, decision_id)


def test_with_a_no_it_stays_open_and_the_no_says_why(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    for words in ("", "  ", "x" * 501):
        with pytest.raises(Refused) as refused:
            decide(cast.manager, decision_id, yes=False, words=words)
        assert [each.place for each in refused.value.problems] == ["words"]
    assert decide(cast.manager, decision_id, yes=False, words=" 再谈一次 ") == "refused"
    assert state_of(deal_id) == ("open", None)
    assert events(deal_id)[2:] == [("decision.refused", "再谈一次")]
    assert give_up(cast.owner, deal_id) is not None  # asking again is a new request


def test_while_it_waits_the_deal_stays_where_it_is(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    for act in (
        lambda w: deal_moves.win_deal(w, deal_id, 1),
        lambda w: deal_moves.move_deal(w, deal_id, "contact", 1),
        lambda w: deal_moves.lose_deal(w, deal_id, "price", "", 1),
    ):
        with pytest.raises(Refused, match="A decision about this deal is pending"), work(cast.owner, NOW) as w:
            act(w)
    withdraw(cast.owner, decision_id)
    with work(cast.owner, NOW) as w:
        deal_moves.move_deal(w, deal_id, "contact", deals.read(w.session, deal_id).version)


def test_while_it_waits_no_move_is_taken_back(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.owner)
    ready(cast.owner, deal_id)
    with work(cast.owner, NOW) as w:
        deal_moves.move_deal(w, deal_id, "contact", 1)
    assert give_up(cast.owner, deal_id) is not None
    with pytest.raises(Refused, match="A decision about this deal is pending"), work(cast.owner, NOW) as w:
        deal_moves.take_back(w, deal_id, "identification", 2)


def test_who_asks_second_is_told_who_asked_first(app: Flask, cast: Cast) -> None:
    deal_id, _ = requested(app, cast)
    for actor in (cast.owner, cast.manager):
        with pytest.raises(Refused, match="Owner has asked for this already"):
            give_up(actor, deal_id)


# --- who may ---


@pytest.mark.parametrize(
    ("asker", "decider", "why"),
    [
        ("owner", "manager", None),
        ("owner", "admin", None),
        ("owner", "owner", NotAllowed),
        ("owner", "reader", NotAllowed),
        ("owner", "colleague", NotFound),
        ("owner", "outsider", NotFound),
        ("owner", "other_manager", NotFound),
        ("manager", "manager", NotAllowed),
        ("manager", "owner", NotAllowed),
        ("manager", "admin", None),
        ("admin", "manager", None),
        ("admin", "admin", NotAllowed),
    ],
)
def test_nobody_decides_their_own(
    app: Flask, cast: Cast, asker: str, decider: str, why: type[Exception] | None
) -> None:
    deal_id, decision_id = requested(app, cast, asker=getattr(cast, asker))
    hash_seen = seen(decision_id)
    if why is None:
        assert decide(getattr(cast, decider), decision_id, hash_seen=hash_seen) == "granted"
        return
    for yes in (True, False):
        with pytest.raises(why):
            decide(getattr(cast, decider), decision_id, yes, "words", hash_seen)
    assert state_of(deal_id) == ("open", None)


def test_a_managers_own_loss_needs_the_admin(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    decision_id = give_up(cast.manager, a_deal(app, cast.manager))
    assert decision_id is not None
    with pytest.raises(NotAllowed):
        decide(cast.manager, decision_id)
    with pytest.raises(NotFound):
        decide(cast.other_manager, decision_id)
    assert decide(cast.admin, decision_id) == "granted"


def test_an_owner_who_leads_does_not_decide_what_another_asks_about_their_deal(app: Flask, cast: Cast) -> None:
    second = add_person("Second", "admin", team_id=cast.admin.team_id)
    ask_for_losses(cast)
    decision_id = give_up(second, a_deal(app, cast.manager))
    assert decision_id is not None
    with pytest.raises(NotAllowed):
        decide(cast.manager, decision_id)
    assert decide(cast.admin, decision_id) == "granted"


def test_who_owned_the_deal_when_it_was_asked_does_not_decide_by_giving_it_away(app: Flask, cast: Cast) -> None:
    add_person("Second", "admin", team_id=cast.admin.team_id)  # somebody who could decide it
    ask_for_losses(cast)
    for customer_id in (a_customer(cast.owner), None):
        deal_id = a_deal(app, cast.manager, customer_id)
        decision_id = give_up(cast.admin, deal_id)
        assert decision_id is not None
        with work(cast.manager, NOW) as w:
            change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {})
        with reading() as x:
            assert decision_id not in {each.id for each in decision_lists.for_page(x, cast.manager, NOW)[0]}
        with pytest.raises(NotAllowed):
            decide(cast.manager, decision_id)


def test_who_owned_the_customer_of_a_deal_of_nobody_does_not_decide_either(app: Flask, cast: Cast) -> None:
    add_person("Second", "admin", team_id=cast.admin.team_id)  # somebody who could decide it
    ask_for_losses(cast)
    customer_id = a_customer(cast.manager)
    deal_id = a_deal(app, cast.manager, customer_id)
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": None}, {})
    decision_id = give_up(cast.admin, deal_id)
    assert decision_id is not None
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, int(cast.colleague.id or 0))
    with reading() as x:
        assert decision_lists.for_page(x, cast.manager, NOW)[0] == []
    with pytest.raises(NotAllowed):
        decide(cast.manager, decision_id)


def test_decided_lately_counts_from_the_decision_not_from_the_request(app: Flask, cast: Cast) -> None:
    _, decision_id = requested(app, cast)
    later = NOW + timedelta(days=95)
    hash_seen = seen(decision_id)
    with work(cast.manager, later) as w:
        service.decide(w, decision_id, True, "", hash_seen)
    with reading() as x:
        for days, shown in ((1, [decision_id]), (91, [])):
            found_then = decision_lists.for_page(x, cast.owner, later + timedelta(days=days))[2]
            assert [each.id for each in found_then] == shown


def test_the_owner_of_the_deal_is_not_waited_for_either(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.manager, a_customer(cast.owner))
    with work(cast.admin, NOW) as w:
        w.session.execute(update(people_table).where(people_table.c.id == cast.admin.id).values(deactivated_at=NOW))
    assert give_up(cast.owner, deal_id) is None  # the manager alone leads here, and the deal is theirs
    assert state_of(deal_id) == ("lost", "price")


def test_where_nobody_else_could_decide_the_loss_goes_through_and_says_so(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.admin)
    assert give_up(cast.admin, deal_id) is None  # managers do not see what the admin owns
    assert state_of(deal_id) == ("lost", "price")
    with reading() as x:
        row = x.execute(select(event.c.data).where(event.c.deal_id == deal_id, event.c.kind == "deal.lost")).one()
    assert row.data["undecided"] is True


def test_a_deal_of_nobody_waits_for_whoever_sees_it(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.manager)
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": None}, {})
    decision_id = give_up(cast.manager, deal_id)
    assert decision_id is not None
    assert decide(cast.other_manager, decision_id) == "granted"  # who may hand out what nobody owns


def test_who_has_left_decides_nothing_and_is_not_waited_for(app: Flask, cast: Cast) -> None:
    _, decision_id = requested(app, cast)
    with work(cast.admin, NOW) as w:
        deactivate(w, int(cast.manager.id or 0))
    with pytest.raises(NotAllowed):
        decide(cast.manager, decision_id)  # a request that was under way when they were deactivated
    with pytest.raises(NotAllowed):
        withdraw(cast.manager, decision_id)
    with reading() as x:
        assert decision_lists.somebody_leads(x, cast.owner.id, [int(cast.owner.id or 0)])
        assert not decision_lists.somebody_leads(x, cast.owner.id, [int(cast.owner.id or 0), int(cast.admin.id or 0)])
    assert decide(cast.admin, decision_id) == "granted"


def test_the_installation_itself_decides_nothing(app: Flask, cast: Cast) -> None:
    _, decision_id = requested(app, cast)
    with pytest.raises(NotAllowed):
        decide(SYSTEM, decision_id)


def test_who_asked_or_who_leads_takes_a_request_back(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    for actor, why in ((cast.reader, NotAllowed), (cast.colleague, NotFound), (cast.other_manager, NotFound)):
        with pytest.raises(why):
            withdraw(actor, decision_id)
    withdraw(cast.owner, decision_id)
    assert found(cast.owner, decision_id).state == "withdrawn"
    assert events(deal_id)[2:] == [("decision.withdrawn", "")]
    with pytest.raises(Stale, match="Owner"):
        withdraw(cast.owner, decision_id)
    with pytest.raises(Stale, match="Owner"):
        decide(cast.manager, decision_id)
    again = give_up(cast.owner, deal_id)
    assert again is not None
    withdraw(cast.manager, again)


# --- what has changed meanwhile ---


def test_a_yes_to_what_is_otherwise_by_now_is_stale(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast, amount_minor=100_00)
    before = seen(decision_id)
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"amount_minor": 9_000_00}, {})
    for yes in (True, False):
        with pytest.raises(Stale, match="Owner") as stale:
            decide(cast.manager, decision_id, yes, "words", before)
        assert stale.value.fields == ("snapshot",)
    assert state_of(deal_id) == ("open", None)
    assert decide(cast.manager, decision_id) == "granted"  # after another look
    with pytest.raises(Stale, match="Manager"):
        decide(cast.admin, decision_id)


def test_another_title_is_no_other_deal(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    before = seen(decision_id)
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"title": "监护仪两台"}, {})
    assert decide(cast.manager, decision_id, hash_seen=before) == "granted"


# --- at once ---


def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    hash_seen = seen(decision_id)
    results = at_once(
        app,
        [
            (cast.manager, lambda w: service.decide(w, decision_id, True, "", hash_seen)),
            (cast.admin, lambda w: service.decide(w, decision_id, False, "no", hash_seen)),
        ],
    )
    told = [each for each in results if isinstance(each, Stale)]
    assert len(told) == 1
    winner = "Admin" if isinstance(results[0], Stale) else "Manager"
    assert told[0].changed_by == winner
    assert state_of(deal_id)[0] == ("lost" if winner == "Manager" else "open")
    assert len([kind for kind, _ in events(deal_id) if kind in ("decision.granted", "decision.refused")]) == 1


def test_of_two_who_ask_at_once_one_asks(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    from salesapp.services.lost_deals import ask_or_lose

    actors = (cast.owner, cast.manager, cast.owner)
    results = at_once(app, [(actor, lambda w: ask_or_lose(w, deal_id, "price", "", 1)) for actor in actors])
    assert len([each for each in results if isinstance(each, int)]) == 1
    assert len([each for each in results if isinstance(each, Refused)]) == 2
    with reading() as x:
        assert x.execute(select(func.count()).select_from(decision)).scalar() == 1


def test_taking_back_and_deciding_at_once_are_never_both_done(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast, customer_id=a_customer(cast.owner))
    hash_seen = seen(decision_id)
    results = at_once(
        app,
        [
            (cast.owner, lambda w: service.withdraw(w, decision_id)),
            (cast.manager, lambda w: service.decide(w, decision_id, True, "", hash_seen)),
        ],
    )
    assert len([each for each in results if isinstance(each, Stale)]) == 1
    assert (state_of(deal_id)[0], found(cast.owner, decision_id).state) in {("open", "withdrawn"), ("lost", "granted")}


def test_the_index_alone_refuses_a_second_request(app: Flask, cast: Cast) -> None:
    """Subjects whose service forgot to lock them: the database still lets only one through."""

    def ask(w: Work) -> int:
        return service.ask(w, Ask(kind=TWICE, subject_kind="test", subject_id=7, snapshot={}))

    results = at_once(app, [(cast.owner, ask), (cast.colleague, ask), (cast.manager, ask)])
    assert len([each for each in results if isinstance(each, int)]) == 1
    assert len([each for each in results if isinstance(each, Refused)]) == 2


# --- several steps ---


def test_each_step_is_decided_in_its_turn_and_all_are_needed(app: Flask, cast: Cast) -> None:
    give_function(cast.reader, "finance")
    deal_id = a_deal(app, cast.owner)
    decision_id = ask_twice(cast.owner, ("finance", LEAD), deal_id=deal_id)
    with pytest.raises(NotAllowed):
        decide(cast.manager, decision_id)  # not the manager's turn yet
    done.clear()
    assert decide(cast.reader, decision_id) == "pending"
    assert done == []
    with pytest.raises(NotAllowed):
        decide(cast.reader, decision_id)
    assert decide(cast.manager, decision_id) == "granted"
    assert done == [decision_id]
    assert [kind for kind, _ in events(deal_id)][1:] == [
        "decision.asked",
        "decision.step_granted",
        "decision.granted",
    ]


def test_one_no_is_enough(app: Flask, cast: Cast) -> None:
    give_function(cast.reader, "finance")
    decision_id = ask_twice(cast.owner, ("finance", LEAD), deal_id=a_deal(app, cast.owner))
    done.clear()
    assert decide(cast.reader, decision_id, yes=False, words="预算") == "refused"
    with pytest.raises(Stale, match="Reader"):
        decide(cast.manager, decision_id)
    assert done == []


def test_a_function_decides_only_what_its_holder_sees(app: Flask, cast: Cast) -> None:
    give_function(cast.outsider, "finance")
    about_a_deal = ask_twice(cast.owner, ("finance",), 1, deal_id=a_deal(app, cast.owner))
    about_a_customer = ask_twice(cast.owner, ("finance",), 2, customer_id=a_customer(cast.owner))
    for decision_id in (about_a_deal, about_a_customer, ask_twice(cast.owner, ("finance",), 3)):
        with pytest.raises(NotFound):
            decide(cast.outsider, decision_id)


def test_a_decision_without_a_step_cannot_be_asked_for(app: Flask, cast: Cast) -> None:
    with pytest.raises(ValueError, match="never be decided"):
        ask_twice(cast.owner, ())


def test_a_kind_is_registered_once(app: Flask) -> None:
    with pytest.raises(ValueError, match=r"test\.twice"):
        service.register(Kind(TWICE, Text("a", "b", "c", "d"), _current, _granted))


# --- what waits for whom: the query says what the rule says ---


def test_the_list_is_what_the_rule_says(app: Flask, cast: Cast) -> None:
    ask_for_losses(cast)
    give_function(cast.reader, "finance")
    give_function(cast.outsider, "finance")
    second = add_person("Second", "admin", team_id=cast.admin.team_id)
    people = [
        second,
        cast.admin,
        cast.manager,
        cast.owner,
        cast.colleague,
        cast.outsider,
        cast.reader,
        cast.other_manager,
    ]
    ids = [
        give_up(asker, a_deal(app, owner, title=f"{asker.name} {owner.name}"))
        for owner in (cast.owner, cast.manager, cast.outsider, cast.other_manager)
        for asker in (owner, cast.admin)  # a manager leads what is theirs, too, and must not decide it
    ]
    ids += [ask_twice(cast.owner, ("finance", LEAD), 1, deal_id=a_deal(app, cast.owner))]
    ids += [ask_twice(cast.colleague, ("finance",), 2, deal_id=a_deal(app, cast.colleague))]
    ids += [ask_twice(cast.owner, ("finance", LEAD), 3, customer_id=a_customer(cast.owner))]
    ids += [ask_twice(cast.owner, (LEAD,), 4, customer_id=a_customer(cast.owner))]
    ids += [ask_twice(cast.owner, (LEAD,), 5)]
    decide_first = ask_twice(cast.owner, ("finance", LEAD), 6, deal_id=a_deal(app, cast.owner))
    decide(cast.reader, decide_first)
    everything = [each for each in (*ids, decide_first) if each is not None]
    assert len(everything) >= 12
    for person in people:
        with reading() as x:
            actor = sign_ins.actor_of(x, int(person.id or 0))
            assert actor is not None
            waiting, asked, _ = decision_lists.for_page(x, actor, NOW)
            rule = {each for each in everything if _sees(x, actor, each) and may_decide(actor, decisions.read(x, each))}
            assert {each.id for each in waiting} == rule, actor.name
            assert decision_lists.count_waiting(x, actor, NOW) == len(rule), actor.name
            assert all(each.asked_by == actor.id for each in asked)


def _sees(x: Executor, actor: Actor, decision_id: int) -> bool:
    try:
        decisions.load(x, actor, decision_id, NOW)
    except NotFound:
        return False
    return True


def test_who_lost_sight_of_the_deal_no_longer_sees_its_request(app: Flask, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    with work(cast.admin, NOW) as w:
        change_deal(w, deal_id, {"owner_id": cast.outsider.id}, {})
    with pytest.raises(NotFound):
        found(cast.owner, decision_id)
    with reading() as x:
        assert decision_lists.for_page(x, cast.owner, NOW)[1] == []
    assert decide(cast.other_manager, decision_id) == "granted"


def test_those_who_decide_nothing_cost_no_statement(app: Flask, cast: Cast, statements: list[str]) -> None:
    statements.clear()
    with reading() as x:
        assert decision_lists.count_waiting(x, cast.owner, NOW) == 0
    assert [each for each in statements if not each.startswith("BEGIN")] == []
