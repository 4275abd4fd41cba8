"""Numbers that are checked, who earns a certificate, and how papers look and what they say."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import rules
from scheduler.certificates.kinds.every import who_earns
from scheduler.certificates.terms import (
    CertificateKind,
    LetterPreview,
    PicturePlace,
    SchoolToTell,
    SignatoryDraft,
    StoredTemplate,
    TemplateDraft,
    Wording,
)
from scheduler.core.text import fold
from tests.bounds import at_each_bound
from tests.factories import MONDAY

SECRET = "the installation's own secret"


def key_of(name: str) -> str:
    return rules.holder_key(CertificateKind.TEACHER, name, secret=SECRET)


@given(st.text(alphabet=rules.CROCKFORD, min_size=16, max_size=16))
def test_a_number_is_read_back_from_how_people_type_it(number: str) -> None:
    typed = rules.in_fours(number).lower().replace("0", "o").replace("1", "l")
    assert rules.number_typed(typed) == number
    assert rules.number_typed(number.replace("1", "I")) == number


def test_a_number_is_printed_in_fours_of_sixteen_letters_and_no_two_are_alike() -> None:
    assert rules.in_fours("0123456789ABCDEF") == "0123 4567 89AB CDEF"
    numbers = {rules.new_number() for _ in range(1000)}
    assert len(numbers) == 1000
    assert {len(number) for number in numbers} == {16}
    at_each_place = [set(letters) for letters in zip(*numbers, strict=True)]
    assert at_each_place == [set(rules.CROCKFORD)] * 16  # every letter at every place, so all 80 bits are used


@at_each_bound(
    (
        "a number among dashes, 64 signs in all",
        lambda signs: rules.number_typed("0123456789ABCDEF".rjust(signs, "-")),
        (63, 64, 65),
        ("0123456789ABCDEF", "0123456789ABCDEF", None),
    ),
    ("a number of 16 letters", lambda count: rules.number_typed("A" * count), (15, 16, 17), (None, "A" * 16, None)),
    (
        "a name of 100 letters",
        lambda letters: rules.problem_with_holder(CertificateKind.TEACHER, "А" * letters),
        (99, 100, 101),
        (None, None, "too_long"),
    ),
    (
        "a contrast that is enough",
        lambda more: rules.problem_with_colour("#767676", rules.contrast_on_paper("#767676") + more),
        (-0.001, 0, 0.001),
        (None, None, "colour_too_pale"),
    ),
    (
        "six classes on one paper",
        lambda count: rules.class_marks(",".join("123456789"[:count])),
        (5, 6, 7),
        ("1, 2, 3, 4, 5", "1, 2, 3, 4, 5, 6", ""),
    ),
)
def test_each_bound(rule, value, answer) -> None:
    assert rule(value) == answer


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 16, "A" * 17, "А" * 16, "A" * 5000, "../../etc/passwd0"])
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert rules.number_typed(typed) is None


def test_one_earns_for_the_school_and_each_named_adult_no_more_than_were_counted_nobody_where_nobody_came() -> None:
    earned = who_earns(HeadCounts(pupils=90, teachers=2), ("Ана Петровић", "Mira Savić"), secrets=[SECRET])

    assert earned == [
        (CertificateKind.SCHOOL, ""),
        (CertificateKind.TEACHER, "Ана Петровић"),
        (CertificateKind.TEACHER, "Mira Savić"),
    ]

    assert who_earns(HeadCounts(), ("Ана Петровић",), secrets=[SECRET]) == []
    assert who_earns(HeadCounts(pupils=90, teachers=1), ("Ана", "Мира"), secrets=[SECRET]) == [
        (CertificateKind.SCHOOL, ""),
        (CertificateKind.TEACHER, "Ана"),
    ]


@pytest.mark.parametrize("typed", ["Ђорђе Чукић", "Đorđe Čukić", "  đorđe   čukić ", "DJORDJE CUKIC"])
def test_a_name_matches_in_either_script(typed: str) -> None:
    assert rules.names_match(key_of("Ђорђе Чукић"), typed, secrets=[SECRET])


@pytest.mark.parametrize("typed", ["", "Đorđe", "Đorđe Čukić Petrović", "?"])
def test_another_name_does_not_match(typed: str) -> None:
    assert not rules.names_match(key_of("Ђорђе Чукић"), typed, secrets=[SECRET])


def test_the_same_teacher_has_one_key_in_both_scripts_that_tells_no_name_and_belongs_to_one_installation() -> None:
    assert key_of("Ана Петровић") == key_of("Ana Petrović")
    assert rules.holder_key(CertificateKind.SCHOOL, secret=SECRET) == "host"
    assert rules.holder_key(CertificateKind.TEACHER, secret=SECRET) == key_of("")
    key = key_of("Ана Петровић")
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert not rules.names_match(key, "Ана Петровић", secrets=["of another house"])
    assert not rules.names_match(key, key, secrets=[SECRET])


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        (CertificateKind.SCHOOL, "", None),
        (CertificateKind.TEACHER, "Ана", None),
        (CertificateKind.TEACHER, " - ", "missing"),
        (CertificateKind.TEACHER, "Аna", "mixed_scripts"),  # a Cyrillic А
        (CertificateKind.TEACHER, "А" * 101, "too_long"),
    ],
)
def test_a_teachers_certificate_needs_a_name_that_fits(kind: CertificateKind, name: str, problem: str | None) -> None:
    assert rules.problem_with_holder(kind, name) == problem


NAMES = st.lists(st.sampled_from(["Ana", "Ана", "Bora", "Вера", "Goca", "Đorđe", "Žarko"]), max_size=6, unique_by=fold)


@given(lists=st.lists(NAMES, max_size=6), adults=st.integers(0, 5), revoked=st.sets(st.integers(0, 30)))
def test_however_the_list_changes_no_more_hold_one_than_adults_came_and_nobody_gets_a_second(
    lists: list[list[str]], adults: int, revoked: set[int]
) -> None:
    had: dict[tuple[CertificateKind, str], bool] = {}
    ever = []
    for names in lists:
        for kind, name in who_earns(HeadCounts(pupils=20, teachers=adults), tuple(names), had, secrets=[SECRET]):
            key = (kind, rules.holder_key(kind, name, secret=SECRET))
            ever.append(key)
            had[key] = True
        assert sum(holds for (kind, _), holds in had.items() if kind is CertificateKind.TEACHER) <= adults
        had |= {key: False for place, key in enumerate(sorted(had)) if place in revoked}

    assert len(ever) == len(set(ever))
    assert [key for key in ever if key[0] is CertificateKind.SCHOOL] == [(CertificateKind.SCHOOL, "host")][: len(lists)]


LOGO, FIRST, SECOND, THIRD = PicturePlace
MARINA, PETAR, NOBODY = SignatoryDraft("Марина Ковач", "координаторка"), SignatoryDraft("Петар Зорић"), SignatoryDraft()


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [
        ("#FFFFFF", 1), ("#000000", 21), ("#767676", 4.542),  # the palest grey that WCAG lets stand for text
        ("#ff0000", 3.998), ("#00FF00", 1.372), ("#0000FF", 8.592),
        ("#010101", 20.873),  # so dark that a channel counts straight
        ("#0A0A0A", 19.798), ("#0B0B0B", 19.683),
    ],
)  # fmt: skip
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
        ("", None), ("#7A143C", None), ("#FFFFAA", "colour_too_pale"), ("7A143C", "not_a_colour"),
        ("#7A143", "not_a_colour"), ("#7A143C0", "not_a_colour"), ("#7A143G", "not_a_colour"),
        ("#١٢٣٤٥٦", "not_a_colour"),
    ],
)  # fmt: skip
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
        ("за {програм} у школи { ŠKOLA }", [], None), ("{ko} i {šta} i {ko}", ["{ko}", "{šta}"], "no_such_placeholder"),
        ("{}", ["{}"], "no_such_placeholder"),
        ("{Програм}, {program}, {programme}{x} { } {x}", ["{x}", "{ }"], "no_such_placeholder"),
        ("{program", [], "brace_alone"), ("program}", [], "brace_alone"),
        ("{{program}}", [], "brace_alone"), ("漢字", [], "unprintable"), ("", [], None),
    ],
)  # fmt: skip
def test_what_means_nothing_is_named(words, unknown, problem):
    assert rules.unknown_placeholders(words) == unknown
    assert rules.problem_with_words(words) == problem


def test_what_is_wrong_with_words_stands_at_its_field_and_what_is_filled_in_is_never_read():
    filled = rules.filled("for { Programme }\n  in {škola}", {"programme": "{school}", "school": "ОШ  Вук"})
    assert filled == "for {school} in ОШ Вук"
    thrice = rules.filled("{Програм}, {program}, {programme}", {"programme": "{школа}"})
    assert thrice == "{школа}, {школа}, {школа}"
    wording = {"sr_Cyrl": Wording("{x}", "lead", "}"), "en": Wording("Thanks", "漢")}
    assert rules.problems_with_wording(wording) == {
        "title_sr_cyrl": "no_such_placeholder",
        "text_sr_cyrl": "brace_alone",
        "lead_en": "unprintable",
    }


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
        (TemplateDraft(accent="#FFFFEE"), {"accent": "colour_too_pale"}),
        (TemplateDraft(file_number="{x}"), {"file_number": "no_such_placeholder"}),
        (TemplateDraft(file_number="04/{година"), {"file_number": "brace_alone"}),
        (TemplateDraft(signatories=(SignatoryDraft("Аna"),)), {"name_1": "mixed_scripts"}),
        (TemplateDraft(signatories=(MARINA, SignatoryDraft("", "директор"))), {"name_2": "duty_of_nobody"}),
        (TemplateDraft(signatories=(SignatoryDraft("", "", "head"),)), {"name_1": "duty_of_nobody"}),
        (TemplateDraft(signatories=(SignatoryDraft("Ана", "漢"),)), {"duty_1": "unprintable"}),
        (TemplateDraft(signatories=(SignatoryDraft("Ана", "", "漢"),)), {"duty_en_1": "unprintable"}),
    ],
)
def test_what_is_wrong_with_a_look_stands_at_its_field(look, problems):
    assert rules.problems_with_template(look) == problems


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
        (), (replace(school, visit_id=2),), (replace(school, papers=3),), (replace(school, mails=()),),
        (school, school),
    ]  # fmt: skip
    seen = rules.letters_seen(LetterPreview((school,), (), 0))
    assert seen == rules.letters_seen(LetterPreview((replace(school, visit_number="V-2"),), (school,), 5))
    assert seen not in {rules.letters_seen(LetterPreview(schools, (), 0)) for schools in changes}
