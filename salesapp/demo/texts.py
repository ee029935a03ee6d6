"""What people in the demo write down: everyday notes, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PHASES: Final = {
    "identification": "first",
    "contact": "first",
    "needs": "needs",
    "solution": "solution",
    "negotiation": "negotiation",
    "closing": "closing",
    "prospect": "first",
    "interested": "first",
    "need_confirmed": "needs",
    "solution_offered": "solution",
    "signing": "closing",
}
"""How far a talk is in each stage of the processes the demo sells by; notes and next steps go by it. Who bought is
"after"."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Notes by occasion. `said` and `next` go by PHASES: what came of a talk, and what is to be done; `lost` by the
    reason. `needs` are in the customers' own words, `strengths` those of competitors; `released` says why somebody
    gives a customer back, `shared` why one asks for help, `refused` why a loss is not agreed to. `trade` and `line` are
    fields of the owner's."""

    said: Mapping[str, tuple[str, ...]]
    next: Mapping[str, tuple[str, ...]]
    missed: tuple[str, ...]
    deals: tuple[str, ...]
    lost: Mapping[str, tuple[str, ...]]
    positions: tuple[str, ...]
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    strengths: tuple[str, ...]
    released: tuple[str, ...]
    shared: tuple[str, ...]
    refused: tuple[str, ...]
    views: Mapping[str, str]
    trade: str
    trades: tuple[str, ...]
    line: str
    lines: tuple[str, ...]
