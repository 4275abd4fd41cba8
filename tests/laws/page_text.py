"""The words of a page as a reader meets them: each text once, with the elements that it stands in."""

from dataclasses import dataclass
from html.parser import HTMLParser

EMPTY = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
INLINE = frozenset({
    "abbr", "b", "bdi", "code", "em", "i", "kbd", "span", "strong", "sub", "sup", "svg", "text", "time", "u", "use",
})  # fmt: skip
UNSEEN = frozenset({"script", "style", "template"})


@dataclass(frozen=True)
class Text:
    """What stands between two breaks of a page, and the tags around it, the outermost first."""

    words: str
    inside: tuple[str, ...]
    classes: frozenset[str]  # of all elements around it


class TextReader(HTMLParser):
    """Reads a page once; an inline element goes on with the text around it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.rows: list[list[str]] = []
        """What the cells of each row of a table say, without its head; totals and months of a chart are left out."""
        self._open: list[tuple[str, frozenset[str]]] = []
        self._said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._breaks(tag):
            self._close_text()
        if tag in EMPTY:
            return
        classes = frozenset((dict(attrs).get("class") or "").split())
        self._open.append((tag, classes))
        if tag == "tr" and not self._classes() & {"total", "chart__table"}:
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        if self._breaks(tag):
            self._close_text()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][0] not in UNSEEN:
            self._said += data

    def _breaks(self, tag: str) -> bool:
        """Whether a text ends here; the label of a button is one."""
        return tag == "button" or (tag not in INLINE and all(outer != "button" for outer, _classes in self._open))

    def _classes(self) -> frozenset[str]:
        return frozenset[str]().union(*(classes for _tag, classes in self._open))

    def _close_text(self) -> None:
        words, self._said = " ".join(self._said.split()), ""
        if not words:
            return
        classes = self._classes()
        self.texts.append(Text(words, tuple(tag for tag, _classes in self._open), classes))
        if any(tag == "td" for tag, _classes in self._open) and self.rows and not classes & {"total", "chart__table"}:
            self.rows[-1].append(words)


def read_text(page: str) -> TextReader:
    reader = TextReader()
    reader.feed(page)
    reader.close()
    return reader
