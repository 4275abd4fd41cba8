"""A presenter's certificates: issued on a page beside hers, and taken by herself."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.certificates.queries.presenters import years_of_presenter
from scheduler.certificates.service.awards import issue_for_presenter
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.people.rules import is_minor
from scheduler.staffing.queries.availability import presenter_page
from scheduler.staffing.queries.guardian_page import guardian_page, opened_by_link
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.forms import CertificatePressForm
from scheduler.web.certificates.views import handed_over
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may, public
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded


@bp.get("/people/<int:presenter_id>/certificates")
@may("list", "certificate")
def of_presenter(presenter_id: int) -> ResponseReturnValue:
    return _page(presenter_id)


@bp.post("/people/<int:presenter_id>/certificates")
@may("issue", "certificate")
@sent_once
def issue_of_presenter(presenter_id: int) -> ResponseReturnValue:
    """The one of a school year; pressed again it is the same, or one with the numbers of now."""
    there, year = url_for(".of_presenter", presenter_id=presenter_id), number_of(request.form.get("year"))
    if not CertificatePressForm().accepted():
        return redirect(there)
    if year is None:
        raise NotFound("year")
    try:
        issued = issue_for_presenter(current_actor(), presenter_id, year, now=clock.now()).issued
    except Conflict as conflict:
        return _page(presenter_id, str(worded(conflict.reason)), 409)
    say(_("Issued. She finds it beside her record of hours.") if issued else _("It was issued before and still holds."))
    return redirect(there)


@bp.get("/my-certificates/<number>.pdf")
@may("read", "certificate")
def own_paper(number: str) -> ResponseReturnValue:
    """Her own, with her name on it."""
    return handed_over(current_actor(), number)


@bp.get("/consent/<token>/certificates/<number>.pdf")
@public
def guardians_paper(token: str, number: str) -> ResponseReturnValue:
    """The same for her guardian, behind the link in her mail, as long as she is a minor."""
    now = clock.now()
    actor = opened_by_link(token, now)
    if not guardian_page(actor, now).minor:
        raise NotFound("certificate")
    return handed_over(actor, number)


def _page(presenter_id: int, problem: str = "", status: int = 200) -> ResponseReturnValue:
    actor, today = current_actor(), clock.local_day(clock.now())
    row = presenter_page(presenter_id, from_day=today).row
    years = years_of_presenter(actor, presenter_id)
    shown = render_template(
        "certificates/of_presenter.html",
        row=row,
        years=years,
        young=is_minor(row.adult_on, today),
        may_issue=policy.reaches_centre(actor, "issue", "certificate"),
        form=CertificatePressForm(formdata=None),
        problem=problem,
    )
    return shown, status
