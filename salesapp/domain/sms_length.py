"""How many SMS a text is: a long one goes in several, and each costs. Chinese and Russian letters need more room."""

from typing import Final

_PLAIN: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_WIDE: Final = frozenset("\f^{}\\[~]|€")
"""These take the room of two."""


def sms_of(text: str) -> int:
    """How many SMS it is sent as: of 160 signs (153 each where there are several) while all are among the plain ones of
    GSM 03.38, else of 70 (67)."""
    if all(sign in _PLAIN or sign in _WIDE for sign in text):
        return _parts(len(text) + sum(sign in _WIDE for sign in text), 160, 153)
    return _parts(len(text.encode("utf-16-le")) // 2, 70, 67)


def _parts(signs: int, alone: int, of_several: int) -> int:
    return 1 if signs <= alone else -(-signs // of_several)
