"""Paper is first class: sheets to print, a filled one beside the form, and the poster at the door of an evening."""

import datetime as dt
import io
import re

import pytest

from scheduler.attendance.queries.tally import tallies_of
from scheduler.attendance.service.sheets import keep_sheet
from scheduler.attendance.service.tally import count_in
from scheduler.attendance.sheet_models import SheetScan
from scheduler.policy import Role
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.states import PresentationState
from tests.attendance.evenings import BEGINS, EVENING, an_evening, marks
from tests.factories.counting import LEAVING, Begun, a_begun_visit, a_locked_visit
from tests.factories.people import make_presenter
from tests.factories.safeguarding import a_scan
from tests.factories.visits import make_assignment, make_presentation
from tests.papers import saved, words_of
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of

pytestmark = pytest.mark.usefixtures("after_the_talk")
PHOTO = a_scan("jpeg")


def a_file(content: bytes = PHOTO, name: str = "IMG_0001.jpg") -> dict[str, object]:
    return {"scan": (io.BytesIO(content), name)}


def a_sheet(begun: Begun) -> str:
    """The page of a sheet that the educator has sent."""
    return f"/visits/{begun.visit.number}/sheets/{keep_sheet(begun.teacher, begun.first, PHOTO, now=LEAVING)}"


def test_a_sheet_is_sent_from_the_form_and_its_sums_are_typed_beside_its_picture(app):
    begun = a_begun_visit(talks=2)
    phone, path = browser_of(app, begun.educator), f"/visits/{begun.visit.number}/count/1"
    assert f'href="{path}/sheet"' in phone.get(path).text

    sent = phone.post(f"{path}/sheet", data=a_file())

    [row] = rows_of(SheetScan)
    assert sent.location == f"{path}?sheet={row.id}"
    page = phone.get(f"{sent.location}&lang=en").text
    picture = f"/visits/{begun.visit.number}/sheets/{row.id}/file"
    assert page.index(f'<img src="{picture}"') < page.index('name="pupils"')
    assert f'action="{path}?sheet={row.id}"' in page, "what is wrong is said beside the same picture"
    assert picture in phone.get(f"/visits/{begun.visit.number}/count/2").text, "one sheet may hold the whole visit"


def test_trust_s23_a_sheet_leaves_as_a_file_of_our_name_that_no_browser_guesses_at(app):
    begun = a_begun_visit()
    page = a_sheet(begun)

    answer = browser_of(app, begun.educator).get(f"{page}/file")

    _visits, number, _sheets, one = page.strip("/").split("/")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={number}-sheet-{one}.jpg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (answer.headers["Cache-Control"], answer.mimetype) == ("no-store", "image/jpeg")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "this file is none of them"),
        (a_scan("png", width=13_000, height=300), "too many pixels"),
        (PHOTO[:-300], "not whole"),
        (b"x" * 5_100_000, "at most 5 MB"),
        (b"", "Choose the scan or photograph"),
    ],
)
def test_trust_s23_what_is_no_sheet_is_said_in_words_and_not_kept(app, content, words):
    begun = a_begun_visit()
    path = f"/visits/{begun.visit.number}/count/1/sheet?lang=en"

    answer = browser_of(app, begun.educator).post(path, data=a_file(content, "sheet.jpg"))

    assert (answer.status_code, words in answer.text, rows_of(SheetScan)) == (422, True, [])


def test_trust_s23_a_hundred_megabytes_are_refused_before_they_are_read(app):
    begun = a_begun_visit()
    path = f"/visits/{begun.visit.number}/count/1/sheet?lang=en"

    answer = browser_of(app, begun.educator).post(path, data=a_file(b"x" * 6_000_000))

    assert (answer.status_code, "A scan or photograph may have 5 MB" in answer.text, rows_of(SheetScan)) == (
        413,
        True,
        [],
    )


def test_its_page_shows_the_hash_who_sent_it_and_who_opened_it(app):
    begun = a_begun_visit()
    path, desk = a_sheet(begun), staff_of(app, begun.visit, given_name="Olga")
    desk.get(f"{path}/file")

    page = desk.get(f"{path}?lang=en").text

    assert rows_of(SheetScan)[0].sha256 in "".join(page.split())
    assert re.search(r"Sheet opened.*Olga", " ".join(page.split()))
    assert desk.post(f"{path}/remove").status_code == 302
    assert rows_of(SheetScan) == []
    assert desk.get(path).status_code == 404


def test_the_desk_finds_sheets_beside_numbers_that_are_locked(app):
    begun = a_locked_visit()
    number, sheet = begun.visit.number, a_sheet(begun)
    desk, officer = staff_of(app, begun.visit), staff_of(app, begun.visit, Role.SAFEGUARDING)

    assert sheet in desk.get(f"/attendance/{number}").text
    assert sheet in browser_of(app, begun.educator).get(f"/visits/{number}/count").text
    more = desk.post(f"/visits/{number}/count/1/sheet", data=a_file(a_scan("pdf"), "sheet.pdf"))
    assert more.location == f"/visits/{number}/sheets/{rows_of(SheetScan)[-1].id}"
    assert "/sheets/" not in officer.get(f"/attendance/{number}").text


def test_a_stranger_reaches_no_sheet(app):
    begun = a_begun_visit()
    sheet, visit = a_sheet(begun), f"/visits/{begun.visit.number}"
    stranger = browser_of(app, make_presenter(centre_id=begun.visit.centre_id))

    for path in (sheet, f"{sheet}/file", f"{visit}/count/1/sheet", f"{visit}/sign-in.pdf"):
        assert stranger.get(path).status_code in (403, 404)


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_sheets_to_fill_in_name_school_and_classes_and_nobody(app, tmp_path, language):
    begun = a_begun_visit(talks=2)
    phone, number = browser_of(app, begun.educator), begun.visit.number

    papers = [
        phone.get(f"/visits/{number}/sign-in.pdf?lang={language}{more}") for more in ("", "&only=2", "&together=y")
    ]

    assert [paper.mimetype for paper in papers] == ["application/pdf"] * 3
    each, second = (words_of(saved(paper.data, tmp_path)) for paper in papers[:2])
    assert (each.count("09:00–09:45"), each.count("10:00–10:45"), number in each) == (1, 1, True)
    assert "09:00" not in second
    assert phone.get(f"/visits/{number}/sign-in.pdf?only=9").status_code == 404


def test_a_day_has_its_sheet_and_its_sign_in_sheet_as_papers(app, tmp_path):
    begun = a_begun_visit(talks=2)
    phone, day = browser_of(app, begun.educator), begun.visit.on_day.isoformat()

    sheet, sign_in = phone.get(f"/day/{day}.pdf?lang=en"), phone.get(f"/day/{day}/sign-in.pdf?lang=en")

    assert f"/day/{day}.pdf" in phone.get(f"/day/{day}").text
    words = words_of(saved(sheet.data, tmp_path))
    for part in ("Day sheet", "09:00–09:45", "Take along", "If a child tells you something", "19833"):
        assert part in words
    assert sign_in.mimetype == "application/pdf"
    for path in ("/day/2026-02-01.pdf", "/day/2026-02-01/sign-in.pdf", "/day/never.pdf", "/day/never/sign-in.pdf"):
        assert phone.get(path).status_code == 404


# --- the page that a poster's code opens, and the papers of the evening ---


@pytest.fixture
def tally(app, the_clock):
    """An evening for parents that begins now."""
    the_clock.stands_at(BEGINS)
    return an_evening()


def at(tally, paper: str = "") -> str:
    return f"/tally/{tally.visit_number}/{tally.ordinal}/{tally.code}{paper}?lang=en"


def test_a_parent_presses_once_and_is_thanked(client, tally):
    page = client.get(at(tally)).text
    assert "No name is asked. Only the number counts." in page
    assert "19833" in page
    assert marks() == 0

    answer = client.post(at(tally), data={"people": "2"}, follow_redirects=True).text

    assert "Counted: 2 people." in answer
    assert "You are counted. Thank you for coming." in answer
    assert "Is somebody else with this phone?" in answer
    assert marks() == 2


@pytest.mark.parametrize("typed", ["", "0", "11", "many", "-2", "9" * 40, "\0"])
def test_what_is_no_number_of_people_is_said_and_not_counted(client, tally, typed):
    answer = client.post(at(tally), data={"people": typed})

    assert answer.status_code == 422
    assert marks() == 0


def test_before_and_after_the_page_says_so(client, tally, the_clock):
    for moment, words in (
        (BEGINS - dt.timedelta(hours=5), "Counting opens an hour before the beginning."),
        (BEGINS + dt.timedelta(hours=9), "This evening is over; nobody is counted any more."),
    ):
        the_clock.stands_at(moment)
        assert words in client.get(at(tally)).text
        assert client.post(at(tally), data={"people": "1"}).status_code == 422
    assert marks() == 0


def test_a_wrong_code_is_an_address_that_is_not_there(client, tally):
    for path in ("/1/aaaaaaaaaaaaaaaa", "/x/abc", "/²/abc", "/1/abc/poster.pdf", "/1/abc/home.pdf"):
        assert client.get(f"/tally/{tally.visit_number}{path}").status_code == 404


def test_poster_and_sheet_are_papers(client, tally):
    papers = [client.get(at(tally, paper)) for paper in ("/poster.pdf", "/home.pdf")]

    assert [(one.mimetype, one.data[:5]) for one in papers] == [("application/pdf", b"%PDF-")] * 2


def test_crew_and_coordinator_find_the_papers_and_the_count(app, the_clock):
    the_clock.stands_at(BEGINS)
    begun = a_begun_visit()
    evening = make_presentation(
        begun.visit, EVENING, PresentationState.CONFIRMED, ordinal=2, audience=Audience.PARENTS, level=SchoolLevel.NONE
    )
    make_assignment(evening, begun.educator.id)
    tally = tallies_of(begun.visit.id)[0]
    count_in(tally, 7, now=BEGINS)
    educator, visit = browser_of(app, begun.educator), f"/visits/{begun.visit.number}"

    assert f"{tally.code}/poster.pdf" in staff_of(app, begun.visit).get(visit).text
    assert "By the poster 7 people have counted themselves." in educator.get(f"{visit}/count/2?lang=en").text
    assert "counted themselves" not in educator.get(f"{visit}/count/1?lang=en").text
