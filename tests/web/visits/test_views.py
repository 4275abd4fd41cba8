"""Pages of visits: the right people act, others are refused, what is wrong is said; words to copy, and copies."""

import datetime as dt
import re

import pytest

from scheduler.core.audit import AuditEntry
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import always_free, make_user, presenter_actor
from tests.factories.places import make_host
from tests.factories.school_time import tell_shifts
from tests.factories.staffing import a_plan, staffing
from tests.factories.visits import make_presentation, make_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.visits.pages import (
    ANSWER_BY,
    DAY,
    body,
    meant,
    number_of_request,
    number_of_visit,
    offered_soon,
    plan_soon,
    reading,
    state_of,
)

# --- crew of one presentation ---


def test_a_coordinator_takes_somebody_out_of_one_presentation_and_back_into_it(app, desk, scene):
    ana = scene.educator()
    scene.plans = (a_plan(), a_plan(dt.time(11)))
    visit = f"/visits/{offered_soon(scene, ana)}"
    path, second = f"{visit}/crew/{ana.id}/withdraw", rows_of(Presentation.id)[1]
    form = body(desk.get(path))
    assert "the whole visit" in form
    assert f'value="{second}"' in form

    assert desk.post(path, data={"reason": "Exam", "part": "999999"}).status_code == 422
    assert desk.post(path, data={"reason": "Exam", "part": str(second)}).status_code == 302

    assert "also 11:00" in body(desk.get(visit))
    assert "the whole visit" not in body(desk.get(path))  # only one is left
    assert body(reading(app, ana).get(visit)).count("(without you)") == 1
    assert desk.post(f"{visit}/suggest/{ana.id}?only=2").status_code == 302
    assert "also 11:00" not in body(desk.get(visit))


# --- the visit's page ---


def test_the_page_suggests_offers_and_confirms(app, desk, scene):
    ana = scene.educator(given_name="Jelena", family_name="Ristić")
    always_free(ana)
    number = plan_soon(scene)
    visit = f"/visits/{number}"
    assert "Jelena Ristić" in body(desk.get(visit))

    for _press in range(2):  # pressed twice: the second one is told that it is done
        assert desk.post(f"{visit}/suggest/{ana.id}").location == visit
    assert "Already in the crew of this visit." in body(desk.get(visit))
    late = desk.post(f"{visit}/offer", data=ANSWER_BY | {"until_day": "1.2.2020."})
    assert (late.status_code, "Choose a day that is still to come." in body(late)) == (422, True)
    assert desk.post(f"{visit}/offer", data=ANSWER_BY).status_code == 302
    early = desk.post(f"{visit}/confirm")
    assert (early.status_code, "Not enough educators have accepted yet." in body(early)) == (409, True)

    for _press in range(2):
        assert browser_of(app, ana).post(f"/offers/{number}/accept").location == "/offers"
    for act in ("confirm", "ready"):
        assert desk.post(f"{visit}/{act}").status_code == 302
    assert state_of(scene) is VisitState.READY
    assert "Confirmed by all" in body(desk.get(visit))


def test_all_papers_of_a_visit_stand_in_one_menu_beside_its_acts(app, desk, scene):
    scene.plans = (a_plan(), a_plan(dt.time(11)))
    number = offered_soon(scene, scene.educator())
    page = body(desk.get(f"/visits/{number}"))
    menu = re.search(
        r'<div class="page-head__acts">.*?<summary[^>]*><span>Documents</span>.*?</details>', page, re.DOTALL
    )

    assert menu
    papers = re.findall(r'href="([^"]+\.pdf[^"]*)"', page)
    assert papers == re.findall(r'href="([^"]+\.pdf[^"]*)"', menu[0])
    assert papers == [f"/visits/{number}/sign-in.pdf", f"/visits/{number}/sign-in.pdf?together=y"]


def test_what_is_pressed_on_a_visits_page_looks_like_no_state(app, desk, scene):
    """A state has a picture, a press has none: "Ready" beside a tick was read as what the visit is."""
    ana = scene.educator()
    visit = f"/visits/{offered_soon(scene, ana)}"
    browser_of(app, ana).post(f"{visit.replace('visits', 'offers')}/accept")
    for press, act in (("Confirm and tell the school", "confirm"), ("Mark as ready", "ready")):
        button = re.search(
            rf'<button class="button button--main"[^>]*>(.*?)<span>{press}</span>', body(desk.get(visit))
        )
        assert button
        assert "<svg" not in button[1]
        assert desk.post(f"{visit}/{act}").status_code == 302


def test_the_slower_coordinator_reads_who_took_the_time(desk, scene):
    ana = scene.educator()
    first = offered_soon(scene, ana)
    second = plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(10, 30)),))
    scene.suggest(ana)

    answer = desk.post(f"/visits/{second}/offer", data=ANSWER_BY)

    assert answer.status_code == 409
    assert f"Promised to another visit at that time. The other visit: {first}" in body(answer)
    assert "Marija Kostić" in body(answer)


def test_the_promise_of_a_school_without_a_request_is_noted_on_the_visits_page(desk, scene):
    visit, contact = f"/visits/{plan_soon(scene, school_request_id=None)}", "Вера Лукић, психолог"
    assert "What the school promised" in body(desk.get(visit))

    half = desk.post(f"{visit}/promise", data={"safeguarding_contact": contact})
    assert (half.status_code, f'value="{contact}"' in body(half)) == (422, True)

    whole = {"safeguarding_contact": contact, "teacher_stays": "y"}
    shown = body(desk.post(f"{visit}/promise", data=whole, follow_redirects=True))
    assert "Child protection: Вера Лукић, психолог" in shown
    assert "The school has not promised" not in shown


def test_a_visit_is_moved_on_its_page_and_a_presenter_taken_out(desk, scene):
    ana = scene.educator()
    number, later = offered_soon(scene, ana), DAY + dt.timedelta(days=1)
    visit = f"/visits/{number}"
    typed = ANSWER_BY | {"on_day": f"{later:%d.%m.%Y.}", "starts-0-starts_local": "12:00"} | meant(later, "12:00")
    assert desk.get(f"{visit}/move").status_code == 200
    wrong = desk.post(f"{visit}/move", data=typed | {"on_day": "", "until_time": "25:99"})
    assert (wrong.status_code, re.findall(r'<a href="#(\w+)"', body(wrong))) == (422, ["on_day", "until_time"])

    for words in (
        "Moved. The school knows, and the presenters are asked again.",
        "The visit is at that time already; nobody was written to.",
    ):
        assert words in body(desk.post(f"{visit}/move", data=typed, follow_redirects=True))
        assert visit_for(scene.coordinator, number).on_day == later

    assert desk.get(f"{visit}/crew/{ana.id}/withdraw").status_code == 200
    assert desk.post(f"{visit}/crew/{ana.id}/withdraw", data={"reason": "Ill"}).status_code == 302
    assert rows_of(Assignment.state) == [AssignmentState.WITHDRAWN]


# --- who may not ---


@pytest.mark.parametrize("act", ["confirm", "ready", "offer", "suggest/1", "cancel"])
def test_presenters_officers_and_other_centres_cannot_act_on_visits(app, scene, act):
    ana = scene.educator()
    path = f"/visits/{offered_soon(scene, ana)}/{act}"

    for refused in (browser_of(app, ana), staff_of(app, scene, Role.SAFEGUARDING)):
        assert refused.post(path).status_code == 403
    assert browser_of(app, make_user()).post(path, data={"reason": "x"}).status_code in (404, 422)
    assert app.test_client().post(path).status_code == 302  # to the sign-in
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
    browser, decline = reading(app, ana, "sr_Latn"), f"/offers/{number}/decline"
    assert scene.host.name_sr_latn in body(browser.get("/offers"))

    assert browser.get(decline).status_code == 200
    assert browser.post(decline, data={"reason": " "}).status_code == 422
    assert browser.post(decline, data={"reason": "Seminar"}).status_code == 302

    assert rows_of(Assignment.state) == [AssignmentState.DECLINED]
    assert browser.post(f"/offers/{number}/accept").status_code == 409


# --- the school ---


def test_the_week_names_who_accepted_or_was_asked_and_nobody_who_cannot_come(app, desk, scene):
    ana, eva, mila = (scene.educator(given_name=name) for name in ("Ana", "Eva", "Mila"))
    offered_soon(scene, ana, eva, mila)
    for who, accepts in ((ana, True), (mila, False)):
        answer_offer(presenter_actor(who), scene.visit_id, accepts=accepts, reason="x", now=MONDAY)

    shown = re.sub("<[^>]+>", "", body(desk.get(f"/visits?from={DAY}")))

    crew = " ".join(shown.split())
    assert re.search(r"Ana [^,(]+,", crew)
    assert re.search(r"Eva [^,(]+\(asked\)", crew)
    assert "Mila" not in crew


def test_an_agreed_request_leads_to_its_plan(desk, scene):
    page = f"/requests/{number_of_request(scene)}"

    assert f"{page}/plan" in body(desk.get(page))


# --- the desk ---


def test_each_roles_first_page_says_what_waits(app, desk, scene):
    ana = scene.educator()
    offered_soon(scene, ana)

    assert "Nothing waits for you" in body(desk.get("/desk"))  # it is the presenter's turn
    assert "1 offer waits for your answer" in body(reading(app, ana).get("/desk"))
    officer = staff_of(app, scene, Role.SAFEGUARDING)
    assert "Vetting and consent" in body(officer.get("/desk?lang=en"))


def test_only_the_crew_is_led_to_the_counting_and_only_once_the_visit_has_begun(app, scene, the_clock):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    with staffing(scene.visit_id, scene.coordinator) as going:
        going.accept([ana])
        going.confirm()
    keeper = make_user(Role.SAFEGUARDING, centre_id=scene.centre_id)

    def is_led(person) -> bool:
        return f"/visits/{number}/count" in body(reading(app, person).get(f"/visits/{number}"))

    assert not is_led(ana)
    the_clock.stands_at(dt.datetime.combine(DAY, dt.time(20), tzinfo=dt.UTC))
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


# --- the words about a visit to copy, and the note of who was told ---


@pytest.fixture
def text_page(scene) -> str:
    scene.visit_id = scene.planned()
    return f"/visits/{number_of_visit(scene)}/text"


def test_before_anything_is_offered_there_is_nothing_to_tell_and_then_who_was_told_stands_on_the_page(
    desk, text_page, scene
):
    assert "There is nothing to tell yet" in body(desk.get(text_page))
    assert desk.post(text_page).status_code == 404

    adult = scene.educator(given_name="Јелена", family_name="Ристић")
    scene.offered_to(adult)
    answer = desk.post(text_page, data={"whom": str(adult.id), "how": "viber"})
    assert answer.location == text_page.removesuffix("/text")
    assert "The offer: Jelena Ristić, on Viber" in body(desk.get(answer.location))
    [entry] = [row for row in rows_of(AuditEntry) if row.action == "visit told"]
    assert "Ристић" not in entry.details


@pytest.mark.parametrize(
    ("script", "words"),
    [("sr_Cyrl", "Посета је потврђена"), ("sr_Latn", "Poseta je potvrđena"), ("en", "is confirmed")],
)
def test_a_confirmation_is_copied_in_the_script_of_whoever_is_told(desk, scene, text_page, script, words):
    scene.confirmed_by(scene.educator())

    page = body(desk.get(f"{text_page}?script={script}"))

    text = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert [part in text for part in (words, "19833", "/status/", "{link}")] == [True, True, False, False]


def test_a_minor_is_told_by_mail_only(desk, scene, text_page):
    adult, minor = scene.educator(), scene.minor()
    scene.offered_to(adult, minor)

    page = body(desk.get(text_page))

    assert [f'value="{person.id}"' in page for person in (adult, minor)] == [True, False]
    for whom in (str(minor.id), "school"):
        assert desk.post(text_page, data={"whom": whom, "how": "viber"}).status_code == 422
    assert rows_of(ToldNote) == []


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
def test_other_roles_and_other_centres_copy_no_words(app, scene, text_page, role):
    assert staff_of(app, scene, role).get(text_page).status_code == 403
    assert browser_of(app, make_user()).get(text_page).status_code == 404


# --- the page that copies a visit ---


SOON = MONDAY.date() + dt.timedelta(days=30)
TYPED = f"{SOON.day}.{SOON.month}.{SOON.year}."


@pytest.fixture
def visit(app):
    made = make_visit()
    make_presentation(made)
    return made


@pytest.fixture
def planner(app, visit):
    return staff_of(app, visit)


@pytest.fixture
def copy_page(visit) -> str:
    return f"/visits/{visit.number}/copy"


def form(visit, **given):
    return {"on_day": TYPED, "every_days": "7", "classes": "", "hosts": [str(visit.host_id)], "find": ""} | given


def test_a_visit_is_copied_from_its_page_with_its_own_school_ticked_others_found_and_a_series_planned(
    planner, visit, copy_page
):
    assert copy_page in planner.get(f"/visits/{visit.number}").text
    ticks = re.findall(r'<input[^>]*name="hosts"[^>]*>', planner.get(copy_page).text)
    assert [("checked" in tick, f'value="{visit.host_id}"' in tick) for tick in ticks] == [(True, True)]

    other = make_host("Бранко Радичевић")
    page = planner.post(copy_page, data=form(visit, find="branko radicevic", look="1", on_day=""))
    assert page.status_code == 200
    assert f'value="{other.id}"' in page.text
    assert len(rows_of(Visit)) == 1

    other = make_host("Бранко Радичевић")
    data = form(visit, hosts=[str(visit.host_id), str(other.id)], classes="7a\n\n7b")
    told = planner.post(f"{copy_page}?lang=en", data=data, follow_redirects=True)
    assert rows_of(Visit.host_id) == [visit.host_id] * 3 + [other.id] * 2
    assert "4 visits are planned" in told.text


@pytest.mark.parametrize(
    "wrong", [{"on_day": "x"}, {"hosts": []}, {"hosts": ["x"]}, {"hosts": ["999999"]}, {"every_days": "61"}]
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(planner, visit, copy_page, wrong):
    answer = planner.post(copy_page, data=form(visit, classes="7a", **wrong))

    assert answer.status_code == 422
    assert "7a" in answer.text
    assert len(rows_of(Visit)) == 1


def test_other_roles_and_other_centres_copy_no_visit(app, visit, copy_page):
    assert staff_of(app, visit, Role.EDUCATOR).get(copy_page).status_code == 403
    assert browser_of(app, make_user()).get(copy_page).status_code == 404


def test_a_class_that_is_away_is_named_with_its_right_times_until_somebody_means_it(planner, visit, copy_page):
    tell_shifts(visit.host_id)
    first = planner.get(f"{copy_page}?lang=en")
    refused = planner.post(f"{copy_page}?lang=en", data=form(visit, classes="8b"))

    assert 'name="outside_shift"' not in first.text
    assert (refused.status_code, len(rows_of(Visit))) == (422, 1)
    for words in ("14:00", 'name="outside_shift"'):
        assert words in refused.text

    meant = planner.post(f"{copy_page}?lang=en", data=form(visit, classes="8b", outside_shift="y"))
    assert meant.status_code == 302
    assert len(rows_of(Visit)) == 2
