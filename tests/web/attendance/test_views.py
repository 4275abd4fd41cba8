"""The presenter counts on a phone, the school answers behind its link, the coordinator decides at the desk."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.certificates.service import issuing as certificates
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Assignment
from tests.counting import statements
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import make_presenter, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import make_vetting
from tests.factories.visits import make_assignment
from tests.web.browser import sign_in_as

TYPED = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "minutes_given": "45", "turned_away": "3"}
SIGNED = {f"presentations-0-{name}": str(getattr(FAIR, name)) for name in ("pupils", "parents", "teachers", "others")}


@pytest.fixture(autouse=True)
def after_the_talk(the_clock):
    the_clock.stands_at(LEAVING)


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def secret_of(begun):
    with transaction():
        return tokens.mint("status", begun.request.id, lasts=dt.timedelta(days=9), now=LEAVING)


def phone_of(client, begun):
    return sign_in_as(client, begun.educator.user_id)


def desk_of(client, begun):
    return sign_in_as(client, make_user(Role.COORDINATOR, centre_id=begun.visit.centre_id).id)


def said():
    db.session.rollback()
    return db.session.scalars(select(HeadCount)).all()


def state():
    db.session.rollback()
    return db.session.scalar(select(Attendance.state))


def test_a_presenter_types_four_numbers_and_sees_that_they_are_handed_in(client, session):
    begun = a_begun_visit()
    phone = phone_of(client, begun)
    path = f"/visits/{begun.visit.number}/count"

    page = phone.get(f"{path}?lang=en")
    answer = phone.post(f"{path}/1", data=TYPED | {"teacher_present": "y"})

    assert page.status_code == 200
    assert {"announced 90", "19833"} <= set(re.findall("announced 90|19833", words_of(page)))
    assert "What if a child told me something?" in words_of(page)
    assert "<textarea" not in page.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    [row] = db.session.scalars(select(Attendance)).all()
    assert (row.state, row.turned_away, row.teacher_present) == (AttendanceState.SUBMITTED, 3, True)
    assert "pupils 88 · parents 0 · teachers 2 · others 0" in words_of(phone.get(f"{path}?lang=en"))


def test_after_the_first_talk_the_page_asks_for_the_second(client, session):
    begun = a_begun_visit(talks=2)
    phone = phone_of(client, begun)

    phone.post(f"/visits/{begun.visit.number}/count", data=TYPED)

    assert f"/visits/{begun.visit.number}/count/2" in phone.get(f"/visits/{begun.visit.number}/count").text


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "2001", "x", "", "1.5", "٣"])
def test_a_number_that_cannot_be_is_told_beside_it_and_what_was_typed_is_kept(client, session, typed):
    begun = a_begun_visit()

    answer = phone_of(client, begun).post(f"/visits/{begun.visit.number}/count", data=TYPED | {"pupils": typed})

    assert answer.status_code == 422
    assert 'value="45"' in answer.text
    assert typed[:40] in answer.text
    assert said() == []


def test_a_talk_that_is_still_to_come_is_not_counted(client, session, the_clock):
    begun = a_begun_visit()
    phone = phone_of(client, begun)
    the_clock.stands_at(LEAVING - dt.timedelta(hours=8))

    assert phone.post(f"/visits/{begun.visit.number}/count", data=TYPED).status_code == 422
    assert said() == []


@pytest.mark.parametrize("ordinal", ["0", "2", "x", "9" * 5000])
def test_a_presentation_that_is_not_there_is_404(client, session, ordinal):
    begun = a_begun_visit()

    assert phone_of(client, begun).get(f"/visits/{begun.visit.number}/count/{ordinal}").status_code == 404


def test_nobody_else_opens_the_counting_page(client, session):
    begun = a_begun_visit()
    path = f"/visits/{begun.visit.number}/count"
    assert client.get(path).status_code == 302

    stranger = make_presenter(centre_id=begun.visit.centre_id)
    influencer = make_presenter(PresenterKind.INFLUENCER, centre_id=begun.visit.centre_id)
    officer = make_user(Role.SAFEGUARDING, centre_id=begun.visit.centre_id)
    for user_id, code in [(stranger.user_id, 404), (influencer.user_id, 403), (officer.id, 403)]:
        browser = sign_in_as(client, user_id)
        assert (browser.get(path).status_code, browser.post(path, data=TYPED).status_code) == (code, code)
    assert said() == []


def test_the_school_sees_the_numbers_confirms_them_and_names_teachers(client, session):
    begun = a_counted_visit()
    path = f"/status/{secret_of(begun)}/attendance"

    page = client.get(f"{path}?lang=en")
    signed = client.post(path, data=SIGNED)
    named = client.post(f"{path}/names", data={"names": "Ана Петровић\n\n  Mira Savić "})

    assert "The presenter wrote down: pupils 88" in words_of(page)
    assert "Never write a pupil" in words_of(page)
    assert (signed.status_code, named.status_code) == (302, 302)
    assert state() is AttendanceState.LOCKED
    assert "Ана Петровић\nMira Savić" in client.get(path).text


def lock_by(source: str, mark: str = "countersigned-1") -> dict[str, str]:
    """What the page sends that showed the first presentation in that state."""
    return {"presentations-0-ordinal": "1", "presentations-0-mark": mark, "presentations-0-source": source}


def test_the_school_types_its_own_numbers_and_the_coordinator_decides(client, session):
    begun = a_counted_visit()
    path = f"/status/{secret_of(begun)}/attendance"

    client.post(path, data=SIGNED | {"presentations-0-pupils": "70"})
    assert "The centre compares both numbers" in words_of(client.get(f"{path}?lang=en"))
    desk = desk_of(client, begun)
    listed = words_of(desk.get("/attendance?lang=en"))
    lock = desk.post(f"/attendance/{begun.visit.number}/lock", data=lock_by("school"))

    assert {"pupils 88", "pupils 70", "The numbers differ"} <= set(
        re.findall("pupils 88|pupils 70|The numbers differ", listed)
    )
    assert lock.status_code == 302
    assert state() is AttendanceState.LOCKED
    assert {row.people for row in said() if row.counts} == {70, 2, 0}


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "x", ""])
def test_a_schools_impossible_number_is_told_and_nothing_stored(client, session, typed):
    begun = a_counted_visit()

    answer = client.post(f"/status/{secret_of(begun)}/attendance", data=SIGNED | {"presentations-0-pupils": typed})

    assert answer.status_code == 422
    assert typed[:40] in answer.text
    assert state() is AttendanceState.SUBMITTED


def test_more_names_than_adults_are_refused_and_kept_in_the_field(client, session):
    begun = a_counted_visit()

    answer = client.post(f"/status/{secret_of(begun)}/attendance/names?lang=en", data={"names": "Ана\nМира\nЈована"})

    assert answer.status_code == 422
    assert "Name fewer people" in answer.text
    assert "Ана\nМира\nЈована" in answer.text


def test_the_school_downloads_its_certificates_and_no_other_schools(client, session):
    begun, other = a_locked_visit(names=("Ана Петровић",)), a_locked_visit()
    [number, *_] = certificates.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers
    path = f"/status/{secret_of(begun)}"

    assert f"{path}/certificates/{number}.pdf" in client.get(f"{path}/attendance").text
    paper = client.get(f"{path}/certificates/{number}.pdf")
    assert (paper.status_code, paper.data[:4]) == (200, b"%PDF")
    assert client.get(f"/status/{secret_of(other)}/certificates/{number}.pdf").status_code == 404
    assert client.get(f"{path}/certificates/{'9' * 5000}.pdf").status_code == 404


def test_a_link_that_opens_nothing_is_404_and_one_without_a_visit_too(client, session):
    assert client.get("/status/nothing/attendance").status_code == 404
    assert client.post("/status/nothing/attendance/names", data={"names": "Ана"}).status_code == 404


def test_the_list_of_what_waits_asks_as_often_for_three_as_for_one(client, session):
    programme = make_programme()
    begun = a_counted_visit(programme=programme)
    desk = desk_of(client, begun)
    with statements() as for_one:
        assert desk.get("/attendance").status_code == 200
    for _ in range(2):
        a_counted_visit(programme=programme)

    with statements() as for_three:
        desk.get("/attendance")

    assert len(for_three) == len(for_one)


def seen_on(page) -> str:
    """The version of the numbers that the form of a correction says its reader saw."""
    return re.search(r'name="version"[^>]* value="(\d+)"', page.text)[1]


@pytest.mark.both_databases
def test_who_corrects_from_an_old_page_is_told_what_changed_and_loses_nothing_typed(client, session):
    begun = a_locked_visit()
    desk, path = desk_of(client, begun), f"/attendance/{begun.visit.number}"
    seen = seen_on(desk.get(path))
    correct_counts(begun.coordinator, begun.first, HeadCounts(86, 0, 2, 0), "the list says 86", now=LEAVING)
    typed = {"pupils": "79", "parents": "1", "teachers": "2", "others": "0", "reason": "I was there: 79"}

    stale = desk.post(f"{path}/1/correct?lang=en", data=typed | {"version": seen})

    assert stale.status_code == 422
    told = words_of(stale)
    assert "a colleague has corrected them since you opened this page" in told
    assert "What counts now: pupils 86, parents 0, teachers 2, others 0 (the list says 86)." in told
    assert ('value="79"' in stale.text, 'value="I was there: 79"' in stale.text) == (True, True)
    assert sorted(row.people for row in said() if row.counts) == [0, 0, 2, 86]
    for unsaid in ({}, {"version": ""}, {"version": "x"}):
        assert desk.post(f"{path}/1/correct", data=typed | unsaid).status_code == 422

    assert desk.post(f"{path}/1/correct", data=typed | {"version": seen_on(stale)}).status_code == 302
    assert sorted(row.people for row in said() if row.counts) == [0, 1, 2, 79]


def test_a_correction_needs_a_reason_and_shows_old_and_new(client, session):
    begun = a_locked_visit()
    desk = desk_of(client, begun)
    path = f"/attendance/{begun.visit.number}"
    typed = {"pupils": "80", "parents": "0", "teachers": "2", "others": "0", "version": seen_on(desk.get(path))}

    without = desk.post(f"{path}/1/correct", data=typed | {"reason": ""})
    assert (without.status_code, 'value="80"' in without.text) == (422, True)
    assert desk.post(f"{path}/1/correct", data=typed | {"reason": "the list says 80"}).status_code == 302

    page = words_of(desk.get(f"{path}?lang=en"))
    assert {"the list says 80", "pupils 88", "pupils 80", "this counts"} <= set(
        re.findall("the list says 80|pupils 88|pupils 80|this counts", page)
    )


def test_a_lock_before_anybody_answered_is_told_and_changes_nothing(client, session):
    begun = a_counted_visit()

    answer = desk_of(client, begun).post(f"/attendance/{begun.visit.number}/lock", data=lock_by("educator"))

    assert answer.status_code == 422
    assert state() is AttendanceState.SUBMITTED


def test_two_presentations_are_locked_with_one_press_and_only_one_button_says_so(client, session):
    begun = a_counted_visit(talks=2)
    said_there = {one.id: HeadCounts(1) for one in begun.presentations}
    countersign(begun.school, begun.visit.id, said_there, now=LEAVING)
    desk, path = desk_of(client, begun), f"/attendance/{begun.visit.number}"
    assert desk.get(f"{path}?lang=en").text.count("Lock the numbers") == 1

    typed = {
        f"presentations-{place}-{name}": value
        for place, source in enumerate(("educator", "school"))
        for name, value in (("ordinal", str(place + 1)), ("mark", "countersigned-1"), ("source", source))
    }
    assert desk.post(f"{path}/lock", data=typed).status_code == 302

    states = db.session.scalars(select(Attendance.state)).all()
    assert set(states) == {AttendanceState.LOCKED}
    page = words_of(desk.get(f"{path}?lang=en"))
    assert "Lock the numbers" not in page


@pytest.mark.parametrize("typed", [{}, {"presentations-0-ordinal": "9" * 5000, "presentations-0-source": "educator"}])
def test_a_lock_of_nothing_is_told(client, session, typed):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + dt.timedelta(days=7))

    assert desk_of(client, begun).post(f"/attendance/{begun.visit.number}/lock", data=typed).status_code == 422
    assert state() is AttendanceState.ASSUMED


def test_silence_is_locked_by_a_person(client, session):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + dt.timedelta(days=7))

    typed = lock_by("educator", "assumed-1")
    answer = desk_of(client, begun).post(f"/attendance/{begun.visit.number}/lock", data=typed)

    assert answer.status_code == 302
    assert state() is AttendanceState.LOCKED


def test_the_desk_is_for_staff_of_the_centre(client, session):
    begun = a_counted_visit()
    countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(1)}, now=LEAVING)
    path = f"/attendance/{begun.visit.number}"
    assert client.get("/attendance").status_code == 302

    other = sign_in_as(client, make_user(Role.COORDINATOR).id)
    assert begun.visit.number not in other.get("/attendance").text
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/lock", data=lock_by("educator")).status_code == 404
    safeguarding = sign_in_as(client, make_user(Role.SAFEGUARDING, centre_id=begun.visit.centre_id).id)
    assert safeguarding.get(path).status_code == 200
    assert safeguarding.post(f"{path}/lock", data=lock_by("educator")).status_code == 403
    educator = sign_in_as(client, begun.educator.user_id)
    assert (educator.get("/attendance").status_code, educator.get(path).status_code) == (403, 403)
    assert state() is AttendanceState.COUNTERSIGNED
    assert {row.source for row in said() if row.counts} == {CountSource.EDUCATOR}


def test_trust_r11_a_school_that_presses_twice_is_thanked_twice(client, session):
    begun = a_counted_visit()
    path = f"/status/{secret_of(begun)}/attendance"

    answers = [client.post(path, data=SIGNED) for _press in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, path)] * 2
    assert len(said()) == 8


def test_the_counting_page_asks_who_of_the_crew_was_not_there(client, session):
    begun = a_begun_visit()
    minor = make_presenter(PresenterKind.INFLUENCER, centre_id=begun.visit.centre_id, given_name="Lana")
    make_vetting(minor.id)
    make_assignment(begun.presentations[0], minor.id)
    phone = phone_of(client, begun)
    path = f"/visits/{begun.visit.number}/count"
    shown = phone.get(path + "?lang=en").get_data(as_text=True)
    assert "Who of you was not there?" in shown
    assert f'value="{minor.id}"' in shown
    assert f'value="{begun.educator.id}"' not in shown.split("Who of you")[1]

    answer = phone.post(path, data=TYPED | {"absent": [str(minor.id), "999999", "x"]})
    assert answer.status_code == 422
    assert phone.post(path, data=TYPED | {"absent": [str(minor.id), "999999"]}).status_code == 302

    db.session.rollback()
    states = {
        (who, state.value) for who, state in db.session.execute(select(Assignment.presenter_id, Assignment.state))
    }
    assert states == {(begun.educator.id, "present"), (minor.id, "absent")}


def test_silent_schools_are_seen_before_they_are_locked_and_odd_numbers_are_not_ticked(client, session):
    programme = make_programme()
    begun = a_counted_visit(counts=HeadCounts(pupils=90), programme=programme)
    odd = a_counted_visit(counts=HeadCounts(pupils=1), programme=programme)
    assume_silent(now=LEAVING + dt.timedelta(days=7))
    desk = desk_of(client, begun)

    assert "Look through and lock: 2 silent schools" in words_of(desk.get("/attendance?lang=en"))
    shown = desk.get("/attendance/assumed").get_data(as_text=True)
    ticked = re.findall(r'name="chosen"\s+value="([\d-]+)" checked', shown)
    assert ticked == [f"{begun.first}-1"]
    assert f'value="{odd.first}-1"' in shown

    answer = desk.post("/attendance/assumed", data={"chosen": [*ticked, "x", "9" * 30]}, follow_redirects=True)
    assert "1 presentation is locked." in words_of(answer)
    assert "1 silent school" in words_of(answer)


def test_the_numbers_stand_under_each_other_on_a_phone(client, session):
    begun = a_counted_visit()
    page = desk_of(client, begun).get(f"/attendance/{begun.visit.number}?lang=en").text

    assert 'role="region"' not in page, "no table scrolls inside"
    assert 'data-label="Pupils">88<' in page
