"""What everybody reads: small numbers are hidden (TRUST S44), from locked rows alone, with few questions."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.people.terms import PresenterKind
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import Audience, CampaignCityRow, SchoolLevel
from scheduler.reports.queries.public import campaign_outcome, public_names, public_year
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.public import (
    LEAST,
    exact_before,
    outcome_in_tens,
    outcome_of,
    public_cells,
    public_year_of,
    year_in_tens,
)
from scheduler.reports.terms.counting import (
    CountRow,
    DistrictName,
    FigureCell,
    Filters,
    Group,
    Key,
    Report,
    ReportCounts,
)
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.attendance import make_attendance
from tests.factories.people import make_presenter
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_programme
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit

TODAY = dt.date(2026, 11, 24)
COUNTED = dt.date(2027, 3, 1)  # the figures of 2026 are told exactly


def a_town(name, iso):
    district = make_district(iso=iso, name_en=f"District of {name}")
    return make_municipality(name, city_sr_cyrl=name, district_id=district.id)


def year_of_2026(today=COUNTED):
    return public_year(2026, public_names(today, "en"))


def held(
    town, counts, *, on_day=dt.date(2026, 10, 6), level=SchoolLevel.SECONDARY, state=AttendanceState.LOCKED, **given
):
    host = make_host(municipality_id=town.id if town else None)
    visit = make_visit(VisitState.DELIVERED, on_day=on_day, host_id=host.id, **given)
    presentation = make_presentation(visit, state=PresentationState.DELIVERED, level=level)
    make_attendance(presentation, counts, state)
    return presentation


@pytest.mark.both_databases
def test_a_year_is_told_by_district_and_by_centre_from_locked_rows_only(session):
    empty = year_of_2026()
    assert (empty.presentations, empty.people, empty.centres, public_names(TODAY, "en").years) == (0, 0, (), ())
    nis, pirot = a_town("Ниш", "RS-20"), a_town("Пирот", "RS-22")
    programme = make_programme()
    held(nis, HeadCounts(pupils=60, parents=5, teachers=6, others=9), programme=programme)
    held(pirot, HeadCounts(pupils=40), programme=programme)
    held(pirot, HeadCounts(pupils=500), programme=programme, state=AttendanceState.OPEN)
    held(nis, HeadCounts(pupils=90), programme=programme, on_day=dt.date(2025, 3, 3))

    year = year_of_2026()

    districts = {line.iso: (line.presentations, line.people) for line in year.districts}
    assert districts == {"RS-20": (1, 71), "RS-22": (1, 40)}
    assert (year.presentations, year.people) == (2, 111)
    [centre] = [(one.presentations, one.pupils, one.parents, one.teachers, one.cities) for one in year.centres]
    assert centre == (2, 100, 5, 6, 2)
    assert public_names(TODAY, "en").years == (2026, 2025)


def test_a_campaign_is_told_against_its_targets_with_a_crew_of_numbers(session):
    town = a_town("Ниш", "RS-20")
    programme = make_programme()
    campaign = make_campaign(programme=programme, first_day=dt.date(2026, 9, 1), last_day=dt.date(2026, 12, 31))
    make_campaign_city(campaign, town, 120)
    presentation = held(town, HeadCounts(pupils=90, teachers=7), programme=programme, campaign_id=campaign.id)
    held(town, HeadCounts(pupils=33), programme=programme)
    make_assignment(presentation, make_presenter().id, AssignmentState.PRESENT)
    make_assignment(presentation, a_cleared_minor().id, AssignmentState.PRESENT)

    row = programme_queries.campaign_page(campaign.slug)
    outcome = campaign_outcome(row, COUNTED)

    assert [(city.city_sr_cyrl, city.target, city.presentations, city.pupils) for city in outcome.cities] == [
        ("Ниш", 120, 1, 90)
    ]
    assert outcome.reached == {Audience.PUPILS: 90, Audience.PARENTS: 0, Audience.TEACHERS: 7}
    assert (outcome.educators, outcome.influencers) == (1, None)
    running = campaign_outcome(row, TODAY)
    assert (running.cities[0].pupils, running.reached) == (
        90,
        {Audience.PUPILS: 90, Audience.PARENTS: 0, Audience.TEACHERS: None},
    )


def test_a_year_and_a_campaign_ask_as_often_for_one_row_as_for_three(session):
    programme = make_programme()
    campaign = make_campaign(programme=programme)
    asked = []
    for name, iso in (("Ниш", "RS-20"), ("Пирот", "RS-22"), ("Бор", "RS-14")):
        town = a_town(name, iso)
        make_campaign_city(campaign, town, 100)
        held(town, HeadCounts(pupils=90), programme=programme, campaign_id=campaign.id)
        with statements() as made:
            year_of_2026()
            campaign_outcome(programme_queries.campaign_page(campaign.slug), TODAY)
            programme_queries.campaigns()
        asked.append(len(made))

    assert asked[0] == asked[2]
    at_most(9, asked[0])


@pytest.mark.parametrize("path", ["/", "/map", "/figures", "/map?year=2025", "/campaigns", "/campaigns/show-respect"])
def test_a_page_for_everybody_asks_four_questions_at_most_however_much_was_held(client, path):
    programme = make_programme()
    campaign = make_campaign(programme=programme, slug="show-respect")
    asked = []
    for name, iso in (("Ниш", "RS-20"), ("Пирот", "RS-22"), ("Бор", "RS-14")):
        town = a_town(name, iso)
        make_campaign_city(campaign, town, 100)
        for year in (2025, 2026):
            day = dt.date(year, 9, 8)
            held(town, HeadCounts(pupils=90), programme=programme, campaign_id=campaign.id, on_day=day)
        client.get(path)  # free dates are kept for some minutes
        with statements() as made:
            assert client.get(path).status_code == 200
        asked.append(len(made))

    at_most(4, max(asked))


DISTRICTS = [DistrictName("RS-00", "Beograd"), DistrictName("RS-20", "Nišava"), DistrictName("RS-22", "Pirot")]
CENTRES = {1: "ncc", 2: "cnzd"}


def a_cell(district="RS-20", centre=1, campaign=None, city="Niš", **counts):
    return FigureCell(centre, district, city, campaign, ReportCounts(presentations=1, **counts))


def a_year(*cells):
    return public_year_of(2026, cells, DISTRICTS, CENTRES, {7: "Show respect", 8: "A safe click"})


def people_by(year):
    return {line.iso: line.people for line in year.districts}


@pytest.mark.parametrize(
    ("numbers", "shown", "total"),
    [
        ([60, 40, 0], (60, 40, 0), 100),
        ([60, 40, 3], (60, None, None), 103),  # the smaller large one goes with the small one
        ([60, 3, 2], (None, None, None), 65), ([3, 0], (None, 0), None),  # nothing to hide behind: the sum goes too
        ([4], (None,), None), ([5], (5,), 5), ([], (), 0), ([1, 1], (None, None), None),
    ],
)  # fmt: skip
def test_a_small_number_is_hidden_with_the_one_that_would_give_it_away(numbers, shown, total):
    assert public_cells(numbers) == (shown, total)


def test_what_could_be_computed_beside_is_hidden_and_high_school_pupils_with_it():
    assert public_cells([303, 90, 50], rests=[3, 90, 50]) == ((None, 90, None), 443)
    assert public_cells([60, 40], hide_total=True) == ((60, None), None)

    year = a_year(a_cell(pupils=60, teachers=3), a_cell("RS-22", 2, pupils=30, teachers=9))
    assert [(one.pupils, one.teachers) for one in year.centres] == [(60, None), (30, None)]
    assert year.people == 102
    year = a_year(
        a_cell(campaign=7, pupils=300, teachers=3), a_cell("RS-22", pupils=70, teachers=50), a_cell("RS-00", pupils=90)
    )
    assert people_by(year) == {"RS-00": None, "RS-20": None, "RS-22": 120}

    def told(others):
        own = FigureCell(1, "RS-20", "Niš", 7, ReportCounts(presentations=1, pupils=80), 80)
        return a_year(own, a_cell(pupils=others)).centres[0].campaigns[0].high_school_pupils

    assert (told(0), told(3), told(50)) == (80, None, 80)


@given(st.lists(st.integers(0, 40), max_size=7))
def test_trust_s44_no_small_number_can_be_computed_from_what_is_shown(numbers):
    shown, total = public_cells(numbers)
    hidden = [number for number, one in zip(numbers, shown, strict=True) if one is None]
    assert all(one is None or one == 0 or one >= LEAST for one in shown)
    assert total is None or total == 0 or total >= LEAST
    if total is not None and hidden:  # the reader knows the sum of the hidden ones, and that each is at least one
        known = total - sum(one for one in shown if one is not None)
        assert known == sum(hidden)
        assert known > len(hidden) > 1  # so each of them may have more than one value


def test_trust_s44_a_year_less_the_pages_of_all_its_campaigns_leaves_no_few_people():
    shown = [a_cell(campaign=7, pupils=300, teachers=3), a_cell("RS-22", campaign=7, pupils=200)]
    year = a_year(*shown)  # 503 less the 500 pupils of the campaign
    assert (year.people, people_by(year)) == (None, {"RS-00": 0, "RS-20": None, "RS-22": 200})
    year = a_year(*shown, a_cell("RS-00", 2, pupils=1000))  # of one district, and of one centre, as well
    assert (year.people, people_by(year)) == (1503, {"RS-00": None, "RS-20": None, "RS-22": 200})
    assert [(one.pupils, one.teachers) for one in year.centres] == [(500, None), (None, 0)]

    own = FigureCell(1, "RS-22", "Pirot", 8, ReportCounts(presentations=1, pupils=200))
    year = a_year(a_cell(campaign=7, pupils=300), own, a_cell(pupils=3, teachers=70))  # 503 less two campaigns
    assert [(one.pupils, one.teachers) for one in year.centres] == [(None, None)]


def test_trust_s44_a_city_that_the_page_of_a_campaign_hides_follows_from_no_district():
    small_one = a_cell(campaign=7, pupils=3, city="Aleksinac")
    year = a_year(small_one, a_cell(campaign=7, pupils=150), a_cell("RS-22", campaign=7, pupils=100))
    assert (year.people, people_by(year)["RS-20"]) == (None, None)  # 153 less the 150 of Niš
    year = a_year(small_one, a_cell("RS-22", campaign=7, pupils=200), a_cell("RS-00", pupils=650))
    assert people_by(year) == {"RS-00": None, "RS-20": None, "RS-22": 200}  # 203 together less the 200 of Pirot


def test_trust_s44_the_few_teachers_of_a_campaign_in_one_district_follow_from_no_district():
    year = a_year(a_cell(campaign=7, pupils=150, parents=20, teachers=2), a_cell("RS-22", pupils=90))
    assert (year.people, people_by(year)) == (262, {"RS-00": 0, "RS-20": None, "RS-22": None})  # 172 less 150 and 20


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=7))
def test_trust_s44_no_rest_of_what_other_pages_show_is_small(cells):
    numbers, rests = [part + rest for part, rest, _ in cells], [rest for _, rest, _ in cells]
    large_rests = [
        number if small else rest for number, rest, small in zip(numbers, rests, (one[2] for one in cells), strict=True)
    ]
    shown, total = public_cells(numbers, rests, large_rests)
    for left in (rests, large_rests):
        told = [rest for rest, one in zip(left, shown, strict=True) if one is not None]
        assert not any(0 < rest < LEAST for rest in told)
        if total is not None:  # the reader subtracts what is told, and the parts of what is hidden
            assert not 0 < sum(left) - sum(told) < LEAST


def test_a_year_adds_up_by_district_and_by_centre_and_what_was_held_abroad_is_a_line_of_its_own():
    year = a_year(a_cell(pupils=60, teachers=6), a_cell("RS-22", 2, city="Pirot", pupils=30, parents=10))
    assert people_by(year) == {"RS-00": 0, "RS-20": 66, "RS-22": 40}
    assert (year.presentations, year.people) == (2, 106)
    assert [(one.name, one.pupils, one.parents, one.teachers) for one in year.centres] == [
        ("ncc", 60, 0, 6),
        ("cnzd", 30, 10, 0),
    ]
    year = a_year(a_cell("", city="", pupils=20), a_cell(pupils=20))
    assert [(line.iso, line.people) for line in year.districts][-1] == ("", 20)
    assert year.centres[0].cities == 1


def an_outcome(counts, crew=None, around=None):
    planned = [CampaignCityRow(name, name, 44.0, 21.0, 100) for name in ("Niš", "Pirot")]
    rows = tuple(CountRow((Key(Group.CITY, city, city),), one) for city, one in counts.items())
    totals = ReportCounts(
        presentations=sum(one.presentations for one in counts.values()),
        pupils=sum(one.pupils for one in counts.values()),
        teachers=sum(one.teachers for one in counts.values()),
    )
    report = Report(Filters(year_of(2026)), (Group.CITY,), totals, rows)
    return outcome_of(planned, report, around or totals, crew or {})


def test_a_campaign_is_told_city_by_city_and_hides_what_would_tell_the_rest_of_its_centre():
    outcome = an_outcome(
        {"Niš": ReportCounts(presentations=2, pupils=90), "Užice": ReportCounts(presentations=1, pupils=40)}
    )

    assert [(city.city_sr_cyrl, city.target, city.pupils) for city in outcome.cities] == [
        ("Niš", 100, 90),
        ("Pirot", 100, 0),
        ("Užice", 0, 40),
    ]
    assert (outcome.cities_reached, outcome.reached[Audience.PUPILS]) == (2, 130)

    counts = {"Niš": ReportCounts(presentations=1, pupils=90), "Pirot": ReportCounts(presentations=1, pupils=60)}

    outcome = an_outcome(counts, around=ReportCounts(pupils=153))

    assert outcome.reached[Audience.PUPILS] is None
    assert [city.pupils for city in outcome.cities] == [90, None]


@pytest.mark.parametrize(("young", "told"), [(0, 0), (2, None), (5, 5)])
def test_young_people_whom_one_could_count_on_a_hand_are_not_counted(young, told):
    crew = {PresenterKind.EDUCATOR: 3, PresenterKind.INFLUENCER: young}
    assert (an_outcome({}, crew).educators, an_outcome({}, crew).influencers) == (3, told)


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (dt.date(2026, 12, 31), 2026), (dt.date(2027, 1, 1), 2026), (dt.date(2027, 2, 28), 2026),
        (dt.date(2027, 3, 1), 2027), (dt.date(2028, 2, 29), 2027),
    ],
)  # fmt: skip
def test_a_year_is_told_exactly_from_march_of_the_next_one(today, year):
    assert exact_before(today) == year


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 3), min_size=1, max_size=12))
def test_trust_s44_no_two_states_of_a_year_that_is_counted_differ_by_a_few_people(held_week_by_week):
    """Each week adds or corrects; whoever notes every number of every week finds no step of one to nine."""
    states = []
    for place in range(len(held_week_by_week)):
        weeks = held_week_by_week[: place + 1]
        cells = [
            a_cell(campaign=7, pupils=sum(one[0] for one in weeks), teachers=sum(one[1] for one in weeks) % 50),
            a_cell("RS-22", 2, pupils=sum(one[2] for one in weeks), parents=weeks[-1][1]),
        ]
        year = year_in_tens(a_year(*cells))
        outcome = outcome_in_tens(an_outcome({"Niš": cells[0].counts}))
        numbers = {("year", ""): year.people} | {("district", line.iso): line.people for line in year.districts}
        for one in year.centres:
            numbers |= {(one.name, "pupils"): one.pupils, (one.name, "parents"): one.parents}
            numbers |= {(one.name, "teachers"): one.teachers}
            numbers |= {(one.name, reached.name): reached.high_school_pupils for reached in one.campaigns}
        numbers |= {("campaign", audience): people for audience, people in outcome.reached.items()}
        states.append(numbers | {("city", one.city_sr_cyrl): one.pupils for one in outcome.cities})
    for cell in set().union(*states):
        told = {state.get(cell) for state in states} - {None}
        assert all(number % 10 == 0 for number in told), cell


def test_the_number_of_young_people_of_a_campaign_grows_by_five():
    crews = [an_outcome({}, {PresenterKind.INFLUENCER: young}).influencers for young in range(13)]
    assert crews == [0, *[None] * 4, *[5] * 5, *[10] * 3]


def test_trust_s44_a_year_that_is_still_counted_is_read_in_tens_until_march(session):
    held(a_town("Ниш", "RS-20"), HeadCounts(pupils=63, teachers=7))

    running, counted = year_of_2026(dt.date(2027, 2, 28)), year_of_2026(COUNTED)

    assert (running.people, running.centres[0].pupils, running.centres[0].teachers) == (70, 60, None)
    assert (counted.people, counted.centres[0].pupils, counted.centres[0].teachers) == (70, 63, 7)
    assert (running.in_tens, counted.in_tens) == (True, False)
