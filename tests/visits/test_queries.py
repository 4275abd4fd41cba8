"""What visits show: the right rows to the right people, whose time is taken, and what is not as it must be."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from scheduler.acts import change
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import PresenterLanguage, PresenterSkill
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import Point
from scheduler.policy import SYSTEM, Role, school_contact
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.handovers import HandoverDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import GuardianConsent
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.handovers import covered_visits
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.queries.own_offers import offers_of
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.agenda import promised_stops, stops_and_load, time_taken
from scheduler.visits.queries.pages import visit_for, visit_page, visits_of_week
from scheduler.visits.rules.limits import MOST_A_DAY, MOST_A_WEEK
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.notify import tell_coordinators
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import always_free, an_actor, make_presenter, make_user, presenter_actor
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import ended_past_the_law, take_defences_away
from tests.visits.scene import Scene, another_visit, far_away_scene, mails, visit_of

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
    assert [row.id for row in visits_of_week(scene.coordinator, WEEK, 1).rows] == [scene.visit_id, later]
    with pytest.raises(NotFound):
        visits_of_week(school_contact(scene.asked.id, 1), WEEK, 1)


def test_a_presenter_sees_her_offers_until_they_end_and_never_a_suggestion(scene):
    ana, boris = scene.educator(), scene.educator()
    scene.offered_to(ana)
    scene.suggested_to(boris)
    (offer,) = offers_of(ana.id, MONDAY)
    assert (offer.visit.id, offer.until) == (scene.visit_id, MONDAY + dt.timedelta(days=3))
    assert (offers_of(ana.id, MONDAY + dt.timedelta(days=3)), offers_of(boris.id, MONDAY)) == ([], [])


# --- one visit ---
def number_of(scene: Scene) -> str:
    return visits_of_week(scene.coordinator, WEEK, 1).rows[0].number


def test_who_may_read_a_visit_and_who_sees_its_candidates(scene):
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
    with pytest.raises(NotAllowed):
        candidates(presenter_actor(scene.educator()), scene.visit_id, now=MONDAY)
    with pytest.raises(NotFound):
        candidates(an_actor(), scene.visit_id, now=MONDAY)


def test_the_coordinators_page_says_what_keeps_the_visit_back_and_no_presenter_reads_it(scene):
    ana = scene.educator()
    scene.offered_to(ana)
    page = visit_page(scene.coordinator, number_of(scene))
    assert page.keeps_back == (Why("educators_missing", 1, 0),)
    assert [line.action for line in page.history][-1] == "visit offered"
    assert ({line.who for line in page.history}, len(page.history)) == ({"Marija Kostić"}, len(set(page.history)))
    assert (page.teacher_stays, page.safeguarding_contact) == (True, "Mira Savić")
    with pytest.raises(NotAllowed):
        visit_page(presenter_actor(ana), number_of(scene))


# --- the school's view (TRUST S51) ---
def test_a_school_reads_no_names_before_the_visit_is_confirmed_and_then_of_minors_the_first_alone(scene):
    assert crew_for_school(scene.asked.id + 99, MONDAY) is None
    crew = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    scene.accepted_by(*crew)
    before = crew_for_school(scene.asked.id, MONDAY)
    scene.confirmed_by(*crew)
    scene.suggested_to(scene.educator(given_name="Vesna", family_name="Petrović"))
    shown = crew_for_school(scene.asked.id, MONDAY)
    assert (before.names, before.state, before.starts_local) == ((), VisitState.OFFERED, (dt.time(10, 0),))
    assert shown.names == ("Jelena Ristić", "Tara")
    assert "Ilić" not in repr(before) + repr(shown)


# --- candidates ---
def reasons(scene: Scene) -> dict[int, list[str]]:
    found = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    return {one.presenter_id: [why.code for why in one.reasons] for one in found}


def test_every_presenter_has_her_reasons(scene):
    fine, away, busy = (scene.educator() for _ in range(3))
    unvetted = make_presenter(centre_id=scene.centre_id)
    always_free(fine, unvetted, busy)
    scene.offered_to(busy)
    other = another_visit(scene, a_plan(dt.time(10, 30)))
    assert reasons(other) == {fine.id: [], unvetted.id: ["unvetted"], away.id: ["not_available"], busy.id: ["taken"]}
    assert busy.id not in reasons(scene)  # in the crew already


def test_a_candidate_who_cannot_arrive_shows_the_minutes(scene):
    ana = scene.educator()
    always_free(ana)
    scene.offered_to(ana)
    (candidate,) = candidates(scene.coordinator, far_away_scene(scene, dt.time(12, 0)).visit_id, now=MONDAY)
    (why,) = candidate.reasons
    assert (why.code, why.available) == ("cannot_arrive", 60)
    assert why.needed > 120
    assert candidate.road_km > 200
    assert not candidate.barred


def test_topic_and_language_speak_against_a_candidate_but_do_not_bar_her(scene):
    always_free(scene.educator())
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
    of_visit, sunday = 1, VISIT_DAY + dt.timedelta(days=6 - VISIT_DAY.weekday())
    for person, day, number in (
        (full, VISIT_DAY, MOST_A_DAY - of_visit + 1),
        (fine, VISIT_DAY, MOST_A_DAY - of_visit),
        (worked, sunday, MOST_A_WEEK - of_visit + 1),
    ):
        visit = make_visit(programme=scene.programme, host_id=scene.host.id, on_day=day)
        for ordinal in range(number):
            make_assignment(make_presentation(visit, dt.time(6 + ordinal), minutes=30), person.id)

    found = candidates(scene.coordinator, scene.visit_id, now=MONDAY)

    limits = {"too_far", "enough_of_day", "enough_of_week"}
    against = {one.presenter_id: {why.code for why in one.reasons} & limits for one in found}
    assert against == {far.id: {"too_far"}, full.id: {"enough_of_day"}, worked.id: {"enough_of_week"}, fine.id: set()}
    assert not any(one.barred for one in found)  # people may go beyond


# --- invariants ---
def test_a_drive_that_is_too_long_is_found_although_no_span_overlaps(scene):
    ana = scene.educator()
    scene.accepted_by(ana)
    belgrade = make_host(municipality_id=make_municipality("Београд", lat=44.80, lon=20.46).id)
    far = make_presentation(make_visit(VisitState.OFFERED, host_id=belgrade.id), dt.time(12, 0))
    make_assignment(far, ana.id)
    (sentence,) = violations()
    assert sentence == f"presenter {ana.id} cannot arrive at presentation {far.id}"  # no minutes: limited staff read it


def test_a_visit_and_a_request_that_disagree_are_found(scene):
    with transaction() as inside:
        inside.get_one(SchoolRequest, scene.asked.id).state = RequestState.READY
    (sentence,) = violations()
    assert sentence.endswith(f"is planned but its request {scene.asked.number} is ready")


def test_consent_that_was_withdrawn_after_the_promise_is_found(scene):
    tara = scene.minor()
    scene.accepted_by(scene.educator(), tara)
    with ended_past_the_law() as session:
        session.execute(sa.update(GuardianConsent).values(withdrawn_at=MONDAY))
    assert violations() == [f"presenter {tara.id} may not go on {VISIT_DAY}: no_consent"]


def test_two_places_and_minors_alone_are_found_where_the_defences_were_taken_away(session):
    """The check must not rely on the triggers that it is there to doubt."""
    ana, tara = a_cleared_educator(), a_cleared_minor()
    alone = make_presentation(make_visit(), dt.time(15, 0))
    take_defences_away(session, "assignment")
    session.commit()
    first, second = (make_assignment(make_presentation(make_visit(), dt.time(10, 0)), ana.id) for _ in range(2))
    make_assignment(alone, tara.id)
    assert violations()[:1] == [f"presenter {ana.id} is in two places: assignments {first.id} and {second.id}"]
    assert f"presentation {alone.id} has a minor without an adult" in violations()


DAY = dt.timedelta(days=1)


# --- whose time is taken: one answer for planning and for booking ---
@pytest.mark.both_databases
def test_what_is_promised_is_taken_on_its_day_and_who_goes_online_has_no_way(session):
    scene = Scene(a_plan(dt.time(10)), a_plan(dt.time(12)))
    ana = scene.educator()
    scene.accepted_by(ana)
    taken = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)
    assert {(one.presenter_id, one.on_day, one.stop.visit_id) for one in taken} == {(ana.id, VISIT_DAY, scene.visit_id)}
    assert len(taken) == 2
    assert taken[0].stop.busy_until <= taken[1].stop.busy_from
    assert time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY, except_visit=scene.visit_id) == ()
    assert time_taken([ana.id], (VISIT_DAY + DAY, VISIT_DAY + DAY), now=MONDAY) == ()
    stops = [one.stop for one in taken]
    assert stops_and_load(taken, stops, [VISIT_DAY]) == ({ana.id: stops}, {ana.id: {VISIT_DAY: 2}})
    assert promised_stops([ana.id], stops, except_visit=0, now=MONDAY) == {ana.id: stops}

    scene = Scene(a_plan())
    ana = scene.educator()
    scene.accepted_by(ana)
    [there] = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)
    with transaction():
        session.get_one(Visit, scene.visit_id).online_link = "https://example.org/room"
    [online] = time_taken([ana.id], (VISIT_DAY, VISIT_DAY), now=MONDAY)
    assert isinstance(there.stop.point, Point)
    assert online.stop.point is None


A_DAY = dt.timedelta(days=1)


# --- what a handover is about, and the letters about it ---
@pytest.fixture
def owned(session) -> Scene:
    """A planned visit on VISIT_DAY whose request Ana owns."""
    owned = Scene()
    owned.ana, owned.bojan = (
        make_user(centre_id=owned.centre_id, email=f"{name}@centre.example", password_hash="x")
        for name in ("ana", "bojan")
    )
    with transaction() as writing:
        writing.get_one(SchoolRequest, owned.asked.id).owner_id = owned.ana.id
    return owned


def covered(owned: Scene, **given) -> list[str]:
    fair = {
        "away_id": owned.ana.id, "stand_in_id": owned.bojan.id, "first_day": VISIT_DAY, "last_day": VISIT_DAY,
    }  # fmt: skip
    return [row.number for row in covered_visits(owned.bojan.actor(), HandoverDraft(**(fair | given)))]


def test_a_handover_is_about_visits_of_its_days_and_region_and_of_nobody_else(session, owned):
    mine = visit_of(session, owned).number
    assert (covered(owned), covered(owned, first_day=VISIT_DAY - A_DAY, last_day=VISIT_DAY - A_DAY)) == ([mine], [])
    assert covered(owned, first_day=VISIT_DAY + A_DAY, last_day=VISIT_DAY + A_DAY) == []
    assert covered(owned, away_id=owned.bojan.id) == []
    draft = HandoverDraft(owned.ana.id, owned.bojan.id, VISIT_DAY, VISIT_DAY)
    assert covered_visits(an_actor(), draft) == []
    with pytest.raises(NotAllowed):
        covered_visits(an_actor(Role.INFLUENCER), draft)
    district = session.scalar(select(Municipality.district_id).where(Municipality.id == owned.host.municipality_id))
    free = make_visit(programme=owned.programme, host_id=owned.host.id)
    make_visit(programme=owned.programme)  # elsewhere
    make_visit(VisitState.DELIVERED, programme=owned.programme, host_id=owned.host.id)
    assert sorted(covered(owned, district_ids=(district,))) == sorted([mine, free.number])
    assert covered(owned, district_ids=(make_district().id,)) == []


def test_letters_about_a_visit_of_the_region_go_to_the_stand_in(session, owned):
    district = session.scalar(select(Municipality.district_id).where(Municipality.id == owned.host.municipality_id))
    make_handover(owned.ana, owned.bojan, district_ids=(district,))
    with change(SYSTEM, MONDAY) as act:
        tell_coordinators("school_cancelled", open_visit(act, owned.visit_id), now=MONDAY, reason="x", late=False)
    assert [one.address for one in mails(session, "school_cancelled")] == ["bojan@centre.example"]
