"""The demo walked once in a run of tests: each page that each reader reaches, with what laws ask of it.

A reader begins at the secret links that only a mail holds and at every address that names no row, and follows the links
of what opens. The first process of a run walks, the others load its pages. Any test may load its rows: there
all readers are signed in, and all their links are good.
"""

import pickle
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, Request, current_app
from flask.testing import FlaskClient
from sqlalchemy import event
from waitress.buffers import ReadOnlyFileBasedBuffer
from werkzeug.datastructures import ImmutableMultiDict

from scheduler.config import settings
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter, User
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import loaded_visit
from tests.demo_house import demo_house
from tests.factories import MONDAY
from tests.laws.nasty import kind_of
from tests.laws.page_reader import FormSeen, PageReader
from tests.laws.routes import endpoint_of, plain_pages
from tests.laws.travellers import Traveller, travellers
from tests.shared import one_at_a_time, shared_by_processes

PLANTED = "Zzprezime"  # the surname of every minor, which nothing else bears
FILES = ("/static", "/assets")
SAME_PAGE = re.compile(r"[?&](lang|theme)=")  # in another language or other colours: the same page
FILTERS_EACH = 4  # of one page: other filters bring no other form
NUMBERS, NUMBERS_AND_LINKS = r"\d+", r"[\w-]{43}|\d+"
CHANGES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
AS_SERVED = {"wsgi.file_wrapper": ReadOnlyFileBasedBuffer}  # the server of `make run` sends a file by it
Shape = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class CrawledPage:
    """One address as one reader opens it."""

    reader: str
    address: str
    endpoint: str  # empty where the URL map knows no page
    status: int
    headers: dict[str, str]
    body: bytes
    query_names: frozenset[str]  # what the page looks for in the query of its address
    written: frozenset[str]  # the tables that it changed
    seen: PageReader

    @cached_property
    def text(self) -> str:
        """What a person or a program reads; of a picture or a paper nothing."""
        kind = self.headers["Content-Type"]
        return self.body.decode() if kind.startswith("text/") or "json" in kind else ""

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @property
    def is_html(self) -> bool:
        return self.headers["Content-Type"].startswith("text/html")


@dataclass(repr=False)
class Crawl:
    """All pages, and a folder with the rows and the mails as they are after the walk."""

    folder: Path
    travellers: dict[str, Traveller]
    pages: list[CrawledPage]

    def pages_of(self, *readers: str) -> list[CrawledPage]:
        return [page for page in self.pages if page.reader in readers]

    def links_of(self, *readers: str) -> set[str]:
        """Where the pages of these readers lead."""
        return {link for page in self.pages_of(*readers) for link in page.seen.links}

    def leads_to(self, page: CrawledPage) -> bool:
        """Whether the reader finds the page by a link, of another page or of a mail."""
        return page.address in self._found_by[page.reader]

    @cached_property
    def _found_by(self) -> dict[str, set[str]]:
        return {name: {*reader.begins, *self.links_of(name)} for name, reader in self.travellers.items()}

    @cached_property
    def by_address(self) -> dict[tuple[str, str], CrawledPage]:
        return {(page.reader, page.address): page for page in self.pages}

    def client(self, app: Flask, reader: str) -> FlaskClient:
        """The reader's browser, where the rows of the crawl lie."""
        return self.travellers[reader].client(app)

    def forms_of(
        self, reader: str, numbers: str = NUMBERS, met: dict[Shape, FormSeen] | None = None
    ) -> Iterator[FormSeen]:
        """One form of each shape but those in `met`, to which it is added; whoever signs out would send no other."""
        known = {} if met is None else met
        for form in (form for page in self.pages_of(reader) for form in page.seen.forms):
            shape = (form.method, re.sub(numbers, "N", urlsplit(form.action).path), tuple(form.names))
            if form.action != "/sign-out" and known.setdefault(shape, form) is form:
                yield form

    def fields_of(self, reader: str) -> Iterator[tuple[FormSeen, str]]:
        """A form and the name of a field: each form of the product with the first of its readers, each field once.

        A form whose fields have all been met in others comes once all the same.
        """
        met: dict[Shape, FormSeen] = {}
        kinds: set[tuple[str, str]] = set()
        for name in self.travellers:
            for form in self.forms_of(name, NUMBERS_AND_LINKS, met):
                new = {(form.method, kind_of(field)): field for field in reversed(form.names)}
                if name == reader:
                    fresh = [field for kind, field in new.items() if kind not in kinds]
                    yield from ((form, field) for field in fresh or form.names[:1])
                kinds |= new.keys()
            if name == reader:
                return

    def put_rows_in_place(self) -> None:
        """Into the application at hand, with the mails that lie beside its rows."""
        db.session.rollback()
        current_app.extensions["clean_tables"].put_in_place(self.folder / "rows.sqlite3")
        shutil.copytree(self.folder / "mail", settings().instance / "mail", dirs_exist_ok=True)


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return crawl_of_this_run(tmp_path_factory.mktemp("crawl"))


def crawl_of_this_run(folder: Path) -> Crawl:
    """Of whichever process was first; `folder` is this one's own."""
    kept = shared_by_processes(folder.parent) / "crawl" / "pages.pickle"
    with one_at_a_time(kept) as first:
        if first:
            fresh = kept.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(walked(folder, kept.parent)))
            fresh.rename(kept)
    return pickle.loads(kept.read_bytes())


def walked(folder: Path, kept: Path) -> Crawl:
    """Walk a house in `folder`; the rows are put into `kept`."""
    with demo_house(folder) as app:
        app.config.update(RATELIMIT_ENABLED=False)
        app.request_class = AskedRequest
        with app.app_context():
            plant_surname()
            readers = {one.role: one for one in travellers(app)}
            db.session.remove()
            engine = db.engine
        pages = [page for reader in readers.values() for page in walk(app, engine, reader)]
        with app.app_context():
            app.extensions["clean_tables"].keep(kept / "rows.sqlite3")
    shutil.copytree(folder / "mail", kept / "mail")
    return Crawl(kept, readers, pages)


def plant_surname() -> None:
    """Give each minor of the demo a surname that nothing else bears."""
    with transaction() as session:
        minors = sa.select(Presenter.user_id).where(Presenter.adult_on > MONDAY.date())
        session.execute(sa.update(User).where(User.id.in_(minors)).values(family_name=PLANTED))
    write_calendars()


def write_calendars() -> None:
    """The calendar texts of every visit, in every language that there is."""
    with transaction() as session:
        for visit_id in session.scalars(sa.select(Visit.id)).all():
            write_entries(session, loaded_visit(session, visit_id), now=MONDAY)


def walk(app: Flask, engine: sa.Engine, traveller: Traveller) -> Iterator[CrawledPage]:
    """Every plain page, and of each kind of link that leads on the first few."""
    client, todo = traveller.client(app), list(dict.fromkeys([*traveller.begins, *plain_pages(app)]))
    seen, kinds, filters = set(todo), set[str](), Counter[str]()
    for address in todo:
        page = opened(app, engine, client, traveller.role, address)
        yield page
        for link in sorted(page.seen.links - seen):
            kind = re.sub(r"=[^&]*", "", re.sub(r"\d+|[A-Z0-9]{16}", "N", link))
            path = kind.partition("?")[0]
            if kind in kinds or SAME_PAGE.search(link) or link.startswith(FILES):
                continue
            kinds.add(kind)
            filters[path] += 1
            if filters[path] <= FILTERS_EACH:
                seen.add(link)
                todo.append(link)


def opened(app: Flask, engine: sa.Engine, client: FlaskClient, reader: str, address: str) -> CrawledPage:
    written = set[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if found := CHANGES.match(statement):
            written.add(found[1])

    event.listen(engine, "before_cursor_execute", note)
    try:
        with query_names() as names, client.get(address, environ_overrides=AS_SERVED) as answer:
            body = answer.data
    finally:
        event.remove(engine, "before_cursor_execute", note)
    seen = PageReader(address)
    seen.feed(body.decode() if answer.mimetype == "text/html" else "")
    endpoint, headers = endpoint_of(app, address), dict(answer.headers)
    return CrawledPage(
        reader, address, endpoint, answer.status_code, headers, body, frozenset(names), frozenset(written), seen
    )


class Asked(ImmutableMultiDict[str, str]):
    """The query of an address, which writes down the names that a page asks it for."""

    names: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


class AskedRequest(Request):
    """What an application whose `request_class` it is answers."""

    parameter_storage_class = Asked


@contextmanager
def query_names() -> Iterator[set[str]]:
    """The names that the pages opened inside the block look for in their addresses and forms."""
    Asked.names = set()
    yield Asked.names
