"""How many rows of customers come in per second, on SQLite, through the engine of imports.

    python -m benchmarks.imports --rows 50000

Everything counts: reading the file, validating, looking for duplicates, writing, the search index. The CPU's time says
what the program needs; the clock's is also what else the machine does. `longest` is the longest write transaction.
"""

import argparse
import csv
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import event

from benchmarks.deals_file import made_deals, question
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.importing import CHECKING, RUNNING, ImportAsked
from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_checking, import_runs, import_work
from salesapp.services.work import work
from salesapp.store import schema
from salesapp.store.engine import engines, reading
from salesapp.store.import_runs import RunView

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玲红志海燕春梅兰云飞龙宇辰欣怡佳琪子涵雨泽晨浩然"
PLACES: Final = "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 沈阳 天津 青岛 大连 厦门 长沙 郑州".split()
TRADES: Final = "医疗 汽车 电子 机械 食品 化工 建材 纺织 物流 软件 仪器 能源 环保 印刷 家具 农业 教育 贸易".split()
HEADER = ("编号", "姓名", "公司", "手机", "邮箱", "来源", "创建时间")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step took: rows, seconds of the clock and of the CPU."""

    rows: int
    seconds: float
    cpu: float

    def data(self) -> dict[str, float]:
        """As it is printed."""
        return {
            "rows": self.rows,
            "seconds": round(self.seconds, 2),
            "rows_per_second": round(self.rows / self.seconds),
            "rows_per_cpu_second": round(self.rows / self.cpu),
        }


def made(path: Path, rows: int, seed: int) -> None:
    """A file as a company would bring it: a key, a name, a firm for every third, a mobile, a mail for every other."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for n in range(rows):
            name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
            firm = f"{chance.choice(PLACES)}{name[1:]}{chance.choice(TRADES)}有限公司" if n % 3 == 0 else ""
            mail = f"u{n}@example.com" if n % 2 == 0 else ""
            phone = f"1{chance.choice((38, 39, 50, 51, 86, 88))}{n:08d}"
            day = f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}"
            writer.writerow((f"K{n}", name, firm, phone, mail, ("展会", "网站表单")[n % 2], day))


def measured(app: Flask, path: Path, asked: ImportAsked | None = None) -> dict[str, Any]:
    """The steps of one import, each with what it took."""
    now = datetime.now(UTC)
    with app.app_context():
        longest = _longest_transaction()
        with path.open("rb") as content:
            kept = import_runs.keep(content, path.name)
        with work(SYSTEM, now) as w:
            run_id = import_runs.begin(w, kept, path.name, asked)
            import_runs.check(w, run_id)
        checked = _timed(lambda: _until_done(run_id, CHECKING, import_checking.check_file))
        with work(SYSTEM, now) as w:
            import_runs.start(w, run_id)
        longest[0] = 0.0
        written = _timed(lambda: _until_done(run_id, RUNNING, import_work.bring_in))
        run = _run(run_id)
        counts = {name: getattr(run, name) for name in ("added", "changed", "same", "rejected")}
        whole = Taken(checked.rows, checked.seconds + written.seconds, checked.cpu + written.cpu)
        taken = {"check": checked.data(), "write": written.data(), "both": whole.data()}
        return {**taken, **counts, "longest_ms": round(longest[0] * 1000)}


def _longest_transaction() -> list[float]:
    """The longest time the writing engine held a transaction open."""
    longest, began = [0.0], [0.0]
    engine = engines().write

    @event.listens_for(engine, "begin")
    def begin(_connection: Any) -> None:
        began[0] = time.monotonic()

    @event.listens_for(engine, "commit")
    def commit(_connection: Any) -> None:
        longest[0] = max(longest[0], time.monotonic() - began[0])

    return longest


def _timed(step: Callable[[], int]) -> Taken:
    began, cpu = time.monotonic(), time.process_time()
    rows = step()
    return Taken(rows, time.monotonic() - began, time.process_time() - cpu)


def _until_done(run_id: int, state: str, step: Callable[[Any, datetime], None]) -> int:
    while (run := _run(run_id)).state == state:
        step({"run": run.id, "turn": run.turn}, datetime.now(UTC))
    return run.total or 0


def _run(run_id: int) -> RunView:
    with reading() as x:
        return import_runs.load(x, SYSTEM, run_id)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=("customer", "deal"), default="customer")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/salesapp.db"
        schema.upgrade(url)
        app = create_app(Settings(instance=Path(folder), database_url=url))
        path = Path(folder) / f"{asked.kind}s.csv"
        (made_deals if asked.kind == "deal" else made)(path, asked.rows, asked.seed)
        print(json.dumps(measured(app, path, question() if asked.kind == "deal" else None), indent=2))


if __name__ == "__main__":
    main()
