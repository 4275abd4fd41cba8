import re
from pathlib import Path

import pytest

from scheduler.core.paper.typesetting import (
    BOLD,
    DISPLAY,
    FOLDER,
    FONTS,
    Style,
    fitted,
    register_fonts,
    settled,
    shortened,
    unprintable,
    width_of,
    wrapped,
)
from scheduler.core.text import to_latin

SERBIAN = "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ" + "абвгдђежзијклљмнњопрстћуфхцчџш"
TEN = Style(10)


def without_shape(words: str) -> set[str]:
    """The letters that one of the fonts would print as an empty box."""
    return {
        letter for font in register_fonts().values() for letter in words if ord(letter) not in font.face.charToGlyph
    }


def test_every_letter_of_serbian_and_of_the_neighbours_has_a_shape_in_every_font():
    assert without_shape(SERBIAN + to_latin(SERBIAN) + "čćžšđČĆŽŠĐ „“”–—…·№€") == set()
    assert without_shape("Győző Škrabáková Țăranu Ľudmila Ѓорѓи Ќирил Şükrü Ёлкин Ґоля") == set()


@pytest.mark.parametrize(
    ("words", "told"), [("", ""), ("Ана Ристић", ""), ("学Ана校学", "学校"), ("مريم", "مري"), ("a\ta", "\t")]
)
def test_letters_without_a_shape_are_told_once_in_their_order(words, told):
    assert unprintable(words) == told
    assert set(told) == without_shape(words)


def test_fonts_are_small_licensed_named_apart_and_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sizes = {file: (FOLDER / file).stat().st_size for file in FONTS.values()}

    assert all(size < 200_000 for size in sizes.values()), sizes
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text()

    names = [font.face.name for font in register_fonts().values()]

    assert len(set(names)) == len(FONTS)

    monkeypatch.chdir(tmp_path)
    register_fonts.cache_clear()

    assert set(register_fonts()) == set(FONTS)


def test_wrapped_keeps_every_letter_and_no_line_is_too_long():
    words = "Први сат, први дан, прва недеља: шта школа ради кад дете затражи помоћ " + "Ж" * 90

    lines = wrapped(words, TEN, 40)

    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)
    assert all(width_of(line, TEN) <= 40 for line in lines)


@pytest.mark.parametrize("words", ["", "   "])
def test_wrapped_makes_no_line_of_nothing(words):
    assert wrapped(words, TEN, 40) == []


def test_fitted_shrinks_no_further_than_needed_and_loses_nothing():
    assert fitted("Ана", Style(46, DISPLAY), 219) == (Style(46, DISPLAY), ["Ана"])

    words = "Љубица Џунић-Њежић од Шумадије"

    style, lines = fitted(words, Style(46, DISPLAY), 150)

    assert lines == [words]
    assert style.size * 2 == int(style.size * 2)
    assert width_of(words, style) <= 150 < width_of(words, Style(style.size + 0.5, DISPLAY))

    style, lines = fitted("Ж" * 200, Style(10, BOLD), 30, lines=1, least=6)

    assert style.size == 6
    assert "".join(lines) == "Ж" * 200


def test_settled_takes_the_first_step_that_fits_and_leaves_no_word_alone():
    steps = ((20.0, 1, 15.0), (12.0, 2, 8.0))

    assert settled("Ана", TEN, 60, steps)[0].size == 20
    style, lines = settled("Александра Магдалена Петронијевић Константиновић", TEN, 80, steps)
    assert (style.size, len(lines)) == (12, 2)

    words = "као домаћин програма „Прва недеља: шта школа ради кад дете затражи помоћ родитеља“."
    greedy = wrapped(words, TEN, 70)

    _style, lines = settled(words, TEN, 70, ((10.0, 3, 10.0),))

    assert " ".join(lines) == words
    assert len(lines) == len(greedy) == 3
    widths = [width_of(line, TEN) for line in lines]
    assert min(widths) > 0.7 * max(widths)
    assert min(widths) > width_of(greedy[-1], TEN)


def test_shortened_ends_in_an_ellipsis_only_where_it_must():
    assert shortened("Ниш", TEN, 40) == "Ниш"
    cut = shortened("Горњи Милановац и околина", TEN, 30)
    assert cut.endswith("…")
    assert width_of(cut, TEN) <= 30
