"""Everything of the centre in one file, for its administrator."""

from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.privacy.service import everything
from scheduler.web.admin.blueprint import bp
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.made_whole import handed_out, made_whole
from scheduler.web.password_again import password_again


@bp.post("/settings/export")
@may("export", "everything")
@password_again
def export_everything() -> ResponseReturnValue:
    """A ZIP of every table."""
    now = clock.now()
    with made_whole() as stream:
        everything.export_everything(current_actor(), stream, centre_id=own_centre_id(), now=now)
    return handed_out(stream, f"raspored-{clock.local_day(now).isoformat()}", "zip")
