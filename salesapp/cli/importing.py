"""Bring data in from files."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from flask import Flask

from salesapp.cli.importing_asked import Said, asked_by, told
from salesapp.cli.opening import now_of, opened, say, working
from salesapp.cli.stopping import stop
from salesapp.domain.errors import Refused
from salesapp.domain.import_findings import REJECTED, Finding
from salesapp.domain.importing import CHECKED, DATE_ORDERS, DECIMALS, DONE, FAILED, UNDONE
from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_checking, import_taking_back, import_work
from salesapp.services import import_runs as service
from salesapp.services.import_files import keep, path_of
from salesapp.services.import_registry import KINDS
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView

SHOWN: Final = 50
STEPS: Final[dict[str, Callable[..., None]]] = {
    "checking": import_checking.check_file,
    "running": import_work.bring_in,
    "undoing": import_taking_back.take_back,
}


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--kind", metavar="KIND", help="customer, deal, car_wash.stock …; guessed from its columns.")
@click.option("--encoding", help="gbk, big5, cp1251, utf-16 …; guessed.")
@click.option("--delimiter", help="One character, or tab; guessed.")
@click.option("--header/--no-header", default=None, help="Whether the first row names the columns; guessed.")
@click.option("--begins", type=click.IntRange(1, 99), metavar="LINE", help="The first line of the table; guessed.")
@click.option("--sheet", help="Of a workbook; the first one.")
@click.option("--dates", type=click.Choice(DATE_ORDERS), help="In which order days are written; guessed.")
@click.option("--decimal", type=click.Choice(DECIMALS), help="What stands before the cents; guessed.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="Once for each column to take; guessed.")
@click.option("--value", "values", multiple=True, metavar="FIELD:WORD=KEY", help="What a word of the file stands for.")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="What holds for all rows.")
@click.option("--owner", metavar="MAIL", help="Whose they become; else managers hand them out.")
@click.option("--source", metavar="KEY", help="Where they come from, for rows that do not say: trade_show …")
@click.option("--mapping", metavar="NAME", help="As it was saved under this name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--undo", "undo_id", type=int, metavar="RUN", help="Take an import back, by its number.")
def import_command(
    file: Path | None,
    kind: str | None,
    encoding: str | None,
    delimiter: str | None,
    header: bool | None,
    begins: int | None,
    sheet: str | None,
    dates: str | None,
    decimal: str | None,
    pairs: tuple[str, ...],
    values: tuple[str, ...],
    options: tuple[str, ...],
    owner: str | None,
    source: str | None,
    mapping: str | None,
    dry_run: bool,
    undo_id: int | None,
) -> None:
    """Bring in FILE: a table (CSV, TSV, XLSX) or contacts (vCard). What is not said is guessed, and told. Doing it
    again changes nothing; with a column mapped to `key`, it updates."""
    if (file is None) == (undo_id is None):
        stop("Say which FILE to bring in, or --undo with the number of an import.")
    shape: dict[str, object] = {"encoding": encoding, "delimiter": _sign(delimiter), "header": header, "sheet": sheet}
    shape |= {"date_order": dates, "decimal": decimal, "begins": begins}
    said = Said(
        kind=kind,
        shape=shape,
        pairs=pairs,
        values=values,
        options=options,
        owner=owner,
        source=source,
        mapping=mapping,
    )
    with opened() as app:
        if kind is not None and kind not in KINDS:
            stop(f"There is no kind {kind}. There are: {', '.join(KINDS)}.")
        if file is None:
            _undo(app, undo_id or 0)
        else:
            _bring(app, file, said, dry_run=dry_run)


def _sign(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    sign = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if len(sign) != 1 or sign in '"\r\n':
        stop(f"The delimiter is one character, not {delimiter!r}.")
    return sign


def _bring(app: Flask, file: Path, said: Said, *, dry_run: bool) -> None:
    run = _asked(app, file, said)
    with working(app) as w:
        service.check(w, run.id)
    run = _worked(app, run.id, "checked")
    _say_found(run)
    if run.state != CHECKED:
        _say_why(run)
    if dry_run:
        _say_counts(run, "would be ")
        return
    with working(app) as w:
        service.start(w, run.id)
    run = _worked(app, run.id, "brought in")
    if run.state != DONE:
        _say_why(run)
    _say_counts(run, "")
    _write_rejected(file, run)
    if run.added + run.changed:
        say(f"`salesapp import --undo {run.id}` takes it back.")


def _asked(app: Flask, file: Path, said: Said) -> RunView:
    """The file taken in, with what was said about it."""
    now = now_of(app)
    with file.open("rb") as content:
        kept = keep(content, file.name)
    with reading() as x:  # reading a large file takes time: nobody may wait for a lock meanwhile
        guessed = service.guessed(x, SYSTEM, path_of(kept.key), kept.name, now)
    with working(app) as w:
        run_id = service.begin(w, kept, kept.name, guessed)
    with reading() as x:
        asked, seen = asked_by(x, _run(run_id), said, now)
    problems = list(seen.problems) if not seen.rows and not seen.header else []
    if problems:
        raise Refused(problems)
    for line in told(asked, seen):
        say(line)
    with working(app) as w:
        service.ask(w, run_id, asked)
    return _run(run_id)


def _run(run_id: int) -> RunView:
    with reading() as x:
        return service.load(x, SYSTEM, run_id)


def _worked(app: Flask, run_id: int, what: str) -> RunView:
    """Do here what a worker would do, until it is done; a worker that is faster is waited for."""
    run = _run(run_id)
    while run.is_at_work:
        _step(run, now_of(app))
        before, run = run, _run(run_id)
        click.echo(f"\r{run.done} of {run.total or run.done} {what}", nl=False)
        if run == before:
            break
    click.echo("")
    return run


def _step(run: RunView, now: datetime) -> None:
    STEPS[run.state]({"run": run.id, "turn": run.turn}, now)


def _say_found(run: RunView) -> None:
    for each in run.problems[:SHOWN]:
        say(f"{_lines(each)}: {each.message}", "red" if each.how == REJECTED else "yellow")
    if len(run.problems) > SHOWN:
        say(f"… and {len(run.problems) - SHOWN} more", "yellow")


def _lines(finding: Finding) -> str:
    lines = ", ".join(map(str, finding.lines))
    more = f" … ({finding.count} lines)" if finding.count > len(finding.lines) else ""
    others = f" (also {', '.join(finding.others)})" if finding.others else ""
    return f"{'line' if finding.count == 1 else 'lines'} {lines}{more}{others}"


def _say_why(run: RunView) -> None:
    error = run.error
    stop(str(error.message) if error is not None else "The import did not work.")


def _say_counts(run: RunView, would: str) -> None:
    say(f"{run.added} {would}added, {run.changed} {would}updated, {run.same} there already, {run.rejected} rejected.")


def _write_rejected(file: Path, run: RunView) -> None:
    """The rejected rows in the file's own format plus a reason, so that they can be mended and go in alone."""
    if run.rejected_key is None:
        return
    target = file.with_name(f"{file.name}.rejected.csv")
    shutil.copy(path_of(run.rejected_key), target)  # as nobody else may read it here
    say(f"The rejected rows, each with its reason: {target}")


def _undo(app: Flask, run_id: int) -> None:
    with working(app) as w:
        service.undo(w, run_id)
    run = _worked(app, run_id, "taken back")
    if run.state not in (UNDONE, FAILED):
        _say_why(run)
    say(f"{run.done - run.left} taken back, {run.left} left as they were changed since.")
