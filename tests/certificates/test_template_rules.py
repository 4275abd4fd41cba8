"""How papers look and what they say: colours, placeholders, signatures, and what is refused; no database."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.certificates import rules
from scheduler.certificates.terms import (
    LetterPreview,
    PicturePlace,
    SchoolToTell,
    SignatoryDraft,
    StoredTemplate,
    TemplateDraft,
    Wording,
)
from tests.factories import MONDAY

LOGO, FIRST, SECOND, THIRD = PicturePlace
MARINA, PETAR, NOBODY = SignatoryDraft("Марина Ковач", "координаторка"), SignatoryDraft("Петар Зорић"), SignatoryDraft()


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [
        ("#FFFFFF", 1),
        ("#000000", 21),
        ("#767676", 4.542),  # the palest grey that WCAG lets stand for text
        ("#ff0000", 3.998),
        ("#00FF00", 1.372),
        ("#0000FF", 8.592),
        ("#010101", 20.873),  # so dark that a channel counts straight
        ("#0A0A0A", 19.798),
        ("#0B0B0B", 19.683),
    ],
)
def test_contrast_with_paper_is_that_of_wcag(colour, contrast):
    assert rules.contrast_on_paper(colour) == pytest.approx(contrast, abs=0.0006)


@pytest.mark.parametrize(
    ("colour", "pale"), [("#000000", "#C0C0C0"), ("#FFFFFF", "#FFFFFF"), ("#7A143C", "#DEC5CF"), ("#fcfbfa", "#FFFEFE")]
)
def test_a_pale_colour_is_three_quarters_white(colour, pale):
    assert rules.paler(colour) == pale


@pytest.mark.parametrize(
    ("colour", "problem"),
    [
        ("", None),
        ("#7A143C", None),
        ("#FFFFAA", "colour_too_pale"),
        ("7A143C", "not_a_colour"),
        ("#7A143", "not_a_colour"),
        ("#7A143C0", "not_a_colour"),
        ("#7A143G", "not_a_colour"),
        ("#١٢٣٤٥٦", "not_a_colour"),
    ],
)
def test_a_colour_is_six_hexadecimal_digits_and_is_seen_on_paper(colour, problem):
    assert rules.problem_with_colour(colour, rules.READABLE) == problem


@pytest.mark.parametrize(
    ("language", "words"),
    [("sr_Cyrl", ["{програм}", "{школа}"]), ("sr_Latn", ["{program}", "{škola}"]), ("en", ["{programme}", "{school}"])],
)
def test_placeholders_are_listed_in_the_letters_of_who_writes(language, words):
    assert rules.placeholders_in(language)[:2] == words
    assert len(rules.placeholders_in(language)) == len(rules.PLACEHOLDERS)
    assert rules.placeholder("programme", language) == words[0]


@pytest.mark.parametrize(
    ("words", "unknown", "problem"),
    [
        ("за {програм} у школи { ŠKOLA }", [], None),
        ("{ko} i {šta} i {ko}", ["{ko}", "{šta}"], "no_such_placeholder"),
        ("{}", ["{}"], "no_such_placeholder"),
        ("{program", [], "brace_alone"),
        ("program}", [], "brace_alone"),
        ("{{program}}", [], "brace_alone"),
        ("漢字", [], "unprintable"),
        ("", [], None),
    ],
)
def test_what_means_nothing_is_named(words, unknown, problem):
    assert rules.unknown_placeholders(words) == unknown
    assert rules.problem_with_words(words) == problem


def test_what_is_filled_in_is_never_read_for_placeholders():
    filled = rules.filled("for { Programme }\n  in {škola}", {"programme": "{school}", "school": "ОШ  Вук"})

    assert filled == "for {school} in ОШ Вук"


def a_template(*signatories: SignatoryDraft, **pictures: int) -> StoredTemplate:
    draft = TemplateDraft(signatories=signatories)
    return StoredTemplate(1, 1, draft, {}, {PicturePlace(name): one for name, one in pictures.items()}, MONDAY)


@pytest.mark.parametrize(
    ("before", "after", "pictures"),
    [
        (a_template(MARINA, logo=1, first=2), [MARINA], {LOGO: 1, FIRST: 2}),
        (a_template(MARINA, logo=1, first=2), [PETAR, MARINA], {LOGO: 1, SECOND: 2}),
        (a_template(MARINA, logo=1, first=2), [PETAR], {LOGO: 1}),
        (a_template(MARINA, NOBODY, PETAR, first=2, third=3), [PETAR, NOBODY, MARINA], {FIRST: 3, THIRD: 2}),
        (a_template(MARINA, PETAR, second=2), [MARINA, PETAR], {SECOND: 2}),
        (a_template(NOBODY, first=2), [NOBODY], {}),
        (a_template(MARINA), [MARINA], {}),
    ],
)
def test_a_signature_goes_with_its_name(before, after, pictures):
    assert rules.pictures_after(before, TemplateDraft(signatories=tuple(after))) == pictures


@pytest.mark.parametrize(
    ("look", "problems"),
    [
        (TemplateDraft(), {}),
        (TemplateDraft(colour="#7A143C", accent="#E6A028", file_number="04-{број}", signatories=(MARINA, PETAR)), {}),
        (TemplateDraft(colour="#E6A028"), {"colour": "colour_too_pale"}),  # a bar may be paler than a title
        (TemplateDraft(colour="red"), {"colour": "not_a_colour"}),
        (TemplateDraft(accent="#FFFFFE"), {"accent": "colour_too_pale"}),
        (TemplateDraft(file_number="{x}"), {"file_number": "no_such_placeholder"}),
        (TemplateDraft(signatories=(SignatoryDraft("Аna"),)), {"name_1": "mixed_scripts"}),
        (TemplateDraft(signatories=(MARINA, SignatoryDraft("", "директор"))), {"name_2": "duty_of_nobody"}),
        (TemplateDraft(signatories=(SignatoryDraft("", "", "head"),)), {"name_1": "duty_of_nobody"}),
        (TemplateDraft(signatories=(SignatoryDraft("Ана", "漢"),)), {"duty_1": "unprintable"}),
        (TemplateDraft(signatories=(SignatoryDraft("Ана", "", "漢"),)), {"duty_en_1": "unprintable"}),
    ],
)
def test_what_is_wrong_with_a_look_stands_at_its_field(look, problems):
    assert rules.problems_with_template(look) == problems


def test_what_is_wrong_with_words_stands_at_its_field():
    wording = {"sr_Cyrl": Wording("{x}", "lead", "}"), "en": Wording("Thanks", "漢")}

    assert rules.problems_with_wording(wording) == {
        "title_sr_cyrl": "no_such_placeholder",
        "text_sr_cyrl": "brace_alone",
        "lead_en": "unprintable",
    }


CYRILLIC = Wording("Захвалница", "школи", "за помоћ")


@pytest.mark.parametrize(
    ("wording", "language", "words"),
    [
        ({}, "en", Wording()),
        ({}, "sr_Latn", Wording()),
        ({"sr_Cyrl": CYRILLIC}, "sr_Cyrl", CYRILLIC),
        ({"sr_Cyrl": CYRILLIC}, "en", Wording()),
        ({"sr_Cyrl": CYRILLIC}, "sr_Latn", Wording("Zahvalnica", "školi", "za pomoć")),
        ({"sr_Cyrl": CYRILLIC, "sr_Latn": Wording("Hvala", "", "")}, "sr_Latn", Wording("Hvala", "školi", "za pomoć")),
        ({"sr_Latn": Wording("Hvala", "Vama", "svima")}, "sr_Latn", Wording("Hvala", "Vama", "svima")),
        (
            {"sr_Cyrl": CYRILLIC, "sr_Latn": Wording("", "Vama", "svima")},
            "sr_Latn",
            Wording("Zahvalnica", "Vama", "svima"),
        ),
    ],
)
def test_what_is_not_written_in_latin_comes_from_the_cyrillic(wording, language, words):
    assert rules.said_in(wording, language) == words


def test_letters_seen_before_sending_are_others_once_a_paper_or_an_address_changed():
    school = SchoolToTell(1, "V-1", dt.date(2026, 10, 6), 1, "ОШ", "OŠ", 2, (("a@b.example", "en"),))
    changes = [
        (),
        (replace(school, visit_id=2),),
        (replace(school, papers=3),),
        (replace(school, mails=()),),
        (school, school),
    ]
    seen = rules.letters_seen(LetterPreview((school,), (), 0))

    assert seen == rules.letters_seen(LetterPreview((replace(school, visit_number="V-2"),), (school,), 5))
    assert seen not in {rules.letters_seen(LetterPreview(schools, (), 0)) for schools in changes}
