"""Is this plugin fit to run? Everything that is looked at before it may."""

import difflib
import inspect
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


def check_hook(hook: str, function: object, options: dict[str, object], known: list[str]) -> None:
    """This hook is one of ours, and an ordinary function."""
    if hook not in known and not options.get("optionalhook"):
        close = difflib.get_close_matches(hook, known, n=1)
        if close:
            raise UnfitError(N_("There is no hook %(hook)s; did you mean %(known)s?"), hook=hook, known=close[0])
        raise UnfitError(N_("There is no hook %(hook)s."), hook=hook)
    if options.get("wrapper") or options.get("hookwrapper") or inspect.iscoroutinefunction(function):
        raise UnfitError(N_("%(hook)s must be an ordinary function, neither async nor a wrapper."), hook=hook)
