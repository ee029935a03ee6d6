"""What the owner changed of a process, in words: what it is about, the plugin's, the owner's."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.errors import N_
from salesapp.domain.pack import Gate, Process
from salesapp.domain.process_changes import own_gate
from salesapp.domain.stages import gate_in_words
from salesapp.domain.text import LANGUAGES
from salesapp.services.process_settings import Changed
from salesapp.web.i18n import gettext, language, say

_WHAT: Final = {
    "label": N_("Name"),
    "goal": N_("Goal"),
    "probability": N_("Probability"),
    "longest_stay_days": N_("Longest stay"),
    "off": N_("In use"),
    "order": N_("Order"),
    "own_stages": N_("Own stages"),
    "own_reasons": N_("Own reasons"),
    "own_steps": N_("Own key steps"),
    "own_gates": N_("Own gates"),
    "lost_needs_yes": N_("A loss needs a yes"),
    "lost_needs_call": N_("A loss needs a second call"),
}


def difference_words(
    process: Process, brought: Process | None, change: Changed, gates: Mapping[str, Gate]
) -> tuple[str, str, str]:
    """What the change is about, what the plugin says, what the owner says; `gates` are the owner's."""
    head, _, rest = change.path.partition(".")
    key, _, last = rest.rpartition(".")
    what = gettext(_WHAT[last or head])
    of = _named(process, brought, head, key) if rest else ""
    of = _gate(gates[key], process) if head == "gate" and key in gates else of
    label = f"{of}: {what}" if of else what
    return (
        label,
        _value(process, brought, last or head, change.brought),
        _value(process, brought, last or head, change.value),
    )


def own_gates(changes: Iterable[Changed]) -> dict[str, Gate]:
    """The owner's gates among the changes, by key."""
    lists = (change.value for change in changes if change.path.endswith(".own_gates"))
    return {each["key"]: own_gate(each) for gates in lists for each in gates}


def _gate(gate: Gate, process: Process) -> str:
    return say(gate_in_words(gate, deal_vocabulary(process)))


def _named(process: Process, brought: Process | None, head: str, key: str) -> str:
    for each in (process, brought):
        found = _labels(each, head).get(key) if each else None
        if found:
            return found
    gone = process.gone_label(head, key)
    return say(gone) if gone else key


def _labels(process: Process, head: str) -> dict[str, str]:
    records: dict[str, Any] = {
        "stage": process.stages,
        "step": [step for stage in process.stages for step in stage.key_steps],
        "reason": process.lost_reasons,
    }
    if head == "gate":
        return {gate.key: _gate(gate, process) for stage in process.stages for gate in stage.gates}
    return {each.key: say(each.label) for each in records.get(head, ())}


def _value(process: Process, brought: Process | None, last: str, value: Any) -> str:
    if last == "off":
        return gettext("No") if value else gettext("Yes")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if value is None:
        return "–"
    if last in ("label", "goal"):
        return _text(value)
    if last == "order":
        return " → ".join(_named(process, brought, "stage", key) for key in value)
    if last == "own_gates":
        return " · ".join(_gate(own_gate(each), process) for each in value)
    if isinstance(value, list):
        return gettext(", ").join(_text(each["label"]) or each["key"] for each in value)
    return f"{value} %" if last == "probability" else str(value)


def _text(words: dict[str, str]) -> str:
    """In the reader's language where it was changed in that, else in the first that was."""
    if language() in words:
        return words[language()]
    return next((words[code] for code in LANGUAGES if code in words), "")
