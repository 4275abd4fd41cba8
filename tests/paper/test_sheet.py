"""What stands on a sheet: letters, codes and the lines of a map, and the file that holds it."""

import io
import re
import zlib
from itertools import pairwise

import pypdf
import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scheduler.core.text import to_latin
from scheduler.core.typesetting import (
    BOLD,
    DISPLAY,
    FOLDER,
    FONTS,
    MM,
    Style,
    fitted,
    register_fonts,
    settled,
    shortened,
    unprintable,
    width_of,
    wrapped,
)
from scheduler.paper import qr
from scheduler.paper.borders import Line, coasts_and_borders
from scheduler.paper.lean_file import PackedStream, packed
from scheduler.paper.sheet import A4, A4_LANDSCAPE, DocumentFacts, PaperSheet
from tests.factories.papers import CHECK_URL
from tests.papers import qr_codes_of, saved, told, unembedded_fonts

SERBIAN = "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ" + "абвгдђежзијклљмнњопрстћуфхцчџш"
TEN = Style(10)


def without_shape(words: str) -> set[str]:
    """The letters that one of the fonts would print as an empty box."""
    return {
        letter for font in register_fonts().values() for letter in words if ord(letter) not in font.face.charToGlyph
    }


def test_every_letter_of_serbian_and_of_the_neighbours_has_a_shape_in_every_font():
    assert without_shape(SERBIAN + to_latin(SERBIAN) + "čćžšđČĆŽŠĐ „“”–—…·№€") == set()
    assert without_shape("Győző Škrabáková Țăranu Ľudmila Ѓорѓи Ќирил Şükrü Ёлкин Ґоля") == set()


@pytest.mark.parametrize(
    ("words", "told"), [("", ""), ("Ана Ристић", ""), ("学Ана校学", "学校"), ("مريم", "مري"), ("a\ta", "\t")]
)
def test_letters_without_a_shape_are_told_once_in_their_order(words, told):
    assert unprintable(words) == told
    assert set(told) == without_shape(words)


def test_fonts_are_small_licensed_named_apart_and_found_from_any_folder(tmp_path, monkeypatch):
    sizes = {file: (FOLDER / file).stat().st_size for file in FONTS.values()}

    assert all(size < 200_000 for size in sizes.values()), sizes
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text()

    names = [font.face.name for font in register_fonts().values()]

    assert len(set(names)) == len(FONTS)

    monkeypatch.chdir(tmp_path)
    register_fonts.cache_clear()

    assert set(register_fonts()) == set(FONTS)


def test_wrapped_keeps_every_letter_and_no_line_is_too_long():
    words = "Први сат, први дан, прва недеља: шта школа ради кад дете затражи помоћ " + "Ж" * 90
    lines = wrapped(words, TEN, 40)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)
    assert all(width_of(line, TEN) <= 40 for line in lines)


@pytest.mark.parametrize("words", ["", "   "])
def test_wrapped_makes_no_line_of_nothing(words):
    assert wrapped(words, TEN, 40) == []


def test_fitted_shrinks_no_further_than_needed_and_loses_nothing():
    assert fitted("Ана", Style(46, DISPLAY), 219) == (Style(46, DISPLAY), ["Ана"])

    words = "Љубица Џунић-Њежић од Шумадије"

    style, lines = fitted(words, Style(46, DISPLAY), 150)

    assert lines == [words]
    assert style.size * 2 == int(style.size * 2)
    assert width_of(words, style) <= 150 < width_of(words, Style(style.size + 0.5, DISPLAY))

    style, lines = fitted("Ж" * 200, Style(10, BOLD), 30, lines=1, least=6)

    assert style.size == 6
    assert "".join(lines) == "Ж" * 200


def test_settled_takes_the_first_step_that_fits_and_leaves_no_word_alone():
    steps = ((20.0, 1, 15.0), (12.0, 2, 8.0))

    assert settled("Ана", TEN, 60, steps)[0].size == 20
    style, lines = settled("Александра Магдалена Петронијевић Константиновић", TEN, 80, steps)
    assert (style.size, len(lines)) == (12, 2)

    words = "као домаћин програма „Прва недеља: шта школа ради кад дете затражи помоћ родитеља“."
    greedy = wrapped(words, TEN, 70)

    _style, lines = settled(words, TEN, 70, ((10.0, 3, 10.0),))

    assert " ".join(lines) == words
    assert len(lines) == len(greedy) == 3
    widths = [width_of(line, TEN) for line in lines]
    assert min(widths) > 0.7 * max(widths)
    assert min(widths) > width_of(greedy[-1], TEN)


def test_shortened_ends_in_an_ellipsis_only_where_it_must():
    assert shortened("Ниш", TEN, 40) == "Ниш"
    cut = shortened("Горњи Милановац и околина", TEN, 30)
    assert cut.endswith("…")
    assert width_of(cut, TEN) <= 30


def read_back(matrix: tuple[bytes, ...]) -> str:
    side = len(matrix) + 8
    picture = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + 4, y + 4), 0)
    return zxingcpp.read_barcodes(picture.resize((side * 4, side * 4)))[0].text


def test_a_matrix_is_read_back_by_either_library_and_letters_beyond_ascii_are_refused(monkeypatch):
    assert read_back(qr.matrix(CHECK_URL)) == CHECK_URL
    with pytest.raises(qr.NotAscii):
        qr.matrix("https://raspored.example.org/škola")

    monkeypatch.delattr(zxingcpp, "create_barcode")
    qr.matrix.cache_clear()
    assert read_back(qr.matrix(CHECK_URL)) == CHECK_URL
    assert len(qr.matrix(CHECK_URL)) == len(tuple(segno.make(CHECK_URL, error="m").matrix))
    qr.matrix.cache_clear()


@pytest.mark.parametrize("least", [1, 100, 348, 1320])
def test_a_picture_has_whole_pixels_for_each_module(least):
    rows = qr.matrix(CHECK_URL)
    side, dots = qr.picture(CHECK_URL, least)
    shown = Image.frombytes("1", (side, side), dots)
    grain = side // len(rows)

    assert side >= least
    assert side == grain * len(rows)
    assert all(
        bool(shown.getpixel((x * grain + inside, y * grain + inside))) == bool(dark)
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        for inside in (0, grain - 1)
    )


# The lines of a map: each once, closed around land, and no further from where they lay than was allowed.

WEST = [(0, 0), (10, 0), (10, 10), (0, 10)]
EAST = [(10, 10), (10, 0), (20, 0), (20, 10)]  # the other way round: files do not agree on a direction
LAKE = [(2, 2), (4, 2), (4, 4), (2, 4)]


def edges_of(lines: list[Line]) -> list[frozenset[tuple[int, int]]]:
    return [frozenset(pair) for line in lines for pair in pairwise(line)]


def test_a_shared_line_is_a_border_drawn_once_and_the_rest_are_closed_coasts() -> None:
    coasts, borders = coasts_and_borders([WEST, EAST], 0)

    assert len(coasts) == 1
    assert coasts[0][0] == coasts[0][-1]
    assert edges_of(borders) == [frozenset({(10, 0), (10, 10)})]
    assert frozenset({(10, 0), (10, 10)}) not in edges_of(coasts)

    island = [(x + 100, y) for x, y in WEST]

    coasts, borders = coasts_and_borders([WEST, island, LAKE], 0)

    assert (sorted(map(len, coasts)), borders) == ([5, 5, 5], [])

    coasts, borders = coasts_and_borders([WEST, LAKE, LAKE], 0)

    assert (len(coasts), len(borders)) == (1, 1)
    assert borders[0][0] == borders[0][-1]

    assert coasts_and_borders([], 1) == ([], [])
    assert coasts_and_borders([[(3, 3), (3, 3)]], 1) == ([], [])


CELLS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20)


@given(cells=CELLS)
def test_each_edge_of_a_map_is_in_exactly_one_line_and_each_coast_is_closed(cells: set[tuple[int, int]]) -> None:
    rings = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x, y in sorted(cells)]

    coasts, borders = coasts_and_borders(rings, 0)

    # A bend of nothing is left out, so lines are laid on the grid again before they are compared.
    drawn = [edge for line in (*coasts, *borders) for edge in _on_the_grid(line)]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == {frozenset(pair) for ring in rings for pair in pairwise([*ring, ring[0]])}
    assert all(line[0] == line[-1] for line in coasts)
    assert coasts_and_borders(rings, 0) == (coasts, borders)


def _on_the_grid(line: Line) -> list[frozenset[tuple[int, int]]]:
    edges = []
    for (x, y), (to_x, to_y) in pairwise(line):
        steps = max(abs(to_x - x), abs(to_y - y))
        spots = [(x + (to_x - x) * n // steps, y + (to_y - y) * n // steps) for n in range(steps + 1)]
        edges += [frozenset(pair) for pair in pairwise(spots)]
    return edges


@given(heights=st.lists(st.integers(-9, 9), min_size=3, max_size=60), finest=st.integers(1, 5))
def test_no_bend_that_is_left_out_was_further_away_than_allowed(heights: list[int], finest: int) -> None:
    coast = [(5 * place, height) for place, height in enumerate(heights)]
    ring = [*coast, (coast[-1][0], 1000), (0, 1000)]
    [plain], _ = coasts_and_borders([ring], finest)
    for spot in ring:
        assert min(_distance(spot, start, end) for start, end in pairwise(plain)) <= finest + 1e-9


def _distance(spot: tuple[int, int], start: tuple[int, int], end: tuple[int, int]) -> float:
    """By trying a hundred places of a stretch, and the right one: another way than the code's."""
    wide, high = end[0] - start[0], end[1] - start[1]
    square = wide**2 + high**2
    foot = ((spot[0] - start[0]) * wide + (spot[1] - start[1]) * high) / square if square else 0
    tries = [*(n / 100 for n in range(101)), *([foot] if 0 <= foot <= 1 else [])]
    return min(((spot[0] - start[0] - t * wide) ** 2 + (spot[1] - start[1] - t * high) ** 2) ** 0.5 for t in tries)


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
