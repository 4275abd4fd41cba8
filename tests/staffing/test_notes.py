"""What presenters and their staff note: who cannot come (C8), who read of a late end, who drove, who was trained."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailabilityException
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.policy import Role
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.queries.youth import youth_numbers
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.reports.terms.youth import TrainedLine, YouthBand
from scheduler.reports.wording import side_figures
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.staffing.queries.drives import drives_of_visit, own_drives
from scheduler.staffing.queries.late_notice import called_off_for, late_rows
from scheduler.staffing.queries.trainings import trainings_of
from scheduler.staffing.rules.drives import cost_of
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.drives import correct_drive
from scheduler.staffing.service.late_notice import log_kilometres, note_read
from scheduler.staffing.service.trainings import note_training, take_training_back
from scheduler.staffing.terms.drives import DriveDraft
from scheduler.staffing.terms.trainings import TrainingDraft, TrainingSubject
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.rules.arrival import kilometres, who_drives
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.closures.incidents import LATE
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_user, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.refusals import conflict, database_refusal, rejection
from tests.visits.scene import Scene, audit_of, delivered, mails, visit_of


def _visit(*crew, state=VisitState.CONFIRMED, day=VISIT_DAY, seat=AssignmentState.ACCEPTED) -> Visit:
    visit = make_visit(state, programme=make_programme(centre_id=crew[0].centre_id), on_day=day)
    presentation = make_presentation(visit, state=PresentationState.CONFIRMED)
    for one in crew:
        make_assignment(presentation, one.id, seat)
    return visit


def _states(session) -> list[AssignmentState]:
    return list(session.scalars(select(Assignment.state).order_by(Assignment.id)))


def test_one_report_frees_the_visit_flags_it_tells_the_coordinators_and_closes_the_day(session):
    educator = a_cleared_educator()
    make_user(Role.COORDINATOR, centre_id=educator.centre_id, email="desk@centre.example", password_hash="set")
    visit = _visit(educator)
    left = report_absence(presenter_actor(educator), VISIT_DAY, VISIT_DAY, seen=[visit.number], now=MONDAY)
    [mail] = session.scalars(select(OutboxMessage))
    [away] = session.scalars(select(AvailabilityException))
    row = visit_for(an_actor(centre_id=educator.centre_id), visit.number)
    assert (left, _states(session)) == (1, [AssignmentState.WITHDRAWN])
    assert row.state is VisitState.PLANNED
    assert row.short_crew
    assert (mail.kind, mail.address) == ("presenter_absent", "desk@centre.example")
    assert (away.first_day, away.last_day, away.available) == (VISIT_DAY, VISIT_DAY, False)


def test_a_minor_who_would_be_alone_leaves_with_the_adult(session):
    educator = a_cleared_educator()
    visit = _visit(educator, a_cleared_minor(centre_id=educator.centre_id))
    report_absence(presenter_actor(educator), VISIT_DAY, VISIT_DAY, seen=[visit.number], now=MONDAY)
    assert _states(session) == [AssignmentState.WITHDRAWN, AssignmentState.WITHDRAWN]


def test_a_minor_who_cannot_come_leaves_the_adult_there_and_is_told_of_by_first_name_only(session):
    educator = a_cleared_educator()
    minor = a_cleared_minor(centre_id=educator.centre_id, given_name="Tara", family_name="Prezimić")
    make_user(Role.COORDINATOR, centre_id=educator.centre_id, password_hash="set")
    visit = _visit(educator, minor)
    report_absence(presenter_actor(minor), VISIT_DAY, VISIT_DAY, seen=[visit.number], now=MONDAY)
    [mail] = session.scalars(select(OutboxMessage))
    assert _states(session) == [AssignmentState.ACCEPTED, AssignmentState.WITHDRAWN]
    assert "Tara" in mail.text
    assert "Prezimi" not in mail.text


def test_a_whole_week_takes_accepted_and_offered_visits_and_leaves_those_of_other_days(session):
    educator = a_cleared_educator()
    friday, later = VISIT_DAY + dt.timedelta(days=3), VISIT_DAY + dt.timedelta(days=7)
    first = _visit(educator)
    offered = _visit(educator, day=friday, state=VisitState.OFFERED, seat=AssignmentState.OFFERED)
    _visit(educator, day=later)
    left = report_absence(presenter_actor(educator), VISIT_DAY, friday, seen=[first.number, offered.number], now=MONDAY)
    assert left == 2
    assert _states(session) == [AssignmentState.WITHDRAWN, AssignmentState.WITHDRAWN, AssignmentState.ACCEPTED]


def test_a_visit_that_she_was_not_shown_is_not_taken_from_her_nor_one_that_has_begun(session):
    educator = a_cleared_educator()
    _visit(educator)
    noon = dt.datetime.combine(VISIT_DAY, dt.time(12, 0), tzinfo=dt.UTC)
    with conflict("other_visits"):
        report_absence(presenter_actor(educator), VISIT_DAY, VISIT_DAY, seen=[], now=MONDAY)
    assert session.scalars(select(AvailabilityException)).all() == []
    assert report_absence(presenter_actor(educator), VISIT_DAY, VISIT_DAY, seen=[], now=noon) == 0
    assert _states(session) == [AssignmentState.ACCEPTED]
    assert len(session.scalars(select(AvailabilityException)).all()) == 1  # the days are stored all the same


def test_only_who_presents_reports_an_absence_on_days_to_come_and_in_order(session):
    actor, long_ago = presenter_actor(a_cleared_educator()), dt.date(2020, 1, 1)
    for first, last in ((VISIT_DAY, VISIT_DAY - dt.timedelta(days=1)), (long_ago, long_ago)):
        with pytest.raises(Rejected):
            report_absence(actor, first, last, seen=[], now=MONDAY)
    with pytest.raises(NotAllowed):
        report_absence(an_actor(Role.COORDINATOR), VISIT_DAY, VISIT_DAY, seen=[], now=MONDAY)


YEAR = Filters(year_of(2026))


@pytest.fixture
def scene(session):
    return Scene()


@pytest.fixture
def called_off(scene):
    """An educator of a visit that is called off the day before."""
    educator = scene.educator()
    scene.confirmed_by(educator)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return presenter_actor(educator)


def notices(session):
    wanted = sa.select(LateNotice.presenter_id, LateNotice.read_at, LateNotice.kilometres)
    return session.execute(wanted.order_by(LateNotice.presenter_id)).all()


@pytest.mark.both_databases
def test_who_had_promised_is_asked_once_to_say_that_she_has_read_it(session, scene):
    first, second = scene.educator(), scene.educator()
    scene.confirmed_by(first, second)
    for _press in range(2):
        cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    assert notices(session) == [(one, None, None) for one in sorted((first.id, second.id))]
    letters = [mail.text for mail in mails(session, "crew_visit_cancelled")]
    assert ["„Прочитано”" in text or "I have read it" in text for text in letters] == [True, True]


def test_a_visit_called_off_in_good_time_asks_for_nothing(session, scene):
    scene.confirmed_by(scene.educator())
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE - dt.timedelta(days=7))
    assert notices(session) == []
    (mail,) = mails(session, "crew_visit_cancelled")
    assert "I have read it" not in mail.text
    assert "Прочитано" not in mail.text


@pytest.mark.both_databases
def test_read_is_said_once_and_kilometres_may_be_mended(session, scene, called_off):
    number, later = visit_of(session, scene).number, LATE + dt.timedelta(hours=2)
    note_read(called_off, number, None, now=LATE)
    note_read(called_off, number, 84, now=later)
    note_read(called_off, number, 80, now=later)
    assert notices(session) == [(called_off.presenter_id, LATE, 80)]
    actions = [one for one in audit_of(session, "visit") if one.startswith(("cancellation", "driven"))]
    assert actions == ["cancellation read", "driven kilometres noted", "driven kilometres noted"]


def test_the_coordinator_sees_who_has_not_read_it_first(session, scene):
    anna, boris = scene.educator(), scene.educator()
    scene.confirmed_by(anna, boris)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    visit = visit_of(session, scene)
    note_read(presenter_actor(anna), visit.number, None, now=LATE)
    rows = late_rows(visit.id, visit.on_day)
    assert [(row.presenter_id, row.read_at) for row in rows] == [(boris.id, None), (anna.id, LATE)]


def test_the_presenters_page_shows_it_for_two_weeks_after_the_day(session, scene, called_off):
    end = dt.datetime.combine(visit_of(session, scene).on_day, dt.time(12), dt.UTC) + dt.timedelta(days=14)
    shown = [len(called_off_for(called_off, at)) for at in (LATE, end, end + dt.timedelta(days=1))]
    assert shown == [1, 1, 0]


@pytest.mark.both_databases
def test_driven_kilometres_stand_beside_the_counts_and_not_in_them(session, scene, called_off):
    note_read(called_off, visit_of(session, scene).number, 84, now=LATE)
    assert not_held(YEAR)["kilometres_called_off"] == 84
    report = attendance_report(YEAR)
    assert report.totals.kilometres == 0
    from dataclasses import replace

    shown = side_figures(replace(report, not_held=not_held(YEAR)), "en")
    assert [one.value for one in shown if one.label == "Kilometres driven for visits called off late"] == [84]
    assert not_held(Filters(year_of(2025)))["kilometres_called_off"] == 0


def test_a_coordinator_of_the_centre_notes_kilometres_for_a_presenter_and_nobody_reads_it_for_her(
    session, scene, called_off
):
    number, her_id = visit_of(session, scene).number, called_off.presenter_id
    log_kilometres(scene.coordinator, number, her_id, 42, now=LATE)
    for act, error in (
        (lambda: log_kilometres(make_user(Role.COORDINATOR).actor(), number, her_id, 1, now=LATE), NotFound),
        (lambda: log_kilometres(called_off, number, her_id, 1, now=LATE), NotAllowed),
        (lambda: note_read(presenter_actor(scene.educator()), number, None, now=LATE), NotFound),
        (lambda: note_read(scene.coordinator, number, None, now=LATE), NotAllowed),
    ):
        with pytest.raises(error):
            act()
    for wrong in (None, -1, 2001):
        with pytest.raises(Rejected):
            log_kilometres(scene.coordinator, number, her_id, wrong, now=LATE)
    assert notices(session) == [(her_id, None, 42)]


@pytest.mark.both_databases
def test_the_database_refuses_a_second_question_and_kilometres_of_no_day(session, scene, called_off):
    (row,) = session.scalars(sa.select(LateNotice)).all()
    again = {"visit_id": row.visit_id, "presenter_id": row.presenter_id, "asked_at": MONDAY}
    with pytest.raises(IntegrityError), transaction() as inside:
        inside.execute(sa.insert(LateNotice).values(**again))
    with database_refusal("ck_late_notice_driven_in_a_day") as inside:
        inside.execute(sa.update(LateNotice).values(kilometres=2001))


SCHOOL, NEAR, FAR = Point(46.10, 19.67), Point(46.08, 19.66), Point(45.25, 19.84)
EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)


def test_who_drives_is_of_age_and_costs_are_whole_dinars():
    crew = [(1, NEAR, True), (2, FAR, True), (3, FAR, False)]
    assert who_drives(crew, SCHOOL) == (2, round(2 * road_minutes(FAR, SCHOOL)))
    assert kilometres([NEAR, FAR, FAR], SCHOOL) == round(2 * road_km(FAR, SCHOOL))
    assert who_drives([(1, NEAR, True), (3, FAR, False)], SCHOOL) == (1, round(2 * road_minutes(FAR, SCHOOL)))
    assert who_drives([(7, FAR, True), (2, FAR, True)], SCHOOL)[0] == 2
    assert who_drives([(3, FAR, False)], SCHOOL) is None
    assert who_drives(crew, None) is None
    assert (cost_of(84, 42.5), cost_of(1, 0.5), cost_of(84, 0.0)) == (3570, 1, 0)


def held(session) -> tuple[Scene, object, object]:
    """A visit held by two educators, one of whom was to drive."""
    scene = Scene()
    first, second = scene.educator(), scene.educator()
    scene.confirm(first, second)
    [driver_id] = session.scalars(sa.select(Drive.presenter_id)).all()
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    driver, other = (first, second) if first.id == driver_id else (second, first)
    return scene, presenter_actor(driver), presenter_actor(other)


@pytest.mark.both_databases
def test_a_driver_corrects_her_drive_and_the_plan_stays_beside_it(session):
    scene, driver, _other = held(session)
    number, planned = visit_of(session, scene).number, visit_of(session, scene).kilometres
    for _press in range(2):
        correct_drive(driver, number, DriveDraft(planned + 30, 95, "Пут је затворен."), now=EVENING)
    session.rollback()
    [row] = drives_of_visit(scene.visit_id)
    assert (row.planned_kilometres, row.driven_kilometres, row.driven_minutes) == (planned, planned + 30, 95)
    assert (row.reason, visit_of(session, scene).kilometres) == ("Пут је затворен.", planned + 30)
    assert audit_of(session, "visit").count("drive corrected") == 1
    assert [(one.number, one.kilometres) for one in own_drives(driver, 2026, today=VISIT_DAY)] == [
        (number, planned + 30)
    ]
    assert own_drives(driver, 2025, today=VISIT_DAY) == []


def test_two_cars_are_two_drives_and_a_visit_has_the_kilometres_of_both(session):
    scene, driver, other = held(session)
    number = visit_of(session, scene).number
    correct_drive(driver, number, DriveDraft(40, 60, "Друга кола."), now=EVENING)
    correct_drive(other, number, DriveDraft(25, 40, "Друга кола."), now=EVENING)
    session.rollback()
    assert visit_of(session, scene).kilometres == 65
    [_first, second] = drives_of_visit(scene.visit_id)
    assert (second.planned_kilometres, second.kilometres) == (0, 25)


def test_nothing_is_taken_without_a_reason_or_beyond_a_day_or_from_who_was_not_there(session):
    scene, driver, _other = held(session)
    number = visit_of(session, scene).number
    with rejection(kilometres="count_out_of_range", minutes="missing", reason="missing"):
        correct_drive(driver, number, DriveDraft(2001, None, ""), now=EVENING)
    with pytest.raises(NotFound):
        correct_drive(presenter_actor(scene.educator()), number, DriveDraft(1, 1, "x"), now=EVENING)
    with database_refusal("ck_drive_driven_is_said_whole") as opened:
        opened.execute(sa.update(Drive).values(driven_kilometres=5))


def test_a_minor_of_the_crew_drives_nothing_and_is_asked_nothing(session):
    scene = Scene(influencers=1)
    educator, minor = scene.educator(), scene.minor()
    scene.confirm(educator, minor)
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    assert session.scalars(sa.select(Drive.presenter_id)).all() == [educator.id]
    with pytest.raises(NotFound):
        own_drives(presenter_actor(minor), 2026, today=VISIT_DAY)
    with pytest.raises(NotFound):
        correct_drive(presenter_actor(minor), visit_of(session, scene).number, DriveDraft(1, 1, "x"), now=EVENING)


def test_a_report_says_the_costs_where_a_rate_is_set(session):
    report = attendance_report(Filters(year_of(2026)))
    report = replace(report, totals=replace(report.totals, kilometres=84), not_held={"kilometres_called_off": 16})
    assert [one.label for one in side_figures(report, "en") if "in dinars" in one.label] == []
    assert [one.value for one in side_figures(report, "en", 42.5) if "in dinars" in one.label] == [4250]


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["changed", "added"])
def test_no_statement_makes_a_minor_drive_or_drives_to_what_was_not_held(session, way):
    scene = Scene(influencers=1)
    minor = scene.minor()
    scene.confirmed_by(scene.educator(), minor)
    drive = {"visit_id": scene.visit_id, "presenter_id": scene.educator().id}
    with transaction() as opened:
        opened.add(Drive(**drive))
    for values, law in (
        ({"presenter_id": minor.id}, "drive_is_an_adults"),
        ({"driven_kilometres": 5, "driven_minutes": 5}, "driven_when_it_was_held"),
    ):
        with database_refusal(law) as opened:
            if way == "changed":
                opened.execute(sa.update(Drive).values(**values))
            else:
                opened.execute(sa.delete(Drive))
                opened.add(Drive(**drive | values))


TODAY = MONDAY.date()


@pytest.fixture
def desk(session):
    return an_actor(Role.COORDINATOR, centre_id=make_centre().id)


def a_training(**changed) -> TrainingDraft:
    return TrainingDraft(**({"on_day": TODAY, "subject": TrainingSubject.SPEAKING, "minutes": 90} | changed))


@pytest.mark.both_databases
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


@pytest.mark.both_databases
@pytest.mark.parametrize(("changed", "problems"), [
    ({"on_day": TODAY + dt.timedelta(days=1)}, {"on_day": GroundReason.IN_THE_FUTURE}),
    ({"minutes": 5}, {"minutes": GroundReason.TOO_FEW}),
    ({"minutes": 900}, {"minutes": GroundReason.TOO_MANY}),
])  # fmt: skip
def test_what_cannot_have_been_is_refused(desk, changed, problems):
    with rejection(**problems):
        note_training(desk, a_cleared_educator(centre_id=desk.centre_id).id, a_training(**changed), now=MONDAY)


@pytest.mark.both_databases
def test_only_staff_of_her_centre_note_a_training_within_a_day(desk):
    tara = a_cleared_minor(centre_id=desk.centre_id)
    for actor, error in (
        (presenter_actor(tara), NotAllowed),
        (an_actor(Role.SAFEGUARDING, centre_id=desk.centre_id), NotAllowed),
        (an_actor(Role.COORDINATOR), NotFound),
    ):
        with pytest.raises(error):
            note_training(actor, tara.id, a_training(), now=MONDAY)
    row = {"presenter_id": tara.id, "on_day": TODAY, "subject": TrainingSubject.SPEAKING, "recorded_at": MONDAY}
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(PresenterTraining(**row, minutes=601))
    assert db.session.scalars(select(PresenterTraining)).all() == []


@pytest.mark.both_databases
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
    assert (narrowed.trained, youth_numbers(Filters(year_of(2023), desk.centre_id)).trained) == ((), ())
