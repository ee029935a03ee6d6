"""A PostgreSQL of its own for the tests: Debian's binaries, a temporary folder, a free loopback port.

    with server() as url: ...          # postgresql+psycopg://…

`python -m tests.postgres` only tries whether that works here. Never skips: what is missing is an error that names it.
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "salesapp"
READY_SECONDS = 60
FAST = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=64MB"),
    *("wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "checkpoint_timeout=1h"),
    *("bgwriter_lru_maxpages=0", "jit=off"),
)


class Unavailable(RuntimeError):
    """PostgreSQL cannot be had here; the message says what is missing."""


def binaries() -> Path:
    """The newest installed server's folder."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    if in_path := shutil.which("initdb"):
        return Path(in_path).resolve().parent
    raise Unavailable("These tests need PostgreSQL's server: on Debian, apt-get install postgresql.")


def account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("PostgreSQL does not run as root, and there is no user postgres or nobody.")


@contextmanager
def server() -> Iterator[str]:
    """A running, empty server; yields the address of its database, and stops it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="salesapp-postgres-"))
    who = account()
    try:
        if who is not None:
            os.chown(folder, who.pw_uid, who.pw_gid)
        _initialise(folder, who)
        port = _free_port()
        process = _start(folder, who, port)
        try:
            _wait(process, folder, port)
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path, who: pwd.struct_passwd | None) -> None:
    # C.UTF-8: order by code point as SQLite does, yet lower() knows every script.
    options = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [binaries() / "initdb", "--pgdata", folder / "data", *options],
        user=who and who.pw_uid,
        group=who and who.pw_gid,
        extra_groups=[] if who else None,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise Unavailable(f"initdb failed: {made.stderr.strip()}")


def _start(folder: Path, who: pwd.struct_passwd | None, port: int) -> subprocess.Popen[bytes]:
    settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60", *FAST]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries() / "postgres", "-D", folder / "data", *(word for each in settings for word in ("-c", each))],
            user=who and who.pw_uid,
            group=who and who.pw_gid,
            extra_groups=[] if who else None,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Own session: Ctrl-C ends the tests first, which then stop the server.
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )


def _end_with_parent() -> None:
    # A killed test run must not leave a server behind; only Linux can say so.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _wait(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user={USER} dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    raise Unavailable(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, the last way
        process.send_signal(how)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            continue
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        with server():
            print("PostgreSQL starts.")
    except Unavailable as reason:
        sys.exit(str(reason))
