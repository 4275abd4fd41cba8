"""The page that copies a visit."""

import datetime as dt
import re

import pytest

from scheduler.policy import Role
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.school_time import tell_shifts
from tests.factories.visits import make_presentation, make_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of

SOON = MONDAY.date() + dt.timedelta(days=30)
TYPED = f"{SOON.day}.{SOON.month}.{SOON.year}."


@pytest.fixture
def visit(app):
    made = make_visit()
    make_presentation(made)
    return made


@pytest.fixture
def desk(app, visit):
    return staff_of(app, visit)


@pytest.fixture
def path(visit) -> str:
    return f"/visits/{visit.number}/copy"


def form(visit, **given):
    return {"on_day": TYPED, "every_days": "7", "classes": "", "hosts": [str(visit.host_id)], "find": ""} | given


def test_the_page_opens_from_the_visit_with_its_own_school_ticked(desk, visit, path):
    assert path in desk.get(f"/visits/{visit.number}").text

    ticks = re.findall(r'<input[^>]*name="hosts"[^>]*>', desk.get(path).text)

    assert [("checked" in tick, f'value="{visit.host_id}"' in tick) for tick in ticks] == [(True, True)]


def test_finding_adds_schools_to_tick_and_plans_nothing(desk, visit, path):
    other = make_host("Бранко Радичевић")
    page = desk.post(path, data=form(visit, find="branko radicevic", look="1", on_day=""))

    assert page.status_code == 200
    assert f'value="{other.id}"' in page.text
    assert len(rows_of(Visit)) == 1


def test_a_series_at_two_schools_is_planned_with_one_press(desk, visit, path):
    other = make_host("Бранко Радичевић")
    data = form(visit, hosts=[str(visit.host_id), str(other.id)], classes="7a\n\n7b")
    told = desk.post(f"{path}?lang=en", data=data, follow_redirects=True)

    assert rows_of(Visit.host_id) == [visit.host_id] * 3 + [other.id] * 2
    assert "4 visits are planned" in told.text


@pytest.mark.parametrize(
    "wrong", [{"on_day": "x"}, {"hosts": []}, {"hosts": ["x"]}, {"hosts": ["999999"]}, {"every_days": "61"}]
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(desk, visit, path, wrong):
    answer = desk.post(path, data=form(visit, classes="7a", **wrong))

    assert answer.status_code == 422
    assert "7a" in answer.text
    assert len(rows_of(Visit)) == 1


def test_other_roles_and_other_centres_are_refused(app, visit, path):
    assert staff_of(app, visit, Role.EDUCATOR).get(path).status_code == 403
    assert browser_of(app, make_user()).get(path).status_code == 404


def test_a_class_that_is_away_is_named_with_its_right_times_until_somebody_means_it(desk, visit, path):
    tell_shifts(visit.host_id)
    first = desk.get(f"{path}?lang=en")
    refused = desk.post(f"{path}?lang=en", data=form(visit, classes="8b"))

    assert 'name="outside_shift"' not in first.text
    assert (refused.status_code, len(rows_of(Visit))) == (422, 1)
    for words in ("14:00", 'name="outside_shift"'):
        assert words in refused.text

    meant = desk.post(f"{path}?lang=en", data=form(visit, classes="8b", outside_shift="y"))
    assert meant.status_code == 302
    assert len(rows_of(Visit)) == 2
