"""One person with one browser: what it does on a page, and what must never happen to anybody."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect
from playwright.sync_api import Error as BrowserError

from tests.journeys.installation import Installation

PHONE, DESK = 360, 1280


class Person:
    """Records complaints of the browser and requests to foreign hosts; `complaints` must stay empty."""

    def __init__(
        self, browser: Browser, installation: Installation, width: int, language: str = "sr-RS", *, scripts: bool = True
    ) -> None:
        self.installation = installation
        self.width = width
        self.complaints: list[str] = []
        self.clicked = 0  # buttons and links, what is typed and ticked apart
        self._context = browser.new_context(
            base_url=installation.address,
            viewport={"width": width, "height": 780},
            locale=language,
            java_script_enabled=scripts,
        )
        self._context.set_default_timeout(90_000)
        self._context.on("request", self._note_request)
        self._context.on("console", self._note_console)
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", lambda answer: self._note_status(answer.status, answer.url))

    def _note_request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme != "data" and where.netloc != urlsplit(self.installation.address).netloc:
            self.complaints.append(f"foreign host: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _note_status(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status}: {url}")

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @contextmanager
    def sees(self) -> Iterator[None]:
        """A failure tells what the person saw."""
        try:
            yield
        except (BrowserError, AssertionError) as error:
            raise AssertionError(f"{error}\n{self.page.url} says:\n{self.page.inner_text('main')}") from None

    def opens(self, path: str) -> None:
        self.page.goto(path)
        self.looks()

    def looks(self) -> None:
        """Nobody scrolls sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            self.complaints.append(f"{self.page.url} is {wide} px wide on a screen of {self.width}")

    def reads(self, *words: str) -> None:
        """These words are to be seen on the page."""
        for text in words:
            with self.sees():
                expect(self.page.locator("body")).to_contain_text(text, use_inner_text=True)
        self.looks()

    def clicks(self, wanted: Locator) -> None:
        with self.sees():
            wanted.click()
        self.clicked += 1
        self.page.wait_for_load_state()
        self.looks()

    def presses(self, name: str) -> None:
        self.clicks(self.main.get_by_role("button", name=name, exact=True))

    def follows(self, name: str | re.Pattern[str]) -> None:
        exact = isinstance(name, str)
        self.clicks(self.main.get_by_role("link", name=name, exact=exact).first)

    def types(self, label: str, value: str) -> None:
        with self.sees():
            self.main.get_by_label(label).and_(self.page.locator("input, textarea")).first.fill(value)

    def ticks(self, label: str) -> None:
        with self.sees():
            self.main.get_by_label(label).first.check()

    def signs_in(self, role: str, language: str) -> None:
        who = self.installation.sign_in_of(role)
        self.opens(f"/sign-in?lang={language}")
        self.page.fill("[name=email] >> nth=0", who["email"])
        self.page.fill("[name=password] >> nth=0", who["password"])
        self.page.press("[name=password] >> nth=0", "Enter")
        self.page.wait_for_url("**/desk*")
        self.looks()

    def leaves(self) -> None:
        self._context.close()
