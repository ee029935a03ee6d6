"""The company's tags: how many customers have each, another name, two put together, taken off everywhere."""

from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.services import tags as service
from salesapp.services.work import work
from salesapp.store import tags
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, int_field, need, request_key

bp = Blueprint("tag_settings", __name__)
HERE: Final = "/settings/tags"


def _page(status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "settings.manage")
    with reading() as x:
        rows = tags.counted(x)
    choices = [("", gettext("Choose …")), *((str(row.id), row.name) for row in rows)]
    return render.page("settings/tags.html", tags=rows, choices=choices, **context), status


@bp.get(HERE)
def show() -> tuple[str, int]:
    """Every tag in use."""
    return _page()


@bp.post(f"{HERE}/<int:tag_id>")
def rename(tag_id: int) -> Response | tuple[str, int]:
    """Another name."""
    name = request.form.get("name", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.rename_tag(w, tag_id, name)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(422, open_id=tag_id, typed=name, wrong=render.by_place(refused.problems))
    render.flash(gettext("Saved."))
    return redirect(HERE, 303)


@bp.post(f"{HERE}/<int:tag_id>/<any(merge, remove):what>")
def change(tag_id: int, what: str) -> Response | tuple[str, int]:
    """Put together with another, or taken off everywhere."""
    said = gettext("Put together.") if what == "merge" else gettext("Taken off everywhere.")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if what == "merge":
                service.merge_tags(w, tag_id, int_field("into") or 0)
            else:
                service.remove_tag(w, tag_id)
    except AlreadyDone:
        return redirect(HERE, 303)
    except Refused as refused:
        return _page(422, open_id=tag_id, wrong=render.by_place(refused.problems))
    render.flash(said, undo=f"{HERE}/undo/{w.result['event']}")
    return redirect(HERE, 303)


@bp.post(f"{HERE}/undo/<int:event_id>")
def undo(event_id: int) -> Response:
    """There again, on those who had it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            left = service.bring_back(w, event_id)
    except AlreadyDone:
        pass
    else:
        text = gettext("Taken back. Customers whose tags somebody changed since keep the other tag, too.")
        render.flash(text if left else gettext("Taken back."))
    return redirect(HERE, 303)
