"""Rows of a report split again, crossed, set beside others and shown to the public: each number in its place."""

import datetime as dt

import pytest

from scheduler.cohorts.terms import HIGHEST_LEVEL, CohortCount
from scheduler.people.terms import PresenterKind
from scheduler.posts.terms import PostChannel, PostDraft, PostRow, PostState
from scheduler.programmes.terms import Audience, CampaignCityRow
from scheduler.reports.rules.attendance import as_document, split_again, within_districts, year_of
from scheduler.reports.rules.beside_helpline import BesideOutreach, beside_outreach, next_month
from scheduler.reports.rules.called_off import by_cause
from scheduler.reports.rules.cohorts import TownCohorts, all_towns, by_town
from scheduler.reports.rules.cross import CrossTable, cross_of
from scheduler.reports.rules.public import as_signed, outcome_of, public_year_of
from scheduler.reports.rules.signing import as_keys, seen_of
from scheduler.reports.terms.counting import (
    Books,
    CampaignOutcome,
    CentreYear,
    CityOutcome,
    CountRow,
    DistrictLine,
    DistrictName,
    FigureCell,
    Filters,
    Group,
    Key,
    Outcome,
    Period,
    PublicYear,
    Report,
    ReportCounts,
    SignedTotals,
)
from scheduler.reports.terms.not_held import OffByCause, OffCause, WhoseDoing
from scheduler.visits.terms.states import CancelledBy

YEAR = year_of(2026)
NIS, BEOGRAD = Key(Group.CITY, "Niš", "Niš"), Key(Group.CITY, "Beograd", "Beograd")
MARCH, MAY, JUNE = (Key(Group.MONTH, f"2026-{month:02}", f"2026-{month:02}") for month in (3, 5, 6))
NISAVA, PIROT = Key(Group.DISTRICT, "RS-20", "Nišava"), Key(Group.DISTRICT, "RS-22", "Pirot")
DISTRICTS = [DistrictName("RS-00", "Beograd"), DistrictName("RS-20", "Nišava")]


def a_report(by, *rows):
    return Report(Filters(YEAR), by, ReportCounts(), tuple(CountRow(keys, counts) for keys, counts in rows), "ncc")


def held(visits, pupils=0, cities=1):
    return ReportCounts(visits=visits, presentations=2 * visits, pupils=pupils, cities=cities)


def test_a_report_by_city_and_month_is_a_table_with_the_months_in_order():
    both = (Group.CITY, Group.MONTH)
    rows = ((NIS, MAY), held(1)), ((NIS, MARCH), held(2)), ((BEOGRAD, MAY), held(3))

    expected = CrossTable(
        (MARCH, MAY), ((NIS, {MAY.value: held(1), MARCH.value: held(2)}), (BEOGRAD, {MAY.value: held(3)}))
    )
    assert cross_of(a_report(both, *rows)) == expected
    assert cross_of(a_report(both)) is None
    assert cross_of(a_report((Group.MONTH, Group.CITY), ((MAY, NIS), held(1)))) is None


def test_a_report_split_again_adds_up_what_was_held_since_a_month():
    report = a_report(
        (Group.DISTRICT, Group.MONTH),
        ((NISAVA, MARCH), held(1, 10)),
        ((NISAVA, MAY), held(2, 20)),
        ((PIROT, MAY), held(4, 40)),
        ((NISAVA, JUNE), held(8, 80)),
    )

    again = split_again(report, Group.DISTRICT, dt.date(2026, 5, 1))

    assert again == Report(
        Filters(Period(dt.date(2026, 5, 1), YEAR.last)),
        (Group.DISTRICT,),
        held(14, 140, cities=0),
        (CountRow((NISAVA,), held(10, 100, cities=0)), CountRow((PIROT,), held(4, 40, cities=0))),
    )
    assert [row.keys for row in within_districts(report, {"RS-22"}).rows] == [(PIROT, MAY)]
    assert within_districts(report, {"RS-22"}).totals == report.totals


def test_communications_of_a_district_stand_beside_visits_of_the_months_around():
    december, january = dt.date(2025, 12, 1), dt.date(2026, 1, 1)
    months = [Key(Group.MONTH, name, name) for name in ("2025-11", "2025-12", "2026-01", "2026-02")]
    rows = [((NISAVA, month), held(2**place)) for place, month in enumerate(months)]
    contacts = {("RS-20", january): 3, ("RS-20", december): 5, ("RS-00", january): 7}

    assert beside_outreach(contacts, a_report((Group.DISTRICT, Group.MONTH), *rows).rows) == [
        BesideOutreach("RS-20", december, 5, 1, 2, 4),
        BesideOutreach("RS-00", january, 7, 0, 0, 0),
        BesideOutreach("RS-20", january, 3, 2, 4, 8),
    ]
    firsts = [dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2028, 2, 1), dt.date(2026, 12, 1)]
    assert [next_month(day).isoformat() for day in firsts] == ["2026-02-01", "2026-03-01", "2028-03-01", "2027-01-01"]


def test_cohorts_are_added_up_by_town_and_level():
    top = HIGHEST_LEVEL
    nis = [CohortCount("Ниш", "Niš", 1, 2, 30), CohortCount("Ниш", "Niš", top, 1, 12)]
    counts = [nis[0], CohortCount("Чачак", "Čačak", 1, 4, 50), nis[1]]

    def levels(first, last):
        return tuple({1: first, top: last}.get(level, 0) for level in range(top + 1))

    assert by_town(counts) == [
        TownCohorts("Ниш", "Niš", levels(2, 1), 42, 12),
        TownCohorts("Чачак", "Čačak", levels(4, 0), 50, 0),
    ]
    assert all_towns(counts) == TownCohorts("", "", levels(6, 1), 92, 12)


def test_a_document_holds_posts_only_where_there_are_some():
    draft = PostDraft(PostChannel.INSTAGRAM, dt.date(2026, 2, 10), dt.time(9))
    post = PostRow(1, "O-1", PostState.POSTED, draft, "sid", "", "", "", 120, None, 1)
    report = a_report(())

    assert "posts" not in as_document(report)
    assert as_document(Report(report.filters, (), ReportCounts(), (), posts=(post,)))["posts"] == [
        {"on_day": "2026-02-10", "channel": "instagram", "reached": 120, "reacted": None}
    ]


def test_what_was_signed_stands_in_the_document_by_its_names():
    at = dt.datetime(2027, 1, 8, 9, 0, tzinfo=dt.UTC)
    books = Books(SignedTotals(1, YEAR, held(3), at, "Ana"), held(1))

    signed = as_keys(books)["signed"]

    assert {name: signed[name] for name in ("at", "by")} == {"at": "2027-01-08T09:00:00+00:00", "by": "Ana"}
    assert (signed["totals"]["visits"], signed["changed_since"]["visits"]) == (3, 1)
    assert seen_of(ReportCounts(1, 2, 3, 4, 5, 6, 7, 8), []) == "1,2,3,4,5,6,7,8"


def test_visits_of_one_cause_are_added_up():
    rows = [OffByCause(CancelledBy.SCHOOL, cause, 2) for cause in (next(iter(OffCause)), next(iter(OffCause)))]

    assert by_cause(rows)[0][1][WhoseDoing.SCHOOL] == 4


def a_cell(district="RS-20", centre=1, campaign=None, school=0, **counts):
    return FigureCell(centre, district, district, campaign, ReportCounts(presentations=1, **counts), school)


def a_year(*cells):
    return public_year_of(2026, cells, DISTRICTS, {1: "ncc", 2: "cnzd", 3: "third"}, {7: "Show respect"})


def test_a_public_year_names_its_centres_districts_and_sums():
    year = a_year(
        a_cell(pupils=60), a_cell(pupils=40, parents=10), a_cell("", 2, pupils=20), a_cell(centre=3, teachers=9)
    )

    assert year == PublicYear(
        2026,
        (
            CentreYear(1, "ncc", 2, 100, 10, 0, 1),
            CentreYear(2, "cnzd", 1, 20, 0, 0, 0),
            CentreYear(3, "third", 1, 0, 0, 9, 1),
        ),
        (DistrictLine("RS-00", "Beograd", 0, 0), DistrictLine("RS-20", "Nišava", 3, 119), DistrictLine("", "", 1, 20)),
        4,
        139,
    )


@pytest.mark.parametrize(
    ("cells", "people", "pupils", "of_district"),
    [
        ([a_cell(campaign=7, pupils=50)] * 2 + [a_cell(pupils=3)], None, None, None),  # 3 beside the campaign's page
        ([a_cell(pupils=4, parents=4)], None, None, None),  # the centre's numbers are small, so nobody may add them up
        ([a_cell(campaign=7, pupils=50), a_cell(pupils=30, parents=4)], 84, None, 84),
        ([a_cell(pupils=5)], 5, 5, 5),
    ],
    ids=["a small rest", "small numbers of a centre", "no small rest", "five"],
)
def test_a_sum_hidden_by_district_is_hidden_by_centre_too(cells, people, pupils, of_district):
    year = a_year(*cells)

    assert (year.people, year.centres[0].pupils, year.districts[1].people) == (people, pupils, of_district)


@pytest.mark.parametrize(
    ("school", "of_campaign", "others", "shown"),
    [(10, 20, 5, 10), (10, 20, 2, None), (10, 12, 9, None), (4, 20, 9, None), (20, 20, 0, 20)],
    ids=["large", "few of others", "few of primary schools", "few", "all"],
)
def test_secondary_pupils_of_a_campaign_are_told_where_nobody_can_compute_a_few(school, of_campaign, others, shown):
    year = a_year(a_cell(campaign=7, school=school, pupils=of_campaign), a_cell(pupils=others))

    assert year.centres[0].campaigns == (CampaignOutcome("Show respect", 1, shown),)


def test_a_signed_year_tells_what_was_signed_and_changes_the_sum_by_the_difference():
    year = a_year(a_cell(pupils=60, parents=10), a_cell(centre=2, pupils=50))

    more = as_signed(year, {1: ReportCounts(presentations=3, pupils=80, parents=10, cities=2)}, ())
    fewer = as_signed(year, {1: ReportCounts(presentations=3, pupils=3, parents=10, cities=2)}, ())

    assert (more.people, more.presentations, more.centres[0].pupils, more.centres[0].cities) == (140, 4, 80, 2)
    assert (fewer.people, fewer.centres[0].pupils) == (60, None)
    assert as_signed(year, {}, ()) == year
    hidden = a_year(a_cell(pupils=4, parents=4))
    assert as_signed(hidden, {1: ReportCounts(pupils=90)}, ()).people is None


def test_a_campaign_shows_planned_cities_in_place_and_others_by_their_name():
    planned = [CampaignCityRow("Niš", "Nis", 43.3, 21.9, 400)]
    report = a_report((Group.CITY,), ((NIS,), held(1, 30)), ((BEOGRAD,), held(2, 70)))
    report = Report(report.filters, report.by, held(3, 100), report.rows)

    assert outcome_of(planned, report, held(9, 300), {}) == Outcome(
        (CityOutcome("Niš", "Nis", 43.3, 21.9, 400, 2, 30), CityOutcome("Beograd", "Beograd", None, None, 0, 4, 70)),
        6,
        {Audience.PUPILS: 100, Audience.PARENTS: 0, Audience.TEACHERS: 0},
        0,
        0,
    )
    crew = {PresenterKind.EDUCATOR: 3, PresenterKind.INFLUENCER: 4}
    told = outcome_of(planned, report, held(9, 300), crew)
    assert (told.educators, told.influencers) == (3, None)
