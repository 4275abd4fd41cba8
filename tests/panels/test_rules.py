"""Who is asked without a consent, what may be put before the youth, when sums are read."""

import datetime as dt

import pytest

from scheduler.panels import rules
from scheduler.panels.terms import PanelDraft, PanelQuestion
from scheduler.people.rules import birthday
from tests.factories.panels import a_panel_draft

DAY = dt.date(2026, 11, 28)
NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("day", [DAY, dt.date(2028, 2, 29), dt.date(2027, 2, 28), dt.date(2027, 3, 1)])
def test_who_is_born_by_that_day_is_sixteen_and_who_is_born_later_is_not(day):
    born = rules.born_by(day)
    assert birthday(born, 16) <= day
    assert birthday(born + dt.timedelta(days=1), 16) > day


def test_sixteen_years_before_a_day_that_its_year_does_not_have():
    assert rules.born_by(dt.date(2116, 2, 29)) == dt.date(2100, 2, 28)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}), ({"questions": ()}, {"questions": "missing"}), ({"last_day": DAY}, {"last_day": "in_the_past"}),
        ({"last_day": DAY + dt.timedelta(days=61)}, {"last_day": "too_long"}),
        ({"text_sr_cyrl": " "}, {"text_sr_cyrl": "missing"}), ({"text_en": "x" * 8001}, {"text_en": "too_long"}),
    ],
)  # fmt: skip
def test_a_draft_needs_a_text_a_question_and_a_day_within_two_months(given, problems):
    draft: PanelDraft = a_panel_draft(**({"last_day": DAY + dt.timedelta(days=60)} | given))
    assert rules.problems_with_panel(draft, today=DAY) == problems


def test_every_question_is_answered_on_the_scale_and_sums_are_read_when_it_is_closed_and_five_have_rated():
    asked = {PanelQuestion.CLEAR, PanelQuestion.WOULD_SHARE}

    assert rules.problems_with_answers({PanelQuestion.CLEAR: 1, PanelQuestion.WOULD_SHARE: 4}, asked) == {}
    assert rules.problems_with_answers({PanelQuestion.CLEAR: 5}, asked) == {
        "clear": "missing",
        "would_share": "missing",
    }
    whole = dict.fromkeys((*asked, PanelQuestion.WOULD_HELP), 2)
    assert rules.problems_with_answers(whole, asked) == {"would_help": "unknown"}

    assert rules.may_be_read(5, NOW)
    assert not rules.may_be_read(4, NOW)
    assert not rules.may_be_read(50, None)
    assert rules.is_open(DAY, None, DAY)
    assert not rules.is_open(DAY, None, DAY + dt.timedelta(days=1))
    assert not rules.is_open(DAY, NOW, DAY)
