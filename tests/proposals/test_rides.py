"""Rides of a plan: asked for, stored and applied only while a consent and a check hold on that day (TRUST R14)."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.policy import Role
from scheduler.proposals.models import PlanJourney, ProposedRide
from scheduler.proposals.queries.pages import proposal_page
from scheduler.proposals.queries.shared_rides import rides_of
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.terms.plan import PlanChanged, PlannedJourney, PlannedRide, ProposedRow, WhyChanged
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.service import record_driving_check, withdraw_consent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.models.pick_ups import CarRide
from tests.factories import MONDAY
from tests.factories.people import an_actor, limited_to, works
from tests.factories.places import make_host
from tests.factories.proposals import FAIR, FIRST, Region, a_region
from tests.factories.safeguarding import a_cleared_minor, make_consent, make_driving_check

pytestmark = pytest.mark.both_databases


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
        draft = replace(self.region.draft(), rides=True)
        self.id = begin_proposal(self.region.coordinator, draft, now=MONDAY).id
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
    assert (page.draft.rides, page.draft.nights, page.draft.has_nights) == (True, 0, False)
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

    assert plan.told() == []
    assert len(plan.apply()) == 1
    assert db.session.scalars(select(CarRide)).all() == []


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
    assert plan.apply(without_changed=True) == []
    assert db.session.scalars(select(CarRide)).all() == []


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
