"""Photos that come with a form of a delivery: they hang on its appointment."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import request

from salesapp.plugin_api import Refused, Work, asking, take_files, work

from ..sending import ME, by_place, save
from . import delivery

Again = Callable[[dict[str, list[str]]], str]


def with_photos(deal_id: int, do: Callable[[Work, Any], str], again: Again, place: str = "photos") -> Any:
    """Photos are taken in before anything is locked; what is wrong with them stands at their input. They are kept, too,
    where something else in the form is wrong: no browser sends them again."""
    photos: Any = ()

    def told(errors: dict[str, list[str]]) -> str:
        _keep(deal_id, photos)
        return again({place if at == "files" else at: texts for at, texts in errors.items()})

    try:
        photos = take_files(request.files.getlist(place), place)
    except Refused as refused:
        return told(by_place(refused.problems)), 422
    return save(lambda w: do(w, photos), told)


def _keep(deal_id: int, photos: Any) -> None:
    who = asking()
    assert who.actor is not None
    with suppress(Refused), work(who.actor, who.now, plugin=ME) as w:
        attach(w, deal_id, photos)


def attach(w: Work, deal_id: int, photos: Any) -> None:
    """Photos of a delivery, if there are any."""
    if photos:
        w.attach(delivery.appointment_of(w, deal_id), photos)
