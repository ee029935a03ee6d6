"""Each part of a follow-up rule as a plain form: as it is shown, and what was typed as its record again.

The values of a form are texts by field, so that everything typed is shown again as it was. What a rule begins with has
files of its own: `follow_up_beginnings.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any, Final, cast

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.follow_up import (
    LONGEST,
    MOST_AHEAD,
    PASSING,
    Deadline,
    DeadlineUnit,
    Do,
    Escalate,
    FollowUp,
    Until,
)
from salesapp.domain.follow_up_parts import MOST_OF
from salesapp.domain.followups import Interval, Unit
from salesapp.domain.people import one_line
from salesapp.domain.placeholders import OF_RULES, in_braces, with_keys, with_words
from salesapp.domain.text import LANGUAGES, Text, own_text
from salesapp.domain.whole_numbers import is_between
from salesapp.web.i18n import language, languages_mine_first, today
from salesapp.web.inputs import day_from

Values = Mapping[str, str]
Problems = list[Problem]
Offered = Mapping[str, Sequence[Any]]
"""What can be chosen, by field: (value, label)."""
CHOOSE: Final = N_("Please choose one of the list.")
LABEL_LENGTH: Final = 80
TEXT_LENGTH: Final = 500
MOST_HOURS: Final = 24 * 60
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "label": tuple(f"label_{each}" for each in LANGUAGES),
    "do": ("kind", *(f"text_{each}" for each in LANGUAGES), "form"),
    "who": ("who",),
    "deadline": ("by_count", "by_unit", "by_at"),
    "every": ("every_count", "every_unit"),
    "until": ("answered", "bought_again", "unsubscribed", "times", "until_day"),
    "escalate": ("escalate_to", "before", "after"),
    "waits": ("waits",),
}
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


# --- as it is ---


def shown(rule: FollowUp, part: str) -> dict[str, str]:
    """A part as its form shows it."""
    return _SHOWN[part](getattr(rule, part))


def text_shown(name: str, text: Text) -> dict[str, str]:
    """Words in each language."""
    return {f"{name}_{each}": text.in_language(each) for each in LANGUAGES}


def _tick(value: bool) -> str:
    return "1" if value else ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def interval_shown(name: str, value: Interval | None) -> dict[str, str]:
    """So many of a unit."""
    return {f"{name}_count": _number(value.count if value else None), f"{name}_unit": value.unit if value else "month"}


def _until_shown(value: Until) -> dict[str, str]:
    ticks = {name: _tick(getattr(value, name)) for name in ("answered", "bought_again", "unsubscribed")}
    return ticks | {"times": _number(value.times), "until_day": value.day.isoformat() if value.day else ""}


def _escalate_shown(value: Escalate | None) -> dict[str, str]:
    if value is None:
        return {"escalate_to": "", "before": "", "after": ""}
    return {"escalate_to": value.to, "before": _number(value.before), "after": _number(value.after)}


def _deadline_shown(value: Deadline) -> dict[str, str]:
    at = value.at.isoformat("minutes") if value.at else ""
    return {"by_count": str(value.count), "by_unit": value.unit, "by_at": at}


def _do_shown(value: Do) -> dict[str, str]:
    texts = {name: with_words(text, language()) for name, text in text_shown("text", value.text).items()}
    return {"kind": value.kind, **texts, "form": value.form or ""}


_SHOWN: Final[Mapping[str, Callable[[Any], dict[str, str]]]] = {
    "label": lambda value: text_shown("label", value),
    "do": _do_shown,
    "who": lambda value: {"who": value},
    "deadline": _deadline_shown,
    "every": lambda value: interval_shown("every", value),
    "until": _until_shown,
    "escalate": _escalate_shown,
    "waits": lambda value: {"waits": _tick(value)},
}


# --- as it was typed ---


def read(part: str, typed: Values, problems: Problems, offered: Offered) -> Any:
    """What was typed as the part's record; what is wrong goes to `problems`, at its field, and then the answer means
    nothing. `offered` are the choices of each field that has some."""
    return _READ[part](typed, problems, offered)


def chosen(name: str, typed: Values, offered: Offered, problems: Problems) -> str:
    """One of those offered."""
    if typed[name] not in {str(each[0]) for each in offered[name]}:
        problems.append(problem(name, CHOOSE))
    return typed[name]


def whole(name: str, typed: Values, least: int, most: int, problems: Problems) -> int:
    """A whole number between these; `least` where it is none."""
    if is_between(typed[name], least, most):
        return int(typed[name])
    problems.append(problem(name, N_("A whole number from %(least)s to %(most)s, please."), least=least, most=most))
    return least


def whole_if_any(name: str, typed: Values, least: int, most: int, problems: Problems) -> int | None:
    """The same; None for an empty field."""
    return whole(name, typed, least, most, problems) if typed[name].strip() else None


def interval(name: str, typed: Values, problems: Problems) -> Interval:
    """So many days, weeks or months."""
    unit = typed[f"{name}_unit"]
    if unit not in LONGEST:
        problems.append(problem(f"{name}_unit", CHOOSE))
        return Interval(1, "month")
    count = whole(f"{name}_count", typed, 1, LONGEST[cast("Unit", unit)], problems)
    return Interval(count, cast("Unit", unit))


def words(name: str, typed: Values, most: int, problems: Problems) -> Text:
    """Words in every language; where one has none, those of the reader's own."""
    found = {each: one_line(typed[f"{name}_{each}"]) for each, _ in languages_mine_first()}
    said = {each: text for each, text in found.items() if text}
    mine = next(iter(found))
    if mine not in said:
        problems.append(problem(f"{name}_{mine}", N_("This is needed.")))
    for each, text in said.items():
        if len(text) > most:
            long = N_("This is too long: %(length)s characters, at most %(max)s.")
            problems.append(problem(f"{name}_{each}", long, length=len(text), max=most))
    return own_text(said or {mine: "–"})


def _do(typed: Values, problems: Problems, offered: Offered) -> Do:
    kind, form = chosen("kind", typed, offered, problems), chosen("form", typed, offered, problems)
    before = len(problems)
    # Counted as it is kept: a word is longer in one language than in another, and what one reader saved, each can.
    typed = {**typed, **{name: with_keys(typed[name]) for name in FIELDS["do"] if name.startswith("text_")}}
    text = words("text", typed, TEXT_LENGTH, problems)
    for each in LANGUAGES:
        if strange := [name for name in in_braces(typed[f"text_{each}"]) if name not in OF_RULES]:
            said = N_("“{%(word)s}” stands for nothing. What you can use stands below.")
            problems.append(problem(f"text_{each}", said, word=strange[0]))
    if len(problems) > before:
        text = Text(*["–"] * 4)
    return Do(kind if kind in KINDS_BY_KEY else "task", text, form if not problems and form else None)


def _who(typed: Values, problems: Problems, offered: Offered) -> str:
    return chosen("who", typed, offered, problems)


def _deadline(typed: Values, problems: Problems, offered: Offered) -> Deadline:
    unit = chosen("by_unit", typed, offered, problems)
    count = whole("by_count", typed, 0, MOST_OF.get(unit, MOST_AHEAD), problems)
    at = clock("by_at", typed["by_at"], problems)
    if at is not None and unit in PASSING:
        problems.append(problem("by_at", N_("Hours and minutes end where they end: leave the hour empty.")))
    return Deadline() if problems else Deadline(count, cast("DeadlineUnit", unit), at)


def clock(name: str, text: str, problems: Problems) -> time | None:
    """An hour of the day; None for an empty field."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None and text.strip():
        problems.append(problem(name, N_("Write the time as 9:00.")))
    return time(int(found[1]), int(found[2])) if found else None


def _every(typed: Values, problems: Problems, _offered: Offered) -> Interval | None:
    return interval("every", typed, problems) if typed["every_count"].strip() else None


def _until(typed: Values, problems: Problems, _offered: Offered) -> Until:
    ticks = {name: typed[name] == "1" for name in ("answered", "bought_again", "unsubscribed")}
    times, day = whole_if_any("times", typed, 1, 1000, problems), day_from(typed["until_day"], "until_day", problems)
    if day is not None and day < today():
        problems.append(problem("until_day", N_("This day has passed: the rule would plan nothing more.")))
    return Until(**ticks, times=times, day=day)


def _escalate(typed: Values, problems: Problems, offered: Offered) -> Escalate | None:
    to = chosen("escalate_to", typed, offered, problems)
    before, after = (whole_if_any(name, typed, 0, MOST_HOURS, problems) for name in ("before", "after"))
    if not to:
        return None
    if before is None and after is None and not problems:
        problems.append(problem("after", N_("Say when: so many hours before the deadline, after it, or both.")))
    return None if problems else Escalate(to, before, after)


_READ: Final[Mapping[str, Callable[[Values, Problems, Offered], Any]]] = {
    "label": lambda typed, problems, _: words("label", typed, LABEL_LENGTH, problems),
    "do": _do,
    "who": _who,
    "deadline": _deadline,
    "every": _every,
    "until": _until,
    "escalate": _escalate,
    "waits": lambda typed, _problems, _offered: typed["waits"] == "1",
}
