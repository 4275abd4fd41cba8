"""What a school thought of a visit: one short form behind its link, after the day."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields import SelectChoice

from scheduler.attendance import queries, service
from scheduler.attendance.terms import Feedback
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.planning import queries as planning_queries
from scheduler.web.attendance.blueprint import bp
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, LinesField, Needed, worded
from scheduler.web.guards import link_actor, public
from scheduler.web.i18n import _, _l

MARKS = [
    SelectChoice("5", _l("5, very")),
    SelectChoice("4", _l("4, mostly")),
    SelectChoice("3", _l("3, so-so")),
    SelectChoice("2", _l("2, hardly")),
    SelectChoice("1", _l("1, not at all")),
]


class FeedbackForm(BaseForm):
    """Two marks, one yes or no, a few words."""

    useful = RadioField(_l("Was it useful for those who listened?"), [Needed()], choices=MARKS)
    clear = RadioField(_l("Was it clear and right for their age?"), [Needed()], choices=MARKS)
    again = RadioField(
        _l("Would you ask us again?"),
        [Needed()],
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
    )
    words = LinesField(_l("What should we do better? (may stay empty)"), limit=500)

    def said(self) -> Feedback:
        """What the form says; call after `accepted()`."""
        return Feedback(int(self.useful.data), int(self.clear.data), self.again.data == "yes", self.words.data or "")


@bp.route("/status/<secret>/feedback", methods=["GET", "POST"])
@public
def feedback(secret: str) -> ResponseReturnValue:
    """Said once; afterwards the page thanks."""
    actor, now = link_actor(secret), clock.now()
    shown = planning_queries.crew_for_school(actor.request_id or 0, now)
    if shown is None:
        raise NotFound("visit")
    form = FeedbackForm()
    if form.accepted():
        try:
            service.give_feedback(actor, shown.visit_id, form.said(), now=now)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Thank you for your answer."))
            return redirect(url_for("requests.status", secret=secret))
    given = queries.feedback_of(shown.visit_id)
    page = render_template("attendance/feedback.html", form=form, shown=shown, secret=secret, given=given)
    return page, 422 if form.problems_shown() else 200
