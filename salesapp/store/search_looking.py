"""The steps of a search after what is exact and what was chosen before: the index where few hold what is asked for,
else the newest rows, what was granted, and the index in scope. `salesapp.store.search` says which when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.permissions import Actor
from salesapp.store import search_reach
from salesapp.store.engine import Executor
from salesapp.store.search_match import NOTHING, match
from salesapp.store.search_statements import CANDIDATES, ENOUGH, Statements

Hit = Row[*tuple[Any, ...]]
"""kind, subject_id, customer_id, title, touched_at, id"""

_COLUMNS_OF_A_HIT: Final = 6


@dataclass(frozen=True, slots=True)
class Known:
    """How much of it the index knows, not counted further than to `enough`; on PostgreSQL with the ids between which
    that lies, and the last id of all."""

    n: int
    first: int | None = None
    last: int | None = None
    end: int | None = None

    def newest(self, n: int) -> int:
        """The id after which about the newest `n` of it lie."""
        if self.n <= 0 or self.first is None or self.last is None or self.end is None:
            return 0
        return self.end - n * (self.last - self.first + 1) // self.n


@dataclass(frozen=True, slots=True)
class Looking:
    """One search under way; what is found gathers in `hits`, by kind and row."""

    x: Executor
    actor: Actor
    words: Sequence[str]
    steps: Statements
    values: Mapping[str, Any]
    hits: dict[str, dict[int, Hit]]

    @property
    def kinds(self) -> list[str]:
        return list(self.hits)

    def with_room(self) -> list[str]:
        """The kinds of which more could be shown."""
        return [kind for kind, some in self.hits.items() if len(some) < self.values["most"]]

    def collect(self, rows: Iterable[Hit]) -> None:
        for row in rows:
            self.hits[row.kind].setdefault(row.id, row)

    def at_all(self, kinds: Sequence[str]) -> Known:
        """All the index knows of these kinds, whosever it is, where it is few."""
        return self._all_of(self.steps.few, kinds, dict.fromkeys(kinds, ())) if kinds else Known(0)

    def at_mine(self, kinds: Sequence[str]) -> Known:
        """The same of what is theirs."""
        return self._all_of(self.steps.mine, kinds, {kind: self._whose(kind) for kind in kinds})

    def at_mine_and_nobodys(self, kinds: Sequence[str]) -> Known:
        """The same of what is theirs and of what is nobody's, with which they may help."""
        scopes = {kind: [*self._whose(kind), *search_reach.ownerless_tokens(kind)] for kind in kinds}
        return self._all_of(self.steps.few, kinds, scopes) if kinds else Known(0)

    def _all_of(self, step: Any, kinds: Sequence[str], scopes: Mapping[str, Sequence[str]]) -> Known:
        asked = {"kinds": list(kinds), "match": match(self.x, self.words, scopes)}
        rows = self.x.execute(step, {**self.values, **asked}).all()
        self.collect(row for row in rows if row.kind is not None)
        return Known(*rows[0][:-_COLUMNS_OF_A_HIT])

    def at_newest(self, most: int) -> None:
        """The newest rows in scope, so many in all."""
        window = -(-most // (len(self.hits) * self.steps.branches))
        self.collect(self.x.execute(self.steps.recent, {**self.values, "window": window}).all())

    def at_given(self, kinds: Sequence[str]) -> bool:
        """What was granted of somebody else's, of these kinds; whether that was all of it."""
        if kinds:
            self.collect(self.x.execute(self.steps.given, {**self.values, "kinds": list(kinds)}).all())
        return bool(self.x.execute(self.steps.grants, self.values).scalar_one() < search_reach.GRANTED)

    def at_granted(self, kinds: Sequence[str]) -> None:
        """What was granted, of these kinds; of what is nobody's only where there is room: that costs more."""
        if not kinds:
            return
        self.collect(self.x.execute(self.steps.given, {**self.values, "kinds": list(kinds)}).all())
        if room := [kind for kind in self.with_room() if kind in kinds]:
            scopes = {kind: search_reach.ownerless_tokens(kind) for kind in room}
            asked = {"kinds": room, "match": match(self.x, self.words, scopes), "after": 0}
            self.collect(self.x.execute(self.steps.ownerless, {**self.values, **asked}).all())

    def at_indexed(self, known: Known) -> None:
        """The newest the index knows in scope, of the kinds that have room."""
        if not (room := self.with_room()):
            return
        asked: dict[str, Any] = {f"match_{kind}": NOTHING for kind in self.kinds}
        asked |= {f"match_{kind}": match(self.x, self.words, {kind: self._whose(kind)}) for kind in room}
        asked |= {"looked": ENOUGH * self.values["most"], "after": known.newest(CANDIDATES * len(room))}
        self.collect(self.x.execute(self.steps.indexed, {**self.values, **asked}).all())

    def _whose(self, kind: str) -> Sequence[str]:
        return () if self.steps.by_column else search_reach.tokens(self.actor, kind)
