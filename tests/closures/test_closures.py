"""Snow, strike, exam day: a closure stops visits in one transaction, tells everybody once and proposes new days."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.board.queries.placing import answers_in_cells
from scheduler.board.queries.week import board
from scheduler.board.terms import BoardWish
from scheduler.closures.queries import affected_by, new_days, stopped_counts
from scheduler.closures.service.close import close_again, close_hosts, lift_closure, replan_stopped
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import UserDistrict
from scheduler.places.models import Closure, Municipality
from scheduler.places.terms.hosts import ClosureReason, Extent, SchoolCalendar
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import contacts_of_each
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import CalendarEntry
from scheduler.visits.queries.search import mails_in_reach
from scheduler.visits.terms.states import AssignmentState, EntryStatus, PresentationState, VisitState
from tests.closures.closed_days import A_DAY, SOON, draft_for, two_visits_of_one_crew
from tests.factories import MONDAY
from tests.factories.people import an_actor, limited_to, make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, another_visit, mails, presentations, request_state, states, visit_of


def close(scene: Scene, **given) -> int:
    draft = draft_for(scene, **given)
    seen = affected_by(scene.coordinator, draft).visit_ids
    return close_hosts(scene.coordinator, draft, seen=seen, now=MONDAY)


@pytest.mark.both_databases
def test_snow_strike_exam_day(session):
    """Edge case "snow, strike, exam day": disrupted, told once, replacement dates in bulk, counted apart."""
    scene, second = two_visits_of_one_crew()
    before = affected_by(scene.coordinator, draft_for(scene))

    closure_id = close(scene)

    assert (len(before.visits), before.presentations, before.schools, before.presenters) == (2, 2, 1, 2)
    assert [visit_of(session, one).state for one in (scene, second)] == [VisitState.DISRUPTED] * 2
    assert visit_of(session, scene).cancelled_by is None
    assert request_state(session, scene) is RequestState.DISRUPTED
    assert {row.state for row in presentations(session, scene)} == {PresentationState.DISRUPTED}
    assert {state for found in states(session, scene).values() for state in found} == {AssignmentState.WITHDRAWN}
    crew = mails(session, "crew_closure")  # educator, young presenter, guardian: one each for both visits
    assert len(crew) == len({mail.address for mail in crew}) == 3
    assert all(scene_number in mail.text for mail in crew for scene_number in numbers(session, scene, second))
    assert {mail.about for mail in crew} == {"visit"}  # staff of that one district may read it
    assert len(mails(session, "school_closure")) == 1
    assert mails(session, "crew_visit_cancelled") == mails(session, "visit_cancelled") == []
    proposed = new_days(scene.coordinator, closure_id, now=MONDAY)
    assert [len(one.days) for one in proposed] == [3, 3]
    assert not {VISIT_DAY, VISIT_DAY + A_DAY} & {day for one in proposed for day in one.days}
    assert stopped_counts([closure_id]) == {closure_id: 2}


def numbers(session, *scenes: Scene) -> list[str]:
    return [visit_of(session, one).number for one in scenes]


def test_the_feed_shows_what_a_closure_stopped(session):
    scene = Scene()
    scene.accepted_by(scene.educator())
    before = presentations(session, scene)[0].sequence

    close(scene)

    [row] = presentations(session, scene)
    assert row.sequence > before
    texts = session.query(CalendarEntry).filter_by(presentation_id=row.id, status=EntryStatus.CANCELLED).all()
    assert all("STATUS:CANCELLED" in entry.text for entry in texts)
    assert texts


@pytest.mark.parametrize(
    ("extent", "reached"),
    [
        (lambda scene: Extent(calendar=SchoolCalendar.REPUBLIC), True),
        (lambda scene: Extent(), True),
        (lambda scene: Extent(calendar=SchoolCalendar.VOJVODINA), False),
        (lambda scene: Extent(municipality_id=scene.host.municipality_id + 100), False),
    ],
)
def test_a_closure_reaches_what_it_names(session, extent, reached):
    scene = Scene()
    draft = draft_for(scene, extent=extent(scene))

    assert bool(affected_by(scene.coordinator, draft).visits) is reached


def test_a_visit_that_came_between_preview_and_act_stops_the_act(session):
    scene = Scene()

    with pytest.raises(Conflict, match="changed_meanwhile"):
        close_hosts(scene.coordinator, draft_for(scene), seen=frozenset(), now=MONDAY)

    session.rollback()
    assert session.query(Closure).count() == 0
    assert visit_of(session, scene).state is VisitState.PLANNED
    assert mails(session, "school_closure") == []


def test_another_centre_is_told_what_it_may_not_read_before(session):
    scene, other = Scene(), Scene(planned=False)
    other.host = scene.host
    other.visit_id = other.plan(school_request_id=None, host_id=scene.host.id, programme_id=other.programme.id)
    make_user(Role.COORDINATOR, email="other@centre.example", centre_id=other.centre_id, password_hash="set")

    affected = affected_by(scene.coordinator, draft_for(scene))
    close(scene)

    assert ([visit.id for visit in affected.visits], affected.of_others) == ([scene.visit_id], 1)
    assert visit_of(session, other).state is VisitState.DISRUPTED
    assert [mail.address for mail in mails(session, "centre_closure")] == ["other@centre.example"]


def test_another_centres_coordinators_read_of_their_districts_only(session):
    scene, other = Scene(), Scene(planned=False)
    far = make_host("Даља школа")
    for host in (scene.host, far):
        other.plan(school_request_id=None, host_id=host.id, programme_id=other.programme.id)
    her = make_user(Role.COORDINATOR, email="near@centre.example", centre_id=other.centre_id, password_hash="set")
    make_user(Role.COORDINATOR, email="whole@centre.example", centre_id=other.centre_id, password_hash="set")
    with transaction() as act:
        district_id = act.get(Municipality, scene.host.municipality_id).district_id
        act.add(UserDistrict(user_id=her.id, district_id=district_id))

    close(scene, extent=Extent())

    told = {mail.address: mail.text for mail in mails(session, "centre_closure")}
    assert sorted(told) == ["near@centre.example", "whole@centre.example"]
    assert [far.name_sr_cyrl in told[address] for address in sorted(told)] == [False, True]
    assert scene.host.name_sr_cyrl in told["near@centre.example"]


def test_a_mail_about_visits_in_several_districts_is_read_by_nobody_who_is_limited_to_one(session):
    """TRUST S54: a young presenter's guardian is told of both visits in one mail."""
    scene = Scene()
    far = another_visit(scene, host=make_host("Даља школа"), on_day=VISIT_DAY + A_DAY)
    ana, tara = scene.educator(), scene.minor()
    for one in (scene, far):
        one.confirmed_by(ana, tara)
    her = limited_to(make_user(centre_id=scene.centre_id).id, scene.host)

    close(scene, extent=Extent(), last_day=VISIT_DAY + A_DAY)

    assert all(far.host.name_sr_cyrl in mail.text for mail in mails(session, "crew_closure"))
    assert session.scalars(select(OutboxMessage.kind).where(*mails_in_reach(her))).all() == []


def test_lifting_a_closure_early_frees_its_days_and_can_be_undone(session):
    scene = Scene()
    closure_id = close(scene, last_day=VISIT_DAY + 3 * A_DAY)

    lift_closure(scene.coordinator, closure_id, VISIT_DAY + A_DAY, now=MONDAY)
    free = Scene(planned=False)
    free.host, free.centre_id = scene.host, scene.centre_id
    free.programme, free.coordinator = scene.programme, scene.coordinator
    free.visit_id = free.plan(
        on_day=VISIT_DAY + 2 * A_DAY, school_request_id=None, host_id=scene.host.id, programme_id=scene.programme.id
    )
    lifted = affected_by(scene.coordinator, draft_for(scene, last_day=VISIT_DAY + 3 * A_DAY))
    close_again(scene.coordinator, closure_id, seen=lifted.visit_ids, now=MONDAY)

    assert visit_of(session, scene).state is VisitState.DISRUPTED
    assert visit_of(session, free).state is VisitState.DISRUPTED
    with pytest.raises(Conflict, match="wrong_state"):
        close_again(scene.coordinator, closure_id, seen=frozenset(), now=MONDAY)


def test_a_closure_is_lifted_on_one_of_its_days(session):
    scene = Scene()
    closure_id = close(scene)

    with pytest.raises(Rejected) as refused:
        lift_closure(scene.coordinator, closure_id, VISIT_DAY + 9 * A_DAY, now=MONDAY)

    assert refused.value.problems == {"open_from": "outside_the_closure"}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 1, 2)}, {"first_day": "in_the_past"}),
        ({"reason": ClosureReason.OTHER}, {"note": "reason_missing"}),
    ],
)
def test_days_that_cannot_be_closed_are_refused_with_the_reason(session, given, problems):
    scene = Scene(planned=False)

    with pytest.raises(Rejected) as refused:
        close_hosts(scene.coordinator, draft_for(scene, **given), seen=frozenset(), now=MONDAY)

    assert refused.value.problems == problems


def test_a_presenter_closes_nothing(session):
    scene = Scene(planned=False)

    with pytest.raises(NotAllowed):
        close_hosts(an_actor(Role.EDUCATOR), draft_for(scene), seen=frozenset(), now=MONDAY)


def test_the_board_hatches_closed_days(session):
    scene = Scene()
    close(scene)
    monday = VISIT_DAY - VISIT_DAY.weekday() * A_DAY
    wish = BoardWish(monday, monday + 6 * A_DAY)

    heads = {one.day: one for one in board(scene.coordinator, wish).days}

    assert [len(heads[day].closures) for day in (VISIT_DAY - A_DAY, VISIT_DAY, VISIT_DAY + A_DAY)] == [0, 1, 1]


def test_the_board_says_that_a_school_is_closed(session):
    scene = Scene(a_plan())
    scene.accepted_by(scene.educator())
    close(scene, first_day=VISIT_DAY + A_DAY, last_day=VISIT_DAY + A_DAY)
    answers = answers_in_cells(scene.coordinator, scene.visit_id, None, [VISIT_DAY + A_DAY], now=MONDAY)

    assert "shut" in {doubt.why.code for doubt in answers[None, VISIT_DAY + A_DAY].doubts}


def test_a_stopped_visit_is_planned_again_with_the_crew_that_was_to_go(session):
    scene, second = two_visits_of_one_crew()
    closure_id = close(scene)
    [first, other] = new_days(scene.coordinator, closure_id, now=MONDAY)
    day = first.days[0]

    replan_stopped(scene.coordinator, scene.visit_id, day, until=SOON, now=MONDAY)

    assert visit_of(session, scene).state is VisitState.REPLANNED
    assert [one.visit.id for one in new_days(scene.coordinator, closure_id, now=MONDAY)] == [second.visit_id]
    assert len(mails(session, "visit_replanned")) == 1
    assert len({mail.address for mail in mails(session, "visit_offered")[-3:]}) == 3
    with pytest.raises(Conflict):  # the same hour of the same crew
        replan_stopped(scene.coordinator, other.visit.id, day, until=SOON, now=MONDAY)
    assert visit_of(session, second).state is VisitState.DISRUPTED


def joined_to(scene: Scene, address: str, **given):
    return make_school_request(
        RequestState.MERGED_INTO,
        merged_into_id=scene.asked.id,
        host_id=scene.host.id,
        contact_email=address,
        **given,
    )


def test_after_a_merge_each_contact_hears_once_that_a_closure_stopped_the_visit(session):
    scene = Scene()
    merged = joined_to(scene, "bojan@school.example")
    joined_to(scene, "ana@school.example")  # the same teacher asked twice
    further = joined_to(scene, "vera@school.example")
    with transaction() as writing:
        writing.get_one(SchoolRequest, further.id).merged_into_id = merged.id

    close(scene)

    told = sorted((one.address, one.link_subject_id) for one in mails(session, "school_closure"))
    assert told == [
        ("ana@school.example", scene.asked.id),
        ("bojan@school.example", merged.id),
        ("vera@school.example", further.id),
    ]


def test_contacts_of_several_requests_are_not_mixed(session):
    scene, second = two_visits_of_one_crew()
    merged = joined_to(second, "bojan@school.example")
    asked = [session.get_one(SchoolRequest, one.asked.id) for one in (scene, second)]

    found = contacts_of_each(asked)

    assert {kept: [one.request_id for one in of] for kept, of in found.items()} == {
        scene.asked.id: [scene.asked.id],
        second.asked.id: [second.asked.id, merged.id],
    }
