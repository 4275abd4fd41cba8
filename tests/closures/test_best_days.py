"""Of many stopped visits each gets a day, so that one press takes all of them and no crew is in two places."""

import datetime as dt

from scheduler.closures.queries import new_days
from scheduler.closures.rules import best_days
from scheduler.closures.service.close import close_hosts, replan_stopped
from scheduler.closures.terms import ToPlace
from scheduler.places.terms.hosts import Point
from scheduler.policy import school_contact
from scheduler.readiness.service.wishes import ask_for_date
from scheduler.readiness.terms import WishDraft
from scheduler.visits.terms.states import VisitState
from tests.closures.closed_days import SOON, draft_for, two_visits_of_one_crew
from tests.factories import MONDAY
from tests.visits.scene import visit_of

NIS, BEOGRAD = Point(43.32, 21.9), Point(44.81, 20.46)
MON, TUE, WED = (dt.date(2026, 12, 14) + dt.timedelta(days=days) for days in range(3))
_NUMBERS = iter(range(1, 1000))


def one(*crew: int, at: int = 9, days=(MON, TUE, WED), point: Point | None = NIS, named=()) -> ToPlace:
    return ToPlace(next(_NUMBERS), crew, ((dt.time(at), 45),), 15, point, days, named)


def test_each_gets_its_first_day_while_the_crews_differ():
    assert best_days([one(1), one(2), one(), one()]) == [MON] * 4


def test_who_goes_to_one_at_that_hour_goes_to_the_other_on_the_next_day_that_suits():
    assert best_days([one(1, 2), one(2, 3), one(3), one(2, at=10, days=(MON, WED))]) == [MON, TUE, MON, MON]


def test_the_road_between_two_schools_counts():
    assert best_days([one(1, at=9), one(1, at=11, point=BEOGRAD)]) == [MON, TUE]
    assert best_days([one(1, at=9), one(1, at=15, point=BEOGRAD)]) == [MON, MON]


def test_the_day_that_a_school_proposes_is_its_own_and_the_visits_before_it_give_way():
    assert best_days([one(1), one(1, days=(MON, TUE), named=(MON,))]) == [TUE, MON]


def test_what_fits_nowhere_beside_the_others_has_no_day():
    assert best_days([one(1, days=(MON,)), one(1, days=(MON,)), one(2, days=())]) == [MON, None, None]


def test_two_stopped_visits_of_one_crew_are_planned_again_as_proposed(session):
    scene, second = two_visits_of_one_crew()
    draft = draft_for(scene)
    closure_id = close_hosts(scene.coordinator, draft, seen=frozenset({scene.visit_id, second.visit_id}), now=MONDAY)

    proposed = new_days(scene.coordinator, closure_id, now=MONDAY)

    assert all(found.best in found.days for found in proposed)
    assert len({found.best for found in proposed}) == 2
    for found in proposed:
        replan_stopped(scene.coordinator, found.visit.id, found.best, until=SOON, now=MONDAY)
    assert {visit_of(session, each).state for each in (scene, second)} == {VisitState.REPLANNED}


def test_a_day_that_the_school_proposes_comes_before_an_earlier_one(session):
    scene, second = two_visits_of_one_crew()
    seen = frozenset({scene.visit_id, second.visit_id})
    closure_id = close_hosts(scene.coordinator, draft_for(scene), seen=seen, now=MONDAY)
    [before, _other] = new_days(scene.coordinator, closure_id, now=MONDAY)
    named = before.days[2]

    ask_for_date(school_contact(scene.asked.id, scene.host.id), scene.visit_id, WishDraft(named, ""), now=MONDAY)

    [first, _other] = new_days(scene.coordinator, closure_id, now=MONDAY)
    assert (first.best, first.named) == (named, (named,))
