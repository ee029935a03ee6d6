"""Bringing in deals, with the way they took: the kind `deal` of imports."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.errors import Problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.text import Text
from salesapp.services.import_customer_undo import take_customer_back
from salesapp.services.import_deal_changes import change_deals
from salesapp.services.import_deal_fields import deal_fields, deal_options, deal_problems
from salesapp.services.import_deal_plan import plan_deals
from salesapp.services.import_deal_rows import DealRow, read_deal
from salesapp.services.import_deal_undo import take_deal_back
from salesapp.services.import_deal_writing import add_deals
from salesapp.services.import_field_options import add_options
from salesapp.services.import_kinds import ImportOption, Known, Plan, Rejected
from salesapp.services.import_won_customers import take_state_back
from salesapp.services.work import Work
from salesapp.store.batches import Item
from salesapp.store.engine import Executor


class Deals:
    """`import_kinds.ImportKind` of deals: opened, moved, won and lost in the past."""

    key = "deal"
    label = Text(en="Deals", zh_Hans="商机", zh_Hant="商機", ru="Сделки")
    verb = "import"

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be."""
        return deal_fields(known)

    def options(self, known: Known) -> dict[str, ImportOption]:
        """What is asked for all rows."""
        return deal_options(known)

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole."""
        return deal_problems(known)

    def read(self, row: Row, asked: ImportAsked, known: Known) -> DealRow | Rejected:  # noqa: ARG002
        """What a row says."""
        return read_deal(row, known)

    def plan(self, x: Executor, parsed: Sequence[Any], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
        """What to do with a portion of rows."""
        return plan_deals(x, parsed, known)

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:  # noqa: ARG002
        """New words become options of our own fields."""
        add_options(w, wanted, "deal")

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Open the new ones with their past, bring the others up to the file."""
        if plan.new:
            add_deals(w, plan.new, known, batch_id)
        if plan.changed:
            change_deals(w, plan.changed, known, batch_id)

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one record."""
        if item.kind == "customer" and "state" in item.before:
            take_state_back(w, item)
        elif item.kind == "customer":
            take_customer_back(w, item)
        else:
            take_deal_back(w, item)


DEALS: Final = Deals()
