"""A table that somebody takes along as a file: the formats to choose from, and the answer itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import SEEK_END
from typing import IO, Any, Final
from urllib.parse import urlencode

from flask import Response, request, stream_with_context
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.services.table_files import Column, Parts, csv_parts, json_parts
from salesapp.services.xlsx_writing import MOST_ROWS, xlsx_file
from salesapp.web import render
from salesapp.web.i18n import gettext, ngettext, show_number, today
from salesapp.web.request import current_now


@dataclass(frozen=True, slots=True)
class Format:
    """What a format is called, who needs it, and what it is to a browser."""

    label: str
    help: str
    type: str


FORMATS: Final = {
    "xlsx": Format(
        N_("Excel (XLSX)"),
        N_("Opens with a tap in Excel, WPS and Numbers; days and amounts are ready to be sorted and summed."),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": Format(N_("CSV"), N_("For other programs, and to bring it in here again."), "text/csv"),
    "jsonl": Format(
        N_("JSON lines"),
        N_("For programmers: each row as it is stored, with keys instead of words."),
        "application/jsonl",
    ),
}
_PIECE: Final = 64 * 1024
UP_TO: Final = N_("Up to %(most)s rows; CSV takes any number.")
TOO_LONG: Final = N_("A spreadsheet takes %(most)s rows at most. Take CSV, or narrow the list.")


def asked_format() -> str:
    """The format a form asks for; CSV where it does not say."""
    found = request.form.get("format") or "csv"
    if found not in FORMATS:
        raise WerkzeugNotFound
    return found


def why_not(form: str, n: int) -> str:
    """Why so many rows cannot be had in this format; "" where they can."""
    return gettext(TOO_LONG) % {"most": show_number(MOST_ROWS)} if form == "xlsx" and n > MOST_ROWS else ""


def address(path: str, kept: Sequence[tuple[str, str]]) -> str:
    """A page that is narrowed to this."""
    return f"{path}?{urlencode(kept)}" if kept else path


def row_words(n: int) -> str:
    """How many they are."""
    return ngettext("%(num)s row", "%(num)s rows", n) % {"num": show_number(n)}


def choose(
    action: str,
    back: str,
    kept: Sequence[tuple[str, str]],
    about: str,
    errors: dict[str, list[str]] | None = None,
    **more: Any,
) -> str:
    """The form that asks for the format, as a page or in the sheet. `kept` is what the list is narrowed to, `about`
    what is taken along, in words; `more`: what else there is to choose, and how it was chosen."""
    typed = {"format": request.form.get("format", "xlsx")} | more.pop("typed", {})
    formats = [(key, gettext(each.label), _help(key, each)) for key, each in FORMATS.items()]
    context = {"whats": [], "columns": []} | more
    context |= {"action": action, "args": kept, "back": back, "about": about, "formats": formats, "typed": typed}
    return render.page_or_block("lists/export.html", "sheet", **context, errors=errors or {})


def _help(key: str, found: Format) -> str:
    """What a format is good for, and how far it goes, said before it is chosen."""
    if key != "xlsx":
        return gettext(found.help)
    return f"{gettext(found.help)} {gettext(UP_TO) % {'most': show_number(MOST_ROWS)}}"


def send(name: str, form: str, columns: Sequence[Column], parts: Parts) -> Response:
    """The file. A spreadsheet is whole before it leaves; the others leave while they are read."""
    if form == "xlsx":
        answer = _whole(xlsx_file(columns, parts, current_now()))
    else:
        texts = csv_parts(columns, parts) if form == "csv" else json_parts(columns, parts)
        answer = Response(stream_with_context(texts))
    answer.mimetype = FORMATS[form].type
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{today().isoformat()}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _whole(file: IO[bytes]) -> Response:
    answer = Response(_pieces(file))
    answer.call_on_close(file.close)  # also where nobody reads a byte of it
    answer.content_length = file.seek(0, SEEK_END)
    file.seek(0)
    return answer


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
