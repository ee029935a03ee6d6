"""A plugin for car rental, as its author wrote it, and the version that came a year later: for what happens when a
plugin is switched off, gone, or does away with what it had."""

from pathlib import Path

from flask import Flask

from salesapp.plugging.house import House
from salesapp.plugging.loader import load_plugins

PROCESS = "rental.rent"
FIRST = """
from salesapp.plugin_api import *

def words(en):
    return Text(en=en, zh_Hans=f"字{en}", zh_Hant=f"字{en}", ru=f"Слово {en}")

MANIFEST = Manifest(name="rental", version="1.0", label=words("Car rental"), description=words("Cars by the day"))
DAYS = Field("days", words("Rental days"), "integer")
FULL, NONE = Option("full", words("Full cover")), Option("no", words("No cover"))
INSURED = Field("insured", words("Insurance"), "choice", (FULL, NONE,))
STAGES = (
    Stage("asked", words("Rental asked"), words("Know the days"), (KeyStep("talked", words("Talked it over")),), 10),
    Stage("offered", words("Rental offered"), words("An offer"), (KeyStep("sent", words("Offer sent")),), 50, 7,
          to_enter=(Gate("days", When("field.days", "filled")),)),
    Stage("handed", words("Keys handed over"), words("Drive"), (), 90),
)
REASONS = (LostReason("price", words("Too dear")), LostReason("rain", words("It rained")))
RENT = Process("rent", words("Rent a car"), STAGES, REASONS, (DAYS, INSURED))
LICENCE = Field("licence", words("Driving licence"), "text")
CREDIT = Field("credit", words("Credit rating"), "text", readers=("manager",))
SMALL, VAN = Option("small", words("Small car")), Option("van", words("Van"))
CLASS = Field("class", words("Car class"), "choice", (SMALL, VAN,))
COUNTED = Field("counted", words("Times rented"), "integer")
SIZE = Field("size", words("Group size"), "integer")
ASKED = (Field("damage", words("Damage seen"), "text"), Field("fuel", words("Fuel left"), "integer"),)
HANDOVER = ResultForm("handover", words("Handover"), "visit", ASKED, process="rental.rent")
SETTINGS = SettingsForm((
    Field("deposit", words("Deposit"), "integer", default=500, between=(0, 5000)),
    Field("sender", words("Sender"), "text", required=True, default="desk"),
    Field("level", words("Level"), "choice", (Option("low", words("Low")), Option("high", words("High")))),
))

@hookimpl
def salesapp_records():
    pack, fields = IndustryPack("rental", words("Rental pack"), (RENT,)), (LICENCE, CREDIT, CLASS, COUNTED)
    return [pack, Fields("customer", fields), Fields("deal", (SIZE,)), HANDOVER, SETTINGS]

@hookimpl
def salesapp_check_deal_move(deal, to):
    if deal.process == "rental.rent" and to == "handed" and deal.amount_minor is None:
        return [problem("amount", N_("Nothing is free."))]
"""
"""What came first: three stages, fields, a form, settings and a check."""

SECOND = (
    FIRST.replace('version="1.0"', 'version="2.0"')
    .replace('words("Rental asked")', 'words("Rental wanted")')
    .replace('words("Know the days"), (KeyStep("talked", words("Talked it over")),), 10', 'words("Days"), (), 20')
    .replace('Stage("handed"', 'Stage("driven"')
    .replace('LostReason("rain", words("It rained"))', 'LostReason("snow", words("It snowed"))')
    .replace("(SMALL, VAN,)", "(SMALL,)")
    .replace("(FULL, NONE,)", "(NONE,)")
    .replace(", CREDIT, CLASS, COUNTED", ", CLASS")
    .replace(', Field("fuel", words("Fuel left"), "integer")', "")
)
"""A year later: a stage is called otherwise and has lost its key step, another is gone, and so are a reason, options,
two fields and a question."""


def write_rental(folder: Path, source: str = FIRST) -> Path:
    """The plugin's file, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    path = folder / "rental.py"
    path.write_text(source, encoding="utf-8")
    return path


def become(app: Flask, *folders: Path, safe_mode: bool = False) -> House:
    """The application as another process has it that was started now, with the plugins of these folders."""
    from salesapp.plugging.hooks import Hooks

    plugins = load_plugins(folders, safe_mode=safe_mode)
    app.extensions["salesapp_plugins"] = plugins
    app.extensions["salesapp_hooks"] = Hooks(plugins, raise_errors=True)
    app.extensions["salesapp_house"] = house = House(plugins)
    return house
