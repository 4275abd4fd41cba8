"""The page of moving says who of the crew does not go along, and where its own hour has no day, other hours."""

import datetime as dt
import re

from scheduler.core.db import transaction
from scheduler.safeguarding.models import AssignmentStop
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import a_plan, make_busy
from tests.laws.page_reader import seen_on
from tests.visits.scene import Scene, states
from tests.web.visits.pages import DAY, body, coordinator, link_of, number_of_visit, offered_soon

A_DAY = dt.timedelta(days=1)


def test_a_minor_whose_week_is_full_is_named_and_the_move_is_pressed_in_full_view_of_it(app, session):
    scene = Scene(planned=False, influencers=1)
    adult, minor = scene.educator(), scene.minor()
    number, there = offered_soon(scene, adult, minor), DAY + 7 * A_DAY
    make_busy(minor, *(there + off * A_DAY for off in (1, 2, 3)))
    browser, place = coordinator(app, scene), f"/visits/{number}/move?lang=en"
    told = "Tara: that week is full for a young person"

    opened, there_opened = body(browser.get(place)), body(browser.get(f"{place}&day={there.isoformat()}"))
    form = next(one for one in seen_on(place, there_opened)[0] if "on_day" in dict(one.fields))
    sent = {name: value for name, value in form.fields if name not in ("look", "meant")}
    sent |= {"until_day": f"{DAY - A_DAY:%d.%m.%Y.}", "until_time": "12:00"}
    asked = browser.post(place, data=sent | {"meant_for": ""})

    assert told not in opened
    assert told in there_opened
    assert (asked.status_code, told in body(asked)) == (422, True)
    assert states(session, scene)[minor.id] == [AssignmentState.OFFERED]
    assert browser.post(place, data=sent | {"meant": "y"}).status_code == 302
    assert states(session, scene) == {adult.id: [AssignmentState.OFFERED], minor.id: [AssignmentState.WITHDRAWN]}
    page = body(browser.get(f"/visits/{number}?lang=en"))
    assert "Moved into a week that is full for a young person." in page
    assert session.query(Assignment).count() == 2 + 6


def test_who_takes_nothing_new_is_named_when_a_visit_moves(app, session):
    scene = Scene(planned=False)
    adult = scene.educator()
    number = offered_soon(scene, adult)
    with transaction() as there:
        there.add(AssignmentStop(presenter_id=adult.id, stopped_at=MONDAY))
    browser = coordinator(app, scene)

    page = body(browser.get(f"/visits/{number}/move?lang=en&day={(DAY + 7 * A_DAY).isoformat()}"))

    assert "takes no new visit at the moment; nobody asks, the place falls open" in page


def test_where_no_day_is_free_at_its_own_hour_other_hours_are_pressed_by_staff_and_named_to_the_school(app, session):
    scene = Scene(a_plan(dt.time(20, 0)), notice_days=0)
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))
    browser, place = coordinator(app, scene), f"/visits/{number_of_visit(scene)}/move"

    page = body(browser.get(place))
    slot = re.findall(r"move\?slot=([^#\"]+)#plan", page)[0]
    day, hour = slot.split("T")
    filled = next(
        one for one in seen_on(place, body(browser.get(f"{place}?slot={slot}")))[0] if "on_day" in dict(one.fields)
    )
    school = app.test_client()
    asked = f"/status/{link_of(scene)}/date"
    told = body(school.get(f"{asked}?lang=en"))

    assert "Free at other hours" in page
    assert dict(filled.fields)["starts-0-starts_local"] == hour
    on_day = dt.date.fromisoformat(day)
    assert dict(filled.fields)["on_day"] == f"{on_day.day}.{on_day.month}.{on_day.year}."
    assert "Listed are days with other hours" in told
    choice = re.search(r'name="first_choice" value="([-\d]+)"', told)[1]
    assert school.post(asked, data={"first_choice": choice, "reason": "Може у 10:00."}).status_code == 302
