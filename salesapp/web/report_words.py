"""Numbers of reports as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import format_percent

from salesapp.store.report_medians import Median
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, language, locale, ngettext, show_number
from salesapp.web.inputs import full_amount, short_amount

DAY = 86400


def percent(part: int, whole: int, places: int = 1) -> str:
    """A share as the language writes it; a dash where there is nothing to divide by."""
    if not whole:
        return "–"
    return _percent(part, whole, places, language())


@lru_cache(maxsize=4096)
def _percent(part: int, whole: int, places: int, lang: str) -> str:
    share = (Decimal(part) / Decimal(whole)).quantize(Decimal(1).scaleb(-places - 2), ROUND_HALF_UP)
    return str(format_percent(share, locale=locale(lang), decimal_quantization=False))


def stay_in_days(secs: int | None) -> str:
    """A stay in days, with one decimal below ten."""
    if secs is None:
        return "–"
    if secs < DAY:
        return deal_words.stay_duration(secs)
    days = secs / DAY
    shown = round(days, 1) if days < 10 else round(days)
    return ngettext("%(num)s day", "%(num)s days", shown) % {"num": show_number(shown)}


def days_exactly(secs: float) -> str:
    """A time in days with two decimals, for whoever looks closely."""
    days = (Decimal(secs) / DAY).quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
    return ngettext("%(num)s day", "%(num)s days", float(days)) % {"num": show_number(days)}


def about(text: str, median: Median | None) -> str:
    """A median that was read from classes says that it is not exact."""
    return text if median is None or median.exact else gettext("about %(what)s") % {"what": text}


def rounded(minor: float) -> int:
    """Whole minor units."""
    return int(Decimal(minor).quantize(Decimal(1), ROUND_HALF_UP))


def both(minor: float | None, currency: str) -> tuple[str, str]:
    """An amount short and full; dashes for none."""
    if minor is None:
        return "–", "–"
    return short_amount(rounded(minor), currency), full_amount(rounded(minor), currency)
