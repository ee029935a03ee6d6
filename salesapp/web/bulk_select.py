"""The select mode of a list: an address with `select=1` shows boxes to tick, and the bar that says what to do."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import request

from salesapp.domain.bulk import changes_of
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import can
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor

WRITE = "write"
"""What the bar offers besides changes: a message to the selected ones."""


def selecting(kind: str, query: ListQuery | None = None, *, wide: bool = False) -> dict[str, Any]:
    """What a list's page needs for it: `select` with on, href (into it or out of it), changes, query. Who may change
    nothing at once is not offered it; where the list is shown in another way (`wide`), its rows come with it."""
    changes = [(each.key.partition(".")[2], say(each.label)) for each in changes_of(kind, current_actor())]
    if kind == "customer" and can(current_actor(), "activity.add"):
        changes.append((WRITE, gettext("Write to them")))
    on = bool(changes) and request.args.get("select") == "1"
    left = [(key, value) for key, value in request.args.items(multi=True) if key not in ("select", "after")]
    there = [*left, *([] if on else kept_select(on=True).items()), *([("view", "list")] if wide else [])]
    href = f"{request.path}?{urlencode(there)}" if there else request.path
    asked = json.dumps(query.to_data(), ensure_ascii=False) if query and on else ""
    return {"select": {"offered": bool(changes), "on": on, "href": href, "changes": changes, "query": asked}}


def kept_select(*, on: bool | None = None) -> dict[str, str]:
    """What an address needs so that the list it leads to is in select mode as this one is."""
    return {"select": "1"} if on or (on is None and request.args.get("select") == "1") else {}
