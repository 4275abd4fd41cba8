import pytest
import segno
import zxingcpp
from PIL import Image

from scheduler.core.paper import qr
from tests.factories.papers import CHECK_URL


def read_back(matrix: tuple[bytes, ...]) -> str:
    side = len(matrix) + 8
    picture = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + 4, y + 4), 0)
    return zxingcpp.read_barcodes(picture.resize((side * 4, side * 4)))[0].text


def test_a_matrix_is_read_back_and_letters_beyond_ascii_are_refused():
    assert read_back(qr.matrix(CHECK_URL)) == CHECK_URL
    with pytest.raises(qr.NotAscii):
        qr.matrix("https://raspored.example.org/škola")


def test_another_zxing_falls_back_to_segno(monkeypatch):
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
