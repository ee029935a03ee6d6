"""Where customers come from: the built-in sources and the owner's own."""

from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.domain.sources import GROUPS
from salesapp.domain.text import LANGUAGES
from salesapp.services import sources as service
from salesapp.services.work import work
from salesapp.web import render
from salesapp.web.i18n import gettext, language, languages_mine_first, say
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("source_settings", __name__)
HERE: Final = "/settings/sources"


def _page(status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "settings.manage")
    known = catalog().sources.values()
    return render.page(
        "settings/sources.html",
        groups=[(say(label), [each for each in known if each.group == key]) for key, label in GROUPS.items()],
        group_options=[(key, say(label)) for key, label in GROUPS.items()],
        languages=languages_mine_first(),
        words={each.key: {code: each.label.in_language(code) for code in LANGUAGES} for each in known},
        new={"label": "", "group": "online"} | context.pop("new", {}),
        **context,
    ), status


@bp.get(HERE)
def show() -> tuple[str, int]:
    """All of them, by group."""
    return _page()


@bp.post(HERE)
def add() -> Response | tuple[str, int]:
    """One more."""
    typed = {name: request.form.get(name, "") for name in ("label", "group")}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            key = service.add_source(w, typed["group"], language(), typed["label"])
    except AlreadyDone:
        return redirect(HERE, 303)
    except Refused as refused:
        return _page(422, errors=render.by_place(refused.problems), new=typed)
    render.flash(gettext("Added."), undo=f"{HERE}/{key}/archive")
    return redirect(HERE, 303)


@bp.post(f"{HERE}/<key>")
def rename(key: str) -> Response | tuple[str, int]:
    """Other words."""
    words = {code: request.form[f"label_{code}"] for code in LANGUAGES if f"label_{code}" in request.form}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.rename_source(w, key, words)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(422, open_key=key, typed=words, wrong=render.by_place(refused.problems))
    render.flash(gettext("Saved."))
    return redirect(HERE, 303)


@bp.post(f"{HERE}/<key>/<any(archive, restore):what>")
def switch(key: str, what: str) -> Response | tuple[str, int]:
    """Offer it no longer, or again."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.switch_source(w, key, what == "archive")
    except AlreadyDone:
        return redirect(HERE, 303)
    except Refused as refused:
        return _page(422, errors=render.by_place(refused.problems))
    said, inverse = (gettext("Archived."), "restore") if what == "archive" else (gettext("Restored."), "archive")
    render.flash(said, undo=f"{HERE}/{key}/{inverse}")
    return redirect(HERE, 303)
