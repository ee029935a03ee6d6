"""When mail may go: quiet hours and the morning digest, in the person's own zone. Pure functions of the moment."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.notices import Choices

MAIL_WAITS: Final = timedelta(seconds=30)
"""How long a mail waits, so that what is taken back at once is never sent."""

DIGEST_LATE: Final = timedelta(hours=4)
"""How long after its hour a digest is still a morning digest; later than that it is left out."""


def is_quiet(hour: int, choices: Choices) -> bool:
    """Whether this hour of the day is a quiet one; quiet hours may last over midnight."""
    begin, end = choices.quiet_from, choices.quiet_to
    if begin is None or end is None or begin == end:
        return False
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def mail_at(moment: datetime, choices: Choices, zone: ZoneInfo) -> datetime:
    """When a mail that could go at `moment` may go: then, or when the quiet hours end."""
    local = moment.astimezone(zone)
    if not is_quiet(local.hour, choices) or choices.quiet_to is None:
        return moment
    day = local.date() if local.hour < choices.quiet_to else local.date() + timedelta(days=1)
    return max(moment, _at_hour(day, choices.quiet_to, zone))  # a clock that is put back must not send us back


def _at_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def digest_day(now: datetime, choices: Choices, zone: ZoneInfo) -> date | None:
    """The person's day whose digest is due at `now`; None before its hour, long after it, or without a digest."""
    if choices.digest_hour is None:
        return None
    day = now.astimezone(zone).date()
    for each in (day, day - timedelta(days=1)):  # yesterday's, when it is asked for late in the evening
        begin = _at_hour(each, choices.digest_hour, zone)
        if begin <= now < begin + DIGEST_LATE:
            return each
    return None


def digest_until(day: date, choices: Choices, zone: ZoneInfo) -> datetime:
    """Until when a digest of that day may go, if its mail had to be tried again."""
    return _at_hour(day, choices.digest_hour or 0, zone) + DIGEST_LATE


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the person's day begins and when it ends."""
    return _at_hour(day, 0, zone), _at_hour(day + timedelta(days=1), 0, zone)
