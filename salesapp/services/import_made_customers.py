"""Organisations made for customers that rows of deals or activities name and nobody knows: each name once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesapp.services.import_kinds import Known
from salesapp.services.import_parties import Party, ToMake, made_once
from salesapp.services.work import Work
from salesapp.store import batches, bulk, bulk_deals, bulk_parties
from salesapp.store.bulk_parties import Found


@dataclass(frozen=True, slots=True)
class Owners:
    """The customers of a portion as they are now, locked; those that were made among them."""

    here: Mapping[int, Found]
    made: Mapping[Party, Found]

    def of(self, meant: Found | ToMake | None) -> Found | None:
        """The customer that is meant."""
        if isinstance(meant, ToMake):
            return self.made[meant.party]
        return None if meant is None else self.here[meant.id]


def make_customers(
    w: Work, meant: Sequence[tuple[Found | ToMake | None, int | None]], known: Known, batch_id: int
) -> Owners:
    """Make who is to be made, each with the owner of the first record that names them; lock all others, as their
    owner must not change before the records have their scope."""
    ids = {each.id for each, _ in meant if isinstance(each, Found)}
    bulk.lock(w.session, ids)
    here = bulk_parties.of_ids(w.session, ids)
    firsts = made_once([(each, owner_id) for each, owner_id in meant if isinstance(each, ToMake)])
    new = list(dict.fromkeys(firsts.values()))
    made = dict(zip(new, _add(w, new, known, batch_id), strict=True))
    return Owners(here, {party: made[first] for party, first in firsts.items()})


def _add(w: Work, new: Sequence[tuple[Party, int | None]], known: Known, batch_id: int) -> list[Found]:
    if not new:
        return []
    word = known.option("customer_owner")
    chosen = known.person(word) if word else None
    owners = [chosen if isinstance(chosen, int) else owner_id for _, owner_id in new]
    rows = [_values(w, party, owner_id) for (party, _), owner_id in zip(new, owners, strict=True)]
    ids = bulk.add_customers(w.session, rows)
    made = [
        Found(one, row["name"], "organisation", "lead", row["owner_id"], None)
        for one, row in zip(ids, rows, strict=True)
    ]
    parties = [party for party, _ in new]
    points = [_point(one, point) for one, party in zip(ids, parties, strict=True) for point in party.points]
    bulk.add_points(w.session, points)
    bulk.add_touches(w.session, [{"customer_id": one, "source": None, "note": "", "at": w.now} for one in ids])
    bulk_deals.add_events(w.session, [_event(w, each, batch_id) for each in made])
    bulk_deals.add_search_rows(
        w.session, [_search_row(w, each, party) for each, party in zip(made, parties, strict=True)]
    )
    batches.note_items(w.session, batch_id, [("customer", one, {"added": True}) for one in ids])
    return made


def _values(w: Work, party: Party, owner_id: int | None) -> dict[str, Any]:
    return {
        "kind": "organisation",
        "name": party.name or next((point.shown for point in party.points), ""),
        "state": "lead",
        "owner_id": owner_id,
        "external_key": party.key or None,
        "custom": {},
        "created_by": w.actor.id,
        "created_at": w.now,
        "touched_at": w.now,
    }


def _point(customer_id: int, point: Any) -> dict[str, Any]:
    return {
        "kind": point.kind,
        "shown": point.shown,
        "normalised": point.normalised,
        "customer_id": customer_id,
        "shared": False,
    }


def _event(w: Work, made: Found, batch_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    columns = {
        "kind": "customer.added",
        "subject_kind": "customer",
        "subject_id": made.id,
        "customer_id": made.id,
        "deal_id": None,
        "actor_id": w.actor.id,
        "owner_id": made.owner_id,
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": w.now,
        "noted_at": w.now,
        "data": {"state": made.state, "source": None, "grade": None, "import": batch_id},
    }
    return columns, {"name": made.name}


def _search_row(w: Work, made: Found, party: Party) -> tuple[dict[str, Any], Any]:
    columns = {
        "kind": "customer",
        "subject_id": made.id,
        "customer_id": made.id,
        "scope_owner_id": made.owner_id,
        "title": made.name,
        "touched_at": w.now,
    }
    parts = {
        "companies": [made.name],
        "phones": [point.normalised for point in party.points if point.kind == "phone"],
        "mails": [point.normalised for point in party.points if point.kind == "email"],
    }
    return columns, parts
