"""The long lists forms choose from, in the person's language: time zones, countries, currencies."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location
from babel.numbers import get_currency_name

from salesapp.domain.company import Company
from salesapp.domain.money import CURRENCIES
from salesapp.services.company import COUNTRIES
from salesapp.web.i18n import NAMES, locale

Options = list[tuple[str, str]]


@lru_cache(maxsize=32)
def zones(language: str, day: date) -> Options:
    """Every time zone by its distance from Greenwich on this day: ("Asia/Shanghai", "UTC+8 · Shanghai")."""
    moment = datetime(day.year, day.month, day.day, 12)
    known = available_timezones()
    found = []
    for key in get_global("zone_territories"):
        if key in known and "/" in key and not key.startswith("Etc/"):
            seconds = ZoneInfo(key).utcoffset(moment)
            assert seconds is not None
            minutes = int(seconds.total_seconds()) // 60
            city = get_timezone_location(key, locale=locale(language), return_city=True)
            found.append((minutes, city, key))
    return [("UTC", "UTC")] + [(key, f"{_distance(minutes)} · {city}") for minutes, city, key in sorted(found)]


def _distance(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def zone_words(key: str, language: str, day: date) -> str:
    """One zone's line of the list."""
    return dict(zones(language, day)).get(key, key)


@lru_cache(maxsize=8)
def countries(language: str) -> Options:
    """Every country whose phone numbers are known."""
    names = locale(language).territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda each: each[1])


def offered_currencies(company: Company, language: str) -> Options:
    """What an amount can be in: the company's own first, then those it deals in; all of them where it named none."""
    known = currencies(language)
    if not company.currencies:
        return known
    chosen = {company.currency, *company.currencies}
    return sorted((each for each in known if each[0] in chosen), key=lambda each: each[0] != company.currency)


def offered_languages(company: Company) -> dict[str, str]:
    """The languages to choose from: code and what it calls itself."""
    return {code: name for code, name in NAMES.items() if not company.languages or code in company.languages}


@lru_cache(maxsize=8)
def currencies(language: str) -> Options:
    """The currencies offered: code and name."""
    return [(code, f"{code} · {get_currency_name(code, locale=locale(language))}") for code in CURRENCIES]


def including(options: Options, value: str) -> Options:
    """The list with what is chosen now, should it not be among the offered."""
    return options if not value or value in dict(options) else [(value, value), *options]
