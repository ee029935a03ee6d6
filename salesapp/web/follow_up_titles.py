"""What each field in the forms of follow-up rules is called: above the field, and where its problem is summed up."""

from collections.abc import Mapping, Sequence
from typing import Final

from salesapp.domain.errors import N_
from salesapp.domain.text import LANGUAGE_NAMES
from salesapp.web.i18n import gettext

_UNIT: Final = N_("Unit")
TITLES: Final[Mapping[str, str]] = {
    "begin": N_("What it begins with"),
    "process": N_("Which process"),
    "stage": N_("Stage"),
    "event": N_("What happens"),
    "each": N_("Each time counts by itself"),
    "date_of": N_("Which date"),
    "days": N_("How many days"),
    "side": N_("Before or after"),
    "yearly": N_("Comes round each year"),
    "feast": N_("Holiday"),
    "feast_day": N_("Another day of the year"),
    "silent_count": N_("For how long"),
    "silent_unit": _UNIT,
    "silent_of": N_("About whom"),
    "level": N_("Field of the deal"),
    "kind": N_("What is planned"),
    "text": N_("What is to be done"),
    "form": N_("Questions to answer with it"),
    "who": N_("Who does it"),
    "by_count": N_("Within"),
    "by_unit": _UNIT,
    "by_at": N_("By which hour"),
    "every_count": N_("Again every"),
    "every_unit": _UNIT,
    "answered": N_("was reached"),
    "bought_again": N_("buys again"),
    "unsubscribed": N_("wants no more messages"),
    "times": N_("At most so many times"),
    "until_day": N_("Nothing after this day"),
    "unless": N_("Not where"),
    "escalate_to": N_("Who is told when it is not done"),
    "before": N_("Before the deadline"),
    "after": N_("After the deadline"),
    "waits": N_("Wait while anything else is planned with the customer"),
    "label": N_("Name"),
}
_IN_LANGUAGES: Final = ("label", "text")
_OF_AN_ANSWER: Final = "level_"


def titles() -> dict[str, str]:
    """What stands above each field."""
    return {name: gettext(title) for name, title in TITLES.items()}


def summed_up(errors: Mapping[str, Sequence[str]], answers: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The problems for the head of the page, each with the field it is about; `answers` are those of the chosen
    field of deals, each of which has a field for its interval."""
    called = titles() | {f"{_OF_AN_ANSWER}{key}_{part}": label for key, label in answers for part in ("count", "unit")}
    return {place: [with_title(_title(place, called), text) for text in texts] for place, texts in errors.items()}


def _title(place: str, called: Mapping[str, str]) -> str:
    name, _, code = place.partition("_")
    if name not in _IN_LANGUAGES or code not in LANGUAGE_NAMES:
        return called.get(place, "")
    return gettext("%(title)s (%(language)s)") % {"title": called[name], "language": LANGUAGE_NAMES[code]}


def with_title(title: str, text: str) -> str:
    """What is said, after what it is about."""
    return gettext("%(title)s: %(text)s") % {"title": title, "text": text} if title else text
