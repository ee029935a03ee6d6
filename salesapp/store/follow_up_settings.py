"""What the owner set of follow-up rules: one row for each rule that is not just as its plugin brings it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore
from salesapp.store.tables import follow_up, person

OWN: Final = "own."
_COLUMNS: Final = ("rule", "off", "since", "changes", "brought", "own", "at", "archived_at")
_every = (
    select(*(follow_up.c[name] for name in _COLUMNS), person.c.name)
    .outerjoin(person, person.c.id == follow_up.c.person_id)
    .order_by(follow_up.c.rule)
)


def every(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """All of them, with who set it last: rule, off, since, changes, brought, own, at, archived_at, name."""
    return x.execute(_every).all()


def put(x: Executor, rule: str, values: Mapping[str, Any]) -> None:
    """Set some of a rule's row, which is made where there is none."""
    if not insert_or_ignore(x, follow_up, {"rule": rule, "changes": {}, "brought": {}, **values}):
        newer = {**values, "version": follow_up.c.version + 1}
        x.execute(update(follow_up).where(follow_up.c.rule == rule).values(newer))


def last_own(x: Executor) -> int:
    """The highest number an own rule ever had; their rows stay, so none is given twice."""
    query = select(follow_up.c.rule).where(follow_up.c.rule.startswith(f"{OWN}r"))
    return max((int(key.removeprefix(f"{OWN}r")) for key in x.execute(query).scalars()), default=0)
