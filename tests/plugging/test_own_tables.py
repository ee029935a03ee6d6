"""Tables of plugins: what they must be to be taken, how they come to be, and what happens when that goes wrong."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Engine, String, inspect, select, text

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import Plugins
from salesapp.plugging.plugin_schema import standing, with_tables
from salesapp.store import plugin_migrating, plugin_schema, plugin_tables, schema, settings
from salesapp.store.engine import engines, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import customer
from salesapp.testing import NOW, on_postgres
from tests.plugging.plugin_files import load, reasons, write
from tests.plugging.table_files import FIRST, LONGER, RECORDS, TABLES, second, write_dance


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database of the test, without an application."""
    made = schema.engine_alone(database_url)
    yield made
    made.dispose()


def upgrade(url: str, plugins: Plugins) -> dict[str, str]:
    assert reasons(plugins) == {}
    return plugin_schema.upgrade(url, with_tables(plugins))


def why(engine: Engine, plugins: Plugins) -> dict[str, str]:
    with engine.connect() as x:
        return {name: str(reason) for name, reason in standing(x, plugins).items()}


def columns(engine: Engine, name: str) -> set[str]:
    return {each["name"] for each in inspect(engine).get_columns(name)}


def fill(x: Connection, plugins: Plugins) -> dict[str, int]:
    """A customer with a lesson in a room upstairs."""
    tables = with_tables(plugins)[0].metadata.tables
    ids = {"customer": insert_row(x, customer, {"kind": "person", "name": "A", "created_at": NOW, "touched_at": NOW})}
    ids["below"] = insert_row(x, tables["dance_room"], {"name": "Hall"})
    ids["room"] = insert_row(x, tables["dance_room"], {"name": "Loft", "above_id": ids["below"]})
    lesson = {"customer_id": ids["customer"], "room_id": ids["room"], "at": NOW, "seen": {"by": [1]}, "picture": b"\0x"}
    ids["lesson"] = insert_row(x, tables["dance_lesson"], lesson)
    return ids


# --- what is taken ---


UNFIT = {
    "the house's own metadata": (
        "from salesapp.store.tables import metadata",
        "OwnTables: metadata must be the plugin's own: MetaData()",
    ),
    "no metadata": ("metadata = None", "OwnTables: metadata must be a MetaData of the plugin's own, not None"),
    "no table": ("from sqlalchemy import MetaData\nmetadata = MetaData()", "OwnTables: its metadata has no table"),
    "another name": (TABLES.replace("dance_room", "room"), "the table room must be called dance_…"),
    "too long a name": (TABLES.replace("dance_lesson", "dance_" + "x" * 60), "the name of the table dance_xxx"),
    "a mistyped foreign key": (
        TABLES.replace('ForeignKey("dance_room.id", ondelete="CASCADE")', 'ForeignKey("dance_rom.id")'),
        "the table dance_lesson, column room_id: there is no dance_rom.id in the plugin's metadata",
    ),
    "a mistyped column": (
        TABLES.replace('ForeignKey("dance_room.id", ondelete="CASCADE")', 'ForeignKey("dance_room.no")'),
        "the table dance_lesson, column room_id: there is no dance_room.no in the plugin's metadata",
    ),
    "a customer by name": (
        TABLES.replace("customer_ref()", 'Column("customer_id", Id, ForeignKey("customer.id"))'),
        "the table dance_lesson, column customer_id: there is no customer.id in the plugin's metadata: "
        "use customer_ref()",
    ),
    "a table of the house's by force": (
        "from salesapp.store.tables import pool\n"
        + TABLES.replace("customer_ref()", 'Column("pool_id", Id, ForeignKey(pool.c.id, ondelete="CASCADE"))'),
        "the table dance_lesson, column pool_id: it refers to pool, which is neither the plugin's nor offered",
    ),
    "nothing said of what goes": (
        TABLES.replace(', ondelete="CASCADE"', ""),
        "the table dance_lesson, column room_id: say what happens when dance_room goes: ondelete=",
    ),
    "two metadata": (
        TABLES + "RECORDS = 2\n",
        "two records of the kind OwnTables are called 'dance.tables'",
    ),
}


@pytest.mark.parametrize(("tables", "reason"), UNFIT.values(), ids=UNFIT)
def test_tables_that_cannot_be_are_refused_by_name(tmp_path: Path, tables: str, reason: str) -> None:
    records = RECORDS.replace("]", ", OwnTables(metadata)]") if "RECORDS = 2" in tables else RECORDS
    write_dance(tmp_path, tables=tables, records=records)
    write(tmp_path, "neighbour")
    plugins = load(tmp_path)
    assert [each.name for each in plugins.loaded] == ["neighbour"]
    assert reasons(plugins)["dance"].startswith(f"It failed to load: ValueError: {reason}")


MIGRATIONS = {
    "none": ("", "OwnTables: there are no migrations in "),
    "two beginnings": (
        FIRST.replace("dance_1", "dance_x"),
        "the migrations in ",
    ),
    "not Python": ("def", "invalid syntax"),
    "ends the program": ("raise SystemExit('bye')", "SystemExit: bye"),
}


@pytest.mark.parametrize(("text", "reason"), MIGRATIONS.values(), ids=MIGRATIONS)
def test_migrations_that_cannot_be_read_set_it_aside(tmp_path: Path, text: str, reason: str) -> None:
    folder = write_dance(tmp_path, FIRST, text)
    if not text:
        for each in (folder / "migrations").glob("*.py"):
            each.unlink()
    write(tmp_path, "neighbour")
    plugins = load(tmp_path)
    assert [each.name for each in plugins.loaded] == ["neighbour"]
    assert reason in reasons(plugins)["dance"]


def test_a_single_file_has_no_place_for_migrations(tmp_path: Path) -> None:
    write(tmp_path, "dance", TABLES + RECORDS)
    assert "a plugin with tables is a folder" in reasons(load(tmp_path))["dance"]


def test_a_plugin_called_like_tables_of_the_house_cannot_have_any(tmp_path: Path) -> None:
    for name in ("deal", "alembic"):
        write_dance(tmp_path, name=name, tables=TABLES.replace("dance_", f"{name}_"))
        assert "the plugin needs another name" in reasons(load(tmp_path))[name]


def test_two_plugins_cannot_mean_the_same_table(tmp_path: Path) -> None:
    write_dance(tmp_path, tables=TABLES.replace("dance_room", "dance_hall_room"))
    write_dance(tmp_path, name="dance_hall", tables=TABLES.replace("dance_", "dance_hall_"))
    plugins = load(tmp_path)
    assert [each.name for each in plugins.loaded] == ["dance"]
    assert "the table dance_hall_room of the plugin dance is called like its own" in reasons(plugins)["dance_hall"]


# --- how they come to be ---


def test_its_tables_are_made_and_it_rests_until_then(tmp_path: Path, database_url: str, engine: Engine) -> None:
    write_dance(tmp_path)
    plugins = load(tmp_path)
    assert why(engine, plugins) == {"dance": "Its tables have not been made yet: run `salesapp upgrade`."}
    with engine.connect() as x:
        before = settings.config_version(x)
    assert upgrade(database_url, plugins) == {}
    assert why(engine, plugins) == {}
    with engine.connect() as x:
        assert settings.config_version(x) != before  # every process reads the catalogue anew
        assert plugin_tables.known(x) == ["dance"]
        assert plugin_tables.of_plugin(x, "dance") == ["dance_lesson", "dance_room"]
        assert plugin_schema.versions(x, ["dance", "other"]) == {"dance": "dance_1"}
    with engine.begin() as x:
        fill(x, plugins)
    assert upgrade(database_url, plugins) == {}  # again is nothing
    assert schema.state(engine) is schema.SchemaState.CURRENT


def test_a_plugin_newer_or_older_than_its_tables_rests(tmp_path: Path, database_url: str, engine: Engine) -> None:
    write_dance(tmp_path / "old")
    write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
    old, new = load(tmp_path / "old"), load(tmp_path / "new")
    upgrade(database_url, old)
    assert why(engine, new)["dance"].startswith("Its tables are those of an older version of it")
    assert upgrade(database_url, new) == {}
    assert why(engine, new) == {}
    assert "minutes" in columns(engine, "dance_lesson")
    assert why(engine, old)["dance"].startswith("Its tables were made by a newer version of it")
    assert upgrade(database_url, old) == {}  # leaves them alone
    assert why(engine, new) == {}


BAD = {
    "raises": ("raise ValueError('秘密')", "ValueError (0002.py:16)"),
    "ends the program": ("raise SystemExit('bye')", "SystemExit (0002.py:16)"),
    "commits": ("op.get_bind().commit()", "a migration must not commit: the house does, once all of them went well"),
    "says COMMIT": ("op.execute('COMMIT')", "a migration must not run COMMIT itself"),
    "rows of the house": (
        "op.execute(\"UPDATE customer SET note = '!'\")",
        "a migration writes to the table customer, which is not the plugin's",
    ),
    "a table of the house": (
        "op.execute('CREATE INDEX mine ON customer (note)')",
        "a migration changes tables that do not begin with dance_",
    ),
    "a table that is not declared as its own": (
        "op.create_table('lesson', sa.Column('id', sa.Integer))",
        "a migration changes tables that do not begin with dance_",
    ),
    "takes a table of the house away": ("op.drop_table('saved_view')", None),
    "rows without what they refer to": (
        "op.execute('INSERT INTO dance_lesson (customer_id, room_id, at) VALUES (NULL, 77, CURRENT_TIMESTAMP)')",
        None,
    ),
    "not what the tables say": (
        "op.drop_column('dance_lesson', 'picture')",
        "no migration makes the column picture of the table dance_lesson",
    ),
    "text that is shorter": (
        "with op.batch_alter_table('dance_room') as batch:\n"
        "        batch.alter_column('name', type_=sa.String(40), existing_nullable=False)",
        "dance_room.name has room for 80 characters, the migrations make 40",
    ),
    "another kind": (
        "op.drop_column('dance_lesson', 'picture')\n"
        "    op.add_column('dance_lesson', sa.Column('picture', sa.Integer))",
        "dance_lesson.picture is bytes, the migrations make it a whole number",
    ),
    "empty is not allowed": (
        "op.drop_column('dance_lesson', 'picture')\n"
        "    op.add_column('dance_lesson', sa.Column('picture', sa.LargeBinary, nullable=False, server_default='x'))",
        "dance_lesson.picture may be empty, the migrations make it NOT NULL",
    ),
    "a rule of the house less": ("op.execute('ALTER TABLE customer DROP CONSTRAINT ck_customer_kind')", None),
    "a reference too few": (
        "with op.batch_alter_table('dance_room') as batch:\n"
        "        batch.drop_column('above_id')\n"
        "    op.add_column('dance_room', sa.Column('above_id', sa.BigInteger))",
        "no migration makes dance_room.above_id refer to dance_room with ON DELETE SET NULL",
    ),
    "a table too few": ("op.drop_table('dance_lesson')", "no migration makes the table dance_lesson"),
}


@pytest.mark.parametrize(("what", "error"), BAD.values(), ids=BAD)
def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, database_url: str, engine: Engine, what: str, error: str | None
) -> None:
    write_dance(tmp_path / "old")
    old = load(tmp_path / "old")
    upgrade(database_url, old)
    with engine.begin() as x:
        fill(x, old)
        before = plugin_tables.others_shape(x, "dance")
    write_dance(tmp_path / "new", FIRST, second(what), tables=LONGER)
    write_dance(tmp_path / "new", name="tango", tables=TABLES.replace("dance_", "tango_")).joinpath(
        "migrations/0001.py"
    ).write_text(FIRST.replace("dance_", "tango_"))
    new = load(tmp_path / "new")
    failed = upgrade(database_url, new)
    assert set(failed) == {"dance"}  # the next one has its tables
    assert error is None or failed["dance"] == error
    assert "秘密" not in failed["dance"]
    assert why(engine, new) == {
        "dance": f"Its tables could not be brought up to date ({failed['dance']}), so they are as they were. "
        "Once it is mended, run `salesapp upgrade`."
    }
    assert why(engine, old) == {}  # its old version runs on
    assert "minutes" not in columns(engine, "dance_lesson")
    with engine.connect() as x:
        lessons = with_tables(old)[0].metadata.tables["dance_lesson"]
        assert x.execute(select(lessons.c.seen)).scalars().all() == [{"by": [1]}]
        others = [row for row in plugin_tables.others_shape(x, "dance") if "tango" not in str(row)]
        assert others == before
    write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
    mended = load(tmp_path / "new")
    assert upgrade(database_url, mended) == {}
    assert why(engine, mended) == {}
    with engine.connect() as x:
        assert plugin_schema.failures(x) == {}


def test_killed_half_way_through_its_tables_are_as_before(tmp_path: Path, database_url: str, engine: Engine) -> None:
    write_dance(tmp_path / "old")
    old = load(tmp_path / "old")
    upgrade(database_url, old)
    with engine.begin() as x:
        fill(x, old)
    write_dance(tmp_path / "new", FIRST, second("os.kill(os.getpid(), signal.SIGKILL)"), tables=LONGER)
    program = (
        "import sys; from pathlib import Path; from salesapp.plugging.loader import load_plugins\n"
        "from salesapp.plugging.plugin_schema import with_tables; from salesapp.store import plugin_schema\n"
        "plugin_schema.upgrade(sys.argv[1], with_tables(load_plugins([Path(sys.argv[2])])))"
    )
    done = subprocess.run([sys.executable, "-c", program, database_url, tmp_path / "new"], timeout=60)
    assert done.returncode == -9
    assert "minutes" not in columns(engine, "dance_lesson")
    assert why(engine, old) == {}
    assert why(engine, load(tmp_path / "new"))["dance"].startswith("Its tables are those of an older version")
    with engine.connect() as x:
        assert x.execute(text("SELECT count(*) FROM dance_lesson")).scalar() == 1


@pytest.mark.skipif(on_postgres(), reason="SQLite alone rebuilds tables")
def test_rebuilding_the_customer_table_keeps_the_rows_of_plugins(
    tmp_path: Path, database_url: str, engine: Engine
) -> None:
    with_cascade = TABLES.replace("customer_ref()", 'customer_ref(ondelete="CASCADE")')
    write_dance(tmp_path, FIRST.replace('ondelete="RESTRICT"', 'ondelete="CASCADE"'), tables=with_cascade)
    plugins = load(tmp_path)
    upgrade(database_url, plugins)
    with engine.begin() as x:
        fill(x, plugins)
    with schema.alone(database_url) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("customer", recreate="always") as batch:
            batch.add_column(Column("nickname", String(80)))
    with engine.connect() as x:
        assert x.execute(text("SELECT count(*) FROM dance_lesson JOIN customer c ON c.id = customer_id")).scalar() == 1
        assert x.execute(text("SELECT count(*) FROM dance_room")).scalar() == 2


def test_tables_of_a_plugin_called_alike_are_told_apart(tmp_path: Path, database_url: str, engine: Engine) -> None:
    write_dance(tmp_path)
    write_dance(
        tmp_path,
        FIRST.replace("dance_", "dance_hall_"),
        name="dance_hall",
        tables=TABLES.replace("dance_", "dance_hall_"),
    )
    upgrade(database_url, load(tmp_path))
    with engine.connect() as x:
        assert plugin_tables.of_plugin(x, "dance") == ["dance_lesson", "dance_room"]
        assert plugin_tables.of_plugin(x, "dance_hall") == ["dance_hall_lesson", "dance_hall_room"]


def test_the_house_takes_it_in_as_soon_as_its_tables_are_made(tmp_path: Path, database_url: str) -> None:
    write_dance(tmp_path / "plugins", records=RECORDS.replace("OwnTables", "process('ball'), OwnTables"))
    app = create_app(Settings(instance=tmp_path, database_url=database_url))
    with app.app_context():
        assert seen() == ({"dance": "aside"}, False)
        assert str(catalog().reasons["dance"]).startswith("Its tables have not been made yet")
        upgrade(database_url, load(tmp_path / "plugins"))  # by another process
        assert seen() == ({}, True)
        write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
        upgrade(database_url, load(tmp_path / "new"))  # and this one's code is too old by then
        assert seen() == ({"dance": "aside"}, False)
        assert str(catalog().reasons["dance"]).startswith("Its tables were made by a newer version of it")
        assert app.test_client().get("/sign-in").status_code in (200, 303)
        engines().read.dispose()


def catalog() -> Catalog:
    with reading() as x:
        return running.house().read(x, settings.config_version(x))


def seen() -> tuple[dict[str, str], bool]:
    """Who does not run, and whether deals may begin in the plugin's process."""
    found = catalog()
    return dict(found.away), "dance.ball" in found.processes


def test_references_say_what_happens_when_their_record_goes() -> None:
    from salesapp import plugin_api

    for name in ("customer", "contact", "deal", "activity", "person"):
        made: Column[Any] = getattr(plugin_api, f"{name}_ref")(nullable=False)
        (key,) = made.foreign_keys
        assert (made.name, made.nullable, made.index) == (f"{name}_id", False, True)
        assert (key.column.table.name, key.column.name, key.ondelete) == (name, "id", "RESTRICT")


def test_a_migration_leaves_those_alone_that_are_called_alike(tmp_path: Path, database_url: str) -> None:
    hall = FIRST.replace("dance_", "dance_hall_"), TABLES.replace("dance_", "dance_hall_")
    write_dance(tmp_path / "old")
    write_dance(tmp_path / "old", hall[0], name="dance_hall", tables=hall[1])
    upgrade(database_url, load(tmp_path / "old"))
    for what, said in (
        ("op.execute('CREATE INDEX mine ON dance_hall_room (name)')", "a migration changes tables that do not begin"),
        ('op.execute("DELETE FROM dance_hall_room")', "a migration writes to the table dance_hall_room"),
    ):
        write_dance(tmp_path / "new", FIRST, second(what), tables=LONGER)
        assert upgrade(database_url, load(tmp_path / "new"))["dance"].startswith(said)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("INSERT OR IGNORE INTO customer (name) VALUES ('a')", ["customer"]),
        ("insert into main.customer (name) values ('a')", ["customer"]),
        ('UPDATE "main"."customer" SET note = 1', ["customer"]),
        ("/* harmless */ UPDATE [customer] SET note = 1", ["customer"]),
        ("-- harmless\nDELETE FROM `customer`", ["customer"]),
        ("DELETE FROM ONLY public.customer", ["customer"]),
        ("WITH a AS (SELECT 1) INSERT INTO customer SELECT * FROM a", ["customer"]),
        ("WITH a AS (DELETE FROM customer RETURNING *) INSERT INTO dance_room SELECT 1", ["customer", "dance_room"]),
        (
            "INSERT INTO dance_room (name) VALUES ('UPDATE customer') ON CONFLICT DO UPDATE SET name = ''",
            ["dance_room"],
        ),
        ("WITH a AS (SELECT 1 FROM deal FOR UPDATE OF deal) UPDATE dance_room SET name = 'it''s'", ["dance_room"]),
        ("CREATE TABLE dance_a (b INTEGER REFERENCES customer ON UPDATE CASCADE)", []),
        ("SELECT 'INSERT INTO customer'", []),
    ],
)
def test_what_a_statement_writes_to_is_read_off_it(statement: str, tables: list[str]) -> None:
    assert plugin_migrating.written_to(statement) == tables
