"""The statements that find the newest deals. They are built once for each shape, as that takes longer than running one.

A database would guess how to find them, and guess wrong: each way of `deal_plans` is written in a form that no other
index fits.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, Select, bindparam, func, select, tuple_, union_all

from salesapp.store.deal_rows import BOARD, CLOSE, card_columns, cards_from, conditions, newest_first
from salesapp.store.no_index import no_index
from salesapp.store.tables import deal
from salesapp.store.types import Id, Instant

Ids = Select[*tuple[Any, ...]]

_OWNERS: BindParameter[Any] = bindparam("owners", expanding=True)
_TAKEN: BindParameter[Any] = bindparam("taken", expanding=True)


@lru_cache(maxsize=200)
def statement(
    walked: int, taken: bool, by_close: bool, whose: str, asked: tuple[str, ...], goes_on: bool, *, together: bool
) -> Ids:
    """The newest deals of so many `walked` stages and of the `taken` ones, for a filter that asks for these.

    `whose` is "all", "one" or "several"; `goes_on` after a row that was shown; `together` over all stages.
    """
    on = later(goes_on)
    walk = [*conditions(asked, unindexed=CLOSE), *_walk(whose), *on]
    parts = [first([*walk, deal.c.stage == bindparam(f"walked_{place}")]) for place in range(walked)]
    if taken:
        take = [*(_by_close(asked, whose) if by_close else _by_owner(asked)), *on]
        parts.append(first(take) if together else first_of_each(take))
    return rows(parts, together=together)


def _walk(whose: str) -> list[ColumnElement[bool]]:
    """With one owner, that person's own index; else the stage's, which has the owner at its end."""
    if whose == "several":
        return [no_index(deal.c.owner_id).in_(_OWNERS)]
    return [deal.c.owner_id == bindparam("owner")] if whose == "one" else []


def _by_owner(asked: Iterable[str]) -> list[ColumnElement[bool]]:
    named = conditions(asked, unindexed=("state", *CLOSE))
    return [*named, deal.c.owner_id.in_(_OWNERS), deal.c.stage.in_(_TAKEN)]


def _by_close(asked: Iterable[str], whose: str) -> list[ColumnElement[bool]]:
    return [*conditions(asked, unindexed=BOARD), *_walk(whose), no_index(deal.c.stage).in_(_TAKEN)]


def later(goes_on: bool) -> list[ColumnElement[bool]]:
    """What comes after a row that was shown."""
    after = tuple_(bindparam("after_at", type_=Instant), bindparam("after_id", type_=Id))
    return [tuple_(deal.c.touched_at, deal.c.id) < after] if goes_on else []


def first(where: Sequence[ColumnElement[bool]]) -> Ids:
    """The newest of these deals."""
    found = select(deal.c.id, deal.c.touched_at).where(*where).order_by(*newest_first).limit(bindparam("limit"))
    part = found.subquery()
    return select(part.c.id, part.c.touched_at)


def first_of_each(where: Sequence[ColumnElement[bool]]) -> Ids:
    """The newest of these deals in each stage, read in one go."""
    place = func.row_number().over(partition_by=deal.c.stage, order_by=newest_first)
    part = select(deal.c.id, deal.c.touched_at, place.label("place")).where(*where).subquery()
    return select(part.c.id, part.c.touched_at).where(part.c.place <= bindparam("limit"))


def rows(parts: Sequence[Ids | CompoundSelect[*tuple[Any, ...]]], *, together: bool) -> Ids:
    """The rows of deals found in parts; `together`: the newest of all parts, not of each."""
    found = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    ids = select(found.c.id)
    if together:
        newest = ids.order_by(found.c.touched_at.desc(), found.c.id.desc()).limit(bindparam("limit")).subquery()
        ids = select(newest.c.id)
    return select(*card_columns).select_from(cards_from).where(deal.c.id.in_(ids)).order_by(*newest_first)
