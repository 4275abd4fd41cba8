"""A coordinator empties her first page by the acts that stand in its rows; what is not her turn stands nowhere."""

import datetime as dt
import re
from dataclasses import dataclass

from flask.testing import FlaskClient

from scheduler.core.db import transaction
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.offers import answer_offer
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.service import judge_anew
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import DateWish, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, an_educator_on_working_days
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.laws.nasty import FormSeen, seen_on
from tests.visits.scene import Scene
from tests.web.browser import staff_of
from tests.web.reading import rows_of, selects_of

_A, _V = AssignmentState, VisitState


@dataclass
class Row:
    """A row of the first page: what waits, and how it is ended."""

    why: str
    form: FormSeen | None
    place: str

    def press(self, browser: FlaskClient) -> None:
        assert self.form
        answer = browser.post(self.form.action, data=dict(self.form.fields))
        assert answer.location == "/desk", answer.text  # back where it was pressed


def rows_on_desk(browser: FlaskClient) -> list[Row]:
    page = browser.get("/desk?lang=en").text
    listed = page[page.index('id="next"') : page.index("Visits today and tomorrow")]
    found = []
    for one in listed.split("<tr")[2:]:
        forms, _links = seen_on("/desk", one)
        place = re.search(r'class="button[^"]*" href="([^"]+)"', one)
        why = re.search(r"<b>(.*?)</b>", one)
        assert why
        found.append(Row(why[1], forms[0] if forms else None, place[1].split("#")[0] if place else ""))
    return found


def send(browser: FlaskClient, place: str, part: str, **typed: str) -> None:
    """Open a page, and send its form that leads to such an address as the page filled it."""
    forms, _links = seen_on(place, browser.get(place).text)
    form = next(one for one in forms if part in one.action and one.method == "POST")
    kept = {name: value for name, value in form.fields if name != "look"}
    answer = browser.post(form.action, data=kept | typed)
    assert answer.status_code == 302, answer.text


def test_a_request_goes_from_new_to_confirmed_by_the_acts_in_its_rows_and_then_nothing_waits(app):
    educator = an_educator_on_working_days()
    make_school_request(RequestState.NEW, programme=make_programme(centre_id=educator.centre_id))
    coordinator = staff_of(app, educator)
    told, clicks = [], 0
    while found := rows_on_desk(coordinator):
        [row] = found  # one thing stands once
        told.append(row.why)
        clicks += 1 if row.form else 2  # a press, or a page and its press
        if row.form:
            row.press(coordinator)
        elif row.place.endswith("/plan"):
            send(coordinator, row.place, "/plan")
        else:
            send(coordinator, row.place, "/suggest/")
        if told[-1] == "A crew is chosen, but not asked yet":
            assert rows_on_desk(coordinator) == []  # it is the presenter's turn now
            [visit_id] = rows_of(Visit.id)
            answer_offer(presenter_actor(educator), visit_id, accepts=True, now=MONDAY)

    assert told == [
        "A new request that nobody has taken",
        "The school waits for an answer",
        "Planned, but nobody is asked yet",
        "A crew is chosen, but not asked yet",
        "Everybody has accepted",
    ]
    assert clicks == 7  # and one of the presenter's
    assert "Nothing waits for you" in coordinator.get("/desk?lang=en").text


def test_a_visit_stands_once_for_what_presses_most_and_without_who_left_its_crew(app):
    scene, tomorrow = Scene(planned=False), MONDAY.date() + dt.timedelta(days=1)
    ana = scene.educator(given_name="Ana", family_name="Bolesna")
    asked = make_school_request(RequestState.STAFFING, programme=scene.programme, attention=True)
    visit = make_visit(
        _V.PLANNED, programme=scene.programme, on_day=tomorrow, school_request_id=asked.id, confirmed_at=MONDAY
    )
    make_assignment(make_presentation(visit), ana.id, _A.WITHDRAWN)
    with transaction() as session:
        session.add(DateWish(visit_id=visit.id, first_choice=tomorrow, reason="Такмичење.", asked_at=MONDAY))
    coordinator = staff_of(app, scene)

    found = [row for row in desk_of(scene.coordinator, MONDAY).rows if row.request_id == asked.id]
    page = coordinator.get("/desk?lang=en").text

    assert [row.matter for row in found] == [Matter.CREW_LOST]
    assert "Bolesna" not in page
    assert "Tue 15" in page or "15 Sep" in page
    assert "nobody yet" in page


def test_the_inbox_knows_that_a_visit_waits_for_the_coordinator(app):
    scene = Scene(planned=False)
    asked = make_school_request(RequestState.STAFFING, programme=scene.programme)
    visit = make_visit(_V.PLANNED, programme=scene.programme, school_request_id=asked.id)
    make_assignment(make_presentation(visit), scene.educator().id, _A.DECLINED)
    coordinator = staff_of(app, scene)

    listed = coordinator.get("/requests?lang=en").text

    row = next(one for one in listed.split("<tr") if asked.number in one)
    assert "nobody else is asked" in row
    assert f'href="/visits/{visit.number}#crew"' in row
    assert listed.index("Waits for you") < listed.index(asked.number)


def test_the_whole_page_asks_as_often_for_twenty_visits_as_for_one_and_less_often_where_all_is_kept(app):
    scene = Scene(planned=False)
    coordinator = staff_of(app, scene)

    def more(days: int) -> None:
        asked = make_school_request(RequestState.STAFFING, programme=scene.programme)
        day = MONDAY.date() + dt.timedelta(days=days)
        visit = make_visit(_V.OFFERED, programme=scene.programme, school_request_id=asked.id, on_day=day)
        make_assignment(make_presentation(visit), a_cleared_educator(centre_id=scene.centre_id).id, _A.ACCEPTED)
        make_school_request(RequestState.NEW, programme=scene.programme)

    more(1)
    coordinator.get("/desk")
    one = selects_of(coordinator, "/desk")
    for days in range(2, 8):
        more(days)
    assert selects_of(coordinator, "/desk") == one
    at_most(14, one)

    judge_anew(now=MONDAY)
    at_most(12, selects_of(coordinator, "/desk"), "SELECTs where all is stored")
