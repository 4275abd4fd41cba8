"""Pages that everybody may open, and the two that machines ask whether the house stands."""

import datetime as dt
from types import SimpleNamespace

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.db import answers
from scheduler.core.paging import Page
from scheduler.programmes.queries import open_programmes
from scheduler.reports import queries as report_queries
from scheduler.reports import rules as report_rules
from scheduler.web.filters import FACES, FLAGS
from scheduler.web.guards import public
from scheduler.web.i18n import _l, page_language
from scheduler.web.public.forms import SampleForm
from scheduler.web.tables import Column, Table

bp = Blueprint("public", __name__)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """The offer, and what the last year that is over has brought."""
    found = report_queries.last_full_year(clock.local_day(clock.now()))
    figures = report_rules.figures(found[1], page_language()) if found else []
    return render_template(
        "public/front.html",
        programmes=open_programmes(),
        figures=[{"number": one.value, "words": one.label} for one in figures],
        figures_year=found[0] if found else None,
    )


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html")


@bp.get("/about")
@public
def about() -> ResponseReturnValue:
    return render_template("public/about.html")


LISTED = (Column("state", _l("State")), Column("age", _l("Age")), Column("owner", _l("Owner")))


@bp.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    form, counted = (
        SampleForm(formdata=None, mark=mark, data={"pupils": 51, "parents": 0}) for mark in ("", "counted")
    )
    wrong, miscounted = (SampleForm(formdata=None, mark=mark) for mark in ("wrong", "miscounted"))
    for sample in (wrong, miscounted):
        sample.show({"pupils": "not_a_number", "email": "not_an_email", "teacher_stays": "teacher_stays"})
    page: Page[object] = Page(rows=(), number=2, total=250)
    today = clock.local_day(clock.now())
    toast = [{"text": "…", "undo": ""}]
    return render_template(
        "public/styleguide.html",
        form=form,
        wrong=wrong,
        counted=counted,
        miscounted=miscounted,
        page=page,
        faces=FACES,
        flags=FLAGS,
        today=today,
        until=clock.now() + dt.timedelta(hours=5),
        toast=toast,
        list_table=Table("requests", LISTED, None, None, frozenset({"owner"})),
        sprite=sorted(_icons()),
        place=SimpleNamespace(name_sr_cyrl="Ниш", name_sr_latn="Niš"),
    )


def _icons() -> list[str]:
    with current_app.open_resource(f"{current_app.static_folder}/img/icons.svg", "r") as stream:
        return [part.split('"')[0] for part in stream.read().split('<symbol id="')[1:]]


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process lives."""
    return {"status": "ok"}, 200, {"Cache-Control": "no-store"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database answers."""
    ready = answers()
    return {"database": "ok" if ready else "silent"}, 200 if ready else 503, {"Cache-Control": "no-store"}
