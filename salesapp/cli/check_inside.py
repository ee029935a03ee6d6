"""The doctor on what the database holds: clock, background jobs, mail, backups; thoroughly: figures and files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, and_, func, or_, select

from salesapp.cli.findings import Finding, doubtful, good, note, wrong
from salesapp.cli.plugin_tables import check_plugins
from salesapp.config import Settings
from salesapp.domain.secrets import opened
from salesapp.jobs.kinds import KINDS
from salesapp.services import backup, mail, rebuild, seal
from salesapp.services.notices import DIGEST_JOB, FAILING_TRIES, MAIL_JOB
from salesapp.store import files, job_lists, people, settings
from salesapp.store.tables import event, job

AHEAD: Final = timedelta(minutes=5)
LATE: Final = timedelta(minutes=15)
KEEP_EVERY: Final = timedelta(days=7)
NAMED: Final = 5


def inside(x: Connection, found: Settings, now: datetime) -> Iterator[Finding]:
    """Everything the rows tell at once."""
    yield from _clock(x, now)
    yield from _zone(x)
    yield from _jobs(x, now)
    yield from check_plugins(x, found)
    if people.anybody(x):
        yield from _key(found)
        yield from _mail(x, found)
        yield from _backup(x, now)


def _clock(x: Connection, now: datetime) -> Iterator[Finding]:
    newest = x.execute(select(func.max(event.c.noted_at))).scalar()
    if newest is not None and newest > now + AHEAD:
        yield wrong(
            "clock.behind",
            f"This machine's clock stands at {now:%Y-%m-%d %H:%M} UTC, and the newest event was noted at "
            f"{newest:%Y-%m-%d %H:%M}: set the clock (timedatectl set-ntp true).",
        )


def _zone(x: Connection) -> Iterator[Finding]:
    zone = settings.company(x).zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield wrong("zone.missing", f"The company's time zone {zone} is unknown here: reinstall the package tzdata.")


def _jobs(x: Connection, now: datetime) -> Iterator[Finding]:
    behind = or_(
        and_(job.c.state == "waiting", job.c.run_at < now - LATE),
        and_(job.c.state == "running", job.c.lease_until < now - LATE),
    )
    late = and_(behind, job.c.name.in_(list(KINDS)))  # those of a plugin that is off wait for it
    first = x.execute(select(job.c.name, job.c.run_at).where(late).order_by(job.c.run_at).limit(1)).first()
    if first is not None:
        yield wrong(
            "jobs.late",
            f"The background job {first.name} is due since {first.run_at:%Y-%m-%d %H:%M} UTC, and nobody does it: "
            "start `salesapp run` without --no-jobs, or `salesapp jobs run` beside it.",
        )
    parked = x.execute(select(job.c.name, func.count()).where(job.c.state == "parked").group_by(job.c.name)).all()
    if parked:
        names = ", ".join(f"{n} × {name}" for name, n in sorted(tuple(row) for row in parked))
        yield doubtful(
            "jobs.parked",
            f"Background jobs were given up ({names}): `salesapp jobs list` says why, `salesapp jobs retry --all` "
            "tries them again.",
        )


def _key(found: Settings) -> Iterator[Finding]:
    if not (found.instance / "secret_key").is_file():
        yield doubtful(
            "key.lost",
            f"People use this installation, but there is no {found.instance / 'secret_key'}: put it back from a "
            "backup, or everybody signs in again and the password of the mail server has to be typed again.",
        )


def _mail(x: Connection, found: Settings) -> Iterator[Finding]:
    stored = settings.get(x, mail.SETTING) or {}
    if not (stored.get("host") and stored.get("sender")):
        yield note("mail.none", "Mail is not set up, so notices stay on the page: Settings, Mail names the server.")
        return
    key = found.instance / "secret_key"
    keys = [key.read_text(encoding="ascii").strip()] if key.is_file() else []
    if mail.SEALED in stored and (not keys or opened(stored[mail.SEALED], keys, mail.PURPOSE) is None):
        yield wrong(
            "mail.password",
            "The password of the mail server was sealed with another secret key: type it again in Settings, Mail.",
        )
    if job_lists.is_failing(x, (MAIL_JOB, DIGEST_JOB), FAILING_TRIES):
        yield doubtful("mail.failing", "Mail does not go out: Settings, Mail, “Send me a test” says why.")


def _backup(x: Connection, now: datetime) -> Iterator[Finding]:
    last = backup.last_made(x)
    first = x.execute(select(func.min(event.c.noted_at))).scalar()
    if (last or first or now) > now - KEEP_EVERY:
        if last:
            yield good("backup", f"The last `salesapp backup` was made at {last:%Y-%m-%d %H:%M} UTC.")
        return
    since = f"for {(now - last).days} days" if last else "yet"
    yield doubtful("backup.old", f"There was no `salesapp backup` {since}: let a timer make one every night.")


def inside_thoroughly(x: Connection, found: Settings) -> Iterator[Finding]:
    """What takes minutes where there are millions of rows."""
    differing = [each.table for each in rebuild.check(x) if not each.is_right]
    if differing:
        yield wrong("figures.differ", f"Kept figures differ in {', '.join(differing)}: `salesapp rebuild` mends them.")
    broken = seal.verify_chain(x).broken_at
    if broken is not None:
        yield wrong("history.changed", f"The history was changed at event {broken}: `salesapp jobs verify` says how.")
    kept = found.instance / backup.FILES
    lost = [key for key, _ in files.hashes(x) if not (kept / key[:2] / key).is_file()]
    if lost:
        yield wrong(
            "files.lost",
            f"{len(lost)} attached files are missing in {kept} ({', '.join(lost[:NAMED])}): take them out of a backup.",
        )
