"""Files as people send them, and the work a worker would do."""

import io
import re
from typing import Any

from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_checking, import_runs, import_taking_back, import_work
from salesapp.services.import_runs import RunView
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser

STEPS = {
    "checking": import_checking.check_file,
    "running": import_work.bring_in,
    "undoing": import_taking_back.take_back,
}
CUSTOMERS = "名称,电话,等级\n王建国,13800000001,A\n李娜,13800000002,很好\n赵磊,1380013800,B\n"


def sent(content: bytes | str, name: str = "客户.csv", **fields: Any) -> dict[str, Any]:
    """A form with a file."""
    data = content.encode() if isinstance(content, str) else content
    return {"file": (io.BytesIO(data), name), **fields}


def uploaded(browser: Browser, content: bytes | str = CUSTOMERS, name: str = "客户.csv") -> int:
    """A file sent; the id of its import."""
    answer = browser.send("/import", sent(content, name))
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def run_of(run_id: int) -> RunView:
    """The import as it stands."""
    with reading() as x:
        return import_runs.load(x, SYSTEM, run_id)


def worked_off(run_id: int) -> RunView:
    """What a worker would do."""
    while (run := run_of(run_id)).is_at_work:
        STEPS[run.state]({"run": run.id, "turn": run.turn}, NOW)
    return run


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the form of the preview, as it stands."""
    form = page[page.index('class="import-form"') :]
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name in ("csrf_token", "request_key"):
        values.pop(name, None)
    for name, inner in re.findall(r'<select class="input" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner) or re.search(r'<option value="([^"]*)"', inner)
        assert chosen is not None, name
        values[name] = chosen[1].replace("&#34;", '"').replace("&amp;", "&")
    values |= dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]*)"[^>]* checked', form))
    return values


def brought_in(browser: Browser, content: bytes | str = CUSTOMERS, **said: str) -> int:
    """A file sent, checked and brought in."""
    run_id = uploaded(browser, content)
    browser.send(f"/import/{run_id}", {**form_of(browser.get(f"/import/{run_id}").text), **said})
    worked_off(run_id)
    browser.send(f"/import/{run_id}/start")
    worked_off(run_id)
    return run_id
