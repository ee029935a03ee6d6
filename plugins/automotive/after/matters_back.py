"""How the answer to a matter goes back to the customer, and what follows of calls: of those in which trouble is said,
and of the one in which the answer is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import N_, ActivityView, CustomerView, Event, NewActivity, Refused, Work, problem

from ..tables import MATTER, MATTER_STEP
from .matters import QUICKER, about, change, hours, note_step, of_the_text, raise_matter, row, tell, to_solve, wait
from .matters_words import CALL_BACK, NEW
from .survey import troubles

ME: Final = "automotive"
FORM: Final = f"{ME}.{CALL_BACK.key}"


def answer(w: Work, matter_id: int, text: str) -> None:
    """It is solved: the answer goes to whoever calls the customer back."""
    matter = to_solve(w, matter_id)
    if wrong := of_the_text("answer", text):
        raise Refused(wrong)
    due = w.now + hours(w, "matter_back_hours")
    new = {"state": "answered", "answer": text, "answered_at": w.now, "due_at": due}
    if matter.state != "open" or not change(w, matter, new):
        raise Refused([QUICKER])
    note_step(w, matter, "answered", to_id=matter.back_to, text=text)
    wait(w, row(w, matter_id))
    call_back(w, matter_id)


def call_back(w: Work, matter_id: int) -> None:
    """Have the call planned: by the installation, as whoever knows the answer may not plan for whoever calls."""
    w.enqueue("matter_back", {"matter": matter_id})


def plan_call(w: Work, args: Mapping[str, Any]) -> None:
    """Plan the call in which the customer is told the answer, once."""
    matter = row(w, args["matter"])
    if matter is None or matter.state != "answered" or matter.call_id is not None:
        return
    caller = w.reads.who_does("owner", matter.back_to)
    if not change(w, matter, {"back_to": caller}):
        return
    because = problem("", N_("Tell them the answer to their matter: it closes once they are content.")).message
    when = {"planned_at": matter.due_at, "all_day": False, "owner_id": caller}
    new = NewActivity(note=matter.answer, because=because, form=FORM, **when, **about(w, matter))
    w.session.execute(update(MATTER).where(MATTER.c.id == matter.id).values(call_id=w.plan_activity(new)))


# --- what is heard ---


def hears(event: Event, w: Work) -> None:
    """A call was done, taken back or cancelled: trouble was said in it, or an answer was told."""
    if event.kind not in ("activity.done", "activity.reopened", "activity.cancelled"):
        return
    call = w.reads.activity(event.subject_id)
    if call is not None and call.customer_id is not None:
        said(w, call, event.noted_at)
        told(w, call)


def said(w: Work, call: ActivityView, noted_at: datetime) -> None:
    """Each topic in which a customer said there is trouble is one matter, from when it was noted; an answer that is
    corrected opens no second one, and closes what nobody answered yet."""
    answers: Any = (call.answers.get(ME) or {}) if call.state == "done" else {}
    known = {each.topic: each for each in w.reads.execute(select(MATTER).where(MATTER.c.activity_id == call.id))}
    trouble = troubles(answers)
    for topic in trouble:
        if topic not in known:
            text = str(answers.get("complained") or "")[:1000]
            _raise(w, call, {"topic": topic, "text": text, "raised_at": noted_at})
        elif known[topic].state == "closed" and known[topic].answered_at is None:
            _open_again(w, known[topic], "raised", call)
    for topic, matter in known.items():
        if topic not in trouble and matter.state == "open" and change(w, matter, _closed(w)):
            note_step(w, matter, "corrected")


def _raise(w: Work, call: ActivityView, new: dict[str, Any]) -> None:
    new |= {"customer_id": call.customer_id, "deal_id": call.deal_id, "activity_id": call.id, "back_to": call.owner_id}
    try:
        with w.session.begin_nested():
            raise_matter(w, new)
    except IntegrityError:
        return  # another process heard of it at the same moment


def told(w: Work, call: ActivityView) -> None:
    """What became of the call with the answer: it closes the matter, or opens it again, or is tried once more."""
    found = w.reads.execute(select(MATTER).where(MATTER.c.call_id == call.id))
    if not found:
        return
    (matter,) = found
    if matter.state == "closed" and call.state == "planned":
        due = w.now + hours(w, "matter_back_hours")
        if change(w, matter, {"state": "answered", "closed_at": None, "due_at": due}):
            note_step(w, matter, "undone")
            wait(w, row(w, matter.id))
    elif matter.state == "answered" and call.state != "planned":
        _after(w, matter, call)


def _after(w: Work, matter: Any, call: ActivityView) -> None:
    answers: Any = call.answers.get(ME) or {}
    if call.state == "cancelled" or call.outcome != "reached":
        again = _next_try(w, call) if call.state == "done" else None
        due = again.planned_at if again is not None else w.now + hours(w, "matter_back_hours")
        if change(w, matter, {"call_id": again.id if again is not None else None, "due_at": due}):
            note_step(w, matter, "missed", by_id=call.owner_id, to_id=matter.back_to)
            wait(w, row(w, matter.id))
            if again is None:
                call_back(w, matter.id)
    elif answers.get("content") == "no":
        _open_again(w, matter, "reopened", call)
    elif change(w, matter, _closed(w)):
        note_step(w, matter, "closed", by_id=call.owner_id)


def _next_try(w: Work, call: ActivityView) -> Any:
    """The next call for the same, which whoever reached nobody planned; None where they planned none."""
    plan = w.reads.visible_activities()
    after = (plan.c.id > call.id, plan.c.customer_id == call.customer_id, plan.c.owner_id == call.owner_id)
    free = ~exists().where(MATTER.c.call_id == plan.c.id)
    found = select(plan.c.id, plan.c.planned_at).where(*after, plan.c.state == "planned", plan.c.form == FORM, free)
    return next(iter(w.reads.execute(found.order_by(plan.c.id).limit(1))), None)


def _closed(w: Work) -> dict[str, Any]:
    return {"state": "closed", "closed_at": w.now}


def _open_again(w: Work, matter: Any, what: str, call: ActivityView) -> None:
    due = w.now + hours(w, "matter_hours")
    new = {"state": "open", "due_at": due, "call_id": None, "answered_at": None, "answer": "", "closed_at": None}
    if change(w, matter, new):
        said = call.note if what == "reopened" and call.note != matter.answer else ""
        note_step(w, matter, what, by_id=call.owner_id, to_id=matter.owner_id, text=said)
        again = row(w, matter.id)
        tell(w, again, again.owner_id, NEW)
        wait(w, again)


def erases(customer: CustomerView, w: Work) -> None:
    """What they said and were told is gone for good; that there was something, and when, stays."""
    mine = MATTER.c.customer_id == customer.id
    for matter in w.reads.execute(select(MATTER).where(mine, MATTER.c.state != "closed")):
        if change(w, matter, _closed(w)):
            note_step(w, matter, "erased")
    w.session.execute(update(MATTER).where(mine).values(text="", answer=""))
    w.session.execute(update(MATTER_STEP).where(MATTER_STEP.c.customer_id == customer.id).values(text=""))
