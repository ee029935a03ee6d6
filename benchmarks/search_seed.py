"""Fill an empty database with what a search has to find its way through: very many customers of four hundred people,
their contacts, deals and activities with notes. The same every time: each record follows from its number.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select, text

from salesapp.store import schema, search_index
from salesapp.store.search_index import Parts
from salesapp.store.tables import activity, contact, customer, deal, person, pool, search_row, team

TEAMS, TEAM_SIZE = 20, 20
CONTACTS, DEALS, NOTED = 0.5, 0.5, 0.6
"""So many of each to a customer; everybody has an activity, so many of them with a note."""

HELPED: Final = 0.05
POOLED: Final = 50
"""Every so-manieth customer is in the pool."""

SHARES: Final = 300
PORTION: Final = 10_000
WORKERS: Final = 2

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玲红志海燕春梅兰云飞龙宇辰欣怡佳琪子涵雨泽晨浩然"
PLACES: Final = (
    "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 沈阳 天津 青岛 大连 厦门 长沙 郑州 济南 合肥".split()
)
TRADES: Final = (
    "医疗 汽车 电子 机械 食品 化工 建材 纺织 物流 软件 仪器 能源 环保 印刷 家具 农业 教育 贸易 包装 五金".split()
)
LATIN: Final = "Smith Brown Miller Garcia Novak Silva Rossi Keller Larsen Dubois Иванов Петров Смирнов Кузнецов".split()
NOTES: Final = (
    "发了报价，等回复",
    "约了下周见面，带样品",
    "对方在开会，晚点再打",
    "讨论了合同条款和付款方式",
    "安装调试完成，客户满意",
    "价格偏高，需要申请折扣",
    "sent the price list, waits for budget",
    "договорились о встрече, нужен образец",
)

Row = dict[str, Any]
Rows = list[tuple[str, list[Row]]]


@dataclass(frozen=True, slots=True)
class Company:
    """Whom to sign in as: `guest` has customers of others by shares alone."""

    customers: int
    admin: int = 1
    manager: int = 2
    salesperson: int = 2 + TEAMS
    guest: int = 2 + TEAMS * TEAM_SIZE


def seed(url: str, customers: int, now: datetime) -> Company:
    """Fill the empty database at `url`."""
    company = Company(customers)
    firsts = range(1, customers + 1, PORTION)
    with schema.alone(url) as x, ProcessPoolExecutor(WORKERS) as workers:
        _add_people(x, company, now)
        if x.dialect.name == "postgresql":
            definition = x.execute(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_index'")
            ).scalar_one()
            x.execute(text("DROP INDEX search_index"))
        else:
            x.execute(text("PRAGMA cache_size=-400000"))
        for made in workers.map(_portion, ((first, min(first + PORTION, customers + 1), now) for first in firsts)):
            for name, rows in made:
                _insert(x, name, rows)
        _insert(x, "share", list(_shares(company, now)))
        if x.dialect.name == "postgresql":
            x.execute(text(definition))
            _give_no_id_twice(x)
    return company


def owner_of(number: int) -> int | None:
    """Whose a customer is; None where it is in the pool."""
    return None if number % POOLED == 0 else 2 + number % (TEAMS * TEAM_SIZE)


def name_of(number: int) -> str:
    """What a customer is called; every third is a company."""
    dice = Random(number)
    if number % 3 == 0:
        return f"{dice.choice(PLACES)}{''.join(dice.sample(GIVEN, 2))}{dice.choice(TRADES)}有限公司"
    if dice.random() < 0.15:
        return f"{dice.choice(LATIN)} {number % 9973:04}"
    return dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))


def phone_of(number: int) -> str:
    """A mobile number, as it is compared; each its own."""
    return f"+861{30 + number // 100_000_000:02}{number * 7919 % 100_000_000:08}"


def _add_people(x: Connection, company: Company, now: datetime) -> None:
    teams: list[Row] = [{"id": 1, "name": "Company", "parent_id": None, "path": "/1/"}]
    teams += [{"id": i, "name": f"Team {i}", "parent_id": 1, "path": f"/1/{i}/"} for i in range(2, 2 + TEAMS)]
    _insert(x, "team", teams)
    _insert(x, "pool", [{"id": 1, "name": "Pool"}])
    places = range(TEAMS * TEAM_SIZE)
    roles = [(2 + i, "salesperson" if i // TEAMS else "manager", 2 + i % TEAMS) for i in places]
    everybody = [(company.admin, "admin", 1), *roles, (company.guest, "salesperson", 1)]
    rows = [
        {"id": i, "name": f"Person {i}", "email": f"p{i}@example.com", "role": role, "team_id": t, "created_at": now}
        for i, role, t in everybody
    ]
    _insert(x, "person", rows)


def _shares(company: Company, now: datetime) -> Iterator[Row]:
    for place in range(SHARES):
        number = 1 + place * (company.customers // SHARES)
        yield {"customer_id": number, "person_id": company.guest, "level": "read", "created_at": now}


def _portion(wanted: tuple[int, int, datetime]) -> Rows:
    """Some customers with all that hangs on them, as rows of the tables they go into."""
    first, end, now = wanted
    made: dict[str, list[Row]] = {
        name: [] for name in ("customer", "contact", "contact_point", "deal", "activity", "search_row", "search_index")
    }
    for number in range(first, end):
        for name, row in _of(number, now):
            made[name].append(row)
    for row in made["search_row"]:
        words = search_index.indexed_words(row["kind"], row["scope_owner_id"], row["tokens"])
        made["search_index"].append({"rowid": row["id"], "tokens": words})
    return list(made.items())


def _of(number: int, now: datetime) -> Iterator[tuple[str, Row]]:
    # Not Random(-number): that is Random(number), and the newest would all be called alike.
    dice, owner, name = Random(number + 1_000_000_000), owner_of(number), name_of(number)
    touched = now - timedelta(seconds=dice.randrange(60, 500 * 86400))
    firm, phone = number % 3 == 0, phone_of(number)
    yield (
        "customer",
        {
            "id": number,
            "kind": "organisation" if firm else "person",
            "name": name,
            "owner_id": owner,
            "pool_id": 1 if owner is None else None,
            "created_at": touched,
            "touched_at": touched,
        },
    )
    yield "contact_point", _point(number, None, phone)
    names = {"companies": [name]} if firm else {"names": [name]}
    scope = search_index.POOLED if owner is None else owner
    yield "search_row", _found("customer", number, scope, name, {**names, "phones": [phone]}, touched)  # type: ignore[typeddict-item]
    helper = dice.randrange(2, 2 + TEAMS * TEAM_SIZE) if dice.random() < HELPED or owner is None else owner
    theirs = owner or helper
    if dice.random() < CONTACTS:
        yield from _contact(number, scope, name, touched)
    if dice.random() < DEALS:
        yield from _deal(number, theirs, helper, name, touched, dice)
    yield from _activity(number, theirs, helper, name, touched, dice)


def _contact(number: int, scope: int, of: str, touched: datetime) -> Iterator[tuple[str, Row]]:
    name, phone = name_of(number * 3 + 1), phone_of(number + 50_000_000)
    yield "contact", {"id": number, "customer_id": number, "name": name, "position": "经理", "created_at": touched}
    yield "contact_point", _point(number, number, phone)
    parts: Parts = {"names": [name], "phones": [phone], "texts": ["经理", of]}
    yield "search_row", _found("contact", number, scope, name, parts, touched)


def _deal(number: int, scope: int, owner: int, of: str, touched: datetime, dice: Random) -> Iterator[tuple[str, Row]]:
    title = f"{dice.choice(TRADES)}项目 {number % 7919}"
    row = {"id": number, "customer_id": number, "title": title, "process": "general.six", "stage": "contact"}
    whose = {"owner_id": owner, "scope_owner_id": scope, "currency": "CNY"}
    yield "deal", {**row, **whose, "created_at": touched, "stage_entered_at": touched, "touched_at": touched}
    yield "search_row", _found("deal", number, scope, title, {"names": [title, of]}, touched)


def _activity(
    number: int, scope: int, owner: int, of: str, touched: datetime, dice: Random
) -> Iterator[tuple[str, Row]]:
    note = f"{dice.choice(NOTES)} {number % 9001}" if dice.random() < NOTED else ""
    planned = dice.random() < 0.1
    row = {"id": number, "kind": "call", "customer_id": number, "owner_id": owner, "scope_owner_id": scope}
    when = {"state": "planned" if planned else "done", "planned_at": touched, "at": None if planned else touched}
    yield "activity", {**row, **when, "noted_at": touched, "note": note}
    if note:
        yield "search_row", _found("activity", number, scope, note, {"texts": [note, of]}, touched)


def _point(number: int, contact_id: int | None, phone: str) -> Row:
    return {"kind": "phone", "shown": phone[3:], "normalised": phone, "customer_id": number, "contact_id": contact_id}


_PLACE: Final = {"customer": 0, "contact": 1, "deal": 2, "activity": 3}


def _found(kind: str, number: int, scope: int, title: str, parts: Parts, touched: datetime) -> Row:
    words, tokens = search_index.words_of(parts)
    return {
        "id": number * 4 + _PLACE[kind],
        "kind": kind,
        "subject_id": number,
        "customer_id": number,
        "scope_owner_id": scope,
        "title": title,
        "haystack": words,
        "tokens": tokens,
        "touched_at": touched,
    }


def _insert(x: Connection, name: str, rows: Sequence[Row]) -> None:
    """Past SQLAlchemy, which takes as long again."""
    if not rows:
        return
    names = ", ".join(rows[0])
    if x.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(map(_as_stored, row.values())) for row in rows]
        x.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({marks})", values)  # noqa: S608
    elif name != "search_index":
        driver: Any = x.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(list(row.values()))


def _as_stored(value: Any) -> Any:
    """A moment as SQLAlchemy writes it on SQLite."""
    return value.isoformat(" ", "microseconds")[:26] if isinstance(value, datetime) else value


_COUNTED: Final[tuple[Table, ...]] = (person, team, pool, customer, contact, deal, activity, search_row)


def _give_no_id_twice(x: Connection) -> None:
    """PostgreSQL counts ids by itself and has not noticed those given here."""
    for table in _COUNTED:
        highest = select(func.max(table.c.id)).scalar_subquery()
        x.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
    x.execute(text("ANALYZE"))
