"""The pictures in the README, taken from a fresh demo: `make screenshots`.

Needs Chromium (Debian's, or CHROMIUM names one). Writes docs/screenshots/*.png.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TARGET = Path(__file__).parent / "screenshots"
PHONE = {"width": 390, "height": 844}
PAGES = {"today": "/today", "customers": "/customers", "board": "/deals"}
READY_SECONDS = 120


@contextmanager
def demo(password: str) -> Iterator[str]:
    """A served demo of its own; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="salesapp-pictures-") as folder:
        environ = os.environ | {"SALESAPP_INSTANCE": folder, "SALESAPP_DEMO_PASSWORD": password}
        command = [sys.executable, "-m", "salesapp", "demo", "--run", "--lang", "en", "--port", str(port)]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 (our own address)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The demo did not start.")


def browser_path() -> str:
    """Where Chromium is."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found or sys.exit("The pictures need Chromium: on Debian, apt-get install chromium fonts-noto-cjk.")


def take(page: Page, address: str, password: str) -> None:
    """Sign in and take each page."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", "lead.north@demo.example")
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today")
    for name, path in PAGES.items():
        page.goto(address + path)
        page.screenshot(path=TARGET / f"{name}.png")


def main() -> None:
    """Take all pictures."""
    password = secrets.token_urlsafe(12)
    TARGET.mkdir(exist_ok=True)
    with demo(password) as address, sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=browser_path(), args=options)
        page = browser.new_page(viewport=PHONE, device_scale_factor=2, locale="en", color_scheme="light")  # type: ignore[arg-type]
        take(page, address, password)
        browser.close()


if __name__ == "__main__":
    main()
