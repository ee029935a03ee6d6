"""Records of plugins as JSON and back: what showing their data needs, and no more."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.pack import Field, KeyStep, LostReason, Option, Process, Stage
from salesapp.domain.text import LANGUAGES, Text, own_text

Known = Mapping[str, Any]


def words(text: Text) -> dict[str, str]:
    """A label by language."""
    return {language: text.in_language(language) for language in LANGUAGES}


def process_data(process: Process) -> dict[str, Any]:
    """A process without its gates."""
    return {
        "key": process.key,
        "label": words(process.label),
        "stages": [
            {
                "key": each.key,
                "label": words(each.label),
                "goal": words(each.goal),
                "probability": each.probability,
                "stay": each.longest_stay_days,
                "steps": [[step.key, words(step.label)] for step in each.key_steps],
            }
            for each in process.stages
        ],
        "reasons": [[each.key, words(each.label)] for each in process.lost_reasons],
        "fields": [field_data(each) for each in process.fields],
        "lost_needs_yes": process.lost_needs_yes,
        "gone": [[name, words(label)] for name, label in process.gone],
        "lost_asks": list(process.lost_asks),
        "lost_needs_call": process.lost_needs_call,
    }


def process_from(data: Known) -> Process:
    """The process it was, as far as it was kept."""
    return Process(
        data["key"],
        own_text(data["label"]),
        tuple(_stage_from(each) for each in data["stages"]),
        tuple(LostReason(key, own_text(text)) for key, text in data["reasons"]),
        tuple(field_from(each) for each in data["fields"]),
        data["lost_needs_yes"],
        tuple((name, own_text(text)) for name, text in data["gone"]),
        tuple(data.get("lost_asks", ())),  # kept since 2026-11: what is older has none
        data.get("lost_needs_call", False),
    )


def _stage_from(data: Known) -> Stage:
    steps = tuple(KeyStep(key, own_text(text)) for key, text in data["steps"])
    return Stage(data["key"], own_text(data["label"]), own_text(data["goal"]), steps, data["probability"], data["stay"])


def field_data(field: Field) -> dict[str, Any]:
    """A field without its conditions."""
    return {
        "key": field.key,
        "label": words(field.label),
        "type": field.type,
        "options": [[each.key, words(each.label)] for each in field.options],
        "gone": [[each.key, words(each.label)] for each in field.gone],
        "readers": list(field.readers),
        "writers": list(field.writers),
    }


def field_from(data: Known) -> Field:
    """The field it was, as far as it was kept."""
    return Field(
        data["key"],
        own_text(data["label"]),
        data["type"],
        tuple(Option(key, own_text(text)) for key, text in data["options"]),
        readers=tuple(data["readers"]),
        writers=tuple(data["writers"]),
        gone=tuple(Option(key, own_text(text)) for key, text in data["gone"]),
    )
