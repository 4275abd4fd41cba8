"""No small number follows from all that is shown of the same years (TRUST S44): random years, judged by elimination."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.small_cells import LEAST, PublicSum, small
from scheduler.programmes.terms import Audience
from scheduler.reports.rules.jointly import (
    PageNumber,
    added_up,
    campaigns_of,
    corrected,
    numbers_together,
    outcome_together,
    place_in,
    year_together,
)
from scheduler.reports.rules.public import PUBLIC_AUDIENCES, outcome_of, public_year_of
from scheduler.reports.terms.counting import (
    CountRow,
    DistrictName,
    FigureCell,
    Filters,
    Group,
    Key,
    Period,
    Report,
    ReportCounts,
)
from tests.core.subtraction import computable

DISTRICTS = [DistrictName(f"RS-{number:02}", f"District {number}") for number in range(5)]
CENTRES = {1: "ncc", 2: "cnzd"}
SIZES = st.sampled_from([0, 2, 3, 4, 7, 30, 60, 90, 150]) | st.integers(0, 300)
FEW = st.sampled_from([0, 0, 0, 1, 2, 4, 6, 20])


@st.composite
def a_cell(draw):
    district, centre = draw(st.integers(0, 4)), draw(st.sampled_from([1, 1, 2]))
    campaign = draw(st.sampled_from([None, centre * 10, centre * 10 + 1]))
    pupils = draw(SIZES)
    counts = ReportCounts(presentations=1, pupils=pupils, parents=draw(FEW), teachers=draw(FEW))
    high_school = draw(st.sampled_from([0, pupils, pupils // 2, max(0, pupils - 3)]))
    city = f"{district}{draw(st.sampled_from('ab'))}"
    return FigureCell(centre, DISTRICTS[district].iso, city, campaign, counts, high_school)


def one_of_each_kind(cell):
    return cell.centre_id, cell.city, cell.campaign_id


YEARS = st.fixed_dictionaries(
    {2025: st.lists(a_cell(), min_size=1, max_size=7, unique_by=one_of_each_kind)},
    optional={2026: st.lists(a_cell(), min_size=1, max_size=4, unique_by=one_of_each_kind)},
)


def pages(cells):
    """{number: (what a page shows, its members)}: every number of people that a page of these years has a place for."""
    shown = numbers_together(cells)
    every = [(year, cell) for year, own in cells.items() for cell in own]
    names = dict.fromkeys((cell.campaign_id for _, cell in every if cell.campaign_id), "")

    def members(audiences=PUBLIC_AUDIENCES, **wanted):
        return frozenset(
            f"{place} {part}"
            for place, (year, cell) in enumerate(every)
            if all((year if key == "year" else getattr(cell, key)) == value for key, value in wanted.items())
            for audience in audiences
            for part in (("high", "other") if audience is Audience.PUPILS else (audience,))
        )

    for year, own in cells.items():
        page = public_year_of(year, own, DISTRICTS, CENTRES, names)
        page = year_together(page, shown, {one.centre_id: campaigns_of(own, one.centre_id) for one in page.centres})
        yield page.people, members(year=year)
        for line in page.districts:
            yield line.people, members(year=year, district=line.iso)
        for centre in page.centres:
            ours = {"year": year, "centre_id": centre.centre_id}
            for audience in PUBLIC_AUDIENCES:
                yield getattr(centre, audience), members((audience,), **ours)
            for campaign, reached in zip(campaigns_of(own, centre.centre_id), centre.campaigns, strict=True):
                pupils = members((Audience.PUPILS,), campaign_id=campaign, **ours)
                yield reached.high_school_pupils, frozenset(one for one in pupils if one.endswith("high"))
    for campaign in names:
        ours = [cell for _, cell in every if cell.campaign_id == campaign]
        years = {year for year, cell in every if cell.campaign_id == campaign}
        around = [cell for year, cell in every if year in years and cell.centre_id == ours[0].centre_id]
        cities = {cell.city: [one for one in ours if one.city == cell.city] for cell in ours}
        rows = tuple(CountRow((Key(Group.CITY, city, city),), added_up(own)) for city, own in cities.items())
        period = Period(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
        report = Report(Filters(period), (Group.CITY,), added_up(ours), rows)
        outcome = outcome_together(outcome_of((), report, added_up(around), {}), campaign, shown)
        for audience, reached in outcome.reached.items():
            yield reached, members((audience,), campaign_id=campaign)
        for city in outcome.cities:
            yield city.pupils, members((Audience.PUPILS,), campaign_id=campaign, city=city.city_sr_cyrl)


def people_in(cells) -> dict[str, int]:
    found = {}
    for place, cell in enumerate(cell for own in cells.values() for cell in own):
        found[f"{place} high"] = cell.high_school_pupils
        found[f"{place} other"] = cell.counts.pupils - cell.high_school_pupils
        found[f"{place} parents"], found[f"{place} teachers"] = cell.counts.parents, cell.counts.teachers
    return found


def groups_of_people(wholes) -> Iterator[frozenset[str]]:
    """Whom a number, or one number less another, or what two have in common may point at."""
    yield from wholes
    for one, other in combinations(wholes, 2):
        yield from filter(None, (one & other, one - other, other - one))


def shows_nothing_small(cells):
    """Whether no small group of people follows from all pages of these years, by exact elimination."""
    told = list(pages(cells))
    people = people_in(cells)
    for number, members in told:
        assert number in (None, sum(people[one] for one in members))
        assert number is None or not small(number)
    known = {f"told {place}": number for place, (number, _) in enumerate(told) if number is not None}
    sums = [PublicSum(f"told {place}", tuple(members)) for place, (_, members) in enumerate(told)]
    groups = set(groups_of_people({members for _, members in told if members}))
    few = [own for own in groups if small(sum(people[one] for one in own))]
    asked = [PublicSum(f"few {place}", tuple(own)) for place, own in enumerate(few)]

    found = computable(known, [*(one for one in sums if one.total in known), *asked])

    return not {name: number for name, number in found.items() if small(number)}


@given(YEARS)
def test_trust_s44_no_small_number_follows_from_all_pages_of_the_same_years(cells):
    assert shows_nothing_small(cells)


MONTHS = st.lists(st.lists(a_cell(), min_size=1, max_size=7, unique_by=one_of_each_kind), min_size=2, max_size=4)


@given(MONTHS)
def test_trust_s44_no_two_states_of_a_published_year_tell_a_few_people(counted):
    """Corrections may be anything. All that the public ever read of the year is compared, state with state."""
    published = [tuple(counted[0])]
    for cells in counted[1:]:
        published.append(corrected(published[-1], cells, {}, 2025))
    people = []
    for before, cells in pairwise(published):
        assert numbers_together({2025: before}) <= numbers_together({2025: cells}), "who was shown stays shown"
    for cells in published:
        assert shows_nothing_small({2025: cells})
        people.append(
            {(place_in(cell), name): getattr(cell.counts, name) for cell in cells for name in PUBLIC_AUDIENCES}
        )
        people[-1] |= {(place_in(cell), "high school"): cell.high_school_pupils for cell in cells}
    for one, other in combinations(
        people, 2
    ):  # each number of a page is a sum of these: what differs is a sum of fives
        assert all((one.get(group, 0) - other.get(group, 0)) % LEAST == 0 for group in one | other)


def test_a_correction_is_followed_by_whole_fives_and_a_few_people_are_not_told():
    def held(pupils, teachers):
        return FigureCell(1, "RS-00", "a", None, ReportCounts(presentations=1, pupils=pupils, teachers=teachers))

    def told(pupils, teachers):
        [cell] = corrected([held(60, 9)], [held(pupils, teachers)], {}, 2025)
        return cell.counts.pupils, cell.counts.teachers

    assert [told(64, 9), told(66, 13), told(53, 14), told(90, 9)] == [(60, 9), (65, 9), (55, 14), (90, 9)]


def test_a_correction_that_would_hide_what_the_public_has_read_waits_and_others_do_not():
    own, other = (
        FigureCell(centre, f"RS-0{centre}", "a", None, ReportCounts(presentations=1, pupils=pupils))
        for centre, pupils in ((1, 63), (2, 80))
    )
    fewer, more = replace(own, counts=replace(own.counts, pupils=3)), replace(other, counts=ReportCounts(1, 1, 95))

    told = corrected([own, other], [fewer, more], {}, 2025)

    assert [cell.counts.pupils for cell in told] == [63, 95]


def test_a_year_without_small_numbers_shows_all_of_them():
    own = [
        FigureCell(1, "RS-00", "a", 10, ReportCounts(presentations=2, pupils=120, teachers=9), 60),
        FigureCell(1, "RS-01", "b", 10, ReportCounts(presentations=1, pupils=80, teachers=6), 30),
        FigureCell(1, "RS-01", "c", None, ReportCounts(presentations=1, pupils=70, parents=20, teachers=5), 0),
        FigureCell(2, "RS-00", "a", None, ReportCounts(presentations=1, pupils=50, parents=11, teachers=5), 0),
    ]

    assert not [members for number, members in pages({2025: own}) if number is None]


def test_trust_s44_a_small_city_of_a_campaign_follows_from_no_district_and_centre_together():
    """152 pupils of a centre less the 150 of the district where it held the rest are the two of another city."""
    own = [
        FigureCell(1, "RS-01", "a", 10, ReportCounts(presentations=1, pupils=2, teachers=6)),
        FigureCell(1, "RS-00", "b", 11, ReportCounts(presentations=1, pupils=150)),
        FigureCell(2, "RS-01", "c", 20, ReportCounts(presentations=1, pupils=90, parents=20, teachers=6)),
    ]

    shown = numbers_together({2025: own})

    assert PageNumber("centre", 2025, (1, Audience.PUPILS)) in shown
    assert PageNumber("district", 2025, ("RS-00",)) not in shown
