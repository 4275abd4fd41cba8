"""An uploaded file: what must not stay of it, when it is gone, and what its page asks and says."""

import pytest
from sqlalchemy import select

from scheduler.jobs.long_work import do_long_work
from scheduler.policy import Role
from scheduler.work.models import LongWork
from tests.factories.people import make_user
from tests.factories.places import make_municipality
from tests.web.admin.uploading import BAD, GOOD, HEAD, hosts, upload
from tests.web.browser import browser_of
from tests.workbooks import a_workbook, parts_of


@pytest.fixture
def browser(app, session):
    make_municipality()
    return browser_of(app, make_user(Role.COORDINATOR))


def contents(session) -> list[bool]:
    session.rollback()
    return [work.content is not None for work in session.scalars(select(LongWork).order_by(LongWork.id))]


def test_a_column_of_pupils_names_is_named_and_nothing_of_the_file_stays(browser, session):
    content = f"{HEAD[:-1]};Ime učenika\n7;Вук Караџић;osnovna škola;Ниш;Pera Perić\n".encode()
    checked = upload(browser, content).location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text

    assert ("Ime učenika" in page, "This column holds names of pupils" in page) == (True, True)
    assert (contents(session), "Pera" in page, hosts()) == ([False], False, 0)
    assert "Pera" not in session.scalar(select(LongWork.result))


@pytest.mark.both_databases
def test_the_file_is_gone_once_it_is_stored_and_the_page_says_so(browser, session):
    checked = upload(browser, GOOD).location
    do_long_work.call_local()
    number = checked.rpartition("/")[2]
    assert contents(session) == [True]

    browser.post(f"/imports/{number}/apply")
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text
    assert (contents(session), hosts()) == ([False, False], 1)
    assert ("Your file is deleted here" in page, "Store all of it" in page) == (True, False)
    assert browser.post(f"/imports/{number}/apply").status_code == 404


@pytest.mark.both_databases
def test_a_file_is_gone_when_it_is_left(browser, session):
    first = upload(browser, GOOD).location
    do_long_work.call_local()
    assert browser.post(f"/imports/{first.rpartition('/')[2]}/leave").location == first
    assert contents(session) == [False]

    upload(browser, GOOD)
    do_long_work.call_local()
    upload(browser, BAD)  # whoever sends the next one has left the one before
    do_long_work.call_local()

    assert contents(session) == [False, False, True]  # of the last the good line can still be taken


def test_the_good_lines_are_taken_without_the_refused_ones_after_both_were_shown(browser, session):
    checked = upload(browser, f"Register 2026\n{BAD.decode()}9;Бранко;osnovna škola;Ниш\n".encode()).location
    do_long_work.call_local()
    shown = browser.get(f"{checked}?lang=en").text
    assert "Check the file without 1 line" in shown
    assert ("<small>refused</small>" in shown, "Атлантида" in shown, hosts()) == (True, True, 0)

    again = browser.post(f"/imports/{checked.rpartition('/')[2]}/good").location
    do_long_work.call_local()
    page = browser.get(f"{again}?lang=en").text
    assert ("This would change" in page, "Атлантида" in page, hosts()) == (True, False, 0)

    browser.post(f"/imports/{again.rpartition('/')[2]}/apply")
    do_long_work.call_local()
    assert hosts() == 2
    assert contents(session)[1:] == [False, False]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}8;Бранко;osnovna škola;Атлантида\n",  # no good line is left
        "id;naziv;vrsta\n8;Бранко;osnovna škola\n",  # a column is absent
        f'{HEAD}7;Вук;osnovna škola;Ниш\n8;"Бранко;osnovna škola;Ниш\n',  # what stands behind is not known
        f"{HEAD}7;Вук;osnovna škola;Ниш\n8;0101990710008;osnovna škola;Ниш\n",  # holds what must not be here at all
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_mended_not_cut(browser, content):
    checked = upload(browser, content.encode()).location
    do_long_work.call_local()

    assert "Check the file without" not in browser.get(f"{checked}?lang=en").text
    assert browser.post(f"/imports/{checked.rpartition('/')[2]}/good").status_code == 404
    assert hosts() == 0


def test_the_lines_of_a_checked_file_are_shown_before_it_is_stored(browser):
    rows = [["id", "naziv", "vrsta", "opština", "beleška"], ["7", "Вук Караџић", "osnovna škola", "Ниш", "tajna"]]
    checked = upload(browser, a_workbook(rows), "skole.xlsx").location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text

    assert ("How the file begins" in page, "Вук Караџић" in page, "tajna" in page) == (True, True, False)


def test_a_file_whose_columns_are_to_be_named_stays_for_that(browser, session):
    upload(browser, "A;naziv;vrsta;opština\n7;Вук;osnovna škola;Ниш\n".encode())
    do_long_work.call_local()

    assert contents(session) == [True]


def test_one_school_in_two_scripts_is_asked_about_before_it_is_stored(browser):
    lines = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n8;Vuk Karadžić;osnovna škola;Niš\n"
    checked = upload(browser, lines.encode()).location
    do_long_work.call_local()
    number = checked.rpartition("/")[2]

    assert "One school or two?" in browser.get(f"{checked}?lang=en").text
    assert browser.post(f"/imports/{number}/apply").location == checked
    browser.post(f"/imports/{number}/apply", data={"two": "1"})
    do_long_work.call_local()

    assert hosts() == 2


def test_formulas_and_hidden_sheets_are_said(browser):
    rows, sheet = [["id", "naziv", "vrsta", "opština"], ["7", "Вук", "osnovna", "Ниш"]], "xl/worksheets/sheet1.xml"
    solved = parts_of(rows)[sheet].replace(b'<c r="A2" t="s">', b'<c r="A2" t="s"><f>x</f>')
    checked = upload(browser, a_workbook(rows, **{sheet: solved}), "skole.xlsx").location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text

    assert "1 cell holds a formula" in page
    assert "Hidden sheets are not read: x" in page
