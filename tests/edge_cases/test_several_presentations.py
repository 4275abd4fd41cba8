"""Edge cases of docs/edge_cases.md, about several presentations in one visit: each test is named after its row."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler import policy
from scheduler.attendance.models import HeadCount
from scheduler.attendance.service.counting import countersign, submit_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing as certificates
from scheduler.certificates.terms import CertificateKind
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.policy import SYSTEM
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.merge import join_presentations
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.closures.incidents import tell
from tests.factories import MONDAY
from tests.factories.counting import a_count
from tests.factories.people import presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails, presentations, states, visit_of
from tests.web.visits.pages import coordinator

EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)
SEVEN, EIGHT = a_plan(classes="7b", expected_pupils=28), a_plan(dt.time(11), classes="7c", expected_pupils=26)
AFTERNOON = a_plan(dt.time(15), classes="6a", expected_pupils=25)
PARENTS = a_plan(
    dt.time(18), audience=Audience.PARENTS, level=SchoolLevel.NONE, expected_pupils=0, expected_parents=40, minutes=60
)


def joined(scene: Scene, ordinal: int = 2, into: int = 1, **given) -> None:
    join_presentations(scene.coordinator, scene.visit_id, ordinal, into, now=MONDAY, **given)


def count(scene: Scene, person, *counts: HeadCounts) -> None:
    rows = [row for row in presentations(db.session(), scene) if row.state is PresentationState.CONFIRMED]
    for row, people in zip(rows, counts, strict=True):
        draft = a_count(people, minutes_given=row.minutes)
        submit_counts(presenter_actor(person), row.id, draft, now=EVENING)


# --- classes merged in one hall: one presentation, several classes; the other is merged into, not counted twice ---


@pytest.mark.both_databases
def test_classes_merged_in_one_hall_are_one_presentation_counted_once(session):
    scene = Scene(SEVEN, EIGHT)
    ana = scene.educator()
    scene.confirmed_by(ana)

    joined(scene)
    count(scene, ana, HeadCounts(pupils=54, teachers=2))

    stays, gone = presentations(session, scene)
    assert (stays.classes, stays.expected_pupils, stays.state) == ("7b, 7c", 54, PresentationState.DELIVERED)
    assert (gone.state, gone.merged_into_id) == (PresentationState.MERGED_INTO, stays.id)
    assert visit_of(session, scene).state is VisitState.DELIVERED
    counted = session.scalar(select(func.sum(HeadCount.people)).where(HeadCount.audience == Audience.PUPILS))
    assert counted == 54
    assert states(session, scene) == {ana.id: [AssignmentState.PRESENT, AssignmentState.WITHDRAWN]}


def test_joining_asks_nobody_again_and_both_calendar_entries_follow(session):
    scene = Scene(SEVEN, EIGHT)
    scene.confirm(scene.educator())
    before = {row.ordinal: (row.uid, row.sequence) for row in presentations(session, scene)}

    joined(scene)

    after = {row.ordinal: (row.uid, row.sequence) for row in presentations(session, scene)}
    assert {ordinal: uid for ordinal, (uid, _) in after.items()} == {
        ordinal: uid for ordinal, (uid, _) in before.items()
    }
    assert all(after[ordinal][1] > before[ordinal][1] for ordinal in after)
    assert visit_of(session, scene).state is VisitState.CONFIRMED
    assert len(mails(session, "visit_offered")) == 1  # the one of the offer
    assert mails(session, "visit_released") == []  # she still goes


def test_who_was_to_come_only_for_the_joined_presentation_is_released_and_told(session):
    scene = Scene(SEVEN, EIGHT)
    ana, mara = scene.educator(), scene.educator()
    first, second = presentations(session, scene)
    for person, row in ((ana, first), (mara, second)):
        suggest_presenter(scene.coordinator, scene.visit_id, person.id, now=MONDAY, presentation_ids=[row.id])
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    joined(scene)

    assert states(session, scene) == {ana.id: [AssignmentState.OFFERED], mara.id: [AssignmentState.WITHDRAWN]}
    assert len(mails(session, "visit_released")) == 1


def test_a_join_is_told_to_the_school_and_to_who_presents_there_and_to_who_goes_to_a_third_one(session):
    scene = Scene(SEVEN, EIGHT, AFTERNOON)
    ana, mara = scene.educator(), scene.educator()
    _first, second, third = presentations(session, scene)
    suggest_presenter(scene.coordinator, scene.visit_id, ana.id, now=MONDAY)
    for row in (second, third):
        suggest_presenter(scene.coordinator, scene.visit_id, mara.id, now=MONDAY, presentation_ids=[row.id])
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    joined(scene)

    [school], [to_ana], [to_mara] = (
        mails(session, kind) for kind in ("school_joined", "presentations_joined", "seat_released")
    )
    assert "7b, 7c" in school.text
    assert school.link_purpose == "status"
    assert ("11:00" in to_ana.text, "10:00" in to_ana.text) == (True, True)
    assert ("11:00" in to_mara.text, "15:00" in to_mara.text) == (True, True)
    assert mails(session, "visit_released") == []


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        ((SEVEN, PARENTS), "not_one_audience"),
        ((a_plan(expected_pupils=90), a_plan(dt.time(11), expected_pupils=90)), "over_group_size"),
        ((SEVEN,), "wrong_state"),
    ],
)
def test_what_cannot_sit_together_is_refused_and_nothing_changes(session, plans, reason):
    scene = Scene(*plans, group_size=120)

    with pytest.raises(Conflict) as refused:
        joined(scene)

    assert refused.value.reason == reason
    assert {row.state for row in presentations(session, scene)} == {PresentationState.PLANNED}


def test_a_second_press_joins_nothing_more(session):
    scene = Scene(SEVEN, EIGHT, AFTERNOON)
    joined(scene)

    with pytest.raises(Conflict):
        joined(scene)

    assert [row.expected_pupils for row in presentations(session, scene)] == [54, 26, 25]


def test_the_page_joins_two_presentations_and_shows_where_the_other_went(app):
    scene = Scene(SEVEN, EIGHT)
    browser = coordinator(app, scene)
    number = db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))
    path = f"/visits/{number}/join/2"

    assert "7b" in browser.get(path).text
    assert browser.post(path, data={}).status_code == 422
    assert browser.post(path, data={"into": "2"}).status_code == 422
    assert browser.post(path, data={"into": "1"}).status_code == 302

    shown = browser.get(f"/visits/{number}").text
    assert "7b, 7c" in shown
    assert "Joined with another" in shown
    assert browser.get(path).status_code == 404


# --- two shifts in one visit: morning and afternoon presentations, gap shown, crew may differ ---


def test_two_shifts_in_one_visit_show_the_gap_and_their_own_crews(app):
    scene = Scene(SEVEN, AFTERNOON)
    browser = coordinator(app, scene)
    ana, mara = scene.educator(given_name="Ana"), scene.educator(given_name="Mara")
    number = db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))
    assert f"/visits/{number}/suggest/{ana.id}?only=2" in browser.get(f"/visits/{number}").text

    for person, ordinal in ((ana, 1), (mara, 2)):
        done = browser.post(f"/visits/{number}/suggest/{person.id}?only={ordinal}", data={})
        assert done.status_code == 302

    visit = visit_for(scene.coordinator, number)
    first, second = visit.presentations
    assert (visit.gap_before(first), visit.gap_before(second)) == (0, 4 * 60 + 15)
    assert [len(visit.crew_of(row.id)) for row in visit.presentations] == [1, 1]
    assert visit.crew_differs
    assert "4 h 15 min after the one before" in browser.get(f"/visits/{number}").text


# --- several presentations: one travel, N counts, one school certificate ---


@pytest.mark.both_databases
def test_morning_afternoon_and_parents_evening_are_one_travel_three_counts_and_one_school_certificate(session):
    scene = Scene(SEVEN, AFTERNOON, PARENTS)
    ana = scene.educator()
    scene.confirmed_by(ana)
    with transaction() as writing:
        writing.get_one(Visit, scene.visit_id).kilometres = 84

    counts = (HeadCounts(pupils=27, teachers=1), HeadCounts(pupils=24, teachers=1), HeadCounts(parents=38))
    count(scene, ana, *counts)
    said = {row.id: people for row, people in zip(presentations(session, scene), counts, strict=True)}
    school = policy.school_contact(scene.asked.id, scene.host.id)
    countersign(school, scene.visit_id, said, now=EVENING)
    certificates.issue_certificates(SYSTEM, scene.visit_id, now=EVENING)

    totals = attendance_report(Filters(year_of(VISIT_DAY.year))).totals
    assert (totals.visits, totals.presentations, totals.kilometres) == (1, 3, 84)
    assert (totals.pupils, totals.parents, totals.teachers) == (51, 38, 2)
    assert session.scalars(select(Certificate.kind)).all() == [CertificateKind.SCHOOL]


# --- parents' evening: outside shifts ---


def test_parents_evening_is_outside_shifts_and_inside_the_same_visit(session):
    scene = Scene(planned=False)
    tell(scene)
    scene.visit_id = scene.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"), PARENTS))

    assert [row.starts_local for row in presentations(session, scene)] == [dt.time(9, 55), dt.time(18)]
    assert session.scalar(select(func.count(Visit.id))) == 1
    assert session.scalar(select(func.count(Presentation.id))) == 2
