"""What came of one time a message to a group went out: how far it is, who got it, who did not and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from flask import request
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain import mailing as rules
from salesapp.services.mailing_channels import channels
from salesapp.services.mailing_texts import written_many
from salesapp.store import mailing_items
from salesapp.store.engine import Executor
from salesapp.store.mailings import MailingView, RunView
from salesapp.web import mailing_words
from salesapp.web.i18n import gettext
from salesapp.web.mailing_words import Sums
from salesapp.web.request import catalog, current_actor, current_now, int_arg

PAGE: Final = 30
LINKS: Final = 20
SHOWS: Final = {
    "done": (rules.SENT, rules.PLANNED),
    "left": (rules.SKIPPED, rules.FAILED),
    "open": (rules.WAITING, rules.SENDING),
}
"""Which part of a run's customers an address asks for."""


def run_shown(x: Executor, found: MailingView, runs: Sequence[RunView], states: Mapping[int, Sums]) -> dict[str, Any]:
    """The run an address asks for, else the newest one; None while there is none."""
    wanted = int_arg("run")
    run = next((each for each in runs if wanted is None or each.id == wanted), None)
    if run is None:
        if wanted is not None:
            raise WerkzeugNotFound
        return {"run": None}
    sums = mailing_words.sums(states[run.id])
    by_hand = found.way == "sms" and not channels(catalog())
    show = request.args.get("show", "done")
    show = show if show in SHOWS else "done"
    after = int_arg("after") or 0
    rows = mailing_items.listed(x, current_actor(), run.id, SHOWS[show], after, PAGE + 1, current_now())
    return {
        "run": run,
        "sums": sums,
        "by_hand": by_hand,
        "links": _links(x, found, run) if by_hand and run.state == rules.GOING else [],
        "polls": run.state == rules.GOING and not by_hand,
        "show": show,
        "rows": [(row, _name(row), mailing_words.reason_word(row.reason)) for row in rows[:PAGE]],
        "more": _more(found, run, show, rows[PAGE - 1].customer_id) if len(rows) > PAGE else "",
    }


def _more(found: MailingView, run: RunView, show: str, after: int) -> str:
    return f"/mailings/{found.id}?run={run.id}&show={show}&after={after}"


def _name(row: Any) -> str:
    """Whom a row is about; what belongs to others by now is not named."""
    return _who(row) if row.seen else gettext("A customer you no longer see")


def _who(row: Any) -> str:
    return row.name or row.company or row.to or "–"


def _links(x: Executor, found: MailingView, run: RunView) -> list[dict[str, Any]]:
    """The next messages to send by hand: each opens the phone's own program with number and text."""
    rows = mailing_items.by_hand(x, current_actor(), run.id, found.way, LINKS, current_now())
    texts = written_many(x, found, {row.customer_id: row.contact_id for row in rows}, current_now())
    return [
        {
            "customer": row.customer_id,
            "name": _who(row),
            "to": row.to,
            "text": texts[row.customer_id].body,
            "href": f"sms:{quote(row.to, safe='+')}?body={quote(texts[row.customer_id].body)}",
        }
        for row in rows
    ]
