"""When the clocks go back an hour comes twice: a page asks which; when they go forward, it says so (TRUST R25)."""

import datetime as dt

import pytest

from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.recompute import recompute_times
from tests.factories import MONDAY
from tests.web.reading import rows_of
from tests.web.visits.pages import body, meant, offered_soon, plan_soon

BACK = "25.10.2026."  # a Sunday
FORWARD = "28.3.2027."
TWICE = "Write which one you mean: the clocks go back on this day"
UNTIL = {"until_day": "1.10.2026.", "until_time": "14:00"}
MEANT = meant(dt.date(2026, 10, 25), "02:30")


def second_hour(hour: int) -> list[dt.datetime]:
    """Half past two of that night, once by summer time (0) and once by winter time (1)."""
    return [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC)]


def starts() -> list[dt.datetime]:
    return rows_of(Presentation.starts_at)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "hour"),
    [("2:30A", 0), ("2.30 a", 0), ("2:30\u0410", 0), ("02:30B", 1), ("2:30 Б", 1), ("2:30\u0412", 1)],
    ids=["A", "a", "Cyrillic A", "B", "be", "Cyrillic ve"],
)
def test_a_doubled_hour_is_asked_about_and_either_of_the_two_is_taken(desk, scene, typed, hour):
    path, before = f"/visits/{plan_soon(scene)}/move", starts()
    form = UNTIL | MEANT | {"on_day": BACK, "starts-0-starts_local": "2:30", "starts-0-outside_shift": "y"}

    asked = desk.post(path, data=form)

    assert (asked.status_code, TWICE in body(asked), 'value="2:30"' in body(asked)) == (422, True, True)
    assert starts() == before
    assert desk.post(path, data=form | {"starts-0-starts_local": typed}).status_code == 302
    assert starts() == second_hour(hour)
    assert recompute_times(SYSTEM, now=MONDAY).moved == 0
    assert starts() == second_hour(hour)


@pytest.mark.both_databases
def test_a_visit_moves_from_the_first_of_two_hours_to_the_second_and_back(desk, scene):
    path = f"/visits/{plan_soon(scene)}/move"
    form = UNTIL | MEANT | {"on_day": BACK, "starts-0-outside_shift": "y", "reason": "Night"}
    for typed, hour, said in (("2:30A", 0, "Moved."), ("2:30B", 1, "Moved."), ("2:30B", 1, "at that time already")):
        answer = desk.post(path, data=form | {"starts-0-starts_local": typed}, follow_redirects=True)

        assert said in body(answer)
        assert starts() == second_hour(hour)


def test_a_visit_moves_from_the_first_of_two_hours_to_the_second_on_the_board(desk, scene):
    number = plan_soon(scene)
    form = UNTIL | {"on_day": BACK, "presenter": "", "act": "move"}

    for typed, hour in (("2:30A", 0), ("2:30B", 1)):
        assert desk.post(f"/visits/{number}/place", data=form | {"starts_local": typed}).status_code == 302
        assert starts() == second_hour(hour)


def test_a_skipped_hour_is_refused_in_words(desk, scene):
    path, before = f"/visits/{plan_soon(scene)}/move", starts()
    form = UNTIL | {"on_day": FORWARD, "starts-0-starts_local": "2:30", "starts-0-outside_shift": "y"}
    form |= meant(dt.date(2027, 3, 28), "02:30")

    refused = desk.post(path, data=form)

    assert refused.status_code == 422
    assert "the clocks skip that hour on this day" in body(refused)
    assert starts() == before


@pytest.mark.parametrize(("day", "words"), [(BACK, TWICE), (FORWARD, "the clocks go forward on this day and skip")])
def test_the_time_by_which_somebody_answers_is_one_moment_too(desk, scene, day, words):
    path = f"/visits/{offered_soon(scene, scene.educator())}/move"
    form = {"until_day": day, "until_time": "02:30", "on_day": "1.4.2027.", "starts-0-starts_local": "10:00"}

    refused = desk.post(path, data=form)

    assert (refused.status_code, words in body(refused)) == (422, True)


def test_the_board_and_the_plan_of_a_visit_ask_too(desk, scene):
    plan = {"on_day": BACK, "presentations-0-starts_local": "2:30", "presentations-0-minutes": "45"}

    planned = desk.post(f"/requests/{scene.asked.number}/plan", data=plan)
    number = plan_soon(scene)
    wish = UNTIL | {"on_day": BACK, "starts_local": "2:30", "presenter": "", "act": "move"}
    placed = desk.post(f"/visits/{number}/place", data=wish)

    assert (planned.status_code, TWICE in body(planned)) == (422, True)
    assert (placed.status_code, TWICE in body(placed)) == (422, True)
