"""What happened, as plugins hear it: which kinds there are, one event, and the record by which a plugin listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from salesapp.domain.pack import check_key, check_tuple
from salesapp.domain.views import check_utc, read_only

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer.added": "A customer is new",
        "customer.changed": "Facts of a customer changed: `fields` says which, `changes` from what to what for codes",
        "customer.enquired": "A customer who is here already asked again",
        "customer.assigned": "Somebody was given a customer: `from_owner`, `to_owner`",
        "customer.claimed": "Somebody took a customer out of a pool: `to_owner`, `pool`",
        "customer.released": "A customer went into a pool: `from_owner`, `pool`",
        "customer.pool_moved": "A customer went from one pool into another",
        "customer.taken_back": "What was last done with whose it is was taken back",
        "customer.shared": "A customer is shared: `with_person` or `with_team`, `level`, `until`",
        "customer.unshared": "A share ended",
        "customer.merged": "Two customers became one, whose id the event has",
        "customer.unmerged": "They are two again",
        "customer.archived": "A customer was put away",
        "customer.restored": "A customer was brought back",
        "customer.erased": "What was personal in a customer is gone for good",
        "customer.point_added": "A number, mail or other way to reach a customer is new: `by` says which kind",
        "customer.point_changed": "Such a way is shared now, or not to be used",
        "customer.point_archived": "Such a way is out of use",
        "customer.date_added": "A date to think of is new",
        "customer.date_moved": "A date a plugin keeps is another day now: `by` says which kind",
        "customer.date_archived": "A date to think of was put away",
        "customer.consent_noted": "A customer agreed to something: `purpose`",
        "customer.consent_withdrawn": "A customer does not agree any more: `purpose`",
        "contact.added": "A person inside a customer is new",
        "contact.changed": "Facts of a contact changed: `fields`",
        "contact.archived": "A contact was put away",
        "contact.restored": "A contact was brought back",
        "deal.opened": "A deal is new: `process`, `stage`, `amount_minor`, `currency`",
        "deal.changed": "Facts of a deal changed: `fields`, `changes`, `from_owner` and `to_owner`",
        "deal.moved": "A deal came into another stage: `from`, `to`, `secs` it was in the last one, `process`",
        "deal.won": "A deal is won: `from` which stage, `process`",
        "deal.lost": "A deal is lost: `from` which stage, `reason`, `process`",
        "deal.reopened": "A closed deal is open again: `from` won or lost, `to` which stage",
        "deal.taken_back": "The last move of a deal was taken back: `from`, `to`",
        "deal.overridden": "Somebody moved a deal through gates that did not hold: `gates`",
        "deal.archived": "A deal was put away",
        "deal.restored": "A deal was brought back",
        "step.done": "A key step of a deal is ticked: `step`, `process`, `evidence`",
        "step.undone": "A key step of a deal is open again",
        "activity.planned": "An activity is planned, or put off: `kind`, `planned_at`, `all_day`",
        "activity.done": "An activity is done: `kind`, `outcome`",
        "activity.cancelled": "An activity will not happen",
        "activity.reopened": "An activity that was done or cancelled is planned again",
        "activity.given": "An activity is somebody else's now",
        "file.added": "A file was attached to an activity",
        "file.archived": "A file was put away",
        "file.restored": "A file was brought back",
        "decision.asked": "Somebody asked for a decision",
        "decision.step_granted": "One of several who must agree agreed",
        "decision.granted": "A decision was given: yes",
        "decision.refused": "A decision was given: no",
        "decision.withdrawn": "Who asked for a decision took that back",
        "bulk.done": "Many records were changed at once: `change`, `changed`, `skipped`",
        "undo.done": "A change of many records was taken back: `changed`, `skipped`",
        "import.done": "An import is through",
        "import.undone": "An import was taken back",
    }
)
"""Every kind of event a plugin can listen to, and what its `data` says. Whole groups are `customer.*`."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: what (`kind`) to what (`subject_kind`, `subject_id`), done by whom (`actor_id`, None for
    the installation), when (`at`) and noted when (`noted_at`). `data` has codes and ids; `personal` has names and
    texts, and nothing once they are erased. `batch_id` says that it was part of a bulk change."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    customer_id: int | None
    deal_id: int | None
    actor_id: int | None
    owner_id: int | None
    batch_id: int | None
    at: datetime
    noted_at: datetime
    data: Mapping[str, Any] = field(hash=False)
    personal: Mapping[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", read_only(self.data))
        object.__setattr__(self, "personal", read_only(self.personal))
        check_utc(self, "at", "noted_at")


@dataclass(frozen=True, slots=True)
class Listens:
    """Which events the plugin's `salesapp_event` is called for: kinds by name, `("deal.won", "deal.lost")`, or a whole
    group, `("customer.*",)`. Of a bulk change it hears once, `bulk.done`; with `each` also of every single record. An
    import is always one event, `import.done`. What happens while the plugin is switched off it hears later; what
    happens while it cannot be loaded (folder gone, error, safe mode) never.
    """

    key: str
    kinds: tuple[str, ...]
    each: bool = False

    def __post_init__(self) -> None:
        check_key("Listens", self.key)
        me = f"Listens {self.key!r}"
        check_tuple(me, "kinds", self.kinds, str, at_least_one=True)
        for kind in self.kinds:
            check_kind(me, kind)
        if type(self.each) is not bool:
            raise ValueError(f"{me}: each must be True or False, not {self.each!r}")

    def hears(self, kind: str) -> bool:
        """Whether an event of this kind is for it."""
        return kind in self.kinds or f"{kind.partition('.')[0]}.*" in self.kinds


def check_kind(owner: str, kind: str) -> None:
    """A kind of event, or a group of them, that there is; a misspelt one would never be heard."""
    groups = {f"{each.partition('.')[0]}.*" for each in KINDS}
    if kind not in KINDS and kind not in groups:
        close = get_close_matches(kind, [*KINDS, *groups], n=1)
        raise ValueError(f"{owner}: there is no event {kind!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
