"""What an event means for follow-up rules, in the transaction of what happened: something begins, moves on, or ends.

Only rules that hear of its kind are asked (`Catalog.follow_up_ears`), so what concerns none costs nothing. Many at once
(a bulk change, an import) begin nothing: only what is planned already follows.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from salesapp.domain.follow_up import OnDate
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import follow_up_of_customers, follow_up_of_deals
from salesapp.services.follow_up_beginning import Some, Values, begin, begins
from salesapp.services.work import Work

LATE: Final = timedelta(days=1)
"""What is noted later than this is history: it plans nothing."""


def hear(w: Work, event_id: int, values: Values, rules: Some) -> None:
    """Something happened of which these rules want to hear."""
    kind = values["kind"]
    told = _TOLD.get(kind)
    if told is not None:
        told(w, values, rules)
    alone = values["batch_id"] is None and values["at"] >= w.now - LATE
    dated = [each for each in rules if kind == "deal.won" and _is_date(each, "deal.closed")]
    begin(w, [each for each in rules if begins(each, values)] if alone else [], event_id, values, dated)


def _is_date(each: Running, of: str) -> bool:
    return isinstance(each.rule.when, OnDate) and each.rule.when.of == of


_TOLD: Final[Mapping[str, Callable[[Work, Values, Some], None]]] = {
    "deal.taken_back": follow_up_of_deals.taken_back,
    "deal.reopened": follow_up_of_deals.reopened,
    "deal.lost": follow_up_of_deals.closed,
    "deal.won": follow_up_of_deals.closed,
    "deal.archived": follow_up_of_deals.archived,
    "deal.restored": follow_up_of_deals.restored,
    "deal.changed": follow_up_of_deals.changed,
    "deal.moved": follow_up_of_deals.moved,
    "customer.changed": follow_up_of_customers.changed,
    "customer.date_added": follow_up_of_customers.dates,
    "customer.date_moved": follow_up_of_customers.dates,
    "customer.date_archived": follow_up_of_customers.dates,
    "contact.archived": follow_up_of_customers.dates,
    "contact.restored": follow_up_of_customers.dates,
    "customer.point_added": follow_up_of_customers.reachable,
    "customer.point_changed": follow_up_of_customers.reachable,
    "customer.point_archived": follow_up_of_customers.reachable,
    "customer.consent_noted": follow_up_of_customers.reachable,
    "customer.consent_withdrawn": follow_up_of_customers.refused,
    "customer.archived": follow_up_of_customers.archived,
    "customer.erased": follow_up_of_customers.erased,
    "customer.restored": follow_up_of_customers.restored,
    "customer.assigned": follow_up_of_customers.owned,
    "customer.claimed": follow_up_of_customers.owned,
    "customer.pool_moved": follow_up_of_customers.owned,
    "customer.taken_back": follow_up_of_customers.owned,
    "customer.released": follow_up_of_customers.released,
    "customer.merged": follow_up_of_customers.merged,
    "customer.unmerged": follow_up_of_customers.unmerged,
    "import.done": follow_up_of_customers.imported,
    "import.undone": follow_up_of_customers.imported,
}
