"""A visit that is called off: by its school's link, by a coordinator, and late."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.policy import SYSTEM
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.closures.incidents import LATE
from tests.factories import MONDAY
from tests.factories.staffing import staffing
from tests.web.reading import rows_of
from tests.web.visits.pages import body, coordinator, link_of, number_of_visit, offered_soon, reading, state_of

# --- by the school's link, on which it reads who comes ---


def test_a_school_cancels_by_its_link(app, scene):
    offered_soon(scene, scene.educator())
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert browser.get(f"{status}/cancel").status_code == 200
    assert state_of(scene) is VisitState.OFFERED  # opening the link does nothing

    assert browser.post(f"{status}/cancel", data={"reason": ""}).status_code == 422
    done = browser.post(f"{status}/cancel", data={"reason": "Exam day"})

    assert "The visit is cancelled." in body(done)
    assert state_of(scene) is VisitState.CANCELLED
    assert browser.post(f"{status}/cancel", data={"reason": "Exam day"}).location == status


def test_a_school_that_comes_too_late_reads_so_and_keeps_what_it_typed(app, scene):
    begun = MONDAY - dt.timedelta(hours=2)
    draft = scene.draft(on_day=clock.local_day(begun))
    scene.visit_id = plan_visit(SYSTEM, draft, now=begun - dt.timedelta(days=1)).id
    ends = begun + dt.timedelta(minutes=45)
    with transaction() as session:
        hours = {"busy_from": begun, "starts_at": begun, "ends_at": ends, "busy_until": ends}
        session.execute(sa.update(Presentation).values(**hours))
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert f"{status}/cancel" not in body(browser.get(status))

    answer = browser.post(f"{status}/cancel", data={"reason": "Nobody has come"})

    assert answer.status_code == 422
    assert "The visit has already begun. Please call the centre." in body(answer)
    assert "Nobody has come</textarea>" in body(answer)
    assert state_of(scene) is VisitState.PLANNED


def test_an_unknown_link_or_one_without_a_visit_cancels_nothing(client, scene):
    for secret in ("unknown", link_of(scene)):
        assert client.get(f"/status/{secret}/cancel").status_code == 404


def test_the_status_page_names_who_is_coming_once_the_visit_is_confirmed(app, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert "Who is coming" not in body(browser.get(status))
    offered_soon(scene, ana, tara)
    assert "Jelena" not in body(browser.get(status))
    with staffing(scene.visit_id, scene.coordinator) as going:
        going.accept([ana, tara])
        going.confirm()

    shown = body(browser.get(status))

    assert [name in shown for name in ("Jelena Ristić", "Tara", "Ilić")] == [True, True, False]
    assert f"{status}/cancel" in shown


def test_an_evening_of_parents_is_announced_in_parents_and_without_a_lonely_0_of_pupils(desk, scene):
    number = offered_soon(scene, scene.educator())
    with transaction() as session:
        session.execute(sa.update(Presentation).values(expected_pupils=0, expected_parents=67, expected_teachers=2))

    page = " ".join(body(desk.get(f"/visits/{number}")).split())

    assert ("67 parents · 2 teachers" in page, "0 pupils" in page) == (True, False)


# --- by a coordinator: for whom, who is told, and ten minutes to think again ---


RANG = {"by": "school", "cause": "busy", "reason": "They rang: an exam"}


@pytest.fixture
def visit(scene) -> str:
    """The address of a visit that is offered."""
    return f"/visits/{offered_soon(scene, scene.educator(given_name='Милица'))}"


def test_the_page_names_who_is_told_before_anything_is_pressed(desk, visit):
    shown = body(desk.get(f"{visit}/cancel"))

    for words in ("Who is told", "the school: ana@school.example", "Milica"):
        assert words in shown


def test_a_phoned_cancellation_is_the_schools(desk, scene, visit):
    desk.post(f"{visit}/cancel", data=RANG)

    assert state_of(scene) is VisitState.CANCELLED
    assert db.session.get(Visit, scene.visit_id).cancelled_by is CancelledBy.SCHOOL


@pytest.mark.parametrize("left_out", [{"by"}, {"cause"}, {"reason"}, {"by", "cause", "reason"}], ids=sorted)
def test_who_why_and_in_which_words_must_be_said_and_what_is_missing_is_listed_in_the_order_of_the_page(
    desk, scene, visit, left_out
):
    typed = {name: words for name, words in RANG.items() if name not in left_out}

    answer = desk.post(f"{visit}/cancel", data=typed)

    shown = body(answer)
    missing = re.findall(r'<a href="#([a-z]+)', shown[shown.index("error-summary") : shown.index("</ul>")])
    assert (answer.status_code, missing) == (422, [name for name in RANG if name in left_out])
    assert state_of(scene) is not VisitState.CANCELLED


def test_it_is_taken_back_from_the_page_while_no_mail_has_left(desk, scene, visit):
    before = state_of(scene)
    desk.post(f"{visit}/cancel", data=RANG)
    shown = body(desk.get(visit))
    assert f'action="{visit}/cancel/undo"' in shown
    assert "Take the cancellation back" in shown

    for _press in range(2):  # pressed twice: nothing breaks
        desk.post(f"{visit}/cancel/undo")
        assert state_of(scene) is before
    assert "Take the cancellation back" not in body(desk.get(visit))


def test_a_colleague_who_cancels_second_keeps_the_reason_that_was_typed(desk, scene, visit):
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=MONDAY)

    answer = desk.post(f"{visit}/cancel", data=RANG | {"by": "centre", "cause": "other"})

    assert answer.status_code == 409
    assert f"{RANG['reason']}</textarea>" in body(answer)


def test_markup_in_a_reason_is_text(desk, visit):
    desk.post(f"{visit}/cancel", data=RANG | {"reason": "<script>alert(1)</script>"})

    assert "<script>alert" not in body(desk.get(visit))


# --- a day before: who has read it, and what was driven in vain ---


@pytest.fixture
def educator(scene, the_clock):
    """She has promised to go, and the visit has just been called off."""
    educator, scene.visit_id = scene.educator(), scene.planned()
    scene.confirmed_by(educator)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return educator


@pytest.fixture
def hers(app, educator):
    return reading(app, educator)


@pytest.fixture
def ours(app, scene, educator):
    return coordinator(app, scene)


@pytest.fixture
def called_off(scene, educator) -> str:
    return f"/visits/{number_of_visit(scene)}"


@pytest.fixture
def read(scene, educator) -> str:
    return f"/offers/{number_of_visit(scene)}/read"


def test_a_presenter_reads_it_on_her_page_and_the_coordinator_sees_that(hers, ours, called_off, read):
    assert "has not read it: call" in body(ours.get(called_off))
    assert "I have read it" in body(hers.get("/offers"))

    assert hers.post(read, data={"kilometres": "84"}).status_code == 302

    assert "I have read it" not in body(hers.get("/offers"))
    page = " ".join(body(ours.get(called_off)).split())
    assert ("has not read it" in page, "84 km driven" in page) == (False, True)


def test_a_minor_who_drives_nobody_is_asked_for_no_kilometres(app, scene, the_clock):
    ana, tara, scene.visit_id = scene.educator(), scene.minor(), scene.planned()
    scene.confirmed_by(ana, tara)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    adult, hers = reading(app, ana), reading(app, tara)

    shown = [body(one.get("/offers")) for one in (adult, hers)]
    assert hers.post(f"/offers/{number_of_visit(scene)}/read", data={}).status_code == 302

    assert ["ilometres" in page for page in shown] == [True, False]
    assert ["I have read it" in page for page in (*shown, body(hers.get("/offers")))] == [True, True, False]


def test_kilometres_of_a_minor_are_stored_by_nobody(app, scene, the_clock):
    ana, tara, scene.visit_id = scene.educator(), scene.minor(), scene.planned()
    scene.confirmed_by(ana, tara)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    number, typed = number_of_visit(scene), {"kilometres": "84"}
    ours = coordinator(app, scene)

    assert body(ours.get(f"/visits/{number}")).count("Note kilometres: ") == 1  # the adult
    assert reading(app, tara).post(f"/offers/{number}/read", data=typed).status_code == 404
    assert ours.post(f"/visits/{number}/driven/{tara.id}", data=typed).status_code == 404
    assert [(row.read_at, row.kilometres) for row in rows_of(LateNotice)] == [(None, None)] * 2


def test_the_page_says_how_many_hours_before_its_start_it_was_called_off(ours, called_off):
    assert rows_of(Presentation.notice_hours) == [23]
    assert "23 hours before the start" in body(ours.get(called_off))


@pytest.mark.parametrize("typed", ["-1", "2001", "many"])
def test_kilometres_that_are_none_change_nothing(hers, read, typed):
    assert hers.post(read, data={"kilometres": typed}).status_code == 422

    assert [(row.read_at, row.kilometres) for row in rows_of(LateNotice)] == [(None, None)]


def test_a_coordinator_notes_what_was_driven(hers, ours, called_off, educator):
    assert ours.post(f"{called_off}/driven/{educator.id}", data={"kilometres": "42"}).status_code == 302
    assert ours.post(f"{called_off}/driven/999999999", data={"kilometres": "42"}).status_code == 404
    assert ours.post(f"{called_off}/driven/{educator.id}", data={"kilometres": ""}).status_code == 422
    assert hers.post(f"{called_off}/driven/{educator.id}", data={"kilometres": "1"}).status_code == 403

    assert rows_of(LateNotice.kilometres) == [42]


def test_beside_who_has_not_read_it_stands_her_number_or_that_there_is_none(hers, ours, called_off, read, educator):
    assert "no phone number" in body(ours.get(called_off))

    with transaction():
        educator.phone = "+381641234567"

    page = body(ours.get(called_off))
    assert ('href="tel:+381641234567"' in page, "no phone number" in page) == (True, False)
    hers.post(read, data={"kilometres": ""})
    assert "tel:+381641234567" not in body(ours.get(called_off))
