"""A car dealership with four S: sale, spare parts, service, survey. From the first visit to the next car."""

from collections.abc import Iterable, Mapping
from typing import Any

from salesapp.plugin_api import (
    CustomerView,
    Event,
    IndustryPack,
    Manifest,
    OwnTables,
    Problem,
    Reads,
    SettingsForm,
    Text,
    Work,
    hookimpl,
)

from . import here
from .after import again, calls, matters_here, matters_pages, referrals, survey, survey_pages
from .cars import car_dates, car_dates_pages, drives, drives_pages, vehicles, vehicles_pages
from .door import interests, interests_pages, levels, maps, not_online, visits_pages, visits_rules
from .evidence import EVIDENCE
from .example import demo
from .handover import delivery, delivery_pages
from .reporting import figures, figures_pages
from .sale import contracts, contracts_pages, offers, offers_pages
from .showroom import SHOWROOM
from .tables import metadata

MANIFEST = Manifest(
    name="automotive",
    version="1.0",
    label=Text("Car dealership", "汽车 4S 店", "汽車 4S 店", "Автосалон"),
    description=Text(
        "Nine stages from the first contact to delivery and after it, cars in stock, test drives, and the calls that "
        "follow a delivery.",
        "从开发、接待到交车、跟踪的九个阶段，库存车辆、试乘试驾，以及交车之后的回访。",
        "從開發、接待到交車、追蹤的九個階段，庫存車輛、試乘試駕，以及交車之後的回訪。",
        "Девять этапов от знакомства до выдачи и после неё, автомобили в наличии, тест-драйвы и звонки после выдачи.",
    ),
    on=False,
)

PARTS = (
    here,
    visits_rules,
    not_online,
    interests,
    vehicles,
    drives,
    offers,
    contracts,
    levels,
    delivery,
    calls,
    survey,
    matters_here,
    referrals,
    again,
    car_dates,
    car_dates_pages,
    maps,
    figures,
    demo,
)
"""Each brings its own records, in the order in which people meet them."""

PAGES = (
    visits_pages,
    interests_pages,
    vehicles_pages,
    drives_pages,
    offers_pages,
    contracts_pages,
    delivery_pages,
    survey_pages,
    matters_pages,
    figures_pages,
)
"""Built on the parts, which know nothing of them."""


@hookimpl
def salesapp_records() -> Iterable[Any]:
    """The whole dealership."""
    return [
        IndustryPack("automotive", MANIFEST.label, (SHOWROOM,), accent="#1f5f8b"),
        *EVIDENCE,
        OwnTables(metadata, stays=("automotive_referral",)),
        SettingsForm(tuple(field for part in PARTS for field in getattr(part, "SETTINGS", ()))),
        *(record for part in PARTS for record in getattr(part, "RECORDS", ())),
        *(each.ROUTES for each in PAGES),
    ]


@hookimpl
def salesapp_event(event: Event, w: Work) -> None:
    """Each part that hears of events does what follows of this one."""
    for part in PARTS:
        if hears := getattr(part, "hears", None):
            hears(event, w)


@hookimpl
def salesapp_erase(customer: CustomerView, w: Work) -> None:
    """Each part that keeps words about a customer takes them out."""
    for part in PARTS:
        if erases := getattr(part, "erases", None):
            erases(customer, w)


@hookimpl
def salesapp_check_customer_save(
    customer: CustomerView | None, changes: Mapping[str, Any], reads: Reads
) -> Iterable[Problem]:
    """Who may have brought whom."""
    return referrals.checks_customer(customer, changes, reads)
