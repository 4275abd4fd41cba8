"""Filled sheets as proof: a photo or scan is sent, read beside the numbers, opened on record, taken away again."""

from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from scheduler.attendance import rules
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.queries.sheets import sheet_at
from scheduler.attendance.service.sheets import keep_sheet, may_remove, open_sheet, remove_sheet
from scheduler.attendance.terms import AttendanceState, CountedPresentation, KeptSheet
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.privacy.service.retention_rules import period_of
from scheduler.privacy.terms import RetentionRow
from scheduler.web.attendance.blueprint import bp
from scheduler.web.attendance.forms import SheetForm
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.photo_form import takes_photographs
from scheduler.web.reasons import worded

takes_photographs(bp, "attendance.add_sheet")


def sheet_beside(one: CountedPresentation, sheets: list[KeptSheet]) -> KeptSheet | None:
    """The sheet that lies beside the form: the one asked for, else the newest of the presentation, or of the visit."""
    asked = number_of(request.args.get("sheet"))
    own = [sheet for sheet in sheets if sheet.presentation_id == one.presentation_id]
    return next((sheet for sheet in sheets if sheet.id == asked), next(iter([*own, *sheets]), None))


@bp.route("/visits/<number>/count/<ordinal>/sheet", methods=["GET", "POST"])
@may("create", "attendance")
def add_sheet(number: str, ordinal: str) -> ResponseReturnValue:
    """Nothing but the file is asked here, so that nothing typed is lost when it is not taken."""
    visit = counted_visit(current_actor(), number)
    one = visit.presentation(ordinal)
    if one is None:
        raise NotFound("presentation")
    form = SheetForm()
    if form.accepted():
        try:
            sheet_id = keep_sheet(current_actor(), one.presentation_id, form.content(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            if rules.may_be_counted(one.state):
                say(_("The sheet is kept. Type its sums beside it."))
                return redirect(url_for(".count_heads", number=number, ordinal=ordinal, sheet=sheet_id))
            say(_("The sheet is kept beside the numbers."))
            return redirect(url_for(".sheet", number=number, sheet_id=sheet_id))
    shown = render_template(
        "attendance/add_sheet.html", visit=visit, one=one, form=form, days=period_of(RetentionRow.SHEET).number
    )
    return shown, 422 if form.problems_shown() else 200


@bp.get("/visits/<number>/sheets/<int:sheet_id>")
@may("create", "attendance")
def sheet(number: str, sheet_id: int) -> ResponseReturnValue:
    """One sheet: its picture, its hash, who sent it and who has opened it."""
    actor = current_actor()
    kept = sheet_at(actor, number, sheet_id)
    visit = counted_visit(actor, number)
    one = visit.presentation(str(kept.ordinal))  # none when it was joined or called off since
    state = one.state if one else AttendanceState.OPEN
    return render_template(
        "attendance/sheet.html",
        visit=visit,
        one=one,
        kept=kept,
        form=BaseForm(),
        removes=may_remove(actor, kept.added_by_id, state),
        counts=one is not None and rules.may_be_counted(state),
        stops=history({"sheet_scan": [kept.id]}),
    )


@bp.get("/visits/<number>/sheets/<int:sheet_id>/file")
@may("create", "attendance")
def sheet_file(number: str, sheet_id: int) -> ResponseReturnValue:
    """Handed over as a file under a name of ours; a page shows the picture of one all the same."""
    kept = sheet_at(current_actor(), number, sheet_id)
    content, kind = open_sheet(current_actor(), kept.id, now=clock.now())
    name = f"{number}-sheet-{kept.id}.{'jpg' if kind == 'jpeg' else kind.value}"
    answer = send_file(BytesIO(content), mimetype=kind.mimetype, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/visits/<number>/sheets/<int:sheet_id>/remove")
@may("create", "attendance")
def take_sheet_away(number: str, sheet_id: int) -> ResponseReturnValue:
    kept = sheet_at(current_actor(), number, sheet_id)
    if BaseForm().accepted():
        remove_sheet(current_actor(), kept.id, now=clock.now())
        say(_("The sheet is removed. The numbers stay as they are."))
    return redirect(url_for(".count_heads", number=number, ordinal=kept.ordinal))
