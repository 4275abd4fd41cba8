"""Long work as it goes: a bar that moves by itself, or with a link; at the end what came of it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.jobs import file_work
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.words import (
    FAILURES,
    FIELDS,
    KINDS,
    KINDS_OF_HOSTS,
    LINE_PROBLEMS,
    PHASES,
    column_words,
)
from scheduler.web.guards import current_actor, may
from scheduler.work import service
from scheduler.work.terms import MAKES_FILES, OF_CERTIFICATES, STORES, WorkKind


@bp.get("/work/<int:work_id>")
@may("read", "work")
def show_work(work_id: int) -> ResponseReturnValue:
    row = service.work_page(current_actor(), work_id, now=clock.now())
    if row.kind is WorkKind.PROPOSE_PLAN:  # it has a page of its own
        return redirect(url_for("proposals.proposals"))
    if row.kind is WorkKind.PLAN_TOUR:
        tour_id = row.result.get("tour")
        here = url_for("tours.show_tour", tour_id=tour_id) if tour_id else url_for("programmes.own_campaigns")
        return redirect(here)
    page = render_template(
        "admin/work.html",
        work=row,
        kinds=KINDS,
        phases=PHASES,
        failures=FAILURES,
        line_problems=LINE_PROBLEMS,
        fields=FIELDS,
        field_choices=[(name, FIELDS.get(name, name)) for name in row.result.get("fields", ())],
        host_kinds=list(KINDS_OF_HOSTS.items()),
        column_words=column_words,
        of=row.kind.value.partition("_")[2],
        certificates=row.kind in OF_CERTIFICATES,
        files=service.count_of(work_id) if row.kind in MAKES_FILES else 0,
        checked=row.kind in STORES,
        beginning=file_work.beginning_of(current_actor(), row),
        taken_back=row.id in file_work.taken_back([row]),
    )
    return page, 200, {"Cache-Control": "private, no-store"}
