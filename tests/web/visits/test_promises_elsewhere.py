"""Staff limited to districts learn nothing of a visit elsewhere that has taken a presenter's time (TRUST S54)."""

import datetime as dt

import pytest

from tests.factories.people import limited_to
from tests.factories.places import make_host
from tests.factories.staffing import a_plan
from tests.web.visits.pages import DAY, SOON, body, coordinator, plan_soon

pytestmark = pytest.mark.postgres_decides
TELLING = ("FIRST", "The other visit", "Promised:", "minutes and there are", "Karadžić")


@pytest.fixture
def near(app):
    return make_host("Школа на другом крају", lat=45.25, lon=19.85)


def second_offer(app, scene, near, reader, people, begins: dt.time) -> str:
    """What the reader sees of the candidates for a second visit, and of the refusal to offer it to the same people.

    The number of the first visit stands there as FIRST.
    """
    first = plan_soon(scene)
    scene.offered_to(*people, until=SOON - dt.timedelta(days=14))
    second = plan_soon(scene, host_id=near.id, school_request_id=None, presentations=(a_plan(begins),))
    candidates = body(reader.get(f"/visits/{second}"))
    scene.suggest(*people)
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")

    answer = reader.post(f"/visits/{second}/offer", data={"until_day": until, "until_time": "14:00"})

    assert answer.status_code == 409
    return (candidates + body(answer)).replace(first, "FIRST")


@pytest.mark.parametrize("begins", [dt.time(10, 30), dt.time(11)], ids=["at the same hour", "too soon after"])
def test_who_is_limited_to_other_districts_reads_the_bare_reason(app, scene, near, begins):
    limited_to(scene.coordinator.user_id, near)
    reader = coordinator(app, scene)

    shown = second_offer(app, scene, near, reader, [scene.educator(), scene.minor()], begins)

    assert shown.count("Promised to another visit at that time.") == 3  # of the two candidates, and of the refusal
    assert [word for word in TELLING if word in shown] == []


@pytest.mark.parametrize(
    ("begins", "words", "minutes"),
    [
        (dt.time(10, 30), "Promised to another visit at that time. The other visit: FIRST", 0),
        (dt.time(11), "the drive takes", 3),  # of the two candidates, and of the refusal
    ],
)
@pytest.mark.parametrize("limited", [False, True])
def test_who_reaches_the_other_visit_reads_which_it_is(app, scene, near, begins, words, minutes, limited):
    if limited:
        limited_to(scene.coordinator.user_id, near, scene.host)
    reader = coordinator(app, scene)

    shown = second_offer(app, scene, near, reader, [scene.educator(), scene.minor()], begins)

    assert words in shown
    assert "The other visit: FIRST" in shown
    assert shown.count("minutes and there are") == minutes
