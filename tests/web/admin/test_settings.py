"""The administrator's pages: the centre, the first steps, school days, programmes, health."""

import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.language import languages
from scheduler.jobs import queue
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Centre, SettledStep, User
from scheduler.people.terms import HandStep
from scheduler.places.models import Holiday
from scheduler.places.service.hosts import load_reference_data
from scheduler.policy import Role
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.admin.words import JOBS
from scheduler.work.terms import BACKUP_JOB
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_presenter, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.visitor import day as written
from tests.web.browser import browser_of, sign_in_as
from tests.web.reading import rows_of, selects_of

SMTP = "smtps://mail.centre.example"
SENDS_MAIL = "messages.send_waiting"
IMPORT_FIRST = "Import the register of schools"
STEPS = "/settings/first-steps"
CENTRE = {
    "name_sr_cyrl": "Центар", "name_sr_latn": "Centar", "name_en": "", "place_sr_cyrl": "Нови Сад",
    "email": "Info@Centre.example",
}  # fmt: skip
PROGRAMME = {
    "name_sr_cyrl": "Чувај податке", "summary_sr_cyrl": "Шта остаје.", "kind": "talk", "topic": "privacy",
    "audiences": ["pupils"], "minutes": "45", "group_size": "60", "educators": "1", "influencers": "0",
    "set_up_minutes": "15", "notice_days": "14", "booking": "ask_first",
}  # fmt: skip


@pytest.fixture
def boss(app):
    return make_user(Role.ADMINISTRATOR, Role.COORDINATOR)


@pytest.fixture
def admin(app, boss):
    return browser_of(app, boss)


def in_production(app, **settings):
    """An administrator's browser in an installation that is no demo."""
    fair = {"mode": "production", "second_factor": "off"}
    config.use(replace(config.settings(), **(fair | settings)))
    return browser_of(app, make_user(Role.ADMINISTRATOR))


def read(browser, path: str) -> str:
    return browser.get(f"{path}?lang=en").text


def test_a_centre_is_renamed_and_what_is_wrong_stays_in_the_form(admin):
    refused = admin.post("/settings?lang=en", data=CENTRE | {"email": "no address", "phone": "abc"})
    assert refused.status_code == 422
    for words in ('value="Нови Сад"', "<title>Error: Settings"):
        assert words in refused.text

    assert admin.post("/settings", data=CENTRE).status_code == 302

    [centre] = rows_of(Centre)
    assert (centre.name_sr_cyrl, centre.name_en, centre.email) == ("Центар", "Centar", "info@centre.example")

    assert admin.post("/settings", data=CENTRE | {"answers_to": "everybody"}).status_code == 422
    admin.post("/settings", data=CENTRE | {"answers_to": "owner"})
    assert "Who gets answers to mails: before The centre, now The owner of the request" in read(admin, "/settings")
    assert [centre.answers_to for centre in rows_of(Centre)] == ["owner"]


def test_the_site_that_may_frame_the_free_dates_is_checked_and_its_lines_are_shown(admin, boss):
    assert "&lt;iframe" not in read(admin, "/settings")
    refused = admin.post("/settings?lang=en", data=CENTRE | {"site": "http://centre.example"})
    assert refused.status_code == 422
    assert "Enter an https address without a path" in refused.text

    admin.post("/settings", data=CENTRE | {"site": "https://Centre.example/"})

    [centre] = rows_of(Centre)
    page = read(admin, "/settings")
    assert centre.site == "https://centre.example"
    assert page.count(f"&lt;iframe src=&#34;http://localhost/widget/{centre.slug}?lang=") == len(languages())
    assert json.loads(rows_of(AuditEntry)[-1].details)["changes"]["site"] == ["", "https://centre.example"]


# --- the first steps ---


def test_a_new_centre_sees_its_first_steps_on_the_desk_until_they_are_put_away(admin):
    assert IMPORT_FIRST in read(admin, "/desk")
    admin.post(f"{STEPS}/put_away/settle", data={"from": "desk"})
    assert IMPORT_FIRST not in read(admin, "/desk")
    assert "Show the list on my first page again" in read(admin, STEPS)
    admin.post(f"{STEPS}/put_away/reopen")
    assert IMPORT_FIRST in read(admin, "/desk")


def test_each_step_knows_by_a_query_whether_it_is_done(admin, boss):
    of_centre, seen = {"centre_id": boss.centre_id}, []

    def look() -> None:
        seen.append(admin.get(STEPS).text.count("tone-wait"))

    look()
    programme = make_programme(**of_centre)
    look()
    make_user(**of_centre)
    make_presenter(**of_centre)
    look()
    for step in ("helpline", "backup"):
        admin.post(f"{STEPS}/{step}/settle")
    look()
    admin.post("/settings", data=CENTRE | {"signatory": "Ана Илић", "place_sr_latn": "Novi Sad"})
    look()
    for state in (RequestState.UNVERIFIED, RequestState.NEW):
        make_school_request(state, programme=programme)
        look()

    assert seen == [10, 9, 7, 5, 4, 4, 3]


def test_a_step_is_settled_once_and_that_of_the_calendar_leads_to_the_import(admin):
    for _press in range(2):
        admin.post(f"{STEPS}/backup/settle")

    assert rows_of(SettledStep.step) == [HandStep.BACKUP]
    assert admin.post(f"{STEPS}/anything/settle").status_code == 404

    load_reference_data(MONDAY)

    page = read(admin, STEPS)

    way = 'href="/school-calendar/import"'
    for words in ("Import the school calendar 2026/27 of both regions", way, "http://localhost/book"):
        assert words in page


@pytest.mark.parametrize(("mode", "told"), [("demo", False), ("production", True)])
def test_with_presenters_a_real_centre_is_told_until_all_is_done_and_a_demo_is_not(app, mode, told):
    administrator = make_user(Role.ADMINISTRATOR)
    make_presenter(centre_id=administrator.centre_id)
    config.use(replace(config.settings(), mode=mode, second_factor="off"))
    assert ("First steps" in read(browser_of(app, administrator), "/desk")) is told


@pytest.mark.parametrize(("state", "words"), [
    (MessageState.WAITING, "waits to be sent"), (MessageState.SENT, "A mail has left"),
    (MessageState.FAILED, "could not be sent"),
])  # fmt: skip
def test_a_test_mail_goes_to_the_own_address_and_its_fate_is_shown(admin, boss, state, words):
    admin.post("/settings/test-mail")
    [mail] = rows_of(OutboxMessage)
    with transaction():
        mail.state = state

    page = read(admin, STEPS)

    assert (mail.address, words in page) == (boss.email, True)
    assert ("data-hx-trigger" in page) == (state is MessageState.WAITING)


def test_the_steps_of_mail_and_backup_are_ticked_by_what_happens(app):
    administrator = in_production(app, smtp_url=SMTP)
    [centre_id] = rows_of(User.centre_id)
    ticked = []

    def look(step: str) -> None:
        row = next(row for row in read(administrator, STEPS).split("<tr") if step in row)
        ticked.append("tone-good" in row)

    for _before_and_after in range(2):
        look("Try whether mail leaves")
        mail = make_message(centre_id=centre_id)
        with transaction():
            mail.state = MessageState.SENT
    for made in (None, MONDAY - dt.timedelta(hours=37), MONDAY):
        if made:
            queue.write_run(BACKUP_JOB, made, failed=False)
        look("Let somebody set up the backup")

    assert ticked == [False, True, False, False, True]


# --- school days, programmes ---


def test_a_holiday_is_added_removed_and_put_back_by_the_note(admin):
    days = "/settings/holidays?lang=sr_Cyrl"
    typed = {"day": written(MONDAY.date() + dt.timedelta(days=40)), "name": "Слава", "no_lessons": "y"}

    assert [admin.post("/settings/holidays", data=typed).status_code for _press in range(2)] == [302, 422]
    assert "Слава" in admin.get(days).text
    admin.post(f"/settings/holidays/{rows_of(Holiday.id)[0]}/remove")
    after = admin.get(days).text
    assert "Слава" not in after.partition("<details")[0]
    admin.post(re.search(r'action="(/settings/holidays/\d+/restore)"', after)[1])

    assert "Слава" in admin.get(days).text


CALENDAR = {"calendar": "vojvodina", "applies_to": "all"}


def test_a_line_of_a_school_calendar_is_added_or_refused_and_a_working_saturday_follows_a_weekday(admin):
    typed = CALENDAR | {"kind": "term1", "first_day": f"1.9.{MONDAY.year}"}

    refused = admin.post("/settings/calendar?lang=en", data=typed | {"last_day": f"1.8.{MONDAY.year}"})
    taken = admin.post("/settings/calendar", data=typed | {"last_day": f"31.12.{MONDAY.year}"})

    assert (refused.status_code, f'value="1.9.{MONDAY.year}"' in refused.text, taken.status_code) == (422, True, 302)
    assert "First term" in read(admin, "/settings/holidays")

    page = read(admin, "/settings/holidays")
    field = page[page.index('name="timetable_of"') :].split("</select>")[0]
    assert [day for day in ("Monday", "Friday", "Saturday", "Sunday") if day in field] == ["Monday", "Friday"]

    typed = dict.fromkeys(("first_day", "last_day"), written(MONDAY.date() + dt.timedelta(days=5)))
    saturday = CALENDAR | {"kind": "working-saturday", "timetable_of": "5"} | typed
    refused = admin.post("/settings/calendar", data=saturday)

    assert (refused.status_code, 'id="timetable_of-calendar-error"' in refused.text) == (422, True)


def test_a_programme_is_described_changed_retired_and_offered_again(admin):
    assert admin.post("/settings/programmes/new", data=PROGRAMME | {"educators": "0"}).status_code == 422
    assert admin.post("/settings/programmes/new", data=PROGRAMME).status_code == 302
    [programme] = rows_of(Programme)
    page = f"/settings/programmes/{programme.id}"
    assert 'value="45"' in admin.get(page).text

    assert admin.post(page, data=PROGRAMME | {"minutes": "90", "summary_sr_cyrl": ""}).status_code == 422
    assert admin.post(page, data=PROGRAMME | {"minutes": "90"}).status_code == 302
    admin.post(f"{page}/retire")
    assert "Retired" in read(admin, "/settings/programmes")
    admin.post(f"{page}/reopen")

    assert (programme.minutes, programme.open) == (90, True)


def test_another_centres_programme_is_not_there(admin):
    page = f"/settings/programmes/{make_programme().id}"
    for path in (page, f"{page}/retire"):
        assert admin.post(path, data=PROGRAMME).status_code == 404


# --- health ---


def test_every_job_that_runs_by_itself_has_words():
    queue.load_jobs()
    names = {task.name for task in queue.huey._registry.periodic_tasks}
    assert names - set(JOBS) == set()


def test_health_says_in_words_whether_a_worker_was_heard_of_and_that_a_mail_is_late(admin):
    silent = read(admin, "/health")
    queue.write_run(SENDS_MAIL, MONDAY, failed=False)
    alive = read(admin, "/health")
    queue.write_run(SENDS_MAIL, MONDAY, failed=True)

    assert ["Start the service raspored-worker" in page for page in (silent, alive)] == [True, False]
    assert ("All is well." in silent, "Sends mail" in alive) == (False, True)
    assert "Failed" in read(admin, "/health")

    admin.post("/settings/test-mail")
    with transaction():
        late = rows_of(OutboxMessage)[0]
        late.created_at = late.not_before = MONDAY - dt.timedelta(days=1)

    assert "1 mail is late" in read(admin, "/health")


@pytest.mark.parametrize(("smtp_url", "stays"), [("", True), (SMTP, False)])
def test_in_production_without_a_mail_server_neither_health_nor_the_test_mail_calls_it_good(app, smtp_url, stays):
    admin = in_production(app, smtp_url=smtp_url)
    for job in (SENDS_MAIL, BACKUP_JOB):
        queue.write_run(job, MONDAY, failed=False)
    admin.post("/settings/test-mail")
    with transaction():
        rows_of(OutboxMessage)[0].state = MessageState.SENT

    health, steps = read(admin, "/health"), read(admin, STEPS)

    assert ("No mail leaves this machine, because" in health, "All is well." in health) == (stays, not stays)
    assert ("No mail leaves this machine yet" in steps, "A mail has left" in steps) == (stays, not stays)


def test_in_production_health_tells_of_a_night_without_a_backup(app):
    admin, words = in_production(app, smtp_url=SMTP), "No backup was made in the last 36 hours"
    for hours, told in ((37, True), (0, False)):
        queue.write_run(BACKUP_JOB, MONDAY - dt.timedelta(hours=hours), failed=False)
        assert (words in read(admin, "/health")) is told


@pytest.mark.parametrize("page", ["/desk", STEPS, "/settings/holidays", "/settings/programmes", "/health"])
def test_a_page_asks_as_often_for_three_things_as_for_one(admin, boss, page):
    load_reference_data(MONDAY)

    def more(number: int) -> int:
        make_programme(centre_id=boss.centre_id)
        make_presenter(centre_id=boss.centre_id)
        queue.write_run(f"jobs.test{number}", MONDAY, failed=False)
        return selects_of(admin, page)

    one, _two, three = (more(number) for number in range(3))
    assert one == three


# The page of one person's data: looked up by an administrator, taken out, erased, each behind the password.

ANA = "ana@school.example"


@pytest.fixture
def chief(app) -> User:
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def browser(app, chief):
    return browser_of(app, chief)


@pytest.fixture
def row(chief) -> SchoolRequest:
    """What Ana asked for, long over."""
    return make_school_request(RequestState.CLOSED, programme=make_programme(centre_id=chief.centre_id))


def sent(browser, path: str = "", email: str = ANA):
    return browser.post(f"/settings/person{path}?lang=en", data={"email": email})


def test_what_goes_and_stays_is_said_before_the_file_leaves_and_the_person_is_erased(browser, row):
    page = sent(browser)

    assert page.status_code == 200
    for words in ("Asked for a visit", "Erase this person"):
        assert words in page.text
    assert row.contact_name == "Ana Petrović"

    answer = sent(browser, "/export")

    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert json.loads(archive.read("data.json"))["school_request"][0]["contact_name"] == "Ana Petrović"
        assert "Ana Petrović" in archive.read("index.html").decode()

    assert (sent(browser, "/erase").status_code, row.contact_name) == (302, "")


def test_what_hinders_is_said_with_what_to_do_and_no_button_is_there(browser, chief):
    row = make_school_request(programme=make_programme(centre_id=chief.centre_id))
    page = sent(browser).text
    for words in (row.number, "Finish or cancel these requests first"):
        assert words in page
    assert "Erase this person" not in page
    assert (sent(browser, "/erase").status_code, row.contact_name) == (409, "Ana Petrović")


@pytest.mark.parametrize("path", ["/export", "/erase"])
def test_the_password_is_asked_again(client, chief, row, path):
    answer = sent(sign_in_as(client, chief.id, password_typed=False), path)
    assert (answer.status_code, "Your password, once more" in answer.text) == (422, True)
    assert row.contact_name == "Ana Petrović"


@pytest.mark.parametrize("path", ["", "/export", "/erase"])
def test_an_unknown_address_and_one_of_another_centre_look_alike(browser, path):
    make_school_request(RequestState.CLOSED)  # of another centre
    strange, unknown = sent(browser, path), sent(browser, path, "nobody@school.example")
    assert (strange.status_code, unknown.status_code) == (422, 422)
    assert "your centre knows nobody by it" in strange.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_nobody_else_may(app, role):
    browser = browser_of(app, make_user(role))
    assert [browser.get("/settings/person").status_code] == [403]
    assert [browser.post(f"/settings/person{path}").status_code for path in ("", "/export", "/erase")] == [403] * 3
