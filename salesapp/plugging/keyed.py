"""The kinds of records that the catalogue keeps by their full key and nothing more: `catalog.of(Kind)` gives them back.

A kind belongs here when it has a `key`, checks itself, and whoever uses it looks it up by its kind. Processes, result
forms and fields have rules among each other besides, which `catalog.py` knows.
"""

from typing import Final

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.events import Listens
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.import_map import ImportMap
from salesapp.domain.pack import Evidence
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.terms import Terms
from salesapp.plugging.channels import Channel
from salesapp.plugging.own_commands import Command
from salesapp.plugging.own_demo import DemoData
from salesapp.plugging.own_jobs import PluginJob
from salesapp.plugging.own_rows import ImportRows
from salesapp.plugging.own_tables import OwnTables
from salesapp.plugging.slots import DashboardCard, MenuItem, Panel, PluginReport, Routes

KEYED: Final[tuple[type, ...]] = (
    *(OwnTables, PluginJob, Command, ImportMap, ImportRows, DemoData, SettingsForm, Listens, Evidence, DateKind),
    *(Panel, DashboardCard, MenuItem, PluginReport, Routes, Terms, FollowUp, Channel),
)
