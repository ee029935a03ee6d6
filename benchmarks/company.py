"""The company all benchmarks ask: who works there, what its customers are called. Each follows from its number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

TEAMS, TEAM_SIZE = 6, 20
PEOPLE: Final = TEAMS * TEAM_SIZE
POOLED: Final = 50
"""Every so-manieth customer is in the pool."""

SHARES: Final = 300
PROCESS: Final = "eight.eight"
STAGES: Final = tuple(f"stage_{place}" for place in range(1, 9))

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


@dataclass(frozen=True, slots=True)
class Company:
    """Whom to sign in as: `guest` has customers of others by shares alone."""

    customers: int
    admin: int = 1
    manager: int = 2
    salesperson: int = 2 + TEAMS
    guest: int = 2 + PEOPLE


def owner_of(number: int) -> int | None:
    """Whose a customer is; None where it is in the pool."""
    return None if number % POOLED == 0 else 2 + number % PEOPLE


def team_of(person: int) -> int:
    """Which team somebody is in."""
    return 2 + (person - 2) % TEAMS


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


def rows_of_people(company: Company, now: datetime) -> Iterator[tuple[str, list[Row]]]:
    """Teams, people, the pool, and what is shared with the guest."""
    teams: list[Row] = [{"id": 1, "name": "Company", "parent_id": None, "path": "/1/"}]
    yield "team", [*teams, *({"id": i, "name": f"Team {i}", "parent_id": 1, "path": f"/1/{i}/"} for i in _TEAMS)]
    yield "pool", [{"id": 1, "name": "Pool"}]
    roles = [(2 + i, "salesperson" if i // TEAMS else "manager", team_of(2 + i)) for i in range(PEOPLE)]
    everybody = [(company.admin, "admin", 1), *roles, (company.guest, "salesperson", 1)]
    made = {"created_at": now - timedelta(days=900), "language": "en"}
    yield (
        "person",
        [
            {"id": i, "name": f"Person {i}", "email": f"p{i}@example.com", "role": role, "team_id": t, **made}
            for i, role, t in everybody
        ],
    )
    yield "tag", [{"id": i, "name": name} for i, name in enumerate(TRADES, 1)]


def rows_of_shares(company: Company, now: datetime) -> list[Row]:
    """What the guest may read."""
    step = max(1, company.customers // SHARES)
    same = {"person_id": company.guest, "level": "read", "created_at": now}
    return [{"customer_id": number, **same} for number in range(1, company.customers + 1, step)][:SHARES]


_TEAMS: Final = range(2, 2 + TEAMS)
