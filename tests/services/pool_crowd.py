"""Claims in processes of their own: `python -m tests.services.pool_crowd ADDRESS INSTANCE`, the plan as JSON on stdin.

A plan is a list of [person, customer]: each is one claim (with a third value: a handing out by that person), and they
go at once. What comes back counts how each ended. Nothing here has opened the database before it parts.
"""

import json
import multiprocessing
import sys
from collections import Counter
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.errors import Refused
from salesapp.services.pool import claim_customer
from salesapp.services.pool_managing import hand_out
from salesapp.services.work import work
from salesapp.store import sign_ins
from salesapp.store.engine import reading
from salesapp.testing import NOW

PROCESSES, LANES, SECONDS = 8, 4, 120
"""Lanes times processes stay below the connections a database server takes as it comes."""


def one(person: int, customer: int, by: int | None = None) -> str:
    """One claim, and what became of it."""
    try:
        with reading() as x:
            actor = sign_ins.actor_of(x, by or person)
        assert actor is not None
        with work(actor, NOW) as w:
            if by is None:
                claim_customer(w, customer)
            else:
                hand_out(w, customer, person)
    except Refused as refused:
        return refused.problems[0].message.source
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "won"


def some(app: Flask, plan: list[list[int]], start: Any, results: Any) -> None:
    """One process's share of the plan, in threads that are let go together with everybody's."""
    together, ended = Barrier(LANES + 1), []

    def claim(args: list[list[int]]) -> None:
        with app.app_context():
            together.wait(SECONDS)
            ended.extend(one(*each) for each in args)

    threads = [Thread(target=claim, args=(plan[lane::LANES],)) for lane in range(LANES)]
    for thread in threads:
        thread.start()
    start.wait(SECONDS)
    together.wait(SECONDS)
    for thread in threads:
        thread.join(SECONDS)
    results.put(ended)


def crowd(app: Flask, plan: list[list[int]]) -> dict[str, int]:
    """Share the plan out among the processes."""
    processes = multiprocessing.get_context("fork")
    start, results = processes.Barrier(PROCESSES), processes.Queue()
    shares = [plan[number::PROCESSES] for number in range(PROCESSES)]
    running = [processes.Process(target=some, args=(app, share, start, results)) for share in shares]
    for each in running:
        each.start()
    counted: Counter[str] = Counter()
    for _ in running:
        counted.update(results.get(timeout=SECONDS))
    for each in running:
        each.join(SECONDS)
    return dict(counted)


if __name__ == "__main__":
    made = create_app(Settings(instance=Path(sys.argv[2]), database_url=sys.argv[1]), testing=True)
    print(json.dumps(crowd(made, json.load(sys.stdin))))
