"""A name is made of letters that every paper prints, each word in one script (TRUST S22)."""

import copy
import pickle

import pytest

from scheduler.core.errors import GroundReason
from scheduler.core.names import (
    SpelledName,
    other_spelling,
    problem_with_name,
    problem_with_other_name,
    problem_with_register_name,
    spelled,
    spellings,
    whole_name,
)
from scheduler.core.text import clean


@pytest.mark.parametrize(
    "name",
    [
        "", "Ана", "Ana Đurić-Petrović", "Љубинка Њежић", "D'Artagnan", "ОШ „Вук Караџић“ бр. 7",
        "Ана Smith",  # two words, each in its script
        "Győző Ľudmila Țăranu Şükrü", "К-19",
    ],
)  # fmt: skip
def test_trust_s22_names_of_both_scripts_are_taken(name: str):
    assert problem_with_name(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".", GroundReason.NO_LETTER), ("- 7 -", GroundReason.NO_LETTER),
        ("Aна", GroundReason.MIXED_SCRIPTS),  # a Latin A
        ("Маrko Петровић", GroundReason.MIXED_SCRIPTS), ("Ρetar", GroundReason.MIXED_SCRIPTS),  # a Greek Rho
        ("山田", GroundReason.UNPRINTABLE), ("Ана 😀", GroundReason.UNPRINTABLE), ("𝐀na", GroundReason.UNPRINTABLE),
    ],
)  # fmt: skip
def test_trust_s22_a_name_that_would_not_be_read_as_it_is_stored_is_refused(name: str, reason: GroundReason):
    assert problem_with_name(clean(name, limit=80)) is reason


def test_an_official_register_may_mix_scripts_but_not_hold_what_no_paper_prints():
    assert problem_with_register_name("Kула") is None
    assert problem_with_register_name("Kула 山") is GroundReason.UNPRINTABLE
    assert problem_with_register_name(".") is GroundReason.NO_LETTER


# --- a name in two scripts: as its owner writes it, or derived from Cyrillic, never the other way ---


@pytest.mark.parametrize(
    ("name", "other", "cyrillic", "latin"),
    [
        ("Љиљана Џодић", "", "Љиљана Џодић", "Ljiljana Džodić"),
        ("Ђорђе Његош", "Djordje Njegosh", "Ђорђе Његош", "Djordje Njegosh"),
        ("Ljiljana Džodić", "", "Ljiljana Džodić", "Ljiljana Džodić"),
        ("Szabó Katalin", "Каталин Сабо", "Каталин Сабо", "Szabó Katalin"),
        ("Марко Smith", "", "Марко Smith", "Marko Smith"),
        ("Алексей", "", "Алексей", "Алексей"),
        ("", "", "", ""),
    ],
)
def test_a_name_is_read_in_the_letters_of_the_reader(name, other, cyrillic, latin):
    one = SpelledName(name, other)

    assert [spelled(one, language) for language in ("sr_Cyrl", "sr_Latn", "en")] == [cyrillic, latin, latin]
    assert type(spelled(one, "en")) is str


def test_a_name_known_in_one_spelling_and_one_without_a_surname_are_read_too():
    assert spelled("Вера Антић", "en") == "Vera Antić"
    assert spelled("Vera Antić", "sr_Cyrl") == "Vera Antić"

    whole = whole_name(SpelledName("Вера", "Vera"), SpelledName("Сабо", "Szabó"))

    assert (whole, whole.other) == ("Вера Сабо", "Vera Szabó")
    assert (whole_name("Вера", ""), whole_name("Вера", "").other) == ("Вера", "")


def test_the_other_spelling_is_carried_by_copies_is_no_other_name_and_is_marked_where_it_is_derived():
    one = SpelledName("Вера", "Wera")

    assert copy.deepcopy(one).other == pickle.loads(pickle.dumps(one)).other == "Wera"
    assert one == "Вера"
    assert hash(one) == hash("Вера")

    assert other_spelling(SpelledName("Вера", "Wera")) == ("Wera", False)
    assert other_spelling("Вера") == ("Vera", True)
    assert other_spelling("Vera") == ("", False)
    assert other_spelling("Алексей") == ("", False)

    assert spellings(SpelledName("Сабо", "Szabó")) == ("Сабо", "Szabó", "Sabo")
    assert spellings("Sabo") == ("Sabo",)


@pytest.mark.parametrize(
    ("name", "other", "problem"),
    [
        ("Вера", "Vera", None), ("Vera", "Вера", None), ("Вера", "", None),
        ("Вера", "Вјера", GroundReason.SAME_LETTERS), ("Vera", "Wera", GroundReason.SAME_LETTERS),
        ("Вера", "Veра", GroundReason.MIXED_SCRIPTS), ("Вера", "123", GroundReason.NO_LETTER),
        ("Вера", "薇拉", GroundReason.UNPRINTABLE),
    ],
)  # fmt: skip
def test_the_other_spelling_is_a_name_in_the_other_letters(name, other, problem):
    assert problem_with_other_name(name, other) == problem
