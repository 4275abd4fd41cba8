"""The blueprint of the administrator's pages: its own small file, because they lie in several."""

from flask import Blueprint

from scheduler.core.errors import NotFound
from scheduler.web.forms import error_title
from scheduler.web.guards import current_actor

bp = Blueprint("admin", __name__)


@bp.context_processor
def in_titles() -> dict[str, object]:
    """A page whose form must be mended says so in its title."""
    return {"error_title": error_title}


def own_centre_id() -> int:
    """The centre of whoever looks. Raises: NotFound for who belongs to none."""
    centre_id = current_actor().centre_id
    if centre_id is None:
        raise NotFound("centre")
    return centre_id
