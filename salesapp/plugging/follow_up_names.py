"""What a follow-up rule is called, whether it runs or not: an activity says for ever why it was
planned."""

from salesapp.domain.follow_up import FollowUp
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Catalog


def rule_of(catalog: Catalog, key: str) -> FollowUp | None:
    """The rule with this full key as the owner wants it, else as a plugin brought it that is away; None for one nobody
    knows."""
    running = catalog.follow_ups.get(key)
    if running is not None:
        return running.rule
    return catalog.follow_ups_off.get(key) or _resting(catalog).get(key)


def every_label(catalog: Catalog) -> dict[str, Text]:
    """The labels of all rules there are, by full key: those that run, those that are off, those at rest."""
    running = {key: each.rule.label for key, each in catalog.follow_ups.items()}
    others = {**_resting(catalog), **catalog.follow_ups_off}
    return running | {key: rule.label for key, rule in others.items() if key not in running}


def _resting(catalog: Catalog) -> dict[str, FollowUp]:
    return dict(catalog.resting.of(FollowUp)) if catalog.resting else {}
