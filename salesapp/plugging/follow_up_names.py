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


def labels_here(catalog: Catalog) -> dict[str, Text]:
    """The labels of the rules that run, and of those that are off, by full key."""
    running = {key: each.rule.label for key, each in catalog.follow_ups.items()}
    return running | {key: rule.label for key, rule in catalog.follow_ups_off.items() if key not in running}


def every_label(catalog: Catalog) -> dict[str, Text]:
    """The same with those at rest: their plugin is off."""
    here = labels_here(catalog)
    return here | {key: rule.label for key, rule in _resting(catalog).items() if key not in here}


def _resting(catalog: Catalog) -> dict[str, FollowUp]:
    return dict(catalog.resting.of(FollowUp)) if catalog.resting else {}
