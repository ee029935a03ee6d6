"""Forms of plugins that everybody may send: how often from one address."""

from datetime import datetime
from typing import Final

from salesapp.domain.permissions import SYSTEM
from salesapp.services.sign_in import TRIES, TRIES_WINDOW
from salesapp.services.work import work
from salesapp.store import throttles

MOST: Final = TRIES * 5
"""As with signing in: a whole company, or a mobile network, may be behind one address."""


def count_try(plugin: str, address: str, now: datetime) -> bool:
    """Count one form that came from this address; whether there were too many. Before the plugin is asked, so that no
    refusal undoes the count."""
    with work(SYSTEM, now) as w:
        return throttles.count(w.session, f"plugin:{plugin}:{address}", TRIES_WINDOW, now) > MOST
