"""What the address of a list asks for: read into a query, and written into an address again.

Quick filters have names of their own (`state=lead`); rows of the filter panel are numbered (`f0=grade&o0=is&v0=A`) and
hold all, or any with `any=1`; whatever else a condition can be stands in `w`, as JSON. So every query has an address.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from salesapp.domain.condition_data import from_data, to_data
from salesapp.domain.conditions import AllOf, Condition, Vocabulary, When, is_storable, questions
from salesapp.domain.list_columns import chosen
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import LONGEST_TEXT, ME, Kind, ListQuery, both, known_part
from salesapp.store.list_orders import ORDERS, order_of
from salesapp.web.condition_rows import LONGEST as LONGEST_VALUE
from salesapp.web.condition_rows import MOST_ROWS, Row, Rows, condition_of, rows_of
from salesapp.web.i18n import gettext

PATHS: Final[Mapping[str, str]] = {"customer": "/customers", "deal": "/deals/list", "activity": "/activities"}
LONGEST: Final = 20_000
"""Of a condition in an address."""
QUICK: Final[Mapping[Kind, tuple[str, ...]]] = {
    "customer": ("state", "grade", "source", "tag", "owner"),
    "deal": ("state", "who"),
    "activity": ("state", "who"),
}
USUAL: Final[Mapping[Kind, Mapping[str, str]]] = {
    "customer": {},
    "deal": {"state": "open", "who": "team"},
    "activity": {"state": "planned", "who": "mine"},
}
"""What the quick filters are where the address does not say; "all" and "team" leave nothing out."""
LOST: Final = "lost"
"""The parameter of an address that is left of one a part of which could not be asked: else the next page would pass for
an answer to the whole question."""
OPEN: Final = ("all", "team", "")
NOBODY: Final = "0"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `ignored` are the facts of questions that are left out, as they are not known here or
    not this person's to ask; `unread` says that something else could not be read; `given` whether the address asks for
    anything at all."""

    kind: Kind
    quick: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    any: bool = False
    beyond: Condition | None = None
    """What no row of the panel can ask."""
    text: str = ""
    sort: str = ""
    descending: bool = True
    columns: tuple[str, ...] = ()
    archived: bool = False
    ignored: tuple[str, ...] = ()
    unread: bool = False
    view: int | None = None
    given: bool = False
    has_usual_view: bool = False

    @property
    def asked_more(self) -> Condition | None:
        """What is asked beyond the quick filters."""
        return both(Rows(self.rows, self.any).condition, self.beyond)

    @property
    def query(self) -> ListQuery:
        """The list's question."""
        where = _joined(_quick_conditions(self.quick), self.asked_more)
        keys = ("kind", "text", "sort", "descending", "columns", "archived")
        values = {name: getattr(self, name) for name in keys}
        return ListQuery(where=where, **values)

    @property
    def is_plain(self) -> bool:
        """Whether the list's own statement answers it: nothing but quick filters."""
        return self.asked_more is None

    @property
    def is_whole(self) -> bool:
        """Whether everything that was asked is asked. If not, the list may show more than was meant: that does to look
        at, and to nothing else."""
        return not self.ignored and not self.unread and all(row.condition is not None for row in self.rows)

    def args(self, **other: object) -> list[tuple[str, str]]:
        """The address's parameters, those as usual left out; `other` replaces some of it."""
        me = replace(self, **other) if other else self  # type: ignore[arg-type]
        usual = USUAL[me.kind]
        found = [(key, value) for key, value in me.quick.items() if value != usual.get(key, "")]
        found += [("q", me.text)] if me.text else []
        for number, row in enumerate(row for row in me.rows if row.field):
            found += [(f"f{number}", row.field), (f"o{number}", row.op)] + [(f"v{number}", each) for each in row.values]
        found += [("any", "1")] if me.any and me.rows else []
        if me.beyond is not None:
            found.append(("w", json.dumps(to_data(me.beyond), ensure_ascii=False, separators=(",", ":"))))
        if sort := sort_word(me.kind, me.sort, me.descending):
            found.append(("sort", sort))
        found += [("c", key) for key in me.columns]
        found += [("archived", "1")] if me.archived else []
        found += [(LOST, "1")] if me.ignored or me.unread else []
        return found

    def address(self, path: str = "", extra: Iterable[tuple[str, str]] = (), **other: object) -> str:
        """The address of this list, or of another page about it."""
        args = [*self.args(**other), *([("view", str(self.view))] if self.view and not other else []), *extra]
        if not args and self.has_usual_view:  # else the address would be that of the usual view
            args.append(("view", "0"))
        return f"{path or PATHS[self.kind]}?{urlencode(args)}" if args else path or PATHS[self.kind]


def _joined(quick: tuple[Condition, ...], more: Condition | None) -> Condition | None:
    found: Condition | None = None
    for part in (*quick, *([] if more is None else [more])):
        found = both(found, part)
    return found


def _quick_conditions(quick: Mapping[str, str]) -> tuple[Condition, ...]:
    return tuple(_quick(key, value) for key, value in quick.items() if value not in OPEN)


def _quick(key: str, value: str) -> Condition:
    if key == "who":
        return When("owner", "is", ME if value == "mine" else value)
    if key == "owner" and value == NOBODY:
        return When("owner", "empty")
    return When("tag", "contains", value) if key == "tag" else When(key, "is", value)


def is_of_row(key: str) -> bool:
    """Whether a parameter belongs to a row of the panel."""
    return key[:1] in ("f", "o", "v") and key[1:].isdigit()


def sort_word(kind: Kind, sort: str, descending: bool) -> str:
    """An order as the address has it: "name", or "name.r" the other way round; "" for the usual one."""
    key = sort if sort in ORDERS[kind] else next(iter(ORDERS[kind]))
    word = key if order_of(kind, key).descends == descending else f"{key}.r"
    return "" if word == next(iter(ORDERS[kind])) else word


def read_sort(kind: Kind, word: str) -> tuple[str, bool]:
    """Which order, and whether it descends."""
    key, _, reverse = word.partition(".")
    key = key if key in ORDERS[kind] else next(iter(ORDERS[kind]))
    return key, order_of(kind, key).descends != (reverse == "r")


# --- from an address ---

_ABOUT_PAGES: Final = ("after", "view", "select", "csrf_token", "request_key")


def read(args: MultiDict[str, str], kind: Kind, known: Vocabulary, fields: Fields) -> Asked:
    """Read an address. What is not known narrows nothing; what was mistyped stands in its row, with what is wrong."""
    quick, odd = _quick_of(args, kind, known)
    rows, missing, understood = _rows(args, known)
    extra, gone = _extra(args, known)
    text = args.get("q", "").strip()
    sort, descending = read_sort(kind, args.get("sort", ""))
    columns = tuple(args.getlist("c"))
    return Asked(
        kind=kind,
        quick=quick,
        rows=rows,
        any=args.get("any") == "1",
        beyond=extra,
        text=text[:LONGEST_TEXT] if is_storable(text) else "",
        sort=sort,
        descending=descending,
        columns=chosen(kind, columns, fields) if columns else (),
        archived=args.get("archived") == "1" and kind != "activity",
        ignored=tuple(dict.fromkeys((*odd, *missing, *(gone or ())))),
        unread=gone is None or not understood or not _is_text(text) or LOST in args,
        view=_whole(args.get("view", "")),
        given=any(key not in _ABOUT_PAGES for key in args),
    )


def _whole(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else None


def _quick_of(args: MultiDict[str, str], kind: Kind, known: Vocabulary) -> tuple[dict[str, str], list[str]]:
    """The quick filters, and those of them that were asked with something nobody knows."""
    found = {key: args.get(key) or USUAL[kind].get(key, "") for key in QUICK[kind]}
    odd = {key for key, value in found.items() if not _is_meant(kind, key, value, known)}
    quick = {key: value for key, value in found.items() if value and key not in odd}
    quick |= {key: value for key, value in USUAL[kind].items() if key in odd}
    return quick, [key for key in found if key in odd and found[key] not in OPEN]


def _is_meant(kind: Kind, key: str, value: str, known: Vocabulary) -> bool:
    """A code nobody knows narrows nothing."""
    if value in OPEN:
        return value == "" or kind != "customer"
    if key in ("who", "owner", "tag"):
        return (key == "who" and value == "mine") or _whole(value) is not None
    return value in dict(known[key].options)


def _rows(args: MultiDict[str, str], known: Vocabulary) -> tuple[tuple[Row, ...], list[str], bool]:
    """The rows, the facts that are not known, and whether all of the others is asked as it was sent."""
    rows, missing = [], []
    numbered = [key[1:] for key, value in args.items() if key[0:1] == "f" and is_of_row(key) and value]
    understood = set(numbered) <= set(map(str, range(MOST_ROWS)))
    for number in (each for each in map(str, range(MOST_ROWS)) if each in numbered):
        key, op, sent = args[f"f{number}"], args.get(f"o{number}", ""), args.getlist(f"v{number}")
        if key not in known:
            missing.append(key)
        else:
            row = condition_of(known[key], op, sent)
            rows.append(_said(row) if f"o{number}" in args else row)
            understood = understood and _is_as_sent(row, op, sent)
    return tuple(rows), missing, understood


def _said(row: Row) -> Row:
    """The row with what it lacks: nothing is left out in silence."""
    if row.condition is not None or row.problem:
        return row
    return replace(row, problem=gettext("Choose a value."))


def _is_as_sent(row: Row, op: str, sent: list[str]) -> bool:
    """Whether a row was neither cut off nor taken for something else."""
    kept = not row.values or len(row.values) == sum(bool(each.strip()) for each in sent)
    return kept and op in ("", row.op) and all(len(each) <= LONGEST_VALUE for each in sent)


def _is_text(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and is_storable(text)


def _extra(args: MultiDict[str, str], known: Vocabulary) -> tuple[Condition | None, tuple[str, ...] | None]:
    """What no row can ask, and what of it is not known; None where it cannot be read."""
    raw = args.get("w", "")
    if not raw:
        return None, ()
    if len(raw) > LONGEST:
        return None, None
    try:
        return known_part(from_data(json.loads(raw)), known)
    except (ValueError, RecursionError):
        return None, None


# --- from a query, as a saved view keeps it ---


def from_query(query: ListQuery, known: Vocabulary, fields: Fields, view: int | None = None) -> Asked:
    """The query as its address would say it; questions that nobody can ask any more are named and left out."""
    where, missing = known_part(query.where, known)
    parts = list(where.conditions) if isinstance(where, AllOf) else [] if where is None else [where]
    quick: dict[str, str] = {}
    rest: list[Condition] = []
    for part in parts:
        key, value = _as_quick(query.kind, part, quick, known)
        if key:
            quick[key] = value
        else:
            rest.append(part)
    rows, either, extra = _as_rows(rest, known)
    shut = dict.fromkeys(USUAL[query.kind], "all") | ({"who": "team"} if "who" in USUAL[query.kind] else {})
    key = query.sort if query.sort in ORDERS[query.kind] else ""
    return Asked(
        kind=query.kind,
        quick=shut | quick,
        rows=rows,
        any=either,
        beyond=extra,
        text=query.text,
        sort=key or next(iter(ORDERS[query.kind])),
        descending=query.descending,
        columns=chosen(query.kind, query.columns, fields) if query.columns else (),
        archived=query.archived,
        ignored=missing,
        view=view,
        given=True,
    )


def _as_quick(kind: Kind, part: Condition, taken: Mapping[str, str], known: Vocabulary) -> tuple[str, str]:
    """The quick filter that asks the same, if there is one and it is free."""
    if not isinstance(part, When):
        return "", ""
    for key in QUICK[kind]:
        value = str(part.value)
        about = "owner" if key == "who" else key
        if key in taken or part.field != about:
            continue
        value = "mine" if key == "who" and value == ME else NOBODY if part == When("owner", "empty") else value
        if value not in OPEN and _is_meant(kind, key, value, known) and _quick(key, value) == part:
            return key, value
    return "", ""


def _as_rows(rest: list[Condition], known: Vocabulary) -> tuple[tuple[Row, ...], bool, Condition | None]:
    """As rows of the panel, all or any; else as it is."""
    whole = None if not rest else rest[0] if len(rest) == 1 else AllOf(tuple(rest))
    found = rows_of(whole, known)
    return ((), False, whole) if found is None else (found.rows, found.any, None)


def references(asked: Asked) -> frozenset[str]:
    """The facts whose options are needed, to choose from and for words."""
    extra = [] if asked.query.where is None else [question.field for question in questions(asked.query.where)]
    return frozenset([*(row.field for row in asked.rows), *extra])
