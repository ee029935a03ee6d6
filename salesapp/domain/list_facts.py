"""What a list can ask about its customers, deals (of all processes) and activities, and the answers of one record.

`fields` are those of the records, by full key: `field.own.budget` is the fact about the field "own.budget". Who may
not read a field must not ask about it either, so the fields handed in are those the person may read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.conditions import Fact, Facts, Vocabulary
from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.deal_facts import FACT_TYPES, field_answer, money_answer
from salesapp.domain.list_query import Kind
from salesapp.domain.text import Text
from salesapp.domain.views import ActivityView, CustomerView, DealView

if TYPE_CHECKING:
    from salesapp.domain.pack import Field

Fields = Mapping[str, "Field"]
"""By full key, "own.budget"."""
Options = tuple[tuple[str, Text], ...]

DEAL_STATES: Final = {
    "open": Text("Open", "进行中", "進行中", "Открыта"),
    "won": Text("Won", "已赢单", "已成交", "Выиграна"),
    "lost": Text("Lost", "已输单", "已失單", "Проиграна"),
}
ACTIVITY_STATES: Final = {
    "planned": Text("Planned", "计划中", "計畫中", "Запланировано"),
    "done": Text("Done", "已完成", "已完成", "Выполнено"),
    "cancelled": Text("Cancelled", "已取消", "已取消", "Отменено"),
}
OUTCOMES: Final = {
    "reached": Text("Reached", "已联系上", "已聯絡上", "Связались"),
    "not_reached": Text("Not reached", "未联系上", "未聯絡上", "Не связались"),
}
DIRECTIONS: Final = {
    "out": Text("Outgoing", "我方主动", "我方主動", "Исходящее"),
    "in": Text("Incoming", "对方主动", "對方主動", "Входящее"),
}
RULE_STATES: Final = {
    "open": Text("Still in time", "未到期", "未到期", "Срок не вышел"),
    "overdue": Text("Overdue", "已逾期", "已逾期", "Просрочено"),
    "kept": Text("In time", "按时完成", "準時完成", "В срок"),
    "late": Text("Late", "逾期完成", "逾期完成", "С опозданием"),
    "missed": Text("Missed", "错过", "錯過", "Пропущено"),
    "skipped": Text("Called off", "已取消", "已取消", "Отменено"),
    "withdrawn": Text("Withdrawn by the rule", "规则已撤回", "規則已撤回", "Снято правилом"),
}
"""What became of an activity a follow-up rule planned; "overdue" is what is open and past its deadline."""
ACTIVITY_KINDS: Final = {kind.key: kind.label for kind in KINDS_BY_KEY.values()}

_STATE: Final = Text("State", "状态", "狀態", "Статус")
_KIND: Final = Text("Kind", "类型", "類型", "Тип")
_OWNER: Final = Fact("owner", Text("Owner", "负责人", "負責人", "Ответственный"), "reference")
_TEAM: Final = Fact("team", Text("Team", "团队", "團隊", "Команда"), "reference")
_TEAMS: Final = Fact(
    "teams",
    Text(
        "Owner's team and those above it",
        "负责人的团队（含上级）",
        "負責人的團隊（含上層）",
        "Команда ответственного и вышестоящие",
    ),
    "references",
)
_CUSTOMER: Final = Fact("customer", Text("Customer", "客户", "客戶", "Клиент"), "reference")
_LAST_WORK: Final = Text("Last worked on", "最近更新日期", "最近更新日期", "Последнее изменение")
_NEXT_STEP: Final = Text("Next step planned", "有下一步计划", "有下一步計畫", "Есть следующий шаг")


def _choice(key: str, label: Text, options: Mapping[str, Text], *, always: bool = True) -> Fact:
    return Fact(key, label, "choice", tuple(options.items()), never_empty=always)


def _day(key: str, label: Text, *, always: bool = False) -> Fact:
    return Fact(key, label, "date", never_empty=always)


def _number(key: str, label: Text) -> Fact:
    return Fact(key, label, "integer", never_empty=True)


def _yes_or_no(key: str, label: Text) -> Fact:
    return Fact(key, label, "bool", never_empty=True)


_CREATED: Final = _day("created", Text("Added on", "创建日期", "建立日期", "Добавлено"), always=True)
_TOUCHED: Final = _day("touched", _LAST_WORK, always=True)
_PLANNED: Final = _yes_or_no("planned", _NEXT_STEP)
_OF: Final[Mapping[Kind, tuple[Fact, ...]]] = {
    "customer": (
        Fact("name", Text("Name", "名称", "名稱", "Имя / название"), "text"),
        Fact("company", Text("Company", "公司", "公司", "Компания"), "text"),
        _choice("kind", _KIND, KINDS),
        _choice("state", _STATE, STATES),
        _choice("grade", Text("Grade", "等级", "等級", "Категория"), GRADES, always=False),
        Fact("source", Text("Source", "来源", "來源", "Источник"), "reference"),
        _OWNER,
        _TEAM,
        _TEAMS,
        Fact("territory", Text("Territory", "区域", "區域", "Территория"), "reference"),
        Fact("tag", Text("Tag", "标签", "標籤", "Метка"), "references"),
        _CREATED,
        _TOUCHED,
        _day("last_contact", Text("Last contact", "最近联系", "最近聯絡", "Последний контакт")),
        _PLANNED,
        _number("open_deals", Text("Open deals", "进行中的商机数", "進行中的商機數", "Открытых сделок")),
        _yes_or_no("has_phone", Text("Has a phone number", "有电话", "有電話", "Есть телефон")),
        _yes_or_no("has_mail", Text("Has a mail address", "有邮箱", "有電子郵件", "Есть эл. почта")),
    ),
    "deal": (
        Fact("title", Text("Deal name", "商机名称", "商機名稱", "Название сделки"), "text"),
        Fact("process", Text("Sales process", "销售流程", "銷售流程", "Процесс продаж"), "reference", never_empty=True),
        Fact("stage", Text("Stage", "阶段", "階段", "Этап"), "reference", never_empty=True),
        _choice("state", _STATE, DEAL_STATES),
        Fact("amount", Text("Amount", "金额", "金額", "Сумма"), "amount"),
        _day("expected_close", Text("Expected close", "预计成交日期", "預計成交日期", "Ожидаемое закрытие")),
        _CUSTOMER,
        Fact("source", Text("Customer's source", "客户来源", "客戶來源", "Источник клиента"), "reference"),
        _OWNER,
        _TEAM,
        _TEAMS,
        _number("contacts", Text("Number of contacts", "联系人数量", "聯絡人數量", "Число контактных лиц")),
        _day(
            "stage_since",
            Text("Start of this stage", "进入本阶段的日期", "進入本階段的日期", "Начало этого этапа"),
            always=True,
        ),
        _CREATED,
        _TOUCHED,
        _day("closed", Text("Closed on", "结单日期", "結案日期", "Дата закрытия")),
        Fact("lost_reason", Text("Reason it was lost", "输单原因", "失單原因", "Причина проигрыша"), "reference"),
        _PLANNED,
    ),
    "activity": (
        _choice("kind", _KIND, ACTIVITY_KINDS),
        _choice("state", _STATE, ACTIVITY_STATES),
        _OWNER,
        _TEAMS,
        _CUSTOMER,
        Fact("deal", Text("Deal", "商机", "商機", "Сделка"), "reference"),
        _day("planned", Text("Planned for", "计划日期", "計畫日期", "Запланировано на")),
        _day("done", Text("Done on", "完成日期", "完成日期", "Выполнено")),
        _choice("outcome", Text("Outcome", "结果", "結果", "Результат"), OUTCOMES, always=False),
        _choice("direction", Text("Direction", "方向", "方向", "Направление"), DIRECTIONS),
        Fact("note", Text("Note", "备注", "備註", "Заметка"), "text"),
        Fact("rule", Text("Follow-up rule", "跟进规则", "跟進規則", "Правило сопровождения"), "reference"),
        _choice(
            "rule_state",
            Text("Rule’s deadline kept", "规则按时情况", "規則準時情況", "Срок правила соблюдён"),
            RULE_STATES,
            always=False,
        ),
        _day("rule_due", Text("Rule’s deadline", "规则期限", "規則期限", "Срок по правилу")),
        _yes_or_no(
            "missed_off",
            Text(
                "Missed while off, still to do",
                "停机期间错过，待补做",
                "停機期間錯過，待補做",
                "Пропущено, пока система не работала; ещё не сделано",
            ),
        ),
    ),
}


def vocabulary(kind: Kind, fields: Fields) -> Vocabulary:
    """What a list of this kind can ask. References have no options yet: `with_options` adds those there are now."""
    known: dict[str, Fact] = _Deals() if kind == "deal" else {}
    known.update({fact.key: fact for fact in _OF[kind]})
    known.update({fact.key: fact for key, each in fields.items() if (fact := _fact_of(key, each)) is not None})
    return known


ENTERED: Final = "entered."
"""Before a stage's key: the day on which a deal came into it for the first time."""
_ENTRY: Final = re.compile(r"entered\.[a-z][a-z0-9_]{0,79}")
_CAME_INTO: Final = Text("Came into “{stage}”", "进入“{stage}”的日期", "進入「{stage}」的日期", "Вход в этап «{stage}»")
_LANGUAGES: Final = ("en", "zh_Hans", "zh_Hant", "ru")


def entered_fact(stage: str, label: Text | None = None) -> Fact:
    """The fact about one stage; `label` is what the stage is called."""
    named = label or Text(*[stage] * 4)
    words = {name: getattr(_CAME_INTO, name).format(stage=getattr(named, name)) for name in _LANGUAGES}
    return Fact(f"{ENTERED}{stage}", Text(**words), "date")


class _Deals(dict[str, Fact]):
    """What can be asked of deals: also when one came into any stage, whose keys are known to processes only."""

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (isinstance(key, str) and _ENTRY.fullmatch(key) is not None)

    def __missing__(self, key: str) -> Fact:
        if _ENTRY.fullmatch(key) is None:
            raise KeyError(key)
        return entered_fact(key.removeprefix(ENTERED))


def _fact_of(key: str, field: "Field") -> Fact | None:
    kind = FACT_TYPES.get(field.type)
    if kind is None:
        return None
    return Fact(f"field.{key}", field.label, kind, tuple((option.key, option.label) for option in field.options))


def with_options(known: Vocabulary, options: Mapping[str, Options]) -> Vocabulary:
    """The vocabulary with what can be chosen, and how it is called, of these facts."""
    return {key: replace(fact, options=options[key]) if key in options else fact for key, fact in known.items()}


# --- the answers of one record ---


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a record and not in it: the owner's team, tags by id, what is planned, its open deals."""

    team_id: int | None = None
    team_ids: tuple[int, ...] = ()
    """The owner's team and those above it."""
    tag_ids: tuple[int, ...] = ()
    planned: bool = False
    open_deals: int = 0
    has_phone: bool = False
    has_mail: bool = False
    entered: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    """When a deal came into each stage for the first time."""
    source: str | None = None
    """Where a deal's customer came from."""


def customer_facts(customer: CustomerView, around: Around, fields: Fields, zone: tzinfo) -> Facts:
    """The answers of one customer; days are those of `zone`."""
    return {
        "name": customer.name,
        "company": customer.company,
        "kind": customer.kind,
        "state": customer.state,
        "grade": customer.grade,
        "source": customer.source,
        "owner": _key(customer.owner_id),
        "team": _key(around.team_id),
        "teams": tuple(map(str, around.team_ids)),
        "territory": _key(customer.territory_id),
        "tag": tuple(map(str, around.tag_ids)),
        "created": _day_of(customer.created_at, zone),
        "touched": _day_of(customer.touched_at, zone),
        "last_contact": _day_of(customer.last_contact_at, zone),
        "planned": around.planned,
        "open_deals": around.open_deals,
        "has_phone": around.has_phone,
        "has_mail": around.has_mail,
        **_answers(customer.custom, fields),
    }


def deal_list_facts(deal: DealView, around: Around, fields: Fields, zone: tzinfo) -> Facts:
    """The answers of one deal, whatever its process."""
    return {
        "title": deal.title,
        "process": deal.process,
        "stage": deal.stage,
        "state": deal.state,
        "amount": money_answer(deal.amount_minor, deal.currency),
        "expected_close": deal.expected_close,
        "customer": _key(deal.customer_id),
        "source": around.source,
        "owner": _key(deal.owner_id),
        "team": _key(deal.team_id),
        "teams": tuple(map(str, around.team_ids)),
        "contacts": len(deal.contact_ids),
        "stage_since": _day_of(deal.stage_entered_at, zone),
        "created": _day_of(deal.created_at, zone),
        "touched": _day_of(deal.touched_at, zone),
        "closed": _day_of(deal.closed_at, zone),
        "lost_reason": deal.lost_reason,
        "planned": around.planned,
        **{f"{ENTERED}{stage}": _day_of(at, zone) for stage, at in around.entered.items()},
        **_answers(deal.custom, fields),
    }


@dataclass(frozen=True, slots=True)
class Promise:
    """The occurrence of a follow-up rule that an activity is there for; `state` as it is stored."""

    rule: str
    state: str
    due_at: datetime
    missed_off: bool = False

    def state_at(self, now: datetime) -> str:
        """What has become of it: open and past its deadline it is overdue."""
        return "overdue" if self.state == "open" and self.due_at < now else self.state

    def is_missed_off(self, planned_at: datetime | None) -> bool:
        """Whether its time passed while nothing ran, it is still to be done, and nobody has put it off since."""
        waits = self.missed_off and self.state == "open"
        return waits and planned_at is not None and planned_at <= self.due_at


def activity_facts(
    activity: ActivityView,
    custom: Mapping[str, object],
    fields: Fields,
    zone: tzinfo,
    team_ids: tuple[int, ...] = (),
    *,
    now: datetime,
    promise: Promise | None = None,
) -> Facts:
    """The answers of one activity; `team_ids` are its owner's team and those above it, `promise` is why a rule planned
    it."""
    return {
        "kind": activity.kind,
        "state": activity.state,
        "owner": _key(activity.owner_id),
        "teams": tuple(map(str, team_ids)),
        "customer": _key(activity.customer_id),
        "deal": _key(activity.deal_id),
        "planned": _day_of(activity.planned_at, zone),
        "done": _day_of(activity.at, zone),
        "outcome": activity.outcome,
        "direction": activity.direction,
        "note": activity.note,
        "rule": promise.rule if promise else None,
        "rule_state": promise.state_at(now) if promise else None,
        "rule_due": _day_of(promise.due_at, zone) if promise else None,
        "missed_off": promise is not None and promise.is_missed_off(activity.planned_at),
        **_answers(custom, fields),
    }


def _key(record_id: int | None) -> str | None:
    return None if record_id is None else str(record_id)


def _day_of(moment: datetime | None, zone: tzinfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()


def _answers(custom: object, fields: Fields) -> Facts:
    asked = {key: field for key, field in fields.items() if field.type in FACT_TYPES}
    return {f"field.{key}": field_answer(custom, key.partition(".")[0], field) for key, field in asked.items()}
