"""The search for a substitute: when it begins, whom it asks, what ends it, and that the job is harmless twice."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.staffing.queries.substitutes import latest_search
from scheduler.staffing.rules import substitutes
from scheduler.staffing.rules.substitutes import (
    answer_until,
    first_wave_at,
    in_order,
    missing_kinds,
    problem_with_link,
    sought_kind,
)
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.decisions import ask_substitute, go_short, hold_online
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.service.substitutes import seek_substitute, send_waves, stop_search
from scheduler.staffing.terms.crew import Candidate
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.rules.crew import may_go_short
from scheduler.visits.terms.plans import CrewMember, CrewRule, Why
from scheduler.visits.terms.states import LIVING, AssignmentState, SubstituteSearchState, VisitState
from tests.at_once import all_at_once
from tests.bounds import at_each_bound
from tests.counting import statements
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict, rejection
from tests.staffing.search_scene import FRIDAY, MINUTE, STARTS_AT, T_MINUS_3, TO_THE_SCHOOL, Ill
from tests.visits.scene import audit_of, mails, states, visit_of

DESK = "desk@centre.example"
HOUR = dt.timedelta(hours=1)
TWO_WEEKS_BEFORE = STARTS_AT - dt.timedelta(days=14)


@pytest.fixture
def ill(session) -> Ill:
    return Ill(others=5)


def test_within_the_week_it_begins_by_itself_and_each_step_is_in_the_audit(ill, session):
    ill.falls_ill()
    search = ill.search()
    assert (search.state, search.wave, search.next_wave_at) == (SubstituteSearchState.SEARCHING, 0, FRIDAY)
    (mail,) = ill.mails_to(DESK)
    assert (mail.kind, ill.mails_to(TO_THE_SCHOOL)) == ("presenter_absent", [])
    send_waves(now=FRIDAY)
    send_waves(now=T_MINUS_3)
    steps = ["substitute sought", "wave sent", "substitute not found"]
    assert [one for one in audit_of(session, "visit") if one in steps] == steps
    assert audit_of(session, "relief") == ["relief choosing"]


def test_earlier_it_waits_until_a_week_before_or_until_it_is_pressed(ill):
    ill.falls_ill(now=TWO_WEEKS_BEFORE)
    assert ill.search().next_wave_at == STARTS_AT - dt.timedelta(days=7)
    assert send_waves(now=TWO_WEEKS_BEFORE + HOUR) == 0
    assert seek_substitute(ill.coordinator, ill.visit_id, now=TWO_WEEKS_BEFORE + HOUR)
    assert not seek_substitute(ill.coordinator, ill.visit_id, now=TWO_WEEKS_BEFORE + HOUR)  # pressed twice
    send_waves(now=TWO_WEEKS_BEFORE + HOUR)
    assert len(ill.whom()) == 3


@pytest.mark.parametrize("pressed", [False, True], ids=["she says so herself", "a coordinator presses"])
def test_in_the_last_three_hours_nobody_is_asked_and_the_coordinator_chooses(ill, pressed):
    late = T_MINUS_3 + MINUTE
    if pressed:
        withdraw_presenter(ill.coordinator, ill.visit_id, ill.ana.id, reason="She rang: ill.", now=late)
        assert seek_substitute(ill.coordinator, ill.visit_id, now=late)
    else:
        ill.falls_ill(now=late)
    assert send_waves(now=late + MINUTE) == 0
    assert ill.state() is SubstituteSearchState.CHOOSING
    assert ill.kinds_to(DESK) == ([] if pressed else ["presenter_absent"])
    assert ill.whom() == []
    hold_online(ill.coordinator, ill.visit_id, "https://meet.example.org/a", now=late + 2 * MINUTE)
    assert ill.state() is SubstituteSearchState.CHOOSING  # nobody is left to speak: online once an educator accepts


def test_who_was_only_asked_and_cannot_come_starts_no_search(session, ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    first = next(one for one in ill.others if one.id == ill.whom()[0])
    report_absence(presenter_actor(first), STARTS_AT.date(), STARTS_AT.date(), seen=[ill.number], now=FRIDAY + MINUTE)
    assert ill.search().wave == 1  # the one that there is goes on
    assert states(session, ill)[first.id] == [AssignmentState.WITHDRAWN]


def test_when_all_have_said_no_the_next_wave_does_not_wait(ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    wave = set(ill.whom())
    for one in ill.others:
        if one.id in wave:
            ill.answer(one, accepts=False, now=FRIDAY + MINUTE)
    assert (send_waves(now=FRIDAY + 2 * MINUTE), ill.search().wave) == (1, 2)
    assert set(ill.whom()) == {one.id for one in ill.others}


def test_a_late_yes_of_the_wave_before_still_counts(ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    first = next(one for one in ill.others if one.id == ill.whom()[0])
    send_waves(now=FRIDAY + 12 * HOUR)
    ill.answer(first, accepts=True, now=FRIDAY + 13 * HOUR)
    assert ill.state() is SubstituteSearchState.FILLED


def test_nobody_is_asked_who_is_barred_busy_away_of_another_centre_or_said_no_before(session, ill):
    taken, refused = ill.others[0], ill.others[1]
    make_assignment(make_presentation(make_visit(VisitState.CONFIRMED, programme=ill.programme)), taken.id)
    ill.can(a_cleared_educator(centre_id=make_centre().id))
    ill.educator()  # without hours
    report_absence(presenter_actor(ill.others[2]), STARTS_AT.date(), STARTS_AT.date(), seen=[], now=FRIDAY)
    suggest_presenter(ill.coordinator, ill.visit_id, refused.id, now=FRIDAY)
    offer_visit(ill.coordinator, ill.visit_id, until=FRIDAY + HOUR, now=FRIDAY)
    ill.answer(refused, accepts=False, now=FRIDAY)
    ill.falls_ill()
    send_waves(now=FRIDAY)
    assert set(ill.whom()) == {ill.others[3].id, ill.others[4].id}


def test_the_least_loaded_is_asked_first(session):
    ill = Ill(others=4)
    for day in (5, 7, 8):
        visit = make_visit(VisitState.CONFIRMED, programme=ill.programme, on_day=dt.date(2026, 10, day))
        make_assignment(make_presentation(visit), ill.others[0].id)
    ill.falls_ill()
    send_waves(now=FRIDAY)
    assert ill.others[0].id not in ill.whom()


def test_with_nobody_left_it_looks_again_and_sends_no_empty_wave(session):
    ill = Ill(others=0)
    ill.falls_ill()
    assert (send_waves(now=FRIDAY), ill.search().wave, ill.search().next_wave_at) == (0, 0, FRIDAY + 12 * HOUR)
    late = ill.can(ill.educator())
    send_waves(now=FRIDAY + 12 * HOUR)
    assert ill.whom() == [late.id]


def test_stopped_it_asks_nobody_and_goes_on_when_told_and_decides_all_the_same(ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    for _press in range(2):
        stop_search(ill.coordinator, ill.visit_id, now=FRIDAY + MINUTE)
    assert send_waves(now=FRIDAY + 20 * HOUR) == 0
    assert ill.state() is SubstituteSearchState.STOPPED
    seek_substitute(ill.coordinator, ill.visit_id, now=FRIDAY + 20 * HOUR)
    send_waves(now=FRIDAY + 20 * HOUR)
    assert len(ill.whom()) == 5
    stop_search(ill.coordinator, ill.visit_id, now=FRIDAY + 21 * HOUR)
    send_waves(now=T_MINUS_3)
    assert ill.state() is SubstituteSearchState.CHOOSING
    assert ill.kinds_to(DESK)[-1] == "substitute_choice"


def test_a_crew_that_the_coordinator_found_by_hand_ends_the_search_too(session, ill):
    ill.falls_ill()
    ill.suggest(ill.others[0])
    offer_visit(ill.coordinator, ill.visit_id, until=FRIDAY + HOUR, now=FRIDAY)
    ill.answer(ill.others[0], accepts=True, now=FRIDAY + MINUTE)
    assert ill.state() is SubstituteSearchState.FILLED
    assert visit_of(session, ill).state is VisitState.CONFIRMED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]


def test_a_visit_that_was_not_confirmed_before_is_confirmed_by_its_coordinator_as_ever(session):
    ill = Ill(others=1)
    withdraw_presenter(ill.coordinator, ill.visit_id, ill.ana.id, reason="swap", now=FRIDAY)
    mia = ill.can(ill.educator(given_name="Mia"))
    ill.accepted_by(mia)
    ill.forget_mails()
    assert visit_for(ill.coordinator, ill.number).state is VisitState.OFFERED
    ill.falls_ill(mia)
    send_waves(now=FRIDAY)
    ill.answer(ill.others[0], accepts=True, now=FRIDAY + MINUTE)
    assert visit_of(session, ill).state is VisitState.OFFERED
    assert (ill.mails_to(TO_THE_SCHOOL), ill.kinds_to(DESK)) == ([], ["presenter_absent", "substitute_found"])


def test_a_visit_that_begins_undecided_ends_the_search(ill):
    ill.falls_ill()
    send_waves(now=T_MINUS_3)
    send_waves(now=STARTS_AT)
    assert ill.state() is SubstituteSearchState.OVER
    with conflict("wrong_state"):
        go_short(ill.coordinator, ill.visit_id, now=STARTS_AT)


def test_what_cannot_be_and_who_may_not_decide_is_refused(ill):
    with conflict("wrong_state"):
        seek_substitute(ill.coordinator, ill.visit_id, now=FRIDAY)  # its crew is whole
    ill.falls_ill()

    with conflict("too_late_for_waves"):
        seek_substitute(ill.coordinator, ill.visit_id, now=T_MINUS_3)
    with rejection(link="not_a_link"):
        hold_online(ill.coordinator, ill.visit_id, "meet", now=FRIDAY)
    with pytest.raises(NotFound):
        ask_substitute(ill.coordinator, ill.visit_id, 999999, now=FRIDAY)
    with conflict("changed_meanwhile"):
        hold_online(ill.coordinator, ill.visit_id, "https://meet.example.org/a", now=FRIDAY, version=0)
    assert ill.whom() == []

    presenter, stranger = presenter_actor(ill.others[0]), an_actor(centre_id=make_centre().id)
    acts = (
        lambda actor: seek_substitute(actor, ill.visit_id, now=FRIDAY),
        lambda actor: stop_search(actor, ill.visit_id, now=FRIDAY),
        lambda actor: go_short(actor, ill.visit_id, now=FRIDAY),
        lambda actor: hold_online(actor, ill.visit_id, "https://meet.example.org/a", now=FRIDAY),
        lambda actor: ask_substitute(actor, ill.visit_id, ill.others[0].id, now=FRIDAY),
    )

    for act in acts:
        with pytest.raises((NotAllowed, NotFound)):
            act(presenter)
        with pytest.raises(NotFound):
            act(stranger)
        with pytest.raises(NotAllowed):
            act(an_actor(Role.SAFEGUARDING, centre_id=ill.centre_id))


def test_who_is_promised_elsewhere_cannot_be_made_to_stand_in(ill):
    make_assignment(make_presentation(make_visit(VisitState.CONFIRMED, programme=ill.programme)), ill.others[0].id)
    ill.falls_ill()
    with conflict("cannot_stand_in"):
        ask_substitute(ill.coordinator, ill.visit_id, ill.others[0].id, now=FRIDAY)
    assert ill.offered() == set()


def test_the_page_reads_the_search_in_as_many_queries_for_five_asked_as_for_three(ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    row = visit_for(ill.coordinator, ill.number)
    with statements() as three:
        assert len(latest_search(row).asked) == 3
    send_waves(now=FRIDAY + 12 * HOUR)
    row = visit_for(ill.coordinator, ill.number)
    with statements() as five:
        shown = latest_search(row)
    assert ([one.wave for one in shown.asked], len(three)) == ([2, 2, 1, 1, 1], len(five))


def seats(ill: Ill) -> list[AssignmentState]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Assignment.state)
            .join(Presentation, Presentation.id == Assignment.presentation_id)
            .where(Presentation.visit_id == ill.visit_id, Assignment.state.in_(LIVING))
        )
    )


@pytest.mark.both_databases
def test_all_who_were_asked_accept_at_once_one_goes_and_the_others_are_told(app: Flask):
    ill = Ill(others=3)
    ill.falls_ill()
    send_waves(now=FRIDAY)
    answers = all_at_once(app, [ill.answering(who, now=FRIDAY + MINUTE) for who in ill.others])
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (answers.count(None), [one.reason for one in refused]) == (1, ["offer_gone", "offer_gone"])
    assert seats(ill) == [AssignmentState.ACCEPTED]
    assert db.session.scalar(sa.select(Visit.state).where(Visit.id == ill.visit_id)) is VisitState.CONFIRMED
    assert ill.state() is SubstituteSearchState.FILLED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]
    released = sa.select(sa.func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "visit_released")
    assert db.session.scalar(released) == 2


@pytest.mark.both_databases
def test_many_sweeps_at_once_send_one_wave(app: Flask):
    ill = Ill(others=6)
    ill.falls_ill()
    answers = all_at_once(app, [lambda: send_waves(now=FRIDAY) for _sweep in range(6)])
    assert answers == [None] * 6
    assert len(ill.whom()) == len(seats(ill)) == len(mails(db.session, "visit_offered")) == 3
    assert ill.search().wave == 1


@pytest.mark.both_databases
def test_a_yes_beside_a_short_crew_is_one_of_the_two_and_the_school_reads_it_once(app: Flask):
    ill = Ill(young=True, influencers=1)
    mina = ill.can(ill.minor())
    ill.falls_ill(ill.tara)
    send_waves(now=FRIDAY)
    at = FRIDAY + MINUTE
    answers = all_at_once(app, [ill.answering(mina, now=at), lambda: go_short(ill.coordinator, ill.visit_id, now=at)])
    assert answers.count(None) == 1
    assert [one for one in answers if one is not None and not isinstance(one, Conflict)] == []
    assert ill.state() in (SubstituteSearchState.FILLED, SubstituteSearchState.SHORT)
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]


DAY = STARTS_AT.date()
EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
HTTPS = "https://meet.example.org/"
ACCEPTED, OFFERED = AssignmentState.ACCEPTED, AssignmentState.OFFERED


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


def member(kind=EDUCATOR, state=ACCEPTED, adult_on=None) -> CrewMember:
    return CrewMember(1, kind, "Ana", "Anić", adult_on, state)


def one(number: int, km: int | None, *reasons: str) -> Candidate:
    return Candidate(number, EDUCATOR, f"Ema {number}", False, "", "", km, tuple(Why(code) for code in reasons))


@pytest.mark.parametrize(
    ("left", "pause"), [(168, 12), (72, 12), (71.9, 4), (24, 4), (23.9, 1), (8, 1), (7.9, 1 / 3), (3, 1 / 3)]
)
def test_the_pause_between_waves_shrinks_as_the_visit_nears(left, pause):
    assert substitutes.wave_pause(STARTS_AT, STARTS_AT - hours(left)) == hours(pause)


def test_pauses_shrink_and_an_answer_counts_one_wave_longer():
    assert answer_until(STARTS_AT, STARTS_AT - hours(100)) == STARTS_AT - hours(76)
    assert answer_until(STARTS_AT, STARTS_AT - hours(3.5)) == STARTS_AT - hours(3)
    near, far = STARTS_AT - hours(100), STARTS_AT - hours(1000)
    assert (first_wave_at(STARTS_AT, near), first_wave_at(STARTS_AT, far)) == (near, STARTS_AT - hours(7 * 24))


def test_what_is_missing_is_counted_by_kind_and_educators_are_sought_before_young_presenters():
    crew = [member(), member(INFLUENCER, OFFERED)]  # an offer is no crew
    assert missing_kinds(crew, CrewRule(2, 1), DAY) == {EDUCATOR: 1, INFLUENCER: 1}
    assert missing_kinds(crew, CrewRule(1, 0), DAY) == {}
    assert missing_kinds([member(INFLUENCER, adult_on=DAY)], CrewRule(1, 1), DAY) == {EDUCATOR: 1}
    assert sought_kind([{INFLUENCER: 1}, {EDUCATOR: 1}]) is EDUCATOR
    assert sought_kind([{}, {INFLUENCER: 1}]) is INFLUENCER
    assert sought_kind([{}, {}]) is None


def test_the_nearest_and_least_loaded_come_first_and_who_is_given_nothing_yet():
    near, nearer, far, idle = one(1, 20), one(2, 5), one(3, 80), one(4, 24)
    order = in_order([far, one(5, 1, "unvetted"), near, nearer, idle], {1: 3, 2: 3, 3: 0})
    assert [each.presenter_id for each in order] == [4, 2, 1, 3]
    assert [each.presenter_id for each in in_order([one(1, 5), one(2, 20)], {1: 1})] == [2, 1]
    assert [each.presenter_id for each in in_order([one(1, 1), one(2, None)], {})] == [2, 1]


@at_each_bound(
    ("a band of 25 km", lambda km: in_order([one(1, km), one(2, 0)], {2: 1})[0].presenter_id, (24, 25, 26), (1, 2, 2)),
    (
        "the longest link",
        lambda long: problem_with_link(f"{HTTPS:a<{long}}"),
        (299, 300, 301),
        (None, None, "too_long"),
    ),
)
def test_each_bound(rule, value, answer):
    assert rule(value) == answer


def test_a_short_crew_needs_an_adult_educator_who_has_accepted_in_every_presentation():
    young = member(INFLUENCER, adult_on=dt.date(2028, 3, 1))
    assert may_go_short([[member()], [member(), young]], DAY)
    assert not may_go_short([[member()], [young]], DAY)
    assert not may_go_short([[member(state=OFFERED)]], DAY)
    assert not may_go_short([[member(INFLUENCER)]], DAY)
    assert not may_go_short([[member(adult_on=DAY + dt.timedelta(days=1))]], DAY)
    assert not may_go_short([], DAY)


@pytest.mark.parametrize(("link", "problem"), [
    ("https://meet.example.org/razred-7b", None), ("https://meet.example.org:8443/a?b=c", None), ("", "missing"),
    ("meet.example.org", "not_a_link"), ("http://meet.example.org", "not_a_link"),
    ("javascript:alert(1)", "not_a_link"), ("https://", "not_a_link"), ("https://localhost/", "not_a_link"),
    ("https://meet.example.org/a b", "not_a_link"), ("https://bank.example@evil.example/", "not_a_link"),
    ("https://[", "not_a_link"), ("https://meet.example.org/" + "a" * 300, "too_long"),
])  # fmt: skip
def test_a_link_is_a_whole_https_address(link, problem):
    assert problem_with_link(link) == problem
