"""What attackers and clumsy people type, and the forms that a page offers them."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from scheduler.requests.service.answers import MOST_CHARACTERS

VALUES = (
    "",
    "0",
    "-1",
    "9" * 5000,
    "9223372036854775808",
    "²",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\u202ecilbup\u2069\u200b",
    "Z̷̧̢̛̬̣̮͔͓͉͗̀̓̑̂̕͝" * 5,
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "%' OR 1=1 \\_",
    "{{ 7*7 }} %(name)s {0.__class__} %s",
    "=cmd|' /C calc'!A0",
    "x@y.example\r\nBcc: z@z.example",
    "../../etc/passwd",
    "31.2.2026.",
    "9999-12-31",
    "28.3.2027.",
    "2:30",
    "02:30",
    "nobody-knows-this",
)
LONG = "я" * (MOST_CHARACTERS + 1)  # more than any field takes, and than all answers of a booking together


def kind_of(name: str) -> str:
    """What fields of one table have in common: "line-12" and "line-13" are read alike, "way.a" and "way.b" too."""
    return re.sub(r"\d+|(?<=\.).+", "N", name)


def beyond(value: str, typed: str) -> str:
    """Whatever number stands in a value, alone or in "12.3" or "12:2026-12-10", becomes the other one."""
    return re.sub(r"(?<!\d)\d+(?!\d)", typed, value, count=1)


@dataclass
class FormSeen:
    """A form of a page: where it goes, and its fields as the page filled them."""

    action: str
    method: str
    fields: list[tuple[str, str]]

    @property
    def names(self) -> list[str]:
        return sorted({name for name, _value in self.fields} - {"csrf_token"})


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[FormSeen] = []
        self.links: set[str] = set()
        self._select: str | None = None
        self._choices: list[tuple[bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].split("#")[0])
        if tag == "form":
            self.forms.append(FormSeen(given.get("action") or self.address, given.get("method", "get").upper(), []))
        if not self.forms:
            return
        if tag == "select":
            self._select, self._choices = given.get("name"), []
        elif tag == "option":
            self._choices.append(("selected" in given, given.get("value", "")))
        elif tag in ("input", "textarea", "button") and given.get("name"):
            self._field(given)

    def _field(self, given: dict[str, str]) -> None:
        fields = self.forms[-1].fields
        kind, name = given.get("type", ""), given["name"]
        if kind in ("radio", "checkbox") and "checked" not in given and name in dict(fields):
            return
        fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.forms:
            chosen = [value for selected, value in self._choices if selected] or [v for _s, v in self._choices[:1]]
            self.forms[-1].fields += [(self._select, value) for value in chosen]
            self._select = None


def seen_on(address: str, page: str) -> tuple[list[FormSeen], set[str]]:
    """The forms of a page and the addresses it links to."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms, reader.links
