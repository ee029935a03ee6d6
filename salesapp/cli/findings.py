"""What the doctor says: a finding is one sentence with what to do, and a code by which a program knows it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

GOOD, NOTE, DOUBTFUL, WRONG = "good", "note", "doubtful", "wrong"
COLOURS: Final = {GOOD: "green", NOTE: "blue", DOUBTFUL: "yellow", WRONG: "red"}
EXIT_CODES: Final = {GOOD: 0, NOTE: 0, DOUBTFUL: 1, WRONG: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `kind` is one of the four above."""

    kind: str
    code: str
    sentence: str

    @property
    def shown(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def good(code: str, sentence: str) -> Finding:
    """All is well here; only said when somebody asks for everything."""
    return Finding(GOOD, code, sentence)


def note(code: str, sentence: str) -> Finding:
    """Worth knowing, and quite possibly meant."""
    return Finding(NOTE, code, sentence)


def doubtful(code: str, sentence: str) -> Finding:
    """It works, but hardly as anybody would want it."""
    return Finding(DOUBTFUL, code, sentence)


def wrong(code: str, sentence: str) -> Finding:
    """It does not work, or not safely."""
    return Finding(WRONG, code, sentence)


def size_words(n: int) -> str:
    """Bytes for people."""
    return f"{n / 1e9:,.1f} GB" if n >= 1_000_000_000 else f"{n / 1e6:,.0f} MB"
