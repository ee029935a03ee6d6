"""`salesapp import`, as an operator types it."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from salesapp.domain.import_guess import guess_columns
from salesapp.store.engine import engines
from salesapp.store.tables import person
from tests.cli.conftest import Command


def _number(output: str) -> str:
    found = re.search(r"--undo (\d+)", output)
    assert found is not None, output
    return found[1]


def test_rejected_rows_can_be_mended_and_go_in_alone(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("姓名,电话\n张三,13800000001\n李四,1380000\n王五,13800000003,more\n", encoding="gbk")
    words = [
        "import",
        str(file),
        "--kind",
        "customer",
        "--encoding",
        "gbk",
        "--map",
        "姓名=name",
        "--map",
        "电话=phone",
    ]
    done = salesapp(*words)
    assert done.exit_code == 0, done.output
    assert "1 added" in done.output
    assert "2 rejected" in done.output
    with (tmp_path / "list.csv.rejected.csv").open(encoding="gbk", newline="") as out:
        header, first, second = csv.reader(out)
    assert header[:2] == ["姓名", "电话"]
    assert first[:2] == ["李四", "1380000"]
    assert second[0] == "王五"
    file.write_text("姓名,电话\n李四,13800000002\n", encoding="gbk")
    assert "1 added" in salesapp(*words).output


def test_what_is_not_said_is_guessed_and_told(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("姓名;电话;备用\n张三;13800000001;x\n李四;13800000002;y\n", encoding="gb18030")
    done = salesapp("import", str(file))
    assert done.exit_code == 0, done.output
    for told in ("gb18030, semicolon", "姓名 = name", "电话 = phone", "Columns left out: 备用", "2 added"):
        assert told in done.output, done.output


def test_what_stands_above_the_table_is_passed_over(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("客户名单\n姓名,电话\n张三,13800000001\n李四,13800000002\n")
    done = salesapp("import", str(file), "--dry-run")
    assert "the first row is the header, from line 2 on" in done.output
    assert "2 would be added" in done.output
    done = salesapp("import", str(file), "--begins", "3", "--no-header", "--map", "1=name", "--map", "2=phone")
    assert "no header, from line 3 on" in done.output
    assert "2 added" in done.output


def test_a_sentence_about_one_number_names_the_others(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("姓名,电话\n" + "".join(f"A{n},1380000000{n}\nB{n},1380000000{n}\n" for n in range(6)))
    done = salesapp("import", str(file))
    said = "lines 3, 5, 7 … (6 lines) (also 13800000001, 13800000002, 13800000003, …): 13800000000 is also"
    assert said in done.output


def test_others_can_write_while_a_file_is_looked_at(
    salesapp: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_at(*args: Any) -> Any:
        with engines().write.begin() as x:  # waits in vain where the one who looks holds the lock
            x.execute(update(person).values(zone="Asia/Shanghai"))
        return guess_columns(*args)

    monkeypatch.setattr("salesapp.services.import_guessing.guess_columns", looked_at)
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nAnn,1380000\n")
    done = salesapp("import", str(file))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "list.csv.rejected.csv").stat().st_mode & 0o077 == 0


def test_a_dry_run_changes_nothing(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nAnn,13800000001\n")
    assert "1 would be added" in salesapp("import", str(file), "--dry-run").output
    assert "1 added" in salesapp("import", str(file)).output
    assert "1 there already" in salesapp("import", str(file)).output


def test_a_dry_run_with_rejected_lines_writes_no_file(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nA,1380013800\n", encoding="utf-8")
    done = salesapp("import", str(file), "--dry-run")
    assert "one digit short" in done.output
    assert "line 2" in done.output
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".csv"] == ["list.csv"]


def test_the_same_problem_is_said_once(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\n" + "".join(f"A{n},1380013800\n" for n in range(9)), encoding="utf-8")
    done = salesapp("import", str(file), "--dry-run")
    assert done.output.count("one digit short") == 1
    assert "lines 2, 3, 4 … (9 lines)" in done.output


def test_an_import_is_taken_back_by_its_number(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nAnn,13800000001\nBob,13800000002\n")
    run_id = _number(salesapp("import", str(file)).output)
    done = salesapp("import", "--undo", run_id)
    assert done.exit_code == 0, done.output
    assert "2 taken back" in done.output
    assert "2 added" in salesapp("import", str(file)).output
    assert salesapp("import", "--undo", "999").exit_code == 2


def test_words_and_options(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,class\nAnn,top\nBob,low\n")
    words = ["import", str(file), "--map", "name=name", "--map", "class=grade", "--set", "kind=organisation"]
    assert "2 rejected" in salesapp(*words, "--dry-run").output
    done = salesapp(*words, "--value", "grade:top=A", "--value", "grade:low=C")
    assert "2 added" in done.output, done.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--owner", "nobody@example.com"], "Nobody who works here"),
        (["--source", "moon"], "there is no moon"),
        (["--delimiter", ",,"], "one character"),
        (["--kind", "ghost"], "ghost"),
        (["--map", "x=name"], "no column x"),
        (["--map", "name=ghost"], "no field ghost"),
        (["--map", "name"], "is not COLUMN=field"),
        (["--set", "ghost=1"], "no option ghost"),
        (["--value", "grade"], "is not field:WORD=key"),
        (["--value", "grade:x=ghost"], "there is no ghost"),
        (["--mapping", "ghost"], "no saved mapping called ghost"),
        (["--encoding", "ghost"], "ghost"),
        (["--undo", "1"], "or --undo"),
    ],
)
def test_what_is_wrong_is_said(salesapp: Command, tmp_path: Path, words: list[str], says: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name\nAnn\n")
    done = salesapp("import", str(file), *words)
    assert done.exit_code == 2, done.output
    assert says in done.output


def test_without_a_file_there_is_nothing_to_do(salesapp: Command, tmp_path: Path) -> None:
    done = salesapp("import")
    assert (done.exit_code, "FILE" in done.output) == (2, True)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    done = salesapp("import", str(empty))
    assert (done.exit_code, "empty" in done.output) == (2, True)
