"""Whether a request can be on a day, and a person at a request: one at a time, without the rest of the plan."""

from scheduler.planning.terms import DAYS_OF_WEEK, PlanPerson, PlanProblem, PlanRequest


def is_open(problem: PlanProblem, request: PlanRequest, day: int) -> bool:
    """Whether the school has this day free for it, whoever comes; notice is not judged."""
    return (
        max(request.day_from, 0) <= day <= min(request.day_to, problem.days - 1)
        and day not in problem.closed_days
        and day not in request.blocked_days
        and day % DAYS_OF_WEEK in request.weekdays
    )


def is_there(person: PlanPerson, day: int) -> bool:
    """Whether she works on that day; a minor only within her guardian's consent."""
    school = person.own_school
    return (
        day not in person.unavailable
        and day % DAYS_OF_WEEK in person.weekdays
        and (school is None or school.consent[0] <= day <= school.consent[1])
    )


def may_give(person: PlanPerson, request: PlanRequest) -> bool:
    """Whether topic, language and audience are hers. A youth influencer needs no topic."""
    return (
        (not person.educator or request.topic in person.topics)
        and request.language in person.languages
        and request.audience in person.audiences
    )
