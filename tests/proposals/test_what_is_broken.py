"""What a trouble breaks, what may make room for it, and where a broken visit may go."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.booking.terms.free_dates import Bounds, FreeWish
from scheduler.people.terms import TeachingLanguage
from scheduler.programmes.terms import Audience
from scheduler.proposals.rules.mending import StandingFacts, may_move, standing_in, wish_to_mend
from scheduler.proposals.terms.plan import LeftAlone, Mending, Trouble

TODAY, DAY = dt.date(2026, 9, 14), dt.timedelta(days=1)
THEN = TODAY + 28 * DAY
HERS = StandingFacts(7, 3, THEN, dt.time(10), False, (1,), (), frozenset(), 14, (1, 0), one_crew=True)
AWAY = Mending(Trouble.ABSENCE, 1, THEN, THEN + DAY)
WISH = FreeWish(1, TeachingLanguage.SERBIAN, Audience.PUPILS, 5, bounds=Bounds(THEN + DAY, THEN + 3 * DAY))


@pytest.mark.parametrize(
    ("found", "mends", "broken"),
    [
        (HERS, AWAY, True),
        (replace(HERS, on_day=THEN + 2 * DAY), AWAY, False),
        (replace(HERS, on_day=THEN + 50 * DAY), Mending(Trouble.LEAVES, 1, THEN), True),
        (replace(HERS, educators=(2,)), AWAY, False),
        (replace(HERS, educators=(2,), youths=(1,), needed=(1, 1)), AWAY, True),
        (replace(HERS, educators=(), gone=frozenset({1})), AWAY, True),  # she said so herself
        (replace(HERS, educators=(2,), gone=frozenset({1})), AWAY, False),  # somebody took her place
        (replace(HERS, stopped=True), Mending(Trouble.CLOSURE, closure_id=4), True),
        (HERS, Mending(Trouble.LATE, late_id=9), False),
    ],
)
def test_what_a_trouble_breaks(found: StandingFacts, mends: Mending, broken: bool):
    assert standing_in(found, mends, TODAY).broken is broken


@pytest.mark.parametrize(
    ("found", "left"),
    [
        (HERS, None),
        (replace(HERS, notice_days=29), LeftAlone.WITHIN_NOTICE),
        (replace(HERS, on_day=TODAY, notice_days=0), LeftAlone.WITHIN_NOTICE),
        (replace(HERS, one_crew=False), LeftAlone.BY_HAND),
        (replace(HERS, needed=(2, 0)), LeftAlone.BY_HAND),
        (replace(HERS, educators=(1, 2)), LeftAlone.BY_HAND),
        (replace(HERS, stopped=True, on_day=TODAY), None),
    ],
)
def test_what_is_left_alone(found: StandingFacts, left: LeftAlone | None):
    mends = Mending(Trouble.LEAVES, 1, TODAY)

    assert standing_in(found, mends, TODAY).left is left


def test_only_whole_crews_make_room():
    nobody = Mending(Trouble.LATE, late_id=9)

    assert may_move(standing_in(HERS, nobody, TODAY))
    assert not may_move(standing_in(replace(HERS, educators=()), nobody, TODAY))
    assert not may_move(standing_in(HERS, AWAY, TODAY))


def test_where_a_visit_may_be():
    last, answered = THEN + 20 * DAY, TODAY + 3 * DAY
    broken, free = (standing_in(HERS, one, TODAY) for one in (AWAY, Mending(Trouble.LATE, late_id=9)))
    stopped = standing_in(replace(HERS, stopped=True), AWAY, TODAY)

    spans = [wish_to_mend(WISH, one, last, answered).bounds for one in (broken, free, stopped)]

    assert [(one.first_day, one.last_day) for one in spans] == [(THEN, last), (THEN, THEN + 3 * DAY), (None, None)]
    assert spans[2].after == THEN - DAY
    today = replace(stopped, seat=replace(stopped.seat, on_day=TODAY))
    assert wish_to_mend(WISH, today, last, answered).bounds.after == answered - DAY
