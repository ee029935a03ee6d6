"""What the pages of a plugin are given: who asks, what they may know, and how to answer.

All of it goes out by the front door, salesapp/plugin_api.py.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from salesapp.config import Settings
from salesapp.domain.errors import Msg, NotAllowed, Refused
from salesapp.domain.files import KeptFile
from salesapp.domain.money import parse_amount
from salesapp.domain.permissions import Actor
from salesapp.plugging.slot_checks import check_template
from salesapp.services.files import Upload, take_in
from salesapp.services.plugin_reads import Reads
from salesapp.store.engine import reading as house_reading
from salesapp.web import errors, guard, i18n, render
from salesapp.web.request import current_actor, current_now, is_htmx, signed_in


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a page: the person (None on a public page where nobody is signed in), the moment of the request, the
    person's calendar day and language, and whether htmx asks for a part of a page only."""

    actor: Actor | None
    now: datetime
    today: date
    language: str
    part: bool


def asking() -> Asking:
    """Who asks, when, and in which language: `asking().actor` is for `work(actor, now)`."""
    found = signed_in()
    actor = found.actor if found else None
    return Asking(actor, current_now(), i18n.today(), i18n.language(), is_htmx())


@contextmanager
def reading(actor: Actor | None = None) -> Iterator[Reads]:
    """What whoever asks may know: `with reading() as reads: deal = reads.deal(7)`. On a public page, where nobody may
    be signed in, say on whose behalf: `reading(SYSTEM)` reads everything, so show little of it."""
    endpoint = request.endpoint or ""
    if not endpoint.startswith(guard.OF_PLUGINS):
        raise RuntimeError("reading() is for pages of a plugin: panels, cards and reports are given their reads")
    plugin = endpoint.split(".")[1]
    with house_reading() as x:
        yield Reads(plugin, actor or current_actor(), current_now(), x)


def page(template: str, /, **facts: Any) -> str:
    """A page from a template of the plugin: `page("car_wash/bookings.html", bookings=found)`. It may extend "base.html"
    and has the building blocks of the house as `ui`."""
    check_template("page()", template)
    return render.page(template, **facts)


def flash(text: str, kind: str = "done") -> None:
    """Say something on the next page; `kind` is "done", "warn" or "bad"."""
    render.flash(text, kind)


def go_to(address: str) -> AnyResponse:
    """After something was sent: on to a page of this house, `go_to("/p/car_wash/bookings")`."""
    return errors.to(guard.safe_next(address, "/today"))


def read_amount(raw: str, currency: str) -> int | Msg:
    """An amount somebody typed, `1 234,50`, `¥218,000`, `21.8万`, in minor units of the currency (`Money`), never below
    zero and never rounded; what is wrong with it, for a `Problem`, where it is none."""
    return parse_amount(raw, currency, i18n.language())


def take_files(uploads: Sequence[FileStorage], place: str = "files") -> tuple[KeptFile, ...]:
    """Take in the files of a form, `request.files.getlist("photos")`, before `work` begins: pictures take time, and
    nobody may wait for them. `w.attach` says whose they are. Refused says all that is wrong with them, at `place`: the
    name of the input, "photos". The route is marked `@takes_files`, the form is multipart/form-data."""
    if current_actor().id is None:
        raise NotAllowed
    limits: Settings = current_app.extensions["salesapp_settings"]
    sent = [Upload(each.filename or "", each.stream) for each in uploads if each.filename]
    taken = take_in(sent, limits.max_file_bytes)
    if taken.problems:
        raise Refused([replace(each, place=place) for each in taken.problems])
    return taken.files
