"""Who fetches a minor (TRUST S54) and in whose car they ride: read by those alone who must know."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.acts import change
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.policy import SYSTEM, Role
from scheduler.privacy.service.retention import run_retention
from scheduler.safeguarding.models import DrivingCheck, Guardian, GuardianConsent
from scheduler.safeguarding.service import record_driving_check
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.models.pick_ups import CarRide, PickUp
from scheduler.staffing.service.pick_ups import arrange_ride
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_driving_check
from tests.factories.staffing import a_confirmed_visit
from tests.factories.visits import VISIT_DAY
from tests.visits.defences import take_defences_away
from tests.web.browser import browser_of
from tests.web.reading import a_link, main_of, rows_of

DAY = dt.timedelta(days=1)
THE_DAY = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
SAID = "Tetka Ljubica, plavi golf"
RIDES, ALONG, OWN = "Rides with Ana Marić, from:", "Rides with you: Tara, from:", "You ride with Ana Marić, from:"


@pytest.fixture
def programme(app):
    return make_programme(educators=2, influencers=1)


class Scene:
    """A confirmed visit of Ana, Boris and a minor, whose guardian has a link."""

    def __init__(self, programme, born: dt.date = dt.date(2010, 3, 1)) -> None:
        self.centre = programme.centre_id
        self.ana, self.boris = (
            a_cleared_educator(centre_id=self.centre, given_name=name, family_name="Marić") for name in ("Ana", "Boris")
        )
        self.minor = a_cleared_minor(centre_id=self.centre, given_name="Тара", family_name="Јовић", birth_date=born)
        [self.guardian] = rows_of(Guardian)
        self.consent = f"/consent/{a_link(self.guardian.id, 'guardian')}"
        self.visit = a_confirmed_visit(self.ana, self.boris, self.minor, programme=programme)
        self.page = f"/visits/{self.visit.number}?lang=en"
        self.fetched = f"{self.consent}/fetched/{self.visit.number}"


@pytest.fixture
def scene(programme) -> Scene:
    return Scene(programme)


@pytest.fixture
def ride(scene) -> Scene:
    """The minor rides with Ana."""
    make_driving_check(scene.ana.id)
    make_consent(scene.minor.id, rides=True)
    with change(SYSTEM, MONDAY) as act:
        arrange_ride(act, scene.visit.id, scene.minor.id, scene.ana.id, VISIT_DAY)
    return scene


def read_by(app, reader, page: str) -> str:
    answer = browser_of(app, reader).get(page)
    assert answer.status_code == 200
    return answer.text


# --- who fetches ---


def test_the_guardian_reads_where_with_whom_and_types_who_fetches(client, scene):
    page = client.get(scene.consent).text
    assert "Ana Marić" in page
    assert scene.fetched in page

    assert client.post(scene.fetched, data={"who": SAID}).location == scene.consent

    assert SAID in client.get(scene.consent).text
    assert client.post(scene.fetched, data={"who": "Бака Нада"}).status_code == 302  # in the same moment
    assert [row.who for row in rows_of(PickUp)] == ["Бака Нада"]
    assert client.post(scene.fetched, data={"who": ""}).status_code == 302
    assert rows_of(PickUp) == []


def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_stored(client, scene):
    answer = client.post(scene.fetched, data={"who": "x" * 500})

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert rows_of(PickUp) == []


def test_another_guardian_says_nothing_of_the_minor(client, scene):
    other = a_cleared_minor(centre_id=scene.centre)
    guardian = db.session.scalars(select(Guardian).where(Guardian.presenter_id == other.id)).one()
    link = f"/consent/{a_link(guardian.id, 'guardian')}"

    assert client.post(f"{link}/fetched/{scene.visit.number}", data={"who": SAID}).status_code == 404
    assert scene.visit.number not in client.get(link).text


@pytest.mark.parametrize("ended", ["speaks", "withdrawn", "replaced"])
def test_a_link_about_one_sibling_opens_and_changes_nothing_of_the_other(app, client, scene, ended):
    """Their guardian is one person with two links: each address behind a link, with the number of the other's visit."""
    sibling = a_cleared_minor(centre_id=scene.centre, given_name="Мина")
    guardian = db.session.scalars(select(Guardian).where(Guardian.presenter_id == sibling.id)).one()
    assert guardian.email == scene.guardian.email
    link = f"/consent/{a_link(guardian.id, 'guardian')}"
    if ended == "withdrawn":
        assert client.post(f"{link}/withdraw").status_code == 302
    elif ended == "replaced":
        with transaction() as session:
            session.get(Guardian, guardian.id).replaced_at = MONDAY
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/consent/<token>")]
    for rule in rules:
        address = rule.rule.replace("<token>", link.rpartition("/")[2]).replace("<number>", scene.visit.number)
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = client.open(address, method=method, data={"who": SAID, "name": "Vesna"})
            if "<number>" in rule.rule:
                assert answer.status_code in (404, 410), address
            assert not {scene.visit.number, "Тара", "Tara"} & set(re.findall(r"[\w-]+", main_of(answer))), address

    assert len(rules) == 5
    assert rows_of(PickUp) == []
    standing = select(GuardianConsent.withdrawn_at).where(GuardianConsent.presenter_id == scene.minor.id)
    db.session.rollback()
    assert db.session.scalars(standing).all() == [None]


def test_once_she_is_of_age_the_link_tells_of_no_visit_to_come_and_changes_nothing(client, programme, the_clock):
    scene = Scene(programme, born=(MONDAY + DAY).date().replace(year=2008))
    client.post(scene.fetched, data={"who": SAID})
    the_clock.moves_on(DAY)

    assert "Ana Marić" not in client.get(scene.consent).text
    assert client.get(f"{scene.consent}/withdraw").status_code == 404
    assert client.post(f"{scene.consent}/withdraw").status_code == 404
    assert client.post(scene.fetched, data={"who": ""}).status_code == 404

    assert [row.who for row in rows_of(PickUp)] == [SAID]
    assert [row.withdrawn_at for row in rows_of(GuardianConsent)] == [None]


@pytest.mark.parametrize(("at", "read"), [(MONDAY, False), (THE_DAY, True), (THE_DAY + DAY, False)])
def test_it_is_read_on_the_day_alone_by_the_desk_and_the_adult_who_goes_along(app, client, scene, the_clock, at, read):
    client.post(scene.fetched, data={"who": SAID})
    the_clock.stands_at(at)

    for reader in (scene.ana, make_user(centre_id=scene.centre)):
        assert (SAID in read_by(app, reader, scene.page)) is read
    for reader in (scene.boris, scene.minor):
        assert SAID not in read_by(app, reader, scene.page)
    assert SAID not in browser_of(app, make_user()).get(scene.page).text  # of another centre


def test_the_minor_reads_which_adult_goes_along(app, scene):
    assert "This adult goes with you: Ana Marić" in read_by(app, scene.minor, scene.page)


def test_seven_days_after_the_visit_it_is_gone(client, scene):
    client.post(scene.fetched, data={"who": SAID})
    noon = dt.datetime.combine(VISIT_DAY, dt.time(12), tzinfo=dt.UTC)

    run_retention(now=noon + 6 * DAY)
    assert len(rows_of(PickUp)) == 1
    run_retention(now=noon + 7 * DAY)
    assert rows_of(PickUp) == []


def test_the_audit_says_that_it_was_said_and_not_by_whose_name(client, scene):
    client.post(scene.fetched, data={"who": SAID})

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "way home said")).one()
    assert entry.actor == f"link:guardian:{scene.guardian.id}"
    assert SAID not in entry.details
    assert db.session.get(Guardian, scene.guardian.id) is not None
    assert db.session.get(Presenter, scene.minor.id) is not None


# --- in whose car ---


def test_the_guardian_the_driver_and_the_minor_read_of_the_ride_and_no_other_presenter(app, client, ride):
    assert RIDES in client.get(f"{ride.consent}?lang=en").text
    assert ALONG in read_by(app, ride.ana, ride.page)
    of_the_minor, of_boris = (read_by(app, reader, ride.page) for reader in (ride.minor, ride.boris))
    assert OWN in of_the_minor
    assert "Rides with you" not in of_the_minor
    assert "Rides with" not in of_boris
    assert OWN not in of_boris


@pytest.mark.parametrize("ends", ["check", "visit moves"])
def test_it_is_told_no_longer_when_a_fact_ends_or_the_day_is_another(app, client, ride, ends):
    if ends == "check":
        officer = an_actor(Role.SAFEGUARDING, centre_id=ride.centre)
        refused = VettingDraft(VettingResult.REFUSED, MONDAY.date(), MONDAY.date())
        record_driving_check(officer, ride.ana.id, refused, now=MONDAY)
    else:
        with transaction() as session:  # the ride stays on its day: here it is the one that moves
            take_defences_away(session, "car_ride")
            session.scalars(select(CarRide)).one().on_day = VISIT_DAY + DAY
            session.flush()

    assert RIDES not in client.get(f"{ride.consent}?lang=en").text
    assert ALONG not in read_by(app, ride.ana, ride.page)
    assert OWN not in read_by(app, ride.minor, ride.page)


def test_it_is_deleted_seven_days_later(ride):
    run_retention(now=MONDAY + 60 * DAY)

    assert rows_of(CarRide) == []


def test_a_check_as_a_driver_is_recorded_and_read_beside_the_other(officer, ride):
    typed = {"result": "cleared", "checked_on": "1.9.2026.", "valid_until": "1.9.2027.", "driving": "y"}
    adult, young = (f"/safeguarding/{one.id}" for one in (ride.boris, ride.minor))

    assert officer.post(f"{adult}/vetting", data=typed).location == adult
    page = officer.get(f"{adult}?lang=en").text

    db.session.rollback()
    assert db.session.scalars(select(DrivingCheck).where(DrivingCheck.presenter_id == ride.boris.id)).one()
    assert "May drive young people" in page
    listed = officer.get("/safeguarding?lang=en").text.split("Driving young people", 1)[1].split("<h2>", 1)[0]
    assert "Boris Marić" in listed
    assert "1 September 2027" in listed
    assert "Driving young people" not in officer.get(f"{young}?lang=en").text
    assert officer.post(f"{young}/vetting", data=typed).status_code == 422
