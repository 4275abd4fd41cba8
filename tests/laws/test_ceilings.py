"""A count above its ceiling fails and shows every statement; one below it is named in the summary and passes."""

import pytest

from tests.ceilings import Measured, _of_this_test, at_most, can_be_lowered


def test_more_than_the_ceiling_fails_and_lists_the_statements():
    with pytest.raises(AssertionError) as failure:
        at_most(1, ["SELECT 1", "SELECT\n  2"])

    assert str(failure.value).splitlines()[:3] == ["2 SELECTs, at most 1", "  1 SELECT 1", "  2 SELECT 2"]


def test_less_than_the_ceiling_passes_and_is_kept_for_the_summary():
    at_most(2, ["SELECT 1"], "SELECTs of a page")

    assert _of_this_test.pop() == ("SELECTs of a page", 2, 1)


def test_a_ceiling_can_be_lowered_to_the_most_that_any_run_of_its_test_made():
    runs = [("a[sqlite]", 5), ("a[postgresql]", 6), ("b", 8)]
    measured = [Measured(test, "SELECTs", 8, found) for test, found in runs]

    assert can_be_lowered(measured) == ["a: 8 SELECTs can be lowered to 6"]


def test_each_ceiling_of_a_test_counts_by_itself():
    measured = [Measured("a", "SELECTs", 8, 8), Measured("a", "SELECTs", 9, 8), Measured("a", "writes", 8, 0)]

    assert can_be_lowered(measured) == ["a: 9 SELECTs can be lowered to 8", "a: 8 writes can be lowered to 0"]
