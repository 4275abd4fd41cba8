"""Which numbers of all public pages may stand together, so that no small one follows by addition and subtraction.

The pages of years and of campaigns add up the same people. Each number is an equation over groups that no page splits;
the rows are reduced exactly, and a number is shown only while no group of fewer than five people follows from it and
from those before it. The most visible numbers come first, so the least visible ones are withheld.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import NamedTuple

from scheduler.core.small_cells import small
from scheduler.programmes.terms import Audience
from scheduler.reports.rules.public import PUBLIC_AUDIENCES, by_fives, outcome_of, public_year_of
from scheduler.reports.terms.counting import (
    CentreYear,
    CountRow,
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
)

PRIME = 2**61 - 1  # rows are sparse and reduced modulo a prime: as exact as fractions, and quick
_MOST_VISIBLE_FIRST = {"year": 0, "centre": 1, "campaign": 2, "district": 3, "city": 4, "high_school": 5}
_PARTS = ("city", "campaign", "high_school")  # no group of people stands in two of one kind

CellsOfYears = Mapping[int, Sequence[FigureCell]]
Row = dict[int, int]  # {group: factor}
Place = tuple[int, str, str, int | None]  # centre, district, city, campaign
Union = frozenset[int]  # of groups


class PageNumber(NamedTuple):
    """The name of a number of people on a public page."""

    kind: str
    of: int  # the year, or the campaign
    part: tuple[int | str, ...] = ()


def numbers_together(cells: CellsOfYears) -> frozenset[PageNumber]:
    """The numbers that may be shown of these years and their campaigns: of those that each page alone would show."""
    return frozenset().union(*(_numbers_of_linked(own) for own in _linked(cells)))


def _linked(cells: CellsOfYears) -> list[dict[int, Sequence[FigureCell]]]:
    """Years that share a campaign, directly or by years between them, together: others share nobody."""
    parts: list[tuple[dict[int, Sequence[FigureCell]], set[int]]] = []
    for year, own in cells.items():
        years, campaigns = {year: own}, {cell.campaign_id for cell in own if cell.campaign_id is not None}
        for part in [one for one in parts if one[1] & campaigns]:
            parts.remove(part)
            years, campaigns = part[0] | years, part[1] | campaigns
        parts.append((years, campaigns))
    return [years for years, _campaigns in parts]


def _numbers_of_linked(cells: CellsOfYears) -> frozenset[PageNumber]:
    sizes, members = _groups(cells)
    alone = _shown_by_each_page(cells) & members.keys()
    people = {name: _size(own, sizes) for name, own in members.items()}
    nobody = frozenset[int]().union(*(members[name] for name in alone if not people[name]))  # a zero says so of all
    known = {name: own - nobody for name, own in members.items()}
    order = sorted(alone, key=lambda name: (_MOST_VISIBLE_FIRST[name.kind], -people[name], name))
    rows = [dict.fromkeys(own, 1) for own in (*map(known.__getitem__, order), *_few_people(known, people, sizes))]
    holders = defaultdict[int, set[int]](set)  # the rows that have a group
    for place, row in enumerate(rows):
        for group in row:
            holders[group].add(place)
    shown = set[PageNumber]()
    for place, name in enumerate(order):
        row = rows[place]
        for group in row:
            holders[group].remove(place)
        if row:
            pivot = min(row, key=lambda group: len(holders[group]))  # the fewest rows change
            inverse = pow(row[pivot], -1, PRIME)
            left = {other: _less(rows[other], row, rows[other][pivot] * inverse) for other in holders[pivot]}
            if not all(one for other, one in left.items() if other >= len(order)):
                continue
            for other, one in left.items():
                for group in rows[other].keys() ^ one.keys():
                    holders[group] ^= {other}
                rows[other] = one
        shown.add(name)
    return frozenset(shown)


def corrected(
    published: Sequence[FigureCell], counted: Sequence[FigureCell], others: CellsOfYears, year: int
) -> tuple[FigureCell, ...]:
    """What is published of a year, moved towards what is counted by whole fives: no two states differ by a few people.

    A correction for which a number that the public has read would have to be withheld waits. `others`: other years.
    """
    before = {place_in(cell): cell for cell in published}
    wanted = {place_in(cell): cell for cell in counted}
    moves = {place: _moved(before.get(place), wanted.get(place)) for place in before | wanted}
    shown = numbers_together({**others, year: published})

    def may_be_told(cells: Mapping[Place, FigureCell]) -> bool:
        return shown <= numbers_together({**others, year: list(cells.values())})

    if may_be_told(moves):
        return tuple(moves.values())
    for place, cell in moves.items():
        if cell != before.get(place) and may_be_told(before | {place: cell}):
            before[place] = cell
    return tuple(before.values())


def place_in(cell: FigureCell) -> Place:
    """Of what a cell is."""
    return cell.centre_id, cell.district, cell.city, cell.campaign_id


def _moved(old: FigureCell | None, new: FigureCell | None) -> FigureCell:
    like = new or old
    assert like is not None
    was, now = (ReportCounts() if one is None else one.counts for one in (old, new))
    people = {name: by_fives(getattr(was, name), getattr(now, name)) for name in Audience}
    high_school = by_fives(old.high_school_pupils if old else 0, new.high_school_pupils if new else 0)
    if high_school > people[Audience.PUPILS] and old is not None:
        return old
    counts = ReportCounts(presentations=now.presentations, **people)
    return replace(like, counts=counts, high_school_pupils=min(high_school, people[Audience.PUPILS]))


def year_together(
    year: PublicYear, shown: Collection[PageNumber], campaigns: Mapping[int, Sequence[int]]
) -> PublicYear:
    """The year with no other numbers of people than those. `campaigns`: of each centre, in the order of its page."""

    def told(number: int | None, kind: str, *part: int | str) -> int | None:
        return number if not number or PageNumber(kind, year.year, part) in shown else None

    def of_centre(one: CentreYear) -> CentreYear:
        ident = one.centre_id
        reached = zip(campaigns[ident], one.campaigns, strict=True)
        return replace(
            one,
            pupils=told(one.pupils, "centre", ident, Audience.PUPILS),
            parents=told(one.parents, "centre", ident, Audience.PARENTS),
            teachers=told(one.teachers, "centre", ident, Audience.TEACHERS),
            campaigns=tuple(
                replace(own, high_school_pupils=told(own.high_school_pupils, "high_school", ident, campaign))
                for campaign, own in reached
            ),
        )

    lines = tuple(replace(line, people=told(line.people, "district", line.iso)) for line in year.districts)
    centres = tuple(of_centre(one) for one in year.centres)
    return replace(year, centres=centres, districts=lines, people=told(year.people, "year"))


def outcome_together(outcome: Outcome, campaign_id: int, shown: Collection[PageNumber]) -> Outcome:
    """The campaign with no other numbers of people than those."""

    def told(number: int | None, kind: str, part: str) -> int | None:
        return number if not number or PageNumber(kind, campaign_id, (part,)) in shown else None

    cities = tuple(replace(city, pupils=told(city.pupils, "city", city.city_sr_cyrl)) for city in outcome.cities)
    reached = {audience: told(number, "campaign", audience) for audience, number in outcome.reached.items()}
    return replace(outcome, cities=cities, reached=reached)


def _shown_by_each_page(cells: CellsOfYears) -> set[PageNumber]:
    every = [cell for own in cells.values() for cell in own]
    campaigns = {cell.campaign_id: "" for cell in every if cell.campaign_id is not None}
    centres = dict.fromkeys((cell.centre_id for cell in every), "")
    districts = [DistrictName(iso, iso) for iso in sorted({cell.district for cell in every if cell.district})]
    told: dict[PageNumber, int | None] = {}
    for number, own in cells.items():
        year = public_year_of(number, own, districts, centres, campaigns)
        told[PageNumber("year", number)] = year.people
        told |= {PageNumber("district", number, (line.iso,)): line.people for line in year.districts}
        for centre in year.centres:
            for audience in PUBLIC_AUDIENCES:
                told[PageNumber("centre", number, (centre.centre_id, audience))] = getattr(centre, audience)
            for campaign, reached in zip(campaigns_of(own, centre.centre_id), centre.campaigns, strict=True):
                name = PageNumber("high_school", number, (centre.centre_id, campaign))
                told[name] = reached.high_school_pupils
    for campaign in campaigns:
        outcome = _outcome(campaign, every, cells)
        told |= {PageNumber("campaign", campaign, (one,)): people for one, people in outcome.reached.items()}
        told |= {PageNumber("city", campaign, (city.city_sr_cyrl,)): city.pupils for city in outcome.cities}
    return {name for name, people in told.items() if people is not None}


def campaigns_of(cells: Sequence[FigureCell], centre_id: int) -> list[int]:
    """Those of which the page of a year tells something for a centre, in their order."""
    return sorted({cell.campaign_id for cell in cells if cell.centre_id == centre_id and cell.campaign_id is not None})


def _outcome(campaign: int, every: Sequence[FigureCell], cells: CellsOfYears) -> Outcome:
    """What the page of a campaign would show by itself, from the same cells."""
    ours = [cell for cell in every if cell.campaign_id == campaign]
    by_city = defaultdict[str, list[FigureCell]](list)
    for cell in ours:
        by_city[cell.city].append(cell)
    centre_id = ours[0].centre_id
    years = [own for own in cells.values() if any(cell.campaign_id == campaign for cell in own)]
    around = [cell for own in years for cell in own if cell.centre_id == centre_id]
    rows = tuple(CountRow((Key(Group.CITY, city, city),), added_up(own)) for city, own in by_city.items())
    period = Period(dt.date(min(cells), 1, 1), dt.date(max(cells), 12, 31))
    return outcome_of((), Report(Filters(period), (Group.CITY,), added_up(ours), rows), added_up(around), {})


def added_up(cells: Sequence[FigureCell]) -> ReportCounts:
    """Presentations and people of these cells."""
    names = ("presentations", *Audience)
    return ReportCounts(**{name: sum(getattr(cell.counts, name) for cell in cells) for name in names})


def _groups(cells: CellsOfYears) -> tuple[list[int], dict[PageNumber, Union]]:
    """The people who stand in the same numbers: how many of each group, and the groups of each number."""
    people = Counter[frozenset[PageNumber]]()
    for year, own in cells.items():
        for cell in own:
            for names, number in _told_in(year, cell):
                people[frozenset(names)] += number
    members = defaultdict[PageNumber, list[int]](list)
    for place, group in enumerate(people):
        for name in group:
            members[name].append(place)
    return list(people.values()), {name: frozenset(own) for name, own in members.items()}


def _told_in(year: int, cell: FigureCell) -> Iterator[tuple[list[PageNumber], int]]:
    """The people of a cell by audience, pupils of secondary schools apart, with the numbers that they stand in."""
    for audience in PUBLIC_AUDIENCES:
        names = [
            PageNumber("year", year),
            PageNumber("district", year, (cell.district,)),
            PageNumber("centre", year, (cell.centre_id, audience)),
        ]
        number = int(getattr(cell.counts, audience))
        if cell.campaign_id is not None:
            names.append(PageNumber("campaign", cell.campaign_id, (audience,)))
            if audience is Audience.PUPILS:
                names.append(PageNumber("city", cell.campaign_id, (cell.city,)))
                reached = PageNumber("high_school", year, (cell.centre_id, cell.campaign_id))
                yield [*names, reached], cell.high_school_pupils
                number -= cell.high_school_pupils
        yield names, number


def _few_people(
    members: Mapping[PageNumber, Union], people: Mapping[PageNumber, int], sizes: Sequence[int]
) -> set[Union]:
    """Groups of one to four people that nobody may count: each, each number, what two share, and what some leave of
    others. Numbers that share nobody are not compared: they leave each other whole.
    """
    names = defaultdict[int, list[PageNumber]](list)
    for name, own in members.items():
        for group in own:
            names[group].append(name)
    both = defaultdict[PageNumber, Counter[PageNumber]](Counter)  # how many groups two numbers share
    for own_names in names.values():
        for one, other in permutations(own_names, 2):
            both[one][other] += 1
    found = {frozenset((place,)) for place, number in enumerate(sizes) if small(number)}
    found |= {own for name, own in members.items() if small(people[name])}
    for one, others in both.items():
        for other in others:
            shared = members[one] & members[other]
            number = _size(shared, sizes)
            if small(number):
                found.add(shared)
            if small(people[one] - number):
                found.add(members[one] - shared)
    districts = [name for name in members if name.kind == "district"]
    wholes: list[tuple[tuple[PageNumber, ...], Counter[PageNumber]]]
    wholes = [((name,), own) for name, own in both.items()]
    wholes += [(two, both[two[0]] + both[two[1]]) for two in combinations(districts, 2) if two[0].of == two[1].of]
    for whole, near in wholes:
        inside = defaultdict[tuple[str, int], list[PageNumber]](list)
        for part, groups in near.items():
            if part.kind in _PARTS and groups == len(members[part]):
                inside[part.kind, part.of].append(part)
                inside[part.kind, 0].append(part)
        number = sum(people[name] for name in whole)
        for parts in ((), *inside.values()):
            if small(number - sum(people[part] for part in parts)):
                left = frozenset[int]().union(*(members[name] for name in whole))
                found.add(left.difference(*(members[part] for part in parts)))
    return found


def _size(union: Union, sizes: Sequence[int]) -> int:
    return sum(map(sizes.__getitem__, union))


def _less(row: Row, other: Row, times: int) -> Row:
    left = dict(row)
    for group, factor in other.items():
        left[group] = (left.get(group, 0) - times * factor) % PRIME
    return {group: factor for group, factor in left.items() if factor}
