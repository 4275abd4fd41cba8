"""A presenter's certificate: hours of a school year from locked numbers; nothing that is stored names a minor."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.certificates import signature
from scheduler.certificates.queries import letters as letter_queries
from scheduler.certificates.queries import lists, papers, presenters
from scheduler.certificates.rules import names_match
from scheduler.certificates.service import awards, issuing
from scheduler.certificates.service.letters import write_letters
from scheduler.certificates.terms import (
    CertificateFilters,
    CertificateKind,
    CertificateReason,
    CertificateState,
    Issued,
)
from scheduler.config import name_secrets
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.names import spellings
from scheduler.core.text import to_latin
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Role
from scheduler.staffing.service.birth_dates import confirm_birth_date, propose_birth_date
from tests.certificates.stored_papers import refusal, stored, words_in, words_on
from tests.factories.awards import a_locked_visit_with
from tests.factories.certificates import make_certificate
from tests.factories.counting import LEAVING, a_counted_visit
from tests.factories.people import an_actor, an_officer_of, make_centre, make_presenter, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_vetting
from tests.refusals import conflict

YEAR = 2026  # VISIT_DAY is in October
LATER = dt.datetime(2027, 9, 14, 8, 0, tzinfo=dt.UTC)  # the school year is over


def all_rows():
    """Every row of the database as text."""
    db.session.rollback()
    tables = sa.inspect(db.engine).get_table_names()
    return {f"{one} {row}" for one in tables for row in db.session.execute(sa.text(f'SELECT * FROM "{one}"'))}


@pytest.fixture
def paper_of_tara(tara):
    """She has presented once, and has her paper of that year."""
    a_locked_visit_with(tara)
    [number] = awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING).numbers
    return number


@pytest.mark.both_databases
def test_it_states_presentations_and_hours_of_one_school_year_and_neither_place_nor_day(tara):
    visits = [a_locked_visit_with(tara, talks=2), a_locked_visit_with(tara, from_hour=12)]
    desk = an_actor(Role.COORDINATOR, centre_id=tara.centre_id)

    issued = awards.issue_for_presenter(desk, tara.id, YEAR, now=LEAVING)

    [row] = stored()
    assert issued == Issued(1, 0, (row.number,))
    assert (row.kind, row.presenter_id) == (CertificateKind.PRESENTER, tara.id)
    assert row.about == f"presenter {tara.id} {YEAR}"
    assert row.visit_id == visits[1].visit.id
    paper = papers.paper_of(row)
    assert (paper.presentations, paper.minutes) == (3, 135)
    assert (paper.host_name, paper.host_place, paper.programme_title, paper.since) == ("", "", "", None)
    assert (paper.pupils, paper.teachers) == (0, 0)
    for word in ("2026/27", "3", "2 h 15 мин"):
        assert word in words_on(row.number)
    over = awards.issue_for_presenter(desk, tara.id, YEAR, now=LATER)
    assert over == Issued(0, 1, issued.numbers)


def test_the_last_day_on_it_is_that_of_the_year_or_of_its_issue_and_none_of_a_visit(tara):
    visit = a_locked_visit_with(tara).visit
    tomorrow = LEAVING + dt.timedelta(days=1)
    [early] = awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=tomorrow).numbers
    assert papers.certificate_of_number(early).paper.on_day == tomorrow.date()
    issuing.reissue_certificate(SYSTEM, stored()[0].id, "", now=LATER)
    paper = papers.paper_of(stored()[1])
    assert paper.on_day == dt.date(2027, 8, 31)
    assert visit.on_day.isoformat() not in stored()[1].printed
    assert visit.on_day.isoformat() not in "\n".join(signature.lines_of(paper))


@pytest.mark.both_databases
def test_asked_again_it_is_the_same_until_the_numbers_change_and_then_the_old_one_is_replaced(tara, paper_of_tara):
    assert awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING) == Issued(0, 1, (paper_of_tara,))
    a_locked_visit_with(tara, from_hour=11)
    again = awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING)
    assert again.issued == 1
    assert [row.state for row in stored()] == [CertificateState.REISSUED, CertificateState.ISSUED]
    assert {row.about for row in stored()} == {f"presenter {tara.id} {YEAR}"}
    assert papers.certificate_of_number(paper_of_tara).replaced_by_number == again.numbers[0]
    assert papers.certificate_of_number(again.numbers[0]).paper.presentations == 2


def test_what_is_not_locked_gives_no_paper_and_what_was_revoked_does_not_come_back(tara, paper_of_tara):
    waiting = a_counted_visit()
    for year in (YEAR, YEAR - 1):
        with conflict(CertificateReason.ATTENDANCE_NOT_LOCKED):
            awards.issue_for_presenter(SYSTEM, waiting.educator.id, year, now=LEAVING)
    with pytest.raises(NotFound):
        awards.issue_for_presenter(SYSTEM, 999999, YEAR, now=LEAVING)
    [row] = stored()
    assert row.number == paper_of_tara
    issuing.revoke_certificate(SYSTEM, row.id, "wrong", now=LEAVING)

    with conflict(CertificateReason.CERTIFICATE_REVOKED):
        awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING)


@pytest.mark.both_databases
def test_nothing_that_is_stored_names_a_minor_and_neither_does_what_is_signed(tara):
    a_locked_visit_with(tara)
    desk = an_actor(centre_id=tara.centre_id)
    before = all_rows()
    assert "Јовићев" in "".join(before)  # her account's: or it looks at nothing

    awards.issue_for_presenter(desk, tara.id, YEAR, now=LEAVING)
    said = db.session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "certificate issued"))
    assert [json.loads(one) for one in said] == [{"kind": "presenter"}]
    issuing.reissue_certificate(desk, stored()[0].id, "Тара Јовићева", now=LEAVING)  # a name that somebody sends
    row = stored()[1]
    words_on(row.number, presenter_actor(tara))

    kept = "".join(all_rows() - before)
    assert row.number in kept
    for name in (*spellings("Тара"), *spellings("Јовићева"), to_latin("Јовићева"), "Tara"):
        assert name not in kept
    assert (row.holder_name, row.holder_key) == (None, row.about)
    paper = papers.paper_of(row)
    assert "Тара" not in "\n".join(signature.lines_of(paper))
    assert signature.lines_of(paper)[4] == ""


def test_her_first_name_is_drawn_for_a_person_alone_and_for_nobody_once_her_guardian_withdraws(tara, paper_of_tara):
    number, desk = paper_of_tara, an_actor(centre_id=tara.centre_id)
    for reader in (presenter_actor(tara), desk):
        words = words_on(number, reader)
        assert ("Тара" in words, "Јовићев" in words) == (True, False)
    [(_number, alone)] = issuing.draw_alone(desk, [number])
    of_commands = words_on(number), words_in(issuing.draw_merged(desk, [number])), words_in(alone)
    assert [words for words in of_commands if "Тара" in words] == []
    make_consent(tara.id, recorded_at=LEAVING, withdrawn_at=LEAVING + dt.timedelta(days=1))
    assert "Тара" not in words_on(number, presenter_actor(tara))


@pytest.mark.both_databases
def test_an_adult_is_named_as_the_other_kinds_name_adults(ana):
    a_locked_visit_with(ana)
    [number] = awards.issue_for_presenter(SYSTEM, ana.id, YEAR, now=LEAVING).numbers

    [row] = stored()
    assert row.holder_name == "Ана Марић"
    assert row.holder_key == issuing.key_of(CertificateKind.PRESENTER, "Ана Марић")
    assert "Ана Марић" not in row.printed
    assert signature.lines_of(papers.papers_to_draw(SYSTEM, [number])[0][0])[4] == "Ана Марић"
    with transaction() as session:
        session.execute(sa.text("UPDATE certificate SET holder_name = NULL"))  # 90 days later
    assert "Ана Марић" in words_on(number, presenter_actor(ana))
    with transaction() as session:
        session.execute(sa.text("UPDATE user_account SET family_name = 'Нова'"))
    assert "Ана" not in words_on(number, presenter_actor(ana))


@pytest.mark.both_databases
def test_the_database_takes_no_name_of_a_minor_and_no_hours_that_are_not_locked(tara, ana):
    begun, other = a_locked_visit_with(tara, talks=2), a_locked_visit_with(ana)
    awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING)
    [good] = stored()
    fair = {
        "kind": CertificateKind.PRESENTER, "presenter_id": tara.id, "about": good.about, "holder_key": good.about,
        "holder_name": None, "issued_at": LEAVING, "printed": good.printed,
    }  # fmt: skip
    issuing.revoke_certificate(SYSTEM, good.id, "to make room", now=LEAVING)

    def put(visit=begun.visit, **given):
        return refusal(lambda: make_certificate(visit, **(fair | given)))

    def printed(**more):
        return {"printed": json.dumps(json.loads(good.printed) | more, ensure_ascii=False, sort_keys=True)}

    for named in ({"holder_name": "Тара Јовићева"}, {"holder_key": "a hash"}, printed(holder_name="Тара")):
        assert put(**named) == "no_minor_is_named", named
    for untrue in (
        *(printed(host_place="Каћ"), printed(minutes=91), printed(presentations=3)),
        *({"about": f"presenter {tara.id} {YEAR + 1}"}, {"visit": other.visit}, {"presenter_id": ana.id}),
    ):
        assert put(**untrue) == "hours_are_earned", untrue
    assert put(presenter_id=None) in {"is_about_what_its_kind_says", "hours_are_earned"}
    assert put(kind=CertificateKind.SCHOOL) in {"is_about_what_its_kind_says", "says_what_it_is_about"}
    make_certificate(begun.visit, **fair)
    other_key = put(holder_key="erased:0")  # or another law might answer first
    assert other_key in {"each_subject_once", "row_is_not_replaced_by_subject", "row_is_not_replaced"}


@pytest.mark.both_databases
def test_a_paper_that_is_out_keeps_whose_it_is_and_takes_no_name_later(tara, ana, paper_of_tara):
    def change(said, **given):
        return refusal(lambda: db.session.execute(sa.text(f"UPDATE certificate SET {said}"), given))

    assert change("presenter_id = :other", other=ana.id) == "presenter_stays"
    assert change("holder_name = 'Тара'") in {"certificate_stays", "no_minor_is_named"}
    assert change("holder_key = 'hash'") in {"certificate_stays", "no_minor_is_named"}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(sa.text("DELETE FROM presenter WHERE id = :id"), {"id": tara.id})


@pytest.mark.both_databases
def test_who_turns_out_to_be_a_minor_is_named_no_longer_and_can_still_be_revoked(session):
    grown = make_presenter(PresenterKind.INFLUENCER, given_name="Вук", family_name="Симић")
    make_vetting(grown.id)
    a_locked_visit_with(grown)
    awards.issue_for_presenter(SYSTEM, grown.id, YEAR, now=LEAVING)
    assert stored()[0].holder_name is not None
    one, two = an_officer_of(grown), an_officer_of(grown)
    said = propose_birth_date(one, grown.id, dt.date(2010, 5, 17), now=LEAVING)
    confirm_birth_date(two, grown.id, said, now=LEAVING)

    [row] = stored()
    assert row.holder_name is None
    assert presenters.violations() == []
    checked = papers.certificate_of_number(row.number)
    assert not checked.compares  # nobody finds out by typing whose it is
    assert not names_match(checked.holder_key, "Вук Симић", secrets=name_secrets())
    drawn = words_on(row.number, an_actor(centre_id=grown.centre_id))
    assert ("Вук" in drawn, "Симић" in drawn) == (True, False)
    make_consent(grown.id, recorded_at=LEAVING, withdrawn_at=LEAVING)
    assert "Вук" not in words_on(row.number, an_actor(centre_id=grown.centre_id))
    issuing.revoke_certificate(SYSTEM, row.id, "wrong", now=LEAVING)
    assert stored()[0].state is CertificateState.REVOKED


def test_the_school_where_it_was_held_and_another_centre_neither_see_nor_get_nor_hear_of_it(tara):
    begun = a_locked_visit_with(tara, contact_email="school@example.rs")
    [number] = awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING).numbers
    desk = an_actor(centre_id=tara.centre_id)

    with pytest.raises(NotFound):
        issuing.certificate_pdf(begun.school, number)
    assert papers.certificates_of_request(begun.school, begun.request.id) == []
    assert lists.numbers_of(desk, CertificateFilters(), 10) == []
    assert letter_queries.preview(desk, CertificateFilters()).to_write == ()
    assert write_letters(desk, [begun.visit.id], now=LEAVING).mails == 0
    kinds = db.session.scalars(sa.select(OutboxMessage.kind)).all()
    assert "certificates_ready" not in kinds
    assert stored()[0].told_at is None
    assert [row.number for row in lists.certificates_of_centre(desk, 1, CertificateFilters()).rows] == [number]
    by_kind = CertificateFilters(kind=CertificateKind.PRESENTER)
    assert [row.number for row in lists.certificates_of_centre(desk, 1, by_kind).rows] == [number]
    by_school = CertificateFilters(typed="Вук Караџић")
    assert lists.certificates_of_centre(desk, 1, by_school).rows == []


def test_nobody_else_issues_reads_or_takes_it(tara, ana, paper_of_tara):
    others = [presenter_actor(ana), an_actor(centre_id=make_centre().id), presenter_actor(a_cleared_minor())]
    for stranger in others:
        with pytest.raises(NotFound):
            issuing.certificate_pdf(stranger, paper_of_tara)
        with pytest.raises(NotFound):
            presenters.years_of_presenter(stranger, tara.id)
        with pytest.raises((NotAllowed, NotFound)):
            awards.issue_for_presenter(stranger, tara.id, YEAR, now=LEAVING)
    with pytest.raises(NotAllowed):
        awards.issue_for_presenter(presenter_actor(tara), tara.id, YEAR, now=LEAVING)


def test_years_of_a_presenter_say_what_is_locked_and_which_paper_there_is(tara):
    a_locked_visit_with(tara)
    me = presenter_actor(tara)
    assert presenters.years_of_presenter(me, tara.id) == [presenters.PresenterYear(YEAR, 1, 45)]
    awards.issue_for_presenter(SYSTEM, tara.id, YEAR, now=LEAVING)

    [one] = presenters.years_of_presenter(me, tara.id)
    assert (one.state, one.stale, one.number) == (CertificateState.ISSUED, False, stored()[0].number)
    a_locked_visit_with(tara, from_hour=11)
    [one] = presenters.years_of_presenter(me, tara.id)
    assert (one.presentations, one.minutes, one.stale) == (2, 90, True)
    issuing.revoke_certificate(SYSTEM, stored()[0].id, "wrong", now=LEAVING)
    [one] = presenters.years_of_presenter(me, tara.id)
    assert (one.state, one.stale) == (CertificateState.REVOKED, False)


def test_the_check_of_invariants_finds_a_minors_name_and_a_paper_of_another(tara, ana, paper_of_tara):
    assert presenters.violations() == []
    [row] = stored()
    for wrong, violation in (
        ("holder_name = 'Тара Јовићева'", "names a minor"),
        (f"holder_name = NULL, presenter_id = {ana.id}", "is about another presenter than hers"),
    ):
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP TRIGGER IF EXISTS certificate_refuses_update"))
            connection.execute(sa.text(f"UPDATE certificate SET {wrong}"))
        db.session.rollback()
        assert presenters.violations() == [f"certificate {row.id} {violation}"]


@pytest.mark.both_databases
def test_two_of_one_name_who_were_last_at_one_visit_rest_on_different_ones(ana):
    namesake = a_cleared_educator(centre_id=ana.centre_id, given_name="Ana", family_name="Marić")
    programme = make_programme(centre_id=ana.centre_id, influencers=2)
    shared = a_locked_visit_with(ana, programme=programme, besides=[namesake])
    [first] = awards.issue_for_presenter(SYSTEM, ana.id, YEAR, now=LEAVING).numbers

    with conflict(CertificateReason.SAME_NAME_THERE):
        awards.issue_for_presenter(SYSTEM, namesake.id, YEAR, now=LEAVING)
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
    assert "Тара" in words_on(number, an_actor(centre_id=tara.centre_id))
    with pytest.raises(NotFound):
        issuing.certificate_pdf(stranger, number)
    assert lists.certificates_of_centre(stranger, 1, CertificateFilters()).rows == []
