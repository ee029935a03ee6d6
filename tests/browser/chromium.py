"""Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

ARGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """Where the browser is; a missing one is an error that names it."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("These tests need Chromium: on Debian, apt-get install chromium fonts-noto-cjk.")


@contextmanager
def launched(playwright: Playwright, *, back_forward_cache: bool = False) -> Iterator[Browser]:
    """A running browser. Playwright switches the back/forward cache off unless told otherwise."""
    browser = playwright.chromium.launch(
        executable_path=executable(),
        args=ARGS,
        ignore_default_args=["--disable-back-forward-cache"] if back_forward_cache else None,
    )
    try:
        yield browser
    finally:
        browser.close()
