"""What the demo's people find out about a deal on its way, so that its gates open for them as they do for everybody."""

from datetime import timedelta
from random import Random
from typing import Any, Final

from salesapp.demo import names
from salesapp.demo.all_texts import TEXTS
from salesapp.domain import criteria
from salesapp.domain.deal_values import PREFIX
from salesapp.domain.pack import Process
from salesapp.domain.stages import gates_ahead
from salesapp.services.deals import NewDeal

LEARNED: Final = {
    "needs": ("need", "budget", "decision_date"),
    "solution": ("competitor",),
    "closing": ("payment",),
}
"""Which fields of the six stages are filled in where."""

LIKELY: Final = 0.6


def asked_for(process: Process, stage: str, to: str) -> tuple[str, ...]:
    """The facts that the gates between two stages ask for, each once."""
    facts = (fact for gate in gates_ahead(process, stage, to) for fact in criteria.fields_of(gate.needs))
    return tuple(dict.fromkeys(facts))


def answers(random: Random, language: str, stage: str, deal: NewDeal, asked: tuple[str, ...]) -> dict[str, Any]:
    """What is found out in a stage, as a change of the deal takes it: what a gate asks for, and some of the rest."""
    drawn = _drawn(random, language, deal)
    found = [key for key in LEARNED.get(stage, ()) if f"{PREFIX}{key}" in asked or random.random() < LIKELY]
    if "competitor" in found:
        found.append("competitor_strength")
    return {f"{PREFIX}{key}": drawn[key] for key in found}


def _drawn(random: Random, language: str, deal: NewDeal) -> dict[str, Any]:
    texts = TEXTS[language]
    spend = (deal.amount_minor or 0) * random.randrange(7, 12) // 1_000_000 * 100_000  # a round sum
    decides = deal.expected_close and deal.expected_close - timedelta(days=random.randrange(10))
    return {
        "need": random.choice(texts.needs),
        "budget": {"minor": spend, "currency": deal.currency},
        "decision_date": decides and decides.isoformat(),
        "competitor": random.choice(names.firm_names(language)),
        "competitor_strength": random.choice(texts.strengths),
        "payment": random.choice(("advance", "deposit", "on_delivery", "monthly")),
    }
