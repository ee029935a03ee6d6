"""Labels that live in records (processes, stages, sources …) and so carry their translations with them."""

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("en", "zh_Hans", "zh_Hant", "ru")
"""Every language the product speaks, as Babel writes them; English is the source."""


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
