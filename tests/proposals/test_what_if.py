"""A plan drawn as if one thing were otherwise: compared with the plan before, never applied, nothing stored of it."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Rejected
from scheduler.jobs import long_work, proposals, queue
from scheduler.people.models import AvailableHours, Presenter, PresenterLanguage
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Host
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.proposals.queries.pages import proposal_page
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.rules.assuming import assumed_facts
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.propose import begin_proposal
from scheduler.proposals.terms.plan import Assumed, ProposalReason, Supposition, WaitCause
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.proposals import FIRST, Region, a_region

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def attached(app, the_clock, monkeypatch):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)


def drawn(region: Region, **given) -> int:
    supposes = given.pop("supposes", None)
    draft = region.draft(**given)
    draft = type(draft)(draft.scope, draft.levers, draft.based_on, supposes=supposes)
    proposal_id = begin_proposal(region.coordinator, draft, now=MONDAY).id
    long_work.do_long_work.call_local()
    db.session.rollback()
    return proposal_id


def what_if(region: Region, supposes: Supposition):
    """The page of the plan with the assumption, drawn from one without."""
    base = drawn(region)
    tried = drawn(region, based_on=base, supposes=supposes)
    return proposal_page(region.coordinator, tried, now=MONDAY)


def all_at_ten(region: Region) -> None:
    """Everybody can come on Monday from ten to a quarter past eleven, and on no other day."""
    with transaction() as session:
        ids = [one.id for one in region.educators]
        session.execute(delete(AvailableHours).where(AvailableHours.presenter_id.in_(ids), AvailableHours.weekday > 0))
        session.execute(
            update(AvailableHours)
            .where(AvailableHours.presenter_id.in_(ids))
            .values(from_local=dt.time(9, 45), until_local=dt.time(10, 45))
        )


def test_one_person_more_serves_one_school_more_and_is_nobody(session):
    region = a_region(requests=2, educators=1)
    all_at_ten(region)

    shown = what_if(region, Supposition(Assumed.PERSON, region.educators[0].id))

    assert shown.difference.placed == 1
    copied = [who.copied for row in shown.rows.rows for who in row.seat.crew]
    assert sorted(copied) == [False, True]
    rows = db.session.scalars(select(ProposedVisit).where(ProposedVisit.proposal_id == shown.line.id))
    assert {row.educator_id for row in rows} == {region.educators[0].id}
    assert db.session.scalars(select(Presenter.id)).all() == [region.educators[0].id]


def test_a_day_more_a_week_serves_more(session):
    region = a_region(requests=2, educators=1)
    all_at_ten(region)

    shown = what_if(region, Supposition(Assumed.WEEKDAY, region.educators[0].id, weekday=2))

    assert (shown.difference.placed, {row.seat.on_day.weekday() for row in shown.rows.rows}) == (1, {0, 2})


def test_a_language_more_serves_who_waits_for_it(session):
    region = a_region(educators=1)
    with transaction():
        session.execute(update(SchoolRequest).values(teaching_language=TeachingLanguage.SLOVAK))

    who = region.educators[0].id
    shown = what_if(region, Supposition(Assumed.LANGUAGE, who, language=TeachingLanguage.SLOVAK))

    assert (shown.difference.placed, shown.line.placed) == (3, 3)
    spoken = db.session.scalars(select(PresenterLanguage.language)).all()
    assert TeachingLanguage.SLOVAK not in spoken


def test_a_car_takes_her_as_far_as_it_is(session):
    region = a_region(educators=1)
    with transaction():
        session.execute(update(Presenter).values(reach_km=1))
        session.execute(update(Host).values(lat=42.7, lon=21.9))

    shown = what_if(region, Supposition(Assumed.REACH, region.educators[0].id))

    assert shown.difference.placed == 3


def test_one_more_a_week_counts_one_less_in_each_week(session):
    region = a_region(educators=1)
    asked = asked_visits(region.coordinator, region.draft().scope, now=MONDAY)[0].facts

    facts = assumed_facts(asked, Supposition(Assumed.ONE_MORE))

    week = [facts.people[0].presentations.get(FIRST + n * dt.timedelta(days=1), 0) for n in range(7)]
    assert sum(week) == -1
    shown = what_if(region, Supposition(Assumed.ONE_MORE))
    assert (shown.difference.placed, shown.sums.bound_weight) == (0, None)


def test_what_is_not_so_cannot_be_applied_and_the_database_refuses_it_too(session):
    region = a_region()
    shown = what_if(region, Supposition(Assumed.PERSON, region.educators[0].id))

    with pytest.raises(Conflict) as refused:
        apply_rows(region.coordinator, shown.line.id, [region.asked[0].id], now=MONDAY)

    assert refused.value.reason is ProposalReason.ASSUMED
    applied = region.proposed(region.seat(0))
    made = apply_rows(region.coordinator, applied, [region.asked[0].id], now=MONDAY)
    with pytest.raises(IntegrityError), transaction():
        rows = update(ProposedVisit).where(ProposedVisit.proposal_id == shown.line.id)
        session.execute(rows.where(ProposedVisit.on_day.is_not(None)).values(visit_id=made[0]))
    db.session.rollback()
    assert db.session.scalars(select(Visit.id)).all() == made


@pytest.mark.parametrize(
    ("assumed", "field", "reason"),
    [
        (Supposition(Assumed.PERSON), "presenter", "missing"),
        (Supposition(Assumed.WEEKDAY, 0), "weekday", "missing"),
        (Supposition(Assumed.LANGUAGE, 0, language=TeachingLanguage.SERBIAN), "language", "plan_has_it_already"),
        (Supposition(Assumed.REACH, 0), "presenter", "plan_has_it_already"),
    ],
)
def test_half_an_assumption_is_refused_beside_its_field(session, assumed, field, reason):
    region = a_region()
    who = region.educators[0].id if assumed.presenter_id is not None else None
    told = Supposition(assumed.assumed, who, assumed.weekday, assumed.language)

    with pytest.raises(Rejected) as refused:
        drawn(region, supposes=told)

    assert refused.value.problems == {field: reason}
    assert db.session.scalars(select(PlanProposal.id)).all() == []


def test_without_the_language_the_reason_is_said_as_before(session):
    region = a_region()
    with transaction():
        session.execute(update(SchoolRequest).values(teaching_language=TeachingLanguage.SLOVAK))

    shown = what_if(region, Supposition(Assumed.PERSON, region.educators[0].id))

    assert {row.waiting.cause for row in shown.waiting} == {WaitCause.LANGUAGE}
