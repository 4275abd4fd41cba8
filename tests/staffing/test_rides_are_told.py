"""Guardian and driver are told of a ride once it stands, and again when it changes or ends; nobody else, and once."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler.acts import change
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM, Role
from scheduler.safeguarding.service import record_driving_check, withdraw_consent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.queries.driving import drivers_page
from scheduler.staffing.queries.pick_ups import violations
from scheduler.staffing.service.pick_ups import arrange_ride
from scheduler.staffing.service.rides import tell_of_rides
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_driving_check
from tests.factories.staffing import a_confirmed_visit
from tests.factories.visits import VISIT_DAY
from tests.visits.defences import by_sql

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
KINDS = ("ride_told", "ride_driven", "ride_ended", "ride_driven_ended")


class Arranged:
    """A confirmed visit to which Tara rides with Ana; Boris goes there, too."""

    def __init__(self) -> None:
        programme = make_programme(educators=2, influencers=1)
        self.centre = programme.centre_id
        self.ana = a_cleared_educator(centre_id=self.centre, given_name="Ana", family_name="Marić")
        boris = a_cleared_educator(centre_id=self.centre, given_name="Boris", family_name="Petrić")
        self.tara = a_cleared_minor(centre_id=self.centre, given_name="Tara", family_name="Jović")
        make_driving_check(self.ana.id)
        self.consent_id = make_consent(self.tara.id, rides=True).id
        self.visit = a_confirmed_visit(self.ana, boris, self.tara, programme=programme)
        with change(SYSTEM, MONDAY) as act:
            arrange_ride(act, self.visit.id, self.tara.id, self.ana.id, VISIT_DAY)
        db.session.rollback()


@pytest.fixture
def arranged(app) -> Arranged:
    return Arranged()


def told() -> list[OutboxMessage]:
    db.session.rollback()
    of_rides = select(OutboxMessage).where(OutboxMessage.kind.in_(KINDS))
    return list(db.session.scalars(of_rides.order_by(OutboxMessage.id)))


def kinds() -> list[str]:
    return [one.kind for one in told()]


def answers(state: AssignmentState, who: int) -> None:
    with transaction() as session:
        session.execute(update(Assignment).where(Assignment.presenter_id == who).values(state=state))


def test_both_are_told_once_each_what_she_may_know(arranged):
    assert [tell_of_rides(now=MONDAY + turn * MINUTE) for turn in range(3)] == [1, 0, 0]

    guardian, driver = told()
    assert [(one.kind, one.link_path) for one in (guardian, driver)] == [
        ("ride_told", "/consent/{token}"),
        ("ride_driven", f"/visits/{arranged.visit.number}"),
    ]
    assert [(one.about, one.about_id) for one in (guardian, driver)] == [("visit", arranged.visit.id)] * 2
    assert "Ana Mari" in guardian.text
    assert "Tara" in guardian.text
    assert "Jovi" not in guardian.text + driver.text
    assert "Tara" in driver.text
    assert "Boris" not in guardian.text + driver.text
    actions = [one.action for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions.count("ride told") == 1


def test_nobody_is_told_before_both_have_accepted(arranged):
    answers(AssignmentState.OFFERED, arranged.tara.id)
    assert tell_of_rides(now=MONDAY) == 0

    answers(AssignmentState.ACCEPTED, arranged.tara.id)
    assert tell_of_rides(now=MONDAY) == 1


def refuse_the_driver(scene: Arranged) -> None:
    day = MONDAY.date()
    officer = an_actor(Role.SAFEGUARDING, centre_id=scene.centre)
    record_driving_check(officer, scene.ana.id, VettingDraft(VettingResult.REFUSED, day, day), now=MONDAY)


def take_the_consent_back(scene: Arranged) -> None:
    withdraw_consent(an_actor(Role.SAFEGUARDING, centre_id=scene.centre), scene.consent_id, now=MONDAY)


@pytest.mark.parametrize("ends", [refuse_the_driver, take_the_consent_back])
def test_what_ends_is_told_once_and_the_driver_reads_no_name(arranged, ends):
    tell_of_rides(now=MONDAY)
    ends(arranged)

    assert [tell_of_rides(now=MONDAY + turn * MINUTE) for turn in range(2)] == [1, 0]

    assert kinds() == list(KINDS)
    assert "Tara" not in told()[-1].text + told()[-1].subject


def test_a_ride_that_was_never_told_ends_without_a_word(arranged):
    refuse_the_driver(arranged)

    assert tell_of_rides(now=MONDAY) == 0


def test_after_the_visit_has_begun_nobody_is_told_anything(arranged):
    tell_of_rides(now=MONDAY)
    refuse_the_driver(arranged)
    begun = dt.datetime.combine(VISIT_DAY, dt.time(22), dt.UTC)

    assert tell_of_rides(now=begun) == 0
    assert kinds() == ["ride_told", "ride_driven"]


def test_staff_read_whose_check_as_a_driver_ends_first_and_nobody_who_was_refused(arranged):
    later, over = (a_cleared_educator(centre_id=arranged.centre, given_name=name) for name in ("Vera", "Zora"))
    today = MONDAY.date()
    make_driving_check(later.id, valid_until=today + 20 * DAY)
    make_driving_check(over.id, valid_until=today - DAY)

    page = drivers_page(arranged.centre, today, 1)
    assert [one.presenter_id for one in page.rows] == [later.id, arranged.ana.id, over.id]
    assert [one.standing.standing.value for one in page.rows] == ["ends_soon", "valid", "ended"]

    refuse_the_driver(arranged)
    assert [one.presenter_id for one in drivers_page(arranged.centre, today, 1).rows] == [later.id, over.id]


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM driving_check",
        "UPDATE driving_check SET valid_until = checked_on",
        "UPDATE guardian_consent SET withdrawn_at = '2026-10-05 08:00:00.000000' WHERE rides",
    ],
)
def test_a_ride_that_stays_after_its_check_or_consent_went_is_named_until_both_are_told(arranged, statement):
    tell_of_rides(now=MONDAY)
    assert violations() == []
    by_sql(statement)

    assert [one.partition(" no longer")[0] for one in violations()] == ["ride 1"]
    tell_of_rides(now=MONDAY)
    assert violations() == []
