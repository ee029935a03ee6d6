"""The page of background jobs: what waits, what failed and why, trying again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.kinds import CLEAN, KINDS, SEAL
from salesapp.jobs.worker import Worker
from salesapp.services.jobs import enqueue
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event, job
from salesapp.testing import NOW, Browser, Cast, Clock

ClientOf = Callable[..., Browser]


def a_job(name: str = SEAL.name, **values: object) -> int:
    """One job in this state."""
    with work(SYSTEM, NOW) as w:
        enqueue(w, name, {"n": 1})
        newest = w.session.scalars(select(job.c.id).order_by(job.c.id.desc()).limit(1)).one()
        if values:
            w.session.execute(update(job).where(job.c.id == newest).values(values))
        return int(newest)


def parked(name: str = SEAL.name) -> int:
    return a_job(name, state="parked", attempts=8, error="OSError (web/mail.py:7)", finished_at=NOW)


def state(job_id: int) -> tuple[str, int]:
    with reading() as x:
        row = x.execute(select(job.c.state, job.c.attempts).where(job.c.id == job_id)).one()
    return row.state, row.attempts


def test_an_empty_house_says_so_and_when_the_regular_ones_come(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.admin).get("/settings/jobs").text
    assert "Nothing waits" in page
    assert page.count("Not done yet") == len(KINDS.periodic()) == 6
    assert f"Next: {'today 10:10'}" in page.replace("\u202f", " ").replace(" AM", "")
    assert CLEAN.label.en in page


def test_it_says_what_waits_runs_and_failed_and_why(client_of: ClientOf, cast: Cast) -> None:
    parked()
    a_job(error="KeyError (a/b.py:3)", attempts=3, run_at=NOW + timedelta(hours=1))
    a_job(state="running", leased_by="me", lease_until=NOW)
    a_job()
    a_job(state="done", finished_at=NOW - timedelta(days=3))
    page = client_of(cast.admin).get("/settings/jobs").text
    for text in ("Given up", "8 tries · OSError (web/mail.py:7)", "Failed, will be tried again", "3 tries · KeyError"):
        assert text in page
    assert "Running now" in page
    assert "Nothing waits" not in page
    assert page.count("/retry") == 2
    assert "Done: " in page


def test_words_of_ours_are_translated_and_a_kind_nobody_knows_is_explained(client_of: ClientOf, cast: Cast) -> None:
    a_job("gone.plugin")
    page = client_of(cast.admin).get("/settings/jobs").text
    assert "gone.plugin" in page
    assert "Waits until the plugin it belongs to runs again." in page


def test_try_again_gives_it_all_its_tries_and_is_written_down(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    job_id = parked()
    browser = client_of(cast.admin)
    answer = browser.send(f"/settings/jobs/{job_id}/retry", {"request_key": "k"})
    assert (answer.status_code, answer.location) == (303, "/settings/jobs")
    assert state(job_id) == ("waiting", 0)
    assert "It is tried again now." in browser.get("/settings/jobs").text
    with reading() as x:
        row = x.execute(select(event).where(event.c.kind == "job.retried")).one()
    assert (row.actor_id, row.subject_id) == (cast.admin.id, job_id)
    assert browser.send(f"/settings/jobs/{job_id}/retry", {"request_key": "k"}).status_code == 303  # the same tap twice
    Worker(KINDS, clock).run_due()
    assert state(job_id) == ("done", 1)


@pytest.mark.parametrize("now", ["running", "done"])
def test_what_runs_or_is_done_is_left_alone(client_of: ClientOf, cast: Cast, now: str) -> None:
    job_id = a_job(state=now, attempts=1, finished_at=NOW)
    answer = client_of(cast.admin).send(f"/settings/jobs/{job_id}/retry")
    assert answer.status_code == 409
    assert "This job runs already, or is done." in answer.text
    assert state(job_id) == (now, 1)


def test_a_job_that_is_not_there_is_not_found(client_of: ClientOf, cast: Cast) -> None:
    assert client_of(cast.admin).send("/settings/jobs/99/retry").status_code == 404


@pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
def test_only_who_manages_the_settings_sees_or_tries_again(client_of: ClientOf, cast: Cast, who: str) -> None:
    job_id = parked()
    browser = client_of(getattr(cast, who))
    assert browser.get("/settings/jobs").status_code == 403
    assert browser.send(f"/settings/jobs/{job_id}/retry").status_code == 403
    assert state(job_id) == ("parked", 8)


def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    assert client.get("/settings/jobs").location == "/sign-in?next=/settings/jobs"


def test_the_settings_lead_there(client_of: ClientOf, cast: Cast) -> None:
    assert 'href="/settings/jobs"' in client_of(cast.admin).get("/settings").text


def test_many_jobs_take_as_few_statements_as_none(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    for _ in range(60):
        parked()
    browser = client_of(cast.admin)
    statements.clear()
    page = browser.get("/settings/jobs").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 4
    assert page.count("/retry") == 50
    assert '<span class="n">60</span>' in page
