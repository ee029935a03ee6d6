"""What pages say in words: every event there is, why something cannot be done, what a new pool still needs."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import update

import salesapp
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.hand_over_all import Wish, hand_over_all
from salesapp.services.merge import merge_customers
from salesapp.services.people import deactivate
from salesapp.services.work import work
from salesapp.store.tables import merge
from salesapp.testing import NOW, Browser, Cast
from salesapp.web.event_words import EVENTS
from salesapp.web.rule_words import WITHDRAWN
from tests.services import bulk_kit as kit
from tests.services.customer_kit import added, shared_with
from tests.services.pool_kit import another, waiting

ClientOf = Callable[..., Browser]
ROOT = Path(salesapp.__file__).parent
CHANGES = ("added", "changed", "archived", "restored")
SPELT_BY = {  # file -> what its f-strings can become
    "bulk.py": [f"{kind}.{what}" for kind in ("bulk", "hand_over", "undo") for what in ("done", "resumed")],
    "bulk_changes.py": ["view.given", "link.given"],
    "bulk_undo.py": ["view.given", "link.given"],
    "decisions.py": [f"decision.{what}" for what in ("asked", "step_granted", "granted", "refused", "withdrawn")],
    "deal_moves.py": ["deal.won", "deal.lost"],
    "demo_decisions.py": [f"decision.{what}" for what in ("asked", "granted", "refused", "withdrawn")],
    "given_fields.py": [f"{kind}.changed" for kind in ("customer", "contact", "deal")],
    "import_activity_writing.py": [f"activity.{state}" for state in ("planned", "done", "cancelled")],
    "import_mappings.py": [f"import_mapping.{what}" for what in ("saved", "archived", "restored")],
    "mailings.py": [f"mailing.{what}" for what in ("archived", "restored")],
    "own_fields.py": [f"own_field.{what}" for what in CHANGES],
    "result_questions.py": [f"result_question.{what}" for what in CHANGES],
    "sources.py": [f"source.{what}" for what in CHANGES],
    "teams.py": [
        f"{tree}.{what}"
        for tree in ("team", "territory")
        for what in ("added", "renamed", "moved", "archived", "restored")
    ],
}
# What these note are notices, worded in domain/notice_words.py, the doctor's findings and what is wrong with a file.
NO_EVENTS = {"notices.py", "plugin_tables.py", "toml_records.py"}
WRITES = re.compile(r"_?(\w+_)?(event|note|told|tell|put_away|set_archived)")


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call that may write down what happened, with its file."""
    for path in ROOT.rglob("*.py"):
        if path.name in NO_EVENTS or path.name.startswith("check_"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                about_notices = isinstance(called, ast.Attribute) and name == "tell"  # notices are worded elsewhere
                if WRITES.fullmatch(name) and not about_notices:
                    yield path.name, node


def _kinds() -> tuple[set[str], set[str]]:
    """Every kind of event the code writes, and the files that put kinds together."""
    spelt, put_together = set(), set()
    for name, call in _calls():
        for argument in call.args[:4]:
            for part in ast.walk(argument):
                if isinstance(part, ast.JoinedStr) and re.fullmatch(r"f'.*\.\w*.*'", ast.unparse(part)):
                    put_together.add(name)
                elif isinstance(part, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(part.value)):
                    spelt.add(str(part.value))
    return spelt | {kind for kinds in SPELT_BY.values() for kind in kinds}, put_together


def test_every_event_the_code_writes_has_words() -> None:
    kinds, put_together = _kinds()
    assert {"undo.done", "customer.added", "tag.merged", "view.saved", "file.archived"} <= kinds
    assert put_together <= set(SPELT_BY), "say in SPELT_BY which kinds these files write"
    sentences = (ROOT.parent / "templates" / "timeline.html").read_text()
    assert [kind for kind in sorted(kinds) if kind not in EVENTS and f'"{kind}"' not in sentences] == []


def test_a_plan_that_was_cancelled_comes_back_as_a_plan(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    one = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        plan = plan_activity(w, NewActivity(customer_id=one, kind="call", planned_at=NOW + timedelta(days=1)))
        cancel_activity(w, plan)
        reopen_activity(w, plan)
    for path, who in ((f"/customers/{one}", cast.owner), ("/audit", cast.admin)):
        text = client_of(who).get(path).text
        assert f"{cast.owner.name} brought the plan back:" in text, path
        assert "took back that it was done" not in text


def test_the_real_reason_is_given_and_nobody_is_sent_to_themselves(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    one, kept, lost = waiting(cast.owner), added(cast.owner, name="甲"), added(cast.owner, name="甲")
    with work(cast.owner, NOW) as w:
        merge_customers(w, kept, lost)
    admin = client_of(cast.admin)
    for path, why in (
        (f"/customers/{one}/share", "in a public pool. Hand it out"),
        (f"/customers/{one}/release", "in a public pool already"),
        (f"/customers/{lost}/merge", "a part of another one"),
        (f"/customers/{lost}/edit", "merged into another record"),
    ):
        answer = admin.get(path)
        assert answer.status_code == 403, path
        assert why in answer.text, path
        assert "You may not do this" not in answer.text
        assert "Ask somebody who runs" not in answer.text
    shared_with(cast.owner, kept, cast.colleague, "work")
    assert "Only its owner, or their manager, merges" in client_of(cast.colleague).get(f"/customers/{kept}/merge").text
    assert "Ask somebody who runs" in client_of(cast.reader).get("/audit").text


def test_nothing_found_by_name_does_not_say_that_nobody_has_them(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    added(cast.owner, name="王建国")
    text = client_of(cast.outsider).send("/check", {"q": "王建国"}).text
    assert "Nobody has this customer yet." not in text
    assert "Only phone numbers and company names are searched here" in text
    assert "/customers/new" in text


def test_a_pool_of_members_without_any_says_so(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    browser, note = client_of(cast.admin), "Nobody can claim from it yet: add members."
    pool = {"name": "华北", "who": "members", "shown": ["name"]}
    browser.send("/settings/pools/new", pool)
    said = browser.get("/settings/pools").text
    assert note in said
    address = re.search(r"/settings/pools/(?!1\b)\d+", said)
    assert address is not None
    assert note in browser.get(address[0]).text
    browser.send(address[0], pool | {"people": str(cast.owner.id), "seen-people": ""})
    assert note not in browser.get("/settings/pools").text
    assert note not in browser.get(address[0]).text


def test_a_limit_says_that_all_customers_count(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    assert "All customers of a person count" in client_of(cast.admin).get("/settings/pools/new").text


def test_a_merge_is_undone_from_the_timeline_while_it_can_be(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    kept, lost = added(cast.owner, name="赵雪梅"), added(cast.owner, name="赵雪梅")
    with work(cast.owner, NOW) as w:
        merge_id = merge_customers(w, kept, lost)
    button, browser = f'action="/merges/{merge_id}/undo"', client_of(cast.owner)
    for path in (f"/customers/{kept}", f"/customers/{kept}/timeline"):
        assert button in browser.get(path).text
    with work(cast.owner, NOW) as w:
        w.session.execute(update(merge).values(at=NOW - timedelta(days=2)))
    assert button not in browser.get(f"/customers/{kept}").text


def test_a_second_form_stands_apart(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    one, mine = waiting(cast.owner), added(cast.owner, name="甲")
    another(cast)
    for path in (f"/pool/{one}/hand", f"/customers/{mine}/erase"):
        assert 'class="form section"' in client_of(cast.admin).get(path).text, path


def test_two_of_one_name_are_told_apart(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    browser = client_of(cast.owner)
    for mine, theirs, said in (
        ({"company": "甲公司"}, {}, "赵雪梅 becomes a part of 赵雪梅 · 甲公司"),
        ({}, {"phones": ["13800138001"]}, "赵雪梅 · 13800138001 becomes a part of 赵雪梅"),
        ({}, {}, "赵雪梅 · #6 becomes a part of 赵雪梅 · #5"),
    ):
        kept, lost = added(cast.owner, name="赵雪梅", **mine), added(cast.owner, name="赵雪梅", **theirs)
        head = re.search(r"赵雪梅[^<]* becomes[^<]*", browser.get(f"/customers/{kept}/merge?with={lost}").text)
        assert head is not None
        assert said in head[0]


def test_what_comes_back_to_somebody_who_left_is_said(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    added(cast.owner, name="王建国")
    with work(cast.admin, NOW) as w:
        batch_id = hand_over_all(w, int(cast.owner.id or 0), Wish((int(cast.colleague.id or 0),)))
    note = "cannot sign in any more"
    with work(cast.admin, NOW) as w:
        deactivate(w, int(cast.owner.id or 0))
    undo_id = kit.taken_back(cast.admin, batch_id)
    text = client_of(cast.admin).get(f"/bulk/{undo_id}").text
    assert f"{cast.owner.name} has it back, but {note}" in text
    assert note not in client_of(cast.admin).get(f"/bulk/{batch_id}").text


WITHDRAWS = re.compile(r"_?(withdraw|let_go|rest|_rest_deal|rest_of|withdraw_off)")
PASSED_ON = {"GONE": "archived", "NOBODYS": "pooled", "NO_DATE": "no_date", "OFF": "off"}
"""Reasons that are called by a name."""
OF_EVENTS = {"lost", "won", "archived", "erased"}
"""Reasons that are what happened: `closed` of follow_up_of_deals.py and `archived` of follow_up_of_customers.py."""


def _reasons() -> Iterator[str]:
    """Every reason for which a follow-up rule takes back what it planned, as the code writes it."""
    for path in [*(ROOT / "services").glob("follow_up_*.py"), ROOT / "services" / "import_undo_many.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and WITHDRAWS.fullmatch(getattr(node.func, "id", "")):
                yield from _words_in(node.args[-1])
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                yield from (str(v.value) for k, v in pairs if _is(k, "why") and isinstance(v, ast.Constant))


def _words_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant):
            yield str(each.value)
        elif isinstance(each, ast.Name) and each.id in PASSED_ON:
            yield PASSED_ON[each.id]


def _is(node: ast.AST | None, word: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == word


def test_every_reason_why_a_rule_takes_back_what_it_planned_has_words() -> None:
    found = {*_reasons(), *OF_EVENTS}
    assert {"moved", "off", "merged", "reopened", "taken_back", "pooled", "tried_again"} <= found
    assert sorted(found - WITHDRAWN.keys()) == []
