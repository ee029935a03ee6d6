"""How people want to be told: their choices, who they are as recipients, and the one digest of each of their days."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, func, select, update

from salesapp.domain.company import Company
from salesapp.domain.notices import Choices
from salesapp.domain.permissions import ROLES
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.settings import company_from
from salesapp.store.tables import notice_choice, notice_digest, person, setting, team

_company = select(setting.c.value).where(setting.c.key == "company").scalar_subquery()
_recipients: Select[Any] = (
    select(
        person.c.id,
        person.c.name,
        person.c.email,
        person.c.language,
        func.coalesce(person.c.zone, team.c.zone).label("zone"),
        notice_choice.c.person_id.label("chose"),
        notice_choice.c.ways,
        notice_choice.c.digest_hour,
        notice_choice.c.quiet_from,
        notice_choice.c.quiet_to,
        _company.label("company"),
    )
    .select_from(person)
    .outerjoin(team, team.c.id == person.c.team_id)
    .outerjoin(notice_choice, notice_choice.c.person_id == person.c.id)
    .where(person.c.deactivated_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who works here, as who is told."""

    id: int
    name: str
    email: str
    language: str | None
    zone: ZoneInfo
    choices: Choices
    company: Company


def _recipient(row: Row[*tuple[Any, ...]]) -> Recipient:
    company = company_from(row.company)
    chosen = Choices(row.ways, row.digest_hour, row.quiet_from, row.quiet_to) if row.chose else Choices()
    zone = ZoneInfo(row.zone or company.zone)
    return Recipient(row.id, row.name, row.email or "", row.language, zone, chosen, company)


def recipient(x: Executor, person_id: int) -> Recipient | None:
    """Who is told; None for who does not work here any more."""
    row = x.execute(_recipients.where(person.c.id == person_id)).first()
    return _recipient(row) if row else None


_some = _recipients.where(person.c.id.in_(bindparam("ids", expanding=True)))


def recipients(x: Executor, person_ids: Collection[int | None]) -> dict[int | None, Recipient]:
    """The same for several people, by id; who does not work here any more is missing."""
    if not person_ids:
        return {}
    return {row.id: _recipient(row) for row in x.execute(_some, {"ids": list(person_ids)})}


def with_mail(x: Executor) -> Iterator[Recipient]:
    """Everybody who could get a digest."""
    for row in x.execute(_recipients.where(person.c.email.is_not(None)).order_by(person.c.id)):
        yield _recipient(row)


def who_may(x: Executor, verb: str) -> list[int]:
    """Everybody who works here and has this right."""
    roles = [key for key, role in ROLES.items() if verb in role.verbs]
    query = select(person.c.id).where(person.c.role.in_(roles), person.c.deactivated_at.is_(None))
    return list(x.scalars(query.order_by(person.c.id)))


def put(x: Executor, person_id: int, choices: Choices) -> None:
    """Keep somebody's choices."""
    values: Mapping[str, Any] = {
        "ways": dict(choices.ways),
        "digest_hour": choices.digest_hour,
        "quiet_from": choices.quiet_from,
        "quiet_to": choices.quiet_to,
    }
    if not insert_or_ignore(x, notice_choice, {"person_id": person_id, **values}):
        x.execute(update(notice_choice).where(notice_choice.c.person_id == person_id).values(**values))


def digests_of(x: Executor, wanted: Collection[tuple[int, date]]) -> set[tuple[int, date]]:
    """Which of these people's digests of these days were begun."""
    people, days = {person_id for person_id, _ in wanted}, {day for _, day in wanted}
    query = select(notice_digest.c.person_id, notice_digest.c.day).where(
        notice_digest.c.person_id.in_(sorted(people)), notice_digest.c.day.in_(sorted(days))
    )
    return {(row.person_id, row.day) for row in x.execute(query)}


def begin_digest(x: Executor, person_id: int, day: date, now: datetime) -> bool:
    """Take the digest of somebody's day on; False when it was, by whoever."""
    return insert_or_ignore(x, notice_digest, {"person_id": person_id, "day": day, "at": now})


def digest_open(x: Executor, person_id: int, day: date) -> bool:
    """Whether the digest was taken on and not sent."""
    query = select(notice_digest.c.sent_at).where(notice_digest.c.person_id == person_id, notice_digest.c.day == day)
    row = x.execute(query).first()
    return row is not None and row.sent_at is None


def digest_sent(x: Executor, person_id: int, day: date, now: datetime) -> bool:
    """Note that the digest went out."""
    which = (notice_digest.c.person_id == person_id, notice_digest.c.day == day, notice_digest.c.sent_at.is_(None))
    return bool(rows_changed(x, update(notice_digest).where(*which).values(sent_at=now)))
