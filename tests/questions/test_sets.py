"""What a set may be, when a class may answer it, and how many may."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.errors import GroundReason
from scheduler.programmes.terms import Audience
from scheduler.questions.rules import sets as rules
from scheduler.questions.terms import (
    MOST_ANSWERS,
    QuestionDraft,
    QuestionKind,
    QuestionReason,
    RoundMoment,
    TallySheets,
)

STARTS = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
ENDS = STARTS + dt.timedelta(minutes=45)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SENTENCE = QuestionDraft(QuestionKind.AGREE, "Знам кога да зовем.", "I know whom to call.", "", "", 5)
CHOICE = QuestionDraft(QuestionKind.CHOICE, "Који је број?", "Which number?", "112\n19833", "112\n19833", 2)


@pytest.mark.parametrize("fair", [SENTENCE, replace(SENTENCE, aim=1), CHOICE, replace(CHOICE, choices_en="")])
def test_a_fair_question_is_taken(fair):
    assert rules.problems_with_question(fair) == {}


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (replace(SENTENCE, text_sr_cyrl=""), {"text_sr_cyrl": GroundReason.MISSING}),
        (replace(SENTENCE, aim=3), {"aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(SENTENCE, text_sr_cyrl="Шта је Марко урадио?"), {"text_sr_cyrl": GroundReason.NAME_IN_TEXT}),
        (replace(CHOICE, choices_sr_cyrl="112"), {
            "choices_sr_cyrl": QuestionReason.CHOICES_OUT_OF_RANGE, "aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(CHOICE, choices_sr_cyrl="\n".join("абвгдђ")), {
            "choices_sr_cyrl": QuestionReason.CHOICES_OUT_OF_RANGE}),
        (replace(CHOICE, choices_en="112"), {"choices_en": QuestionReason.CHOICES_DIFFER}),
        (replace(CHOICE, aim=3), {"aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(CHOICE, choices_en="112\n064 123 45 67"), {"choices_en": GroundReason.PHONE_IN_TEXT}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question_is_said_beside_its_field(draft, problems):
    assert rules.problems_with_question(draft) == problems


def test_a_round_ends_a_fifth_over_the_class_and_five_over_a_small_one():
    assert [rules.most_answers(n) for n in (1, 20, 25, 26, 120, 600)] == [6, 25, 30, 32, 144, MOST_ANSWERS]


@given(st.integers(1, MOST_ANSWERS))
def test_a_round_never_ends_before_the_class(announced):
    assert announced <= rules.most_answers(announced) <= MOST_ANSWERS


def test_a_class_answers_before_until_it_has_begun_and_after_when_it_nearly_ends():
    moments = (
        STARTS - 8 * DAY, STARTS - 7 * DAY, STARTS, STARTS + HOUR / 2, STARTS + HOUR, ENDS + 7 * DAY,
        ENDS + 7 * DAY + HOUR,
    )  # fmt: skip

    before, after = ([rules.is_open(one, STARTS, ENDS, now) for now in moments] for one in RoundMoment)

    assert before == [False, True, True, True, False, False, False]
    assert after == [False, False, False, True, True, True, False]


def test_figures_stand_two_weeks_after_the_visit_when_no_code_is_open_any_more():
    assert rules.stands_from(dt.date(2026, 10, 6)) == dt.date(2026, 10, 20)
    assert rules.ASKED_AFTER < rules.STANDS_AFTER
    assert [rules.stands(dt.date(2026, 10, 6), dt.date(2026, 10, day)) for day in (19, 20)] == [False, True]


def test_the_two_codes_of_a_presentation_differ_and_belong_to_the_installation():
    codes = {
        rules.code_of(uid, moment, secret)
        for uid in ("a@x", "b@x")
        for moment in RoundMoment
        for secret in ("one", "two")
    }

    assert len(codes) == 8
    assert all(len(one) == 13 and one.isascii() and one.isalnum() for one in codes)


def test_who_was_announced_is_counted_by_audience():
    assert [rules.expected_of(one, 30, 20, 2) for one in Audience] == [30, 20, 2, 0]


@pytest.mark.parametrize(
    ("sheets", "problems"),
    [
        (TallySheets(20, {7: (10, 10), 8: (0, 3)}), {}),
        (TallySheets(0, {7: (0, 0)}), {}),
        (TallySheets(31, {7: (1, 0)}), {"sheets": QuestionReason.ROUND_IS_FULL}),
        (TallySheets(20, {7: (10, 11)}), {"sums-7": QuestionReason.SUMS_OVER_SHEETS}),
        (TallySheets(20, {7: (-1, 3)}), {"sums-7": QuestionReason.SUMS_OVER_SHEETS}),
    ],
)
def test_sums_of_paper_fit_their_sheets_and_the_class(sheets, problems):
    assert rules.problems_with_sheets(sheets, most=30, phone=0) == problems


def test_papers_and_phones_share_a_class():
    assert rules.problems_with_sheets(TallySheets(10, {}), 30, 21) == {"sheets": QuestionReason.ROUND_IS_FULL}
