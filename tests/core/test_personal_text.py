"""A text about children names nobody: no number of a citizen, no telephone, no person; the helpline may stand in it."""

import pytest

from scheduler.cohorts.queries.practice import shipped_cases
from scheduler.cohorts.rules import problems_with_case
from scheduler.core.errors import GroundReason
from scheduler.core.personal_text import personal_in


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Јављено на 064 123 45 67 јуче", GroundReason.PHONE_IN_TEXT),
        ("Call +381 11 3000 000", GroundReason.PHONE_IN_TEXT),
        ("ЈМБГ 0101990710008", GroundReason.IDENTITY_NUMBER),
        ("Марко је написао поруку", GroundReason.NAME_IN_TEXT),
        ("Поруку је добила Јелена.", GroundReason.NAME_IN_TEXT),
        ("Rekla je Jeleni da dođe", GroundReason.NAME_IN_TEXT),
        ("наставник Петровић из школе", GroundReason.NAME_IN_TEXT),
        ("with Petrovic of 7b", GroundReason.NAME_IN_TEXT),
        ("Pismo Petra iz razreda", GroundReason.NAME_IN_TEXT),
        ("О томе је причала са Станковићевом", GroundReason.NAME_IN_TEXT),
    ],
)
def test_what_names_somebody_is_refused_with_the_reason(text, reason):
    assert personal_in(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Зовите 19833 или 192.",
        "Ученица седмог разреда добила је поруку у 22:15, 14. 3. 2026.",
        "Улица је мокра, Девојчица чека. Младић пише.",
        "Do midnight on 31 August 2026 it cost 1.250 dinars",
        "Колачићи на сајту и Цртић на телевизији",
        "Instagram, Viber i TikTok u Novom Sadu",
    ],
)
def test_what_names_nobody_is_taken(text):
    assert personal_in(text) is None


def test_no_case_that_is_shipped_names_anybody():
    assert [one.code for one in shipped_cases() if problems_with_case(one)] == []
    assert len(shipped_cases()) >= 5
