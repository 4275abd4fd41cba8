import csv
import io
import json

import pytest

from scheduler.attendance.terms import HeadCounts
from tests.factories.programmes import make_campaign, make_programme
from tests.reports.held_visits import a_held_visit

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")
ATTENDANCE = ("reports", "attendance", *YEAR)
NUMBERS = ("visits", "presentations", "pupils", "parents", "teachers", "others", "cities", "kilometres")


def test_the_document_is_as_the_contract_says(run, session):
    programme = make_programme(slug="talk")
    campaign = make_campaign(programme=programme, slug="respect")
    a_held_visit(HeadCounts(7, 1, 2, 3), programme=programme, campaign_id=campaign.id, kilometres=15)

    document = json.loads(run(*ATTENDANCE, "--campaign", "respect", "--by", "programme", "--by", "month").stdout)

    counts = dict(zip(NUMBERS, (1, 1, 7, 1, 2, 3, 1, 15), strict=True))
    assert document == {
        "period": {"from": "2026-01-01", "to": "2026-12-31"},
        "filters": {"centre": None, "campaign": "respect", "programme": None},
        "totals": counts,
        "rows": [{"programme": "talk", "programme_name": "Talk with pupils", "month": "2026-10"} | counts],
        "indicators": {"pupils_once": 7, "with_influencer": 0, "without_influencer": 0},
        "called_off": [],
        "not_held": dict.fromkeys(
            ("stopped", "cancelled_by_school", "cancelled_by_centre", "turned_away", "kilometres_called_off"), 0
        ),
    }


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(run, session):
    a_held_visit(programme=make_programme(slug="evil", name_en='=HYPERLINK("http://example.org")'))
    written = run(*ATTENDANCE, "--by", "programme", "--format", "csv").stdout.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(written), delimiter=";")
    assert row["Programme"] == '\'=HYPERLINK("http://example.org")'


@pytest.mark.parametrize(("arguments", "words"), [
    (("--from", "2026-02-30", "--to", "2026-12-31"), "--from: 2026-02-30 is not a day"),
    (("--from", "2026-01-01", "--to", "2025-12-31"), "--to: 2025-12-31 lies before --from"),
    ((*YEAR, "--centre", "nobody"), "--centre: there is no centre nobody"),
    ((*YEAR, "--campaign", "nothing"), "--campaign: there is no campaign nothing"),
    ((*YEAR, "--programme", "nothing"), "--programme: there is no programme nothing"),
    ((*YEAR, "--out", "/no/such/folder/file"), "--out: /no/such/folder/file"),
])  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(run, session, arguments, words):
    result = run("reports", "attendance", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_out_writes_a_file_and_nothing_else_and_a_profile_is_text_or_a_paper(run, session, tmp_path):
    file = tmp_path / "report.pdf"

    result = run(*ATTENDANCE, "--format", "pdf", "--lang", "sr_Cyrl", "--out", str(file))

    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_bytes().startswith(b"%PDF-")

    a_held_visit()

    text = run("reports", "profile", *YEAR, "--lang", "sr_Latn")
    paper = run("reports", "profile", *YEAR, "--format", "pdf", "--out", tmp_path / "profile.pdf")

    assert text.output.splitlines()[:2] == ["Svi centri", "Godišnji profil za 2026."]
    assert "Održana je 1 prezentacija" in text.output
    assert (paper.exit_code, (tmp_path / "profile.pdf").read_bytes()[:5]) == (0, b"%PDF-")


@pytest.mark.parametrize(("given", "problem"), [
    ([], "give either --year, or --from and --to"),
    (["--year", "2023", "--from", "2023-01-01"], "give either --year, or --from and --to"),
    (["--from", "2023-01-01"], "give either --year, or --from and --to"),
    (["--from", "2023-02-01", "--to", "2023-01-01"], "--to: 2023-01-01 lies before --from"),
    (["--year", "2023", "--centre", "nobody"], "--centre: there is no centre nobody"),
])  # fmt: skip
def test_a_profile_of_no_days_or_of_nobody_is_bad_input(run, session, given, problem):
    result = run("reports", "profile", *given)
    assert (result.exit_code, result.stderr) == (2, f"Error: {problem}\n")
