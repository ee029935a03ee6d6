"""`salesapp import customers`, as an operator types it."""

import csv
from pathlib import Path

from tests.cli.conftest import Command


def test_rejected_rows_can_be_mended_and_go_in_alone(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("姓名,电话\n张三,13800000001\n李四,1380000\n王五,13800000003,more\n", encoding="gbk")
    words = ["import", "customers", str(file), "--encoding", "gbk", "--map", "姓名=name", "--map", "电话=phone"]
    done = salesapp(*words)
    assert done.exit_code == 0, done.output
    assert "1 added" in done.output
    assert "2 rejected" in done.output
    with (tmp_path / "list.csv.rejected.csv").open(encoding="gbk", newline="") as out:
        header, first, second = csv.reader(out)
    assert header == ["姓名", "电话", "reason"]
    assert first[:2] == ["李四", "1380000"]
    assert second[3] == "more"
    file.write_text("姓名,电话\n李四,13800000002\n", encoding="gbk")
    assert "1 added" in salesapp(*words).output


def test_a_dry_run_changes_nothing(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nAnn,13800000001\n")
    assert "1 would be added" in salesapp("import", "customers", str(file), "--dry-run").output
    assert "1 added" in salesapp("import", "customers", str(file)).output


def test_a_dry_run_with_rejected_lines_writes_no_file(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nA,1380013800\n", encoding="utf-8")
    assert "one digit short" in salesapp("import", "customers", str(file), "--dry-run").output
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".csv"] == ["list.csv"]


def test_a_wrong_owner_source_or_delimiter_is_said(salesapp: Command, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name\nAnn\n")
    for words, says in (
        (["--owner", "nobody@example.com"], "Nobody who works here"),
        (["--source", "moon"], "There is no source moon"),
        (["--delimiter", ",,"], "one character"),
        (["--kind", "ghost"], "ghost"),
        (["--map", "x=name"], "no column x"),
    ):
        done = salesapp("import", "customers", str(file), *words)
        assert done.exit_code == 2, words
        assert says in done.output
