"""Who fetches a minor: from her guardian alone, read on the day alone, deleted after seven days (TRUST S54)."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.privacy.service.retention import run_retention
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import GUARDIAN_LINK
from scheduler.staffing.models.pick_ups import PickUp
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_confirmed_visit
from tests.factories.visits import VISIT_DAY
from tests.web.browser import browser_of

SAID = "Tetka Ljubica, plavi golf"
THE_DAY = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Scene:
    """A confirmed visit of Ana, Boris and a minor, whose guardian has a link."""

    def __init__(self) -> None:
        self.programme = make_programme(educators=2, influencers=1)
        centre = self.programme.centre_id
        self.ana = a_cleared_educator(centre_id=centre, given_name="Ana", family_name="Marić")
        self.boris = a_cleared_educator(centre_id=centre, given_name="Boris", family_name="Marić")
        self.minor = a_cleared_minor(centre_id=centre, given_name="Тара", family_name="Јовић")
        self.guardian = db.session.scalars(select(Guardian)).one()
        with transaction():
            self.link = tokens.mint(GUARDIAN_LINK, self.guardian.id, lasts=90 * DAY, now=MONDAY)
        self.visit = a_confirmed_visit(self.ana, self.boris, self.minor, programme=self.programme)
        self.path = f"/consent/{self.link}/fetched/{self.visit.number}"


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def test_the_guardian_reads_where_with_whom_and_types_who_fetches(client, scene):
    page = client.get(f"/consent/{scene.link}").text
    assert "Ana Marić" in page
    assert scene.path in page

    assert client.post(scene.path, data={"who": SAID}).location == f"/consent/{scene.link}"

    assert SAID in client.get(f"/consent/{scene.link}").text
    assert client.post(scene.path, data={"who": ""}).status_code == 302
    assert db.session.scalars(select(PickUp)).all() == []


def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(client, scene):
    answer = client.post(scene.path, data={"who": "x" * 500})

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert db.session.scalars(select(PickUp)).all() == []


def test_another_guardian_says_nothing_of_her(client, scene):
    other = a_cleared_minor(centre_id=scene.programme.centre_id)
    guardian = db.session.scalars(select(Guardian).where(Guardian.presenter_id == other.id)).one()
    with transaction():
        link = tokens.mint(GUARDIAN_LINK, guardian.id, lasts=90 * DAY, now=MONDAY)

    assert client.post(f"/consent/{link}/fetched/{scene.visit.number}", data={"who": SAID}).status_code == 404
    assert scene.visit.number not in client.get(f"/consent/{link}").text


@pytest.mark.parametrize(("at", "read"), [(MONDAY, False), (THE_DAY, True), (THE_DAY + DAY, False)])
def test_it_is_read_on_the_day_alone_by_the_desk_and_the_adult_who_goes_along(app, client, scene, the_clock, at, read):
    client.post(scene.path, data={"who": SAID})
    the_clock.stands_at(at)
    visit, centre = f"/visits/{scene.visit.number}", scene.programme.centre_id

    for reader in (scene.ana, make_user(centre_id=centre)):
        assert (SAID in browser_of(app, reader).get(visit).text) is read
    for reader in (scene.boris, scene.minor):
        page = browser_of(app, reader).get(visit)
        assert page.status_code == 200
        assert SAID not in page.text
    assert SAID not in browser_of(app, make_user()).get(visit).text


def test_the_minor_reads_which_adult_goes_with_her(app, scene):
    page = browser_of(app, scene.minor).get(f"/visits/{scene.visit.number}?lang=en").text

    assert "This adult goes with you: Ana Marić" in page


def test_seven_days_after_the_visit_it_is_gone(client, scene):
    client.post(scene.path, data={"who": SAID})
    noon = dt.datetime.combine(VISIT_DAY, dt.time(12), tzinfo=dt.UTC)

    run_retention(now=noon + 6 * DAY)
    assert len(db.session.scalars(select(PickUp)).all()) == 1
    db.session.rollback()
    run_retention(now=noon + 7 * DAY)
    assert db.session.scalars(select(PickUp)).all() == []


def test_the_audit_says_that_it_was_said_and_not_by_whose_name(client, scene):
    client.post(scene.path, data={"who": SAID})

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "way home said")).one()
    assert entry.actor == f"link:guardian:{scene.guardian.id}"
    assert SAID not in entry.details
    assert db.session.get(Guardian, scene.guardian.id) is not None
    assert db.session.get(Presenter, scene.minor.id) is not None


def test_the_privacy_notice_names_the_seven_days(client):
    assert "Who fetches a young presenter" in client.get("/privacy?lang=en").text
