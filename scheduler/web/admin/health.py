"""How the installation is, in plain words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.jobs import health as watch
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.words import JOBS
from scheduler.web.guards import current_actor, may


@bp.get("/health")
@may("read", "health")
def health() -> ResponseReturnValue:
    return render_template("admin/health.html", health=watch.health(current_actor(), now=clock.now()), jobs=JOBS)
