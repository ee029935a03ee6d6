"""Background jobs: what waits, runs and was given up, why, and trying again; for those who manage the settings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Stale
from salesapp.jobs.plugin_kinds import labels, registry_of
from salesapp.jobs.registry import Registry
from salesapp.services.jobs import retry
from salesapp.services.work import work
from salesapp.store import job_lists
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext, ngettext, say
from salesapp.web.request import catalog, current_actor, current_now, request_key

bp = Blueprint("jobs", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as the page writes it."""

    id: int
    label: str
    because: str
    at: datetime


@bp.get("/settings/jobs")
def page() -> tuple[str, int]:
    """What is not done yet, and the jobs that come back by themselves."""
    return _page()


def _page(status: int = 200, **context: Any) -> tuple[str, int]:
    actor, kinds = current_actor(), registry_of(catalog())
    with reading() as x:
        found = job_lists.open_jobs(x, actor)
        last = job_lists.last_done(x, actor, [kind.name for kind in kinds.periodic()])
    waiting = found.of("waiting")
    parts = {
        "parked": [_shown(row, kinds) for row in found.of("parked")],
        "failing": [_shown(row, kinds) for row in waiting if row.error],
        "running": [_shown(row, kinds) for row in found.of("running")],
        "waiting": [_shown(row, kinds) for row in waiting if not row.error],
    }
    periodic = _periodic(kinds, last)
    return render.page("settings/jobs.html", n=found.counts, periodic=periodic, **parts, **context), status


def _label(name: str) -> str:
    known = labels()
    return say(known[name]) if name in known else name


def _shown(row: Any, kinds: Registry) -> Shown:
    because = [gettext(row.error)]
    if row.error and row.attempts:
        because.insert(0, ngettext("%(num)s try", "%(num)s tries", row.attempts) % {"num": row.attempts})
    if row.name not in kinds:
        because.append(gettext("Waits until the plugin it belongs to runs again."))
    return Shown(row.id, _label(row.name), " · ".join(filter(None, because)), row.finished_at or row.run_at)


def _periodic(kinds: Registry, last: dict[str, datetime]) -> list[tuple[str, datetime | None, datetime]]:
    now = current_now()
    coming = [(kind, kind.every) for kind in kinds.periodic()]
    return [(say(kind.label), last.get(kind.name), every.next(now)) for kind, every in coming if every]


@bp.post("/settings/jobs/<int:job_id>/retry")
def try_again(job_id: int) -> Response | tuple[str, int]:
    """Do it again now."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            retry(w, job_id)
    except Stale:
        return _page(409, stale=gettext("This job runs already, or is done."))
    except AlreadyDone:
        return redirect("/settings/jobs", 303)
    render.flash(gettext("It is tried again now."))
    return redirect("/settings/jobs", 303)
