"""What has changed: figures computed by hand or printed by others, and what is hidden follows from nothing shown.

What a set may be, when a class may answer it, and how many may.
"""

import datetime as dt
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.errors import GroundReason
from scheduler.core.small_cells import LEAST
from scheduler.programmes.terms import Audience
from scheduler.questions.rules import change as rules
from scheduler.questions.rules import sets as set_rules
from scheduler.questions.terms import (
    MOST_ANSWERS,
    ClassSums,
    EffectSize,
    QuestionDraft,
    QuestionKind,
    QuestionReason,
    QuestionRow,
    RoundMoment,
    SideSums,
    TallySheets,
)

SCALE = QuestionRow(1, 1, QuestionKind.AGREE, 5, 5, "Знам.", "I know.", "", "")
TURNED = QuestionRow(1, 1, QuestionKind.AGREE, 5, 1, "Нестаје.", "It is gone.", "", "")
CHOICE = QuestionRow(1, 1, QuestionKind.CHOICE, 2, 1, "Шта?", "What?", "Да\nНе", "Yes\nNo")
counts_of_five = st.tuples(*[st.integers(0, 12)] * 5)
few = st.lists(st.integers(0, 4), min_size=0, max_size=LEAST - 1)


def a_class(before, after, number=1):
    return ClassSums(number, tuple(before), tuple(after))


def hidden_counts(steps):
    """Fewer answers than may be shown, wherever they lie."""
    counts = [0] * 5
    for step in steps:
        counts[step] += 1
    return tuple(counts)


def test_intervals_and_effects_are_the_printed_ones():
    """81 of 263: R. G. Newcombe, Statistics in Medicine 17 (1998), page 861, method 3."""
    assert rules.score_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    # 56/70 against 48/80: Newcombe (1998), page 876, method 10.
    assert rules.difference_interval((48, 80), (56, 70)) == pytest.approx((0.0524, 0.3339), abs=5e-5)

    # Two classes by hand: shares 0.2 and 0.5, residuals 0.05 and -0.05, Student's t with one degree 12.706.
    groups = [((1, 10), (5, 10)), ((3, 10), (5, 10))]
    alike = [((2, 10), (6, 10))] * 5
    assert rules.interval_by_groups(groups) == pytest.approx((0.3 - 1.2706, 0.3 + 1.2706), abs=1e-6)
    assert rules.interval_by_groups(alike) == pytest.approx((0.4, 0.4))

    # Means 3 and 4.2; squares 10 and 2.8; pooled deviation the root of 12.8 / 8.
    assert rules.cohens_d((1, 1, 1, 1, 1), (0, 0, 1, 2, 2)) == pytest.approx(1.2 / math.sqrt(1.6))
    assert rules.cohens_d((0, 0, 6, 0, 0), (0, 0, 6, 0, 0)) == 0
    assert rules.cohens_d((0, 6, 0, 0, 0), (0, 0, 6, 0, 0)) == rules.LARGE_EFFECT

    # 0.70 against 0.50 is 0.41 (Cohen 1988, table 6.2.2: phi of .70 is 1.982, of .50 is 1.571).
    assert rules.cohens_h(0.5, 0.7) == pytest.approx(1.982 - 1.571, abs=1e-3)


@pytest.mark.parametrize(
    ("effect", "word"),
    [
        (0.0, EffectSize.NONE), (0.19, EffectSize.NONE), (-0.2, EffectSize.SMALL), (0.5, EffectSize.MEDIUM),
        (-0.79, EffectSize.MEDIUM), (0.8, EffectSize.LARGE),
    ],
)  # fmt: skip
def test_effects_are_called_as_cohen_calls_them(effect, word):
    assert rules.size_of(effect) is word


def test_a_change_says_shares_means_and_spread():
    change = rules.change_in(SCALE, [a_class((2, 2, 2, 2, 2), (0, 1, 2, 3, 4))])

    assert (change.before.answers, change.before.share, change.before.mean) == (10, 0.4, 3.0)
    assert change.before.spread == pytest.approx(math.sqrt(20 / 9))
    assert (change.after.share, change.after.mean) == (0.7, 4.0)
    assert change.difference == pytest.approx(0.3)
    assert change.effect == pytest.approx(1.0 / math.sqrt((20 + 10) / 18))
    assert change.size is EffectSize.MEDIUM or change.size is EffectSize.LARGE
    assert change.may_be_chance  # of ten pupils

    change = rules.change_in(TURNED, [a_class((0, 0, 5, 10, 15), (15, 10, 5, 0, 0))])
    assert (change.before.share, change.after.share) == (0.0, 25 / 30)
    assert change.effect > rules.LARGE_EFFECT
    assert not change.may_be_chance

    assert rules.as_wished(SideSums((3, 9, 1), 2, QuestionKind.CHOICE)) == 9
    change = rules.change_in(CHOICE, [a_class((10, 10), (14, 6))])  # 0.50 against 0.70, as printed above
    assert (change.difference, change.effect) == pytest.approx((0.2, 1.982 - 1.571), abs=1e-3)
    assert change.size is EffectSize.SMALL


@given(st.lists(st.tuples(counts_of_five, counts_of_five), min_size=1, max_size=8), st.sampled_from([SCALE, TURNED]))
def test_a_change_backwards_is_the_same_with_the_other_sign(classes, question):
    forth = rules.change_in(question, [a_class(*one) for one in classes])
    back = rules.change_in(question, [a_class(two, one) for one, two in classes])

    if forth is None:
        assert back is None
        return
    assert back.difference == pytest.approx(-forth.difference)
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))
    assert back.effect == pytest.approx(-forth.effect)
    assert back.size is forth.size
    assert (back.before, back.after) == (forth.after, forth.before)


@given(st.lists(st.tuples(counts_of_five, counts_of_five), min_size=1, max_size=8))
def test_the_difference_lies_in_its_interval(classes):
    change = rules.change_in(SCALE, [a_class(*one) for one in classes])
    if change is not None:
        assert -1 <= change.low <= change.difference + 1e-9
        assert change.difference - 1e-9 <= change.high <= 1


@given(
    st.lists(st.tuples(counts_of_five, counts_of_five), max_size=5),
    st.lists(st.tuples(few, counts_of_five, st.booleans()), min_size=1, max_size=4),
    st.lists(st.tuples(few, counts_of_five), min_size=4, max_size=4),
)
def test_nothing_shown_depends_on_a_class_with_too_few_answers(shown, hidden, others):
    """Whatever a hidden class answered, every figure is the same: so no figures, of any days, tell what it was."""
    told = [a_class(*one, number) for number, one in enumerate(shown)]

    def with_hidden(rows):
        small = [
            a_class(*((hidden_counts(few_of), many) if first else (many, hidden_counts(few_of))), 100 + number)
            for number, (few_of, many, first) in enumerate(rows)
        ]
        return rules.change_in(SCALE, [*told, *small])

    changed = [(few_of, many, first) for (few_of, many), (_f, _m, first) in zip(others, hidden, strict=False)]
    assert with_hidden(hidden) == with_hidden(changed) == rules.change_in(SCALE, told)


@given(st.lists(st.tuples(counts_of_five, counts_of_five), max_size=8), st.data())
def test_two_periods_never_differ_by_a_few_answers(classes, data):
    """One inside the other: what lies between them is whole classes that are shown."""
    rows = [a_class(*one, number) for number, one in enumerate(classes)]
    inner = [one for one in rows if data.draw(st.booleans())]
    for side in ("before", "after"):
        whole, part = (sum(sum(getattr(one, side)) for one in rules.shown_classes(those)) for those in (rows, inner))
        assert whole - part == 0 or whole - part >= LEAST


@given(st.integers(0, 40), st.integers(0, 40))
def test_outside_of_the_centre_no_part_under_five_is_told(part, rest):
    told = rules.told_share(part, part + rest)
    assert told in (None, part)
    assert (told is None) == (0 < part < LEAST or 0 < rest < LEAST)


STARTS = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
ENDS = STARTS + dt.timedelta(minutes=45)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SENTENCE = QuestionDraft(QuestionKind.AGREE, "Знам кога да зовем.", "I know whom to call.", "", "", 5)
CHOICE_DRAFT = QuestionDraft(QuestionKind.CHOICE, "Који је број?", "Which number?", "112\n19833", "112\n19833", 2)


@pytest.mark.parametrize(
    "fair", [SENTENCE, replace(SENTENCE, aim=1), CHOICE_DRAFT, replace(CHOICE_DRAFT, choices_en="")]
)
def test_a_fair_question_is_taken(fair):
    assert set_rules.problems_with_question(fair) == {}


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (replace(SENTENCE, text_sr_cyrl=""), {"text_sr_cyrl": GroundReason.MISSING}),
        (replace(SENTENCE, aim=3), {"aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(SENTENCE, text_sr_cyrl="Шта је Марко урадио?"), {"text_sr_cyrl": GroundReason.NAME_IN_TEXT}),
        (replace(CHOICE_DRAFT, choices_sr_cyrl="112"), {
            "choices_sr_cyrl": QuestionReason.CHOICES_OUT_OF_RANGE, "aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(CHOICE_DRAFT, choices_sr_cyrl="\n".join("абвгдђ")), {
            "choices_sr_cyrl": QuestionReason.CHOICES_OUT_OF_RANGE}),
        (replace(CHOICE_DRAFT, choices_en="112"), {"choices_en": QuestionReason.CHOICES_DIFFER}),
        (replace(CHOICE_DRAFT, aim=3), {"aim": QuestionReason.AIM_OF_NO_CHOICE}),
        (replace(CHOICE_DRAFT, choices_en="112\n064 123 45 67"), {"choices_en": GroundReason.PHONE_IN_TEXT}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question_is_said_beside_its_field(draft, problems):
    assert set_rules.problems_with_question(draft) == problems


@given(st.integers(1, MOST_ANSWERS))
def test_a_round_never_ends_before_the_class(announced):
    assert announced <= set_rules.most_answers(announced) <= MOST_ANSWERS


def test_a_class_answers_before_until_it_has_begun_and_after_when_it_nearly_ends():
    moments = (
        STARTS - 8 * DAY, STARTS - 7 * DAY, STARTS, STARTS + HOUR / 2, STARTS + HOUR, ENDS + 7 * DAY,
        ENDS + 7 * DAY + HOUR,
    )  # fmt: skip

    before, after = ([set_rules.is_open(one, STARTS, ENDS, now) for now in moments] for one in RoundMoment)

    assert before == [False, True, True, True, False, False, False]
    assert after == [False, False, False, True, True, True, False]

    assert [set_rules.most_answers(n) for n in (1, 20, 25, 26, 120, 600)] == [6, 25, 30, 32, 144, MOST_ANSWERS]


def test_figures_stand_two_weeks_after_the_visit_when_no_code_is_open_any_more():
    assert set_rules.stands_from(dt.date(2026, 10, 6)) == dt.date(2026, 10, 20)
    assert set_rules.ASKED_AFTER < set_rules.STANDS_AFTER
    assert [set_rules.stands(dt.date(2026, 10, 6), dt.date(2026, 10, day)) for day in (19, 20)] == [False, True]

    assert [set_rules.expected_of(one, 30, 20, 2) for one in Audience] == [30, 20, 2, 0]

    codes = {
        set_rules.code_of(uid, moment, secret)
        for uid in ("a@x", "b@x")
        for moment in RoundMoment
        for secret in ("one", "two")
    }

    assert len(codes) == 8
    assert all(len(one) == 13 and one.isascii() and one.isalnum() for one in codes)


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
    assert set_rules.problems_with_sheets(sheets, most=30, phone=0) == problems


def test_papers_and_phones_share_a_class():
    assert set_rules.problems_with_sheets(TallySheets(10, {}), 30, 21) == {"sheets": QuestionReason.ROUND_IS_FULL}
