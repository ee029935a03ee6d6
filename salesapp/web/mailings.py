"""Messages to a group: the list of them, and one, as a draft or with what came of it."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, request

from salesapp.domain import mailing as rules
from salesapp.domain.errors import Refused
from salesapp.domain.permissions import can
from salesapp.services import mail, mailing_whom
from salesapp.services import mailings as service
from salesapp.services.mailing_channels import channels
from salesapp.services.mailing_texts import written
from salesapp.store import mailing_choosing, mailing_examples, mailing_items, mailings
from salesapp.store.engine import Executor, reading
from salesapp.store.mailings import MailingView
from salesapp.web import mailing_words, render
from salesapp.web.i18n import gettext, say
from salesapp.web.mailing_shown import run_shown
from salesapp.web.request import catalog, current_actor, current_now, int_arg, need

bp = Blueprint("mailings", __name__)
LISTED: Final = 50


@bp.get("/mailings")
def index() -> str:
    """What was written, by me and by those whose records I see, the newest first; `archived` asks for what was put
    away."""
    actor, archived = current_actor(), request.args.get("archived") == "1"
    need(actor, "activity.see")
    with reading() as x:
        found = mailings.recent(x, actor, limit=LISTED + 1, before=int_arg("before"), archived=archived)
        found, more = found[:LISTED], len(found) > LISTED
        runs = mailings.latest_runs(x, [each.id for each in found])
        states = mailing_items.states(x, [run.id for run in runs.values()])
    rows = [(each, mailing_words.line(each, runs.get(each.id), states)) for each in found]
    older = {"before": found[-1].id, **({"archived": 1} if archived else {})} if more else {}
    return render.page("mailings/index.html", rows=rows, archived=archived, older=urlencode(older))


@bp.get("/mailings/<int:mailing_id>")
def page(mailing_id: int) -> str:
    """A draft as one of its readers gets it; or how far it is, and what came of it."""
    return shown(mailing_id)


def shown(mailing_id: int, **more: Any) -> str:
    """Its page, with what there is to say besides."""
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
        hits = mailing_whom.meant(x, actor, catalog(), found, now)
        counts = mailing_choosing.counts(x, mailing_choosing.chosen(hits, actor, found.way, now))
        row = _example(x, found, hits) if counts.get("") else None
    except Refused as refused:
        return {"reached": 0, "nobody": True, "left": [], "text": None, "errors": render.by_place(refused.problems)}
    by_hand = found.way == "sms" and not channels(catalog())
    text = written(x, found, row.id, row.contact_id, now) if row else None
    missing = service.mail_problems(x) if found.way == "email" else []
    return {
        "reached": counts.get("", 0),
        "nobody": not counts.get("") and not service.comes_back(found),
        "left": mailing_words.reasons({key: n for key, n in counts.items() if key}),
        "row": row,
        "text": text,
        "parts": mailing_words.sms_parts(text.body) if text and found.way == "sms" else "",
        "missing": [say(each.message) for each in missing],
        "takes": gettext("No SMS service is there: you will tap each SMS on your phone, and send it there.")
        if by_hand
        else mailing_words.takes(found, counts.get("", 0), mail.load(x).per_minute),
        "waits_secs": int(rules.WAITS.total_seconds()),
    }


def _example(x: Executor, found: MailingView, hits: Any) -> Any:
    """The next of them, else the first; asked again only where somebody had gone on."""
    after, who = int_arg("after") or 0, (current_actor(), found.way, current_now())
    row = mailing_examples.example(x, hits, *who, after=after)
    return mailing_examples.example(x, hits, *who) if row is None and after else row


def changed_meanwhile(mailing_id: int) -> tuple[str, int]:
    """Its page as it is now, where somebody was faster."""
    return shown(mailing_id, said=gettext("Somebody changed it meanwhile, perhaps you in another window.")), 409
