"""Asking a real server at a loopback socket, and what its process spent on it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from gzip import decompress
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

READY_SECONDS: Final = 60
CSRF: Final = "of-the-benchmark"


@dataclass(frozen=True, slots=True)
class How:
    """Which server, and with how many threads."""

    server: str = "gthread"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it listens, its one working process, and how long it took until it answered."""

    port: int
    process: int
    start_s: float

    def cpu_s(self) -> float:
        """CPU seconds the working process has spent since it was made, of all its threads, to the nanosecond: Linux
        has a clock for each process."""
        return time.clock_gettime(~self.process << 3 | 2)

    def memory_mb(self) -> float:
        """What the working process holds in memory, with what it shares."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a POST has a form."""

    path: str
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, bytes on the wire with the head, and where it sends one."""

    status: int
    body: bytes
    wire: int
    location: str


class Line:
    """A connection that is kept, of a browser that is signed in (or not)."""

    def __init__(self, served: Served, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        self._headers = {"Accept-Encoding": "gzip", "Accept-Language": "en", "Cookie": cookie}

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def ask(self, request: Request) -> Answer:
        """Send it and read all of the answer."""
        if request.form is None:
            self._connection.request("GET", request.path, headers=self._headers)
        else:
            form = urlencode({"csrf_token": CSRF, **request.form})
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            self._connection.request("POST", request.path, form, self._headers | kind)
        found = self._connection.getresponse()
        sent = found.read()
        head = sum(len(name) + len(value) + 4 for name, value in found.getheaders()) + len(found.reason) + 17
        body = decompress(sent) if found.getheader("Content-Encoding") == "gzip" else sent
        return Answer(found.status, body, head + len(sent), found.getheader("Location", ""))


@contextmanager
def serving(instance: Path, url: str, now: datetime, how: How, *, bare: bool = False) -> Iterator[Served]:
    """A server of its own, ended afterwards."""
    port = _free_port()
    place = [str(instance), url, str(port), now.isoformat()]
    options = ["--server", how.server, "--threads", str(how.threads), *(["--bare"] if bare else [])]
    begun = time.monotonic()
    # Compiled modules are kept, as an installation has them; the bare server, which comes first, makes them.
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(instance / "compiled")}
    command = [sys.executable, "-m", "benchmarks.serve", *place, *options]
    process = subprocess.Popen(command, env=os.environ | compiled)
    try:
        _wait(process, port, "/" if bare else "/sign-in")
        yield Served(port, _worker(process.pid), time.monotonic() - begun)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
        try:
            connection.request("GET", path)
            with connection.getresponse() as answer:
                answer.read()
            if answer.status == 200:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise SystemExit("The server did not start.")


def _worker(master: int) -> int:
    """The process that answers: gunicorn's first child."""
    return int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])


def _free_port() -> int:
    """The one the environment names, so that a shared machine keeps its order; else any."""
    wanted = int(os.environ.get("SALESAPP_BENCHMARK_PORT", "0"))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])
