"""Who may do what: roles are sets of verbs, and one function answers every question about a right.

Visibility hangs on the customer: contacts, deals, activities and the timeline follow it. *How* a person stands to
a record is an `Access`, found by `salesapp.store.visibility`; *what* they may do with it is decided here.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from salesapp.domain.text import Text


class Access(IntEnum):
    """How far a person gets into one record; a higher level includes the lower ones."""

    NONE = 0
    READ = 1
    WORK = 2


READ_VERBS: Final = frozenset({"customer.see", "deal.see", "activity.see", "report.see"})
WORK_VERBS: Final = READ_VERBS | {
    "customer.add",
    "customer.edit",
    "customer.archive",
    "customer.merge",
    "deal.add",
    "deal.edit",
    "deal.move",
    "activity.add",
    "activity.edit",
    "pool.claim",
}
MANAGE_VERBS: Final = WORK_VERBS | {
    "customer.assign",
    "customer.unassigned",
    "decision.make",
    "gate.override",
    "import",
    "export",
}
ADMIN_VERBS: Final = MANAGE_VERBS | {"people.manage", "settings.manage", "backup", "audit.see", "customer.privacy"}


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of verbs; `sees` says whose records: their own, their team's subtree, or everybody's."""

    key: str
    label: Text
    verbs: frozenset[str]
    sees: str


ROLES: Final = {
    role.key: role
    for role in (
        Role(
            "admin",
            Text("Owner / administrator", "所有者 / 管理员", "擁有者 / 管理員", "Владелец / администратор"),
            ADMIN_VERBS,
            "all",
        ),
        Role("manager", Text("Manager", "经理", "經理", "Руководитель"), MANAGE_VERBS, "team"),
        Role("salesperson", Text("Salesperson", "销售", "業務", "Менеджер по продажам"), WORK_VERBS, "own"),
        Role("reader", Text("Read only", "只读", "唯讀", "Только просмотр"), READ_VERBS, "team"),
    )
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person on whose behalf something happens.

    `people` are the ids whose records they see (themselves among them); None means everybody's.
    `id` is None only for the installation itself (first run, imports on the command line, jobs).
    """

    id: int | None
    name: str
    role: str
    team_id: int | None = None
    people: frozenset[int] | None = frozenset()
    functions: frozenset[str] = frozenset()
    language: str | None = None
    zone: str = "UTC"
    theme: str = "auto"
    sign_in_id: int | None = None

    @property
    def verbs(self) -> frozenset[str]:
        """The rights this person has in general: `"deal.edit" in reads.actor.verbs` says whether to show a button.
        Whether they hold for one record, the verbs of a `Work` decide."""
        return ROLES[self.role].verbs

    def sees(self, owner_id: int | None) -> bool:
        """Whether records of this owner are this person's to see; nobody's are for those who hand them out."""
        if self.people is None:
            return True
        if owner_id is None:
            return "customer.unassigned" in self.verbs
        return owner_id in self.people


SYSTEM: Final = Actor(id=None, name="SalesApp", role="admin", people=None)
"""The installation itself."""


def can(actor: Actor, verb: str, access: Access | None = None) -> bool:
    """Whether `actor` may do `verb`: in general, or (with `access`) to one record they stand to in that way.

    Verbs ending in `.see` need to read the record, all others need to work on it.
    """
    if verb not in actor.verbs:
        return False
    if access is None:
        return True
    return access >= (Access.READ if verb.endswith(".see") else Access.WORK)
