"""Secrets at rest: what the database keeps of a password somebody else wants to be told, readable with a key that lies
outside the database.

What seals is loaded by the first secret: it takes 7 MB, and most processes never meet one.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet


@lru_cache(maxsize=16)
def _box(key: str, purpose: str) -> "Fernet":
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _boxes(keys: Sequence[str], purpose: str) -> "MultiFernet":
    from cryptography.fernet import MultiFernet

    return MultiFernet([_box(key, purpose) for key in keys])


def sealed(text: str, keys: Sequence[str], purpose: str) -> str:
    """The text as it may be stored, sealed with the first key: what is sealed for one purpose opens for no other."""
    return _boxes(keys, purpose).encrypt(text.encode()).decode("ascii")


def opened(token: str, keys: Sequence[str], purpose: str) -> str | None:
    """The text again, with whichever of the keys sealed it; None where none did, or the token was changed."""
    from cryptography.fernet import InvalidToken

    try:
        return _boxes(keys, purpose).decrypt(token.encode()).decode()
    except InvalidToken:
        return None
