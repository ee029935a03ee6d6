"""Changing many records at once: prepared with the ids that matched at that moment, begun once, worked off in portions.

Each record is changed once: a portion holds the lock of its batch, takes records nothing was done with yet, and what it
writes stands together with the note what became of each, or not at all. Rights are asked of each record with those the
actor has then. A portion that fails is done again by whoever takes its job over.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from salesapp.domain import bulk
from salesapp.domain.bulk import CHANGES, Change, Skip
from salesapp.domain.customer_labels import GRADES
from salesapp.domain.errors import N_, NotAllowed, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.field_types import clean
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import SYSTEM, Actor, can
from salesapp.services import bulk_notices
from salesapp.services.bulk_changes import do
from salesapp.services.bulk_undo import put_back
from salesapp.services.jobs import enqueue
from salesapp.services.list_fields import list_fields
from salesapp.services.pool import owner_problems
from salesapp.services.work import Work
from salesapp.store import batch_marks, batches, jobs, listed, sign_ins, tags
from salesapp.store import bulk as many
from salesapp.store.batches import BatchView, Item
from salesapp.store.engine import Executor

JOB: Final = "bulk.run"
PAGE: Final = 2000
TOO_MANY_HITS: Final = N_("This search finds %(most)s or more, and takes in no more than that. Narrow it first.")
OF_KIND: Final = {"customer": "customer.assign", "deal": "deal.assign", "activity": "activity.assign"} | {
    "decision": "decision.give",
    "view": "view.give",
    "link": "link.give",
}
"""What a hand-over does to each kind of record."""


# --- preparing ---


def prepare(w: Work, change: str, picked: Collection[int] | ListQuery) -> int:
    """Keep which records are meant: those picked, or all that a list shows at this moment. Nothing is changed yet."""
    found = CHANGES.get(change)
    if found is None:
        raise NotFound
    if not found.for_actor(w.actor):
        raise NotAllowed
    ids = _all_of(w, found, picked) if isinstance(picked, ListQuery) else sorted(set(picked))
    if not ids:
        raise Refused([problem("ids", N_("Tick at least one."))])
    if len(ids) > bulk.MOST:
        raise Refused([problem("ids", N_("At most %(most)s at once. Narrow the list first."), most=bulk.MOST)])
    values: dict[str, Any] = {"kind": "bulk", "actor_id": w.actor.id, "at": w.now, "state": bulk.PREPARED}
    values |= {"data": {"change": change, "args": {}}}
    batch_id = batches.add(w.session, values, ((found.subject, one, None) for one in ids))
    w.done("batch", batch_id)
    return batch_id


def _all_of(w: Work, change: Change, query: ListQuery) -> list[int]:
    """The ids a list means. What it asks may have gone since its page was drawn."""
    if query.kind != change.subject:
        raise NotFound
    if listed.is_cut_off(w.session, w.actor, query, w.now):
        raise Refused([problem("ids", TOO_MANY_HITS, most=listed.FOUND)])
    try:
        return _all(w, query)
    except ValueError:
        raise Refused([problem("ids", N_("This list cannot be read any more. Open it anew."))]) from None


def _all(w: Work, query: ListQuery) -> list[int]:
    fields = list_fields(w.catalog, w.actor.role, query.kind)
    ids: list[int] = []
    while len(ids) <= bulk.MOST:
        after = ids[-1] if ids else 0
        some = listed.ids(w.session, w.actor, query, w.now, fields=fields, limit=PAGE, after=after)
        ids += some
        if len(some) < PAGE:
            break
    return ids


# --- beginning ---


def begin(w: Work, batch_id: int, asked: Mapping[str, str]) -> bool:
    """Do what was prepared, with what the form asked for: at once where it is little, else by a job. Whether all is
    done. Beginning it a second time changes nothing."""
    found = own(w, batch_id, lock=True)
    if found.actor_id != w.actor.id:
        raise NotFound  # it would be done with the rights of who prepared it
    if found.state == bulk.PREPARED:
        change = CHANGES[found.change]
        args, problems = _args(w, change, asked)
        if problems:
            raise Refused(problems)
        batches.begin(w.session, batch_id, {"change": change.key, "args": args}, w.now)
        return work_off(w, batch_id, found.total)
    return found.state == bulk.DONE


def work_off(w: Work, batch_id: int, total: int) -> bool:
    """Change all records at once where they are few, else by a job; whether it is done."""
    if total > bulk.AT_ONCE:
        enqueue(w, JOB, {"batch": batch_id})
        return False
    run_portion(w, batch_id)
    return True


def _args(w: Work, change: Change, asked: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """What the form asked for, as it is kept: ids and codes."""
    if change.takes == "person":
        return _person(w, asked.get("person", ""))
    if change.takes == "tag":
        return _tag(w, asked.get("tag", ""), adds=change.key == "customer.tag")
    if change.takes == "grade":
        grade = asked.get("grade", "")
        problems = [] if grade in (*GRADES, "none") else [problem("grade", N_("Choose a grade."))]
        return {"grade": None if grade == "none" else grade}, problems
    return {}, []


def _tag(w: Work, asked: str, *, adds: bool) -> tuple[dict[str, Any], list[Problem]]:
    read = clean(asked, "text")
    name = " ".join(read.split())[:80] if isinstance(read, str) else ""
    if adds and name:
        tags.ensure(w.session, name)
    tag_id = tags.id_of(w.session, name) if name else None
    return {"tag": tag_id, "add": adds}, [] if tag_id else [problem("tag", N_("Say which tag."))]


def _person(w: Work, asked: str) -> tuple[dict[str, Any], list[Problem]]:
    if asked == "0":
        return {"person": None}, []
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 18):
        return {}, [problem("person", N_("Choose who takes over."))]
    problems = [Problem("person", each.message) for each in owner_problems(w, int(asked))]
    return {"person": int(asked)}, problems


def own(w: Work, batch_id: int, *, lock: bool = False) -> BatchView:
    """One's own bulk change, or anybody's for those who manage the settings."""
    found = batches.find(w.session, batch_id, lock=lock)
    if found is None or not may_see(w.actor, found):
        raise NotFound
    return found


def may_see(actor: Actor, found: BatchView) -> bool:
    """Whose a bulk change is to look at and to take back: who did it, and who manages the settings."""
    return (actor.id is not None and found.actor_id == actor.id) or can(actor, "settings.manage")


# --- working it off ---


def run_portion(w: Work, batch_id: int, limit: int = bulk.CHUNK) -> bool:
    """Change the next records, in this transaction; whether there are more."""
    found = batches.find(w.session, batch_id, lock=True)
    if found is None or found.state != bulk.RUNNING:
        return False
    actor = SYSTEM if found.actor_id is None else sign_ins.actor_of(w.session, found.actor_id)
    if actor is None:  # who asked for it has no rights any more
        batches.progress(w.session, batch_id, 0, batches.skip_rest(w.session, batch_id, "left"))
        _finish(replace(w, batch_id=batch_id), found)
        return False
    mine = replace(w, actor=actor, batch_id=batch_id)
    items = batches.waiting(mine.session, batch_id, limit)
    _lock(mine, items)
    states = [_one(mine, found, item) for item in items]
    batches.progress(mine.session, batch_id, states.count(bulk.CHANGED), states.count(bulk.SKIPPED))
    if len(items) == limit:
        return True
    _finish(mine, found)
    return False


def _lock(w: Work, items: Collection[Item]) -> None:
    """All customers of a portion in the order of their ids: two who change many then wait for each other."""
    ids = [
        one
        for kind in bulk.KINDS
        for one in batch_marks.customers_of(w.session, kind, [item.id for item in items if item.kind == kind])
    ]
    many.lock(w.session, set(ids))


def _one(w: Work, found: BatchView, item: Item) -> str:
    """Change one record, or put it back; what became of it."""
    change = found.change or OF_KIND[item.kind]
    before, reason = None, None
    try:
        with w.session.begin_nested():  # what it had written goes, when it is refused
            if found.undoes_id is None:
                before = do(w, change, item, found.args)
            else:
                put_back(w, change, item, found.args)
                batches.mark_undone(w.session, found.undoes_id, item)
    except (Skip, NotFound, NotAllowed, Stale, Refused) as error:
        reason = error.reason if isinstance(error, Skip) else _REASONS[type(error)]
    state = bulk.CHANGED if reason is None else bulk.SKIPPED
    if not batches.mark(w.session, found.id, item, state, reason, before):
        raise Stale  # cannot be: the batch is locked; were it so, this portion must not stand
    return state


_REASONS: Final[Mapping[type[Exception], str]] = {
    NotFound: "not_found",
    NotAllowed: "not_allowed",
    Stale: "changed",
    Refused: "refused",
}


def _finish(w: Work, found: BatchView) -> None:
    if not batches.finish(w.session, found.id, w.now):
        return
    now_is = batches.find(w.session, found.id)
    assert now_is is not None, "it was there a moment ago"
    data = {"change": found.change or found.kind, "changed": now_is.changed, "skipped": now_is.skipped}
    data |= {"undoes": found.undoes_id} if found.undoes_id is not None else {}
    w.event(f"{found.kind}.done", "batch", found.id, data=data)
    if found.undoes_id is not None and not now_is.changed and not batches.left_waiting(w.session, found.id):
        batches.not_taken_back(w.session, found)
        return
    bulk_notices.tell(w, now_is)


# --- taking it back ---


def may_undo(found: BatchView, now: Any) -> bool:
    """Whether a bulk change can be taken back: for a day, once, and nothing that takes one back itself."""
    ended = found.finished_at
    fresh = ended is not None and now <= ended + bulk.UNDO_WITHIN
    return fresh and found.undoes_id is None and found.undone_at is None and found.changed > 0


def is_stuck(x: Executor, found: BatchView) -> bool:
    """Whether it stands still and nobody comes: its job failed for good, or who took it back has left over it."""
    if found.state == bulk.DONE:
        return found.kind == "undo" and batches.left_waiting(x, found.id)
    return found.state == bulk.RUNNING and not any(args["batch"] == found.id for args in jobs.args_to_do(x, JOB))


def go_on(w: Work, batch_id: int) -> None:
    """Have one that stands still worked off. Who goes on with it takes back what was left to somebody who left."""
    w.require("settings.manage")
    found = own(w, batch_id, lock=True)
    if not is_stuck(w.session, found):
        raise Stale  # somebody went on before
    if found.state == bulk.DONE:
        batches.take_over(w.session, batch_id, w.actor.id)
    enqueue(w, JOB, {"batch": batch_id})
    w.event(f"{found.kind}.resumed", "batch", batch_id)


def undo(w: Work, batch_id: int) -> int:
    """Take a whole bulk change back, as far as nobody changed its records since: a bulk change of its own, whose id it
    is. A second time leads to the first one."""
    found = own(w, batch_id, lock=True)
    earlier = batches.undo_of(w.session, batch_id)
    if earlier is not None:
        return earlier
    if not may_undo(found, w.now) or not batches.take_back(w.session, batch_id, w.now):
        raise Refused([problem("", N_("This cannot be taken back any more."))])
    values = {"kind": "undo", "actor_id": w.actor.id, "at": w.now, "state": bulk.RUNNING, "data": dict(found.data)}
    undo_id = batches.add_undo(w.session, values, batch_id)
    work_off(w, undo_id, found.changed)
    w.done("batch", undo_id)
    return undo_id
