"""Copy the plugin `car_wash` under another name and with another label."""

import re
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Final

from salesapp.domain.pack import KEY
from salesapp.domain.text import LANGUAGES
from salesapp.plugging.fitness import RESERVED

SAMPLE: Final = "car_wash"
FOLDER: Final = Path(__file__).parent / SAMPLE
SUBJECTS: Final = ("activity", "contact", "customer", "date", "deal")
"""What the house says of its own records begins so ("activity.call", "deal.opened")."""
_LABEL: Final = re.compile(r"^LABEL = .*$", re.MULTILINE)


def why_not(name: str) -> str | None:
    """Why a plugin cannot be called so; None when it can."""
    if not KEY.fullmatch(name):
        return (
            f"“{name}” cannot be a plugin's name: small letters, digits and _, beginning with a letter, as in car_wash."
        )
    if iskeyword(name):
        return f"“{name}” is a word of Python’s, which nothing can be called: choose another."
    if name in (*RESERVED, *SUBJECTS):
        return f"“{name}” is a name the house keeps for itself: choose another."
    return None


def labels_of(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The label in every language; where none is given, one to be replaced that shows which language it stands for."""
    en = given.get("en") or name.replace("_", " ").capitalize()
    rest = {"zh_Hans": f"{en}（行业）", "zh_Hant": f"{en}（行業）", "ru": f"Отрасль «{en}»"}
    return {language: given.get(language) or rest.get(language, en) for language in LANGUAGES}


def copy_sample(name: str, folder: Path, given: Mapping[str, str]) -> list[Path]:
    """Write the new plugin into `folder`, which must not exist yet; the files that were written."""
    labels = labels_of(name, given) if given or name != SAMPLE else {}
    written = []
    for source in sorted(each for each in FOLDER.rglob("*.py") if "__pycache__" not in each.parts):
        target = folder / str(source.relative_to(FOLDER)).replace(SAMPLE, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(renamed(source.read_text(encoding="utf-8"), name, labels), encoding="utf-8")
        written.append(target)
    return written


def renamed(text: str, name: str, labels: Mapping[str, str]) -> str:
    """A file of the sample for the new plugin."""
    text = text.replace(SAMPLE, name)
    if not labels:
        return text
    values = ", ".join(f"{language}={quoted(label)}" for language, label in labels.items())
    label = f"LABEL = Text({values})"
    text = _LABEL.sub(lambda _: label, text, count=1)
    return text.replace('"""Car wash:', f'"""{plain(labels["en"])}:', 1)


def quoted(text: str) -> str:
    """A text as Python writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def plain(text: str) -> str:
    """A text that can stand in a docstring."""
    return text.replace("\\", "").replace('"', "'")
