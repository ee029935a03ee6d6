"""An activity as lists show it: who, what, when, why, and what to do next.

A list's rows are kept by what the store says of them and how they are looked at, for as long as the clock does not
change what they say: like the cards of deals (salesapp/web/deal_cards.py).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from markupsafe import Markup

from salesapp.web import deal_words
from salesapp.web.i18n import gettext, language, show_moment, today, zone
from salesapp.web.inputs import start_of
from salesapp.web.kept import Place, environment, macro_of, place, together
from salesapp.web.request import catalog, current_now


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


def words_of(row: Any, *, with_owner: bool) -> Row:
    """A row of the store in the person's words."""
    planned = row.state == "planned"
    moment = row.planned_at if planned else row.at
    who = row.customer_name or row.deal_title or row.note.split("\n")[0][:60] or deal_words.kind_label(row.kind)
    href = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}" if row.customer_id else ""
    outcomes = {"reached": gettext("reached"), "not_reached": gettext("not reached")}
    about = [row.contact_name or "", deal_words.besides(row.deal_title, who)]
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
    )


class Activities:
    """Makes what one page shows of its activities. `may` they be changed; `done` are told otherwise than planned ones;
    `selecting` puts a box to tick before each."""

    def __init__(self, *, with_owner: bool, may: bool, done: bool = False, selecting: bool = False) -> None:
        self.now, self.with_owner, self.more = current_now(), with_owner, (may, done, "", selecting)
        # The catalogue says what the rules are called.
        self.look = ("activities/rows.html", environment(), catalog(), language(), zone(), with_owner, self.more)

    def shown(self, rows: Iterable[Any]) -> Markup:
        """These rows of the store, one after the other."""
        look, now = self.look, self.now
        found = ((place(look, _key(row)), row) for row in rows)
        return together(held.at(now) or self._made(held, row) for held, row in found)

    def _made(self, held: Place, row: Any) -> str:
        words = words_of(row, with_owner=self.with_owner)
        text = macro_of("activities/rows.html", "activity_row")(words, *self.more)
        return held.keep(text, self.now, self._until(row))

    def _until(self, row: Any) -> datetime:
        """When it says something else: tomorrow, or as soon as its hour has passed."""
        if row.state == "planned" and not row.all_day and row.planned_at is not None and row.planned_at >= self.now:
            at: datetime = row.planned_at
            return min(self.tomorrow, at)
        return self.tomorrow

    @cached_property
    def tomorrow(self) -> datetime:
        """When the person's next day begins."""
        return start_of(today() + timedelta(days=1))


def _key(row: Any) -> tuple[Any, ...]:
    """The row as a key; why it is there is an object, and becomes a text."""
    key: tuple[Any, ...] = row[:]
    if row.because is None:
        return key
    return (json.dumps(row.because, sort_keys=True), *(each for each in key if not isinstance(each, dict)))
