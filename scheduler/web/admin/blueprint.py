"""The blueprint of the administrator's pages: its own small file, because they lie in several."""

from flask import Blueprint

from scheduler.web.forms import error_title

bp = Blueprint("admin", __name__)


@bp.context_processor
def in_titles() -> dict[str, object]:
    """A page whose form must be mended says so in its title."""
    return {"error_title": error_title}
