"""A file of deals as a company would bring it along: with the dates of three stages, half of them closed, and customers
of which each has ten."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from salesapp.domain.importing import FileShape, ImportAsked

COLUMNS: Final = (
    *("key", "title", "customer", "stage", "entered.identification", "entered.contact", "entered.needs"),
    *("closed_at", "amount"),
)
OPTIONS: Final = {"process": "general.six", "currency": "CNY", "make_customers": "yes"}
_FIRST: Final = date(2025, 1, 1)


def made_deals(path: Path, rows: int, seed: int) -> None:
    """Write the file."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for n in range(rows):
            days = [_FIRST + timedelta(days=chance.randrange(60))]
            for _ in range(3):
                days.append(days[-1] + timedelta(days=chance.randrange(1, 60)))
            closed = n % 2 == 0
            stage = (":won" if n % 4 else ":lost") if closed else "needs"
            customer = f"客户{chance.randrange(max(1, rows // 10))}有限公司"
            amount = chance.randrange(1, 500) * 1000
            writer.writerow((f"D{n}", f"商机{n}", customer, stage, *days[:3], days[3] if closed else "", amount))


def question() -> ImportAsked:
    """How it is asked for."""
    return ImportAsked(kind="deal", shape=FileShape(), columns=dict(enumerate(COLUMNS)), options=OPTIONS)
