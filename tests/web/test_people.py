"""The pages on which people are let in, changed and let go."""

import re
from collections.abc import Callable

import pytest

from salesapp.services.work import work
from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast, Clock

ClientOf = Callable[..., Browser]
PAGES = ("/settings/people", "/settings/people/new", "/settings/people/4")
POSTS = (
    "/settings/people/new",
    "/settings/people/4",
    "/settings/people/4/deactivate",
    "/settings/people/4/reactivate",
    "/settings/people/4/link",
    "/settings/people/4/links/1/withdraw",
    "/settings/people/4/end-sign-ins",
)


def form(cast: Cast, person_id: int, **typed: str) -> dict[str, str]:
    """A person's form as the page sends it."""
    with reading() as x:
        shown = people.load(x, cast.admin, person_id).shown()
    fields = ("name", "email", "phone", "role", "team_id", "functions", "territories")
    plain = {field: shown[field] for field in fields}
    return plain | {f"seen-{field}": shown[field] for field in fields} | typed


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (303, True)


@pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
def test_who_does_not_manage_people_gets_nowhere(client_of: ClientOf, cast: Cast, who: str) -> None:
    browser = client_of(getattr(cast, who))
    for path in PAGES:
        assert browser.get(path).status_code == 403
    for path in POSTS:
        assert browser.send(path, {"role": "admin", "name": "X"}).status_code == 403
    own = f"/settings/people/{getattr(cast, who).id}"
    assert browser.get(own).status_code == 403
    assert browser.send(own, {"role": "admin"}).status_code == 403


def test_a_person_who_does_not_exist_is_a_404_whatever_the_number(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for person_id in (999, 2**63 - 1, 2**63, 10**40):
        assert browser.get(f"/settings/people/{person_id}").status_code == 404
        assert browser.send(f"/settings/people/{person_id}/deactivate").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_take_few_statements(client_of: ClientOf, cast: Cast, statements: list[str], path: str) -> None:
    browser = client_of(cast.admin)
    statements.clear()
    assert browser.get(path).status_code == 200
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 8


def test_the_list_shows_everybody_and_the_former_apart(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send(f"/settings/people/{cast.outsider.id}/deactivate")
    here, former = browser.get("/settings/people").text, browser.get("/settings/people?show=former").text
    assert ">Owner<" in here
    assert ">Outsider<" not in here
    assert ">Outsider<" in former
    assert ">Owner<" not in former
    assert "Nobody found for “zz”" in browser.get("/settings/people?q=zz").text


def test_inviting_shows_the_link_once(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    typed = {"name": "Li Na", "email": "li@example.com", "role": "salesperson", "request_key": "k1"}
    answer = browser.send("/settings/people/new", typed)
    url = re.search(r'value="(http://localhost/link/[\w-]{43})"', answer.text)
    assert answer.status_code == 200
    assert url is not None
    again = browser.send("/settings/people/new", typed)  # a reload sends the form again: nobody twice, no link
    assert (again.status_code, again.location) == (303, "/settings/people/8")
    page = browser.get("/settings/people/8").text
    assert "/link/" + url[1].rsplit("/", 1)[1] not in page
    assert "Open links" in page


def test_links_begin_with_the_configured_address(client_of: ClientOf, cast: Cast) -> None:
    import dataclasses

    browser = client_of(cast.admin)
    settings = browser.application.extensions["salesapp_settings"]
    browser.application.extensions["salesapp_settings"] = dataclasses.replace(settings, base_url="https://crm.example/")
    answer = browser.send(f"/settings/people/{cast.owner.id}/link", headers={"X-Forwarded-Host": "evil.example"})
    assert 'value="https://crm.example/link/' in answer.text
    assert "evil.example" not in answer.text


def test_a_wrong_form_comes_back_with_everything_typed_and_all_problems(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    typed = {"name": "", "email": "nowhere", "phone": "12", "role": "salesperson", "functions": ["legal", "mentor"]}
    answer = browser.send("/settings/people/new", typed)
    assert answer.status_code == 422
    for text in ("Please give a name.", "The mail address has no @.", "The phone number is too short."):
        assert text in answer.text
    assert 'value="nowhere"' in answer.text
    assert 'value="12"' in answer.text
    assert re.search(r'value="legal"[^>]*checked', answer.text)
    with reading() as x:
        assert people.counts(x, cast.admin) == (7, 0)


def test_markup_in_a_name_stays_text(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send("/settings/people/new", {"name": "<img src=x>", "email": "x@example.com", "role": "reader"})
    for path in ("/settings/people", "/settings/people/8"):
        text = browser.get(path).text
        assert "<img src=x>" not in text
        assert "&lt;img src=x&gt;" in text


def test_a_new_role_holds_from_the_very_next_request(client_of: ClientOf, cast: Cast) -> None:
    admin, owner = client_of(cast.admin), client_of(cast.owner)
    me = int(cast.owner.id or 0)
    assert owner.get("/settings/people").status_code == 403
    assert admin.send(f"/settings/people/{me}", form(cast, me, role="admin")).status_code == 303
    assert owner.get("/settings/people").status_code == 200
    assert admin.send(f"/settings/people/{me}", form(cast, me, role="reader")).status_code == 303
    assert owner.get("/settings/people").status_code == 403


def test_deactivating_ends_sign_ins_with_the_next_request(client_of: ClientOf, cast: Cast) -> None:
    admin, owner = client_of(cast.admin), client_of(cast.owner)
    assert owner.get("/account").status_code == 200
    assert admin.send(f"/settings/people/{cast.owner.id}/deactivate").status_code == 303
    assert owner.is_out()
    admin.send(f"/settings/people/{cast.owner.id}/reactivate")
    assert owner.is_out()  # the ended sign-in stays ended


def test_ending_somebodys_sign_ins_spares_ones_own_present_one(client_of: ClientOf, cast: Cast) -> None:
    admin, owner = client_of(cast.admin), client_of(cast.owner)
    admin.send(f"/settings/people/{cast.owner.id}/end-sign-ins")
    admin.send(f"/settings/people/{cast.admin.id}/end-sign-ins")
    assert (owner.is_out(), admin.is_out()) == (True, False)


def test_two_people_at_the_same_field_the_second_loses_nothing(client_of: ClientOf, cast: Cast) -> None:
    me = int(cast.owner.id or 0)
    opened = form(cast, me)
    client_of(cast.admin).send(f"/settings/people/{me}", opened | {"name": "Olga", "role": "manager"})
    second = client_of(cast.admin)
    answer = second.send(f"/settings/people/{me}", opened | {"name": "Olivia", "phone": "13800138000"})
    assert answer.status_code == 409
    assert "Admin changed this meanwhile to “Olga”" in answer.text
    assert 'value="manager" checked' in answer.text  # what only the other one changed is not put back
    assert 'value="Olivia"' in answer.text
    assert 'value="13800138000"' in answer.text
    assert 'name="seen-name" value="Olga"' in answer.text  # so that saving again decides


def test_the_last_administrator_stays_and_is_told_why(client_of: ClientOf, cast: Cast) -> None:
    browser, me = client_of(cast.admin), int(cast.admin.id or 0)
    for answer in (
        browser.send(f"/settings/people/{me}", form(cast, me, role="reader")),
        browser.send(f"/settings/people/{me}/deactivate"),
    ):
        assert answer.status_code == 422
        assert "make another person administrator first" in answer.text


def test_withdrawing_a_link(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    browser = client_of(cast.admin)
    url = re.search(r"/link/[\w-]{43}", browser.send(f"/settings/people/{cast.owner.id}/link").text)
    page = browser.get(f"/settings/people/{cast.owner.id}").text
    withdraw = re.search(r"/settings/people/\d+/links/\d+/withdraw", page)
    assert url is not None
    assert withdraw is not None
    assert browser.send(withdraw[0]).status_code == 303
    assert browser.get(url[0]).status_code == 410
    assert browser.send(withdraw[0]).status_code == 404


@pytest.mark.parametrize("field", ["name", "email", "phone", "role", "team_id", "functions", "territories"])
def test_a_very_long_value_is_refused_quickly(client_of: ClientOf, cast: Cast, field: str) -> None:
    typed = {"name": "A", "email": "a@example.com", "role": "reader"} | {field: "9" * 50_000}
    assert client_of(cast.admin).send("/settings/people/new", typed).status_code == 422


def test_unknown_fields_change_nothing(client_of: ClientOf, cast: Cast) -> None:
    me = int(cast.owner.id or 0)
    sent = form(cast, me, password_hash="x", deactivated_at="2020-01-01", id="1", version="9")
    assert client_of(cast.admin).send(f"/settings/people/{me}", sent).status_code == 303
    with reading() as x:
        person = people.load(x, cast.admin, me)
    assert (person.is_active, person.version, person.has_password) == (True, 1, True)


def test_the_page_of_somebody_deactivated_says_so(client_of: ClientOf, cast: Cast) -> None:
    from salesapp.services.people import deactivate

    with work(cast.admin, NOW) as w:
        deactivate(w, int(cast.owner.id or 0))
    text = client_of(cast.admin).get(f"/settings/people/{cast.owner.id}").text
    assert "Deactivated on Mar 2, 2026" in text
    assert "/reactivate" in text
