"""A car deal is won when the second call after delivery is done; at the latest 14 days after delivery."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from salesapp.plugin_api import Event, Every, Evidence, PluginJob, Refused, Text, Work

from ..showroom import KEY
from ..tables import DELIVERY

LATEST: Final = timedelta(days=14)
CALLS: Final = {"automotive.first_call": "automotive.called", "automotive.second_call": "automotive.called_again"}
"""What each rule's call shows to be done."""


def heard(event: Event, w: Work) -> None:
    """A call of the first days was done: its key step is ticked, and after the second one the deal is won."""
    call = w.reads.activity(event.subject_id) if event.kind == "activity.done" else None
    if call is None or call.deal_id is None or call.outcome != "reached" or call.because not in CALLS:
        return
    w.push_evidence(call.deal_id, CALLS[call.because], call.id)
    if call.because == "automotive.second_call":
        win(w, call.deal_id)


def win(w: Work, deal_id: int) -> None:
    """The deal is won, where it stands in its last stage; else, or when something speaks against it, it waits."""
    deal = w.reads.deal(deal_id)
    if deal is None or (deal.process, deal.stage, deal.state) != (KEY, "follow_up", "open"):
        return
    try:
        with w.session.begin_nested():
            w.move_deal(deal_id, ":won")
    except Refused:
        return  # a check of another plugin: the job asks again tomorrow


def win_late(w: Work, _args: Mapping[str, Any]) -> None:
    """Who could not be called for two weeks has bought a car all the same."""
    deal = w.reads.visible_deals()
    ready = select(deal.c.id).join(DELIVERY, DELIVERY.c.deal_id == deal.c.id)
    ready = ready.where(deal.c.process == KEY, deal.c.stage == "follow_up", deal.c.state == "open")
    for row in w.reads.execute(ready.where(DELIVERY.c.delivered_at <= w.now - LATEST, deal.c.archived_at.is_(None))):
        win(w, row.id)


RECORDS: tuple[Any, ...] = (
    Evidence("called", Text("first call done", "首次回访完成", "首次回訪完成", "первый звонок сделан")),
    Evidence("called_again", Text("second call done", "二次回访完成", "二次回訪完成", "второй звонок сделан")),
    PluginJob(
        "win_late",
        Text("Car deals won", "汽车商机成交", "汽車商機成交", "Завершение сделок"),
        win_late,
        Every(timedelta(hours=1)),
    ),
)
