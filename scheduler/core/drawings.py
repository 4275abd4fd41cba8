"""A drawing of lines and areas (SVG) as pixels: judged and written anew here, drawn by a process of its own.

No entity is expanded and nothing is fetched. What would run, refers elsewhere or needs a font is refused by a reason
that says so; what belongs to no picture, such as the notes of a drawing program, is left out.
"""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.core.errors import N_, Reason
from scheduler.core.scans import BadScan, ScanReason

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # nosec B405 - its type alone; defusedxml reads

# defusedxml is loaded by whoever reads a drawing.
log = logging.getLogger(__name__)
DRAWER = Path(__file__).with_name("drawing_process.py")
DRAWING_WAIT = 30.0  # seconds on the clock; of the processor it has fewer
MOST_SVG_BYTES, MOST_SHAPES, DEEPEST_DRAWING = 1_000_000, 10_000, 64
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
PROGRAMS = frozenset(
    ("script", "handler", "foreignobject", "animate", "animatecolor", "animatemotion", "animatetransform", "set")
)
REFERENCES = frozenset(("image", "feimage", "tref", "iframe", "video", "audio"))
LETTERING = frozenset(("text", "flowroot"))
NO_PICTURE = frozenset(("title", "desc", "metadata"))
# Neither looks at a letter more often than a few times, however a file is made: no run of them is without an end.
BEGINS = re.compile(rb"\s*+(?=<)(?=.{0,10000}?<(?:\w{1,40}:)?svg[\s>])", re.DOTALL)
ELSEWHERE = re.compile(r"@import|url\(\s*+[\"']?+\s*+(?!#)", re.IGNORECASE)
LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|mm|cm|in)?\s*", re.IGNORECASE)
UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}  # CSS 2.1, pixels each


class DrawingReason(Reason):
    """Why a drawing is not taken."""

    DRAWING_RUNS = (
        "drawing_runs",
        N_("Save the SVG without scripts, animation and embedded pages, or save it as PNG: none of them is run here."),
    )
    DRAWING_REFERS = (
        "drawing_refers",
        N_(
            "Save the SVG so that it holds only its own lines and areas, or save it as PNG: this one refers to"
            " another file or holds a photograph."
        ),
    )
    DRAWING_WRITES = (
        "drawing_writes",
        N_("Turn the letters of the SVG into outlines, or save it as PNG: its font is not in the file."),
    )
    DRAWING_TOO_INVOLVED = (
        "drawing_too_involved",
        N_("Save the picture as PNG: this SVG is too large or too involved to be drawn here."),
    )


def is_drawing(content: bytes) -> bool:
    """Whether a file says that it is an SVG; its name says nothing."""
    return BEGINS.match(content.removeprefix(b"\xef\xbb\xbf")) is not None


def pixels_of(content: bytes, within: tuple[int, int]) -> bytes:
    """A PNG of the drawing, as large as fits; what can be seen through stays so.

    Takes up to some seconds, so never inside a lock. Raises: BadScan.
    """
    from defusedxml.ElementTree import tostring

    if len(content) > MOST_SVG_BYTES:
        raise BadScan(DrawingReason.DRAWING_TOO_INVOLVED)
    root = _read(content)
    for element in _elements(root):
        _refuse(element)
    _leave_out(root)
    _fit(root, within)
    return _drawn(tostring(root))


def _read(content: bytes) -> "Element":
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if b"<?xml-stylesheet" in content:
        raise BadScan(DrawingReason.DRAWING_REFERS)
    try:
        root: Element = fromstring(content)
    except DefusedXmlException as error:  # entities, and what they would fetch
        raise BadScan(DrawingReason.DRAWING_REFERS) from error
    except (ParseError, LookupError, ValueError) as error:
        raise BadScan(ScanReason.SCAN_NOT_WHOLE) from error
    return root


def _elements(root: "Element") -> Iterator["Element"]:
    """All of them. Raises: BadScan for too many, or too deep ones, before anything else walks through them."""
    pile, seen = [(root, 1)], 0
    while pile:
        element, depth = pile.pop()
        seen += 1
        if seen > MOST_SHAPES or depth > DEEPEST_DRAWING:
            raise BadScan(DrawingReason.DRAWING_TOO_INVOLVED)
        yield element
        pile += [(child, depth + 1) for child in element]


def _refuse(element: "Element") -> None:
    """Raises: BadScan for what runs, refers elsewhere or needs a font, in whatever namespace it stands."""
    name = _local(element.tag)
    if name in PROGRAMS:
        raise BadScan(DrawingReason.DRAWING_RUNS)
    if name in REFERENCES or (name == "style" and ELSEWHERE.search("".join(element.itertext()))):
        raise BadScan(DrawingReason.DRAWING_REFERS)
    if name in LETTERING and "".join(element.itertext()).strip():
        raise BadScan(DrawingReason.DRAWING_WRITES)
    for key, value in element.attrib.items():
        said, attribute = value.strip(), _local(key)
        if attribute.startswith("on") or said.lower().startswith("javascript:"):
            raise BadScan(DrawingReason.DRAWING_RUNS)
        if (attribute in ("href", "src") and not said.startswith("#")) or ELSEWHERE.search(said):
            raise BadScan(DrawingReason.DRAWING_REFERS)


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def _leave_out(element: "Element") -> None:
    """What belongs to no picture, and all that is not SVG."""
    element[:] = [child for child in element if child.tag.startswith(SVG) and _local(child.tag) not in NO_PICTURE]
    for key in [key for key in element.attrib if key.startswith("{") and not key.startswith(XLINK)]:
        del element.attrib[key]
    for child in element:
        _leave_out(child)


def _fit(root: "Element", within: tuple[int, int]) -> None:
    """Give the drawing the sides that it shall have in pixels. Raises: BadScan for one without sides."""
    if root.tag != f"{SVG}svg":
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    wide, high = _length(root.get("width")), _length(root.get("height"))
    if "viewBox" in root.attrib:
        box = [_number(part) for part in re.split(r"[\s,]+", root.attrib["viewBox"].strip())]
        wide, high = (box[2], box[3]) if len(box) == 4 else (0.0, 0.0)
    else:
        root.set("viewBox", f"0 0 {wide} {high}")
    if not (isfinite(wide) and isfinite(high) and wide > 0 and high > 0):
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    scale = min(within[0] / wide, within[1] / high)
    if not isfinite(scale):  # smaller than a number can say
        raise BadScan(ScanReason.SCAN_NOT_WHOLE)
    root.set("width", str(max(1, round(wide * scale))))
    root.set("height", str(max(1, round(high * scale))))


def _length(said: str | None) -> float:
    """In pixels; 0 for a part of a page, which a picture has no sides by."""
    found = LENGTH.fullmatch(said or "")
    return _number(found[1]) * UNITS[(found[2] or "px").lower()] if found else 0.0


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0


def _drawn(svg: bytes) -> bytes:
    command = [sys.executable, "-I", str(DRAWER)]
    try:
        done = subprocess.run(command, input=svg, capture_output=True, timeout=DRAWING_WAIT, env={}, check=False)
    except subprocess.TimeoutExpired as error:
        log.warning("drawing given up")
        raise BadScan(DrawingReason.DRAWING_TOO_INVOLVED) from error
    if done.returncode:
        log.warning("drawing not drawn", extra={"code": done.returncode})
        raise BadScan(DrawingReason.DRAWING_TOO_INVOLVED)
    return done.stdout
