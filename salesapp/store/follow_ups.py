"""The rows of follow-up rules: what the owner set, since when each runs, and when the engine last looked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update

from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import follow_up, setting

LOOKED: Final = "follow_ups.looked"
"""The setting with when the engine last looked, and the last time it could not for long."""
_looked = select(setting.c.value).where(setting.c.key == LOOKED).with_for_update()
_look = update(setting).where(setting.c.key == LOOKED).values(value=bindparam("to_value", type_=setting.c.value.type))
_every = select(follow_up).order_by(follow_up.c.rule)
_one = select(follow_up).where(follow_up.c.rule == bindparam("of_rule"))
_filled = update(follow_up).where(follow_up.c.rule == bindparam("of_rule")).values(filled_to=bindparam("to"))

_begin = (
    update(follow_up)
    .where(follow_up.c.rule == bindparam("of_rule"), follow_up.c.since.is_(None))
    .values(since=bindparam("now", type_=follow_up.c.since.type))
)
_ran = (
    update(follow_up)
    .where(follow_up.c.rule == bindparam("of_rule"))
    .values(ran=bindparam("to_ran", type_=follow_up.c.ran.type))
)


def every(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """All of them, also of rules no plugin brings now."""
    return x.execute(_every).all()


def one(x: Executor, rule: str) -> Row[*tuple[Any, ...]] | None:
    """The row of one rule."""
    return x.execute(_one, {"of_rule": rule}).first()


def begin(x: Executor, rule: str, now: datetime) -> bool:
    """A rule of which nobody said since when it runs does so from now on; whether that is new."""
    new = {"rule": rule, "since": now, "at": now, "changes": {}, "brought": {}}
    if insert_or_ignore(x, follow_up, new):
        return True
    return bool(rows_changed(x, _begin, {"of_rule": rule, "now": now}))


def fill_to(x: Executor, rule: str, last: int) -> None:
    """Its subjects up to this id were gone through."""
    x.execute(_filled, {"of_rule": rule, "to": last})


def set_ran(x: Executor, rule: str, ran: dict[str, Any]) -> None:
    """As what it looked at its subjects, and how far."""
    x.execute(_ran, {"of_rule": rule, "to_ran": ran})


def set_looked(x: Executor, value: dict[str, Any]) -> None:
    """Keep when it looked. Who does so has the row locked, so it is there."""
    x.execute(_look, {"to_value": value})


def locked_looked(x: Executor) -> dict[str, Any]:
    """When the engine looked last: "at", and "off", from when until when it could not (moments as ISO). Nobody else's
    until the end of the transaction."""
    found = x.execute(_looked).first()  # mostly it is there: nothing is to be written first
    return dict((found.value if found else settings.locked(x, LOOKED, {})) or {})
