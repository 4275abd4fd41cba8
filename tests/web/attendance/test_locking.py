"""The coordinator decides at the desk: locks numbers, silence too, and corrects; nothing from an old page."""

import datetime as dt
import re

import pytest

from scheduler.attendance.models import Attendance
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.policy import Role
from tests.attendance.stored_counts import counting
from tests.factories.counting import FAIR, LEAVING, Begun, a_counted_visit, a_locked_visit
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, text_of, value_of

pytestmark = pytest.mark.usefixtures("after_the_talk")

A_WEEK = dt.timedelta(days=7)
LOCKED = AttendanceState.LOCKED


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


def test_two_different_numbers_stand_side_by_side_and_the_coordinator_chooses(app):
    begun = a_disputed_visit()
    desk, path = desk_of(app, begun)

    listed = text_of(desk.get("/attendance?lang=en"))
    lock = desk.post(f"{path}/lock", data=lock_by("school"))

    for words in ("pupils 88", "pupils 70", "The numbers differ"):
        assert words in listed
    assert (lock.status_code, rows_of(Attendance.state)) == (302, [LOCKED])
    assert counting(begun.first) == HeadCounts(70)


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
