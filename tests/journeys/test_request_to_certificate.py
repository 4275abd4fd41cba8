"""One visit from the school's request to the printed report, as its people live it, each in another script.

The school reads Cyrillic on a phone, the coordinator Latin at a desk, the educator English on a phone.
"""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.conftest import _postgresql_for
from tests.factories import MONDAY
from tests.journeys.installation import Installation, link_in
from tests.journeys.person import DESK, PHONE, Person
from tests.papers import qr_codes_of

pytestmark = [pytest.mark.journey, pytest.mark.both_databases]
TEACHER = "Весна Танасковић"
ADDRESS = "direktor@primer-277.example.org"
SCHOOL, SCHOOL_LATIN = "Милева Новаковић", "Mileva Novaković"
DAY = dt.date(2026, 10, 15)  # a Thursday
BEGINS_UTC = dt.datetime(2026, 10, 15, 8, 0, tzinfo=dt.UTC)  # 10:00 in Belgrade
VALID = "Овај сертификат важи."


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Iterator[Installation]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = _postgresql_for(f"{worker}_journey") if database == "postgresql" else ""
    made = Installation(tmp_path, url, MONDAY)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    asked = [flag for flag in QUIET if flag != "--no-sandbox" or os.geteuid() == 0]
    with sync_playwright() as playwright:
        yield (opened := playwright.chromium.launch(executable_path=CHROMIUM, args=asked))
        opened.close()


def test_a_request_becomes_a_certificate_and_a_line_of_the_report(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    school = Person(browser, installation, PHONE)
    coordinator = Person(browser, installation, DESK)
    educator = Person(browser, installation, PHONE, "en-GB")

    books(school)
    number = proves_its_address(school)
    coordinator.signs_in("coordinator", "sr_Latn")
    accepts_the_request(coordinator, number)
    visit = plans_and_offers(coordinator)
    educator.signs_in("educator", "en")
    accepts_the_offer(educator)
    confirms(coordinator, visit)
    sees_who_comes(school)
    reads_the_visit_in_the_calendar(educator, subscribes(educator))

    installation.time_is(BEGINS_UTC + dt.timedelta(hours=1))
    educator.signs_in("educator", "en")
    counts(educator, visit)
    countersigns(school)
    names_a_teacher(school)
    coordinator.signs_in("coordinator", "sr_Latn")
    issues_certificates(coordinator)
    paper = downloads_the_certificate(school, tmp_path)
    checks_the_code_on_the_paper(school, paper)
    finds_the_visit_in_the_report(coordinator, visit)

    assert [*school.complaints, *coordinator.complaints, *educator.complaints] == []
    assert installation.troubles() == []
    assert "All invariants hold." in installation.command("invariants", "check")


def books(school: Person) -> None:
    school.opens("/book")
    school.types("Школа или установа", "mileva novakovic nis")
    school.main.get_by_role("option").first.wait_for()  # the open list moves the button; a press must land all the same
    school.presses("Пронађите")
    school.main.get_by_role("listitem").filter(has_text="Ниш").get_by_role("button").first.click()
    school.ticks("Безбедно на интернету: разговор са основцима")
    school.presses("Даље")
    school.types("Први дан који Вам одговара", "15. 10. 2026.")
    school.types("Последњи дан који Вам одговара", "16. 10. 2026.")
    school.presses("Даље")
    school.types("Одељења", "VII-1 и VII-2")
    school.types("Ученици", "51")
    school.types("Наставници", "2")
    school.presses("Даље")
    school.types("Просторија", "свечана сала")
    school.ticks("Постоји пројектор или велики екран")
    school.types("Лице за заштиту ученика", "Јована Илић, психолог")
    school.ticks("Наставник остаје у учионици од почетка до краја")
    school.presses("Даље")
    school.types("Ваше име и презиме", TEACHER)
    school.types("Ваша мејл адреса", ADDRESS)
    school.presses("Даље")
    school.reads(SCHOOL, "51", "свечана сала", TEACHER, ADDRESS)
    school.installation.time_is(MONDAY + dt.timedelta(minutes=3))  # no hand is as quick as this test
    school.presses("Пошаљите захтев")
    school.reads("Погледајте мејл", ADDRESS)


def proves_its_address(school: Person) -> str:
    mail = school.installation.mail(ADDRESS, "Потврдите своју адресу")
    school.opens(link_in(mail))
    school.presses("Потврдите захтев")
    school.reads("Хвала, Ваша адреса је потврђена.")
    return mail.split("\n")[0].split()[-1]


def accepts_the_request(coordinator: Person, number: str) -> None:
    coordinator.opens("/requests?show=all")
    coordinator.opens(f"/requests/{number}")
    coordinator.reads(SCHOOL_LATIN)
    coordinator.presses("Preuzmite")
    coordinator.follows("Prihvatite i isplanirajte")


def plans_and_offers(coordinator: Person) -> str:
    coordinator.types("Dan", "15. 10. 2026.")
    coordinator.types("Početak", "10:00")
    coordinator.presses("Prihvatite i isplanirajte")
    coordinator.reads("Isplanirano. Sada izaberite ko ide.")
    row = coordinator.main.get_by_role("row").filter(has_text="Milan Stojanović")
    with coordinator.sees():
        row.get_by_role("button", name="Predložite").click()
    coordinator.presses("Ponudite posetu predloženoj ekipi")
    coordinator.reads("Ponuđeno. Predavačima je poslat mejl.")
    return coordinator.page.url.split("?")[0].rsplit("/", 1)[1]


def accepts_the_offer(educator: Person) -> None:
    educator.opens("/offers")
    card = educator.main.locator(".offer").filter(has_text=SCHOOL_LATIN)
    with educator.sees():
        card.get_by_role("button", name="I accept").click()
    educator.reads("Thank you. The visit is in your calendar.")


def confirms(coordinator: Person, visit: str) -> None:
    coordinator.opens(f"/visits/{visit}")
    coordinator.presses("Potvrdite i obavestite školu")
    coordinator.reads("Potvrđeno. Školi je poslat mejl sa imenima onih koji dolaze.")


def sees_who_comes(school: Person) -> None:
    assert "Милан Стојановић" in school.installation.mail(ADDRESS, "Посета је потврђена:")
    school.opens(school.page.url)
    school.reads("Ко долази", "Милан Стојановић", "10:00")


def subscribes(educator: Person) -> str:
    educator.opens("/feeds")
    educator.types("Where will you read it?", "phone")
    educator.presses("Make the address")
    educator.reads("Your new calendar address")
    address = educator.main.get_by_role("link", name="Add to the calendar on this device").get_attribute("href")
    assert address is not None
    assert address.startswith("webcal://")
    return address.replace("webcal:", "http:", 1)


def reads_the_visit_in_the_calendar(educator: Person, address: str) -> None:
    answer = educator.page.request.get(address)
    assert answer.ok
    starts = [event.decoded("dtstart") for event in events(answer.body()) if event.decoded("dtstart").date() == DAY]
    assert starts == [BEGINS_UTC]


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def counts(educator: Person, visit: str) -> None:
    educator.opens(f"/visits/{visit}")
    educator.follows("Count who came")
    educator.reads("How many were there?")
    educator.types("Pupils", "49")
    educator.types("Teachers", "2")
    educator.ticks("A teacher was there the whole time")
    educator.presses("Save the numbers")
    educator.reads("The visit is counted", "pupils 49")


def countersigns(school: Person) -> None:
    school.opens(school.page.url)
    school.follows("Погледајте бројеве")
    school.reads("49")
    school.presses("Потврдите бројеве")
    school.reads("Хвала Вам. Бројеви су потврђени.")


def names_a_teacher(school: Person) -> None:
    school.main.get_by_role("textbox").last.fill(TEACHER)
    school.presses("Сачувајте имена")
    school.reads("Имена су сачувана.")


def issues_certificates(coordinator: Person) -> None:
    coordinator.opens("/certificates/issued")
    if coordinator.main.get_by_role("button", name="Izdajte sve što je spremno").count():  # else the worker was first
        coordinator.presses("Izdajte sve što je spremno")
        coordinator.main.locator("#work:not([data-hx-get])").wait_for(timeout=300_000)  # the bar ends by itself
        coordinator.opens("/certificates/issued")
    coordinator.reads(SCHOOL_LATIN, TEACHER)  # the school in her script, a person's name as it was written


def downloads_the_certificate(school: Person, folder: Path) -> Path:
    school.opens(school.page.url)
    with school.page.expect_download() as coming:
        school.main.get_by_role("link", name="Сертификат школе").click()
    coming.value.save_as(folder / "certificate.pdf")
    return folder / "certificate.pdf"


def checks_the_code_on_the_paper(school: Person, paper: Path) -> None:
    (address,) = qr_codes_of(paper)
    school.opens(address)
    school.reads(VALID, SCHOOL, "49")


def finds_the_visit_in_the_report(coordinator: Person, visit: str) -> None:
    coordinator.opens("/reports/attendance?first=2026-10-15&last=2026-10-15&by=city")
    coordinator.reads("49")
    coordinator.main.get_by_role("row").filter(has_text="Niš").get_by_role("link", name="49").click()
    coordinator.reads("Posete iza ovog broja", SCHOOL_LATIN)
    coordinator.main.get_by_role("link", name=visit).click()
    coordinator.reads(SCHOOL_LATIN)
    coordinator.page.go_back()
    coordinator.page.go_back()
    coordinator.follows("Odštampajte")
    assert "49" in coordinator.page.inner_text("body")
