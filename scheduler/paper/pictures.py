"""A page of a PDF of ours as a picture, for who looks at it beside a form."""

import io
from threading import Lock

# pypdfium2 is loaded by whoever looks at a page.
INCH = 72.0  # of a PDF's points
_one_at_a_time = Lock()  # PDFium is not made for threads


def first_page(pdf: bytes, dots: float) -> bytes:
    """The first page as a PNG, with so many pixels an inch."""
    import pypdfium2

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            bitmap = document[0].render(scale=dots / INCH)
            picture = bitmap.to_pil().copy()  # its pixels are PDFium's else
        finally:
            document.close()
    drawn = io.BytesIO()
    picture.save(drawn, format="PNG")
    return drawn.getvalue()
