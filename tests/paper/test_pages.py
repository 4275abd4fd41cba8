"""Pages on paper: what is typed is printed (TRUST S21), nothing is cut off, and each says what it is."""

import pytest

from scheduler.paper.pages import Flow, Furniture, PaperTable, draw_table, paged
from scheduler.paper.sheet import DocumentFacts
from tests.papers import boxes_of, pages_of, saved, told, unembedded_fonts, words_of

pytestmark = pytest.mark.usefixtures("poppler", "qpdf")

FURNITURE = Furniture("Центар", "одштампано данас")
HOSTILE = [
    "<b>дебело</b>", "&amp;", "file:///etc/passwd", '<link rel=attachment href="file:///etc/passwd">', "<para>",
    "%(x)s",
]  # fmt: skip


def a_paper(body, language="sr_Cyrl") -> bytes:
    return paged(DocumentFacts("Наслов", "Центар", language), FURNITURE, body)


def a_table(rows: int, sums: tuple[str, ...] = ("Укупно", "9.202")):
    return lambda flow: draw_table(
        flow, PaperTable(("Град", "Сви"), tuple((f"Град {n}", str(n)) for n in range(rows)), sums)
    )


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (100, 4)])
def test_a_table_goes_on_over_pages_and_repeats_its_heads(tmp_path, rows, pages):
    path = saved(a_paper(a_table(rows)), tmp_path)

    words = words_of(path)
    assert pages_of(path) == pages
    assert words.count("Град Сви") == pages
    assert [f"Град {n} " in words + " " for n in range(rows)] == [True] * rows
    assert words.count("Укупно 9.202") == 1
    assert f"страна {pages} од {pages}" in words


def test_the_sums_never_stand_alone_on_a_page(tmp_path):
    for rows in range(28, 36):
        path = saved(a_paper(a_table(rows)), tmp_path)
        last = told("pdftotext", "-layout", "-f", str(pages_of(path)), path, "-")
        assert f"Град {rows - 1} " in last, rows


def test_every_page_has_centre_helpline_and_number_and_the_file_its_title_author_and_language(tmp_path):
    path = saved(a_paper(lambda flow: [flow.paragraph("Ана"), flow.turn(), flow.paragraph("Бора")]), tmp_path)
    words = words_of(path)
    assert [words.count(text) for text in ("Центар", "19833", "страна 1 од 2", "страна 2 од 2")] == [2, 2, 1, 1]

    path = saved(a_paper(a_table(1), "sr_Latn"), tmp_path)

    said = " ".join(told("pdfinfo", path).split())
    assert "Title: Наслов " in said
    assert "Author: Центар " in said
    assert b"sr-Latn" in path.read_bytes()
    assert unembedded_fonts(path) == []
    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_markup_is_printed_as_it_is(tmp_path, text):
    def body(flow: Flow) -> None:
        flow.title(text, text)
        flow.heading(text)
        flow.paragraph(text)
        draw_table(flow, PaperTable((text, "Сви"), ((text, "1"),)))

    path = saved(a_paper(body), tmp_path)

    assert words_of(path).count(text) == 6
    assert b"/EmbeddedFile" not in path.read_bytes()


def test_long_words_of_every_kind_stay_between_the_margins(tmp_path):
    long = "Ж" * 70

    def body(flow: Flow) -> None:
        flow.title(long, long)
        flow.paragraph(long)
        heads = ("Град", "Програм", *(f"Бројеви {n}" for n in range(7)))
        draw_table(flow, PaperTable(heads, ((long, f"{long} {long} {long}", *["1.234.567"] * 7),), words=2))

    path = saved(paged(DocumentFacts("Наслов", long, "en"), Furniture(long, long), body), tmp_path)

    assert all(left >= 15.9 and right <= 194.1 for _word, left, _top, right, _bottom in boxes_of(path))
