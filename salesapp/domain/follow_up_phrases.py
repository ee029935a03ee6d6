"""The small words of follow-up rules: lengths of time, feasts, kinds of activities, what happens, and who.

A length is a `Text`, as its number decides about the word's form: 21 день, 22 дня, 25 дней. In Russian it stands in the
accusative, so sentences say "через %(time)s" or "за %(time)s до".
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from babel.dates import format_skeleton

from salesapp.domain.errors import N_
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate, lunar_in_chinese
from salesapp.domain.solar_terms import TERMS, SolarTerm
from salesapp.domain.text import LANGUAGES, Text

_UNITS: Final[Mapping[str, tuple[str, str, str, tuple[str, str, str]]]] = MappingProxyType(
    {
        "minute": ("minute", "分钟", "分鐘", ("минуту", "минуты", "минут")),
        "hour": ("hour", "小时", "小時", ("час", "часа", "часов")),
        "day": ("day", "天", "天", ("день", "дня", "дней")),
        "working_day": ("working day", "个工作日", "個工作天", ("рабочий день", "рабочих дня", "рабочих дней")),
        "week": ("week", "周", "週", ("неделю", "недели", "недель")),
        "month": ("month", "个月", "個月", ("месяц", "месяца", "месяцев")),
        "time": ("time", "次", "次", ("раз", "раза", "раз")),
    }
)


def length(count: int, unit: str) -> Text:
    """So many of a unit: 24 hours, 3 working days, 6 times."""
    en, simplified, traditional, russian = _UNITS[unit]
    return Text(
        en=f"{count} {en}" + ("" if count == 1 else "s"),
        zh_Hans=f"{count} {simplified}",
        zh_Hant=f"{count} {traditional}",
        ru=f"{count} {russian[_russian_form(count)]}",
    )


def rate(every: Interval) -> Text:
    """How often: every month, every 2 weeks."""
    if every.count == 1:
        en, simplified, traditional, russian = _UNITS[every.unit]
        return Text(f"every {en}", f"每{simplified}", f"每{traditional}", f"раз в {russian[0]}")
    long = length(every.count, every.unit)
    return Text(f"every {long.en}", f"每 {long.zh_Hans}", f"每 {long.zh_Hant}", f"раз в {long.ru}")


def _russian_form(count: int) -> int:
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2


FEASTS: Final[Mapping[tuple[str, int, int], Text]] = MappingProxyType(
    {
        ("lunar", 1, 1): Text("Spring Festival", "春节", "春節", "Китайский Новый год"),
        ("lunar", 1, 15): Text("Lantern Festival", "元宵节", "元宵節", "Праздник фонарей"),
        ("lunar", 5, 5): Text("Dragon Boat Festival", "端午节", "端午節", "Праздник драконьих лодок"),
        ("lunar", 7, 7): Text("Qixi", "七夕", "七夕", "Цисицзе"),
        ("lunar", 8, 15): Text("Mid-Autumn Festival", "中秋节", "中秋節", "Праздник середины осени"),
        ("lunar", 9, 9): Text("Double Ninth Festival", "重阳节", "重陽節", "Праздник двойной девятки"),
        ("lunar", 12, 8): Text("Laba Festival", "腊八节", "臘八節", "Праздник Лаба"),
        ("lunar", 12, 30): Text("Lunar New Year’s Eve", "除夕", "除夕", "Канун китайского Нового года"),
        ("solar", 1, 1): Text("New Year", "元旦", "元旦", "Новый год"),
        ("solar", 2, 14): Text("Valentine’s Day", "情人节", "情人節", "День святого Валентина"),
        ("solar", 2, 23): Text("Defender Day", "祖国保卫者日", "祖國保衛者日", "День защитника Отечества"),
        ("solar", 3, 8): Text("Women’s Day", "妇女节", "婦女節", "Международный женский день"),
        ("solar", 5, 1): Text("Labour Day", "劳动节", "勞動節", "Праздник Весны и Труда"),
        ("solar", 5, 9): Text("Victory Day", "胜利日", "勝利日", "День Победы"),
        ("solar", 10, 1): Text("National Day of China", "国庆节", "中國國慶日", "День образования КНР"),
        ("solar", 10, 10): Text("Double Tenth Day", "双十节", "雙十節", "День двух десяток"),
        ("solar", 12, 25): Text("Christmas", "圣诞节", "聖誕節", "Рождество (25 декабря)"),
    }
)
"""Those that have a name; a rule can be about any other day, too."""


def day_of_year(day: PartialDate | SolarTerm) -> Text:
    """A day without a year: the feast on it, else the day."""
    if isinstance(day, SolarTerm):
        return TERMS[day.term]
    feast = None if day.leap_month else FEASTS.get((day.calendar, day.month, day.day))
    return feast or (_lunar(day) if day.calendar == "lunar" else _solar(day))


def _solar(day: PartialDate) -> Text:
    at = datetime(2000, day.month, day.day)  # it has a 29 February
    return Text(**{language: format_skeleton("MMMMd", at, locale=language) for language in LANGUAGES})


def _lunar(day: PartialDate) -> Text:
    leap_en, leap_ru = ("leap ", "високосного ") if day.leap_month else ("", "")
    return Text(
        en=f"day {day.day} of {leap_en}lunar month {day.month}",
        zh_Hans=lunar_in_chinese(day),
        zh_Hant=lunar_in_chinese(day, traditional=True),
        ru=f"{day.day}-й день {leap_ru}{day.month}-го лунного месяца",
    )


KIND_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call": N_("a call"),
        "visit": N_("a visit"),
        "message": N_("a message"),
        "letter": N_("a letter"),
        "meeting": N_("a meeting"),
        "demo": N_("a demonstration"),
        "task": N_("a task"),
    }
)
"""After "Plans"; in Russian in the accusative."""

WHO_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "owner": N_("the customer’s owner"),
        "salesperson": N_("the deal’s salesperson"),
        "manager": N_("the owner’s manager"),
        "team": N_("whoever of the owner’s team has least to do"),
    }
)

EVENT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer.added": N_("the customer is added"),
        "customer.changed": N_("facts of the customer change"),
        "customer.enquired": N_("the customer asks again"),
        "customer.assigned": N_("somebody is given the customer"),
        "customer.claimed": N_("somebody takes the customer out of a pool"),
        "customer.released": N_("the customer goes into a pool"),
        "customer.pool_moved": N_("the customer goes into another pool"),
        "customer.taken_back": N_("a hand-over of the customer is taken back"),
        "customer.shared": N_("the customer is shared"),
        "customer.unshared": N_("a share of the customer ends"),
        "customer.merged": N_("the customer is merged with another"),
        "customer.unmerged": N_("merged customers are taken apart"),
        "customer.archived": N_("the customer is archived"),
        "customer.restored": N_("the customer is brought back"),
        "customer.erased": N_("the customer’s personal data is erased"),
        "customer.point_added": N_("a number or address of the customer is added"),
        "customer.point_changed": N_("a number or address of the customer changes"),
        "customer.point_archived": N_("a number or address of the customer is archived"),
        "customer.date_added": N_("a date of the customer is added"),
        "customer.date_moved": N_("a date of the customer is another day"),
        "customer.date_archived": N_("a date of the customer is archived"),
        "customer.consent_noted": N_("the customer gives a consent"),
        "customer.consent_withdrawn": N_("the customer withdraws a consent"),
        "contact.added": N_("a contact is added"),
        "contact.changed": N_("facts of a contact change"),
        "contact.archived": N_("a contact is archived"),
        "contact.restored": N_("a contact is brought back"),
        "deal.opened": N_("a deal is opened"),
        "deal.changed": N_("facts of the deal change"),
        "deal.moved": N_("the deal comes into another stage"),
        "deal.won": N_("the deal is won"),
        "deal.lost": N_("the deal is lost"),
        "deal.reopened": N_("the deal is open again"),
        "deal.taken_back": N_("a move of the deal is taken back"),
        "deal.overridden": N_("the deal is moved through closed gates"),
        "deal.archived": N_("the deal is archived"),
        "deal.restored": N_("the deal is brought back"),
        "step.done": N_("a key step is done"),
        "step.undone": N_("a key step is open again"),
        "activity.done": N_("an activity is done"),
        "activity.cancelled": N_("an activity is cancelled"),
        "activity.reopened": N_("an activity is planned again"),
        "activity.given": N_("an activity is given to somebody else"),
        "file.added": N_("a file is added"),
        "file.archived": N_("a file is archived"),
        "file.restored": N_("a file is brought back"),
        "decision.asked": N_("a decision is asked for"),
        "decision.step_granted": N_("one of several people agrees"),
        "decision.granted": N_("the decision is yes"),
        "decision.refused": N_("the decision is no"),
        "decision.withdrawn": N_("a request for a decision is withdrawn"),
    }
)
"""After "when" and "after"; in Russian in the past tense."""
