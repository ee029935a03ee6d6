"""What the door brings with it: the call after a visit, the call to an online lead, the register as a report."""

from collections.abc import Iterable
from typing import Any, Final

from salesapp.plugin_api import (
    DashboardCard,
    Deadline,
    Do,
    Escalate,
    FollowUp,
    Line,
    Linked,
    MenuItem,
    Money,
    Not,
    OnDate,
    OnEvent,
    Panel,
    PluginReport,
    Reads,
    ReportQuery,
    Text,
    When,
    say,
)

from ..evidence import RECEIVED
from ..tables import VISIT
from . import levels, visits, visits_after, visits_seen

TITLE = Text("Showroom register", "展厅登记", "展間登記", "Журнал салона")
ONLINE: Final = ("web_form", "social_ads", "search_ads", "platform")
NOT_ONLINE = Not(When("source", "one_of", ONLINE))
ASK = Do(
    "call",
    Text(
        "Call {customer} now: they asked online. Confirm the need, agree on a day in the showroom",
        "马上致电 {customer}：线上线索，确认需求，约到店时间",
        "馬上致電 {customer}：線上線索，確認需求，約到店時間",
        "Сразу позвонить: {customer}. Заявка из интернета: уточнить потребность, позвать в салон",
    ),
)
THANK = Do(
    "call",
    Text(
        "Call {customer}: thank them for coming, ask what they think now, agree on the next visit",
        "回访 {customer}：感谢来店，了解想法，约下次到店",
        "回訪 {customer}：感謝來店，了解想法，約下次來店",
        "Позвонить: {customer}. Поблагодарить за визит, узнать мнение, договориться о следующем",
    ),
)

VISIT_CALL = FollowUp(
    "visit_call",
    Text("Call after a visit", "到店后回访", "來店後回訪", "Звонок после визита"),
    OnEvent(RECEIVED, each=True),
    THANK,
    "salesperson",
    Deadline(24, "hour"),
    unless=levels.BOUGHT,
    escalate=Escalate("manager", after=4),
)
VISIT_ALONE = FollowUp(
    "visit_alone",
    Text("Call after a visit without a deal", "到店未建商机回访", "到店未建商機回訪", "Звонок после визита без сделки"),
    OnDate(f"date.automotive.{visits_after.CAME.key}"),
    THANK,
    "owner",
    Deadline(1),
    escalate=Escalate("manager", after=4),
)
ONLINE_LEAD = FollowUp(
    "online_lead",
    Text("Online lead within minutes", "线上线索分钟级响应", "線上線索分鐘級回應", "Звонок по онлайн-заявке за минуты"),
    OnEvent("customer.added", of="customer"),
    ASK,
    "owner",
    Deadline(5, "minute"),
    unless=NOT_ONLINE,
    escalate=Escalate("manager", after=1),
)
ONLINE_AGAIN = FollowUp(
    "online_again",
    Text("Online lead asks again", "线上客户再次咨询", "線上客戶再次詢問", "Повторная онлайн-заявка"),
    OnEvent("customer.enquired", of="customer"),
    ASK,
    "owner",
    Deadline(5, "minute"),
    unless=NOT_ONLINE,
    escalate=Escalate("manager", after=1),
)
CAME = Text("Came", "到店", "到店", "Пришёл")
COLUMNS = (
    Text("Guest", "客户", "客戶", "Гость"),
    CAME,
    Text("Left", "离店", "離店", "Ушёл"),
    Text("People", "人数", "人數", "Человек"),
    Text("Visit", "来店次数", "來店次數", "Визит"),
    Text("By appointment", "预约", "預約", "По записи"),
    Text("How they heard", "来源", "來源", "Откуда узнали"),
    Text("Received by", "接待人", "接待人", "Принял"),
    Text("Level", "级别", "等級", "Уровень"),
    Text("Test drive", "试驾", "試駕", "Тест-драйв"),
    Text("Model", "车型", "車款", "Модель"),
    Text("Colour", "颜色", "顏色", "Цвет"),
    Text("Quoted", "报价", "報價", "Цена"),
    Text("Note", "备注", "備註", "Заметка"),
)
YES, NO = Text("yes", "是", "是", "да"), Text("no", "否", "否", "нет")
FIRST, AGAIN = Text("first", "首次", "首次", "первый"), Text("again", "再次", "再次", "повторный")
NEW = Text("A guest has come", "新客到店", "新客到店", "Пришёл гость")
HERE = Text("In the house now", "现在店内", "目前在店", "Сейчас в салоне")
STRANGER = Text("Guest", "客人", "客人", "Гость")


def rows(reads: Reads, query: ReportQuery) -> Iterable[tuple[object, ...]]:
    """Each visit of that time, received by those who are asked about."""
    where = [VISIT.c.came_at >= query.since] if query.since else []
    where += [VISIT.c.came_at < query.until] if query.until else []
    where += [VISIT.c.received_by.in_(sorted(query.owners))] if query.owners is not None else []
    sources, people = reads.sources(), {each.id: each.name for each in reads.people()}
    for row in visits_seen.find(reads, *where, at_door=False, most=None):
        heard = sources.get(row.heard)
        yield (
            Linked(row.called or row.company or row.name or say(STRANGER), visits.address(row.id)),
            _clock(reads, row.came_at),
            _clock(reads, row.left_at),
            row.people,
            say(AGAIN if row.again else FIRST),
            say(YES if row.invited else NO),
            say(heard) if heard else row.heard,
            people.get(row.received_by, "–"),
            row.level.upper(),
            say(YES if row.drove else NO),
            row.model,
            row.colour,
            Money(row.quoted_minor, row.currency) if row.quoted_minor else "",
            row.note,
        )


def _clock(reads: Reads, moment: Any) -> str:
    return moment.astimezone(reads.zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def panel(reads: Reads, customer_id: int) -> Iterable[Line]:
    """The last visits of a customer, and what came of them."""
    found = visits_seen.find(reads, VISIT.c.customer_id == customer_id, at_door=False, most=5)
    return [Line(visits_after.said(row) or CAME, row.came_at, visits.address(row.id)) for row in found]


def card(reads: Reads) -> Iterable[Line]:
    """On Today: who is here, and one tap to the next guest."""
    if "deal.edit" not in reads.actor.verbs:
        return []
    new = Line(NEW, Text("note", "登记", "登記", "записать"), "/p/automotive/visits/new")
    return [new, Line(HERE, visits_seen.how_many(reads), "/p/automotive/visits")]


erases = visits_after.erases
RECORDS: tuple[Any, ...] = (
    DashboardCard("visits", TITLE, card, verb="deal.see"),
    MenuItem("visits", TITLE, "/p/automotive/visits", icon="users", verb="deal.see"),
    Panel("visits", "customer", Text("Showroom visits", "到店记录", "來店紀錄", "Визиты в салон"), panel),
    PluginReport(
        "visits",
        TITLE,
        definition=Text(
            "Everybody who came into the showroom in this time, one row for each visit.",
            "这段时间到店的每一批客人，一次到店一行。",
            "這段時間到店的每一組客人，一次到店一列。",
            "Все, кто приходил в салон за это время: строка на каждый визит.",
        ),
        columns=COLUMNS,
        rows=rows,
    ),
    *visits_after.RECORDS,
    *(VISIT_CALL, VISIT_ALONE, ONLINE_LEAD, ONLINE_AGAIN),
)
