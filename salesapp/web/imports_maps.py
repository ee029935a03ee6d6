"""Reading a file as a plugin says that files with such columns are read."""

from flask import Blueprint, redirect
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone
from salesapp.domain.import_map import ImportMap
from salesapp.domain.importing import ImportAsked
from salesapp.services import import_mappings, import_words
from salesapp.services import import_runs as service
from salesapp.services.import_registry import offered
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web.request import catalog, current_actor, current_now, request_key

bp = Blueprint("imports_maps", __name__)


@bp.post("/import/<int:run_id>/like/<key>")
def like(run_id: int, key: str) -> Response:
    """Read the file as the plugin's map with this full key says."""
    actor, now, found = current_actor(), current_now(), catalog().of(ImportMap).get(key)
    with reading() as x:
        run = service.load(x, actor, run_id)
        header = service.preview(x, actor, run_id, now).header
        if found is None or found.kind not in offered(actor):
            raise WerkzeugNotFound
        asked = import_words.fitted(x, actor, import_mappings.as_brought(found, run.asked, header), now)
    return read_like(run_id, asked)


def read_like(run_id: int, asked: ImportAsked) -> Response:
    """Keep the question a saved mapping or a plugin's map makes, and show what comes of it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.ask(w, run_id, asked)
    except AlreadyDone:
        pass
    return redirect(f"/import/{run_id}", 303)
