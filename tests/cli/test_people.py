import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.data import files
from scheduler.imports.staging import Filing
from scheduler.keys.queries import key_ring
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries
from scheduler.people.models import LoginIdentity, Presenter
from scheduler.people.service.accounts import sign_in
from scheduler.people.service.invitations import accept_invitation
from scheduler.people.terms import Acceptance, PresenterKind
from scheduler.places.imports.registers import read_hosts
from scheduler.places.queries import municipalities, supplies
from scheduler.places.service.hosts import import_hosts
from scheduler.policy import SYSTEM, Role
from scheduler.safeguarding.service import name_guardian
from scheduler.safeguarding.terms import GuardianDraft, WithdrawnBy
from scheduler.staffing.service.birth_dates import propose_birth_date
from scheduler.staffing.service.consents import record_paper
from tests.factories import MONDAY
from tests.factories.keys import make_app
from tests.factories.people import a_minor, known_staff, make_centre, make_presenter, make_user
from tests.factories.safeguarding import a_paper_draft, make_consent, make_guardian


def token_in(line: str) -> str:
    head, _, token = line.strip().rpartition("/")
    assert head == "http://localhost/invitation"
    return token


SETUP = ("setup", "--centre", "Центар за децу", "--email", "sef@centre.example")


def test_setup_prints_one_link_that_makes_the_administrator_where_a_register_can_be_imported(run):
    result = run(*SETUP)
    there = supplies(MONDAY.date())

    assert (result.exit_code, result.stderr, len(result.stdout.splitlines())) == (0, "", 1)
    accept_invitation(token_in(result.stdout), Acceptance("Mira", "Savić", "zeleni voz ide"), now=MONDAY)
    token = sign_in("sef@centre.example", "zeleni voz ide", network="x", now=MONDAY)
    assert Role.ADMINISTRATOR in queries.signed_in_user(token, MONDAY).actor.roles
    assert (there.holidays > 30, there.registered) == (True, 0)
    assert municipalities()[0].point.latitude > 40
    assert import_hosts(SYSTEM, read_hosts(files.bytes_of("demo_hosts.csv")), Filing(MONDAY)).problems == ()


def test_setup_of_an_installation_in_use_is_refused_in_one_line_and_gives_it_what_it_lacks(run):
    make_centre()
    result = run(*SETUP)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: centre is set up already: invite people with `people invite`, or open one more with --another\n"
    )
    assert len(municipalities()) == 182


def test_setup_opens_one_more_centre_when_that_is_said_and_each_has_its_own_people(run):
    make_user(email="used@centre.example", password_hash="x", centre_id=make_centre(slug="ncc").id)

    first, second = run(*SETUP, "--another"), run(*SETUP, "--another")

    accept_invitation(token_in(second.stdout), Acceptance("Mira", "Savić", "zeleni voz ide"), now=MONDAY)
    token = sign_in("sef@centre.example", "zeleni voz ide", network="x", now=MONDAY)
    opened = queries.signed_in_user(token, MONDAY).centre_id
    assert (first.exit_code, second.exit_code, [one.slug for one in queries.centres()]) == (
        0, 0, ["ncc", "centar-za-decu"]
    )  # fmt: skip
    assert [row.email for row in queries.staff_of(opened)] == ["sef@centre.example"]
    taken = run("setup", "--centre", "Трећи", "--email", "used@centre.example", "--another")
    assert (taken.exit_code, taken.stderr) == (2, "Error: email belongs to an account already\n")
    assert len(queries.centres()) == 2


def test_setup_says_what_is_wrong_and_may_be_repeated(run):
    result = run("setup", "--centre", " ", "--email", "sef")

    assert (result.exit_code, result.stderr) == (2, "Error: name is missing; email is no e-mail address\n")
    assert municipalities() == []

    first, second = run(*SETUP), run(*SETUP)

    assert (second.exit_code, second.stderr, second.stdout != first.stdout) == (0, "", True)
    accept_invitation(token_in(second.stdout), Acceptance("Mira", "Savić", "zeleni voz ide"), now=MONDAY)
    third = run(*SETUP)
    assert (third.exit_code, third.stdout) == (0, "All is set up, and the invitation was accepted.\n")


@pytest.mark.parametrize("role", ["coordinator", "safeguarding", "administrator", "educator", "influencer"])
def test_invite_prints_a_link_and_mails_one(run, role):
    make_centre()
    result = run("people", "invite", "jelena@centre.example", "--role", role)
    assert (result.exit_code, result.stderr) == (0, "")
    invited = queries.invited_by(token_in(result.stdout), purpose="invitation", now=MONDAY)
    assert invited.email == "jelena@centre.example"
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["invitation"]


@pytest.mark.parametrize(("arguments", "words"), [
    (("jelena", "--role", "coordinator"), "email is no e-mail address"),
    (("used@centre.example", "--role", "coordinator"), "email belongs to an account already"),
    (("jelena@centre.example", "--role", "pupil"), "Invalid value for '--role'"),
    (("jelena@centre.example", "--role", "coordinator", "--centre", "none"), "--centre none: there are ncc"),
    (("jelena@centre.example", "--role", "coordinator", "--given-name", "x" * 500), "at most 80 characters"),
])  # fmt: skip
def test_invite_refuses_what_it_cannot_use_with_exit_code_2(run, arguments, words):
    make_user(email="used@centre.example", password_hash="x", centre_id=make_centre(slug="ncc").id)
    result = run("people", "invite", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_without_a_centre_invite_says_what_to_do_first_and_with_several_it_wants_one(run):
    invite = ("people", "invite", "a@b.example", "--role", "coordinator")
    assert "run `setup` first" in run(*invite).stderr
    make_centre(slug="ncc")
    make_centre(slug="cnzd")
    assert "one of ncc, cnzd" in run(*invite).stderr
    assert run(*invite, "--centre", "cnzd").exit_code == 0


def test_the_host_confirms_a_birth_date_only_where_no_second_administrator_could(run):
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2004, 5, 17))
    boss = make_user(Role.ADMINISTRATOR, centre_id=person.centre_id, password_hash="hers")
    command = ("people", "confirm-birth-date", str(person.id), "2010-03-01")

    early = run(*command)
    assert (early.exit_code, "propose it on the page" in early.stderr) == (2, True)
    propose_birth_date(boss.actor(), person.id, dt.date(2010, 3, 1), now=MONDAY)
    assert run("people", "confirm-birth-date", str(person.id), "2010-03-02").exit_code == 2
    assert run("people", "confirm-birth-date", "4711", "2010-03-01").exit_code == 2
    done = run(*command)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "2010" not in done.stdout, "no birth date on a screen"
    db.session.rollback()
    assert db.session.get(Presenter, person.id).birth_date == dt.date(2010, 3, 1)
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["birth_date_corrected"]

    person = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2004, 5, 17))
    can_sign_in = {"centre_id": person.centre_id, "password_hash": "hers"}
    first, _second = (known_staff(role=Role.ADMINISTRATOR, **can_sign_in) for _ in range(2))
    propose_birth_date(first.actor(), person.id, dt.date(2010, 3, 1), now=MONDAY)

    refused = run("people", "confirm-birth-date", str(person.id), "2010-03-01")

    assert (refused.exit_code, "on the page" in refused.stderr) == (2, True)


def test_the_host_confirms_a_first_guardian_whom_nobody_else_can_and_says_why_not(run):
    minor = a_minor()
    boss = make_user(Role.ADMINISTRATOR, centre_id=minor.centre_id, password_hash="hers")
    name_guardian(boss.actor(), minor.id, GuardianDraft("Vesna", "vesna@family.example"), now=MONDAY)
    command = ("people", "confirm-guardian", str(minor.id))

    assert run("people", "confirm-guardian", "4711").stderr == "Error: presenter 4711: there is none\n"
    done, again = run(*command), run(*command)

    assert (done.exit_code, done.stderr) == (0, "")
    waits = f"Error: presenter {minor.id}: no guardian of this presenter waits for confirmation\n"
    assert (again.exit_code, again.stderr) == (2, waits)
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["consent_asked"]

    minor = a_minor()
    first, _second = (known_staff(minor.centre_id, Role.ADMINISTRATOR, password_hash="hers") for _ in range(2))
    name_guardian(first.actor(), minor.id, GuardianDraft("Mila", "mila@family.example"), now=MONDAY)

    refused = run("people", "confirm-guardian", str(minor.id))

    assert (refused.exit_code, "on the page" in refused.stderr) == (2, True)


def test_the_host_confirms_a_consent_on_paper_that_nobody_else_can_and_says_why_one_does_not_count(run):
    minor = a_minor()
    make_guardian(minor.id)
    boss = make_user(Role.ADMINISTRATOR, centre_id=minor.centre_id, password_hash="hers")
    paper = record_paper(boss.actor(), minor.id, a_paper_draft(), now=MONDAY)
    command = ("people", "confirm-paper", str(paper))

    assert run("people", "confirm-paper", "4711").stderr == "Error: paper 4711: there is none\n"
    done, again = run(*command), run(*command)

    assert (done.exit_code, done.stderr) == (0, "")
    assert (again.exit_code, again.stderr) == (
        2,
        f"Error: paper {paper}: this paper no longer waits for confirmation\n",
    )
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["consent_recorded"]

    minor = a_minor()
    make_guardian(minor.id)
    boss = make_user(Role.ADMINISTRATOR, centre_id=minor.centre_id, password_hash="hers")
    paper = record_paper(boss.actor(), minor.id, a_paper_draft(), now=MONDAY)
    make_consent(minor.id, withdrawn_at=MONDAY, withdrawn_by=WithdrawnBy.GUARDIAN)

    refused = run("people", "confirm-paper", str(paper))

    assert (refused.exit_code, "only the guardian can give it again" in refused.stderr) == (2, True)


def test_the_host_resets_a_second_step_and_prints_the_way_in(run):
    user = make_user(Role.ADMINISTRATOR, email="sef@centre.example", password_hash="hers")
    make_app(user)

    assert "no staff has this address" in run("people", "reset-factor", "nobody@centre.example").stderr
    done = run("people", "reset-factor", "sef@centre.example")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("http://localhost/second-step/mailbox/")
    assert key_ring(user.id).count == 0
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["keys_reset_on_the_host"]


def test_an_account_is_unlinked_from_the_login_of_the_centre(run):
    user = make_user(email="sef@centre.example", password_hash="hers")
    db.session.add(LoginIdentity(user_id=user.id, issuer="a", subject="7", linked_at=MONDAY, last_used_at=MONDAY))
    db.session.commit()

    assert "no account has this address" in run("people", "forget-login", "nobody@centre.example").stderr
    done, again = (run("people", "forget-login", "sef@centre.example") for _ in range(2))

    assert (done.exit_code, done.stdout) == (0, "sef@centre.example: unlinked, and signed out everywhere\n")
    assert db.session.scalars(select(LoginIdentity)).all() == []
    assert again.stdout == "sef@centre.example: was not linked; signed out\n"
