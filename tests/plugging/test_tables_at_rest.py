"""A plugin whose tables do not fit rests, says why, and every page of the house is there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.table_files import RECORDS, write_dance
from tests.services.deal_files import a_customer, a_deal

PAGES = ("/", "/customers", "/deals", "/activities", "/reports", "/more", "/settings", "/settings/jobs")


@pytest.fixture(autouse=True)
def dance(tmp_path: Path) -> None:
    """The plugin is there, and fits, when the application begins."""
    write_dance(tmp_path / "plugins", records=RECORDS.replace("OwnTables", "process('ball'), OwnTables"))


def to_version(version: str) -> None:
    """As another version of the plugin leaves it."""
    with work(SYSTEM, NOW) as w:
        w.session.execute(text("UPDATE alembic_version_dance SET version_num = :version"), {"version": version})
        w.config_changed()


def test_the_page_says_why_and_the_house_goes_on(app: Flask, client_of: Callable[..., Browser], cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id, process="dance.ball")
    admin, owner = client_of(cast.admin), client_of(cast.owner)
    why = "Its tables were made by a newer version of it"
    assert why not in admin.get("/settings/plugins").text
    to_version("dance_9")
    assert why in admin.get("/settings/plugins/dance").text
    for path in (*PAGES, f"/customers/{customer_id}", f"/deals/{deal_id}"):
        for browser in (admin, owner):
            answer = browser.get(path, follow_redirects=True)
            assert answer.status_code in ((200,) if browser is admin else (200, 403)), path
    assert a_deal(app, cast.owner, customer_id)  # a deal of another process
    to_version("dance_1")
    assert why not in admin.get("/settings/plugins/dance").text
