"""What stands on a page: its forms as the page filled them, its links, and what a strict reader of HTML objects to."""

from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

LANDMARKS = {
    **{"aside": "complementary", "footer": "contentinfo", "form": "form", "header": "banner"},
    **{"main": "main", "nav": "navigation", "section": "region"},
}
ONLY_NAMED = {"form", "region"}  # without a name they are no landmarks
SECTIONS = {"article", "aside", "main", "nav", "section"}  # a header or footer inside one is none of the page


@dataclass
class FormSeen:
    """A form of a page: where it goes, and its fields as the page filled them."""

    action: str
    method: str
    fields: list[tuple[str, str]]

    @property
    def names(self) -> list[str]:
        return sorted({name for name, _value in self.fields} - {"csrf_token"})


class PageReader(HTMLParser):
    """Reads a page once."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[FormSeen] = []
        self.links: set[str] = set()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.landmarks: list[tuple[str, str]] = []
        """Role and accessible name, or `#` and the id of what names it."""
        self._inside: Counter[str] = Counter()
        self.blocked: list[str] = []
        """What the content policy blocks: inline styles and scripts, and files of other servers."""
        self._select: str | None = None
        self._choices: list[tuple[bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if "id" in given:
            self.ids[given["id"]] += 1
        self._note_blocked(tag, given)
        self._note_landmark(tag, given)
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].split("#")[0])
        if tag == "form":
            action = urldefrag(urljoin(self.address, given.get("action", ""))).url
            self.forms.append(FormSeen(action, given.get("method", "get").upper(), []))
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

    def _note_landmark(self, tag: str, given: dict[str, str]) -> None:
        role = given.get("role", LANDMARKS.get(tag, ""))
        named_by = given.get("aria-labelledby", "")
        name = given.get("aria-label", f"#{named_by}" if named_by else "")
        of_a_part = tag in ("header", "footer") and self._inside.total() > 0
        if role in LANDMARKS.values() and not of_a_part and (name or role not in ONLY_NAMED):
            self.landmarks.append((role, name))
        if tag in SECTIONS:
            self._inside[tag] += 1

    def _note_blocked(self, tag: str, given: dict[str, str]) -> None:
        loaded = given.get("src", given.get("href", "") if tag == "link" else "")
        if (
            tag == "style"
            or (tag == "script" and "src" not in given)
            or any(name == "style" or name.startswith("on") for name in given)
            or any(value.strip().lower().startswith("javascript:") for value in given.values())
            or (loaded.startswith(("http:", "https:", "//")) and given.get("rel") not in ("canonical", "alternate"))
        ):
            self.blocked.append(self.get_starttag_text() or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SECTIONS:
            self._inside[tag] -= 1
        if tag == "select" and self._select and self.forms:
            chosen = [value for selected, value in self._choices if selected] or [v for _s, v in self._choices[:1]]
            self.forms[-1].fields += [(self._select, value) for value in chosen]
            self._select = None


def seen_on(address: str, page: str) -> tuple[list[FormSeen], set[str]]:
    """The forms of a page and the addresses it links to."""
    reader = PageReader(address)
    reader.feed(page)
    return reader.forms, reader.links
