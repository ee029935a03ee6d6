"""The dealership together with the house: it is on in these tests, which ask for more than a plugin can."""

from pathlib import Path

import pytest

from salesapp import places


@pytest.fixture
def plugin_paths() -> list[Path]:
    """The plugin these tests are about."""
    return [places.PLUGINS / "automotive"]
