"""A plugin whose process has a gate of every sort; tests put a copy of this file into an installation."""

from salesapp.plugin_api import (
    AllOf,
    AnyOf,
    Field,
    Gate,
    IndustryPack,
    KeyStep,
    LostReason,
    Manifest,
    Option,
    Process,
    Stage,
    Text,
    When,
    hookimpl,
)


def same(word: str) -> Text:
    """The same word in every language."""
    return Text(en=word, zh_Hans=word, zh_Hant=word, ru=word)


MANIFEST = Manifest(name="gated", version="1.0", label=same("Gated"), description=same("Gates of every sort"))

ASK = Stage(
    key="ask",
    label=same("Ask"),
    goal=same("Know the need"),
    key_steps=(
        KeyStep("need", same("Need")),
        KeyStep("called", same("Called"), evidence=("activity.call", "activity.visit")),
    ),
    probability=10,
    longest_stay_days=3,
    to_leave=(Gate("need_known", When("step.need", "is", True)),),
)
OFFER = Stage(
    key="offer",
    label=same("Offer"),
    goal=same("Make an offer"),
    key_steps=(KeyStep("called_again", same("Called again"), evidence=("activity.call",)),),
    probability=50,
    to_enter=(Gate("price", AllOf((When("amount", "filled"), When("expected_close", "filled")))),),
    to_leave=(Gate("people", When("contacts", "at_least", 1)),),
)
SIGN = Stage(
    key="sign",
    label=same("Sign"),
    goal=same("Sign it"),
    key_steps=(KeyStep("signed", same("Signed"), evidence=("contract.signed",)),),
    probability=90,
    to_enter=(
        Gate("money", AnyOf((When("field.budget", "filled"), When("field.boss", "is", True))), same("Who pays?")),
    ),
    to_leave=(Gate("signed", When("step.signed", "is", True)),),
)
TRADE = Process(
    key="trade",
    label=same("Trade"),
    stages=(ASK, OFFER, SIGN),
    lost_reasons=(LostReason("price", same("Price")),),
    fields=(
        Field("budget", same("Budget"), "amount"),
        Field("boss", same("Boss agrees"), "bool"),
        Field("size", same("Size"), "choice", (Option("s", same("Small")), Option("l", same("Large")))),
        Field("colours", same("Colours"), "choices", (Option("red", same("Red")), Option("blue", same("Blue")))),
        Field("pieces", same("Pieces"), "integer"),
        Field("needed_on", same("Needed on"), "date"),
        Field("words", same("Words"), "long_text"),
        Field("boss_name", same("Name of the boss"), "text", visible_when=When("field.boss", "is", True)),
    ),
)


@hookimpl
def salesapp_records():
    return [IndustryPack(key="gated", label=MANIFEST.label, processes=(TRADE,))]
