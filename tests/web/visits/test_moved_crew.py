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
from tests.laws.nasty import seen_on
from tests.visits.scene import Scene, states
from tests.web.visits.pages import DAY, body, coordinator, link_of, number_of_visit, offered_soon

A_DAY = dt.timedelta(days=1)


def plan_on(page: str) -> dict[str, str]:
    """The form that names the new day, as the page filled it."""
    return next(fields for one in seen_on("", page)[0] if "on_day" in (fields := dict(one.fields)))


def test_a_minor_whose_week_is_full_is_named_and_the_move_is_pressed_in_full_view_of_it(app, session):
    scene = Scene(planned=False, influencers=1)
    adult, minor = scene.educator(), scene.minor()
    visit, there = f"/visits/{offered_soon(scene, adult, minor)}", DAY + 7 * A_DAY
    make_busy(minor, *(there + off * A_DAY for off in (1, 2, 3)))
    browser, place = coordinator(app, scene), f"{visit}/move"
    told = "Tara: that week is full for a young person"

    opened, there_opened = body(browser.get(place)), body(browser.get(f"{place}?day={there}"))
    sent = {name: value for name, value in plan_on(there_opened).items() if name not in ("look", "meant")}
    sent |= {"until_day": f"{DAY - A_DAY:%d.%m.%Y.}", "until_time": "12:00"}
    asked = browser.post(place, data=sent | {"meant_for": ""})

    assert told not in opened
    assert told in there_opened
    assert (asked.status_code, told in body(asked)) == (422, True)
    assert states(session, scene)[minor.id] == [AssignmentState.OFFERED]
    assert browser.post(place, data=sent | {"meant": "y"}).status_code == 302
    assert states(session, scene) == {adult.id: [AssignmentState.OFFERED], minor.id: [AssignmentState.WITHDRAWN]}
    assert "Moved into a week that is full for a young person." in body(browser.get(visit))
    assert session.query(Assignment).count() == 2 + 6


def test_who_takes_nothing_new_is_named_when_a_visit_moves(desk, scene):
    adult = scene.educator()
    number = offered_soon(scene, adult)
    with transaction() as session:
        session.add(AssignmentStop(presenter_id=adult.id, stopped_at=MONDAY))

    page = body(desk.get(f"/visits/{number}/move?day={DAY + 7 * A_DAY}"))

    assert "takes no new visit at the moment; nobody asks, the place falls open" in page


def test_where_no_day_is_free_at_its_own_hour_other_hours_are_pressed_by_staff_and_named_to_the_school(app, client):
    scene = Scene(a_plan(dt.time(20, 0)), notice_days=0)
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))
    browser, place = coordinator(app, scene), f"/visits/{number_of_visit(scene)}/move"

    page = body(browser.get(place))
    slot = re.findall(r"move\?slot=([^#\"]+)#plan", page)[0]
    day, hour = slot.split("T")
    filled = plan_on(body(browser.get(f"{place}?slot={slot}")))
    asked = f"/status/{link_of(scene)}/date"
    told = body(client.get(f"{asked}?lang=en"))

    assert "Free at other hours" in page
    on_day = dt.date.fromisoformat(day)
    assert filled["starts-0-starts_local"] == hour
    assert filled["on_day"] == f"{on_day.day}.{on_day.month}.{on_day.year}."
    assert "Listed are days with other hours" in told
    choice = re.search(r'name="first_choice" value="([-\d]+)"', told)[1]
    assert client.post(asked, data={"first_choice": choice, "reason": "Може у 10:00."}).status_code == 302
