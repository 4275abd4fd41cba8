"""The handbook is true: it names screens that exist, the same in both languages, and its links lead somewhere."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.language import catalogue_path, translator
from scheduler.web.public.handbook import CHAPTERS, FOLDER

ENGLISH, SERBIAN = FOLDER / "en", FOLDER / "sr_Cyrl"
OUTSIDE = ("operator", "developer")  # read in the repository
MOST_WORDS = 1000  # five minutes of a person who reads in passing
NAME = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
UNKNOWN = re.compile(r"^(###|[|>!<]|```| {4,}[-\d])|!\[|<\w|^\* ", re.MULTILINE)


def sections(path: Path) -> list[list[str]]:
    """The names of screens in each section of a page, a line's break being a blank."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [NAME.findall(" ".join(part.split())) for part in parts]


def strangers(path: Path, known: set[str]) -> list[str]:
    return [name for names in sections(path) for name in names if name not in known]


def names_on_screens() -> set[str]:
    with catalogue_path("sr_Cyrl").open("rb") as stream:
        return {message.id for message in read_po(stream) if isinstance(message.id, str)}


@pytest.mark.parametrize("role", [*CHAPTERS, *OUTSIDE])
def test_every_name_in_bold_is_on_a_screen(role: str) -> None:
    assert strangers(ENGLISH / f"{role}.md", names_on_screens()) == []
    assert sum(map(len, sections(ENGLISH / f"{role}.md"))) >= 15 or role in OUTSIDE


@pytest.mark.parametrize("role", CHAPTERS)
def test_the_serbian_page_names_the_same_screens_in_the_same_sections(role: str) -> None:
    said = translator("sr_Cyrl").gettext

    named = [[said(name) for name in names] for names in sections(ENGLISH / f"{role}.md")]

    assert sections(SERBIAN / f"{role}.md") == named


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.md")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_page_is_read_in_five_minutes_and_written_as_the_product_can_show_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.split()) <= MOST_WORDS
    assert re.match(r"# .+\n\n\S", text)
    assert len(re.findall(r"^## ", text, re.MULTILINE)) >= 5
    assert UNKNOWN.findall(text) == []
    assert text.count("**") == 2 * len(NAME.findall(" ".join(text.split())))


def test_every_role_has_its_pages_and_nobody_else() -> None:
    assert {path.stem for path in ENGLISH.glob("*.md")} == {*CHAPTERS, *OUTSIDE}
    assert {path.stem for path in SERBIAN.glob("*.md")} == set(CHAPTERS)


@pytest.mark.database
def test_every_link_leads_to_a_page(app: Flask, client: FlaskClient) -> None:
    for path in sorted(FOLDER.rglob("*.md")):
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if target.startswith("/"):
                assert client.get(target).status_code == 200, (path, target)
            else:
                assert (path.parent / target).is_file(), (path, target)


def test_the_law_sees_a_name_that_is_on_no_screen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nPress **Save\nthe numbers**.\n\n## Then\n\nPress **Jump**.\n", encoding="utf-8")

    assert strangers(page, names_on_screens()) == ["Jump"]
    assert sections(page) == [["Save the numbers"], ["Jump"]]
