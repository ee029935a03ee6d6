"""The letters notices become: one notice after half a minute, and the digest of a person's morning.

Everything is asked again when a letter is due: a notice that was read, settled or undone is not sent, nor one about
something its reader may no longer see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.letters import Letter, Line, Section
from salesapp.domain.notice_times import day_bounds, digest_until, mail_at
from salesapp.domain.notice_words import day_words, language_of
from salesapp.domain.notices import DIGEST, KINDS_BY_KEY, MAIL, OFF, hidden, sentence
from salesapp.domain.permissions import Actor
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.plugging.follow_up_names import rule_of
from salesapp.services import mail
from salesapp.services.notice_facts import facts, planned
from salesapp.store import activities, notice_choices, notice_subjects, notices, settings, sign_ins
from salesapp.store.engine import Executor
from salesapp.store.notice_choices import Recipient
from salesapp.store.notice_subjects import Key, Subject

OPEN: Final = Text("Open in SalesApp", "在 SalesApp 中打开", "在 SalesApp 中開啟", "Открыть в SalesApp")
FOOTER: Final = Text("Choose what you are mailed", "设置接收哪些邮件", "設定要收哪些郵件", "Какие письма присылать")
YOUR_DAY: Final = Text("Your day, %(day)s", "今日安排 · %(day)s", "今日行程 · %(day)s", "Ваш день: %(day)s")
OVERDUE: Final = Text("Overdue: %(n)s", "逾期：%(n)s", "逾期：%(n)s", "Просрочено: %(n)s")
TODAY: Final = Text("Today: %(n)s", "今天：%(n)s", "今天：%(n)s", "Сегодня: %(n)s")
UNREAD: Final = Text("Unread notices", "未读提醒", "未讀提醒", "Непрочитанные уведомления")
MORE: Final = Text("… and more", "……还有更多", "……還有更多", "… и ещё")
LINES: Final = 10
"""How much of each part a digest shows; the rest is in the app."""
LOOKED_AT: Final = 50
"""Of how many unread notices the newest that still hold are told."""


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is still to be mailed: to whom, about what, and from when on."""

    row: Row[*tuple[Any, ...]]
    to: Recipient
    subject: Subject
    at: datetime
    rule: Text | None = None
    """What the follow-up rule is called that planned it."""


def due(x: Executor, notice_id: int, now: datetime) -> Due | None:
    """The notice if it is still to be mailed; `at` is now, or when its reader's quiet hours end."""
    row = notices.one(x, notice_id)
    if row is None or row.read_at or row.withdrawn_at or row.mailed_at or not mail.load(x).usable:
        return None
    to = notice_choices.recipient(x, row.person_id)
    if to is None or not to.email or to.choices.way(row.kind) != MAIL:
        return None
    actor = sign_ins.actor_of(x, to.id)
    key = (row.subject_kind, row.subject_id)
    subject = notice_subjects.find(x, actor, [key], now).get(key) if actor else None
    if subject is None or not holds(row, subject):
        return None
    return Due(row, to, subject, mail_at(now, to.choices, to.zone), _rule_of(x, subject))


def _rule_of(x: Executor, subject: Subject) -> Text | None:
    key = (subject.because or {}).get("rule")
    if not key:
        return None
    rule = rule_of(running.house().read(x, settings.config_version(x)), str(key))
    return rule.label if rule else None


def holds(row: Row[*tuple[Any, ...]], subject: Subject) -> bool:
    """Whether what the notice tells is still so; what was undone is not mailed."""
    mine = subject.owner_id == row.person_id
    still: Mapping[str, bool] = {
        "decision.waits": subject.state == "pending" and not mine and subject.asked_by != row.person_id,
        "decision.decided": subject.state == row.data.get("how"),
        "customer.given": mine and subject.state == "open",
        "customer.enquired": mine and subject.state == "open",
        "deal.given": mine and subject.state != "archived",
        "activity.given": mine and subject.state == "planned",
        "follow_up.late": subject.state in ("planned", "open"),
        "job.parked": subject.state == "parked",
    }
    return still.get(row.kind, True)


def of_notice(found: Due) -> Letter:
    """The letter of one notice."""
    lang = language_of(found.to.language, found.to.company.country)
    line = _line(found.row, found.subject, found.to, lang)
    told = replace(line, detail="\n".join(facts(found.row, found.subject, found.to, lang, found.rule)))
    return _letter(found.to, lang, f"notice-{found.row.id}.{_stamp(found.row.at)}", line.text, [Section("", [told])])


def _letter(to: Recipient, lang: str, key: str, subject: str, sections: Sequence[Section]) -> Letter:
    footer = Line(FOOTER.in_language(lang), "/account/notices")
    return Letter(
        key=key,
        to=to.email,
        to_name=to.name,
        language=lang,
        subject=subject,
        sections=sections,
        open_words=OPEN.in_language(lang),
        footer=footer,
    )


def _stamp(moment: datetime) -> int:
    """So that ids of another installation, or of a restored one, make other keys."""
    return int(moment.timestamp())


def _line(row: Row[*tuple[Any, ...]], subject: Subject, to: Recipient, lang: str) -> Line:
    if row.kind not in KINDS_BY_KEY:
        return Line(hidden(lang))
    text = sentence(row.kind, str(row.data.get("how", "")), row.who or "", subject.name, lang, row.data.get("says"))
    return Line(text, subject.path, planned(subject, to, lang) if row.subject_kind == "activity" else "")


# --- the digest ---


def digest(x: Executor, person_id: int, day: date, now: datetime) -> Letter | None:
    """The digest of somebody's day; None when there is nothing to say, it was sent, or it is not morning any more."""
    to = notice_choices.recipient(x, person_id)
    if to is None or not to.email or to.choices.digest_hour is None or not mail.load(x).usable:
        return None
    actor = sign_ins.actor_of(x, person_id)
    begin, end = day_bounds(day, to.zone)
    late = now >= digest_until(day, to.choices, to.zone)
    if actor is None or late or not notice_choices.digest_open(x, person_id, day):
        return None
    lang = language_of(to.language, to.company.country)
    sections = [*_day(x, to, begin, end, lang), *_unread(x, actor, to, now, lang)]
    if not sections:
        return None
    subject = YOUR_DAY.in_language(lang) % {"day": day_words(day, lang)}
    return _letter(to, lang, f"digest-{person_id}.{day.isoformat()}", subject, sections)


def _day(x: Executor, to: Recipient, begin: datetime, end: datetime, lang: str) -> list[Section]:
    """What is overdue and what the day brings."""
    me = frozenset({to.id})
    counts = activities.day_counts(x, me, begin, end)
    parts: list[tuple[Text, int, datetime | None, datetime]] = [(TODAY, sum(row.due for row in counts), begin, end)]
    if to.choices.way("activity.overdue") != OFF:
        parts.insert(0, (OVERDUE, sum(row.overdue for row in counts), None, begin))
    sections = []
    for title, n, since, until in parts:
        if n:
            rows = activities.planned(x, me, since=since, until=until, limit=LINES)
            lines = [_activity(row, to, lang) for row in rows]
            words = title.in_language(lang) % {"n": n}
            sections.append(Section(words, _cut(lines, n > len(lines), lang, "/today")))
    return sections


def _activity(row: Row[*tuple[Any, ...]], to: Recipient, lang: str) -> Line:
    subject = Subject(
        row.customer_name or row.deal_title or row.note.split("\n")[0][:60],
        notice_subjects.activity_path(row),
        kind=row.kind,
        planned_at=row.planned_at,
        all_day=row.all_day,
    )
    return Line(subject.name or planned(subject, to, lang), subject.path, planned(subject, to, lang))


def _unread(x: Executor, actor: Actor, to: Recipient, now: datetime, lang: str) -> list[Section]:
    kinds = [key for key in KINDS_BY_KEY if to.choices.way(key) in (DIGEST, MAIL)]
    rows = notices.unread(x, to.id, kinds, LOOKED_AT)
    keys: list[Key] = [(row.subject_kind, row.subject_id) for row in rows]
    found = notice_subjects.find(x, actor, keys, now)
    lines = []
    for row, key in zip(rows, keys, strict=True):
        subject = found.get(key)
        if subject is not None and holds(row, subject):
            lines.append(_line(row, subject, to, lang))
    title = UNREAD.in_language(lang)
    return [Section(title, _cut(lines[:LINES], len(lines) > LINES, lang, "/notices"))] if lines else []


def _cut(lines: list[Line], more: bool, lang: str, path: str) -> list[Line]:
    return [*lines, Line(MORE.in_language(lang), path)] if more else lines
