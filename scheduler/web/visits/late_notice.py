"""A visit called off late: the presenter's "I have read it", and the kilometres that were driven for it."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import GroundReason, Rejected
from scheduler.staffing.service import late_notice
from scheduler.staffing.service.late_notice import note_read
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.seen_forms import DrivenForm
from scheduler.web.visits.blueprint import bp


@bp.post("/offers/<number>/read")
@may("answer", "offer")
def read_cancellation(number: str) -> ResponseReturnValue:
    form = DrivenForm()
    if not form.accepted():
        raise Rejected({"kilometres": GroundReason.COUNT_OUT_OF_RANGE})
    note_read(current_actor(), number, form.kilometres.data, now=clock.now())
    say(_("Thank you. Your coordinator sees that you have read it."))
    return redirect(url_for("own.my_offers"))


@bp.post("/visits/<number>/driven/<int:presenter_id>")
@may("update", "visit")
def log_kilometres(number: str, presenter_id: int) -> ResponseReturnValue:
    form = DrivenForm()
    if not form.accepted():
        raise Rejected({"kilometres": GroundReason.COUNT_OUT_OF_RANGE})
    late_notice.log_kilometres(current_actor(), number, presenter_id, form.kilometres.data, now=clock.now())
    say(_("The kilometres are noted."))
    return redirect(url_for(".visit", number=number))
