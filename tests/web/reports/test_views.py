import csv
import io
import json
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.demo import load as demo
from scheduler.people.models import Centre, User
from tests.ceilings import at_most
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.loaded_demo import load_demo
from tests.papers import saved, words_of
from tests.reports.held_visits import DAY, a_held_visit
from tests.web.browser import browser_of
from tests.web.reading import EN, selects_of, text_of
from tests.web.reports.pages import REPORT

YEAR = {"first": "2026-01-01", "last": "2026-12-31"}
PUBLISHED = {"first": "2023-01-01", "last": "2023-12-31", "lang": "en"}


def test_a_coordinator_sees_figures_rows_and_totals(desk, programme):
    a_held_visit(HeadCounts(pupils=1200, teachers=3), programme=programme)

    page = text_of(desk.get(REPORT, query_string=YEAR | {"by": "month", "lang": "en"}))

    assert "Attendance report for 2026" in page
    assert "October 2026 1 1 1,200 3 1,203 0 Total 1 1 1,200 3 1,203 0" in page


def test_a_report_shows_no_column_no_line_and_no_open_form_that_says_nothing(desk, programme):
    a_held_visit(HeadCounts(pupils=1200, parents=4), programme=programme)

    year = desk.get(REPORT, query_string=YEAR | {"by": "month", "lang": "en"}).text
    short = desk.get(REPORT, query_string={"first": "2026-10-01", "last": "2026-10-31", "lang": "en"}).text

    heads = re.findall(r'<th scope="col"\s+class="number">\s*(\w+)', year)
    assert heads == ["Visits", "Presentations", "Pupils", "Parents", "Teachers", "All", "Kilometres"]
    assert "Pupils, each counted once" in year
    assert "Visits cancelled by schools" not in year
    assert ('<details class="fold">' in year, '<details class="fold" open>' in year) == (True, False)
    assert '<details class="fold" open>' in short


def test_the_sheet_leads_back_to_the_report_that_it_prints(desk, programme):
    a_held_visit(HeadCounts(pupils=12), programme=programme)

    sheet = desk.get(f"{REPORT}/print", query_string=YEAR | {"by": "city", "_anchor": "x", "lang": "en"}).text

    before, _words, _after = sheet.partition("Attendance report</span>")
    back = unescape(re.findall(r'<a [^>]*href="([^"]*)"', before)[-1])
    assert desk.get(back).status_code == 200
    assert ("by=city" in back, "first=2026-01-01" in back, "_anchor" in back) == (True, True, False)


@pytest.mark.parametrize("path", [REPORT, f"{REPORT}/print"])
def test_months_are_drawn_as_a_chart_and_districts_as_a_map_with_the_numbers_of_the_table(desk, programme, path):
    host = make_host(municipality_id=make_municipality(district_id=make_district(iso="RS-20").id).id)
    for month, pupils in ((3, 1100), (10, 90)):
        a_held_visit(HeadCounts(pupils=pupils), programme=programme, host_id=host.id, on_day=DAY.replace(month=month))

    by_month = desk.get(path, query_string=YEAR | {"by": "month", "lang": "en"}).text
    by_district = desk.get(path, query_string=YEAR | {"by": "district", "lang": "en"}).text

    assert "Pupils: 1,190 in all, most in Mar (1,100)." in by_month
    assert "<title>Pupils, Mar: 1,100</title>" in by_month
    assert re.search(r'<text class="map__number[^>]*>2</text>', by_district)
    assert 'role="img"' not in desk.get(path, query_string=YEAR | {"by": "city"}).text


@pytest.mark.parametrize("path", [REPORT, f"{REPORT}/print", f"{REPORT}.csv", "/reports/visits"])
def test_another_centres_numbers_are_never_shown(desk, path):
    theirs = make_programme(name_en="Theirs", name_sr_cyrl="Њихово")
    a_held_visit(HeadCounts(pupils=777), programme=theirs)

    answer = desk.get(path, query_string=YEAR | {"by": "programme", "centre_id": theirs.centre_id, "lang": "en"})

    assert "Theirs" not in answer.text
    assert "777" not in re.findall(r"\w+", answer.text)  # a token or the digest of a name may hold it


def test_every_number_opens_to_visits_that_hold_it(desk, programme):
    for town in ("Ниш", "Пирот"):
        a_held_visit(HeadCounts(pupils=31), programme=programme, host_id=make_host(f"Школа {town}", place=town).id)
    page = desk.get(REPORT, query_string=YEAR | {"by": "city", "lang": "sr_Cyrl"}).get_data(as_text=True)
    row = re.search(r'<th scope="row">Ниш</th>(.*?)</tr>', page, re.DOTALL)[1]
    (address,) = set(re.findall(r'href="([^"]+)"', row))

    visits = text_of(desk.get(unescape(address)))

    assert "Школа Ниш" in visits
    assert "Школа Пирот" not in visits


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"first": "31.2.2026.", "last": "2026-12-31"}, "Enter a day like this"),
        ({"first": "2026-12-31", "last": "2026-01-01"}, "Choose a last day that is not before the first."),
        ({"first": "", "last": "2026-01-01"}, "Fill in this field."),
        ({"first": "2026-01-01", "last": "2026-12-31", "campaign": "nobody"}, "Choose one of the answers."),
    ],
)
def test_a_wrong_period_is_said_beside_its_field_and_stays_typed(desk, query, words):
    answer = desk.get(REPORT, query_string=query | {"lang": "en"})

    assert answer.status_code == 422
    assert words in text_of(answer)


@pytest.mark.parametrize("query", [{"month": "2023-99"}, {"presenter": "x"}, {"audience": "cats"}, {"level": "moon"}])
def test_a_forged_address_is_refused_and_never_a_crash(desk, query):
    assert desk.get("/reports/visits", query_string=YEAR | query).status_code == 422


def test_an_empty_period_says_so(desk):
    assert "Nothing was counted in this period" in text_of(desk.get(REPORT, query_string=YEAR | {"lang": "en"}))


def test_without_a_period_the_report_is_of_this_year_by_months(desk):
    assert "Attendance report for" in text_of(desk.get(REPORT, query_string=EN))


def test_a_report_asks_as_often_for_one_visit_as_for_three(desk, programme):
    pages = {REPORT: 9, "/reports/visits": 6, f"{REPORT}/print": 10}
    desk.get(REPORT)  # the first page of a sign-in notes that somebody was seen
    asked = []
    for months in ((3,), (4, 5)):
        for month in months:
            a_held_visit(programme=programme, on_day=DAY.replace(month=month))
        asked.append([selects_of(desk, f"{page}?first=2026-01-01&last=2026-12-31&by=month") for page in pages])

    assert asked[0] == asked[1]
    for (page, most), made in zip(pages.items(), asked[0], strict=True):
        at_most(most, made, f"SELECTs of {page}")


def test_a_downloaded_table_opens_in_a_spreadsheet_in_the_readers_words(desk, programme):
    a_held_visit(HeadCounts(pupils=12), programme=programme)
    query = YEAR | {"by": "district"}

    content = desk.get(f"{REPORT}.csv", query_string=query | {"lang": "sr_Cyrl"}).get_data()
    audience = desk.get(f"{REPORT}.csv", query_string=YEAR | {"by": "audience", "lang": "en"}).get_data()

    assert content.startswith("\ufeffОкруг;Округ (шифра);Посете;Презентације;Ученици;".encode())
    assert b"\r\n" in content
    assert audience.decode("utf-8-sig").splitlines()[1].startswith("Primary school pupils;")


def test_a_workbook_of_the_report_holds_its_tables_with_real_numbers_and_months(desk, programme):
    a_held_visit(HeadCounts(pupils=12), programme=programme)
    query = EN | YEAR | {"by": ["city", "month"]}

    answer = desk.get(f"{REPORT}.xlsx", query_string=query)
    whole = load_workbook(io.BytesIO(answer.data))
    cross = load_workbook(io.BytesIO(desk.get(f"{REPORT}.xlsx", query_string=query | {"table": "cross"}).data))
    report, definitions = whole["Attendance report for 2026"], whole["Definitions"]

    assert answer.headers["Content-Disposition"] == 'attachment; filename="attendance-2026-01-01-2026-12-31.xlsx"'
    assert whole.sheetnames == [report.title, "Presentations by city and month", "Definitions"]
    assert cross.sheetnames == whole.sheetnames[1:]
    assert [cell.value for cell in report[1]][1:5] == ["Month", "Visits", "Presentations", "Pupils"]
    assert [str(cell.value) for cell in report[2]][1:5] == ["2026-10-01 00:00:00", "1", "1", "12"]
    assert ("City", True) in [(row[0], bool(row[1])) for row in definitions.values]
    assert desk.get(f"{REPORT}.xlsx", query_string=query | {"table": "nothing"}).status_code == 404
    assert desk.get(f"{REPORT}.xlsx", query_string=EN | YEAR | {"table": "called_off"}).status_code == 404


@pytest.mark.parametrize("by", [(), ("city",), ("month", "programme"), ("presenter",)])
@pytest.mark.parametrize("lang", ["en", "sr_Cyrl"])
def test_the_command_writes_the_files_of_the_page_to_the_byte(app, desk, programme, the_clock, tmp_path, by, lang):
    a_held_visit(HeadCounts(pupils=12), programme=programme)
    splits = [word for group in by for word in ("--by", group)]
    slug = db.session.get(Centre, programme.centre_id).slug
    command = ["reports", "attendance", "--from", "2026-01-01", "--to", "2026-12-31", "--centre", slug, *splits]

    for kind in ("csv", "xlsx"):
        file = tmp_path / f"report.{kind}"
        written = app.test_cli_runner().invoke(args=[*command, "--format", kind, "--lang", lang, "--out", str(file)])
        download = desk.get(f"{REPORT}.{kind}", query_string=YEAR | {"by": by, "lang": lang})
        assert (written.exit_code, download.status_code) == (0, 200)
        assert file.read_bytes() == download.data


def test_cities_stand_beside_months_on_the_page_and_in_a_file_of_that_table(desk, programme):
    for town, month in (("Ниш", 3), ("Ниш", 10), ("Ниш", 10), ("Зрењанин", 10)):
        host = make_host(municipality_id=make_municipality(town).id)
        a_held_visit(HeadCounts(pupils=12), programme=programme, host_id=host.id, on_day=DAY.replace(month=month))
    query = YEAR | {"by": ["city", "month"], "lang": "sr_Latn"}

    page = desk.get(REPORT, query_string=query)
    link = unescape(re.search(r'href="([^"]*\.csv[^"]*table=cross[^"]*)"', page.text)[1])
    content = desk.get(link).get_data().decode("utf-8-sig")

    assert content.splitlines() == ["Grad;mart 2026.;oktobar 2026.;Ukupno", "Niš;1;2;3", "Zrenjanin;0;1;1"]
    assert "Niš 1 2 3 Zrenjanin – 1 1" in text_of(page)
    assert "table=cross" not in desk.get(REPORT, query_string=YEAR | {"by": "city"}).text


def test_page_file_command_and_paper_hold_equal_numbers(app, session, tmp_path):
    load_demo()
    email = next(row["email"] for row in demo.sign_ins() if row["role"] == "coordinator")
    browser = browser_of(app, session.query(User).filter_by(email=email).one())
    command = ["reports", "attendance", "--from", "2023-01-01", "--to", "2023-12-31", "--centre", "ncc"]
    document = json.loads(app.test_cli_runner().invoke(args=command).stdout)
    totals = document["totals"]

    table = app.test_cli_runner().invoke(args=[*command, "--format", "csv"]).stdout_bytes
    download = browser.get(f"{REPORT}.csv", query_string=PUBLISHED).get_data()
    book = load_workbook(io.BytesIO(browser.get(f"{REPORT}.xlsx", query_string=PUBLISHED).data))
    pdf = browser.get(f"{REPORT}.pdf", query_string=PUBLISHED)
    text = words_of(saved(pdf.data, tmp_path))

    assert totals | {"visits": 0, "others": 0, "cities": 0, "kilometres": 0} == {
        "visits": 0, "presentations": 120, "pupils": 7803, "parents": 1097, "teachers": 302, "others": 0, "cities": 0,
        "kilometres": 0,
    }  # fmt: skip
    assert table == download
    (line,) = csv.DictReader(io.StringIO(download.decode("utf-8-sig")), delimiter=";")
    assert list(line.values()) == [str(number) for number in totals.values()]
    assert [cell.value for cell in book.worksheets[0][2]] == list(totals.values())
    for shown in (text_of(browser.get(REPORT, query_string=PUBLISHED)),
                  text_of(browser.get(f"{REPORT}/print", query_string=PUBLISHED)), text):  # fmt: skip
        for number in ("120", "7,803", "1,097", "302", f"{totals['kilometres']:,}"):
            assert number in shown
