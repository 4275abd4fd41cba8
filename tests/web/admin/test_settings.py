"""The administrator's pages: the centre, the first steps, school days, programmes, health."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.jobs import queue
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Centre, SettledStep
from scheduler.people.terms import HandStep
from scheduler.places.models import Holiday
from scheduler.places.service.hosts import load_reference_data
from scheduler.policy import Role
from scheduler.programmes.models import Programme
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.admin.words import JOBS
from scheduler.work.terms import BACKUP_JOB
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.web.browser import browser_of

CENTRE = {
    "name_sr_cyrl": "Центар",
    "name_sr_latn": "Centar",
    "name_en": "",
    "place_sr_cyrl": "Нови Сад",
    "email": "Info@Centre.example",
}
PROGRAMME = {
    "name_sr_cyrl": "Чувај податке",
    "summary_sr_cyrl": "Шта остаје.",
    "kind": "talk",
    "topic": "privacy",
    "audiences": ["pupils"],
    "minutes": "45",
    "group_size": "60",
    "educators": "1",
    "influencers": "0",
    "set_up_minutes": "15",
    "notice_days": "14",
    "booking": "ask_first",
}


@pytest.fixture
def admin(app):
    return browser_of(app, make_user(Role.ADMINISTRATOR, Role.COORDINATOR))


def test_a_centre_is_renamed_and_what_is_wrong_stays_in_the_form(session, admin):
    refused = admin.post("/settings?lang=en", data=CENTRE | {"email": "no address", "phone": "abc"})
    assert refused.status_code == 422
    assert 'value="Нови Сад"' in refused.text
    assert "<title>Error: Settings" in refused.text

    assert admin.post("/settings", data=CENTRE).status_code == 302

    centre = session.scalars(select(Centre)).one()
    assert (centre.name_sr_cyrl, centre.name_en, centre.email) == ("Центар", "Centar", "info@centre.example")


def test_a_new_centre_sees_its_first_steps_on_the_desk_until_they_are_put_away(session, admin):
    first = admin.get("/desk?lang=en").text
    assert "Import the register of schools" in first

    admin.post("/settings/first-steps/put_away/settle", data={"from": "desk"})
    away = admin.get("/desk?lang=en").text
    found = admin.get("/settings/first-steps?lang=en").text
    admin.post("/settings/first-steps/put_away/reopen")

    assert "Import the register of schools" not in away
    assert "Show the list on my first page again" in found
    assert "Import the register of schools" in admin.get("/desk?lang=en").text


def test_each_step_knows_by_a_query_whether_it_is_done(session, app):
    administrator = make_user(Role.ADMINISTRATOR, Role.COORDINATOR)
    browser = browser_of(app, administrator)

    def open_steps() -> int:
        return browser.get("/settings/first-steps").text.count("tone-wait")

    seen = [open_steps()]
    programme = make_programme(centre_id=administrator.centre_id)
    seen.append(open_steps())
    make_user(centre_id=administrator.centre_id)
    make_presenter(centre_id=administrator.centre_id)
    seen.append(open_steps())
    for step in ("helpline", "backup"):
        browser.post(f"/settings/first-steps/{step}/settle")
    seen.append(open_steps())
    browser.post("/settings", data=CENTRE | {"signatory": "Ана Илић", "place_sr_latn": "Novi Sad"})
    seen.append(open_steps())

    make_school_request(RequestState.UNVERIFIED, programme=programme)
    seen.append(open_steps())
    make_school_request(programme=programme)
    seen.append(open_steps())

    assert seen == [10, 9, 7, 5, 4, 4, 3]


def test_the_step_of_the_calendar_names_its_year_and_leads_to_the_import(session, admin):
    load_reference_data(MONDAY)
    page = admin.get("/settings/first-steps?lang=en").text

    assert "Import the school calendar 2026/27 of both regions" in page
    assert 'href="/school-calendar/import"' in page
    assert "http://localhost/book" in page


def test_every_job_that_runs_by_itself_has_words():
    queue.load_jobs()
    names = {task.name for task in queue.huey._registry.periodic_tasks}

    assert names - set(JOBS) == set()


def test_a_demo_with_presenters_is_not_told_to_begin(session, app):
    administrator = make_user(Role.ADMINISTRATOR)
    make_presenter(centre_id=administrator.centre_id)

    assert "First steps" not in browser_of(app, administrator).get("/desk?lang=en").text


def test_a_real_centre_is_told_until_all_is_done(session, app, monkeypatch):
    administrator = make_user(Role.ADMINISTRATOR)
    make_presenter(centre_id=administrator.centre_id)
    real = config.Settings(**(config.settings().__dict__ | {"mode": "production", "second_factor": "off"}))
    config.use(real)

    assert "First steps" in browser_of(app, administrator).get("/desk?lang=en").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MessageState.WAITING, "waits to be sent"),
        (MessageState.SENT, "The test mail has left"),
        (MessageState.FAILED, "could not be sent"),
    ],
)
def test_a_test_mail_goes_to_the_own_address_and_its_fate_is_shown(session, admin, state, words):
    admin.post("/settings/test-mail")
    with transaction() as writing:
        mail = writing.scalars(select(OutboxMessage)).one()
        mail.state = state

    page = admin.get("/settings/first-steps?lang=en").text

    assert words in page
    assert ("data-hx-trigger" in page) == (state is MessageState.WAITING)


def test_a_holiday_is_added_removed_and_put_back_by_the_toast(session, admin):
    day = MONDAY.date() + dt.timedelta(days=40)
    typed = {"day": f"{day.day}.{day.month}.{day.year}", "name": "Слава", "no_lessons": "y"}

    assert admin.post("/settings/holidays", data=typed).status_code == 302
    assert admin.post("/settings/holidays", data=typed).status_code == 422
    assert "Слава" in admin.get("/settings/holidays?lang=sr_Cyrl").text
    holiday = session.scalars(select(Holiday)).one()
    admin.post(f"/settings/holidays/{holiday.id}/remove")
    after = admin.get("/settings/holidays?lang=sr_Cyrl").text
    undo = re.search(r'action="(/settings/holidays/\d+/restore)"', after)
    admin.post(undo[1])

    assert "Слава" not in after.partition("<details")[0]
    assert "Слава" in admin.get("/settings/holidays?lang=sr_Cyrl").text


def test_a_line_of_a_school_calendar_is_added_or_refused_with_what_was_typed(session, admin):
    year = MONDAY.date().year
    typed = {"calendar": "vojvodina", "kind": "term1", "applies_to": "all", "first_day": f"1.9.{year}"}

    refused = admin.post("/settings/calendar?lang=en", data=typed | {"last_day": f"1.8.{year}"})
    taken = admin.post("/settings/calendar", data=typed | {"last_day": f"31.12.{year}"})

    assert (refused.status_code, f'value="1.9.{year}"' in refused.text, taken.status_code) == (422, True, 302)
    assert "First term" in admin.get("/settings/holidays?lang=en").text


def test_a_working_saturday_follows_the_timetable_of_a_weekday(admin):
    page = admin.get("/settings/holidays?lang=en").text
    field = page[page.index('name="timetable_of"') :].split("</select>")[0]
    saturday = {"calendar": "vojvodina", "kind": "working-saturday", "applies_to": "all", "timetable_of": "5"}
    day = f"{MONDAY + dt.timedelta(days=5):%d.%m.%Y.}"

    assert [day for day in ("Monday", "Friday", "Saturday", "Sunday") if day in field] == ["Monday", "Friday"]
    refused = admin.post("/settings/calendar", data=saturday | {"first_day": day, "last_day": day})
    assert refused.status_code == 422
    assert 'id="timetable_of-calendar-error"' in refused.text


def test_a_programme_is_described_changed_retired_and_offered_again(session, admin):
    assert admin.post("/settings/programmes/new", data=PROGRAMME | {"educators": "0"}).status_code == 422
    assert admin.post("/settings/programmes/new", data=PROGRAMME).status_code == 302
    programme = session.scalars(select(Programme)).one()
    page = f"/settings/programmes/{programme.id}"

    assert 'value="45"' in admin.get(page).text
    assert admin.post(page, data=PROGRAMME | {"minutes": "90", "summary_sr_cyrl": ""}).status_code == 422
    assert admin.post(page, data=PROGRAMME | {"minutes": "90"}).status_code == 302
    admin.post(f"{page}/retire")
    assert "Retired" in admin.get("/settings/programmes?lang=en").text
    admin.post(f"{page}/reopen")

    db.session.rollback()
    stored = session.scalars(select(Programme)).one()
    assert (stored.minutes, stored.open) == (90, True)


def test_another_centres_programme_is_not_there(session, admin):
    programme = make_programme()

    for path in (f"/settings/programmes/{programme.id}", f"/settings/programmes/{programme.id}/retire"):
        assert admin.post(path, data=PROGRAMME).status_code == 404


def test_health_says_in_words_that_no_worker_was_heard_of_and_when_it_was(session, admin):
    silent = admin.get("/health?lang=en").text
    queue.write_run("messages.send_waiting", MONDAY, failed=False)
    alive = admin.get("/health?lang=en").text
    queue.write_run("messages.send_waiting", MONDAY, failed=True)

    assert ("Start the service raspored-worker" in silent, "All is well." in silent) == (True, False)
    assert ("Start the service raspored-worker" in alive, "Sends mail" in alive) == (False, True)
    assert "Failed" in admin.get("/health?lang=en").text


@pytest.mark.parametrize(("smtp_url", "kept"), [("", True), ("smtps://mail.centre.example", False)])
def test_in_production_without_a_mail_server_neither_health_nor_the_test_mail_calls_it_good(
    session, app, smtp_url, kept
):
    administrator = make_user(Role.ADMINISTRATOR)
    config.use(replace(config.settings(), mode="production", second_factor="off", smtp_url=smtp_url))
    admin = browser_of(app, administrator)
    queue.write_run("messages.send_waiting", MONDAY, failed=False)
    queue.write_run(BACKUP_JOB, MONDAY, failed=False)
    admin.post("/settings/test-mail")
    with transaction() as writing:
        writing.scalars(select(OutboxMessage)).one().state = MessageState.SENT

    health, steps = admin.get("/health?lang=en").text, admin.get("/settings/first-steps?lang=en").text

    assert ("No mail leaves this machine, because" in health, "All is well." in health) == (kept, not kept)
    assert ("No mail leaves this machine yet" in steps, "The test mail has left" in steps) == (kept, not kept)


def test_in_production_health_tells_of_a_night_without_a_backup(session, app):
    administrator = make_user(Role.ADMINISTRATOR)
    config.use(replace(config.settings(), mode="production", second_factor="off", smtp_url="smtps://mail.example"))
    admin = browser_of(app, administrator)
    queue.write_run(BACKUP_JOB, MONDAY - dt.timedelta(hours=37), failed=False)
    old = admin.get("/health?lang=en").text
    queue.write_run(BACKUP_JOB, MONDAY, failed=False)

    assert "No backup was made in the last 36 hours" in old
    assert "No backup was made" not in admin.get("/health?lang=en").text


def test_a_late_mail_is_told_on_the_page_of_health(session, admin):
    admin.post("/settings/test-mail")
    with transaction() as writing:
        writing.scalars(select(OutboxMessage)).one().created_at = MONDAY - dt.timedelta(days=1)

    assert "1 mail is late" in admin.get("/health?lang=en").text


@pytest.mark.parametrize(
    "page", ["/desk", "/settings/first-steps", "/settings/holidays", "/settings/programmes", "/health"]
)
def test_a_page_asks_as_often_for_three_things_as_for_one(session, app, page):
    administrator = make_user(Role.ADMINISTRATOR, Role.COORDINATOR)
    browser = browser_of(app, administrator)
    counts = []
    for more in (1, 2):
        for number in range(more):
            make_programme(centre_id=administrator.centre_id)
            make_presenter(centre_id=administrator.centre_id)
            queue.write_run(f"jobs.test{more}{number}", MONDAY, failed=False)
        if more == 1:
            load_reference_data(MONDAY)
        with statements() as asked:
            assert browser.get(page).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_step_is_settled_once(session, admin):
    for _ in range(2):
        admin.post("/settings/first-steps/backup/settle")

    assert session.scalars(select(SettledStep.step)).all() == [HandStep.BACKUP]
    assert admin.post("/settings/first-steps/anything/settle").status_code == 404
