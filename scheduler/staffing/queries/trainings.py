"""The trainings of a presenter, for staff and for herself."""

from sqlalchemy import select

from scheduler.core.db import db
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.staffing.terms.trainings import TrainingRow


def trainings_of(presenter_id: int) -> list[TrainingRow]:
    """What she was trained in, the last first."""
    wanted = (
        select(PresenterTraining)
        .where(PresenterTraining.presenter_id == presenter_id)
        .order_by(PresenterTraining.on_day.desc(), PresenterTraining.id.desc())
    )
    return [TrainingRow(row.id, row.on_day, row.subject, row.minutes) for row in db.session().scalars(wanted)]
