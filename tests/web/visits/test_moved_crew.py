"""The page of moving a visit says who of its crew does not go along, before it is pressed."""

import datetime as dt

from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.factories.staffing import make_busy
from tests.laws.nasty import seen_on
from tests.visits.scene import Scene, states
from tests.web.visits.pages import DAY, body, coordinator, offered_soon

A_DAY = dt.timedelta(days=1)


def test_a_minor_whose_week_is_full_is_named_and_the_move_is_pressed_in_full_view_of_it(app, session):
    scene = Scene(influencers=1)
    adult, minor = scene.educator(), scene.minor()
    number, there = offered_soon(scene, adult, minor), DAY + 7 * A_DAY
    make_busy(minor, *(there + off * A_DAY for off in (-1, 1, 2)))
    browser, place = coordinator(app, scene), f"/visits/{number}/move?lang=en"
    told = "Tara: that week is full for a young person"

    opened, there_opened = body(browser.get(place)), body(browser.get(f"{place}&day={there.isoformat()}"))
    form = next(one for one in seen_on(place, there_opened)[0] if one.action.endswith("/move"))
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
