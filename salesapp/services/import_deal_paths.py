"""From the dates a file has of a deal to the path it took: the stages it entered, when, and how long it stayed in each;
or everything that does not hold together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import N_, Msg
from salesapp.domain.pack import Process
from salesapp.domain.stages import LOST, WON
from salesapp.domain.text import Text

_CLOSED: Final = {"won": WON, "lost": LOST}
WON_WORD: Final = Text(en="Won", zh_Hans="赢单", zh_Hant="成交", ru="Выиграно")
LOST_WORD: Final = Text(en="Lost", zh_Hans="输单", zh_Hant="未成交", ru="Проиграно")
_OPENING: Final = N_("the opening")
_CLOSING: Final = N_("the closing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What a file says of a deal's way. `entered` by stage; `stage` and `state` as they are now."""

    stage: str | None = None
    state: str = "open"
    created_at: datetime | None = None
    closed_at: datetime | None = None
    entered: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the path: a stage, WON or LOST; from where, and how long the deal was there (None: nobody knows)."""

    stage: str
    at: datetime
    prev: str | None = None
    secs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The way of a deal from its opening on; what the file left open is `now`."""

    stage: str
    state: str
    created_at: datetime
    stage_entered_at: datetime
    closed_at: datetime | None
    steps: tuple[Step, ...]

    @property
    def last_at(self) -> datetime:
        """When the deal was last moved."""
        return self.steps[-1].at


def path_of(dates: Dates, process: Process, now: datetime, zone: ZoneInfo) -> Path | tuple[Msg, ...]:
    """The path these dates tell; everything that is wrong with them, where something is."""
    wrong = check(dates, process, now, zone)
    if wrong:
        return wrong
    at = _opening(dates, now)
    stage = dates.stage or _last_dated(dates, process) or process.stages[0].key
    steps = [Step(key, moment) for key, moment in _entries(dates, process, stage, at)]
    if dates.state != "open":
        steps.append(Step(_CLOSED[dates.state], _not_after(dates.closed_at or now, now)))
    made = _with_stays(steps, _undated(dates, stage, len(steps)), zone)
    standing = made[-1] if dates.state == "open" else made[-2]
    return Path(
        stage=stage,
        state=dates.state,
        created_at=at,
        stage_entered_at=standing.at,
        closed_at=None if dates.state == "open" else made[-1].at,
        steps=made,
    )


def _opening(dates: Dates, now: datetime) -> datetime:
    """When it was opened: as the file says, else with the first thing it knows of."""
    known = [each for each in (*dates.entered.values(), dates.closed_at) if each is not None]
    return _not_after(dates.created_at or min(known, default=now), now)


def _last_dated(dates: Dates, process: Process) -> str | None:
    return next((each.key for each in reversed(process.stages) if each.key in dates.entered), None)


def _entries(dates: Dates, process: Process, stage: str, opening: datetime) -> list[tuple[str, datetime]]:
    """The stages in the order they were entered. A deal that was opened before its first dated stage began in the
    first one; one without any such date entered the stage it is in when it was opened."""
    dated = [(each.key, dates.entered[each.key]) for each in process.stages if each.key in dates.entered]
    first = process.stages[0].key
    if not dated:
        return [(stage, opening)]
    if dated[0][0] != first and opening < dated[0][1]:
        dated.insert(0, (first, opening))
    return dated if dated[-1][0] == stage else [*dated, (stage, dated[-1][1])]


def _undated(dates: Dates, stage: str, steps: int) -> bool:
    """Whether nobody knows when the deal came into the stage it is in."""
    return steps > 1 and bool(dates.entered) and stage not in dates.entered


def _with_stays(steps: Sequence[Step], undated: bool, zone: ZoneInfo) -> tuple[Step, ...]:
    """Each step with where it came from and how long the stay there was."""
    made = [steps[0]]
    for before, step in pairwise(steps):
        made.append(replace(step, prev=before.stage, secs=stay(before.at, step.at, zone)))
    if undated:
        last = len(made) - (2 if made[-1].stage in (WON, LOST) else 1)
        made[last:] = [replace(each, secs=None) if each.prev else each for each in made[last:]]
    return tuple(made)


def stay(since: datetime, until: datetime, zone: ZoneInfo) -> int:
    """How long it was, in seconds. From day to day it is whole days, whatever the clocks did between."""
    if is_day(since, zone) and is_day(until, zone):
        days = (until.astimezone(zone).date() - since.astimezone(zone).date()).days
        return days * 86_400
    return max(0, int((until - since).total_seconds()))


@lru_cache(maxsize=4096)
def is_day(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the moment stands for a whole day: its noon."""
    return moment.astimezone(zone).time() == time(12)


def is_same(one: datetime | None, other: datetime | None, zone: ZoneInfo) -> bool:
    """Whether what a file says (`one`) is what is known: a day alone is any moment of it, and so is a minute."""
    if one is None or other is None or one == other:
        return one == other
    if one == other.replace(second=0, microsecond=0):
        return True
    return is_day(one, zone) and one.astimezone(zone).date() == other.astimezone(zone).date()


def _not_after(moment: datetime, now: datetime) -> datetime:
    """The noon of today may be still to come."""
    return min(moment, now)


# --- what cannot be ---


def check(dates: Dates, process: Process, now: datetime, zone: ZoneInfo) -> tuple[Msg, ...]:
    """Everything that is wrong with these dates, each sentence with both things that do not go together."""
    words = Words(process, zone)
    dated = [(each.key, dates.entered[each.key]) for each in process.stages if each.key in dates.entered]
    wrong = [words.before(*later, *earlier) for earlier, later in pairwise(dated) if later[1] < earlier[1]]
    if dates.created_at is not None:
        wrong += [words.before(*each, "", dates.created_at) for each in dated if each[1] < dates.created_at][:1]
    wrong += _wrong_closing(dates, dated, words)
    wrong += _wrong_stage(dates, process, words)
    ends = ((dates.created_at, ""), *((at, key) for key, at in dated), (dates.closed_at, WON))
    tomorrow = end_of_day(now, zone)
    wrong += [words.to_come(key, at) for at, key in ends if at is not None and at >= tomorrow]
    return tuple(wrong)


def _wrong_closing(dates: Dates, dated: Sequence[tuple[str, datetime]], words: "Words") -> list[Msg]:
    closed = dates.closed_at
    if dates.state == "open":
        return [] if closed is None else [words.open_and_closed(dates.stage, closed)]
    if closed is None:
        return [
            Msg(N_("A deal that is %(state)s needs the day it was closed."), {"state": words.of(_CLOSED[dates.state])})
        ]
    if dates.created_at is not None and closed < dates.created_at:
        return [words.before(_CLOSED[dates.state], closed, "", dates.created_at)]
    return [words.before(_CLOSED[dates.state], closed, *each) for each in dated if closed < each[1]][:1]


def _wrong_stage(dates: Dates, process: Process, words: "Words") -> list[Msg]:
    """A date of a stage the deal has not come to."""
    if dates.stage is None:
        return []
    keys = [each.key for each in process.stages]
    beyond = [key for key in keys[keys.index(dates.stage) + 1 :] if key in dates.entered]
    text = N_("The deal is in %(stage)s, but has a date (%(day)s) for %(later)s, which comes after it.")
    return [
        Msg(text, {"stage": words.of(dates.stage), "later": words.of(key), "day": words.day(dates.entered[key])})
        for key in beyond[:1]
    ]


@lru_cache(maxsize=16)
def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When today is over where the company is."""
    here = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(here, time(0), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences about dates, with the labels of one process."""

    process: Process
    zone: ZoneInfo

    def of(self, key: str) -> object:
        """What a stage, an end of the path, or (with "") the opening is called."""
        if key in (WON, LOST):
            return WON_WORD if key == WON else LOST_WORD
        stage = self.process.stage(key)
        return stage.label if stage else Msg(_OPENING)

    def day(self, moment: datetime) -> str:
        """The day where the company is."""
        return moment.astimezone(self.zone).date().isoformat()

    def before(self, key: str, at: datetime, other: str, other_at: datetime) -> Msg:
        """One thing is dated before another that must have come first."""
        text = N_("%(one)s (%(day)s) is dated before %(other)s (%(other_day)s).")
        values = {"one": self.of(key), "day": self.day(at), "other": self.of(other), "other_day": self.day(other_at)}
        return Msg(text, values)

    def open_and_closed(self, stage: str | None, closed: datetime) -> Msg:
        """An open deal has no end."""
        day = {"day": self.day(closed)}
        if stage is None:
            return Msg(N_("The deal is open, but has a closing date (%(day)s)."), day)
        text = N_("The deal is open, in %(stage)s, but has a closing date (%(day)s).")
        return Msg(text, day | {"stage": self.of(stage)})

    def to_come(self, key: str, at: datetime) -> Msg:
        """The past is over."""
        what = Msg(_CLOSING) if key == WON else self.of(key)
        return Msg(N_("%(what)s (%(day)s) is still to come."), {"what": what, "day": self.day(at)})


# --- a file that comes again ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The way a deal took so far, as it is stored."""

    stage: str
    state: str
    created_at: datetime
    closed_at: datetime | None
    steps: tuple[Step, ...]


def with_taken(
    dates: Dates, said: frozenset[str], had: Taken, process: Process, now: datetime, zone: ZoneInfo
) -> Dates:
    """What a file says of a deal that is here, completed by what is known: the file's dates count, the others stay, and
    so does the hour of a day that is the same. A stage that is new, and has no date, was entered now."""
    told_state = bool(said & {"state", "stage", "closed_at"})
    state = dates.state if told_state else had.state
    stage = dates.stage or _last_dated(dates, process) or had.stage
    known = {step.stage: step.at for step in had.steps if process.stage(step.stage) and not _is_undated(step)}
    told = {key: _with_hour(at, known.get(key), zone) or at for key, at in dates.entered.items()}
    entered = {key: at for key, at in known.items() if _comes_by(process, key, stage)} | told
    if stage != had.stage and stage not in entered:
        entered[stage] = now
    return Dates(
        stage=stage,
        state=state,
        created_at=_with_hour(dates.created_at, had.created_at, zone) or _opening_kept(dates, had),
        closed_at=_with_hour(dates.closed_at, had.closed_at, zone) or (had.closed_at if state == had.state else None),
        entered=entered,
    )


def _with_hour(said: datetime | None, known: datetime | None, zone: ZoneInfo) -> datetime | None:
    """What a file says, as exactly as it is known."""
    return known if is_same(said, known, zone) else said


def _is_undated(step: Step) -> bool:
    return step.prev is not None and step.secs is None


def _comes_by(process: Process, key: str, stage: str) -> bool:
    keys = [each.key for each in process.stages]
    return stage not in keys or keys.index(key) <= keys.index(stage)


def _opening_kept(dates: Dates, had: Taken) -> datetime | None:
    """None where the opening was but the date of the first stage, of which the file says another one."""
    first = had.steps[0] if had.steps else None
    derived = first is not None and first.at == had.created_at and first.stage in dates.entered
    return None if derived else had.created_at


def is_same_path(path: Path, had: Taken, zone: ZoneInfo) -> bool:
    """Whether a deal took that path already."""
    if (path.stage, path.state, len(path.steps)) != (had.stage, had.state, len(had.steps)):
        return False
    pairs = [(path.created_at, had.created_at), (path.closed_at, had.closed_at)]
    pairs += [(one.at, other.at) for one, other in zip(path.steps, had.steps, strict=True)]
    stages = [step.stage for step in path.steps] == [step.stage for step in had.steps]
    return stages and all(is_same(*pair, zone) for pair in pairs)
