"""The pictures in the README, taken from a fresh demo: `make screenshots`.

Needs Chromium (Debian's, or CHROMIUM names one). Writes docs/screenshots/*.png.
"""

import os
import re
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
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

TARGET = Path(__file__).parent / "screenshots"
LARGEST = 150_000  # bytes of one picture
READY_SECONDS = 120
ARGS = "--headless=new --disable-gpu --disable-quic --no-first-run --disable-background-networking --hide-scrollbars"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file, the page, on what screen, and whose. `click` follows the first link of a row, then it."""

    name: str
    path: str
    size: tuple[int, int] = (390, 844)
    theme: str = "light"
    who: str = "sales"
    click: str = ""


SHOTS = (
    Shot("today", "/today"),
    Shot("customers", "/customers"),
    Shot("customer", "/deals?who=team&view=list", who="lead", click="main .facts a[href^='/customers/']"),
    Shot("board", "/deals?who=team", who="lead"),
    Shot("wide", "/deals?who=team", (1280, 520), "dark", who="lead"),
    Shot("reports", "/reports", (1280, 760), who="lead"),
    Shot("rules", "/settings/follow-ups", who="owner"),
)


@contextmanager
def demo(password: str) -> Iterator[tuple[str, list[str]]]:
    """A served demo of its own; yields its address and whom one can sign in as."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="salesapp-pictures-") as folder:
        environ = os.environ | {"SALESAPP_INSTANCE": folder, "SALESAPP_DEMO_PASSWORD": password}
        command = [sys.executable, "-m", "salesapp", "demo", "--run", "--lang", "zh_Hans", "--port", str(port)]
        said = Path(folder) / "said.txt"
        with said.open("wb") as out:
            process = subprocess.Popen(command, env=environ, stdout=out)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process)
            yield address, _mails(said.read_text(encoding="utf-8"))
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


def _mails(said: str) -> list[str]:
    """Whom the demo says one can sign in as."""
    return re.findall(r"[\w.+-]+@[\w.-]+", said) or sys.exit("The demo did not say whom to sign in as.")


def browser_path() -> str:
    """Where Chromium is."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found or sys.exit("The pictures need Chromium: on Debian, apt-get install chromium fonts-noto-cjk.")


def opened(browser: Browser, shot: Shot) -> Page:
    """A screen of this size and theme."""
    width, height = shot.size
    return browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        is_mobile=width < 768,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
    )


def take(browser: Browser, shot: Shot, address: str, mail: str, password: str) -> None:
    """Sign in and take one picture."""
    page = opened(browser, shot)
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", mail)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/today")
    page.goto(address + shot.path)
    if shot.click:
        page.locator("main a.row-who").first.click()
        page.locator(shot.click).first.click()
        page.wait_for_url("**/customers/*")
    # The demo's banner says what is in the README anyway.
    page.evaluate("() => document.querySelectorAll('.banner').forEach((each) => each.remove())")
    picture = page.screenshot()
    if len(picture) > LARGEST:
        sys.exit(f"{shot.name}.png has {len(picture)} bytes; {LARGEST} is the most.")
    (TARGET / f"{shot.name}.png").write_bytes(picture)
    page.context.close()


def main() -> None:
    """Take all pictures."""
    password = secrets.token_urlsafe(12)
    TARGET.mkdir(exist_ok=True)
    with demo(password) as (address, mails), sync_playwright() as playwright:
        args = [*ARGS.split(), *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        with playwright.chromium.launch(executable_path=browser_path(), args=args) as browser:
            for shot in SHOTS:
                mail = next(each for each in mails if each.startswith(shot.who))
                take(browser, shot, address, mail, password)


if __name__ == "__main__":
    main()
