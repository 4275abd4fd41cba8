"""A presenter's day as the browser prints it."""

import io

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.a11y.atlas import Sheet
from tests.a11y.looking import Eye, View
from tests.laws.travellers import Traveller

pytestmark = [pytest.mark.journey, pytest.mark.deep]


def test_a_day_of_one_visit_is_one_sheet_of_paper(
    every_sheet: dict[str, list[Sheet]], everybody: dict[str, Traveller], address: str, chromium: Browser
) -> None:
    for role in ("educator", "influencer"):
        eye = Eye(chromium, address, everybody[role], View("sr_Cyrl", 1280))
        eye.open(next(one for one in every_sheet[role] if one.endpoint == "own.day_sheet"))
        paper = PdfReader(io.BytesIO(eye.page.pdf(format="A4")))
        eye.close()
        assert len(paper.pages) == 1, role
