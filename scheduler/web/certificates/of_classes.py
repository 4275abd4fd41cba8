"""The certificates of the classes and groups of one visit, issued from the page of its numbers."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.certificates.service.awards import issue_for_groups
from scheduler.certificates.terms import CertificateReason
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.forms import CertificatePressForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _n
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded


@bp.post("/attendance/<number>/certificates")
@may("issue", "certificate")
@sent_once
def issue_of_classes(number: str) -> ResponseReturnValue:
    """One for the pupils of each presentation that has none yet; the list shows them."""
    if not CertificatePressForm().accepted():
        return redirect(url_for("attendance.show_attendance", number=number))
    try:
        issued = issue_for_groups(current_actor(), number, now=clock.now()).issued
    except Conflict as conflict:
        if not isinstance(conflict.reason, CertificateReason):  # the same form with other content is refused as such
            raise
        say(worded(conflict.reason))
        return redirect(url_for("attendance.show_attendance", number=number))
    say(_n("%(num)s certificate is issued.", "%(num)s certificates are issued.", issued))
    return redirect(url_for(".overview", kind="group"))
