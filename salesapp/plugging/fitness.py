"""Is this plugin fit to run? Everything that is looked at before it may."""

import difflib
import inspect
from collections.abc import Iterable, Sequence
from typing import Final

import pluggy

from salesapp.domain.errors import N_, Msg
from salesapp.domain.pack import KEY
from salesapp.domain.result_forms import OWN
from salesapp.plugging.manifest import API, Manifest
from salesapp.plugging.search import Found
from salesapp.plugging.spec import PROJECT, new_manager
from salesapp.store.plugin_tables import CORE

OWNERS: Final = (OWN, "field")
"""What is kept under these names would be taken for answers to the owner's questions, or for fields of a process."""
RESERVED: Final = (*OWNERS, CORE, PROJECT, "test", "tests")
"""No plugin is called so: it is neither made, nor taken, nor purged."""


NEAR: Final = 0.75
"""How alike two names are, from 0 to 1, for one to be taken for a slip of the other."""


class UnfitError(Exception):
    """This plugin cannot be taken; carries the reason."""

    def __init__(self, source: str, /, **values: object) -> None:
        self.reason = Msg(source, values)
        super().__init__(str(self.reason))


def check_name(found: Found) -> None:
    """The name becomes part of module names, keys and addresses."""
    if not KEY.fullmatch(found.name):
        raise UnfitError(
            N_("Its name must be lower-case letters, digits and _, beginning with a letter: rename %(place)s."),
            place=found.place,
        )
    if found.name in OWNERS:
        raise UnfitError(
            N_("“%(name)s” is the name of what the owner adds: rename %(place)s."), name=found.name, place=found.place
        )
    if found.name in RESERVED:
        raise UnfitError(N_("“%(name)s” is not the name of a plugin."), name=found.name)


def manifest_of(module: object, found: Found) -> Manifest:
    """The plugin's card, if it has one and it fits."""
    manifest = getattr(module, "MANIFEST", None)
    if not isinstance(manifest, Manifest):
        raise UnfitError(N_("It has no MANIFEST = Manifest(…) in %(place)s."), place=found.place)
    if manifest.api != API:
        raise UnfitError(
            N_("It is written for version %(theirs)s of the plugin API; this is version %(ours)s."),
            theirs=manifest.api,
            ours=API,
        )
    if manifest.name != found.name:
        raise UnfitError(
            N_("Its manifest calls it “%(manifest)s”, but its folder or file “%(name)s”."),
            manifest=manifest.name,
            name=found.name,
        )
    return manifest


def hooks_of(module: object, found: Found) -> pluggy.PluginManager:
    """The plugin's hooks, each of which exists and has the right arguments; a misspelt one would never be called."""
    manager = new_manager()
    known = sorted(name for name in vars(manager.hook) if name.startswith(f"{PROJECT}_"))
    for name in dir(module):
        options = manager.parse_hookimpl_opts(module, name)
        if options is None:
            if name.startswith(f"{PROJECT}_") and inspect.isfunction(getattr(module, name)):
                raise UnfitError(N_("%(hook)s is not marked with @hookimpl."), hook=name)
            continue
        check_hook(options.get("specname") or name, getattr(module, name), dict(options), known)
    manager.register(module, found.name)  # pluggy's own checks: the arguments
    return manager


def nearest_hooks(name: str, known: Iterable[str]) -> list[str]:
    """The hooks an author may have meant, in whatever order they remember a name's words: "deal_chek" is nearer to
    "check_deal_move" than to "health"."""
    said = name.removeprefix(f"{PROJECT}_").split("_")
    found = {hook: _likeness(said, hook.removeprefix(f"{PROJECT}_").split("_")) for hook in known}
    best = max(found.values(), default=0.0)
    return sorted(hook for hook, likeness in found.items() if likeness == best) if best > NEAR else []


def _likeness(said: Sequence[str], words: Sequence[str]) -> float:
    """How well each word that was said is found, less something for each word that was not."""
    each = [max(difflib.SequenceMatcher(None, one, other).ratio() for other in words) for one in said]
    return sum(each) / len(each) - 0.05 * abs(len(words) - len(said))


def check_hook(hook: str, function: object, options: dict[str, object], known: list[str]) -> None:
    """This hook is one of ours, and an ordinary function."""
    if hook not in known and not options.get("optionalhook"):
        if close := nearest_hooks(hook, known):
            raise UnfitError(
                N_("There is no hook %(hook)s; did you mean %(known)s?"), hook=hook, known=" / ".join(close)
            )
        raise UnfitError(N_("There is no hook %(hook)s."), hook=hook)
    if options.get("wrapper") or options.get("hookwrapper") or inspect.iscoroutinefunction(function):
        raise UnfitError(N_("%(hook)s must be an ordinary function, neither async nor a wrapper."), hook=hook)
