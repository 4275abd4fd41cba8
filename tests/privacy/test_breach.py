"""Who and what was reachable: by a role, an account, a secret address, or in a time."""

import datetime as dt
import json

import pytest

from scheduler.core import audit, tokens
from scheduler.core.db import transaction
from scheduler.feeds import service
from scheduler.feeds.terms import FeedKind, FeedOf
from scheduler.people.models import SignIn
from scheduler.policy import Role
from scheduler.privacy.queries import breach
from scheduler.requests.terms.school_request import RequestState
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_confirmed_visit

pytestmark = pytest.mark.both_databases


@pytest.fixture
def told(app):
    def run(*arguments: str) -> dict:
        answer = app.test_cli_runner().invoke(args=["breach-report", *arguments, "--json"])
        assert (answer.exit_code, answer.stderr) == (0, ""), answer.output
        return json.loads(answer.stdout)

    return run


@pytest.fixture
def centre(app):
    """A centre with an educator, a minor with her guardian, a visit of both, and a school that has asked."""
    made = make_centre(slug="ours")
    adult = a_cleared_educator(centre_id=made.id, email="adult@centre.example")
    minor = a_cleared_minor(centre_id=made.id, email="minor@young.example")
    programme = make_programme(centre_id=made.id)
    a_confirmed_visit(adult, minor, programme=programme)
    make_school_request(RequestState.NEW, programme=programme)
    a_cleared_minor(email="elsewhere@young.example")
    return made, adult, minor


def emails(report: dict) -> set[str]:
    return {one["email"] for one in report["persons"]}


def test_a_role_reaches_what_the_table_of_rights_says_in_its_centre(told, centre):
    report = told("--role", "coordinator", "--centre", "ours")

    assert {"adult@centre.example", "minor@young.example", "vesna@family.example", "ana@school.example"} <= emails(
        report
    )
    assert "elsewhere@young.example" not in emails(report)
    assert report["counts"]["influencer"] == 1
    assert any(line.startswith("presenter: ") and "(centre)" in line for line in report["things"])
    assert "elsewhere@young.example" in emails(told("--role", "coordinator"))


def test_the_address_of_a_calendar_reaches_the_crews_of_its_presenter(told, centre):
    _made, adult, _minor = centre
    token = make_feed(adult)
    for typed in (token, f"https://raspored.example/feeds/{token}.ics"):
        report = told("--token", typed)
        assert report["by"].startswith("feed ")
        assert emails(report) == {"adult@centre.example", "minor@young.example"}


def test_the_calendar_of_a_centre_reaches_its_adults_and_that_of_its_posts_nobody(told, centre):
    made, _adult, _minor = centre
    user = make_user(centre_id=made.id)
    for kind, reached in ((FeedKind.CENTRE, {"adult@centre.example"}), (FeedKind.POSTS, set())):
        token = service.make_feed(user.actor(), "x", "en", now=MONDAY, of=FeedOf(kind, user_id=user.id))
        assert emails(told("--token", token)) == reached, kind


def test_a_schools_link_reaches_its_request(told):
    request = make_school_request(RequestState.NEW)
    with transaction():
        token = tokens.mint("status", request.id, lasts=dt.timedelta(days=9), now=MONDAY)
    report = told("--token", f"https://raspored.example/status/{token}")
    assert (emails(report), report["by"]) == ({"ana@school.example"}, f"link status {request.id}")
    assert report["until"].startswith("2026-09-23")


def test_an_account_tells_what_was_done_with_it(told, centre):
    boss = make_user(Role.COORDINATOR, centre_id=centre[0].id, email="boss@centre.example")
    with transaction():
        audit.record(boss.actor(), "minor read", boss, at=MONDAY)

    report = told("--account", "boss@centre.example", "--from", "2026-09-14", "--to", "2026-09-14")

    assert [f"user:{boss.id}", "minor read", 1] in report["done"]
    assert "minor@young.example" in emails(report)
    assert told("--account", "boss@centre.example", "--from", "2026-09-15", "--to", "2026-09-16")["done"] == []


def test_a_time_names_who_was_signed_in(told, centre):
    boss = make_user(Role.COORDINATOR, centre_id=centre[0].id)
    with transaction() as session:
        session.add(
            SignIn(
                token_hash="h",
                user_id=boss.id,
                created_at=MONDAY,
                last_seen_at=MONDAY,
                expires_at=MONDAY + dt.timedelta(hours=12),
                ended_at=MONDAY + dt.timedelta(hours=1),
            )
        )

    report = told("--from", "2026-09-14", "--to", "2026-09-14")
    assert report["by"].endswith(f": {boss.id}")
    assert {"adult@centre.example", "minor@young.example", "vesna@family.example"} <= emails(report)
    assert told("--from", "2026-09-15", "--to", "2026-09-15")["persons"] == []


def test_a_time_asks_once_for_all_who_were_signed_in(centre):
    made, adult, minor = centre
    others = [make_user(Role.COORDINATOR, centre_id=made.id) for _number in range(4)]
    first, last = MONDAY - dt.timedelta(hours=1), MONDAY + dt.timedelta(hours=1)
    users = [adult.user_id, minor.user_id, *(one.id for one in others)]
    asked = []
    for some in (users[:3], users[3:]):
        with transaction() as session:
            session.add_all(
                SignIn(token_hash=f"h{one}", user_id=one, created_at=MONDAY, last_seen_at=MONDAY, expires_at=last)
                for one in some
            )
        with statements() as made_now:
            breach.reach_in_time(first, last)
        asked.append(len(made_now))

    assert asked[0] == asked[1]


@pytest.mark.parametrize("arguments", [
    [], ["--from", "2026-09-14"], ["--token", "never-ours"], ["--account", "no@x.example"],
    ["--role", "guardian", "--token", "x"],
])  # fmt: skip
def test_another_way_of_asking_is_refused_in_one_line(app, arguments):
    answer = app.test_cli_runner().invoke(args=["breach-report", *arguments])
    assert (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
