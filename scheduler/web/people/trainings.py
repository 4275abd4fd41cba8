"""The trainings of one presenter, for staff: noted day by day, and taken back where it was a slip."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.core.typed_days import YearMeant
from scheduler.staffing.queries.trainings import trainings_of
from scheduler.staffing.service import trainings as service
from scheduler.staffing.terms.trainings import LONGEST_TRAINING, SHORTEST_TRAINING, TrainingDraft, TrainingSubject
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, CountField, DayField, Needed, choices_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l
from scheduler.web.labels import TRAINING_SUBJECTS
from scheduler.web.once import sent_once
from scheduler.web.people.blueprint import bp
from scheduler.web.people.person import page_for


class TrainingForm(BaseForm):
    """When she was trained, in what, for how long."""

    on_day = DayField(_l("Day"), [Needed()], meant=YearMeant.LAST)
    subject = SelectField(_l("Training"), choices=choices_of(TRAINING_SUBJECTS))
    minutes = CountField(_l("Minutes"), [Needed()], least=SHORTEST_TRAINING, most=LONGEST_TRAINING)

    def draft(self) -> TrainingDraft:
        """What the form says; call after `accepted()`."""
        if self.on_day.data is None or self.minutes.data is None:
            raise ValueError("a form that was not accepted")
        return TrainingDraft(self.on_day.data, TrainingSubject(self.subject.data), self.minutes.data)


@bp.route("/people/<int:presenter_id>/trainings", methods=["GET", "POST"])
@may("read", "training")
@sent_once
def trainings(presenter_id: int) -> ResponseReturnValue:
    """What she was trained in, and a form for the next."""
    row = page_for("read", presenter_id).row
    form = TrainingForm()
    if form.accepted():
        try:
            service.note_training(current_actor(), presenter_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Noted."))
            return redirect(url_for(".trainings", presenter_id=presenter_id))
    page = render_template(
        "people/trainings.html",
        form=form,
        row=row,
        rows=trainings_of(presenter_id),
        subjects=TRAINING_SUBJECTS,
        may_note=policy.scope_of(current_actor(), "create", "training") is not None,
    )
    return page, 422 if form.problems_shown() else 200


@bp.post("/people/<int:presenter_id>/trainings/<int:training_id>/take-back")
@may("delete", "training")
def take_training_back(presenter_id: int, training_id: int) -> ResponseReturnValue:
    """Remove one that was noted by a slip."""
    service.take_training_back(current_actor(), presenter_id, training_id, now=clock.now())
    say(_("The training is taken back."))
    return redirect(url_for(".trainings", presenter_id=presenter_id))
