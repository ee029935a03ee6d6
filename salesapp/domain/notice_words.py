"""Days and hours as a letter writes them: absolute, because nobody knows when it is read."""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_skeleton, format_time

from salesapp.domain.text import LANGUAGES

_BY_COUNTRY = {
    **dict.fromkeys(("CN", "SG"), "zh_Hans"),
    **dict.fromkeys(("TW", "HK", "MO"), "zh_Hant"),
    **dict.fromkeys(("RU", "BY", "KZ", "KG"), "ru"),
}


def language_of(own: str | None, country: str) -> str:
    """The language somebody is written in: their own, else the one of the company's country."""
    return own if own in LANGUAGES else _BY_COUNTRY.get(country, "en")


def day_words(day: date, language: str) -> str:
    """A day with its weekday: Mon, Mar 2."""
    return format_skeleton("MMMEd", datetime(day.year, day.month, day.day), locale=Locale.parse(language))


def moment_words(local: datetime, language: str) -> str:
    """A day with its hour: Mon, Mar 2, 2:00 PM."""
    clock = format_time(local.time(), "short", locale=Locale.parse(language))
    return f"{day_words(local.date(), language)} {clock}"
