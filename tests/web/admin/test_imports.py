"""A register is uploaded, checked, and stored; what stays of its file, and what the pages of long work say."""

import io
import re
import zipfile

import pytest

from scheduler.core.db import transaction
from scheduler.core.text import to_latin
from scheduler.imports.batches import ColumnName
from scheduler.imports.sheets import OPEN_DOCUMENT, read_table
from scheduler.jobs.file_work import FILES
from scheduler.jobs.long_work import do_long_work
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.visits.models.visits import Visit
from scheduler.web.admin.file_columns import USUAL, columns_of
from scheduler.work import service
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase, WorkKind
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.work import make_work
from tests.web.admin.uploading import BAD, GOOD, HEAD, applied, hosts, upload, uploaded, worked
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.workbooks import a_workbook, parts_of

STORE, SHEET = "Store all of it", "xl/worksheets/sheet1.xml"
HEADINGS = ["id", "naziv", "vrsta", "opština"]
VUK = ["7", "Вук", "osnovna škola", "Ниш"]
VISITS = "Datum;Škola;Učenika\n12.3.2024.;Вук Караџић;28\n".encode()


@pytest.fixture
def coordinator(session):
    make_municipality()
    return make_user()


@pytest.fixture
def browser(app, coordinator):
    return browser_of(app, coordinator)


@pytest.fixture
def boss(app, coordinator):
    return staff_of(app, coordinator, Role.ADMINISTRATOR)


@pytest.fixture
def held(coordinator):
    """What a file of past visits names."""
    make_programme(centre_id=coordinator.centre_id)
    make_host("Вук Караџић")


def read(browser, work: str) -> str:
    """The page of long work."""
    return browser.get(f"/work/{work}?lang=en").text


def visits() -> int:
    return len(rows_of(Visit))


def contents() -> list[bool]:
    """Of each work, whether its file is still stored."""
    return [content is not None for content in rows_of(LongWork.content)]


# --- checked first, stored on the second press ---


@pytest.mark.both_databases
def test_a_register_is_checked_first_and_stored_on_the_second_press_and_the_file_is_gone(browser):
    checked = upload(browser, GOOD).location.rpartition("/")[2]
    assert "Waits for the worker" in read(browser, checked)
    do_long_work.call_local()
    assert ("This would change" in read(browser, checked), hosts(), contents()) == (True, 0, [True])

    stored = applied(browser, checked)

    assert ("Stored, all of it." in read(browser, stored), hosts(), contents()) == (True, 1, [False, False])
    assert ("Your file is deleted here" in read(browser, checked), STORE in read(browser, checked)) == (True, False)
    assert browser.post(f"/imports/{checked}/apply").status_code == 404
    assert "skole.csv" in browser.get("/imports").text


def test_a_problem_is_named_with_its_line_and_nothing_can_be_stored(browser):
    page = read(browser, uploaded(browser, BAD))
    for words in ("1 problem: nothing is stored", "This municipality is not known."):
        assert words in page
    assert STORE not in page


def test_problems_are_told_in_words_with_the_column_and_what_to_do(browser, held):
    visit = "datum;škola;učenika;predavači\n12.3.2024.;Nema;5;Neko, Iko\n"
    page = read(browser, uploaded(browser, visit.encode(), "visits"))
    for words in ("This school is not known", "Presenters (1)", "Presenters (2)", "No presenter has this name"):
        assert words in page
    for way_on in ("Send the mended file", '/imports?of=visits"'):
        assert way_on in page


@pytest.mark.parametrize(("language", "name"), [("en", "Kind of host"), ("sr_Latn", "Vrsta ustanove")])
def test_a_missing_column_is_called_as_people_call_it(browser, language, name):
    checked = uploaded(browser, "Назив;Место\nВук Караџић;Ниш\n".encode())
    page = browser.get(f"/work/{checked}?lang={language}").text
    assert (f">{name}</td>" in page, ">kind</td>" in page) == (True, False)


def test_the_good_lines_are_taken_without_the_refused_ones_after_both_were_shown(browser):
    checked = uploaded(browser, f"Register 2026\n{BAD.decode()}9;Бранко;osnovna škola;Ниш\n".encode())
    shown = read(browser, checked)
    for words in ("Check the file without 1 line", "<small>refused</small>", "Атлантида"):
        assert words in shown

    again = worked(browser.post(f"/imports/{checked}/good"))
    page = read(browser, again)
    assert ("This would change" in page, "Атлантида" in page, hosts()) == (True, False, 0)

    applied(browser, again)
    assert (hosts(), contents()[1:]) == (2, [False, False])


@pytest.mark.parametrize("content", [
    f"{HEAD}8;Бранко;osnovna škola;Атлантида\n",  # no good line is left
    "id;naziv;vrsta\n8;Бранко;osnovna škola\n",  # a column is absent
    f'{HEAD}7;Вук;osnovna škola;Ниш\n8;"Бранко;osnovna škola;Ниш\n',  # what stands behind is not known
    f"{HEAD}7;Вук;osnovna škola;Ниш\n8;0101990710008;osnovna škola;Ниш\n",  # holds what must not be here at all
])  # fmt: skip
def test_a_file_that_is_wrong_as_a_whole_is_mended_not_cut(browser, content):
    checked = uploaded(browser, content.encode())
    assert "Check the file without" not in read(browser, checked)
    assert browser.post(f"/imports/{checked}/good").status_code == 404
    assert hosts() == 0


def test_one_school_in_two_scripts_is_asked_about_before_it_is_stored(browser):
    lines = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n8;Vuk Karadžić;osnovna škola;Niš\n"
    checked = uploaded(browser, lines.encode())
    assert "One school or two?" in read(browser, checked)
    assert browser.post(f"/imports/{checked}/apply").location == f"/work/{checked}"
    applied(browser, checked, two="1")
    assert hosts() == 2


@pytest.mark.parametrize("field", [["on_day", "on_day", ""], ["nonsense", "", ""]])
def test_columns_named_wrongly_are_not_remembered(browser, held, field):
    checked = uploaded(browser, b"kada;gde;glava\n1;2;3\n", "visits")
    answer = browser.post(f"/imports/{checked}/columns", data={"heading": ["kada", "gde", "glava"], "field": field})
    assert answer.location == f"/work/{checked}"
    assert rows_of(ColumnName) == []


def test_columns_are_named_once_and_remembered(browser, held):
    content = "kada;gde;glava\n12.3.2024.;Вук Караџић;28\n".encode()
    checked = uploaded(browser, content, "visits")
    assert ("Name the columns" in read(browser, checked), STORE in read(browser, checked)) == (True, False)
    named = {"heading": ["kada", "gde", "glava"], "field": ["on_day", "host", "pupils"]}
    assert STORE in read(browser, worked(browser.post(f"/imports/{checked}/columns", data=named)))
    assert STORE in read(browser, uploaded(browser, content.replace(b"28", b"29"), "visits"))


def test_kinds_of_schools_are_named_once_and_what_is_not_read_or_read_otherwise_is_shown(browser):
    head = HEAD.replace("\n", ";telefon;Boja\n")
    content = f"{head}7;Вук Караџић;Vrtić;Ниш;18555100;plava\n".encode()
    checked = uploaded(browser, content)
    page = read(browser, checked)
    for words in ("Name the kinds of schools", ">Vrtić</label>", "Not read: Boja", "018/555-100"):
        assert words in page
    named = {"heading": ["Vrtić", "Dvorac"], "field": ["other", "camp"]}
    assert STORE in read(browser, worked(browser.post(f"/imports/{checked}/kinds", data=named)))
    assert rows_of(ColumnName.heading) == ["vrtic"]  # nobody asked about the other one
    assert STORE in read(browser, uploaded(browser, content))


# --- taken back ---


def test_past_visits_are_stored_and_taken_back_and_the_list_says_what_became_of_each_file(browser, held):
    def listed(*words: str) -> list[bool]:
        page = " ".join(browser.get("/imports?lang=en").text.split())
        return [bool(re.search(word, page)) for word in words]

    uploaded(browser, BAD)
    checked = uploaded(browser, VISITS, "visits")
    assert (STORE in read(browser, checked), visits()) == (True, 0)
    assert listed("Has problems", "In order, not stored") == [True, True]
    stored = applied(browser, checked)
    assert ("Take this import back" in read(browser, stored), visits()) == (True, 1)
    assert listed("> ?Stored ?<", "Taken back") == [True, False]

    browser.post(f"/imports/{stored}/undo")

    page = read(browser, stored)
    assert ("Taken back: nothing of it is stored" in page, "Take this import back" in page) == (True, False)
    assert (visits(), listed("Taken back")) == (0, [True])
    again = browser.post(f"/imports/{stored}/undo?lang=en", follow_redirects=True).text
    assert "This import was taken back already." in again


def test_an_import_on_which_something_hangs_says_why_it_stays(browser, held):
    stored = applied(browser, uploaded(browser, VISITS, "visits"))
    told = {"what": next(iter(ToldWhat)), "how": next(iter(ToldHow)), "told_at": MONDAY}
    with transaction() as session:
        session.add(ToldNote(visit_id=rows_of(Visit.id)[0], **told))
    page = browser.post(f"/imports/{stored}/undo?lang=en", follow_redirects=True).text
    assert ("newer entries refer to what it stored" in page, visits()) == (True, 1)


# --- what a file may not be, and what must not stay of it ---


@pytest.mark.parametrize(("content", "name", "words"), [
    (b"", "skole.csv", "this one is empty"), (GOOD, "", "Choose a file."),
    (b"\xd0\xcf\x11\xe0 rest", "skole.xls", "Save the spreadsheet as XLSX or CSV first"),
    (b"PK\x03\x04" + bytes(26) + OPEN_DOCUMENT, "skole.ods", "Save the spreadsheet as XLSX or CSV first"),
    (GOOD, "skole.exe", "ends in .csv or .xlsx"), (b"x" * 5_000_001, "skole.csv", "Choose a smaller file"),
    (GOOD, "ana-0101990710008.csv", "Remove the identity number (JMBG)"),
])  # fmt: skip
def test_trust_s43_what_is_no_register_or_named_after_a_person_is_refused_at_the_door(browser, content, name, words):
    answer = upload(browser, content, name)
    assert (answer.status_code, words in answer.text, rows_of(LongWork)) == (422, True, [])


def test_a_body_that_is_far_too_large_is_not_read_at_all(browser):
    answer = upload(browser, b"x" * 5_300_000)
    assert answer.status_code == 413
    for words in ("You sent 5,300 KB.", "A list (CSV or XLSX) may have 5 MB here."):
        assert words in answer.text
    assert "photo" not in answer.text


def test_trust_s43_a_file_that_holds_an_identity_number_is_forgotten_as_soon_as_it_is_read(browser):
    checked = uploaded(browser, f"{HEAD}7;Вук 0101990710008;osnovna škola;Ниш\n".encode())
    assert "Remove the identity number (JMBG)" in read(browser, checked)
    assert contents() == [False]
    assert browser.post(f"/imports/{checked}/apply").status_code == 404


def test_a_column_of_pupils_names_is_named_and_nothing_of_the_file_stays(browser):
    content = f"{HEAD[:-1]};Ime učenika\n7;Вук Караџић;osnovna škola;Ниш;Pera Perić\n".encode()
    page = read(browser, uploaded(browser, content))
    for words in ("Ime učenika", "This column holds names of pupils"):
        assert words in page
    assert (contents(), "Pera" in page, hosts()) == ([False], False, 0)
    assert "Pera" not in rows_of(LongWork.result)[0]


@pytest.mark.both_databases
def test_a_file_is_gone_when_it_is_left(browser):
    first = uploaded(browser, GOOD)
    assert browser.post(f"/imports/{first}/leave").location == f"/work/{first}"
    assert contents() == [False]
    uploaded(browser, GOOD)
    uploaded(browser, BAD)  # whoever sends the next one has left the one before
    assert contents() == [False, False, True]  # of the last the good line can still be taken


def test_a_file_whose_columns_are_to_be_named_stays_for_that(browser):
    uploaded(browser, "A;naziv;vrsta;opština\n7;Вук;osnovna škola;Ниш\n".encode())
    assert contents() == [True]


def test_a_workbook_shows_its_lines_before_it_is_stored_and_is_taken_back(browser):
    book = a_workbook([[*HEADINGS, "beleška"], [*VUK, "tajna"]])

    page = read(browser, uploaded(browser, book, name="skole.xlsx"))

    assert ("How the file begins" in page, "Вук" in page, "tajna" in page) == (True, True, False)

    stored = applied(browser, uploaded(browser, a_workbook([["Списак"], HEADINGS, VUK]), name="skole.xlsx"))

    assert hosts() == 1
    browser.post(f"/imports/{stored}/undo")
    assert hosts() == 0


@pytest.mark.parametrize(("plain", "changed", "words"), [
    (b'<c r="A2" t="s">', b'<c r="A2" t="s"><f>x</f>', ("1 cell holds a formula", "Hidden sheets are not read: x")),
    (b'<row r="2">', b'<row r="2" hidden="1">', ("1 line is hidden in the spreadsheet",)),
], ids=["formulas and hidden sheets", "hidden lines"])  # fmt: skip
def test_what_a_workbook_hides_is_said(browser, plain, changed, words):
    rows = [HEADINGS, VUK]
    book = a_workbook(rows, **{SHEET: parts_of(rows)[SHEET].replace(plain, changed)})
    page = read(browser, uploaded(browser, book, name="skole.xlsx"))
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize("of", ["hosts", "bells", "visits"])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_file_to_begin_with_holds_headings_and_nothing_that_could_be_stored(browser, of, language):
    assert f"/imports/template/{of}.csv" in browser.get(f"/imports?of={of}&lang={language}").text

    answer = browser.get(f"/imports/template/{of}.csv?lang={language}")

    assert answer.mimetype == "text/csv"
    text = answer.data.decode("utf-8-sig")
    assert (text.count("\r\n"), text.count(";") >= 8) == (1, True)
    page = read(browser, uploaded(browser, answer.data, of, f"{of}.csv"))
    assert ("The file holds no line below its headings." in page, STORE in page) == (True, False)


# --- long work, and who may ---


def test_running_work_shows_its_bar_and_moves_by_itself_or_by_a_link_until_it_has_ended(browser, coordinator):
    row = make_work(coordinator, content=GOOD, created_at=MONDAY)
    service.tell(service.take(row.id, now=MONDAY), Phase.COMPARING, 1, 2, now=MONDAY)

    page = read(browser, row.id)

    bar, moves = '<progress class="batch__bar" max="2" value="1"', 'data-hx-trigger="every 2s"'
    for words in (bar, "Comparing with what is stored", moves, "look again"):
        assert words in page
    assert "data-hx-trigger" not in read(browser, uploaded(browser, GOOD + b"\n"))


def test_the_bar_of_an_import_only_rises(browser, monkeypatch):
    checked = uploaded(browser, GOOD)
    told: list[int] = []
    tell = service.tell

    def watched(taken, phase, done, total, **given):
        told.append(done)
        return tell(taken, phase, done, total, **given)

    monkeypatch.setattr(service, "tell", watched)
    applied(browser, checked)

    assert (told, told[0], told[-1]) == (sorted(told), 0, 100)


def test_work_and_its_imports_are_for_their_centre_and_kind_and_people_for_administrators(app, coordinator, browser):
    row = make_work(coordinator)

    for role, status in ((Role.COORDINATOR, 404), (Role.SAFEGUARDING, 403)):
        assert browser_of(app, make_user(role)).get(f"/work/{row.id}").status_code == status

    row = make_work(coordinator, WorkKind.CHECK_PEOPLE, content=b"x")
    stranger = browser_of(app, make_user(Role.ADMINISTRATOR))

    assert ["of=people" in one.get("/imports").text for one in (browser, stranger)] == [False, True]
    assert [one.post(f"/imports/{row.id}/apply").status_code for one in (browser, stranger)] == [403, 404]

    row = make_work(coordinator, WorkKind.ISSUE_CERTIFICATES)
    assert browser.post(f"/imports/{row.id}/apply").status_code == 404


def test_a_file_to_begin_with_is_given_to_who_may_send_it(app, browser, boss, coordinator):
    people, hosts = "/imports/template/people.csv", "/imports/template/hosts.csv"
    assert [browser.get(path).status_code for path in (people, "/imports/template/nonsense.csv")] == [404, 404]
    assert boss.get(people).status_code == 200
    assert staff_of(app, coordinator, Role.EDUCATOR).get(hosts).status_code == 403


def test_thirty_files_in_an_hour_are_enough(app, browser):
    for number in range(service.FILES_IN_A_WINDOW):
        assert upload(browser, GOOD + b"\n" * number).status_code == 302

    answer = upload(browser, GOOD + b"\n" * 40)

    assert (answer.status_code, "you have sent 30 files" in answer.text) == (429, True)
    assert answer.headers["Retry-After"] == "3600"
    first, *others = rows_of(LongWork.id)
    assert len(others) == service.FILES_IN_A_WINDOW - 1
    assert upload(browser_of(app, make_user()), GOOD).status_code == 302  # another person is not held
    do_long_work.call_local()
    assert browser.post(f"/imports/{first}/apply").status_code == 429


def test_an_administrator_takes_everything_six_times_an_hour_at_most(boss, browser):
    answers = [boss.post("/settings/export") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert answers[0].mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answers[0].data)) as archive:
        assert {"csv/visit.csv", "json/visit.json"} <= set(archive.namelist())
    for answer in answers:
        answer.close()
    assert browser.post("/settings/export").status_code == 403


# --- the columns that the page explains are those that the readers know ---


LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")
IN_ORDER = {
    WorkKind.CHECK_HOSTS: "register_id name kind municipality place address postcode phone email",
    WorkKind.CHECK_PEOPLE: "full_name email role home birth_date topics languages",
    WorkKind.CHECK_BELLS: (
        "host municipality morning_starts afternoon_starts lesson_minutes long_break_minutes lessons rotation"
        " first_grades first_sections anchor_day turns middle_starts middle_grades short_days short_minutes"
    ),
    WorkKind.CHECK_HELPLINE: "first_day last_day what code number",
    WorkKind.CHECK_POSTS: "post reached reacted",
    WorkKind.CHECK_VISITS: (
        "on_day host municipality programme starts minutes classes pupils parents teachers presenters kilometres"
    ),
}


@pytest.mark.parametrize("kind", USUAL)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_the_file_to_begin_with_is_known_to_its_reader(kind, language):
    columns = columns_of(kind, language)
    lines = [";".join(one.heading for one in columns), ";".join(one.example.replace(";", ",") for one in columns)]
    table = read_table("\n".join(lines).encode("utf-8-sig"), FILES[kind].layout)
    assert table.problems == ()
    assert list(table.headings) == IN_ORDER[kind].split()
    assert [table.rows[0].cells[name] for name in table.headings] == [one.example for one in columns]


def test_every_kind_of_file_is_explained_and_latin_headings_are_the_cyrillic_ones():
    assert set(USUAL) == set(FILES)
    assert all(any(one.needed for one in columns_of(kind, "en")) for kind in USUAL)
    for kind in USUAL:
        for cyrillic, latin in zip(columns_of(kind, "sr_Cyrl"), columns_of(kind, "sr_Latn"), strict=True):
            assert (to_latin(cyrillic.heading), to_latin(cyrillic.example)) == (latin.heading, latin.example)
