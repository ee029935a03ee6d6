"""The company's tags: called something else, put together with another, taken off everywhere; and all of it back."""

from typing import Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.people import one_line
from salesapp.services.work import Work
from salesapp.store import batches, events, tag_batches, tags

LENGTH: Final = 80


def rename_tag(w: Work, tag_id: int, name: str) -> None:
    """Call it something else, on every customer."""
    before, name = _opened(w, tag_id), one_line(name)
    if not name:
        raise Refused([problem("name", N_("A name is needed here."))])
    if len(name) > LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        raise Refused([problem("name", text, length=len(name), max=LENGTH)])
    if name == before:
        return
    if tags.id_of(w.session, name) is not None or not tags.rename(w.session, tag_id, name):
        raise Refused([_taken(name)])
    w.event("tag.renamed", "tag", tag_id, personal={"from": before, "to": name})


def _taken(name: str) -> Problem:
    return problem("name", N_("There is a tag “%(name)s” already. Put the two together instead."), name=name)


def merge_tags(w: Work, tag_id: int, into: int) -> None:
    """Its customers get the tag `into` instead, and it is gone."""
    before = _opened(w, tag_id)
    if into == tag_id or tags.name_of(w.session, into) is None:
        raise Refused([problem("into", N_("Choose another tag."))])
    _put_away(w, "tag.merged", tag_id, before, into)


def remove_tag(w: Work, tag_id: int) -> None:
    """Take it off every customer; it is gone."""
    _put_away(w, "tag.removed", tag_id, _opened(w, tag_id), None)


def _put_away(w: Work, kind: str, tag_id: int, name: str, into: int | None) -> None:
    """Who had it is kept in rows of a batch, as they may be many, and the word where it can be erased: it may name
    somebody."""
    batch_id = tag_batches.note_holders(w.session, tag_id, into, w.actor.id, w.now)
    if into is not None:
        tag_batches.put_on(w.session, into, batch_id)
    tags.put_away(w.session, tag_id, w.now)
    data = {"batch": batch_id, "into": into}
    w.done("event", w.event(kind, "tag", tag_id, data={"tag": tag_id, **data}, personal={"name": name}))


def bring_back(w: Work, event_id: int) -> int:
    """Take a merge or a removal back, once: the tag is there again, on those who had it. How many keep the tag it was
    put into, as somebody changed their tags since."""
    w.require("settings.manage")
    said = events.data_of(w.session, "tag.merged", event_id) or events.data_of(w.session, "tag.removed", event_id)
    if said is None:
        raise NotFound
    tag_id, batch_id, into = said["tag"], said["batch"], said["into"]
    if not batches.take_back(w.session, batch_id, w.now):
        return 0
    tags.bring_back(w.session, tag_id)
    tag_batches.put_on(w.session, tag_id, batch_id)
    left = 0 if into is None else tag_batches.take_off(w.session, into, batch_id, event_id)
    w.event("tag.restored", "tag", tag_id, data={"batch": batch_id, "left": left})
    return left


def _opened(w: Work, tag_id: int) -> str:
    w.require("settings.manage")
    name = tags.name_of(w.session, tag_id)
    if name is None:
        raise NotFound
    return name
