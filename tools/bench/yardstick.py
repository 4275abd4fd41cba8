"""The least Python that could do the work: a bare Flask page, and certificates drawn on a bare canvas."""

import io
from pathlib import Path

import zxingcpp
from flask import Flask
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"
WIDE, HIGH = 842, 595
FONTS = {"BenchRegular": "noto-sans-regular.ttf", "BenchBold": "noto-sans-bold.ttf"}
LINES = (
    ("BenchBold", 34, 440, "СЕРТИФИКАТ / SERTIFIKAT"),
    ("BenchRegular", 13, 390, "Овим се потврђује да је"),
    ("BenchBold", 26, 340, "Ђорђе Шћепановић"),
    ("BenchRegular", 13, 300, "pohađao/la predavanje „Bezbednost dece na internetu“"),
    ("BenchRegular", 13, 275, "Beograd, 24. 11. 2026."),
)

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"


def canvas_of(stream: io.BytesIO) -> Canvas:
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(FOLDER / file)))
    return Canvas(stream, (WIDE, HIGH), pageCompression=1)


def draw_ground(canvas: Canvas) -> None:
    canvas.setStrokeColorRGB(0.1, 0.3, 0.6)
    for line, edge in ((3, 28), (0.7, 36)):
        canvas.setLineWidth(line)
        canvas.rect(edge, edge, WIDE - 2 * edge, HIGH - 2 * edge)
    canvas.setFillColorRGB(0.9, 0.94, 1)
    for place in range(12):
        canvas.circle(60 + place * (WIDE - 120) / 11, 60, 8, stroke=0, fill=1)


def draw_page(canvas: Canvas, code: str) -> None:
    """The lines of a certificate, and a QR code that says the same as the product's."""
    canvas.setFillColorRGB(0, 0, 0)
    for font, size, height, text in LINES:
        canvas.setFont(font, size)
        canvas.drawCentredString(WIDE / 2, height, text)
    canvas.setFont("BenchRegular", 8)
    canvas.drawString(120, 60, "Broj: U-2026-000001")
    image = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1)
    side = image.shape[0]
    canvas.drawImage(ImageReader(Image.frombytes("L", (side, side), bytes(image)).convert("1")), 680, 80, 90, 90)


def in_one_file(codes: list[str]) -> bytes:
    """One canvas, one background, a page each."""
    stream = io.BytesIO()
    canvas = canvas_of(stream)
    canvas.beginForm("ground", 0, 0, WIDE, HIGH)
    draw_ground(canvas)
    canvas.endForm()
    for code in codes:
        canvas.doForm("ground")
        draw_page(canvas, code)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def own_file(code: str) -> bytes:
    stream = io.BytesIO()
    canvas = canvas_of(stream)
    draw_ground(canvas)
    draw_page(canvas, code)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()
