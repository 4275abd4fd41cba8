"""Pages of visits: the right people act, others are refused, what is wrong is said, lists do not grow in queries."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.counting import selects_of
from tests.factories import MONDAY
from tests.factories.people import always_free, make_user, presenter_actor
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import (
    DAY,
    body,
    coordinator,
    meant,
    number_of_request,
    offered_soon,
    plan_soon,
    reading,
    state_of,
)


@pytest.fixture
def scene(app):
    scene = Scene(planned=False)
    scene.host_name = scene.host.name_sr_latn
    return scene


# --- crew of one presentation ---


def test_a_coordinator_takes_somebody_out_of_one_presentation_and_back_into_it(app, scene):
    ana = scene.educator()
    scene.plans = (a_plan(), a_plan(dt.time(11)))
    number = offered_soon(scene, ana)
    browser, path = coordinator(app, scene), f"/visits/{number}/crew/{ana.id}/withdraw"
    second = db.session.scalars(sa.select(Presentation.id).order_by(Presentation.ordinal)).all()[1]
    form = body(browser.get(path))
    assert "the whole visit" in form
    assert f'value="{second}"' in form

    assert browser.post(path, data={"reason": "Exam", "part": "999999"}).status_code == 422
    assert browser.post(path, data={"reason": "Exam", "part": str(second)}).status_code == 302

    shown = body(browser.get(f"/visits/{number}"))
    assert "also 11:00" in shown
    assert "the whole visit" not in body(browser.get(path))  # only one is left
    hers = body(reading(app, db.session.get_one(User, ana.user_id)).get(f"/visits/{number}"))
    assert hers.count("(without you)") == 1
    assert browser.post(f"/visits/{number}/suggest/{ana.id}?only=2").status_code == 302
    assert "also 11:00" not in body(browser.get(f"/visits/{number}"))


# --- the visit's page ---


def test_the_page_suggests_offers_and_confirms(app, scene):
    ana = scene.educator(given_name="Jelena", family_name="Ristić")
    always_free(ana)
    number = plan_soon(scene)
    browser = coordinator(app, scene)
    assert "Jelena Ristić" in body(browser.get(f"/visits/{number}"))

    assert browser.post(f"/visits/{number}/suggest/{ana.id}").status_code == 302
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")
    assert browser.post(f"/visits/{number}/offer", data={"until_day": until, "until_time": "14:00"}).status_code == 302
    early = browser.post(f"/visits/{number}/confirm")
    assert early.status_code == 409
    assert "Not enough educators have accepted yet." in body(early)

    assert browser_of(app, ana).post(f"/offers/{number}/accept").status_code == 302
    assert browser.post(f"/visits/{number}/confirm").status_code == 302
    assert browser.post(f"/visits/{number}/ready").status_code == 302
    assert state_of(scene) is VisitState.READY
    assert "Confirmed by all" in body(browser.get(f"/visits/{number}"))


def test_an_offer_that_ends_in_the_past_is_said_beside_its_field(app, scene):
    number = plan_soon(scene)
    scene.suggest(scene.educator())

    answer = coordinator(app, scene).post(
        f"/visits/{number}/offer", data={"until_day": "1.2.2020.", "until_time": "14:00"}
    )

    assert answer.status_code == 422
    assert "Choose a day that is still to come." in body(answer)


def test_the_slower_coordinator_reads_who_took_the_time(app, scene):
    ana = scene.educator()
    first = offered_soon(scene, ana)
    second = plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(10, 30)),))
    scene.suggest(ana)
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")

    answer = coordinator(app, scene).post(f"/visits/{second}/offer", data={"until_day": until, "until_time": "14:00"})

    assert answer.status_code == 409
    assert f"Promised to another visit at that time. The other visit: {first}" in body(answer)
    assert "Marija Kostić" in body(answer)


def test_the_promise_of_a_school_without_a_request_is_noted_on_the_visits_page(app, scene):
    number = plan_soon(scene, school_request_id=None)
    browser = coordinator(app, scene)
    assert "What the school promised" in body(browser.get(f"/visits/{number}"))

    half = browser.post(f"/visits/{number}/promise", data={"safeguarding_contact": "Вера Лукић, психолог"})
    assert half.status_code == 422
    assert 'value="Вера Лукић, психолог"' in body(half)

    whole = {"safeguarding_contact": "Вера Лукић, психолог", "teacher_stays": "y"}
    shown = body(browser.post(f"/visits/{number}/promise", data=whole, follow_redirects=True))
    assert "Child protection: Вера Лукић, психолог" in shown
    assert "The school has not promised" not in shown


def test_moving_and_cancelling_by_pages(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)
    later = DAY + dt.timedelta(days=1)
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")
    typed = {
        "on_day": later.strftime("%d.%m.%Y."),
        "starts-0-starts_local": "12:00",
        "until_day": until,
        "until_time": "14:00",
        **meant(later, "12:00"),
    }
    assert browser.get(f"/visits/{number}/move").status_code == 200
    wrong = browser.post(f"/visits/{number}/move?lang=en", data=typed | {"on_day": "", "until_time": "25:99"})
    assert (wrong.status_code, re.findall(r'<a href="#(\w+)"', body(wrong))) == (422, ["on_day", "until_time"])
    assert browser.post(f"/visits/{number}/move", data=typed).status_code == 302
    assert visit_for(scene.coordinator, number).on_day == later
    assert "Moved. The school knows, and the presenters are asked again." in body(browser.get(f"/visits/{number}"))
    browser.post(f"/visits/{number}/move", data=typed)
    assert "The visit is at that time already; nobody was written to." in body(browser.get(f"/visits/{number}"))

    assert browser.get(f"/visits/{number}/crew/{ana.id}/withdraw").status_code == 200
    assert browser.post(f"/visits/{number}/crew/{ana.id}/withdraw", data={"reason": "Ill"}).status_code == 302
    assert (
        browser.post(f"/visits/{number}/cancel", data={"by": "centre", "cause": "other", "reason": ""}).status_code
        == 422
    )
    assert (
        browser.post(f"/visits/{number}/cancel", data={"by": "centre", "cause": "other", "reason": "Storm"}).status_code
        == 302
    )
    assert state_of(scene) is VisitState.CANCELLED


def test_markup_in_a_reason_is_text(app, scene):
    number = plan_soon(scene)
    browser = coordinator(app, scene)
    browser.post(
        f"/visits/{number}/cancel", data={"by": "centre", "cause": "other", "reason": "<script>alert(1)</script>"}
    )

    assert "<script>alert" not in body(browser.get(f"/visits/{number}"))


def test_the_week_takes_equally_many_queries_at_one_and_three_rows(app, scene):
    browser = coordinator(app, scene)
    number = plan_soon(scene)
    path = f"/visits?from={DAY.isoformat()}"

    def look() -> None:
        assert number in body(browser.get(path))

    one = selects_of(look)
    for hour in (12, 14):
        plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(hour, 0)),))
    assert selects_of(look) == one
    assert browser.get("/visits?from=nonsense").status_code == 200


# --- who may not ---


@pytest.mark.parametrize(
    "path",
    ["/visits/{0}/confirm", "/visits/{0}/ready", "/visits/{0}/offer", "/visits/{0}/suggest/1", "/visits/{0}/cancel"],
)
def test_presenters_and_safeguarding_officers_cannot_act_on_visits(app, scene, path):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    for person in (ana, make_user(Role.SAFEGUARDING, centre_id=scene.centre_id)):
        assert browser_of(app, person).post(path.format(number)).status_code == 403
    stranger = browser_of(app, make_user())
    assert stranger.post(path.format(number), data={"reason": "x"}).status_code in (404, 422)
    assert app.test_client().post(path.format(number)).status_code == 302  # to the sign-in
    assert state_of(scene) is VisitState.OFFERED


def test_a_stranger_gets_the_same_page_as_for_a_visit_that_does_not_exist(app, scene):
    number = offered_soon(scene, scene.educator())
    stranger = browser_of(app, scene.educator())

    absent, foreign = stranger.get("/visits/P-2020-0001"), stranger.get(f"/visits/{number}")

    assert (absent.status_code, foreign.status_code) == (404, 404)
    assert body(foreign).replace(number, "P-2020-0001") == body(absent)


# --- the presenter ---


def test_a_presenter_declines_with_a_reason(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser = reading(app, ana, "sr_Latn")
    assert scene.host_name in body(browser.get("/offers"))

    assert browser.get(f"/offers/{number}/decline").status_code == 200
    assert browser.post(f"/offers/{number}/decline", data={"reason": " "}).status_code == 422
    assert browser.post(f"/offers/{number}/decline", data={"reason": "Seminar"}).status_code == 302

    db.session.rollback()
    assert db.session.scalar(sa.select(Assignment.state)) is AssignmentState.DECLINED
    assert browser.post(f"/offers/{number}/accept").status_code == 409


def test_trust_r11_a_coordinator_who_suggests_twice_reads_that_it_is_done(app, scene):
    ana = scene.educator()
    number = plan_soon(scene)
    browser = coordinator(app, scene)

    answers = [browser.post(f"/visits/{number}/suggest/{ana.id}") for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, f"/visits/{number}")] * 2
    assert "Already in the crew of this visit." in body(browser.get(f"/visits/{number}"))


def test_trust_r11_a_presenter_who_presses_twice_is_thanked_twice(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser = browser_of(app, ana)

    answers = [browser.post(f"/offers/{number}/accept") for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/offers")] * 2
    db.session.rollback()
    assert db.session.scalars(sa.select(Assignment.state)).all() == [AssignmentState.ACCEPTED]


def test_the_crews_page_never_shows_a_minors_surname(app, scene):
    ana, tara = scene.educator(), scene.minor()
    number = offered_soon(scene, ana, tara)
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)

    shown = body(browser_of(app, ana).get(f"/visits/{number}"))

    assert "Tara" in shown
    assert "Ilić" not in shown


# --- the school ---


def test_an_agreed_request_leads_to_its_plan(app, scene):
    number = number_of_request(scene)

    assert f"/requests/{number}/plan" in body(coordinator(app, scene).get(f"/requests/{number}"))


# --- the desk ---


def test_each_roles_first_page_says_what_waits(app, scene):
    ana = scene.educator()
    offered_soon(scene, ana)

    assert "Nothing waits for you" in body(coordinator(app, scene).get("/desk"))  # it is the presenter's turn
    assert "1 offer waits for your answer" in body(reading(app, ana).get("/desk"))
    officer = reading(app, make_user(Role.SAFEGUARDING, centre_id=scene.centre_id))
    assert "Vetting and consent" in body(officer.get("/desk"))
    assert app.test_client().get("/desk").status_code == 302


def test_only_the_crew_is_led_to_the_counting_and_only_once_the_visit_has_begun(app, scene, the_clock):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser_of(app, ana).post(f"/offers/{number}/accept")
    confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    keeper = make_user(Role.SAFEGUARDING, centre_id=scene.centre_id)

    def is_led(person) -> bool:
        return f"/visits/{number}/count" in body(reading(app, person).get(f"/visits/{number}"))

    assert not is_led(ana)
    begun = dt.datetime.combine(DAY, dt.time(20), tzinfo=dt.UTC)
    the_clock.stands_at(begun)

    assert is_led(ana)
    assert not is_led(keeper)


def test_who_declined_reads_a_visit_no_more_wherever_it_moves(app, scene):
    """TRUST S54: the visit goes on without her, with a minor in its crew perhaps."""
    ana, boris = scene.educator(), scene.educator()
    number = offered_soon(scene, ana, boris)
    assert browser_of(app, ana).get(f"/visits/{number}").status_code == 200

    answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="x", now=MONDAY)

    browser = browser_of(app, ana)
    assert [browser.get(page).status_code for page in (f"/visits/{number}", f"/offers/{number}/decline")] == [404, 404]
    assert browser.post(f"/offers/{number}/decline", data={"reason": "x"}).location == "/offers"  # pressed twice
    assert browser_of(app, boris).get(f"/visits/{number}").status_code == 200


def test_of_a_visit_that_is_called_off_whoever_was_asked_reads_that(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Нема струје.", now=MONDAY)

    assert browser_of(app, ana).get(f"/visits/{number}").status_code == 200


def test_a_minors_name_is_read_by_who_accepted_the_same_presentation_only(app, scene):
    """TRUST S54: who is only offered it reads that a young presenter comes along."""
    ana, boris, tara = scene.educator(), scene.educator(given_name="Борис"), scene.minor()
    number = offered_soon(scene, ana, boris, tara)
    for person in (ana, tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)

    told = {who: body(reading(app, who).get(f"/visits/{number}")) for who in (ana, boris, tara)}

    assert [("Tara" in text, "A young presenter comes along" in text) for text in told.values()] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert "Tara" in body(
        reading(app, make_user(Role.SAFEGUARDING, centre_id=scene.centre_id)).get(f"/visits/{number}")
    )
