"""Saving, changing and putting away views of lists; a view is its maker's, a team's, or everybody's."""

from typing import Any, Final, Literal

from salesapp.domain.errors import N_, NotAllowed, Refused, Stale, problem
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import can
from salesapp.services.given_names import given_name
from salesapp.services.work import Work
from salesapp.store import saved_views

Reach = Literal["mine", "team", "everybody"]
REACHES: Final = ("mine", "team", "everybody")


def save_view(w: Work, name: str, reach: str, query: ListQuery) -> int:
    """A list as it is now, under a name."""
    values = _named(name) | _reaching(w, reach) | {"kind": query.kind, "query": query.to_data()}
    view_id = saved_views.insert_view(w.session, values | {"person_id": w.actor.id, "created_at": w.now})
    _tell(w, "view.saved", view_id, values, query.kind)
    return view_id


def change_view(w: Work, view_id: int, version: int, name: str, reach: str, query: ListQuery | None = None) -> None:
    """Another name, other people, or another question of the same list."""
    view = _own(w, view_id)
    keeps = reach == reach_of(view)
    values = _named(name) | ({} if keeps else _reaching(w, reach))
    if query is not None:
        values |= {"query": query.to_data()}
    if not saved_views.update_view(w.session, view_id, version, values):
        raise Stale
    _tell(w, "view.changed", view_id, values, view.kind)


def archive_view(w: Work, view_id: int) -> None:
    """Put a view away, for everybody who saw it."""
    view = _own(w, view_id)
    saved_views.put_away(w.session, view_id, w.now)
    _tell(w, "view.archived", view_id, {"name": view.name}, view.kind)


def restore_view(w: Work, view_id: int) -> None:
    """Bring it back."""
    view = _own(w, view_id)
    saved_views.put_away(w.session, view_id, None)
    _tell(w, "view.restored", view_id, {"name": view.name}, view.kind)


def choose_default(w: Work, kind: str, view_id: int | None) -> None:
    """What this person's list opens with from now on; None is the list as it is."""
    if view_id is not None:
        saved_views.load(w.session, w.actor, view_id)
    if w.actor.id is not None:
        saved_views.set_default(w.session, w.actor.id, kind, view_id)


def reach_of(view: Any) -> Reach:
    """Whose a view is."""
    return "everybody" if view.everybody else "team" if view.team_id is not None else "mine"


def _own(w: Work, view_id: int) -> Any:
    view = saved_views.load(w.session, w.actor, view_id)
    if not saved_views.may_change(w.actor, view):
        raise NotAllowed
    return view


def _named(name: str) -> dict[str, Any]:
    return {"name": given_name(name, N_("Please give the view a name."))}


def _reaching(w: Work, reach: str) -> dict[str, Any]:
    if reach not in REACHES:
        raise Refused([problem("reach", N_("Please choose who sees the view."))])
    if reach == "team" and w.actor.team_id is None:
        raise Refused([problem("reach", N_("You are in no team, so there is nobody to share the view with."))])
    if reach == "everybody" and not can(w.actor, "settings.manage"):
        raise Refused([problem("reach", N_("Only administrators save views for everybody."))])
    return {"team_id": w.actor.team_id if reach == "team" else None, "everybody": reach == "everybody"}


def _tell(w: Work, kind: str, view_id: int, values: dict[str, Any], of: str) -> None:
    told: dict[str, Any] = {key: values[key] for key in ("team_id", "everybody") if key in values}
    w.event(kind, "view", view_id, data={"list": of, **told}, personal={"name": values["name"]})
