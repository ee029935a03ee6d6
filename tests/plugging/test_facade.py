"""What a plugin changes and reads: the house's own verbs, with its rules and the rights of the actor."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, delete, select

from salesapp.domain.errors import Msg, NotAllowed, NotFound, Refused
from salesapp.domain.notices import PLUGIN, sentence
from salesapp.plugin_api import SYSTEM, NewActivity, NewCustomer, NewDeal, Reads, Text, Work, work
from salesapp.services import plugin_states
from salesapp.services.work import work as house_work
from salesapp.store import deal_steps, tags
from salesapp.store.engine import reading
from salesapp.store.tables import customer, job, notice
from salesapp.testing import NOW, Cast, Clock, make_cast
from tests.plugging.hook_kit import Plugged, plugged, run_jobs, seen

__all__ = ["plugged"]
SIX = "general.six"

BAKERY = """
def bake(w, args):
    SEEN.append((w.settings()["hours"], args["n"]))

@hookimpl
def salesapp_records():
    hours = Field("hours", words("Hours"), "integer", default=3)
    plate = Field("plate", words("Plate"), "text")
    step = KeyStep("tasting", words("Tasting"), ("bakery.tasted",))
    stage = Stage("first", words("First"), words("Goal"), (step,), 50)
    second = Stage("second", words("Second"), words("Goal"), (), 70)
    lost = (LostReason("price", words("Price")),)
    guests, day = Field("guests", words("Guests"), "integer"), Field("day", words("Day"), "date")
    brought_by = Field("brought_by", words("By"), "customer")
    return [
        Process("cakes", words("Cakes"), (stage, second), lost, (guests, day)),
        Fields("customer", (plate, Field("since", words("Since"), "date"), brought_by)),
        SettingsForm((hours,)),
        PluginJob("bake", words("Bake"), bake),
    ]
"""


@pytest.fixture
def cast(plugged: Plugged, request: pytest.FixtureRequest) -> Cast:
    plugged(bakery=BAKERY)
    return make_cast()


def did(actor: Any, do: Callable[[Work], Any]) -> Any:
    with work(actor, NOW, plugin="bakery") as w:
        return do(w)


def reads_of(x: Any, actor: Any) -> Reads:
    return Reads("bakery", actor, NOW, x)


def test_a_whole_deal_goes_through_the_verbs_of_the_facade(cast: Cast, clock: Clock) -> None:
    me = cast.owner
    with work(me, NOW, plugin="bakery") as w:
        assert (w.actor, w.now) == (me, NOW)
        one = w.add_customer(NewCustomer(name="Li", phones=("13800001234",)))
        w.change_customer(one, {"grade": "A", "bakery.plate": "京A", "bakery.since": date(2025, 5, 1)})
        w.tag(one, "vip", "cake")
        w.untag(one, "cake", "never")
        its = w.add_deal(NewDeal(customer_id=one, process="bakery.cakes"))
        days = {"field.day": date(2026, 3, 7), "expected_close": date(2026, 3, 6)}
        w.change_deal(its, {"amount_minor": 8800, "field.guests": 12, **days})
        assert w.push_evidence(its, "bakery.tasted", 7) == 1
        w.take_back_evidence(its, "bakery.tasted", 7)
        w.tick_step(its, "tasting")
        w.move_deal(its, "second")
        plan = w.plan_activity(NewActivity(deal_id=its, planned_at=NOW + timedelta(days=1), because="the oven is free"))
        following = w.finish_activity(plan, "reached", "Tasted", next_at=NOW + timedelta(days=2))
        noted = w.log_activity(NewActivity(customer_id=one, outcome="reached", note="Asked for more"))
        w.move_deal(its, ":won")
    with reading() as x:
        reads = reads_of(x, me)
        found, won = reads.customer(one), reads.deal(its)
        assert found is not None
        assert (found.grade, found.custom["bakery"], found.tags) == (
            "A",
            {"plate": "京A", "since": "2025-05-01"},
            ("vip",),
        )
        assert won is not None
        assert (won.state, won.stage, won.amount_minor, won.title) == ("won", "second", 8800, "Li")
        assert (won.custom["bakery"], won.done_steps) == ({"guests": 12, "day": "2026-03-07"}, {"tasting"})
        assert won.expected_close == date(2026, 3, 6)
        assert following is not None
        states = [reads.activity(each) for each in (plan, following, noted)]
        assert [(each.state, each.note) for each in states if each] == [
            ("done", "Tasted"),
            ("planned", ""),
            ("done", "Asked for more"),
        ]
        assert states[0] is not None
        assert states[0].because == "the oven is free"


def test_evidence_nobody_named_is_a_slip(cast: Cast) -> None:
    one = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="Li")))
    its = did(cast.owner, lambda w: w.add_deal(NewDeal(customer_id=one, process="bakery.cakes")))
    with pytest.raises(ValueError, match=r"there is no Evidence 'bakery\.tasetd': did you mean 'bakery\.tasted'\?"):
        did(cast.owner, lambda w: w.push_evidence(its, "bakery.tasetd"))
    assert did(cast.owner, lambda w: w.push_evidence(its, "butcher.tasted")) == 0  # may not be installed


def test_a_planned_activity_is_put_off_and_one_that_is_done_opened_again(cast: Cast) -> None:
    one, later = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="Li"))), NOW + timedelta(days=3)
    plan = did(cast.owner, lambda w: w.plan_activity(NewActivity(customer_id=one, planned_at=NOW)))
    did(cast.owner, lambda w: w.put_off_activity(plan, later, all_day=False, note="The oven is hot"))
    did(cast.owner, lambda w: w.finish_activity(plan, "reached", "Tasted"))
    did(cast.owner, lambda w: w.reopen_activity(plan))
    with reading() as x:
        found = reads_of(x, cast.owner).activity(plan)
        assert found is not None
        assert (found.state, found.planned_at, found.note) == ("planned", later, "The oven is hot")
    did(cast.owner, lambda w: w.cancel_activity(plan))
    with reading() as x:
        gone = reads_of(x, cast.owner).activity(plan)
        assert gone is not None
        assert gone.state == "cancelled"


def test_who_does_it_and_in_which_words_it_is_written_down(cast: Cast) -> None:
    oven = Text("Oven", "烤箱", "烤箱", "Печь")
    with reading() as x:
        reads = reads_of(x, cast.outsider)
        assert reads.who_does("manager", cast.owner.id) == cast.manager.id
        assert reads.who_does("manager", cast.manager.id) == cast.admin.id
        assert reads.who_does("owner", cast.owner.id) == cast.owner.id
        assert reads.who_does("function.service", cast.owner.id) == cast.manager.id  # nobody has it
        assert reads.in_words(oven, cast.owner.id) == "烤箱"  # what is read in the company's country


def test_an_activity_asks_no_form_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(ValueError, match=r"there is no ResultForm 'bakery\.taste'"):
        did(cast.owner, lambda w: w.plan_activity(NewActivity(note="x", planned_at=NOW, form="bakery.taste")))


def test_nothing_of_a_work_that_fails_stays(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError):
        did(cast.owner, lambda w: (w.add_customer(NewCustomer(name="Li")), 1 // 0))
    with pytest.raises(Refused) as error:
        did(cast.owner, lambda w: (w.add_customer(NewCustomer(name="Li")), w.add_customer(NewCustomer())))
    assert [each.place for each in error.value.problems] == ["name"]
    with reading() as x:
        assert x.execute(select(customer.c.id)).all() == []


def test_the_rights_of_the_actor_hold(cast: Cast) -> None:
    one = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="Li")))
    its = did(cast.owner, lambda w: w.add_deal(NewDeal(customer_id=one, process="bakery.cakes")))
    plan = did(cast.owner, lambda w: w.plan_activity(NewActivity(deal_id=its, planned_at=NOW)))
    verbs: list[Callable[[Work], Any]] = [
        lambda w: w.change_customer(one, {"grade": "A"}),
        lambda w: w.tag(one, "mine"),
        lambda w: w.add_deal(NewDeal(customer_id=one, process="bakery.cakes")),
        lambda w: w.change_deal(its, {"amount_minor": 1}),
        lambda w: w.move_deal(its, "second"),
        lambda w: w.lose_deal(its, "price"),
        lambda w: w.push_evidence(its, "bakery.tasted"),
        lambda w: w.take_back_evidence(its, "bakery.tasted", 1),
        lambda w: w.tick_step(its, "tasting"),
        lambda w: w.plan_activity(NewActivity(deal_id=its, planned_at=NOW)),
        lambda w: w.log_activity(NewActivity(customer_id=one, outcome="reached")),
        lambda w: w.finish_activity(plan),
        lambda w: w.put_off_activity(plan, NOW + timedelta(days=1)),
        lambda w: w.reopen_activity(plan),
        lambda w: w.cancel_activity(plan),
    ]
    for do in verbs:
        with pytest.raises(NotFound):
            did(cast.outsider, do)
        with pytest.raises(NotAllowed):
            did(cast.reader, do)
    with reading() as x:
        assert reads_of(x, cast.outsider).customer(one) is None
        assert reads_of(x, cast.outsider).deal(its) is None
        assert reads_of(x, cast.outsider).activity(plan) is None
        assert reads_of(x, cast.owner).customer(99) is None
        assert deal_steps.told_done(x, its, "tasting") is None


def test_what_a_person_sees_joins_own_tables(cast: Cast) -> None:
    mine = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="Li")))
    theirs = did(cast.outsider, lambda w: w.add_customer(NewCustomer(name="Wu")))
    for one in (mine, theirs):
        with work(cast.admin, NOW) as w:
            its = w.add_deal(NewDeal(customer_id=one, process="bakery.cakes"))
            w.plan_activity(NewActivity(deal_id=its, planned_at=NOW))
    orders = Table("bakery_order", MetaData(), Column("id", Integer, primary_key=True), Column("customer_id", Integer))
    with work(cast.owner, NOW, plugin="bakery") as w:
        orders.create(w.session.connection())
        w.session.execute(orders.insert(), [{"customer_id": mine}, {"customer_id": theirs}])
    for actor, names in ((cast.owner, {"Li"}), (cast.outsider, {"Wu"}), (cast.admin, {"Li", "Wu"})):
        with reading() as x:
            reads = reads_of(x, actor)
            who, deals = reads.visible_customers(), reads.visible_deals()
            acts = reads.visible_activities()
            query = select(who.c.name, deals.c.stage, acts.c.kind).select_from(
                orders.join(who, who.c.id == orders.c.customer_id)
                .join(deals, deals.c.customer_id == who.c.id)
                .join(acts, acts.c.deal_id == deals.c.id)
            )
            assert {tuple(row) for row in reads.execute(query)} == {(name, "first", "call") for name in names}


def test_more_of_what_a_person_sees_can_be_joined(cast: Cast) -> None:
    with work(cast.owner, NOW) as w:
        one = w.add_customer(NewCustomer(name="Li"))
        its = w.add_deal(NewDeal(customer_id=one, process="bakery.cakes"))
    with work(cast.owner, NOW + timedelta(days=2)) as w:
        w.move_deal(its, "second")
        w.log_activity(NewActivity(deal_id=its, outcome="reached", direction="in", note="Tart"))
    with work(cast.owner, NOW + timedelta(days=5)) as w:
        w.move_deal(its, ":won")
    for actor, sees in ((cast.owner, True), (cast.outsider, False)):
        with reading() as x:
            reads = reads_of(x, actor)
            stays, acts = reads.visible_stays(), reads.visible_activities()
            walked = reads.execute(select(stays.c.stage, stays.c.entered_at, stays.c.left_at).order_by(stays.c.stage))
            days = [(row.stage, (row.entered_at - NOW).days, (row.left_at - NOW).days) for row in walked]
            assert days == ([("first", 0, 2), ("second", 2, 5)] if sees else [])
            rules = reads.execute(select(acts.c.rule).where(acts.c.state == "planned"))
            assert ("general.first_call",) in [tuple(row) for row in rules] or not sees
            columns = (acts.c.direction, acts.c.note, acts.c.answers, acts.c.rule)
            noted = reads.execute(select(*columns).where(acts.c.state == "done"))
            assert [tuple(row) for row in noted] == ([("in", "Tart", {}, None)] if sees else [])
            assert actor.id in {each.id for each in reads.people()}
            assert (str(reads.zone), str(reads.house_zone)) == (actor.zone, "Asia/Shanghai")
            assert reads.calendar.is_working(NOW.date())
            assert [str(each) for each in reads.lost_reasons("bakery.cakes")] == ["price"]
            assert reads.lost_reasons("bakery.nothing") == {}
    with reading() as x:
        assert str(reads_of(x, SYSTEM).zone) == "Asia/Shanghai"
        owners = reads_of(x, cast.owner)
        assert [each.name for each in owners.people()] == ["Owner"]
        assert [each.name for each in owners.people(team=True)] == ["Colleague", "Manager", "Owner", "Reader"]


def test_whom_a_field_names_is_seen_where_both_are_and_the_field_is(cast: Cast) -> None:
    with work(cast.owner, NOW) as w:
        one, two = (w.add_customer(NewCustomer(name=name)) for name in ("Li", "Wu"))
        w.change_customer(two, {"bakery.brought_by": one})
    with work(cast.outsider, NOW) as w:
        theirs = w.add_customer(NewCustomer(name="Xu"))
    with work(cast.admin, NOW) as w:
        w.change_customer(theirs, {"bakery.brought_by": one})
    expected = ((cast.owner, {(two, one)}), (cast.outsider, set()), (cast.admin, {(two, one), (theirs, one)}))
    for actor, pairs in expected:
        with reading() as x:
            reads = reads_of(x, actor)
            links, none = reads.visible_links("bakery.brought_by"), reads.visible_links("bakery.nothing")
            found = reads.execute(select(links.c.record_id, links.c.target_id))
            assert {tuple(row) for row in found} == pairs
            assert reads.execute(select(none.c.record_id)) == []


def test_reads_change_nothing(cast: Cast) -> None:
    with work(cast.owner, NOW) as w, pytest.raises(TypeError, match=r"Reads\.execute takes a select"):
        w.reads.execute(delete(customer))  # type: ignore[arg-type]


def test_settings_and_jobs_are_the_plugins_own(cast: Cast, clock: Clock) -> None:
    with house_work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "bakery", {"hours": 5}, {})
    assert did(cast.owner, lambda w: dict(w.settings())) == {"hours": 5}
    with work(cast.owner, NOW) as mine, pytest.raises(ValueError, match="whose settings"):
        mine.settings()
    assert did(cast.owner, lambda w: [w.enqueue("bake", {"n": n}, slot="today") for n in (1, 2)]) == [True, False]
    with reading() as x:
        assert [tuple(row) for row in x.execute(select(job.c.name, job.c.slot))] == [
            ("bakery.bake", "bakery.bake:today")
        ]
    run_jobs(clock)
    assert seen("bakery") == [(5, 1)]


WORDS = Text(en="The cake is baked", zh_Hans="蛋糕好了", zh_Hant="蛋糕好了", ru="Торт готов")


def test_a_plugin_tells_somebody_in_its_own_words(cast: Cast, client_of: Any) -> None:
    one = did(cast.colleague, lambda w: w.add_customer(NewCustomer(name="Li & Co")))
    for _ in range(2):
        did(cast.owner, lambda w: w.notify(cast.colleague.id, WORDS, "customer", one))
    did(cast.owner, lambda w: w.notify(cast.colleague.id, WORDS, "customer", one, once="again"))
    did(cast.owner, lambda w: w.notify(cast.owner.id, WORDS, "customer", one))  # nobody tells themselves
    did(cast.owner, lambda w: w.notify(None, WORDS, "customer", one))
    did(cast.owner, lambda w: w.notify(cast.outsider.id, WORDS, "customer", one))
    with reading() as x:
        assert len(x.execute(select(notice.c.id)).all()) == 3
    page = client_of(cast.colleague).get("/notices").text
    assert page.count("The cake is baked: Li &amp; Co") == 2
    outside = client_of(cast.outsider).get("/notices").text
    assert "The cake is baked" not in outside
    assert "Li" not in outside.split("<main")[1].split("</main")[0].replace("List", "").replace("Link", "")


def test_a_plugin_tells_somebody_of_a_page_of_its_own(cast: Cast, client_of: Any) -> None:
    for _ in range(2):
        did(cast.owner, lambda w: w.notify_of_page(cast.colleague.id, WORDS, "/p/bakery/cakes/7"))
    did(cast.owner, lambda w: w.notify_of_page(cast.colleague.id, WORDS, "/p/bakery/cakes/8"))
    with pytest.raises(ValueError, match="no page of 'bakery'"):
        did(cast.owner, lambda w: w.notify_of_page(cast.colleague.id, WORDS, "/deals/1"))
    colleague = client_of(cast.colleague)
    assert colleague.get("/notices").text.count("The cake is baked<") == 2
    with reading() as x:
        first = x.execute(select(notice.c.id).order_by(notice.c.id)).scalars().first()
    assert colleague.send(f"/notices/{first}/open").location == "/p/bakery/cakes/7"


def test_customers_are_found_by_name_and_number_and_sources_have_labels(cast: Cast) -> None:
    one = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="沈月", phones=("13800001234",))))
    did(cast.outsider, lambda w: w.add_customer(NewCustomer(name="沈阳")))
    with reading() as x:
        reads = reads_of(x, cast.owner)
        assert [each.id for each in reads.find_customers("沈")] == [one]
        assert [each.name for each in reads.find_customers("138 0000 1234")] == ["沈月"]
        assert reads.find_customers("") == []
        assert reads.sources()["referral"].zh_Hans == "客户推荐"
        assert reads.read_phone("138 0000 1234") == "+8613800001234"
        wrong = Msg("A phone number is made of digits; this has “%(found)s”.", {"found": "ab"})
        assert reads.read_phone("12ab") == wrong


def test_a_letter_says_it_in_the_readers_language() -> None:
    told = {"en": "Baked", "zh_Hans": "好了", "zh_Hant": "好了", "ru": "Готово"}
    assert sentence(PLUGIN, "", "Owner", "李", "zh_Hans", told) == "好了：李"
    assert sentence(PLUGIN, "", "Owner", "Li", "ru", told) == "Готово: Li"


def test_tags_of_two_at_once_are_both_kept(cast: Cast) -> None:
    one = did(cast.owner, lambda w: w.add_customer(NewCustomer(name="Li", tags=("old",))))
    did(cast.owner, lambda w: w.tag(one, "a"))
    did(cast.owner, lambda w: w.tag(one, "b", "a"))
    with reading() as x:
        assert tags.of_customer(x, one) == ("a", "b", "old")
