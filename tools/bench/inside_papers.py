"""Certificates as the product draws them, beside a raw canvas that draws as much: the same fonts, the same QR text."""

import datetime as dt
import gc
import io
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from scheduler.certificates import pdf, signature
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Signatory
from tools.bench.counting import peak_mib
from tools.bench.servers import ROOT
from tools.bench.turns import in_turns

NAMES = ("Đorđe Šćepanović", "Ђорђе Шћепановић", "Љиљана Њежић", "Željka Čučković", "Џемила Хаџић", "Ana Marković")
WIDE, HIGH = 842, 595
FONTS = {"BenchRegular": "noto-sans-regular.ttf", "BenchBold": "noto-sans-bold.ttf"}
Told = dict[str, Any]


def paper(number: int) -> CertificatePaper:
    return CertificatePaper(
        kind=CertificateKind.TEACHER,
        number=f"BENCH{number:011}",
        running_number=f"U-2026-{number:06}",
        host_name="Вук Караџић",
        host_place="Београд",
        programme_title="Безбедност деце на интернету",
        on_day=dt.date(2026, 11, 24),
        issued_on=dt.date(2026, 12, 2),
        centre_name="Центар за безбедан интернет",
        centre_place="Београд",
        check_url=_address(number),
        holder_name=NAMES[number % len(NAMES)],
        minutes=90,
        signatories=(Signatory("Драгана Лазић", "координаторка"),),
    )


def _address(number: int) -> str:
    return f"https://primer.rs/certificates/BENCH{number:011}"


_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))  # of nobody: every run signs the same texts


def signed(number: int) -> CertificatePaper:
    """As it is drawn: with what its code says."""
    one = paper(number)
    return replace(one, check_url=signature.signed_text(one, "be9cbe9c", _KEY.sign))


@cache
def _code_text(number: int) -> str:
    """The same text for the yardstick, which need not make it."""
    return signed(number).check_url


def _ground(canvas: Canvas) -> None:
    canvas.setStrokeColorRGB(0.1, 0.3, 0.6)
    canvas.setLineWidth(3)
    canvas.rect(28, 28, WIDE - 56, HIGH - 56)
    canvas.setLineWidth(0.7)
    canvas.rect(36, 36, WIDE - 72, HIGH - 72)
    canvas.setFillColorRGB(0.9, 0.94, 1)
    for one in range(12):
        canvas.circle(60 + one * (WIDE - 120) / 11, 60, 8, stroke=0, fill=1)


def _code(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """A QR code as runs of modules, with whole numbers as coordinates."""
    image = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1)
    size, dots, runs = image.shape[0], bytes(image), []
    for row in range(size):
        line = dots[row * size : (row + 1) * size]
        start = line.find(b"\0")
        while start >= 0:
            end = line.find(b"\xff", start)
            end = size if end < 0 else end
            runs.append(f"{start} {size - 1 - row} {end - start} 1 re")
            start = line.find(b"\0", end)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / size, side / size)
    canvas._code.append("0 g " + " ".join(runs) + " f")
    canvas.restoreState()


def _page(canvas: Canvas, number: int) -> None:
    canvas.setFillColorRGB(0, 0, 0)
    for font, size, height, text in (
        ("BenchBold", 34, 440, "СЕРТИФИКАТ / SERTIFIKAT"),
        ("BenchRegular", 13, 390, "Овим се потврђује да је"),
        ("BenchBold", 26, 340, f"{NAMES[number % len(NAMES)]} {number}"),
        ("BenchRegular", 13, 300, "pohađao/la predavanje „Bezbednost dece na internetu“"),
        ("BenchRegular", 13, 275, "Beograd, 24. 11. 2026."),
    ):
        canvas.setFont(font, size)
        canvas.drawCentredString(WIDE / 2, height, text)
    canvas.drawString(120, 130, "________________")
    canvas.drawString(120, 112, "Koordinator")
    canvas.setFont("BenchRegular", 8)
    canvas.drawString(120, 60, f"Broj: U-2026-{number:06}")
    _code(canvas, _code_text(number), 680, 80, 90)


def _register() -> None:
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(ROOT / "static/fonts" / file)))


def raw_merged(count: int) -> bytes:
    """One canvas, one background, a page each."""
    stream = io.BytesIO()
    canvas = Canvas(stream, (WIDE, HIGH), pageCompression=1)
    canvas.beginForm("ground", 0, 0, WIDE, HIGH)
    _ground(canvas)
    canvas.endForm()
    for number in range(count):
        canvas.doForm("ground")
        _page(canvas, number)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def raw_single(number: int) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, (WIDE, HIGH), pageCompression=1)
    _ground(canvas)
    _page(canvas, number)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _timed(draw: Callable[[], int]) -> Callable[[], tuple[float, int]]:
    """Milliseconds of processor time, and bytes."""

    def once() -> tuple[float, int]:
        gc.collect()
        began = time.process_time()
        size = draw()
        return 1000 * (time.process_time() - began), size

    return once


def merged(app: Flask, given: Told) -> Told:
    """So many certificates in one file: milliseconds and bytes of each side, turn by turn."""
    _register()
    count = given["count"]
    raw_merged(count)  # its texts are made before anybody measures
    with app.app_context():
        told = in_turns(
            {
                "product": _timed(lambda: len(pdf.draw_each([(signed(one), "sr_Cyrl") for one in range(count)]))),
                "yardstick": _timed(lambda: len(raw_merged(count))),
            },
            given["turns"],
        )
    return {"sides": told}


def singles(app: Flask, given: Told) -> Told:
    """So many certificates, each a file of its own."""
    _register()
    count = given["count"]
    sum(len(raw_single(number)) for number in range(count))
    with app.app_context():
        told = in_turns(
            {
                "product": _timed(lambda: sum(len(pdf.draw(signed(number), "sr_Cyrl")) for number in range(count))),
                "yardstick": _timed(lambda: sum(len(raw_single(number)) for number in range(count))),
            },
            given["turns"],
        )
    return {"sides": told}


def memory(app: Flask, given: Told) -> Told:
    """The most memory that the process had while it drew many certificates into one file."""
    papers = [(signed(number), "sr_Cyrl") for number in range(given["count"])]
    with app.app_context():
        size = len(pdf.draw_each(papers))
    return {"mib": peak_mib(), "size": size}


PROBES = {"merged": merged, "singles": singles, "memory": memory}
