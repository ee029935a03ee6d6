"""From a row of a file to a customer, or everything that is wrong with the row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from salesapp.domain.contact_points import KINDS as POINT_KINDS
from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.errors import N_, Msg
from salesapp.domain.import_cells import parse_day
from salesapp.domain.import_organisations import names_organisation
from salesapp.domain.importing import ImportAsked, Row
from salesapp.domain.partial_dates import PartialDate, parse_partial_date
from salesapp.domain.text import LANGUAGES
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_customer_fields import BIRTHDAY, BY_NAME, customer_fields, importable
from salesapp.services.import_deal_paths import is_same
from salesapp.services.import_kinds import YES, Known, Parsed, Rejected
from salesapp.services.import_own_numbers import key_of
from salesapp.services.import_points import points_in

LENGTHS: Final[Mapping[str, int]] = {"name": 200, "company": 200, "position": 200, "address": 500, "key": 200}
CONTACT_LENGTHS: Final[Mapping[str, int]] = {
    "contact_name": 200,
    "contact_position": 200,
    "contact_department": 200,
    "contact_key": 200,
}
WANTED: Final = "source"
"""What `known.want` calls words that are to become sources."""
NEW: Final = "\x00"
"""Begins the source of a row that is to be made before the rows are written."""
_ORGANISATIONS: Final = dict.fromkeys(
    "company business firm organization 公司 企业 企業 单位 單位 机构 機構 组织 組織 компания фирма".split(),
    "organisation",
)
"""What files call one; our own word says two of these at once."""
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ContactPart:
    """The contact person a row names beside the customer."""

    name: str
    position: str = ""
    department: str = ""
    key: str | None = None
    points: tuple[ContactPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CustomerRow(Parsed):
    """One customer as the file has it. None is what the file does not say; `points` without repeats."""

    kind: str = "person"
    kind_said: bool = True
    """False where the name alone tells the kind: it may be wrong, and is no difference to who is here."""
    name: str = ""
    company: str = ""
    position: str = ""
    address: str = ""
    note: str = ""
    source: str | None = None
    grade: str | None = None
    state: str | None = None
    owner_id: int | None = None
    owner_said: bool = False
    tags: tuple[str, ...] = ()
    points: tuple[ContactPoint, ...] = ()
    created_at: datetime | None = None
    last_contact_at: datetime | None = None
    birthday: PartialDate | None = None
    contact: ContactPart | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """Of the house's own fields, by full key, as they are stored; those that say something."""


class Reading:
    """What is looked up for each row, found once for a pass."""

    def __init__(self, known: Known) -> None:
        self.known, self.words = known, CellWords.of(known)
        self.fields = {name: each for name, each in importable(known, "customer").items() if name in known.columns}
        self.labels = {name: each.label for name, each in customer_fields(known).items()}
        self.kind = known.option("kind", BY_NAME)
        self.ways = [kind for kind in POINT_KINDS if kind in known.columns]
        self.has_contacts = any(name.startswith("contact_") for name in known.columns)
        self.source = known.option("source") or None
        self.make_sources = known.option("make_sources") == YES
        self.source_labels = _source_labels(known)
        self.said = known.asked.values.get("source", {})
        self.now = known.now

    @classmethod
    def of(cls, known: Known) -> "Reading":
        """The one of this pass."""
        memory = known.remember("customer_reading")
        if "it" not in memory:
            memory["it"] = cls(known)
        found: Reading = memory["it"]
        return found

    def texts(self, row: Row, names: Mapping[str, int], wrong: list[Msg]) -> dict[str, str]:
        """The texts a row has of these, each of one or more columns and at most so long."""
        found: dict[str, str] = {}
        cells = self.known.cells_of(row)
        for name, most in names.items():
            if name in cells:
                text = found[name] = ", ".join(cells[name])
                if len(text) > most:
                    values = {"label": self.labels[name], "most": most, "field": name}
                    wrong.append(Msg(N_("%(label)s is too long: at most %(most)s characters."), values))
        return found

    def choice(self, row: Row, name: str, labels: Mapping[str, Any], wrong: list[Msg]) -> str | None:
        """The answer a word stands for."""
        cell = self.known.cell(row, name)
        if not cell:
            return None
        here: list[Msg] = []
        text = N_("“%(word)s” is none of its choices.")
        cell = _ORGANISATIONS.get(cell.casefold(), cell) if name == "kind" else cell
        found = self.words.choice(name, cell, labels, text, here)
        wrong += [about(name, self.labels[name], each) for each in here]
        return found

    def kind_of(self, name: str) -> str:
        """As it was asked for all rows; or as the name tells."""
        if self.kind != BY_NAME:
            return self.kind
        return "organisation" if names_organisation(name) else "person"

    def moment(self, row: Row, name: str, wrong: list[Msg]) -> datetime | None:
        """A moment of the past; the noon that stands for today may be still to come."""
        here: list[Msg] = []
        found = self.words.moment(row, name, here)
        if found is not None and found > self.now:
            if is_same(found, self.now, self.words.zone):
                found = self.now
            else:
                here.append(Msg(N_("This lies in the future.")))
        wrong += [about(name, self.labels[name], each) for each in here]
        return found

    def source_of(self, row: Row, wrong: list[Msg]) -> str | None:
        """Where the customer came from: by key or label; as it is written first, so that `Google` and `google` can be
        two where somebody said so."""
        places = self.known.columns.get("source", ())
        word = next((text for at in places if (text := " ".join(row.cells[at].split()))), "")
        exact = word in self.said
        word = self.said.get(word, word)
        if not word:
            return self.source
        known = self.known
        if word in known.sources:
            return word
        found = self.source_labels.get(word) or (None if exact else known.sources_by_name.get(word.casefold()))
        if found or not self.make_sources:
            if not found:
                said = Msg(N_("“%(word)s” is none of its choices."), {"word": word[:60]})
                wrong.append(about("source", self.labels["source"], said))
            return found
        label = word[:60] if exact else self.words.kept.setdefault(("new source", word.casefold()), word[:60])
        known.want(WANTED, label)
        return NEW + label

    def own_values(self, row: Row, wrong: list[Msg]) -> dict[str, Any]:
        """What the row has for the house's own fields."""
        found = {}
        for key, each in self.fields.items():
            here: list[Msg] = []
            value = self.words.field(row, key, each, self.known.company.currency, here)
            wrong += [Msg(said.source, {**said.values, "field": key}) for said in here]
            if value is not None:
                found[key] = value
        return found


def about(field_key: str, label: Any, said: Msg) -> Msg:
    """A sentence with the column it is about."""
    return Msg(N_("%(label)s: %(reason)s"), {"label": label, "reason": said, "field": field_key})


def _source_labels(known: Known) -> dict[str, str]:
    return {each.label.in_language(code): key for key, each in known.sources.items() for code in LANGUAGES}


def read_customer(row: Row, asked: ImportAsked, known: Known) -> CustomerRow | Rejected:  # noqa: ARG001
    """The customer in a row, or all that is wrong with it."""
    at, wrong = Reading.of(known), list[Msg]()
    texts = at.texts(row, LENGTHS, wrong)
    name = texts.get("name") or composed_name(row, known)
    points = tuple(dict.fromkeys([point for kind in at.ways for point in points_in(row, kind, kind, known, wrong)]))
    said = at.choice(row, "kind", KINDS, wrong)
    kind, kind_said = said or at.kind_of(name), said is not None or at.kind != BY_NAME
    company = texts.get("company", "")
    contact = _contact(row, at, wrong)
    if not name and company:
        name, company, kind, kind_said = company, "", "organisation", True
    if not name and not any(point.kind == "phone" for point in points):
        wrong.append(Msg(N_("There is neither a name nor a phone.")))
    words = known.cells(row, "tag")
    here: list[Msg] = []
    owner_id = at.words.owner(row, here)
    wrong += [about("owner", at.labels["owner"], each) for each in here]
    parsed = CustomerRow(
        line=row.line,
        cells=row.cells,
        key=key_of(row, known, texts.get("key"), wrong),
        kind=kind,
        kind_said=kind_said,
        name=name,
        company=company,
        position=texts.get("position", ""),
        address=texts.get("address", ""),
        note="\n".join(known.cells(row, "note")),
        source=at.source_of(row, wrong),
        grade=at.choice(row, "grade", GRADES, wrong),
        state=at.choice(row, "state", STATES, wrong),
        owner_id=owner_id,
        owner_said=bool(known.cell(row, "owner")),
        tags=split_tags(words) if words else (),
        points=points,
        created_at=at.moment(row, "created_at", wrong),
        last_contact_at=at.moment(row, "last_contact_at", wrong),
        birthday=birthday_in(row, known, wrong),
        contact=contact,
        values=at.own_values(row, wrong) if at.fields else {},
    )
    return Rejected(row.line, row.cells, tuple(wrong)) if wrong else parsed


def birthday_in(row: Row, known: Known, wrong: list[Msg]) -> PartialDate | None:
    """A birthday, with or without its year, of either calendar; programs write zeros where nobody knows it."""
    cell = known.cell(row, "birthday")
    if not any(sign.isalnum() and sign != "0" for sign in cell):
        return None
    order = known.asked.shape.date_order
    day = parse_day(cell, order)
    if not isinstance(day, Msg):
        return PartialDate("solar", day.year, day.month, day.day)
    yearless = _YEARLESS.fullmatch(cell)
    text = "-".join(yearless.groups()) if yearless else cell
    found = parse_partial_date(text, "ru" if order == "dmy" else "en")
    if isinstance(found, Msg):
        wrong.append(about("birthday", BIRTHDAY.label, found))
        return None
    return found


_YEARLESS: Final = re.compile(r"--(\d\d)-?(\d\d)")
"""A day of any year, as cards write it."""


def composed_name(row: Row, known: Known) -> str:
    """A name that stands in parts: Chinese ones family first and together."""
    family, given = known.cells(row, "family_name"), known.cells(row, "given_name")
    if any(_HAN.search(part) for part in (*family, *given)):
        return "".join((*family, *given))[:200]
    return " ".join((*given, *family))[:200]


def split_tags(cells: list[str]) -> tuple[str, ...]:
    """The words of tags, each once."""
    words = [word.strip()[:80] for cell in cells for word in re.split(r"[,，;；]|:::", cell)]
    return tuple(dict.fromkeys(filter(None, words)))


def _contact(row: Row, at: Reading, wrong: list[Msg]) -> ContactPart | None:
    columns = at.known.columns
    if not at.has_contacts:
        return None
    texts = at.texts(row, CONTACT_LENGTHS, wrong)
    points = [
        *(points_in(row, "contact_phone", "phone", at.known, wrong) if "contact_phone" in columns else ()),
        *(points_in(row, "contact_email", "email", at.known, wrong) if "contact_email" in columns else ()),
    ]
    if not any(texts.values()) and not points:
        return None
    if not texts.get("contact_name"):
        wrong.append(Msg(N_("The contact needs a name."), {"field": "contact_name"}))
        return None
    return ContactPart(
        texts["contact_name"],
        texts.get("contact_position", ""),
        texts.get("contact_department", ""),
        texts.get("contact_key") or None,
        tuple(dict.fromkeys(points)),
    )
