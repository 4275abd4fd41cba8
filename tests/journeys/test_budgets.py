"""What a page costs: bytes as they are sent, script, what jumps while it loads; and how many touches a booking takes.

Measured in Chromium against waitress, nothing cached. `pytest -s` shows the tables.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.calendar_readers import CHROMIUM, QUIET
from tests.factories import MONDAY
from tests.fonts import IN_BOTH_FONTS, environment_with
from tests.journeys.installation import Installation
from tests.journeys.person import DESK, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.deep]
KB = 1000
FIRST_LOAD, SCRIPT, JUMPS = 150 * KB, 40 * KB, 0.02
BOOKING, TOUCHES, TOUCHES_OF_A_DAY = 150 * KB, 25, 32
OLD_PHONE = 4  # times slower than this machine
PUBLIC = (
    "/", "/book", "/book/new-host", "/book/link", "/certificates", "/programmes", "/campaigns", "/map", "/privacy",
    "/accessibility", "/about",
)  # fmt: skip
LISTS = (
    ("coordinator", "/desk"), ("coordinator", "/requests"), ("coordinator", "/visits"), ("coordinator", "/people"),
    ("coordinator", "/messages"), ("coordinator", "/certificates/issued"), ("coordinator", "/attendance"),
    ("coordinator", "/reports/attendance"), ("coordinator", "/reports/visits?from=2023-01-01&to=2023-12-31"),
    ("coordinator", "/safeguarding"), ("administrator", "/people/users"),
)  # fmt: skip
WATCH = """() => {
  window.jumps = 0;
  const [from, to] = window.typing ?? [0, 0];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      const asked = one.hadRecentInput || (from < one.startTime && one.startTime < to);
      if (!asked) window.jumps += one.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("budgets"), "", MONDAY)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def browser(fonts: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=environment_with(fonts))
        yield opened
        opened.close()


class Scales:
    """Counts the bytes that a page's browser really receives, and those of scripts."""

    def __init__(self, page: Page) -> None:
        self._kinds: dict[str, str] = {}
        self.sent: dict[str, int] = {"all": 0, "Script": 0}
        self._line: CDPSession = page.context.new_cdp_session(page)
        self._line.send("Network.enable")
        self._line.on("Network.responseReceived", lambda seen: self._kinds.update({seen["requestId"]: seen["type"]}))
        self._line.on("Network.loadingFinished", self._weigh)

    def on_an_old_phone(self) -> None:
        """Where a page is read slowly, it is painted before its end is known: that is where it jumps."""
        self._line.send("Emulation.setCPUThrottlingRate", {"rate": OLD_PHONE})

    def _weigh(self, seen: dict) -> None:  # type: ignore[type-arg]
        size, kind = int(seen["encodedDataLength"]), self._kinds.get(seen["requestId"], "")
        self.sent["all"] += size
        self.sent[kind] = self.sent.get(kind, 0) + size


@pytest.fixture
def a_phone(browser: Browser, installation: Installation) -> Iterator[Callable[[int], BrowserContext]]:
    made: list[BrowserContext] = []

    def fresh(width: int) -> BrowserContext:
        size = {"width": width, "height": 780}
        made.append(browser.new_context(base_url=installation.address, viewport=size, locale="sr-RS"))
        made[-1].set_default_timeout(300_000)  # slowed on purpose: only tells a hang
        return made[-1]

    yield fresh
    for one in made:
        one.close()


def jumped(page: Page) -> float:
    page.evaluate(WATCH)
    page.wait_for_timeout(200)
    return float(page.evaluate("window.jumps"))


def signed_in(page: Page, installation: Installation, role: str) -> None:
    who = installation.sign_in_of(role)
    page.goto("/sign-in")
    page.fill("[name=email] >> nth=0", who["email"])
    page.fill("[name=password] >> nth=0", who["password"])
    page.press("[name=password] >> nth=0", "Enter")
    page.wait_for_url("**/desk*")


@IN_BOTH_FONTS
def test_a_public_page_is_light_and_does_not_jump(a_phone):
    wrong = []
    for width in (PHONE, DESK):
        for path in PUBLIC:
            page = a_phone(width).new_page()  # a fresh one: nothing is kept
            scales = Scales(page)
            scales.on_an_old_phone()
            answer = page.goto(path, wait_until="networkidle")
            assert answer
            jumps, sent, script = jumped(page), scales.sent["all"], scales.sent["Script"]
            print(f"{width:5} {path:32} {sent / KB:6.1f} KB, script {script / KB:5.1f} KB, CLS {jumps:.4f}")
            if sent > FIRST_LOAD or script > SCRIPT or jumps >= JUMPS or not sent or answer.status != 200:
                wrong.append((width, path, sent, script, jumps))
            page.context.close()  # a slowed page that stays open slows the next
    assert wrong == []


def test_a_page_that_jumps_is_seen(a_phone):
    page = a_phone(PHONE).new_page()
    page.goto("/privacy", wait_until="networkidle")
    page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin', '<p class=\\'hero\\'>' + 'late '.repeat(400) + '</p>')"
    )
    assert jumped(page) > JUMPS


@IN_BOTH_FONTS
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_list_of_the_desk_does_not_jump(a_phone, installation, width):
    pages = {role: a_phone(width).new_page() for role in ("coordinator", "administrator")}
    for role, page in pages.items():
        signed_in(page, installation, role)
    wrong = []
    for role, path in LISTS:
        page = pages[role]
        answer = page.goto(path, wait_until="networkidle")
        jumps = jumped(page)
        print(f"{width:5} {path:56} CLS {jumps:.4f}")
        if jumps >= JUMPS or answer is None or answer.status != 200:
            wrong.append((path, jumps))
    assert wrong == []


class Teacher:
    """Somebody who has never booked, with a thumb: every touch and every field typed into is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.width = (page.viewport_size or {"width": 0})["width"]
        self.touches: list[str] = []
        self.jumps: dict[str, float] = {}

    def taps(self, what: str, role: str = "button") -> None:
        self.touches.append(f"taps {what}")
        self._watches()  # what jumped since the page came, by what was typed and ticked on it too
        self.page.locator("main").get_by_role(role, name=what).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state("networkidle")
        self._watches()

    def _watches(self) -> None:
        self.jumps[self.page.url] = jumped(self.page)

    def ticks(self, what: str) -> None:
        self.touches.append(f"ticks {what}")
        self.page.locator("main").get_by_label(what).first.check()

    def types(self, what: str, text: str) -> None:
        self.touches.append(f"types {what}")
        self.page.locator("main").get_by_label(what).and_(self.page.locator("input:visible")).first.fill(text)

    def looks_for(self, what: str, text: str) -> None:
        """Types key by key, and sees what is found: a list that opens under the fingers is no jump, however late."""
        self.touches.append(f"types {what}")
        self.page.evaluate("window.typing = [performance.now(), Infinity]")
        self.page.locator("main").get_by_role("combobox", name=what).press_sequentially(text)
        self.page.get_by_role("option").first.wait_for()
        self.page.evaluate("window.typing[1] = performance.now()")


@pytest.mark.parametrize("way", ["names days", "takes a date"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_first_time_teacher_books_with_few_touches_and_few_bytes(a_phone, installation, width, way):
    installation.time_is(MONDAY)
    page = a_phone(width).new_page()
    scales = Scales(page)
    page.goto("/?lang=sr_Cyrl", wait_until="networkidle")
    teacher = Teacher(page)
    books(teacher, installation, way)
    assert "/book/sent" in page.url
    print("\n".join(teacher.touches))
    print("\n".join(f"{width:5} {url:60} CLS {jumps:.4f}" for url, jumps in teacher.jumps.items()))
    print(f"{len(teacher.touches)} touches; {scales.sent['all'] / KB:.1f} KB for all pages, of it script "
          f"{scales.sent['Script'] / KB:.1f} KB; most CLS {max(teacher.jumps.values()):.4f}")  # fmt: skip
    assert len(teacher.touches) < TOUCHES
    assert scales.sent["all"] < BOOKING
    assert max(teacher.jumps.values()) < JUMPS


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_whole_day_takes_few_touches_and_few_bytes(a_phone, installation, width):
    installation.time_is(MONDAY)
    page = a_phone(width).new_page()
    scales = Scales(page)
    page.goto("/?lang=sr_Cyrl", wait_until="networkidle")
    teacher = Teacher(page)
    books(teacher, installation, "a whole day")
    assert "/book/sent" in page.url
    print(f"{len(teacher.touches)} touches; {scales.sent['all'] / KB:.1f} KB for all pages; "
          f"most CLS {max(teacher.jumps.values()):.4f}")  # fmt: skip
    assert len(teacher.touches) <= TOUCHES_OF_A_DAY
    assert scales.sent["all"] < BOOKING
    assert max(teacher.jumps.values()) < JUMPS


def test_the_list_that_opens_while_typing_is_told_chosen_by_keys_and_light(a_phone):
    page = a_phone(PHONE).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    scales = Scales(page)
    page.goto("/book?lang=sr_Latn", wait_until="networkidle")
    field = page.get_by_role("combobox", name="Škola ili ustanova")
    field.press_sequentially("nis", delay=30)
    page.get_by_role("option").first.wait_for()
    page.wait_for_timeout(1800)  # read aloud when the typing has paused
    told = " ".join(page.locator("[aria-live]").all_text_contents())
    first = page.get_by_role("option").first
    assert first.locator("mark").first.inner_text() == "Niš"
    field.press("ArrowDown")
    assert first.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/what")

    assert told.startswith("15 rezultata.")
    assert complaints == []
    assert scales.sent["Script"] < SCRIPT


def books(teacher: Teacher, installation: Installation, way: str) -> None:
    """From the front page to the page that says it is sent: days are named, or a date of the calendar is taken; of a
    whole day also a parents' evening and a teachers' gathering.
    """
    teacher.looks_for("Која школа?", "mileva novakovic nis")
    teacher.taps("Закажите посету")
    teacher.taps("Овде")
    teacher.ticks("Безбедно на интернету: разговор са основцима")
    if way == "a whole day":
        teacher.ticks("Договор о екранима")
        teacher.ticks("Сусрет са наставницима")
    teacher.taps("Даље")
    if way == "names days":
        teacher.types("Први дан који Вам одговара", "15. 10. 2026.")
        teacher.types("Последњи дан који Вам одговара", "16. 10. 2026.")
        teacher.taps("Даље")
    else:
        teacher.taps("почетак:")  # the first free day: the 28th of September
        teacher.taps("10:00")
    teacher.types("Одељења", "VII-1 и VII-2")
    teacher.types("Ученици", "51")
    teacher.types("Наставници", "2")
    teacher.taps("Даље")
    if way == "a whole day":
        teacher.types("Родитељи", "60")
        teacher.types("Наставници", "25")
        teacher.taps("Даље")
    teacher.types("Лице за заштиту ученика", "Јована Илић, психолог")
    teacher.ticks("Наставник остаје у учионици од почетка до краја")
    teacher.taps("Даље")
    teacher.types("Ваше име и презиме", "Весна Танасковић")
    teacher.types("Ваша мејл адреса", f"vesna-{len(teacher.touches)}-{teacher.width}@primer-277.example.org")
    teacher.taps("Даље")
    installation.time_is(MONDAY + dt.timedelta(minutes=3))  # no hand is as quick as this test
    teacher.taps("Пошаљите захтев")
