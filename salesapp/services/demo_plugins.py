"""What plugins add to a demo, each in a transaction of its own: one that fails leaves the demo as it is."""

import logging
from datetime import datetime
from random import Random

from salesapp.plugging import running
from salesapp.plugging.own_demo import DemoData
from salesapp.services.plugin_work import demo_work
from salesapp.store import settings
from salesapp.store.engine import reading

log = logging.getLogger(__name__)


def fill(now: datetime, *, seed: int, language: str) -> dict[str, str]:
    """Ask every plugin that is on for its part; what failed, by the full key of its record. The same seed and language
    give the same rows, whatever other plugins there are."""
    with reading() as x:
        catalog = running.house().read(x, settings.config_version(x))
    failed: dict[str, str] = {}
    for key, record in catalog.of(DemoData).items():
        random = Random(f"{seed}:{language}:{key}")  # noqa: S311 (repeatable on purpose)
        try:
            with demo_work(now, plugin=key.partition(".")[0], language=language) as w:
                record.fill(w, random, now)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit, too
            log.error("the demo data %s failed", key, exc_info=error)
            failed[key] = type(error).__name__
    return failed
