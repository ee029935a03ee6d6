"""Labels that live in records (processes, stages, sources …) and so carry their translations with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

LANGUAGES: Final = ("en", "zh_Hans", "zh_Hant", "ru")
"""Every language the product speaks, as Babel writes them; English is the source."""
LANGUAGE_NAMES: Final = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文", "ru": "Русский"}
"""What each calls itself."""


@dataclass(frozen=True, slots=True)
class Text:
    """One label in all four languages; an empty one is refused, so nothing can be left untranslated."""

    en: str
    zh_Hans: str
    zh_Hant: str
    ru: str

    def __post_init__(self) -> None:
        empty = [language for language in LANGUAGES if not getattr(self, language).strip()]
        if empty:
            raise ValueError(f"Text({self.en!r}) has no {', '.join(empty)}")

    def __str__(self) -> str:
        """English, for logs; people read `in_language`."""
        return self.en

    def in_language(self, language: str) -> str:
        """The label in `language`, one of LANGUAGES."""
        label: str = getattr(self, language)
        return label


def text_with(text: Text, changed: Mapping[str, str]) -> Text:
    """The label in the owner's words, in the languages they chose them for."""
    return replace(text, **{language: changed[language] for language in LANGUAGES if changed.get(language)})


def named_in(text: Text, language: str) -> Text:
    """The label of a field that asks for the words of one language: “Name (Русский)”; as it is where none is said."""
    if language not in LANGUAGE_NAMES:
        return text
    name = LANGUAGE_NAMES[language]
    wide = {each: f"{text.in_language(each)}（{name}）" for each in ("zh_Hans", "zh_Hant")}
    return Text(en=f"{text.en} ({name})", ru=f"{text.ru} ({name})", **wide)


def own_text(label: Mapping[str, str]) -> Text:
    """A label the owner wrote: in the languages that are missing it says the same as in the first one."""
    first = next(iter(label.values()))
    return Text(**{language: label.get(language) or first for language in LANGUAGES})
