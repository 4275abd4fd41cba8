"""`feeds renew` and `times recompute`."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.feeds.models import FeedToken
from scheduler.people.models import Presenter
from tests.factories import MONDAY
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import make_presenter
from tests.factories.visits import make_presentation, make_visit


def token_in(printed: str) -> str:
    found = re.fullmatch(r"http://localhost/feeds/([\w-]{43})\.ics\n", printed)
    assert found is not None, printed
    return found[1]


def test_renew_prints_a_new_address_and_the_old_one_of_that_name_dies(run, session: Session) -> None:
    presenter = make_presenter(email="jelena@centre.example")
    old, other = make_feed(presenter, name="phone"), make_feed(presenter, name="Outlook")

    answer = run("feeds", "renew", "Jelena@centre.example", "--name", " phone ")

    assert answer.exit_code == 0
    assert whole_of(token_in(answer.stdout), now=MONDAY).body
    assert whole_of(other, now=MONDAY).body
    with pytest.raises(NotFound):
        whole_of(old, now=MONDAY)


def test_without_a_name_it_is_one_feed_renewed_each_time(run, session: Session) -> None:
    make_presenter(email="jelena@centre.example")
    first, second = (token_in(run("feeds", "renew", "jelena@centre.example").stdout) for _n in "12")
    session.rollback()
    rows = session.scalars(select(FeedToken).order_by(FeedToken.id)).all()
    assert first != second
    assert [(row.name, row.revoked_at is None) for row in rows] == [("calendar", False), ("calendar", True)]


@pytest.mark.parametrize(("arguments", "words"), [
    (["nobody@centre.example"], "no presenter signs in as nobody@centre.example"),
    (["jelena@centre.example", "--name", " "], "the name is empty"),
    (["jelena@centre.example", "--name", "x" * 41], "longer than 40"),
    (["jelena@centre.example", "--name", "six"], "five feeds already"),
])  # fmt: skip
def test_bad_input_is_told_in_one_line_and_ends_with_2(run, session: Session, arguments: list[str], words: str) -> None:
    presenter = make_presenter(email="jelena@centre.example")
    for number in range(5):
        make_feed(presenter, name=str(number))

    answer = run("feeds", "renew", *arguments)

    assert answer.exit_code == 2
    assert words in answer.stderr
    assert (answer.stderr.count("\n"), answer.stdout) == (1, "")


def test_a_suspended_presenter_gets_no_address(run, session: Session) -> None:
    presenter = make_presenter(email="jelena@centre.example")
    with transaction() as writing:
        writing.get_one(Presenter, presenter.id).suspended_at = MONDAY
    answer = run("feeds", "renew", "jelena@centre.example")
    assert (answer.exit_code, answer.stderr) == (2, "Error: jelena@centre.example is suspended\n")


def test_times_recompute_says_what_it_did(run, session: Session) -> None:
    make_presentation(make_visit())
    answer = run("times", "recompute")
    assert (answer.exit_code, answer.stdout) == (0, "1 presentations of 1 visits looked at, 0 moved\n")
