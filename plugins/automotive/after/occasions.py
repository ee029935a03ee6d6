"""Occasions for a message to a group of customers: each year a task for marketing, some days before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from salesapp.plugin_api import Every, NewActivity, PartialDate, PluginJob, Text, Work, next_occurrence

from ..sending import house_day

ADDRESS: Final = "/mailings/new"
LATE: Final = timedelta(days=7)
"""So long after its day marketing is still asked: a message about the first frost is of use a week later."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The day of the year on which marketing is asked to write, solar or lunar, and what about."""

    key: str
    day: PartialDate
    text: Text


SPRING_FESTIVAL_NEAR: Final = PartialDate("lunar", None, 12, 8)
"""Three weeks before it, when people begin to plan the journey."""
OCCASIONS: Final = (
    Occasion(
        "spring_check",
        SPRING_FESTIVAL_NEAR,
        Text("Check before the journey home", "春运返乡免费检测", "返鄉前免費檢測", "Проверка перед поездкой к родным"),
    ),
    Occasion(
        "new_models", PartialDate("solar", None, 4, 1), Text("New models", "新车到店", "新車到店", "Новые модели")
    ),
    Occasion(
        "culture",
        PartialDate("solar", None, 5, 10),
        Text("Talk about cars and driving", "汽车文化讲座", "汽車文化講座", "Встреча о машинах и вождении"),
    ),
    Occasion(
        "heat",
        PartialDate("solar", None, 6, 20),
        Text("Heat and rain: how to drive", "高温暴雨行车提醒", "高溫暴雨行車提醒", "Жара и ливни: как ездить"),
    ),
    Occasion(
        "autumn_check",
        PartialDate("solar", None, 9, 10),
        Text("Free check before the holidays", "节前免费检测", "節前免費檢測", "Бесплатная проверка перед праздниками"),
    ),
    Occasion(
        "cold",
        PartialDate("solar", None, 11, 10),
        Text(
            "First frost: tyres and battery",
            "降温提醒：轮胎与电瓶",
            "降溫提醒：輪胎與電瓶",
            "Первые морозы: шины и аккумулятор",
        ),
    ),
    Occasion(
        "year_end",
        PartialDate("solar", None, 12, 1),
        Text("Year-end party", "年终客户答谢会", "年終客戶答謝會", "Новогодняя встреча с клиентами"),
    ),
)
DO: Final = Text("Message to a group", "群发消息", "群發訊息", "Сообщение группе")


def look(w: Work, _args: Mapping[str, Any]) -> None:
    """Ask for the task of each occasion whose day has come, also where nothing ran on the day; the slot keeps two
    processes, and the days after, from asking twice."""
    today = house_day(w.reads, w.now)
    for each in OCCASIONS:
        day = next_occurrence(each.day, today - LATE)
        if day <= today:
            w.enqueue("occasion", {"key": each.key}, slot=f"{each.key}:{day}")


def plan(w: Work, args: Mapping[str, Any]) -> None:
    """A task for marketing, else for whoever leads."""
    people = w.reads.people()
    marketing = [each for each in people if "marketing" in each.functions]
    leading = [each for role in ("manager", "admin") for each in people if each.role == role]
    doer_id = next((each.id for each in (*marketing, *leading)), None)
    if doer_id is None:
        return
    occasion = next(each for each in OCCASIONS if each.key == args["key"])
    what, about = (w.reads.in_words(each, doer_id) for each in (DO, occasion.text))
    note = f"{what}: {about} {ADDRESS}"
    week = datetime(w.now.year, w.now.month, w.now.day, 12, tzinfo=UTC) + timedelta(days=7)
    task = w.plan_activity(NewActivity(kind="task", note=note, planned_at=week, owner_id=doer_id))
    w.notify(doer_id, occasion.text, "activity", task, once=f"{occasion.key}:{w.now.year}")


LABEL: Final = Text("Occasions for a message", "群发时机", "群發時機", "Поводы для рассылки")

RECORDS: tuple[Any, ...] = (
    PluginJob("occasions", LABEL, look, Every(timedelta(days=1), at=timedelta(hours=1))),
    PluginJob("occasion", LABEL, plan),
)
