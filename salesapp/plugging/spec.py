"""The hooks: every question the house asks its plugins.

A hook is here only when the house calls it. What can be listed beforehand is a record, not a hook.
"""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pluggy

from salesapp.domain.errors import Problem
from salesapp.domain.pack import Fields, IndustryPack, Process
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.views import DealView

PROJECT: Final = "salesapp"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Record = IndustryPack | Process | ResultForm | Fields


@hookspec
def salesapp_records() -> Iterable[Record]:  # type: ignore[empty-body]
    """What this plugin brings, as records. Called once, when the catalogue is built: no clock, no database, no network.

    A process of the plugin `general` with the key `six` is known to everybody as `general.six`.
    """


@hookspec
def salesapp_check_deal_move(deal: DealView, to: str, now: datetime) -> Iterable[Problem] | None:
    """What speaks against moving `deal` to `to`, a stage or ":won", at `now`; nothing, or None, when it may move.

    Asked about every process, not only the plugin's own: look at `deal.process` first. The house has already made
    sure that the stage exists and the deal is open. All problems of all plugins are shown together.
    """


def new_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows the hooks above and no plugin yet."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(sys.modules[__name__])
    return manager
