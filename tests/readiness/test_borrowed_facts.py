"""What a calendar entry only borrows is another one: the next answer of each calendar concerned says so."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.core.db import transaction
from scheduler.imports.staging import Filing
from scheduler.jobs.queue import attach
from scheduler.jobs.readiness import write_texts_anew
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.places.terms.hosts import ImportOutcome
from scheduler.policy import SYSTEM, Role
from scheduler.programmes.queries import draft_of
from scheduler.readiness.service import borrowed_facts
from scheduler.visits.models.visits import CalendarEntry
from scheduler.visits.service.locked_visit import OpenVisit
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.feeds import make_entry_for, make_feed
from tests.factories.people import an_actor
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import with_entries
from tests.places.files import sheet_of
from tests.standing_clock import StandingClock
from tests.visits.scene import Scene
from tests.web.browser import browser_of

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)


class Calendars:
    """Two go along, one of them has a calendar; a stranger's has nothing to do with it."""

    def __init__(self, app: Flask, the_clock: StandingClock) -> None:
        the_clock.stands_at(MONDAY)
        self.app, self.client = app, app.test_client()
        self.scene = Scene()
        self.katalin = self.scene.educator(given_name="Каталин", family_name="Сабо")
        other = self.scene.educator()
        self.scene.accept(self.katalin, other)
        stranger = a_cleared_educator()
        sits_elsewhere(stranger)
        self.mine, self.strangers = (f"/feeds/{make_feed(one, language='en')}.ics" for one in (other, stranger))
        self.before, self.kept = self.read(), self.client.get(self.strangers).headers["ETag"]

    def read(self) -> str:
        return self.client.get(self.mine).text.replace("\r\n ", "")

    def says(self, words: str) -> bool:
        """Under a higher SEQUENCE, in the next answer; a calendar that is not concerned has the tag that it had."""
        now = self.read()
        assert self.client.get(self.strangers).headers["ETag"] == self.kept
        assert words not in self.before
        assert self.sequence(now) > self.sequence(self.before)
        return words in now

    @staticmethod
    def sequence(text: str) -> int:
        return int(text.partition("SEQUENCE:")[2].split()[0])


def sits_elsewhere(person: Presenter) -> None:
    """In another visit, with the calendar texts that it gets."""
    sitting = make_entry_for(person)
    with transaction() as session:
        session.execute(sa.delete(CalendarEntry).where(CalendarEntry.presentation_id == sitting.id))
    with_entries(sitting.visit_id)


def a_programme_is_renamed(calendars: Calendars) -> str:
    scene = calendars.scene
    draft = replace(draft_of(scene.centre_id, scene.programme.id), name_en="Xanadu")
    administrator = an_actor(Role.ADMINISTRATOR, centre_id=scene.centre_id)
    borrowed_facts.change_programme(administrator, scene.programme.id, draft, now=MONDAY)
    return "Xanadu"


def a_name_is_spelled_on_its_page(calendars: Calendars) -> str:
    typed = {"language": "en", "phone": "", "other_given_name": "Katalin", "other_family_name": "Szabó"}
    assert browser_of(calendars.app, calendars.katalin).post("/account", data=typed).status_code == 302
    return "Katalin Szabó"


def a_register_names_a_school_anew(calendars: Calendars) -> str:
    assert imported(calendars).changed == 1
    return "Čegar"


def imported(calendars: Calendars, **given: Callable[[int, int], None]) -> ImportOutcome:
    """A newer register, in which the school has another name."""
    make_municipality("Пирот")
    with transaction() as session:
        session.get_one(Host, calendars.scene.host.id).register_id = "1"
    return borrowed_facts.import_hosts(SYSTEM, sheet_of("1,Чегар,primary,Пирот,"), Filing(MONDAY, **given))


def somebody_does_it_by_hand_and_a_night_passes(calendars: Calendars) -> str:
    with transaction() as session:
        session.get_one(Host, calendars.scene.host.id).address_sr_latn = "Nova 99"
    attach(calendars.app)
    write_texts_anew.call_local()
    return "Nova 99"


@pytest.mark.parametrize("change", [
    a_programme_is_renamed, a_name_is_spelled_on_its_page, a_register_names_a_school_anew,
    somebody_does_it_by_hand_and_a_night_passes,
])  # fmt: skip
def test_the_next_answer_says_it(change: Callable[[Calendars], str], app: Flask, the_clock: StandingClock) -> None:
    calendars = Calendars(app, the_clock)
    assert calendars.says(change(calendars))


def test_an_import_and_its_taking_back_are_said_step_by_step_and_open_the_visits_of_its_schools_only(
    app, the_clock, monkeypatch
):
    calendars = Calendars(app, the_clock)
    looked: list[int] = []
    told: list[tuple[int, int]] = []
    found = borrowed_facts._with_other_texts
    monkeypatch.setattr(
        borrowed_facts, "_with_other_texts", lambda session, ids: looked.extend(ids) or found(session, ids)
    )

    outcome = imported(calendars, tell=lambda done, total: told.append((done, total)))
    assert "Čegar" in calendars.read()
    borrowed_facts.take_back_hosts(SYSTEM, outcome.batch_id, now=MONDAY)
    assert "Čegar" not in calendars.read()
    assert calendars.scene.host.name_sr_latn in calendars.read()
    assert looked == [calendars.scene.visit_id] * 2
    assert told[-1] == (1, 1)  # each step is told, so that its lease lasts
    assert sorted(told, key=lambda one: one[0] / max(one[1], 1)) == told


def test_what_is_as_it_would_be_keeps_its_text_and_what_has_been_stays(app, the_clock, session):
    calendars = Calendars(app, the_clock)
    texts = sa.select(CalendarEntry.id, CalendarEntry.text).order_by(CalendarEntry.id)
    stored = session.execute(texts).all()
    session.rollback()

    assert borrowed_facts.write_texts_anew(now=MONDAY) == 0
    with transaction() as writing:
        writing.get_one(Host, calendars.scene.host.id).address_sr_latn = "Nova 99"
    assert borrowed_facts.write_texts_anew(now=MONDAY + 90 * DAY) == 0

    assert session.execute(texts).all() == stored
    assert calendars.read() == calendars.before


def test_a_programme_of_other_minutes_opens_no_visit(app: Flask, the_clock: StandingClock) -> None:
    scene = Calendars(app, the_clock).scene
    draft = replace(draft_of(scene.centre_id, scene.programme.id), notice_days=9)
    administrator = an_actor(Role.ADMINISTRATOR, centre_id=scene.centre_id)
    with asked_and_written() as made:
        borrowed_facts.change_programme(administrator, scene.programme.id, draft, now=MONDAY)
    assert not [one for one in made.told() if "calendar_entry" in one]


def test_ten_visits_ask_as_often_as_one(app: Flask, the_clock: StandingClock, session: Session) -> None:
    Calendars(app, the_clock)
    with asked_and_written() as one:
        borrowed_facts.write_texts_anew(now=MONDAY)
    for _ in range(9):
        sits_elsewhere(a_cleared_educator())
    session.rollback()

    with asked_and_written() as ten:
        assert borrowed_facts.write_texts_anew(now=MONDAY) == 0

    assert ten.numbers == one.numbers


def test_only_what_would_be_another_text_is_opened(app: Flask, the_clock: StandingClock, session: Session) -> None:
    """Each night all visits to come are compared, and nobody waits for a lock meanwhile."""
    scene = Calendars(app, the_clock).scene
    session.rollback()

    with asked_and_written() as made:
        borrowed_facts.write_texts_anew(now=MONDAY)
    with transaction() as writing:
        writing.get_one(Host, scene.host.id).address_sr_latn = "Nova 99"
    with asked_and_written() as other:
        assert borrowed_facts.write_texts_anew(now=MONDAY) == 1

    def opening(told: list[str]) -> list[str]:
        return [one for one in told if "FOR UPDATE" in one or "UPDATE " in one]

    assert not opening(made.told())
    assert opening(other.told())


def test_a_text_that_cannot_be_written_keeps_neither_the_change_nor_another_visit_from_it(
    app: Flask, the_clock: StandingClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calendars = Calendars(app, the_clock)
    sits_elsewhere(a_cleared_educator())
    written = borrowed_facts.write_entries

    def written_but_of_the_scene(session: Session, opened: OpenVisit, *, now: dt.datetime) -> None:
        if opened.visit.id == calendars.scene.visit_id:
            raise ValueError("a bug")
        written(session, opened, now=now)

    monkeypatch.setattr(borrowed_facts, "write_entries", written_but_of_the_scene)

    name = a_programme_is_renamed(calendars)
    assert draft_of(calendars.scene.centre_id, calendars.scene.programme.id).name_en == name
    with transaction() as session:
        session.execute(sa.update(Host).values(address_sr_latn="Nova 99"))
    assert borrowed_facts.write_texts_anew(now=MONDAY) == 2
    assert calendars.read() == calendars.before
    broken = [vars(one)["visit_id"] for one in caplog.records if one.exc_info]
    assert broken == [calendars.scene.visit_id] * 2


def test_a_page_waits_for_the_next_visits_only(app, the_clock, monkeypatch):
    monkeypatch.setattr(borrowed_facts, "MOST_WAITED_FOR", 0)
    calendars = Calendars(app, the_clock)
    said = a_programme_is_renamed(calendars)
    assert calendars.read() == calendars.before
    assert borrowed_facts.write_texts_anew(now=MONDAY) == 1
    assert calendars.says(said)
