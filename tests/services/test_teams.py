"""Trees of teams and territories: adding, moving with all below, refusing rings, archiving what is empty."""

from typing import Any

import pytest
import sqlalchemy.event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.services import people as people_service
from salesapp.services import teams as service
from salesapp.services.work import work
from salesapp.store import sign_ins, teams
from salesapp.store.engine import engines, reading
from salesapp.testing import NOW, Cast


def add(cast: Cast, tree: str, name: str, parent: int | None = None) -> int:
    """A node."""
    with work(cast.admin, NOW) as w:
        return service.add_node(w, tree, name, parent)


def paths(tree: str) -> dict[str, str]:
    """Every node's path, by its name."""
    with reading() as x:
        return {node.name: node.path for node in teams.nodes(x, tree)}


def test_moving_takes_the_whole_subtree_along(cast: Cast) -> None:
    a = add(cast, "territories", "A")
    b = add(cast, "territories", "B", a)
    c = add(cast, "territories", "C", b)
    d = add(cast, "territories", "D")
    with work(cast.admin, NOW) as w:
        service.change_node(w, "territories", b, "B", d)
    assert paths("territories") == {"A": f"/{a}/", "D": f"/{d}/", "B": f"/{d}/{b}/", "C": f"/{d}/{b}/{c}/"}
    with work(cast.admin, NOW) as w:
        service.change_node(w, "territories", b, "B2", None)
    assert paths("territories") == {"A": f"/{a}/", "D": f"/{d}/", "B2": f"/{b}/", "C": f"/{b}/{c}/"}


def test_a_move_is_one_statement_however_large_the_subtree(cast: Cast) -> None:
    a, d = add(cast, "territories", "A"), add(cast, "territories", "D")
    for n in range(5):
        add(cast, "territories", f"A{n}", a)
    updates: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        updates.extend([statement] if statement.startswith("UPDATE territory") else [])

    sqlalchemy.event.listen(engines().write, "before_cursor_execute", note)
    with work(cast.admin, NOW) as w:
        service.change_node(w, "territories", a, "A", d)
    assert len(updates) == 1


def test_nothing_moves_below_itself(cast: Cast) -> None:
    a = add(cast, "teams", "A")
    b = add(cast, "teams", "B", a)
    for target in (a, b):
        with pytest.raises(Refused), work(cast.admin, NOW) as w:
            service.change_node(w, "teams", a, "A", target)
    assert paths("teams")["B"] == f"/{a}/{b}/"


def test_a_manager_sees_a_moved_team_with_the_next_request(cast: Cast) -> None:
    assert cast.manager.people is not None
    assert cast.outsider.id not in cast.manager.people
    with work(cast.admin, NOW) as w:
        service.change_node(w, "teams", 3, "South", 2)
    with reading() as x:
        manager = sign_ins.actor_of(x, int(cast.manager.id or 0))
    assert manager is not None
    assert cast.outsider.id in (manager.people or ())


def test_siblings_have_different_names(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        service.add_node(w, "teams", "  NORTH ", 1)
    assert [problem.place for problem in refused.value.problems] == ["name"]
    add(cast, "teams", "North", 3)  # elsewhere it may be


def test_wrong_name_and_place_are_told_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        service.add_node(w, "teams", " ", 99)
    assert {problem.place for problem in refused.value.problems} == {"name", "parent_id"}
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        service.change_node(w, "teams", 99, "X", None)


def test_a_tree_has_an_end(cast: Cast) -> None:
    parent = None
    for n in range(service.DEEPEST):
        parent = add(cast, "territories", f"L{n}", parent)
    with pytest.raises(Refused):
        add(cast, "territories", "too deep", parent)
    top = add(cast, "territories", "Top")
    with reading() as x:
        first = next(node.id for node in teams.nodes(x, "territories") if node.name == "L0")
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        service.change_node(w, "territories", first, "L0", top)


def test_only_what_is_empty_is_archived(cast: Cast) -> None:
    for team_id in (1, 2):  # teams below it; people in it
        with pytest.raises(Refused), work(cast.admin, NOW) as w:
            service.archive_node(w, "teams", team_id)
    place = add(cast, "territories", "West")
    with work(cast.admin, NOW) as w:
        people_service.change_person(w, int(cast.owner.id or 0), {"territories": str(place)}, {})
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        service.archive_node(w, "territories", place)
    with work(cast.admin, NOW) as w:
        people_service.change_person(w, int(cast.owner.id or 0), {"territories": ""}, {})
        service.archive_node(w, "territories", place)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:  # and then nobody gets it
        people_service.change_person(w, int(cast.owner.id or 0), {"territories": str(place)}, {})


def test_what_is_archived_comes_back_where_its_parent_lives(cast: Cast) -> None:
    a = add(cast, "territories", "A")
    b = add(cast, "territories", "B", a)
    with work(cast.admin, NOW) as w:
        service.archive_node(w, "territories", b)
        service.archive_node(w, "territories", a)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        service.restore_node(w, "territories", b)
    with work(cast.admin, NOW) as w:
        service.restore_node(w, "territories", a)
        service.restore_node(w, "territories", b)
    with reading() as x:
        assert all(node.archived_at is None for node in teams.nodes(x, "territories"))


@pytest.mark.parametrize("who", ["manager", "owner", "reader"])
def test_only_those_who_manage_people_change_trees_and_functions(cast: Cast, who: str) -> None:
    for attempt in (
        lambda w: service.add_node(w, "teams", "X", None),
        lambda w: service.change_node(w, "teams", 2, "X", None),
        lambda w: service.archive_node(w, "teams", 2),
        lambda w: service.restore_node(w, "teams", 2),
        lambda w: service.add_function(w, "X"),
        lambda w: service.rename_function(w, "own_x", "X"),
        lambda w: service.archive_function(w, "own_x"),
        lambda w: service.restore_function(w, "own_x"),
    ):
        with pytest.raises(NotAllowed), work(getattr(cast, who), NOW) as w:
            attempt(w)


def test_functions_of_the_owners_own(cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        key = service.add_function(w, "Interpreter")
        people_service.change_person(w, int(cast.owner.id or 0), {"functions": f"finance,{key}"}, {})
    for label in ("interpreter", "Finance", "财务", ""):
        with pytest.raises(Refused), work(cast.admin, NOW) as w:
            service.add_function(w, label)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:  # somebody has it
        service.archive_function(w, key)
    with work(cast.admin, NOW) as w:
        people_service.change_person(w, int(cast.owner.id or 0), {"functions": "finance"}, {})
        service.archive_function(w, key)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        people_service.change_person(w, int(cast.owner.id or 0), {"functions": key}, {})
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        service.rename_function(w, "finance", "Money")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), max_size=8))
def test_whatever_is_moved_where_every_path_is_its_parents_and_its_own_id(
    cast: Cast, moves: list[tuple[int, int]]
) -> None:
    with reading() as x:
        known = [node.id for node in teams.nodes(x, "territories")]
    ids = known or [add(cast, "territories", f"N{n}") for n in range(6)]
    for moved, target in moves:
        with work(cast.admin, NOW) as w:
            name = next(node.name for node in teams.nodes(w.session, "territories") if node.id == ids[moved])
            try:
                service.change_node(w, "territories", ids[moved], name, ids[target] if target >= 0 else None)
            except Refused:
                assert target >= 0
    with reading() as x:
        nodes = {node.id: node for node in teams.nodes(x, "territories")}
    for node in nodes.values():
        assert node.path == f"{nodes[node.parent_id].path if node.parent_id else '/'}{node.id}/"
