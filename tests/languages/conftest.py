"""The demo in a house that speaks one language more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from scheduler.core import language
from scheduler.core.db import db
from scheduler.messages import mail
from tests.a11y.atlas import Sheet, Traveller, sheets, travellers
from tests.a11y.conftest import chromium, demo_house, fonts, served
from tests.languages.pseudo import PSEUDO, pseudo_catalogue

__all__ = ["chromium", "fonts"]
ROOT = Path(language.__file__).parent.parent.parent


def _forget() -> None:
    for cached in (language.languages, language.translator, mail._environment):
        cached.cache_clear()


@pytest.fixture(scope="module")
def one_more(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A language added as anybody would add it: one folder with one catalogue, and nothing else."""
    folder, own = tmp_path_factory.mktemp("translations"), language.FOLDER
    for name in ("sr_Cyrl", "sr_Latn"):
        (folder / name).symlink_to(own / name)
    file = folder / PSEUDO / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(pseudo_catalogue(ROOT))
    language.FOLDER = folder
    _forget()
    yield PSEUDO
    language.FOLDER = own
    _forget()


@pytest.fixture(scope="module")
def spoken_house(one_more: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with demo_house(tmp_path_factory.mktemp("instance")) as app:
        yield app


@pytest.fixture(scope="module")
def everyone(spoken_house: Flask) -> dict[str, Traveller]:
    """Role to traveller."""
    with spoken_house.app_context():
        found = {one.role: one for one in travellers(spoken_house)}
        db.session.remove()
    return found


@pytest.fixture(scope="module")
def every_sheet(spoken_house: Flask, everyone: dict[str, Traveller]) -> dict[str, list[Sheet]]:
    """Role to the pages it opens."""
    return {role: list(sheets(spoken_house, traveller)) for role, traveller in everyone.items()}


@pytest.fixture(scope="module")
def spoken_address(spoken_house: Flask) -> Iterator[str]:
    with served(spoken_house) as at:
        yield at
