"""What visits show: the right rows to the right people, in a number of queries that does not grow."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import PresenterLanguage, PresenterSkill
from scheduler.policy import Role, school_contact
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.queries.own_offers import offers_of
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.visits.models.visits import Assignment
from scheduler.visits.queries.pages import visit_for, visit_page, visits_of_week
from scheduler.visits.rules.limits import MOST_A_DAY, MOST_A_WEEK
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.ceilings import at_most
from tests.counting import selects_of
from tests.factories import MONDAY
from tests.factories.people import always_free, an_actor, make_presenter, presenter_actor
from tests.factories.places import make_host, make_municipality
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import ended_past_the_law
from tests.visits.scene import Scene

A = AssignmentState
pytestmark = pytest.mark.usefixtures("app")
WEEK = dt.date(2026, 10, 5)


@pytest.fixture
def scene(app: object) -> Scene:
    return Scene()


# --- lists ---


def test_a_week_shows_the_centres_own_visits_in_order(scene):
    later = scene.plan(school_request_id=None, presentations=(a_plan(),), on_day=dt.date(2026, 10, 9))
    scene.plan(school_request_id=None, on_day=dt.date(2026, 10, 12))
    Scene()

    rows = visits_of_week(scene.coordinator, WEEK, 1).rows

    assert [row.id for row in rows] == [scene.visit_id, later]
    with pytest.raises(NotFound):
        visits_of_week(school_contact(scene.asked.id, 1), WEEK, 1)


def test_a_week_takes_the_same_number_of_queries_with_one_and_with_many_visits(scene):
    scene.accepted_by(scene.educator())
    one = selects_of(lambda: visits_of_week(scene.coordinator, WEEK, 1))
    for hour in (12, 14, 16):
        visit_id = scene.plan(school_request_id=None, presentations=(a_plan(dt.time(hour, 0)),))
        scene.visit_id = visit_id
        scene.accepted_by(scene.educator(), scene.minor())

    assert selects_of(lambda: visits_of_week(scene.coordinator, WEEK, 1)) == one
    at_most(3, one)


def test_a_presenter_sees_her_offers_until_they_end_and_never_a_suggestion(scene):
    ana, boris = scene.educator(), scene.educator()
    scene.offered_to(ana)
    scene.suggested_to(boris)

    (offer,) = offers_of(ana.id, MONDAY)

    assert (offer.visit.id, offer.until) == (scene.visit_id, MONDAY + dt.timedelta(days=3))
    assert offers_of(ana.id, MONDAY + dt.timedelta(days=3)) == []
    assert offers_of(boris.id, MONDAY) == []


# --- one visit ---


def number_of(scene: Scene) -> str:
    return visits_of_week(scene.coordinator, WEEK, 1).rows[0].number


def test_only_staff_of_the_centre_and_who_was_offered_it_read_a_visit(scene):
    ana, boris = scene.educator(), scene.educator()
    scene.offered_to(ana)
    scene.suggested_to(boris)
    number = number_of(scene)

    assert visit_for(presenter_actor(ana), number).id == scene.visit_id
    assert visit_for(an_actor(Role.SAFEGUARDING, centre_id=scene.centre_id), number).id == scene.visit_id
    for actor in (presenter_actor(boris), an_actor()):  # only suggested; of another centre
        with pytest.raises(NotFound):
            visit_for(actor, number)
    with pytest.raises(NotFound):
        visit_for(scene.coordinator, "P-2026-9999")


def test_the_coordinators_page_says_what_keeps_the_visit_back(scene):
    scene.offered_to(scene.educator())
    page = visit_page(scene.coordinator, number_of(scene))

    assert page.keeps_back == (Why("educators_missing", 1, 0),)
    assert [line.action for line in page.history][-1] == "visit offered"
    assert {line.who for line in page.history} == {"Marija Kostić"}
    assert len(page.history) == len(set(page.history))
    assert (page.teacher_stays, page.safeguarding_contact) == (True, "Mira Savić")


def test_a_presenter_does_not_read_the_coordinators_page(scene):
    ana = scene.educator()
    scene.offered_to(ana)

    with pytest.raises(NotAllowed):
        visit_page(presenter_actor(ana), number_of(scene))


# --- the school's view (TRUST S51) ---


def test_a_school_reads_no_names_before_the_visit_is_confirmed(scene):
    assert crew_for_school(scene.asked.id + 99, MONDAY) is None
    scene.accepted_by(scene.educator())

    shown = crew_for_school(scene.asked.id, MONDAY)

    assert (shown.names, shown.state) == ((), VisitState.OFFERED)
    assert shown.starts_local == (dt.time(10, 0),)


def test_a_school_reads_full_names_of_adults_and_first_names_of_minors(scene):
    scene.confirmed_by(scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor())
    scene.suggested_to(scene.educator(given_name="Vesna", family_name="Petrović"))

    shown = crew_for_school(scene.asked.id, MONDAY)

    assert shown.names == ("Jelena Ristić", "Tara")
    assert "Ilić" not in repr(shown)


# --- candidates ---


def reasons(scene: Scene) -> dict[int, list[str]]:
    found = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    return {one.presenter_id: [why.code for why in one.reasons] for one in found}


def test_every_presenter_has_her_reasons(scene):
    fine, unvetted, away, busy = (
        scene.educator(),
        make_presenter(centre_id=scene.centre_id),
        scene.educator(),
        scene.educator(),
    )
    always_free(fine, unvetted, busy)
    scene.offered_to(busy)
    other = Scene()
    other.centre_id, other.programme, other.coordinator = scene.centre_id, scene.programme, scene.coordinator
    other.visit_id = other.plan(school_request_id=None, presentations=(a_plan(dt.time(10, 30)),))

    assert reasons(other) == {fine.id: [], unvetted.id: ["unvetted"], away.id: ["not_available"], busy.id: ["taken"]}
    assert busy.id not in reasons(scene)  # in the crew already


def test_a_candidate_who_cannot_arrive_shows_the_minutes(scene):
    ana = scene.educator()
    always_free(ana)
    scene.offered_to(ana)
    belgrade = make_host("Змај", municipality_id=make_municipality("Београд", lat=44.80, lon=20.46).id)
    far = Scene()
    far.programme, far.coordinator = scene.programme, scene.coordinator
    far.visit_id = far.plan(school_request_id=None, host_id=belgrade.id, presentations=(a_plan(dt.time(12, 0)),))

    (candidate,) = candidates(scene.coordinator, far.visit_id, now=MONDAY)

    (why,) = candidate.reasons
    assert (why.code, why.available) == ("cannot_arrive", 60)
    assert why.needed > 120
    assert candidate.road_km > 200
    assert not candidate.barred


def test_topic_and_language_speak_against_a_candidate_but_do_not_bar_her(scene):
    ana = scene.educator()
    always_free(ana)
    with transaction() as session:
        session.execute(sa.delete(PresenterSkill))
        session.execute(sa.delete(PresenterLanguage))

    (candidate,) = candidates(scene.coordinator, scene.visit_id, now=MONDAY)

    assert [why.code for why in candidate.reasons] == ["topic", "language"]
    assert (candidate.fits, candidate.barred) == (False, False)


def test_a_candidate_from_far_away_or_with_enough_that_day_or_week_is_warned_of_as_free_dates_do(scene):
    far = scene.educator(home_id=make_municipality("Суботица", lat=46.10, lon=19.66).id)
    full, worked, fine = scene.educator(), scene.educator(), scene.educator()
    always_free(far, full, worked, fine)
    on_day, of_visit = VISIT_DAY, 1
    monday = on_day - dt.timedelta(days=on_day.weekday())
    for person, day, number in (
        (full, on_day, MOST_A_DAY - of_visit + 1),
        (fine, on_day, MOST_A_DAY - of_visit),
        (worked, monday + dt.timedelta(days=6), MOST_A_WEEK - of_visit + 1),
    ):
        visit = make_visit(programme=scene.programme, host_id=scene.host.id, on_day=day)
        for ordinal in range(number):
            sitting = make_presentation(visit, dt.time(6 + ordinal), minutes=30)
            make_assignment(sitting, person.id)

    found = reasons(scene)

    limits = {"too_far", "enough_of_day", "enough_of_week"}
    assert {who: [code for code in codes if code in limits] for who, codes in found.items()} == {
        far.id: ["too_far"],
        full.id: ["enough_of_day"],
        worked.id: ["enough_of_week"],
        fine.id: [],
    }
    found_now = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    barred = {one.presenter_id: one.barred for one in found_now}
    assert not any(barred.values())  # people may go beyond


def test_candidates_take_the_same_number_of_queries_for_one_and_for_many(scene):
    always_free(scene.educator(), scene.minor())  # of minors one question more: how full their weeks are
    one = selects_of(lambda: candidates(scene.coordinator, scene.visit_id, now=MONDAY))
    for _ in range(5):
        always_free(scene.educator(), scene.minor())

    assert selects_of(lambda: candidates(scene.coordinator, scene.visit_id, now=MONDAY)) == one


def test_only_staff_who_may_assign_see_candidates(scene):
    with pytest.raises(NotAllowed):
        candidates(presenter_actor(scene.educator()), scene.visit_id, now=MONDAY)
    with pytest.raises(NotFound):
        candidates(an_actor(), scene.visit_id, now=MONDAY)


# --- invariants ---


def test_a_sound_house_has_no_violations(scene):
    scene.confirmed_by(scene.educator(), scene.minor())

    assert violations() == []


def test_a_drive_that_is_too_long_is_found_although_no_span_overlaps(scene):
    ana = scene.educator()
    scene.accepted_by(ana)
    belgrade = make_host(municipality_id=make_municipality("Београд", lat=44.80, lon=20.46).id)
    far = make_presentation(make_visit(VisitState.OFFERED, host_id=belgrade.id), dt.time(12, 0))
    make_assignment(far, ana.id)

    (sentence,) = violations()

    assert sentence.startswith(f"presenter {ana.id} cannot arrive at presentation {far.id}: ")


def test_a_visit_and_a_request_that_disagree_are_found(session, scene):
    with transaction() as inside:
        inside.execute(
            sa.update(SchoolRequest).where(SchoolRequest.id == scene.asked.id).values({"state": RequestState.READY})
        )

    (sentence,) = violations()

    assert sentence.endswith(f"is planned but its request {scene.asked.number} is ready")


def test_consent_that_was_withdrawn_after_the_promise_is_found(scene):
    from scheduler.safeguarding.models import GuardianConsent

    tara = scene.minor()
    scene.accepted_by(scene.educator(), tara)
    with ended_past_the_law() as session:
        session.execute(sa.update(GuardianConsent).values(withdrawn_at=MONDAY))

    assert violations() == [f"presenter {tara.id} may not go on {VISIT_DAY}: no_consent"]


def test_two_places_and_minors_alone_are_found_where_the_defences_were_taken_away(session):
    """The check must not rely on the triggers that it is there to doubt."""
    ana, tara = a_cleared_educator(), a_cleared_minor()
    alone = make_presentation(make_visit(), dt.time(15, 0))
    session.rollback()
    with db.engine.begin() as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'assignment'"
        for (name,) in connection.exec_driver_sql(query).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    first, second = (make_assignment(make_presentation(make_visit(), dt.time(10, 0)), ana.id) for _ in range(2))
    make_assignment(alone, tara.id)

    assert violations()[:1] == [f"presenter {ana.id} is in two places: assignments {first.id} and {second.id}"]
    assert f"presentation {alone.id} has a minor without an adult" in violations()
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 3
    assert make_school_request().id
