"""What staff sees of a minor, and what anybody is refused, is in the audit (TRUST S34)."""

import datetime as dt
import random
import re
from html import escape, unescape

import pytest
from flask import Flask
from waitress.buffers import ReadOnlyFileBasedBuffer
from werkzeug.wsgi import FileWrapper

from scheduler.core.audit import DENIED, MINOR_READ
from scheduler.core.names import spellings
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.web.reads import Lookout
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, make_user
from tests.web.browser import browser_of
from tests.web.noted_reads import lines

HOUR = dt.timedelta(hours=1)


def named_in(body: str, minors: dict[int, tuple[str, str]]) -> set[int]:
    return Lookout(minors).named_in(body)


@pytest.fixture
def minor(app) -> Presenter:
    return make_presenter(
        kind=PresenterKind.INFLUENCER, birth_date=dt.date(2010, 5, 1), given_name="Тара", family_name="Зорић"
    )


@pytest.fixture
def coordinator(minor) -> User:
    return make_user(Role.COORDINATOR, centre_id=minor.centre_id)


def test_trust_s34_staff_that_sees_a_minors_name_is_noted_with_the_page(app: Flask, minor, coordinator):
    browser = browser_of(app, coordinator)
    assert "Тара Зорић" in browser.get("/people").text

    assert lines(MINOR_READ) == [(f"user:{coordinator.id}", minor.id, "people.presenters")]


def test_a_day_of_looking_is_one_line_for_each_reader_minor_and_page(app: Flask, minor, coordinator, the_clock):
    other = make_user(Role.COORDINATOR, centre_id=minor.centre_id)
    for reader in (coordinator, other):
        browser = browser_of(app, reader)
        for path in ("/people", "/people", f"/people/{minor.id}", "/people", f"/people/{minor.id}"):
            browser.get(path)
    assert [page for _actor, _id, page in lines(MINOR_READ)] == ["people.presenters", "people.presenter"] * 2

    the_clock.stands_at(MONDAY + 24 * HOUR)
    browser_of(app, coordinator).get("/people")

    assert len(lines(MINOR_READ)) == 5


def test_who_is_no_staff_or_sees_no_minor_is_not_noted(app: Flask, minor, coordinator):
    make_presenter(given_name="Вера", family_name="Адамовић")
    browser_of(app, minor).get("/account")
    browser_of(app, coordinator).get("/settings")
    browser_of(app, make_user(Role.COORDINATOR, centre_id=make_centre().id)).get("/people")

    assert lines(MINOR_READ) == []


def test_trust_s34_who_is_a_minor_is_asked_with_each_page(app: Flask, minor, coordinator, the_clock):
    browser = browser_of(app, coordinator)
    browser.get("/people")
    other = make_presenter(
        kind=PresenterKind.INFLUENCER, birth_date=dt.date(2010, 6, 1), centre_id=minor.centre_id,
        given_name="Вук", family_name="Лукић",
    )  # fmt: skip

    browser.get("/people")
    assert [presenter_id for _actor, presenter_id, _page in lines(MINOR_READ)] == [minor.id, other.id]

    the_clock.stands_at(dt.datetime(2028, 5, 2, 9, tzinfo=dt.UTC))
    browser_of(app, coordinator).get("/people")

    assert [one for _actor, one, _page in lines(MINOR_READ)] == [minor.id, other.id, other.id], "one is of age"


NAMES = {1: ("Тара", "Зорић"), 2: ("Ana", "O'Hara"), 3: ("Вук", "Лукић")}
SHORT_AND_LONG = {1: ("Ли", "Ха"), 2: ("Ana Marija", "De la Cruz"), 3: ("", "Младеновић"), 4: ("Мила", "Ђу")}


@pytest.mark.parametrize(
    ("minors", "body", "found"),
    [
        (NAMES, "<p><mark>Та</mark>ра\n Зо<b>рић</b></p>", {1}),
        (NAMES, '<a aria-label="Ana O&#39;Hara">x</a>', {2}),
        (NAMES, "Лукић Вук;12", {3}),
        (NAMES, "Тара и Лукић", set()),
        (NAMES, "<p>бабаТара Зорићеву</p>", {1}),  # within longer words: more is noted than was meant, never less
        (SHORT_AND_LONG, "<td>Ли Ха</td>", {1}),
        (SHORT_AND_LONG, "<td>Ha De  la Cruz Ana\tMarija</td>", {2}),
        (SHORT_AND_LONG, "<td>од Младеновић</td>", {3}),
        (SHORT_AND_LONG, "<td>Ђу Мила</td><td>Ана Ђу</td>", {4}),
        (SHORT_AND_LONG, "<td>Миле Ђу, Ана De la Cruz</td>", set()),
    ],
)
def test_a_name_is_found_across_marks_in_attributes_escaped_short_and_long(minors, body, found):
    assert named_in(body, minors) == found


SYLLABLES = ("А", "Ми", "Та", "ра", "ло", "ше", "вић", "Đo", "nić", "O'", "-", "&", "é")
AROUND = (" ", "  ", "\n", ",", " (", ") ", "<b>", "</b> ", ";", "")


def test_whatever_a_walk_through_the_text_finds_is_found():
    dice = random.Random(20261129)

    def word() -> str:
        return "".join(dice.choices(SYLLABLES, k=dice.randint(1, 4)))

    def name() -> str:
        return " ".join(word() for _ in range(dice.choice((0, 1, 1, 1, 2))))

    found = 0
    for _ in range(300):
        minors = {number: (name(), name()) for number in range(8)}
        pieces = [dice.choice([word(), *(one for both in minors.values() for one in both)]) for _ in range(60)]
        body = "".join(escape(one) + dice.choice(AROUND) for one in pieces)
        texts = [" ".join(unescape(one).split()) for one in (body, re.sub("<[^>]*>", "", body))]
        walked = {
            number
            for number, (given, family) in minors.items()
            for whole in (f"{given} {family}".strip(), f"{family} {given}".strip())
            for one in spellings(whole)
            if any(one in text for text in texts)
        }
        assert named_in(body, minors) == walked
        found += len(walked)
    assert 500 < found < 2_000, "some were named and some were not"


@pytest.mark.parametrize(("path", "page"), [("/settings/programmes", "admin"), ("/people/users", "people.users")])
def test_trust_s34_each_403_of_who_is_signed_in_is_noted_once_an_hour(app: Flask, minor, the_clock, path, page):
    browser = browser_of(app, minor)
    answers = [browser.get(path).status_code for _ in range(3)]
    assert answers == [403] * 3
    assert [(actor, thing_id) for actor, thing_id, _page in lines(DENIED)] == [(f"user:{minor.user_id}", minor.user_id)]
    assert lines(DENIED)[0][2].startswith(page)

    the_clock.stands_at(MONDAY + HOUR + dt.timedelta(minutes=1))
    browser_of(app, minor).get(path)

    assert len(lines(DENIED)) == 2


def test_trust_s34_what_lies_in_another_centre_looks_absent_and_is_noted(app: Flask, minor):
    stranger = make_user(Role.COORDINATOR, centre_id=make_centre().id)
    browser = browser_of(app, stranger)

    assert browser.get(f"/people/{minor.id}").status_code == 404
    assert browser.get("/people/999999").status_code == 404

    assert lines(DENIED) == [(f"user:{stranger.id}", stranger.id, "people.presenter")]


def test_who_is_not_signed_in_leaves_no_line(app: Flask, minor):
    app.test_client().get("/people")
    app.test_client().get("/no/such/page")

    assert lines(DENIED) == lines(MINOR_READ) == []


def test_an_answer_whose_line_cannot_be_written_is_not_given(app: Flask, minor, coordinator, monkeypatch):
    def full_disk(*_args: object, **_given: object) -> None:
        raise OSError("no space left")

    browser = browser_of(app, coordinator)
    monkeypatch.setattr("scheduler.web.reads.reads.note_reads", full_disk)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = browser.get("/people")

    assert answer.status_code == 500
    assert "Зорић" not in answer.text


def test_a_file_of_text_is_looked_at_whatever_the_server_wraps_it_in(app: Flask, coordinator):
    """waitress gives a file a length and passes it through; werkzeug's own wrapper has none."""
    browser = browser_of(app, coordinator)

    for wrapper in (ReadOnlyFileBasedBuffer, FileWrapper):
        answer = browser.get("/imports/template/hosts.csv", environ_overrides={"wsgi.file_wrapper": wrapper})

        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert len(answer.data) > 100
