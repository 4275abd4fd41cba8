"""A birth date corrected, a consent withdrawn, a check refused: what protects minors holds at once (TRUST S46, S50)."""

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from scheduler import policy
from scheduler.acts import change
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import BirthDateCorrection, GuardianConsent, Vetting
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service import clearance
from scheduler.staffing.service.birth_dates import (
    confirm_birth_date,
    confirm_on_the_host,
    propose_birth_date,
    turn_down_birth_date,
)
from scheduler.staffing.service.clearance import record_vetting, release_not_cleared, suspend_user, withdraw_consent
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import CalendarEntry, Visit
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor, an_officer_of, known_staff, make_presenter, make_user, presenter_actor
from tests.factories.safeguarding import make_consent
from tests.factories.staffing import THE_DAY, UNTIL
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict, rejection
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, another_visit, mails, presentations, request_state, states, visit_of, with_a_minor

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
    assert ({mail.kind for mail in told}, len(told)) == ({"birth_date_corrected"}, 3)
    assert "invited@centre.example" not in {mail.address for mail in told}
    assert all(name not in mail.text for mail in told for name in ("Marija", "Kostić", "2010"))
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["birth date proposed", "birth date corrected"]


def without_consent() -> None:
    with transaction() as session:
        session.execute(update(GuardianConsent).values(withdrawn_at=MONDAY))


@pytest.mark.postgres_decides
@pytest.mark.parametrize(("adults", "consent", "was", "born", "stays"), [
    (1, True, GROWN, YOUNG, True),
    (1, False, GROWN, YOUNG, False),
    (0, True, GROWN, YOUNG, False),
    (1, True, YOUNG, CHILD, False),
], ids=["a minor with a consent", "a minor without one", "a minor alone", "below fifteen"])  # fmt: skip
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
    assert (states(session, scene), violations()) == (crew, [])


def test_who_was_the_adult_beside_a_minor_and_is_none_frees_the_minor_too(session):
    scene = Scene(educators=1, influencers=2)
    person, minor = grown_influencer(scene), scene.minor()
    scene.accepted_by(person, minor)
    corrected(scene.centre_id, person.id, YOUNG)
    assert (states(session, scene), violations()) == ({person.id: WITHDRAWN, minor.id: WITHDRAWN}, [])


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


def test_one_correction_waits_at_a_time_what_is_turned_down_is_over_and_who_may_correct(session):
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


GROWN_UP = {"birth_date": dt.date(2008, 10, 1)}  # a minor on MONDAY, eighteen on the day of the visit
REFUSED = VettingDraft(VettingResult.REFUSED, MONDAY.date(), MONDAY.date())


def consent_of(session, person) -> int:
    """The first that was recorded."""
    return session.scalar(select(func.min(GuardianConsent.id)).where(GuardianConsent.presenter_id == person.id))


def an_officer(scene: Scene):
    return an_actor(Role.SAFEGUARDING, centre_id=scene.centre_id)


@pytest.mark.postgres_decides
def test_a_withdrawn_consent_frees_the_visits_to_come_and_names_the_minor_nowhere(session):
    scene = Scene(educators=1, influencers=1)
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    adult, minor = scene.educator(), scene.minor()
    scene.confirm(adult, minor)
    before = presentations(session, scene)[0].sequence
    assert any("Tara" in text for text in session.scalars(select(CalendarEntry.text)))

    withdraw_consent(an_officer(scene), consent_of(session, minor), now=MONDAY)

    assert states(session, scene) == {adult.id: ACCEPTED, minor.id: WITHDRAWN}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert request_state(session, scene) is RequestState.STAFFING
    assert presentations(session, scene)[0].sequence == before + 1
    assert not any("Tara" in text for text in session.scalars(select(CalendarEntry.text)))
    [told] = mails(session, "crew_not_cleared")
    assert told.address == "desk@ncc.example"
    assert "Tara" not in told.text + told.subject
    own = session.get_one(User, minor.user_id).email
    assert [mail.address for mail in mails(session, "visit_released")] == [own, "vesna@family.example"]


@pytest.mark.parametrize(
    ("by_herself", "now", "then"),
    [(False, MONDAY, WITHDRAWN), (True, MONDAY, WITHDRAWN), (False, THE_DAY + dt.timedelta(hours=12), ACCEPTED)],
    ids=["by an officer", "by the minor", "after the visit"],
)
def test_trust_s46_a_second_paper_for_the_same_purpose_ends_with_the_first_and_frees_what_is_to_come(
    session, by_herself, now, then
):
    scene, adult, minor = with_a_minor()
    scene.confirmed_by(adult, minor)
    make_consent(minor.id)
    actor = presenter_actor(minor) if by_herself else an_officer(scene)
    withdraw_consent(actor, consent_of(session, minor), now=now)
    assert states(session, scene) == {adult.id: ACCEPTED, minor.id: then}
    assert session.scalars(select(GuardianConsent.withdrawn_at)).all() == [now, now]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", ["offer", "withdrawal"])
def test_trust_s46_a_promise_made_while_the_consent_is_withdrawn_does_not_stand(app, session, first):
    scene, adult, minor = with_a_minor()
    consent, officer, minor_id = consent_of(session, minor), an_officer(scene), minor.id
    scene.suggest(adult)
    session.rollback()
    inside, done = threading.Event(), threading.Event()

    def offer() -> None:
        """The minor is suggested and asked in one transaction, as the board does: nobody sees her before its end."""
        if first == "withdrawal":
            inside.wait(10)
        with change(SYSTEM, MONDAY):
            suggest_presenter(scene.coordinator, scene.visit_id, minor_id, now=MONDAY)
            offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
            if first == "offer":
                inside.set()
                done.wait(1)  # the withdrawal is under way meanwhile

    def withdraw() -> None:
        if first == "offer":
            inside.wait(10)
            withdraw_consent(officer, consent, now=MONDAY)
        else:
            with change(SYSTEM, MONDAY):
                withdraw_consent(officer, consent, now=MONDAY)
                inside.set()
                done.wait(1)  # the offer is being made meanwhile
        done.set()

    _offered, withdrawn = all_at_once(app, [offer, withdraw])

    assert withdrawn is None
    session = db.session()  # the one before went with the threads
    assert AssignmentState.OFFERED not in states(session, scene).get(minor_id, [])
    assert violations() == []


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("how", ["refused", "suspended"])
def test_trust_s50_who_ends_a_check_waits_for_an_offer_and_neither_is_refused(app, session, how):
    """Both lock the visit before the presenter: else each would hold what the other one wants."""
    scene = Scene(educators=1, influencers=0)
    adult, officer = scene.educator(), an_officer(scene)
    scene.suggest(adult)
    adult_id, user_id = adult.id, adult.user_id
    session.rollback()
    inside, done = threading.Event(), threading.Event()

    def offer() -> None:
        with change(SYSTEM, MONDAY) as act:
            open_visit(act, scene.visit_id)
            inside.set()
            done.wait(1)  # the other one is under way meanwhile
            offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    def end() -> None:
        inside.wait(10)
        if how == "refused":
            record_vetting(officer, adult_id, REFUSED, now=MONDAY)
        else:
            suspend_user(officer, user_id, now=MONDAY)
        done.set()

    assert (all_at_once(app, [offer, end]), states(db.session(), scene)) == ([None, None], {adult_id: WITHDRAWN})


@pytest.mark.postgres_decides
@pytest.mark.parametrize("how", ["refused", "over before the day"])
def test_a_check_of_the_adult_that_no_longer_holds_frees_the_minor_before_him(session, how):
    scene, adult, minor = with_a_minor()
    scene.confirmed_by(adult, minor)
    if how == "refused":
        record_vetting(an_officer(scene), adult.id, REFUSED, now=MONDAY)
    else:
        _end_on(Vetting, adult.id, VISIT_DAY - dt.timedelta(days=1))
        assert release_not_cleared(now=MONDAY) == 1
    assert states(session, scene) == {adult.id: WITHDRAWN, minor.id: WITHDRAWN}
    assert visit_of(session, scene).state is VisitState.PLANNED


def test_a_suspended_presenter_is_free_and_a_paper_for_another_purpose_stays(session):
    scene = Scene(educators=1, influencers=0)
    adult = scene.educator()
    scene.accepted_by(adult)
    other = make_user(Role.COORDINATOR, centre_id=scene.centre_id)
    administrator = an_actor(Role.ADMINISTRATOR, centre_id=scene.centre_id)
    suspend_user(administrator, adult.user_id, now=MONDAY)
    suspend_user(administrator, other.id, now=MONDAY)
    assert states(session, scene) == {adult.id: WITHDRAWN}
    scene = Scene(educators=1, influencers=1)
    minor = scene.minor()
    photo = make_consent(minor.id, takes_part=False, travels=False, photo=True).id
    withdraw_consent(an_officer(scene), consent_of(session, minor), now=MONDAY)
    session.rollback()
    assert session.get_one(GuardianConsent, photo).withdrawn_at is None


def test_who_may_not_withdraw_changes_neither_the_consent_nor_the_visit(session):
    scene, adult, minor = with_a_minor()
    scene.accepted_by(adult, minor)
    for stranger in (ANONYMOUS, presenter_actor(adult), an_actor(Role.SAFEGUARDING)):
        with pytest.raises((NotAllowed, NotFound)):
            withdraw_consent(stranger, consent_of(session, minor), now=MONDAY)
        with pytest.raises((NotAllowed, NotFound)):
            record_vetting(stranger, adult.id, REFUSED, now=MONDAY)
    assert states(session, scene) == {adult.id: ACCEPTED, minor.id: ACCEPTED}
    assert {row.result for row in session.scalars(select(Vetting))} == {VettingResult.CLEARED}
    assert session.scalars(select(GuardianConsent.withdrawn_at)).all() == [None]


def test_all_her_visits_are_locked_before_anybodys_time_is_held(session, monkeypatch):
    """Otherwise two who release and move the same crews wait for each other (PostgreSQL: 40P01)."""
    first = Scene()
    second = another_visit(first, on_day=VISIT_DAY + dt.timedelta(days=1))
    person, beside = first.educator(), first.educator()
    for scene in (first, second):
        scene.accepted_by(person, beside)
    order: list[object] = []
    monkeypatch.setattr(
        clearance, "open_visit", lambda inside, one: order.append(f"visit {one}") or open_visit(inside, one)
    )
    monkeypatch.setattr(clearance, "hold_time", lambda _, people: order.append(set(people)))
    suspend_user(an_actor(Role.ADMINISTRATOR, centre_id=first.centre_id), person.user_id, now=MONDAY)
    locked = [f"visit {first.visit_id}", f"visit {second.visit_id}", {person.id, beside.id}]
    assert order == locked * 2, "once before her account is touched, once to release her"
    for scene in (first, second):
        assert states(session, scene) == {person.id: WITHDRAWN, beside.id: ACCEPTED}


@pytest.mark.postgres_decides
def test_a_consent_that_no_longer_covers_the_day_frees_the_minor_and_twice_is_once(session):
    scene = Scene(educators=1, influencers=1)
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    adult, minor = scene.educator(), scene.minor()
    scene.confirm(adult, minor)
    assert release_not_cleared(now=MONDAY) == 0
    _end_on(GuardianConsent, minor.id, VISIT_DAY - dt.timedelta(days=1))
    assert [release_not_cleared(now=MONDAY) for _each in range(2)] == [1, 0]
    assert states(session, scene) == {adult.id: ACCEPTED, minor.id: WITHDRAWN}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert not any("Tara" in text for text in session.scalars(select(CalendarEntry.text)))
    assert [told.address for told in mails(session, "crew_not_cleared")] == ["desk@ncc.example"]


@pytest.mark.postgres_decides
def test_a_presenter_over_whom_the_database_stumbles_keeps_nobody_else_in_a_crew(session, monkeypatch):
    broken, other = Scene(educators=1, influencers=0), Scene(educators=1, influencers=0)
    first, second = broken.educator(), other.educator()
    for scene, adult in ((broken, first), (other, second)):
        scene.confirmed_by(adult)
        _end_on(Vetting, adult.id, VISIT_DAY - dt.timedelta(days=1))
    rightly = clearance.release_where_not_cleared

    def wrongly(act, presenter_id):
        if presenter_id == first.id:
            act.session.execute(update(Visit).where(Visit.id == broken.visit_id).values(kilometres=-1))
        rightly(act, presenter_id)

    monkeypatch.setattr(clearance, "release_where_not_cleared", wrongly)
    release_not_cleared(now=MONDAY)
    assert (states(session, broken), states(session, other)) == ({first.id: ACCEPTED}, {second.id: WITHDRAWN})


@pytest.mark.parametrize("covered", ["last day", "grown up", "over"])
def test_who_is_still_covered_grown_up_or_back_from_the_visit_stays(session, covered):
    scene = Scene(educators=1, influencers=1)
    adult, minor = scene.educator(), scene.minor(**GROWN_UP if covered == "grown up" else {})
    scene.confirmed_by(adult, minor)
    _end_on(GuardianConsent, minor.id, VISIT_DAY - dt.timedelta(days=covered != "last day"))
    now = THE_DAY + dt.timedelta(hours=12) if covered == "over" else MONDAY
    assert (release_not_cleared(now=now), states(session, scene)) == (0, {adult.id: ACCEPTED, minor.id: ACCEPTED})


def _end_on(proof: type[Vetting | GuardianConsent], presenter_id: int, day: dt.date) -> None:
    """What no page does: a row is corrected by hand, or comes back from an old copy."""
    with transaction() as session:
        take_defences_away(session, proof.__tablename__)
        session.execute(update(proof).where(proof.presenter_id == presenter_id).values(valid_until=day))
