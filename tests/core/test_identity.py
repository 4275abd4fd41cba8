"""The citizen's number is found however it is written, and nothing else is taken for one (TRUST S43)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cohorts.queries.practice import shipped_cases
from scheduler.cohorts.rules import problems_with_case
from scheduler.core.errors import GroundReason
from scheduler.core.identity import LENGTH, WEIGHTS, has_identity_number
from scheduler.core.personal_text import personal_in
from scheduler.core.text import BadText, clean

INVENTED = "0101990710008"  # 1 January 1990; the last digit checks
WIDE = INVENTED.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
ARABIC = INVENTED.translate({ord(str(digit)): chr(0x0660 + digit) for digit in range(10)})
RAISED = INVENTED.translate({ord(str(digit)): "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] for digit in range(10)})

# Two telephone numbers; thirteen digits that stretch from one into the other check.
SIDE_BY_SIDE = (
    "061/099-79-24; 013/431066", "061 1015834 +381 31 818 6719", "063/020 6996 / 011-493 37 22",
    "+381 69 123 3108 034-667191", "061 198/274; 0230/761/09",
)  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        INVENTED, "0101990 710008", "01.01.990-710008", "01/01/990/71 0008", "0101990–71–0008", "0101990 - 710008",
        " ".join(INVENTED), "\u200b".join(INVENTED), "\ufe0f\u20e3".join(INVENTED) + "\ufe0f\u20e3", WIDE, ARABIC,
        RAISED, f"ЈМБГ:{INVENTED}, Ана", f"broj{INVENTED}x", f"{INVENTED} {INVENTED}",
        f"VII-2 {INVENTED[:7]} {INVENTED[7:]} 24", "0101990\n710008", "0101990:710008", "(0101990) 710008",
        "0101990 | 710008", "0101990 --- 710008", "0101990 . . 710008",
        INVENTED.translate({ord(str(digit)): "〇一二三四五六七八九"[digit] for digit in range(10)}),
        INVENTED.translate({ord(str(digit)): "🄋➀➁➂➃➄➅➆➇➈"[digit] for digit in range(10)}),
        INVENTED.translate({ord(str(digit)): "0⑴⑵⑶⑷⑸⑹⑺⑻⑼"[digit] for digit in range(10)}),
    ],
)  # fmt: skip
def test_trust_s43_an_identity_number_is_refused_however_it_is_written(written: str):
    assert has_identity_number(written)
    with pytest.raises(BadText) as refused:
        clean(written, limit=200, lines=True)
    assert refused.value.reason is GroundReason.IDENTITY_NUMBER


@pytest.mark.parametrize(
    "written",
    [
        "", INVENTED[:-1], INVENTED[:-1] + "9",  # the last digit does not check
        "3102990710008",  # no 31 February
        INVENTED + "1",  # a longer number is none
        "1" + INVENTED, "9788612345678",  # a book
        "160-0000000001234-56",  # an account
        "+381 64 123 45 67, 018 555 123", "+381 (0)64 123-45-67; 00381 11 3340 511",
        "8:00–8:45, 9:00–9:45, 10:05–10:50", "½ 101990710008", "12. 5. 2027. 13:00–13:45, VII-1 i VII-2, 24 + 25",
        "0101990 a 710008", *SIDE_BY_SIDE,
    ],
)  # fmt: skip
def test_what_is_no_identity_number_stays(written: str):
    assert not has_identity_number(written)
    assert clean(written, limit=200) == written


@pytest.mark.parametrize("written", ["0104980096602", "010 4980 096 602", "0104980-096602", "01.04.980 09 6602"])
def test_a_number_that_could_be_dialled_as_well_is_refused(written: str):
    """The library's plan of our country takes these for one long telephone number, or for two."""
    assert has_identity_number(written)
    assert has_identity_number(f"{written}, 064 123 4567")
    assert has_identity_number(f"064 123 4567, {written}")


@given(first=st.text("0123456789", min_size=LENGTH - 1, max_size=LENGTH - 1))
def test_of_thirteen_digits_at_most_one_last_digit_checks(first: str):
    found = [last for last in "0123456789" if has_identity_number(first + last)]
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11

    assert len(found) <= 1
    assert all((rest + int(last)) % 11 == 0 for last in found)


# --- a text about children names nobody: no number, no telephone, no person ---


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
        "", "Зовите 19833 или 192.", "Ученица седмог разреда добила је поруку у 22:15, 14. 3. 2026.",
        "Улица је мокра, Девојчица чека. Младић пише.", "Do midnight on 31 August 2026 it cost 1.250 dinars",
        "Колачићи на сајту и Цртић на телевизији", "Instagram, Viber i TikTok u Novom Sadu",
    ],
)  # fmt: skip
def test_what_names_nobody_is_taken(text):
    assert personal_in(text) is None


def test_no_case_that_is_shipped_names_anybody():
    assert [one.code for one in shipped_cases() if problems_with_case(one)] == []
    assert len(shipped_cases()) >= 5
