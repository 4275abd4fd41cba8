"""Three readers of a calendar that share no code: icalendar, ical.js in a browser, and a split by lines.

Each turns a body into the same plain shape, so that tests can ask whether they agree.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from icalendar import Calendar
from playwright.sync_api import sync_playwright

Event = dict[str, str]
Reader = Callable[[bytes], list[Event]]

ICAL_JS = Path(__file__).parent / "vendor" / "ical.js" / "ical.es5.min.js"
CHROMIUM = Path(__file__).with_name("chromium.sh")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
READ = """body => new ICAL.Component(ICAL.parse(body)).getAllSubcomponents().map(event => {
  const said = {kind: event.name};
  for (const property of event.getAllProperties()) {
    const value = property.getFirstValue();
    said[property.name] = Array.isArray(value) ? value.join(";") : String(value);
  }
  for (const name of ["dtstart", "dtend"]) {
    said[name + "_utc"] = event.getFirstPropertyValue(name).toJSDate().toISOString().slice(0, 16);
  }
  return said;
})"""


def by_icalendar(body: bytes) -> list[Event]:
    """What the library of Python reads."""
    return [_event(part) for part in Calendar.from_ical(body).subcomponents]


def _event(part: Any) -> Event:
    said = {"kind": part.name.lower()}
    for name, value in part.property_items(recursive=False):
        if name not in ("BEGIN", "END"):
            said[name.lower()] = str(value)
    for name in ("dtstart", "dtend"):
        said[f"{name}_utc"] = part.decoded(name).strftime("%Y-%m-%dT%H:%M")
    return said


@contextmanager
def ical_js() -> Iterator[Reader]:
    """What Thunderbird's parser reads, run in a page of Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.add_script_tag(path=ICAL_JS)
        yield lambda body: list(page.evaluate(READ, body.decode()))
        browser.close()


def names_by_lines(body: bytes) -> list[str]:
    """The names of all content lines as a careless reader sees them: any kind of line end, no unfolding."""
    text = body.decode().replace("\r\n ", "").replace("\r\n\t", "")
    return [line.split(":")[0].split(";")[0] for line in text.splitlines() if line]
