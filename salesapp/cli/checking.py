"""`salesapp doctor`: what an operator got wrong, or should know; each finding is one sentence with what to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from salesapp.cli.check_database import database
from salesapp.cli.check_folder import folder, sizes
from salesapp.cli.check_health import plugins_say
from salesapp.cli.check_program import address, parts
from salesapp.cli.findings import COLOURS, DOUBTFUL, EXIT_CODES, GOOD, WRONG, Finding
from salesapp.cli.opening import check_database_url, say
from salesapp.config import Settings, read_settings


@click.command("doctor")
@click.option("--thorough", is_flag=True, help="Compare figures, history and files, too: minutes where there is much.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, help="As `salesapp run` is given, over all machines.")
@click.option("--verbose", is_flag=True, help="Say what is well, too.")
@click.option("--json", "as_json", is_flag=True, help="For a program: everything, as JSON.")
def doctor_command(thorough: bool, workers: int, verbose: bool, as_json: bool) -> None:
    """Look at the installation and say what is wrong with it; changes nothing.

    Exit code 0: all is well; 1: something is doubtful; 2: something is wrong.
    """
    found = read_settings()
    check_database_url(found)
    findings = list(examine(found, datetime.now(UTC), workers, thorough=thorough))
    if as_json:
        say(json.dumps([each.shown for each in findings], ensure_ascii=False, indent=1))
    else:
        _tell(findings, verbose=verbose)
    raise SystemExit(max(EXIT_CODES[each.kind] for each in findings))


def examine(found: Settings, now: datetime, workers: int, *, thorough: bool) -> Iterator[Finding]:
    """Every finding, in the order an operator would look."""
    yield from folder(found)
    yield from sizes(found) if thorough else ()
    yield from database(found, now, workers, thorough=thorough)
    yield from parts(found)
    yield from plugins_say(found, now)
    yield from address(found)


def _tell(findings: list[Finding], *, verbose: bool) -> None:
    for each in findings:
        if verbose or each.kind != GOOD:
            say(f"{each.kind:9}{each.sentence}", COLOURS[each.kind])
    if not any(each.kind in {DOUBTFUL, WRONG} for each in findings):
        say("All is well.", COLOURS[GOOD])
