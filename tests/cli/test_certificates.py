"""`certificates issue` and `certificates verify`."""

import io
import json
import zipfile
from functools import partial

import pytest
from pypdf import PdfReader

from scheduler.certificates import rules
from scheduler.certificates.queries import papers as queries
from scheduler.certificates.service import issuing
from scheduler.policy import SYSTEM
from tests import papers
from tests.factories.awards import AFTERWARDS, a_campaign_of, a_locked_visit_with, a_trained_cohort
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_centre
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_minor


@pytest.fixture
def run(run, session, the_clock):
    the_clock.stands_at(LEAVING)
    return partial(run, "certificates")


def test_issue_writes_one_merged_pdf_and_a_second_call_the_same_ones(run, tmp_path):
    begun = a_locked_visit(names=("Ана Петровић",))
    a_locked_visit()
    a_counted_visit()
    out = tmp_path / "all.pdf"

    first, second = run("issue", "--out", out, "--json"), run("issue", "--out", out, "--json")

    told, again = json.loads(first.stdout), json.loads(second.stdout)
    assert (first.exit_code, told["issued"], told["already"], len(told["numbers"])) == (0, 3, 0, 3)
    assert (again["issued"], again["already"], again["numbers"]) == (0, 3, told["numbers"])
    assert papers.pages_of(out) == 3
    assert "Ана Петровић" in papers.words_of(out)
    assert json.loads(run("issue", "--visit", begun.visit.id, "--out", out, "--json").stdout)["already"] == 2


def test_issue_writes_a_zip_of_own_files(run, tmp_path):
    a_locked_visit(names=("Ана Петровић",))
    out = tmp_path / "all.zip"

    told = json.loads(run("issue", "--out", out, "--json").stdout)

    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        assert archive.namelist() == [f"{number}.pdf" for number in told["numbers"]]
        assert {archive.read(name)[:4] for name in archive.namelist()} == {b"%PDF"}
    assert [file.name for file in tmp_path.iterdir()] == ["all.zip"]


def test_issue_for_a_campaign_takes_its_visits_only_and_a_folder_that_is_not_there_is_bad_input(run, tmp_path):
    a_locked_visit()
    result = run("issue", "--out", tmp_path / "no" / "x.pdf")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    campaign = make_campaign()
    told = json.loads(run("issue", "--campaign", campaign.slug, "--out", tmp_path / "x.zip", "--json").stdout)
    assert told == {"issued": 0, "already": 0, "numbers": []}


@pytest.mark.parametrize(("arguments", "words"), [
    (["--out", "x.txt"], "--out"), (["--campaign", "none", "--out", "x.pdf"], "--campaign"),
    (["--visit", "999999", "--out", "x.pdf"], "--visit"), (["--cohort", "D-1999-0001", "--out", "x.pdf"], "--cohort"),
    (["--visit", "9" * 5000, "--out", "x.pdf"], "--visit"), ([], "--out"),
])  # fmt: skip
def test_bad_input_ends_with_two_and_says_where(run, arguments, words):
    result = run("issue", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_issue_for_a_cohort_writes_its_paper_and_one_that_has_earned_none_is_named(run, tmp_path):
    trained, _parts = a_trained_cohort()
    bare, _parts = a_trained_cohort(held=0)
    out = tmp_path / "cohort.pdf"

    told = json.loads(run("issue", "--cohort", trained.code, "--out", out, "--json").stdout)
    refused = run("issue", "--cohort", bare.code, "--out", out)

    assert (told["issued"], len(told["numbers"])) == (1, 1)
    assert trained.code in papers.words_of(out)
    assert (refused.exit_code, "attendance_not_locked" in refused.stderr) == (2, True)


def test_the_papers_of_a_campaign_and_of_classes_wait_until_it_is_over_and_counted(run, tmp_path, the_clock):
    programme, out = make_programme(), tmp_path / "schools.zip"
    campaign = a_campaign_of(programme, [a_locked_visit(programme=programme)])

    the_clock.stands_at(LEAVING)
    early = run("issue", "--schools-of", campaign.slug, "--out", out)
    the_clock.stands_at(AFTERWARDS)
    told = json.loads(run("issue", "--schools-of", campaign.slug, "--out", out, "--json").stdout)
    again = json.loads(run("issue", "--schools-of", campaign.slug, "--out", out, "--json").stdout)
    unknown = run("issue", "--schools-of", "none", "--out", out)

    assert (early.exit_code, "campaign_runs" in early.stderr) == (2, True)
    assert (told["issued"], again["issued"], again["numbers"]) == (1, 0, told["numbers"])
    assert zipfile.ZipFile(out).namelist() == [f"{number}.pdf" for number in told["numbers"]]
    assert (unknown.exit_code, "there is no none" in unknown.stderr) == (2, True)

    begun, out = a_locked_visit(talks=2), tmp_path / "classes.pdf"

    told = json.loads(run("issue", "--classes-of", begun.visit.number, "--out", out, "--json").stdout)
    uncounted = run("issue", "--classes-of", a_counted_visit().visit.number, "--out", out)

    assert (told["issued"], len(PdfReader(out).pages)) == (2, 2)
    assert (uncounted.exit_code, "attendance_not_locked" in uncounted.stderr) == (2, True)


def test_verify_tells_every_field_and_the_state(run):
    begun = a_locked_visit(names=("Ана",))
    school, teacher = issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers
    row = queries.certificate_to_change(begun.coordinator, teacher)
    new = issuing.reissue_certificate(begun.coordinator, row.id, "Ана Петровић", now=LEAVING)
    row = queries.certificate_to_change(begun.coordinator, school)
    issuing.revoke_certificate(begun.coordinator, row.id, "wrong", now=LEAVING)

    valid = run("verify", rules.in_fours(new).lower(), "--json")
    told = json.loads(valid.stdout)

    assert valid.exit_code == 0
    assert (told["number"], told["state"], told["holder_name"], told["pupils"]) == (new, "valid", "Ана Петровић", 88)
    for number, state in [(teacher, "replaced"), (school, "revoked"), ("0" * 16, "unknown"), ("9" * 5000, "unknown")]:
        result = run("verify", number, "--json")
        assert (json.loads(result.stdout)["state"], result.exit_code) == (state, 1)


def test_issue_for_a_presenter_writes_a_paper_that_names_no_minor(run, tmp_path):
    tara, out = a_cleared_minor(centre_id=make_centre().id, given_name="Тара"), tmp_path / "hours.pdf"
    a_locked_visit_with(tara)

    told = json.loads(run("issue", "--presenter", f"{tara.id}:2026", "--out", out, "--json").stdout)
    again = json.loads(run("issue", "--presenter", f"{tara.id}:2026", "--out", out, "--json").stdout)

    assert (told["issued"], again["issued"], again["numbers"]) == (1, 0, told["numbers"])
    assert "2026/27" in papers.words_of(out)
    assert "Тара" not in papers.words_of(out)
    for typed in (f"{tara.id}:2025", f"{tara.id}:0000", f"{tara.id}:9999", f"{tara.id}", "x:2026", "999999:2026"):
        refused = run("issue", "--presenter", typed, "--out", out)
        assert (refused.exit_code, "--presenter" in refused.stderr) == (2, True)
