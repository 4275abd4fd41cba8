"""What a school thought of a visit, and what remained of it: short forms behind its link, after the day."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields import SelectChoice

from scheduler.attendance.queries.feedback import feedback_of, is_followed_up, survey_of
from scheduler.attendance.rules import survey_opens_on
from scheduler.attendance.service.feedback import give_feedback
from scheduler.attendance.service.follow_ups import (
    answer_survey,
    letters_of,
    resume_follow_ups,
    stop_follow_ups,
    stop_letters,
)
from scheduler.attendance.terms import Feedback, Survey
from scheduler.core import clock
from scheduler.core.errors import Conflict, Gone, NotFound
from scheduler.policy import Actor
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.web.attendance.blueprint import bp
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, LinesField, Needed
from scheduler.web.guards import link_actor, public
from scheduler.web.i18n import _, _l
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded

MARKS = [
    SelectChoice("5", _l("5, very")),
    SelectChoice("4", _l("4, mostly")),
    SelectChoice("3", _l("3, so-so")),
    SelectChoice("2", _l("2, hardly")),
    SelectChoice("1", _l("1, not at all")),
]


YES_OR_NO = [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]


class FeedbackForm(BaseForm):
    """Two marks, one yes or no, a few words."""

    useful = RadioField(_l("Was it useful for those who listened?"), [Needed()], choices=MARKS)
    clear = RadioField(_l("Was it clear and right for their age?"), [Needed()], choices=MARKS)
    again = RadioField(_l("Would you ask us again?"), [Needed()], choices=YES_OR_NO)
    words = LinesField(_l("What should we do better? (may stay empty)"), limit=500)

    def said(self) -> Feedback:
        """What the form says; call after `accepted()`."""
        return Feedback(int(self.useful.data), int(self.clear.data), self.again.data == "yes", self.words.data or "")


class SurveyForm(BaseForm):
    """Three times yes or no, a few words."""

    spoken_of = RadioField(
        _l("Have pupils or parents come back to it, in class or in conversation?"), [Needed()], choices=YES_OR_NO
    )
    changed = RadioField(
        _l("Has the school done anything differently since then (rules, lessons, talks with parents)?"),
        [Needed()],
        choices=YES_OR_NO,
    )
    knows_whom_to_call = RadioField(
        _l("Would your pupils know whom to call when something happens to them on the internet?"),
        [Needed()],
        choices=YES_OR_NO,
    )
    words = LinesField(_l("What would help you now? (may stay empty)"), limit=500)

    def said(self) -> Survey:
        """What the form says; call after `accepted()`."""
        spoken_of, changed, knows = (
            answer.data == "yes" for answer in (self.spoken_of, self.changed, self.knows_whom_to_call)
        )
        return Survey(spoken_of, changed, knows, self.words.data or "")


class LettersForm(BaseForm):
    """One press: no more letters about this visit, or again."""


def opened(secret: str) -> tuple[Actor, CrewShown]:
    """Who holds the link, and the visit that it is about. Raises: NotFound without one."""
    actor = link_actor(secret)
    shown = crew_for_school(actor.request_id or 0, clock.now())
    if shown is None:
        raise NotFound("visit")
    return actor, shown


@bp.route("/status/<secret>/later", methods=["GET", "POST"])
@public
def later(secret: str) -> ResponseReturnValue:
    """Three months after the visit: what remained. Said once; the school may also end these letters here."""
    actor, shown = opened(secret)
    form = SurveyForm()
    if form.accepted():
        try:
            answer_survey(actor, shown.visit_id, form.said(), now=clock.now())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Thank you for your answer."))
            return redirect(url_for("requests.status", secret=secret))
    page = render_template(
        "attendance/later.html",
        form=form,
        letters=LettersForm(formdata=None),
        shown=shown,
        secret=secret,
        given=survey_of(shown.visit_id),
        opens_on=survey_opens_on(shown.on_day),
        today=clock.local_day(clock.now()),
        written_to=is_followed_up(shown.visit_id),
    )
    return page, 422 if form.problems_shown() else 200


@bp.post("/status/<secret>/letters/<any(stop, resume):act>")
@public
def letters(secret: str, act: str) -> ResponseReturnValue:
    """The school wants no more letters after its visit; one more press takes that back."""
    actor, shown = opened(secret)
    if LettersForm().accepted():
        if act == "stop":
            stop_follow_ups(actor, shown.visit_id, now=clock.now())
            say(
                _("We write no more about this visit."),
                undo=url_for(".letters", secret=secret, act="resume"),
            )
        else:
            resume_follow_ups(actor, shown.visit_id, now=clock.now())
            say(_("We write to you again."))
    return redirect(url_for(".later", secret=secret))


@bp.route("/letters/<token>", methods=["GET", "POST"])
@public
def end_letters(token: str) -> ResponseReturnValue:
    """The way out of letters that nobody asked for. Opening it changes nothing: scanners open links."""
    letters_of(token, now=clock.now())
    form = LettersForm()
    pressed = form.accepted()
    if pressed:
        stop_letters(token, now=clock.now())
    return render_template("attendance/end_letters.html", form=form, done=pressed)


def press_of_mail_program() -> ResponseReturnValue | None:
    """Before forms are checked: what a mail program posts by itself (RFC 8058) has no token of ours.

    The secret in its address, which only that mail holds, is its proof; whatever else is posted there goes on to the
    check, and no view is exempt from it.
    """
    asked = request.endpoint == f"{bp.name}.end_letters" and request.method == "POST"
    if not asked or request.form.get("List-Unsubscribe") != "One-Click":
        return None
    try:
        stop_letters(str((request.view_args or {})["token"]), now=clock.now())
    except (Gone, NotFound):
        return None
    return "", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.route("/status/<secret>/feedback", methods=["GET", "POST"])
@public
@sent_once
def feedback(secret: str) -> ResponseReturnValue:
    """Said once; afterwards the page thanks."""
    (actor, shown), now = opened(secret), clock.now()
    form = FeedbackForm()
    if form.accepted():
        try:
            give_feedback(actor, shown.visit_id, form.said(), now=now)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Thank you for your answer."))
            return redirect(url_for("requests.status", secret=secret))
    given = feedback_of(shown.visit_id)
    page = render_template("attendance/feedback.html", form=form, shown=shown, secret=secret, given=given)
    return page, 422 if form.problems_shown() else 200
