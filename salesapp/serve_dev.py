"""Serving for authors of plugins, with SALESAPP_DEBUG: one process that starts again when a file of a plugin changes.

It is Werkzeug's own server and reloader: slower than the real one, and for nobody but whoever sits before it.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flask import Flask
from werkzeug.serving import is_running_from_reloader, run_simple

from salesapp import places
from salesapp.config import Settings
from salesapp.jobs.beside import Beside


def serve_and_reload(app: Flask, host: str, port: int, jobs: bool, ready: Callable[[], None]) -> None:
    """Serve until told to stop. What is served runs in a process below this one, which a changed file ends and makes
    anew; a plugin that cannot be loaded is set aside as always, and tried again with its next change."""
    settings: Settings = app.extensions["salesapp_settings"]
    beside = Beside(app)
    if is_running_from_reloader():
        if jobs:
            beside.start()
        ready()
    files = [str(file) for file in plugin_files([places.PLUGINS, settings.plugins])]
    run_simple(
        host,
        port,
        app,
        use_reloader=True,
        reloader_type="stat",
        extra_files=files,
        exclude_patterns=["*/tests/*"],
        threaded=True,
    )


def plugin_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Everything plugins consist of: also templates, TOML, and the Python of those that could not be imported."""
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in file.parts[-3:]):
                yield file
