"""Nights away and rides of a plan: who said so, what is stored and applied; minors stay at home (TRUST R14)."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.jobs import long_work, proposals, queue
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host
from scheduler.policy import Role
from scheduler.proposals.models import OvernightWish, PlanJourney, ProposedNight, ProposedRide
from scheduler.proposals.queries.overnight import nights_for, nights_of, wish_of
from scheduler.proposals.queries.pages import proposal_page
from scheduler.proposals.queries.shared_rides import rides_of
from scheduler.proposals.service import carry_out
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.overnight import say_nights
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.terms.plan import (
    PlanChanged,
    PlannedJourney,
    PlannedRide,
    ProposalReason,
    ProposedRow,
    WaitCause,
    WhyChanged,
)
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.service import record_driving_check, withdraw_consent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.models.pick_ups import CarRide
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.people import an_actor, limited_to, make_presenter, works
from tests.factories.places import make_host
from tests.factories.proposals import FAIR, FIRST, Region, a_region
from tests.factories.safeguarding import a_cleared_minor, make_consent, make_driving_check
from tests.factories.staffing import UNTIL
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def attached(app, the_clock, monkeypatch):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)


@pytest.fixture
def far(session) -> Region:
    """Two schools in Belgrade, one asks for Monday and one for Tuesday; the only educator lives in Niš."""
    region = a_region(requests=2, educators=1)
    with transaction():
        session.execute(update(Host).values(lat=44.8125, lon=20.4612, place_sr_cyrl="Београд", place_sr_latn="Beograd"))
        for number, one in enumerate(region.asked):
            day = FIRST + number * DAY
            session.execute(update(SchoolRequest).where(SchoolRequest.id == one.id).values(first_day=day, last_day=day))
    return region


@pytest.fixture
def by_night(far, session) -> Region:
    """The same, and Tuesday's school lies in Subotica: too far from Niš, near enough from a bed in Belgrade."""
    with transaction():
        where = {"lat": 46.1005, "lon": 19.6651, "place_sr_cyrl": "Суботица", "place_sr_latn": "Subotica"}
        session.execute(update(Host).where(Host.id == far.asked[1].host_id).values(where))
    say_nights(far.coordinator, far.educators[0].id, 2, now=MONDAY)
    return far


def drawn(region: Region, nights: int = 0, **given) -> int:
    draft = replace(region.draft(), nights=nights, **given)
    proposal_id = begin_proposal(region.coordinator, draft, now=MONDAY).id
    long_work.do_long_work.call_local()
    db.session.rollback()
    return proposal_id


def page(region: Region, proposal_id: int):
    return proposal_page(region.coordinator, proposal_id, now=MONDAY)


def slept(region: Region, proposal_id: int) -> list[tuple[int, dt.date, str]]:
    nights = nights_of(region.coordinator, proposal_id)
    return [(one.who.presenter_id, one.after_day, one.place_sr_latn) for one in nights]


def test_who_said_so_stays_away_where_the_plan_asks_for_it_and_the_road_is_saved(far):
    her = far.educators[0].id
    say_nights(far.coordinator, her, 2, now=MONDAY)
    with_nights, without = drawn(far, nights=1), drawn(far)
    assert (slept(far, with_nights), slept(far, without)) == ([(her, FIRST, "Beograd")], [])
    away, home = page(far, with_nights), page(far, without)
    assert (away.line.placed, home.line.placed) == (2, 2)
    assert away.sums.km_saved == home.sums.km - away.sums.km > 300
    assert (away.draft.nights, home.draft.nights) == (1, 0)


def test_who_no_longer_reaches_its_town_reads_of_no_night_there(far):
    say_nights(far.coordinator, far.educators[0].id, 2, now=MONDAY)
    proposal_id, hers = drawn(far, nights=1), far.coordinator.user_id
    here, elsewhere = db.session.get_one(Host, far.asked[0].host_id), make_host()
    assert [len(nights_of(limited_to(hers, where), proposal_id)) for where in (here, elsewhere)] == [1, 0]


def test_a_day_that_only_nights_reach_is_planned_applied_and_taken_by_the_database(by_night):
    one, other = (one.id for one in by_night.asked)
    with_nights, without = drawn(by_night, nights=2), drawn(by_night)
    assert [day for _who, day, _place in slept(by_night, with_nights)] == [FIRST, FIRST + DAY]
    assert (page(by_night, with_nights).line.placed, page(by_night, without).line.placed) == (2, 1)
    assert {row.waiting.cause for row in page(by_night, without).waiting} == {WaitCause.REACH}
    made = apply_rows(by_night.coordinator, with_nights, [one, other], now=MONDAY)
    for visit_id in made:
        offer_visit(by_night.coordinator, visit_id, until=UNTIL, now=MONDAY)
    assert len(made) == 2


@pytest.mark.parametrize("takes_back", [True, False])
def test_a_row_that_takes_a_night_is_refused_once_nobody_stays_it(by_night, takes_back):
    """She has changed her mind, or the visit after which she would sleep in Belgrade is not applied."""
    one, other = (one.id for one in by_night.asked)
    proposal_id = drawn(by_night, nights=2)
    if takes_back:
        say_nights(by_night.coordinator, by_night.educators[0].id, 1, now=MONDAY)
    else:
        with transaction() as own:
            own.execute(update(ProposedNight).values(host_id=by_night.asked[0].host_id).where(_after(FIRST)))
    with pytest.raises(PlanChanged) as refused:
        apply_rows(by_night.coordinator, proposal_id, [one, other] if takes_back else [other], now=MONDAY)
    assert refused.value.rows == {other: WhyChanged.NIGHT_ENDED}
    db.session.rollback()
    assert len(apply_rows(by_night.coordinator, proposal_id, [one], now=MONDAY)) == 1
    if not takes_back:  # with that visit applied the night holds
        assert len(apply_rows(by_night.coordinator, proposal_id, [other], now=MONDAY)) == 1


def test_where_the_visit_before_a_night_cannot_be_planned_nothing_is_applied(by_night, monkeypatch):
    """What only the act itself finds out: the other visit is too far without the night after the first."""
    one, other = (one.id for one in by_night.asked)
    proposal_id = drawn(by_night, nights=2)
    with transaction() as own:
        own.execute(update(ProposedNight).values(host_id=by_night.asked[0].host_id).where(_after(FIRST)))
    usual = carry_out.plan_visit

    def refusing(actor, draft, *, now):
        if draft.school_request_id == one:
            raise Conflict(GroundReason.WRONG_STATE)
        return usual(actor, draft, now=now)

    monkeypatch.setattr(carry_out, "plan_visit", refusing)
    with pytest.raises(PlanChanged) as refused:
        apply_rows(by_night.coordinator, proposal_id, [one, other], now=MONDAY, without_changed=True)
    db.session.rollback()
    assert refused.value.rows == {one: WhyChanged.NOT_FREE, other: WhyChanged.NIGHT_ENDED}
    assert db.session.scalars(select(Visit)).all() == []


def _after(day: dt.date):
    return ProposedNight.after_day == day


def test_a_plan_sends_her_away_no_longer_than_she_said_or_it_asks(far):
    proposal_id = drawn(far, nights=3)
    assert (slept(far, proposal_id), page(far, proposal_id).sums.km_saved) == ([], 0)
    with rejection(nights=ProposalReason.NIGHTS_OUT_OF_RANGE):
        drawn(far, nights=4)
    her = far.educators[0].id
    say_nights(far.coordinator, her, 2, now=MONDAY)
    draft = replace(far.draft(), nights=3)
    assert nights_for(far.coordinator, draft, now=MONDAY) == {her: 2}
    assert nights_for(far.coordinator, replace(draft, nights=1), now=MONDAY) == {her: 1}
    assert nights_for(far.coordinator, replace(draft, nights=0), now=MONDAY) == {}


def test_of_a_minor_no_night_is_said_or_stored(far, session):
    centre = far.coordinator.centre_id
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), centre_id=centre)
    base = far.proposed(far.seat(0))

    with pytest.raises(Rejected) as said:
        say_nights(far.coordinator, minor.id, 1, now=MONDAY)

    assert said.value.problems == {"nights": ProposalReason.MINOR_SLEEPS_AT_HOME}
    db.session.rollback()
    for row in (
        OvernightWish(presenter_id=minor.id, most_nights=1, said_on=MONDAY.date()),
        ProposedNight(proposal_id=base, presenter_id=minor.id, after_day=FIRST, host_id=far.asked[0].host_id),
    ):
        with pytest.raises(IntegrityError, match="minor_sleeps_at_home"), transaction() as own:
            if isinstance(row, ProposedNight):
                own.add(PlanJourney(proposal_id=base, most_nights=1))
                own.flush()
            own.add(row)
        db.session.rollback()
    assert db.session.scalars(select(OvernightWish)).all() == []


def test_she_says_it_herself_takes_it_back_and_nobody_else_says_it_for_her(far, session):
    her = far.educators[0]
    herself = db.session.get_one(User, her.user_id).actor(her.id)
    other = make_presenter(centre_id=her.centre_id)
    stranger = db.session.get_one(User, other.user_id).actor(other.id)
    for nights in (3, 3, 1, 0):
        say_nights(herself, her.id, nights, now=MONDAY)
        assert wish_of(her.id) == nights
    with pytest.raises(NotFound):
        say_nights(stranger, her.id, 1, now=MONDAY)
    with pytest.raises(Rejected):
        say_nights(herself, her.id, 4, now=MONDAY)
    db.session.rollback()
    said = session.scalars(
        select(AuditEntry.details).where(AuditEntry.action == "overnight wish changed").order_by(AuditEntry.id)
    ).all()
    assert [json.loads(one)["nights"] for one in said] == [3, 1, 0]


class Plan:
    """A plan of one visit to which Tara would ride with the first educator."""

    def __init__(self, *, checked: bool = True, agreed: bool = True) -> None:
        self.region: Region = a_region(requests=1, educators=1, influencers=1)
        self.educator: Presenter = self.region.educators[0]
        centre = self.region.coordinator.centre_id
        self.tara = works(a_cleared_minor(centre_id=centre, home_id=self.educator.home_id, given_name="Tara"))
        if checked:
            make_driving_check(self.educator.id)
        self.consent_id = make_consent(self.tara.id, rides=True).id if agreed else 0
        self.id = begin_proposal(self.region.coordinator, replace(self.region.draft(), rides=True), now=MONDAY).id
        self.request_id = self.region.asked[0].id
        self.seat = self.region.seat(0, influencer_id=self.tara.id)
        ride = PlannedRide(self.tara.id, self.educator.id, FIRST, 40)
        rows = [ProposedRow(self.request_id, self.seat)]
        finish_proposal(self.region.coordinator, self.id, rows, FAIR, now=MONDAY, journey=PlannedJourney(rides=(ride,)))

    def apply(self, **given) -> list[int]:
        return apply_rows(self.region.coordinator, self.id, [self.request_id], now=MONDAY, **given)

    def told(self) -> list[tuple[str, int, bool]]:
        return [(one.who.name, one.km_saved, one.holds) for one in rides_of(self.region.coordinator, self.id)]


def test_a_ride_with_both_facts_is_kept_told_and_goes_to_the_visit(app):
    plan = Plan()
    page = proposal_page(plan.region.coordinator, plan.id, now=MONDAY)
    assert (page.draft.rides, page.draft.nights) == (True, 0)
    assert plan.told() == [("Tara", 40, True)]
    (visit_id,) = plan.apply()
    db.session.rollback()
    (ride,) = db.session.scalars(select(CarRide))
    assert (ride.visit_id, ride.presenter_id, ride.driver_id, ride.on_day) == (
        visit_id, plan.tara.id, plan.educator.id, FIRST,
    )  # fmt: skip


def test_who_no_longer_reaches_a_visit_reads_of_no_ride_to_it(app):
    plan = Plan()
    hers = plan.region.coordinator.user_id
    here, elsewhere = db.session.get_one(Host, plan.region.asked[0].host_id), make_host()
    reads = [len(rides_of(limited_to(hers, where), plan.id)) for where in (here, elsewhere)]
    assert reads == [1, 0]


@pytest.mark.parametrize("lacks", ["checked", "agreed"])
def test_without_one_of_both_nothing_is_stored_and_the_visit_is_planned_as_ever(app, lacks):
    plan = Plan(**{lacks: False})
    assert (plan.told(), len(plan.apply()), db.session.scalars(select(CarRide)).all()) == ([], 1, [])


def refuse_the_driver(plan: Plan) -> None:
    officer = an_actor(Role.SAFEGUARDING, centre_id=plan.region.coordinator.centre_id)
    day = MONDAY.date()
    record_driving_check(officer, plan.educator.id, VettingDraft(VettingResult.REFUSED, day, day), now=MONDAY)


def agree_to_less(plan: Plan) -> None:
    """A guardian's new consent, instead of the old one, says nothing of rides."""
    officer = an_actor(Role.SAFEGUARDING, centre_id=plan.region.coordinator.centre_id)
    withdraw_consent(officer, plan.consent_id, now=MONDAY)
    make_consent(plan.tara.id)


@pytest.mark.parametrize("ends", [refuse_the_driver, agree_to_less])
def test_what_has_ended_since_is_told_and_refuses_the_row(app, ends):
    plan = Plan()
    ends(plan)
    assert plan.told() == [("Tara", 40, False)]
    with pytest.raises(PlanChanged) as refused:
        plan.apply()
    assert refused.value.rows == {plan.request_id: WhyChanged.RIDE_ENDED}
    assert (plan.apply(without_changed=True), db.session.scalars(select(CarRide)).all()) == ([], [])


@pytest.mark.parametrize("lacks", ["checked", "agreed"])
def test_the_database_stores_no_ride_without_both(app, lacks):
    plan = Plan(**{lacks: False})
    (visit_id,) = plan.apply()
    ride = {"presenter_id": plan.tara.id, "driver_id": plan.educator.id, "on_day": FIRST}
    for row in (
        ProposedRide(proposal_id=plan.id, km_saved=1, **ride),
        CarRide(visit_id=visit_id, arranged_at=MONDAY, **ride),
    ):
        db.session.rollback()
        with pytest.raises(IntegrityError, match="ride_has_both"), transaction() as own:
            own.add(row)
    db.session.rollback()


def test_nobody_rides_where_it_was_not_asked_for(app, session):
    region = a_region(requests=1, educators=1)
    begin_proposal(region.coordinator, region.draft(), now=MONDAY)
    assert session.scalars(select(PlanJourney)).all() == []
    assert session.scalars(select(GuardianConsent.id).where(GuardianConsent.rides.is_(True))).all() == []
