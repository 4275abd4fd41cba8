"""Every page of the product once for each reader, picked from the crawl."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from tests.laws import routes
from tests.laws.crawl import Crawl

FILES = (".pdf", ".csv", ".xlsx", ".json", ".jwt", ".ics", ".zip", ".txt", ".xml", ".webmanifest", ".ico", ".jwt")
NOT_PAGES = {
    "static", "assets", "public.healthz", "public.metrics_page", "public.readyz", "public.road",
    *("safeguarding.scan", "attendance.sheet_file"), "reports.attendance_file", "reports.cohorts_file",
    "reports.profile_file", "reports.public_profile_file", "reports.youth_file",
    "posts.follow",  # on to a page of ours: tests/web/posts/test_views.py
    "posts.picture_file", "posts.plan_calendar", "programmes.brief", "board.place_cells", "board.region_cells",
    *("own.kept_pages", "own.worker"),  # what a phone's worker asks: tests/web/own/test_phone_pages.py
}  # fmt: skip
PARTS_OF_PAGES = {  # a piece or a picture that a page fetches: tests/web/desk/test_search.py, */test_photo*.py
    "desk.suggest", "people.photo_of", "certificates.stored_picture",  # tests/web/certificates/test_templates.py
    "programmes.photo", "requests.photo_on_card",
    *("messages.edit", "messages.discard"),  # of a mail that has not left: tests/web/messages/test_outbox.py
    "public.widget",  # in a frame of the centre's own site: tests/web/public/test_widget.py
    "requests.day_calendar",  # of several visits in one booking: tests/web/requests/test_booking_day.py
}  # fmt: skip
ON_THE_WAY_IN = {  # where a second step is asked: tests/a11y/test_signing_in.py looks at them
    "people.second_step",
    "people.begin",
    "people.mailbox_asked",
}
LEADS_AWAY = {  # never a page, always on to one; where there is such a login tests/a11y/test_signing_in.py looks
    "people.reset",
    "people.go_to_login",
    "people.come_back_from_login",
}
HREF = re.compile(r'href="(/[^"]*)"')
MAIN = re.compile(r"<main.*</main>", re.DOTALL)
NEW = re.compile(r'<input[^>]* name="(csrf_token|form_key)"[^>]*>')


@dataclass(frozen=True)
class Sheet:
    """One page as one role sees it."""

    role: str
    endpoint: str
    path: str
    status: int = 200
    main: str = ""
    """What stands between the head and the foot, without what is new each time."""

    def spoken(self, language: str) -> str:
        """Its address in a language."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={language}"


def sheets(crawl: Crawl, role: str) -> Iterator[Sheet]:
    """The pages a reader reaches by links, one for each endpoint; each where the walk begins; each refusal once."""
    opened, refused, begins = set(NOT_PAGES), set[tuple[str, int]](), crawl.travellers[role].begins
    for page in crawl.pages_of(role):
        told = (page.endpoint, page.status)
        if not page.is_html or not crawl.leads_to(page) or page.status in (301, 302, 303) or told in refused:
            continue
        if page.path.endswith(FILES) or (page.endpoint in opened and page.address not in begins):
            continue
        opened.add(page.endpoint) if page.status == 200 else refused.add(told)
        yield Sheet(role, page.endpoint, page.address, page.status, NEW.sub("", MAIN.search(page.text)[0]))


def endpoint_of(app: Flask, path: str) -> str:
    """The endpoint of an address with GET; empty for files and for what leads nowhere."""
    return "" if path.split("?")[0].endswith(FILES) else routes.endpoint_of(app, path)
