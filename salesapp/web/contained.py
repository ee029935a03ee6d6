"""Plugin code in the middle of a page: whatever it does, the page is made, and nothing is changed by looking."""

from collections.abc import Callable
from typing import TypeVar

from salesapp.plugging import running
from salesapp.store.engine import changing_nothing
from salesapp.web.request import catalog

T = TypeVar("T")


def attempt(plugin: str, what: str, make: Callable[[], T]) -> T | None:
    """What the plugin's code makes; None where it fails, or did so too often to be asked again. `what` names it on the
    Plugins page."""
    if is_off(plugin, what):
        return None
    with changing_nothing():
        return running.hooks().contain(plugin, what, make).value


def is_off(plugin: str, what: str) -> bool:
    """Whether nobody asks it any more until an administrator turns it on."""
    return (plugin, what) in catalog().hooks_off
