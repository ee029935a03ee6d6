"""What a person does with the search: choosing a hit."""

from salesapp.services.work import Work
from salesapp.store import search_opened
from salesapp.store.search import ALL_KINDS


def note_opened(w: Work, kind: str, subject_id: int) -> None:
    """Remember what was chosen, so that it comes first the next time. Of a record that is not there, or not this
    person's to see, nothing is kept and nothing said. No event: nothing about the record changed."""
    if kind in ALL_KINDS and w.actor.id is not None:
        search_opened.note(w.session, w.actor, kind, subject_id, w.now)
