"""Papers about more than a visit: from locked numbers only, each once, and the database holds it by itself."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import rules, signature
from scheduler.certificates.queries import papers, subjects
from scheduler.certificates.service import awards, issuing
from scheduler.certificates.terms import CertificateKind, CertificateReason, CertificateState, Issued
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.cohorts.terms import CohortSkill
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.policy import SYSTEM, Role
from scheduler.programmes.models import Programme
from scheduler.visits.models.visits import Presentation, Visit
from tests.certificates.stored_papers import refusal, stored, words_on
from tests.factories.awards import AFTERWARDS, a_campaign_of, a_trained_cohort
from tests.factories.certificates import make_certificate
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.counting import FAIR, LEAVING, a_begun_visit, a_counted_visit, a_locked_visit, count_all, sign_all
from tests.factories.people import an_actor, make_centre
from tests.factories.programmes import make_programme
from tests.refusals import conflict
from tests.visits.scene import mails


@pytest.mark.both_databases
def test_a_cohort_gets_one_paper_for_its_level_however_often_it_is_asked(session):
    cohort, parts = a_trained_cohort()
    desk = an_actor(Role.COORDINATOR, centre_id=cohort.centre_id)

    first = awards.issue_for_cohort(desk, cohort.code, now=LEAVING)
    again = awards.issue_for_cohort(desk, cohort.code, now=LEAVING)

    [row] = stored()
    assert again == Issued(0, 1, first.numbers)
    assert (row.kind, row.about, row.holder_name) == (CertificateKind.COHORT, f"cohort {cohort.id} 3", None)
    assert row.holder_key == row.about  # two levels may rest on one visit
    assert row.visit_id in {one.visit.id for one in parts}
    paper = papers.paper_of(row)
    assert (paper.group, paper.level, paper.grade, paper.pupils, paper.teachers) == (cohort.code, 3, 7, 12, 0)
    for word in (cohort.code, "„Вук Караџић“", "3 од 3", "12"):
        assert word in words_on(row.number)
    assert len(mails(session, "certificates_ready")) == 1
    said = signature.lines_of(replace(paper, holder_name="Ана Петровић"))
    assert (said[0], said[4], said[8:]) == ("cohort", "", [f"{cohort.code} 3", "", "3 12 0 0"])  # nobody is named


def test_each_level_has_a_paper_of_its_own(session):
    cohort, _parts = a_trained_cohort(held=2)
    awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING)
    last = a_locked_visit(programme=session.get_one(Programme, cohort.programme_id), host_id=cohort.host_id)
    with transaction() as session:
        session.add(CohortPart(cohort_id=cohort.id, school_request_id=last.request.id, skill=CohortSkill.REPORT))
        session.flush()
        session.execute(sa.update(Cohort).values(level=3))
    awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING)
    assert [row.about for row in stored()] == [f"cohort {cohort.id} 2", f"cohort {cohort.id} 3"]


def test_a_cohort_earns_nothing_before_the_numbers_of_every_part_are_locked(session):
    training = make_training(make_centre().id)
    locked = a_locked_visit(programme=training)
    open_one = a_counted_visit(programme=training, host_id=locked.request.host_id)
    parts = zip(CohortSkill, (locked.request, open_one.request), strict=False)
    cohort = make_cohort(training, locked.request.host_id, *parts, level=2)
    bare = make_cohort(training, locked.request.host_id)
    for code in (cohort.code, bare.code):
        with conflict(CertificateReason.ATTENDANCE_NOT_LOCKED):
            awards.issue_for_cohort(SYSTEM, code, now=LEAVING)
    assert stored() == []


def test_only_who_issues_certificates_of_that_centre_does(session):
    cohort, _parts = a_trained_cohort(held=1)
    for stranger in (an_actor(Role.EDUCATOR), an_actor(Role.SAFEGUARDING), an_actor(Role.INFLUENCER)):
        with pytest.raises(NotAllowed):
            awards.issue_for_cohort(stranger, cohort.code, now=LEAVING)
    for code in (cohort.code, "D-1999-0001"):
        with pytest.raises(NotFound):
            awards.issue_for_cohort(an_actor(centre_id=make_centre().id), code, now=LEAVING)


@pytest.mark.both_databases
def test_reissued_it_has_the_numbers_of_now_and_revoked_it_does_not_come_back(session):
    cohort, _parts = a_trained_cohort()
    [old] = awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING).numbers
    with transaction() as session:
        session.execute(sa.text("UPDATE cohort SET size = 15"))

    new = issuing.reissue_certificate(SYSTEM, stored()[0].id, "", now=LEAVING)

    about = f"cohort {cohort.id} 3"
    assert [(one.state, one.about) for one in stored()] == [
        (CertificateState.REISSUED, about),
        (CertificateState.ISSUED, about),
    ]
    assert papers.certificate_of_number(old).replaced_by_number == new
    assert papers.certificate_of_number(new).paper.pupils == 15
    assert awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING).numbers == (new,)
    issuing.revoke_certificate(SYSTEM, stored()[1].id, "wrong", now=LEAVING)
    with conflict(CertificateReason.CERTIFICATE_REVOKED):
        awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING)


@pytest.mark.both_databases
def test_the_database_takes_no_paper_of_a_cohort_that_is_not_earned(session):
    cohort, parts = a_trained_cohort(held=2)
    other = a_locked_visit()
    fair = {"kind": CertificateKind.COHORT, "holder_key": "host", "holder_name": None, "issued_at": LEAVING}
    level = f"cohort {cohort.id} 2"

    def put(visit=parts[0].visit, **given):
        return refusal(lambda: make_certificate(visit, **(fair | {"about": level, "cohort_id": cohort.id} | given)))

    assert put(about=f"cohort {cohort.id} 3") == "subject_is_earned"
    assert put(about=f"cohort {cohort.id + 1} 2") == "subject_is_earned"
    assert put(other.visit) == "subject_is_earned"
    assert put(cohort_id=None) in {"is_about_what_its_kind_says", "subject_is_earned"}
    assert put(about="") in {"says_what_it_is_about", "subject_is_earned"}
    assert put(holder_name="Ана Петровић") == "no_person_on_other_kinds"
    assert put(kind=CertificateKind.SCHOOL) in {"is_about_what_its_kind_says", "says_what_it_is_about"}
    make_certificate(parts[0].visit, **fair, about=level, cohort_id=cohort.id)
    assert put(parts[1].visit) in {"each_subject_once", "row_is_not_replaced_by_subject"}


def change_row(said: str, **given: object) -> str:
    """The law that refuses this change of every certificate."""
    return refusal(lambda: db.session.execute(sa.text(f"UPDATE certificate SET {said}"), given))


@pytest.mark.both_databases
def test_a_paper_keeps_what_it_is_about_and_one_in_its_place_becomes_that_one_and_nothing_else(session):
    """Whoever writes past the product could call a paper "instead of" one, and afterwards whatever she liked."""
    cohort, parts = a_trained_cohort()
    awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING)
    [old] = stored()
    key, living = old.about, old.id
    for said in ("about = 'cohort 9 9'", "cohort_id = NULL"):
        assert change_row(said) in {"subject_stays", "is_about_what_its_kind_says"}
    fair = {"kind": CertificateKind.COHORT, "holder_name": None, "issued_at": LEAVING, "cohort_id": cohort.id}

    def put(about):
        return make_certificate(parts[0].visit, **fair, about=about, holder_key=f"host instead of {living}")

    for about in (f"{key} instead of {living + 1}", f"{key.upper()} instead of {living}", f"{key} instead of x"):
        assert refusal(lambda about=about: put(about)) == "subject_is_earned"
    put(f"{key} instead of {living}")

    for column, other in (("about", "cohort 9 9"), ("about", "%"), ("about", key), ("holder_key", "another")):
        law = change_row(f"{column} = :other WHERE id > :living", other=other, living=living)
        assert law in {"subject_stays", "certificate_stays", "row_is_not_replaced_by_subject"}, (column, other)


def test_a_class_or_cohort_paper_of_its_visit_is_none_of_the_visits_own_and_is_revoked_with_its_pupils(session):
    cohort, parts = a_trained_cohort(held=1)
    awards.issue_for_cohort(SYSTEM, cohort.code, now=LEAVING)
    assert papers.visits_missing_certificates() == [parts[0].visit.id]
    assert issuing.issue_certificates(SYSTEM, parts[0].visit.id, now=LEAVING).issued == 1
    kinds = [row.kind for row in papers.certificates_of_request(parts[0].school, parts[0].request.id)]
    assert sorted(kinds) == [CertificateKind.COHORT, CertificateKind.SCHOOL]


@pytest.mark.both_databases
def test_each_school_of_a_campaign_that_is_over_gets_one_paper_for_all_its_visits(session):
    programme = make_programme()
    twice = [a_locked_visit(programme=programme)]
    twice.append(a_locked_visit(programme=programme, host_id=twice[0].request.host_id))
    once, waiting = a_locked_visit(programme=programme), a_counted_visit(programme=programme)
    campaign = a_campaign_of(programme, [*twice, once, waiting])
    a_locked_visit(programme=programme)  # of no campaign
    coordinator = an_actor(centre_id=programme.centre_id)
    before = subjects.campaign_papers(coordinator, campaign.slug, AFTERWARDS.date())

    first = awards.issue_for_campaign(SYSTEM, campaign.slug, now=AFTERWARDS)
    again = awards.issue_for_campaign(SYSTEM, campaign.slug, now=AFTERWARDS)

    rows = stored()
    assert (first.issued, again) == (2, Issued(0, 2, first.numbers))
    assert {row.about for row in rows} == {f"campaign {campaign.id} {one.request.host_id}" for one in (twice[0], once)}
    by_host = {row.about.rpartition(" ")[2]: papers.paper_of(row) for row in rows}
    both = by_host[str(twice[0].request.host_id)]
    assert (both.pupils, both.presentations, both.programme_title) == (176, 2, "Покажи поштовање")
    assert by_host[str(once.request.host_id)].pupils == 88
    assert (before.papers, before.due, before.waiting) == ((), 2, 1)
    found = subjects.campaign_papers(coordinator, campaign.slug, AFTERWARDS.date())
    assert (len(found.papers), found.due, found.waiting, found.over) == (2, 0, 1, True)
    assert "за учешће у кампањи „Покажи поштовање“" in words_on(first.numbers[0])


@pytest.mark.both_databases
def test_a_school_waits_until_all_its_visits_of_a_campaign_are_locked_and_is_counted_once(session):
    programme = make_programme()
    waits, due = a_locked_visit(programme=programme), a_locked_visit(programme=programme)
    more = [a_counted_visit(programme=programme, host_id=waits.request.host_id) for _ in range(2)]
    campaign = a_campaign_of(programme, [waits, *more, due])
    found = subjects.campaign_papers(an_actor(centre_id=programme.centre_id), campaign.slug, AFTERWARDS.date())
    assert (found.papers, found.due, found.waiting) == ((), 1, 1)
    assert [one.about for one in subjects.campaign_facts(campaign)] == [f"campaign {campaign.id} {due.request.host_id}"]


def test_a_campaign_that_runs_gives_none_and_only_its_centre_issues_them(session):
    programme = make_programme()
    campaign = a_campaign_of(programme, [a_locked_visit(programme=programme)])
    with conflict(CertificateReason.CAMPAIGN_RUNS):
        awards.issue_for_campaign(SYSTEM, campaign.slug, now=LEAVING)
    for slug in (campaign.slug, "none"):
        with pytest.raises(NotFound):
            awards.issue_for_campaign(an_actor(centre_id=make_centre().id), slug, now=AFTERWARDS)
    with pytest.raises(NotAllowed):
        awards.issue_for_campaign(an_actor(Role.EDUCATOR), campaign.slug, now=AFTERWARDS)
    assert stored() == []


@pytest.mark.both_databases
def test_a_campaigns_paper_is_reissued_with_the_numbers_of_now_and_revoked_it_stays_so(session):
    programme = make_programme()
    begun = a_locked_visit(programme=programme)
    campaign = a_campaign_of(programme, [begun])
    awards.issue_for_campaign(SYSTEM, campaign.slug, now=AFTERWARDS)
    correct_counts(begun.coordinator, begun.first, HeadCounts(pupils=90), "miscounted", now=AFTERWARDS)
    new = issuing.reissue_certificate(SYSTEM, stored()[0].id, "", now=AFTERWARDS)
    assert papers.certificate_of_number(new).paper.pupils == 90
    issuing.revoke_certificate(SYSTEM, stored()[1].id, "wrong", now=AFTERWARDS)
    assert awards.issue_for_campaign(SYSTEM, campaign.slug, now=AFTERWARDS) == Issued(0, 0, ())


@pytest.mark.both_databases
def test_the_database_takes_no_paper_of_a_campaign_that_is_not_earned(session):
    programme = make_programme()
    locked, half = a_locked_visit(programme=programme), a_locked_visit(programme=programme)
    waiting = a_counted_visit(programme=programme, host_id=half.request.host_id)
    campaign = a_campaign_of(programme, [locked, half, waiting])
    fair = {"kind": CertificateKind.CAMPAIGN, "holder_key": "host", "holder_name": None, "campaign_id": campaign.id}

    def put(begun, **given):
        about = f"campaign {campaign.id} {begun.request.host_id}"
        return make_certificate(begun.visit, **(fair | {"about": about, "issued_at": AFTERWARDS} | given))

    other_about = f"campaign {campaign.id} {half.request.host_id}"
    strange = a_locked_visit(programme=programme)
    for begun, given in ((locked, {"issued_at": LEAVING}), (locked, {"about": other_about}), (half, {}), (strange, {})):
        assert refusal(lambda begun=begun, given=given: put(begun, **given)) == "subject_is_earned"
    put(locked)
    once = {"each_subject_once", "row_is_not_replaced_by_subject", "each_certificate_once"}
    assert refusal(lambda: put(locked)) in once


def a_visit_of(*of_each, counts=FAIR):
    """A visit whose presentations were as told before they were counted and locked."""
    begun = a_begun_visit(talks=len(of_each))
    with transaction() as session:
        for one, told in zip(begun.presentations, of_each, strict=True):
            session.execute(sa.update(Presentation).where(Presentation.id == one.id).values(**told))
    return sign_all(count_all(begun, counts), counts)


@pytest.mark.both_databases
def test_each_class_of_a_visit_gets_one_paper_with_its_marks_and_how_many_they_were(session):
    begun = a_visit_of({"classes": "VII-1, VII-2"}, {"classes": "5/3 Ana Petrović"})
    number = session.scalar(sa.select(Visit.number).where(Visit.id == begun.visit.id))

    first = awards.issue_for_groups(begun.coordinator, number, now=LEAVING)
    again = awards.issue_for_groups(begun.coordinator, number, now=LEAVING)

    rows = stored()
    assert (first.issued, again) == (2, Issued(0, 2, first.numbers))
    assert [row.about for row in rows] == [f"presentation {one.id}" for one in begun.presentations]
    printed = [papers.paper_of(row) for row in rows]
    assert [(one.group, one.pupils) for one in printed] == [("VII-1, VII-2", 88), ("", 88)]
    assert "VII-1, VII-2" in words_on(rows[0].number)
    assert "Ana" not in words_on(rows[1].number) + rows[1].printed
    assert issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).issued == 1
    new = issuing.reissue_certificate(SYSTEM, rows[0].id, "", now=LEAVING)
    assert papers.certificate_of_number(new).paper.group == "VII-1, VII-2"
    issuing.revoke_certificate(SYSTEM, rows[1].id, "wrong", now=LEAVING)
    assert awards.issue_for_groups(begun.coordinator, number, now=LEAVING) == Issued(0, 1, (new,))


def test_a_class_earns_nothing_before_its_visit_is_locked_nor_where_parents_sat(session):
    counted, evening = a_counted_visit(), a_locked_visit(counts=HeadCounts(parents=40))
    numbers = {row.id: row.number for row in session.scalars(sa.select(Visit))}
    for visit, who in ((counted, counted.coordinator), (evening, an_actor(centre_id=make_centre().id))):
        with pytest.raises((Conflict, NotFound)):
            awards.issue_for_groups(who, numbers[visit.visit.id], now=LEAVING)
    assert awards.issue_for_groups(SYSTEM, numbers[evening.visit.id], now=LEAVING) == Issued(0, 0, ())
    with pytest.raises(NotAllowed):
        awards.issue_for_groups(an_actor(Role.EDUCATOR), numbers[evening.visit.id], now=LEAVING)
    assert stored() == []


@pytest.mark.both_databases
def test_the_database_takes_no_paper_of_a_group_that_is_not_of_that_visit(session):
    begun, other = a_locked_visit(), a_locked_visit()
    evening = a_visit_of(
        {"audience": "parents", "expected_pupils": 0, "expected_parents": 40}, counts=HeadCounts(parents=40)
    )
    fair = {"kind": CertificateKind.GROUP, "holder_key": "host", "holder_name": None, "issued_at": LEAVING}

    for visit, presentation, about in (
        (begun.visit, other.first, other.first),
        (begun.visit, begun.first, other.first),
        (evening.visit, evening.first, evening.first),
    ):
        wrong = fair | {"presentation_id": presentation, "about": f"presentation {about}"}
        assert refusal(lambda visit=visit, wrong=wrong: make_certificate(visit, **wrong)) == "subject_is_earned"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("VII-1, VII-2", "VII-1, VII-2"), ("5/3;5/4", "5/3, 5/4"), ("8a", "8a"), ("III 2", "III 2"), ("VIIа", "VIIа"),
        ("", ""), ("VII-1 Ana", ""), ("Ana Petrović", ""), ("VII-1, Ana", ""), ("Iva", ""), ("1,2,3,4,5,6,7", ""),
    ],
)  # fmt: skip
def test_only_marks_of_classes_are_printed_never_what_else_was_typed(typed, printed):
    assert rules.class_marks(typed) == printed


def test_a_group_whose_pupils_were_corrected_away_has_its_paper_revoked_not_issued_again(session):
    begun = a_locked_visit()
    awards.issue_for_groups(SYSTEM, begun.visit.number, now=LEAVING)
    [row] = stored()
    correct_counts(SYSTEM, row.presentation_id, HeadCounts(0, 0, 3), "teachers alone came", now=LEAVING)
    with conflict(CertificateReason.NO_PUPILS_LEFT):
        issuing.reissue_certificate(SYSTEM, row.id, "", now=LEAVING)
    issuing.revoke_certificate(SYSTEM, row.id, "nobody came", now=LEAVING)
    assert [one.state for one in stored()] == [CertificateState.REVOKED]
