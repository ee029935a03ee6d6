"""What a mail says of what its notice is about: what, with whom, when, why, and who said so. Only what stands in the
`Subject` is told, which is found for its reader alone."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.activity_kinds import KINDS_BY_KEY as ACTIVITIES
from salesapp.domain.notice_words import day_words, moment_words
from salesapp.domain.people import one_line
from salesapp.domain.text import Text
from salesapp.services.activity_finish import AFTER_MISSED, AFTER_REACHED
from salesapp.store.notice_choices import Recipient
from salesapp.store.notice_subjects import Subject

WHAT: Final = Text("What: %(it)s", "事项：%(it)s", "事項：%(it)s", "Что: %(it)s")
WITH: Final = Text("With: %(it)s", "联系人：%(it)s", "聯絡人：%(it)s", "С кем: %(it)s")
WHEN: Final = Text("When: %(it)s", "时间：%(it)s", "時間：%(it)s", "Когда: %(it)s")
ABOUT: Final = Text("About: %(it)s", "说明：%(it)s", "說明：%(it)s", "О чём: %(it)s")
BECAUSE: Final = Text("Because: %(it)s", "原因：%(it)s", "原因：%(it)s", "Почему: %(it)s")
FROM: Final = Text(
    "From: %(who)s, %(at)s", "来自：%(who)s，%(at)s", "來自：%(who)s，%(at)s", "От кого: %(who)s, %(at)s"
)
REASONS: Final = {
    AFTER_REACHED: Text(
        "it is time again for a customer of this grade",
        "这个等级的客户，该联系了",
        "這個等級的客戶，該聯絡了",
        "подошёл срок контакта для этой категории",
    ),
    AFTER_MISSED: Text(
        "not reached the last time", "上次没联系上", "上次沒聯絡上", "в прошлый раз не удалось связаться"
    ),
}
"""The reasons the product itself gives, as they are said outside a page."""
MOST: Final = 200
"""Characters of somebody's own words; the rest is behind the link."""


def facts(
    row: Row[*tuple[Any, ...]], subject: Subject, to: Recipient, lang: str, rule: Text | None = None
) -> list[str]:
    """One line for each thing known, in the reader's language and zone; `rule` is the label of the follow-up rule that
    planned it."""
    why = rule.in_language(lang) if rule else reason(subject.because, lang)
    known = (*_known(row, subject, to, lang), (BECAUSE, why))
    said = [label.in_language(lang) % {"it": text} for label, text in known if text]
    at = moment_words(row.at.astimezone(to.zone), lang)
    return [*said, FROM.in_language(lang) % {"who": row.who, "at": at}] if row.who else said


def _known(row: Row[*tuple[Any, ...]], subject: Subject, to: Recipient, lang: str) -> Iterator[tuple[Text, str]]:
    if row.subject_kind == "activity":
        yield WHAT, kind_words(subject, lang)
        yield WITH, subject.contact
        yield WHEN, when_words(subject, to, lang)
    yield ABOUT, shortened(subject.about)


def reason(because: Mapping[str, Any] | None, lang: str) -> str:
    """Why it is there; a sentence nobody has put into the reader's language is left to the page."""
    if not because:
        return ""
    known = REASONS.get(str(because.get("source", "")))
    return known.in_language(lang) if known else shortened(str(because.get("words", "")))


def shortened(words: str) -> str:
    """Somebody's words in one line of a bearable length."""
    line = one_line(words)
    return line if len(line) <= MOST else line[:MOST].rstrip() + "…"


def kind_words(subject: Subject, lang: str) -> str:
    """What kind of activity it is."""
    return ACTIVITIES[subject.kind].label.in_language(lang) if subject.kind in ACTIVITIES else subject.kind


def when_words(subject: Subject, to: Recipient, lang: str) -> str:
    """When it is planned for; "" for nothing planned."""
    if subject.planned_at is None:
        return ""
    local = subject.planned_at.astimezone(to.zone)
    return day_words(local.date(), lang) if subject.all_day else moment_words(local, lang)


def planned(subject: Subject, to: Recipient, lang: str) -> str:
    """What kind of activity it is, and when, in one line."""
    return " · ".join(filter(None, [kind_words(subject, lang), when_words(subject, to, lang)]))
