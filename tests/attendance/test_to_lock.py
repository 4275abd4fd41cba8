"""The lists of what waits for a lock, page by page, stand as the rules put each visit and presentation."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.queries.to_lock import assumed_attendance, waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.terms import AttendanceState, CountedVisit, HeadCounts
from scheduler.core.db import transaction
from scheduler.core.sorting import Sort
from scheduler.core.text import fold
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from tests.factories.counting import FAIR, LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme

pytestmark = pytest.mark.both_databases
SILENT_AT = LEAVING + dt.timedelta(days=7)
NEAR_AND_FAR = (  # of 90 pupils and 2 teachers
    HeadCounts(46),
    HeadCounts(47),
    HeadCounts(),
    HeadCounts(183),
    HeadCounts(184),
    HeadCounts(80, teachers=400),
    HeadCounts(100, 10, 2, 71),
)


@pytest.fixture
def centre(session):
    """Visits in every state that waits: silent, counted otherwise by the school, new; and one that is over."""
    programme = make_programme()
    of_centre = {"programme": programme}
    begun = [a_counted_visit(2, **of_centre), a_counted_visit(3, **of_centre)]
    assume_silent(now=SILENT_AT)
    begun += [a_counted_visit(2, **of_centre), a_counted_visit(1, **of_centre), a_counted_visit(2, **of_centre)]
    countersign(
        begun[2].school, begun[2].visit.id, {row.id: HeadCounts(1) for row in begun[2].presentations}, now=LEAVING
    )
    with transaction() as inside:
        for number, one in enumerate(begun):
            inside.get(Host, one.visit.host_id).name_sr_latn = "čAsdc"[number] + " škola"
        last = Attendance.presentation_id == begun[4].presentations[1].id
        inside.scalars(select(Attendance).where(last)).one().state = AttendanceState.OPEN  # beside one that waits
    a_locked_visit(**of_centre)
    a_counted_visit()  # of another centre
    return an_actor(centre_id=programme.centre_id), [one.visit for one in begun]


def urgency_of(visit: CountedVisit) -> int:
    """The place of its most urgent presentation: differences, then silence, then what was just handed in."""
    order = [AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED, AttendanceState.SUBMITTED]
    return min((order.index(part.state) for part in visit.presentations if part.state in order), default=len(order))


def pages(asked, per_page: int):
    """All rows of a list, a page after the other, and one page beyond the last."""
    first = asked(1, per_page)
    rows = [row for number in range(1, first.pages + 2) for row in asked(number, per_page).rows]
    assert first.total == len(rows)
    return rows


@pytest.mark.parametrize("sort", [None, *(Sort(name, down) for name in ("visit", "day", "state") for down in (0, 1))])
def test_visits_stand_by_urgency_or_as_asked_however_long_a_page_is(centre, sort):
    actor, visits = centre
    counted = [counted_visit(actor, one.number) for one in visits]
    urgency = {one.visit_id: urgency_of(one) for one in counted}
    hosts = {one.visit_id: fold(one.host_name_sr_latn) for one in counted}
    keys = {"visit": lambda one: hosts[one.visit_id], "day": lambda one: (one.on_day, one.visit_id)}
    ordered = sorted(counted, key=lambda one: (urgency[one.visit_id], one.on_day, one.visit_id))
    if sort:
        ordered.sort(key=keys.get(sort.name, lambda one: urgency[one.visit_id]), reverse=sort.down)

    for per_page in (1, 2, 3, 100):
        rows = pages(lambda page, many: waiting_attendance(actor, sort, page, many)[0], per_page)
        assert rows == [(one.visit_id, part.presentation_id) for one in ordered for part in one.presentations]
    states = [part.state for one in counted for part in one.presentations]
    assert waiting_attendance(actor)[1] == states.count(AttendanceState.ASSUMED)


def test_counts_far_from_the_announced_ones_stand_last_by_the_same_rule(session):
    programme = make_programme()
    with transaction() as inside:
        inside.get(Programme, programme.id).group_size = 182
    begun = [a_counted_visit(counts=counts, programme=programme) for counts in (*NEAR_AND_FAR, FAIR)]
    assume_silent(now=SILENT_AT)
    actor = an_actor(centre_id=programme.centre_id)
    counted = [counted_visit(actor, one.visit.number) for one in begun]
    odd = [one.presentations[0].odd for one in counted]
    assert odd == [True, False, True, True, True, True, False, False]

    ordered = sorted(counted, key=lambda one: (one.presentations[0].odd, one.on_day, one.visit_id))
    for per_page in (1, 3, 100):
        rows = pages(lambda page, many: assumed_attendance(actor, page, many), per_page)
        assert [visit.visit_id for visit, _one in rows] == [one.visit_id for one in ordered]
