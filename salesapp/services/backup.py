"""A copy of a whole installation in one file, made while people work; and putting it into an empty place.

The file is a tar archive: `manifest.json` first, then each table as lines of JSON, the uploaded files, and the
installation's own key, without which nobody stays signed in and nothing encrypted can be read. The manifest has the
hash of every member, and a member it does not name, or names otherwise, makes the whole file refused.
"""

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from sqlalchemy import Connection

from salesapp import __version__
from salesapp.domain.errors import N_, Refused, problem
from salesapp.services.file_disk import PART
from salesapp.services.work import Work
from salesapp.store import dump, files, plugin_schema, plugin_tables, schema, settings
from salesapp.store.engine import Executor
from salesapp.store.plugin_schema import PluginTables

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
KEY: Final = "secret_key"
FILES: Final = "files"
TABLES: Final = "tables"
LARGEST_MANIFEST: Final = 64_000_000
READ_AT_ONCE: Final = 1 << 20
LAST: Final = "last_backup"
"""The setting that says when the last one was made, for `salesapp doctor`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `tables` by name with columns, rows and the last id given; `members` by name with hash
    and size. `damaged` are files the database knows and the disk has lost or changed: told when it is made."""

    schema: str
    made: str
    version: str
    tables: Mapping[str, Mapping[str, Any]]
    members: Mapping[str, Mapping[str, Any]]
    damaged: tuple[str, ...] = ()
    plugins: Mapping[str, str] = field(default_factory=dict)
    """The version of the tables of each plugin that has any."""

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(int(each["rows"]) for each in self.tables.values())


# --- making one ---


def make(instance: Path, target: Path, now: datetime) -> Manifest:
    """Write a backup of the open installation to `target`, which must not exist yet; readable by its owner only."""
    if target.exists():
        raise _there_already(target)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".salesapp-backup-") as folder:
        manifest = _gather(instance, Path(folder), now)
        whole = Path(folder) / "whole.tar"
        _pack(Path(folder), manifest, whole)
        _put(whole, target)
    return manifest


def note_made(w: Work) -> None:
    """Remember that a backup was made now."""
    settings.put(w.session, LAST, w.now.isoformat())


def last_made(x: Executor) -> datetime | None:
    """When the last backup was made, as far as this program made it."""
    said: str | None = settings.get(x, LAST)
    return datetime.fromisoformat(said) if said else None


def _put(whole: Path, target: Path) -> None:
    """All at once, and never over another file; where links are unknown (a memory stick), as nearly so as can be."""
    try:
        os.link(whole, target)
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:
        if target.exists():
            raise _there_already(target) from None
        whole.rename(target)


def _there_already(target: Path) -> Refused:
    return Refused([problem("", N_("%(file)s exists already, and a backup is never written over."), file=target)])


def _gather(instance: Path, folder: Path, now: datetime) -> Manifest:
    tables: dict[str, dict[str, Any]] = {}
    expected: dict[str, str | None] = {}
    (folder / TABLES).mkdir()
    with dump.one_state() as connection:
        revision = schema.revision_of(connection)
        plugins = plugin_schema.versions(connection, plugin_tables.known(connection))
        for each in dump.tables_in(connection):
            path = folder / TABLES / f"{each.name}.jsonl.gz"
            with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
                rows = sum(out.write(line.encode()) > 0 for line in dump.lines(connection, each))
            columns = [column.name for column in dump.columns_of(each)]
            tables[each.name] = {"rows": rows, "columns": columns, "last_id": dump.last_id(connection, each)}
        expected |= {f"{FILES}/{key[:2]}/{key}": sha256 for key, sha256 in files.hashes(connection)}
    for name, source in _beside(instance):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # one without a row was just swept up
            shutil.copyfile(source, folder / name)
    members = {name: {"sha256": _hash(path), "bytes": path.stat().st_size} for name, path in _members(folder)}
    damaged = tuple(name for name, hashed in expected.items() if not _is_as_known(members.get(name), hashed))
    return Manifest(revision or "", now.isoformat(), __version__, tables, members, damaged, plugins)


def _is_as_known(member: Mapping[str, Any] | None, hashed: str | None) -> bool:
    """Whether a file is there, and as the database knows it; of a preview it knows the name only."""
    return member is not None and hashed in (None, member["sha256"])


def _beside(instance: Path) -> Iterator[tuple[str, Path]]:
    """What lies beside the database and belongs to it: uploads and the key."""
    if (instance / KEY).is_file():
        yield KEY, instance / KEY
    for path in sorted((instance / FILES).rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix != PART:
            yield path.relative_to(instance).as_posix(), path


def _members(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(folder: Path, manifest: Manifest, whole: Path) -> None:
    said = {
        "format": FORMAT,
        "salesapp": manifest.version,
        "schema": manifest.schema,
        "made": manifest.made,
        "plugins": dict(manifest.plugins),
        "tables": manifest.tables,
        "members": manifest.members,
    }
    (folder / MANIFEST).write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:  # noqa: PTH123
        for name in (MANIFEST, *manifest.members):
            member = tarfile.TarInfo(name)
            member.size, member.mode = (folder / name).stat().st_size, 0o600
            with (folder / name).open("rb") as content:
                archive.addfile(member, content)
        archive.close()
        raw.flush()
        os.fsync(raw.fileno())


# --- reading one ---


def check(source: Path) -> Manifest:
    """The manifest of a backup in which every member is there, named, and as it was written; else Refused."""
    try:
        with tarfile.open(source, mode="r:") as archive:
            manifest = _manifest(archive)
            seen = {name: _check_member(archive, member, name, manifest) for name, member in _each(archive)}
    except (tarfile.TarError, EOFError) as error:
        raise _no_backup(str(error)) from None
    missing = sorted(manifest.members.keys() - seen.keys())
    if missing:
        raise _no_backup(f"{missing[0]} is missing")
    return manifest


def _no_backup(reason: str) -> Refused:
    return Refused([problem("", N_("This is not a whole backup of SalesApp: %(reason)s."), reason=reason)])


def _manifest(archive: tarfile.TarFile) -> Manifest:
    first = archive.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LARGEST_MANIFEST:
        raise _no_backup("it does not begin with its manifest")
    try:
        said = json.loads(_open(archive, first).read())
        if said["format"] != FORMAT:
            raise _no_backup(f"its format is {said['format']}, this version reads {FORMAT}")
        tables, members, plugins = dict(said["tables"]), dict(said["members"]), dict(said.get("plugins", {}))
        return Manifest(said["schema"], said["made"], said["salesapp"], tables, members, plugins=plugins)
    except (ValueError, KeyError, TypeError):
        raise _no_backup("its manifest cannot be read") from None


def _open(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None, "only regular files get this far"
    return content


def _each(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Every member after the manifest; whatever is no plain file with a plain name ends it all."""
    names = set()
    while (member := archive.next()) is not None:
        if not member.isreg() or not _is_plain(member.name) or member.name in names:
            raise _no_backup(f"{member.name[:80]!r} must not be in it")
        names.add(member.name)
        yield member.name, member


def _is_plain(name: str) -> bool:
    """A table, the key, or an uploaded file; nothing that could leave the folder it is put into."""
    parts = PurePosixPath(name).parts
    if name == KEY:
        return True
    if not parts or parts[0] not in {TABLES, FILES} or len(parts) < 2 or "\\" in name or "\0" in name:
        return False
    return "/".join(parts) == name and not {"..", "."} & set(parts)


def _check_member(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str, manifest: Manifest) -> bool:
    expected = manifest.members.get(name)
    if expected is None:
        raise _no_backup(f"its manifest does not know {name}")
    found = hashlib.file_digest(_open(archive, member), "sha256").hexdigest()  # type: ignore[arg-type]
    if found != expected["sha256"]:
        raise _no_backup(f"{name} is not what was written")
    return True


# --- putting one back ---


def restore(source: Path, instance: Path, url: str, plugins: Sequence[PluginTables] = ()) -> Manifest:
    """Put a backup into an empty place: a folder without uploads and a database without rows. All or nothing. `plugins`
    are those with tables that are here: theirs are made as they were, filled, and brought up to date."""
    manifest = check(source)
    wanted = _wanted(manifest, plugins)
    if not schema.knows(manifest.schema):
        text = N_("This backup was made by a newer version of SalesApp (%(version)s). Install that version first.")
        raise Refused([problem("", text, version=manifest.version)])
    _refuse_files(instance)
    with schema.alone(url) as connection:
        before = schema.revision_of(connection)
        _refuse_rows(connection, before, manifest)
    if before is None:
        schema.upgrade(url, manifest.schema)
    for each in wanted:
        plugin_schema.upgrade_one(url, each, manifest.plugins[each.plugin])
    with tempfile.TemporaryDirectory(dir=instance, prefix=".restore-") as folder:
        _unpack(source, manifest, Path(folder))
        with schema.alone(url) as connection:
            _refuse_rows(connection, schema.revision_of(connection), manifest)  # somebody may have begun meanwhile
            dump.forget_start(connection)
            _fill(connection, manifest, Path(folder))
        _move_in(Path(folder), instance)
    schema.upgrade(url)
    plugin_schema.upgrade(url, plugins)
    return manifest


def _wanted(manifest: Manifest, plugins: Iterable[PluginTables]) -> list[PluginTables]:
    """The plugins whose tables are in the backup; Refused where one is not here, or is older than it was."""
    here = {each.plugin: each for each in plugins}
    for name, revision in manifest.plugins.items():
        if name not in here:
            text = N_("The backup has tables of the plugin %(plugin)s, which is not here. Install it first.")
            raise Refused([problem("", text, plugin=name)])
        if revision not in here[name].revisions:
            text = N_("The backup has tables of a newer version of the plugin %(plugin)s. Install that version first.")
            raise Refused([problem("", text, plugin=name)])
    return [here[name] for name in manifest.plugins]


def _refuse_files(instance: Path) -> None:
    if any((instance / FILES).glob("*")):
        text = N_("%(folder)s is not empty. A backup goes into an empty place only; SALESAPP_INSTANCE names another.")
        raise Refused([problem("", text, folder=instance / FILES)])


def _refuse_rows(connection: Connection, revision: str | None, manifest: Manifest) -> None:
    if revision is None and dump.tables_in(connection):
        raise Refused([problem("", N_("The database has tables, but none of SalesApp: it belongs to something else."))])
    if revision is None:
        return
    full = dump.holds_data(connection)
    if full:
        text = N_("The database holds data already (%(tables)s). A backup goes into an empty place only.")
        raise Refused([problem("", text, tables=", ".join(full[:5]))])
    if revision != manifest.schema:
        text = N_("The empty database has another version (%(here)s) than the backup (%(there)s). Remove it first.")
        raise Refused([problem("", text, here=revision, there=manifest.schema)])
    for name, here in plugin_schema.versions(connection, manifest.plugins).items():
        if here != manifest.plugins[name]:
            text = N_(
                "The empty database has another version of the tables of the plugin %(plugin)s than the backup. "
                "Remove it first."
            )
            raise Refused([problem("", text, plugin=name)])


def _unpack(source: Path, manifest: Manifest, folder: Path) -> None:
    """Every member to a file of our own making, checked once more while it is read."""
    with tarfile.open(source, mode="r:") as archive:
        _manifest(archive)
        for name, member in _each(archive):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123
                shutil.copyfileobj(_open(archive, member), out, READ_AT_ONCE)
            if name not in manifest.members or _hash(target) != manifest.members[name]["sha256"]:
                raise _no_backup(f"{name} is not what was written")


def _fill(connection: Connection, manifest: Manifest, folder: Path) -> None:
    here = {each.name: each for each in dump.tables_in(connection)}
    foreign = sorted(manifest.tables.keys() - here.keys())
    if foreign:
        text = N_("The backup has tables of a plugin that is not here: %(tables)s. Install the plugin first.")
        raise Refused([problem("", text, tables=", ".join(foreign))])
    for name, each in here.items():
        if name not in manifest.tables:
            continue
        said = manifest.tables[name]
        try:
            with gzip.open(folder / TABLES / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
                count = dump.load(connection, each, said["columns"], rows)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise _no_backup(f"table {name} cannot be read ({error})") from None
        if count != said["rows"]:
            raise _no_backup(f"table {name} has {count} rows instead of {said['rows']}")
        dump.go_on_from(connection, each, int(said["last_id"]))
    dump.index_search(connection)


def _move_in(folder: Path, instance: Path) -> None:
    if (folder / KEY).is_file():
        (folder / KEY).replace(instance / KEY)
    if (folder / FILES).is_dir():
        if (instance / FILES).is_dir():
            (instance / FILES).rmdir()
        (folder / FILES).replace(instance / FILES)
