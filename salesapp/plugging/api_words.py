"""The words that records are written with: what conditions can ask, what happens, kinds, roles, rights, icons."""

import textwrap
from collections.abc import Iterable, Iterator

from salesapp.assets import ICONS
from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.conditions import Fact
from salesapp.domain.criteria import OPS
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.deal_facts import OF_EVERY_DEAL
from salesapp.domain.events import KINDS as EVENTS
from salesapp.domain.functions import FUNCTIONS_BY_KEY
from salesapp.domain.list_facts import vocabulary
from salesapp.domain.permissions import ADMIN_VERBS, ROLES
from salesapp.domain.record_facts import BUILT_IN


def sections() -> Iterator[str]:
    """Each list of words as a section of the reference."""
    yield "\n## What conditions can ask\n\n"
    yield wrapped("Gates and fields of a process ask about the deal, besides `step.<key>` (bool) and `field.<key>`:")
    yield f"\n{facts_table(OF_EVERY_DEAL)}"
    yield "\n" + wrapped(
        "The `visible_when` of a field that every record has asks about that record, besides fields by their full key:"
    )
    for kind, facts in BUILT_IN.items():
        yield f"\n**{kind}**\n\n{facts_table(facts)}"
    yield "\n" + wrapped(
        "Follow-up rules ask, in `unless`, what lists ask: about the customer or the deal they are about. A field is "
        "`field.bakery.allergy`; of deals there is also `entered.<stage>`, the day of the first entry."
    )
    for subject in ("customer", "deal"):
        yield f"\n**{subject} of a rule**\n\n{facts_table(vocabulary(subject, {}).values())}"
    yield "\nWhat can be asked about each type:\n\n| type | questions |\n| --- | --- |\n"
    yield "".join(f"| {kind} | {quoted(ops)} |\n" for kind, ops in OPS.items())
    yield "\n## Events\n\n" + wrapped("What `Listens` can name; in back quotes what is in the event's `data`.")
    yield "\n| kind | what happened |\n| --- | --- |\n"
    yield "".join(f"| `{kind}` | {words} |\n" for kind, words in EVENTS.items())
    yield "\n## Lists of words\n"
    yield f"\n{wrapped(f'**Kinds of activities**: {quoted(KINDS_BY_KEY)}.')}"
    yield f"\n{wrapped(f'**Kinds of dates** (`OnDate`, as `date.birthday`): {quoted(DATE_KINDS)}.')}"
    yield f"\n{wrapped(f'**Functions** (`who`, as `function.service`): {quoted(FUNCTIONS_BY_KEY)}.')}"
    yield f"\n{wrapped(f'**Roles**: {quoted(ROLES)}.')}"
    yield f"\n{wrapped(f'**Rights** (`verb`): {quoted(sorted(ADMIN_VERBS))}.')}"
    yield f"\n{wrapped(f'**Icons**: {quoted(sorted(ICONS))}.')}"


def facts_table(facts: Iterable[Fact]) -> str:
    """Facts by key, type and what they are."""
    lines = ["| fact | type | what it is |", "| --- | --- | --- |"]
    lines += [f"| `{each.key}` | {each.type}{among(each)} | {each.label.en} |" for each in facts]
    return "\n".join(lines) + "\n"


def among(fact: Fact) -> str:
    """The answers of a choice."""
    return f": {quoted(key for key, _ in fact.options)}" if fact.options else ""


def quoted(words: Iterable[str]) -> str:
    """Words as code, with commas."""
    return ", ".join(f"`{each}`" for each in words)


def wrapped(text: str) -> str:
    """A paragraph."""
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False) + "\n"
