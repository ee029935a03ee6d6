"""The demo's texts by language."""

from collections.abc import Mapping
from typing import Final

from salesapp.demo.texts import Texts
from salesapp.demo.texts_en import ENGLISH
from salesapp.demo.texts_ru import RUSSIAN
from salesapp.demo.texts_zh_hans import SIMPLIFIED
from salesapp.demo.texts_zh_hant import TRADITIONAL

TEXTS: Final[Mapping[str, Texts]] = {"en": ENGLISH, "zh_Hans": SIMPLIFIED, "zh_Hant": TRADITIONAL, "ru": RUSSIAN}
