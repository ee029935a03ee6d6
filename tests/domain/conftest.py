"""Random cases, the same in every run: a test that fails now and then tells nobody anything."""

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("wide", max_examples=3000, deadline=None, database=None)  # pytest --hypothesis-profile=wide


def pytest_configure(config: pytest.Config) -> None:
    """Steady unless another profile is asked for by name."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("steady")
