"""Whose files are: rewritten wherever activities get another owner or customer."""

from sqlalchemy import select, update

from salesapp.store.engine import Executor
from salesapp.store.tables import activity, file


def follow(
    x: Executor, *, customer_id: int | None = None, deal_id: int | None = None, activity_id: int | None = None
) -> None:
    """Whose the files are, after the activities of this customer or deal, or this one, got somebody else."""
    about = activity.c.deal_id == deal_id if deal_id is not None else activity.c.customer_id == customer_id
    if activity_id is not None:
        about = activity.c.id == activity_id
    its = file.c.activity_id.in_(select(activity.c.id).where(about))
    same = activity.c.id == file.c.activity_id
    copied = (activity.c.customer_id, activity.c.deal_id, activity.c.scope_owner_id)
    values = {column.name: select(column).where(same).scalar_subquery() for column in copied}
    x.execute(update(file).where(its).values(values))
