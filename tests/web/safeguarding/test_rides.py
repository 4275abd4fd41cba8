"""In whose car a minor rides: her guardian and that driver read it, only while both facts hold; nobody else does."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.acts import change
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.policy import SYSTEM, Role
from scheduler.privacy.service.retention import run_retention
from scheduler.safeguarding.models import DrivingCheck, Guardian
from scheduler.safeguarding.queries import GUARDIAN_LINK
from scheduler.safeguarding.service import record_driving_check
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.models.pick_ups import CarRide
from scheduler.staffing.service.pick_ups import arrange_ride
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_driving_check
from tests.factories.staffing import a_confirmed_visit
from tests.factories.visits import VISIT_DAY
from tests.web.browser import browser_of

DAY = dt.timedelta(days=1)
RIDES, ALONG = "Rides with Ana Marić, from:", "Rides with you: Tara, from:"
OWN = "You ride with Ana Marić, from:"


class Scene:
    """A confirmed visit of Ana, Boris and a minor who rides with Ana, and whose guardian has a link."""

    def __init__(self) -> None:
        self.programme = make_programme(educators=2, influencers=1)
        self.centre = self.programme.centre_id
        self.ana = a_cleared_educator(centre_id=self.centre, given_name="Ana", family_name="Marić")
        self.boris = a_cleared_educator(centre_id=self.centre, given_name="Boris", family_name="Marić")
        self.minor = a_cleared_minor(centre_id=self.centre, given_name="Тара", family_name="Јовић")
        guardian = db.session.scalars(select(Guardian)).one()
        make_driving_check(self.ana.id)
        make_consent(self.minor.id, rides=True)
        self.visit = a_confirmed_visit(self.ana, self.boris, self.minor, programme=self.programme)
        with transaction():
            self.link = "/consent/" + tokens.mint(GUARDIAN_LINK, guardian.id, lasts=90 * DAY, now=MONDAY) + "?lang=en"
        with change(SYSTEM, MONDAY) as act:
            arrange_ride(act, self.visit.id, self.minor.id, self.ana.id, VISIT_DAY)
        self.page = f"/visits/{self.visit.number}?lang=en"


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def test_the_guardian_and_the_driver_read_it_and_no_other_presenter(app, client, scene):
    assert RIDES in client.get(scene.link).text
    assert ALONG in browser_of(app, scene.ana).get(scene.page).text
    assert "Rides with" not in browser_of(app, scene.boris).get(scene.page).text


def test_the_minor_herself_reads_it_too(app, scene):
    hers = browser_of(app, scene.minor).get(scene.page).text

    assert OWN in hers
    assert "Rides with you" not in hers
    assert OWN not in browser_of(app, scene.boris).get(scene.page).text


@pytest.mark.parametrize("ends", ["check", "visit moves"])
def test_it_is_told_no_longer_when_a_fact_ends_or_the_day_is_another(app, client, scene, ends):
    officer = an_actor(Role.SAFEGUARDING, centre_id=scene.centre)
    if ends == "check":
        refused = VettingDraft(VettingResult.REFUSED, MONDAY.date(), MONDAY.date())
        record_driving_check(officer, scene.ana.id, refused, now=MONDAY)
    else:
        with transaction() as session:
            session.scalars(select(CarRide)).one().on_day = VISIT_DAY + DAY

    assert RIDES not in client.get(scene.link).text
    assert ALONG not in browser_of(app, scene.ana).get(scene.page).text
    assert OWN not in browser_of(app, scene.minor).get(scene.page).text


def test_it_is_deleted_seven_days_later(scene):
    run_retention(now=MONDAY + 60 * DAY)

    assert db.session.scalars(select(CarRide)).all() == []


def test_a_check_as_a_driver_is_recorded_and_read_beside_the_other(app, scene):
    officer = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=scene.centre))
    typed = {"result": "cleared", "checked_on": "1.9.2026.", "valid_until": "1.9.2027.", "driving": "y"}
    path = f"/safeguarding/{scene.boris.id}"

    assert officer.post(f"{path}/vetting", data=typed).location == path
    page = officer.get(path + "?lang=en").text

    db.session.rollback()
    assert db.session.scalars(select(DrivingCheck).where(DrivingCheck.presenter_id == scene.boris.id)).one()
    assert "May drive young people" in page
    listed = officer.get("/safeguarding?lang=en").text.split("Driving young people", 1)[1].split("<h2>", 1)[0]
    assert "Boris Marić" in listed
    assert "1 September 2027" in listed
    young = f"/safeguarding/{scene.minor.id}"
    assert "Driving young people" not in officer.get(young + "?lang=en").text
    assert officer.post(f"{young}/vetting", data=typed).status_code == 422
