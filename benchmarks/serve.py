"""`python -m benchmarks.serve INSTANCE URL PORT`: one process as `salesapp run` serves it, without its jobs."""

import sys
from pathlib import Path

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.serve import Server, Serving

if __name__ == "__main__":
    instance, url, port = sys.argv[1:]
    app = create_app(Settings(instance=Path(instance), database_url=url))
    Server(app, Serving(port=int(port), workers=1, jobs=False), lambda: None).run()
