from hypothesis import given
from hypothesis import strategies as st

from scheduler.demo.spread import evenly, spread, wobble

weights = st.lists(st.floats(0.1, 100), min_size=1, max_size=60)


@given(st.integers(0, 20_000), weights)
def test_the_parts_sum_exactly_to_the_whole_and_follow_their_weights(total, given_weights):
    parts = spread(total, given_weights)

    assert sum(parts) == total
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - total * weight / sum(given_weights)) < 1.000001


def test_what_weighs_nothing_gets_nothing():
    assert spread(10, [0, 1, 0, 1]) == [0, 5, 0, 5]


@given(st.integers(0, 10_000))
def test_a_wobble_stays_in_its_bounds(number):
    assert 0.75 <= wobble(number) < 1.25


@given(st.integers(1, 40), st.integers(1, 40))
def test_places_are_in_order_and_twice_only_when_there_are_too_few(wanted, available):
    places = evenly(wanted, available)

    assert places == sorted(places)
    assert all(0 <= place < available for place in places)
    if wanted <= available:
        assert len(set(places)) == wanted
