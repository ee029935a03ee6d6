"""Rows of a plugin's own tables that files can bring, on the house's import screen and `salesapp import`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.pack import Field, check_tuple, refuse_repeats
from salesapp.domain.text import Text
from salesapp.plugging.own_jobs import check_function
from salesapp.plugging.slot_checks import check_slot

NO_CELL: Final = ("person", "customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRows:
    """Rows of own tables that a file can bring, each known by one of its fields: a car by its VIN.

    `fields` are what a column can be; `known_as` is the key of the one rows are known by, those that are `required`
    cannot be left out. `called`: what files call a column, beside its key and its labels.
    `read(reads, keys)` says what there is: {key: {field: value}} of those that are there, values as a `Field` stores
    them. `write(w, rows)` makes each row so, {key: {field: value}}, and takes away one that is None. `check(values)`
    gives the problems of one row. From these the house makes the check without writing, one batch, new and changed and
    rejected rows, and taking back: a row that was changed since stays. `verb` is the right people need beside "import".
    Maps name it as `ImportMap(kind="car_wash.stock", …)`.
    """

    key: str
    label: Text
    fields: tuple[Field, ...]
    known_as: str
    read: Callable[[Any, Sequence[str]], Mapping[str, Mapping[str, Any]]]
    write: Callable[[Any, Mapping[str, Mapping[str, Any] | None]], None]
    check: Callable[[Mapping[str, Any]], Iterable[Any]] | None = None
    called: tuple[tuple[str, tuple[str, ...]], ...] = ()
    verb: str = "import"

    def __post_init__(self) -> None:
        me = check_slot("ImportRows", self.key, self.label, self.verb)
        check_tuple(me, "fields", self.fields, Field, at_least_one=True)
        keys = [each.key for each in self.fields]
        refuse_repeats(me, "field", iter(keys))
        if self.known_as not in keys or self._field(self.known_as).type != "text":
            raise ValueError(f"{me}: known_as must name one of its fields, a text, not {self.known_as!r}")
        if wrong := [each.key for each in self.fields if each.type in NO_CELL]:
            raise ValueError(f"{me}: the field {wrong[0]!r} names a person or customer: no cell can")
        if strange := [name for name, _ in self.called if name not in keys]:
            raise ValueError(f"{me}: called names {strange[0]!r}, which is no field of it")
        check_function(me, "read", self.read, "reads", "keys")
        check_function(me, "write", self.write, "w", "rows")
        if self.check is not None:
            check_function(me, "check", self.check, "values")

    def _field(self, key: str) -> Field:
        return next(each for each in self.fields if each.key == key)
