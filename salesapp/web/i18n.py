"""The person's language: texts, dates, numbers and money, fast enough to be called for every cell of a list."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta, get_day_names
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request, session
from markupsafe import Markup

from salesapp.domain.errors import N_, Msg
from salesapp.domain.money import Money, full_money
from salesapp.domain.text import LANGUAGE_NAMES, LANGUAGES, Text
from salesapp.web import own_words
from salesapp.web.own_words import WATCHED
from salesapp.web.request import current_now, signed_in

CATALOGUES: Final = Path(__file__).parent.parent / "translations"
NAMES: Final = LANGUAGE_NAMES
NEAR: Final = {0: N_("today"), 1: N_("tomorrow"), -1: N_("yesterday")}
_TRADITIONAL: Final = {"hant", "tw", "hk", "mo", "yue"}


@cache
def catalogue(language: str) -> NullTranslations:
    """The compiled messages of one language; English is the source itself."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.mo"
    if language == "en" or not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


@cache
def locale(language: str) -> Locale:
    """Babel's locale of one of our languages."""
    return Locale.parse(language)


def negotiate(accepted: Iterable[str]) -> str:
    """The first of our languages among what a browser says it accepts, best first; English when there is none.

    Chinese is told apart by its script, and where no script is named by the region that writes it.
    """
    for tag in accepted:
        parts = tag.replace("_", "-").lower().split("-")
        if parts[0] in ("zh", "cmn", "yue"):
            return "zh_Hant" if "hans" not in parts and _TRADITIONAL.intersection(parts) else "zh_Hans"
        if parts[0] in LANGUAGES:
            return parts[0]
    return "en"


def language() -> str:
    """The language of this request: the person's own, else what they chose before signing in, else the browser's."""
    try:
        known: str = g.language
    except (AttributeError, RuntimeError):  # not asked before, or not within a request
        known = _language()
    return known


def _language() -> str:
    if not has_request_context():
        return "en"
    found = signed_in()
    chosen = (found.actor.language if found else None) or session.get("language")
    accepted = (tag for tag, quality in request.accept_languages if quality > 0)
    known = g.language = str(chosen) if chosen in LANGUAGES else negotiate(accepted)
    return known


def gettext(message: str, **values: object) -> str:
    """Translate one message, and fill its places: `gettext("Booked by %(name)s.", name=who)`."""
    lang = language()
    found = catalogue(lang).gettext(message) if message else ""  # for "" it would tell the catalogue's header
    found = own_words.said(message, found, lang) if message in WATCHED else found
    return found % values if values else found


def ngettext(singular: str, plural: str, n: float, **values: object) -> str:
    """Translate a message that counts, and fill its places: `ngettext("%(num)s bay", "%(num)s bays", n, num=n)`. A
    fraction takes the form of 2, which is the right one in all our languages."""
    lang, number = language(), abs(int(n)) if n == int(n) else 2
    found = catalogue(lang).ngettext(singular, plural, number)
    found = own_words.counted(singular, plural, found, number, lang) if singular in WATCHED else found
    return found % values if values else found


def say(thing: Msg | Text | str) -> str:
    """Any of our texts in the person's language: a message, a record's label, or plain text as it is."""
    if isinstance(thing, Text):
        return thing.in_language(language())
    return _said(thing) if isinstance(thing, Msg) else thing


def _said(message: Msg) -> str:
    """A message with its values as the person reads them. One that wants a bare number ("%(share).1f") gets it: a
    plugin's or a translator's slip must not cost the page."""
    words = gettext(message.source)
    if not message.values:
        return words
    try:
        return words % {key: _shown(value) for key, value in message.values.items()}
    except (TypeError, ValueError, KeyError):
        return message.source % message.values


def _shown(value: object) -> object:
    """A message's value as the person reads it.

    Whole numbers stay plain digits, because they may be a year or a line's number; `show_number` groups a quantity.
    """
    if isinstance(value, Msg | Text):
        return say(value)
    if isinstance(value, Money):
        return full_money(value, language())
    if isinstance(value, float | Decimal):
        return show_number(value)
    if isinstance(value, datetime):
        return show_moment(value)
    return show_date(value) if isinstance(value, date) else value


def zone() -> ZoneInfo:
    """The time zone days and hours are shown in."""
    known: ZoneInfo | None = g.get("zone")
    if known is None:
        found = signed_in()
        known = g.zone = ZoneInfo(found.actor.zone if found else "UTC")
    return known


def local(moment: datetime) -> datetime:
    """A moment in the person's time zone."""
    return moment.astimezone(zone())


def today() -> date:
    """The person's calendar day."""
    return local(current_now()).date()


@lru_cache(maxsize=4096)
def _date(day: date, lang: str, style: str) -> str:
    return format_date(day, style, locale=locale(lang))


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, lang: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale(lang))


@lru_cache(maxsize=4096)
def _number(number: float | Decimal, lang: str) -> str:
    return format_decimal(number, locale=locale(lang))


@lru_cache(maxsize=4096)
def day_near(day: date, here: date, lang: str) -> str:
    """A day as it is called on another one, `here`: today, tomorrow, yesterday, a weekday, else the date."""
    distance = (day - here).days
    if distance in NEAR:
        return catalogue(lang).gettext(NEAR[distance])
    if 1 < distance < 7:
        return format_date(day, "EEEE", locale=locale(lang))
    if day.year == here.year:
        return format_skeleton("MMMd", datetime(day.year, day.month, day.day), locale=locale(lang))
    return _date(day, lang, "medium")


def moment_near(local_moment: datetime, here: date, lang: str) -> str:
    """When: the day as it is called on another one, `here`, with the time of day."""
    return f"{day_near(local_moment.date(), here, lang)} {_clock(local_moment.hour, local_moment.minute, lang)}"


def show_date(day: date | datetime | None, style: str = "medium") -> str:
    """A calendar day, as the language writes it."""
    if day is None:
        return ""
    return _date(local(day).date() if isinstance(day, datetime) else day, language(), style)


def show_moment(moment: datetime | None) -> str:
    """When: today 14:00, yesterday 9:30, a weekday within the week, else the date."""
    return "" if moment is None else moment_near(local(moment), today(), language())


def show_day(moment: datetime | date | None) -> str:
    """Which day, in the nearest words: today, tomorrow, yesterday, a weekday, else the date."""
    if moment is None:
        return ""
    day = local(moment).date() if isinstance(moment, datetime) else moment
    return day_near(day, today(), language())


def languages_mine_first() -> list[tuple[str, str]]:
    """Every language and what it calls itself, the reader's own before the others."""
    return sorted(NAMES.items(), key=lambda each: each[0] != language())


def show_weekday(number: int) -> str:
    """A day of the week in short; Monday is 0."""
    return str(get_day_names("abbreviated", "stand-alone", locale(language()))[number])


def show_full_moment(moment: datetime | None) -> str:
    """Date and time in full, for titles and details."""
    return "" if moment is None else _full_moment(moment, zone(), language())


@lru_cache(maxsize=4096)
def _full_moment(moment: datetime, where: ZoneInfo, lang: str) -> str:
    return format_datetime(moment, "medium", locale=locale(lang), tzinfo=where)


def show_number(number: float | Decimal) -> str:
    """A number with the language's separators."""
    return _number(number, language())


def show_money(money: Money) -> str:
    """An amount to its last unit, with the sign of its currency."""
    return full_money(money, language())


def show_ago(moment: datetime) -> str:
    """How long ago, roughly."""
    return format_timedelta(moment - current_now(), add_direction=True, locale=locale(language()))


def _filled(translated: str, values: dict[str, Any]) -> Markup:
    """The message is ours and trusted; its values are not: Markup escapes them while it fills them in."""
    return Markup(translated) % {key: _shown(value) for key, value in values.items()}  # noqa: S704


def _jinja_gettext(message: str, /, **values: Any) -> Markup:
    return _filled(gettext(message), values) if values else Markup(gettext(message))  # noqa: S704 (our own catalogue)


def _jinja_trans(message: str, /, **values: Any) -> Markup:
    """For {% trans %}, which doubles every percent sign and so must always be filled in."""
    return _filled(gettext(message), values)


def _jinja_ngettext(singular: str, plural: str, n: float, /, **values: Any) -> Markup:
    return _filled(ngettext(singular, plural, n), {"num": show_number(n), **values})


def register(app: Flask) -> None:
    """Give every template the languages' functions."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]  # values go to the functions below
    app.jinja_env.globals.update(
        gettext=_jinja_trans,
        _=_jinja_gettext,
        ngettext=_jinja_ngettext,
        say=say,
        show_date=show_date,
        show_day=show_day,
        show_moment=show_moment,
        show_full_moment=show_full_moment,
        show_number=show_number,
        show_money=show_money,
        show_ago=show_ago,
    )
