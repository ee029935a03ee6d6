"""A record changed: which follow-up rules ask for what changed, and their second look at it."""

from collections.abc import Callable

from salesapp.domain.follow_up import ByGrade, ByLevel, OnDate
from salesapp.domain.follow_up_exceptions import asked_again, names_of
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_beginning import Some, Values
from salesapp.services.follow_up_ends import excepted
from salesapp.services.follow_up_moving import open_ones
from salesapp.services.follow_up_renewing import renew
from salesapp.services.follow_up_settling import watch_of, withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_taking_up, follow_up_watches


def asks(each: Running, kind: str, said: set[str]) -> bool:
    """Whether a rule about this kind of record asks for one of these facts."""
    when = each.rule.when
    if isinstance(when, ByGrade):
        return kind == "customer" and "grade" in said
    if isinstance(when, ByLevel):
        return kind == "deal" and bool(names_of(when.field) & said)
    if not isinstance(when, OnDate) or not when.of.startswith(f"{kind}."):
        return False
    return bool(names_of(when.of.partition(".")[2]) & said)


def renew_each(w: Work, values: Values, rules: Some, subject_id: int) -> None:
    """Of many at once only what is open moves; the rest is looked at by the job."""
    for each in rules:
        if values["batch_id"] is None or open_ones(w, each, subject_id):
            renew(w, each, subject_id)
        else:
            follow_up_taking_up.look_again(w.session, each.key, each.rule.subject, subject_id, w.now)


def spare(w: Work, rules: Some, kind: str, subject_id: int, is_changed: Callable[[str], bool]) -> None:
    """These facts about a record changed: where the exception of a rule holds now, what is open of it goes, and the
    rule looks for what comes after it."""
    for each in rules:
        if each.rule.subject != kind or not any(map(is_changed, asked_again(each.rule))):
            continue
        rows = open_ones(w, each, subject_id)
        if rows and excepted(w.session, w.catalog, each, [subject_id], w.now):
            withdraw(w, rows, "unless")
            watches = [watch for row in rows if (watch := watch_of(w, row)) is not None and watch.ended is None]
            follow_up_watches.move(w.session, [(watch, {"look_at": w.now}) for watch in watches])
