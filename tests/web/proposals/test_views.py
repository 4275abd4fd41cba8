"""The planner's pages: asked for, watched, compared, pinned, tried otherwise, applied in parts."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core.db import db
from scheduler.jobs import long_work, proposals
from scheduler.jobs.telling import Telling
from scheduler.people.queries import presenters_by_id
from scheduler.people.terms import TeachingLanguage
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.proposals.terms.plan import told_seat
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.work import service as work_service
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase
from tests.factories import MONDAY
from tests.factories.proposals import FIRST, LAST, a_region
from tests.factories.repairs import stands
from tests.factories.requests import make_school_request
from tests.factories.staffing import make_busy
from tests.web.browser import browser_of
from tests.web.reading import rows_of

DAYS = {"first_day": FIRST.isoformat(), "last_day": LAST.isoformat()}
WOULD_GIVE = "gave one more presentation that week", "stayed away for one more night"


@pytest.fixture(autouse=True)
def quick_worker(app, monkeypatch):
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)
    monkeypatch.setattr(proposals, "TO_MEND", 1.0)


@pytest.fixture
def region(session):
    return a_region()


@pytest.fixture
def desk(app, region):
    return browser_of(app, region.coordinator)


def body(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def page(desk, proposal_id: int, **given) -> str:
    return body(desk.get(f"/plans/{proposal_id}", query_string={"lang": "en"} | given))


def visits() -> int:
    return len(rows_of(Visit))


def id_in(answer) -> int:
    """Of the proposal to which an answer leads."""
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def drawn(answer) -> int:
    """The same, once the worker has drawn what waits."""
    long_work.do_long_work.call_local()
    return id_in(answer)


def asked_for(desk, **given) -> int:
    return id_in(desk.post("/plans/new", data=DAYS | given))


def test_a_plan_is_asked_for_watched_and_read(desk, region):
    proposal_id = asked_for(desk, people=[str(region.educators[0].id)])

    assert "Waits for the worker" in page(desk, proposal_id)
    long_work.do_long_work.call_local()

    read = page(desk, proposal_id)
    crews = set(db.session.scalars(select(ProposedVisit.educator_id)))
    assert "Proven: by these rules nobody could serve more." in read
    assert crews == {region.educators[0].id}
    assert "3 of 3" in body(desk.get("/plans?lang=en"))


def test_progress_is_read_without_a_script_and_after_the_worker_died(desk, region, the_clock):
    proposal_id = asked_for(desk)
    work = work_service.take(db.session.scalars(select(LongWork.id)).one(), now=MONDAY)
    Telling(work, proposal=proposal_id).now(Phase.SEARCHING, 4, 15, cost=812, steps=9, bound=30)

    moving = page(desk, proposal_id)
    the_clock.stands_at(MONDAY + dt.timedelta(seconds=50))

    assert all(word in moving for word in ("4 of 15", "812", "look again"))
    assert "The worker was interrupted. Nothing was changed" in page(desk, proposal_id)
    assert visits() == 0


def test_ticked_rows_become_visits_and_others_stay_a_thought(desk, region):
    proposal_id = region.proposed(region.seat(0), region.seat(1))

    answer = desk.post(f"/plans/{proposal_id}/apply?lang=en", data={"rows": [str(region.asked[0].id)]})

    assert answer.status_code == 302
    assert visits() == 1
    read = page(desk, proposal_id)
    assert "1 visit planned, its crew suggested. Nobody was asked yet." in read
    assert read.count('name="rows"') == 1
    history = body(desk.get(f"/requests/{region.asked[0].number}?lang=en"))
    assert "The visit is planned" in history
    assert "asked" not in history.split("The visit is planned")[1].split("</li>")[0]


def test_what_changed_is_listed_and_the_others_are_applied_when_that_is_said(desk, region):
    proposal_id = region.proposed(region.seat(0), region.seat(1))
    make_busy(region.educators[0], FIRST, minutes=400)
    before, rows = visits(), [str(one.id) for one in region.asked[:2]]

    refused = body(desk.post(f"/plans/{proposal_id}/apply?lang=en", data={"rows": rows}), 409)

    assert "Nothing was applied" in refused
    assert "is not free any more" in refused
    assert visits() == before
    desk.post(f"/plans/{proposal_id}/apply", data={"rows": rows, "without_changed": "yes"})
    assert visits() == before + 1


def test_an_applied_plan_is_taken_back_by_a_press_until_somebody_was_asked(desk, region):
    proposal_id = region.proposed(region.seat(0), region.seat(1))
    place = f"/plans/{proposal_id}/take-back"
    assert place not in page(desk, proposal_id)
    desk.post(f"/plans/{proposal_id}/apply", data={"rows": [str(one.id) for one in region.asked[:2]]})
    assert place in page(desk, proposal_id)

    desk.post(f"{place}?lang=en")

    read = page(desk, proposal_id)
    assert "Taken back: 2 visits are removed, their requests wait for a plan again." in read
    assert (visits(), place in read, read.count('name="rows"')) == (0, False, 2)
    desk.post(place)  # pressed twice: it says so
    assert "Cancel its visits one by one" in page(desk, proposal_id)


def test_nothing_ticked_is_told(desk, region):
    proposal_id = region.proposed(region.seat(0))

    desk.post(f"/plans/{proposal_id}/apply", data={})

    assert visits() == 0
    assert 'role="status"' in page(desk, proposal_id)
    for language in ("sr_Cyrl", "sr_Latn"):  # also why the others wait
        assert page(desk, proposal_id, lang=language)


def test_a_pinned_row_stays_in_the_plan_that_is_drawn_anew_and_both_are_compared(desk, region):
    first = region.proposed(region.seat(0, starts_local=dt.time(13, 30)))
    desk.post(f"/plans/{first}/pin", data={"rows": [str(region.asked[0].id)]})

    second = drawn(desk.post(f"/plans/{first}/again"))

    compared = page(desk, second)
    for words in ("Pinned by hand", "13:30", "New: 2", "The same: 1"):
        assert words in compared


def test_requests_that_begin_after_the_days_of_a_plan_are_counted_and_included_by_a_press(desk, region):
    proposal_id = region.proposed(*(region.seat(place) for place in range(3)))
    assert "not in this plan" not in page(desk, proposal_id)
    after, far = LAST + dt.timedelta(days=9), MONDAY.date() + dt.timedelta(days=HORIZON_DAYS)
    spans = {"near": (after, after + dt.timedelta(days=4)), "too far": (far, far)}
    late = {
        name: make_school_request(
            RequestState.AGREED, programme=region.programme, first_day=first, last_day=last,
            host_id=region.asked[0].host_id, teaching_language=TeachingLanguage.SERBIAN,
        )
        for name, (first, last) in spans.items()
    }  # fmt: skip
    of_others = make_school_request(RequestState.AGREED, first_day=after, last_day=after)

    read = page(desk, proposal_id)
    assert "1 agreed request begins after these days and is not in this plan." in read
    wider = drawn(desk.post(f"/plans/{proposal_id}/again", data={"later": "1"}))

    db.session.rollback()
    asked = set(db.session.scalars(select(ProposedVisit.request_id).where(ProposedVisit.proposal_id == wider)))
    assert asked == {late["near"].id, *(one.id for one in region.asked)}
    assert of_others.id not in asked
    assert db.session.get_one(PlanProposal, wider).last_day == spans["near"][1]
    assert "not in this plan" not in page(desk, wider)


def test_a_way_out_is_tried_in_one_press(desk, region):
    then, moved = region.seat(2), region.seat(0, on_day=LAST)
    way = {"moves": region.asked[0].id, "then": told_seat(then), "moved": told_seat(moved)}
    proposal_id = region.proposed(region.seat(0), told={"ways_out": [way]})

    assert "moves to" in page(desk, proposal_id)
    tried = drawn(desk.post(f"/plans/{proposal_id}/try/{region.asked[2].id}/0"))

    db.session.rollback()
    rows = db.session.scalars(select(ProposedVisit).where(ProposedVisit.proposal_id == tried))
    days = {row.request_id: row.on_day for row in rows}
    assert (days[region.asked[2].id], days[region.asked[0].id]) == (then.on_day, LAST)
    assert db.session.get_one(PlanProposal, tried).based_on_id == proposal_id


def test_days_out_of_order_are_refused_beside_their_field(desk):
    turned = {"first_day": LAST.isoformat(), "last_day": FIRST.isoformat()}

    assert desk.post("/plans/new", data=turned).status_code == 422


def test_the_page_says_who_gets_visits_and_whose_hours_it_takes(desk, region):
    proposal_id = region.proposed(region.seat(0), region.seat(1))

    read = page(desk, proposal_id)

    assert "Requests of the school year 2026/27 with a visit" in read
    assert re.search(r"in towns<.th> <td[^>]*> ?3<.td> <td[^>]*> ?0 .0 ?%.<.td> <td[^>]*> ?2 .67 ?%.<.td>", read)
    assert "Work in these days, of the hours that each offers" in read
    assert "in villages" not in read


def mend(desk, who: object = "", **given):
    sent = {"trouble": "absence", "presenter": str(who)} | DAYS
    return desk.post("/plans/mend?lang=en", data=sent | given)


def test_a_sick_call_is_mended_read_and_applied(desk, region):
    visit = stands(region, 0)
    who = region.educators[0].id
    assert 'value="12.10.2026."' in body(desk.get(f"/plans/mend?lang=en&presenter={who}&from=2026-10-12"))

    proposal_id = drawn(mend(desk, who))

    read = page(desk, proposal_id)
    assert "A presenter is away on some days" in read
    assert "Another crew: 1" in read
    assert "Who gets visits, and who gives them" not in read  # its visits stand: they would be counted twice
    desk.post(f"/plans/{proposal_id}/apply", data={"rows": [str(region.asked[0].id)]})
    assert visit.number in page(desk, proposal_id)
    assert "A presenter is away on some days" in body(desk.get("/plans?lang=en"))


def test_what_is_missing_of_a_trouble_is_told_beside_its_field_and_nothing_is_lost(desk, region):
    wrong = body(mend(desk, first_day=""), 422)
    nothing = body(mend(desk, region.educators[0].id, last_day=""), 422)

    assert 'id="presenter-error"' in wrong
    assert 'id="first_day-error"' in wrong
    assert "2026-10-16" in wrong
    assert "no visit that stands is broken by this" in nothing


def test_near_visits_are_left_to_the_waves(app):
    region = a_region(notice_days=40)
    near = browser_of(app, region.coordinator)
    stands(region, 0)

    read = page(near, drawn(mend(near, region.educators[0].id)))

    assert "substitutes are asked in waves" in read
    assert "Without a place" in read


def test_broken_neighbours_are_kept_where_they_stand_by_a_press(desk, region):
    stands(region, 0)
    stands(region, 1, 1, day=FIRST + dt.timedelta(days=1))
    first = drawn(mend(desk, region.educators[0].id))

    kept = drawn(desk.post(f"/plans/{first}/keep", data={"rows": [str(region.asked[1].id)]}))

    assert "Pinned by hand" in page(desk, kept)
    assert desk.post(f"/plans/{first}/keep", data={}).location == f"/plans/{first}"


def test_what_would_let_a_request_fit_is_a_line_beside_its_reason(desk, region):
    told = {"what_if": ["one more a week", "half an hour earlier and later", "a night away"]}
    read = page(desk, region.proposed(region.seat(0), told=told))
    week, night = (f"There would be room if somebody {gave}." for gave in WOULD_GIVE)
    assert f"{week} {night}</small>" in read
    assert "There would be room" not in page(desk, region.proposed(region.seat(0)))


def reasoned(region, other: int = 1, **more) -> dict:
    """What is stored of a row: its educator drives 20 km, another one 35 who has two visits, or what is given."""
    instead = told_seat(region.seat(0, other), **({"km": 35, "others": 2} | more))
    return {"effort": {"km": 20, "others": 1}, "others": [instead]}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "20 km of road; 15 km less than {who}, who has 2 visits in this plan"),
        ({"others": 0}, "20 km of road; 15 km less than {who}, who has no visit in this plan yet"),
        ({"km": 5, "others": 1}, "20 km of road; 15 km more than {who}, who has 1 visit in this plan"),
        ({"km": 20}, "20 km of road; as far as {who}, who has 2 visits in this plan"),
        ({"other": 0}, "20 km of road <"),  # the same educator with another youth
        ({"km": None}, "20 km of road <"),  # a night away decides
    ],
)
def test_a_row_says_its_road_beside_that_of_who_could_go_instead(desk, region, more, said):
    who = region.educators[1].id
    read = page(desk, region.proposed(region.seat(0), told=reasoned(region, **more)))

    assert said.format(who=presenters_by_id([who])[who].full_name) in read


def test_a_pinned_row_says_that_it_was_pinned_and_no_price(desk, region):
    proposal_id = region.proposed(region.seat(0), told=reasoned(region))
    desk.post(f"/plans/{proposal_id}/pin", data={"rows": [str(region.asked[0].id)]})

    read = page(desk, proposal_id)

    assert "Pinned by hand" in read
    assert "km less than" not in read
    assert "Who else could go" not in read


def test_a_plan_of_last_week_is_read_though_it_kept_points_and_no_kilometres(desk, region):
    told = {"parts": {"km": 20, "load": 6}, "others": [told_seat(region.seat(0, 1), more=8)]}

    read = page(desk, region.proposed(region.seat(0), told=told))

    assert "Who else could go" in read
    assert "km of road;" not in read


def test_late_lessons_and_late_days_are_marked_in_every_language(desk, region):
    proposal_id = region.proposed(region.seat(0), told={"remarks": ["after_long_wait", "ends_late"]})

    assert "late for a school that has waited so long" in page(desk, proposal_id)
    assert "Ends late in the day" in page(desk, proposal_id)
    assert "Завршава се касно" in page(desk, proposal_id, lang="sr_Cyrl")
    unknown = region.proposed(region.seat(0), told={"remarks": ["off_day", "shifts_unknown"]})
    assert "not a day that the school named" in page(desk, unknown)
    assert "Afternoon, shifts not known" in page(desk, unknown)


def test_days_by_presenter_stand_beside_the_table_with_the_town_of_each(desk, region):
    read = page(desk, region.proposed(region.seat(0), region.seat(1)))

    beside = read[read.index("Days by presenter") :]
    assert re.search(r"Mon 12 Oct</a> Niš</dd>.*Tue 13 Oct</a> Niš</dd>", beside)


def test_the_map_shows_the_towns_of_the_plan_and_where_somebody_waits(desk, region):
    whole, half = region.proposed(*(region.seat(place) for place in range(3))), region.proposed(region.seat(0))

    assert 'aria-label="Where the plan goes: Niš 3."' in page(desk, whole)
    assert "everybody is in the plan" in page(desk, whole)
    assert "somebody waits" in page(desk, half)


def test_the_bar_that_moves_by_itself_ends_in_the_whole_page(desk, region):
    """It asks for a bar every two seconds; of a plan that is drawn there is none, so the page is loaded anew."""
    asks = {"HX-Request": "true"}
    proposal_id = asked_for(desk)

    assert "HX-Refresh" not in desk.get(f"/plans/{proposal_id}", headers=asks).headers
    long_work.do_long_work.call_local()

    assert desk.get(f"/plans/{proposal_id}", headers=asks).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in desk.get(f"/plans/{proposal_id}").headers
