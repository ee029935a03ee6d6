"""From a row of a file to a deal, and everything that is wrong with the row. Asks no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from salesapp.domain.deal_values import PREFIX
from salesapp.domain.errors import N_, Msg
from salesapp.domain.importing import Row
from salesapp.domain.list_facts import DEAL_STATES
from salesapp.domain.money import MAX_MINOR, is_currency, minor_digits
from salesapp.domain.pack import Process
from salesapp.domain.stages import LOST, WON
from salesapp.services.import_cell_words import CellWords, at_field
from salesapp.services.import_deal_fields import ENTERED, STATES, fields_of_deals, process_of
from salesapp.services.import_deal_paths import LOST_WORD, WON_WORD, Dates, Path, path_of
from salesapp.services.import_kinds import Known, Parsed, Rejected, by_any_name
from salesapp.services.import_own_numbers import key_of
from salesapp.services.import_parties import NOBODY, Party, read_party

TITLE_LENGTH: Final = 200
KEY_LENGTH: Final = 200
NOTE_LENGTH: Final = 10_000
LOST_NOTE_LENGTH: Final = 500
_ENDS: Final = {WON: "won", LOST: "lost"}
_ENDINGS: Final = {"closed won": WON, "closed-won": WON, "closed lost": LOST, "closed-lost": LOST} | {
    word.casefold(): end
    for end, words in ((WON, WON_WORD), (LOST, LOST_WORD))
    for word in by_any_name({"": words})
    if word
}
_CLOSED_STATES: Final = {"closed won": "won", "closed lost": "lost"} | by_any_name(DEAL_STATES)
"""What other programs call them, and our own lists, whose files come back."""


@dataclass(frozen=True, kw_only=True)
class DealRow(Parsed):
    """One deal as the file has it. `said`: the facts the row has something for; what it leaves empty stays."""

    process: str
    dates: Dates
    path: Path | None = None
    title: str = ""
    party: Party = NOBODY
    owner_id: int | None = None
    amount_minor: int | None = None
    currency: str = ""
    expected_close: date | None = None
    lost_reason: str | None = None
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    said: frozenset[str] = frozenset()


def read_deal(row: Row, known: Known) -> DealRow | Rejected:
    """What a row says, or all that is wrong with it."""
    words = CellWords.of(known)
    wrong: list[Msg] = []
    process_key, process = _process(row, known, words, wrong)
    dates, path = _dates(row, known, words, process, wrong) if process else (Dates(), None)
    currency = _currency(row, known, words, wrong)
    texts = {name: words.text(row, name, most, wrong) for name, most in _LENGTHS.items()}
    party = read_party(row, known, words, wrong)
    if not (texts["title"] or party or texts["key"]):
        wrong.append(Msg(N_("There is neither a name nor a customer nor a key.")))
    made = DealRow(
        line=row.line,
        cells=row.cells,
        key=key_of(row, known, texts["key"], wrong),
        process=process_key,
        dates=dates,
        path=path,
        title=texts["title"],
        party=party,
        owner_id=words.owner(row, wrong),
        amount_minor=_amount(row, words, currency, wrong),
        currency=currency,
        expected_close=words.day(row, "expected_close", wrong),
        lost_reason=_reason(row, words, process, dates.state, wrong),
        note=texts["note"],
        values=_values(row, known, words, process, currency, wrong),
        said=frozenset(words.cells(row)),
    )
    if made.key is None:
        words.first_line(row.cells, row.line)
    return Rejected(row.line, row.cells, tuple(wrong)) if wrong else made


_LENGTHS: Final = {"title": TITLE_LENGTH, "key": KEY_LENGTH, "note": NOTE_LENGTH}


def _process(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> tuple[str, Process | None]:
    chosen = process_of(known)
    cell = words.cell(row, "process")
    if not cell:
        return chosen or ("", None)
    labels = {key: each.label for key, each in known.catalog.processes.items()}
    key = words.choice("process", cell, labels, N_("There is no process “%(word)s”."), wrong)
    return (key or "", known.catalog.process(key) if key else None)


# --- where it stands, and since when ---


def _dates(row: Row, known: Known, words: CellWords, process: Process, wrong: list[Msg]) -> tuple[Dates, Path | None]:
    """What it says of its way, and the path this is of a deal that is new."""
    before = len(wrong)
    stage, state = _standing(row, words, process, wrong)
    entered = _entered(row, known, words, process, wrong)
    dates = Dates(
        stage=stage,
        state=state,
        created_at=words.moment(row, "created_at", wrong),
        closed_at=words.moment(row, "closed_at", wrong),
        entered=entered,
    )
    path = path_of(dates, process, known.now, words.zone) if len(wrong) == before else None
    if isinstance(path, tuple):
        wrong += path
        return dates, None
    return dates, path


def _standing(row: Row, words: CellWords, process: Process, wrong: list[Msg]) -> tuple[str | None, str]:
    """The stage, and the outcome: a word of the stage may be the outcome."""
    stage = _stage(words.cell(row, "stage"), words, process, wrong)
    state = _state(words.cell(row, "state"), words, wrong)
    ended = _ENDS.get(stage or "")
    if ended and state and state != ended:
        text = N_("The stage says %(stage)s, but the outcome says %(state)s.")
        wrong.append(Msg(text, {"stage": STATES[ended], "state": STATES[state]}))
    return (None if ended else stage), ended or state or "open"


def _stage(cell: str, words: CellWords, process: Process, wrong: list[Msg]) -> str | None:
    if not cell:
        return None
    if (end := _ENDINGS.get(cell.casefold(), cell)) in _ENDS:
        return end
    labels = {each.key: each.label for each in process.stages}
    text = N_("This process has no stage “%(word)s”.")
    return words.choice(f"stage {process.key}", cell, labels, text, wrong)


def _state(cell: str, words: CellWords, wrong: list[Msg]) -> str | None:
    if not cell:
        return None
    cell = _CLOSED_STATES.get(cell.casefold(), cell)
    return words.choice("state", cell, STATES, N_("“%(word)s” is no outcome: open, won or lost."), wrong)


def _entered(row: Row, known: Known, words: CellWords, process: Process, wrong: list[Msg]) -> dict[str, datetime]:
    keys = {each.key for each in process.stages}
    found = {}
    for name in known.columns:
        if name.startswith(ENTERED) and (moment := words.moment(row, name, wrong)):
            key = name.removeprefix(ENTERED)
            if key in keys:
                found[key] = moment
            else:
                text = N_("There is a date for the stage %(stage)s, which %(process)s does not have.")
                wrong.append(Msg(text, {"stage": key, "process": process.label}))
    return found


def _reason(row: Row, words: CellWords, process: Process | None, state: str, wrong: list[Msg]) -> str | None:
    """Why it was lost; of a deal that is not, nothing is kept."""
    cell = words.cell(row, "lost_reason")
    if not cell or process is None or state != "lost":
        return None
    labels = {each.key: each.label for each in process.lost_reasons}
    text = N_("“%(word)s” is not among the reasons for a loss.")
    return words.choice(f"lost_reason {process.key}", cell, labels, text, wrong)


# --- what it is worth ---


def _currency(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> str:
    cell = words.cell(row, "currency").upper()
    if not cell:
        return known.option("currency", known.company.currency)
    if not is_currency(cell):
        wrong.append(Msg(N_("There is no currency “%(word)s”."), {"word": cell[:20], "field": "currency"}))
    return cell


def _amount(row: Row, words: CellWords, currency: str, wrong: list[Msg]) -> int | None:
    cell = words.cell(row, "amount")
    if not cell or not is_currency(currency):
        return None
    number = words.number(cell, currency)
    found = number if isinstance(number, Msg) else _minor(number, cell, currency)
    if isinstance(found, Msg):
        wrong.append(at_field("amount", found))
        return None
    return found


def _minor(number: Decimal, cell: str, currency: str) -> int | Msg:
    minor = number.scaleb(minor_digits(currency))
    if not 0 <= minor <= MAX_MINOR:
        return Msg(N_("The amount is below zero or too large."))
    if minor != minor.to_integral_value():
        text = N_("“%(value)s” has more decimals than %(currency)s has.")
        return Msg(text, {"value": cell[:40], "currency": currency})
    return int(minor)


def _values(
    row: Row, known: Known, words: CellWords, process: Process | None, currency: str, wrong: list[Msg]
) -> dict[str, Any]:
    """What the row has for the fields of deals, by the name a change calls them."""
    mine = {each.key for each in process.fields} if process else set()
    found = {}
    for key, each in words.fields("deal", lambda: fields_of_deals(known)).items():
        if key not in known.columns or (key.startswith(PREFIX) and key.removeprefix(PREFIX) not in mine):
            continue
        value = words.field(row, key, each, currency, wrong)
        if value is not None:
            found[key] = value
    return found
