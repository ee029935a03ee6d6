"""What a pool allows: who claims from it, how many, when again, and what its teasers tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.people import NAME_LENGTH, one_line
from salesapp.domain.text import Text
from salesapp.domain.whole_numbers import is_between

EVERYBODY, MEMBERS, HANDED = "everybody", "members", "handed"
WHO: Final = {
    EVERYBODY: Text("Everybody claims", "所有人都可以领取", "所有人都可以認領", "Берёт любой"),
    MEMBERS: Text("Only members claim", "仅成员可以领取", "僅成員可以認領", "Берут только участники"),
    HANDED: Text("Its manager hands out", "只由公海管理员分配", "只由公海管理員分配", "Распределяет руководитель пула"),
}
SHOWN: Final = {
    "name": Text("Name", "名称", "名稱", "Имя"),
    "company": Text("Company", "公司", "公司", "Компания"),
    "grade": Text("Grade", "等级", "等級", "Категория"),
    "source": Text("Source", "来源", "來源", "Источник"),
    "territory": Text("Territory", "区域", "區域", "Территория"),
    "note": Text("Note", "备注", "備註", "Заметка"),
}
"""What a teaser may tell. Phone, mail, address and further fields are not among it, so no pool can show them."""

LIMITS: Final[Mapping[str, int]] = {"hold_limit": 100_000, "day_limit": 1_000, "wait_days": 3_650, "lock_hours": 720}
FIELDS: Final = ("name", "who", "people", "teams", "managers", *LIMITS, "hold_bought", "shown")
"""The fields of a pool's form; several values of one are joined by commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One pool's rules, and how the person who asks stands to it. None does not limit. The name of the pool every
    installation has is "", shown in each person's language."""

    id: int
    name: str
    who: str = EVERYBODY
    hold_limit: int | None = None
    hold_bought: bool = True
    day_limit: int | None = None
    wait_days: int | None = None
    lock_hours: int | None = None
    shown: frozenset[str] = frozenset(SHOWN) - {"note"}
    member: bool = False
    manages: bool = False

    @property
    def seen(self) -> bool:
        """Whether this person sees who waits there."""
        return self.who == EVERYBODY or self.member or self.manages


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody has at this moment: customers, how many of them bought, and claims of their day by pool."""

    customers: int = 0
    bought: int = 0
    today: Mapping[int, int] | None = None

    def counted(self, pool: Pool) -> int:
        """How many of them count for a pool's limit."""
        return self.customers if pool.hold_bought else self.customers - self.bought


def whole_hand(pool: Pool, holding: Holding) -> Msg | None:
    """Why somebody gets nothing more from this pool today; None when they do."""
    holds, today = holding.counted(pool), (holding.today or {}).get(pool.id, 0)
    if pool.hold_limit is not None and holds >= pool.hold_limit:
        text = N_("You hold %(holds)s customers altogether, and here %(most)s are the most: release one first.")
        return Msg(text, {"holds": holds, "most": pool.hold_limit})
    if pool.day_limit is not None and today >= pool.day_limit:
        text = N_("You claimed %(today)s of %(most)s today: go on tomorrow.")
        return Msg(text, {"today": today, "most": pool.day_limit})
    return None


def not_open(pool: Pool) -> Msg | None:
    """Why this person claims nothing from this pool at all."""
    if pool.who == HANDED:
        return Msg(N_("Its manager hands these customers out."))
    if pool.who == MEMBERS and not (pool.member or pool.manages):
        return Msg(N_("Only members of this pool claim here."))
    return None


def not_yet(pool: Pool, pooled_at: datetime | None, had_until: datetime | None, now: datetime, zone: str) -> Msg | None:
    """Why this one customer has to wait: it has just come, or it was this person's not long ago."""
    if pool.lock_hours and pooled_at is not None and now < pooled_at + timedelta(hours=pool.lock_hours):
        return Msg(N_("Just arrived: locked until %(when)s."), {"when": pooled_at + timedelta(hours=pool.lock_hours)})
    if pool.wait_days and had_until is not None:
        had, today = day_in(had_until, zone), day_in(now, zone)
        again = had + timedelta(days=pool.wait_days)
        if today < again:
            text = N_("You had this customer until %(until)s: claim again from %(again)s.")
            return Msg(text, {"until": had, "again": again})
    return None


def why_not(
    pool: Pool, holding: Holding, pooled_at: datetime | None, had_until: datetime | None, now: datetime, zone: str
) -> Msg | None:
    """Why somebody cannot claim a customer; None when they can. The same for the page and for the claim itself."""
    return not_open(pool) or not_yet(pool, pooled_at, had_until, now, zone) or whole_hand(pool, holding)


def day_in(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in somebody's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


# --- the form of a pool ---


def as_fields(pool: Pool, people: Sequence[int], teams: Sequence[int], managers: Sequence[int]) -> dict[str, str]:
    """A pool as its form shows it."""
    several = {"people": people, "teams": teams, "managers": managers}
    return {
        "name": pool.name,
        "who": pool.who,
        "hold_bought": "1" if pool.hold_bought else "",
        "shown": ",".join(key for key in SHOWN if key in pool.shown),
        **{name: "" if getattr(pool, name) is None else str(getattr(pool, name)) for name in LIMITS},
        **{name: ",".join(str(each) for each in sorted(ids)) for name, ids in several.items()},
    }


def ids_in(text: str) -> list[int]:
    """The ids of a field with several; what is none is left out."""
    return sorted({int(each) for each in text.split(",") if each.isascii() and each.isdigit() and len(each) <= 18})


def form_problems(fields: Mapping[str, str], *, named: bool) -> list[Problem]:
    """What is wrong with a pool's form; `named`: it needs a name of its own."""
    problems = []
    name = one_line(fields["name"])
    if named and not name:
        problems.append(problem("name", N_("Please give a name.")))
    if len(name) > NAME_LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        problems.append(problem("name", text, length=len(name), max=NAME_LENGTH))
    if fields["who"] not in WHO:
        problems.append(problem("who", N_("Please choose one of the list.")))
    if not set(filter(None, fields["shown"].split(","))) <= set(SHOWN):
        problems.append(problem("shown", N_("Please choose one of the list.")))
    for limit, most in LIMITS.items():
        if fields[limit].strip() and not is_between(fields[limit], 1, most):
            problems.append(
                problem(limit, N_("A whole number from 1 to %(most)s, or nothing for no limit."), most=most)
            )
    return problems


def columns_of(fields: Mapping[str, str]) -> dict[str, object]:
    """The columns of a pool from the fields of its form, which `form_problems` found right."""
    limits = {name: int(fields[name]) if fields[name].strip() else None for name in LIMITS}
    shown = [key for key in SHOWN if key in fields["shown"].split(",")]
    return {"name": one_line(fields["name"]), "who": fields["who"], **limits} | {
        "hold_bought": bool(fields["hold_bought"]),
        "shown": shown,
    }
