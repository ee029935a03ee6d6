"""Reading what a form or an address carries: days, moments, places in a list; and amounts as pages show them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.money import Money, full_money, minor_digits, short_money
from salesapp.web.i18n import language, local, zone

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NOON: Final = time(12)


def cursor(moment: datetime, record_id: int) -> str:
    """Where a list goes on, for an address."""
    return f"{(moment - EPOCH) // MICROSECOND}.{record_id}"


def read_cursor(raw: str) -> tuple[datetime, int] | None:
    """Where a list goes on; None at its beginning, 404 for an address nobody gave out."""
    if not raw:
        return None
    moment, _, record_id = raw.partition(".")
    if not (moment.isascii() and moment.isdigit() and record_id.isascii() and record_id.isdigit()):
        raise WerkzeugNotFound
    if len(moment) > 17 or len(record_id) > 18:
        raise WerkzeugNotFound
    return EPOCH + int(moment) * MICROSECOND, int(record_id)


def day_from(raw: str, place: str, problems: list[Problem]) -> date | None:
    """The day of a date field; what is wrong with it goes to `problems`."""
    if not raw.strip():
        return None
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 9000:
        problems.append(problem(place, N_("“%(found)s” is not a date."), found=raw.strip()[:40]))
        return None
    return day


def time_from(raw: str, place: str, problems: list[Problem]) -> time | None:
    """The hour of a time field; what is wrong with it goes to `problems`."""
    if not raw.strip():
        return None
    try:
        return time.fromisoformat(raw.strip()).replace(tzinfo=None)
    except ValueError:
        problems.append(problem(place, N_("“%(found)s” is not a time of day."), found=raw.strip()[:40]))
        return None


def moment_of(day: date, hour: time | None) -> datetime:
    """That hour of the day in the person's zone; without an hour, its noon."""
    return datetime.combine(day, hour or NOON, tzinfo=zone()).astimezone(UTC)


def moment_from(
    day: str, hour: str, day_place: str, hour_place: str, problems: list[Problem]
) -> tuple[datetime | None, bool]:
    """The moment of a day and an hour field, and whether it is a whole day."""
    on = day_from(day, day_place, problems)
    at = time_from(hour, hour_place, problems)
    return (moment_of(on, at) if on else None), at is None


def start_of(day: date) -> datetime:
    """The moment the day begins in the person's zone."""
    return datetime.combine(day, time(), tzinfo=zone()).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The person's calendar day of a moment."""
    return local(moment).date()


def short_amount(minor: int | None, currency: str) -> str:
    """An amount for cards and phones: ¥21.8万."""
    return "" if minor is None else short_money(Money(int(minor), currency), language())


def full_amount(minor: int | None, currency: str) -> str:
    """An amount to the last unit: ¥218,000."""
    return "" if minor is None else full_money(Money(int(minor), currency), language())


def plain_amount(minor: int | None, currency: str) -> str:
    """An amount as a field shows it: digits and a point, no sign of the currency."""
    if minor is None:
        return ""
    whole = Decimal(minor).scaleb(-minor_digits(currency))
    return f"{whole.to_integral_value():f}" if whole == whole.to_integral_value() else f"{whole:f}"


def totals_text(totals: Iterable[tuple[str, int | None]], *, short: bool = False) -> str:
    """Sums per currency, never mixed: ¥1,860,000 · $20,000."""
    show = short_amount if short else full_amount
    return " · ".join(show(total, currency) for currency, total in totals if total)
