"""What one customer reads of a message to a group: its places filled with who they are, and who looks after them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from salesapp.domain.company import Company
from salesapp.domain.notice_words import language_of
from salesapp.domain.people import one_line
from salesapp.domain.placeholders import OF_MESSAGES, filled
from salesapp.store import mailing_names, settings
from salesapp.store.engine import Executor
from salesapp.store.mailing_names import Names
from salesapp.store.mailings import MailingView


@dataclass(frozen=True, slots=True)
class Written:
    """A text as one customer gets it, and what its letter needs besides."""

    subject: str
    body: str
    to_name: str
    reply_to: str
    language: str
    company: Company


def written(x: Executor, mailing: MailingView, customer_id: int, contact_id: int | None, now: datetime) -> Written:
    """The text for one customer, at one of their contacts (None: at themselves)."""
    return written_many(x, mailing, {customer_id: contact_id}, now)[customer_id]


def written_many(
    x: Executor, mailing: MailingView, contacts: Mapping[int, int | None], now: datetime
) -> dict[int, Written]:
    """The same for some customers, by their ids."""
    company = settings.company(x)
    day = now.astimezone(ZoneInfo(company.zone)).date()
    names = mailing_names.of_many(x, contacts, mailing.person_id)
    return {customer_id: _one(mailing, each, company, day) for customer_id, each in names.items()}


def _one(mailing: MailingView, names: Names, company: Company, day: date) -> Written:
    """What names a customer is their data: put in once, and never read as a place again."""
    language = language_of(None, company.country)  # nobody knows what a customer reads: what their country does
    customer = one_line(names.name or names.company)
    values = {
        "customer": customer,
        "contact": one_line(names.contact) or customer,
        "salesperson": one_line(names.owner or names.author),
        "company": one_line(company.name),
        "date": format_date(day, "long", locale=Locale.parse(language)),
    }
    reply_to = names.owner_email or names.author_email
    subject, body = one_line(filled(mailing.subject, values, OF_MESSAGES)), filled(mailing.body, values, OF_MESSAGES)
    return Written(subject, body, values["contact"], reply_to, language, company)
