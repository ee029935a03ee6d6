"""Rooms come out of a table: the school had them in a list before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from salesapp.plugin_api import N_, Field, ImportMap, ImportRows, Problem, Reads, Text, Work, problem

from .tables import ROOM


def there(reads: Reads, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The rooms of these names."""
    rows = reads.execute(select(ROOM.c.name, ROOM.c.places).where(ROOM.c.name.in_(keys)))
    return {row.name: {"name": row.name, "places": row.places} for row in rows}


def make(w: Work, rows: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Make each room so, or take it away."""
    known = there(w.reads, list(rows))
    for name, values in rows.items():
        if values is None:
            w.session.execute(delete(ROOM).where(ROOM.c.name == name))
        elif name in known:
            w.session.execute(update(ROOM).where(ROOM.c.name == name).values(places=values["places"]))
        else:
            w.session.execute(insert(ROOM).values(name=name, places=values["places"]))


def too_full(values: Mapping[str, Any]) -> Iterable[Problem]:
    """A room without a place is none."""
    return [] if values["places"] > 0 else [problem("places", N_("A room has at least one place."))]


ROOMS = ImportRows(
    key="rooms",
    label=Text("Rooms", "教室", "教室", "Залы"),
    fields=(
        Field("name", Text("Room", "教室", "教室", "Зал"), "text"),
        Field("places", Text("Places", "座位数", "座位數", "Места"), "integer", required=True),
    ),
    known_as="name",
    read=there,
    write=make,
    check=too_full,
    called=(("places", ("capacity", "可容纳")),),
)
OLD_LIST = ImportMap(
    key="old_rooms",
    label=Text("The old list of rooms", "旧教室表", "舊教室表", "Старый список залов"),
    kind="dance_school.rooms",
    columns={"Hall": "name", "Fits": "places"},
)
