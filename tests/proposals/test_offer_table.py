"""A region's table is offered in one press: all or none, and its preview is the act itself, taken back."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.people.terms import PresenterKind
from scheduler.places.models import HostsIn
from scheduler.policy import Role
from scheduler.proposals.queries.table import EVERYWHERE, region_table
from scheduler.proposals.queries.to_plan import chosen_visits
from scheduler.proposals.rules.fitting import Fitting
from scheduler.proposals.service.offer_table import MOST_SEATS, mails_to_come, offer_seats
from scheduler.proposals.terms.plan import PlanChanged, PlanScope, ProposedSeat, WhyChanged
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, presenter_actor, works
from tests.factories.places import make_municipality
from tests.factories.proposals import FIRST, LAST, Region, a_region
from tests.factories.safeguarding import a_cleared_educator, make_consent, make_vetting
from tests.factories.staffing import make_busy

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
WEEK = [FIRST + number * DAY for number in range(5)]


def until(starts_at: dt.datetime) -> dt.datetime | None:
    return starts_at - DAY


def offered(region: Region, *seats: ProposedSeat) -> list[int]:
    return offer_seats(region.coordinator, seats, until=until, now=MONDAY)


def mails(region: Region, *seats: ProposedSeat):
    return mails_to_come(region.coordinator, seats, until=until, now=MONDAY)


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def fitting_of(region: Region, *chosen: int) -> Fitting:
    found = chosen_visits(region.coordinator, chosen, PlanScope(FIRST, LAST), now=MONDAY)
    return Fitting([found[one] for one in chosen], (), WEEK, clock.moment_of)


def test_all_are_planned_suggested_and_asked_in_one_press(session):
    region = a_region()
    made = offered(region, region.seat(0), region.seat(1, who=1))
    db.session.rollback()
    visits = [db.session.get_one(Visit, one) for one in made]
    assert [one.state for one in visits] == [VisitState.OFFERED] * 2
    seats = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(one.presenter_id, one.state) for one in seats] == [
        (person.id, AssignmentState.OFFERED) for person in region.educators
    ]
    states = db.session.scalars(select(SchoolRequest.state).order_by(SchoolRequest.id)).all()
    assert states == [RequestState.STAFFING, RequestState.STAFFING, RequestState.AGREED]


def test_the_preview_is_every_mail_that_leaves_and_nothing_stays_of_it(session):
    region = a_region()
    seats = (region.seat(0), region.seat(1, who=1))
    before = [rows(model) for model in (Visit, OutboxMessage, AuditEntry)]
    shown = mails(region, *seats)
    assert [rows(model) for model in (Visit, OutboxMessage, AuditEntry)] == before
    offered(region, *seats)
    sent = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(one.address, one.language, one.subject, one.text) for one in shown] == [
        (one.address, one.language, one.subject, one.text) for one in sent
    ]
    assert len(shown) == 2


def test_a_minors_guardian_stands_in_the_preview(session):
    region = a_region(requests=1, educators=1, influencers=1)
    young = a_minor(region)
    shown = mails(region, region.seat(0, influencer_id=young.id))
    assert len(shown) == 3  # the educator, the young person, the guardian's copy
    family_name = db.session.get_one(User, young.user_id).family_name
    assert not any(family_name in one.text for one in shown)


def a_minor(region: Region):
    with transaction():
        home = {"centre_id": region.coordinator.centre_id, "home_id": region.educators[0].home_id}
        person = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), **home)
        make_vetting(person.id)
        make_consent(person.id, valid_until=LAST)
    return works(person)


def test_what_no_longer_fits_is_named_and_what_is_elsewhere_is_out_of_reach(session):
    region = a_region()
    seats = (region.seat(0), region.seat(1))
    make_busy(region.educators[0], FIRST, minutes=400)
    before = rows(Visit)
    for act in (mails, offered):
        with pytest.raises(PlanChanged) as refused:
            act(region, *seats)
        assert refused.value.rows == {region.asked[0].id: WhyChanged.NOT_FREE}
    assert (rows(Visit), rows(OutboxMessage)) == (before, 0)

    region, other = a_region(), a_region()
    with pytest.raises(NotFound):
        offer_seats(other.coordinator, [region.seat(0)], until=until, now=MONDAY)
    educator = presenter_actor(region.educators[0])
    for act in (
        lambda: offer_seats(educator, [region.seat(0)], until=until, now=MONDAY),
        lambda: region_table(educator),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert chosen_visits(other.coordinator, [region.asked[0].id], PlanScope(FIRST, LAST), now=MONDAY) == {}


def test_a_second_press_nothing_and_too_much_are_refused(session):
    region = a_region()
    offered(region, region.seat(0))
    with pytest.raises(PlanChanged) as refused:
        offered(region, region.seat(0), region.seat(1))
    assert refused.value.rows == {region.asked[0].id: WhyChanged.ANSWERED}
    region = a_region(requests=1)
    seat = region.seat(0)
    with pytest.raises(Rejected):
        offered(region)
    with pytest.raises(Rejected):
        offered(region, *(ProposedSeat(n, seat.on_day, seat.starts_local, 1) for n in range(1, MOST_SEATS + 2)))


def test_the_cards_are_of_a_district_or_all_and_of_their_districts_for_limited_staff(session):
    region = a_region()
    with transaction():
        elsewhere = make_municipality()
    here = region_table(region.coordinator)
    everywhere = region_table(region.coordinator, EVERYWHERE)
    assert [card.asked.id for card in here.cards] == [one.id for one in region.asked]
    assert {card.district_id for card in here.cards} == {here.district_id}
    assert (here.total, everywhere.district_id, len(everywhere.cards)) == (3, None, 3)
    assert region_table(region.coordinator, elsewhere.district_id + 999).cards == ()
    assert [one.number for one in here.districts] == [3]

    with transaction():
        limited = make_user(Role.COORDINATOR, centre_id=region.coordinator.centre_id).actor()
    district = region_table(region.coordinator).district_id

    def within(number: int) -> int:
        here = replace(limited, districts=frozenset({number}), hosts=HostsIn(frozenset({number})))
        return region_table(here, EVERYWHERE).total

    assert (within(district), within(district + 999)) == (3, 0)


@pytest.mark.parametrize("seed", range(3))
def test_what_a_cell_says_is_what_the_service_does(session, seed):
    """Each cell of a week: who fits is taken by the act itself, who does not is refused at every hour."""
    region = a_region(requests=2, educators=3)
    with transaction():
        works(a_cleared_educator(centre_id=region.coordinator.centre_id, home_id=region.educators[0].home_id))
    make_busy(region.educators[seed % 3], WEEK[seed], minutes=300)
    make_busy(region.educators[1], WEEK[4 - seed], minutes=60)
    table = fitting_of(region, region.asked[0].id)
    hours = [dt.time(8, 15), dt.time(10), dt.time(12, 30), dt.time(14), dt.time(15, 15)]

    for person in region.educators:
        for day in WEEK:
            answer = table.answer(person.id, day)
            if answer.fits:
                assert mails(region, *answer.seats)
                continue
            for hour in hours:
                with pytest.raises(PlanChanged):
                    mails(region, ProposedSeat(region.asked[0].id, day, hour, person.id))
