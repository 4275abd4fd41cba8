"""An uploaded scan or drawing is what it says, whole, of a size, and keeps nothing but its picture (TRUST S23)."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from scheduler.core import drawings, scans
from scheduler.core.drawings import is_drawing, pixels_of
from scheduler.core.scans import LOGO_SIDES, BadScan, ScanKind, read_scan
from scheduler.core.typesetting import Style
from scheduler.paper.pictures import first_page
from scheduler.paper.sheet import A4_LANDSCAPE, DocumentFacts, PaperSheet
from tests.factories.safeguarding import a_scan
from tests.pictures import a_drawn_logo, a_logo, a_signature

WHERE = 0x8825  # in EXIF: the block that says where a picture was taken
UPRIGHT = 0x0112
IN_COLOUR, SEEN_THROUGH = 2, 6  # kinds of PNG
FROM_THE_SIDE = 6  # the telephone was held so that the picture must be turned


def saved(picture: Image.Image, kind: str = "jpeg", **given: object) -> bytes:
    drawn = io.BytesIO()
    picture.save(drawn, format=kind, **given)
    return drawn.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def a_pdf(*, head: bytes = b"", stream: bytes = b"", of: bytes = b"") -> bytes:
    """A paper of one page, with more in its head, and a stream of that kind."""
    return (
        b"%PDF-1.5\n1 0 obj<</Type/Page" + head + b">>endobj\n"
        b"2 0 obj<<" + of + b">>stream\n" + stream + b"\nendstream endobj\n%%EOF"
    )


def a_huge_head(width: int, height: int, colours: int = IN_COLOUR) -> bytes:
    """A PNG whose head names sides that nobody could unpack; not one line of it follows."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, colours, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\r"
        + head
        + zlib.crc32(head).to_bytes(4, "big")
        + b"\x00\x00\x00\x64IDAT"
        + bytes(100)
    )


@pytest.mark.parametrize("kind", ["png", "jpeg", "pdf"])
def test_trust_s23_a_scan_is_read_by_its_own_bytes_and_reading_it_again_changes_nothing(kind: str):
    scan = read_scan(a_scan(kind))
    assert scan.kind is ScanKind(kind)
    assert read_scan(scan.content) == scan


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "scan_missing"), (b"x" * 5_000_001, "scan_too_large"), (b"GIF89a" + bytes(100), "scan_of_no_kind"),
    (saved(Image.new("L", (300, 300)), "gif"), "scan_of_no_kind"),
    (saved(Image.new("L", (300, 300)), "tiff"), "scan_of_no_kind"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "scan_of_no_kind"), (a_scan()[:-200], "scan_not_whole"),
    (a_scan("jpeg")[:-200], "scan_not_whole"), (a_scan("png")[:20], "scan_not_whole"),
    (a_scan("jpeg", width=20), "scan_not_whole"), (a_scan("png", width=13_000, height=300), "scan_too_fine"),
    (a_huge_head(12_000, 12_000), "scan_too_fine"), (a_huge_head(60_000, 60_000), "scan_too_fine"),
    (a_huge_head(7_000, 7_000, SEEN_THROUGH), "scan_too_fine"),  # 196 MB unpacked
    (a_huge_head(7_000, 7_000), "scan_not_whole"),  # taken, would lines follow
    (a_huge_head(6_100, 6_100, SEEN_THROUGH), "scan_not_whole"),
    (a_scan("pdf").replace(b"/Page", b"/Page /OpenAction"), "scan_runs"), (b"%PDF-1.7 cut off", "scan_not_whole"),
])  # fmt: skip
def test_trust_s23_what_is_no_scan_is_refused_with_its_reason(content: bytes, reason: str):
    with pytest.raises(BadScan, check=lambda error: error.reason == reason):
        read_scan(content)


@pytest.mark.parametrize("head", [
    b"/OpenAction 5 0 R", b"/Open#41ction 5 0 R", b"/#4a#53 (app.alert(1))", b"/JS(app.alert(1))",
    b"/JS % a comment\n(app.alert(1))", b"/AA<</O 5 0 R>>", b"/AA\0\0 5 0 R", b"/S/JavaScript",
])  # fmt: skip
def test_trust_s23_a_paper_that_does_something_is_refused_however_it_is_written(head: bytes):
    packed = zlib.compress(b"5 0 <<" + head + b">>")
    for content in (a_pdf(head=head), a_pdf(stream=packed, of=b"/Type/ObjStm"), a_pdf(stream=packed, of=b"/#4fbjStm")):
        with pytest.raises(BadScan, check=lambda error: error.reason == "scan_runs"):
            read_scan(content)


@pytest.mark.parametrize(("content", "reason"), [
    (a_pdf(stream=b"", of=b"/Type/ObjStm/Filter[/ASCIIHexDecode/FlateDecode]"), "scan_not_whole"),
    (a_pdf(stream=zlib.compress(b"5 0 " + bytes(2_000)), of=b"/Type/ObjStm"), "scan_too_fine"),
])  # fmt: skip
def test_trust_s23_objects_that_nobody_can_look_into_are_refused(monkeypatch, content: bytes, reason: str):
    monkeypatch.setattr(scans, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(BadScan, check=lambda error: error.reason == reason):
        read_scan(content)


def test_a_paper_is_taken_whose_picture_holds_such_letters_by_chance():
    chance = random.Random(8).randbytes(20_000) + b"/JS\x81/AA\x9f/JSx/AAB"
    assert read_scan(a_pdf(stream=chance)).kind is ScanKind.PDF
    assert read_scan(a_pdf(stream=zlib.compress(b"5 0 <</Type/Page>>"), of=b"/Type/ObjStm")).kind is ScanKind.PDF


def test_trust_s23_only_the_picture_of_a_photograph_or_png_is_kept():
    exif = Image.Exif()
    exif[WHERE] = {1: "N", 2: (43.0, 19.0, 15.0)}
    exif[0x010F] = "HIDDEN MAKER"
    hidden = saved(Image.new("RGB", (900, 600)), exif=exif, comment=b"HIDDEN WORDS", xmp=b"<HIDDEN/>") + b"HIDDEN TAIL"
    assert hidden.count(b"HIDDEN") == 4

    kept = read_scan(hidden).content

    assert b"HIDDEN" not in kept
    assert len(opened(kept).getexif()) == 0

    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "HIDDEN")

    kept = read_scan(saved(Image.new("RGB", (900, 600)), "png", pnginfo=told, exif=Image.Exif())).content

    assert b"HIDDEN" not in kept
    assert set(opened(kept).info) == set()


def test_a_photograph_stands_upright_smaller_in_its_greys_and_in_rgb():
    exif = Image.Exif()
    exif[UPRIGHT] = FROM_THE_SIDE
    turned = opened(read_scan(saved(Image.new("L", (6_000, 3_000)), exif=exif)).content)

    assert turned.size == (scans.KEPT_SIDE // 2, scans.KEPT_SIDE)

    assert opened(read_scan(saved(Image.new("CMYK", (400, 300)))).content).mode == "RGB"

    # Pillow itself would cut them off: a signed sheet would be kept as a blank one, and nobody would notice.
    sheet = Image.new("I;16", (400, 300), 128 * 256)

    assert opened(read_scan(saved(sheet, "png")).content).getextrema() == (128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_picture_is_as_it_looks_on_white_paper(mode: str):
    """A sheet with nothing on it is white, also where a program left it transparent."""
    nothing = {"LA": (0, 0), "RGBA": (0, 0, 0, 0), "I;16": 65_535, "P": 0}.get(mode, "white")
    sheet = Image.new(mode, (400, 300), nothing)
    given = {"transparency": 0} if mode == "P" else {}
    assert opened(read_scan(saved(sheet, "png", **given)).content).convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("wrong", [
    struct.pack("<HHI4s", 0x0100, 2, 4, b"abc"),  # its width: a word
    struct.pack("<HHIi", 0x0100, 9, 1, -1),  # its width: less than nothing
    struct.pack("<HHI4s", 0x011A, 2, 4, b"abc"),  # pixels for an inch: a word
])  # fmt: skip
def test_what_a_telephone_wrote_wrongly_beside_the_picture_hurts_nothing(wrong: bytes):
    """The library reads such EXIF but fails to write it anew; only which side is up is asked of it."""
    fields = sorted([wrong, struct.pack("<HHIHH", UPRIGHT, 3, 1, FROM_THE_SIDE, 0)])
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(fields)) + b"".join(fields) + bytes(4)
    assert read_scan(saved(Image.new("L", (400, 300)), exif=exif)).kind is ScanKind.JPEG


def test_trust_s23_a_logo_is_drawn_anew_and_keeps_no_word_of_its_file():
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Somebody")

    drawn = scans.read_logo(a_logo(pnginfo=told))

    picture = opened(drawn.content)
    assert (drawn.width, drawn.height) == picture.size == (900, 270)
    assert (picture.mode, picture.getpixel((899, 0))[3]) == ("RGBA", 0)
    assert b"Somebody" not in drawn.content

    # Pillow writes the comment of a JPEG again unless it is told not to.
    many_colours = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(180_000))

    drawn = scans.read_logo(saved(many_colours, comment=b"taken in the yard of a school"))

    assert opened(drawn.content).format == "JPEG"
    assert b"yard" not in drawn.content


def test_of_a_signature_only_the_ink_is_kept_and_an_empty_sheet_is_none():
    drawn = scans.read_signature(a_signature())

    picture = opened(drawn.content)
    assert max(drawn.width / 640, drawn.height / 240) <= 1
    assert drawn.width > 2 * drawn.height  # the paper around it is cut off
    assert picture.getchannel("A").getextrema() == (0, 255)
    assert picture.getchannel("A").histogram()[0] > 0.7 * drawn.width * drawn.height

    with pytest.raises(BadScan, match="scan_empty"):
        scans.read_signature(saved(Image.new("RGB", (800, 400), (230, 230, 228))))


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "scan_missing"),
    (
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><image href='http://x/'/></svg>", "scan_of_no_kind",
    ),
    (b"%PDF-1.7 and more", "scan_of_no_kind"),
    (b"GIF89a" + bytes(100), "scan_of_no_kind"),
    (a_huge_head(60_000, 1_000), "scan_too_fine"),
    (a_huge_head(1, 60_000), "scan_not_whole"),
    (a_logo()[:900], "scan_not_whole"),
    (b"\x89PNG\r\n\x1a\n" + bytes(scans.MOST_SCAN_BYTES), "scan_too_large"),
])  # fmt: skip
@pytest.mark.parametrize("read", [scans.read_logo, scans.read_signature])
def test_trust_s23_what_is_no_picture_for_paper_is_refused_by_its_bytes(read, content: bytes, reason: str):
    with pytest.raises(BadScan, match=reason):
        read(content)


# An SVG is judged and drawn: what runs, refers elsewhere, needs a font or is made to hurt is refused.

DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
LAUGHS = "<!DOCTYPE svg [{}]>".format("".join(f'<!ENTITY a{n + 1} "{10 * f"&a{n};"}">' for n in range(9)))


def drawn(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(pixels_of(content, LOGO_SIDES))).convert("RGBA")


def test_a_drawing_is_drawn_as_large_as_fits_and_what_is_empty_is_seen_through():
    picture = drawn(a_drawn_logo())
    assert (picture.size, picture.getpixel((135, 135))) == ((900, 270), (122, 20, 60, 255))
    assert picture.getpixel((600, 110)) == (230, 160, 40, 255)
    assert picture.getpixel((600, 250))[3] == 0


@pytest.mark.parametrize(("more", "head", "sides"), [
    ('<text x="1" y="1"> </text><title>Logo</title>', DOCTYPE, 'width="100mm" height="30mm" viewBox="0 0 400 120"'),
    (
        '<metadata><a b="http://example.org/" xmlns="u:n"/></metadata>', "<!-- a program -->",
        'width="400" height="120px"',
    ),
    (
        '<defs><linearGradient id="g"><stop offset="0"/></linearGradient><path id="p" d="M0 0"/></defs>'
        '<use xlink:href="#p"/><rect width="9" height="9" style="fill:url( \'#g\' )" clip-path="url(#p)"/>',
        "",
        'viewBox="0,0 400,120"',
    ),
    ('<p:view xmlns:p="http://p.example/" p:path="c:/logo"/>', "\n", 'width="300pt" height="90pt" version="1.1"'),
])  # fmt: skip
def test_what_drawing_programs_write_is_taken(more: str, head: str, sides: str):
    assert is_drawing(a_drawn_logo(more, head, sides))
    assert drawn(a_drawn_logo(more, head, sides)).size == (900, 270)


@pytest.mark.parametrize(("more", "reason"), [
    ("<script>alert(1)</script>", "drawing_runs"),
    ('<g><h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script></g>', "drawing_runs"),
    ('<metadata><script href="#x"/></metadata>', "drawing_runs"), ('<rect OnLoad="alert(1)"/>', "drawing_runs"),
    ('<a href=" JavaScript:alert(1)"><rect/></a>', "drawing_runs"), ("<foreignObject/>", "drawing_runs"),
    ("<rect><animate/></rect>", "drawing_runs"), ('<image href="https://example.org/a.png"/>', "drawing_refers"),
    ('<image xlink:href="data:image/png;base64,AAAA"/>', "drawing_refers"),
    ('<filter id="f"><feImage href="#a"/></filter>', "drawing_refers"),
    ('<use href="/etc/hosts#a"/>', "drawing_refers"), ('<use xlink:href="other.svg#a"/>', "drawing_refers"),
    ('<rect fill="url(https://example.org/a.svg#b)"/>', "drawing_refers"),
    ("<rect style=\"fill:URL( 'a.svg#b')\"/>", "drawing_refers"), ('<style>@import "a.css";</style>', "drawing_refers"),
    ("<style>rect{fill:url(//example.org/x)}</style>", "drawing_refers"), ("<text>Центар</text>", "drawing_writes"),
    ("<text><tspan>C</tspan></text>", "drawing_writes"), ("<g>" * 70 + "</g>" * 70, "drawing_too_involved"),
    ("<g/>" * 10_001, "drawing_too_involved"), ("<!--" + "x" * 1_000_000 + "-->", "drawing_too_involved"),
    ("<g>", "scan_not_whole"), ("&nbsp;", "scan_not_whole"),
])  # fmt: skip
def test_what_runs_refers_elsewhere_or_is_made_to_hurt_is_refused(more: str, reason: str):
    with pytest.raises(BadScan, check=lambda error: error.reason == reason):
        pixels_of(a_drawn_logo(more), LOGO_SIDES)


@pytest.mark.parametrize("head", [
    LAUGHS, '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hosts">]>',
    '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;]>',
    '<?xml-stylesheet href="http://example.org/a.css"?>',
])  # fmt: skip
def test_entities_and_sheets_of_others_are_refused_before_they_are_read(head: str):
    with pytest.raises(BadScan, match="drawing_refers"):
        pixels_of(a_drawn_logo("&a9;" if "a9" in head else "", head), LOGO_SIDES)


@pytest.mark.parametrize("sides", [
    *("", 'width="100%" height="100%"', 'viewBox="0 0 0 9"', 'viewBox="0 0 9"', 'viewBox="0 0 nan 9"'),
    *('width="1e999"', 'viewBox="0 0 1e-308 1e-308"'),
])  # fmt: skip
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


@pytest.mark.parametrize(("within", "beyond"), [
    (b"<" + b"-" * 9_999 + b"<svg>", b"<" + b"-" * 10_000 + b"<svg>"),
    (b"<" + b"a" * 40 + b":svg>", b"<" + b"a" * 41 + b":svg>"),
])  # fmt: skip
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
