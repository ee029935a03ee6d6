"""What the dance school shows in pages of the house: a panel, a card, a place in the menu, a report, its words."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from salesapp.plugin_api import (
    DashboardCard,
    Line,
    Linked,
    MenuItem,
    Panel,
    PluginReport,
    Reads,
    ReportQuery,
    Terms,
    Text,
)

from .booking import seen_trials, today_of
from .courses import COURSE
from .tables import TRIAL

LESSONS = Text("Trial lessons", "体验课", "體驗課", "Пробные уроки")


def lessons_of(reads: Reads, customer_id: int) -> dict[str, object] | None:
    """Trial lessons of a customer, and deals that wait for one."""
    deal = reads.visible_deals()
    found = select(deal.c.id, deal.c.title, deal.c.state).where(
        deal.c.customer_id == customer_id, deal.c.process == COURSE, deal.c.archived_at.is_(None)
    )
    deals = list(reads.execute(found))
    lessons = seen_trials(reads, TRIAL.c.deal_id.in_([row.id for row in deals]))
    booked = {each.deal_id for each in lessons}
    may_book = "deal.edit" in reads.actor.verbs
    waiting = [row for row in deals if may_book and row.state == "open" and row.id not in booked]
    return {"lessons": lessons, "waiting": waiting, "today": today_of(reads)} if deals else None


def tonight(reads: Reads) -> Iterable[Line]:
    """Who comes today."""
    rows = seen_trials(reads, TRIAL.c.day == today_of(reads))
    return [Line(row.room, row.title, f"/deals/{row.deal_id}") for row in rows]


def by_room(reads: Reads, query: ReportQuery) -> Iterable[tuple[object, ...]]:
    """Trial lessons and how many of them became students, by room."""
    asked = [TRIAL.c.day.between(query.first, query.last)] if query.first and query.last else []
    rows = [row for row in seen_trials(reads, *asked) if query.owners is None or row.owner_id in query.owners]
    danced, won = Counter(row.room for row in rows), Counter(row.room for row in rows if row.state == "won")
    return [(name, Linked(danced[name], "/p/dance_school/trials"), won[name]) for name in sorted(danced)]


SHOWN = (
    Panel("lessons", "customer", LESSONS, lessons_of, template="dance_school/panel.html"),
    DashboardCard("tonight", Text("Dancing tonight", "今晚体验课", "今晚體驗課", "Сегодня танцуют"), tonight),
    MenuItem("lessons", LESSONS, "/p/dance_school/trials", icon="calendar", verb="deal.see", letter="l"),
    PluginReport(
        "rooms",
        LESSONS,
        definition=Text(
            "Trial lessons booked in each room, by the day of the lesson, and how many of these deals are won.",
            "按上课日期统计各教室预约的体验课，以及其中已成交的商机数。",
            "依上課日期統計各教室預約的體驗課，以及其中已成交的商機數。",
            "Пробные уроки в каждом зале по дню урока и сколько из этих сделок выиграно.",
        ),
        columns=(
            Text("Room", "教室", "教室", "Зал"),
            Text("Booked", "已预约", "已預約", "Записано"),
            Text("Signed up", "已报名", "已報名", "Записались на курс"),
        ),
        rows=by_room,
        bar=1,
    ),
    Terms(
        "words",
        {
            "Customers": Text("Students", "学员", "學員", "Ученики"),
            "Customer": Text("Student", "学员", "學員", "Ученик"),
            "New customer": Text("New student", "新增学员", "新增學員", "Новый ученик"),
        },
    ),
)
