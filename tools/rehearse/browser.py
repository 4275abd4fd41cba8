"""The same person in Chromium: she sees what the scripts and styles make of a page, and presses real buttons."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import geteuid
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, expect, sync_playwright

from tools.rehearse.pages import Lost, Page
from tools.rehearse.visitor import PATIENCE_S, Given, Visitor

CHROMIUM = Path(__file__).resolve().parents[2] / "tests" / "chromium.sh"
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")
WIDTH = 360


@contextmanager
def chromium() -> Iterator[Browser]:
    # The plain visitor verifies the certificate. `ignore_https_errors` does not reach a service worker's script.
    args = [*QUIET, "--ignore-certificate-errors", *(["--no-sandbox"] if geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        try:
            yield opened
        finally:
            opened.close()


class BrowserVisitor(Visitor):
    """`complaints` takes what a person would be bothered by; the certificate was verified by the plain visitor."""

    def __init__(self, browser: Browser, base: str, complaints: list[str]) -> None:
        self._base, self._complaints = base, complaints
        self._context = browser.new_context(
            base_url=base, ignore_https_errors=True, viewport={"width": WIDTH, "height": 780}, locale="sr-RS"
        )
        self._context.set_default_timeout(PATIENCE_S * 1000)
        self._context.on("console", self._note_console)
        self._context.on("request", self._note_request)
        self._tab = self._context.new_page()
        self.page = Page(base, "")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _note_request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme != "data" and where.netloc != urlsplit(self._base).netloc:
            self._complaints.append(f"foreign host: {request.url}")

    def opens(self, path: str) -> None:
        answer = self._tab.goto(urljoin(self._base, path))
        self._look()
        if answer is None or answer.status >= 400:
            raise Lost(f"{answer.status if answer else 'nothing'} at {path}: {self.page.text[:900]}")

    def _look(self) -> None:
        self._tab.wait_for_load_state()
        self.page = Page(self._tab.url, self._tab.content())
        wide = self._tab.evaluate("document.documentElement.scrollWidth")
        if wide > WIDTH:
            self._complaints.append(f"{self._tab.url} is {wide} px wide on a screen of {WIDTH}")

    def sends(self, given: Given, *, to: str = "", button: str = "") -> None:
        form = self._tab.locator("form").nth(self.page.place_of_form(to, given, button))
        for name, value in given.items():
            for one in value if isinstance(value, list) else [value]:
                self._fill(form, name, one)
        pressed = form.locator(
            f"button[name='{button}']" if button else "button[type=submit]:not([name]), button:not([type])"
        )
        with self._tab.expect_navigation() as coming:
            pressed.first.click()
        answer = coming.value
        self._look()
        if answer is not None and answer.status >= 400:
            raise Lost(f"{answer.status} at {self.page.address}: {self.page.text[:900]}")

    def _fill(self, form: Locator, name: str, value: str) -> None:
        field = form.locator(f"[name='{name}']")
        for fold in form.locator("details:not([open])").filter(has=field).all():  # a visitor opens it first
            fold.locator("summary").first.click()
        kind = field.first.evaluate("field => field.tagName === 'INPUT' ? field.type : field.tagName")
        if kind == "hidden":  # it tells this form from its neighbours; a visitor changes nothing in it
            return
        if kind in ("radio", "checkbox"):
            form.locator(f"[name='{name}'][value='{value}']").check(force=True)
        elif kind == "SELECT":
            field.first.select_option(value)
        else:
            field.first.fill(value)
            field.first.blur()
        expect(self._tab.locator(".htmx-request")).to_have_count(0)  # a form may answer each change

    def takes(self, address: str) -> bytes:
        return bytes(self._context.request.get(urljoin(self._base, address)).body())
