"""What papers are about that are about more than a visit, with locked numbers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from scheduler.cohorts.models import Cohort
from scheduler.cohorts.terms import CohortSkill
from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.programmes.models import Campaign, Programme
from scheduler.visits.models.visits import Visit
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.counting import Begun, a_begun_visit, a_locked_visit, count_all, sign_all
from tests.factories.people import make_centre
from tests.factories.places import make_host
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.visits import make_assignment

AFTERWARDS = dt.datetime(2027, 1, 4, 8, 0, tzinfo=dt.UTC)  # the campaign of the autumn is over


def a_trained_cohort(held: int = 3, **given: object) -> tuple[Cohort, list[Begun]]:
    """A cohort of a school, and its parts: so many were held, counted and locked."""
    training, host = make_training(make_centre().id), make_host()
    parts = [a_locked_visit(programme=training, host_id=host.id) for _ in range(held)]
    skills = zip(CohortSkill, (one.request for one in parts), strict=False)
    return make_cohort(training, host.id, *skills, level=held, **given), parts


def a_campaign_of(programme: Programme, visits: Sequence[Begun]) -> Campaign:
    """A campaign, and what belongs to it."""
    campaign = make_campaign(programme=programme)
    with transaction() as session:
        within = Visit.id.in_([one.visit.id for one in visits])
        session.execute(sa.update(Visit).where(within).values(campaign_id=campaign.id))
    return campaign


def a_locked_visit_with(presenter: Presenter, talks: int = 1, besides: Sequence[Presenter] = (), **given: Any) -> Begun:
    """A visit at which she presents beside an educator, and others, counted by both and locked."""
    programme = given.pop("programme", None) or make_programme(centre_id=presenter.centre_id, influencers=1)
    begun = a_begun_visit(talks, programme=programme, **given)
    for presentation in begun.presentations:
        for one in (presenter, *besides):
            make_assignment(presentation, one.id)
    return sign_all(count_all(begun))
