"""Rules of the helpline's figures, and what nobody computes from what is published."""

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from scheduler.core.errors import GroundReason
from scheduler.core.small_cells import PublicSum
from scheduler.helpline import queries, rules
from scheduler.helpline.terms import (
    SUMS,
    TOTAL_OF,
    TOTALS,
    AgeBand,
    CallerKind,
    Disagreement,
    HelplineDraft,
    HelplineMargin,
    HelplineMonth,
    HelplineReason,
)
from tests.bounds import at_each_bound
from tests.core.subtraction import computable
from tests.factories import MONDAY
from tests.factories.helpline import LINES, a_list, helpline_draft

TODAY = dt.date(2026, 11, 30)
DAY = dt.date


@pytest.mark.parametrize(
    ("first", "last", "field", "reason"),
    [
        (DAY(2026, 2, 2), DAY(2026, 2, 1), "last_day", GroundReason.DAYS_NOT_IN_ORDER),
        (DAY(2026, 1, 31), DAY(2026, 2, 1), "last_day", HelplineReason.NOT_ONE_MONTH),
        (DAY(2025, 2, 1), DAY(2026, 2, 28), "last_day", HelplineReason.NOT_ONE_MONTH),
        (DAY(2026, 11, 1), DAY(2026, 11, 30), "last_day", GroundReason.IN_THE_FUTURE),
    ],
)
def test_figures_are_of_days_of_one_month_that_are_over(first, last, field, reason):
    assert rules.problems_with_days(first, last, TODAY) == {field: reason}


NOT_IN_ORDER, TOO_EARLY = {"last_day": GroundReason.DAYS_NOT_IN_ORDER}, {"last_day": GroundReason.IN_THE_FUTURE}


def a_month(first: dt.date, last: dt.date, *, signed: bool = True) -> HelplineMonth:
    return HelplineMonth(1, 1, 1, helpline_draft(first, last), MONDAY if signed else None)


def reasons_to_publish(first: dt.date, last: dt.date) -> dict[str, str]:
    """What speaks against publishing January 2026, as these days."""
    return rules.problems_with_publishing([a_month(DAY(2026, 1, 1), DAY(2026, 1, 31))], first, last)


def signed_days(first: dt.date, last: dt.date, *, signed: bool = True) -> int:
    """How many of two months, January and February 2026, lie signed off within these days."""
    months = [a_month(DAY(2026, 1, 1), DAY(2026, 1, 31), signed=signed), a_month(DAY(2026, 2, 1), DAY(2026, 2, 28))]
    return len(rules.signed_within(months, first, last))


CUT = {"first_day": HelplineReason.CUTS_A_PERIOD}
SPRING = DAY(2026, 4, 30)
NEW_YEAR = (DAY(2025, 12, 31), DAY(2026, 1, 1), DAY(2026, 1, 2))


@at_each_bound(
    (
        "figures of one day",
        lambda last: rules.problems_with_days(DAY(2026, 2, 10), last, TODAY),
        (DAY(2026, 2, 9), DAY(2026, 2, 10), DAY(2026, 2, 11)),
        (NOT_IN_ORDER, {}, {}),
    ),
    (
        "days that are over",
        lambda last: rules.problems_with_days(DAY(2026, 11, 1), last, DAY(2026, 11, 29)),
        (DAY(2026, 11, 28), DAY(2026, 11, 29), DAY(2026, 11, 30)),
        ({}, TOO_EARLY, TOO_EARLY),
    ),
    ("the first day of a publication", lambda first: reasons_to_publish(first, SPRING), NEW_YEAR, ({}, {}, CUT)),
    (
        "the last day of a publication",
        lambda last: reasons_to_publish(DAY(2026, 1, 1), last),
        (DAY(2026, 1, 30), DAY(2026, 1, 31), DAY(2026, 2, 1)),
        (CUT, {}, {}),
    ),
    (
        "a publication of one day",
        lambda last: rules.problems_with_publishing([], DAY(2026, 2, 10), last),
        (DAY(2026, 2, 9), DAY(2026, 2, 10), DAY(2026, 2, 11)),
        (NOT_IN_ORDER, *[{"first_day": HelplineReason.NOTHING_TO_PUBLISH}] * 2),
    ),
    ("the first day of a profile", lambda first: signed_days(first, SPRING), NEW_YEAR, (2, 2, 1)),
    (
        "the last day of a profile",
        lambda last: signed_days(DAY(2025, 1, 1), last),
        (DAY(2026, 2, 27), DAY(2026, 2, 28), DAY(2026, 3, 1)),
        (1, 2, 2),
    ),
)
def test_each_bound_of_days(rule, value, answer):
    assert rule(value) == answer


def test_a_part_of_a_month_is_told_as_what_it_is_and_what_is_not_signed_stands_in_no_profile():
    assert signed_days(DAY(2026, 1, 1), SPRING, signed=False) == 1
    assert rules.problems_with_days(DAY(2024, 4, 1), DAY(2024, 4, 26), TODAY) == {}


def test_both_numbers_of_a_sum_that_disagrees_are_named_but_a_margin_may_say_less():
    draft = helpline_draft(calls=81, forwarded=7, topic={"grooming": 20, "sextortion": 11})

    assert rules.disagreements(draft) == [
        Disagreement("communications", 100, 101),
        Disagreement("cases", 30, 31),
        Disagreement("forwarded", 7, 6),
        Disagreement("topic", 30, 31, most=True),
    ]
    assert rules.problems_with_sums(draft) == {
        "communications": HelplineReason.SUM_DISAGREES,
        "cases": HelplineReason.SUM_DISAGREES,
        "forwarded": HelplineReason.SUM_DISAGREES,
        "topic": HelplineReason.MORE_THAN_ITS_TOTAL,
    }

    assert rules.disagreements(helpline_draft(age={"from_11": 99}, act={"kz_185b": 6})) == []


def test_a_correction_tells_each_cell_and_its_days_before_and_after():
    old = helpline_draft(topic={"grooming": 20})
    new = helpline_draft(calls=79, communications=99, topic={"sextortion": 2})
    assert rules.differences(old, new) == {
        "communications": [100, 99], "calls": [80, 79], "topic.grooming": [20, 0], "topic.sextortion": [0, 2],
    }  # fmt: skip
    assert rules.differences(helpline_draft(), helpline_draft(DAY(2026, 1, 2), DAY(2026, 1, 30))) == {
        "first_day": ["2026-01-01", "2026-01-02"],
        "last_day": ["2026-01-31", "2026-01-30"],
    }


@pytest.mark.parametrize(
    ("topics", "found"), [({}, {}), ({"grooming": 0}, {}), ({"grooming": 1}, {"topic.grooming": [0, 1]})]
)
def test_a_cell_that_is_not_there_is_zero(topics, found):
    nothing, something = helpline_draft(), helpline_draft(topic=topics)
    assert rules.differences(nothing, something) == found
    assert rules.differences(something, nothing) == {name: [after, before] for name, (before, after) in found.items()}


def test_periods_are_added_up_and_the_public_reads_totals_and_splits():
    january = helpline_draft(age={"from_11": 60, "adult": 2})
    february = helpline_draft(DAY(2026, 2, 1), DAY(2026, 2, 28), age={"from_11": 7}, topic={"grooming": 5})

    whole = rules.added_up([february, january])

    assert (whole.first_day, whole.last_day) == (DAY(2026, 1, 1), DAY(2026, 2, 28))
    assert whole.totals == {name: 2 * january.total(name) for name in TOTALS}
    assert {margin: split for margin, split in whole.margins.items() if split} == {
        HelplineMargin.AGE: {"from_11": 67, "adult": 2},
        HelplineMargin.TOPIC: {"grooming": 5},
    }

    numbers = rules.published_numbers([helpline_draft(age={"from_11": 60}, topic={"grooming": 20})])

    assert {(one.margin, one.code): one.number for one in numbers if one.number} == {
        ("total", "communications"): 100, ("total", "cases"): 30, ("month", "2026-01-01"): 100,
        ("month_cases", "2026-01-01"): 30, ("channel", "calls"): 80, ("channel", "mails"): 20,
        ("outcome", "advisory"): 24, ("outcome", "forwarded"): 6, ("forwarded_to", "to_police"): 6,
        ("age", "from_11"): 60, ("age", "not_known"): 40, ("caller", "not_known"): 100, ("district", "not_known"): 100,
        ("topic", "grooming"): 20, ("topic", "not_known"): 10, ("act", "not_known"): 6,
    }  # fmt: skip
    assert {one.number for one in numbers if not one.number} == {0}


def test_each_margin_is_split_by_codes_of_its_own_and_a_list_is_used_from_its_day_on():
    (shipped,) = queries.shipped_lists()
    codes = {margin: rules.codes_of(margin, shipped, ["RS-00"]) for margin in HelplineMargin}

    assert codes == {
        HelplineMargin.AGE: tuple(AgeBand),
        HelplineMargin.CALLER: tuple(CallerKind),
        HelplineMargin.DISTRICT: ("RS-00",),
        HelplineMargin.TOPIC: shipped.of(HelplineMargin.TOPIC),
        HelplineMargin.ACT: shipped.of(HelplineMargin.ACT),
    }

    lists = queries.shipped_lists()

    assert rules.list_for(DAY(2024, 1, 1), lists).version == lists[0].version
    assert rules.list_for(DAY(1999, 1, 1), lists).version == lists[0].version


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"signed_at": None}, HelplineReason.FIGURES_NOT_SIGNED),
        ({"publication_id": 1}, HelplineReason.PUBLISHED_ALREADY),
        ({"code_list": 2}, HelplineReason.SEVERAL_LISTS),
        ({"figures": helpline_draft(DAY(2026, 2, 1), DAY(2026, 3, 2))}, HelplineReason.CUTS_A_PERIOD),
    ],
)
def test_only_whole_signed_periods_of_one_list_are_published_each_once(changed, reason):
    months = [
        HelplineMonth(1, 1, 1, helpline_draft(), MONDAY),
        HelplineMonth(**(vars(HelplineMonth(2, 1, 1, helpline_draft(), MONDAY)) | changed)),
    ]
    assert rules.problems_with_publishing(months, DAY(2026, 1, 1), DAY(2026, 2, 28)) == {"first_day": reason}


def test_a_written_list_is_read_back_as_it_is_with_topics_and_acts_apart():
    (shipped,) = queries.shipped_lists()

    for margin in (HelplineMargin.TOPIC, HelplineMargin.ACT):
        codes, wrong = rules.read_list(margin, rules.written_list(shipped, margin))
        assert (tuple(one.code for one in codes), wrong) == (shipped.of(margin), None)

    codes, problems = rules.read_lists(a_list(acts="kz_185; Члан 185; Article 185"), queries.shipped_lists()[-1])

    assert [(one.margin, one.code) for one in codes] == [
        (HelplineMargin.TOPIC, "sextortion"),
        (HelplineMargin.TOPIC, "ai_pictures"),
        (HelplineMargin.ACT, "kz_185"),
    ]
    assert problems == {}


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"topics": "  "}, {"topics": GroundReason.MISSING}),
        ({"topics": "new; Ново"}, {"topics": HelplineReason.LIST_LINE_IS_BROKEN}),
        ({"topics": "New topic; Ново; New"}, {"topics": HelplineReason.LIST_LINE_IS_BROKEN}),
        ({"topics": f"{LINES}\nsextortion; Уцена; Blackmail"}, {"topics": HelplineReason.LIST_CODE_TWICE}),
        ({"acts": "kz; Милан Петровић; Article"}, {"acts": GroundReason.NAME_IN_TEXT}),
        ({"acts": "kz; Члан; call 064 555 9912"}, {"acts": GroundReason.PHONE_IN_TEXT}),
        ({"topics": "new; 0101990710008; New"}, {"topics": GroundReason.IDENTITY_NUMBER}),
        ({"first_day": DAY(2016, 1, 1)}, {"first_day": HelplineReason.LIST_BEGINS_TOO_EARLY}),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(changed, problems):
    assert rules.read_lists(a_list(**changed), queries.shipped_lists()[-1])[1] == problems


counted = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 40))
SPLIT = {
    HelplineMargin.AGE: ("under_7", "from_11", "adult"),
    HelplineMargin.DISTRICT: ("RS-00", "RS-20"),
    HelplineMargin.TOPIC: ("grooming", "sextortion"),
    HelplineMargin.ACT: ("kz_185", "kz_215"),
}


@st.composite
def drafts(draw, month):
    totals = {name: draw(counted) for name in TOTALS}
    totals["forwarded"] = sum(totals[name] for name in SUMS["forwarded"])
    totals["cases"] = totals["advisory"] + totals["forwarded"]
    totals["communications"] = sum(totals[name] for name in SUMS["communications"])
    margins = {}
    for margin, codes in SPLIT.items():
        left, split = totals[TOTAL_OF[margin]], {}
        for code in codes:
            split[code] = draw(st.integers(0, left))
            left -= split[code]
        margins[margin] = split
    return HelplineDraft(DAY(2026, month, 1), DAY(2026, month, 28), totals, margins)


def equations(publication, told):
    """All that a reader adds up within a publication: each split of a total, and forwarded cases by whom and by act."""
    sums = []
    totals = {"month_cases": "total.cases", "outcome": "total.cases", "topic": "total.cases"}
    totals |= {"forwarded_to": "outcome.forwarded", "act": "outcome.forwarded"}
    for margin in {name.split(".")[1] for name in told if not name.startswith(f"{publication}.total")}:
        total = totals.get(margin, "total.communications")
        parts = tuple(name for name in told if name.startswith(f"{publication}.{margin}."))
        sums.append(PublicSum(f"{publication}.{total}", parts))
    return sums


@settings(max_examples=60)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.data())
def test_no_hidden_cell_follows_from_all_margins_totals_and_publications(sizes, data):
    """A year of publications one after the other, each over the periods that were signed since."""
    month, everything, sums, true = 1, {}, [], {}
    for at, size in enumerate(sizes):
        months = [data.draw(drafts(month + more)) for more in range(size)]
        month += size
        numbers = rules.published_numbers(months)
        named = {f"{at}.{one.margin}.{one.code}": one.number for one in numbers}
        everything |= named
        sums += equations(at, named)
        true |= {f"{at}.total.communications": sum(one.total("communications") for one in months)}

    told = {name: number for name, number in everything.items() if number is not None}

    assert not any(0 < number < 5 for number in told.values())
    assert computable(told, sums) == {}
    for name, number in told.items():
        assert number == true.get(name, number)
