"""Commands as an operator types them, each on an installation of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from salesapp.cli import main

Command = Callable[..., Result]


@pytest.fixture
def salesapp(database_url: str, tmp_path: Path) -> Command:
    """Run `salesapp …` on a fresh, migrated installation; the environment can be changed by keyword."""

    def run(*words: str, **environ: str) -> Result:
        settings = {"SALESAPP_INSTANCE": str(tmp_path), "SALESAPP_DATABASE_URL": database_url, "LANG": "C.UTF-8"}
        return CliRunner().invoke(main, list(words), env=settings | environ)

    return run
