"""An SVG is judged and drawn: what runs, refers elsewhere, needs a font or is made to hurt is refused."""

import io

import pytest
from PIL import Image

from scheduler.core import drawings
from scheduler.core.drawings import is_drawing, pixels_of
from scheduler.core.paper.pictures import first_page
from scheduler.core.paper.sheet import A4_LANDSCAPE, DocumentFacts, PaperSheet
from scheduler.core.paper.typesetting import Style
from scheduler.core.scans import LOGO_SIDES, BadScan
from tests.pictures import a_drawn_logo, a_logo

DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
LAUGHS = "<!DOCTYPE svg [{}]>".format("".join(f'<!ENTITY a{n + 1} "{10 * f"&a{n};"}">' for n in range(9)))


def drawn(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(pixels_of(content, LOGO_SIDES))).convert("RGBA")


def test_a_drawing_is_drawn_as_large_as_fits_and_what_is_empty_is_seen_through():
    picture = drawn(a_drawn_logo())

    assert picture.size == (900, 270)
    assert picture.getpixel((135, 135)) == (122, 20, 60, 255)
    assert picture.getpixel((600, 110)) == (230, 160, 40, 255)
    assert picture.getpixel((600, 250))[3] == 0


@pytest.mark.parametrize(
    ("more", "head", "sides"),
    [
        ('<text x="1" y="1"> </text><title>Logo</title>', DOCTYPE, 'width="100mm" height="30mm" viewBox="0 0 400 120"'),
        (
            '<metadata><a b="http://example.org/" xmlns="u:n"/></metadata>',
            "<!-- a program -->",
            'width="400" height="120px"',
        ),
        (
            '<defs><linearGradient id="g"><stop offset="0"/></linearGradient><path id="p" d="M0 0"/></defs>'
            '<use xlink:href="#p"/><rect width="9" height="9" style="fill:url( \'#g\' )" clip-path="url(#p)"/>',
            "",
            'viewBox="0,0 400,120"',
        ),
        ('<p:view xmlns:p="http://p.example/" p:path="c:/logo"/>', "\n", 'width="300pt" height="90pt" version="1.1"'),
    ],
)
def test_what_drawing_programs_write_is_taken(more: str, head: str, sides: str):
    assert is_drawing(a_drawn_logo(more, head, sides))
    assert drawn(a_drawn_logo(more, head, sides)).size == (900, 270)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("<script>alert(1)</script>", "drawing_runs"),
        ('<g><h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script></g>', "drawing_runs"),
        ('<metadata><script href="#x"/></metadata>', "drawing_runs"),
        ('<rect OnLoad="alert(1)"/>', "drawing_runs"),
        ('<a href=" JavaScript:alert(1)"><rect/></a>', "drawing_runs"),
        ("<foreignObject/>", "drawing_runs"),
        ("<rect><animate/></rect>", "drawing_runs"),
        ('<image href="https://example.org/a.png"/>', "drawing_refers"),
        ('<image xlink:href="data:image/png;base64,AAAA"/>', "drawing_refers"),
        ('<filter id="f"><feImage href="#a"/></filter>', "drawing_refers"),
        ('<use href="/etc/hosts#a"/>', "drawing_refers"),
        ('<use xlink:href="other.svg#a"/>', "drawing_refers"),
        ('<rect fill="url(https://example.org/a.svg#b)"/>', "drawing_refers"),
        ("<rect style=\"fill:URL( 'a.svg#b')\"/>", "drawing_refers"),
        ('<style>@import "a.css";</style>', "drawing_refers"),
        ("<style>rect{fill:url(//example.org/x)}</style>", "drawing_refers"),
        ("<text>Центар</text>", "drawing_writes"),
        ("<text><tspan>C</tspan></text>", "drawing_writes"),
        ("<g>" * 70 + "</g>" * 70, "drawing_too_involved"),
        ("<g/>" * 10_001, "drawing_too_involved"),
        ("<!--" + "x" * 1_000_000 + "-->", "drawing_too_involved"),
        ("<g>", "scan_not_whole"),
        ("&nbsp;", "scan_not_whole"),
    ],
)
def test_what_runs_refers_elsewhere_or_is_made_to_hurt_is_refused(more: str, reason: str):
    with pytest.raises(BadScan) as bad:
        pixels_of(a_drawn_logo(more), LOGO_SIDES)

    assert bad.value.reason == reason


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hosts">]>',
        '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;]>',
        '<?xml-stylesheet href="http://example.org/a.css"?>',
    ],
)
def test_entities_and_sheets_of_others_are_refused_before_they_are_read(head: str):
    with pytest.raises(BadScan, match="drawing_refers"):
        pixels_of(a_drawn_logo("&a9;" if "a9" in head else "", head), LOGO_SIDES)


@pytest.mark.parametrize(
    "sides",
    [
        *("", 'width="100%" height="100%"', 'viewBox="0 0 0 9"', 'viewBox="0 0 9"', 'viewBox="0 0 nan 9"'),
        *('width="1e999"', 'viewBox="0 0 1e-308 1e-308"'),
    ],
)
def test_a_drawing_without_sides_is_not_whole(sides: str):
    with pytest.raises(BadScan, match="scan_not_whole"):
        pixels_of(a_drawn_logo(sides=sides), LOGO_SIDES)


@pytest.mark.parametrize("content", [a_logo(), b"", b"%PDF-1.4 <svg>", b"GIF89a<svg >", b"<html><p>an svg</p></html>"])
def test_by_its_own_bytes_it_is_no_drawing(content: bytes):
    assert not is_drawing(content)


@pytest.mark.parametrize("run", [b"<" + b"a" * 5_000_000, b"<a" * 2_500_000, b" " * 5_000_000, b"<svg" * 1_250_000])
def test_a_long_run_of_letters_is_no_drawing(run: bytes):
    """Does not end for hours if each letter is compared with all before it."""
    assert not is_drawing(run)


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (b"<" + b"-" * 9_999 + b"<svg>", b"<" + b"-" * 10_000 + b"<svg>"),
        (b"<" + b"a" * 40 + b":svg>", b"<" + b"a" * 41 + b":svg>"),
    ],
)
def test_how_far_a_drawing_is_looked_for_is_bounded(within: bytes, beyond: bytes):
    assert (is_drawing(within), is_drawing(beyond)) == (True, False)


@pytest.mark.parametrize("spaces", ["url({}#a)", "url({}'{}#a)", 'url("{}#a")'])
def test_a_long_run_of_spaces_before_a_part_of_the_drawing_itself_is_taken(spaces: str):
    """Does not end for minutes if each space is compared with all before it."""
    long = spaces.replace("{}", " " * 100_000)

    assert pixels_of(a_drawn_logo(f"<style>rect{{fill:{long}}}</style>"), LOGO_SIDES)


def test_what_draws_beyond_its_limits_ends_alone(monkeypatch):
    """A process that is ended, as by the system that runs short of memory or time, is one refused file."""
    use = '<use href="#a{}"/>'
    uses = "".join(f'<g id="a{n + 1}">{use.format(n) * 10}</g>' for n in range(9))

    with pytest.raises(BadScan, match="drawing_too_involved"):
        pixels_of(a_drawn_logo(f'<defs><path id="a0" d="M0 0h9"/>{uses}</defs><use href="#a9"/>'), LOGO_SIDES)
    monkeypatch.setattr(drawings, "DRAWING_WAIT", 0.001)
    with pytest.raises(BadScan, match="drawing_too_involved"):
        pixels_of(a_drawn_logo(), LOGO_SIDES)


def test_a_page_of_a_pdf_becomes_a_picture():
    sheet = PaperSheet(DocumentFacts("T", "A", "en"), A4_LANDSCAPE)
    sheet.text(20, 20, "Уверење", Style(40))
    sheet.next_page()
    pdf = sheet.finished()

    picture = Image.open(io.BytesIO(first_page(pdf, 72)))

    assert picture.size == (842, 596)
    assert picture.convert("L").getextrema()[0] < 128
