"""Messages to phones, by the modem on the front desk: a file for each in the folder its program watches."""

from pathlib import Path
from uuid import uuid4

from salesapp.plugin_api import N_, Channel, Reads, Refused, Text, problem

ABROAD = N_("The modem sends within the country only.")


def send(reads: Reads, to: str, text: str) -> None:
    """Lay the message into the folder. Under another name first, so that no half of it is sent."""
    folder = reads.settings()["outbox"]
    if not folder:
        raise ValueError("The folder of the modem is not set")
    if not to.startswith("+86"):
        raise Refused([problem("", ABROAD)])
    name = Path(folder) / uuid4().hex
    written = name.with_suffix(".part")
    written.write_text(f"To: {to.removeprefix('+')}\n\n{text}", encoding="utf-8")
    written.rename(name)


MODEM = Channel("modem", Text("Modem of the front desk", "前台短信猫", "櫃檯簡訊機", "Модем на ресепшене"), send)
