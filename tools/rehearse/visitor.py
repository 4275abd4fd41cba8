"""A person at the door of the product: through plain HTTP here, through a browser in `browser.py`, the same words."""

import ssl
from abc import ABC, abstractmethod
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

from tools.rehearse.pages import Lost, Page

PATIENCE_S = 120.0  # only tells a hang
Given = dict[str, str | list[str]]


class Visitor(ABC):
    """What a walk asks of a person; `page` is what she sees."""

    page: Page

    @abstractmethod
    def opens(self, path: str) -> None:
        """Go to a page. Raises: Lost when it is refused or not there."""

    @abstractmethod
    def sends(self, given: Given, *, to: str = "", button: str = "") -> None:
        """Fill in the form that goes to an address with `to` in it and send it, by a button of that name if it is told.

        Raises: Lost when there is no such form or field, or when it is refused.
        """

    @abstractmethod
    def takes(self, address: str) -> bytes:
        """A file, as it comes."""

    def reads(self, *words: str) -> None:
        """These words stand on the page. Raises: Lost."""
        if missing := [one for one in words if one not in self.page.text]:
            raise Lost(f"{self.page.address} does not say {missing}: {self.page.text[:1500]}")

    def link(self, letters: str) -> str:
        """The first address on the page that has these letters. Raises: Lost."""
        for _words, address in self.page.links:
            if letters in address:
                return address
        raise Lost(f"{self.page.address} leads to no {letters!r}: {self.page.text[:900]}")


class PlainVisitor(Visitor):
    """HTTP and nothing else: cookies are kept, redirects followed, forms sent as a browser without a script does."""

    def __init__(self, base: str, authority: Path) -> None:
        self._base = base
        context = ssl.create_default_context(cafile=str(authority))
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), HTTPSHandler(context=context))
        self.page = Page(base, "")

    def opens(self, path: str) -> None:
        self._show(Request(urljoin(self._base, path)))

    def sends(self, given: Given, *, to: str = "", button: str = "") -> None:
        form = self.page.forms[self.page.place_of_form(to, given, button)]
        pressed = [(name, value) for name, value in form.buttons if name == button][:1]
        body = urlencode([*form.filled(given), *pressed])
        if form.method.lower() == "get":
            self._show(Request(f"{form.action.split('?')[0]}?{body}"))
            return
        where = urlsplit(self.page.address)
        came_from = {"Referer": self.page.address, "Origin": f"{where.scheme}://{where.netloc}"}
        self._show(Request(form.action, data=body.encode(), headers=came_from))

    def _show(self, request: Request) -> None:
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                self.page = Page(answer.url, answer.read().decode())
        except HTTPError as refused:
            page = Page(request.full_url, refused.read().decode(errors="replace"))
            raise Lost(f"{refused.code} at {request.full_url}: {page.text[:900]}") from refused

    def takes(self, address: str) -> bytes:
        with self._opener.open(urljoin(self._base, address), timeout=PATIENCE_S) as answer:
            return bytes(answer.read())
