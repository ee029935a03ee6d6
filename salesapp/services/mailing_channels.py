"""Messages to phones through the channel of a plugin."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from salesapp.domain.errors import N_, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import running
from salesapp.plugging.asking import PluginError
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.channels import Channel
from salesapp.services.mail import MailFailed
from salesapp.services.plugin_reads import Reads
from salesapp.store import settings
from salesapp.store.engine import reading

NOBODY: Final = N_("No plugin sends messages to phones.")
FAILED: Final = N_("The message was not sent.")


def channels(catalog: Catalog) -> list[tuple[str, Channel]]:
    """Those of the plugins that run, by their full keys, in the order the plugins brought them."""
    return list(catalog.of(Channel).items())


def hand_over(to: str, text: str, now: datetime) -> None:
    """Give one message to the first channel; MailFailed where it did not take it. Nothing is open meanwhile: a gateway
    may take its time."""
    with reading() as x:
        found = channels(running.house().read(x, settings.config_version(x)))
    if not found:
        raise MailFailed(NOBODY)
    key, channel = found[0]
    plugin = key.partition(".")[0]
    error = _why(plugin, lambda: channel.send(Reads(plugin, SYSTEM, now), to, text))
    if error is not None:
        raise MailFailed(FAILED, for_good=isinstance(error, Refused)) from None


def _why(plugin: str, send: Callable[[], object]) -> BaseException | None:
    """What a call of the plugin raised, contained."""
    try:
        return running.hooks().contain(plugin, "Channel.send", send).error
    except PluginError as error:  # in tests and for its author it is raised
        return error.__cause__
