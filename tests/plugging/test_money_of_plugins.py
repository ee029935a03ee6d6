"""Money on a plugin's own page: read as its reader types it, shown as their language writes it; the house's name."""

from collections.abc import Callable

import pytest

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.company import change_company
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast, make_cast
from tests.plugging.hook_kit import Plugged, plugged

__all__ = ["plugged"]
ClientOf = Callable[[Actor], Browser]

TILL = """
from flask import Blueprint, render_template_string, request
pages = Blueprint("pages", __name__)

@pages.get("/")
def show():
    read = read_amount(request.args["sum"], "CNY")
    if isinstance(read, Msg):
        return say(read), 422
    with reading() as reads:
        facts = {"sum": Money(read, "CNY"), "house": reads.company}
    return render_template_string("{{ house }} {{ show_money(sum) }} {{ sum.minor }}", **facts)

@hookimpl
def salesapp_records():
    return [Routes("pages", lambda: pages, verb="deal.see")]
"""


@pytest.fixture
def cast(plugged: Plugged) -> Cast:
    plugged(till=TILL)
    return make_cast()


def test_an_amount_is_read_and_shown_in_the_readers_language(cast: Cast, client_of: ClientOf) -> None:
    with work(SYSTEM, NOW) as w:
        change_company(w, {"name": "North Star"}, {})
    for language, typed, shown in (("en", "1,234.50", "CN¥1,234.50"), ("zh-CN", "21.8万", "¥218,000")):
        page = client_of(cast.owner).get(f"/p/till/?sum={typed}", headers={"Accept-Language": language}).text
        assert page.startswith(f"North Star {shown} ")
    wrong = client_of(cast.owner).get("/p/till/?sum=about 5")
    assert (wrong.status_code, "about 5" in wrong.text) == (422, True)
