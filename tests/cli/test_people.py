import pytest
from sqlalchemy import select

from scheduler.cli import people
from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries
from scheduler.people.service.accounts import sign_in
from scheduler.people.service.invitations import accept_invitation
from scheduler.people.terms import Acceptance
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user


@pytest.fixture
def run(app):
    if "setup" not in app.cli.commands:
        people.register(app)

    def run(*arguments):
        return app.test_cli_runner().invoke(args=arguments)

    return run


def token_in(line: str) -> str:
    head, _, token = line.strip().rpartition("/")
    assert head == "http://localhost/invitation"
    return token


def test_setup_prints_one_link_that_makes_the_administrator(run, app):
    result = run("setup", "--centre", "Центар за децу", "--email", "sef@centre.example")

    assert (result.exit_code, result.stderr, len(result.stdout.splitlines())) == (0, "", 1)
    accept_invitation(token_in(result.stdout), Acceptance("Mira", "Savić", "zeleni voz ide"), now=MONDAY)
    token = sign_in("sef@centre.example", "zeleni voz ide", network="x", now=MONDAY)
    assert Role.ADMINISTRATOR in queries.signed_in_user(token, MONDAY).actor.roles


def test_setup_of_an_installation_in_use_is_refused_in_one_line(run):
    make_centre()
    result = run("setup", "--centre", "Центар", "--email", "sef@centre.example")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: centre is set up already: invite people with `people invite`\n"


def test_setup_says_what_is_wrong(run):
    result = run("setup", "--centre", " ", "--email", "sef")

    assert (result.exit_code, result.stderr) == (2, "Error: name is missing; email is no e-mail address\n")


@pytest.mark.parametrize("role", ["coordinator", "safeguarding", "administrator", "educator", "influencer"])
def test_invite_prints_a_link_and_mails_one(run, role):
    make_centre()
    result = run("people", "invite", "jelena@centre.example", "--role", role)

    assert (result.exit_code, result.stderr) == (0, "")
    invited = queries.invited_by(token_in(result.stdout), purpose="invitation", now=MONDAY)
    assert invited.email == "jelena@centre.example"
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["invitation"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("jelena", "--role", "coordinator"), "email is no e-mail address"),
        (("used@centre.example", "--role", "coordinator"), "email belongs to an account already"),
        (("jelena@centre.example", "--role", "pupil"), "Invalid value for '--role'"),
        (("jelena@centre.example", "--role", "coordinator", "--centre", "none"), "--centre none: there are ncc"),
        (("jelena@centre.example", "--role", "coordinator", "--given-name", "x" * 500), "at most 80 characters"),
    ],
)
def test_invite_refuses_what_it_cannot_use_with_exit_code_2(run, arguments, words):
    make_user(email="used@centre.example", password_hash="x", centre_id=make_centre(slug="ncc").id)

    result = run("people", "invite", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_with_several_centres_invite_wants_one(run):
    make_centre(slug="ncc")
    make_centre(slug="cnzd")
    assert "one of ncc, cnzd" in run("people", "invite", "a@b.example", "--role", "coordinator").stderr

    assert run("people", "invite", "a@b.example", "--role", "coordinator", "--centre", "cnzd").exit_code == 0


def test_without_a_centre_invite_says_what_to_do_first(run):
    assert "run `setup` first" in run("people", "invite", "a@b.example", "--role", "coordinator").stderr
