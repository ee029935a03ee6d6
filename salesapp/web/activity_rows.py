"""An activity as lists show it: who, what, when, why, and what to do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesapp.web import deal_words
from salesapp.web.i18n import gettext, show_moment


@dataclass(frozen=True, slots=True)
class Row:
    """An activity as a list shows it: who, what, when, because, and what to do next."""

    id: int
    who: str
    href: str
    kind: str
    icon: str
    what: str
    when: str
    iso: str
    because: str
    late: bool
    phone: str
    owner: str
    organisation: bool
    outcome: str
    due: datetime | None
    all_day: bool


def words_of(row: Any, *, with_owner: bool) -> Row:
    """A row of the store in the person's words."""
    planned = row.state == "planned"
    moment = row.planned_at if planned else row.at
    who = row.customer_name or row.deal_title or row.note.split("\n")[0][:60] or deal_words.kind_label(row.kind)
    href = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}" if row.customer_id else ""
    outcomes = {"reached": gettext("reached"), "not_reached": gettext("not reached")}
    about = [row.contact_name or "", row.deal_title if row.deal_title not in (None, row.customer_name) else ""]
    owner = (row.owner_name or gettext("nobody")) if with_owner else ""
    because = deal_words.because_text(row.because)
    return Row(
        id=row.id,
        who=who,
        href=href,
        kind=row.kind,
        icon=deal_words.kind_icon(row.kind),
        what=" · ".join(filter(None, [deal_words.kind_label(row.kind), *about])),
        when=deal_words.planned_text(moment, row.all_day) if planned else show_moment(moment),
        iso=moment.isoformat() if moment else "",
        because=" · ".join(filter(None, [row.note if row.note != who else "", because, owner])),
        late=planned and deal_words.is_late(moment, row.all_day),
        phone=row.phone or "",
        owner=owner,
        organisation=row.customer_kind == "organisation",
        outcome=outcomes.get(row.outcome or "", ""),
        due=moment,
        all_day=row.all_day,
    )
