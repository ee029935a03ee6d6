"""The kit for authors: which plugin a test is about, builders that go through the house, and what it catches."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from salesapp import places
from salesapp.domain.permissions import Actor
from salesapp.plugging.asking import PluginError
from salesapp.testing import NOW, Browser, Cast, Kit, refused
from salesapp.testing_plugins import plugins_around
from tests.plugging.plugin_files import HEAD, card

PLUGIN = (
    HEAD
    + card("wash")
    + """
from datetime import timedelta
from sqlalchemy import text

def tell(w, args):
    w.notify(3, words("It is time"), "deal", args.get("deal", 1), once=w.now.isoformat())

def breaks(w, args):
    raise ZeroDivisionError

def meddles(w, args):
    w.session.execute(text("UPDATE deal SET title = 'mine'"))

def keeps(w, args):
    w.session.execute(text("CREATE TABLE wash_note (id INTEGER)"))
    w.session.execute(text("INSERT INTO wash_note VALUES (1)"))

@hookimpl
def salesapp_records():
    daily = PluginJob("daily", words("Daily"), tell, Every(timedelta(days=1), timedelta(hours=5)))
    others = [PluginJob(each.__name__, words("Job"), each) for each in (breaks, meddles, keeps)]
    return [IndustryPack("wash", words("Wash"), (process("short"),)), daily, *others]

@hookimpl
def salesapp_check_deal_save(deal, changes):
    if changes.get("title") == "bang":
        raise RuntimeError("bang")
"""
)


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    path = tmp_path / "mine" / "wash.py"
    path.parent.mkdir()
    path.write_text(PLUGIN, encoding="utf-8")
    return [path]


def ask(kit: Kit, job: str) -> None:
    """Have a job of the plugin run."""
    from salesapp.services.jobs import enqueue
    from salesapp.services.work import work

    with work(kit.cast.admin, kit.clock.now) as w:
        enqueue(w, f"wash.{job}")


def test_a_test_is_about_the_plugin_it_lies_in_or_beside(tmp_path: Path) -> None:
    (tmp_path / "wash" / "tests").mkdir(parents=True)
    (tmp_path / "wash" / "__init__.py").write_text("MANIFEST = None")
    (tmp_path / "bakery.toml").write_text("[manifest]")
    (tmp_path / "rental.py").write_text("MANIFEST = None")
    assert plugins_around(tmp_path / "wash" / "tests" / "test_deals.py") == [tmp_path / "wash"]
    assert plugins_around(tmp_path / "test_bakery.py") == [tmp_path / "bakery.toml"]
    assert plugins_around(tmp_path / "test_rental.py") == [tmp_path / "rental.py"]
    assert plugins_around(tmp_path / "test_other.py") == []
    assert plugins_around(Path(__file__)) == []
    assert plugins_around(places.PLUGINS / "general" / "tests" / "test_general.py") == []


def test_builders_give_frozen_views_and_the_house_says_no_as_always(kit: Kit) -> None:
    assert kit.under_test == ["wash"]
    assert kit.why_set_aside("wash") == ""
    assert kit.why_set_aside("nothing") == "it was not found"
    customer = kit.a_customer("Ms Chen", phones=["138 0000 1234"])
    deal = kit.a_deal("wash.short", customer=customer, title="Two vans")
    assert (deal.customer_id, deal.owner_id, deal.stage) == (customer.id, kit.cast.owner.id, "first")
    planned = kit.an_activity(deal, kind="visit", planned_at=NOW + timedelta(days=2))
    assert (planned.state, kit.finish(planned).state) == ("planned", "done")
    with refused("phone"):
        kit.a_customer("Another", phones=["138 0000 1234"])
    assert kit.lose(deal, "price").state == "lost"


def test_refused_tells_what_was_said_instead(kit: Kit) -> None:
    deal = kit.a_deal("general.six")
    with pytest.raises(AssertionError, match="because of"), refused("expected_close"):
        kit.move(deal, "solution")
    with pytest.raises(AssertionError, match="nothing was refused"), refused("step"):
        kit.fill(deal, amount=5)


def test_time_passes_and_the_jobs_of_plugins_run_when_they_are_due(
    kit: Kit, client_of: Callable[[Actor], Browser], cast: Cast
) -> None:
    kit.a_deal("wash.short")
    assert kit.run_jobs() == 1  # the slot that has begun
    assert kit.run_jobs(until=NOW + timedelta(days=3)) == 3
    assert kit.clock.now == NOW + timedelta(days=3)
    assert client_of(cast.owner).get("/notices").text.count("It is time") == 4


def test_a_file_is_brought_in_as_on_the_page(kit: Kit) -> None:
    told = kit.bring_in("Name,Phone\nMs Chen,13800001234\nMr Wu,1\n", "customer")
    assert (told.added, told.changed, told.rejected) == (1, 0, 1)
    assert kit.customer(1).name == "Ms Chen"
    with pytest.raises(AssertionError, match="it is taken for a file of customer, with the columns"):
        kit.bring_in("Name,Phone\nMs Li,13800001235\n", "wash.bays")


def test_what_a_plugin_raises_is_raised_in_the_test(kit: Kit) -> None:
    with pytest.raises(PluginError):
        kit.a_deal("wash.short", title="bang")
    ask(kit, "breaks")
    with pytest.raises(ZeroDivisionError):
        kit.run_jobs()


def test_a_plugin_that_writes_to_a_table_of_the_house_is_told_so(kit: Kit) -> None:
    ask(kit, "meddles")
    with pytest.raises(AssertionError, match="the plugin wash writes to the table deal, which is not its own"):
        kit.run_jobs()


def test_a_plugin_writes_to_its_own(kit: Kit) -> None:
    ask(kit, "keeps")
    assert kit.run_jobs() >= 1
