"""A name is made of letters that every paper prints, each word in one script (TRUST S22)."""

import pytest

from scheduler.core.errors import GroundReason
from scheduler.core.names import problem_with_name, problem_with_register_name
from scheduler.core.text import clean


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ана",
        "Ana Đurić-Petrović",
        "Љубинка Њежић",
        "D'Artagnan",
        "ОШ „Вук Караџић“ бр. 7",
        "Ана Smith",  # two words, each in its script
        "Győző Ľudmila Țăranu Şükrü",
        "К-19",
    ],
)
def test_trust_s22_names_of_both_scripts_are_taken(name: str):
    assert problem_with_name(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".", GroundReason.NO_LETTER),
        ("- 7 -", GroundReason.NO_LETTER),
        ("Aна", GroundReason.MIXED_SCRIPTS),  # a Latin A
        ("Маrko Петровић", GroundReason.MIXED_SCRIPTS),
        ("Ρetar", GroundReason.MIXED_SCRIPTS),  # a Greek Rho
        ("山田", GroundReason.UNPRINTABLE),
        ("Ана 😀", GroundReason.UNPRINTABLE),
        ("𝐀na", GroundReason.UNPRINTABLE),
    ],
)
def test_trust_s22_a_name_that_would_not_be_read_as_it_is_stored_is_refused(name: str, reason: GroundReason):
    assert problem_with_name(clean(name, limit=80)) is reason


def test_an_official_register_may_mix_scripts_but_not_hold_what_no_paper_prints():
    assert problem_with_register_name("Kула") is None
    assert problem_with_register_name("Kула 山") is GroundReason.UNPRINTABLE
    assert problem_with_register_name(".") is GroundReason.NO_LETTER
