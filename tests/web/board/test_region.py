"""A region's table: cards are chosen and put by links and buttons alone; every cell answers before; offered at once."""

import datetime as dt
import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.board.terms import Board, BoardRow
from scheduler.core.db import db, transaction
from scheduler.core.identity import has_identity_number
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.places.models import Host
from scheduler.proposals.terms.plan import ProposedSeat
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState
from scheduler.web.board.blocks import people_in, shown_people
from scheduler.web.board.region_address import seat_in_text, seat_text
from tests.ceilings import at_most
from tests.counting import asked_and_written
from tests.factories.people import limited_to
from tests.factories.proposals import FIRST, Region, a_region
from tests.factories.staffing import make_busy
from tests.web.browser import browser_of
from tests.web.reading import rows_of


@pytest.fixture
def region(session) -> Region:
    return a_region()


@pytest.fixture
def desk(app, region):
    return browser_of(app, region.coordinator)


def body(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", unescape(answer.text))


def table(desk, **given) -> str:
    return body(desk.get("/region", query_string={"lang": "en"} | given))


def card(page: str, number: int) -> str:
    """The address that a card's link leads to."""
    found = re.search(rf'data-number="{number}"> <a class="block__link" href="([^"#]*)#table"', page)
    assert found, page
    return found[1]


def cell(page: str, who: int, day: dt.date = FIRST) -> str:
    """What stands in one cell."""
    row = page.split(f'id="p{who}"')[1].split("</tr>")[0]
    return row.split(f'data-day="{day}"')[1].split("</td>")[0]


def put(desk, region: Region, place: int, who: int = 0, day: dt.date = FIRST, **given) -> str:
    """Choose a card, press a presenter's day; the address of the table then."""
    found = {"card": region.asked[place].id, "put": f"{region.educators[who].id}on{day}"}
    answer = desk.get("/region", query_string=found | given)
    assert answer.status_code == 302
    return answer.location.split("#")[0]


def at(region: Region, place: int, who: int = 0, hour: str = "10:00") -> str:
    day = FIRST + place * dt.timedelta(days=1)
    return f"{region.asked[place].id}on{day}T{hour}by{region.educators[who].id}"


def written() -> tuple[int, int]:
    """How many visits are planned, and how many mails wait."""
    return len(rows_of(Visit)), len(rows_of(OutboxMessage))


def test_cards_wait_beside_the_week_in_which_they_can_be_and_on_the_map(desk, region):
    page = table(desk)

    assert all(f'data-number="{one.id}"' in page for one in region.asked)
    assert f"Week {FIRST.isocalendar().week}" in page
    assert "Where schools wait:" in page
    assert all(f'id="p{one.id}"' in page for one in region.educators)
    assert "Offer" not in page


def test_without_a_script_a_card_is_chosen_put_and_offered(desk, region):
    chosen = body(desk.get(card(table(desk), region.asked[0].id) + "&lang=en"))
    who = region.educators[0].id
    assert "Chosen:" in chosen
    assert f'name="put" value="{who}on{FIRST}"' in cell(chosen, who)
    assert "0 km" in cell(chosen, who)

    put_there = put(desk, region, 0)
    page = body(desk.get(put_there))

    assert "placed" in cell(page, who)
    assert f'data-number="{region.asked[0].id}"' not in page
    assert "Offer 1 visit" in page

    seats = {"at": re.findall(r'name="at" value="([^"]*)"', page)[:1], "week": str(FIRST)}
    shown = body(desk.post("/region/mails?lang=en", data=seats))
    assert shown.count('<section class="box">') == 1
    assert db.session.get_one(User, region.educators[0].user_id).email in shown
    assert written() == (0, 0)

    desk.post("/region/offer", data=seats)
    assert written() == (1, 1)
    assert "1 visit planned and offered to its crew." in table(desk)
    assert rows_of(Assignment.state) == [AssignmentState.OFFERED]


def test_a_cell_that_does_not_fit_says_why_and_takes_nothing(app, session):
    region = a_region(minutes=120)  # too long before what she has promised at ten
    desk, busy = browser_of(app, region.coordinator), region.educators[0]
    make_busy(busy, FIRST, minutes=480)
    page = table(desk, card=region.asked[0].id)

    assert "promised elsewhere, or enough for then" in cell(page, busy.id)
    assert "button" not in cell(page, busy.id)

    assert "at=" not in put(desk, region, 0)
    assert "Nothing was put there: promised elsewhere" in table(desk)


@pytest.mark.parametrize("limited", [False, True])
def test_what_stands_on_the_table_takes_her_hours_and_the_drive_is_from_there(desk, region, limited):
    if limited:  # to where the cards lie
        limited_to(region.coordinator.user_id, db.session.get_one(Host, region.asked[0].host_id))
    who, page = region.educators[0].id, table(desk, card=region.asked[1].id, at=at(region, 0, hour="08:00"))

    first = re.search(r'name="put".*?<span>(\d\d:\d\d)', cell(page, who))
    assert first
    assert first[1] > "08:45"
    assert "from the stop before" in cell(page, who)


def test_several_cards_go_into_one_day_with_one_press(desk, region):
    numbers = [one.id for one in region.asked]
    page = table(desk, card=numbers)
    times = re.search(r'name="put".*?<span>([^<]*)', cell(page, region.educators[0].id))
    assert times
    assert len(set(re.findall(r"\d\d:\d\d", times[1]))) == 3

    address = put(desk, region, 0, card=numbers)

    assert address.count("at=") == 3
    assert "Offer all 3 visits" in body(desk.get(address + "&lang=en"))


def test_a_card_is_taken_back_and_put_elsewhere(desk, region):
    page = table(desk, at=[at(region, 0), at(region, 1)], week=FIRST)
    back = re.search(r'href="([^"#]*)#cards"> *take back', page)
    assert back

    taken = body(desk.get(back[1] + "&lang=en"))

    assert f'data-number="{region.asked[0].id}"' in taken
    assert "Offer 1 visit" in taken
    elsewhere = put(desk, region, 1, who=1, at=at(region, 1))
    assert elsewhere.count("at=") == 1
    assert f"by{region.educators[1].id}" in elsewhere


def test_a_phone_shows_the_first_day_that_fits(desk, region):
    with transaction() as session:
        session.get_one(SchoolRequest, region.asked[0].id).first_day = FIRST + dt.timedelta(days=1)
    asked, marked = {"card": region.asked[0].id, "week": FIRST}, r'aria-current="date"> <span>[^<]*</span><b>(\d+)'

    shown = [re.findall(marked, table(desk, **asked, **more)) for more in ({}, {"day": "2026-10-15"})]

    assert shown == [["13"], ["15"]]


def test_before_a_drop_the_cells_say_the_same(desk, region):
    who = region.educators[0].id
    page = table(desk, card=region.asked[0].id, week=FIRST)

    asked = {"card": region.asked[0].id, "week": FIRST, "people": str(who), "lang": "en"}
    said = desk.get("/region/cells", query_string=asked).json

    assert said[f"{who} {FIRST}"][0] == "good"
    assert all(part in cell(page, who) for part in said[f"{who} {FIRST}"][1].split(" · "))
    dropped = desk.get("/region", query_string={"card": region.asked[0].id, "to": who, "to_day": str(FIRST)})
    assert "at=" in dropped.location


def test_what_changed_before_the_press_is_listed_and_nothing_is_sent(desk, region):
    make_busy(region.educators[0], FIRST, minutes=480)
    before, seats = written(), {"at": [at(region, 0), at(region, 1)]}

    for path in ("/region/mails", "/region/offer"):
        refused = body(desk.post(f"{path}?lang=en", data=seats), 409)
        assert "Nothing was sent" in refused
        assert "is no longer free" in refused
        assert region.asked[0].number in refused
        assert region.asked[1].number not in refused
    assert written() == before == (1, 0)


def test_a_double_press_offers_once(desk, region):
    sent = {"at": at(region, 0), "form_key": "twice"}

    for _press in range(2):
        desk.post("/region/offer", data=sent)

    assert written() == (1, 1)


def test_nonsense_in_the_address_is_no_seat(desk, region):
    seats = ["x", "1on2026-13-41T10:00by7", "1on2026-10-12T99:99by7"]
    page = table(desk, at=seats, card="x", week="never", district="-1")

    assert "Wait for a day" in page
    assert "Offer" not in page
    assert "Nothing was sent" in body(desk.post("/region/mails?lang=en", data={"at": "x"}), 409)


IDS = st.integers(1, 999_999_999)
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
SEATS = st.builds(ProposedSeat, IDS, st.dates(dt.date(2020, 1, 1), dt.date(2049, 12, 31)), TIMES, IDS, IDS | st.none())


@settings(max_examples=300)
@given(SEATS)
def test_no_seat_in_an_address_is_read_as_an_identity_number(seat: ProposedSeat):
    assert seat_in_text(seat_text(seat)) == seat
    assert not has_identity_number(seat_text(seat))


@settings(max_examples=300)
@given(st.sets(IDS, max_size=30))
def test_no_list_of_people_in_an_address_is_read_as_an_identity_number(people: set[int]):
    rows = tuple(BoardRow(f"p{one}", (), presenter_id=one) for one in people)
    typed = shown_people(Board((), BoardRow("none", ()), rows, len(rows)))

    assert people_in(typed) == people
    assert not has_identity_number(typed)


def test_coordinators_of_that_centre_alone(app, desk, region):
    foreign = browser_of(app, a_region().coordinator)
    page = table(foreign, at=at(region, 0), card=region.asked[1].id)
    assert region.asked[0].number not in page
    assert f'data-number="{region.asked[1].id}"' not in page
    assert "not yours to plan" in body(foreign.post("/region/mails?lang=en", data={"at": at(region, 0)}), 409)


def test_a_table_costs_as_many_statements_for_many_cards_as_for_few(app, session):
    found = {}
    for number in (2, 12):
        region = a_region(requests=number, educators=number)
        browser = browser_of(app, region.coordinator)
        for chosen in (0, 1, 3)[: 2 if number == 2 else 3]:
            given = {"card": [one.id for one in region.asked[:chosen]], "week": str(FIRST)}
            browser.get("/region", query_string=given)
            with asked_and_written() as made:
                assert browser.get("/region", query_string=given).status_code == 200
            found[number, chosen] = made.numbers

    assert found[2, 0] == found[12, 0]
    assert found[2, 1] == found[12, 1]
    assert {writes for _selects, writes in found.values()} == {0}
    for cards, most in ((0, 12), (1, 21), (3, 25)):  # two for each further card that is chosen
        at_most(most, found[12, cards][0], f"SELECTs with {cards} cards chosen")
