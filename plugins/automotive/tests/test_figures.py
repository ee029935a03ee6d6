"""The figures, counted again by plain SQL over random rows, and the list each of them opens."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from sqlalchemy import insert, text

from salesapp.plugin_api import SYSTEM, ReportQuery, Work, work
from salesapp.testing import Cast, Kit

pytest_plugins = ["salesapp.testing"]
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
FEBRUARY = ReportQuery(date(2026, 2, 1), date(2026, 2, 28), SINCE, UNTIL, None)
SHANGHAI = timedelta(hours=8)
IN = ">= '2026-02-01 00:00:00+00' AND {0} < '2026-03-01 00:00:00+00'"
OURS = "d.process = 'automotive.showroom' AND d.archived_at IS NULL"
SIGNED = "EXISTS (SELECT 1 FROM automotive_contract k WHERE k.deal_id = d.id AND k.state <> 'cancelled')"


def inside(column: str) -> str:
    return f"{column} {IN.format(column)}"


SHARES = {
    "visits": f"SELECT count(*), count(*) FROM automotive_visit WHERE {inside('came_at')}",
    "filed": "SELECT count(customer_id), count(*) FROM automotive_visit WHERE again = false AND " + inside("came_at"),
    "again": "SELECT sum(CASE WHEN n > 1 THEN 1 ELSE 0 END), count(*) FROM (SELECT count(*) AS n, min(came_at) AS f"
    f" FROM automotive_visit WHERE customer_id IS NOT NULL GROUP BY customer_id) v WHERE {inside('f')}",
    "driven": "SELECT sum(CASE WHEN d.id IN (SELECT deal_id FROM automotive_drive WHERE state = 'done') THEN 1 ELSE 0"
    " END), count(*) FROM deal d JOIN (SELECT deal_id, min(came_at) AS f FROM automotive_visit GROUP BY deal_id) v"
    f" ON v.deal_id = d.id WHERE {OURS} AND {inside('v.f')}",
    "bought": f"SELECT sum(CASE WHEN d.state = 'won' OR (d.state = 'open' AND {SIGNED}) THEN 1 ELSE 0"
    " END), count(*) FROM deal d JOIN (SELECT"
    " deal_id, min(came_at) AS f FROM automotive_visit GROUP BY deal_id) v ON v.deal_id = d.id"
    f" WHERE {OURS} AND {inside('v.f')}",
    "lost price": "SELECT sum(CASE WHEN d.state = 'lost' AND d.lost_reason = 'price' THEN 1 ELSE 0 END), count(*)"
    f" FROM deal d WHERE {OURS} AND d.state <> 'open' AND {inside('d.closed_at')}",
    "referred": "SELECT sum(CASE WHEN d.customer_id IN (SELECT customer_id FROM automotive_referral) THEN 1 ELSE 0"
    f" END), count(*) FROM deal d WHERE {OURS} AND d.state = 'won' AND {inside('d.closed_at')}",
} | {
    kind: "SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM automotive_offer_line l WHERE l.offer_id = k.offer_id AND"
    f" l.kind = '{kind}') THEN 1 ELSE 0 END), count(*) FROM automotive_contract k JOIN deal d ON d.id = k.deal_id"
    f" WHERE {OURS} AND k.state <> 'cancelled' AND {inside('k.signed_at')}"
    for kind in ("finance", "insurance", "accessory")
}
SHARES |= {
    "complained": "SELECT count(DISTINCT hit), count(DISTINCT d.id) FROM deal d JOIN automotive_delivery y ON y.deal_id"
    " = d.id LEFT JOIN (SELECT v.deal_id AS hit, m.customer_id AS whose, m.raised_at AS since FROM automotive_matter m"
    " JOIN automotive_vehicle v ON v.id = m.vehicle_id UNION ALL SELECT deal_id, customer_id, raised_at FROM"
    " automotive_matter WHERE deal_id IS NOT NULL) c ON hit = d.id AND whose = d.customer_id AND since >="
    f" y.delivered_at WHERE {OURS} AND {inside('y.delivered_at')}",
    "closed": "SELECT sum(CASE WHEN state = 'closed' THEN 1 ELSE 0 END), count(*) FROM automotive_matter"
    f" WHERE {inside('raised_at')} AND NOT (state = 'closed' AND answered_at IS NULL)",
}
"""Of each share, by its key and group: how many count, and of how many."""


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


@pytest.fixture
def company(kit: Kit, cast: Cast) -> None:
    """Sixty deals with a random past around February, and what the dealership knows of them."""
    dice = random.Random(7)
    deals = [
        kit.a_deal("automotive.showroom", customer=kit.a_customer(f"客户{n}", actor=who), actor=who)
        for n, who in enumerate([cast.owner, cast.colleague] * 30)
    ]
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        for n, deal in enumerate(deals):
            past(w, parts(kit).tables, dice, deal, deals[n - 1].customer_id or 0)
        for _ in range(20):  # strangers
            w.session.execute(insert(parts(kit).tables.VISIT).values(came_at=moment(dice), again=dice.random() < 0.3))


@pytest.fixture
def w(kit: Kit, company: None) -> Iterator[Work]:
    """A transaction of the installation itself over that company."""
    with work(SYSTEM, kit.clock.now, plugin="automotive") as opened:
        yield opened


def moment(dice: random.Random) -> datetime:
    return SINCE + timedelta(minutes=dice.randrange(-20 * 1440, 48 * 1440))


def past(w: Work, t: Any, dice: random.Random, deal: Any, other: int) -> None:
    def add(table: Any, **values: Any) -> int:
        made: int = w.session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return made

    began, closed = moment(dice), moment(dice)
    state, reason = dice.choice([("open", None), ("won", None), ("lost", "price"), ("lost", "rival")])
    row = {"state": state, "reason": reason, "id": deal.id, "began": stored(w, began), "closed": stored(w, closed)}
    row["closed"] = row["closed"] if state != "open" else None
    changed = "UPDATE deal SET state = :state, lost_reason = :reason, created_at = :began, closed_at = :closed"
    w.session.execute(text(changed + " WHERE id = :id"), row)
    for n in range(dice.randrange(3)):
        values = {"customer_id": deal.customer_id, "deal_id": deal.id, "again": n > 0}
        add(t.VISIT, came_at=moment(dice), received_by=deal.owner_id, **values)
    times = pairwise(sorted(moment(dice) for _ in range(4)))
    for level, (since, until) in zip(dice.sample("habcno", 3), times, strict=True):
        add(t.LEVEL, deal_id=deal.id, level=level, since=since, until=until)
    add(t.LEVEL, deal_id=deal.id, level="h", since=moment(dice))
    if dice.random() < 0.5:
        car = add(t.VEHICLE, model="A6L", state="demo")
        when = {"starts_at": began, "ends_at": began, "customer_id": deal.customer_id}
        add(t.DRIVE, vehicle_id=car, deal_id=deal.id, state=dice.choice(["done", "no_show"]), **when)
    if dice.random() < 0.3:
        add(t.REFERRAL, customer_id=deal.customer_id, referrer_id=other, at=began)
    if dice.random() < 0.5:
        money = {"currency": "CNY", "total_minor": 1, "deal_id": deal.id}
        offer = add(t.OFFER, version=1, state="accepted", model="A6L", made_at=began, **money)
        for place, kind in enumerate(dice.sample(["car", "finance", "insurance", "accessory"], 2)):
            add(t.OFFER_LINE, offer_id=offer, kind=kind, text="", amount_minor=1, place=place, facts={})
        standing = dice.choice(["effective", "paid", "cancelled"])
        add(t.CONTRACT, offer_id=offer, state=standing, signed_at=moment(dice), **money)
    bought = moment(dice) - timedelta(days=181)
    done = {"first_maintained_on": bought.date() if dice.random() < 0.5 else None, "customer_id": deal.customer_id}
    add(t.VEHICLE, model="Q5", state="customer", delivered_at=bought, **done)
    after_delivery(add, t, random.Random(deal.id), deal)


def after_delivery(add: Any, t: Any, dice: random.Random, deal: Any) -> None:
    car = add(t.VEHICLE, model="Q7", state="customer", deal_id=deal.id)
    if dice.random() < 0.7:
        add(t.DELIVERY, deal_id=deal.id, delivered_at=moment(dice), checks={}, explained=[], vehicle_id=car)
    for state in dice.sample(["open", "answered", "closed"], dice.randrange(3)):
        raised = moment(dice)
        values = {"customer_id": deal.customer_id, "owner_id": deal.owner_id, "text": "x"}
        values |= {"deal_id": deal.id} if dice.random() < 0.5 else {"vehicle_id": car}
        unanswered = state == "open" or (state == "closed" and dice.random() < 0.4)
        answer = None if unanswered else raised + timedelta(hours=dice.randrange(1, 48))
        add(t.MATTER, state=state, raised_at=raised, due_at=raised, answered_at=answer, **values)


def stored(w: Work, at: datetime) -> Any:
    return str(at)[:19] + ".000000" if w.session.get_bind().dialect.name == "sqlite" else at


def results(kit: Kit, w: Work, query: ReportQuery = FEBRUARY) -> dict[str, tuple[str, int, int]]:
    """Every figure by its key and group, as the report has it."""
    figure, found = parts(kit).figures, {}
    for each in figure.FIGURES:
        cases = figure.found(each, w.reads, query)
        for group in figure.groups_of(each, w.reads):
            one = figure.result(each, figure.of_group(each, cases, group))
            found[f"{each.key} {group}".strip()] = str(one.value), one.hits, one.cases
    return found


def test_shares_are_what_sql_says(kit: Kit, w: Work) -> None:
    made = results(kit, w)
    for key, sql in SHARES.items():
        hits, cases = w.session.execute(text(sql)).one()
        assert (key, made[key][1:]) == (key, (hits or 0, cases))
        assert 0 < (hits or 0) <= cases, key
        assert key == "visits" or made[key][0] == f"{100 * hits / cases:.0f} %"


def test_days_and_minutes_are_the_middle_ones(kit: Kit, w: Work) -> None:
    made, t = results(kit, w), parts(kit).tables
    ended = [row for row in w.reads.execute(t.LEVEL.select()) if row.until and SINCE <= row.until < UNTIL]
    for level in "ohabcn":
        days = [(row.until - row.since).total_seconds() / 86400 for row in ended if row.level == level]
        assert made[f"level_days {level}"] == (f"{median(days):.1f}", len(days), len(days))
    sql = f"SELECT count(*) FROM deal d WHERE {OURS} AND {inside('d.created_at')} AND NOT EXISTS (SELECT 1 FROM"
    waits = w.session.execute(
        text(f"{sql} automotive_visit v WHERE v.deal_id = d.id AND v.came_at <= d.created_at)")
    ).scalar_one()
    assert made["response"] == ("–", 0, waits)


def test_complaints_are_answered_in_time_or_late(kit: Kit, w: Work) -> None:
    made, t = results(kit, w), parts(kit).tables
    raised = [row for row in w.reads.execute(t.MATTER.select()) if SINCE <= row.raised_at < UNTIL]
    raised = [row for row in raised if row.state != "closed" or row.answered_at]
    took = [(row.answered_at - row.raised_at).total_seconds() / 3600 for row in raised if row.answered_at]
    assert made["answer_hours"] == (f"{median(took):.1f}", len(took), len(raised))
    waits = sum(row.answered_at is None and row.raised_at + timedelta(hours=24) < w.now for row in raised)
    assert made["answered_late"][1:] == (sum(hours > 24 for hours in took) + waits, len(raised))
    assert 0 < waits < len(raised)


def test_a_level_was_right_when_it_was_bought_within_its_days(kit: Kit, w: Work) -> None:
    made, t = results(kit, w), parts(kit).tables
    signed: dict[int, datetime] = {
        row.deal_id: row.signed_at for row in w.reads.execute(t.CONTRACT.select()) if row.state != "cancelled"
    }
    deals = {row.id: row for row in w.reads.execute(w.reads.visible_deals().select())}
    for level, days in {"h": 7, "a": 15, "b": 30, "c": 90}.items():
        judged = []
        for row in w.reads.execute(t.LEVEL.select()):
            ends = row.since + timedelta(days=days)
            if row.level == level and SINCE <= ends < UNTIL and ends < w.now:
                won = deals[row.deal_id].closed_at if deals[row.deal_id].state == "won" else None
                judged.append(any(at and row.since <= at <= ends for at in (signed.get(row.deal_id), won)))
        assert made[f"level_right {level}"][1:] == (sum(judged), len(judged))


def test_the_first_answer_counts_in_minutes(kit: Kit, cast: Cast) -> None:
    lead, other = kit.a_customer("沈月"), kit.a_customer("方原")
    slow, twice = (kit.a_deal("automotive.showroom", customer=each) for each in (other, other))
    kit.a_deal("automotive.showroom", customer=lead)
    began = kit.clock.now
    for about, minutes in ((lead, 4), (slow, 11), (twice, 20), (lead, 40)):  # who is called may have no deal yet
        kit.clock.now = began + timedelta(minutes=minutes - 2)
        kit.an_activity(about, kind="call", outcome="not_reached")  # nobody heard: it is no answer
        kit.an_activity(about, kind="call", direction="in")
        kit.clock.now = began + timedelta(minutes=minutes)
        kit.an_activity(about, kind="call", outcome="reached")
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        always = ReportQuery(None, None, None, None, None)
        assert results(kit, w, always)["response"] == ("11.0", 3, 3)


@pytest.mark.parametrize(
    ("days", "minutes"), [(0, 3.0), (7, 3.0), (8, 2 * 24 * 60.0)], ids=["at once", "in a week", "later"]
)
def test_an_enquiry_is_answered_before_its_deal_is_opened(kit: Kit, cast: Cast, days: int, minutes: float) -> None:
    asked = kit.a_customer("沈月")
    began = kit.clock.now
    kit.clock.now = began + timedelta(minutes=3)
    kit.an_activity(asked, kind="call", outcome="reached")
    kit.clock.now = began + timedelta(days=days, minutes=0 if days else 10)
    deal = kit.a_deal("automotive.showroom", customer=asked)
    kit.clock.advance(days=2)
    kit.an_activity(deal, kind="call", outcome="reached")
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        assert results(kit, w, ALL)["response"] == (f"{minutes:.1f}", 1, 1)


def test_maintenance_is_due_months_after_the_delivery(kit: Kit, w: Work) -> None:
    t, due = parts(kit).tables, []
    for row in w.reads.execute(t.VEHICLE.select().where(t.VEHICLE.c.delivered_at.is_not(None))):
        day = (
            row.delivered_at.date()
        )  # the installation's zone is UTC; no delivery of these is on a 29th to 31st of August
        later = date(day.year + (day.month > 6), (day.month + 5) % 12 + 1, min(day.day, 28 if day.month == 8 else 30))
        if date(2026, 2, 1) <= later <= date(2026, 2, 28):
            due.append(row.first_maintained_on is not None)
    assert results(kit, w)["maintained"][1:] == (sum(due), len(due))
    assert 0 < sum(due) < len(due)


def test_each_number_opens_the_list_it_was_counted_from(kit: Kit, company: None, client_of: Any, cast: Cast) -> None:
    boss = client_of(cast.admin)
    with work(cast.admin, kit.clock.now, plugin="automotive") as w:
        made = results(kit, w, replace(FEBRUARY, since=SINCE - SHANGHAI, until=UNTIL - SHANGHAI))
    report = boss.get("/reports/p/automotive.figures?period=dates&from=2026-02-01&to=2026-02-28").text
    for key, (said, hits, cases) in made.items():
        name, _, group = key.partition(" ")
        address = f"/p/automotive/figures/{name}?" + (f"group={group}&" if group else "")
        if group and not (cases if name == "level_right" else hits):
            continue
        assert address.replace("&", "&amp;") + "from=2026-02-01&amp;to=2026-02-28" in report
        listed = boss.get(address + "from=2026-02-01&to=2026-02-28").text
        assert (key, listed.count('<li class="row')) == (key, cases)
        assert f"{hits} / {cases}" in listed
        assert said.removesuffix(".0") in listed


def test_a_salesperson_counts_what_is_theirs(kit: Kit, company: None, cast: Cast) -> None:
    mine = ReportQuery(FEBRUARY.first, FEBRUARY.last, SINCE, UNTIL, frozenset({int(cast.owner.id or 0)}))
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        whole, of_mine = results(kit, w)["again"][2], results(kit, w, mine)["again"][2]
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        assert results(kit, w)["again"][2] == of_mine
    assert 0 < of_mine < whole


def test_an_address_that_says_nonsense(client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    assert owner.get("/p/automotive/figures/nothing").status_code == 404
    assert owner.get("/p/automotive/figures/lost?group=luck").status_code == 404
    assert owner.get("/p/automotive/figures/lost?group=price&from=x&to=2026-01-01&who=7.x.").status_code == 200


ALL = ReportQuery(None, None, None, None, None)


def test_a_level_that_was_never_right_says_so(kit: Kit, client_of: Any, cast: Cast) -> None:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    kit.fill(deal, level="h")
    kit.run_jobs()
    kit.clock.advance(days=8)
    report = client_of(cast.admin).get("/reports/p/automotive.figures?period=all").text
    assert ("Level was right · level H" in report, "0 / 1" in report) == (True, True)


def test_two_people_of_one_name_are_two(kit: Kit, cast: Cast) -> None:
    for who, n in ((cast.owner, 1), (cast.colleague, 3)):
        with work(SYSTEM, kit.clock.now) as w:
            came = {"came_at": kit.clock.now, "received_by": who.id}
            w.session.execute(insert(parts(kit).tables.VISIT), [came] * n)
    with work(cast.admin, kit.clock.now, plugin="automotive") as w:
        (figure,) = [each for each in parts(kit).figures.FIGURES if each.key == "visits"]
        listed = parts(kit).figures.found(figure, w.reads, ALL)
    names = {cast.owner.id: "王伟", cast.colleague.id: "王伟"}
    by_person = parts(kit).reporting.figures_pages.by_person
    assert by_person(figure, listed, names) == [("王伟", 1, "1 / 1"), ("王伟", 3, "3 / 3")]
    assert by_person(figure, listed, {}) == [("–", 4, "4 / 4")]


@pytest.mark.parametrize("months", ["-100000", "0", "9999999"])
def test_months_nobody_can_mean_break_no_figure(
    kit: Kit, company: None, client_of: Any, cast: Cast, months: str
) -> None:
    admin = client_of(cast.admin)
    sent = {"seen-automotive.first_months": "6", "automotive.first_months": months}
    admin.send("/settings/plugins/automotive/settings", sent)
    assert admin.get("/p/automotive/figures/maintained").status_code == 200


def test_a_customer_known_by_number_only_can_be_opened(kit: Kit, client_of: Any, cast: Cast) -> None:
    known = kit.a_customer("", phones=["13800001234"])
    with work(SYSTEM, kit.clock.now) as w:
        came = {"came_at": kit.clock.now, "received_by": cast.owner.id, "customer_id": known.id}
        w.session.execute(insert(parts(kit).tables.VISIT).values(came))
    for key in ("visits", "again"):
        listed = client_of(cast.owner).get(f"/p/automotive/figures/{key}").text
        assert f'href="/customers/{known.id}">–<' in listed


def test_a_company_is_called_by_its_name_and_a_stranger_as_the_register_has_them(
    kit: Kit, client_of: Any, cast: Cast
) -> None:
    firm = kit.a_customer("", company="Lanhai", phones=["13800001234"])
    came = {"came_at": kit.clock.now, "received_by": cast.owner.id}
    with work(SYSTEM, kit.clock.now) as w:
        for said in ({"customer_id": firm.id}, {"name": "Ms Wei"}, {}):
            w.session.execute(insert(parts(kit).tables.VISIT).values(**came, **said))
    listed = client_of(cast.owner).get("/p/automotive/figures/visits").text
    assert [f">{each}<" in listed for each in ("Lanhai", "Ms Wei", "–")] == [True, True, True]


def test_a_complaint_is_of_one_deal_and_one_customer(kit: Kit, cast: Cast) -> None:
    buyer, later = kit.a_customer("沈月"), kit.a_customer("方原")
    deal, other = (kit.a_deal("automotive.showroom", customer=buyer) for _ in range(2))
    t, now = parts(kit).tables, kit.clock.now
    with work(SYSTEM, now, plugin="automotive") as w:
        made = insert(t.VEHICLE).values(model="Q7", state="customer", deal_id=deal.id).returning(t.VEHICLE.c.id)
        car = w.session.execute(made).scalar_one()
        for given, vehicle in ((deal, car), (other, None)):
            gone = {"delivered_at": now, "checks": {}, "explained": []}
            w.session.execute(insert(t.DELIVERY).values(deal_id=given.id, vehicle_id=vehicle, **gone))
        matter = {"state": "open", "text": "x", "raised_at": now, "due_at": now}
        w.session.execute(insert(t.MATTER).values(customer_id=later.id, vehicle_id=car, **matter))
        assert results(kit, w, ALL)["complained"] == ("0 %", 0, 2)  # whoever has the car now is another
        w.session.execute(insert(t.MATTER).values(customer_id=buyer.id, deal_id=deal.id, **matter))
        assert results(kit, w, ALL)["complained"] == ("50 %", 1, 2)  # of no car, as the other delivery is
