"""The house's own words that a plugin may put in other words: a hospital's people say "Hospitals" for "Customers".

Only whole messages are replaced, never a word inside a sentence: no language could be put right by that. What is not in
the list stays as it is, counts ("3 customers") among it, as they have more than one form.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from salesapp.domain.pack import check_key
from salesapp.domain.text import LANGUAGES, Text

ABOUT_CUSTOMERS: Final = (
    "A customer needs a name or a phone number.",
    "Add as a new customer",
    "Add customer",
    "Another customer",
    "Archived customers",
    "Choose the customer",
    "Customer",
    "Customer %(id)s",
    "Customers",
    "Customers without an open deal",
    "Everything about this customer",
    "Go to Customers",
    "Is this customer here?",
    "More than %(num)s customers",
    "New customer",
    "No customer matches all of these.",
    "Nobody had this customer yet.",
    "Search customers",
    "Share this customer",
    "Somebody else looks after this customer.",
    "Sources of customers",
    "Take this customer",
    "The customer",
    "This customer is waiting in the public pool.",
    "This customer is yours now.",
    "To the customers",
    "Where customers come from",
    "Who takes this customer over",
    "Your first customer",
)
ABOUT_DEALS: Final = (
    "Add deal",
    "Deal",
    "Deal added.",
    "Deal name",
    "Deals",
    "Deals without a next step",
    "Edit the deal",
    "Filter the deals",
    "Go to Deals",
    "More than %(num)s deals",
    "Move the deal",
    "Move this deal",
    "New deal",
    "No deal yet.",
    "No deals here",
    "No deals in this stage.",
    "No deals yet",
    "Open deals",
    "To the deal",
    "To the deals",
    "Whose deals",
)
OTHERS: Final = (
    "Activities",
    "Contact",
    "Contacts",
    "Edit contact",
    "Go to Activities",
    "New activity",
    "New contact",
    "No contacts yet.",
    "Owner",
    "Public pool",
)
REPLACEABLE: Final = frozenset((*ABOUT_CUSTOMERS, *ABOUT_DEALS, *OTHERS))
"""Every message a plugin may replace, by its English words."""

_PLACE: Final = re.compile(r"%(?:\((\w+)\)s)?")


@dataclass(frozen=True, slots=True)
class Terms:
    """Messages of the house in this plugin's words, by the house's English ones, while the plugin is on:
    `Terms("words", {"Customers": Text(en="Hospitals", …), "New customer": Text(en="New hospital", …)})`. Which there
    are is listed in docs/plugins/terms.md; each keeps its %(places)s. Of two plugins that replace the same one the
    first is heard."""

    key: str
    messages: Mapping[str, Text]

    def __post_init__(self) -> None:
        check_key("Terms", self.key)
        me = f"Terms {self.key!r}"
        check_messages(me, self.messages)
        for message, text in self.messages.items():
            check_message(me, message)
            check_words(f"{me}, {message!r}", message, text)
        object.__setattr__(self, "messages", MappingProxyType(dict(self.messages)))


def check_messages(owner: str, messages: object) -> None:
    """There is something to put in other words."""
    if not isinstance(messages, Mapping) or not messages:
        raise ValueError(f"{owner}: messages must be a dict of the house's messages, not {messages!r}")


def check_message(owner: str, message: object) -> None:
    """This is one of the messages that can be replaced."""
    if message in REPLACEABLE:
        return
    close = difflib.get_close_matches(str(message), REPLACEABLE, n=1, cutoff=0.5)
    hint = f": did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"{owner}: the house has no message {message!r} that can be replaced{hint}")


def check_words(owner: str, message: str, text: object) -> None:
    """The new words are there in every language, plain, and have the message's own places."""
    if not isinstance(text, Text):
        raise ValueError(f"{owner}: must be a Text(en=…, zh_Hans=…, zh_Hant=…, ru=…), not {text!r}")
    for language in LANGUAGES:
        words = text.in_language(language)
        if "<" in words or "&" in words:
            raise ValueError(f"{owner}: {language} must be plain words, without < and &")
        if sorted(_PLACE.findall(words)) != sorted(_PLACE.findall(message)):
            raise ValueError(f"{owner}: {language} must have the places of {message!r}, not {words!r}")
