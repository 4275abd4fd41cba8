"""A birth date is corrected by two people, and every protection of a minor follows it at once."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from scheduler import policy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.safeguarding.models import BirthDateCorrection, GuardianConsent
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.birth_dates import (
    confirm_birth_date,
    confirm_on_the_host,
    propose_birth_date,
    turn_down_birth_date,
)
from scheduler.visits.models.visits import CalendarEntry
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import an_actor, an_officer_of, known_staff, make_presenter, make_user, presenter_actor
from tests.factories.staffing import THE_DAY
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, states

GROWN = dt.date(2004, 5, 17)
YOUNG = dt.date(2010, 3, 1)
CHILD = dt.date(2013, 3, 1)
ACCEPTED, WITHDRAWN = [AssignmentState.ACCEPTED], [AssignmentState.WITHDRAWN]


def grown_influencer(scene: Scene) -> Presenter:
    return scene.minor(birth_date=GROWN)


def corrected(centre_id: int, presenter_id: int, born: dt.date, now: dt.datetime = MONDAY) -> None:
    first, second = (known_staff(centre_id).actor() for _ in range(2))
    confirm_birth_date(second, presenter_id, propose_birth_date(first, presenter_id, born, now=now), now=now)


def stored(session, presenter_id: int) -> tuple[dt.date | None, ...]:
    session.rollback()
    row = session.get_one(Presenter, presenter_id)
    return row.birth_date, row.adult_on, row.may_present_from


@pytest.mark.postgres_decides
def test_two_people_correct_a_birth_date_and_all_staff_are_told(session):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN)
    make_user(Role.ADMINISTRATOR, centre_id=person.centre_id, email="boss@centre.example", password_hash="set")
    make_user(Role.ADMINISTRATOR, centre_id=person.centre_id, email="invited@centre.example")  # never signed in
    first = an_actor(Role.COORDINATOR, centre_id=person.centre_id, password_hash="set")
    second = an_officer_of(person, password_hash="set")

    number = propose_birth_date(first, person.id, YOUNG, now=MONDAY)

    assert propose_birth_date(first, person.id, YOUNG, now=MONDAY) == number, "pressed twice is once"
    assert stored(session, person.id)[0] == GROWN
    with conflict("corrected_by_you"):
        confirm_birth_date(first, person.id, number, now=MONDAY)
    confirm_birth_date(second, person.id, number, now=MONDAY)
    assert stored(session, person.id) == (YOUNG, dt.date(2028, 3, 1), dt.date(2025, 3, 1))
    told = session.scalars(select(OutboxMessage)).all()
    assert {mail.kind for mail in told} == {"birth_date_corrected"}
    assert len(told) == 3
    assert "invited@centre.example" not in {mail.address for mail in told}
    assert all(name not in mail.text for mail in told for name in ("Marija", "Kostić", "2010"))
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["birth date proposed", "birth date corrected"]


def without_consent() -> None:
    with transaction() as session:
        session.execute(update(GuardianConsent).values(withdrawn_at=MONDAY))


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    ("adults", "consent", "was", "born", "stays"),
    [
        (1, True, GROWN, YOUNG, True),
        (1, False, GROWN, YOUNG, False),
        (0, True, GROWN, YOUNG, False),
        (1, True, YOUNG, CHILD, False),
    ],
    ids=["a minor with a consent", "a minor without one", "a minor alone", "below fifteen"],
)
def test_who_is_younger_than_was_known_stays_beside_an_adult_with_a_consent_only(
    session, adults, consent, was, born, stays
):
    scene = Scene(educators=1, influencers=1)
    beside, person = [scene.educator() for _ in range(adults)], scene.minor(birth_date=was)
    scene.accepted_by(*beside, person)
    if not consent:
        without_consent()

    corrected(scene.centre_id, person.id, born)

    crew = {one.id: ACCEPTED for one in beside} | {person.id: ACCEPTED if stays else WITHDRAWN}
    assert states(session, scene) == crew
    assert violations() == []


def test_who_was_the_adult_beside_a_minor_and_is_none_frees_the_minor_too(session):
    scene = Scene(educators=1, influencers=2)
    person, minor = grown_influencer(scene), scene.minor()
    scene.accepted_by(person, minor)

    corrected(scene.centre_id, person.id, YOUNG)

    assert states(session, scene) == {person.id: WITHDRAWN, minor.id: WITHDRAWN}
    assert violations() == []


def test_calendars_name_her_by_the_new_date_at_once(session):
    scene = Scene(educators=1, influencers=1)
    adult, person = scene.educator(), grown_influencer(scene)
    scene.confirm(adult, person)
    assert any("Ilić" in text for text in session.scalars(select(CalendarEntry.text)))

    corrected(scene.centre_id, person.id, YOUNG)

    session.rollback()
    texts = session.scalars(select(CalendarEntry.text)).all()
    assert any("Tara" in text for text in texts)
    assert not any("Ilić" in text for text in texts)


def test_a_visit_that_is_over_stays_as_it_was(session):
    scene = Scene(educators=1, influencers=1)
    adult, person = scene.educator(), grown_influencer(scene)
    scene.confirmed_by(adult, person)

    corrected(scene.centre_id, person.id, CHILD, now=THE_DAY + dt.timedelta(hours=12))

    assert states(session, scene) == {adult.id: ACCEPTED, person.id: ACCEPTED}


def test_who_may_correct_and_what_can_be_corrected(session):
    person, educator = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN), make_presenter()
    officer = an_actor(Role.SAFEGUARDING, centre_id=person.centre_id)
    both = Actor(frozenset({Role.COORDINATOR}), person.user_id, person.centre_id, person.id)

    for actor, error in (
        (presenter_actor(person), NotAllowed),
        (both, NotAllowed),
        (policy.guardian(1, person.id), NotAllowed),
        (an_actor(Role.ADMINISTRATOR), NotFound),
    ):
        with pytest.raises(error):
            propose_birth_date(actor, person.id, YOUNG, now=MONDAY)
    with rejection(birth_date="same_birth_date"):
        propose_birth_date(officer, person.id, GROWN, now=MONDAY)
    with rejection(birth_date="not_of_educators"):
        propose_birth_date(an_actor(centre_id=educator.centre_id), educator.id, YOUNG, now=MONDAY)


def test_one_correction_waits_at_a_time_and_what_is_turned_down_is_over(session):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN)
    first, second = (an_officer_of(person) for _ in range(2))
    number = propose_birth_date(first, person.id, YOUNG, now=MONDAY)

    with rejection(birth_date="correction_waits"):
        propose_birth_date(second, person.id, CHILD, now=MONDAY)
    turn_down_birth_date(second, person.id, now=MONDAY)
    with conflict("correction_is_over"):
        confirm_birth_date(second, person.id, number, now=MONDAY)
    assert stored(session, person.id)[0] == GROWN


@pytest.mark.postgres_decides
def test_in_a_centre_with_one_administrator_the_host_confirms(session):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN)
    boss = make_user(Role.ADMINISTRATOR, centre_id=person.centre_id, password_hash="hers")
    make_user(Role.ADMINISTRATOR, centre_id=person.centre_id)  # invited, and cannot sign in yet: reads nothing
    propose_birth_date(boss.actor(), person.id, YOUNG, now=MONDAY)

    with pytest.raises(Conflict):
        confirm_on_the_host(person.id, CHILD, now=MONDAY)
    confirm_on_the_host(person.id, YOUNG, now=MONDAY)

    assert stored(session, person.id)[0] == YOUNG
    assert [mail.address for mail in session.scalars(select(OutboxMessage))] == [boss.email]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.actor) == ("birth date corrected", "system")


@pytest.mark.parametrize("by", ["officer", "one of two administrators"])
def test_elsewhere_the_host_confirms_nothing(session, by):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN)
    boss = known_staff(person.centre_id, Role.ADMINISTRATOR, password_hash="hers")
    officer = make_user(Role.SAFEGUARDING, centre_id=person.centre_id)
    if by != "officer":
        known_staff(person.centre_id, Role.ADMINISTRATOR, password_hash="another")
    propose_birth_date((officer if by == "officer" else boss).actor(), person.id, YOUNG, now=MONDAY)

    with conflict("host_not_needed"):
        confirm_on_the_host(person.id, YOUNG, now=MONDAY)

    assert stored(session, person.id)[0] == GROWN


@pytest.mark.postgres_decides
def test_the_database_refuses_one_person_twice(session):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=GROWN)
    officer = an_actor(Role.SAFEGUARDING, centre_id=person.centre_id)
    propose_birth_date(officer, person.id, YOUNG, now=MONDAY)

    with pytest.raises(IntegrityError, match="corrected_by_two_people"), transaction() as open_session:
        open_session.execute(update(BirthDateCorrection).values(confirmed_by_id=officer.user_id, confirmed_at=MONDAY))
