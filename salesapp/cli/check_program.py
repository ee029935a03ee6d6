"""The doctor on the program itself, its plugins, and the address people reach it at."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

from salesapp.cli.findings import Finding, doubtful, good, wrong
from salesapp.config import Settings
from salesapp.domain.text import LANGUAGES
from salesapp.places import PLUGINS, STATIC, TRANSLATIONS
from salesapp.plugging.loader import load_plugins

BUILT: Final = ("htmx.min.js", "icons.svg")
MANY: Final = 3  # proxies, one behind the other
LIMITS: Final = ("max_form_bytes", "max_file_bytes", "max_upload_bytes")
SMALLEST: Final = 100_000
"""A form with a long note and some hundred fields."""
OTHERS: Final = ("SALESAPP_DEMO_", "SALESAPP_TEST_")
"""How variables begin that are no settings of an installation."""


def parts(found: Settings) -> Iterator[Finding]:
    """What is built and what is plugged in."""
    missing = [name for name in BUILT if not (STATIC / "built" / name).is_file()]
    if missing:
        yield wrong(
            "parts.missing", f"{', '.join(missing)} missing in {STATIC / 'built'}: `make program` builds what is."
        )
    lost = [each for each in LANGUAGES if each != "en" and not _catalogue(each)]
    if lost:
        yield wrong("parts.languages", f"The texts in {', '.join(lost)} are missing: `make program` builds them.")
    yield from _plugins(found)


def _catalogue(language: str) -> bool:
    return (TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo").is_file()


def _plugins(found: Settings) -> Iterator[Finding]:
    if found.safe_mode:
        yield doubtful("plugins.safe_mode", "Safe mode is on, so no plugin runs: once it is mended, take it away.")
        return
    plugins = load_plugins([PLUGINS, found.plugins])
    yield good("plugins", f"Plugins: {', '.join(plugin.name for plugin in plugins.loaded) or 'none'}.")
    for aside in plugins.set_aside:
        sentence = f"The plugin {aside.name} is set aside: {aside.reason}"
        kind = wrong if aside.critical else doubtful
        yield kind("plugins.aside", f"{sentence} Mend it, or take it out of {found.instance / 'plugins'}.")


def address(found: Settings, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Where people reach it, through what, and words of the environment that mean nothing."""
    here = urlsplit(found.base_url)
    if not found.base_url:
        yield doubtful(
            "base_url.none",
            "base_url is not set, so links in mails and invitations begin with http://127.0.0.1:8000: "
            "set it to the address people open.",
        )
    elif here.scheme not in {"http", "https"} or not here.hostname:
        yield wrong("base_url.odd", f"base_url {found.base_url} is no address: write https://crm.example.com.")
    elif here.path.strip("/"):
        yield wrong(
            "base_url.path",
            f"base_url {found.base_url} has a path, and SalesApp answers at a host name of its own only: give it one.",
        )
    elif here.scheme == "http":
        yield doubtful(
            "base_url.http",
            f"base_url {found.base_url} is not https, so passwords travel in the open: give the proxy a certificate.",
        )
    else:
        yield good("base_url", f"People reach it at {found.base_url}.")
        yield from _proxy(found)
    yield from _hosts(found, here.netloc)
    if found.debug:
        yield wrong("debug", "debug is on, which is for authors of plugins, not for people's work: take it away.")
    yield from _limits(found)
    yield from _unknown(environ)


def _proxy(found: Settings) -> Iterator[Finding]:
    if found.proxy_hops < 1:
        yield wrong(
            "proxy_hops.none",
            "proxy_hops is 0, but https is done by a proxy in front, so everybody seems to come from one address and "
            "is locked out together: set proxy_hops to 1.",
        )
    if found.proxy_hops > MANY:
        yield doubtful(
            "proxy_hops.many",
            f"proxy_hops is {found.proxy_hops}: where fewer proxies stand in front, none of their headers counts, and "
            "everybody seems to come from one address. Count them.",
        )


def _limits(found: Settings) -> Iterator[Finding]:
    small = [name for name in LIMITS if getattr(found, name) < SMALLEST]
    if small:
        yield wrong(
            "limits.small",
            f"{', '.join(small)}: less than {SMALLEST} bytes, so what people send is refused. Take it away, or allow "
            "more.",
        )
    elif found.max_upload_bytes < found.max_file_bytes:
        yield doubtful(
            "limits.upload",
            f"max_upload_bytes is {found.max_upload_bytes}, so no file of {found.max_file_bytes} bytes gets through: "
            "make it larger than max_file_bytes.",
        )


def _hosts(found: Settings, here: str) -> Iterator[Finding]:
    trusted = [host.strip() for host in found.trusted_hosts.split(",") if host.strip()]
    if not trusted and (found.base_url or found.proxy_hops):
        yield doubtful(
            "hosts.none", "trusted_hosts is not set, so any host name is answered to: name that of base_url."
        )
    if trusted and here and not host_is_trusted(here, trusted):
        yield wrong("hosts.other", f"trusted_hosts lacks {here}, so every page there is refused: add it.")


def _unknown(environ: Mapping[str, str]) -> Iterator[Finding]:
    known = {f"SALESAPP_{item.name.upper()}" for item in fields(Settings)}
    for name in sorted(environ):
        if name.startswith("SALESAPP_") and name not in known and not name.startswith(OTHERS):
            yield doubtful("settings.unknown", f"{name} is not a setting: docs/operations.md lists those there are.")
