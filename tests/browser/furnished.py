"""A small company with something on every page: long names and addresses, every state, nothing in English."""

from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

from flask import Flask
from sqlalchemy import update

from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.list_query import ListQuery
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import import_checking, import_runs, import_work, mailing_running, mailings
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.company import change_company
from salesapp.services.contacts import NewContact, add_contact, add_date
from salesapp.services.customers import NewCustomer, add_customer, archive_customer
from salesapp.services.deal_moves import lose_deal, move_deal, win_deal
from salesapp.services.deal_steps import tick_step
from salesapp.services.deals import NewDeal, open_deal
from salesapp.services.files import Upload, attach, take_in
from salesapp.services.links import make_link
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.mailings import NewMailing
from salesapp.services.people import NewPerson, add_person
from salesapp.services.pool import release_customer
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.teams import add_node
from salesapp.services.work import Work, work
from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.store.tables import team as team_table
from salesapp.testing import NOW, Cast
from tests.services.file_kit import MOST, PDF, photo

LONG = "北京市东城区国际友谊医院附属康复与健康管理中心（集团）有限责任公司第二分院"
MAIL = "a.very.long.mailbox.name.that.nobody.would.ever.type@department.of.purchasing.example.com"
SIX = ("identification", "contact", "needs", "solution", "negotiation", "closing")
NAMES = {
    "admin": "周敏",
    "manager": "赵磊",
    "owner": "李娜",
    "colleague": "孙涛",
    "outsider": "何静",
    "reader": "吴霞",
    "other_manager": "郑凯",
}


@dataclass(frozen=True, slots=True)
class Places:
    """What the addresses of pages are made with."""

    person: int
    organisation: int
    contact: int
    archived: int
    pooled: int
    deal: int
    won: int
    lost: int
    alone: int
    decision: int
    planned: int
    file: int
    asked: int
    checked: int
    imported: int
    colleague: int
    invited: int
    team: int
    territory: int
    invitation: str
    draft: int
    mailing: int


def furnish(app: Flask, cast: Cast) -> Places:
    """Fill the database as its people would have, through the services they use."""
    with work(SYSTEM, NOW - timedelta(days=60)) as w:
        for role, name in NAMES.items():
            people.update_person(w.session, int(getattr(cast, role).id), {"name": name})
        for node, team_name in ((cast.admin, "总公司"), (cast.owner, "北区"), (cast.outsider, "南区")):
            w.session.execute(update(team_table).where(team_table.c.id == node.team_id).values(name=team_name))
        territory = add_node(w, "territories", "Северо-Западный федеральный округ", None)
        team = add_node(w, "teams", "华北大客户与渠道合作部", None)
    with work(cast.admin, NOW - timedelta(days=1)) as w:
        invited = add_person(w, NewPerson(name="马丽", email="mali@example.com", role="salesperson"))
        invitation = make_link(w, invited)
    with work(cast.owner, NOW - timedelta(days=40)) as w:
        person = _person(w)
        organisation, contact = _organisation(w)
        archived, pooled = _others(w)
    with work(cast.owner, NOW - timedelta(days=13)) as w:
        _shares(w, person, cast, team)
    with work(cast.owner, NOW - timedelta(days=12)) as w:
        deal, won, lost = _deals(w, person, organisation)
    with work(cast.admin, NOW - timedelta(days=11)) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})
    with work(cast.owner, NOW - timedelta(days=10)) as w:
        alone = open_deal(w, NewDeal(title="展会上认识的，名片还没找到", process="general.six"))
        given_up = open_deal(w, NewDeal(customer_id=person, title="二手车置换", process="general.six"))
        decision = ask_or_lose(w, given_up, "competitor", "对方已经在别家签了意向书。", 1)
        assert decision is not None
    with work(cast.owner, NOW - timedelta(hours=2)) as w:
        planned = _activities(w, cast.owner, person, organisation, deal)
        file = _files(w, planned)
    asked, checked, imported = (an_import(cast.admin, steps) for steps in range(3))
    return Places(
        person=person,
        organisation=organisation,
        contact=contact,
        archived=archived,
        pooled=pooled,
        deal=deal,
        won=won,
        lost=lost,
        alone=alone,
        decision=decision,
        planned=planned,
        file=file,
        asked=asked,
        checked=checked,
        imported=imported,
        colleague=int(cast.colleague.id or 0),
        invited=invited,
        team=team,
        territory=territory,
        invitation=invitation,
        draft=_message(cast.admin, "email"),
        mailing=_message(cast.admin, "sms", sent=True),
    )


def _message(actor: Actor, way: str, *, sent: bool = False) -> int:
    """A message to everybody, as a draft or with what came of it."""
    new = NewMailing(way=way, name="五一到店有礼", subject="{客户}您好", body="{联系人}您好：\n五一到店有礼。{负责人}")
    with work(actor, NOW - timedelta(hours=1)) as w:
        mailing_id = mailings.add(w, new, ListQuery("customer"))
        if sent:
            mailings.send(w, mailing_id, 1)
    with work(SYSTEM, NOW) as w:
        run_id = mailing_running.begin(w, mailing_id)
        if run_id is not None:
            mailing_running.go_on(w, run_id)
    return mailing_id


def _person(w: Work) -> int:
    new = NewCustomer(
        name="王建国",
        company=LONG,
        position="Заместитель генерального директора по закупкам",
        phones=("13800138000",),
        emails=(MAIL,),
        wechats=("wangjianguo_1971",),
        grade="A",
        source="trade_show",
        state="customer",
        address="北京市丰台区晓月苑清音街１号" * 3,
        note="喜欢白色，等老婆看车。\n下午三点以后方便。",
        tags=("老客户", "展会", "Постоянный клиент"),
    )
    customer_id = add_customer(w, new)
    add_date(w, customer_id, "birthday", PartialDate("lunar", None, 8, 15))
    return customer_id


def _organisation(w: Work) -> tuple[int, int]:
    organisation = add_customer(w, NewCustomer(kind="organisation", name=LONG, phones=("010-83211441",), grade="B"))
    phone = parse_contact_point("phone", "13900139000", "CN")
    assert isinstance(phone, ContactPoint)
    contact = NewContact(name="Константин Константинопольский", position="采购部主任", points=(phone,))
    return organisation, add_contact(w, organisation, contact)


def _others(w: Work) -> tuple[int, int]:
    for n, name in enumerate(("陈晓", "刘伟", "Ольга Сергеевна Преображенская-Воскресенская")):
        add_customer(w, NewCustomer(name=name, phones=(f"1370013700{n}",)))
    add_customer(w, NewCustomer(kind="organisation", name="上海明德贸易有限公司"))
    for n in range(2):
        pooled = add_customer(w, NewCustomer(name=f"公海客户{n}", phones=(f"1360013600{n}",)))
        release_customer(w, pooled, reason="今年没有预算。")
    archived = add_customer(w, NewCustomer(name="存档客户", phones=("13500135000",)))
    archive_customer(w, archived)
    return archived, pooled


def _shares(w: Work, person: int, cast: Cast, team: int) -> None:
    share_customer(w, person, NewShare(person_id=cast.other_manager.id, level="work", note="帮忙跟一下，下周出差。"))
    share_customer(w, person, NewShare(team_id=team, until=NOW + timedelta(days=30)))


def _deals(w: Work, person: int, organisation: int) -> tuple[int, int, int]:

    def opened(customer: int, title: str, amount: int | None, stages: int = 0) -> tuple[int, int]:
        deal = open_deal(w, NewDeal(customer_id=customer, title=title, process="general.six", amount_minor=amount))
        for step in ("need_determined", "contract_signed"):  # what its gates ask for
            tick_step(w, deal, step, True)
        for version, stage in enumerate(SIX[1 : stages + 1], 1):
            move_deal(w, deal, stage, version)
        return deal, stages + 1

    deal, _ = opened(organisation, "中心供氧系统升级改造与三年全包维保项目（含备用机组）", 123_456_789_000, 3)
    opened(person, "轿车", 21_800_000)
    opened(organisation, "", None, 1)
    won, version = opened(person, "年度耗材", 8_600_000, 5)
    win_deal(w, won, version)
    lost, version = opened(person, "Поставка медицинского оборудования", 990_000_000, 2)
    lose_deal(w, lost, "price", "对方预算砍了一半。", version)
    return deal, won, lost


def an_import(actor: Actor, steps: int) -> int:
    """A file somebody sent; checked, and brought in."""
    name = f"{LONG}{steps}"
    table = f"名称,电话,等级,来源,空白\n{name},010-8455660{steps},A,展会,\n刘伟,1380013800,{LONG},Google,\n"
    with work(actor, NOW) as w:
        run_id = import_runs.begin(w, BytesIO(table.encode("gb18030")), f"{LONG}.csv")
    turns = ((import_runs.check, import_checking.check_file), (import_runs.start, import_work.bring_in))
    for step, do in turns[:steps]:
        with work(actor, NOW) as w:
            step(w, run_id)
        with reading() as x:
            turn = import_runs.load(x, actor, run_id).turn
        do({"run": run_id, "turn": turn}, NOW)
    return run_id


def _files(w: Work, activity_id: int) -> int:
    """A picture and a document with a long name."""
    picture = Upload("现场照片.png", BytesIO(photo("PNG", (600, 400))))
    document = Upload(f"{LONG}.pdf", BytesIO(PDF))
    return attach(w, activity_id, take_in([picture, document], MOST).files)[0]


def _activities(w: Work, owner: Actor, person: int, organisation: int, deal: int) -> int:
    note_activity(w, NewActivity(customer_id=person, note="喜欢白色，等老婆看车。", outcome="reached"))
    note_activity(w, NewActivity(kind="meeting", deal_id=deal, note="看了现场，" * 20, outcome="reached"))
    done = plan_activity(w, NewActivity(customer_id=person, planned_at=NOW))
    finish_activity(w, done, "not_reached", "没人接", NOW + timedelta(days=1))
    earlier = replace(w, now=w.now - timedelta(days=3))
    for days in (-3, 0, 2, 30):
        planned = NewActivity(deal_id=deal, planned_at=NOW + timedelta(days=days, hours=5), all_day=days > 0)
        last = plan_activity(earlier, planned)
    plan_activity(earlier, NewActivity(customer_id=organisation, note="送样品", planned_at=NOW - timedelta(days=1)))
    return last
