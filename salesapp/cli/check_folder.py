"""The doctor on the installation's folder: whose it is, who may look into it, its key, and the disk below it."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from salesapp.cli.findings import Finding, doubtful, good, note, size_words, wrong
from salesapp.config import Settings

MOUNTS: Final = Path("/proc/self/mountinfo")
OVER_THE_NETWORK: Final = frozenset(
    "nfs nfs4 cifs smb3 smbfs ncpfs 9p afs ceph glusterfs fuse.glusterfs fuse.sshfs fuse.rclone ocfs2 gfs2".split()
)
TIGHT, FULL = 1_000_000_000, 100_000_000  # bytes that are left
SHORTEST_KEY: Final = 32
NAMED: Final = 5
FOLDERS: Final = ("files", "imports")


def folder(found: Settings) -> Iterator[Finding]:
    """Everything about the folder that holds without a database."""
    if not found.instance.is_dir():
        yield wrong("folder.missing", f"There is no folder {found.instance}: `salesapp upgrade` makes it.")
        return
    yield _owned(found.instance)
    if stat.S_IMODE(found.instance.stat().st_mode) & 0o077:
        yield wrong("folder.open", f"Others on this machine may look into {found.instance}: chmod 700 {found.instance}")
    yield from _strangers(found.instance)
    yield _key(found.instance / "secret_key")
    yield from _config(found.instance / "config.toml")
    yield _disk(found.instance)
    yield from _network(found)


def _owned(instance: Path) -> Finding:
    owner, me = owner_of(instance), os.geteuid()
    if owner != me:
        return wrong(
            "folder.owner",
            f"{instance} belongs to {_name(owner)}, and this is {_name(me)}: run SalesApp and its commands as "
            f"{_name(owner)}, or what they write cannot be read by the other.",
        )
    if not os.access(instance, os.W_OK | os.X_OK):
        return wrong("folder.readonly", f"Nothing can be written into {instance}: chmod 700 {instance}")
    return good("folder", f"The installation is in {instance}.")


def owner_of(path: Path) -> int:
    """The number of the user a file belongs to."""
    return path.stat().st_uid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _strangers(instance: Path) -> Iterator[Finding]:
    owner = owner_of(instance)
    odd = sorted(path.name for path in instance.iterdir() if not path.is_symlink() and owner_of(path) != owner)
    if odd:
        yield wrong(
            "folder.strangers",
            f"What lies in {instance} must belong to {_name(owner)}, and {', '.join(odd[:NAMED])} does not, as after a "
            f"command typed by root: chown -R {_name(owner)}: {instance}",
        )


def _key(key: Path) -> Finding:
    if not key.is_file():
        return good("key.none", "There is no secret key yet; the first start makes one.")
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        return wrong("key.open", f"Others may read {key}, and with it sign in as anybody: chmod 600 {key}")
    if os.access(key, os.R_OK) and key.stat().st_size < SHORTEST_KEY:
        return wrong(
            "key.short",
            f"{key} is cut short: put it back from a backup; or delete it, then the next start makes another one, "
            "everybody signs in again and the password of the mail server has to be typed again.",
        )
    return good("key", "The secret key is readable by its owner only.")


def _config(config: Path) -> Iterator[Finding]:
    if config.is_file() and stat.S_IMODE(config.stat().st_mode) & 0o077 and "@" in config.read_text(encoding="utf-8"):
        yield wrong("config.open", f"Others may read the password in {config}: chmod 600 {config}")


def _disk(instance: Path) -> Finding:
    left = shutil.disk_usage(instance).free
    sentence = f"{size_words(left)} are left on the disk of {instance}"
    if left < FULL:
        return wrong("disk.full", f"{sentence}: nothing can be saved soon. Make room now.")
    return doubtful("disk.tight", f"{sentence}: make room.") if left < TIGHT else good("disk", f"{sentence}.")


def _network(found: Settings) -> Iterator[Finding]:
    if found.database_url or not MOUNTS.is_file():
        return
    kind = filesystem_of(found.instance, MOUNTS.read_text(encoding="utf-8"))
    if kind in OVER_THE_NETWORK:
        yield wrong(
            "folder.network",
            f"{found.instance} lies on a network file system ({kind}), where SQLite loses data: "
            "move the folder to a disk of this machine, or use PostgreSQL.",
        )


def filesystem_of(path: Path, mounts: str) -> str:
    """The kind of file system a path lies on, by the lines of /proc/self/mountinfo; the deepest mount counts."""
    deepest, kind = Path(), ""
    for line in mounts.splitlines():
        here, _, there = line.partition(" - ")
        point = Path(here.split()[4].replace("\\040", " "))
        if path.resolve().is_relative_to(point) and len(point.parts) >= len(deepest.parts):
            deepest, kind = point, there.split()[0]
    return kind


def sizes(found: Settings) -> Iterator[Finding]:
    """How much lies in the folders that grow; walks through all of it."""
    for name in FOLDERS:
        held = [path.stat().st_size for path in (found.instance / name).rglob("*") if path.is_file()]
        yield note(f"size.{name}", f"{found.instance / name}: {len(held)} files, {size_words(sum(held))}.")
