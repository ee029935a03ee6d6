"""Deals to read: the board or the list, and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.pack import Process, Stage
from salesapp.domain.permissions import Access, Actor
from salesapp.domain.stages import LOST, WON, checklist, gates_ahead, next_stages, requirements, words_of
from salesapp.domain.views import DealView
from salesapp.store import activities, contact_points, deal_steps, deals, timeline
from salesapp.store.engine import Executor, reading
from salesapp.store.visibility import customer_access
from salesapp.web import board, deal_fields, deal_words, decisions, file_words, plugin_words, record_fields, render
from salesapp.web.i18n import gettext, say, show_day, today
from salesapp.web.inputs import full_amount
from salesapp.web.request import catalog, current_actor, current_now, int_arg

Check = tuple[str, str, bool, str]
"""A key step: its key, its label, whether it is done, and when and by whom."""

bp = Blueprint("deals", __name__)
bp.record_once(lambda state: deal_words.register(state.app.jinja_env.globals))
SHOWN = 30


@bp.get("/deals")
def index() -> Response | str:
    """The board, or the list."""
    return board.answer(current_actor())


@dataclass(frozen=True, slots=True)
class PathStep:
    """One entry of the path: where the deal was, since when, how long, and who brought it there."""

    label: str
    at: Any
    stay: str
    who: str
    tone: str


@bp.get("/deals/<int:deal_id>")
def show(deal_id: int) -> str:
    """A deal's page."""
    return _page(deal_id)


def _page(deal_id: int, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        deal = deals.load(x, actor, deal_id, now)
        path = deals.path(x, deal_id)
        planned = activities.planned_for(x, customer_id=deal.customer_id, deal_id=deal_id)
        note = deals.lost_note(x, deal_id) if deal.state == "lost" else ""
        more = _timeline(x, actor, deal_id) | about(x, deal)
        people, phones = _contacts(x, deal, actor, now)
    process = more["known_process"]
    return render.page(
        "deals/show.html",
        deal=deal,
        path=_path(deal, path),
        stages=_strip(deal, [row.stage for row in path]),
        planned=planned,
        lost_note=note,
        answers=deal_fields.facts_shown(deal, process),
        own_fields=record_fields.shown("deal", deal_id, deal.custom),
        contacts=[(row.id, row.name, phones.get(row.id, "")) for row in people if row.id in deal.contact_ids],
        **more,
        **context,
    )


def _contacts(x: Executor, deal: DealView, actor: Actor, now: datetime) -> tuple[Sequence[Any], Mapping[int, str]]:
    """The customer's contacts and their numbers: only for whoever gets into the customer, too."""
    if not deal.contact_ids or deal.customer_id is None:
        return (), {}
    if customer_access(x, actor, deal.customer_id, now) is Access.NONE:
        return (), {}
    return deals.contacts_of(x, deal.customer_id), contact_points.phones_of(x, deal.contact_ids)


def _timeline(x: Executor, actor: Actor, deal_id: int) -> dict[str, Any]:
    after, now = int_arg("after"), current_now()
    found = timeline.entries(x, actor, deal_id=deal_id, after=after, limit=SHOWN + 1, now=now, loaded=True)
    files = file_words.for_page(x, found[:SHOWN], deal_id=deal_id, section=True)
    return files | {"entries": found[:SHOWN], "older": found[SHOWN - 1].id if len(found) > SHOWN else None}


def about(x: Executor, deal: DealView) -> dict[str, Any]:
    """What a deal's page and its fragments share."""
    process, known = catalog().process(deal.process), catalog().shown_process(deal.process)
    stage = known.stage(deal.stage) if known else None
    days = max(0, (current_now() - deal.stage_entered_at).days)
    limit = stage.longest_stay_days if stage else None
    ticks = {step: _tick_words(row) for step, row in deal_steps.ticks(x, deal.id).items()}
    return {
        "process": process,
        "known_process": known,
        "away": plugin_words.process_note(deal.process),
        "stage": stage,
        "checks": _checks(stage, deal, ticks) if stage and deal.state == "open" else (),
        "other_checks": _other_checks(known, deal, ticks),
        "days": days,
        "limit": limit or 0,
        "stay": deal_words.stay_text(days, limit),
        "amount": full_amount(deal.amount_minor, deal.currency),
        "gates": _gates(deal, process),
        "words": deal_words,
        **decisions.for_deal(x, current_actor(), deal),
    }


def _tick_words(row: Any) -> str:
    """When a key step was done and by whom, or by what."""
    who = deal_words.evidence_label(row.evidence) if row.evidence else row.name
    return " · ".join(filter(None, (show_day(row.done_at), who)))


def _gates(deal: DealView, process: Process | None) -> list[tuple[str, bool]]:
    """What it takes to go on from here, and whether it is there; a gate in words of its own is one line, whatever it
    needs."""
    if process is None or deal.state != "open":
        return []
    ahead = next_stages(process, deal.stage)
    gates = gates_ahead(process, deal.stage, ahead[0].key if ahead else WON)
    known = deal_vocabulary(process)
    lines: dict[str, bool] = {}
    for each in requirements(process, deal, gates, today()):
        words = say(words_of(each, known))
        lines[words] = each.holds and lines.get(words, True)
    return list(lines.items())


def _checks(stage: Stage, deal: DealView, ticks: Mapping[str, str]) -> tuple[Check, ...]:
    items = checklist(stage, deal.done_steps)
    return tuple((item.step.key, say(item.step.label), item.done, ticks.get(item.step.key, "")) for item in items)


def _other_checks(
    process: Process | None, deal: DealView, ticks: Mapping[str, str]
) -> tuple[tuple[str, tuple[Check, ...]], ...]:
    """The key steps of the stages the deal is not in, by the stage's label."""
    here = deal.stage if deal.state == "open" else None
    stages = (stage for stage in (process.stages if process else ()) if stage.key != here)
    others = ((stage, _checks(stage, deal, ticks)) for stage in stages)
    return tuple((say(stage.label), items) for stage, items in others if items)


def _path(deal: DealView, rows: Any) -> list[PathStep]:
    ends = {WON: gettext("Won"), LOST: gettext("Lost")}
    tones = {WON: "good", LOST: "bad"}
    stays = [row.secs_in_prev for row in rows[1:]]
    if deal.state == "open":
        stays.append((current_now() - deal.stage_entered_at).total_seconds())
    stays += [None] * (len(rows) - len(stays))
    return [
        PathStep(
            ends.get(row.stage) or deal_words.stage_label(deal.process, row.stage),
            row.at,
            "" if row.stage in ends or secs is None else deal_words.stay_duration(int(secs)),
            row.actor_name or "",
            tones.get(row.stage, ""),
        )
        for row, secs in zip(rows, stays, strict=True)
    ]


def _strip(deal: DealView, entered: list[str]) -> list[tuple[str, None, str, str]]:
    """The process's stages as the strip shows them: those really entered, where the deal is, those ahead."""
    process = catalog().shown_process(deal.process)
    keys = [stage.key for stage in process.stages] if process else []
    if deal.stage not in keys:
        keys.append(deal.stage)
    state = dict.fromkeys(entered, "done")
    state[deal.stage] = "done" if deal.state == "won" else "current"
    return [(deal_words.stage_label(deal.process, key), None, "", state.get(key, "")) for key in keys]
