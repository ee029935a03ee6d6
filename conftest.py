"""What the whole suite shares: the product's own test kit, and a PostgreSQL server where it is asked for."""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Random cases, the same in every run: a test that fails now and then tells nobody anything.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("wide", max_examples=3000, deadline=None, database=None)  # make test-long

pytest_plugins = ["salesapp.testing"]


@pytest.fixture(scope="session", autouse=True)
def postgres_server() -> Iterator[None]:
    """Start PostgreSQL for the run that tests it; it fails, not skips, where there is none."""
    if os.environ.get("SALESAPP_TEST_DATABASE") != "postgres" or "SALESAPP_TEST_POSTGRES_URL" in os.environ:
        yield
        return
    from tests.postgres import server

    with server() as url:
        os.environ["SALESAPP_TEST_POSTGRES_URL"] = url
        yield
        del os.environ["SALESAPP_TEST_POSTGRES_URL"]


def pytest_configure(config: pytest.Config) -> None:
    """Steady unless another profile is asked for by name."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("steady")
    gc.freeze()  # what is imported stays: going through it again and again is a tenth of the run


def pytest_collection_finish() -> None:
    """Whatever is compiled from here on, also by processes of tests, is not kept: a test may write the same file twice
    within the second that a kept one is told by. What is compiled by now spares each of those processes a second."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database: the rest passed already, and would pass again."""
    if os.environ.get("SALESAPP_TEST_DATABASE") != "postgres":
        return
    left = [each for each in items if _asks_database(each)]
    config.hook.pytest_deselected(items=[each for each in items if each not in set(left)])
    items[:] = left


def _asks_database(item: pytest.Item) -> bool:
    return "database_url" in getattr(item, "fixturenames", ())
