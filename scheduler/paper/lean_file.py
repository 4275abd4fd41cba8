"""The parts of a PDF of many pages, as small as they can be: in the file, and in memory until it is written.

What all pages share is said by the tree that holds them. It loads reportlab: import it where something is drawn.
"""

import zlib
from collections.abc import Iterable

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObject,
    PDFPages,
    PDFResourceDictionary,
)

Size = tuple[float, float]  # points


def packed(parts: Iterable[bytes]) -> bytes:
    """The parts behind each other as a Flate stream, each with a code for its own letters.

    No repeat under six letters is looked for: among the dots of a QR code there is always one, and to name it takes
    more room than the dots.
    """
    packer = zlib.compressobj(4, memLevel=9, strategy=zlib.Z_FILTERED)
    return b"".join(packer.compress(part) + packer.flush(zlib.Z_BLOCK) for part in parts) + packer.flush()


class PackedStream(PDFObject):  # type: ignore[misc]  # reportlab has no types
    """A stream whose bytes are packed already; it lets go of them when it is written."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self._content = content

    def format(self, _document: PDFDocument) -> bytes:
        """The stream as the file holds it."""
        content, self._content = self._content, b""
        return b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream\n" % (len(content), content)


class LeanPage(PDFObject):  # type: ignore[misc]
    """What is this page's own: its content, and its size where it is not that of the first."""

    __RefOnly__ = 1

    def __init__(self, content: bytes, size: Size) -> None:
        self.content, self.size = PackedStream(content), size

    def format(self, document: PDFDocument) -> bytes:
        """The page as the file holds it."""
        said = {
            "Type": PDFName("Page"),
            "Parent": document.Reference(document.Pages),
            "Contents": document.Reference(self.content),
        }
        if self.size != document.Pages.size:
            said["MediaBox"] = _media_box(self.size)
        written: bytes = PDFDictionary(said).format(document)
        return written


class LeanPages(PDFPages):  # type: ignore[misc]
    """The tree of the pages: the fonts of all, whatever any of them shows, and the size of the first."""

    __NoDefault__ = (*PDFPages.__NoDefault__, "Resources", "MediaBox")

    def __init__(self) -> None:
        super().__init__()
        self.size: Size = (0.0, 0.0)
        self.shown: dict[str, PDFObject] = {}

    def check_format(self, document: PDFDocument) -> None:
        """What stands in the tree, gathered when the file is written."""
        super().check_format(document)
        self.MediaBox = _media_box(self.size)
        self.Resources = PDFResourceDictionary()
        self.Resources.basicFonts()
        self.Resources.allProcs()
        if self.shown:
            self.Resources.XObject = PDFDictionary(self.shown)


def make_lean(document: PDFDocument) -> None:
    """Let a new file say once what its pages share."""
    document.Pages = document.Catalog.Pages = LeanPages()


def pack_last_page(document: PDFDocument, codes: Iterable[bytes]) -> None:
    """Keep of the page that was just closed what is its own; `codes` are drawn over it."""
    tree = document.Pages
    page = tree.pages.pop()
    size = page.pagewidth, page.pageheight
    tree.size = tree.size if tree.pages else size
    if page.XObjects:
        tree.shown.update(page.XObjects.dict)
    lean = LeanPage(packed([page.stream.encode("latin-1"), *codes]), size)
    lean.__InternalName__ = page.__InternalName__
    document.idToObject[page.__InternalName__] = lean
    tree.addPage(lean)


def _media_box(size: Size) -> PDFArray:
    return PDFArray([0, 0, *size])
