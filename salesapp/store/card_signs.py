"""What a card says beyond its deal's own row: steps done, the next step, whether it waits for somebody's yes.

Columns of the statement that reads the deals of a board or a list, asked of each deal that is shown by its own indexes:
of one deal little is planned or asked for, of everybody very much (no_index.py).
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, exists, func, select

from salesapp.domain.decisions import DEAL_LOST
from salesapp.store.no_index import no_index
from salesapp.store.tables import activity, deal, deal_step, decision
from salesapp.store.types import COMMA, as_stored


def _earliest(*of: ColumnElement[bool]) -> ColumnElement[Any]:
    planned = select(_planned.c.id).where(no_index(_planned.c.state) == "planned", *of)
    return planned.order_by(_planned.c.planned_at, _planned.c.id).limit(1).scalar_subquery()


_planned = activity.alias("planned")
_next = activity.alias("next")
_its_own = _earliest(_planned.c.deal_id == deal.c.id)
_its_customers = _earliest(no_index(_planned.c.deal_id).is_(None), _planned.c.customer_id == deal.c.customer_id)
_steps = func.aggregate_strings(deal_step.c.step, COMMA)  # keys have no commas
_waiting = (no_index(decision.c.state) == "pending", decision.c.kind == DEAL_LOST, decision.c.deal_id == deal.c.id)

columns: Final[tuple[ColumnElement[Any], ...]] = (
    as_stored(_next.c.planned_at).label("next_at"),
    _next.c.kind.label("next_kind"),
    as_stored(_next.c.all_day).label("next_all_day"),
    select(_steps).where(deal_step.c.deal_id == deal.c.id).scalar_subquery().label("done"),
    as_stored(exists().where(*_waiting)).label("waiting"),
)
"""The next step is the deal's own, else what its customer has planned without a deal; `done` are keys with commas."""


def joined(deals: FromClause) -> FromClause:
    """What `columns` are read from, beside the deals."""
    return deals.outerjoin(_next, _next.c.id == func.coalesce(_its_own, _its_customers))
