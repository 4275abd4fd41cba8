"""Who cannot come says so once: her days, her visits, and those who must know (C8)."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.errors import NotAllowed, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailabilityException
from scheduler.policy import Role
from scheduler.staffing.service.absence import report_absence
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.refusals import conflict


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
    assert left == 1
    assert _states(session) == [AssignmentState.WITHDRAWN]
    assert row.state is VisitState.PLANNED
    assert row.short_crew
    assert (mail.kind, mail.address) == ("presenter_absent", "desk@centre.example")
    assert (away.first_day, away.last_day, away.available) == (VISIT_DAY, VISIT_DAY, False)


def test_a_minor_who_would_be_alone_leaves_with_the_adult(session):
    educator = a_cleared_educator()
    minor = a_cleared_minor(centre_id=educator.centre_id)
    visit = _visit(educator, minor)

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
