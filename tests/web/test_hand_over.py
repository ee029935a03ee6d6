"""The screen on which everything of somebody who leaves is handed over."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.testing import Browser, Cast
from tests.services import bulk_kit as kit
from tests.services.deal_files import a_deal

ClientOf = Callable[..., Browser]


def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    answer = client.get(f"/settings/people/{cast.owner.id}/hand-over")
    assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (303, True)


@pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
def test_who_does_not_manage_people_gets_nowhere(client_of: ClientOf, cast: Cast, who: str) -> None:
    browser = client_of(getattr(cast, who))
    path = f"/settings/people/{cast.owner.id}/hand-over"
    assert browser.get(path).status_code == 403
    assert browser.send(path, {"to": str(cast.colleague.id)}).status_code == 403


def test_counted_previewed_and_done(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    a_deal(app, cast.owner, ids[0])
    admin = client_of(cast.admin)
    here = f"/settings/people/{cast.owner.id}"
    assert f'href="{here}/hand-over"' in admin.get(here).text
    page = admin.get(f"{here}/hand-over").text
    assert "Who gets what" not in page
    to = f"to={cast.colleague.id}&to={cast.manager.id}"
    preview = admin.get(f"{here}/hand-over?preview=1&{to}").text
    assert 'id="preview"' in preview
    assert kit.owners(ids) == [cast.owner.id] * 3
    answer = admin.send(f"{here}/hand-over", {"to": [str(cast.colleague.id), str(cast.manager.id)]})
    assert answer.status_code == 303
    assert Counter(kit.owners(ids)) == Counter([cast.colleague.id, cast.manager.id, cast.colleague.id])
    result = admin.get(answer.location).text
    assert "3 changed" in result
    assert "Colleague" in result
    assert "Nothing to hand over" in admin.get(f"{here}/hand-over").text


@pytest.mark.parametrize("query", ["preview=1", "preview=1&to=x", "preview=1&to=987654", "to=4&pool=987654"])
def test_wrong_wishes_are_said(client_of: ClientOf, cast: Cast, query: str) -> None:
    kit.customers_of(cast.owner, 1)
    assert client_of(cast.admin).get(f"/settings/people/{cast.owner.id}/hand-over?{query}").status_code == 422


def test_a_wrong_form_changes_nothing(client_of: ClientOf, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    answer = client_of(cast.admin).send(f"/settings/people/{cast.owner.id}/hand-over", {"to": "987654"})
    assert answer.status_code == 422
    assert kit.owners(ids) == [cast.owner.id]
    assert client_of(cast.admin).get("/settings/people/987654/hand-over").status_code == 404


def test_who_is_deactivated_and_owns_something_is_led_there(client_of: ClientOf, cast: Cast) -> None:
    kit.customers_of(cast.owner, 1)
    admin = client_of(cast.admin)
    answer = admin.send(f"/settings/people/{cast.owner.id}/deactivate")
    assert answer.location == f"/settings/people/{cast.owner.id}/hand-over"
    assert "still theirs" in admin.get(f"/settings/people/{cast.owner.id}").text
    answer = admin.send(f"/settings/people/{cast.colleague.id}/deactivate")
    assert answer.location == f"/settings/people/{cast.colleague.id}"


def test_the_page_asks_a_bounded_number_of_questions(
    client_of: ClientOf, app: Flask, cast: Cast, statements: list[str]
) -> None:
    admin, counts = client_of(cast.admin), []
    path = f"/settings/people/{cast.owner.id}/hand-over?preview=1&to={cast.colleague.id}"
    for _ in range(2):
        kit.customers_of(cast.owner, 10)
        admin.get(path)
        statements.clear()
        assert admin.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16
