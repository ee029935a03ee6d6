"""With SALESAPP_DEBUG, a changed file of a plugin starts the server again."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from flask import Flask

from salesapp import serve, serve_dev
from salesapp.serve_dev import plugin_files
from salesapp.store import schema

SECONDS = 60
PLUGIN = "from salesapp.plugin_api import *\nraise RuntimeError({words!r})\n"


def test_everything_of_a_plugin_is_watched_but_what_python_makes(tmp_path: Path) -> None:
    wanted = {"one.py", "two.toml", "three/__init__.py", "three/templates/page.html"}
    for name in (*wanted, "three/__pycache__/x.pyc", "three/.hidden", "__pycache__/one.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = {str(file.relative_to(tmp_path)) for file in plugin_files([tmp_path, tmp_path / "missing"])}
    assert found == wanted


@pytest.mark.parametrize("below", [True, False])
def test_only_the_process_that_serves_works_on_jobs(app: Flask, below: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(serve_dev, "is_running_from_reloader", lambda: below)
    monkeypatch.setattr(serve_dev, "run_simple", lambda *_, **options: done.append(str(options["use_reloader"])))
    monkeypatch.setattr(serve_dev.Beside, "start", lambda _: done.append("jobs"))
    app.config["DEBUG"] = True
    serve.serve(app, serve.Serving(), lambda: done.append("ready"))
    assert done == (["jobs", "ready", "True"] if below else ["True"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Iterator[str], str]]:
    """What `salesapp run` says, line by line, in an installation with a plugin; and its address."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "wash.py").write_text(PLUGIN.format(words="one"))
    schema.upgrade(f"sqlite:///{tmp_path / 'salesapp.db'}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {key: value for key, value in os.environ.items() if not key.startswith("SALESAPP")}
    env |= {"SALESAPP_INSTANCE": str(tmp_path), "SALESAPP_DEBUG": "1", "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from salesapp.cli import main; main()", "run"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watchdog = Timer(SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    yield iter(process.stdout), f"http://127.0.0.1:{port}/healthz"
    watchdog.cancel()
    process.terminate()
    process.communicate()


def said(lines: Iterator[str], words: str) -> str:
    """Read on until these words come; where they never do, what came instead."""
    missed = []
    for line in lines:
        if words in line:
            return ""
        missed.append(line)
    return "".join(missed)


def test_a_changed_plugin_starts_the_server_again(served: tuple[Iterator[str], str], tmp_path: Path) -> None:
    """Also one that could not be imported: that is when its author changes it."""
    lines, address = served
    file = tmp_path / "plugins" / "wash.py"
    assert said(lines, "listens on") == ""
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # from now on it watches
        assert answer.status == 200
    file.write_text(PLUGIN.format(words="another"))
    assert said(lines, f"Detected change in '{file}', reloading") == ""
    assert said(lines, "listens on") == ""
