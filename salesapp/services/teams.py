"""Teams and territories, two trees; and functions. `tree` is "teams" or "territories" throughout."""

import secrets
from typing import Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.people import one_line
from salesapp.domain.text import LANGUAGES
from salesapp.services.work import Work
from salesapp.store import teams
from salesapp.store.teams import Node

KINDS: Final = {"teams": "team", "territories": "territory"}
NAME_LENGTH: Final = 200
DEEPEST: Final = 12


def add_node(w: Work, tree: str, name: str, parent_id: int | None) -> int:
    """A new team or territory, at the top or below another one."""
    w.require("people.manage")
    nodes = _locked(w, tree)
    name, problems = _name(name)
    parent = _parent(nodes, parent_id, problems)
    _check_place(nodes, None, name, parent, problems)
    if problems:
        raise Refused(problems)
    node_id = teams.add(w.session, tree, name, parent)
    w.event(f"{KINDS[tree]}.added", KINDS[tree], node_id, data={"name": name, "parent": parent_id})
    w.done(KINDS[tree], node_id)
    return node_id


def change_node(w: Work, tree: str, node_id: int, name: str, parent_id: int | None) -> None:
    """Another name, another place; all below it moves along."""
    w.require("people.manage")
    nodes = _locked(w, tree)
    node = _node(nodes, node_id)
    name, problems = _name(name)
    parent = _parent(nodes, parent_id, problems, kept=node.parent_id)
    if parent is not None and parent.path.startswith(node.path):
        problems.append(problem("parent_id", N_("It cannot be moved below itself.")))
    _check_place(nodes, node, name, parent, problems)
    if problems:
        raise Refused(problems)
    if name != node.name:
        teams.rename(w.session, tree, node_id, name)
        w.event(f"{KINDS[tree]}.renamed", KINDS[tree], node_id, data={"from": node.name, "to": name})
    if parent_id != node.parent_id:
        teams.move(w.session, tree, node, parent)
        w.event(f"{KINDS[tree]}.moved", KINDS[tree], node_id, data={"from": node.parent_id, "to": parent_id})


def archive_node(w: Work, tree: str, node_id: int) -> None:
    """Take an empty team or territory out of use."""
    w.require("people.manage")
    node = _node(_locked(w, tree), node_id)
    if node.archived_at is not None:
        return
    if not teams.archive(w.session, tree, node_id, w.now):
        raise Refused([problem("", N_("“%(name)s” is not empty. Move what is in it first."), name=node.name)])
    w.event(f"{KINDS[tree]}.archived", KINDS[tree], node_id)


def restore_node(w: Work, tree: str, node_id: int) -> None:
    """Take it back into use, where it was."""
    w.require("people.manage")
    nodes = _locked(w, tree)
    node = _node(nodes, node_id)
    if node.archived_at is None:
        return
    problems: list[Problem] = []
    parent = next((each for each in nodes if each.id == node.parent_id), None)
    if parent is not None and parent.archived_at is not None:
        problems.append(
            problem("", N_("“%(name)s”, which it belongs to, is archived. Restore that first."), name=parent.name)
        )
    _check_place(nodes, node, node.name, parent, problems, place="")
    if problems:
        raise Refused(problems)
    teams.restore(w.session, tree, node_id)
    w.event(f"{KINDS[tree]}.restored", KINDS[tree], node_id)


def _locked(w: Work, tree: str) -> list[Node]:
    return teams.nodes(w.session, tree, lock=True)


def _node(nodes: list[Node], node_id: int) -> Node:
    found = next((node for node in nodes if node.id == node_id), None)
    if found is None:
        raise NotFound
    return found


def _name(raw: str) -> tuple[str, list[Problem]]:
    name = one_line(raw)
    if not name:
        return name, [problem("name", N_("Please give a name."))]
    if len(name) > NAME_LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        return name, [problem("name", text, length=len(name), max=NAME_LENGTH)]
    return name, []


def _parent(nodes: list[Node], parent_id: int | None, problems: list[Problem], kept: int | None = None) -> Node | None:
    if parent_id is None:
        return None
    found = next((node for node in nodes if node.id == parent_id), None)
    if found is None or (found.archived_at is not None and found.id != kept):
        problems.append(problem("parent_id", N_("Please choose one of the list.")))
    return found


def _check_place(
    nodes: list[Node],
    node: Node | None,
    name: str,
    parent: Node | None,
    problems: list[Problem],
    place: str = "name",
) -> None:
    """Siblings have different names, and a tree that nobody can draw any more is refused."""
    beside = [each for each in nodes if each.parent_id == (parent.id if parent else None) and each.archived_at is None]
    if any(each.name.casefold() == name.casefold() and each is not node for each in beside):
        problems.append(problem(place, N_("There is one with this name already.")))
    below = max((each.depth for each in nodes if node and each.path.startswith(node.path)), default=0)
    height = below - node.depth + 1 if node else 1
    if (parent.depth if parent else 0) + height > DEEPEST:
        problems.append(problem("parent_id", N_("There can be at most %(most)s levels."), most=DEEPEST))


# --- functions ---


def add_function(w: Work, label: str) -> str:
    """A function of the owner's own; returns its key, which never changes."""
    w.require("people.manage")
    label = _function_label(w, label)
    key = f"own_{secrets.token_hex(6)}"
    teams.add_function(w.session, key, label)
    w.event("function.added", "function", 0, data={"key": key, "label": label})
    return key


def rename_function(w: Work, key: str, label: str) -> None:
    """Another name for an own function."""
    w.require("people.manage")
    label = _function_label(w, label, but=key)
    if not teams.update_function(w.session, key, {"label": label}):
        raise NotFound
    w.event("function.renamed", "function", 0, data={"key": key, "label": label})


def archive_function(w: Work, key: str) -> None:
    """Offer an own function no longer; only when nobody has it, as rules may name it."""
    w.require("people.manage")
    if teams.holders(w.session).get(key):
        raise Refused([problem("", N_("Somebody still has this function. Take it from them first."))])
    if not teams.update_function(w.session, key, {"archived_at": w.now}):
        raise NotFound
    w.event("function.archived", "function", 0, data={"key": key})


def restore_function(w: Work, key: str) -> None:
    """Offer it again."""
    w.require("people.manage")
    if not teams.update_function(w.session, key, {"archived_at": None}):
        raise NotFound
    w.event("function.restored", "function", 0, data={"key": key})


def _function_label(w: Work, raw: str, but: str = "") -> str:
    label, problems = _name(raw)
    built_in = {each.label.in_language(language).casefold() for each in FUNCTIONS for language in LANGUAGES}
    own = {row.label.casefold() for row in teams.own_functions(w.session) if row.key != but}
    if label.casefold() in built_in | own:
        problems.append(problem("name", N_("There is one with this name already.")))
    if problems:
        raise Refused(problems)
    return label
