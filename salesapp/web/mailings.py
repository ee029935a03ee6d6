"""Messages to a group: whom, what, looked at for one of them, and what came of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain import mailing as rules
from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import can
from salesapp.services import mailing_by_hand, mailing_running
from salesapp.services import mailings as service
from salesapp.services.mailing_channels import channels
from salesapp.services.mailing_texts import written
from salesapp.services.work import Work, work
from salesapp.store import listed, mailing_items, mailings
from salesapp.store.engine import Executor, reading
from salesapp.store.mailings import MailingView
from salesapp.web import lists, mailing_forms, mailing_words, render
from salesapp.web.i18n import gettext, ngettext, say
from salesapp.web.mailing_shown import run_shown
from salesapp.web.request import catalog, current_actor, current_now, int_arg, int_field, need, request_key

bp = Blueprint("mailings", __name__)
LISTED: Final = 50
Whom = ListQuery | list[int]


@bp.get("/mailings")
def index() -> str:
    """What was written lately, by me and by those whose records I see."""
    actor = current_actor()
    need(actor, "activity.see")
    with reading() as x:
        found = mailings.recent(x, actor, limit=LISTED)
        runs = mailings.latest_runs(x, [each.id for each in found])
        states = mailing_items.states(x, [run.id for run in runs.values()])
    rows = [(each, mailing_words.line(each, runs.get(each.id), states)) for each in found]
    return render.page("mailings/index.html", rows=rows)


# --- writing one ---


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
    query = "" if picked is None else json.dumps(service.whom(picked), ensure_ascii=False)
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
        return _nobody(gettext(service.UNREADABLE))
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
    except Stale:
        return _page(mailing_id, said=gettext("Somebody changed it meanwhile, perhaps you in another window.")), 409
    except AlreadyDone:
        pass
    return redirect(f"/mailings/{mailing_id}", 303)


# --- looking at one ---


@bp.get("/mailings/<int:mailing_id>")
def page(mailing_id: int) -> str:
    """A draft as one of its readers gets it; or how far it is, and what came of it."""
    return _page(mailing_id)


def _page(mailing_id: int, **more: Any) -> str:
    actor, now = current_actor(), current_now()
    need(actor, "activity.see")
    with reading() as x:
        found = service.seen(x, actor, mailing_id)
        runs = mailings.runs(x, mailing_id)
        states = mailing_items.states(x, [run.id for run in runs])
        context = _draft(x, found) if found.state == rules.DRAFT else run_shown(x, found, runs, states)
    mine = found.person_id == actor.id and can(actor, service.VERB)
    return render.page_or_block(
        "mailings/page.html",
        "main",
        mailing=found,
        mine=mine,
        may_stop=found.state == rules.GOING and (mine or can(actor, "settings.manage")),
        may_copy=can(actor, service.VERB),
        way=say(rules.WAYS[found.way]),
        when=mailing_words.when(found),
        waits=found.state == rules.GOING and not runs,
        runs=[(run, mailing_words.sums(states[run.id])) for run in runs],
        now=now,
        **{"errors": {}, "said": "", **context, **more},
    )


def _draft(x: Executor, found: MailingView) -> dict[str, Any]:
    """Whom it would reach, and how it reads for one of them."""
    actor, now = current_actor(), current_now()
    try:
        chosen = service.chosen(x, actor, catalog(), found, now)
        counts = mailing_items.counts(x, chosen)
        row = _example(x, chosen, int_arg("after") or 0)
    except Refused as refused:
        return {"reached": 0, "left": [], "text": None, "errors": render.by_place(refused.problems)}
    by_hand = found.way == "sms" and not channels(catalog())
    missing = service.mail_problems(x) if found.way == "email" else []
    return {
        "reached": counts.get("", 0),
        "left": mailing_words.reasons({key: n for key, n in counts.items() if key}),
        "row": row,
        "text": written(x, found, row.id, row.contact_id, now) if row else None,
        "missing": [say(each.message) for each in missing],
        "takes": "" if by_hand else mailing_words.takes(found, counts.get("", 0)),
        "waits_secs": int(rules.WAITS.total_seconds()),
    }


def _example(x: Executor, chosen: Any, after: int) -> Any:
    """The next of them, else the first; asked again only where somebody had gone on."""
    found = mailing_items.example(x, chosen, after)
    return mailing_items.example(x, chosen, 0) if found is None and after else found


# --- one press each ---


def _press(mailing_id: int, do: Callable[[Work], object]) -> Response | tuple[str, int]:
    """Do one thing with it, and show it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            do(w)
            w.done("mailing", mailing_id)
    except Refused as refused:
        return _page(mailing_id, errors=render.by_place(refused.problems)), 422
    except Stale:
        return _page(mailing_id, said=gettext("Somebody changed it meanwhile, perhaps you in another window.")), 409
    except AlreadyDone:
        pass
    return redirect(f"/mailings/{mailing_id}", 303)


@bp.post("/mailings/<int:mailing_id>/send")
def send(mailing_id: int) -> Response | tuple[str, int]:
    """Let it go."""
    version = int_field("version") or 0
    return _press(mailing_id, lambda w: service.send(w, mailing_id, version))


@bp.post("/mailings/<int:mailing_id>/take-back")
def take_back(mailing_id: int) -> Response | tuple[str, int]:
    """A draft again, before it begins."""
    return _press(mailing_id, lambda w: service.take_back(w, mailing_id))


@bp.post("/mailings/<int:mailing_id>/stop")
def stop(mailing_id: int) -> Response | tuple[str, int]:
    """Nothing more of it goes."""
    return _press(mailing_id, lambda w: service.stop(w, mailing_id))


@bp.post("/mailings/<int:mailing_id>/archive")
def archive(mailing_id: int) -> Response | tuple[str, int]:
    """Put it away."""
    answer = _press(mailing_id, lambda w: service.set_archived(w, mailing_id, True))
    if not isinstance(answer, Response):
        return answer
    render.flash(gettext("Put away."), undo=f"/mailings/{mailing_id}/restore")
    return redirect("/mailings", 303)


@bp.post("/mailings/<int:mailing_id>/restore")
def restore(mailing_id: int) -> Response | tuple[str, int]:
    """Bring it back."""
    return _press(mailing_id, lambda w: service.set_archived(w, mailing_id, False))


@bp.post("/mailings/<int:mailing_id>/copy")
def copy(mailing_id: int) -> Response:
    """The same as a new draft."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            new_id = service.copy(w, mailing_id)
    except AlreadyDone as done:
        new_id = done.result["mailing"]
    return redirect(f"/mailings/{new_id}", 303)


@bp.post("/mailings/<int:mailing_id>/runs/<int:run_id>/again")
def again(mailing_id: int, run_id: int) -> Response | tuple[str, int]:
    """Another try for those that failed."""
    return _press(mailing_id, lambda w: mailing_running.try_again(w, mailing_id, run_id))


@bp.post("/mailings/<int:mailing_id>/runs/<int:run_id>/sent")
def sent(mailing_id: int, run_id: int) -> Response | tuple[str, int]:
    """One message was sent by hand, on one's own phone."""
    customer_id = int_field("customer") or 0

    def note(w: Work) -> None:
        if not mailing_by_hand.sent_by_hand(w, mailing_id, run_id, customer_id):
            render.flash(gettext("This one was left out: it must not be written to any more."), "warn")

    return _press(mailing_id, note)
