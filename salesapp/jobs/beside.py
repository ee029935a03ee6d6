"""A worker beside the pages: a thread in each serving process. Leases make it harmless that there are several."""

from threading import Event, Thread

from flask import Flask

from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.worker import Worker


class Beside:
    """One thread that works until it is stopped."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stop = Event()
        self.thread = Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin; after a process has parted from its parent, never before."""
        self.thread.start()

    def end(self, seconds: float) -> bool:
        """Finish the job that runs and stop; whether it did in time. What is cut off is done again."""
        self.stop.set()
        if self.thread.ident is not None:  # a process that could not even begin ends in the same way
            self.thread.join(timeout=seconds)
        return not self.thread.is_alive()

    def _run(self) -> None:
        with self.app.app_context():
            Worker(ALL, self.app.extensions["salesapp_clock"], self.stop).run()
