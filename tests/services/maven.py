"""Real deals of a real company to try imports and reports with: `import_maven(app, now)` brings the whole of
../shared/data/maven_crm in as a new user would: people, customers, a field for products, then 8,800 deals mapped onto
the bundled process of six stages (prospecting is its identification, engaging its contact)."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import import_runs as runs
from salesapp.services.import_files import keep
from salesapp.services.own_fields import add_field
from salesapp.services.work import work
from salesapp.store.import_runs import RunView
from tests.services.import_kit import asked, imported

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"
PIPELINE = "sales_pipeline.csv"
DAY_FIRST = "sales_pipeline_DD-MM-YYYY.csv"
PROCESS = "general.six"
COLUMNS = {
    "opportunity_id": "key",
    "sales_agent": "owner",
    "product": "own.product",
    "account": "customer",
    "deal_stage": "stage",
    "engage_date": "entered.contact",
    "close_date": "closed_at",
    "close_value": "amount",
}
WORDS = {
    "stage": {"Prospecting": "identification", "Engaging": "contact", "Won": ":won", "Lost": ":lost"},
    "own.product": {"GTXPro": "gtx_pro"},
}


def import_maven(app: Flask, now: datetime, actor: Actor = SYSTEM) -> dict[str, RunView]:
    """All of it, by the name of the file; the test is skipped where the data is not here."""
    if not FOLDER.is_dir():
        pytest.skip("the real deals (../shared/data/maven_crm) are not here")
    people = {"sales_agent": "name", "manager": "manager", "regional_office": "team"}
    accounts = {"account": "name", "office_location": "address", "sector": "own.sector"}
    with work(actor, now) as w:
        add_field(w, "deal", "choice", {"label": "Product", "options": "\n".join(products())})
        add_field(w, "customer", "text", {"label": "Sector"})
    return {
        "sales_teams.csv": bring("sales_teams.csv", now, actor, asked("person", columns("sales_teams.csv", people))),
        "accounts.csv": bring("accounts.csv", now, actor, _organisations(accounts)),
        PIPELINE: bring(PIPELINE, now, actor, deals_asked(PIPELINE)),
    }


def products() -> list[str]:
    """What they sell."""
    with (FOLDER / "products.csv").open(newline="") as file:
        return [row["product"] for row in csv.DictReader(file)]


def columns(name: str, fields: dict[str, str]) -> dict[int, str]:
    """Which column is which field, by its header."""
    with (FOLDER / name).open(newline="", encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    return {at: fields[column] for at, column in enumerate(header) if column in fields}


def _organisations(fields: dict[str, str]) -> ImportAsked:
    return asked("customer", columns("accounts.csv", fields), options={"kind": "organisation"})


def deals_asked(name: str) -> ImportAsked:
    """The deals, with every word that is called otherwise here."""
    return asked("deal", columns(name, COLUMNS), values=WORDS, options={"process": PROCESS, "currency": "USD"})


def bring(name: str, now: datetime, actor: Actor, question: ImportAsked) -> RunView:
    """One file, to its end."""
    with (FOLDER / name).open("rb") as file:
        kept = keep(file, name)
    with work(actor, now) as w:
        run_id = runs.begin(w, kept, name, question)
    return imported(actor, run_id, now)
