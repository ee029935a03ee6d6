"""The wheel holds everything: built, installed in a clean environment outside the checkout, it serves a page."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
HAN = re.compile(r"[一-鿿]{2,}")

pytestmark = pytest.mark.packaging


class Answer(NamedTuple):
    """What a page said."""

    status: int
    type: str
    text: str


class Site(NamedTuple):
    """A served installation: its address and the folder it owns."""

    address: str
    home: Path
    python: Path

    def get(self, path: str, language: str = "en") -> Answer:
        """GET a page as a browser of that language would."""
        asked = urllib.request.Request(self.address + path, headers={"Accept-Language": language})
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return Answer(
                    answer.status, answer.headers.get_content_type(), answer.read().decode("utf-8", "replace")
                )
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers.get_content_type(), error.read().decode("utf-8", "replace"))


def clean_environment(home: Path) -> dict[str, str]:
    """Nothing of the checkout and of this process but the way to the system's own commands."""
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run to the end; what it printed. A failure shows everything it said."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source package, so that both are whole."""
    dist = tmp_path_factory.mktemp("dist")
    run(
        sys.executable, "-m", "build", "--no-isolation", "--skip-dependency-check", "--outdir", dist, CHECKOUT, cwd=dist
    )
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a clean environment that holds the wheel and what the lock names."""
    where = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(where, with_pip=True, symlinks=True)
    python = where / "bin" / "python"
    pip: tuple[str | Path, ...] = (
        python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
        "install",
    )
    run(*pip, "--no-deps", "--require-hashes", "-r", CHECKOUT / "requirements.txt", cwd=where)
    run(*pip, "--no-deps", "--no-index", wheel, cwd=where)
    return python.parent


@pytest.fixture(scope="module")
def site(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`salesapp upgrade` and `salesapp run` in an empty folder."""
    home = tmp_path_factory.mktemp("home")
    env = clean_environment(home)
    run(installed / "salesapp", "upgrade", cwd=home, env=env)
    port = free_port()
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [installed / "salesapp", "run"],
            cwd=home,
            env=env | {"HOST": "127.0.0.1", "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    served = Site(f"http://127.0.0.1:{port}", home, installed / "python")
    try:
        wait_for(served, process)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(site: Site, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers, but not past the deadline."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            site.get("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"salesapp run did not serve:\n{(site.home / 'log').read_text(errors='replace')}")


def static_addresses(page: str) -> set[str]:
    """The static files a page asks for, without version and fragment."""
    found = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    return set(found)


def test_the_wheel_carries_the_folders_and_nothing_private(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    inside = {
        name.removeprefix("salesapp/_data/").split("/")[0] for name in names if name.startswith("salesapp/_data/")
    }
    assert inside == {"templates", "static", "plugins"}
    assert {"salesapp/_data/static/built/htmx.min.js", "salesapp/_data/static/built/icons.svg"} <= set(names)
    assert {name.split("/")[2] for name in names if name.endswith(".mo")} >= {"zh_Hans", "zh_Hant", "ru"}
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"salesapp"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".db", ".pyc"))]


def test_the_parts_come_from_the_wheel_not_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "from salesapp import places; print(places.INSTALLED, places.TEMPLATES)"
    said = run(installed / "python", "-c", code, cwd=tmp_path, env=clean_environment(tmp_path)).split(maxsplit=1)
    assert said[0] == "True"
    assert Path(said[1].strip()).is_relative_to(installed.resolve().parent)


def test_upgrade_makes_the_instance_in_the_current_folder(site: Site) -> None:
    assert (site.home / "instance" / "salesapp.db").is_file()


def test_it_is_healthy(site: Site) -> None:
    assert site.get("/healthz").status == 200


def test_the_sign_in_page_is_served_and_translated(site: Site) -> None:
    english, chinese = site.get("/sign-in", "en"), site.get("/sign-in", "zh-CN,zh;q=0.9")
    assert (english.status, chinese.status) == (200, 200)
    # The names of the languages are in their own script on every page: they prove nothing.
    translated = set(HAN.findall(chinese.text)) - set(HAN.findall(english.text))
    assert len(translated) >= 3, chinese.text


def test_the_static_files_of_the_page_are_served(site: Site) -> None:
    asked = static_addresses(site.get("/sign-in").text)
    assert any(".css" in each for each in asked), asked
    asked |= {"/static/built/htmx.min.js", "/static/built/icons.svg"}
    assert {each: site.get(each).status for each in asked} == dict.fromkeys(asked, 200)


def test_the_bundled_plugin_is_listed(site: Site, installed: Path) -> None:
    said = run(installed / "salesapp", "plugins", "list", cwd=site.home, env=clean_environment(site.home))
    assert re.search(r"\bgeneral\b", said), said


def test_an_author_can_begin_a_plugin(wheel: Path, installed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    sample = "salesapp/scaffold/car_wash"
    assert {f"{sample}/__init__.py", f"{sample}/tests/test_car_wash.py"} <= names
    env = clean_environment(tmp_path)
    run(installed / "salesapp", "plugins", "new", "dance_school", cwd=tmp_path, env=env)
    assert (tmp_path / "instance" / "plugins" / "dance_school" / "tests" / "test_dance_school.py").is_file()
    said = run(installed / "salesapp", "plugins", "check", "dance_school", cwd=tmp_path, env=env)
    assert said == "No problem in 1 plugin.\n"
