"""Edge cases of docs/edge_cases.md: the educator is ill, or the influencer is missing, before the day."""

import datetime as dt

import pytest

from scheduler.core.errors import Conflict
from scheduler.people.models import User
from scheduler.people.terms import PresenterKind
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.decisions import ask_substitute, go_short, hold_online
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import lapse_offers
from scheduler.staffing.service.substitutes import send_waves
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, PresentationState, SubstituteSearchState, VisitState
from tests.factories.people import presenter_actor
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict
from tests.staffing.search_scene import FRIDAY, MINUTE, STARTS_AT, T_MINUS_3, TO_THE_SCHOOL, Ill
from tests.visits.scene import far_away_scene, mails, presentations, request_state, states, visit_of

LINK = "https://meet.example.org/razgovor"
DESK = "desk@centre.example"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ill(session) -> Ill:
    return Ill(others=5)


def test_educator_ill_waves_until_one_accepts_and_the_school_reads_one_message(session, ill):
    """Withdraw > waves of offers > the first yes wins, the others are told; the school reads one clear message."""
    ill.falls_ill()
    assert send_waves(now=FRIDAY) == 1
    first, second, third = ill.whom()
    assert ill.offered() == {first, second, third}

    ill.answer(ill.others[1], accepts=False, now=FRIDAY + MINUTE)
    assert send_waves(now=FRIDAY + 2 * MINUTE) == 0  # two of the wave have not answered

    send_waves(now=FRIDAY + 12 * HOUR)
    assert len(ill.whom()) == 5
    ill.answer(ill.others[4], accepts=True, now=FRIDAY + 13 * HOUR)

    assert ill.state() is SubstituteSearchState.FILLED
    assert visit_of(session, ill).state is VisitState.CONFIRMED
    assert request_state(session, ill) is RequestState.CONFIRMED
    assert ill.offered() == set()
    (mail,) = ill.mails_to(TO_THE_SCHOOL)
    assert mail.kind == "crew_settled"
    assert "Ema 4" in mail.text
    assert len(mails(session, "visit_released")) == 3  # of five asked one said no and one yes
    assert ill.kinds_to(DESK) == ["presenter_absent", "substitute_found"]


def test_educator_ill_nobody_found_three_hours_before_the_coordinator_gets_one_mail_and_decides(session, ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)
    lapse_offers(now=T_MINUS_3)

    assert send_waves(now=T_MINUS_3) == 1
    assert send_waves(now=T_MINUS_3 + MINUTE) == 0

    assert ill.state() is SubstituteSearchState.CHOOSING
    assert ill.kinds_to(DESK) == ["presenter_absent", "substitute_choice"]
    assert ill.mails_to(TO_THE_SCHOOL) == []
    assert ill.offered() == set()


def test_educator_ill_a_substitute_is_chosen_in_the_last_three_hours(session, ill):
    ill.falls_ill()
    send_waves(now=T_MINUS_3)

    for _press in range(2):
        ask_substitute(ill.coordinator, ill.visit_id, ill.others[0].id, now=T_MINUS_3)
    assert ill.mails_to(TO_THE_SCHOOL) == []
    ill.answer(ill.others[0], accepts=True, now=STARTS_AT - HOUR)

    assert ill.state() is SubstituteSearchState.FILLED
    assert visit_of(session, ill).state is VisitState.CONFIRMED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]
    assert len(mails(session, "visit_offered")) == 1


def test_educator_ill_a_substitute_who_declines_leaves_the_choice_open(session, ill):
    ill.falls_ill()
    send_waves(now=T_MINUS_3)
    ask_substitute(ill.coordinator, ill.visit_id, ill.others[0].id, now=T_MINUS_3)

    ill.answer(ill.others[0], accepts=False, now=T_MINUS_3 + MINUTE)
    send_waves(now=T_MINUS_3 + 2 * MINUTE)
    ask_substitute(ill.coordinator, ill.visit_id, ill.others[1].id, now=T_MINUS_3 + 3 * MINUTE)

    assert ill.offered() == {ill.others[1].id}  # and nobody was asked by itself
    assert ill.state() is SubstituteSearchState.CHOOSING


def test_educator_ill_held_online_with_an_educator_who_lives_far_away(session):
    ill = Ill(others=1)
    far = far_away_scene(ill, dt.time(8, 0))
    far.confirmed_by(ill.others[0])
    ema = ill.others[0]
    ill.forget_mails()
    ill.falls_ill(now=T_MINUS_3 + MINUTE)
    with pytest.raises(Conflict):  # from there she cannot arrive
        ask_substitute(ill.coordinator, ill.visit_id, ema.id, now=T_MINUS_3 + MINUTE)

    hold_online(ill.coordinator, ill.visit_id, LINK, now=T_MINUS_3 + 2 * MINUTE)
    assert ill.mails_to(TO_THE_SCHOOL) == []  # nobody speaks yet: there is no outcome to tell
    ask_substitute(ill.coordinator, ill.visit_id, ill.others[0].id, now=T_MINUS_3 + 3 * MINUTE)
    ill.answer(ill.others[0], accepts=True, now=STARTS_AT - HOUR)

    assert ill.state() is SubstituteSearchState.ONLINE
    visit = visit_of(session, ill)
    assert (visit.state, visit.online_link, visit.kilometres) == (VisitState.CONFIRMED, LINK, 0)
    (school,) = ill.mails_to(TO_THE_SCHOOL)
    (crew,) = mails(session, "crew_online")
    assert LINK in school.text
    assert LINK in crew.text
    assert crew.address == session.get_one(User, ema.user_id).email


def test_educator_ill_held_online_at_once_by_the_educator_who_remains(session):
    ill = _two_educators()
    ill.falls_ill(now=T_MINUS_3 + MINUTE)

    for _press in range(2):
        hold_online(ill.coordinator, ill.visit_id, LINK, now=T_MINUS_3 + 2 * MINUTE)

    visit = visit_of(session, ill)
    assert (visit.state, visit.goes_short) == (VisitState.CONFIRMED, True)
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]
    assert len(mails(session, "crew_online")) == 1


def _two_educators() -> Ill:
    class Pair(Ill):
        def confirmed_by(self, *people):
            self.mia = self.educator(given_name="Mia")
            super().confirmed_by(*people, self.mia)

    return Pair(educators=2)


def test_educator_ill_a_new_date_ends_the_search_and_is_the_one_message(session, ill):
    ill.falls_ill()
    send_waves(now=T_MINUS_3)

    wish = NewTimes(VISIT_DAY + dt.timedelta(days=8), {}, STARTS_AT + 48 * HOUR)
    move_visit(ill.coordinator, ill.visit_id, wish, now=T_MINUS_3 + MINUTE)

    assert ill.state() is SubstituteSearchState.MOVED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["visit_moved"]
    assert send_waves(now=T_MINUS_3 + 2 * MINUTE) == 0


def test_educator_ill_called_off_ends_the_search_and_is_the_one_message(session, ill):
    ill.falls_ill()
    send_waves(now=FRIDAY)

    cancel_visit(ill.coordinator, ill.visit_id, reason="nobody", now=FRIDAY + MINUTE)
    send_waves(now=FRIDAY + 2 * MINUTE)

    assert ill.state() is SubstituteSearchState.CALLED_OFF
    assert ill.kinds_to(TO_THE_SCHOOL) == ["visit_cancelled"]
    assert ill.offered() == set()
    assert len(ill.whom()) == 3


def test_influencer_missing_educator_present_is_confirmed_short_before_the_day(session):
    ill = Ill(young=True, influencers=1)
    ill.falls_ill(ill.tara)
    assert visit_of(session, ill).state is VisitState.OFFERED

    for _press in range(2):
        go_short(ill.coordinator, ill.visit_id, now=FRIDAY + HOUR)

    row = visit_for(ill.coordinator, ill.number)
    assert (row.state, row.short_crew, row.goes_short) == (VisitState.CONFIRMED, True, True)
    assert ill.state() is SubstituteSearchState.SHORT
    (mail,) = ill.mails_to(TO_THE_SCHOOL)
    assert mail.kind == "crew_settled"
    assert "Tara" not in mail.text
    assert [one.state for one in presentations(session, ill)] == [PresentationState.CONFIRMED]
    assert violations() == []


def test_influencer_missing_another_one_is_asked_in_waves_and_whoever_is_still_asked_is_told(session):
    ill = Ill(young=True, influencers=1)
    mina = ill.can(ill.minor())
    ill.can(ill.educator())  # nobody needs her
    ill.falls_ill(ill.tara)
    send_waves(now=FRIDAY)
    assert ill.whom() == [mina.id]

    go_short(ill.coordinator, ill.visit_id, now=FRIDAY + HOUR)

    assert states(session, ill)[mina.id] == [AssignmentState.WITHDRAWN]
    assert len(mails(session, "visit_released")) == 2  # to her and to her guardian
    with conflict("offer_gone"):
        ill.answer(mina, accepts=True, now=FRIDAY + 2 * HOUR)


def test_without_an_adult_educator_nobody_goes_short(session):
    ill = Ill(young=True, influencers=1)
    ill.falls_ill()

    with conflict("educator_must_stay"):
        go_short(ill.coordinator, ill.visit_id, now=FRIDAY)
    assert states(session, ill)[ill.tara.id] == [AssignmentState.WITHDRAWN]  # she is never left alone
    assert visit_of(session, ill).state is VisitState.PLANNED


def test_an_educator_first_then_the_young_presenter_who_left_with_her(session):
    ill = Ill(others=1, young=True, influencers=1)
    mina = ill.can(ill.minor())
    ill.falls_ill()
    send_waves(now=FRIDAY)
    assert ill.whom() == [ill.others[0].id]

    ill.answer(ill.others[0], accepts=True, now=FRIDAY + MINUTE)
    send_waves(now=FRIDAY + 2 * MINUTE)
    send_waves(now=FRIDAY + 13 * HOUR)
    assert mina.kind is PresenterKind.INFLUENCER
    assert mina.id in ill.whom()
    ill.answer(mina, accepts=True, now=FRIDAY + 14 * HOUR)

    assert ill.state() is SubstituteSearchState.FILLED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]


def test_a_visit_that_goes_short_steps_back_when_its_educator_leaves_too(session):
    ill = Ill(young=True, influencers=1)
    ill.falls_ill(ill.tara)
    go_short(ill.coordinator, ill.visit_id, now=FRIDAY)

    report_absence(presenter_actor(ill.ana), VISIT_DAY, VISIT_DAY, seen=[ill.number], now=FRIDAY + HOUR)

    visit = visit_of(session, ill)
    assert (visit.state, visit.goes_short) == (VisitState.PLANNED, False)
    assert ill.state() is SubstituteSearchState.SEARCHING
