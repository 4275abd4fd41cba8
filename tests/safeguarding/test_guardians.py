"""Who speaks for a minor: named, told, replaced after a wait in which the one before still may withdraw (TRUST S48)."""

import datetime as dt

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from scheduler import policy
from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Gone, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Centre, Presenter
from scheduler.policy import ANONYMOUS, Actor, Role
from scheduler.safeguarding import queries, service
from scheduler.safeguarding.models import Guardian, GuardianConsent
from scheduler.safeguarding.terms import GuardianDraft, WithdrawnBy
from scheduler.staffing.queries.guardian_page import opened_by_link
from scheduler.staffing.service.clearance import withdraw_all
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_actor, an_officer_of, make_presenter, make_user, presenter_actor
from tests.factories.safeguarding import make_consent, make_guardian
from tests.refusals import conflict, rejection

WEEK, MOMENT = dt.timedelta(days=7), dt.timedelta(seconds=1)
VESNA = GuardianDraft("Vesna Ilić", "Vesna@Family.Example", "064 123-4567")
NEXT = GuardianDraft("Petar Ilić", "petar@family.example")


def told(session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.kind, row.address) for row in rows if row.state is not MessageState.STOPPED]


def speaks(minor: Presenter, now: dt.datetime) -> str:
    found = queries.guardian_of(minor.id, now)
    return found.email if found else ""


@pytest.mark.postgres_decides
def test_the_first_guardian_speaks_at_once_and_gets_her_link_when_a_second_person_has_confirmed_her(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    first = service.name_guardian(officer, minor.id, VESNA, now=MONDAY)
    assert service.name_guardian(officer, minor.id, VESNA, now=MONDAY) == first, "typed twice is once"
    assert speaks(minor, MONDAY) == "vesna@family.example"
    with conflict("guardian_unconfirmed"):
        service.send_link(officer, minor.id, now=MONDAY)
    assert told(session) == [], "no link before a second person has seen whose it is"
    with conflict("named_by_you"):
        service.confirm_guardian(officer, minor.id, first, now=MONDAY)
    second = an_officer_of(minor)
    service.confirm_guardian(second, minor.id, first, now=MONDAY)
    with conflict("guardian_is_confirmed"):
        service.confirm_guardian(second, minor.id, first, now=MONDAY)
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.link_purpose, mail.link_subject_id) == ("consent_asked", "guardian", first)
    assert "Kostić" not in mail.text, "of a minor the first name is enough"
    acts = select(AuditEntry.action).order_by(AuditEntry.id)
    assert session.scalars(acts).all() == ["guardian named", "guardian confirmed"]
    assert session.scalars(select(GuardianConsent)).all() == [], "naming consents to nothing"


@pytest.mark.postgres_decides
def test_the_database_holds_one_last_guardian(session):
    minor = a_minor()
    make_guardian(minor.id)
    with pytest.raises(IntegrityError, match=r"one_last_guardian|row_is_not_replaced"):
        make_guardian(minor.id, email="other@family.example")


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("tara+mama@home.example", "address_of_the_minor"),
        ("OFFICER@centre.example", "address_of_an_account"),
        ("office+ilic@centre.example", "address_of_an_account"),  # the mailbox of the centre
    ],
)
def test_a_link_never_goes_to_the_minor_to_an_account_or_to_the_mailbox_of_a_centre(session, email, reason):
    minor = a_minor(email="tara@home.example")
    make_user(Role.SAFEGUARDING, email="officer@centre.example", centre_id=minor.centre_id)
    with transaction() as open_session:
        open_session.get_one(Centre, minor.centre_id).email = "Office@centre.example"
    with rejection(email=reason):
        service.name_guardian(an_officer_of(minor), minor.id, GuardianDraft("Vesna", email), now=MONDAY)
    assert (told(session), session.scalars(select(Guardian)).all()) == ([], [])


def test_a_guardian_who_works_here_is_named_and_gets_no_link(session):
    minor = a_minor()
    make_user(Role.COORDINATOR, email="parent@centre.example", centre_id=minor.centre_id)
    draft = GuardianDraft("Vesna Ilić", "parent@centre.example", works_here=True)
    service.name_guardian(an_officer_of(minor), minor.id, draft, now=MONDAY)
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.link_purpose, "{link}" in mail.text) == ("consent_on_paper", None, False)
    with conflict("address_of_an_account"):
        service.send_link(an_officer_of(minor), minor.id, now=MONDAY)


@pytest.mark.postgres_decides
def test_who_is_replaced_is_told_and_speaks_for_seven_days_more(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    old = service.name_guardian(officer, minor.id, VESNA, now=MONDAY)
    service.confirm_guardian(an_officer_of(minor), minor.id, old, now=MONDAY)

    service.name_guardian(officer, minor.id, NEXT, now=MONDAY)

    assert [speaks(minor, MONDAY + wait) for wait in (WEEK - MOMENT, WEEK)] == [
        "vesna@family.example",
        "petar@family.example",
    ]
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(mail.kind, mail.address, mail.not_before) for mail in mails] == [
        ("consent_asked", "vesna@family.example", MONDAY),
        ("consent_asked", "petar@family.example", MONDAY + WEEK),
        ("guardian_changes", "vesna@family.example", MONDAY),
    ]
    with rejection(email="change_waits"):
        service.name_guardian(officer, minor.id, GuardianDraft("Eva", "eva@family.example"), now=MONDAY + MOMENT)
    assert old != queries.guardian_of(minor.id, MONDAY + WEEK).id


@pytest.mark.postgres_decides
def test_a_withdrawal_by_the_one_before_counts_in_that_time_and_not_after(session):
    minor = a_minor()
    old = make_guardian(minor.id)
    make_consent(minor.id)
    service.name_guardian(an_officer_of(minor), minor.id, NEXT, now=MONDAY)
    her = policy.guardian(old.id, minor.id)

    with pytest.raises(NotFound):
        withdraw_all(her, minor.id, now=MONDAY + WEEK)
    withdraw_all(her, minor.id, now=MONDAY + WEEK - MOMENT)

    session.rollback()
    row = session.scalars(select(GuardianConsent)).one()
    assert (row.withdrawn_by, row.withdrawn_at) == (WithdrawnBy.GUARDIAN, MONDAY + WEEK - MOMENT)
    assert told(session)[-1] == ("consent_withdrawn", "vesna@family.example")


def test_a_change_that_is_called_off_leaves_everything_as_it_was(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    service.name_guardian(officer, minor.id, VESNA, now=MONDAY)
    service.name_guardian(officer, minor.id, NEXT, now=MONDAY)

    service.call_off_change(officer, minor.id, now=MONDAY + MOMENT)

    assert [speaks(minor, MONDAY + wait) for wait in (MOMENT, WEEK, 2 * WEEK)] == ["vesna@family.example"] * 3
    assert ("consent_asked", "petar@family.example") not in told(session)
    assert told(session)[-1] == ("guardian_stays", "vesna@family.example")
    with pytest.raises(NotFound):
        service.call_off_change(officer, minor.id, now=MONDAY + MOMENT)
    service.name_guardian(officer, minor.id, NEXT, now=MONDAY + WEEK)  # and another change may begin


def test_a_link_opens_her_page_as_long_as_she_speaks(session):
    minor = a_minor()
    old = make_guardian(minor.id, replaced_at=MONDAY + WEEK)
    with transaction():
        token = tokens.mint("guardian", old.id, lasts=4 * WEEK, now=MONDAY)
        other = tokens.mint("status", old.id, lasts=4 * WEEK, now=MONDAY)

    assert opened_by_link(token, MONDAY) == policy.guardian(old.id, minor.id)
    with pytest.raises(Gone):
        opened_by_link(token, MONDAY + WEEK)
    for foreign in (other, "no such link"):
        with pytest.raises(NotFound):
            opened_by_link(foreign, MONDAY)


def test_who_may_name_a_guardian(session):
    minor = a_minor()
    both = Actor(frozenset({Role.COORDINATOR}), minor.user_id, minor.centre_id, minor.id)

    for actor, error in (
        (an_actor(Role.SAFEGUARDING), NotFound),  # of another centre
        (presenter_actor(minor), NotAllowed),
        (policy.guardian(1, minor.id), NotAllowed),
        (ANONYMOUS, NotAllowed),
        (both, NotAllowed),  # her own
    ):
        with pytest.raises(error):
            service.name_guardian(actor, minor.id, VESNA, now=MONDAY)
    assert session.scalars(select(Guardian)).all() == []


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE guardian_consent SET withdrawn_at = NULL, withdrawn_by = NULL",
        "UPDATE guardian_consent SET withdrawn_by = 'replaced'",
        "UPDATE guardian_consent SET presenter_id = :other",
        "DELETE FROM guardian_consent",
        "DELETE FROM guardian",
    ],
)
def test_trust_s46_the_database_forgets_no_withdrawal(session, statement):
    """Without it a guardian named since, or an older paper, would give the consent again."""
    minor, other = a_minor(), make_presenter()
    make_consent(minor.id, withdrawn_at=MONDAY, withdrawn_by=WithdrawnBy.GUARDIAN)
    with pytest.raises(DBAPIError, match="withdrawal_stays"):
        session.execute(text(statement), {"other": other.id} if ":other" in statement else {})


@pytest.mark.postgres_decides
def test_no_guardian_gets_a_link_before_a_second_person_has_confirmed_one_also_when_the_first_has_an_account(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    make_user(Role.COORDINATOR, email="parent@centre.example", centre_id=minor.centre_id)
    works_here = GuardianDraft("Vesna Ilić", "parent@centre.example", works_here=True)
    service.name_guardian(officer, minor.id, works_here, now=MONDAY)

    service.name_guardian(officer, minor.id, NEXT, now=MONDAY)

    assert told(session) == [(kind, "parent@centre.example") for kind in ("consent_on_paper", "guardian_changes")]


def test_a_guardian_who_is_replaced_or_stays_before_she_is_confirmed_is_told_without_a_link(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    service.name_guardian(officer, minor.id, VESNA, now=MONDAY)
    service.name_guardian(officer, minor.id, NEXT, now=MONDAY)
    service.call_off_change(officer, minor.id, now=MONDAY)

    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(mail.kind, mail.link_purpose, "{link}" in mail.text) for mail in mails] == [
        ("guardian_changes", None, False),
        ("guardian_stays", None, False),
    ]


def test_who_follows_a_guardian_that_was_confirmed_late_gets_her_link_on_her_first_day(session):
    minor = a_minor()
    officer = an_officer_of(minor)
    first = service.name_guardian(officer, minor.id, VESNA, now=MONDAY)
    service.name_guardian(officer, minor.id, NEXT, now=MONDAY)

    service.confirm_guardian(an_officer_of(minor), minor.id, first, now=MONDAY + MOMENT)

    asked = select(OutboxMessage.address, OutboxMessage.not_before).where(OutboxMessage.kind == "consent_asked")
    assert [tuple(row) for row in session.execute(asked.order_by(OutboxMessage.id))] == [
        ("vesna@family.example", MONDAY + MOMENT),
        ("petar@family.example", MONDAY + WEEK),
    ]
