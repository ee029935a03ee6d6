"""Every setting of an installation in one frozen record: environment SALESAPP_* over instance/config.toml."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from salesapp.places import default_instance


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set. Each is read from SALESAPP_<NAME> or `<name>` in config.toml."""

    instance: Path = field(default_factory=default_instance, metadata={"help": "folder of this installation's data"})
    database_url: str = _setting("", "SQLAlchemy address; empty means SQLite in the instance folder")
    base_url: str = _setting("", "public address, https://crm.example.com: used in links that are sent out")
    trusted_hosts: str = _setting("", "comma-separated host names to answer to; empty answers to any")
    proxy_hops: int = _setting(0, "how many reverse proxies stand in front")
    safe_mode: bool = _setting(False, "run the core only, without any plugin")
    demo: bool = _setting(False, "this is the demo: pages say so")
    debug: bool = _setting(False, "raise errors of plugins instead of containing them")
    trace_plugins: bool = _setting(False, "print each call of a plugin: its answer, and how long it took")
    max_form_bytes: int = _setting(1_000_000, "largest ordinary form, in bytes")
    max_file_bytes: int = _setting(25_000_000, "largest file somebody may attach, in bytes")
    max_upload_bytes: int = _setting(100_000_000, "largest form with files, in bytes")

    @property
    def database(self) -> str:
        """The database address, the default filled in."""
        return self.database_url or f"sqlite:///{self.instance.absolute() / 'salesapp.db'}"

    @property
    def plugins(self) -> Path:
        """The folder of the installation's own plugins; the demo shows those of the installation it lies in."""
        return (self.instance.parent if self.demo and self.instance.name == "demo" else self.instance) / "plugins"


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from overrides, then the environment, then config.toml; an unknown name or bad value stops with a
    sentence that says which."""
    environ = os.environ if environ is None else environ
    hints = get_type_hints(Settings)
    instance = Path(overrides.get("instance") or environ.get("SALESAPP_INSTANCE") or default_instance())
    values: dict[str, Any] = {"instance": instance}
    values |= _from_toml(instance / "config.toml", hints)
    for item in fields(Settings):
        raw = environ.get(f"SALESAPP_{item.name.upper()}")
        if raw is not None:
            values[item.name] = _convert(item.name, raw, hints[item.name])
    return Settings(**(values | overrides | {"instance": instance}))


def _from_toml(path: Path, hints: Mapping[str, type]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of TOML, or of UTF-8
        raise SystemExit(f"{path} cannot be read: {error}") from error
    unknown = sorted(values.keys() - hints.keys())
    if unknown:
        raise SystemExit(f"{path}: unknown settings: {', '.join(unknown)}")
    return {name: _convert(name, value, hints[name]) for name, value in values.items()}


def _convert(name: str, raw: Any, kind: type) -> Any:
    if kind is bool and isinstance(raw, str):
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"", "0", "false", "no", "off"}:
            return False
        raise SystemExit(f"setting {name}: {raw!r} is neither true nor false")
    if kind is str and isinstance(raw, list):  # as one writes several host names in TOML
        return ",".join(map(str, raw))
    try:
        return kind(raw)
    except (TypeError, ValueError) as error:
        raise SystemExit(f"setting {name}: {raw!r} is not a {kind.__name__}") from error
