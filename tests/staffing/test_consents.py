"""A guardian consents by her link, or on a paper that two of the staff have seen; nobody else does (TRUST S48)."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler import policy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.policy import Actor, Role
from scheduler.safeguarding import queries
from scheduler.safeguarding.models import ConsentPaper, GuardianConsent
from scheduler.safeguarding.service import name_guardian
from scheduler.safeguarding.terms import CONSENT_TEXT, ConsentDraft, GuardianDraft, NoticeDraft, WithdrawnBy
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.clearance import release_not_cleared, withdraw_all, withdraw_consent
from scheduler.staffing.service.consents import (
    confirm_paper,
    give_consent,
    note_notice,
    open_scan,
    record_paper,
    turn_down_paper,
)
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_actor, an_officer_of, known_staff, make_user, presenter_actor
from tests.factories.safeguarding import TICKED, a_paper_draft, make_consent, make_guardian
from tests.factories.staffing import UNTIL
from tests.refusals import conflict, rejection
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, states, with_a_minor

TODAY = MONDAY.date()
PAPER = a_paper_draft()
LATER = MONDAY + dt.timedelta(hours=1)


def consents(session) -> list[GuardianConsent]:
    session.rollback()
    return list(session.scalars(select(GuardianConsent).order_by(GuardianConsent.id)))


def agreed(minor: Presenter) -> bool:
    return bool(queries.has_consent([minor.id], TODAY))


def told(session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


@pytest.mark.postgres_decides
def test_a_guardian_consents_by_her_link_to_what_she_ticks(session):
    minor = a_minor()
    her = policy.guardian(make_guardian(minor.id).id, minor.id)
    given = give_consent(her, "Весна Илић", TICKED, now=MONDAY)
    assert give_consent(her, "Весна Илић", TICKED, now=MONDAY) == given, "pressed twice is once"
    [row] = consents(session)
    purposes = ("takes_part", "travels", "rides", "photo", "name_on_the_web")
    assert [getattr(row, purpose) for purpose in purposes] == [True, False, False, False, False]
    whose = ("Весна Илић", "vesna@family.example", CONSENT_TEXT)
    assert (row.guardian_name, row.guardian_email, row.text_version) == whose
    assert (agreed(minor), told(session)) == (True, ["consent_given"])
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action) == (f"link:guardian:{her.guardian_id}", "consent recorded")


def test_a_later_consent_of_the_guardian_replaces_the_one_before_and_that_is_no_withdrawal(session):
    minor = a_minor()
    her = policy.guardian(make_guardian(minor.id).id, minor.id)
    give_consent(her, "Vesna Ilić", ConsentDraft(CONSENT_TEXT, takes_part=True, photo=True), now=MONDAY)
    give_consent(her, "Vesna Ilić", TICKED, now=LATER)
    replaced = [(row.photo, row.withdrawn_by) for row in consents(session)]
    assert replaced == [(True, WithdrawnBy.REPLACED), (False, None)]
    assert (agreed(minor), "consent_withdrawn" in told(session)) == (True, False)


@pytest.mark.parametrize(("ticked", "name", "problems"), [
    (ConsentDraft(CONSENT_TEXT, photo=True), "Vesna", {"takes_part": "missing"}),
    (ConsentDraft("2019-09", takes_part=True), "Vesna", {"text_version": "new_text"}),
    (TICKED, "", {"name": "missing"}),
])  # fmt: skip
def test_what_a_guardian_has_not_said_is_not_stored(session, ticked, name, problems):
    minor = a_minor()
    her = policy.guardian(make_guardian(minor.id).id, minor.id)
    with rejection(**problems):
        give_consent(her, name, ticked, now=MONDAY)
    assert consents(session) == []


def test_only_the_guardian_who_speaks_and_has_no_account_consents_by_a_link(session):
    minor, other = a_minor(), a_minor()
    old = make_guardian(minor.id, replaced_at=MONDAY)
    make_guardian(minor.id, email="petar@family.example", in_force_at=MONDAY)
    foreign = make_guardian(other.id)

    for actor, error in (
        (an_officer_of(minor), NotAllowed),
        (an_officer_of(minor, Role.ADMINISTRATOR), NotAllowed),
        (presenter_actor(minor), NotAllowed),
        (policy.guardian(old.id, minor.id), NotFound),
        (policy.guardian(foreign.id, minor.id), NotFound),
    ):
        with pytest.raises(error):
            give_consent(actor, "Vesna Ilić", TICKED, now=MONDAY)
    assert consents(session) == []

    minor = a_minor()
    her = policy.guardian(make_guardian(minor.id).id, minor.id)
    make_user(Role.EDUCATOR, email="vesna@family.example")
    with conflict("address_of_an_account"):
        give_consent(her, "Vesna Ilić", TICKED, now=MONDAY)
    assert consents(session) == []


@pytest.mark.postgres_decides
def test_a_paper_counts_when_two_have_seen_it_and_the_guardian_gets_a_notice(session):
    minor = a_minor()
    make_guardian(minor.id)
    first, second = an_officer_of(minor), an_officer_of(minor, Role.COORDINATOR)
    paper = record_paper(first, minor.id, PAPER, now=MONDAY)
    assert record_paper(first, minor.id, PAPER, now=MONDAY) == paper, "sent twice is once"
    assert (agreed(minor), told(session)) == (False, [])
    with conflict("seen_by_you"):
        confirm_paper(first, paper, now=MONDAY)
    assert not agreed(minor)
    stored = confirm_paper(second, paper, now=LATER)
    assert confirm_paper(second, paper, now=LATER) == stored, "pressed twice is once"
    [row] = consents(session)
    assert (row.first_seen_by_id, row.second_seen_by_id, row.paper_id) == (first.user_id, second.user_id, paper)
    assert (agreed(minor), told(session)) == (True, ["consent_recorded"])
    with conflict("paper_is_over"):
        confirm_paper(an_officer_of(minor), paper, now=LATER)


def test_a_guardian_who_works_here_has_her_paper_seen_by_two_others(session):
    minor = a_minor()
    make_guardian(minor.id, email="parent@centre.example")
    parent = an_officer_of(minor, email="parent@centre.example")
    first, second = an_officer_of(minor), an_officer_of(minor)
    with conflict("seen_by_the_guardian"):
        record_paper(parent, minor.id, PAPER, now=MONDAY)
    paper = record_paper(first, minor.id, PAPER, now=MONDAY)
    with conflict("seen_by_the_guardian"):
        confirm_paper(parent, paper, now=MONDAY)
    assert not agreed(minor)
    confirm_paper(second, paper, now=MONDAY)
    assert agreed(minor)
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.address, mail.link_purpose) == ("consent_recorded", "parent@centre.example", None)


@pytest.mark.parametrize(("given", "problems"), [
    ({"scan": b""}, {"scan": "scan_missing"}),
    ({"scan": b"not a scan"}, {"scan": "scan_of_no_kind"}),
    ({"seen": False}, {"seen": "paper_not_seen"}),
    ({"given_on": TODAY + dt.timedelta(days=1)}, {"given_on": "in_the_future"}),
])  # fmt: skip
def test_a_paper_without_its_scan_is_none(session, given, problems):
    minor = a_minor()
    make_guardian(minor.id)
    with rejection(**problems):
        record_paper(an_officer_of(minor), minor.id, a_paper_draft(**given), now=MONDAY)
    assert session.scalars(select(ConsentPaper)).all() == []


def test_a_paper_needs_a_guardian_is_nobodys_own_and_who_opened_its_scan_is_stored(session):
    minor = a_minor()
    both = Actor(frozenset({Role.COORDINATOR}), minor.user_id, minor.centre_id, minor.id)
    with conflict("guardian_missing"):
        record_paper(an_officer_of(minor), minor.id, PAPER, now=MONDAY)
    make_guardian(minor.id)
    for actor, error in ((presenter_actor(minor), NotAllowed), (both, NotAllowed), (an_actor(), NotFound)):
        with pytest.raises(error):
            record_paper(actor, minor.id, PAPER, now=MONDAY)

    officer = an_officer_of(minor)
    paper = record_paper(officer, minor.id, PAPER, now=MONDAY)

    assert open_scan(officer, paper, now=MONDAY) == (PAPER.scan, "png")
    with pytest.raises(NotFound):
        open_scan(an_actor(Role.SAFEGUARDING), paper, now=MONDAY)
    with pytest.raises(NotAllowed):
        open_scan(presenter_actor(minor), paper, now=MONDAY)
    session.rollback()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor) for entry in entries][-1] == ("consent paper opened", officer.label)


def test_a_paper_that_is_turned_down_or_whose_guardian_was_replaced_never_counts(session):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    first, second = an_officer_of(minor), an_officer_of(minor)
    down = record_paper(first, minor.id, PAPER, now=MONDAY)
    turn_down_paper(second, down, now=MONDAY)
    old = record_paper(first, minor.id, PAPER, now=MONDAY)
    with transaction() as open_session:
        open_session.merge(guardian).replaced_at = LATER
    make_guardian(minor.id, email="petar@family.example", in_force_at=LATER)
    for paper in (down, old):
        with conflict("paper_is_over"):
            confirm_paper(second, paper, now=LATER)
    assert consents(session) == []


@pytest.mark.postgres_decides
@pytest.mark.parametrize("who", ["guardian", "minor", "staff"])
def test_a_withdrawal_holds_at_once_ends_papers_that_wait_and_the_guardian_is_told(session, who):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    consent, first = make_consent(minor.id).id, an_officer_of(minor)
    paper = record_paper(first, minor.id, PAPER, now=MONDAY)
    actor = {"guardian": policy.guardian(guardian.id, minor.id), "minor": presenter_actor(minor), "staff": first}[who]
    if who == "guardian":
        withdraw_all(actor, minor.id, now=LATER)
        withdraw_all(actor, minor.id, now=LATER)
    else:
        withdraw_consent(actor, consent, now=LATER)
        withdraw_consent(actor, consent, now=LATER)
    assert (agreed(minor), told(session)) == (False, ["consent_withdrawn"])
    assert consents(session)[0].withdrawn_by == who
    with conflict("paper_is_over"):
        confirm_paper(an_officer_of(minor), paper, now=LATER)


def test_trust_s46_after_a_withdrawal_only_the_guardian_gives_a_consent_again(session):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    officer = an_officer_of(minor)
    withdraw_consent(officer, make_consent(minor.id).id, now=MONDAY)
    with pytest.raises(NotAllowed):
        give_consent(officer, "Vesna Ilić", TICKED, now=LATER)
    with conflict("link_only"):
        record_paper(officer, minor.id, PAPER, now=LATER)
    assert not agreed(minor)
    give_consent(policy.guardian(guardian.id, minor.id), "Vesna Ilić", TICKED, now=LATER)
    assert agreed(minor)


def test_a_guardian_named_after_a_withdrawal_signs_on_paper_first(session):
    """Else an officer withdraws, names an address of her own, waits a week and consents."""
    minor = a_minor()
    make_guardian(minor.id)
    officer, second = an_officer_of(minor), an_officer_of(minor)
    withdraw_consent(officer, make_consent(minor.id).id, now=MONDAY)
    named = name_guardian(officer, minor.id, GuardianDraft("Petar", "petar@family.example"), now=MONDAY)
    then = MONDAY + dt.timedelta(days=7)
    petar = policy.guardian(named, minor.id)

    with conflict("paper_only"):
        give_consent(petar, "Petar", TICKED, now=then)

    with rejection(given_on="before_the_withdrawal"):
        record_paper(officer, minor.id, a_paper_draft(given_on=TODAY - dt.timedelta(days=1)), now=then)
    assert not agreed(minor)
    paper, told = record_paper(officer, minor.id, PAPER, now=then), then + dt.timedelta(days=7)
    note_notice(officer, paper, NoticeDraft(by_phone=True, told_on=then.date()), now=then)
    confirm_paper(second, paper, now=told)
    give_consent(petar, "Petar", ConsentDraft(CONSENT_TEXT, takes_part=True, travels=True), now=told)
    assert set(queries.has_consent([minor.id], told.date())) == {minor.id}


def change_guardian(scene: Scene, minor: Presenter) -> None:
    officer = an_actor(Role.SAFEGUARDING, centre_id=scene.centre_id)
    name_guardian(officer, minor.id, GuardianDraft("Petar", "petar@family.example"), now=MONDAY)


@pytest.mark.postgres_decides
def test_while_the_guardian_changes_a_minor_gets_no_new_visit(session):
    scene, adult, minor = with_a_minor()
    scene.suggest(adult)
    change_guardian(scene, minor)
    with conflict("guardian_changes"):
        suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY)
    [row] = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    assert {why.code for why in row.reasons} >= {"guardian_changes"}
    suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY + dt.timedelta(days=7))


def test_while_the_guardian_changes_what_is_promised_stays_and_what_was_only_suggested_is_not_offered(session):
    promised, adult, minor = with_a_minor()
    promised.accepted_by(adult, minor)
    change_guardian(promised, minor)
    suggested, another_adult, other = with_a_minor()
    suggested.suggested_to(another_adult, other)
    change_guardian(suggested, other)
    assert release_not_cleared(now=MONDAY) == 0
    with conflict("guardian_changes"):
        offer_visit(suggested.coordinator, suggested.visit_id, until=UNTIL, now=MONDAY)
    assert states(session, promised)[minor.id] == [AssignmentState.ACCEPTED]


def test_a_shorter_consent_frees_visits_beyond_it_and_an_older_text_takes_no_new_one(session):
    scene, adult, minor = with_a_minor()
    scene.accepted_by(adult, minor)
    officer, second = (known_staff(scene.centre_id).actor() for _ in range(2))
    short = a_paper_draft(valid_until=TODAY + dt.timedelta(days=1))
    confirm_paper(second, record_paper(officer, minor.id, short, now=MONDAY), now=MONDAY)
    assert states(session, scene) == {adult.id: [AssignmentState.ACCEPTED], minor.id: [AssignmentState.WITHDRAWN]}
    scene, adult, minor = with_a_minor()
    scene.suggest(adult)
    with transaction() as open_session:
        take_defences_away(open_session, "guardian_consent")
        open_session.execute(update(GuardianConsent).values(text_version="2019-09"))
    with conflict("older_text"):
        suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY)
