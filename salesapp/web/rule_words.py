"""Why a follow-up rule planned an activity: in a line for lists, and whole where the activity itself is shown."""

from collections.abc import Mapping
from typing import Any, Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_words import because as because_of
from salesapp.plugging.follow_up_names import rule_of
from salesapp.services.follow_up_labels import names_of
from salesapp.web.i18n import gettext, say
from salesapp.web.request import catalog

TRIES: Final = {2: N_("second try"), 3: N_("third try")}
"""The how-manieth try it is of who was not reached."""
WITHDRAWN: Final = {
    "off": N_("withdrawn: the rule is off"),
    "moved": N_("withdrawn: what it counts from has changed"),
    "no_date": N_("withdrawn: the date it counts from is gone"),
    "taken_back": N_("withdrawn: what it counts from was taken back"),
    "reopened": N_("withdrawn: the one before it is to be done again"),
    "lost": N_("withdrawn: the deal was lost"),
    "won": N_("withdrawn: the deal was won"),
    "archived": N_("withdrawn: archived"),
    "pooled": N_("withdrawn: the customer is in the public pool"),
    "merged": N_("withdrawn: two records were merged"),
    "answered": N_("withdrawn: the customer was reached"),
    "bought": N_("withdrawn: the customer bought again"),
    "unless": N_("withdrawn: an exception of the rule holds now"),
    "unsubscribed": N_("withdrawn: the customer wants no more messages"),
    "erased": N_("withdrawn: the customer’s personal data was erased"),
    "tried_again": N_("withdrawn: the try before it is to be done again"),
}
"""Why a rule took back what it had planned, by what its event says."""


def label_of(key: str) -> str:
    """What a rule is called; its plugin and its key where nobody knows it any more."""
    rule, (plugin, _, rest) = rule_of(catalog(), key), key.partition(".")
    if rule is None and (called := catalog().labels.get(plugin)):
        return f"{say(called)}: {rest}"
    return say(rule.label) if rule else key


def in_short(because: Mapping[str, Any]) -> str:
    """Which rule it was, whether its time passed while nothing ran, and why the rule took it back."""
    words = [gettext("Because: rule “%(rule)s”") % {"rule": label_of(str(because["rule"]))}]
    if tried := TRIES.get(because.get("try", 0)):
        words.append(gettext(tried))
    words += [gettext("missed while off")] if because.get("missed_off") else []
    words += [gettext(WITHDRAWN[because["why"]])] if because.get("why") in WITHDRAWN else []
    return " · ".join(words)


def in_full(because: Mapping[str, Any] | None) -> str:
    """What the rule counts from; "" where no rule planned it, or nobody knows the rule any more."""
    rule = rule_of(catalog(), str(because["rule"])) if because and because.get("rule") else None
    return say(_counted(rule)) if rule else ""


def _counted(rule: FollowUp) -> Msg:
    return because_of(rule, names_of(catalog(), rule.subject))
