"""The first visit: only who reads the console becomes the owner, once."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import SYSTEM
from salesapp.services import first_run
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import person, pool, setting, team
from salesapp.testing import NOW, Browser, Cast, Clock


@pytest.fixture
def code(app: Flask) -> str:
    with work(SYSTEM, NOW) as w:
        return first_run.new_code(w)


def fill_in(client: Browser, **typed: str) -> Any:
    """Send the form as somebody would who came by it."""
    client.get("/first-run")
    with client.session_transaction() as session:
        client.csrf = session["csrf"]
    form = {"name": "王芳", "email": "Owner@Example.com", "password": "a sentence to keep", "language": "zh_Hans"}
    return client.send("/first-run", {**form, "company": "示例公司", **typed})


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_an_empty_installation_leads_here(client: Browser, path: str) -> None:
    assert client.get(path).location == "/first-run"


def test_the_code_makes_an_owner_who_is_signed_in(client: Browser, code: str) -> None:
    answer = fill_in(client, code=code.upper().replace("-", " "))
    assert (answer.status_code, answer.location) == (303, "/today")
    assert client.get("/sign-in").location == "/today"
    with reading() as x:
        row = x.execute(select(person)).one()
        assert (row.name, row.email, row.role, row.language) == ("王芳", "owner@example.com", "admin", "zh_Hans")
        assert row.team_id == x.scalar(select(team.c.id))
        assert x.scalar(select(pool.c.name)) == "公海"
        assert settings.company(x).name == "示例公司"
        assert settings.get(x, first_run.SETTING) is None


def test_the_code_is_stored_as_a_hash_only(code: str) -> None:
    with reading() as x:
        stored = str(x.scalars(select(setting.c.value)).all())
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_it_works_once(client: Browser, code: str, app: Flask) -> None:
    fill_in(client, code=code)
    stranger = app.test_client()
    assert isinstance(stranger, Browser)
    assert stranger.get("/first-run").location == "/sign-in"
    stranger.get("/sign-in")
    with stranger.session_transaction() as session:
        stranger.csrf = session["csrf"]
    assert stranger.send("/first-run", {"code": code, "name": "B", "email": "b@example.com"}).location == "/sign-in"
    with reading() as x:
        assert len(x.scalars(select(person.c.id)).all()) == 1


def test_a_new_start_makes_the_earlier_code_worthless(client: Browser, code: str) -> None:
    with work(SYSTEM, NOW) as w:
        first_run.new_code(w)
    assert fill_in(client, code=code).status_code == 422


def test_every_problem_at_once_and_what_was_typed_stays(client: Browser, code: str) -> None:
    answer = fill_in(client, code="wrong", name="", email="no-mail", password="short", company="示例公司")
    assert answer.status_code == 422
    for place in ("code", "name", "email", "password"):
        assert f'href="#f-{place}"' in answer.text
    assert "示例公司" in answer.text
    assert "no-mail" in answer.text
    assert "short" not in re.sub(r"\bat least\b|short sentence", "", answer.text)
    with reading() as x:
        assert x.scalars(select(person.c.id)).all() == []


def test_guessing_is_limited_and_the_limit_passes(client: Browser, code: str, clock: Clock) -> None:
    for _ in range(first_run.TRIES):
        assert fill_in(client, code="guess").status_code == 422
    assert "quarter of an hour" in fill_in(client, code=code).text
    clock.advance(minutes=16)
    assert fill_in(client, code=code).status_code == 303


def test_the_form_needs_its_token(client: Browser, code: str) -> None:
    client.get("/first-run")
    assert client.post("/first-run", data={"code": code}).status_code == 400


def test_with_people_there_is_no_first_run(client: Browser, cast: Cast) -> None:
    assert client.get("/").location == "/sign-in"
    assert client.get("/first-run").location == "/sign-in"


def test_start_for_real_is_the_demos_page_only(client: Browser, app: Flask) -> None:
    assert client.get("/start").status_code == 404
    app.extensions["salesapp_settings"] = replace(app.extensions["salesapp_settings"], demo=True)
    answer = client.get("/start")
    assert answer.status_code == 200
    assert "salesapp run" in answer.text


def test_the_page_asks_the_database_little(client: Browser, statements: list[str]) -> None:
    statements.clear()
    client.get("/first-run")
    assert len([each for each in statements if each.startswith("SELECT")]) <= 3


def test_a_password_that_is_too_long_is_called_so(client: Browser, code: str) -> None:
    answer = fill_in(client, code=code, password="x" * 201)
    assert answer.status_code == 422
    assert "最多" in answer.text or "at most 200" in answer.text
