"""Photos that come with a form of a delivery: they hang on its appointment."""

from collections.abc import Callable
from typing import Any

from flask import request

from salesapp.plugin_api import Refused, Work, asking, gettext, take_files, work

from ..sending import ME, by_place, save
from . import delivery

Again = Callable[[dict[str, list[str]]], str]


def with_photos(deal_id: int, do: Callable[[Work, Any], str], again: Again, place: str = "photos") -> Any:
    """Photos are taken in before anything is locked; what is wrong with them stands at their input. They are kept, too,
    where something else in the form is wrong: no browser sends them again."""
    photos: Any = ()

    def told(errors: dict[str, list[str]]) -> str:
        found = {place if at == "files" else at: texts for at, texts in errors.items()}
        if not _keep(deal_id, photos):
            found[place] = [*found.get(place, []), gettext("The photos were not kept: choose them once more.")]
        return again(found)

    try:
        photos = take_files(request.files.getlist(place), place)
    except Refused as refused:
        return told(by_place(refused.problems)), 422
    return save(lambda w: do(w, photos), told)


def _keep(deal_id: int, photos: Any) -> bool:
    """Keep them although the form is refused; whether that was possible."""
    who = asking()
    assert who.actor is not None
    try:
        with work(who.actor, who.now, plugin=ME) as w:
            attach(w, deal_id, photos)
    except Refused:
        return False  # there is no appointment yet
    return True


def attach(w: Work, deal_id: int, photos: Any) -> None:
    """Photos of a delivery, if there are any."""
    if photos:
        w.attach(delivery.appointment_of(w, deal_id), photos)
