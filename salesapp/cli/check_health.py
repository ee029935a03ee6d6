"""The doctor on what plugins say of themselves."""

from collections.abc import Iterator
from datetime import datetime

from salesapp.cli.findings import Finding, doubtful, wrong
from salesapp.cli.opening import application
from salesapp.config import Settings
from salesapp.fit_to_serve import why_unfit
from salesapp.places import PLUGINS
from salesapp.plugging.hooks import Hooks
from salesapp.plugging.loader import load_plugins
from salesapp.services.plugin_health import health
from salesapp.store.engine import DatabaseUnavailable, reading


def plugins_say(found: Settings, now: datetime) -> Iterator[Finding]:
    """What each plugin that is on says is wrong with it. An installation that cannot be served asks none."""
    if found.safe_mode or not (found.instance / "secret_key").exists():
        return
    if not Hooks(load_plugins([PLUGINS, found.plugins])).listens("salesapp_health"):
        return
    app = application(found)
    app.extensions["salesapp_hooks"].raise_errors = False
    with app.app_context():
        try:
            if why_unfit(found):
                return
            with reading() as x:
                said = health(x, now)
        except DatabaseUnavailable:  # which has a finding of its own
            return
    for each in said:
        if each.problems is None:
            yield wrong("plugins.health", f"The plugin {each.plugin} cannot say how it is: the log says why.")
        for one in each.problems or ():
            yield doubtful("plugins.health", f"The plugin {each.plugin}: {one.message}")
