"""Everything of the centre in one file, for its administrator."""

from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import send_file
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.privacy.service import everything
from scheduler.web.admin.blueprint import bp
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.password_again import password_again

IN_MEMORY = 5_000_000  # a larger one lies in a nameless file


@bp.post("/settings/export")
@may("export", "everything")
@password_again
def export_everything() -> ResponseReturnValue:
    """A ZIP of every table; made whole before it leaves, so that an error is a page and never half a file."""
    now = clock.now()
    stream = cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (the answer closes it)
    try:
        everything.export_everything(current_actor(), stream, centre_id=own_centre_id(), now=now)
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    name = f"raspored-{clock.local_day(now).isoformat()}.zip"
    answer = send_file(stream, mimetype="application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
