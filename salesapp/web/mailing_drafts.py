"""Writing to a group: the form, for those a list shows, and keeping what was typed as a draft."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain import mailing as rules
from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.list_query import ListQuery
from salesapp.services import mailing_whom
from salesapp.services import mailings as service
from salesapp.services.work import work
from salesapp.store import listed
from salesapp.store.engine import Executor, reading
from salesapp.web import lists, mailing_forms, render
from salesapp.web.forms import in_words, somebody_was_faster
from salesapp.web.i18n import gettext, ngettext
from salesapp.web.mailings import changed_meanwhile
from salesapp.web.request import current_actor, current_now, int_field, need, request_key

bp = Blueprint("mailing_drafts", __name__)
Whom = ListQuery | list[int]


@bp.get("/mailings/new")
def new() -> str | tuple[str, int]:
    """A form for those a list shows, as its address asks for them."""
    need(current_actor(), service.VERB)
    with reading() as x:
        shown = lists.ask_again(x, "customer", request.args)
    if not shown.asked.is_whole:
        return _nobody(gettext(lists.NOT_WHOLE))
    return form_for(shown.query)


def form_for(picked: Whom) -> str:
    """An empty form for these customers."""
    return _form(picked, mailing_forms.values_of(), "/mailings/new")


def _form(picked: Whom | None, values: Mapping[str, str], action: str, **context: Any) -> str:
    query = "" if picked is None else json.dumps(mailing_whom.whom(picked), ensure_ascii=False)
    about = "" if picked is None else _about(picked)
    offered = mailing_forms.options()
    more = {"query": query, "about": about, "version": "", **context}
    return render.page("mailings/form.html", values=values, action=action, **offered, **more)


def _about(picked: Whom) -> str:
    """How many it is for, at this moment."""
    with reading() as x:
        n = len(picked) if isinstance(picked, list) else _count(x, picked)
    return ngettext("%(num)s customer", "%(num)s customers", n) % {"num": n}


def _count(x: Executor, query: ListQuery) -> int:
    _, fields = lists.can_be_asked("customer")
    most = rules.MOST + 1
    return listed.count(x, current_actor(), query, current_now(), fields=fields, ceiling=most, hits_end=False)


def _nobody(text: str) -> tuple[str, int]:
    return render.page("mailings/nobody.html", errors={"": [text]}), 422


@bp.post("/mailings/new")
def create() -> Response | tuple[str, int]:
    """Keep it as a draft: the next page shows it as one of them gets it."""
    try:
        picked = mailing_forms.asked_whom()
        _about(picked)
    except ValueError:
        return _nobody(gettext(mailing_whom.UNREADABLE))
    typed = mailing_forms.sent()
    meant, problems = mailing_forms.read(typed)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            mailing_id = service.add(w, meant, picked)
            if problems:
                raise Refused(problems)
    except Refused as refused:
        errors = _errors(refused, problems)
        return _form(picked, typed, "/mailings/new", errors=errors), 422
    except AlreadyDone as done:
        mailing_id = done.result["mailing"]
    return redirect(f"/mailings/{mailing_id}", 303)


def _errors(refused: Refused, problems: list[Any]) -> dict[str, list[str]]:
    """All that is wrong, at once: with the times and with the texts."""
    return render.by_place([*problems, *(each for each in refused.problems if each not in problems)])


@bp.get("/mailings/<int:mailing_id>/edit")
def edit(mailing_id: int) -> str:
    """A draft, to change it."""
    with reading() as x:
        found = service.own_of(x, current_actor(), mailing_id)
    if found.state != rules.DRAFT:
        raise WerkzeugNotFound
    return _form(None, mailing_forms.values_of(found), f"/mailings/{mailing_id}/edit", version=found.version)


@bp.post("/mailings/<int:mailing_id>/edit")
def save(mailing_id: int) -> Response | tuple[str, int]:
    """Change it."""
    typed, version = mailing_forms.sent(), int_field("version") or 0
    meant, problems = mailing_forms.read(typed)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change(w, mailing_id, meant, version)
            if problems:
                raise Refused(problems)
    except Refused as refused:
        errors = _errors(refused, problems)
        return _form(None, typed, f"/mailings/{mailing_id}/edit", errors=errors, version=version), 422
    except Stale as stale:
        return _faster(mailing_id, typed, stale)
    except AlreadyDone:
        pass
    return redirect(f"/mailings/{mailing_id}", 303)


def _faster(mailing_id: int, typed: Mapping[str, str], stale: Stale) -> Response | tuple[str, int]:
    """The form with what was typed, where the draft was changed meanwhile, perhaps in another window; its page, where
    it is a draft no longer."""
    with reading() as x:
        found = service.own_of(x, current_actor(), mailing_id)
    if found.state != rules.DRAFT:
        return changed_meanwhile(mailing_id)
    now = mailing_forms.values_of(found)
    others = [name for name in now if now[name].split() != typed[name].split()]
    if not others:
        return redirect(f"/mailings/{mailing_id}", 303)
    said = somebody_was_faster(Stale(stale.changed_by, others), in_words(now, mailing_forms.choices()))
    return _form(None, typed, f"/mailings/{mailing_id}/edit", version=found.version, **said), 409


@bp.post("/mailings/<int:mailing_id>/copy")
def copy(mailing_id: int) -> Response:
    """The same as a new draft."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            new_id = service.copy(w, mailing_id)
    except AlreadyDone as done:
        new_id = done.result["mailing"]
    return redirect(f"/mailings/{new_id}", 303)
