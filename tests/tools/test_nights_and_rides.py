"""The instance that nights and rides are measured on: a minor is given no night."""

import json

from scheduler.planning.imports import read_problem
from tests.factories.planning import a_random_problem, as_file
from tools.nights_and_rides import extended


def test_an_extended_instance_is_read_and_gives_nights_to_adults_alone():
    instance = json.loads(json.dumps(as_file(a_random_problem(1))))

    problem = read_problem(json.dumps(extended(instance, nights=3, night_cost=90, rides=True)).encode())

    given = [(one.nights_max, one.takes_along) for one in problem.people]
    assert given == [(3, True), (3, True), (0, False), (3, False)]
    assert problem.people[2].own_school.may_ride == problem.people[2].own_school.consent
    assert problem.weights.night == 90
