"""Two people, not two accounts: who gives the second look at a paper of a guardian or at a corrected birth date."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlalchemy import select, text

from scheduler import policy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import SchedulerError
from scheduler.core.refusals import refused_by
from scheduler.people.models import Presenter, User
from scheduler.people.service.invitations import change_roles, invite_again, invite_user, restore_user, suspend_user
from scheduler.people.terms import InvitationDraft
from scheduler.policy import Actor, Role
from scheduler.safeguarding.models import BirthDateCorrection, ConsentPaper, GuardianConsent
from scheduler.safeguarding.queries import has_consent
from scheduler.safeguarding.service import confirm_guardian, name_guardian
from scheduler.safeguarding.terms import GuardianDraft, NoticeDraft
from scheduler.staffing.service.birth_dates import confirm_birth_date, confirm_on_the_host, propose_birth_date
from scheduler.staffing.service.clearance import withdraw_all, withdraw_consent
from scheduler.staffing.service.consents import (
    confirm_paper,
    confirm_paper_on_the_host,
    give_consent,
    note_notice,
    record_paper,
)
from tests.factories import MONDAY, a_number
from tests.factories.keys import make_app
from tests.factories.people import a_minor, an_officer_of, known_staff
from tests.factories.safeguarding import TICKED, a_paper_draft, a_scan, make_consent, make_guardian
from tests.refusals import conflict, database_refusal, rejection

DAY = dt.timedelta(days=1)
TODAY = MONDAY.date()
PAPER = a_paper_draft()
BORN, ADULT = dt.date(2010, 3, 1), dt.date(2000, 3, 1)
LAW = "second_look_is_another_persons"
Changes = Callable[[Actor, User, User], None]  # what an administrator does to herself and to a colleague


def consent_given(minor: Presenter) -> bool:
    return bool(has_consent([minor.id], TODAY))


def an_administrator(minor: Presenter, **given: Any) -> User:
    return known_staff(minor.centre_id, Role.ADMINISTRATOR, password_hash="hers", **given)


def invited(admin: Actor, role: Role = Role.SAFEGUARDING, *, at: dt.datetime, key: bool = True) -> User:
    """An account that somebody made on the page, with its second step."""
    user_id = invite_user(admin, InvitationDraft(f"one{a_number()}@centre.example", (role,)), now=at)
    with transaction() as session:
        user = session.get_one(User, user_id)
        user.password_hash = "hers"
    if key:
        make_app(user)
    return user


def by_sql(table: str, first: int) -> str:
    """By which name the database refuses the second look of an account past the services; "" when it does not."""
    look, at, which = {
        "consent_paper": ("second_seen_by_id", "second_seen_at = first_seen_at", "ended_at IS NULL"),
        "birth_date_correction": ("confirmed_by_id", "confirmed_at = proposed_at", "ended_at IS NULL"),
        "guardian": ("confirmed_by_id", "confirmed_at = named_at", "id = (SELECT max(id) FROM guardian)"),
    }[table]
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin() as doing:
        try:
            connection.execute(text(f"UPDATE {table} SET {look} = :who, {at} WHERE {which}"), {"who": first})
        except Exception as error:
            return refused_by(error)
        finally:
            doing.rollback()
    return ""


def second_looks(minor: Presenter, first: User, second: User) -> Iterator[tuple[Callable[[], object], str]]:
    """The things that two people do, recorded by one of them: how the other one confirms each, and its table."""
    paper = record_paper(first.actor(), minor.id, PAPER, now=MONDAY)
    yield lambda: confirm_paper(second.actor(), paper, now=MONDAY), "consent_paper"
    correction = propose_birth_date(first.actor(), minor.id, ADULT, now=MONDAY)
    yield lambda: confirm_birth_date(second.actor(), minor.id, correction, now=MONDAY), "birth_date_correction"
    child = a_minor(centre_id=minor.centre_id)
    draft = GuardianDraft("Vesna", f"v{a_number()}@family.example")
    guardian = name_guardian(first.actor(), child.id, draft, now=MONDAY)
    yield lambda: confirm_guardian(second.actor(), child.id, guardian, now=MONDAY), "guardian"


@pytest.mark.postgres_decides
@pytest.mark.parametrize("days", [0, 8, 300])
def test_who_was_invited_by_the_first_viewer_is_no_second_person(session, days):
    """Reproduced: an administrator invited an account, recorded a blank PDF and confirmed it with the new account."""
    minor = a_minor()
    make_guardian(minor.id)
    admin = an_administrator(minor)
    other = invited(admin.actor(), at=MONDAY - days * DAY)
    for first, second in ((admin, other), (other, admin)):
        for confirm, table in second_looks(minor, first, second):
            with conflict("one_origin"):
                confirm()
            assert by_sql(table, second.id) == LAW
        clear(session)


def clear(session) -> None:
    """Papers and corrections that wait are ended."""
    with transaction() as inside:
        inside.execute(text("UPDATE consent_paper SET ended_at = first_seen_at WHERE ended_at IS NULL"))
        inside.execute(text("UPDATE birth_date_correction SET ended_at = proposed_at WHERE ended_at IS NULL"))
    session.rollback()


@pytest.mark.postgres_decides
def test_accounts_whose_invitations_began_with_one_person_are_one_person(session):
    minor = a_minor()
    make_guardian(minor.id)
    admin = an_administrator(minor)
    helper = invited(admin.actor(), Role.ADMINISTRATOR, at=MONDAY - 30 * DAY)
    pair = [invited(helper.actor(), at=MONDAY - 20 * DAY) for _ in range(2)]
    assert {one.origin_id for one in (helper, *pair)} == {admin.id}
    for confirm, table in second_looks(minor, *pair):
        with conflict("one_origin"):
            confirm()
        assert by_sql(table, pair[1].id) == LAW


def of_this_week(_admin: Actor, _first: User, second: User) -> None:
    with transaction() as session:
        session.merge(second).created_at = MONDAY - 7 * DAY + dt.timedelta(seconds=1)


def of_last_week(_admin: Actor, _first: User, second: User) -> None:
    with transaction() as session:
        session.merge(second).created_at = MONDAY - 7 * DAY


def gives_a_role(admin: Actor, _first: User, second: User) -> None:
    change_roles(admin, second.id, [Role.SAFEGUARDING, Role.COORDINATOR], now=MONDAY - DAY)


def gave_a_role(admin: Actor, _first: User, second: User) -> None:
    change_roles(admin, second.id, [Role.SAFEGUARDING, Role.COORDINATOR], now=MONDAY - 8 * DAY)


def opens_again(admin: Actor, _first: User, second: User) -> None:
    suspend_user(admin, second.id, now=MONDAY - DAY)
    restore_user(admin, second.id, now=MONDAY - DAY)


def opens_again_by_a_helper(admin: Actor, first: User, second: User) -> None:
    opens_again(invited(admin, Role.ADMINISTRATOR, at=MONDAY - 30 * DAY).actor(), first, second)


def invites_again(admin: Actor, _first: User, second: User) -> None:
    with transaction() as session:
        session.merge(second).password_hash = None
    invite_again(admin, second.id, now=MONDAY - DAY)


def has_no_key(_admin: Actor, _first: User, second: User) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM passkey WHERE user_id = :who"), {"who": second.id})


def has_an_app(admin: Actor, first: User, second: User) -> None:
    has_no_key(admin, first, second)
    make_app(second)


@pytest.mark.postgres_decides
@pytest.mark.parametrize(("change", "reason"), [
    (of_this_week, "account_too_new"), (of_last_week, ""), (gives_a_role, "account_changed"), (gave_a_role, ""),
    (opens_again, "account_changed"), (opens_again_by_a_helper, "account_changed"),
    (invites_again, "account_changed"), (has_no_key, "second_step_missing"), (has_an_app, ""),
])  # fmt: skip
def test_the_second_person_has_an_account_that_was_hers_a_week_before(session, change: Changes, reason):
    minor = a_minor()
    make_guardian(minor.id)
    admin, other = an_administrator(minor), known_staff(minor.centre_id, password_hash="hers")
    change(admin.actor(), admin, other)
    for confirm, table in second_looks(minor, admin, other):
        assert by_sql(table, other.id) == (LAW if reason else "")
        if reason:
            with conflict(reason):
                confirm()
        else:
            confirm()


@pytest.mark.postgres_decides
def test_a_colleague_whom_the_second_one_has_just_opened_again_is_no_first_person(session):
    minor = a_minor()
    make_guardian(minor.id)
    admin, gone = an_administrator(minor), known_staff(minor.centre_id, password_hash="hers")
    opens_again(admin.actor(), admin, gone)
    for confirm, table in second_looks(minor, gone, admin):
        with conflict("account_changed"):
            confirm()
        assert by_sql(table, admin.id) == LAW


@pytest.mark.postgres_decides
def test_a_role_that_is_given_while_the_paper_waits_counts_too(session):
    minor = a_minor()
    make_guardian(minor.id)
    admin, other = an_administrator(minor), known_staff(minor.centre_id, password_hash="hers")
    paper = record_paper(admin.actor(), minor.id, PAPER, now=MONDAY)
    change_roles(admin.actor(), other.id, [Role.SAFEGUARDING, Role.COORDINATOR], now=MONDAY + 20 * DAY)
    with conflict("account_changed"):
        confirm_paper(other.actor(), paper, now=MONDAY + 21 * DAY)
    assert by_sql("consent_paper", other.id) == LAW


def test_an_account_keeps_its_origin_once_its_owner_has_answered(session):
    other = invited(an_administrator(a_minor()).actor(), at=MONDAY)
    with database_refusal("origin_stays") as inside:
        inside.execute(text("UPDATE user_account SET origin_id = NULL WHERE id = :who"), {"who": other.id})


# --- where nobody else can be the second person: on the host ---
@pytest.mark.postgres_decides
def test_where_every_account_was_made_by_one_administrator_the_host_confirms(session):
    minor = a_minor()
    make_guardian(minor.id)
    admin = an_administrator(minor)
    invited(admin.actor(), Role.ADMINISTRATOR, at=MONDAY - 300 * DAY)
    paper = record_paper(admin.actor(), minor.id, PAPER, now=MONDAY)
    confirm_paper_on_the_host(paper, now=MONDAY)
    assert consent_given(minor)
    session.rollback()
    consent = session.scalars(select(GuardianConsent)).one()
    assert (consent.first_seen_by_id, consent.second_seen_by_id) == (admin.id, None)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.actor) == ("consent recorded", "system")
    with conflict("paper_is_over"):
        confirm_paper_on_the_host(paper, now=MONDAY)
    propose_birth_date(admin.actor(), minor.id, ADULT, now=MONDAY)
    confirm_on_the_host(minor.id, ADULT, now=MONDAY)


def test_where_another_administrator_can_be_the_second_person_the_host_confirms_nothing(session):
    minor = a_minor()
    make_guardian(minor.id)
    admin, other = an_administrator(minor), an_administrator(minor)
    has_no_key(admin.actor(), admin, other)  # she sets it up
    paper = record_paper(admin.actor(), minor.id, PAPER, now=MONDAY)
    with conflict("host_not_needed"):
        confirm_paper_on_the_host(paper, now=MONDAY)
    assert not consent_given(minor)


# --- the first guardian ---
@pytest.mark.postgres_decides
def test_the_database_takes_no_first_consent_by_the_link_of_a_guardian_whom_nobody_confirmed(session):
    minor = a_minor()
    first, second = an_officer_of(minor), an_officer_of(minor)
    guardian = name_guardian(first, minor.id, GuardianDraft("Vesna", "vesna@family.example"), now=MONDAY)
    with conflict("guardian_unconfirmed"):
        give_consent(policy.guardian(guardian, minor.id), "Vesna", TICKED, now=MONDAY)
    with database_refusal("first_guardian_is_confirmed"):
        make_consent(minor.id)
    confirm_guardian(second, minor.id, guardian, now=MONDAY)
    give_consent(policy.guardian(guardian, minor.id), "Vesna", TICKED, now=MONDAY)
    assert consent_given(minor)


# --- after a withdrawal ---
@pytest.mark.postgres_decides
def test_trust_s46_after_a_withdrawal_no_paper_stands_in_for_the_guardians_link(session):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    first, second = an_officer_of(minor), an_officer_of(minor)
    withdraw_consent(first, make_consent(minor.id).id, now=MONDAY)
    with conflict("link_only"):
        record_paper(first, minor.id, PAPER, now=MONDAY)
    with database_refusal("paper_is_for_a_first_consent") as inside:
        a_paper_seen_by_sql(inside, minor.id, guardian.id, first.user_id, second.user_id)
    give_consent(policy.guardian(guardian.id, minor.id), "Vesna Ilić", TICKED, now=MONDAY)
    assert consent_given(minor)
    with conflict("link_only"):
        record_paper(first, minor.id, PAPER, now=MONDAY)


def a_paper_seen_by_sql(session, minor_id: int, guardian_id: int, first: int | None, second: int | None) -> None:
    """A paper that two people have seen, and its consent, row by row."""
    what = ConsentPaper(
        presenter_id=minor_id, guardian_id=guardian_id, takes_part=True, travels=False, photo=False, rides=False,
        text_version=TICKED.text_version, given_on=TODAY, valid_until=TODAY + DAY, scan=a_scan(), scan_kind="png",
        first_seen_by_id=first, first_seen_at=MONDAY,
    )  # fmt: skip
    session.add(what)
    session.flush()
    what.second_seen_by_id, what.second_seen_at = second, MONDAY
    session.flush()
    consent = GuardianConsent(
        presenter_id=minor_id, guardian_id=guardian_id, guardian_name="Vesna", guardian_email="v@family.example",
        takes_part=True, method="paper", text_version=TICKED.text_version, given_on=TODAY, valid_until=TODAY + DAY,
        recorded_at=MONDAY, paper_id=what.id, first_seen_by_id=first, second_seen_by_id=second,
    )  # fmt: skip
    session.add(consent)
    session.flush()


def a_withdrawn_paper_of_a_guardian_without_a_link(minor: Presenter) -> tuple[Actor, Actor, int]:
    """She works here herself and took her consent back; two others, and a new paper of hers that one has recorded."""
    make_guardian(minor.id, email="parent@centre.example")
    an_officer_of(minor, email="parent@centre.example")
    first, second = an_officer_of(minor), an_officer_of(minor)
    confirm_paper(second, record_paper(first, minor.id, PAPER, now=MONDAY), now=MONDAY)
    withdraw_all(first, minor.id, now=MONDAY)
    return first, second, record_paper(first, minor.id, a_paper_draft(scan=a_scan(width=900)), now=MONDAY)


@pytest.mark.postgres_decides
def test_a_guardian_without_a_link_consents_again_a_week_after_she_was_told_of_the_paper(session):
    minor = a_minor()
    first, second, paper = a_withdrawn_paper_of_a_guardian_without_a_link(minor)
    told = NoticeDraft(by_phone=True, told_on=TODAY + DAY)

    with conflict("notice_missing"):
        confirm_paper(second, paper, now=MONDAY + 9 * DAY)
    for day, reason in ((TODAY - DAY, "notice_before_the_paper"), (TODAY + 2 * DAY, "in_the_future")):
        with rejection(told_on=reason):
            note_notice(second, paper, NoticeDraft(by_phone=True, told_on=day), now=MONDAY + DAY)
    note_notice(first, paper, told, now=MONDAY + DAY)
    with conflict("notice_noted"):
        note_notice(first, paper, told, now=MONDAY + DAY)
    with conflict("notice_waits"):
        confirm_paper(second, paper, now=MONDAY + 8 * DAY - dt.timedelta(seconds=1))
    assert not consent_given(minor)
    confirm_paper(second, paper, now=MONDAY + 8 * DAY)

    assert consent_given(minor)
    session.rollback()
    row = session.get_one(ConsentPaper, paper)
    assert (row.told_by_phone, row.told_on, row.told_by_id) == (True, TODAY + DAY, first.user_id)
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "guardian told of a paper"))
    assert (entry.actor, entry.thing_id) == (first.label, paper)


@pytest.mark.postgres_decides
def test_the_database_takes_no_paper_after_a_withdrawal_without_the_week_of_the_notice(session):
    first, second, paper = a_withdrawn_paper_of_a_guardian_without_a_link(a_minor())
    note_notice(first, paper, NoticeDraft(by_phone=False, told_on=TODAY), now=MONDAY)

    with database_refusal("paper_is_for_a_first_consent") as inside:
        row = inside.get_one(ConsentPaper, paper)
        row.second_seen_by_id, row.second_seen_at = second.user_id, MONDAY + 6 * DAY
        inside.flush()
        inside.execute(
            text(
                "INSERT INTO guardian_consent (presenter_id, guardian_id, guardian_name, guardian_phone,"
                " guardian_email, takes_part, travels, rides, photo, name_on_the_web, method, text_version, given_on,"
                " valid_until, recorded_at, paper_id, first_seen_by_id, second_seen_by_id, earlier)"
                " SELECT presenter_id, guardian_id, 'V', '', 'v@family.example', takes_part, travels, rides, photo,"
                " name_on_the_web, 'paper', text_version, given_on, valid_until, second_seen_at, id, first_seen_by_id,"
                " second_seen_by_id, false FROM consent_paper WHERE id = :paper"
            ),
            {"paper": paper},
        )


# --- whatever one person does with all the accounts that she can make ---
class OnePerson:
    """An administrator with every account that she makes, and a colleague who acts for nobody."""

    def __init__(self, *, named_by_herself: bool) -> None:
        self.minor, self.day = a_minor(), 0
        if not named_by_herself:
            draft = GuardianDraft("Vesna", f"v{a_number()}@f.example")
            self.guardian = name_guardian(an_officer_of(self.minor), self.minor.id, draft, now=MONDAY)
        self.own_links: set[int] = set()  # guardians whom she named, with an address of her own
        self.hers = [an_administrator(self.minor)]
        self.colleague = known_staff(self.minor.centre_id, password_hash="hers")

    @property
    def now(self) -> dt.datetime:
        return MONDAY + self.day * DAY

    def who(self, place: int) -> Actor:
        return self.hers[place % len(self.hers)].actor()

    def play(self, act: str, place: int) -> None:
        with suppress(SchedulerError):
            getattr(self, act)(place)

    def wait(self, place: int) -> None:
        self.day += (1, 7, 30)[place % 3]

    def invite(self, place: int) -> None:
        role = (Role.ADMINISTRATOR, Role.SAFEGUARDING, Role.COORDINATOR)[len(self.hers) % 3]
        self.hers.append(invited(self.who(place), role, at=self.now))

    def change_colleague(self, place: int) -> None:
        change_roles(self.who(place), self.colleague.id, [Role.COORDINATOR], now=self.now)

    def record(self, place: int) -> None:
        draft = a_paper_draft(given_on=self.now.date(), scan=a_scan(width=300 + a_number() % 9000))
        record_paper(self.who(place), self.minor.id, draft, now=self.now)

    def tell(self, place: int) -> None:
        for paper in self.papers():
            note_notice(self.who(place), paper, NoticeDraft(by_phone=True, told_on=self.now.date()), now=self.now)

    def confirm(self, place: int) -> None:
        for paper in self.papers():
            with suppress(SchedulerError):
                confirm_paper(self.who(place), paper, now=self.now)

    def papers(self) -> list[int]:
        return list(db.session.scalars(select(ConsentPaper.id).order_by(ConsentPaper.id.desc())))

    def propose(self, place: int) -> None:
        propose_birth_date(self.who(place), self.minor.id, ADULT, now=self.now)

    def correct(self, place: int) -> None:
        for number in db.session.scalars(select(BirthDateCorrection.id)).all():
            confirm_birth_date(self.who(place), self.minor.id, number, now=self.now)

    def replace(self, place: int) -> None:
        draft = GuardianDraft("Petar", f"p{a_number()}@family.example")
        self.own_links.add(name_guardian(self.who(place), self.minor.id, draft, now=self.now))

    def look(self, place: int) -> None:
        for guardian in self.own_links:
            with suppress(SchedulerError):
                confirm_guardian(self.who(place), self.minor.id, guardian, now=self.now)

    def consent(self, _place: int) -> None:
        """By the links that come to her own mailboxes."""
        for guardian in self.own_links:
            with suppress(SchedulerError):
                give_consent(policy.guardian(guardian, self.minor.id), "Vesna", TICKED, now=self.now)

    def withdraw(self, place: int) -> None:
        withdraw_all(self.who(place), self.minor.id, now=self.now)


ACTS = (
    *("wait", "invite", "change_colleague", "record", "tell", "confirm", "propose", "correct", "replace", "withdraw"),
    *("look", "consent"),
)


@pytest.mark.postgres_decides
@pytest.mark.parametrize("begun", ["named by another", "withdrawn", "nobody named"])
@hypothesis.given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 4)), min_size=3, max_size=14))
@hypothesis.example(acts=[("invite", 0), ("wait", 1), ("record", 0), ("confirm", 1)])
@hypothesis.example(acts=[("invite", 0), ("invite", 0), ("wait", 2), ("record", 1), ("wait", 1), ("confirm", 2)])
@hypothesis.example(acts=[("invite", 0), ("invite", 1), ("wait", 2), ("propose", 1), ("correct", 2), ("correct", 0)])
@hypothesis.example(acts=[("replace", 0), ("consent", 0)])
@hypothesis.example(
    acts=[("invite", 0), ("wait", 2), ("replace", 0), ("look", 1), ("replace", 0), ("wait", 1), ("consent", 0)]
)
@hypothesis.settings(max_examples=25, suppress_health_check=list(hypothesis.HealthCheck), deadline=None)
def test_no_single_person_reaches_a_living_consent_with_all_the_accounts_that_she_can_make(app, begun, acts):
    one = OnePerson(named_by_herself=begun == "nobody named")
    if begun == "withdrawn":
        confirm_guardian(an_officer_of(one.minor), one.minor.id, one.guardian, now=MONDAY)
        make_consent(one.minor.id, withdrawn_at=MONDAY, withdrawn_by="guardian")
    for act, place in acts:
        one.play(act, place)
    with db.session() as session:
        living = select(GuardianConsent.id).where(GuardianConsent.withdrawn_at.is_(None))
        assert session.scalars(living.where(GuardianConsent.presenter_id == one.minor.id)).all() == []
        assert session.scalars(select(Presenter.birth_date).where(Presenter.id == one.minor.id)).one() == BORN
