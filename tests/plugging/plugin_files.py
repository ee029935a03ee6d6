"""Small plugins, written to disk as an author would."""

from pathlib import Path
from textwrap import dedent

from salesapp.plugging.loader import Plugins, load_plugins

HEAD = """
from salesapp.plugin_api import *

def words(en):
    return Text(en=en, zh_Hans="字", zh_Hant="字", ru="Слово")

def process(key, en="Words"):
    stage = Stage("first", words("First"), words("Goal"), (), 50)
    return Process(key, words(en), (stage,), (LostReason("price", words("Price")),))
"""
GOOD = """
@hookimpl
def salesapp_records():
    return [IndustryPack("%(name)s", words("Pack"), (process("short"),))]
"""


def card(name: str, more: str = "") -> str:
    """The manifest of a plugin."""
    return f'\nMANIFEST = Manifest(name="{name}", version="1.0", label=words("L"), description=words("D"){more})\n'


def write(directory: Path, name: str, body: str = "", *, more: str = "") -> Path:
    """A single-file plugin with a manifest, helpers and `body`; a good pack when nothing is given."""
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}.py"
    path.write_text(HEAD + card(name, more) + dedent(body or GOOD % {"name": name}), encoding="utf-8")
    return path


def load(*directories: Path) -> Plugins:
    """Everything in these directories."""
    return load_plugins(directories, only=None, safe_mode=False)


def reasons(plugins: Plugins) -> dict[str, str]:
    """Who was set aside, and why."""
    return {each.name: str(each.reason) for each in plugins.set_aside}
