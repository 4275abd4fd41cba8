"""The presenter counts on a phone, the school answers behind its link, the coordinator decides at the desk."""

import datetime as dt
import re

import pytest

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.certificates.service.issuing import issue_certificates
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.attendance.stored_counts import counting
from tests.factories.counting import FAIR, LEAVING, Begun, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import make_presenter, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import make_vetting
from tests.factories.visits import make_assignment
from tests.web.browser import browser_of, staff_of
from tests.web.reading import a_link, rows_of, text_of, value_of

pytestmark = pytest.mark.usefixtures("after_the_talk")

TYPED = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "minutes_given": "45", "turned_away": "3"}
SIGNED = {f"presentations-0-{name}": str(people) for name, people in vars(FAIR).items()}
SUBMITTED, COUNTERSIGNED, LOCKED = AttendanceState.SUBMITTED, AttendanceState.COUNTERSIGNED, AttendanceState.LOCKED


def counting_of(app, begun: Begun):
    """The phone of the visit's educator, and the page on which its heads are counted."""
    return browser_of(app, begun.educator), f"/visits/{begun.visit.number}/count"


def page_of_school(begun: Begun) -> str:
    return f"/status/{a_link(begun.request.id)}/attendance"


def test_a_presenter_types_four_numbers_and_sees_that_they_are_handed_in(app, the_clock):
    phone, path = counting_of(app, a_begun_visit())
    the_clock.stands_at(LEAVING - dt.timedelta(hours=8))
    early = phone.post(f"{path}?lang=en", data=TYPED)
    assert (early.status_code, "Count when it has begun" in early.text, rows_of(HeadCount)) == (422, True, [])
    the_clock.stands_at(LEAVING)

    page = phone.get(f"{path}?lang=en")
    answer = phone.post(f"{path}/1", data=TYPED | {"teacher_present": "y"})

    for words in ("announced 90", "19833", "What if a child told me something?"):
        assert words in text_of(page)
    assert "<textarea" not in page.text
    assert answer.location == path
    [row] = rows_of(Attendance)
    assert (row.state, row.turned_away, row.teacher_present) == (SUBMITTED, 3, True)
    assert "pupils 88 · parents 0 · teachers 2 · others 0" in text_of(phone.get(f"{path}?lang=en"))


def test_after_the_first_talk_the_page_asks_for_the_second(app):
    phone, path = counting_of(app, a_begun_visit(talks=2))

    phone.post(path, data=TYPED)

    assert f"{path}/2" in phone.get(path).text


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "2001", "x", "", "1.5", "٣"])
def test_a_number_that_cannot_be_is_refused_and_what_was_typed_stays(app, typed):
    phone, path = counting_of(app, a_begun_visit())

    answer = phone.post(path, data=TYPED | {"pupils": typed})

    assert answer.status_code == 422
    assert 'value="45"' in answer.text
    assert typed[:40] in answer.text
    assert rows_of(HeadCount) == []


def test_a_number_far_from_the_announced_one_is_handed_in_after_a_tick_for_that_very_number(app):
    phone, path = counting_of(app, a_begun_visit())
    far = TYPED | {"pupils": "9", "teachers": "0"}

    refused = phone.post(f"{path}/1?lang=en", data=far)
    other = phone.post(f"{path}/1", data=far | {"pupils": "8", "asked_of": "9", "sure": "y"})

    assert (refused.status_code, other.status_code, rows_of(HeadCount)) == (422, 422, [])
    assert "half of what was announced or less" in refused.text
    assert "announced 92 · typed 9" in refused.text
    assert phone.post(f"{path}/1", data=far | {"asked_of": "9", "sure": "y"}).status_code == 302
    assert rows_of(Attendance.state) == [SUBMITTED]


@pytest.mark.parametrize("ordinal", ["0", "2", "x", "9" * 5000])
def test_a_presentation_that_is_not_there_is_404(app, ordinal):
    phone, path = counting_of(app, a_begun_visit())

    assert phone.get(f"{path}/{ordinal}").status_code == 404


@pytest.mark.parametrize(("kind", "code"), [(PresenterKind.EDUCATOR, 404), (PresenterKind.INFLUENCER, 403)])
def test_no_presenter_outside_the_crew_opens_the_counting_page(app, kind, code):
    begun = a_begun_visit()
    _phone, path = counting_of(app, begun)
    stranger = browser_of(app, make_presenter(kind, centre_id=begun.visit.centre_id))

    assert (stranger.get(path).status_code, stranger.post(path, data=TYPED).status_code) == (code, code)
    assert rows_of(HeadCount) == []


def test_the_counting_page_asks_who_of_the_crew_was_not_there(app):
    begun = a_begun_visit()
    minor = make_presenter(PresenterKind.INFLUENCER, centre_id=begun.visit.centre_id, given_name="Lana")
    make_vetting(minor.id)
    make_assignment(begun.presentations[0], minor.id)
    phone, path = counting_of(app, begun)
    choices = phone.get(f"{path}?lang=en").text.partition("Who of you was not there?")[2]
    assert f'value="{minor.id}"' in choices
    assert f'value="{begun.educator.id}"' not in choices

    assert phone.post(path, data=TYPED | {"absent": [str(minor.id), "999999", "x"]}).status_code == 422
    assert phone.post(path, data=TYPED | {"absent": [str(minor.id), "999999"]}).status_code == 302

    assert {row.presenter_id: row.state for row in rows_of(Assignment)} == {
        begun.educator.id: AssignmentState.PRESENT,
        minor.id: AssignmentState.ABSENT,
    }


# --- the school ---


def test_the_school_sees_the_numbers_confirms_them_and_names_teachers(client, session):
    path = page_of_school(a_counted_visit())

    page = client.get(f"{path}?lang=en")
    pressed_twice = [client.post(path, data=SIGNED).location for _press in range(2)]
    named = client.post(f"{path}/names", data={"names": "Ана Петровић\n\n  Mira Savić "})

    assert "The presenter wrote down: pupils 88" in text_of(page)
    assert "Never write a pupil" in text_of(page)
    assert (pressed_twice, named.status_code) == ([path, path], 302)
    assert (rows_of(Attendance.state), len(rows_of(HeadCount))) == ([LOCKED], 8)
    assert "Ана Петровић\nMira Savić" in client.get(path).text


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "x", ""])
def test_names_and_numbers_that_were_typed_survive_an_impossible_number(client, session, typed):
    path = page_of_school(a_counted_visit())

    refused = client.post(path, data=SIGNED | {"presentations-0-pupils": typed, "names": "Ана Илић"})

    assert refused.status_code == 422
    assert "Ана Илић" in refused.text
    assert typed[:40] in refused.text
    assert rows_of(Attendance.state) == [SUBMITTED]
    client.post(path, data=SIGNED | {"names": "Ана Илић"})
    assert "Ана Илић" in client.get(path).text
    assert rows_of(Attendance.state) == [LOCKED]


def test_the_school_that_types_a_far_number_is_asked_beside_it(client, session):
    path, far = page_of_school(a_counted_visit()), SIGNED | {"presentations-0-pupils": "500"}

    refused = client.post(f"{path}?lang=en", data=far)

    assert refused.status_code == 422
    assert "announced 92 · typed 502" in refused.text
    assert rows_of(Attendance.state) == [SUBMITTED]
    sure = far | {"presentations-0-asked_of": "502", "presentations-0-sure": "y"}
    assert client.post(path, data=sure).status_code == 302
    assert rows_of(Attendance.state) == [COUNTERSIGNED]


def test_more_names_than_adults_are_refused_and_kept_in_the_field(client, session):
    path = page_of_school(a_counted_visit())

    answer = client.post(f"{path}/names?lang=en", data={"names": "Ана\nМира\nЈована"})

    assert answer.status_code == 422
    assert "Name fewer people" in answer.text
    assert "Ана\nМира\nЈована" in answer.text


def test_the_school_downloads_its_certificates_and_no_other_schools(client, session):
    begun, other = a_locked_visit(names=("Ана Петровић",)), a_locked_visit()
    [number, *_] = issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers
    own = f"/status/{a_link(begun.request.id)}"

    assert f"{own}/certificates/{number}.pdf" in client.get(f"{own}/attendance").text
    assert client.get(f"{own}/certificates/{number}.pdf").data[:4] == b"%PDF"
    for foreign in (f"/status/{a_link(other.request.id)}/certificates/{number}", f"{own}/certificates/{'9' * 5000}"):
        assert client.get(f"{foreign}.pdf").status_code == 404
    assert client.get("/status/nothing/attendance").status_code == 404
    assert client.post("/status/nothing/attendance/names", data={"names": "Ана"}).status_code == 404


# --- the desk: locks numbers, silence too, and corrects; nothing from an old page ---


A_WEEK = dt.timedelta(days=7)


def desk_of(app, begun: Begun):
    """A coordinator's browser, and the page of the visit's numbers."""
    return staff_of(app, begun.visit), f"/attendance/{begun.visit.number}"


def lock_by(source: str, mark: str = "countersigned-1", place: int = 0) -> dict[str, str]:
    """What the page sends that showed a presentation in that state; the first one unless `place` is given."""
    sent = {"ordinal": str(place + 1), "mark": mark, "source": source}
    return {f"presentations-{place}-{name}": value for name, value in sent.items()}


def corrected(**people: int) -> dict[str, str]:
    return {name: str(value) for name, value in (vars(FAIR) | people).items()}


def a_disputed_visit(pupils: int = 70) -> Begun:
    """The educator has counted FAIR, and the school says another number of pupils and no teacher."""
    begun = a_counted_visit()
    countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(pupils)}, now=LEAVING)
    return begun


def test_two_different_numbers_stand_side_by_side_and_the_coordinator_chooses(app, client, session):
    begun = a_disputed_visit()
    desk, path = desk_of(app, begun)

    told = text_of(client.get(f"{page_of_school(begun)}?lang=en"))
    listed = text_of(desk.get("/attendance?lang=en"))
    lock = desk.post(f"{path}/lock", data=lock_by("school"))

    assert "88 ≠ the school: 70" in listed
    assert "The numbers differ" in listed
    assert "The centre compares both numbers." in told
    assert (lock.status_code, rows_of(Attendance.state)) == (302, [LOCKED])
    assert counting(begun.first) == HeadCounts(70)


def test_a_visit_is_one_line_whose_columns_add_up_its_presentations(app):
    begun = a_counted_visit(counts=HeadCounts(pupils=30, teachers=2), talks=2)
    first, second = (one.id for one in begun.presentations)
    countersign(begun.school, begun.visit.id, {first: HeadCounts(30, 0, 2), second: HeadCounts(30, 0, 1)}, now=LEAVING)

    desk, _path = desk_of(app, begun)

    listed = text_of(desk.get("/attendance?lang=en"))

    assert "Visit Day Announced Pupils Teachers State" in listed, "no column for whom nobody counted"
    assert "184 60 4 ≠ the school: 3 The numbers differ" in listed


def test_where_others_counted_parents_a_phone_shows_no_zero_of_a_visit_without_them(app):
    programme = make_programme()
    begun = a_counted_visit(counts=HeadCounts(pupils=30, teachers=2), programme=programme)
    a_counted_visit(counts=HeadCounts(parents=67, teachers=2), programme=programme, from_hour=14)
    desk, _path = desk_of(app, begun)

    listed = desk.get("/attendance?lang=en").text
    cells = re.findall(r'<td class="number([^"]*)"\s+data-label="(Pupils|Parents)">\s*(\d+)', listed)

    assert sorted(cells) == [
        ("", "Parents", "67"),
        ("", "Pupils", "30"),
        (" zero", "Parents", "0"),
        (" zero", "Pupils", "0"),
    ]


def test_two_presentations_are_locked_with_one_press_and_only_one_button_says_so(app):
    begun = a_counted_visit(talks=2)
    countersign(begun.school, begun.visit.id, {one.id: HeadCounts(1) for one in begun.presentations}, now=LEAVING)
    desk, path = desk_of(app, begun)
    assert desk.get(f"{path}?lang=en").text.count("Lock the numbers") == 1

    assert desk.post(f"{path}/lock", data=lock_by("educator") | lock_by("school", place=1)).status_code == 302

    assert rows_of(Attendance.state) == [LOCKED, LOCKED]
    assert "Lock the numbers" not in desk.get(f"{path}?lang=en").text


def test_silence_is_locked_by_a_person_and_by_a_press_that_names_a_presentation(app):
    begun = a_counted_visit()
    desk, path = desk_of(app, begun)
    assert desk.post(f"{path}/lock", data=lock_by("educator")).status_code == 422, "nobody has answered yet"
    assert rows_of(Attendance.state) == [AttendanceState.SUBMITTED]
    assume_silent(now=LEAVING + A_WEEK)

    for typed in ({}, {"presentations-0-ordinal": "9" * 5000, "presentations-0-source": "educator"}):
        assert desk.post(f"{path}/lock", data=typed).status_code == 422
    assert rows_of(Attendance.state) == [AttendanceState.ASSUMED]
    assert desk.post(f"{path}/lock", data=lock_by("educator", "assumed-1")).status_code == 302
    assert rows_of(Attendance.state) == [LOCKED]


def test_silent_schools_are_seen_before_they_are_locked_and_odd_numbers_are_not_ticked(app):
    programme = make_programme()
    begun, odd = (a_counted_visit(counts=HeadCounts(pupils=pupils), programme=programme) for pupils in (90, 1))
    assume_silent(now=LEAVING + A_WEEK)
    desk, _path = desk_of(app, begun)
    assert "Look through and lock: 2 silent schools" in text_of(desk.get("/attendance?lang=en"))

    shown = desk.get("/attendance/assumed").text
    ticked = re.findall(r'name="chosen"\s+value="([\d-]+)" checked', shown)
    answer = desk.post("/attendance/assumed", data={"chosen": [*ticked, "x", "9" * 30]}, follow_redirects=True)

    assert ticked == [f"{begun.first}-1"]
    assert f'value="{odd.first}-1"' in shown
    assert "1 presentation is locked." in text_of(answer)
    assert "1 silent school" in text_of(answer)


def test_a_correction_needs_a_reason_and_shows_old_and_new(app):
    desk, path = desk_of(app, a_locked_visit())
    typed = corrected(pupils=80) | {"version": value_of(desk.get(path), "version")}

    without = desk.post(f"{path}/1/correct", data=typed | {"reason": ""})
    assert (without.status_code, 'value="80"' in without.text) == (422, True)
    assert desk.post(f"{path}/1/correct", data=typed | {"reason": "the list says 80"}).status_code == 302

    page = text_of(desk.get(f"{path}?lang=en"))
    for words in ("the list says 80", "pupils 88", "pupils 80", "this counts"):
        assert words in page


def test_another_centre_neither_sees_nor_locks_our_numbers(app):
    begun = a_disputed_visit()
    stranger, path = browser_of(app, make_user()), f"/attendance/{begun.visit.number}"

    assert begun.visit.number not in stranger.get("/attendance").text
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/lock", data=lock_by("educator")).status_code == 404
    assert staff_of(app, begun.visit, Role.SAFEGUARDING).get(path).status_code == 200
    assert rows_of(Attendance.state) == [AttendanceState.COUNTERSIGNED]
    assert counting(begun.first) == FAIR


def test_the_numbers_stand_under_each_other_on_a_phone(app):
    desk, path = desk_of(app, a_counted_visit())

    page = desk.get(f"{path}?lang=en").text

    assert 'role="region"' not in page, "no table scrolls inside"
    assert 'data-label="Pupils">88<' in page


# --- pages that were opened before somebody else acted ---


def test_a_lock_from_an_old_page_shows_what_the_school_has_answered_since(app):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + A_WEEK)
    desk, path = desk_of(app, begun)
    old = lock_by("educator", "assumed-1")
    assert value_of(desk.get(path), "presentations-0-mark") == old["presentations-0-mark"]

    countersign(begun.school, begun.visit.id, {begun.first: HeadCounts(70)}, now=LEAVING + A_WEEK)
    refused = desk.post(f"{path}/lock?lang=en", data=old)

    assert (refused.status_code, rows_of(Attendance.state)) == (422, [AttendanceState.COUNTERSIGNED])
    assert "they have changed since you opened this page" in text_of(refused)
    assert "70" in text_of(refused), "the page shows what the school says"
    assert desk.post(f"{path}/lock", data=lock_by("school")).status_code == 302
    assert counting(begun.first) == HeadCounts(70)


def test_a_lock_from_an_old_page_undoes_no_correction(app):
    begun = a_disputed_visit(pupils=1)
    desk, path = desk_of(app, begun)
    desk.post(f"{path}/lock", data=lock_by("educator"))
    correct_counts(begun.coordinator, begun.first, HeadCounts(80), "the list says 80", now=LEAVING)

    refused = desk.post(f"{path}/lock?lang=en", data=lock_by("school"))

    assert refused.status_code == 422
    assert "something has changed in the meantime" in text_of(refused)
    assert counting(begun.first) == HeadCounts(80)


@pytest.mark.both_databases
def test_a_correction_from_an_old_page_is_shown_what_changed_and_loses_nothing_typed(app):
    begun = a_locked_visit()
    desk, path = desk_of(app, begun)
    seen = value_of(desk.get(path), "version")
    correct_counts(begun.coordinator, begun.first, HeadCounts(86, 0, 2, 0), "the list says 86", now=LEAVING)
    typed = corrected(pupils=79, parents=1) | {"reason": "I was there: 79"}

    stale = desk.post(f"{path}/1/correct?lang=en", data=typed | {"version": seen})

    assert stale.status_code == 422
    assert "a colleague has corrected them since you opened this page" in text_of(stale)
    assert "What counts now: pupils 86, parents 0, teachers 2, others 0 (the list says 86)." in text_of(stale)
    assert ('value="79"' in stale.text, 'value="I was there: 79"' in stale.text) == (True, True)
    for without in ({}, {"version": ""}, {"version": "x"}):
        assert desk.post(f"{path}/1/correct", data=typed | without).status_code == 422
    assert counting(begun.first) == HeadCounts(86, 0, 2, 0)

    assert desk.post(f"{path}/1/correct", data=typed | {"version": value_of(stale, "version")}).status_code == 302
    assert counting(begun.first) == HeadCounts(79, 1, 2, 0)
