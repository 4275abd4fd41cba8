import io
import zlib

import pypdf
import pytest

from scheduler.core.paper.lean_file import PackedStream, packed
from scheduler.core.paper.sheet import A4, A4_LANDSCAPE, DocumentFacts, PaperSheet
from scheduler.core.paper.typesetting import MM, Style
from tests.papers import qr_codes_of, saved, told, unembedded_fonts

FACTS = DocumentFacts("Наслов", "Центар", "sr_Cyrl")
ADDRESS = "https://raspored.example.org/certificates/7K3Q9WZX2M4T8VBN"


def a_file(sizes: list[tuple[float, float]]) -> bytes:
    """A page of each size; each shows a drawing of its own size and the words that say which."""
    sheet, stamps = PaperSheet(FACTS, sizes[0]), dict[tuple[float, float], str]()
    for nth, size in enumerate(sizes):
        sheet.turn(size)
        if size not in stamps:
            stamps[size] = f"ground{nth}"
            drawing = PaperSheet(FACTS, size)
            drawing.box((20, 20, 10, 10), fill="#12594D")
            sheet.stamp(stamps[size], drawing.drawn())
        sheet.stamped(stamps[size])
        sheet.text(30, 50, f"Страна {nth}", Style(12))
        sheet.next_page()
    return sheet.finished()


@pytest.mark.usefixtures("poppler", "qpdf")
def test_each_page_keeps_its_size_its_words_and_its_drawing(tmp_path):
    sizes = [A4_LANDSCAPE, A4, A4, A4_LANDSCAPE]

    drawn = a_file(sizes)

    path = saved(drawn, tmp_path)
    pages = pypdf.PdfReader(io.BytesIO(drawn)).pages
    measured = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages]
    assert measured == [pytest.approx((wide * MM, high * MM), abs=0.01) for wide, high in sizes]
    assert [page.extract_text().strip() for page in pages] == [f"Страна {nth}" for nth in range(4)]
    assert [b"ground0" in page.get_contents().get_data() for page in pages] == [True, False, False, True]
    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []


def test_what_pages_share_is_said_once_and_what_was_written_is_let_go_of():
    few, many = a_file([A4] * 10), a_file([A4] * 110)

    assert few.count(b"/MediaBox") == many.count(b"/MediaBox") == 1
    assert few.count(b"/Resources") == many.count(b"/Resources")
    assert (len(many) - len(few)) / 100 < 400  # an object for the page, one for its words, two lines of the index

    parts = [b"BT (words) Tj ET" * 20, bytes([0, 15, 240, 255]) * 300, b"\nEI Q\n"]

    assert zlib.decompress(packed(parts)) == b"".join(parts)
    assert zlib.decompress(packed([])) == b""

    stream = PackedStream(b"123")

    assert stream.format(None) == b"<< /Filter /FlateDecode /Length 3 >>\nstream\n123\nendstream\n"
    assert stream.format(None) == b"<< /Filter /FlateDecode /Length 0 >>\nstream\n\nendstream\n"


@pytest.mark.usefixtures("poppler")
def test_a_code_is_read_back_from_a_page_that_shows_more_behind_it(tmp_path):
    sheet = PaperSheet(FACTS)
    sheet.qr(20, 20, 29, ADDRESS)
    sheet.text(20, 100, "после кода", Style(12))
    sheet.next_page()

    path = saved(sheet.finished(), tmp_path)

    assert qr_codes_of(path) == [ADDRESS]
    assert "после кода" in told("pdftotext", path, "-")
