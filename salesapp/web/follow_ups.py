"""Follow-up rules, for those who manage the settings: which run, what each says, and what it would do."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Refused, Stale
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_words import Label, Names, by_when, when, who
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_examples import examples
from salesapp.services.follow_up_settings import Setting
from salesapp.services.follow_up_simulation import Simulated, simulate
from salesapp.services.work import Work, work
from salesapp.store.done_by_people import names as people_names
from salesapp.store.engine import Executor, reading
from salesapp.web import render
from salesapp.web.follow_up_words import PARTS, example_words, functions, names_for, part_words, sentences
from salesapp.web.i18n import gettext, ngettext, say, show_date, show_moment, show_number
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("follow_ups", __name__)
HERE: Final = "/settings/follow-ups"


@bp.get(HERE)
def index() -> str:
    """Every rule, by who brings it."""
    need(current_actor(), "settings.manage")
    with reading() as x:
        rules, known = service.every(x, catalog()), functions(x)
    groups: dict[str, list[Any]] = {}
    for each in rules.values():
        if not each.archived:
            groups.setdefault(each.plugin, []).append(_row(each, known))
    own = groups.pop("own", [])
    return render.page(
        "follow_ups/index.html",
        here=HERE,
        groups=[
            *([(gettext("Your own"), own)] if own else []),
            *((_plugin(key), some) for key, some in groups.items()),
        ],
        archived=[(f"{HERE}/{each.key}", say(each.rule.label)) for each in rules.values() if each.archived],
    )


def _plugin(key: str) -> str:
    label = catalog().labels.get(key)
    return say(label) if label else key


def _row(each: Setting, known: tuple[tuple[str, Label], ...]) -> dict[str, Any]:
    return {
        "href": f"{HERE}/{each.key}",
        "label": say(each.rule.label),
        "about": _in_short(each.rule, names_for(each.rule, known)),
        "on": each.on,
        "mark": service.mark_of(each.rule),
        "waits": each.on and bool(each.missing),
        "changes": len(each.changed),
    }


def _in_short(rule: FollowUp, names: Names) -> str:
    """When, for whom and by when, on one line."""
    parts = (say(part) for part in (when(rule.when, names), who(rule.who, names), by_when(rule.deadline)))
    return " · ".join(parts)


# --- one rule ---


@bp.get(f"{HERE}/<key>")
def show(key: str) -> tuple[str, int]:
    """A rule: what it says, part by part, and what it would do in the coming weeks."""
    return page(key)


def setting(key: str) -> Setting:
    """One rule as it is, for who may change it."""
    need(current_actor(), "settings.manage")
    with reading() as x:
        return service.one(x, catalog(), key)


def page(key: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """The page of one rule."""
    found = setting(key)
    with reading() as x:
        names = names_for(found.rule, functions(x))
        forecast = {} if found.missing or found.archived else would_do(x, found.rule, found, names)
    brought = found.brought
    return render.page(
        "follow_ups/rule.html",
        here=f"{HERE}/{key}",
        back=HERE,
        rule=found,
        mark=service.mark_of(found.rule),
        title=say(found.rule.label),
        plugin=gettext("Your own") if found.is_own else _plugin(found.plugin),
        sentences=sentences(found.rule, names),
        parts=[(part, gettext(label), part_words(found.rule, part, names)) for part, label in PARTS.items()],
        missing=[gettext(PARTS[part]) for part in found.missing],
        differences=[_difference(found, brought, part, names) for part in found.changed] if brought else [],
        since=show_date(found.since) if found.since else "",
        when=show_moment(found.at) if found.at and found.by else "",
        forecast=forecast,
        **context,
    ), status


def _difference(found: Setting, brought: FollowUp, part: str, names: Names) -> dict[str, Any]:
    """What the plugin has and what the owner has; a part that waits says so."""
    label = gettext(PARTS[part]) if part in PARTS else part
    waits = part in found.waiting
    moved = not waits and found.then.get(part) != service.part_of(brought, part)
    theirs = part_words(brought, part, names) if part in PARTS else ""
    ours = "" if waits else part_words(found.rule, part, names)
    return {"part": part, "label": label, "brought": theirs, "ours": ours, "waits": waits, "moved": moved}


def would_do(x: Executor, rule: FollowUp, found: Setting | None, names: Names) -> dict[str, Any]:
    """What the rule would plan, for `follow_ups/parts.html`."""
    now = current_now()
    since = found.since if found is not None and found.on else now
    simulated = simulate(x, catalog(), rule, since, now)
    called = people_names(x, [person for person, _ in simulated.people])
    return {
        "total": simulated.total,
        "weeks": [show_number(n) for n in simulated.weeks],
        "all": show_number(simulated.total),
        "sentence": _sentence(simulated, called),
        "people": [
            [called.get(person, ""), show_number(counts[0]), show_number(sum(counts))]
            for person, counts in simulated.people
            if any(counts)
        ],
        "basis": simulated.basis,
        "sample": [show_number(n) for n in (simulated.looked, simulated.about)] if simulated.is_sample else [],
        "left_out": simulated.left_out,
        "waits": rule.waits,
        "examples": [example_words(each, rule, names) for each in examples(x, rule, now)],
    }


def _sentence(found: Simulated, called: Mapping[int, str]) -> str:
    """“41 in the next seven days, 12 of them Li Na's.”"""
    week = found.weeks[0]
    text = ngettext("%(num)s in the next seven days", "%(num)s in the next seven days", week) % {"num": week}
    most = max(found.people, key=lambda each: each[1][0], default=None)
    if most is None or len(found.people) < 2 or not most[1][0]:
        return text
    return gettext("%(text)s, %(num)s of them for %(name)s") % {
        "text": text,
        "num": most[1][0],
        "name": called.get(most[0], ""),
    }


# --- one press ---


@bp.post(f"{HERE}/<key>/press")
def press(key: str) -> Response | tuple[str, int]:
    """One thing: `what` says which, `part` of what; `list` that the list asked."""
    what = request.form.get("what", "")
    if what not in _PRESSES:
        raise WerkzeugNotFound
    back = HERE if request.form.get("list") or what == "archive" else f"{HERE}/{key}"
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            _PRESSES[what](w, key, request.form.get("part", ""))
    except AlreadyDone:
        return redirect(back, 303)
    except Stale:  # what it would do now stands there to be looked at
        return page(key, 409, errors={"": [gettext("Somebody changed it meanwhile, perhaps you in another window.")]})
    except Refused as refused:
        return page(key, 422, errors=_of_the_whole(refused))
    say_saved(w, key, _SAID.get(what, ""))
    return redirect(back, 303)


def _of_the_whole(refused: Refused) -> dict[str, list[str]]:
    """Without fields, everything is said at the top."""
    return {"": [text for some in render.by_place(refused.problems).values() for text in some]}


def say_saved(w: Work, key: str, text: str = "") -> None:
    """Say that it is done, with the way back."""
    event_id = w.result.get("event")
    undo = f"{HERE}/{key}/undo/{event_id}" if event_id else None
    render.flash(gettext(text) if text else gettext("Saved."), undo=undo)


_PRESSES: Final[Mapping[str, Callable[[Work, str, str], None]]] = {
    "on": lambda w, key, _part: service.switch(w, key, True, request.form.get("seen")),
    "off": lambda w, key, _part: service.switch(w, key, False),
    "archive": lambda w, key, _part: service.archive(w, key),
    "restore": lambda w, key, _part: service.restore(w, key),
    "revert": service.revert,
}
_SAID: Final[Mapping[str, str]] = {
    "on": N_("Switched on. What happens from now on is followed up."),
    "off": N_("Switched off. What is open of it is withdrawn."),
    "archive": N_("Archived."),
    "restore": N_("Back in the list, switched off."),
}


@bp.post(f"{HERE}/<key>/undo/<int:event_id>")
def undo(key: str, event_id: int) -> Response | tuple[str, int]:
    """As it was before."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.undo(w, key, event_id)
    except AlreadyDone:
        pass
    except Refused as refused:
        return page(key, 422, errors=_of_the_whole(refused))
    else:
        render.flash(gettext("Taken back."))
    return redirect(f"{HERE}/{key}", 303)
