"""Customers of a file: people and organisations, how they are reached, where they come from, and a contact of each."""

from collections.abc import Mapping, Sequence
from typing import Final

from salesapp.domain.bulk import Skip
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.permissions import can
from salesapp.domain.text import Text
from salesapp.services import sources
from salesapp.services.import_customer_fields import customer_fields, customer_options
from salesapp.services.import_customer_plan import plan_customers
from salesapp.services.import_customer_rows import WANTED, CustomerRow, read_customer
from salesapp.services.import_customer_undo import take_contact_back, take_customer_back
from salesapp.services.import_customer_writing import write_customers
from salesapp.services.import_field_options import add_options
from salesapp.services.import_kinds import YES, ImportOption, Known, Plan, Rejected
from salesapp.services.work import Work
from salesapp.store import batches, bulk_undo
from salesapp.store.batches import Item
from salesapp.store.engine import Executor

OWN: Final = "own_"
"""Begins the keys of sources the owner adds; a number follows."""
NAMES: Final = frozenset({"name", "given_name", "family_name", "company", "phone"})


class Customers:
    """`import_kinds.ImportKind` of customers."""

    key = "customer"
    label = Text(en="Customers", zh_Hans="客户", zh_Hant="客戶", ru="Клиенты")
    verb = "import"

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be."""
        return customer_fields(known)

    def options(self, known: Known) -> dict[str, ImportOption]:
        """What is asked for all rows."""
        return customer_options(known)

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole."""
        problems = []
        if not NAMES & known.columns.keys():
            problems.append(problem("columns", N_("A customer needs a name or a phone: choose a column for one.")))
        if known.option("make_sources") == YES and not can(known.actor, "settings.manage"):
            problems.append(problem("make_sources", N_("Only those who manage the settings can add sources.")))
        return problems

    def read(self, row: Row, asked: ImportAsked, known: Known) -> CustomerRow | Rejected:
        """The customer in a row."""
        return read_customer(row, asked, known)

    def plan(self, x: Executor, parsed: Sequence[CustomerRow], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
        """What to do with each."""
        return plan_customers(x, parsed, known)

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:
        """Make the sources that are not there yet."""
        group, language = known.option("source_group", "online"), known.actor.language or "en"
        made = [sources.add_source(w, group, language, word) for word in wanted.get(WANTED, ())]
        batches.note_items(w.session, batch_id, [("source", _number(key), {"added": True}) for key in made])
        add_options(w, wanted, "customer")

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Bring them in."""
        write_customers(w, plan, batch_id)

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one."""
        if item.kind == "source":
            take_source_back(w, item)
        elif item.kind == "contact":
            take_contact_back(w, item)
        else:
            take_customer_back(w, item)


def _number(key: str) -> int:
    return int(key.removeprefix(OWN))


def take_source_back(w: Work, item: Item) -> None:
    """It is offered no longer, unless a customer came by it meanwhile."""
    key = f"{OWN}{item.id}"
    if bulk_undo.source_is_used(w.session, key) or not can(w.actor, "settings.manage"):
        raise Skip("changed")
    sources.switch_source(w, key, off=True)


CUSTOMERS: Final = Customers()
