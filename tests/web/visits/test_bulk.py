"""Several visits offered or confirmed from a plan or from the first page: seen before, done once, taken back."""

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.core.db import db
from scheduler.jobs import long_work, proposals
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.proposals import FIRST, LAST, Region, a_region
from tests.laws.page_reader import seen_on
from tests.visits.scene import Scene, another_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, text_of, value_of

TEN, MOST_PRESSES = 10, 20


@dataclass
class Hand:
    """A coordinator without a mouse trick: every link followed, form sent and box ticked is a press."""

    browser: FlaskClient
    page: TestResponse
    presses: int = 0

    def follow(self, address: str) -> None:
        assert address in seen_on(self.page.request.path, self.page.text)[1], f"no link to {address}"
        self.page, self.presses = self.browser.get(address), self.presses + 1

    def tick(self, name: str, *values: object) -> dict[str, list[str]]:
        """Boxes that the page has; those of a table are ticked by the one in its head."""
        for value in values:
            assert re.search(rf'name="{name}"[^>]*value="{re.escape(str(value))}"', self.page.text), (name, value)
        self.presses += 1
        return {name: [str(value) for value in values]}

    def tick_all(self) -> dict[str, list[str]]:
        assert "data-tick-all" in self.page.text
        found = re.findall(r'type="checkbox" name="rows" value="([^"]*)"', self.page.text)
        return self.tick("rows", *found)

    def send(self, action: str, **fields: object) -> None:
        """A form of the page: as it is filled, and with what was chosen in it."""
        form = next(
            one for one in seen_on(self.page.request.path, self.page.text)[0] if one.action.split("?")[0] == action
        )
        stands = {name: value for name, value in form.fields if name in ("csrf_token", "form_key", "seen", "act")}
        if "rows" not in fields:
            stands["rows"] = [value for name, value in form.fields if name == "rows"]
        if form.method == "GET":
            self.page = self.browser.get(action, query_string=fields)
        else:
            self.page = self.browser.post(form.action, data={**stands, **fields}, follow_redirects=True)
        assert self.page.status_code == 200, text_of(self.page)
        self.presses += 1


@pytest.fixture
def region(session, monkeypatch) -> Region:
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)
    return a_region(requests=TEN, educators=4, state=RequestState.NEW)


def states_of(region: Region) -> list[RequestState]:
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(SchoolRequest.state).where(SchoolRequest.id.in_([one.id for one in region.asked])))
    )


@pytest.mark.slow
def test_ten_new_requests_of_a_region_are_offered_with_at_most_twenty_presses(app, region):
    host = db.session.get_one(Host, region.asked[0].host_id)
    district = db.session.get_one(Municipality, host.municipality_id).district_id
    browser = browser_of(app, region.coordinator)
    hand = Hand(browser, browser.get("/desk?lang=en"))

    hand.follow("/requests")
    hand.send("/requests", state="new", district=district, show="open")
    hand.send("/requests/together", act="agree", **hand.tick_all())
    hand.send("/requests/together", act="agree", seen="1")
    assert states_of(region) == [RequestState.AGREED] * TEN
    hand.follow("/board")
    hand.follow("/plans")
    hand.follow("/plans/new")
    days = {"first_day": FIRST.isoformat(), "last_day": LAST.isoformat()}
    hand.send("/plans/new", **days, **hand.tick("districts", district))
    long_work.do_long_work.call_local()
    plan = hand.page.request.path
    hand.page = browser.get(plan)  # it looks again by itself
    hand.send(f"{plan}/apply", **hand.tick_all())
    hand.send("/bulk-visits/offer")
    hand.send("/bulk-visits/offer/send")

    assert [row.state for row in rows_of(Visit)] == [VisitState.OFFERED] * TEN
    assert "10 visits are offered to their crews." in text_of(hand.page)
    assert hand.presses <= MOST_PRESSES


@pytest.fixture
def pair(session) -> tuple[Scene, Scene]:
    first = Scene()
    return first, another_visit(first)


def preview(browser: FlaskClient, act: str) -> TestResponse:
    return browser.post(f"/bulk-visits/{act}?lang=en")


def send(browser: FlaskClient, act: str, seen: TestResponse, **given: object) -> TestResponse:
    ticked = re.findall(r'name="rows" value="([^"]*)"', seen.text)
    form = {"rows": ticked, "form_key": value_of(seen, "form_key"), **given}
    return browser.post(f"/bulk-visits/{act}/send", data=form, follow_redirects=True)


def states(*scenes: Scene) -> list[VisitState]:
    db.session.rollback()
    return [db.session.get_one(Visit, one.visit_id, populate_existing=True).state for one in scenes]


@pytest.mark.parametrize("act", ["offer", "confirm"])
def test_from_the_first_page_it_is_seen_done_once_and_taken_back(app, pair, act):
    for scene in pair:
        (scene.suggested_to if act == "offer" else scene.accepted_by)(scene.educator())
    desk, before = browser_of(app, pair[0].coordinator), states(*pair)
    many = len(rows_of(OutboxMessage))
    of = {"offer": "crew", "confirm": "confirm"}[act]
    assert f"/bulk-visits/{act}" in desk.get(f"/desk?of={of}").text
    seen = preview(desk, act)
    assert "until then you can take it back" in text_of(seen)
    assert seen.text.count('name="rows"') == 2
    assert (states(*pair), len(rows_of(OutboxMessage))) == (before, many)

    done = send(desk, act, seen)
    send(desk, act, seen)  # pressed twice

    after = {"offer": VisitState.OFFERED, "confirm": VisitState.CONFIRMED}[act]
    assert states(*pair) == [after] * 2
    assert "The mails leave in 10 minutes." in text_of(done)
    written = rows_of(OutboxMessage)[many:]
    assert {one.not_before for one in written} == {MONDAY + MAIL_WAITS}

    undo = re.search(rf'action="(/bulk-visits/{act}/undo/[^"]*)"', done.text)
    assert undo
    back = desk.post(undo[1], follow_redirects=True)

    assert "2 visits are as before." in text_of(back)
    assert states(*pair) == before
    assert {one.state for one in rows_of(OutboxMessage)[many:]} == {MessageState.STOPPED}
    assert desk.post(undo[1]).status_code == 404


def test_what_cannot_be_is_named_before_and_what_changes_meanwhile_after(app, pair):
    first, second = pair
    person = first.educator()
    for scene in pair:  # both at the same hour
        scene.suggested_to(person)
    desk = browser_of(app, first.coordinator)
    seen = preview(desk, "offer")
    number = db.session.get_one(Visit, second.visit_id).number

    assert "Left out:" in text_of(seen)
    assert f'<a href="/visits/{number}">{number}</a>' in seen.text
    assert seen.text.count('name="rows"') == 1

    first.suggest(first.educator())
    done = send(desk, "offer", seen)
    assert states(*pair) == [VisitState.PLANNED] * 2
    assert db.session.get_one(Visit, first.visit_id).number in text_of(done)


def test_nothing_ticked_is_told_and_nothing_waits_is_told(app, pair):
    desk = browser_of(app, pair[0].coordinator)
    assert "There is no offer to send." in text_of(preview(desk, "offer"))
    assert "There is no visit to confirm." in text_of(preview(desk, "confirm"))
    answer = desk.post("/bulk-visits/offer/send?lang=en", data={"rows": ["x", "1.y", "1"]}, follow_redirects=True)
    assert answer.status_code == 200
    assert states(*pair) == [VisitState.PLANNED] * 2
    assert desk.post("/bulk-visits/nonsense").status_code == 404


def test_the_plan_of_another_centre_is_not_there(app, pair, session):
    other = a_region(requests=1)
    plan = other.proposed(other.seat(0))

    assert browser_of(app, pair[0].coordinator).post(f"/bulk-visits/offer?plan={plan}").status_code == 404


@pytest.mark.parametrize("act", ["offer", "confirm"])
def test_nobody_but_a_coordinator_of_the_centre_does_it(app, pair, act):
    first, _second = pair
    (first.suggested_to if act == "offer" else first.accepted_by)(first.educator())
    before, row = states(first), db.session.get_one(Visit, first.visit_id)
    tick = {"rows": [f"{row.id}.{row.version}"]}
    stranger = Scene()
    assert browser_of(app, stranger.coordinator).post(f"/bulk-visits/{act}/send", data=tick).status_code == 404
    assert row.number not in preview(browser_of(app, stranger.coordinator), act).text
    for role in (Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING):
        other = staff_of(app, first, role)
        assert other.post(f"/bulk-visits/{act}").status_code in (403, 404), role
        assert other.post(f"/bulk-visits/{act}/send", data=tick).status_code in (403, 404), role
    assert states(first) == before
