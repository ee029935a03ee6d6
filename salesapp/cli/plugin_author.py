"""For authors of plugins: begin one, look it over, write it as TOML, and the reference of the API."""

from collections.abc import Mapping
from pathlib import Path

import click

from salesapp import places, plugin_api
from salesapp.cli.opening import say
from salesapp.cli.stopping import stop
from salesapp.config import read_settings
from salesapp.domain.text import LANGUAGES
from salesapp.plugging import api_pages, author_check, toml_writing
from salesapp.plugging.checking import DOUBT, PROBLEM, Finding
from salesapp.plugging.loader import load_plugins
from salesapp.plugging.search import Found, find_plugins
from salesapp.scaffold import making

COLOURS = {PROBLEM: "red", DOUBT: "yellow"}


def folders() -> list[Path]:
    """Where this installation looks for plugins."""
    return [places.PLUGINS, read_settings().instance / "plugins"]


# --- begin ---


@click.command("new")
@click.argument("name")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder; else that of your plugins.")
@click.option("--label", "labels", multiple=True, help="What people read: “Car wash”; “ru=Автомойка” for a language.")
def new_command(name: str, into: Path | None, labels: tuple[str, ...]) -> None:
    """Begin a plugin: a folder with a pack that works and a test that passes."""
    reason = making.why_not(name)
    if reason:
        stop(reason)
    folder = (into or read_settings().instance / "plugins") / name
    taken = next((each.place for each in find_plugins(folders()) if each.name == name), None)
    if taken or folder.exists() or folder.with_suffix(".py").exists():
        stop(f"There is a plugin “{name}” already: {taken or folder}. Choose another name, or change that one.")
    for file in making.copy_sample(name, folder, labels_in(labels)):
        say(f"{file}", "green")
    say(f"\nIt works as it is. Try it:\n  salesapp plugins check {name if into is None else folder}")
    say(f"  pytest {folder}\nThen change the words and stages; docs/plugins/first-plugin.md goes on from here.")


def labels_in(given: tuple[str, ...]) -> Mapping[str, str]:
    """“Car wash” and “ru=Автомойка” by their languages."""
    found: dict[str, str] = {}
    for each in given:
        language, sign, text = each.partition("=")
        known = sign and language in LANGUAGES
        found[language if known else "en"] = (text if known else each).strip()
    if empty := [language for language, text in found.items() if not text or "\n" in text]:
        stop(f"The label for {empty[0]} is empty or longer than a line.")
    return found


# --- look over ---


@click.command("check")
@click.argument("plugin", required=False)
def check_command(plugin: str | None) -> None:
    """Look plugins over: every problem with its file and line, and what to do. PLUGIN is a name or a path; without
    it, all.

    Exit code 0: no problem; 1: some.
    """
    found = author_check.plugins_in(folders(), plugin)
    if not found:
        known = ", ".join(each.name for each in find_plugins(folders()))
        stop(f"There is no plugin “{plugin}”; there is {known}." if plugin else "There is no plugin.")
    findings = [each for one in found for each in told(one)]
    problems = sum(each.kind == PROBLEM for each in findings)
    count = f"{problems} {'problem' if problems == 1 else 'problems'}" if problems else "No problem"
    say(f"{count} in {len(found)} {'plugin' if len(found) == 1 else 'plugins'}.", "red" if problems else "green")
    raise SystemExit(1 if problems else 0)


def told(found: Found) -> list[Finding]:
    """Say what is to say about one plugin."""
    findings = author_check.examine(found, folders())
    if findings:
        say(f"{found.name}  ({found.place})")
    for each in findings:
        place = shortened(each.place, found.files or Path(found.place))
        say(f"  {place}  {each.words}" if place else f"  {each.words}", COLOURS[each.kind])
    return findings


def shortened(place: str, plugin: Path) -> str:
    """A file inside the plugin's folder, by its name there."""
    return place.removeprefix(f"{plugin.parent}/")


# --- as TOML ---


@click.command("export")
@click.argument("plugin")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
def export_command(plugin: str, to: Path | None) -> None:
    """Write the records of PLUGIN as a pack.toml, which can be loaded in its place."""
    plugins = load_plugins(folders(), only=[plugin])
    one = plugins.plugin(plugin)
    if one is None:
        stop(f"“{plugin}” does not run: {plugins.set_aside[0].reason}")
    text = toml_writing.pack_text(one.manifest, one.records)
    if to is None:
        click.echo(text, nl=False)
    elif to.exists():
        stop(f"{to} is there already.")
    else:
        to.write_text(text, encoding="utf-8")
    for each in toml_writing.left_out(one):
        click.secho(f"Left out, as only Python can hold it: {each}", fg="yellow", err=True)


# --- the reference ---


@click.command("docs")
@click.option("--write", is_flag=True, help="Into docs/plugins/reference.md of a checkout.")
def docs_command(write: bool) -> None:
    """The reference of the plugin API, made from the code."""
    text = api_pages.page(plugin_api)
    if not write:
        click.echo(text, nl=False)
        return
    folder = places.CHECKOUT / "docs" / "plugins"
    if places.INSTALLED or not folder.is_dir():
        stop("There is no checkout here to write to: `salesapp plugins docs > reference.md` keeps it.")
    (folder / "reference.md").write_text(text, encoding="utf-8")
    say(f"{folder / 'reference.md'}", "green")


COMMANDS = (new_command, check_command, export_command, docs_command)
