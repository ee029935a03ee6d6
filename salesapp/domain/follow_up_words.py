"""Follow-up rules in words: as the sentences an owner reads, and as the reason an activity is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import Final

from salesapp.domain import criteria
from salesapp.domain.conditions import AnyOf, Condition, Not, Vocabulary
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.errors import N_, Msg
from salesapp.domain.follow_up import (
    FUNCTION,
    LOST,
    PASSING,
    WON,
    ByGrade,
    ByLevel,
    Deadline,
    Escalate,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Trigger,
    Until,
)
from salesapp.domain.follow_up_phrases import EVENT_WORDS, KIND_WORDS, WHO_WORDS, day_of_year, length, rate
from salesapp.domain.placeholders import in_each_language
from salesapp.domain.text import Text

Label = Text | Msg | str
_EMPTY: Final[Mapping[str, Label]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Names:
    """What the things are called that a rule names, by "process.bakery.cakes", "stage.bakery.cakes.oven",
    "event.quote.sent", "date.car.insurance", "field.deal.car.promised_on" (as OnDate has it), "level.car.level",
    "level.car.level.h", "function.service", "form.bakery.tasted"; and what conditions can ask of its subject. What is
    not known (any more) is called by its key."""

    labels: Mapping[str, Label] = field(default_factory=lambda: _EMPTY)
    facts: Vocabulary = field(default_factory=lambda: MappingProxyType({}))

    def of(self, group: str, key: str) -> Label:
        """One label."""
        return self.labels.get(f"{group}.{key}", key)


NAMELESS: Final = Names()


def explain(rule: FollowUp, names: Names) -> list[Msg]:
    """The rule as sentences: what it plans, by when, how often, until, unless, and who hears if it is not done."""
    return [*_plans(rule, names), *_ends(rule.until, rule.subject), *_holds_back(rule, names), *_tells(rule, names)]


def because(rule: FollowUp, names: Names = NAMELESS) -> Msg:
    """Why an activity of the rule is there: “within 24 hours after the deal comes into “Delivered””."""
    if not isinstance(rule.when, OnStage | OnEvent):
        return when(rule.when, names)
    what = _what(rule.when, names)
    if rule.every is not None:
        return _msg(N_("%(rate)s after %(what)s"), rate=rate(rule.every), what=what)
    if not rule.deadline.count:
        return when(rule.when, names)
    return _msg(N_("%(by)s after %(what)s"), by=by_when(rule.deadline), what=what)


def _plans(rule: FollowUp, names: Names) -> Iterator[Msg]:
    source = N_("Plans %(kind)s for %(who)s %(when)s: “%(text)s”.")
    kind, person = Msg(KIND_WORDS[rule.do.kind]), who(rule.who, names)
    yield _msg(source, kind=kind, who=person, when=when(rule.when, names), text=in_each_language(rule.do.text))
    yield _msg(N_("Deadline: %(by)s."), by=by_when(rule.deadline))
    if rule.every is not None:
        every, first = rate(rule.every), length(rule.every.count, rule.every.unit)
        yield _msg(N_("Comes %(rate)s, for the first time after %(time)s."), rate=every, time=first)
    if rule.do.form is not None:
        yield _msg(N_("Whoever does it fills in the form “%(form)s”."), form=names.of("form", rule.do.form))


def _ends(until: Until, subject: str) -> Iterator[Msg]:
    if until.answered:
        yield Msg(N_("Ends as soon as the customer was reached."))
    if until.bought_again:
        yield Msg(N_("Ends as soon as the customer buys again."))
    if until.unsubscribed:
        yield Msg(N_("Leaves out customers who want no more messages."))
    if until.times is not None:
        most = N_("Comes at most %(times)s for each deal."), N_("Comes at most %(times)s for each customer.")
        yield _msg(most[subject == "customer"], times=length(until.times, "time"))
    if until.day is not None:
        yield _msg(N_("Plans nothing after %(day)s."), day=until.day)


def _holds_back(rule: FollowUp, names: Names) -> Iterator[Msg]:
    if rule.unless is not None:
        yield from _excepts(rule.unless, names)
    if rule.waits:
        yield Msg(N_("Waits while anything else is planned with the customer."))


def _excepts(unless: Condition, names: Names) -> Iterator[Msg]:
    """“Not where it is not sold” is hard to read, so each way to be excepted that denies something is turned round."""
    ways = _ways(unless)
    for each in ways:
        if isinstance(each, Not):
            yield _msg(N_("Only where %(condition)s."), condition=criteria.explain(each.condition, names.facts))
    if rest := tuple(each for each in ways if not isinstance(each, Not)):
        yield _msg(N_("Not where %(condition)s."), condition=criteria.explain(AnyOf(rest), names.facts))


def _ways(unless: Condition) -> tuple[Condition, ...]:
    if isinstance(unless, AnyOf):
        return tuple(way for each in unless.conditions for way in _ways(each))
    return (unless,)


def _tells(rule: FollowUp, names: Names) -> Iterator[Msg]:
    if rule.escalate is None:
        return
    person = who(rule.escalate.to, names)
    for source, hours in _hours(rule.escalate):
        yield _msg(source, time=length(hours, "hour"), who=person) if hours else _msg(_AT_ONCE, who=person)


_AT_ONCE: Final = N_("Not done by the deadline? Then %(who)s is told.")


def _hours(escalate: Escalate) -> Iterator[tuple[str, int]]:
    if escalate.before is not None:
        yield N_("Not done %(time)s before the deadline? Then %(who)s is told."), escalate.before
    if escalate.after is not None and (escalate.before, escalate.after) != (0, 0):  # both are the same moment
        yield N_("Not done %(time)s after the deadline? Then %(who)s is told."), escalate.after


# --- the parts of a sentence ---


def who(person: str, names: Names = NAMELESS) -> Msg:
    """Whom a rule names."""
    if person.startswith(FUNCTION):
        function = names.of("function", person.removeprefix(FUNCTION))
        return _msg(N_("somebody with the function “%(function)s”"), function=function)
    return Msg(WHO_WORDS[person])


def when(trigger: Trigger, names: Names = NAMELESS) -> Msg:
    """What a rule begins with, in the middle of a sentence: “when the deal is won”, “each year 3 days before …”."""
    match trigger:
        case OnStage() | OnEvent():
            return _msg(N_("when %(what)s"), what=_what(trigger, names))
        case OnDate(of=of, days=days, yearly=yearly):
            return _around(days, _date_called(of, names), yearly)
        case OnHoliday(day=day, days=days):
            return _around(days, day_of_year(day), True)
        case Silence(interval=interval):
            source = N_("when nobody was in touch with the customer for %(time)s")
            return _msg(source, time=length(interval.count, interval.unit))
        case ByGrade():
            return Msg(N_("when the time of the customer’s grade is over since the last contact"))
        case ByLevel():
            return _by_level(trigger, names)


def by_when(deadline: Deadline) -> Msg:
    """A deadline, in the middle of a sentence: “within 24 hours”, “by the next working day, 18:00 at the latest”."""
    if deadline.count == 0 and deadline.unit in PASSING:
        return Msg(N_("at once"))
    near = _NEAR.get((deadline.unit, deadline.count))
    day = Msg(near) if near else _msg(N_("within %(time)s"), time=length(deadline.count, deadline.unit))
    if deadline.at is None:
        return day
    return _msg(N_("%(day)s, %(hour)s at the latest"), day=day, hour=f"{deadline.at:%H:%M}")


_NEAR: Final[Mapping[tuple[str, int], str]] = {
    **dict.fromkeys([("day", 0), ("week", 0), ("month", 0)], N_("the same day")),
    ("day", 1): N_("by the next day"),
    ("working_day", 0): N_("the same day, or the next working day"),
    ("working_day", 1): N_("by the next working day"),
}


def _what(trigger: OnStage | OnEvent, names: Names) -> Msg:
    if isinstance(trigger, OnEvent):
        if trigger.kind in EVENT_WORDS:
            return Msg(EVENT_WORDS[trigger.kind])
        return _msg(N_("“%(what)s” happens"), what=names.of("event", trigger.kind))
    process = names.of("process", trigger.process)
    if trigger.stage in (WON, LOST):
        source = N_("a deal of “%(process)s” is won") if trigger.stage == WON else N_("a deal of “%(process)s” is lost")
        return _msg(source, process=process)
    stage = names.of("stage", f"{trigger.process}.{trigger.stage}")
    return _msg(N_("a deal of “%(process)s” comes into “%(stage)s”"), process=process, stage=stage)


def _date_called(of: str, names: Names) -> Label:
    group, _, rest = of.partition(".")
    if group == "date":
        return DATE_KINDS.get(rest) or names.of("date", rest)
    if of == "deal.closed":
        return Msg(N_("Day of the purchase"))
    return Msg(N_("Expected close")) if of == "deal.expected_close" else names.of("field", of)


def _around(days: int, date: Label, yearly: bool) -> Msg:
    time = length(abs(days), "day")
    if days == 0:
        on = N_("each year on “%(date)s”") if yearly else N_("on “%(date)s”")
        return _msg(on, date=date)
    if days < 0:
        source = N_("each year %(time)s before “%(date)s”") if yearly else N_("%(time)s before “%(date)s”")
    else:
        source = N_("each year %(time)s after “%(date)s”") if yearly else N_("%(time)s after “%(date)s”")
    return _msg(source, time=time, date=date)


def _by_level(trigger: ByLevel, names: Names) -> Msg:
    each = [
        _msg(
            N_("“%(answer)s” %(time)s"),
            answer=names.of("level", f"{trigger.field}.{answer}"),
            time=length(interval.count, interval.unit),
        )
        for answer, interval in trigger.intervals
    ]
    joined = reduce(lambda this, that: _msg(N_("%(first)s, %(second)s"), first=this, second=that), each)
    source = N_("when the time of “%(field)s” is over since the last contact (%(intervals)s)")
    return _msg(source, field=names.of("level", trigger.field), intervals=joined)


def _msg(source: str, /, **values: object) -> Msg:
    return Msg(source, MappingProxyType(values))
