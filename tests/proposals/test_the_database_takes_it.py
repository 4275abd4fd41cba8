"""On random small data: what free dates offer is what the planner may use, and the database takes it."""

import datetime as dt
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest
from sqlalchemy import delete, update

from scheduler.core.clock import moment_of
from scheduler.core.db import db, transaction
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter
from scheduler.people.terms import PresenterKind
from scheduler.planning.rules.judgement import violations
from scheduler.planning.terms import Plan
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.rules.drawing import drawing_of, placement_of
from scheduler.proposals.rules.standing import may_stand
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.plan import ProposedSeat
from scheduler.safeguarding.models import Vetting
from scheduler.staffing.service.offers import offer_visit
from tests.factories import MONDAY
from tests.factories.people import make_presenter, works
from tests.factories.proposals import FIRST, LAST, Region, a_region
from tests.factories.safeguarding import make_consent, make_vetting
from tests.factories.staffing import UNTIL, make_busy

pytestmark = pytest.mark.postgres_decides
DAY = dt.timedelta(days=1)
HOURS = [dt.time(8), dt.time(10, 15), dt.time(12, 30), dt.time(15), dt.time(16)]


class Undone(Exception):
    """Nothing of a trial stays."""


def a_minor(consent_ends: dt.date, **given: int) -> Presenter:
    with transaction():
        person = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), **given)
        make_vetting(person.id)
        make_consent(person.id, valid_until=consent_ends)
    return works(person)


def a_random_region(seed: int) -> Region:
    """Educators and young presenters of whom each lacks something on some day."""
    rng = Random(seed)
    region = a_region(requests=1, educators=3, influencers=rng.randint(0, 1))
    home = region.educators[0].home_id
    ends = [FIRST + rng.randint(0, 4) * DAY, LAST]  # of the guardians' consents
    region.educators += [a_minor(day, centre_id=region.coordinator.centre_id, home_id=home) for day in ends]
    with transaction() as session:
        for person in region.educators:
            day = FIRST + rng.randint(0, 4) * DAY
            act = rng.randint(0, 3)
            if act == 0:
                away = {"first_day": day, "last_day": LAST, "available": False}
                session.add(AvailabilityException(presenter_id=person.id, **away))
            elif act == 1:
                session.execute(
                    update(Vetting).where(Vetting.presenter_id == person.id).values(valid_until=day, checked_on=MONDAY)
                )
            elif act == 2:
                hers = AvailableHours.presenter_id == person.id
                session.execute(delete(AvailableHours).where(hers, AvailableHours.weekday == day.weekday()))
    if rng.random() < 0.7:
        make_busy(region.educators[0], FIRST + rng.randint(0, 4) * DAY, minutes=90)
    return region


def every_seat(region: Region) -> Iterator[ProposedSeat]:
    days = [FIRST + number * DAY for number in range(-1, 6)]
    educators = [one.id for one in region.educators if one.kind is PresenterKind.EDUCATOR]
    young = [one.id for one in region.educators if one.kind is PresenterKind.INFLUENCER]
    youths = young if region.programme.influencers else [None]
    for day, time, educator, youth in product(days, HOURS, educators, youths):
        yield ProposedSeat(region.asked[0].id, day, time, educator, youth)


def the_database_takes(region: Region, seat: ProposedSeat) -> None:
    """Plan, suggest and offer it, by the usual acts, and undo it all."""
    with pytest.raises(Undone), transaction():
        made = apply_rows(region.coordinator, region.proposed(seat), [seat.request_id], now=MONDAY)
        for visit_id in made:
            offer_visit(region.coordinator, visit_id, until=UNTIL, now=MONDAY)
        assert made
        raise Undone


@pytest.mark.parametrize("seed", range(4))
def test_what_free_dates_offer_is_the_planners_and_the_database_takes_it(session, seed):
    region = a_random_region(seed)
    session.expire_all()
    asked = asked_visits(region.coordinator, region.draft().scope, now=MONDAY)
    drawing = drawing_of(asked, MONDAY.date(), moment_of, lambda _number: None)
    fair = []
    for seat in every_seat(region):
        placement = placement_of(drawing, seat)
        planner = placement is not None and not violations(drawing.problem, Plan((placement,)))
        assert planner is may_stand(asked[0], seat, [], moment_of), seat
        fair += [seat] if planner else []
    assert fair
    assert len(fair) < len(list(every_seat(region)))
    for seat in Random(seed).sample(fair, min(4, len(fair))):
        the_database_takes(region, seat)
    assert db.session.get_one(Presenter, region.educators[0].id)
