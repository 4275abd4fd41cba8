"""The demo in a house that speaks one language more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from scheduler.core import language
from scheduler.messages import kinds
from tests.a11y.conftest import chromium, every_sheet, everybody, fonts, new_sheets, served
from tests.demo_house import empty_house
from tests.languages.pseudo import PSEUDO, pseudo_catalogue
from tests.laws.crawl import Crawl, crawl, write_calendars

__all__ = ["chromium", "crawl", "every_sheet", "everybody", "fonts", "new_sheets"]
ROOT = Path(language.__file__).parent.parent.parent


def _forget() -> None:
    for cached in (language.languages, language.translator, kinds.environment):
        cached.cache_clear()


@pytest.fixture(scope="module")
def one_more(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A language added as anybody would add it: one folder with one catalogue, and nothing else.

    After the crawl, whose house has the languages of the product.
    """
    folder, own = tmp_path_factory.mktemp("translations"), language.FOLDER
    (folder / "sr_Cyrl").symlink_to(own / "sr_Cyrl")
    file = folder / PSEUDO / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(pseudo_catalogue(ROOT))
    language.FOLDER = folder
    _forget()
    yield PSEUDO
    language.FOLDER = own
    _forget()


@pytest.fixture(scope="module")
def spoken_house(one_more: str, crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with empty_house(tmp_path_factory.mktemp("instance")) as app:
        with app.app_context():
            crawl.put_rows_in_place()
            write_calendars()
        yield app


@pytest.fixture(scope="module")
def spoken_address(spoken_house: Flask) -> Iterator[str]:
    with served(spoken_house) as at:
        yield at
