"""What the dance school shows in pages of the house: a panel, a card, a place in the menu, a report, its words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

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


def partners_of(reads: Reads, customer_id: int) -> Sequence[Any]:
    """Who says that they dance with this customer: their card names it, this one's may not."""
    says, customer = reads.visible_links("dance_school.partner"), reads.visible_customers()
    found = select(customer.c.id, customer.c.name).join(says, says.c.record_id == customer.c.id)
    return list(reads.execute(found.where(says.c.target_id == customer_id).order_by(customer.c.name)))


def lessons_of(reads: Reads, customer_id: int) -> dict[str, object] | None:
    """Trial lessons of a customer, deals that wait for one or for a signature, and who dances with them."""
    deal = reads.visible_deals()
    found = select(deal.c.id, deal.c.title, deal.c.state, deal.c.stage).where(
        deal.c.customer_id == customer_id, deal.c.process == COURSE, deal.c.archived_at.is_(None)
    )
    deals = list(reads.execute(found))
    lessons = seen_trials(reads, TRIAL.c.deal_id.in_([row.id for row in deals]))
    booked = {each.deal_id for each in lessons}
    may_book = "deal.edit" in reads.actor.verbs
    waiting = [row for row in deals if may_book and row.state == "open" and row.id not in booked]
    signing = [row for row in deals if row.state == "open" and row.stage == "place"]
    partners = partners_of(reads, customer_id)
    facts = {"lessons": lessons, "waiting": waiting, "signing": signing, "partners": partners}
    return facts | {"today": today_of(reads)} if deals or partners else None


def danced_with(reads: Reads, contact_id: int) -> Iterable[Line]:
    """The lessons this contact came to."""
    rows = seen_trials(reads, TRIAL.c.danced_with_id == contact_id)
    return [Line(row.room, row.day, f"/deals/{row.deal_id}") for row in rows]


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


def until_lesson(reads: Reads, query: ReportQuery) -> Iterable[tuple[object, ...]]:
    """How many days passed between the question and the trial lesson, by month."""
    stay, deal = reads.visible_stays(), reads.visible_deals()
    found = select(stay.c.entered_at, stay.c.left_at, deal.c.owner_id).join(deal, deal.c.id == stay.c.deal_id)
    found = found.where(stay.c.process == COURSE, stay.c.stage == "asked", stay.c.left_at.is_not(None))
    if query.since and query.until:
        found = found.where(stay.c.left_at >= query.since, stay.c.left_at < query.until)
    days: dict[str, list[int]] = defaultdict(list)
    for row in reads.execute(found):
        if query.owners is None or row.owner_id in query.owners:
            days[f"{row.left_at.astimezone(reads.zone):%Y-%m}"].append((row.left_at - row.entered_at).days)
    return [(month, len(each), round(sum(each) / len(each), 1)) for month, each in sorted(days.items())]


SHOWN = (
    Panel("lessons", "customer", LESSONS, lessons_of, template="dance_school/panel.html"),
    Panel("danced_with", "contact", LESSONS, danced_with),
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
    PluginReport(
        "until_lesson",
        Text("Days until the trial lesson", "多久来体验", "多久來體驗", "Сколько ждут пробного урока"),
        definition=Text(
            "How many days passed, on average, from the question to the trial lesson, by the month of the lesson.",
            "从咨询到体验课平均过了几天，按体验课所在月份统计。",
            "從諮詢到體驗課平均過了幾天，依體驗課所在月份統計。",
            "Сколько дней в среднем прошло от вопроса до пробного урока, по месяцам урока.",
        ),
        columns=(
            Text("Month", "月份", "月份", "Месяц"),
            Text("Lessons", "体验课", "體驗課", "Уроки"),
            Text("Days", "天数", "天數", "Дни"),
        ),
        rows=until_lesson,
        bar=2,
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
