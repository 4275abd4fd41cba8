"""One, few and other: every message that counts, in each language, at the numbers where Serbian changes its mind."""

import re

import pytest

from scheduler.core.language import LANGUAGES, catalogue_path, translator
from tools.catalogues import forms_of, messages_of, read

ONE, FEW, OTHER = (1, 21, 101), (2, 3, 4, 22, 24, 102), (0, 5, 11, 12, 14, 15, 20, 25, 100, 111, 112, 1000)
SERBIAN = {**dict.fromkeys(ONE, 0), **dict.fromkeys(FEW, 1), **dict.fromkeys(OTHER, 2)}
PLURALS = {
    key: message
    for key, message in messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl")).items()
    if message.pluralizable
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_counting_message_takes_the_form_of_its_number(language: str) -> None:
    known = {} if language == "en" else messages_of(read(catalogue_path(language), language))
    wrong = []
    for key, message in PLURALS.items():
        one, many = message.id
        stored = (one, many) if language == "en" else forms_of(known[key])
        for n, form in SERBIAN.items():
            wanted = stored[n != 1] if language == "en" else stored[form]
            if (said := translator(language).ngettext(one, many, n)) != wanted:
                wrong.append((key, n, said, wanted))
    assert len(PLURALS) > 60
    assert wrong == []


def test_no_counting_message_writes_its_number_in_words() -> None:
    """21, 31 and 101 take the same form as 1: "one visit" for all of them would be a lie."""
    forms = [(message.id[1], form) for message in PLURALS.values() for form in forms_of(message)]
    assert [form for _id, form in forms if re.search(r"\b(jedan|jedna|jedno|један|једна|једно|1)\b", form, re.I)] == []
    assert [form for many, form in forms if ("%(num)" in form) != ("%(num)" in many)] == []


def test_no_plain_message_counts_things() -> None:
    """A number before a noun must choose the noun's form; only what never bends (min, km, %, of …) may stand so."""
    known = messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    plain = {str(key) for key, message in known.items() if not message.pluralizable}
    assert {key for key in plain if re.search(r"%\((num|count|days|hours|minutes)\)[sd] [a-z]{4,}", key)} == FIXED


# Terms of 5 and 7 days that the rules fix: "дана" is right for both.
FIXED: set[str] = {
    "If it was not you, there is nothing to do. The request is forgotten after %(days)s days.",
    "The school has its link and is asked to confirm. After %(days)s days its silence counts as a yes, and you can "
    "lock the numbers here.",
    "open the list: each visit has its own page there. The link works for %(days)s days; older links go on working, "
    "too.",
    "These hours are wishes: we answer each within %(days)s days, and all of them stand on one page.",
    "We answer within %(days)s days. One link shows you everything; with it you change or cancel.",
    "We answer within %(days)s days, by mail and on this page. You need not do anything now.",
}


def test_no_serbian_sentence_ends_a_day_with_two_full_stops() -> None:
    """A day ends with its own: "24. 11. 2026."; a sentence that ends with one adds none."""
    known = messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    assert [
        form for one in known.values() for form in forms_of(one) if re.search(r"%\((day|first|last)\)s\.$", form)
    ] == []
