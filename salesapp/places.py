"""Where the parts beside the code lie: in a checkout at its top, in an installed wheel under `salesapp/_data`."""

import os
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
"""The checkout's root; means nothing in an installed wheel."""

_PACKED = PACKAGE / "_data"
INSTALLED = _PACKED.is_dir()
"""True when running from a wheel, which carries the folders itself."""

_HOME = _PACKED if INSTALLED else CHECKOUT
TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"
PLUGINS = _HOME / "plugins"
TRANSLATIONS = PACKAGE / "translations"


def default_instance(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this installation keeps what it owns: SALESAPP_INSTANCE, else `instance` in the checkout (wheel: here)."""
    named = environ.get("SALESAPP_INSTANCE", "").strip()
    if named:
        return Path(named).expanduser().absolute()
    return (Path.cwd() if INSTALLED else CHECKOUT) / "instance"
