"""Who writes a plugin tries it in the demo: the demo has the plugins of the installation it lies in."""

from pathlib import Path

from salesapp.config import Settings


def test_the_demo_has_the_plugins_of_its_installation(tmp_path: Path) -> None:
    assert Settings(instance=tmp_path).plugins == tmp_path / "plugins"
    assert Settings(instance=tmp_path / "demo", demo=True).plugins == tmp_path / "plugins"
    assert Settings(instance=tmp_path / "public", demo=True).plugins == tmp_path / "public" / "plugins"
