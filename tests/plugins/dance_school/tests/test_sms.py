"""What the modem of the front desk is handed, and what it is not."""

from pathlib import Path
from typing import Any

import pytest

from salesapp.plugin_api import Refused, work
from salesapp.testing import Cast, Kit

pytest_plugins = ["salesapp.testing"]
OURS = "+8613800001234"


def test_a_message_is_a_file_in_the_folder_its_program_watches(
    kit: Kit, school: Any, client_of: Any, cast: Cast, tmp_path: Path
) -> None:
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    admin, settings = client_of(cast.admin), "/settings/plugins/dance_school/settings"
    with work(cast.owner, kit.clock.now, plugin="dance_school") as w, pytest.raises(ValueError, match="is not set"):
        school.sms.send(w.reads, OURS, "今晚见")  # raised: the house tries again, until somebody says where
    typed = {"seen-dance_school.outbox": "", "dance_school.outbox": str(outbox)}
    assert admin.send(settings, typed).status_code == 303
    with work(cast.owner, kit.clock.now, plugin="dance_school") as w:
        school.sms.send(w.reads, OURS, "今晚见")
        with pytest.raises(Refused):
            school.sms.send(w.reads, "+79160001234", "До вечера")
    (message,) = outbox.iterdir()
    assert (message.suffix, message.read_text("utf-8")) == ("", "To: 8613800001234\n\n今晚见")
