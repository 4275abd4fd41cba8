"""A teacher books a free date on a phone; two want the same one; a held date lapses (TRUST R1, R6)."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.factories import MONDAY
from tests.journeys.installation import Installation, link_in
from tests.journeys.person import DESK, PHONE, Person

pytestmark = [pytest.mark.journey, pytest.mark.deep]
PROGRAMME = "Безбедно на интернету: разговор са основцима"
HELD = re.compile(r"Чува се за Вас до \d\d:\d\d\.")
MINUTE = dt.timedelta(minutes=1)
BEGINS = [MONDAY + dt.timedelta(hours=3 * place) for place in range(4)]  # of each test: no hold of another lives


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("book_now"), "", MONDAY)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield (opened := playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET))
        opened.close()


@pytest.fixture
def a_teacher(browser: Browser, installation: Installation) -> Iterator[Callable[[], Person]]:
    """Somebody with a phone; nothing complains and nobody scrolls sideways."""
    made: list[Person] = []

    def fresh() -> Person:
        made.append(Person(browser, installation, PHONE))
        return made[-1]

    yield fresh
    complaints = [said for one in made for said in one.complaints]
    for one in made:
        one.leaves()
    assert complaints == []
    assert installation.troubles() == []


def goes_to_the_calendar(teacher: Person, school: str, language: str = "српски") -> None:
    """From the front page to the question about days."""
    teacher.opens("/?lang=sr_Cyrl")
    teacher.main.get_by_role("combobox", name="Која школа?").press_sequentially(school)
    teacher.page.get_by_role("option").first.click()
    teacher.page.wait_for_url("**/book?host=*")
    teacher.main.get_by_role("button", name="Даље").first.click()
    teacher.page.wait_for_url("**/book/what")
    teacher.ticks(PROGRAMME)
    teacher.main.get_by_label("Језик презентације").select_option(label=language)
    teacher.presses("Даље")
    teacher.page.wait_for_url("**/book/when")


def days(teacher: Person) -> Locator:
    return teacher.main.locator("button[name=day]")


def dates(teacher: Person) -> Locator:
    return teacher.main.locator("button[name=slot]")


def takes(teacher: Person, time: str) -> None:
    """The first free day, and a time of it."""
    with teacher.sees():
        days(teacher).first.click()
        dates(teacher).filter(has_text=re.compile(rf"^\s*{time}\s*$")).click()


def finishes(teacher: Person, address: str) -> None:
    """The questions after the date; each page says until when it is held."""
    teacher.page.wait_for_url("**/book/who*")
    expect(teacher.main).to_contain_text(HELD)
    teacher.types("Одељења", "VII-1 и VII-2")
    teacher.types("Ученици", "51")
    teacher.types("Наставници", "2")
    teacher.presses("Даље")
    teacher.page.wait_for_url("**/book/where*")
    expect(teacher.main).to_contain_text(HELD)
    teacher.types("Лице за заштиту ученика", "Јована Илић, психолог")
    teacher.ticks("Наставник остаје у учионици од почетка до краја")
    teacher.presses("Даље")
    teacher.page.wait_for_url("**/book/you*")
    teacher.types("Ваше име и презиме", "Весна Танасковић")
    teacher.types("Ваша мејл адреса", address)
    teacher.presses("Даље")
    teacher.page.wait_for_url("**/book/check*")


def sends(teacher: Person) -> None:
    teacher.presses("Пошаљите захтев")
    teacher.page.wait_for_url("**/book/sent*")


def proves(teacher: Person, address: str) -> None:
    teacher.opens(link_in(teacher.installation.mail(address, "Потврдите своју адресу")))
    teacher.presses("Потврдите захтев")
    teacher.page.wait_for_url("**/status/*")


def sees_it_on_the_board(coordinator: Person, day: str) -> None:
    coordinator.signs_in("coordinator", "sr_Cyrl")
    coordinator.opens(f"/board?week={day}")
    expect(coordinator.main.locator(".block.block--held")).to_contain_text("чува се до")
    assert coordinator.complaints == []
    coordinator.leaves()


def test_a_teacher_with_a_phone_has_a_date_in_one_visit(installation, a_teacher):
    installation.time_is(BEGINS[0])
    teacher, address = a_teacher(), "skola-1@primer.example.org"
    goes_to_the_calendar(teacher, "mileva novakovic nis")
    takes(teacher, "10:00")
    finishes(teacher, address)
    expect(teacher.main).to_contain_text(HELD)
    day = teacher.main.locator(".note b").first.inner_text().split(" у ")[0]
    installation.time_is(BEGINS[0] + 3 * MINUTE)  # no hand is as quick as this test
    sends(teacher)
    teacher.reads(day, "Чува се за Вас. Отворите")
    proves(teacher, address)
    teacher.reads("Термин је резервисан за Вас", day, "10:00", "Посету потврђујемо чим је предавачи прихвате.")
    assert day in installation.mail(address, "Термин је резервисан за Вас")


def test_two_want_one_date_and_who_is_later_has_three_others_and_all_that_was_typed(installation, a_teacher, browser):
    installation.time_is(BEGINS[1])
    first, second = a_teacher(), a_teacher()
    for teacher in (first, second):
        goes_to_the_calendar(teacher, "subotica", "мађарски")  # one educator alone speaks it there
        days(teacher).first.click()
        dates(teacher).first.wait_for()

    ten = dates(first).filter(has_text=re.compile(r"^\s*10:00\s*$"))
    day = str(ten.get_attribute("value"))[:10]
    ten.click()
    first.page.wait_for_url("**/book/who*")
    sees_it_on_the_board(Person(browser, installation, DESK), day)
    dates(second).filter(has_text=re.compile(r"^\s*10:00\s*$")).click()

    second.reads("Овај термин је управо заузет:", "Све остало што сте уписали је сачувано.", "Слободно уместо њега")
    expect(dates(second)).to_have_count(3)
    other = dates(second).first.inner_text()
    dates(second).first.click()
    finishes(second, "skola-2@primer.example.org")
    second.reads("мађарски", other)
    expect(second.main).to_contain_text(HELD)
    first.page.reload()
    expect(first.main).to_contain_text(HELD)


def test_a_date_that_lapsed_is_held_again_or_lost_to_another_without_losing_what_was_typed(installation, a_teacher):
    installation.time_is(BEGINS[2])
    slow, quick, address = a_teacher(), a_teacher(), "skola-3@primer.example.org"
    goes_to_the_calendar(slow, "subotica", "мађарски")
    takes(slow, "12:00")
    finishes(slow, address)

    installation.time_is(BEGINS[2] + 20 * MINUTE)
    slow.page.reload()
    slow.reads("Четврт сата је прошло.")
    slow.follows("Сачувајте га поново или изаберите други термин")
    slow.presses("Сачувајте га поново на 15 минута")
    slow.page.wait_for_url("**/book/check*")
    expect(slow.main).to_contain_text(HELD)

    installation.time_is(BEGINS[2] + 60 * MINUTE)
    goes_to_the_calendar(quick, "subotica", "мађарски")
    takes(quick, "12:00")
    quick.page.wait_for_url("**/book/who*")
    slow.page.reload()
    slow.presses("Пошаљите захтев")
    slow.reads("Овај термин је управо заузет:")
    expect(slow.main).not_to_contain_text("Четврт сата је прошло.")
    expect(dates(slow)).to_have_count(3)
    dates(slow).last.click()
    slow.page.wait_for_url("**/book/check*")
    slow.reads("VII-1 и VII-2", "Јована Илић, психолог", "Весна Танасковић", address)
    sends(slow)


def test_a_proof_that_comes_too_late_reads_three_dates_on_its_page_and_presses_one(installation, a_teacher):
    installation.time_is(BEGINS[3])
    late, quick, address = a_teacher(), a_teacher(), "skola-4@primer.example.org"
    goes_to_the_calendar(late, "subotica", "мађарски")
    takes(late, "08:00")
    finishes(late, address)
    installation.time_is(BEGINS[3] + 3 * MINUTE)
    sends(late)

    installation.time_is(BEGINS[3] + dt.timedelta(days=2))
    goes_to_the_calendar(quick, "subotica", "мађарски")
    takes(quick, "08:00")
    quick.page.wait_for_url("**/book/who*")
    proves(late, address)
    late.reads("Изаберите други термин", "Ови су сада слободни.")
    expect(dates(late)).to_have_count(3)
    day = dates(late).first.inner_text().split(" у ")[0]
    dates(late).first.click()

    late.reads("Термин је резервисан за Вас", day)
    assert day in installation.mail(address, "Термин је резервисан за Вас")
