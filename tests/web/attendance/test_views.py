"""The presenter counts on a phone, and the school answers behind its link."""

import pytest

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import AttendanceState
from scheduler.certificates.service.issuing import issue_certificates
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState
from tests.factories.counting import FAIR, LEAVING, Begun, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import make_presenter
from tests.factories.safeguarding import make_vetting
from tests.factories.visits import make_assignment
from tests.web.browser import browser_of
from tests.web.reading import a_link, rows_of, text_of

pytestmark = pytest.mark.usefixtures("after_the_talk")

TYPED = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "minutes_given": "45", "turned_away": "3"}
SIGNED = {f"presentations-0-{name}": str(people) for name, people in vars(FAIR).items()}
SUBMITTED, COUNTERSIGNED, LOCKED = AttendanceState.SUBMITTED, AttendanceState.COUNTERSIGNED, AttendanceState.LOCKED


def counting_of(app, begun: Begun):
    """The phone of the visit's educator, and the page on which its heads are counted."""
    return browser_of(app, begun.educator), f"/visits/{begun.visit.number}/count"


def page_of_school(begun: Begun) -> str:
    return f"/status/{a_link(begun.request.id)}/attendance"


def test_a_presenter_types_four_numbers_and_sees_that_they_are_handed_in(app):
    phone, path = counting_of(app, a_begun_visit())

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
