"""Taking along who works here, for those who manage people: never how they get in."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from flask import Blueprint, Response, request

from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.permissions import ROLES
from salesapp.services.import_own_numbers import NUMBER
from salesapp.services.list_export import tell_export
from salesapp.services.table_files import Column
from salesapp.services.work import work
from salesapp.store import people, teams
from salesapp.store.engine import reading
from salesapp.web import downloads
from salesapp.web.i18n import gettext, local, say
from salesapp.web.list_columns import SEVERAL
from salesapp.web.request import current_actor, current_now, need

bp = Blueprint("people_export", __name__)
TYPED: Final = ("q", "show")


def _may() -> None:
    for verb in ("export", "people.manage"):
        need(current_actor(), verb)


@bp.get("/settings/people/export")
def page() -> str:
    """As what?"""
    _may()
    kept = [(key, value) for key in TYPED if (value := request.args.get(key, ""))]
    back = downloads.address("/settings/people", kept)
    return downloads.choose("/settings/people/export", back, kept, gettext("People"))


@bp.post("/settings/people/export")
def export() -> Response:
    """Everybody the page means, as a file."""
    _may()
    form, actor = downloads.asked_format(), current_actor()
    asked = {key: value for key in TYPED if (value := request.form.get(key, "").strip()[:100])}
    with reading() as x:
        rows = people.every(x, actor, q=asked.get("q", ""), former=asked.get("show") == "former")
        labels = {row.key: row.label for row in teams.own_functions(x)}
    columns = _columns(labels | {each.key: say(each.label) for each in FUNCTIONS})
    with work(actor, current_now()) as w:
        tell_export(w, "person", len(rows), form, [column.key for column in columns], asked)
    return downloads.send("people", form, columns, (rows,))


def _columns(functions: Mapping[str, str]) -> list[Column]:
    def role(row: Any) -> str:
        return say(ROLES[row.role].label) if row.role in ROLES else str(row.role)

    def does(row: Any) -> str:
        return SEVERAL.join(functions.get(key, key) for key in _functions(row))

    return [
        _plain("name", gettext("Name")),
        _plain("email", gettext("E-mail")),
        _plain("phone", gettext("Phone")),
        Column("role", gettext("Role"), role, attrgetter("role")),
        _plain("team", gettext("Team")),
        Column("functions", gettext("Functions"), does, _functions),
        _plain("language", gettext("Language")),
        _plain("zone", gettext("Time zone")),
        _day("created_at", gettext("Added on")),
        _day("deactivated_at", gettext("Left on")),
        _plain("id", say(NUMBER.label)),
    ]


def _functions(row: Any) -> list[str]:
    return sorted((row.functions or "").split())


def _plain(key: str, label: str) -> Column:
    read = attrgetter(key)
    return Column(key, label, read, read)


def _day(key: str, label: str) -> Column:
    read = attrgetter(key)
    return Column(key, label, lambda row: local(read(row)).date() if read(row) else None, read)
