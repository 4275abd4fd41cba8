"""What the public may be told: numbers of fewer than five people are hidden, and cannot be computed from the others.

Numbers of a year that is still counted are told in whole tens, so that nobody can subtract this week from the last.

Cells that add up to a published total are judged together. A small cell is hidden, and with it the smallest large
one, so that subtraction gives the sum of two unknown numbers; without a second cell the total is hidden too. A cell is
also small when what remains of it after the parts published on other pages is small.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduler.core.small_cells import LEAST, small
from scheduler.people.terms import PresenterKind
from scheduler.programmes.terms import Audience, CampaignCityRow
from scheduler.reports.terms.counting import (
    CampaignOutcome,
    CentreYear,
    CityOutcome,
    DistrictLine,
    DistrictName,
    FigureCell,
    Group,
    Outcome,
    PublicYear,
    Report,
    ReportCounts,
)

TEN = 10
COUNTED_BY = (3, 1)  # month and day of the next year from which the figures of a year are told exactly
PUBLIC_AUDIENCES = (Audience.PUPILS, Audience.PARENTS, Audience.TEACHERS)  # others are counted, and told to staff only

Cells = tuple[int | None, ...]


def public_cells(
    numbers: Sequence[int], rests: Sequence[int] = (), large_rests: Sequence[int] = (), *, hide_total: bool = False
) -> tuple[Cells, int | None]:
    """The numbers and their sum as the public may read them: None where one is hidden.

    `rests`: what remains of each number when its parts on other pages are taken away; a small rest hides it, and the
    hidden numbers hide more where their rests together are small. `large_rests`: the same for large parts alone.
    `hide_total`: the sum must not be read, here or by adding the numbers up.
    """
    whole = sum(numbers)
    ways = [rests or [0] * len(numbers), large_rests or [0] * len(numbers)]
    hidden = {
        place for place, number in enumerate(numbers) if small(number) or any(small(left[place]) for left in ways)
    }
    no_total = hide_total or small(whole)
    if hidden or no_total:
        large = [(number, place) for place, number in enumerate(numbers) if number >= LEAST and place not in hidden]
        fit = [one for one in large if not any(small(sum(left[at] for at in {*hidden, one[1]})) for left in ways)]
        if fit:
            hidden.add(min(fit)[1])
        else:
            no_total = True
    shown = tuple(None if place in hidden else number for place, number in enumerate(numbers))
    return shown, None if no_total else whole


def public_year_of(
    year: int,
    cells: Sequence[FigureCell],
    districts: Sequence[DistrictName],
    centres: Mapping[int, str],
    campaigns: Mapping[int, str],
) -> PublicYear:
    """A year by centre and by district. Both add up to the same sum, so both are judged until they agree on it."""
    names = {one.iso: one.name for one in districts} | {"": ""}
    isos = sorted(names)  # of two districts of one size the same is hidden in every language
    held, told, in_campaigns, in_large = _by_district(cells)
    by_district = [told[iso] for iso in isos]
    rests = [[told[iso] - parts[iso] for iso in isos] for parts in (in_campaigns, in_large)]
    active = [ident for ident in centres if any(cell.centre_id == ident for cell in cells)]
    by_centre = [_of_centre(cells, ident, audience) for ident in active for audience in PUBLIC_AUDIENCES]
    centre_rests = [_outside_campaigns(cells, ident, audience) for ident in active for audience in PUBLIC_AUDIENCES]
    hide = None in (public_cells(by_district, *rests)[1], public_cells(by_centre, centre_rests)[1])
    in_districts, total = public_cells(by_district, *rests, hide_total=hide)
    at_centres, _ = public_cells(by_centre, centre_rests, hide_total=hide)
    people = dict(zip(isos, in_districts, strict=True))
    lines = [DistrictLine(iso, name, held[iso], people[iso]) for iso, name in names.items()]
    return PublicYear(
        year,
        tuple(
            _centre_year(
                [cell for cell in cells if cell.centre_id == ident],
                centres[ident],
                at_centres[place * 3 : place * 3 + 3],
                campaigns,
            )
            for place, ident in enumerate(active)
        ),
        tuple(line for line in lines if line.iso or line.presentations),
        sum(cell.counts.presentations for cell in cells),
        total,
    )


def exact_before(today: dt.date) -> int:
    """The first year whose people the public reads in whole tens: it is not over, or attendance still comes in."""
    return today.year - ((today.month, today.day) < COUNTED_BY)


def in_tens(number: int | None) -> int | None:
    """Rounded down, so that no two states of a page differ by a few people; None where that leaves nobody."""
    return number if not number else number // TEN * TEN or None


def year_in_tens(year: PublicYear) -> PublicYear:
    """A year that is still counted: each number of people by itself in whole tens."""

    def of_centre(one: CentreYear) -> CentreYear:
        told: dict[str, Any] = {audience.value: in_tens(getattr(one, audience.value)) for audience in PUBLIC_AUDIENCES}
        campaigns = (replace(own, high_school_pupils=in_tens(own.high_school_pupils)) for own in one.campaigns)
        return replace(one, campaigns=tuple(campaigns), **told)

    return replace(
        year,
        centres=tuple(map(of_centre, year.centres)),
        districts=tuple(replace(line, people=in_tens(line.people)) for line in year.districts),
        people=in_tens(year.people),
        in_tens=True,
    )


def outcome_in_tens(outcome: Outcome) -> Outcome:
    """The same for a campaign."""
    return replace(
        outcome,
        cities=tuple(replace(city, pupils=in_tens(city.pupils)) for city in outcome.cities),
        reached={audience: in_tens(people) for audience, people in outcome.reached.items()},
        in_tens=True,
    )


def as_signed(year: PublicYear, signed: Mapping[int, ReportCounts], cells: Sequence[FigureCell]) -> PublicYear:
    """The year with the totals that centres have signed off; what is hidden stays hidden, and so does what is small.

    People move towards them by whole fives, and only where at least five remain beside the campaigns of `cells`: nobody
    learns of a few people who were counted again after a centre has signed, or before.
    """
    if not signed:
        return year
    fewer = all(line.people is not None for line in year.districts)  # else less would remain of a hidden district
    centres = tuple(
        _signed_centre(one, signed[one.centre_id], cells, fewer=fewer) if one.centre_id in signed else one
        for one in year.centres
    )
    added = [_told_people(one) - _told_people(before) for one, before in zip(centres, year.centres, strict=True)]
    return replace(
        year,
        centres=centres,
        presentations=sum(one.presentations for one in centres),
        people=None if year.people is None else year.people + sum(added),
    )


def _signed_centre(year: CentreYear, totals: ReportCounts, cells: Sequence[FigureCell], *, fewer: bool) -> CentreYear:
    def people(audience: Audience) -> int | None:
        told, number = getattr(year, audience.value), _of(totals, audience)
        if told is None or small(number):
            return None
        signed = by_fives(told, number)
        in_campaigns = sum(
            _of(cell.counts, audience) for cell in cells if cell.centre_id == year.centre_id and cell.campaign_id
        )
        hides = not in_campaigns or signed - in_campaigns >= LEAST
        return signed if hides and (fewer or signed > told) else int(told)

    told: dict[str, Any] = {audience.value: people(audience) for audience in PUBLIC_AUDIENCES}
    return replace(year, presentations=totals.presentations, cities=totals.cities, **told)


def by_fives(old: int, new: int) -> int:
    """A number moved towards another by whole fives."""
    step = abs(new - old) // LEAST * LEAST
    return old + step if new > old else old - step


def _told_people(year: CentreYear) -> int:
    return sum(getattr(year, audience.value) or 0 for audience in PUBLIC_AUDIENCES)


@dataclass(frozen=True)
class _CampaignPart:
    """People of a campaign in a district whom its page tells as one number: pupils of a city, or another audience."""

    campaign_id: int
    district: str
    audience: Audience
    city: str = ""  # of pupils


def _by_district(cells: Sequence[FigureCell]) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """By district: presentations, people, pupils that pages of campaigns tell city by city, what they tell at most.

    They show no small number; of parents and teachers a sum, which is a district's own where there is no other.
    """
    held, told, in_campaigns, in_large = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    parts, districts = Counter[_CampaignPart](), defaultdict[int, set[str]](set)
    for cell in cells:
        held[cell.district] += cell.counts.presentations
        told[cell.district] += _shown_people(cell.counts)
        if cell.campaign_id is not None:
            in_campaigns[cell.district] += cell.counts.pupils
            districts[cell.campaign_id].add(cell.district)
            for audience in PUBLIC_AUDIENCES:
                city = cell.city if audience is Audience.PUPILS else ""
                parts[_CampaignPart(cell.campaign_id, cell.district, audience, city)] += _of(cell.counts, audience)
    for part, people in parts.items():
        in_one_district = part.audience is Audience.PUPILS or len(districts[part.campaign_id]) == 1
        if not small(people) and in_one_district:
            in_large[part.district] += people
    return held, told, in_campaigns, in_large


def _of_centre(cells: Sequence[FigureCell], centre_id: int, audience: Audience) -> int:
    return sum(_of(cell.counts, audience) for cell in cells if cell.centre_id == centre_id)


def _outside_campaigns(cells: Sequence[FigureCell], centre_id: int, audience: Audience) -> int:
    """What remains of a centre's number beside those that pages of campaigns tell; `outcome_of` hides the others."""
    campaigns = Counter[int | None]()
    for cell in cells:
        if cell.centre_id == centre_id:
            campaigns[cell.campaign_id] += _of(cell.counts, audience)
    whole = campaigns.total()
    told = [n for ident, n in campaigns.items() if ident is not None and not (small(n) or small(whole - n))]
    return whole - sum(told)


def _centre_year(cells: Sequence[FigureCell], name: str, shown: Cells, campaigns: Mapping[int, str]) -> CentreYear:
    """A centre's own cells as its year."""
    pupils = sum(cell.counts.pupils for cell in cells)
    reached = []
    for ident in sorted({cell.campaign_id for cell in cells if cell.campaign_id is not None}):
        own = [cell for cell in cells if cell.campaign_id == ident]
        number, all_pupils = sum(cell.high_school_pupils for cell in own), sum(cell.counts.pupils for cell in own)
        hidden = any(map(small, (number, all_pupils - number, pupils - number, all_pupils, pupils - all_pupils)))
        reached.append(CampaignOutcome(campaigns[ident], _cities(own), None if hidden else number))
    held = sum(cell.counts.presentations for cell in cells)
    told_pupils, told_parents, told_teachers = shown
    return CentreYear(
        cells[0].centre_id, name, held, told_pupils, told_parents, told_teachers, _cities(cells), tuple(reached)
    )


def _cities(cells: Sequence[FigureCell]) -> int:
    return len({cell.city for cell in cells if cell.city})


def _of(counts: ReportCounts, audience: Audience) -> int:
    return int(getattr(counts, audience.value))


def _shown_people(counts: ReportCounts) -> int:
    return counts.pupils + counts.parents + counts.teachers  # PUBLIC_AUDIENCES


def outcome_of(
    planned: Sequence[CampaignCityRow], by_city: Report, around: ReportCounts, crew: Mapping[PresenterKind, int]
) -> Outcome:
    """What a campaign reached, from its report by city. `around`: what its centre held in all in those years."""
    held = {row.keys[0].value: row.counts for row in by_city.rows if row.keys[0].group is Group.CITY}
    names = {row.keys[0].value: row.keys[0].label for row in by_city.rows}
    also = [name for name in held if name not in {city.city_sr_cyrl for city in planned}]
    order = [city.city_sr_cyrl for city in planned] + also
    totals = {audience: _of(by_city.totals, audience) for audience in PUBLIC_AUDIENCES}
    rests = {audience: _of(around, audience) - number for audience, number in totals.items()}
    reached: dict[Audience, int | None] = {
        audience: None if small(number) or small(rests[audience]) else number for audience, number in totals.items()
    }
    by_name = sorted(order)  # of two cities of one size the same is hidden wherever they stand
    pupils, reached[Audience.PUPILS] = public_cells(
        [held.get(name, ReportCounts()).pupils for name in by_name], hide_total=reached[Audience.PUPILS] is None
    )
    told = dict(zip(by_name, pupils, strict=True))
    places = {city.city_sr_cyrl: city for city in planned}
    cities = []
    for name in order:
        place = places.get(name)
        cities.append(
            CityOutcome(
                name,
                place.city_sr_latn if place else names[name],
                place.lat if place else None,
                place.lon if place else None,
                place.target_pupils if place else 0,
                held.get(name, ReportCounts()).presentations,
                told[name],
            )
        )
    young = crew.get(PresenterKind.INFLUENCER, 0)
    return Outcome(
        tuple(cities),
        by_city.totals.presentations,
        reached,
        crew.get(PresenterKind.EDUCATOR, 0),
        None if small(young) else young // LEAST * LEAST,
    )
