"""Pools as the owner sets them: who takes from them, within which limits, and what their teasers show."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.pool_rules import FIELDS, HANDED, Pool, as_fields, columns_of, form_problems, ids_in
from salesapp.services.work import Work
from salesapp.store import people, pool_members, pools
from salesapp.store.engine import Executor


def blank() -> dict[str, str]:
    """A pool that is not there yet, as its form shows it."""
    return as_fields(Pool(id=0, name=""), (), (), ())


def shown(x: Executor, row: Row[*tuple[Any, ...]]) -> dict[str, str]:
    """A pool as its form shows it."""
    rules = {name: getattr(row, name) for name in ("who", "hold_limit", "hold_bought", "day_limit")}
    rules |= {"wait_days": row.wait_days, "lock_hours": row.lock_hours, "shown": frozenset(row.shown)}
    return as_fields(Pool(id=row.id, name=row.name, **rules), *pool_members.members(x, row.id))


def add_pool(w: Work, fields: Mapping[str, str]) -> int:
    """A new pool; Refused with every problem at once."""
    w.require("settings.manage")
    fields = _even(fields)
    if problems := [*form_problems(fields, named=True), *_people_problems(w, fields)]:
        raise Refused(problems)
    pool_id = pools.insert_pool(w.session, columns_of(fields))
    _set_members(w, pool_id, fields)
    w.event("pool.added", "pool", pool_id, data={"fields": list(FIELDS), **fields})
    w.done("pool", pool_id)
    return pool_id


def change_pool(w: Work, pool_id: int, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change some fields of `shown`; Stale when somebody else changed the same one meanwhile."""
    w.require("settings.manage")
    row = _locked(w, pool_id)
    before = shown(w.session, row)
    changed = _even(changed)
    stale = [name for name, text in changed.items() if before[name] not in (seen.get(name, before[name]), text)]
    wanted = before | changed
    problems = form_problems(wanted, named=bool(row.name))  # the first one may keep the name each language gives it
    if problems := [*problems, *_people_problems(w, changed)]:
        raise Refused(problems)
    if stale:
        raise Stale(people.who_changed(w.session, "pool", pool_id, stale), stale)
    new = {name: text for name, text in wanted.items() if text != before[name]}
    if not new:
        return
    pools.set_values(w.session, pool_id, columns_of(wanted))
    _set_members(w, pool_id, wanted)
    data = {"fields": sorted(new)} | {name: [before[name], text] for name, text in new.items()}
    w.event("pool.changed", "pool", pool_id, data=data)


def archive_pool(w: Work, pool_id: int) -> None:
    """Use a pool no longer; only an empty one, and not the last."""
    w.require("settings.manage")
    row = _locked(w, pool_id)
    if row.archived_at is not None:
        return
    if not pools.archive(w.session, pool_id, w.now):
        text = N_("Somebody still waits in it, or it is the last pool. Move them to another one first.")
        raise Refused([problem("", text)])
    w.event("pool.archived", "pool", pool_id)


def restore_pool(w: Work, pool_id: int) -> None:
    """Use it again."""
    w.require("settings.manage")
    if _locked(w, pool_id).archived_at is not None:
        pools.restore(w.session, pool_id)
        w.event("pool.restored", "pool", pool_id)


def _locked(w: Work, pool_id: int) -> Row[*tuple[Any, ...]]:
    row = pools.locked(w.session, pool_id)
    if row is None:
        raise NotFound
    return row


def _even(fields: Mapping[str, str]) -> dict[str, str]:
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"not fields of a pool: {sorted(unknown)}")
    return {name: text.strip() for name, text in fields.items()}


def _people_problems(w: Work, fields: Mapping[str, str]) -> list[Problem]:
    known_people, known_teams = ({each for each, _ in some} for some in pool_members.people_and_teams(w.session))
    known = {"people": known_people, "managers": known_people, "teams": known_teams}
    problems = [
        problem(name, N_("Please choose one of the list."))
        for name, ids in known.items()
        if not set(ids_in(fields.get(name, ""))) <= ids
    ]
    if fields.get("who") == HANDED and not fields.get("managers", "-"):
        problems.append(problem("managers", N_("Somebody has to hand them out: name a manager.")))
    return problems


def _set_members(w: Work, pool_id: int, fields: Mapping[str, str]) -> None:
    named = (ids_in(fields[name]) for name in ("people", "teams", "managers"))
    pool_members.set_members(w.session, pool_id, *named)
