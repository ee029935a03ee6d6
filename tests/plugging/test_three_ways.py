"""A plugin may be bundled, lie in the installation's own folder, or be an installed package: it is the same plugin."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from salesapp import app as application
from salesapp import places
from salesapp.cli import main
from salesapp.plugging import loader
from salesapp.plugging.loader import Plugins
from salesapp.plugging.toml_writing import pack_text
from salesapp.testing import Browser, Cast, Kit, refused
from tests.plugging.plugin_files import HEAD, card

NAME = "wash"
PLUGIN = (
    HEAD
    + card(NAME, ", critical=True")
    + """
from datetime import timedelta
import click
from flask import Blueprint
import sqlalchemy as sa

metadata = sa.MetaData()
BAY = sa.Table("wash_bay", metadata, sa.Column("id", Id, primary_key=True), sqlite_autoincrement=True)
pages = Blueprint("pages", __name__)

@pages.get("/bays")
def bays():
    with reading() as reads:
        return page("wash/bays.html", n=len(reads.execute(sa.select(BAY.c.id))))

def build(w, args):
    w.session.execute(sa.insert(BAY))

@click.command("hello")
@pass_work
def hello(w):
    "Say it."
    click.echo("Good morning.")

@hookimpl
def salesapp_records():
    nightly = PluginJob("build", words("Build"), build, Every(timedelta(days=1)))
    routes = Routes("pages", lambda: pages, verb="deal.see")
    return [IndustryPack("wash", words("Pack"), (process("short"),)), nightly, routes, Command(hello)] + OWN

@hookimpl
def salesapp_check_deal_save(changes):
    if changes.get("title") == "bang":
        return [problem("title", N_("Not that one."))]
"""
)
MIGRATION = """
import sqlalchemy as sa
from alembic import op
from salesapp.plugin_api import Id
revision = "wash_1"
down_revision = None

def upgrade():
    op.create_table("wash_bay", sa.Column("id", Id, primary_key=True), sqlite_autoincrement=True)
"""
FILES = {
    "__init__.py": PLUGIN + "\nOWN = [OwnTables(metadata)]\n",
    "migrations/0001_bays.py": MIGRATION,
    "templates/bays.html": '{{ _("%(num)s bays are there", num=n) }}<link href="{{ plugin_file("wash", "a.css") }}">',
    "static/a.css": ".wash { color: var(--ink); }",
    "translations/ru/LC_MESSAGES/messages.po": (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        '#, python-format\nmsgid "%(num)s bays are there"\nmsgstr "Боксов: %(num)s"\n'
    ),
}
SINGLE = PLUGIN.replace('page("wash/bays.html", n=len(reads.execute(sa.select(BAY.c.id))))', '"Bays"').replace(
    "w.session.execute(sa.insert(BAY))", "pass"
)
"""The same in one file, which has no table and no template."""
BREAKS = "\nraise RuntimeError('half-way')\n"
WAYS = ("bundled", "own", "package")
Arrange = Callable[..., None]


def write(folder: Path, name: str, *, single: bool, more: str = "") -> None:
    """The plugin, under a name of its own."""
    if single:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(SINGLE + "\nOWN = []\n" + more, encoding="utf-8")
        return
    for place, text in FILES.items():
        file = folder / name / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + (more if place == "__init__.py" else ""), encoding="utf-8")


@pytest.fixture
def arrange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arrange]:
    """Brings the plugin in by one of the ways; everything else is as in an installation."""
    bundled, packages = tmp_path / "bundled", tmp_path / "site-packages"
    bundled.mkdir()
    (bundled / "general").symlink_to(places.PLUGINS / "general")
    monkeypatch.setattr(application, "load_plugins", loader.load_plugins)
    for place in ("salesapp.places", "salesapp.cli.plugin_tables", "salesapp.cli.glance"):
        monkeypatch.setattr(f"{place}.PLUGINS", bundled)

    def bring(way: str, *, single: bool, more: str = "") -> None:
        if way == "package":
            write(packages, "fleet_wash", single=single, more=more)
            (packages / "fleet_wash-1.0.dist-info").mkdir()
            (packages / "fleet_wash-1.0.dist-info" / "entry_points.txt").write_text("[salesapp]\nwash = fleet_wash\n")
            monkeypatch.syspath_prepend(str(packages))
        else:
            write(bundled if way == "bundled" else tmp_path / "plugins", NAME, single=single, more=more)

    yield bring
    for module in [each for each in sys.modules if each.partition(".")[0] == "fleet_wash"]:
        del sys.modules[module]


@pytest.fixture(params=[(way, single) for way in WAYS for single in (True, False)], ids=str)
def brought(request: pytest.FixtureRequest, arrange: Arrange) -> bool:
    """The plugin is there, by each way; whether it is a single file."""
    way, single = request.param
    arrange(way, single=single)
    return bool(single)


@pytest.fixture
def plugin_paths() -> list[Path]:
    """No other folders than those of an installation."""
    return []


def loaded(kit: Kit) -> Any:
    """The plugin as it was loaded."""
    found: Plugins = kit.app.extensions["salesapp_plugins"]
    return found.plugin(NAME)


def test_it_is_the_same_plugin(brought: bool, kit: Kit, client_of: Callable[..., Browser], cast: Cast) -> None:
    plugin = loaded(kit)
    assert kit.why_set_aside(NAME) == ""
    text = pack_text(plugin.manifest, plugin.records)
    assert 'key = "short"' in text
    kinds = sorted(type(each).__name__ for each in plugin.records)
    assert kinds == ["Command", "IndustryPack", *([] if brought else ["OwnTables"]), "PluginJob", "Routes"]

    with refused("title"):
        kit.a_deal("wash.short", title="bang")
    assert kit.win(kit.a_deal("wash.short")).state == "won"
    assert kit.run_jobs() >= 1
    admin, owner = client_of(cast.admin), client_of(cast.owner)
    page = owner.get("/p/wash/bays", headers={"Accept-Language": "ru"}).text
    if brought:
        assert page == "Bays"
    else:
        assert page.startswith("Боксов: 1")
        with owner.get(page.split('href="')[1].split('"')[0]) as answer:
            assert answer.get_data(as_text=True) == FILES["static/a.css"]

    admin.send("/settings/plugins/wash/off")
    assert owner.get("/p/wash/bays").status_code == 404
    assert kit.a_deal("general.six", title="bang").title == "bang"
    admin.send("/settings/plugins/wash/on")
    assert owner.get("/p/wash/bays").text in (page, page.replace("Боксов: 1", "1 bays are there"))


def test_commands_know_it(brought: bool, tmp_path: Path, database_url: str) -> None:
    run = CliRunner(env={"SALESAPP_INSTANCE": str(tmp_path), "SALESAPP_DATABASE_URL": database_url, "LANG": "C.UTF-8"})
    assert run.invoke(main, ["upgrade"]).exit_code == 0
    assert "wash 1.0  L  (1 processes)  on\n" in run.invoke(main, ["plugins", "list"]).output
    assert run.invoke(main, ["plugins", "check", NAME]).output.endswith("No problem in 1 plugin.\n")
    assert run.invoke(main, [NAME, "hello"]).output == "Good morning.\n"
    export = run.invoke(main, ["plugins", "export", NAME])
    assert 'key = "short"' in export.output, export.output


@pytest.mark.parametrize("way", WAYS)
def test_one_that_breaks_half_way_is_as_critical_as_its_card_says(arrange: Arrange, tmp_path: Path, way: str) -> None:
    arrange(way, single=False, more=BREAKS)
    plugins = loader.load_plugins([places.PLUGINS, tmp_path / "plugins"])
    (aside,) = plugins.set_aside
    assert str(aside.reason) == "It failed to load: RuntimeError: half-way"
    assert (aside.name, aside.critical) == (NAME, True)
    assert aside.hooks == frozenset({"salesapp_records", "salesapp_check_deal_save"})
