"""The form of an import's preview: what was chosen in it, as the question a service is asked.

Names: `kind`; the parts of the shape; `cN`, the field of column N; `vF-N`, what word N of the F-th field of words
stands for, with the field's key in `vF` and the word in `vF-N-w`; `o-KEY`, an option.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesapp.domain.importing import DATE_ORDERS, DECIMALS, FileShape, ImportAsked
from salesapp.services.import_registry import KINDS

Form = MultiDict[str, str]
AS_IT_IS: Final = "="
"""A word that nothing was chosen for: it is read as it stands."""
MOST: Final = 400
"""Columns, words: more than a page shows."""


def read_asked(form: Form, before: ImportAsked) -> ImportAsked:
    """What the form says; what it does not name stays as it was."""
    kind = form.get("kind", before.kind)
    return replace(
        before,
        kind=kind if kind in KINDS else before.kind,
        shape=_shape(form, before.shape),
        columns=_columns(form, before.columns),
        values=_values(form, before.values),
        options={**before.options, **{name[2:]: value for name, value in form.items() if name.startswith("o-")}},
    )


def _shape(form: Form, before: FileShape) -> FileShape:
    said: dict[str, Any] = {
        name: form[name] for name in ("encoding", "delimiter", "sheet") if form.get(name) and len(form[name]) <= 100
    }
    if (begins := form.get("begins", "")).isdecimal() and len(begins) <= 3:
        said["begins"] = int(begins)
    if form.get("header") in ("0", "1"):
        said["header"] = form["header"] == "1"
    if form.get("date_order") in DATE_ORDERS:
        said["date_order"] = form["date_order"]
    if form.get("decimal") in DECIMALS:
        said["decimal"] = form["decimal"]
    return replace(before, **said)


def _columns(form: Form, before: Mapping[int, str]) -> dict[int, str]:
    columns = dict(before)
    for name, field in form.items():
        if name[:1] != "c" or not (name[1:].isascii() and name[1:].isdigit() and len(name) < 6):
            continue
        columns.pop(int(name[1:]), None)
        if field:
            columns[int(name[1:])] = field
    return columns


def _values(form: Form, before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    values = {field: dict(words) for field, words in before.items()}
    for place in range(MOST):
        field = form.get(f"v{place}")
        if field is None:
            break
        words = values.setdefault(field, {})
        for n in range(MOST):
            word = form.get(f"v{place}-{n}-w")
            if word is None:
                break
            words[word] = form.get(f"v{place}-{n}", AS_IT_IS)
            if words[word] == AS_IT_IS:
                del words[word]
    return {field: words for field, words in values.items() if words}
