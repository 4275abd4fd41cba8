"""A presenter's certificate goes with her data, loses her name with her, and an adult's loses it after its time."""

import datetime as dt
import io
import json
import zipfile

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from scheduler.certificates.models import Certificate
from scheduler.certificates.queries import presenters
from scheduler.certificates.service.awards import issue_for_presenter
from scheduler.certificates.service.issuing import certificate_pdf
from scheduler.core.db import Base, db
from scheduler.people.models import User
from scheduler.policy import SYSTEM
from scheduler.privacy.service.erasure import erase_subject
from scheduler.privacy.service.retention import run_retention
from scheduler.privacy.service.subject_export import export_subject
from tests.factories.awards import a_locked_visit_with
from tests.factories.counting import LEAVING
from tests.factories.people import an_actor, make_centre
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

LATER = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def papers(session):
    """A minor's and an adult's, of one centre."""
    centre = make_centre()
    tara = a_cleared_minor(centre_id=centre.id, given_name="Тара", family_name="Јовићева")
    ana = a_cleared_educator(centre_id=centre.id, given_name="Зорана", family_name="Марић")
    for one in (tara, ana):
        a_locked_visit_with(one)
        issue_for_presenter(SYSTEM, one.id, 2026, now=LEAVING)
    return tara, ana


def stored(person):
    db.session.rollback()
    return db.session.scalars(select(Certificate).where(Certificate.presenter_id == person.id)).one()


def email_of(person):
    return db.session.get_one(User, person.user_id).email


def dump():
    db.session.rollback()
    rows = (row for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))
    return "\n".join(str(value) for row in rows for value in row)


def test_her_export_holds_hers_and_nobody_elses(papers):
    for one in papers:
        stream = io.BytesIO()
        export_subject(SYSTEM, email_of(one), stream, centre_id=None, now=LATER)
        told = json.loads(zipfile.ZipFile(stream).read("data.json"))["certificate"]
        assert [row["number"] for row in told] == [stored(one).number]


def test_an_erased_presenter_stands_on_none_and_her_paper_is_known_as_nobodys(papers):
    for one in papers:
        desk = an_actor(centre_id=one.centre_id)
        erase_subject(SYSTEM, email_of(one), centre_id=None, now=LATER)

        row = stored(one)
        assert (row.holder_name, row.holder_key) == (None, f"erased:{row.id}")
        words = PdfReader(io.BytesIO(certificate_pdf(desk, row.number))).pages[0].extract_text()
        assert [name for name in ("Тара", "Јовић", "Зорана", "____") if name in words] == []
    assert [name for name in ("Тара", "Јовић", "Зорана") if name in dump()] == []
    assert presenters.violations() == []


def test_an_adults_name_is_gone_after_ninety_days_and_a_minors_code_after_five_years(papers):
    tara, ana = papers
    assert stored(ana).holder_name == "Зорана Марић"

    run_retention(now=LEAVING + dt.timedelta(days=90))

    assert stored(ana).holder_name is None
    assert not stored(ana).holder_key.startswith("erased:")
    assert stored(tara).holder_key == stored(tara).about
