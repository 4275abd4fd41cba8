"""How the installation is, in plain words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.jobs import health as watch
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.words import JOBS
from scheduler.web.filters import number
from scheduler.web.guards import current_actor, may


@bp.get("/health")
@may("read", "health")
def health() -> ResponseReturnValue:
    seen = watch.health(current_actor(), now=clock.now())
    return render_template("admin/health.html", health=seen, jobs=JOBS, megabytes=megabytes)


def megabytes(size: int) -> str:
    """A size as people say it: 12 MB, 3.4 GB."""
    if size < 1_000_000_000:
        return f"{number(max(1, round(size / 1_000_000)))} MB"
    return f"{number(round(size / 1_000_000_000))} GB"
