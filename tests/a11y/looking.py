"""One page in a real browser: what anybody could complain about."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.a11y.atlas import Sheet
from tests.laws.travellers import Traveller

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
LANGS = {"sr_Cyrl": "sr-Cyrl", "sr_Latn": "sr-Latn", "en": "en"}
GRACE = [200, 403, 404, 409, 410]  # a page that says why not is a page too
LOOK = """() => {
    const told = {
        width: document.documentElement.scrollWidth, heads: document.querySelectorAll("h1").length,
        lang: document.documentElement.lang, helpline: document.body.innerText.includes("19833"),
    }
    const ids = [...document.querySelectorAll("[id]")].map(one => one.id)
    const twice = ids.filter((one, at) => ids.indexOf(one) != at)
    const folded = [...document.querySelectorAll("details:not([open])")]
    folded.forEach(one => one.open = true)  // what is folded away is measured as it will stand
    const small = [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(one => {
        const box = one.getBoundingClientRect(), style = getComputedStyle(one)
        const unseen = !box.width || style.visibility == "hidden" || style.opacity == "0" || one.type == "hidden"
        const in_text = style.display == "inline"  // WCAG 2.5.8 excepts links inside a sentence
        if (unseen || in_text || ["radio", "checkbox"].includes(one.type) && one.closest("label")) return false
        return Math.min(box.width, box.height) < 23.5 && !one.closest(".visually-hidden, .skip") && one.offsetParent
    }).map(one => one.outerHTML.slice(0, 90)).slice(0, 2)
    folded.forEach(one => one.open = false)
    return {...told, small, twice}
}"""
OUT_OF_LINE = """() => {
    const main = document.querySelector("main"), found = []
    main.querySelectorAll("details:not([open]):not(.menu)").forEach(one => one.open = true)
    const seen = one => one.getBoundingClientRect().width > 1 && getComputedStyle(one).visibility != "hidden"
        && one.getClientRects().length && !one.closest(".visually-hidden, .skip")
    const words = one => (one.innerText || one.name || one.className).trim().slice(0, 30)
    const steps = (one, up) => one == up ? 0 : 1 + steps(one.parentElement, up)
    const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select"
    const things = [...main.querySelectorAll(`button, .button, ${typed}`)].filter(seen)
    for (const [at, one] of things.entries()) for (const other of things.slice(at + 1)) {
        const a = one.getBoundingClientRect(), b = other.getBoundingClientRect()
        if (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) <= 4) continue
        if (Math.max(a.left, b.left) - Math.min(a.right, b.right) > 60) continue
        let both = one.parentElement
        while (!both.contains(other)) both = both.parentElement
        if (one.contains(other) || Math.max(steps(one, both), steps(other, both)) > 4) continue
        const tall = Math.abs(a.height - b.height) > 1.5, feet = Math.abs(a.bottom - b.bottom) > 1.5
        if (tall || feet) found.push(`${words(one)} | ${words(other)}: ${a.top}+${a.height}, ${b.top}+${b.height}`)
    }
    const high = document.body.classList.contains("at-desk") && innerWidth > 720 ? 36 : 44
    const pressed = things.filter(one => one.matches(".button")).map(one => {
        const label = [...one.querySelectorAll("span")].find(words => words.textContent.trim()) || one
        const lines = label.getBoundingClientRect().height / parseFloat(getComputedStyle(label).lineHeight)
        return {one, box: one.getBoundingClientRect(), broken: lines > 1.5}
    })
    for (const {one, box, broken} of pressed) {  // beside one whose words break, another is as high as that
        const beside = pressed.some(other => other.broken && Math.abs(other.box.top - box.top) < 2)
        if (!broken && !beside && Math.abs(box.height - high) > 0.6)
            found.push(`${words(one)}: ${box.height} px high, not ${high}`)
    }
    for (const list of main.querySelectorAll(".data--stack"))
        if (list.scrollWidth > list.clientWidth + 1) found.push(`a list ${list.scrollWidth} in ${list.clientWidth}`)
    return found
}"""
TWICE_AS_LARGE = """() => {
    document.documentElement.style.fontSize = "200%"
    const wide = document.documentElement.scrollWidth, screen = document.documentElement.clientWidth
    return wide <= screen ? [] : [...document.querySelectorAll("body *")].filter(
        one => one.getBoundingClientRect().right > screen + 1 && !one.closest(".visually-hidden, .skip, .data, .chart")
    ).map(one => `${wide} px with large letters: ${one.outerHTML.slice(0, 90)}`).slice(-2)
}"""
FOUND = """only => axe.run(document, {resultTypes: ["violations"], ...only}).then(found => found.violations.map(
    one => one.id + " (" + one.nodes.length + "): " + one.nodes[0].html.slice(0, 160)))"""

COLOURS = {"runOnly": ["cat.color"]}


@dataclass(frozen=True)
class View:
    """How somebody looks at a page. Width is in CSS pixels: 320 is 1280 at a zoom of 400 %."""

    language: str = "sr_Latn"
    width: int = 360
    scheme: str = "light"

    def __str__(self) -> str:
        return f"{self.language} {self.width} {self.scheme}"


@dataclass
class Eye:
    """A browser of one traveller, at one view."""

    browser: Browser
    address: str
    traveller: Traveller
    view: View = field(default_factory=View)

    def __post_init__(self) -> None:
        self._said: list[str] = []
        self._context = self.browser.new_context(
            base_url=self.address,
            reduced_motion="reduce",  # colours on their way from one to the other have no contrast to measure
        )
        self._context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in self.traveller.cookies.items()]
        )
        self.page: Page = self._context.new_page()
        self.page.on("console", lambda one: self._said.append(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        self.turn(self.view)

    def turn(self, view: View) -> None:
        """Looks from another width or in another colour at the page that is open; the language stays."""
        self.view = view
        self.page.set_viewport_size({"width": view.width, "height": 800 if view.width > 320 else 256})
        self.page.emulate_media(color_scheme="dark" if view.scheme == "dark" else "light")

    def open(self, sheet: Sheet) -> int:
        """Opens a page in the language of the view, in the device's colours. Returns: its status."""
        self._said.clear()
        answer = self.page.goto(f"{sheet.spoken(self.view.language)}&theme=device")
        return answer.status if answer else 0

    def faults(self, sheet: Sheet, *views: View) -> list[str]:
        """What is wrong with a page, each with its address and the view: in one view, or in several of one language.

        The page is loaded once: test_every_page.py proves that a window turned shows what a new one shows.
        In a second scheme at the same width only the colours are new: axe is asked about these alone.
        """
        status, found, widths = self.open(sheet), list[str](), set[int]()
        self.page.evaluate(AXE)
        for view in views or (self.view,):
            self.turn(view)
            only = COLOURS if view.width in widths else {}
            found += [f"{sheet.path} [{view}]: {fault}" for fault in self._seen(status, only)]
            widths.add(view.width)
        return found

    def _seen(self, status: int, only: dict[str, list[str]]) -> list[str]:
        seen = self.page.evaluate(LOOK)
        said = [line for line in self._said if status == 200 or "status of" not in line]
        wrong = {
            f"status {status}": status not in GRACE,
            f"{seen['width']} px wide": seen["width"] > self.view.width,
            f"{seen['heads']} h1": seen["heads"] != 1,
            f"lang {seen['lang']}": seen["lang"] != LANGS[self.view.language],
            "no 19833": not seen["helpline"],
            f"under 24 px: {seen['small']}": bool(seen["small"]),
            f"ids that stand twice: {seen['twice']}": bool(seen["twice"]),
            f"console: {said[:1]}": bool(said),
        }
        found: list[str] = self.page.evaluate(FOUND, only)
        return [words for words, bad in wrong.items() if bad] + found

    def out_of_line(self, *views: View) -> list[str]:
        """What of the page that is open does not stand on one line with its neighbour, or is wider than its place."""
        found = []
        for view in views:
            self.turn(view)
            found += [f"{self.page.url} [{view}] {fault}" for fault in self.page.evaluate(OUT_OF_LINE)]
        return found

    def too_large(self) -> list[str]:
        """What of the open page leaves the screen with letters twice as large (WCAG 1.4.4); they stay large."""
        return [f"{self.page.url} [{self.view}]: {fault}" for fault in self.page.evaluate(TWICE_AS_LARGE)]

    def close(self) -> None:
        self._context.close()
