"""Reports: closed deals by what a choice field says of them, a product or a model."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, cast, func, select

from salesapp.store.custom_values import CustomText
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ENDS, ReportFilter, owned
from salesapp.store.tables import deal


def by_choice(x: Executor, f: ReportFilter, field: str) -> list[tuple[str | None, str, str, int, int]]:
    """Closed deals by what a choice field ("own.product") says (None: nothing), state and currency: number and sum.

    Counted live, so whoever asks makes sure that there are not very many.
    """
    values = {"process": f.process, "since": f.since, "until": f.until}
    found: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    found |= {"owners": sorted(f.owners)} if f.owners is not None else {}
    query = _by_choice(field, f.since is not None, f.until is not None, f.owners is not None)
    return [(row[0] or None, row[1], row[2], row[3], row[4]) for row in x.execute(query, found)]


@cache
def _by_choice(field: str, since: bool, until: bool, of_owners: bool) -> Select[*tuple[Any, ...]]:
    keys = (CustomText(deal.c.custom, *field.split(".", 1)), deal.c.state, deal.c.currency)
    where = [deal.c.process == bindparam("process"), deal.c.state.in_(ENDS), deal.c.archived_at.is_(None)]
    where += [deal.c.closed_at >= bindparam("since")] if since else [deal.c.closed_at.is_not(None)]
    where += [deal.c.closed_at < bindparam("until")] if until else []
    where += owned(deal.c.owner_id, of_owners)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    return select(*keys, func.count(), amount).where(*where).group_by(*keys)
