"""The page that copies a visit."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import Role
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_host
from tests.factories.visits import make_presentation, make_visit
from tests.web.browser import browser_of

SOON = MONDAY.date() + dt.timedelta(days=30)
TYPED = f"{SOON.day}.{SOON.month}.{SOON.year}."


@pytest.fixture
def visit(app):
    made = make_visit()
    make_presentation(made)
    return made


@pytest.fixture
def desk(app, visit):
    return browser_of(app, make_user(centre_id=visit.centre_id))


def form(visit, **given):
    return {"on_day": TYPED, "every_days": "7", "classes": "", "hosts": [str(visit.host_id)], "find": ""} | given


def visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.id)))


def test_the_page_opens_from_the_visit_with_its_own_school_ticked(desk, visit):
    assert f"/visits/{visit.number}/copy" in desk.get(f"/visits/{visit.number}").text
    page = desk.get(f"/visits/{visit.number}/copy?lang=en")

    assert page.status_code == 200
    ticks = re.findall(r'<input[^>]*name="hosts"[^>]*>', page.text)
    assert [("checked" in tick, f'value="{visit.host_id}"' in tick) for tick in ticks] == [(True, True)]


def test_finding_adds_schools_to_tick_and_plans_nothing(desk, visit):
    other = make_host("Бранко Радичевић")
    page = desk.post(f"/visits/{visit.number}/copy", data=form(visit, find="branko radicevic", look="1", on_day=""))

    assert page.status_code == 200
    assert f'value="{other.id}"' in page.text
    assert len(visits()) == 1


def test_a_series_at_two_schools_is_planned_with_one_press(desk, visit):
    other = make_host("Бранко Радичевић")
    data = form(visit, hosts=[str(visit.host_id), str(other.id)], classes="7a\n\n7b")
    told = desk.post(f"/visits/{visit.number}/copy?lang=en", data=data, follow_redirects=True)

    assert [one.host_id for one in visits()] == [visit.host_id] * 3 + [other.id] * 2
    assert "4 visits are planned" in told.text


@pytest.mark.parametrize(
    "wrong", [{"on_day": "x"}, {"hosts": []}, {"hosts": ["x"]}, {"hosts": ["999999"]}, {"every_days": "61"}]
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(desk, visit, wrong):
    answer = desk.post(f"/visits/{visit.number}/copy", data=form(visit, classes="7a", **wrong))

    assert answer.status_code == 422
    assert "7a" in answer.text
    assert len(visits()) == 1


def test_other_roles_and_other_centres_are_refused(app, visit):
    path = f"/visits/{visit.number}/copy"
    assert browser_of(app, make_user(Role.EDUCATOR, centre_id=visit.centre_id)).get(path).status_code == 403
    assert browser_of(app, make_user()).get(path).status_code == 404


def test_a_class_that_is_away_is_named_with_its_right_times_until_somebody_means_it(desk, visit):
    bells = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))}
    told = SchoolTime(bells, Grouping.GRADES, Rotation.NONE, first_grades=frozenset({1, 3, 5, 7}))
    tell_school_time(an_actor(), visit.host_id, told, version=0, now=MONDAY)
    first = desk.get(f"/visits/{visit.number}/copy?lang=en")
    refused = desk.post(f"/visits/{visit.number}/copy?lang=en", data=form(visit, classes="8b"))

    assert 'name="outside_shift"' not in first.text
    assert refused.status_code == 422
    assert len(visits()) == 1
    assert "14:00" in refused.text
    assert 'name="outside_shift"' in refused.text

    meant = desk.post(f"/visits/{visit.number}/copy?lang=en", data=form(visit, classes="8b", outside_shift="y"))
    assert meant.status_code == 302
    assert len(visits()) == 2
