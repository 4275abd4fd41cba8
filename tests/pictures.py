"""Pictures for tests of papers: a logo that can be seen through, and a signature on paper in a bad light."""

import io

from PIL import Image, ImageDraw


def saved(picture: Image.Image, kind: str = "png", **given: object) -> bytes:
    """A picture as a file."""
    drawn = io.BytesIO()
    picture.save(drawn, format=kind, **given)
    return drawn.getvalue()


def a_logo(size: tuple[int, int] = (1200, 360), **given: object) -> bytes:
    """A disc and a bar on nothing."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((0, 0, size[1] - 1, size[1] - 1), fill=(122, 20, 60, 255))
    pen.rectangle((size[1], size[1] // 3, size[0] - 1, size[1] // 2), fill=(230, 160, 40, 255))
    return saved(picture, **given)


def a_signature() -> bytes:
    """A stroke of a pen on grey paper, as a telephone sees it."""
    picture = Image.new("RGB", (1600, 700), (205, 202, 196))
    ImageDraw.Draw(picture).line([(300, 500), (600, 200), (900, 500), (1300, 250)], fill=(40, 40, 90), width=14)
    return saved(picture, "jpeg")


def a_drawn_logo(more: str = "", head: str = "", sides: str = 'viewBox="0 0 400 120"') -> bytes:
    """The same disc and bar as an SVG; `more` is drawn after them, `head` stands before all."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {sides}>'
        '<style>.disc{fill:#7a143c}</style><circle class="disc" cx="60" cy="60" r="60"/>'
        f'<rect x="120" y="40" width="280" height="20" fill="#e6a028"/>{more}</svg>'
    ).encode()
