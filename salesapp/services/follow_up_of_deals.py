"""What an event of a deal means for what follow-up rules planned about it: it rests, goes on, or moves."""

from collections.abc import Sequence
from typing import Any

from salesapp.domain.follow_up import LOST, WON, ByLevel, OnDate, OnEvent, OnStage, Silence
from salesapp.domain.follow_up_exceptions import of_closing, of_fields, of_stage
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_beginning import Some, Values
from salesapp.services.follow_up_changed import asks, renew_each, spare
from salesapp.services.follow_up_owners import follow_salesperson
from salesapp.services.follow_up_planning import over
from salesapp.services.follow_up_settling import rest
from salesapp.services.work import Work
from salesapp.store import follow_up_open, follow_up_settled, follow_up_watches


def taken_back(w: Work, values: Values, rules: Some) -> None:
    """The last move never was: what followed it goes, what a loss or a win ended goes on."""
    data = values["data"]
    back = [each for each in rules if _followed(each, data.get("process"), (data.get("from"),))]
    _rest_deal(w, values["deal_id"], back, "taken_back")
    _wake_deal(w, values, rules)


def reopened(w: Work, values: Values, rules: Some) -> None:
    """What followed the win or the loss goes; what it ended goes on."""
    data = values["data"]
    back = [each for each in rules if _followed(each, data.get("process"), (f":{data.get('from')}",))]
    _rest_deal(w, values["deal_id"], back, "reopened")
    _wake_deal(w, values, rules)


def _followed(each: Running, process: str | None, stages: Sequence[Any]) -> bool:
    when = each.rule.when
    if isinstance(when, OnStage):
        return when.process == process and when.stage in stages
    if isinstance(when, OnEvent):
        return any(when.kind == f"deal.{stage[1:]}" for stage in stages if stage in (WON, LOST))
    return when == OnDate("deal.closed", getattr(when, "days", 0), getattr(when, "yearly", False)) and WON in stages


def closed(w: Work, values: Values, rules: Some) -> None:
    """What makes no sense for a deal that is closed goes."""
    state = values["kind"].partition(".")[2]
    ended = [each for each in rules if each.rule.subject == "deal" and over(each.rule, state)]
    _rest_deal(w, values["deal_id"], ended, state)
    spare(w, rules, "deal", values["deal_id"], of_closing)


def moved(w: Work, values: Values, rules: Some) -> None:
    """It is in another stage: an exception may hold there."""
    spare(w, rules, "deal", values["deal_id"], of_stage)


def _wake_deal(w: Work, values: Values, rules: Some) -> None:
    about = [each for each in rules if each.rule.subject == "deal"]
    for row in follow_up_watches.of_subject(w.session, "deal", values["deal_id"]):
        if row.ended in ("lost", "won", "archived", "unless") and any(each.key == row.rule for each in about):
            follow_up_watches.move(w.session, [(row, {"ended": None, "look_at": w.now})])
    renew_each(w, values, [each for each in about if isinstance(each.rule.when, ByLevel | Silence)], values["deal_id"])


def _rest_deal(w: Work, deal_id: int, rules: Some, why: str) -> None:
    keys = {each.key for each in rules}
    if keys:
        watches = [row for row in follow_up_watches.of_subject(w.session, "deal", deal_id) if row.rule in keys]
        known = sorted({row.rule for row in watches})
        rest(w, follow_up_open.open_of_rules(w.session, known, "deal", deal_id), watches, why)


def archived(w: Work, values: Values, _rules: Some) -> None:
    """With a deal rests all that follows up on it."""
    watches = follow_up_watches.of_subject(w.session, "deal", values["deal_id"])
    if watches:
        known = sorted({row.rule for row in watches})
        rest(w, follow_up_open.open_of_rules(w.session, known, "deal", values["deal_id"]), watches, "archived")


def restored(w: Work, values: Values, _rules: Some) -> None:
    """It goes on where it rested."""
    follow_up_watches.wake(w.session, "deal", values["deal_id"], ["archived"], w.now)


def changed(w: Work, values: Values, rules: Some) -> None:
    """Its dates, its level, its owner, the customer it got."""
    said = set(values["data"].get("fields", ()))
    if "customer_id" in said:
        known = follow_up_watches.give_customer(w.session, values["deal_id"], values["customer_id"])
        follow_up_settled.give_customer(w.session, known, values["deal_id"], values["customer_id"])
    renew_each(w, values, [each for each in rules if asks(each, "deal", said)], values["deal_id"])
    spare(w, rules, "deal", values["deal_id"], lambda fact: of_fields(fact, said))
    if "owner_id" in said:
        follow_salesperson(w, values, rules)
    if "owner_id" in said and values["customer_id"] is not None:
        follow_up_settled.follow_owners(w.session, values["customer_id"])
