"""Bringing in what was done and what is planned: the kind `activity` of imports."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.errors import Problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.text import Text
from salesapp.services.import_activity_fields import activity_fields, activity_options, activity_problems
from salesapp.services.import_activity_plan import plan_activities
from salesapp.services.import_activity_rows import ActivityRow, read_activity
from salesapp.services.import_activity_writing import add_activities, change_activities, take_activity_back
from salesapp.services.import_customer_undo import take_customer_back
from salesapp.services.import_field_options import add_options
from salesapp.services.import_kinds import ImportOption, Known, Plan, Rejected
from salesapp.services.work import Work
from salesapp.store.batches import Item
from salesapp.store.engine import Executor


class Activities:
    """`import_kinds.ImportKind` of activities."""

    key = "activity"
    label = Text(en="Activities", zh_Hans="跟进", zh_Hant="跟進", ru="Действия")
    verb = "import"

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be."""
        return activity_fields(known)

    def options(self, known: Known) -> dict[str, ImportOption]:
        """What is asked for all rows."""
        return activity_options(known)

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole."""
        return activity_problems(known)

    def read(self, row: Row, asked: ImportAsked, known: Known) -> ActivityRow | Rejected:  # noqa: ARG002
        """What a row says."""
        return read_activity(row, known)

    def plan(self, x: Executor, parsed: Sequence[Any], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
        """What to do with a portion of rows."""
        return plan_activities(x, parsed, known)

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:  # noqa: ARG002
        """New words become options of our own fields."""
        add_options(w, wanted, "activity")

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Note and plan the new ones, bring the others up to the file."""
        if plan.new:
            add_activities(w, plan.new, known, batch_id)
        if plan.changed:
            change_activities(w, plan.changed, batch_id)

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one record."""
        if item.kind == "customer":
            take_customer_back(w, item)
        else:
            take_activity_back(w, item)


ACTIVITIES: Final = Activities()
