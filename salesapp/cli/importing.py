"""Bring data in from files."""

import csv
from pathlib import Path

import click
from sqlalchemy import select

from salesapp.cli.house import stop
from salesapp.cli.opening import now_of, opened, say
from salesapp.domain.permissions import SYSTEM
from salesapp.services.csv_table import CsvTable, read_csv
from salesapp.services.import_rows import FIELDS, read_mapping
from salesapp.services.imports import KINDS, Interrupted, Options, Report, import_customers, known_here
from salesapp.store.engine import reading
from salesapp.store.tables import person

SHOWN = 50


@click.group("import")
def import_command() -> None:
    """Bring data in from a file."""


@import_command.command("customers", epilog=f"Fields: {', '.join(FIELDS)}; and those of your own, by name or key.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--encoding", default="utf-8", show_default=True, help="gbk, big5, cp1251, utf-16 …")
@click.option("--delimiter", default=",", show_default=True, help="One character, or tab.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="Once for each column to take.")
@click.option("--kind", type=click.Choice(KINDS), default="person", show_default=True)
@click.option("--owner", metavar="MAIL", help="Whose customers they become; else managers hand them out.")
@click.option("--source", metavar="KEY", help="Where they come from, for rows that do not say: trade_show …")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
def customers_command(
    file: Path,
    encoding: str,
    delimiter: str,
    pairs: tuple[str, ...],
    kind: str,
    owner: str | None,
    source: str | None,
    dry_run: bool,
) -> None:
    """Bring in customers from the CSV file FILE. Doing it again changes nothing; with a column mapped to `key`, it
    updates."""
    table = read_csv(file, encoding=encoding, delimiter=_sign(delimiter))
    with opened() as app:
        with reading() as x:
            known = known_here(x)
        columns = read_mapping(pairs, table.header, known)
        options = Options(kind=kind, source=source, owner_id=_person(owner))
        try:
            report = import_customers(table, columns, options, SYSTEM, now_of(app), dry_run=dry_run)
        except Interrupted as half:
            stop(
                f"The import stopped half-way, {half.report.added + half.report.changed} customers are in: "
                f"{half.__cause__}",
                "The same command again brings the rest.",
            )
    if columns.left_out:
        say(f"Columns left out: {', '.join(columns.left_out)}")
    _say_report(report, dry_run)
    if report.rejected and not dry_run:
        _write_rejected(file, table, report, encoding, _sign(delimiter))


def _sign(delimiter: str) -> str:
    sign = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if len(sign) != 1 or sign in '"\r\n':
        stop(f"The delimiter is one character, not {delimiter!r}.")
    return sign


def _person(mail: str | None) -> int | None:
    if mail is None:
        return None
    with reading() as x:
        query = select(person.c.id).where(person.c.email == mail.strip().lower(), person.c.deactivated_at.is_(None))
        found = x.execute(query).scalar()
    if found is None:
        stop(f"Nobody who works here has the address {mail}. `salesapp user list` names everybody.")
    return int(found)


def _say_report(report: Report, dry_run: bool) -> None:
    for line, note in report.notes[:SHOWN]:
        say(f"line {line}: {note}", "yellow")
    if len(report.notes) > SHOWN:
        say(f"… and {len(report.notes) - SHOWN} more lines like these", "yellow")
    for each in report.rejected[:SHOWN]:
        say(f"line {each.line}: {'; '.join(map(str, each.reasons))}", "red")
    if len(report.rejected) > SHOWN:
        say(f"… and {len(report.rejected) - SHOWN} more rejected lines", "red")
    would = "would be " if dry_run else ""
    say(
        f"{report.added} {would}added, {report.changed} {would}updated, {report.same} there already, "
        f"{len(report.rejected)} rejected."
    )


def _write_rejected(file: Path, table: CsvTable, report: Report, encoding: str, delimiter: str) -> None:
    """The rejected rows in the file's own format plus a reason, so that they can be mended and go in alone."""
    target = file.with_name(f"{file.name}.rejected.csv")
    with target.open("w", encoding=encoding, errors="replace", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow([*table.header, "reason"])
        for each in report.rejected:
            width = len(table.header)
            cells = [*each.cells, *[""] * (width - len(each.cells))]
            writer.writerow([*cells[:width], "; ".join(map(str, each.reasons)), *cells[width:]])
    say(f"The rejected rows, each with its reason: {target}")
