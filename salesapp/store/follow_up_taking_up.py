"""The watches of a rule that is another one now, or on again: looked at anew, or forgotten; some at a time."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, or_, select, update

from salesapp.store.engine import Executor
from salesapp.store.tables import follow_up_watch as watch
from salesapp.store.types import Instant

_COMES_BACK: Final = (
    *("off", "passed", "times", "unless", "no_date", "no_rhythm"),
    *("unsubscribed", "answered", "bought"),
)
"""Reasons for resting that may be over when the rule is another one, or on again."""
_range = and_(
    watch.c.rule == bindparam("of_rule"),
    watch.c.subject_kind == bindparam("kind"),
    watch.c.subject_id > bindparam("low"),
)
_look_again = (
    update(watch)
    .where(
        watch.c.rule == bindparam("of_rule"),
        watch.c.subject_kind == bindparam("kind"),
        watch.c.subject_id == bindparam("of_subject"),
        or_(watch.c.ended.is_(None), watch.c.ended.in_(_COMES_BACK)),
    )
    .values(ended=None, look_at=bindparam("now", type_=Instant()))
)


def look_again(x: Executor, rule: str, kind: str, subject_id: int, now: datetime) -> None:
    """Have the job look at a subject of which nothing is open."""
    x.execute(_look_again, {"of_rule": rule, "kind": kind, "of_subject": subject_id, "now": now})


_window = select(watch.c.subject_id).where(_range).order_by(watch.c.subject_id).limit(bindparam("limit"))
_take_up = (
    update(watch)
    .where(
        _range,
        watch.c.subject_id <= bindparam("high"),
        or_(and_(watch.c.ended.is_(None), watch.c.look_at.is_not(None)), watch.c.ended.in_(_COMES_BACK)),
    )
    .values(ended=None, look_at=bindparam("now", type_=Instant()))
)


def take_up(x: Executor, rule: str, kind: str, low: int, now: datetime, limit: int) -> int | None:
    """Look at the next of a rule's subjects anew; the last one's id, None when there are no more."""
    key = {"of_rule": rule, "kind": kind, "low": low}
    ids = x.execute(_window, {**key, "limit": limit}).scalars().all()
    if ids:
        x.execute(_take_up, {**key, "high": ids[-1], "now": now})
    return ids[-1] if len(ids) == limit else None


_older = and_(
    watch.c.rule == bindparam("of_rule"),
    or_(watch.c.anchor < bindparam("before", type_=Instant()), watch.c.subject_kind != bindparam("about")),
)
_old_window = (
    select(watch.c.subject_kind, watch.c.subject_id)
    .where(_older)
    .order_by(watch.c.subject_kind, watch.c.subject_id)
    .limit(bindparam("limit"))
)
_forget = delete(watch).where(
    _older,
    watch.c.subject_kind == bindparam("kind"),
    watch.c.subject_id >= bindparam("low"),
    watch.c.subject_id <= bindparam("high"),
)


def forget(x: Executor, rule: str, about: str, before: datetime, limit: int) -> bool:
    """The next of a rule that count from before a moment, or are not what it is `about` now, are watched no more, as it
    begins with something else; whether there were any."""
    key = {"of_rule": rule, "about": about, "before": before}
    rows = x.execute(_old_window, {**key, "limit": limit}).all()
    if rows:
        kind = rows[0].subject_kind
        last = max(row.subject_id for row in rows if row.subject_kind == kind)
        x.execute(_forget, {**key, "kind": kind, "low": rows[0].subject_id, "high": last})
    return bool(rows)
