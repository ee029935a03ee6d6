"""My account: what everybody sets for themselves, and where they are signed in."""

import re
from collections.abc import Callable

import pytest

from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.testing import PASSWORD, Browser, Cast, Clock

ClientOf = Callable[..., Browser]
FIELDS = ("name", "email", "phone", "language", "theme", "zone")
NEW_PASSWORD = "quite another one"


def form(cast: Cast, **typed: str) -> dict[str, str]:
    """The owner's form as the page sends it."""
    with reading() as x:
        shown = people.load(x, cast.admin, int(cast.owner.id or 0)).shown()
    return {field: shown[field] for field in FIELDS} | {f"seen-{field}": shown[field] for field in FIELDS} | typed


def password_form(old: str = PASSWORD, new: str = NEW_PASSWORD, again: str | None = None) -> dict[str, str]:
    """The form for another password."""
    return {"old_password": old, "new_password": new, "again": new if again is None else again}


@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).location == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_the_pages_take_few_statements(client_of: ClientOf, cast: Cast, statements: list[str], path: str) -> None:
    browser = client_of(cast.owner)
    statements.clear()
    assert browser.get(path).status_code == 200
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 8


def test_everybody_even_who_only_reads_sets_their_own(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    typed = {"name": "Olga", "phone": "13800138000", "language": "ru", "theme": "dark", "zone": "Europe/Moscow"}
    assert browser.send("/account", form(cast, **typed)).status_code == 303
    text = browser.get("/account").text
    assert '<html lang="ru" data-theme="dark">' in text
    assert 'value="+8613800138000"' in text
    assert re.search(r'value="Europe/Moscow" selected', text)
    assert client_of(cast.reader).get("/account").status_code == 200


def test_an_address_of_somebody_else_is_refused_at_its_field(client_of: ClientOf, cast: Cast) -> None:
    answer = client_of(cast.owner).send("/account", form(cast, email="colleague@example.com", name="Olga"))
    assert answer.status_code == 422
    assert '<a href="#f-email">Somebody here signs in with this already.</a>' in answer.text
    assert 'value="Olga"' in answer.text


def test_all_problems_at_once_and_what_was_typed_stays(client_of: ClientOf, cast: Cast) -> None:
    wrong = {"name": " ", "email": "x", "phone": "1", "language": "tlh", "theme": "neon", "zone": "Moon/Sea"}
    answer = client_of(cast.owner).send("/account", form(cast, **wrong))
    assert answer.status_code == 422
    for field in wrong:
        assert f'href="#f-{field}"' in answer.text
    assert 'value="Moon/Sea" selected' in answer.text


def test_neither_mail_nor_phone_is_refused(client_of: ClientOf, cast: Cast) -> None:
    answer = client_of(cast.owner).send("/account", form(cast, email=""))
    assert answer.status_code == 422
    assert "to sign in" in answer.text


def test_nothing_else_of_a_person_changes_here(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    browser.send("/account", form(cast, role="admin", team_id="1", functions="finance", id="1"))
    with reading() as x:
        person = people.load(x, cast.admin, int(cast.owner.id or 0))
    assert (person.role, person.team_id, person.functions, person.version) == ("salesperson", 2, frozenset(), 1)


def test_two_windows_at_the_same_field(client_of: ClientOf, cast: Cast) -> None:
    browser, opened = client_of(cast.owner), form(cast)
    browser.send("/account", opened | {"name": "Olga"})
    answer = browser.send("/account", opened | {"name": "Olivia"})
    assert answer.status_code == 409
    assert 'value="Olivia"' in answer.text
    assert "changed this meanwhile to “Olga”" in answer.text


def test_changing_the_password_ends_every_other_sign_in(client_of: ClientOf, cast: Cast) -> None:
    here, elsewhere, other_person = client_of(cast.owner), client_of(cast.owner), client_of(cast.colleague)
    assert here.send("/account/password", password_form()).status_code == 303
    assert (here.is_out(), elsewhere.is_out(), other_person.is_out()) == (False, True, False)
    with reading() as x:
        stored = people.password_hash(x, int(cast.owner.id or 0))
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_wrong_password_form_says_everything_at_once(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    answer = browser.send("/account/password", password_form("wrong", "short", "shirt"))
    assert answer.status_code == 422
    for text in ("not your current password", "at least 10 characters", "not the same"):
        assert text in answer.text
    assert "shirt" not in answer.text
    assert "200 characters" in browser.send("/account/password", password_form(new="x" * 201)).text


def test_guessing_the_old_password_at_an_open_screen_is_limited(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    browser = client_of(cast.owner)
    for _ in range(10):
        assert browser.send("/account/password", password_form("wrong")).status_code == 422
    assert "Too many tries" in browser.send("/account/password", password_form()).text
    clock.advance(minutes=15)
    assert browser.send("/account/password", password_form()).status_code == 303


def test_my_sign_ins_are_listed_in_words_and_this_one_is_marked(client_of: ClientOf, cast: Cast) -> None:
    from salesapp.domain.permissions import SYSTEM
    from salesapp.services.sign_in import open_sign_in
    from salesapp.services.work import work
    from salesapp.testing import NOW

    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit MicroMessenger/8.0"
    with work(SYSTEM, NOW) as w:
        open_sign_in(w, int(cast.owner.id or 0), address="192.0.2.7", agent=agent)
    text = client_of(cast.owner).get("/account").text
    assert "WeChat on iPhone" in text
    assert "192.0.2.7" in text
    assert text.count(">this one<") == 1


def test_sign_ins_are_ended_one_by_one_or_all_others(client_of: ClientOf, cast: Cast) -> None:
    here, phone, tablet = (client_of(cast.owner) for _ in range(3))
    ends = re.findall(r"/account/sign-ins/\d+/end(?=\")", here.get("/account").text)
    assert len(ends) == 2
    assert here.send(ends[0]).status_code == 303
    assert sorted([phone.is_out(), tablet.is_out()]) == [False, True]
    assert here.send("/account/sign-ins/end-others").status_code == 303
    assert (here.is_out(), phone.is_out(), tablet.is_out()) == (False, True, True)


def test_nobody_ends_the_sign_ins_of_somebody_else_here(client_of: ClientOf, cast: Cast) -> None:
    owner, outsider = client_of(cast.owner), client_of(cast.outsider)
    client_of(cast.owner)
    end = re.search(r"/account/sign-ins/\d+/end(?=\")", owner.get("/account").text)
    assert end is not None
    assert outsider.send(end[0]).status_code == 404
    assert outsider.send("/account/sign-ins/9999/end").status_code == 404
    assert not owner.is_out()
