"""A school books, and a coordinator accepts and plans its visit, with Tab, Enter, Space, arrows and letters alone."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.factories import MONDAY
from tests.journeys.installation import Installation, link_in
from tests.journeys.person import DESK

pytestmark = [pytest.mark.journey, pytest.mark.deep]
MOST_TABS = 200
ADDRESS = "direktor@primer-277.example.org"


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


class Keyboard:
    """Somebody who has keys alone. Each thing is reached by Tab and seen to have the focus before it is used."""

    def __init__(self, browser: Browser, installation: Installation) -> None:
        size = {"width": DESK, "height": 780}
        context = browser.new_context(base_url=installation.address, viewport=size, locale="sr-RS")
        context.set_default_timeout(90_000)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: pytest.fail(str(error)))

    def opens(self, path: str) -> None:
        self.page.goto(path)

    def main(self, role: str, name: str | re.Pattern[str]) -> Locator:
        exact = isinstance(name, str)
        return self.page.locator("main").get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]

    def goes_to(self, wanted: Locator) -> None:
        """Press Tab until it has the focus; what has it is on the screen and marked."""
        wanted.wait_for()
        target = wanted.element_handle()
        for _ in range(MOST_TABS):
            if self.page.evaluate("wanted => document.activeElement === wanted", target):
                break
            self.page.keyboard.press("Tab")
        expect(wanted).to_be_focused()
        expect(wanted).to_be_in_viewport()
        mark = "one => { const s = getComputedStyle(one); return s.outlineStyle + s.outlineWidth + s.boxShadow }"
        assert wanted.evaluate(mark) != "none0pxnone", f"nothing marks {wanted} in focus"

    def presses(self, name: str | re.Pattern[str], role: str = "button", key: str = "Enter") -> None:
        """A button or a link, and the page that it leads to."""
        self.goes_to(self.main(role, name))
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def ticks(self, name: str, role: str = "checkbox") -> None:
        box = self.main(role, name)
        self.goes_to(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def chooses(self, name: str) -> None:
        """One of several ticks, by how its words begin."""
        wanted = self.main("checkbox", re.compile(f"^{re.escape(name)}"))
        self.goes_to(wanted)
        self.page.keyboard.press("Space")
        expect(wanted).to_be_checked()

    def types(self, name: str, text: str) -> None:
        field = self.page.locator("main").get_by_label(name).and_(self.page.locator("input:visible")).first
        self.goes_to(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def reads(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words, use_inner_text=True)


def test_keys_alone_book_accept_and_plan(installation: Installation, browser: Browser) -> None:
    school, coordinator = Keyboard(browser, installation), Keyboard(browser, installation)
    books(school, installation)
    number = proves_its_address(school, installation)
    signs_in(coordinator, installation)
    accepts_and_plans(coordinator, number)


def test_keys_alone_hold_a_date_and_hold_it_again(installation: Installation, browser: Browser) -> None:
    school = Keyboard(browser, installation)
    comes_to_the_days(school)
    school.presses(re.compile("^28 ?: почетак:"))
    assert school.page.url.endswith("/book/when#times")
    school.presses("10:00", key="Space")
    school.reads("понедељак, 28. септембар 2026. у 10:00.")
    school.reads("Чува се за Вас до")
    answers_the_rest(school)
    installation.time_is(MONDAY + dt.timedelta(minutes=20))
    school.page.reload()
    school.presses("Сачувајте га поново или изаберите други термин", role="link")
    school.presses("Сачувајте га поново на 15 минута")
    school.reads("Чува се за Вас до")
    school.presses("Пошаљите захтев")
    school.reads("Чува се за Вас. Отворите")

    proves_its_address(school, installation)

    school.reads("Термин је резервисан за Вас")
    school.reads("понедељак, 28. септембар 2026.")


def comes_to_the_days(school: Keyboard) -> None:
    school.opens("/?lang=sr_Cyrl")
    school.types("Која школа?", "mileva novakovic nis")
    school.page.keyboard.press("Enter")
    school.page.wait_for_url("**/book**")
    school.presses(re.compile("Овде"))
    school.chooses("Безбедно на интернету: разговор са основцима")
    school.presses("Даље")


def books(school: Keyboard, installation: Installation) -> None:
    comes_to_the_days(school)
    school.types("Први дан који Вам одговара", "15. 10. 2026.")
    school.types("Последњи дан који Вам одговара", "16. 10. 2026.")
    school.presses("Даље")
    answers_the_rest(school)
    installation.time_is(MONDAY + dt.timedelta(minutes=3))  # no hand is as quick as this test
    school.presses("Пошаљите захтев", key="Space")
    assert school.page.url.endswith("/book/sent")


def answers_the_rest(school: Keyboard) -> None:
    school.types("Одељења", "VII-1 и VII-2")
    school.types("Ученици", "51")
    school.types("Наставници", "2")
    school.presses("Даље")
    school.types("Лице за заштиту ученика", "Јована Илић, психолог")
    school.ticks("Наставник остаје у учионици од почетка до краја")
    school.presses("Даље")
    school.types("Ваше име и презиме", "Весна Танасковић")
    school.types("Ваша мејл адреса", ADDRESS)
    school.presses("Даље")


def proves_its_address(school: Keyboard, installation: Installation) -> str:
    mail = installation.mail(ADDRESS, "Потврдите своју адресу")
    school.opens(link_in(mail))
    school.presses("Потврдите захтев")
    school.reads("Хвала, Ваша адреса је потврђена.")
    return mail.split("\n")[0].split()[-1]


def signs_in(coordinator: Keyboard, installation: Installation) -> None:
    who = installation.sign_in_of("coordinator")
    coordinator.opens("/sign-in?lang=sr_Latn")
    for field in ("email", "password"):
        coordinator.goes_to(coordinator.page.locator(f"[name={field}]").first)
        coordinator.page.keyboard.type(who[field])
    coordinator.page.keyboard.press("Enter")
    coordinator.page.wait_for_url("**/desk*")


def accepts_and_plans(coordinator: Keyboard, number: str) -> None:
    coordinator.goes_to(coordinator.page.locator("a[href^='/requests']:visible").first)
    coordinator.page.keyboard.press("Enter")
    coordinator.page.wait_for_url("**/requests**")
    coordinator.goes_to(coordinator.page.locator("main details:has(#q) > summary"))
    coordinator.page.keyboard.press("Space")
    coordinator.goes_to(coordinator.page.locator("main #q"))
    coordinator.page.keyboard.type(number)
    with coordinator.page.expect_navigation():
        coordinator.page.keyboard.press("Enter")
    coordinator.goes_to(coordinator.page.locator(f"main a[href='/requests/{number}']").first)
    coordinator.page.keyboard.press("Enter")
    coordinator.page.wait_for_url(f"**/requests/{number}")
    coordinator.presses("Preuzmite")
    coordinator.presses("Prihvatite i isplanirajte", role="link")
    coordinator.types("Dan", "15. 10. 2026.")
    coordinator.types("Početak", "10:00")
    coordinator.presses("Prihvatite i isplanirajte")
    coordinator.reads("Isplanirano. Sada izaberite ko ide.")
    row = coordinator.page.locator("main").get_by_role("row").filter(has_text="Milan Stojanović")
    coordinator.goes_to(row.get_by_role("button", name="Predložite"))
    with coordinator.page.expect_navigation():
        coordinator.page.keyboard.press("Enter")
    coordinator.presses("Ponudite posetu predloženoj ekipi")
    coordinator.reads("Ponuđeno. Predavačima je poslat mejl.")
