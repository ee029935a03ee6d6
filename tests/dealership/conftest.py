"""The dealership together with the house: it is on in these tests, which ask for more than a plugin can."""

from pathlib import Path
from typing import Any

import pytest

from salesapp import places
from salesapp.testing import Kit


@pytest.fixture
def plugin_paths() -> list[Path]:
    """The plugin these tests are about."""
    return [places.PLUGINS / "automotive"]


@pytest.fixture
def filled(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house with a few deals, cars, offers, contracts and deliveries."""
    parts: Any = kit.app.extensions["salesapp_plugins"].plugin("automotive")
    monkeypatch.setattr(parts.module.demo, "DEALS", 5)
    kit.fill_demo("zh_Hans", seed=3)
