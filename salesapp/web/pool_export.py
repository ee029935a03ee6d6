"""Taking along who waits in the pools: their teasers, and nothing that is not shown on the page."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.pool_rules import Pool
from salesapp.domain.text import Text
from salesapp.services.import_own_numbers import NUMBER
from salesapp.services.list_export import portions, tell_export
from salesapp.services.table_files import Column
from salesapp.services.work import work
from salesapp.store import pool_teasers, pools
from salesapp.store.dump import one_state
from salesapp.store.engine import Executor, reading
from salesapp.web import downloads
from salesapp.web.i18n import gettext, say
from salesapp.web.list_columns import moment
from salesapp.web.pool import name_of, narrowed_by
from salesapp.web.request import catalog, current_actor, current_now, is_whole, need

bp = Blueprint("pool_export", __name__)
TYPED: Final = ("pool", "q", "grade", "source", "territory", "there")


@bp.get("/pool/export")
def page() -> str:
    """As what? How many they are, the page of the pool says."""
    need(current_actor(), "export")
    return _choose(request.args)


def _choose(asked: MultiDict[str, str], errors: dict[str, list[str]] | None = None) -> str:
    kept = [(key, value) for key in TYPED if (value := asked.get(key, ""))]
    return downloads.choose("/pool/export", downloads.address("/pool", kept), kept, gettext("Public pool"), errors)


@bp.post("/pool/export")
def export() -> Response | tuple[str, int]:
    """The teasers of all who wait there and whom the filters mean, as a file."""
    actor, now = current_actor(), current_now()
    need(actor, "export")
    form, narrowed = downloads.asked_format(), narrowed_by(request.form, now)
    with one_state() as x:
        chosen = _chosen(x, request.form.get("pool", ""))
        ids = pool_teasers.every_id(x, chosen, narrowed)
    if said := downloads.why_not(form, len(ids)):
        return _choose(request.form, {"format": [said]}), 422
    columns = _columns(chosen)
    with work(actor, now) as w:
        asked = {key: request.form[key] for key in TYPED if request.form.get(key)}
        tell_export(w, "pool", len(ids), form, [column.key for column in columns], asked)
    return downloads.send("pool", form, columns, _teasers(chosen, ids))


def _chosen(x: Executor, raw: str) -> list[Pool]:
    return [each for each in pools.seen(x, current_actor()) if not raw or (is_whole(raw) and int(raw) == each.id)]


def _teasers(at: list[Pool], ids: Sequence[int]) -> Iterator[Sequence[Any]]:
    for some in portions(ids):
        with reading() as x:
            found = pool_teasers.these(x, at, some)
        yield found


def _columns(at: list[Pool]) -> list[Column]:
    called = {each.id: name_of(each.name) for each in at}
    sources = {key: source.label for key, source in catalog().sources.items()}

    def pool(row: Any) -> str:
        return called.get(row.pool_id, "")

    return [
        _plain("name", gettext("Name")),
        _plain("company", gettext("Company")),
        _coded("kind", gettext("Kind"), KINDS),
        _coded("state", gettext("State"), STATES),
        _coded("grade", gettext("Grade"), GRADES),
        _coded("source", gettext("Source"), sources),
        _plain("territory", gettext("Territory")),
        _plain("note", gettext("Note")),
        Column("pool", gettext("Public pool"), pool, pool),
        Column("pooled_at", gettext("In the pool"), lambda row: moment(row.pooled_at), attrgetter("pooled_at")),
        _plain("id", say(NUMBER.label)),
    ]


def _plain(key: str, label: str) -> Column:
    read = attrgetter(key)
    return Column(key, label, read, read)


def _coded(key: str, label: str, labels: dict[str, Text]) -> Column:
    read = attrgetter(key)

    def shown(row: Any) -> str:
        code = read(row)
        return say(labels[code]) if code in labels else code or ""

    return Column(key, label, shown, read)
