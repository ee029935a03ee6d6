"""Words of a file that become options of the owner's own fields, where that was asked for."""

from collections.abc import Mapping, Sequence

from salesapp.domain.own_fields import OwnField
from salesapp.services.import_cell_words import OPTION
from salesapp.services.own_fields import change_field, typed_of
from salesapp.services.work import Work
from salesapp.store import own_fields


def add_options(w: Work, wanted: Mapping[str, Sequence[str]], kind: str) -> None:
    """Offer these words in the fields of this kind of record, behind what is offered already."""
    living = {each.full_key: each for each in own_fields.living(w.session) if each.kind == kind}
    for what, words in sorted(wanted.items()):
        if what.startswith(OPTION) and (found := living.get(what.removeprefix(OPTION))):
            _offer(w, found, words)


def _offer(w: Work, found: OwnField, words: Sequence[str]) -> None:
    offered = {text for _, text in found.options}
    more = [word for word in dict.fromkeys(words) if word not in offered]
    lines = typed_of(found)["options"]
    change_field(w, found.id, {"options": "\n".join([lines, *more] if lines else more)}, {})
