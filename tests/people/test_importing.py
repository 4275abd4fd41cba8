"""People from a file: read as people have them, all or nothing, written to nobody, and taken back whole."""

import pytest
from sqlalchemy import func, select

from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.imports.batches import HangsOnIt
from scheduler.core.imports.staging import Filing
from scheduler.messages.models import OutboxMessage
from scheduler.people.imports import read_people
from scheduler.people.models import Presenter, PresenterLanguage, PresenterSkill, User, UserRole
from scheduler.people.service import reads
from scheduler.people.service.importing import import_people, take_back_people
from scheduler.people.service.invitations import invite_again
from scheduler.people.terms import TeachingLanguage, Topic
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_municipality

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
