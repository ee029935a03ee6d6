"""Ways out to phones that a plugin brings: an SMS gateway, for messages to a group."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesapp.domain.pack import check_key, check_text
from salesapp.domain.text import Text
from salesapp.plugging.own_jobs import check_function

if TYPE_CHECKING:
    from salesapp.services.plugin_reads import Reads


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to send short messages to phones. Without one, messages to a group by SMS are a list of links, each opened
    and sent by hand.

    `send(reads, to, text)` hands one message over: `to` is a number like "+8613800138000"; what the owner set about the
    plugin, a key of the gateway, is in `reads.settings()`. It is called outside of any transaction, once for each
    message, and twice where the machine stops before it is noted. It gives up by itself after a minute at most: what
    takes longer than five is begun a second time. What it raises is tried again a few times, ever later; a `Refused` is
    the gateway's last word about this number.
    """

    key: str
    label: Text
    send: "Callable[[Reads, str, str], object]"

    def __post_init__(self) -> None:
        check_key("Channel", self.key)
        me = f"Channel {self.key!r}"
        check_text(me, "label", self.label)
        check_function(me, "send", self.send, "reads", "to", "text")
