"""On which visit a presenter's certificate rests: one of her centre, and never one that a namesake's has."""

import io

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from scheduler.certificates.models import Certificate
from scheduler.certificates.queries import lists, papers
from scheduler.certificates.service import awards, issuing
from scheduler.certificates.terms import CertificateFilters, CertificateReason, CertificateState
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotFound
from scheduler.policy import SYSTEM
from tests.factories.awards import a_locked_visit_with
from tests.factories.counting import LEAVING
from tests.factories.people import an_actor, make_centre
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator

YEAR = 2026  # VISIT_DAY is in October


def stored():
    db.session.rollback()
    return db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()


def drawn(number, actor):
    return PdfReader(io.BytesIO(issuing.certificate_pdf(actor, number))).pages[0].extract_text()


@pytest.mark.both_databases
def test_two_of_one_name_who_were_last_at_one_visit_rest_on_different_ones(ana):
    namesake = a_cleared_educator(centre_id=ana.centre_id, given_name="Ana", family_name="Marić")
    programme = make_programme(centre_id=ana.centre_id, influencers=2)
    shared = a_locked_visit_with(ana, programme=programme, besides=[namesake])
    [first] = awards.issue_for_presenter(SYSTEM, ana.id, YEAR, now=LEAVING).numbers

    with pytest.raises(Conflict) as refused:
        awards.issue_for_presenter(SYSTEM, namesake.id, YEAR, now=LEAVING)
    assert refused.value.reason is CertificateReason.SAME_NAME_THERE
    own = a_locked_visit_with(namesake, programme=programme, from_hour=6)
    later = a_locked_visit_with(ana, programme=programme, besides=[namesake], from_hour=12)
    awards.issue_for_presenter(SYSTEM, ana.id, YEAR, now=LEAVING)
    assert awards.issue_for_presenter(SYSTEM, namesake.id, YEAR, now=LEAVING).issued == 1
    held = [(row.presenter_id, row.visit_id) for row in stored() if row.state is CertificateState.ISSUED]
    assert held == [(ana.id, shared.visit.id), (namesake.id, later.visit.id)]
    assert own.visit.id not in dict(held).values()
    assert papers.certificate_of_number(first).state is CertificateState.REISSUED


def test_it_rests_on_no_other_centres_visit_whose_staff_would_draw_her_name(tara):
    elsewhere = make_centre()
    home = a_locked_visit_with(tara)
    a_locked_visit_with(tara, programme=make_programme(centre_id=elsewhere.id, influencers=1), from_hour=12)
    stranger = an_actor(centre_id=elsewhere.id)

    [number] = awards.issue_for_presenter(an_actor(centre_id=tara.centre_id), tara.id, YEAR, now=LEAVING).numbers

    [row] = stored()
    assert (row.visit_id, papers.paper_of(row).presentations) == (home.visit.id, 2)
    assert "Тара" in drawn(number, an_actor(centre_id=tara.centre_id))
    with pytest.raises(NotFound):
        issuing.certificate_pdf(stranger, number)
    assert lists.certificates_of_centre(stranger, 1, CertificateFilters()).rows == []
