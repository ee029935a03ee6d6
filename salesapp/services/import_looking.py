"""Imports to look at: whose they are, the newest ones, and with whose rights one is done."""

from dataclasses import replace
from typing import Final

from salesapp.domain.errors import N_, NotAllowed, NotFound
from salesapp.domain.permissions import SYSTEM, Actor, can
from salesapp.services.import_files import path_of
from salesapp.services.import_kinds import ImportKind
from salesapp.services.import_registry import allowed, kind_for, offered
from salesapp.services.work import Work
from salesapp.store import import_runs, sign_ins
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView

GONE: Final = N_("The file is kept for 30 days and is not here any more.")
LISTED: Final = 100


def may_see(actor: Actor, run: RunView) -> bool:
    """Whose an import is to look at: who brought the file, and who manages the settings."""
    return (actor.id is not None and actor.id == run.person_id) or can(actor, "settings.manage")


def load(x: Executor, actor: Actor, run_id: int, *, lock: bool = False) -> RunView:
    """One import; NotFound when missing, or somebody else's."""
    if not can(actor, "import"):
        raise NotAllowed
    run = import_runs.find(x, run_id, lock=lock)
    if run is None or not may_see(actor, run):
        raise NotFound
    kind_for(actor, run.asked.kind)
    if run.file_key is not None and not path_of(run.file_key).is_file():
        return replace(run, file_key=None)  # backups are without the files of imports
    return run


def own(w: Work, run_id: int, *, lock: bool = False) -> RunView:
    """One that may be changed by the one who acts."""
    return load(w.session, w.actor, run_id, lock=lock)


def listing(x: Executor, actor: Actor) -> list[RunView]:
    """The newest imports: one's own, or everybody's for those who manage the settings."""
    if not can(actor, "import"):
        raise NotAllowed
    kinds = allowed(actor)
    found = import_runs.recent(x, actor.id, everybody=can(actor, "settings.manage"), limit=LISTED)
    return [run for run in found if run.asked.kind in kinds]


def may_bring(actor: Actor, kind: ImportKind) -> bool:
    """Whether this person has the right to bring in a kind."""
    return kind.key in offered(actor)


def actor_of(x: Executor, run: RunView) -> Actor | None:
    """With whose rights it is done; None when they have none any more."""
    return SYSTEM if run.person_id is None else sign_ins.actor_of(x, run.person_id)
