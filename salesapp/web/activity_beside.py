"""What else takes the same time: asked while somebody plans or moves something, before it is saved."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, request

from salesapp.domain.activity_kinds import takes
from salesapp.domain.agenda import Booked
from salesapp.domain.errors import Problem
from salesapp.services import agenda, work_calendars
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.calendar_words import minutes_from, named_beside
from salesapp.web.i18n import gettext, language, local
from salesapp.web.inputs import moment_from
from salesapp.web.request import current_actor, current_now, int_arg, need

bp = Blueprint("activity_beside", __name__)


@bp.get("/activities/beside")
def ask() -> str:
    """The line below day and time: of a plan of one's own, or of the `activity` that is being moved."""
    need(current_actor(), "activity.add")
    day, hour = ("on", "at") if "on" in request.args else ("planned_on", "planned_time")
    return render.block(
        "activities/beside.html", "beside", beside=beside_of(request.args, day, hour, int_arg("activity"))
    )


def beside_of(typed: Mapping[str, str], day: str, hour: str, activity_id: int | None = None) -> str:
    """What else takes this time, and what day off it is, in words; "" for nothing, and for what is no time (yet)."""
    unread: list[Problem] = []
    at, all_day = moment_from(typed.get(day, ""), typed.get(hour, ""), day, hour, unread)
    minutes = minutes_from(typed.get("minutes", ""), unread)
    actor = current_actor()
    if at is None:
        return ""
    with reading() as x:
        feast = work_calendars.of_team(x, actor.team_id).rest(local(at).date(), language())
        said = [gettext("A day off: %(feast)s") % {"feast": feast}] if feast else []
        if not all_day and not unread:
            moved = activities.load(x, actor, activity_id, current_now()) if activity_id is not None else None
            owner, kind = (moved.owner_id, moved.kind) if moved else (actor.id, typed.get("kind", ""))
            own = Booked(activity_id or 0, owner, at, at + timedelta(minutes=takes(kind, minutes)))
            said.append(named_beside(agenda.taken(x, actor, own)))
    return " · ".join(filter(None, said))
