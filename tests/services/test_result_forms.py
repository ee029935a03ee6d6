"""Answers to result forms: kept with the activity, told in the event, left out again; and the owner's questions."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.permissions import Actor
from salesapp.services import activities as service
from salesapp.services import activity_changes, activity_finish, activity_undo
from salesapp.services import result_questions as questions
from salesapp.services.activities import NewActivity
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.store.tables import activity, event, event_payload
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer

TOMORROW = NOW + timedelta(days=1)
SAID = {"general": {"interest": "high", "decider": False, "objections": "价格偏高"}}


def row(activity_id: int) -> Row[*tuple[Any, ...]]:
    with reading() as x:
        return x.execute(select(activity).where(activity.c.id == activity_id)).one()


def plan(actor: Actor, **values: Any) -> int:
    with work(actor, NOW) as w:
        return service.plan_activity(w, NewActivity(**dict({"planned_at": TOMORROW, "kind": "demo"}, **values)))


def done_event(activity_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    query = select(event.c.data, event_payload.c.body).outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    with reading() as x:
        found = x.execute(query.where(event.c.subject_id == activity_id, event.c.kind == "activity.done")).one()
    return found.data, found.body or {}


def question(actor: Actor, kind: str = "call", type_: str = "text", **typed: str) -> str:
    with work(actor, NOW) as w:
        return questions.add_question(w, kind, type_, {"label": "谁接的？", "options": "", "required": ""} | typed)


def test_answers_are_kept_told_and_left_out_again(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner))
    with work(cast.owner, TOMORROW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "不错", answers=SAID)
    assert row(activity_id).answers == SAID
    data, personal = done_event(activity_id)
    assert data["answers"] == {"general": {"interest": "high", "decider": False}}
    assert personal == {"note": "不错", "answers": {"general": {"objections": "价格偏高"}}, "planned_note": ""}
    with work(cast.owner, TOMORROW) as w:
        activity_undo.reopen_activity(w, activity_id)
    assert (row(activity_id).state, row(activity_id).answers, row(activity_id).note) == ("planned", {}, "")


def test_keys_nobody_knows_stay_through_finishing_and_taking_back(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner))
    kept = {"gone_plugin": {"x": 1}, "general": {"older": "y"}}
    with work(cast.owner, NOW) as w:
        activities.update_from(w.session, activity_id, "planned", {"answers": kept})
    with work(cast.owner, TOMORROW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "", answers={"general": {"interest": "low"}})
    assert row(activity_id).answers == {"gone_plugin": {"x": 1}, "general": {"older": "y", "interest": "low"}}
    with work(cast.owner, TOMORROW) as w:
        activity_undo.reopen_activity(w, activity_id)
    assert row(activity_id).answers == kept
    with work(cast.owner, TOMORROW) as w:
        activity_changes.cancel_activity(w, activity_id)
        activity_undo.reopen_activity(w, activity_id)
    assert row(activity_id).answers == kept


def test_what_is_noted_at_once_has_answers_too_and_taking_it_back_drops_them(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    new = NewActivity(kind="demo", customer_id=customer_id, outcome="reached", answers=SAID)
    with work(cast.owner, NOW) as w:
        activity_id = service.note_activity(w, new)
    assert row(activity_id).answers == SAID
    with work(cast.owner, NOW) as w:
        activity_undo.reopen_activity(w, activity_id)
    assert (row(activity_id).state, row(activity_id).answers) == ("cancelled", {})


def test_wrong_answers_are_refused_at_their_place(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner))
    for outcome, answers, place in (
        ("reached", {"general": {"interest": "burning"}}, "answer.demo.general.interest"),
        ("reached", {"general": {"shoe_size": 42}}, ""),
        ("not_reached", SAID, ""),  # nobody was there to answer
    ):
        with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
            activity_finish.finish_activity(w, activity_id, outcome, "", answers=answers)
        assert place in {each.place for each in refused.value.problems}
    assert row(activity_id).state == "planned"


def test_a_required_question_is_asked_of_people_not_of_imports(app: Flask, cast: Cast) -> None:
    key = question(cast.admin, required="1")
    customer_id = a_customer(cast.owner)
    new: dict[str, Any] = {"customer_id": customer_id, "kind": "call"}
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.note_activity(w, NewActivity(**new, outcome="reached", answers={}))
    assert [each.place for each in refused.value.problems] == [f"answer.call.own.{key}"]
    with work(cast.owner, NOW) as w:
        service.note_activity(w, NewActivity(**new, outcome="not_reached", answers={}))
        service.note_activity(w, NewActivity(**new, outcome="reached"))
        service.note_activity(w, NewActivity(**new, outcome="reached", answers={"own": {key: "本人"}}))


# --- putting off ---


def test_putting_off_can_be_taken_back_once_and_only_by_who_may(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner), all_day=False)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        activity_undo.put_back_activity(w, activity_id)
    with work(cast.owner, NOW) as w:
        activity_changes.postpone_activity(w, activity_id, NOW + timedelta(days=9))
    with pytest.raises(NotFound), work(cast.outsider, NOW) as w:
        activity_undo.put_back_activity(w, activity_id)
    with work(cast.owner, NOW) as w:
        activity_undo.put_back_activity(w, activity_id)
    assert (row(activity_id).planned_at, row(activity_id).all_day) == (TOMORROW, False)


# --- the owner's questions ---


def own() -> list[tuple[str, str, bool]]:
    with reading() as x:
        return [(each.key, each.label, each.archived) for each in questions.questions(x)]


def test_questions_are_added_moved_archived_and_restored(app: Flask, cast: Cast) -> None:
    keys = [question(cast.admin, label=text) for text in ("甲", "乙", "丙")]
    assert keys == ["q1", "q2", "q3"]
    with work(cast.admin, NOW) as w:
        questions.move_question(w, "q3", -1)
        questions.move_question(w, "q1", -1)  # is first already
        questions.archive_question(w, "q3")
        questions.move_question(w, "q2", -1)  # past the archived one
    assert own() == [("q2", "乙", False), ("q3", "丙", True), ("q1", "甲", False)]
    with work(cast.admin, NOW) as w:
        questions.restore_question(w, "q3")
    assert question(cast.admin, label="丁") == "q4"
    assert own()[1] == ("q3", "丙", False)
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        questions.archive_question(w, "q9")


def test_options_keep_their_keys_and_old_answers_their_words(app: Flask, cast: Cast) -> None:
    key = question(cast.admin, type_="choice", options="本人\n家人\n\n 前台 ")
    with work(cast.admin, NOW) as w:
        questions.change_question(w, key, {"options": "前台\n秘书"}, {})
    with reading() as x:
        found = questions.questions(x)[0]
    assert found.options == (("o3", "前台"), ("o4", "秘书"))
    assert found.gone == (("o1", "本人"), ("o2", "家人"))
    with work(cast.admin, NOW) as w:
        questions.change_question(w, key, {"options": "本人"}, {})
    with reading() as x:
        assert questions.questions(x)[0].options == (("o1", "本人"),)


@pytest.mark.parametrize(
    ("type_", "typed", "place"),
    [
        ("text", {"label": " "}, "label"),
        ("text", {"label": "x" * 101}, "label"),
        ("dance", {}, "type"),
        ("choice", {"options": "\n"}, "options"),
        ("choice", {"options": "甲\n甲"}, "options"),
        ("choices", {"options": "\n".join(map(str, range(31)))}, "options"),
        ("choices", {"options": "x" * 101}, "options"),
    ],
)
def test_what_cannot_be_asked_is_refused(app: Flask, cast: Cast, type_: str, typed: dict[str, str], place: str) -> None:
    with pytest.raises(Refused) as refused:
        question(cast.admin, "call", type_, **typed)
    assert [each.place for each in refused.value.problems] == [place]
    with pytest.raises(Refused):
        question(cast.admin, "dance")


def test_the_owner_asks_and_two_people_do_not_overwrite_each_other(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        question(cast.manager)
    key = question(cast.admin)
    seen = {"label": "谁接的？", "options": "", "required": ""}
    with work(cast.admin, NOW) as w:
        questions.change_question(w, key, {"label": "谁接的电话？"}, seen)
    with work(cast.admin, NOW) as w:
        questions.change_question(w, key, {"required": "1"}, seen)
    with pytest.raises(Stale) as stale, work(cast.admin, NOW) as w:
        questions.change_question(w, key, {"label": "谁？"}, seen)
    assert (stale.value.changed_by, stale.value.fields) == ("Admin", ("label",))


def test_twenty_questions_of_a_kind_are_enough(app: Flask, cast: Cast) -> None:
    for _ in range(20):
        question(cast.admin)
    with pytest.raises(Refused):
        question(cast.admin)
    question(cast.admin, "visit")
