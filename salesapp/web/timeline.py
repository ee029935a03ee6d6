"""The timeline of a customer: its own page with filters, and the older part for "Show more"."""

from collections.abc import Iterable

from flask import Blueprint, abort, request

from salesapp.services import merge_undo
from salesapp.store import customer_files, merges, timeline
from salesapp.store.engine import Executor, reading
from salesapp.web import customer_words as words
from salesapp.web import file_words, render
from salesapp.web.request import current_actor, current_now, int_arg

bp = Blueprint("timeline", __name__)
SHOWN = 30


def group_arg() -> str:
    """What the timeline is narrowed to; "" is everything."""
    group = request.args.get("show", "")
    if group and group not in (*timeline.GROUPS, timeline.HELPERS):
        abort(404)
    return group


def apart(x: Executor, entries: Iterable[timeline.Entry]) -> set[int]:
    """The merges told of that whoever asks may still take apart."""
    actor, now = current_actor(), current_now()
    since = now - merge_undo.UNDO_WITHIN
    told = {e.data["merge"] for e in entries if e.kind == "customer.merged" and e.at >= since}
    found = [row for each in sorted(told) if (row := merges.get(x, each)) is not None]
    return {row.id for row in found if merge_undo.may_undo(x, actor, row, now)}


@bp.get("/customers/<int:customer_id>/timeline")
def page(customer_id: int) -> str:
    """Everything that happened, newest first."""
    actor, now, group = current_actor(), current_now(), group_arg()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.see")
        entries = timeline.entries(x, actor, customer_id, after=int_arg("after"), limit=SHOWN + 1, now=now, group=group)
        found = file_words.for_page(x, entries[:SHOWN], customer_id=customer_id, section=False)
        found["apart"] = apart(x, entries[:SHOWN])
    return render.page(
        "customers/timeline.html",
        customer=view,
        name=words.name_of(view),
        entries=entries[:SHOWN],
        older=entries[SHOWN - 1].id if len(entries) > SHOWN else None,
        group=group,
        **found,
    )
