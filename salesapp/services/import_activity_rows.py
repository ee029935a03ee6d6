"""From a row of a file to an activity, and everything that is wrong with the row. Asks no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from salesapp.domain.agenda import check_length
from salesapp.domain.errors import N_, Msg
from salesapp.domain.importing import Row
from salesapp.services.activity_checks import AHEAD, NOTE_LENGTH
from salesapp.services.import_activity_fields import (
    DIRECTIONS,
    DONE,
    KIND_LABELS,
    OUTCOMES,
    PLANNED,
    STATES,
    UNKNOWN,
    fields_of_activities,
)
from salesapp.services.import_cell_words import CellWords, at_field
from salesapp.services.import_deal_paths import end_of_day, is_day
from salesapp.services.import_kinds import Known, Parsed, Rejected
from salesapp.services.import_own_numbers import key_of
from salesapp.services.import_parties import Party, read_party

KEY_LENGTH: Final = 200
_ALSO: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": {
        **dict.fromkeys(("phone", "phone call", "outbound call", "inbound call", "тел.", "звонок"), "call"),
        **dict.fromkeys(("email", "e-mail", "mail", "sms", "chat", "wechat", "whatsapp", "message"), "message"),
        **dict.fromkeys(("appointment", "event", "lunch"), "meeting"),
        **dict.fromkeys(("note", "todo", "to-do", "to do", "follow-up", "follow up", "deadline"), "task"),
        **dict.fromkeys(("presentation", "product demo"), "demo"),
    },
    "state": {
        **dict.fromkeys(("completed", "complete", "closed", "held", "yes", "true", "1", "x", "是", "да"), DONE),
        **dict.fromkeys(
            ("open", "not started", "in progress", "to do", "pending", "no", "false", "0", "否", "нет"), PLANNED
        ),
    },
    "outcome": {
        **dict.fromkeys(("connected", "answered", "held", "successful", "interested"), "reached"),
        **dict.fromkeys(
            ("no answer", "not answered", "missed", "busy", "voicemail", "left message", "unreached"), "not_reached"
        ),
    },
    "direction": {
        **dict.fromkeys(("outbound", "outgoing"), "out"),
        **dict.fromkeys(("inbound", "incoming"), "in"),
    },
}
"""What other programs call these."""
_UNKNOWN: Final = {
    "kind": N_("There is no kind of activity “%(word)s”."),
    "state": N_("“%(word)s” says neither done nor planned."),
    "outcome": N_("“%(word)s” says neither reached nor not reached."),
    "direction": N_("“%(word)s” says neither out nor in."),
}


@dataclass(frozen=True, kw_only=True)
class ActivityRow(Parsed):
    """One activity as the file has it: done `at`, or planned for `planned_at`. `deal` is the key or the name of one;
    `was_open`: the file says that it is still to be done, and its day is over; `said`: the facts the row has something
    for."""

    kind: str
    state: str
    at: datetime | None
    planned_at: datetime | None
    all_day: bool
    direction: str
    outcome: str | None
    note: str
    minutes: int | None
    owner_id: int | None
    party: Party
    deal: str
    was_open: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    said: frozenset[str] = frozenset()


def read_activity(row: Row, known: Known) -> ActivityRow | Rejected:
    """What a row says, or all that is wrong with it."""
    words = CellWords.of(known)
    wrong: list[Msg] = []
    kind = _word("kind", KIND_LABELS, row, words, wrong) or known.option("kind", "call")
    state, at, planned_at, was_open = _when(row, known, words, wrong)
    party, deal = read_party(row, known, words, wrong), words.text(row, "deal", KEY_LENGTH, wrong)
    note = words.text(row, "note", NOTE_LENGTH, wrong)
    if not (party or deal or note):
        wrong.append(Msg(N_("There is neither a customer nor a deal nor a note.")))
    made = ActivityRow(
        line=row.line,
        cells=row.cells,
        key=key_of(row, known, words.text(row, "key", KEY_LENGTH, wrong), wrong),
        kind=kind,
        state=state,
        at=at,
        planned_at=planned_at,
        all_day=planned_at is not None and is_day(planned_at, words.zone),
        direction=_word("direction", DIRECTIONS, row, words, wrong) or "out",
        outcome=_outcome(row, known, words, wrong) if state == DONE and not was_open else None,
        note=note,
        minutes=_minutes(row, known, words, wrong),
        owner_id=words.owner(row, wrong),
        party=party,
        deal=deal,
        was_open=was_open,
        values=_values(row, known, words, wrong),
        said=frozenset(words.cells(row)),
    )
    if made.key is None:
        words.first_line(row.cells, row.line)
    return Rejected(row.line, row.cells, tuple(wrong)) if wrong else made


def _word(name: str, labels: Mapping[str, Any], row: Row, words: CellWords, wrong: list[Msg]) -> str | None:
    cell = words.cell(row, name)
    if not cell:
        return None
    cell = _ALSO[name].get(cell.casefold(), cell)
    return words.choice(f"{name} of activities", cell, labels, _UNKNOWN[name], wrong)


def _outcome(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> str | None:
    found = _word("outcome", OUTCOMES, row, words, wrong) or known.option("outcome", "reached")
    return None if found == UNKNOWN else found


def _when(
    row: Row, known: Known, words: CellWords, wrong: list[Msg]
) -> tuple[str, datetime | None, datetime | None, bool]:
    """State, when it was done, what it was planned for, and whether it was left open though its day is over. What says
    nothing of its state is done if its day has been, and planned if it is to come."""
    at, planned_at = words.moment(row, "at", wrong), words.moment(row, "planned_at", wrong)
    state = _word("state", STATES, row, words, wrong)
    now, end = known.now, end_of_day(known.now, words.zone)
    moment = at or planned_at
    if moment is None:
        if not wrong:
            wrong.append(Msg(N_("There is no day on which it was done or is planned.")))
        return DONE, None, None, False
    if state == DONE or (state is None and moment < end and (at is not None or moment <= now)):
        if moment >= end:
            text = N_("It is done, but its day (%(day)s) is still to come.")
            wrong.append(Msg(text, {"day": moment.astimezone(words.zone).date().isoformat()}))
        return DONE, min(moment, now), planned_at, False
    planned = planned_at or moment
    if planned > now + AHEAD:
        wrong.append(Msg(N_("That is more than five years ahead.")))
    is_over = planned.astimezone(words.zone).date() < now.astimezone(words.zone).date()
    if is_over and known.option("open_past", DONE) == DONE:
        return DONE, planned, planned, True
    return PLANNED, None, planned, False


def _minutes(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> int | None:
    cell = words.cell(row, "minutes")
    if not cell:
        return None
    number = words.number(cell, known.company.currency)
    if isinstance(number, Msg):
        wrong.append(at_field("minutes", number))
        return None
    minutes = int(number)
    problems = check_length(minutes) if minutes else []
    wrong += [each.message for each in problems]
    return minutes or None


def _values(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> dict[str, Any]:
    found = {}
    for key, each in words.fields("activity", lambda: fields_of_activities(known)).items():
        if key in known.columns:
            value = words.field(row, key, each, known.company.currency, wrong)
            if value is not None:
                found[key] = value
    return found
