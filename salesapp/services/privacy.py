"""Personal data of one customer: what they agreed to, all of it as a file, and erasing it for good."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from salesapp.domain.consent import HOWS, PURPOSES
from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.permissions import Actor
from salesapp.services import file_disk, import_files, plugin_privacy
from salesapp.services.lengths import length_problems
from salesapp.services.work import Work
from salesapp.store import consents, customer_files, customers, erase, visibility
from salesapp.store.engine import Executor
from salesapp.store.tables import consent

VERB: Final = "customer.privacy"
IN_MEMORY: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """How much would be erased, by what it is, and the tables of plugins that are left alone."""

    counts: Mapping[str, int]
    foreign: Mapping[str, int]


def preview(x: Executor, customer_id: int) -> Preview:
    """What erasing would take, for whoever may erase."""
    it = erase.whole(x, customer_id)
    return Preview({name: n for name, n in erase.counts(x, it).items() if n}, erase.foreign(x, it))


def called(x: Executor, actor: Actor, customer_id: int, now: Any) -> str:
    """What somebody has to type so that it is the right customer who is erased: the name, or what stands for it."""
    file = customer_files.open_file(x, actor, customer_id, now)
    phone = file.reached_by("phone")
    return file.view.name or file.view.company or (phone.shown if phone else str(customer_id))


def _may(w: Work, customer_id: int) -> None:
    customers.lock(w.session, customer_id)  # first: whose it is must not change after the question
    visibility.require(w.actor, VERB, visibility.customer_access(w.session, w.actor, customer_id, w.now))


# --- consent ---


def note_consent(w: Work, customer_id: int, purpose: str, how: str, given_on: date | None, note: str = "") -> int:
    """The customer agreed to something."""
    _may(w, customer_id)
    problems: list[Problem] = length_problems(consent, {"note": note})
    for place, value, known in (("purpose", purpose, PURPOSES), ("how", how, HOWS)):
        if value not in known:
            problems.append(problem(place, N_("Please choose one of the list.")))
    if given_on is None or given_on > w.now.date():
        problems.append(problem("given_on", N_("On which day? It cannot lie ahead.")))
    if problems:
        raise Refused(problems)
    values = {"customer_id": customer_id, "purpose": purpose, "how": how, "given_on": given_on, "note": note}
    consent_id = consents.insert(w.session, {**values, "noted_by": w.actor.id, "noted_at": w.now})
    data = {"purpose": purpose, "how": how, "consent": consent_id}
    _event(w, "customer.consent_noted", customer_id, data, {"note": note} if note else None)
    return consent_id


def withdraw_consent(w: Work, consent_id: int) -> int:
    """The customer does not agree any more; whose consent it is."""
    row = consents.get(w.session, consent_id)
    if row is None:
        raise NotFound
    _may(w, row.customer_id)
    if consents.withdraw(w.session, consent_id, w.actor.id, w.now):
        data = {"purpose": row.purpose, "consent": consent_id}
        _event(w, "customer.consent_withdrawn", row.customer_id, data)
    w.done("customer", row.customer_id)
    return int(row.customer_id)


def _event(
    w: Work, kind: str, customer_id: int, data: Mapping[str, Any], personal: Mapping[str, Any] | None = None
) -> None:
    owner_id = customer_files.owner_of(w.session, customer_id)
    w.event(kind, "customer", customer_id, customer_id=customer_id, owner_id=owner_id, data=data, personal=personal)
    w.done("customer", customer_id)


# --- all of it, to take along ---


def note_export(w: Work, customer_id: int) -> None:
    """Somebody takes everything about a customer along: noted before anything is handed out."""
    _may(w, customer_id)
    _event(w, "customer.exported", customer_id, {})


def export(x: Executor, customer_id: int, now: datetime) -> IO[bytes]:
    """Everything about a customer as a ZIP: `customer.json` with the rows of every table and what plugins keep beside,
    and the files. Whoever asks was asked for the right to it."""
    it = erase.whole(x, customer_id)
    out: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        found: dict[str, Any] = {"customer": customer_id, "rows": erase.rows_of(x, it), "files": []}
        for row in erase.files_of(x, it):
            name = f"files/{row.id}-{row.name.replace('/', '_')}"
            there = file_disk.is_whole(row.key, row.sha256)
            if there:
                archive.write(file_disk.path_of(row.key), name)
            entry = {"id": row.id, "name": row.name, "file": name if there else None, "sha256": row.sha256}
            found["files"].append({**entry, "size": row.size, "activity": row.activity_id})
        found |= plugin_privacy.kept_by_plugins(x, customer_id, now)
        text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        archive.writestr("customer.json", text)
    out.seek(0)
    return out


# --- for good ---


def erase_customer(w: Work, customer_id: int, typed: str) -> list[str]:
    """Erase what is personal in a customer; the keys of the files to take from the disk after the commit. `typed` is
    the name, typed by hand: there is no way back."""
    _may(w, customer_id)
    if is_erased(w.session, customer_id):
        raise Refused([problem("", N_("What was personal in it has been erased already."))])
    if " ".join(typed.split()) != " ".join(called(w.session, w.actor, customer_id, w.now).split()):
        raise Refused([problem("name", N_("That is not the name of this customer."))])
    it = erase.whole(w.session, customer_id)
    if erase.is_pending(w.session, it):
        raise Refused([problem("", N_("Somebody still has to decide about one of its deals. Settle that first."))])
    plugin_privacy.erase(w, customer_id)
    counts = erase.counts(w.session, it)
    keys = erase.erase(w.session, it, w.now)
    _event(w, "customer.erased", customer_id, {"counts": counts})
    return keys


def is_erased(x: Executor, customer_id: int) -> bool:
    """Whether what was personal is gone."""
    return erase.erased_at(x, customer_id) is not None


def remove_files(keys: list[str]) -> None:
    """Take the bytes of erased files from the disk. What is missed, as the machine stops right now, is swept up within
    a day: no row knows it any more."""
    for key in keys:
        file_disk.delete(key)
        file_disk.delete(key, import_files.FOLDER)
