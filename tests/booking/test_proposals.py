"""Dates proposed to a school: kept by somebody when they are proposed, and once more when the school takes one."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.rules.free_dates import is_taken, others_than
from scheduler.booking.service.proposals import accept_free_date, propose_free_dates
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.people.models import AvailabilityException
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Closure, ClosurePlace
from scheduler.places.terms.hosts import ClosureReason
from scheduler.policy import ANONYMOUS, school_contact
from scheduler.requests.models import DateProposal, SchoolRequest
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import AssignmentState
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import rejection
from tests.visits.scene import Scene, mails

TEN, NOON = dt.time(10), dt.time(12)
TUESDAY, WEDNESDAY = dt.date(2026, 10, 13), dt.date(2026, 10, 14)
HELD = MONDAY + dt.timedelta(days=5)
DAY = dt.timedelta(days=1)


class Asked(Scene):
    """A school that waits for dates, and the one educator who comes on working days from 8 to 16."""

    def __init__(self, **programme: object) -> None:
        super().__init__(planned=False, notice_days=0, **programme)
        self.person = an_educator_on_working_days(centre_id=self.centre_id)
        with transaction() as session:
            row = session.get_one(SchoolRequest, self.asked.id)
            row.state, row.host_id = RequestState.TRIAGE, self.host.id
            row.teaching_language = TeachingLanguage.SERBIAN

    @property
    def school(self):
        return school_contact(self.asked.id, self.host.id)

    def propose(self, *dates: tuple[dt.date, dt.time]) -> list[int]:
        drafts = [DateDraft(*one) for one in dates]
        propose_free_dates(self.coordinator, self.asked.id, drafts, held_until=HELD, now=MONDAY)
        return list(db.session.scalars(sa.select(DateProposal.id).order_by(DateProposal.id)))

    def promise(self, day: dt.date, starts: dt.time = TEN) -> None:
        """The educator is promised to another visit of the same town."""
        visit = make_visit(programme=self.programme, host_id=self.host.id, on_day=day)
        make_assignment(make_presentation(visit, starts), self.person.id, AssignmentState.ACCEPTED)

    def accept(self, proposal_id: int, **given: object) -> bool:
        return accept_free_date(self.school, self.asked.id, proposal_id, now=MONDAY + DAY, **given)

    def stands(self) -> tuple[RequestState, list[tuple[dt.date, dt.time]]]:
        db.session.rollback()
        row = db.session.get_one(SchoolRequest, self.asked.id, populate_existing=True)
        dates = db.session.scalars(sa.select(DateProposal).order_by(DateProposal.on_day, DateProposal.starts_local))
        return row.state, [(one.on_day, one.starts_local) for one in dates]


@pytest.fixture
def asked(session) -> Asked:
    return Asked()


def test_a_date_that_is_still_free_is_agreed(asked):
    first, _second = asked.propose((TUESDAY, TEN), (WEDNESDAY, NOON))

    assert asked.accept(first) is True
    assert asked.stands() == (RequestState.AGREED, [])
    row = db.session.get_one(SchoolRequest, asked.asked.id)
    assert (row.first_day, row.last_day) == (TUESDAY, TUESDAY)


@pytest.mark.both_databases
def test_a_date_that_was_taken_meanwhile_gives_way_to_three_free_ones_and_the_others_stay(asked):
    first, _second = asked.propose((TUESDAY, TEN), (WEDNESDAY, NOON))
    asked.promise(TUESDAY)

    assert asked.accept(first) is False
    state, dates = asked.stands()
    assert state is RequestState.PROPOSED
    assert (WEDNESDAY, NOON) in dates
    assert TUESDAY not in {day for day, _time in dates}
    assert len(dates) == 4
    assert all(day > HELD.date() for day, _time in dates)
    rows = db.session.scalars(sa.select(DateProposal).order_by(DateProposal.on_day)).all()
    assert {row.held_until for row in rows} == {HELD}  # the new dates wait as long as the old ones
    assert {row.starts_local for row in rows} == {TEN, NOON}
    assert [mail.kind for mail in mails(db.session, "request_date_accepted")] == []
    assert asked.accept(next(row.id for row in rows if row.starts_local == TEN)) is True


def test_everything_that_is_gone_goes_at_once_by_promises_and_by_a_closure_that_came_since(asked):
    first, *_others = asked.propose((TUESDAY, TEN), (WEDNESDAY, TEN), (TUESDAY + 7 * DAY, TEN))
    asked.promise(WEDNESDAY)
    asked.promise(TUESDAY + 7 * DAY)
    snow = {"reason": ClosureReason.SNOW, "first_day": TUESDAY, "last_day": TUESDAY, "closed_at": MONDAY}
    with transaction() as session:
        session.add(Closure(places=[ClosurePlace(municipality_id=asked.host.municipality_id)], **snow))

    assert asked.accept(first) is False
    assert {TUESDAY, WEDNESDAY, TUESDAY + 7 * DAY} & {day for day, _time in asked.stands()[1]} == set()


def test_without_any_date_left_the_request_is_the_centres_again_which_is_told(session):
    asked = Asked()
    [first] = asked.propose((TUESDAY, TEN))
    asked.promise(TUESDAY)
    spans = [(MONDAY.date(), TUESDAY - DAY), (WEDNESDAY, WEDNESDAY + 200 * DAY)]
    with transaction() as open_session:
        open_session.add_all(
            AvailabilityException(presenter_id=asked.person.id, first_day=first_day, last_day=last_day, available=False)
            for first_day, last_day in spans
        )

    assert asked.accept(first) is False
    assert asked.stands() == (RequestState.TRIAGE, [])
    actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "dates replaced")).all()
    assert actions == ["dates replaced"]


def test_neither_notice_nor_hours_speak_against_a_date_that_was_proposed(asked):
    """At eight in the evening nobody has hours: who proposes that has asked somebody."""
    [late] = asked.propose((TUESDAY, dt.time(20)))
    with transaction() as open_session:
        asked.programme = open_session.merge(asked.programme)
        asked.programme.notice_days = 60

    assert asked.accept(late) is True


def test_a_date_at_which_everybody_is_promised_is_not_proposed_and_nothing_is_stored(asked):
    asked.promise(TUESDAY)
    with rejection(**{"dates-1-on_day": "all_promised"}):
        asked.propose((WEDNESDAY, TEN), (TUESDAY, TEN))
    assert asked.stands() == (RequestState.TRIAGE, [])


def test_the_calendar_is_asked_once_for_each_hour_that_is_proposed(session):
    first, second = Asked(), Asked()
    with statements() as one:
        first.propose((TUESDAY, TEN))
    with statements() as three:
        second.propose((TUESDAY, TEN), (WEDNESDAY, TEN), (WEDNESDAY + DAY, TEN))

    assert len(three) == len(one)


def test_strangers_other_schools_and_a_page_that_is_out_of_date_take_nothing(asked):
    [first] = asked.propose((TUESDAY, TEN))
    other = school_contact(asked.asked.id + 1, asked.host.id)
    for actor in (ANONYMOUS, other):
        with pytest.raises((NotAllowed, NotFound)):
            accept_free_date(actor, asked.asked.id, first, now=MONDAY)
    with pytest.raises(NotFound):
        asked.accept(first + 99)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        asked.accept(first, version=1)
    assert asked.stands()[0] is RequestState.PROPOSED


def found(**lacks: Lack | None) -> FreeDates:
    days = [TUESDAY + number * DAY for number in range(len(lacks))]
    starts = (dt.time(9), TEN)
    return FreeDates(
        tuple(FreeDay(day, () if lack else starts, lack) for day, lack in zip(days, lacks.values(), strict=True))
    )


def test_taken_is_what_came_since_and_others_come_after_the_choice_at_the_wished_hour_where_that_is_free():
    answers = {None: False, Lack.TAKEN: True, Lack.SHUT: True, Lack.TIME: False, Lack.TOPIC: False}
    for lack, taken in answers.items():
        assert is_taken(found(a=lack), TUESDAY) is taken
        assert is_taken(found(a=lack), TUESDAY - DAY) is False  # beyond what is known
    days = found(a=None, b=None, c=Lack.TAKEN, d=None, e=None)

    others = [(TUESDAY + number * DAY, TEN) for number in (0, 3, 4)]
    assert others_than(days, {WEDNESDAY}, TUESDAY - DAY, TEN) == others
    assert others_than(days, (), TUESDAY, NOON)[0] == (WEDNESDAY, dt.time(9))
