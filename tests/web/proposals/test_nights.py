"""Nights away as pages have them: the nights that a plan may have, an adult's own word, nothing of it for a minor."""

import datetime as dt

import pytest

from scheduler.core.db import db
from scheduler.people.terms import PresenterKind
from scheduler.proposals.models import PlanProposal
from scheduler.proposals.queries.overnight import wish_of
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.terms.plan import PlannedJourney, PlannedNight, ProposalSums, ProposedRow
from tests.factories import MONDAY
from tests.factories.people import make_presenter
from tests.factories.proposals import FIRST, a_region
from tests.web.browser import browser_of

SUMS = ProposalSums(cost=120, served_weight=20, asked_weight=20, km=40, steps=3, km_saved=287)


@pytest.fixture
def region(session, the_clock):
    the_clock.stands_at(MONDAY)
    return a_region(requests=1)


@pytest.fixture
def desk(app, region):
    return browser_of(app, region.coordinator)


def test_the_plan_says_who_sleeps_where_and_what_that_saves(region, desk):
    draft = type(region.draft())(region.draft().scope, nights=2)
    proposal_id = begin_proposal(region.coordinator, draft, now=MONDAY).id
    night = PlannedNight(region.educators[0].id, FIRST, region.asked[0].host_id)
    rows = [ProposedRow(region.asked[0].id, region.seat(0))]
    finish_proposal(region.coordinator, proposal_id, rows, SUMS, now=MONDAY, journey=PlannedJourney((night,)))

    read = desk.get(f"/plans/{proposal_id}?lang=en").text

    assert "nights away: up to two nights in a row" in read
    assert ": night in Niš" in read
    assert "287" in read
    assert "km saved by nights" in read


def test_the_form_asks_for_none_unless_nights_are_chosen(region, desk):
    days = {"first_day": FIRST.isoformat(), "last_day": (FIRST + dt.timedelta(days=4)).isoformat()}

    for nights in ({}, {"nights": "2"}):
        assert desk.post("/plans/new", data=days | nights).status_code == 302
    assert desk.post("/plans/new", data=days | {"nights": "9"}).status_code == 422

    first, second = db.session.query(PlanProposal).order_by(PlanProposal.id)
    assert (first.journey, second.journey.most_nights) == (None, 2)


def test_an_adult_says_it_on_her_skills_page_and_a_minor_is_not_asked(app, region):
    adult = region.educators[0]
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), centre_id=adult.centre_id)
    data = {"topics": ["privacy"], "languages": ["sr"], "nights": "3"}

    for one in (adult, minor):
        hers = browser_of(app, one)
        asked = 'name="nights"' in hers.get(f"/people/{one.id}/skills?lang=en").text
        assert hers.post(f"/people/{one.id}/skills", data=data | {"home": one.home_id}).status_code == 302
        db.session.rollback()
        assert (asked, wish_of(one.id)) == ((True, 3) if one is adult else (False, 0))
        profile = hers.get("/account?lang=en").text
        assert ("up to three nights in a row" in profile, "Nights away" in profile) == (one is adult, one is adult)
