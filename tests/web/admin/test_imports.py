"""A register is uploaded, checked, and stored; long work is watched with and without JavaScript."""

import io
import zipfile

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db, transaction
from scheduler.core.imports.batches import ColumnName
from scheduler.jobs.long_work import do_long_work
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.visits.models.visits import Visit
from scheduler.work import service
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase, WorkKind
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.work import make_work
from tests.web.admin.uploading import BAD, GOOD, HEAD, hosts, upload
from tests.web.browser import browser_of
from tests.workbooks import a_workbook, parts_of


@pytest.fixture
def coordinator(session):
    make_municipality()
    return make_user(Role.COORDINATOR)


@pytest.fixture
def browser(app, coordinator):
    return browser_of(app, coordinator)


def test_a_register_is_checked_first_and_stored_on_the_second_press(browser):
    checked = upload(browser, GOOD).location
    assert "Waits for the worker" in browser.get(f"{checked}?lang=en").text
    do_long_work.call_local()
    page = browser.get(f"{checked}?lang=en").text
    assert ("This would change" in page, hosts()) == (True, 0)

    stored = browser.post(f"/imports/{checked.rpartition('/')[2]}/apply").location
    do_long_work.call_local()

    assert ("Stored, all of it." in browser.get(f"{stored}?lang=en").text, hosts()) == (True, 1)
    assert "skole.csv" in browser.get("/imports").text


def test_a_problem_is_named_with_its_line_and_nothing_can_be_stored(browser):
    checked = upload(browser, BAD).location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text

    assert "1 problem: nothing is stored" in page
    assert "This municipality is not known." in page
    assert "Store all of it" not in page


@pytest.mark.parametrize(("language", "name"), [("en", "Kind of host"), ("sr_Latn", "Vrsta ustanove")])
def test_a_missing_column_is_called_as_people_call_it(browser, language, name):
    checked = upload(browser, "Назив;Место\nВук Караџић;Ниш\n".encode()).location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang={language}").text

    assert f">{name}</td>" in page
    assert ">kind</td>" not in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "skole.csv", "this one is empty"),
        (GOOD, "", "Choose a file."),
        (b"\xd0\xcf\x11\xe0 rest", "skole.xls", "Save the spreadsheet as XLSX or CSV first"),
        (GOOD, "skole.exe", "ends in .csv or .xlsx"),
        (b"x" * 900_001, "skole.csv", "Choose a smaller file"),
    ],
)
def test_what_is_no_register_is_refused_at_the_door(browser, session, content, name, words):
    answer = upload(browser, content, name)

    assert (answer.status_code, words in answer.text) == (422, True)
    assert session.scalars(select(LongWork)).all() == []


def test_trust_s43_a_file_named_after_an_identity_number_is_refused_with_the_reason(browser, session):
    answer = upload(browser, GOOD, "ana-0101990710008.csv")

    assert answer.status_code == 422
    assert "Remove the identity number (JMBG)" in answer.text
    assert session.query(LongWork).count() == 0


def test_trust_s43_a_file_that_holds_an_identity_number_is_forgotten_as_soon_as_it_is_read(browser, session):
    content = f"{HEAD}7;Вук 0101990710008;osnovna škola;Ниш\n".encode()
    checked = upload(browser, content).location
    do_long_work.call_local()

    assert "Remove the identity number (JMBG)" in browser.get(f"{checked}?lang=en").text
    assert [work.content for work in session.query(LongWork)] == [None]
    assert browser.post(f"/imports/{checked.rpartition('/')[2]}/apply").status_code == 404


def test_a_body_that_is_far_too_large_is_not_read_at_all(browser):
    answer = upload(browser, b"x" * 1_100_000)

    assert answer.status_code == 413
    assert "You sent 1,100 KB." in answer.text
    assert "A list (CSV or XLSX) may have 900 KB here." in answer.text
    assert "photo" not in answer.text


def test_running_work_shows_its_bar_and_moves_by_itself_or_by_a_link(browser, coordinator):
    row = make_work(coordinator, content=GOOD, created_at=MONDAY)
    taken = service.take(row.id, now=MONDAY)
    service.tell(taken, Phase.COMPARING, 1, 2, now=MONDAY)

    page = browser.get(f"/work/{row.id}?lang=en").text

    assert '<progress class="batch__bar" max="2" value="1"' in page
    assert "Comparing with what is stored" in page
    assert 'data-hx-trigger="every 2s"' in page
    assert "look again" in page


def test_ended_work_asks_no_more(browser, coordinator):
    row = make_work(coordinator, content=GOOD)
    do_long_work.call_local()

    assert "data-hx-trigger" not in browser.get(f"/work/{row.id}").text


def test_work_is_shown_to_its_centre_only(app, coordinator):
    row = make_work(coordinator)

    for role, status in ((Role.COORDINATOR, 404), (Role.SAFEGUARDING, 403)):
        assert browser_of(app, make_user(role)).get(f"/work/{row.id}").status_code == status


def test_an_issue_of_certificates_is_not_applied_as_an_import(browser, coordinator):
    row = make_work(coordinator, WorkKind.ISSUE_CERTIFICATES)

    assert browser.post(f"/imports/{row.id}/apply").status_code == 404


VISITS = "Datum;Škola;Učenika\n12.3.2024.;Вук Караџић;28\n".encode()


def upload_as(browser, of: str, content: bytes, name: str = "posete.csv") -> str:
    """A file of one kind, checked; the number of its work."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    answer = browser.post(f"/imports?of={of}", data=body, content_type="multipart/form-data; boundary=edge")
    do_long_work.call_local()
    return answer.location.rpartition("/")[2]


@pytest.fixture
def held(coordinator):
    make_programme(centre_id=coordinator.centre_id)
    make_host("Вук Караџић")


def visits() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Visit)) or 0


def test_past_visits_are_stored_and_taken_back(browser, held):
    checked = upload_as(browser, "visits", VISITS)
    assert ("Store all of it" in browser.get(f"/work/{checked}?lang=en").text, visits()) == (True, 0)
    stored = browser.post(f"/imports/{checked}/apply").location
    do_long_work.call_local()
    assert ("Take this import back" in browser.get(f"{stored}?lang=en").text, visits()) == (True, 1)

    number = stored.rpartition("/")[2]
    browser.post(f"/imports/{number}/undo")

    page = browser.get(f"{stored}?lang=en").text
    assert (visits(), "Taken back: nothing of it is stored" in page, "Take this import back" in page) == (
        0,
        True,
        False,
    )
    again = browser.post(f"/imports/{number}/undo?lang=en", follow_redirects=True).text
    assert "This import was taken back already." in again


def test_an_import_on_which_something_hangs_says_why_it_stays(browser, held):
    checked = upload_as(browser, "visits", VISITS)
    stored = browser.post(f"/imports/{checked}/apply").location.rpartition("/")[2]
    do_long_work.call_local()
    with transaction() as session:
        visit = session.scalars(select(Visit)).one()
        session.add(ToldNote(visit_id=visit.id, what=next(iter(ToldWhat)), how=next(iter(ToldHow)), told_at=MONDAY))

    page = browser.post(f"/imports/{stored}/undo?lang=en", follow_redirects=True).text

    assert ("newer entries refer to what it stored" in page, visits()) == (True, 1)


def test_columns_are_named_once_and_remembered(browser, held):
    content = "kada;gde;glava\n12.3.2024.;Вук Караџић;28\n".encode()
    checked = upload_as(browser, "visits", content)
    page = browser.get(f"/work/{checked}?lang=en").text
    assert ("Name the columns" in page, "Store all of it" in page) == (True, False)

    named = {"heading": ["kada", "gde", "glava"], "field": ["on_day", "host", "pupils"]}
    again = browser.post(f"/imports/{checked}/columns", data=named).location
    do_long_work.call_local()

    assert "Store all of it" in browser.get(f"{again}?lang=en").text
    later = upload_as(browser, "visits", content.replace(b"28", b"29"))
    assert "Store all of it" in browser.get(f"/work/{later}?lang=en").text


@pytest.mark.parametrize("field", [["on_day", "on_day", ""], ["nonsense", "", ""]])
def test_columns_named_wrongly_are_not_remembered(browser, held, session, field):
    checked = upload_as(browser, "visits", b"kada;gde;glava\n1;2;3\n")

    answer = browser.post(f"/imports/{checked}/columns", data={"heading": ["kada", "gde", "glava"], "field": field})

    assert answer.location.endswith(f"/work/{checked}")
    assert session.scalars(select(ColumnName)).all() == []


def test_a_workbook_is_imported(browser):
    content = a_workbook([["Списак"], ["id", "naziv", "vrsta", "opština"], ["7", "Вук", "osnovna škola", "Ниш"]])

    checked = upload_as(browser, "hosts", content, "skole.xlsx")
    stored = browser.post(f"/imports/{checked}/apply").location.rpartition("/")[2]
    do_long_work.call_local()

    assert hosts() == 1
    browser.post(f"/imports/{stored}/undo")
    assert hosts() == 0


def test_people_are_imported_by_administrators_only(app, browser, coordinator):
    row = make_work(coordinator, WorkKind.CHECK_PEOPLE, content=b"x")

    assert browser.post(f"/imports/{row.id}/apply").status_code == 403
    assert "of=people" not in browser.get("/imports").text
    boss = browser_of(app, make_user(Role.ADMINISTRATOR))
    assert "of=people" in boss.get("/imports").text
    assert boss.post(f"/imports/{row.id}/apply").status_code == 404


def test_an_administrator_takes_everything_with_her(app, browser):
    boss = browser_of(app, make_user(Role.ADMINISTRATOR))

    answer = boss.post("/settings/export")

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"csv/visit.csv", "json/visit.json"} <= set(archive.namelist())
    answer.close()
    assert browser.post("/settings/export").status_code == 403


@pytest.mark.parametrize("of", ["hosts", "bells", "visits"])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_file_to_begin_with_holds_headings_and_nothing_that_could_be_stored(browser, of, language):
    page = browser.get(f"/imports?of={of}&lang={language}").text
    assert f"/imports/template/{of}.csv" in page

    answer = browser.get(f"/imports/template/{of}.csv?lang={language}")

    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    text = answer.data.decode("utf-8-sig")
    assert (text.count("\r\n"), text.count(";") >= 8) == (1, True)
    checked = upload_as(browser, of, answer.data, f"{of}.csv")
    told = browser.get(f"/work/{checked}?lang=en").text
    assert ("The file holds no line below its headings." in told, "Store all of it" in told) == (True, False)


def test_a_file_to_begin_with_is_given_to_who_may_send_it(app, browser):
    assert browser.get("/imports/template/people.csv").status_code == 404
    assert browser.get("/imports/template/nonsense.csv").status_code == 404
    assert browser_of(app, make_user(Role.ADMINISTRATOR)).get("/imports/template/people.csv").status_code == 200
    assert browser_of(app, make_user(Role.EDUCATOR)).get("/imports/template/hosts.csv").status_code == 403


def test_thirty_files_in_an_hour_are_enough(app, browser, session):
    for number in range(service.FILES_IN_A_WINDOW):
        assert upload(browser, GOOD + b"\n" * number).status_code == 302

    answer = upload(browser, GOOD + b"\n" * 40)

    assert (answer.status_code, "you have sent 30 files" in answer.text) == (429, True)
    assert answer.headers["Retry-After"] == "3600"
    assert session.scalar(select(func.count()).select_from(LongWork)) == service.FILES_IN_A_WINDOW
    assert upload(browser_of(app, make_user(Role.COORDINATOR)), GOOD).status_code == 302  # another person is not held
    first = session.scalar(select(func.min(LongWork.id)))
    do_long_work.call_local()
    assert browser.post(f"/imports/{first}/apply").status_code == 429


def test_everything_is_taken_six_times_an_hour_at_most(app):
    boss = browser_of(app, make_user(Role.ADMINISTRATOR))
    answers = []
    for _ in range(7):
        answer = boss.post("/settings/export")
        answers.append(answer.status_code)
        answer.close()

    assert answers == [200] * 6 + [429]


def test_problems_are_told_in_words_with_the_column_and_what_to_do(browser, held):
    checked = upload_as(browser, "visits", "datum;škola;učenika;predavači\n12.3.2024.;Nema;5;Neko, Iko\n".encode())

    page = browser.get(f"/work/{checked}?lang=en").text

    for words in ("This school is not known", "Presenters (1)", "Presenters (2)", "No presenter has this name"):
        assert words in page
    assert "Send the mended file" in page
    assert '/imports?of=visits"' in page


def test_hidden_lines_are_said(browser):
    rows = [["id", "naziv", "vrsta", "opština"], ["7", "Вук", "osnovna škola", "Ниш"]]
    sheet = parts_of(rows)["xl/worksheets/sheet1.xml"].replace(b'<row r="2">', b'<row r="2" hidden="1">')

    checked = upload_as(browser, "hosts", a_workbook(rows, **{"xl/worksheets/sheet1.xml": sheet}), "skole.xlsx")

    assert "1 line is hidden in the spreadsheet" in browser.get(f"/work/{checked}?lang=en").text


def test_the_bar_of_an_import_only_rises(browser, monkeypatch):
    told: list[int] = []
    tell = service.tell

    def watched(taken, phase, done, total, **given):
        told.append(done)
        return tell(taken, phase, done, total, **given)

    monkeypatch.setattr(service, "tell", watched)
    checked = upload(browser, GOOD).location.rpartition("/")[2]
    do_long_work.call_local()
    told.clear()
    browser.post(f"/imports/{checked}/apply")
    do_long_work.call_local()

    assert (told, told[0], told[-1]) == (sorted(told), 0, 100)


def test_the_list_says_what_became_of_each_file(browser):
    upload(browser, BAD, "los.csv")
    checked = upload(browser, GOOD, "dobar.csv").location.rpartition("/")[2]
    do_long_work.call_local()
    assert all(words in browser.get("/imports?lang=en").text for words in ("Has problems", "In order, not stored"))

    stored = browser.post(f"/imports/{checked}/apply").location.rpartition("/")[2]
    do_long_work.call_local()
    page = browser.get("/imports?lang=en").text
    assert (">Stored<" in page.replace(" ", "").replace("\n", ""), "Taken back" in page) == (True, False)

    browser.post(f"/imports/{stored}/undo")
    assert "Taken back" in browser.get("/imports?lang=en").text
