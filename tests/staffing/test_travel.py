"""Without a guardian's consent to travel a minor goes to visits in her own town alone, wherever somebody asks."""

import pytest
from sqlalchemy import update

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.safeguarding.models import GuardianConsent
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.clearance import release_not_cleared
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import LIVING
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.places import make_municipality
from tests.visits.defences import take_defences_away
from tests.visits.scene import UNTIL, Scene


@pytest.fixture
def scene(app):
    return Scene()


def lies(scene: Scene, *, at_home_of: Presenter | None = None) -> None:
    """The school lies in the town of a presenter, or in a town where nobody lives."""
    with transaction() as session:
        town_id = at_home_of.home_id if at_home_of else make_municipality().id
        session.get_one(Host, session.get_one(Visit, scene.visit_id).host_id).municipality_id = town_id


def may_travel(minor: Presenter, travels: bool) -> None:
    """What she has agreed to is written once: the database stands aside, as for a guardian who never ticked that."""
    with transaction() as session:
        take_defences_away(session, "guardian_consent")
        session.execute(update(GuardianConsent).where(GuardianConsent.presenter_id == minor.id).values(travels=travels))


def crew_of(scene: Scene) -> set[int]:
    db.session.rollback()
    return {row.presenter_id for row in db.session.query(Assignment) if row.state in LIVING}


def asked(scene: Scene, minor: Presenter) -> str:
    """What her suggestion is answered."""
    try:
        suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY)
    except Conflict as conflict:
        return conflict.reason.value
    return ""


@pytest.mark.both_databases
@pytest.mark.parametrize("travels", [True, False])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_minor_is_suggested_where_she_lives_or_where_she_may_travel(scene, travels, elsewhere):
    suggest_presenter(scene.coordinator, scene.visit_id, scene.educator().id, now=MONDAY)
    minor = scene.minor()
    may_travel(minor, travels)
    lies(scene, at_home_of=None if elsewhere else minor)
    stays = elsewhere and not travels

    [seen] = [one for one in candidates(scene.coordinator, scene.visit_id, now=MONDAY) if one.presenter_id == minor.id]
    assert (Why(WhyNot.NO_TRAVEL) in seen.reasons, seen.barred) == (stays, stays)
    assert asked(scene, minor) == ("no_travel" if stays else "")
    assert (minor.id in crew_of(scene)) is not stays


@pytest.mark.both_databases
def test_an_offer_after_the_guardian_took_back_to_travel_is_refused_and_the_job_frees_her(scene):
    teacher, minor = scene.educator(), scene.minor()
    lies(scene)
    for one in (teacher, minor):
        suggest_presenter(scene.coordinator, scene.visit_id, one.id, now=MONDAY)
    may_travel(minor, False)

    with pytest.raises(Conflict) as refused:
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert refused.value.reason is WhyNot.NO_TRAVEL
    may_travel(minor, True)
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert violations() == []
    may_travel(minor, False)
    assert [text for text in violations() if f"presenter {minor.id} " in text and "no_travel" in text]

    assert release_not_cleared(now=MONDAY) == 1

    assert crew_of(scene) == {teacher.id}
    assert violations() == []


@pytest.mark.both_databases
def test_a_school_that_moves_to_another_town_loses_her_before_she_says_yes(scene):
    """A register's import, or somebody on the school's page: the job frees her, until then nothing of hers is taken."""
    teacher, minor = scene.educator(), scene.minor()
    may_travel(minor, False)
    lies(scene, at_home_of=minor)
    scene.offer(teacher, minor)
    lies(scene)

    assert [text for text in violations() if f"presenter {minor.id} " in text and "no_travel" in text]
    with pytest.raises(Conflict) as refused:
        answer_offer(presenter_actor(minor), scene.visit_id, accepts=True, now=MONDAY)
    assert refused.value.reason is WhyNot.NO_TRAVEL
    assert (release_not_cleared(now=MONDAY), crew_of(scene), violations()) == (1, {teacher.id}, [])


def test_an_adult_needs_nobodys_leave_to_travel_and_what_is_held_online_is_no_journey(scene):
    lies(scene)
    assert asked(scene, scene.educator()) == ""
    minor = scene.minor()
    may_travel(minor, False)
    with transaction() as session:
        session.get_one(Visit, scene.visit_id).online_link = "https://meet.example/1"

    assert asked(scene, minor) == ""
