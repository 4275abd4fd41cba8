"""How people come in: invited one by one, or from a file that is taken whole."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Gone, NotAllowed, NotFound, Rejected
from scheduler.imports.batches import HangsOnIt
from scheduler.imports.staging import Filing
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries
from scheduler.people.imports import read_people
from scheduler.people.models import Centre, Presenter, PresenterLanguage, PresenterSkill, User, UserRole
from scheduler.people.service import reads
from scheduler.people.service.accounts import sign_in
from scheduler.people.service.importing import import_people, take_back_people
from scheduler.people.service.invitations import (
    accept_invitation,
    invitation_path,
    invite_again,
    invite_user,
    open_centre,
    restore_user,
    set_up_centre,
    suspend_user,
)
from scheduler.people.terms import Acceptance, CentreDraft, InvitationDraft, PresenterKind, TeachingLanguage, Topic
from scheduler.policy import SYSTEM, Role
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user, presenter_actor
from tests.factories.places import make_municipality
from tests.refusals import rejection

PASSWORD = "zeleni voz ide"
ANSWER = Acceptance("Jelena", "Ristić", PASSWORD)


def invite(email="jelena@centre.example", *roles: Role, actor=None, **given) -> int:
    actor = actor or an_actor(Role.ADMINISTRATOR)
    return invite_user(actor, InvitationDraft(email, roles or (Role.COORDINATOR,)), now=MONDAY, **given)


def token_of(path: str) -> str:
    return path.removeprefix("/invitation/")


@pytest.mark.both_databases
def test_an_invitation_makes_an_account_without_a_password_and_a_mail_with_a_link_of_seven_days(app):
    user_id = invite(" Jelena@Centre.Example ")

    user = db.session.get(User, user_id)
    assert (user.email, user.password_hash, [row.role for row in user.roles]) == (
        "jelena@centre.example",
        None,
        [Role.COORDINATOR],
    )
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.address, mail.link_purpose, mail.link_subject_id, mail.link_hours) == (
        "invitation", "jelena@centre.example", "invitation", user_id, 168,
    )  # fmt: skip


def test_an_invitation_that_is_accepted_opens_the_account_once(app):
    user_id = invite()
    first = token_of(invitation_path(SYSTEM, user_id, now=MONDAY))
    second = token_of(invitation_path(SYSTEM, user_id, now=MONDAY))
    assert queries.invited_by(first, purpose="invitation", now=MONDAY).email == "jelena@centre.example"

    accept_invitation(first, ANSWER, now=MONDAY)

    assert sign_in("jelena@centre.example", PASSWORD, network="x", now=MONDAY)
    for link in (first, second):
        with pytest.raises(Gone):
            accept_invitation(link, ANSWER, now=MONDAY)
    with pytest.raises(Conflict):
        invitation_path(SYSTEM, user_id, now=MONDAY)


def test_an_invitation_dies_after_seven_days(app):
    token = token_of(invitation_path(SYSTEM, invite(), now=MONDAY))
    assert queries.invited_by(token, purpose="invitation", now=MONDAY + dt.timedelta(days=6, hours=23))
    with pytest.raises(Gone):
        accept_invitation(token, ANSWER, now=MONDAY + dt.timedelta(days=7))
    with pytest.raises(NotFound):
        accept_invitation("never minted", ANSWER, now=MONDAY)


def test_a_suspended_invitation_is_gone(app):
    administrator = an_actor(Role.ADMINISTRATOR)
    user_id = invite(actor=administrator)
    token = token_of(invitation_path(administrator, user_id, now=MONDAY))
    suspend_user(administrator, user_id, now=MONDAY)
    with pytest.raises(Gone):
        accept_invitation(token, ANSWER, now=MONDAY)


def test_who_has_not_answered_is_invited_again_with_the_roles_of_now_and_older_links_end(app):
    administrator = an_actor(Role.ADMINISTRATOR)
    user_id = invite(actor=administrator)
    old = token_of(invitation_path(SYSTEM, user_id, now=MONDAY))
    assert invite("jelena@centre.example", Role.SAFEGUARDING, actor=administrator) == user_id
    assert [row.role for row in db.session.get(User, user_id).roles] == [Role.SAFEGUARDING]
    with pytest.raises(Gone):
        queries.invited_by(old, purpose="invitation", now=MONDAY)


def test_an_account_that_is_in_use_or_of_another_centre_is_not_taken_over(app):
    make_user(email="used@centre.example", password_hash="x")
    make_user(email="theirs@centre.example")
    for email in ("used@centre.example", "theirs@centre.example"):
        with rejection(email="has_account"):
            invite(email)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_only_an_administrator_invites(app, role):
    with pytest.raises(NotAllowed):
        invite(actor=an_actor(role))
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_nobody_suspends_herself_or_a_user_of_another_centre_nor_invites_into_one(app):
    administrator = an_actor(Role.ADMINISTRATOR)
    with pytest.raises(Conflict):
        suspend_user(administrator, administrator.user_id, now=MONDAY)
    with pytest.raises(NotFound):
        suspend_user(administrator, make_user().id, now=MONDAY)
    with pytest.raises(NotFound):
        invite(centre_id=make_centre().id)


def test_a_safeguarding_officer_suspends_presenters_and_nobody_else(app):
    presenter = make_presenter()
    officer = an_actor(Role.SAFEGUARDING, centre_id=presenter.centre_id)
    suspend_user(officer, presenter.user_id, now=MONDAY)
    assert queries.presenters_of(presenter.centre_id)[0].suspended
    with pytest.raises(NotAllowed):
        suspend_user(officer, make_user(centre_id=presenter.centre_id).id, now=MONDAY)
    with pytest.raises(NotAllowed):
        suspend_user(presenter_actor(presenter), presenter.user_id, now=MONDAY)


def test_a_coordinator_suspends_presenters_but_neither_restores_them_nor_locks_out_a_colleague(app, session):
    presenter = make_presenter()
    presenting = make_presenter(centre_id=presenter.centre_id)
    with transaction() as writing:
        writing.add(UserRole(user_id=presenting.user_id, role=Role.ADMINISTRATOR))
    coordinator = an_actor(Role.COORDINATOR, centre_id=presenter.centre_id)

    suspend_user(coordinator, presenter.user_id, now=MONDAY)

    assert [row.suspended for row in queries.presenters_of(presenter.centre_id)].count(True) == 1
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "suspended")).one()
    assert (entry.actor, entry.thing_id) == (coordinator.label, presenter.user_id)
    for user_id in (presenting.user_id, make_user(centre_id=presenter.centre_id).id):
        with pytest.raises(NotAllowed):
            suspend_user(coordinator, user_id, now=MONDAY)
    with pytest.raises(NotFound):
        suspend_user(coordinator, make_presenter().user_id, now=MONDAY)
    with pytest.raises(NotAllowed):
        restore_user(coordinator, presenter.user_id, now=MONDAY)
    restore_user(an_actor(Role.SAFEGUARDING, centre_id=presenter.centre_id), presenter.user_id, now=MONDAY)
    assert not any(row.suspended for row in queries.presenters_of(presenter.centre_id))


@pytest.mark.both_databases
def test_an_empty_installation_gets_its_first_centre_and_administrator(app):
    opened = set_up_centre("Центар за децу", "Sef@Centre.Example", now=MONDAY)
    centre = db.session.get(Centre, opened.centre_id)
    assert (centre.slug, centre.name_sr_cyrl, centre.name_sr_latn) == (
        "centar-za-decu",
        "Центар за децу",
        "Centar za decu",
    )
    accept_invitation(token_of(opened.path), ANSWER, now=MONDAY)
    token = sign_in("sef@centre.example", PASSWORD, network="x", now=MONDAY)
    assert Role.ADMINISTRATOR in queries.signed_in_user(token, MONDAY).actor.roles


def test_a_second_set_up_is_refused_and_one_without_a_name_and_an_address(app):
    with rejection(name="missing", email="not_an_email"):
        set_up_centre("  ", "x", now=MONDAY)
    make_centre()
    with rejection(centre="already_set_up"):
        set_up_centre("Други", "x@centre.example", now=MONDAY)


def test_only_the_product_itself_opens_a_centre_and_each_slug_once(app):
    draft = CentreDraft("ncc", "Центар", "Centar", "Centre")
    with pytest.raises(NotAllowed):
        open_centre(an_actor(Role.ADMINISTRATOR), draft, now=MONDAY)
    open_centre(SYSTEM, draft, now=MONDAY)
    with pytest.raises(Rejected):
        open_centre(SYSTEM, draft, now=MONDAY)


def test_the_list_of_staff_holds_who_has_no_profile_of_a_presenter(app):
    presenter = make_presenter(PresenterKind.EDUCATOR)
    make_user(centre_id=presenter.centre_id, email="zora@centre.example")
    make_user()
    rows = queries.staff_of(presenter.centre_id)
    assert [(row.email, row.invited, row.roles) for row in rows] == [("zora@centre.example", True, (Role.COORDINATOR,))]
    assert queries.coordinators_of(presenter.centre_id) == []


HEAD = "Име и презиме;Имејл;Улога;Место;Датум рођења;Теме;Језици"
GOOD = (
    f"Наши људи;;;;;;\n{HEAD}\n"
    "Јелена Илић;Jelena@Centre.example;едукатор;Ниш;;безбедан интернет, вршњачко насиље;српски, мађарски\n"
    "Лука Павловић;luka@centre.example;инфлуенсер;Niš;3.4.2010.;privatnost;\n"
    "Ана Марија Кос;ana@centre.example;koordinatorka;;;;\n"
)


@pytest.fixture
def actor(session):
    make_municipality("Ниш")
    return an_actor(Role.ADMINISTRATOR)


def stored(actor, text, **given):
    sheet = read_people(text.encode())
    return import_people(actor, sheet, Filing(MONDAY, actor.centre_id, **given))


def told(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


def counts(session):
    session.rollback()
    return [session.scalar(select(func.count()).select_from(model)) for model in (User, UserRole, Presenter)]


@pytest.mark.both_databases
def test_people_are_stored_once_and_nobody_is_written_to(actor, session):
    outcome = stored(actor, GOOD)

    assert (outcome.rows, outcome.new, told(outcome)) == (3, 3, [])
    assert counts(session) == [4, 4, 2]
    jelena, luka, ana = session.scalars(select(User).where(User.id != actor.user_id).order_by(User.id))
    assert (jelena.full_name, jelena.email, jelena.password_hash) == ("Јелена Илић", "jelena@centre.example", None)
    assert (ana.given_name, ana.family_name) == ("Ана", "Марија Кос")
    assert [row.role for row in luka.roles] == [Role.INFLUENCER]
    assert sorted(session.scalars(select(PresenterSkill.topic))) == sorted(
        [Topic.SAFE_INTERNET, Topic.PEER_VIOLENCE, Topic.PRIVACY]
    )
    assert sorted(session.scalars(select(PresenterLanguage.language))) == sorted(
        [TeachingLanguage.SERBIAN, TeachingLanguage.SERBIAN, TeachingLanguage.HUNGARIAN]
    )
    assert session.scalars(select(OutboxMessage)).all() == []

    stored(actor, GOOD)

    outcome = stored(actor, GOOD)

    assert (outcome.new, outcome.same, outcome.batch_id) == (0, 3, None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Ива;iva@c.example;едукатор;Ниш;;privatnost;", (6, "Име и презиме", "name_of_two_parts")),
        (";iva@c.example;едукатор;Ниш;;privatnost;", (6, "Име и презиме", "missing")),
        ("Ива Ив;iva;едукатор;Ниш;;privatnost;", (6, "Имејл", "not_an_email")),
        ("Ива Ив;JELENA@centre.example;едукатор;Ниш;;privatnost;", (6, "Имејл", "address_twice")),
        ("Ива Ив;iva@c.example;директор;Ниш;;privatnost;", (6, "Улога", "unknown_role")),
        ("Ива Ив;iva@c.example;администратор;;;;", (6, "Улога", "administrator_by_hand")),
        ("Ива Ив;iva@c.example;едукатор;Атлантида;;privatnost;", (6, "home", "unknown_municipality")),
        ("Ива Ив;iva@c.example;едукатор;;;privatnost;", (6, "Место", "missing")),
        ("Ива Ив;iva@c.example;едукатор;Ниш;;;", (6, "Теме", "missing")),
        ("Ива Ив;iva@c.example;едукатор;Ниш;;ribolov;", (6, "Теме", "unknown_topic")),
        ("Ива Ив;iva@c.example;едукатор;Ниш;;privatnost;klingonski", (6, "Језици", "unknown_language")),
        ("Ива Ив;iva@c.example;едукатор;Ниш;1.1.1990.;privatnost;", (6, "birth_date", "not_of_educators")),
        ("Ива Ив;iva@c.example;инфлуенсер;Ниш;;privatnost;", (6, "birth_date", "missing")),
        ("Ива Ив;iva@c.example;инфлуенсер;Ниш;1.1.2013.;privatnost;", (6, "birth_date", "under_age")),
        ("Ива Ив;iva@c.example;инфлуенсер;Ниш;juna 2010;privatnost;", (6, "Датум рођења", "not_a_day")),
        ("Ива Ив;used@c.example;едукатор;Ниш;;privatnost;", (6, "email", "has_account")),
    ],
)
def test_one_wrong_line_is_told_and_nothing_is_stored(actor, session, line, problem):
    make_user(email="used@c.example")
    before = counts(session)
    outcome = stored(actor, f"{GOOD}{line}\n")
    assert problem in told(outcome)
    assert {one.line for one in outcome.problems} == {6}
    assert counts(session) == before


def test_a_heading_says_which_name_stands_first_and_an_administrator_of_the_centre_imports(actor, session):
    sheet = read_people("Презиме и име;mejl;uloga\nКос Ана;a@c.example;koordinator\n".encode())
    assert [(one.given_name, one.family_name) for one in sheet.people] == [("Ана", "Кос")]
    with pytest.raises(NotAllowed):
        stored(an_actor(Role.COORDINATOR), GOOD)
    batch_id = stored(actor, GOOD).batch_id
    with pytest.raises(NotFound):
        take_back_people(an_actor(Role.ADMINISTRATOR), batch_id, now=MONDAY)


@pytest.mark.both_databases
def test_people_are_taken_back_unless_something_hangs_on_them(actor, session):
    batch_id = stored(actor, GOOD).batch_id
    take_back_people(actor, batch_id, now=MONDAY)
    assert counts(session) == [1, 1, 0]
    batch_id = stored(actor, GOOD).batch_id
    user_id = session.scalars(select(User.id).where(User.email == "ana@centre.example")).one()
    invite_again(actor, user_id, now=MONDAY)
    with pytest.raises(HangsOnIt) as refusal:
        take_back_people(actor, batch_id, now=MONDAY)
    assert refusal.value.thing == "audit_entry"
    assert counts(session) == [4, 4, 2]


def test_who_looked_at_a_young_presenter_has_changed_nothing_and_her_import_is_taken_back(actor, session):
    batch_id = stored(actor, GOOD).batch_id
    young = session.scalars(select(Presenter.id).where(Presenter.adult_on > MONDAY.date())).one()
    reads.note_reads(actor, [young], "people.presenters", now=MONDAY)
    coordinator = session.scalars(select(User).where(User.email == "ana@centre.example")).one()
    reads.note_denial(coordinator.actor(), "admin.settings", "", now=MONDAY)
    take_back_people(actor, batch_id, now=MONDAY)
    assert counts(session) == [1, 1, 0]
