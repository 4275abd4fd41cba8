"""The whole way of a request, in browsers that run no script: every act is a form, every answer a page.

The coordinator acts from the rows of her first page, as far as a press ends the row.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.factories import MONDAY
from tests.journeys.installation import Installation, link_in
from tests.journeys.person import DESK, PHONE, Person

pytestmark = [pytest.mark.journey, pytest.mark.deep]
ADDRESS = "direktor@primer-277.example.org"
SCHOOL_LATIN = "Mileva Novaković"
BEGINS_UTC = dt.datetime(2026, 10, 15, 8, 0, tzinfo=dt.UTC)  # 10:00 in Belgrade


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, "", MONDAY)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield (opened := playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET))
        opened.close()


def test_a_request_is_booked_planned_answered_counted_and_signed_without_any_script(
    installation: Installation, browser: Browser
) -> None:
    school, coordinator, educator = (
        Person(browser, installation, width, language, scripts=False)
        for width, language in ((PHONE, "sr-RS"), (DESK, "sr-RS"), (PHONE, "en-GB"))
    )

    number = books(school)
    coordinator.signs_in("coordinator", "sr_Latn")
    presses_in_its_row(coordinator, number, "new", "Preuzmite")
    visit = plans_by_hand(coordinator, number)
    educator.signs_in("educator", "en")
    accepts_the_offer(educator)
    presses_in_its_row(coordinator, visit, "confirm", "Potvrdite i javite")
    assert (coordinator.clicked, educator.clicked) == (6, 1)  # from a new request to a confirmed visit
    reads_who_comes(school)
    installation.time_is(BEGINS_UTC + dt.timedelta(hours=1))
    educator.signs_in("educator", "en")
    counts(educator, visit)
    countersigns(school)

    assert [*school.complaints, *coordinator.complaints, *educator.complaints] == []
    assert installation.troubles() == []


def books(school: Person) -> str:
    school.opens("/book")
    school.types("Школа или установа", "mileva novakovic nis")
    school.presses("Пронађите")
    school.main.get_by_role("listitem").filter(has_text="Ниш").get_by_role("button").first.click()
    school.ticks("Безбедно на интернету: разговор са основцима")
    school.presses("Даље")
    school.types("Први дан који Вам одговара", "15. 10. 2026.")
    school.types("Последњи дан који Вам одговара", "16. 10. 2026.")
    school.presses("Даље")
    school.types("Одељења", "VII-1 и VII-2")
    school.types("Ученици", "51")
    school.presses("Даље")
    school.types("Лице за заштиту ученика", "Јована Илић, психолог")
    school.ticks("Наставник остаје у учионици од почетка до краја")
    school.presses("Даље")
    school.types("Ваше име и презиме", "Весна Танасковић")
    school.types("Ваша мејл адреса", ADDRESS)
    school.presses("Даље")
    school.installation.time_is(MONDAY + dt.timedelta(minutes=3))  # no hand is as quick as this test
    school.presses("Пошаљите захтев")
    mail = school.installation.mail(ADDRESS, "Потврдите своју адресу")
    school.opens(link_in(mail))
    school.presses("Потврдите захтев")
    school.reads("Хвала, Ваша адреса је потврђена.")
    return mail.split("\n")[0].split()[-1]


def row_of(coordinator: Person, number: str, tile: str) -> Locator:
    """What waits for her about a request or a visit, on her first page: the demo's has more rows than one page."""
    coordinator.opens(f"/desk?of={tile}")
    return coordinator.main.get_by_role("row").filter(has_text=number).first


def presses_in_its_row(coordinator: Person, number: str, tile: str, act: str) -> None:
    coordinator.clicks(row_of(coordinator, number, tile).get_by_role("button", name=f"{act}: "))


def plans_by_hand(coordinator: Person, number: str) -> str:
    coordinator.clicks(row_of(coordinator, number, "new").get_by_role("link", name="Odlučite: "))
    coordinator.types("Dan", "15. 10. 2026.")
    coordinator.types("Početak", "10:00")
    coordinator.presses("Prihvatite i isplanirajte")
    coordinator.reads("Isplanirano. Sada izaberite ko ide.")
    row = coordinator.main.get_by_role("row").filter(has_text="Milan Stojanović")
    coordinator.clicks(row.get_by_role("button", name="Predložite"))
    coordinator.presses("Ponudite posetu predloženoj ekipi")
    coordinator.reads("Ponuđeno. Predavačima je poslat mejl.")
    return coordinator.page.url.split("?")[0].rsplit("/", 1)[1]


def accepts_the_offer(educator: Person) -> None:
    educator.opens("/offers")
    card = educator.main.locator(".offer").filter(has_text=SCHOOL_LATIN)
    educator.clicks(card.get_by_role("button", name="I accept"))
    educator.reads("Thank you. The visit is in your calendar.")


def reads_who_comes(school: Person) -> None:
    school.opens(school.page.url)
    school.reads("Ко долази", "Милан Стојановић", "10:00")


def counts(educator: Person, visit: str) -> None:
    educator.opens("/desk")
    educator.clicks(educator.main.locator(f"a[href*='/visits/{visit}/count']").first)
    educator.types("Pupils", "49")
    educator.types("Teachers", "2")
    educator.ticks("A teacher was there the whole time")
    educator.presses("Save the numbers")
    educator.reads("The visit is counted", "pupils 49")


def countersigns(school: Person) -> None:
    school.opens(school.page.url)
    school.follows("Погледајте бројеве")
    school.presses("Потврдите бројеве")
    school.reads("Хвала Вам. Бројеви су потврђени.")
