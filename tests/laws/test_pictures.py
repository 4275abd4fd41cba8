"""The README has the pictures that tools/pictures.py makes: these alone, small, each with words for who sees none."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.installation import Installation
from tools.pictures import DAY, FOLDER, MOST_BYTES, PICTURES, packed

ROOT = Path(__file__).resolve().parents[2]
MADE = {f"{picture.name}.webp" for picture in PICTURES}


def test_the_readme_shows_every_picture_with_a_sentence_for_it():
    shown = re.findall(r"!\[([^\]]*)\]\(docs/pictures/([\w.]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert sorted(file for _words, file in shown) == sorted(MADE)
    assert [file for words, file in shown if len(words.split()) < 4] == []


def test_the_folder_holds_these_pictures_each_small_and_as_wide_as_its_window():
    assert {path.name for path in FOLDER.iterdir()} == MADE
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > MOST_BYTES] == []
    assert [one.name for one in PICTURES if size_of(one.name) != (one.width, one.height)] == []


def test_three_scripts_and_three_people_are_seen_on_a_fixed_day():
    assert {one.language for one in PICTURES} == {"sr_Cyrl", "sr_Latn", "en"}
    assert len({one.role for one in PICTURES}) == len(PICTURES) == 3


def test_what_is_pictured_begins_in_a_folder_that_is_not_there_yet(tmp_path: Path):
    Installation(tmp_path / "made", "", DAY)

    assert (tmp_path / "made").is_dir()


@pytest.mark.slow
def test_a_picture_is_packed_until_it_is_small_or_refused():
    assert len(packed(noise(300))) <= MOST_BYTES
    with pytest.raises(ValueError, match="choose a smaller window"):
        packed(noise(900))


def size_of(name: str) -> tuple[int, int]:
    with Image.open(FOLDER / f"{name}.webp") as picture:
        return picture.size


def noise(side: int) -> bytes:
    """A picture that hardly packs, as PNG."""
    into = io.BytesIO()
    Image.effect_noise((side, side), 90).save(into, "PNG")
    return into.getvalue()
