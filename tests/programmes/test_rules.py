"""What a programme may say about itself."""

import pytest

from scheduler.people.terms import Topic
from scheduler.programmes.rules import RANGES, problems_with, slug_of
from scheduler.programmes.terms import Audience, ProgrammeDraft, ProgrammeKind


def a_draft(**given) -> ProgrammeDraft:
    fair = {
        "kind": next(iter(ProgrammeKind)),
        "topic": next(iter(Topic)),
        "name_sr_cyrl": "Безбедно",
        "name_en": "",
        "summary_sr_cyrl": "Како бити безбедан.",
        "summary_en": "",
        "audiences": (Audience.PUPILS,),
        "minutes": 45,
        "group_size": 30,
        "educators": 1,
        "influencers": 1,
        "set_up_minutes": 0,
        "notice_days": 0,
    }
    return ProgrammeDraft(**(fair | given))


def test_a_fair_programme_has_no_problem():
    assert problems_with(a_draft()) == {}


@pytest.mark.parametrize("field", ["name_sr_cyrl", "summary_sr_cyrl"])
def test_a_programme_has_a_name_and_a_summary_with_letters(field):
    assert problems_with(a_draft(**{field: " … "})) == {field: "missing"}


def test_each_number_keeps_to_its_range():
    for field, (least, most) in RANGES.items():
        assert problems_with(a_draft(**{field: least - 1})).get(field) == "too_few", field
        assert problems_with(a_draft(**{field: most + 1})).get(field) == "too_many", field
        assert problems_with(a_draft(**{field: most})).get(field) is None, field


@pytest.mark.parametrize(("educators", "influencers"), [(0, 0), (0, 1)])
def test_no_programme_goes_without_an_educator(educators, influencers):
    problems = problems_with(a_draft(educators=educators, influencers=influencers))

    assert problems == {"educators": "educator_needed"}


def test_a_programme_is_for_somebody():
    assert problems_with(a_draft(audiences=())) == {"audiences": "missing"}


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("Безбедно на мрежи", [], "bezbedno-na-mrezi"),
        ("Безбедно на мрежи", ["bezbedno-na-mrezi"], "bezbedno-na-mrezi-2"),
        ("Безбедно на мрежи", ["bezbedno-na-mrezi", "bezbedno-na-mrezi-2"], "bezbedno-na-mrezi-3"),
        ("…", [], "programme"),
        ("x" * 100, [], "x" * 60),
    ],
)
def test_an_address_is_made_of_the_name_and_is_nobody_elses(name, taken, slug):
    assert slug_of(name, taken) == slug
