"""Teams and territories, two trees that look alike: for those who manage people."""

from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, NotFound, Refused, problem
from salesapp.services import teams as service
from salesapp.services.work import work
from salesapp.store import teams
from salesapp.store.engine import reading
from salesapp.store.teams import Node
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, is_whole, need, request_key

bp = Blueprint("teams", __name__)
WORDS: Final = {
    "teams": {
        "title": N_("Teams"),
        "one": N_("Team"),
        "add": N_("Add a team"),
        "sub": N_("A manager sees what their team and all teams below it have."),
        "empty": N_("Teams decide whose customers a manager sees. Begin with one for the whole company."),
        "icon": "users",
    },
    "territories": {
        "title": N_("Territories"),
        "one": N_("Territory"),
        "add": N_("Add a territory"),
        "sub": N_("Regions or parts of the market that people are responsible for."),
        "empty": N_("Begin with the largest regions; add smaller ones below them when you need them."),
        "icon": "map-pin",
    },
}


def _words(tree: str) -> dict[str, str]:
    return {key: text if key == "icon" else gettext(text) for key, text in WORDS[tree].items()}


def _may() -> None:
    need(current_actor(), "people.manage")


def _nodes(tree: str) -> list[Node]:
    with reading() as x:
        return teams.nodes(x, tree)


def _parents(nodes: list[Node], node: Node | None = None) -> list[tuple[str, str]]:
    """Where a node may hang: not below itself, nor below what is archived."""
    return [("", gettext("At the top"))] + [
        (str(each.id), "\u2003" * (each.depth - 1) + each.name)
        for each in nodes
        if (each.archived_at is None or (node and node.parent_id == each.id))
        and not (node and each.path.startswith(node.path))
    ]


def _parent_id() -> int | None:
    raw = request.form.get("parent_id", "")
    if raw and not is_whole(raw):
        raise Refused([problem("parent_id", N_("Please choose one of the list."))])
    return int(raw) if raw else None


def _tree_page(tree: str, status: int = 200, **context: Any) -> tuple[str, int]:
    _may()
    nodes = _nodes(tree)
    context.setdefault("name", "")
    context.setdefault("parent", request.args.get("below", ""))
    return (
        render.page(
            "settings/tree.html",
            tree=tree,
            words=_words(tree),
            nodes=[node for node in nodes if node.archived_at is None],
            archived=[node for node in nodes if node.archived_at is not None],
            parents=_parents(nodes),
            **context,
        ),
        status,
    )


@bp.get("/settings/<any(teams, territories):tree>")
def tree(tree: str) -> tuple[str, int]:
    """The whole tree, and a form to add to it."""
    return _tree_page(tree)


@bp.post("/settings/<any(teams, territories):tree>")
def add(tree: str) -> Response | tuple[str, int]:
    """Add a team or territory."""
    name = request.form.get("name", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            node_id = service.add_node(w, tree, name, _parent_id())
    except AlreadyDone:
        return redirect(f"/settings/{tree}", 303)
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _tree_page(tree, 422, errors=errors, name=name, parent=request.form.get("parent_id", ""))
    render.flash(gettext("Added."), undo=f"/settings/{tree}/{node_id}/archive")
    return redirect(f"/settings/{tree}", 303)


def _node_page(tree: str, node_id: int, status: int = 200, **context: Any) -> tuple[str, int]:
    _may()
    nodes = _nodes(tree)
    node = next((each for each in nodes if each.id == node_id), None)
    if node is None:
        raise NotFound
    context.setdefault("name", node.name)
    context.setdefault("parent", str(node.parent_id or ""))
    below = [each for each in nodes if each.parent_id == node.id and each.archived_at is None]
    return (
        render.page(
            "settings/node.html",
            tree=tree,
            words=_words(tree),
            node=node,
            below=below,
            parents=_parents(nodes, node),
            **context,
        ),
        status,
    )


@bp.get("/settings/<any(teams, territories):tree>/<int:node_id>")
def node(tree: str, node_id: int) -> tuple[str, int]:
    """One of them: rename, move, archive."""
    return _node_page(tree, node_id)


@bp.post("/settings/<any(teams, territories):tree>/<int:node_id>")
def save(tree: str, node_id: int) -> Response | tuple[str, int]:
    """Rename or move it, with all below it."""
    name = request.form.get("name", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_node(w, tree, node_id, name, _parent_id())
    except AlreadyDone:
        return redirect(f"/settings/{tree}", 303)
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _node_page(tree, node_id, 422, errors=errors, name=name, parent=request.form.get("parent_id", ""))
    render.flash(gettext("Saved."))
    return redirect(f"/settings/{tree}", 303)


@bp.post("/settings/<any(teams, territories):tree>/<int:node_id>/<any(archive, restore):what>")
def put_away(tree: str, node_id: int, what: str) -> Response | tuple[str, int]:
    """Take it out of use, when it is empty; or back into use."""
    change, inverse, said = service.archive_node, "restore", gettext("Archived.")
    if what == "restore":
        change, inverse, said = service.restore_node, "archive", gettext("Restored.")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            change(w, tree, node_id)
    except AlreadyDone:
        return redirect(f"/settings/{tree}", 303)
    except Refused as refused:
        return _node_page(tree, node_id, 422, errors=render.by_place(refused.problems))
    render.flash(said, undo=f"/settings/{tree}/{node_id}/{inverse}")
    return redirect(f"/settings/{tree}", 303)
