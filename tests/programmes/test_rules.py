"""What a programme may say about itself."""

import datetime as dt
from functools import partial

import pytest

from scheduler.people.terms import Topic
from scheduler.programmes.rules import RANGES, problems_with, problems_with_campaign, slug_of
from scheduler.programmes.terms import Audience, CampaignDraft, ProgrammeDraft, ProgrammeKind
from tests.bounds import at_each_bound


def a_draft(**given) -> ProgrammeDraft:
    fair = {
        "kind": next(iter(ProgrammeKind)), "topic": next(iter(Topic)), "name_sr_cyrl": "Безбедно", "name_en": "",
        "summary_sr_cyrl": "Како бити безбедан.", "summary_en": "", "audiences": (Audience.PUPILS,), "minutes": 45,
        "group_size": 30, "educators": 1, "influencers": 1, "set_up_minutes": 0, "notice_days": 0,
    }  # fmt: skip
    return ProgrammeDraft(**(fair | given))


@pytest.mark.parametrize("field", ["name_sr_cyrl", "summary_sr_cyrl"])
def test_a_programme_has_a_name_and_a_summary_with_letters(field):
    assert problems_with(a_draft(**{field: " … "})) == {field: "missing"}


def number(field: str, value: int) -> str | None:
    return problems_with(a_draft(**{field: value})).get(field)


def alone(educators: int) -> dict[str, str]:
    return problems_with(a_draft(educators=educators, influencers=0))


def asked(questions: int) -> dict[str, str]:
    return problems_with(a_draft(questions_en="\n\n".join(["Why?\nBecause."] * questions)))


def campaign(days: int) -> dict[str, str]:
    """From a day to one so many days later."""
    last_day = FIRST_DAY + dt.timedelta(days=days)
    return problems_with_campaign(CampaignDraft(1, "Поштуј", "", "О поштовању.", "", FIRST_DAY, last_day))


FIRST_DAY = dt.date(2026, 9, 1)
LEAST = [
    (f"least {name}", partial(number, name), (least - 1, least, least + 1), ("too_few", other, None))
    for name, (least, _most) in RANGES.items()
    for other in ["educator_needed" if name == "educators" else None]
]
MOST = [
    (f"most {name}", partial(number, name), (most - 1, most, most + 1), (None, None, "too_many"))
    for name, (_least, most) in RANGES.items()
]
BOUNDS = (
    *LEAST,
    *MOST,
    ("an educator alone", alone, (0, 1, 2), ({"educators": "educator_needed"}, {}, {})),
    ("three questions", asked, (2, 3, 4), ({}, {}, {"questions_en": "too_many_questions"})),
    ("a campaign of a day", campaign, (-1, 0, 1), ({"last_day": "days_not_in_order"}, {}, {})),
)


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


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
