"""A record changed: which follow-up rules ask for what changed, and their second look at it."""

from salesapp.domain.follow_up import ByGrade, ByLevel, OnDate
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_beginning import Some, Values
from salesapp.services.follow_up_moving import open_ones
from salesapp.services.follow_up_renewing import renew
from salesapp.services.work import Work
from salesapp.store import follow_up_taking_up


def asks(each: Running, kind: str, said: set[str]) -> bool:
    """Whether a rule about this kind of record asks for one of these facts."""
    when = each.rule.when
    if isinstance(when, ByGrade):
        return kind == "customer" and "grade" in said
    if isinstance(when, ByLevel):
        return kind == "deal" and bool(_names(when.field) & said)
    if not isinstance(when, OnDate) or not when.of.startswith(f"{kind}."):
        return False
    return bool(_names(when.of.partition(".")[2]) & said)


def _names(field: str) -> set[str]:
    """What a change calls a field: by its full key, or as one of the deal's process."""
    return {field, f"field.{field.rpartition('.')[2]}"}


def renew_each(w: Work, values: Values, rules: Some, subject_id: int) -> None:
    """Of many at once only what is open moves; the rest is looked at by the job."""
    for each in rules:
        if values["batch_id"] is None or open_ones(w, each, subject_id):
            renew(w, each, subject_id)
        else:
            follow_up_taking_up.look_again(w.session, each.key, each.rule.subject, subject_id, w.now)
