"""How long something that failed waits for its next try: a little first, longer each time, never all at once."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

FIRST: Final = timedelta(seconds=15)
GROWTH: Final = 4
LONGEST: Final = timedelta(hours=6)
MOST_TRIES: Final = 8  # with these waits about eleven hours: a night without network is survived
SPREAD: Final = 0.2


def back_off(key: int, failures: int) -> timedelta:
    """The wait after so many failures. Up to a fifth is added by the key, so that what failed together is not tried
    again together, and the same key always waits as long."""
    waits: timedelta = min(FIRST * GROWTH ** min(failures - 1, 20), LONGEST)
    return waits + waits * SPREAD * _fraction(f"{key}:{failures}")


def _fraction(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:4]) / 2**32
