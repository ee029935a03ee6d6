"""A process of eight stages without any gate: what the board is measured with."""

from collections.abc import Iterable

from salesapp.plugin_api import IndustryPack, KeyStep, LostReason, Manifest, Process, Stage, Text, hookimpl


def _same(words: str) -> Text:
    return Text(words, words, words, words)


MANIFEST = Manifest(
    name="eight",
    version="1.0",
    label=_same("Eight stages"),
    description=_same("Eight stages, for measuring."),
)


def _stage(place: int) -> Stage:
    return Stage(
        key=f"stage_{place}",
        label=_same(f"Stage {place}"),
        goal=_same(f"Reach stage {place + 1}."),
        key_steps=tuple(KeyStep(f"step_{place}_{each}", _same(f"Step {place}.{each}")) for each in (1, 2, 3)),
        probability=10 * place,
        longest_stay_days=30,
    )


EIGHT = Process(
    key="eight",
    label=_same("Eight"),
    stages=tuple(_stage(place) for place in range(1, 9)),
    lost_reasons=(LostReason("price", _same("Price")),),
)


@hookimpl
def salesapp_records() -> Iterable[IndustryPack]:
    """The pack with the one process."""
    return [IndustryPack(key="eight", label=MANIFEST.label, processes=(EIGHT,))]
