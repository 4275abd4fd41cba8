"""Staff who are limited to districts see, find and do nothing of others; who is limited to none sees everything."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.closures.service.close import close_hosts
from scheduler.core.db import db, transaction
from scheduler.people.models import UserDistrict
from scheduler.people.queries import coordinators_of
from scheduler.places.models import District, Municipality
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.messages import make_message
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of


class Scene:
    """One centre, a school in each of two districts with its request and its visit, and who may see what."""

    def __init__(self, app):
        self.programme = make_programme()
        hosts = self.near, self.far = make_host("Ближа школа"), make_host("Даља школа")
        given = {"programme": self.programme}
        self.asked = [make_school_request(RequestState.NEW, host_id=host.id, **given) for host in hosts]
        self.visits = [make_visit(VisitState.PLANNED, host_id=host.id, **given) for host in hosts]
        for visit in self.visits:
            make_presentation(visit)
        self.mails = [make_message(about=("visit", one.id), centre_id=one.centre_id).id for one in self.visits]
        self.limited, self.whole = (
            make_user(centre_id=self.programme.centre_id, password_hash="set") for _ in range(2)
        )
        limit(self.limited, district_of(self.near))
        self.browser, self.wide = browser_of(app, self.limited), browser_of(app, self.whole)


def district_of(host):
    return db.session.scalar(sa.select(Municipality.district_id).where(Municipality.id == host.municipality_id))


def limit(user, *district_ids):
    with transaction() as session:
        session.add_all(UserDistrict(user_id=user.id, district_id=one) for one in district_ids)


@pytest.fixture
def scene(app):
    return Scene(app)


def test_what_was_held_is_drawn_of_the_own_districts_only(scene):
    day = MONDAY.date() - dt.timedelta(days=3)
    for host in (scene.near, scene.far):
        visit = make_visit(VisitState.DELIVERED, programme=scene.programme, host_id=host.id, on_day=day)
        make_attendance(make_presentation(visit, state=PresentationState.DELIVERED))

    narrow, wide = (browser.get("/desk?lang=en").text for browser in (scene.browser, scene.wide))
    near = db.session.scalar(sa.select(District.name_en).where(District.id == district_of(scene.near)))

    assert f"In your districts: {near}." in narrow
    assert "Held so far: 1 in all" in narrow
    assert "In your districts" not in wide
    assert "Held so far: 2 in all" in wide


def test_what_a_closure_stopped_elsewhere_is_not_called_another_centres(app, scene):
    draft = ClosureDraft((Extent(),), VISIT_DAY, VISIT_DAY, ClosureReason.SNOW)
    closure_id = close_hosts(scene.whole.actor(), draft, seen=frozenset(one.id for one in scene.visits), now=MONDAY)

    narrow, wide = (one.get(f"/closures/{closure_id}?lang=en").text for one in (scene.browser, scene.wide))

    assert scene.visits[0].number in narrow
    assert scene.visits[1].number not in narrow
    assert "Visits that others look after among them: 1." in narrow
    assert "others look after" not in wide


LISTS = (
    "/requests?show=open",
    "/visits?from=2026-10-06",
    "/board?week=2026-10-06",
    "/board?week=2026-10-06&by=districts",
    "/search?q=Школа",
)


@pytest.mark.parametrize("address", LISTS)
def test_lists_hold_the_own_districts_only(scene, address):
    near, far = ((scene.asked[place].number, scene.visits[place].number) for place in (0, 1))
    narrow, wide = scene.browser.get(address).text, scene.wide.get(address).text

    assert not any(one in narrow for one in far)
    assert any(one in narrow for one in near)
    assert any(one in wide for one in far)


def test_mails_about_other_districts_are_not_in_the_outbox(scene):
    near, far = scene.mails
    listed, wide = scene.browser.get("/messages").text, scene.wide.get("/messages").text

    assert f"/messages/{near}" in listed
    assert f"/messages/{far}" not in listed
    assert f"/messages/{far}" in wide
    assert scene.browser.get(f"/messages/{far}").status_code == 404
    assert scene.wide.get(f"/messages/{far}").status_code == 200


def pages(scene, place):
    request, visit = scene.asked[place].number, scene.visits[place].number
    of_visit = ("", "/move", "/text", "/cancel", "/copy", "/campaign")
    return [f"/requests/{request}", *(f"/visits/{visit}{page}" for page in of_visit)]


def test_pages_of_other_districts_are_not_there(scene):
    assert {page: code for page in pages(scene, 1) if (code := scene.browser.get(page).status_code) != 404} == {}
    assert {scene.browser.get(page).status_code for page in pages(scene, 0)} == {200}
    assert {scene.wide.get(page).status_code for page in pages(scene, 1)} == {200}


def test_no_act_reaches_another_district(scene):
    request, visit = scene.asked[1].number, scene.visits[1].number

    for path in (f"/visits/{visit}/cancel", f"/visits/{visit}/offer", f"/requests/{request}/take"):
        assert scene.browser.post(path, data={"reason": "weather"}).status_code == 404, path
    assert scene.visits[1].state is VisitState.PLANNED


def test_mails_about_a_district_go_to_who_has_it_and_to_everybody_where_nobody_has(scene):
    def told(host):
        return {one.user_id for one in coordinators_of(scene.programme.centre_id, district_of(host))}

    assert told(scene.near) == {scene.limited.id, scene.whole.id}
    assert told(scene.far) == {scene.whole.id}
    limit(scene.whole, district_of(scene.near))
    assert told(scene.far) == {scene.limited.id, scene.whole.id}


def test_districts_are_set_on_the_page_of_a_member_of_staff_and_its_history_says_so(app, scene):
    boss = staff_of(app, scene.programme, Role.ADMINISTRATOR)
    near, far = (f"/visits/{visit.number}" for visit in scene.visits)
    path = f"/people/users/{scene.whole.id}/roles"

    answer = boss.post(path, data={"roles": ["coordinator"], "districts": [str(district_of(scene.far))]})

    assert answer.status_code == 302
    assert [scene.wide.get(page).status_code for page in (near, far)] == [404, 200]
    iso = db.session.scalar(sa.select(District.iso).where(District.id == district_of(scene.far)))
    page = boss.get(path + "?lang=en").text
    assert "Districts changed" in page
    assert f"now: {iso}" in page
    assert re.search(r'name="districts"[^>]*checked|checked[^>]*name="districts"', page)
    boss.post(path, data={"roles": ["coordinator"]})
    assert scene.wide.get(near).status_code == 200


def test_nobody_changes_her_own_districts(app, scene):
    her = make_user(Role.ADMINISTRATOR, Role.COORDINATOR, centre_id=scene.programme.centre_id)
    wish = {"roles": ["administrator", "coordinator"], "districts": [str(district_of(scene.far))]}

    answer = browser_of(app, her).post(f"/people/users/{her.id}/roles?lang=en", data=wish)

    assert answer.status_code == 422
    assert "nobody changes her own districts" in answer.text
    assert her.id not in rows_of(UserDistrict.user_id)
    assert her.actor().districts == frozenset()
