"""A channel of a plugin: messages to a group go out through it, one after the other, and its last word is heard."""

from pathlib import Path

import pytest
from flask import Flask

from salesapp.jobs.mailing_kinds import GO
from salesapp.plugin_api import Channel, Text
from salesapp.services import plugin_states
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.jobs.kit import all_jobs
from tests.services import mailing_kit as kit
from tests.services.customer_kit import added

GATEWAY = """
from pathlib import Path
from salesapp.plugin_api import Channel, Manifest, N_, Refused, Text, hookimpl, problem
from salesapp.store.engine import engines

LABEL = Text(en="Gateway", zh_Hans="短信网关", zh_Hant="簡訊閘道", ru="Шлюз")
MANIFEST = Manifest(name="gateway", version="1.0", label=LABEL, description=LABEL)
SENT = Path(__file__).parent / "sent.txt"

def send(reads, to, text):
    reads.settings()
    (SENT.parent / "open.txt").write_text(str(engines().read.pool.checkedout()))
    if to.endswith("9"):
        raise Refused([problem("", N_("No such number."))])
    if not (SENT.parent / "on").exists():
        raise OSError("nobody answers")
    with SENT.open("a") as file:
        file.write(f"{reads.now:%H:%M:%S} {to} {text}\\n")

@hookimpl
def salesapp_records():
    return [Channel("sms", LABEL, send)]
"""


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    """The folder of the gateway."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    (folder / "gateway.py").write_text(GATEWAY)
    return [folder / "gateway.py"]


def test_messages_go_through_it(app: Flask, cast: Cast, clock: Clock, plugin_paths: list[Path]) -> None:
    folder = plugin_paths[0].parent
    one = added(cast.owner, name="甲", phones=["13800138001"])
    two = added(cast.owner, name="乙", phones=["13800138009"])
    kit.begun(cast.owner, kit.drafted(cast.owner, way="sms", subject="", body="您好 {客户}"))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, seconds=10)
    assert kit.outcome() == {one: ("sending", None), two: ("failed", "refused")}
    (folder / "on").touch()
    kit.let_run(clock, minutes=5)
    kit.let_run(clock, minutes=5)
    assert kit.outcome()[one] == ("sent", None)
    assert [line.split(" ", 1)[1] for line in (folder / "sent.txt").read_text().splitlines()] == [
        "+8613800138001 您好 甲"
    ]
    assert [personal["note"] for _, personal in kit.told("mailing.sent")] == ["您好 甲"]
    assert kit.runs()[0].state == "done"
    assert (folder / "open.txt").read_text() == "0"  # it may take its time: nothing is held open meanwhile


@pytest.mark.parametrize(("days", "outcome"), [(0, ("sent", None)), (2, ("skipped", "late"))])
def test_what_waited_for_a_hand_goes_by_itself_once_there_is_a_channel(
    app: Flask, cast: Cast, clock: Clock, plugin_paths: list[Path], days: int, outcome: tuple[str, str | None]
) -> None:
    with work(cast.admin, clock.now) as w:
        plugin_states.switch(w, "gateway", off=True)
    one = added(cast.owner, name="甲", phones=["13800138001"])
    kit.begun(cast.owner, kit.drafted(cast.owner, way="sms", subject="", body="您好 {客户}"))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, days=days, minutes=5)
    assert kit.outcome() == {one: ("waiting", None)}
    assert not [row for row in all_jobs() if row.name == GO.name and row.state == "waiting"]
    with work(cast.admin, clock.now) as w:
        plugin_states.switch(w, "gateway", off=False)
    (plugin_paths[0].parent / "on").touch()
    for _ in range(3):
        kit.let_run(clock, minutes=5)
    assert kit.outcome() == {one: outcome}
    assert kit.runs()[0].state == "done"


def test_what_was_on_its_way_when_the_channel_went_does_not_keep_its_message_going(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    one = added(cast.owner, name="甲", phones=["13800138001"])
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="您好 {客户}")
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    assert kit.outcome() == {one: ("sending", None)}
    with work(cast.admin, clock.now) as w:
        plugin_states.switch(w, "gateway", off=True)
    for _ in range(10):
        kit.let_run(clock, hours=3)
    assert kit.outcome() == {one: ("failed", "server")}
    assert (kit.runs()[0].state, kit.view(mailing_id).state) == ("done", "done")


def test_a_channel_says_what_is_wrong_with_it() -> None:
    label = Text(en="Gateway", zh_Hans="短信网关", zh_Hant="簡訊閘道", ru="Шлюз")
    with pytest.raises(ValueError, match="send must take 3 arguments"):
        Channel("sms", label, lambda _to, _text: None)  # type: ignore[arg-type, misc]
    with pytest.raises(ValueError, match="Channel"):
        Channel("S M S", label, lambda _reads, _to, _text: None)
