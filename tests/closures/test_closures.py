"""A closure stops visits at once and tells everybody once; they are planned again, and a closure is taken back."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.board.queries.placing import answers_in_cells
from scheduler.board.queries.week import board
from scheduler.board.terms import BoardWish
from scheduler.closures.queries import affected_by, new_days, stopped_counts
from scheduler.closures.rules import best_days
from scheduler.closures.service.close import close_again, close_hosts, lift_closure, replan_stopped
from scheduler.closures.service.replan import replan_visit
from scheduler.closures.service.take_back import take_back_closure
from scheduler.closures.terms import ClosingReason, ToPlace
from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, OutOfReach, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import UserDistrict
from scheduler.places.models import Closure, ClosurePlace, Municipality
from scheduler.places.queries import closure_of
from scheduler.places.terms.hosts import ClosureReason, Extent, Point, SchoolCalendar
from scheduler.policy import Role, school_contact
from scheduler.readiness.queries.findings import open_wish_of
from scheduler.readiness.service.wishes import ask_for_date
from scheduler.readiness.terms import WishDraft
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import contacts_of_each
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.queries.search import mails_in_reach
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import CalendarEntry, DateWish, Visit
from scheduler.visits.queries.pages import visit_of_request, visit_page
from scheduler.visits.service.confirm import record_promise
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, CancelledBy, EntryStatus, PresentationState, VisitState
from tests.closures.closed_days import A_DAY, SOON, close, draft_for, two_visits_of_one_crew
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.people import an_actor, limited_to, make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.refusals import rejection
from tests.visits.scene import Scene, another_visit, mails, presentations, request_state, states, visit_of


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
    draft = draft_for(scene, extents=(extent(scene),))

    assert bool(affected_by(scene.coordinator, draft).visits) is reached


@pytest.mark.both_databases
def test_a_closure_of_several_places_is_one_closure_with_one_mail_and_is_taken_back_at_once(session):
    scene = Scene()
    far = another_visit(scene, host=make_host("Даља школа", place="Бор"), on_day=VISIT_DAY + A_DAY)
    spared = another_visit(scene, host=make_host("Трећа школа", place="Пирот"))
    ana = scene.educator()
    for one in (scene, far):
        one.confirmed_by(ana)
    town = session.get_one(Municipality, scene.host.municipality_id)
    two = Extent(municipality_id=town.id), Extent(municipality_id=far.host.municipality_id)
    around = Extent(district_id=town.district_id)  # a visit in two of the places is stopped once

    closure_id = close(scene, extents=(*two, around, *two))

    closure = closure_of(closure_id)
    assert closure.extents == (*two, around)
    assert stopped_counts([closure_id]) == {closure_id: 2}
    assert visit_of(session, spared).state is VisitState.PLANNED
    [told] = mails(session, "crew_closure")
    assert all(number in told.text for number in numbers(session, scene, far))
    done = take_back_closure(scene.coordinator, closure_id, now=MONDAY)
    assert (len(done.planned), done.refused) == (2, ())
    assert closure_of(closure_id).shut_until < VISIT_DAY


@pytest.mark.parametrize("act", ["preview", "close", "take back"])
def test_who_is_limited_to_districts_closes_no_place_elsewhere_and_takes_no_such_closure_back(session, act):
    scene = Scene()
    far = make_host("Даља школа", place="Бор")
    her = limited_to(make_user(centre_id=scene.centre_id).id, scene.host)
    here = Extent(municipality_id=scene.host.municipality_id)
    draft = draft_for(scene, extents=(here, Extent(municipality_id=far.municipality_id)))
    assert affected_by(her, draft_for(scene, extents=(here,))).visit_ids == {scene.visit_id}
    closure_id = close(scene, extents=draft.extents) if act == "take back" else 0

    with pytest.raises(OutOfReach):
        if act == "preview":
            affected_by(her, draft)
        elif act == "close":
            close_hosts(her, draft, seen=frozenset({scene.visit_id}), now=MONDAY)
        else:
            take_back_closure(her, closure_id, now=MONDAY)


@pytest.mark.postgres_decides
@pytest.mark.parametrize("kind", ["two in one", "municipality", "district", "calendar", "country"])
def test_the_database_refuses_a_place_twice_and_two_places_in_one(session, kind):
    town = session.get_one(Municipality, make_host().municipality_id)
    place = {
        "two in one": {"municipality_id": town.id, "district_id": town.district_id},
        "municipality": {"municipality_id": town.id},
        "district": {"district_id": town.district_id},
        "calendar": {"calendar": SchoolCalendar.VOJVODINA},
        "country": {},
    }[kind]
    places = [ClosurePlace(**place) for _twice in range(1 if kind == "two in one" else 2)]
    days = {"first_day": VISIT_DAY, "last_day": VISIT_DAY, "reason": ClosureReason.SNOW, "closed_at": MONDAY}
    session.add(Closure(places=places, **days))

    with pytest.raises(IntegrityError):
        session.flush()


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

    close(scene, extents=(Extent(),))

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

    close(scene, extents=(Extent(),), last_day=VISIT_DAY + A_DAY)

    assert all(far.host.name_sr_cyrl in mail.text for mail in mails(session, "crew_closure"))
    assert session.scalars(select(OutboxMessage.kind).where(*mails_in_reach(her))).all() == []


def test_lifting_a_closure_early_on_one_of_its_days_frees_the_days_and_can_be_undone(session):
    scene = Scene()
    closure_id = close(scene)
    with rejection(open_from="outside_the_closure"):
        lift_closure(scene.coordinator, closure_id, VISIT_DAY + 9 * A_DAY, now=MONDAY)

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


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 1, 2)}, {"first_day": "in_the_past"}),
        ({"reason": ClosureReason.OTHER}, {"note": "reason_missing"}),
        ({"extents": ()}, {"places": "missing"}),
    ],
)
def test_days_that_cannot_be_closed_are_refused_with_the_reason(session, given, problems):
    scene = Scene(planned=False)

    with rejection(**problems):
        close_hosts(scene.coordinator, draft_for(scene, **given), seen=frozenset(), now=MONDAY)


def test_a_presenter_closes_nothing(session):
    scene = Scene(planned=False)

    with pytest.raises(NotAllowed):
        close_hosts(an_actor(Role.EDUCATOR), draft_for(scene), seen=frozenset(), now=MONDAY)


def test_the_board_hatches_closed_days_and_says_that_a_school_is_closed(session):
    scene = Scene()
    close(scene)
    monday = VISIT_DAY - VISIT_DAY.weekday() * A_DAY
    wish = BoardWish(monday, monday + 6 * A_DAY)
    heads = {one.day: one for one in board(scene.coordinator, wish).days}
    assert [len(heads[day].closures) for day in (VISIT_DAY - A_DAY, VISIT_DAY, VISIT_DAY + A_DAY)] == [0, 1, 1]

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
        RequestState.MERGED_INTO, merged_into_id=scene.asked.id, host_id=scene.host.id, contact_email=address, **given
    )


def test_after_a_merge_each_contact_hears_once_that_a_closure_stopped_the_visit_and_contacts_are_not_mixed(session):
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

    scene, second = two_visits_of_one_crew()
    merged = joined_to(second, "bojan@school.example")
    asked = [session.get_one(SchoolRequest, one.asked.id) for one in (scene, second)]
    found = contacts_of_each(asked)
    assert {kept: [one.request_id for one in of] for kept, of in found.items()} == {
        scene.asked.id: [scene.asked.id],
        second.asked.id: [second.asked.id, merged.id],
    }


@pytest.mark.both_databases
def test_each_visit_is_planned_again_for_its_own_day_and_its_crew_is_asked_anew(session):
    scene, second = two_visits_of_one_crew()
    crew = states(session, scene)
    closure_id, before = close(scene), len(mails(session, "visit_offered"))

    done = take_back_closure(scene.coordinator, closure_id, now=MONDAY)

    assert (len(done.planned), done.refused) == (2, ())
    anew = list(session.scalars(select(Visit).where(Visit.number.in_(done.planned)).order_by(Visit.on_day)))
    assert [(one.on_day, one.state) for one in anew] == [
        (VISIT_DAY, VisitState.OFFERED),
        (VISIT_DAY + A_DAY, VisitState.OFFERED),
    ]
    scene.visit_id = anew[0].id
    assert states(session, scene) == {who: [AssignmentState.OFFERED] for who in crew}
    assert len(mails(session, "visit_offered")) - before == 2 * 3  # a minor's guardian reads hers, too
    assert session.scalar(select(Closure.open_from)) == VISIT_DAY
    assert visit_of(session, second).state is VisitState.REPLANNED


@pytest.mark.both_databases
def test_what_happened_since_keeps_a_visit_among_the_stopped_and_is_said(session):
    scene, second = two_visits_of_one_crew()
    (ana, *_others) = states(session, scene)
    closure_id = close(scene)
    elsewhere = make_visit(VisitState.OFFERED, on_day=VISIT_DAY + A_DAY, centre_id=scene.centre_id)
    make_assignment(make_presentation(elsewhere), ana)
    with transaction() as changed:
        named = DateWish(visit_id=scene.visit_id, first_choice=VISIT_DAY + 5 * A_DAY, reason="Излет.", asked_at=MONDAY)
        changed.add(named)

    done = take_back_closure(scene.coordinator, closure_id, now=MONDAY)

    numbers = [visit_of(session, one).number for one in (scene, second)]
    assert done.planned == ()
    assert [number for number, _why in done.refused] == numbers
    (_, first), (_, other) = done.refused
    assert isinstance(first, Conflict)
    assert first.reason is ClosingReason.DAY_WAS_NAMED
    assert isinstance(other, PresenterTaken)
    assert {visit_of(session, one).state for one in (scene, second)} == {VisitState.DISRUPTED}


@pytest.mark.both_databases
def test_only_days_to_come_are_opened_once_and_by_who_may(session):
    scene, second = two_visits_of_one_crew()
    closure_id = close(scene)
    second_day = MONDAY + (VISIT_DAY + A_DAY - MONDAY.date())

    with pytest.raises(NotAllowed):
        take_back_closure(an_actor(Role.EDUCATOR, centre_id=scene.centre_id), closure_id, now=MONDAY)
    with pytest.raises(Rejected):
        take_back_closure(scene.coordinator, closure_id, now=second_day + A_DAY)
    done = take_back_closure(scene.coordinator, closure_id, now=second_day.replace(hour=1))

    assert session.scalar(select(Closure.open_from)) == VISIT_DAY + A_DAY
    assert visit_of(session, scene).state is VisitState.DISRUPTED  # its day is over
    assert len(done.planned) + len(done.refused) == 1
    with pytest.raises(Conflict, match="wrong_state"):
        take_back_closure(scene.coordinator, closure_id, now=second_day)
    assert second.visit_id


NEW_DAY = VISIT_DAY + dt.timedelta(days=7)


def test_a_new_visit_stands_for_the_stopped_one_and_the_school_is_told_once(session):
    scene = Scene()
    scene.confirmed_by(scene.educator())
    stop(scene)

    number = replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(room="12"),), now=MONDAY)

    assert visit_of(session, scene).state is VisitState.REPLANNED
    new = session.scalars(sa.select(Visit).where(Visit.number == number)).one()
    assert (new.state, new.on_day) == (VisitState.PLANNED, NEW_DAY)
    assert new.school_request_id == scene.asked.id
    assert request_state(session, scene) is RequestState.STAFFING
    (told,) = mails(session, "visit_replanned")
    assert "13" in told.text
    assert violations() == []
    old, page = (visit_page(scene.coordinator, one) for one in (visit_of(session, scene).number, number))
    assert (old.stands_for, old.replanned_as) == ("", number)
    assert (page.stands_for, page.replanned_as) == (old.visit.number, "")
    assert page.request_number == old.request_number == scene.asked.number
    assert visit_of_request(scene.coordinator, scene.asked.id).number == number
    assert crew_for_school(scene.asked.id, MONDAY).number == number


def test_a_visit_that_was_planned_again_twice_names_the_one_before_and_the_one_after(session):
    scene = Scene()
    numbers = [visit_of(session, scene).number]
    for week in (1, 2):
        stop(scene)
        day = VISIT_DAY + dt.timedelta(days=7 * week)
        numbers.append(replan_visit(scene.coordinator, scene.visit_id, day, (a_plan(),), now=MONDAY))
        scene.visit_id = session.scalars(sa.select(Visit.id).where(Visit.number == numbers[-1])).one()

    between = visit_page(scene.coordinator, numbers[1])

    assert (between.stands_for, between.replanned_as) == (numbers[0], numbers[2])


def test_trust_r11_a_second_press_gets_the_visit_that_the_first_one_made(session):
    scene = Scene()
    stop(scene)
    version = visit_of(session, scene).version

    def press() -> str:
        return replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY, version=version)

    assert press() == press()
    assert len(mails(session, "visit_replanned")) == 1


def test_only_a_stopped_visit_is_replanned_and_a_wrong_day_changes_nothing(session):
    scene = Scene()
    with pytest.raises(Conflict):
        replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY)
    stop(scene)
    with rejection(on_day="in_the_past"):
        replan_visit(scene.coordinator, scene.visit_id, dt.date(2020, 1, 1), (a_plan(),), now=MONDAY)
    with rejection(on_day="before_it_fell_out"):
        replan_visit(scene.coordinator, scene.visit_id, VISIT_DAY - dt.timedelta(days=1), (a_plan(),), now=MONDAY)
    assert visit_of(session, scene).state is VisitState.DISRUPTED


def test_a_visit_without_a_request_keeps_what_its_school_promised(session):
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(school_request_id=None)
    record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="Ana", now=MONDAY)
    stop(scene)

    number = replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY)

    new = session.scalars(sa.select(Visit).where(Visit.number == number)).one()
    assert (new.teacher_stays, new.safeguarding_contact) == (True, "Ana")
    assert [row.state for row in presentations(session, scene)] == [PresentationState.DISRUPTED]


@pytest.fixture
def scene(app):
    scene = Scene()
    an_educator_on_working_days(centre_id=scene.centre_id)
    stop(scene)
    return scene


def propose(scene, now=MONDAY):
    ask_for_date(school_contact(scene.asked.id, scene.host.id), scene.visit_id, WishDraft(NEW_DAY, ""), now=now)


def page_of(scene) -> str:
    with transaction():
        return "/status/" + tokens.mint("status", scene.asked.id, lasts=dt.timedelta(days=90), now=MONDAY)


def test_a_closed_school_proposes_days_also_after_the_day_the_coordinators_read_them_and_planned_anew_its_wish_is_met(
    session, scene
):
    propose(scene, now=dt.datetime.combine(VISIT_DAY, dt.time(15), tzinfo=dt.UTC))
    assert open_wish_of(scene.visit_id).first_choice == NEW_DAY
    [row] = desk_of(scene.coordinator, MONDAY).rows
    assert (row.matter, row.wished_day) == (Matter.DAY_NAMED, NEW_DAY)
    assert visit_of(session, scene).state is VisitState.DISRUPTED

    propose(scene)
    replan_visit(scene.coordinator, scene.visit_id, NEW_DAY, (a_plan(),), now=MONDAY)
    assert open_wish_of(scene.visit_id) is None


def test_its_page_offers_both_and_the_days_are_taken(client, scene):
    page = page_of(scene)
    shown = client.get(f"{page}?lang=en").text
    for path, words in (("/date", "Propose days"), ("/cancel", "Cancel the visit")):
        assert f"{page}{path}" in shown
        assert words in client.get(f"{page}{path}?lang=en").text

    offered = re.findall(r'name="first_choice" value="([^"]+)"', client.get(f"{page}/date").text)
    assert offered
    assert all(dt.date.fromisoformat(day) > VISIT_DAY for day in offered)
    assert client.post(f"{page}/date", data={"first_choice": VISIT_DAY.isoformat()}).status_code == 422
    assert client.post(f"{page}/date", data={"first_choice": NEW_DAY.isoformat()}).status_code == 302
    assert open_wish_of(scene.visit_id).first_choice == NEW_DAY
    assert "You have proposed days." in client.get(f"{page}?lang=en").text


def test_it_calls_the_visit_off_by_its_page(session, client, scene):
    page = page_of(scene)
    assert "48 hours" not in client.get(f"{page}/cancel?lang=en").text

    assert client.post(f"{page}/cancel", data={"reason": "Not this year"}).status_code == 200

    visit = visit_of(session, scene)
    assert (visit.state, visit.cancelled_by) == (VisitState.CANCELLED, CancelledBy.SCHOOL)
    assert request_state(session, scene) is RequestState.CANCELLED_BY_SCHOOL
    assert len(mails(session, "visit_cancelled")) == 1


NIS, BEOGRAD = Point(43.32, 21.9), Point(44.81, 20.46)
MON, TUE, WED = (dt.date(2026, 12, 14) + dt.timedelta(days=days) for days in range(3))
_NUMBERS = iter(range(1, 1000))


def one(*crew: int, at: int = 9, days=(MON, TUE, WED), point: Point | None = NIS, named=()) -> ToPlace:
    return ToPlace(next(_NUMBERS), crew, ((dt.time(at), 45),), 15, point, days, named)


def test_of_several_visits_each_gets_the_first_of_its_days_on_which_no_crew_is_in_two_places():
    assert best_days([one(1), one(2), one(), one()]) == [MON] * 4

    assert best_days([one(1, 2), one(2, 3), one(3), one(2, at=10, days=(MON, WED))]) == [MON, TUE, MON, MON]

    assert best_days([one(1, at=9), one(1, at=11, point=BEOGRAD)]) == [MON, TUE]
    assert best_days([one(1, at=9), one(1, at=15, point=BEOGRAD)]) == [MON, MON]

    assert best_days([one(1), one(1, days=(MON, TUE), named=(MON,))]) == [TUE, MON]

    assert best_days([one(1, days=(MON,)), one(1, days=(MON,)), one(2, days=())]) == [MON, None, None]


def test_two_stopped_visits_of_one_crew_are_planned_again_as_proposed(session):
    scene, second = two_visits_of_one_crew()
    draft = draft_for(scene)
    closure_id = close_hosts(scene.coordinator, draft, seen=frozenset({scene.visit_id, second.visit_id}), now=MONDAY)
    proposed = new_days(scene.coordinator, closure_id, now=MONDAY)
    assert all(found.best in found.days for found in proposed)
    assert len({found.best for found in proposed}) == 2
    for found in proposed:
        replan_stopped(scene.coordinator, found.visit.id, found.best, until=SOON, now=MONDAY)
    assert {visit_of(session, each).state for each in (scene, second)} == {VisitState.REPLANNED}


def test_a_day_that_the_school_proposes_comes_before_an_earlier_one(session):
    scene, second = two_visits_of_one_crew()
    seen = frozenset({scene.visit_id, second.visit_id})
    closure_id = close_hosts(scene.coordinator, draft_for(scene), seen=seen, now=MONDAY)
    [before, _other] = new_days(scene.coordinator, closure_id, now=MONDAY)
    named = before.days[2]

    ask_for_date(school_contact(scene.asked.id, scene.host.id), scene.visit_id, WishDraft(named, ""), now=MONDAY)

    [first, _other] = new_days(scene.coordinator, closure_id, now=MONDAY)
    assert (first.best, first.named) == (named, (named,))
