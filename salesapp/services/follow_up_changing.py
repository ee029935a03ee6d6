"""A follow-up rule is changed part by part, beside the plugin's rule or in the own one; a part goes back, too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_data import to_data
from salesapp.plugging.catalog import Catalog
from salesapp.services.follow_up_fitting import missing, refusals, unknown_functions
from salesapp.services.follow_up_keeping import opened, write
from salesapp.services.follow_up_setting import Setting, part_of
from salesapp.services.work import Work
from salesapp.store.engine import Executor

PARTS: Final = ("when", "do", "who", "deadline", "every", "until", "unless", "escalate", "waits", "label")
"""What is changed by itself, in the order a rule is told."""


def change(w: Work, key: str, part: str, value: object, seen: Any) -> None:
    """Another value of one part, as its record; `seen` is what the form showed of it, as data. Refused where the rule
    does not hold together then, Stale where somebody else changed the same part meanwhile."""
    now = opened(w, key)
    before, rule = part_of(now.rule, part), changed_rule(w.session, w.catalog, now.rule, {part: value})
    after = part_of(rule, part)
    if before not in (seen, after):
        raise Stale(now.by, [part])
    if after != before:
        put_part(w, now, part, before, after)


def changed_rule(x: Executor, catalog: Catalog, rule: FollowUp, values: Mapping[str, Any]) -> FollowUp:
    """The rule with other parts; Refused where it does not hold together, or names what is not there."""
    try:
        new = replace(rule, **values)
    except ValueError:
        raise Refused([_unfit(rule, values)]) from None
    before = (*missing(catalog, rule), *unknown_functions(x, rule))
    gone = (*missing(catalog, new), *unknown_functions(x, new))
    if problems := refusals(part for part in gone if part in values or part not in before):
        raise Refused(problems)
    return new


def _unfit(rule: FollowUp, values: Mapping[str, Any]) -> Problem:
    """Records check themselves, so what is left is that two parts do not go together."""
    part = next(iter(values))
    if part == "every" or ("when" in values and rule.every is not None):
        text = N_(
            "Only what follows a stage or something that happened can be repeated; the rest comes again by itself."
        )
        return problem(part, text)
    if part in ("deadline", "when"):
        return problem(part, N_("Hours and minutes can only be counted after a stage or an event."))
    return problem(part, N_("The rest of the rule does not hold together then."))


def revert(w: Work, key: str, part: str) -> None:
    """Back to what the plugin brings."""
    now = opened(w, key)
    if now.brought is None or part not in now.changed:
        raise NotFound
    put_part(w, now, part, now.changed[part], part_of(now.brought, part))


def put_part(w: Work, now: Setting, part: str, before: Any, after: Any) -> None:
    """Keep another value of one part, and what it was."""
    # What happened before a rule began so is over, as it is before a rule is switched on.
    begins = now.on and (part == "when" or now.since is None)
    values: dict[str, Any] = {"since": w.now} if begins else {}
    if now.brought is None:
        values["own"] = {**to_data(now.rule), part: after}
    else:
        brought = part_of(now.brought, part)
        values["changes"] = {name: data for name, data in now.changed.items() if name != part}
        values["brought"] = {name: data for name, data in now.then.items() if name != part}
        if after != brought:
            values["changes"][part], values["brought"][part] = after, brought
    write(w, now.key, values, part, before, after)
