"""The pool's pages and its settings: who may open them, wrong input kept, one press and its undo, what a page costs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added, shared_with
from tests.services.pool_kit import THE_POOL, another, limited, waiting, whose

Clients = Callable[..., Browser]
MINE = ("/pool/1/hand", "/customers/1/release", "/customers/1/owners", "/settings/pools", "/settings/pools/new")


def test_signed_out_people_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    waiting(cast.owner)
    for path in (*MINE, f"/settings/pools/{THE_POOL}", "/customers/1/share", "/customers/shared"):
        assert client.get(path).status_code == 303, path


def test_the_owners_of_a_customer_are_for_those_who_see_it(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    for who, status in (("owner", 200), ("reader", 200), ("admin", 200), ("outsider", 404), ("colleague", 404)):
        answer = client_of(getattr(cast, who)).get(f"/customers/{one}/owners")
        assert answer.status_code == status
        assert ("Owner" in answer.text.split("<main")[1]) is (status == 200)


def test_only_who_may_give_it_away_is_asked_where_to(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    shared_with(cast.owner, one, cast.colleague, "work")
    for who, status in (("owner", 200), ("manager", 200), ("colleague", 403), ("reader", 403), ("outsider", 404)):
        assert client_of(getattr(cast, who)).get(f"/customers/{one}/release").status_code == status
    assert client_of(cast.colleague).send(f"/customers/{one}/release", {}).status_code == 403
    assert whose(one) == (cast.owner.id, None)


def test_releasing_says_where_to_and_why_and_keeps_what_was_typed(client_of: Clients, cast: Cast) -> None:
    second = another(cast, name="华北")
    one = added(cast.owner, name="王建国")
    browser = client_of(cast.owner)
    assert "华北" in browser.get(f"/customers/{one}/release").text
    for pool in ("99", "x"):
        answer = browser.send(f"/customers/{one}/release", {"pool": pool, "reason": "预算没了"})
        assert answer.status_code == 422
        assert "预算没了" in answer.text
    assert browser.send(f"/customers/{one}/release", {"pool": str(second), "reason": "预算没了"}).status_code == 303
    assert whose(one) == (None, second)
    assert f'action="/pool/{one}/undo"' in browser.get("/customers").text
    assert browser.send(f"/pool/{one}/undo").location == f"/customers/{one}"
    assert "预算没了" in browser.get(f"/customers/{one}/timeline").text
    assert "took the release back" in browser.get(f"/customers/{one}/timeline").text


def test_a_claim_is_one_press_and_so_is_taking_it_back(client_of: Clients, cast: Cast) -> None:
    one = waiting(cast.owner)
    browser = client_of(cast.outsider)
    assert f'action="/pool/{one}/claim"' in browser.get("/pool").text
    assert browser.send(f"/pool/{one}/claim").location == f"/customers/{one}"
    assert f'action="/pool/{one}/undo"' in browser.get(f"/customers/{one}").text
    assert browser.send(f"/pool/{one}/undo").location == "/pool"
    assert whose(one) == (None, THE_POOL)
    assert browser.send(f"/pool/{one}/undo").status_code == 422


def test_every_row_says_what_can_be_done_and_why_not(client_of: Clients, cast: Cast) -> None:
    limited(cast, wait_days="30")
    mine = waiting(cast.owner, at=NOW - timedelta(days=1))
    text = client_of(cast.owner).get("/pool").text
    assert "You had this customer until Mar 1, 2026: claim again from Mar 31, 2026." in text
    assert f"/pool/{mine}/claim" not in text
    assert f"/pool/{mine}/claim" in client_of(cast.outsider).get("/pool").text
    limited(cast, wait_days="", lock_hours="48")
    assert "Just arrived: locked until" in client_of(cast.outsider).get("/pool").text
    limited(cast, lock_hours="", hold_limit="1")
    added(cast.outsider, name="甲")
    text = client_of(cast.outsider).get("/pool").text
    assert "You hold 1 customers altogether, and here 1 are the most: release one first." in text
    assert "You hold 1 of 1<" in text
    refused = client_of(cast.outsider).send(f"/pool/{mine}/claim")
    assert refused.status_code == 422
    assert "You hold 1 customers altogether" in refused.text


def test_the_pool_is_chosen_and_filtered_by_its_address(client_of: Clients, cast: Cast) -> None:
    second = another(cast, name="华北", shown="name,grade")
    waiting(cast.owner, name="王建国", grade="A", source="trade_show")
    waiting(cast.owner, second, name="李秀英", grade="B", source="trade_show", at=NOW - timedelta(days=2))
    browser = client_of(cast.outsider)

    def there(query: str) -> set[str]:
        text = browser.get(f"/pool?{query}").text.split("<main")[1]
        return {name for name in ("王建国", "李秀英") if name in text}

    assert there("") == {"王建国", "李秀英"}
    assert there(f"pool={second}") == there("grade=B") == there("there=week") == {"李秀英"}
    assert there("source=trade_show") == there("there=older") == {"王建国"}
    assert there("pool=99") == set()
    for wrong in ("pool=x", "territory=x"):
        assert browser.get(f"/pool?{wrong}").status_code == 404
    assert browser.get("/pool?grade=Z&source=nope&there=never&after=zzz").status_code == 200


def test_its_manager_hands_out_and_moves(client_of: Clients, cast: Cast) -> None:
    second = another(cast, name="华北", who="handed", managers=str(cast.manager.id))
    one = waiting(cast.owner, second)
    browser = client_of(cast.manager)
    assert f"/pool/{one}/hand" in browser.get("/pool").text
    assert browser.get(f"/pool/{one}/hand").status_code == 200
    assert browser.send(f"/pool/{one}/hand", {"person": ""}).status_code == 422
    assert browser.send(f"/pool/{one}/hand", {"person": str(cast.reader.id)}).status_code == 422
    assert browser.send(f"/pool/{one}/hand", {"person": str(cast.outsider.id)}).location == "/pool"
    assert whose(one) == (cast.outsider.id, None)
    browser.send(f"/pool/{one}/undo")
    assert browser.send(f"/pool/{one}/move", {"pool": str(THE_POOL)}).status_code == 303
    assert whose(one) == (None, THE_POOL)
    for who, status in (("owner", 403), ("outsider", 403), ("admin", 200)):
        assert client_of(getattr(cast, who)).get(f"/pool/{one}/hand").status_code == status
    assert client_of(cast.outsider).send(f"/pool/{one}/hand", {"person": str(cast.outsider.id)}).status_code == 403
    assert browser.get("/pool/999/hand").status_code == 404


@pytest.mark.parametrize("who", ["owner", "manager", "admin"])
def test_what_the_pool_costs(client_of: Clients, cast: Cast, statements: list[str], who: str) -> None:
    limited(cast, hold_limit="90", day_limit="9", wait_days="3", lock_hours="2")
    for number in range(5):
        waiting(cast.owner, name=f"客户{number}")
    browser = client_of(getattr(cast, who))
    statements.clear()
    assert browser.get("/pool").status_code == 200
    assert sum(not each.startswith("BEGIN") for each in statements) <= 9  # a manager's people are one of them


# --- settings ---


def test_pools_are_set_by_those_who_manage_the_settings(client_of: Clients, cast: Cast) -> None:
    for path in ("/settings/pools", "/settings/pools/new", f"/settings/pools/{THE_POOL}"):
        assert client_of(cast.admin).get(path).status_code == 200
        assert client_of(cast.manager).get(path).status_code == 403
    for path in ("/settings/pools/new", f"/settings/pools/{THE_POOL}", f"/settings/pools/{THE_POOL}/archive"):
        assert client_of(cast.manager).send(path, {"name": "我的"}).status_code == 403
    assert client_of(cast.admin).get("/settings/pools/99").status_code == 404


def test_a_new_pool_and_wrong_input_that_is_kept(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.admin)
    wrong = {"name": "华北", "who": "handed", "hold_limit": "many", "managers": "", "shown": ["name", "grade"]}
    answer = browser.send("/settings/pools/new", wrong)
    assert answer.status_code == 422
    for kept in ('value="华北"', 'value="many"', "Somebody has to hand them out", "no limit"):
        assert kept in answer.text
    right = wrong | {"hold_limit": "50", "managers": str(cast.manager.id), "teams": str(cast.owner.team_id)}
    assert browser.send("/settings/pools/new", right).location == "/settings/pools"
    text = browser.get("/settings/pools").text
    assert "华北" in text
    assert "Its manager hands out" in text


def test_two_who_set_the_same_limit_are_told(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.admin)
    seen = {"seen-hold_limit": "", "seen-wait_days": "", "seen-name": "Pool", "seen-who": "everybody"}
    seen |= {"seen-shown": "name,company,grade,source,territory", "seen-hold_bought": "1"}
    form = {"name": "Pool", "who": "everybody", "hold_bought": "1"} | seen
    form["shown"] = ["name", "company", "grade", "source", "territory"]  # type: ignore[assignment]
    assert browser.send(f"/settings/pools/{THE_POOL}", form | {"hold_limit": "50"}).status_code == 303
    assert browser.send(f"/settings/pools/{THE_POOL}", form | {"wait_days": "9"}).status_code == 303  # another field
    late = browser.send(f"/settings/pools/{THE_POOL}", form | {"hold_limit": "70"})
    assert late.status_code == 409
    assert 'value="70"' in late.text
    assert "Admin changed this meanwhile" in late.text


def test_a_pool_with_somebody_in_it_is_not_put_away(client_of: Clients, cast: Cast) -> None:
    second = another(cast, name="华北")
    browser = client_of(cast.admin)
    assert browser.send(f"/settings/pools/{second}/archive").status_code == 303
    assert browser.send(f"/settings/pools/{second}/restore").status_code == 303
    waiting(cast.owner, second)
    assert browser.send(f"/settings/pools/{second}/archive").status_code == 422


# --- sharing ---


def test_sharing_is_a_form_with_an_undo(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    browser = client_of(cast.owner)
    assert "Outsider" in browser.get(f"/customers/{one}/share").text
    for wrong in ({}, {"with": "person.x"}, {"with": f"person.{cast.outsider.id}", "until": "soon"}):
        answer = browser.send(f"/customers/{one}/share", wrong | {"note": "帮忙跟一下"})
        assert answer.status_code == 422
        assert "帮忙跟一下" in answer.text
    form = {"with": f"person.{cast.outsider.id}", "level": "work", "until": "2026-03-31", "note": "帮忙跟一下"}
    assert browser.send(f"/customers/{one}/share", form).location == f"/customers/{one}"
    text = browser.get(f"/customers/{one}").text
    assert 'action="/shares/1/end"' in text
    assert "until Mar 31, 2026" in text
    theirs = client_of(cast.outsider)
    assert "shared by Owner · To work with · until Mar 31, 2026" in theirs.get(f"/customers/{one}").text
    for path in ("/customers", "/customers/shared"):
        assert "shared by Owner · To work with · until Mar 31, 2026" in theirs.get(path).text
    assert "Owner shares a customer with you, to work with: 王建国" in theirs.get("/notices").text
    assert browser.send("/shares/1/end").location == f"/customers/{one}"
    assert theirs.get(f"/customers/{one}").status_code == 404
    assert "王建国" not in theirs.get("/notices").text
    assert browser.send("/shares/1/resume").status_code == 303
    assert theirs.get(f"/customers/{one}").status_code == 200


def test_who_reads_finds_no_buttons_and_no_forms(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国", phones=["13800138000"])
    shared_with(cast.owner, one, cast.outsider, "read")
    browser = client_of(cast.outsider)
    page = browser.get(f"/customers/{one}").text.split("<main")[1]
    for way in ("/edit", "/share", "/release", "/archive", "/contacts/new", "/points/new", "/enquiry", "data-after"):
        assert way not in page, way
    for path in ("edit", "share", "release", "contacts/new", "points/new", "dates/new", "assign"):
        assert browser.get(f"/customers/{one}/{path}").status_code == 403, path


def test_shares_are_its_owners_to_see_and_end(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        share_customer(w, one, NewShare(person_id=cast.outsider.id, level="work"))
        share_id = share_customer(w, one, NewShare(person_id=cast.colleague.id, note="帮忙跟一下"))
    assert "/end" not in client_of(cast.outsider).get(f"/customers/{one}").text
    for who, status in (("outsider", 403), ("colleague", 403), ("other_manager", 404), ("reader", 403)):
        assert client_of(getattr(cast, who)).send(f"/shares/{share_id}/end").status_code == status
        assert client_of(getattr(cast, who)).get(f"/customers/{one}/share").status_code == status
    assert client_of(cast.owner).send("/shares/999/end").status_code == 404
    assert client_of(cast.manager).send(f"/shares/{share_id}/end").status_code == 303


def test_what_helpers_did_is_marked_and_can_be_asked_for(client_of: Clients, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    shared_with(cast.owner, one, cast.outsider, "work", days=3)
    client_of(cast.outsider).send(f"/customers/{one}/state/verified")
    browser = client_of(cast.owner)
    assert "helper, shared until" in browser.get(f"/customers/{one}").text
    only = browser.get(f"/customers/{one}/timeline?show=helpers").text
    assert "Outsider changed" in only
    assert "added this customer" not in only
    for path in ("/customers/shared",):
        assert browser.get(path).status_code == 200
