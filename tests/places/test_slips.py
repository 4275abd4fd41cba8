"""Slips of who types a school's name."""

import pytest

from scheduler.places.rules.slips import nearest, slips_between

KEYS = [
    (1, "osnovna skola josif pancic subotica"),
    (2, "gimnazija subotica"),
    (3, "osnovna skola josif pancic beograd"),
]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("subotca", "subotica", 1),
        ("suboitca", "subotica", 1),
        ("subotiica", "subotica", 1),
        ("sobotica", "subotica", 1),
        ("usbotica", "subotica", 1),
        ("subot", "subotica", 0),
        ("subota", "sabota", 1),  # its first letter and its last one stand beside each other in the word
        ("subtoc", "subotica", None),
        ("beograd", "subotica", None),
    ],
)
def test_a_letter_too_much_too_few_another_or_in_anothers_place(typed, word, slips):
    assert slips_between(typed, word, 1) == slips


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["pancic", "subotca"], [1]),
        (["pancc", "subotca"], [1]),
        (["pancic"], [1, 3]),
        (["gimnazja"], [2]),
        (["gmnzija", "subtca"], []),
        (["pan", "sub"], [1]),
        (["pnc"], []),
    ],
)
def test_the_fewest_slips_win_and_each_word_must_be_near(words, found):
    assert nearest(words, KEYS) == found
