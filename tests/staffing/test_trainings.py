"""Staff note on which day a presenter was trained; young people who were trained are counted by age."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotAllowed, NotFound
from scheduler.policy import Role
from scheduler.reports.queries.youth import youth_numbers
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.reports.terms.youth import TrainedLine, YouthBand
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.staffing.queries.trainings import trainings_of
from scheduler.staffing.service.trainings import note_training, take_training_back
from scheduler.staffing.terms.trainings import TrainingDraft, TrainingSubject
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases
TODAY = MONDAY.date()


@pytest.fixture
def desk(session):
    return an_actor(Role.COORDINATOR, centre_id=make_centre().id)


def a_training(**changed) -> TrainingDraft:
    return TrainingDraft(**({"on_day": TODAY, "subject": TrainingSubject.SPEAKING, "minutes": 90} | changed))


def test_it_is_noted_once_and_taken_back(desk):
    tara = a_cleared_minor(centre_id=desk.centre_id)
    note_training(desk, tara.id, a_training(), now=MONDAY)

    with rejection(subject=GroundReason.EXISTS):
        note_training(desk, tara.id, a_training(minutes=60), now=MONDAY)
    (row,) = trainings_of(tara.id)
    assert (row.on_day, row.subject, row.minutes) == (TODAY, TrainingSubject.SPEAKING, 90)

    take_training_back(desk, tara.id, row.id, now=MONDAY)
    assert trainings_of(tara.id) == []
    with pytest.raises(NotFound):
        take_training_back(desk, tara.id, row.id, now=MONDAY)


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"on_day": TODAY + dt.timedelta(days=1)}, {"on_day": GroundReason.IN_THE_FUTURE}),
        ({"minutes": 5}, {"minutes": GroundReason.TOO_FEW}),
        ({"minutes": 900}, {"minutes": GroundReason.TOO_MANY}),
    ],
)
def test_what_cannot_have_been_is_refused(desk, changed, problems):
    with rejection(**problems):
        note_training(desk, a_cleared_educator(centre_id=desk.centre_id).id, a_training(**changed), now=MONDAY)


def test_only_staff_of_her_centre_note_it(desk):
    tara = a_cleared_minor(centre_id=desk.centre_id)

    for actor, error in (
        (presenter_actor(tara), NotAllowed),
        (an_actor(Role.SAFEGUARDING, centre_id=desk.centre_id), NotAllowed),
        (an_actor(Role.COORDINATOR), NotFound),
    ):
        with pytest.raises(error):
            note_training(actor, tara.id, a_training(), now=MONDAY)


def test_the_database_keeps_its_minutes_within_a_day(desk):
    tara = a_cleared_minor(centre_id=desk.centre_id)
    row = {"presenter_id": tara.id, "on_day": TODAY, "subject": TrainingSubject.SPEAKING, "recorded_at": MONDAY}

    with pytest.raises(IntegrityError), transaction() as session:
        session.add(PresenterTraining(**row, minutes=601))
    assert db.session.scalars(select(PresenterTraining)).all() == []


def test_young_people_trained_stand_in_the_report_by_age_each_once(desk):
    young = a_cleared_minor(centre_id=desk.centre_id, birth_date=dt.date(2011, 3, 1))
    older = a_cleared_minor(centre_id=desk.centre_id, birth_date=dt.date(2004, 5, 17))
    educator = a_cleared_educator(centre_id=desk.centre_id)
    for one in (young, older, educator):
        note_training(desk, one.id, a_training(), now=MONDAY)
    note_training(desk, young.id, a_training(subject=TrainingSubject.REPORTING, minutes=45), now=MONDAY)
    note_training(desk, older.id, a_training(on_day=dt.date(2024, 5, 5)), now=MONDAY)

    report = youth_numbers(Filters(year_of(TODAY.year), desk.centre_id))
    narrowed = youth_numbers(Filters(year_of(TODAY.year), desk.centre_id, programme="talk"))

    assert report.trained == (
        TrainedLine(YouthBand.UNDER_16, 1, 2, 135),
        TrainedLine(YouthBand.UNDER_18, 0, 0, 0),
        TrainedLine(YouthBand.GROWN, 1, 1, 90),
    )
    assert narrowed.trained == ()
    assert youth_numbers(Filters(year_of(2023), desk.centre_id)).trained == ()
