"""A page as a person without a script has it: its words, its links, its forms with what stands in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

Attributes = list[tuple[str, str | None]]
SILENT = {"script", "style", "template", "title"}


class Lost(Exception):
    """What a person looked for was not on the page."""


@dataclass
class Form:
    """Where it goes, what stands in its fields, and what its buttons add."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of a select, what may be chosen

    def filled(self, given: dict[str, str | list[str]]) -> list[tuple[str, str]]:
        """All that is sent when a person writes `given` over what stood there. Raises: Lost for a field it has not."""
        if missing := sorted(given.keys() - self.names):
            raise Lost(f"the form has no field {', '.join(missing)}; it has {', '.join(sorted(self.names))}")
        kept = [(name, value) for name, value in self.fields if name not in given]
        return kept + [
            (name, one) for name, value in given.items() for one in (value if isinstance(value, list) else [value])
        ]


class Page(HTMLParser):
    """Reads one answer."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._open: Form | None = None
        self._words: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._silent = 0
        self._choice = ""
        self._chosen: str | None = None
        self._area: tuple[str, list[str]] | None = None
        self.feed(html)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        given = {name: value or "" for name, value in attributes}
        self._silent += tag in SILENT
        if tag == "form":
            self._open = Form(urljoin(self.address, given.get("action", self.address)), given.get("method", "get"))
            self.forms.append(self._open)
        elif tag == "a" and "href" in given:
            self._link = (urljoin(self.address, given["href"]), [])
        elif self._open is not None and given.get("name") and "disabled" not in given:
            self._field(self._open, tag, given)
        elif self._open is not None and tag == "option" and self._choice:
            self._open.choices.setdefault(self._choice, []).append(given.get("value", ""))
            if "selected" in given or self._chosen is None:
                self._chosen = given.get("value", "")

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "submit" if tag == "button" else "text")
        if kind == "submit":
            form.buttons.append((name, given.get("value", "")))
            return
        form.names.add(name)
        if tag == "select":
            self._choice, self._chosen = name, None
        elif tag == "textarea":
            self._area = (name, [])
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "y"))
            form.fields += [(name, given.get("value", "y"))] if "checked" in given else []
        else:
            form.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        if tag == "form":
            self._open = None
        elif tag == "a" and self._link:
            self.links.append((" ".join("".join(self._link[1]).split()), self._link[0]))
            self._link = None
        elif tag == "select" and self._open is not None and self._choice:
            self._open.fields.append((self._choice, self._chosen or ""))
            self._choice = ""
        elif tag == "textarea" and self._open is not None and self._area:
            self._open.fields.append((self._area[0], "".join(self._area[1]).lstrip("\n")))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._link:
            self._link[1].append(data)
        if self._area:
            self._area[1].append(data)
        if not self._silent:
            self._words.append(data)

    def place_of_form(self, action: str, fields: Iterable[str] = (), button: str = "") -> int:
        """Which of its forms goes to an address with these letters and has these fields. Raises: Lost."""
        for place, one in enumerate(self.forms):
            pressed = not button or button in dict(one.buttons)
            if action in one.action and set(fields) <= one.names and pressed:
                return place
        there = "; ".join(f"{one.action} ({', '.join(sorted(one.names))})" for one in self.forms)
        raise Lost(
            f"no form to {action!r} with {', '.join(fields)} on {self.address}. Forms: {there}. {self.text[:600]}"
        )

    def has_form(self, action: str) -> bool:
        return any(action in one.action for one in self.forms)

    def choices(self, name: str) -> list[str]:
        """What may be chosen in the field of that name. Raises: Lost."""
        for one in self.forms:
            if name in one.choices:
                return one.choices[name]
        raise Lost(f"nothing to choose for {name!r} on {self.address}")
