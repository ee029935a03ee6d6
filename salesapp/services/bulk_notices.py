"""Telling people what a bulk change gave them: one notice for all of it."""

from collections import Counter
from dataclasses import replace
from typing import Final

from salesapp.domain.bulk import CHANGES
from salesapp.services import notices
from salesapp.services.work import Work
from salesapp.store import batches
from salesapp.store import notices as rows
from salesapp.store.batches import BatchView

KIND: Final = "batch.given"


def tell(w: Work, found: BatchView) -> None:
    """Who got records hears of it, once; who got them by something that was taken back does not."""
    if found.undoes_id is not None:
        rows.settle(w.session, KIND, "batch", found.undoes_id, w.now)
        return
    for person_id, n in sorted(_given(w, found).items()):
        notices.tell(replace(w, batch_id=None), person_id, KIND, ("batch", found.id), data={"n": n})


def _given(w: Work, found: BatchView) -> Counter[int]:
    """How many records each person got."""
    given: Counter[int] = Counter()
    takes_person = found.kind == "hand_over" or CHANGES[found.change].takes == "person"
    for row in batches.per_target(w.session, found.id) if takes_person else ():
        person_id = found.args.get("person", row.target_id)
        if person_id is not None:
            given[person_id] += row.n
    return given
