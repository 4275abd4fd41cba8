"""Numbers that are checked, and who earns a certificate."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import rules
from scheduler.certificates.kinds.every import who_earns
from scheduler.certificates.terms import CertificateKind
from scheduler.core.text import fold
from tests.bounds import at_each_bound

SECRET = "the installation's own secret"


def key_of(name: str) -> str:
    return rules.holder_key(CertificateKind.TEACHER, name, secret=SECRET)


def test_a_number_has_sixteen_letters_and_digits_and_no_two_are_alike() -> None:
    numbers = {rules.new_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert {len(number) for number in numbers} == {16}
    at_each_place = [set(letters) for letters in zip(*numbers, strict=True)]
    assert at_each_place == [set(rules.CROCKFORD)] * 16  # every letter at every place, so all 80 bits are used


@given(st.text(alphabet=rules.CROCKFORD, min_size=16, max_size=16))
def test_a_number_is_read_back_from_how_people_type_it(number: str) -> None:
    typed = rules.in_fours(number).lower().replace("0", "o").replace("1", "l")

    assert rules.number_typed(typed) == number
    assert rules.number_typed(number.replace("1", "I")) == number


def test_a_number_is_printed_in_fours() -> None:
    assert rules.in_fours("0123456789ABCDEF") == "0123 4567 89AB CDEF"


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
