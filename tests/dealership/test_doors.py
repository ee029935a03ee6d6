"""Every address of the dealership, asked with nonsense and by people it is not for: no fault, and nothing changed."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from plugins.automotive.tables import metadata
from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Browser, Cast, Kit

NONSENSE = (
    "",
    "x",
    "-1",
    "99999999999999999999999",
    "\x00",
    "١٢",
    "1e999",
    "' OR 1=1 --",
    "9999-99-99",
    "0001-01-01",
    "9999-12-31",
)
NAMES = (
    *("vehicle", "day", "hour", "quarters", "route", "licence", "licence_until", "signed_name", "agree", "strokes"),
    *(
        "km_out",
        "km_in",
        "km",
        "liked",
        "ready",
        "why",
        "model",
        "colour",
        "price",
        "valid_until",
        "note",
        "kind",
        "text",
    ),
    *("amount", "months", "rate", "down", "fee", "seen", "demands", "to", "was", "remark", "say", "number", "deposit"),
    *("reason", "people", "received_by", "name", "phone", "heard", "level", "quoted", "do", "customer", "activity"),
    *(
        "topic",
        "owner",
        "answer",
        "about",
        "id",
        "vin",
        "year",
        "state",
        "arrived_on",
        "plate",
        "insured_until",
        "explained",
    ),
    *("seen-explained", "clean", "note-clean", "seen-clean", "given_on", "given_at"),
)


def addresses(app: Flask, method: str, number: int) -> Iterator[str]:
    """Each address of the dealership for this method, with this number wherever one stands."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/p/automotive/") and method in (rule.methods or ()):
            values = {name: "visits" if name == "key" else number for name in rule.arguments}
            built = rule.build(values)
            assert built is not None
            yield built[1]


def rows(kit: Kit) -> dict[str, int]:
    """How many rows each table has."""
    with work(SYSTEM, kit.clock.now) as w:
        return {
            name: w.reads.execute(select(func.count()).select_from(table))[0][0]
            for name, table in metadata.tables.items()
        }


def test_nonsense_is_refused_and_no_fault(app: Flask, kit: Kit, filled: None, client_of: Any, cast: Cast) -> None:
    browser: Browser = client_of(cast.manager)
    for number in (1, 10**18, 10**30):
        for path in addresses(app, "GET", number):
            assert browser.get(path).status_code < 500, path
    for path in addresses(app, "GET", 1):
        for each in NONSENSE[3:7]:
            asked = dict.fromkeys(
                ("day", "who", "from", "to", "state", "q", "name", "person", "customer", "deal", "group"), each
            )
            assert browser.get(path, query_string=asked).status_code < 500, (path, each)
    for path in addresses(app, "POST", 10**18):
        assert browser.send(path, dict.fromkeys(NAMES, "1")).status_code < 500, path
    for path in addresses(app, "POST", 1):
        for each in NONSENSE:
            assert browser.send(path, dict.fromkeys(NAMES, each)).status_code < 500, (path, each)


def test_who_may_only_read_or_sees_nothing_changes_nothing(
    app: Flask, kit: Kit, filled: None, client_of: Any, cast: Cast
) -> None:
    before = rows(kit)
    for who in (cast.reader, cast.outsider):
        browser: Browser = client_of(who)
        for number in range(1, 6):
            for path in addresses(app, "POST", number):
                answer = browser.send(
                    path, {"day": "2026-03-05", "hour": "10:00", "to": "1", "amount": "1", "why": "x"}
                )
                allowed = who is cast.outsider and path.startswith(("/p/automotive/vehicles", "/p/automotive/visits"))
                assert answer.status_code in (403, 404, 409, 422) or allowed, (who.name, path, answer.status_code)
    after = rows(kit)
    assert {name for name in before if before[name] != after[name]} <= {"automotive_visit"}
