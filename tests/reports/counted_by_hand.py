"""What a report must say, counted row by row in Python: no figure, no grouping of a database."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import COUNTS_FOR_REPORTS
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience
from scheduler.reports.rules.youth import added_up
from scheduler.reports.terms.counting import Filters, Group, ReportCounts, YoungShare
from scheduler.reports.terms.youth import YouthCounts
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState

HELD = (PresentationState.DELIVERED, PresentationState.PART_DELIVERED)


@dataclass
class Sitting:
    """A presentation that counts, with all that a report may ask of it."""

    presentation: Presentation
    visit: Visit
    attendance: Attendance
    programme: str
    campaign: str | None
    city: str
    district: str
    people: dict[Audience, int]
    came: bool = False
    missed: bool = False
    crew: set[int] = field(default_factory=set)  # who was there
    young: set[int] = field(default_factory=set)  # of these, influencers

    @property
    def minutes(self) -> int:
        return self.presentation.minutes_given or self.presentation.minutes

    def keys(self, group: Group) -> list[str]:
        """Under which keys of a group it stands: under each of its crew."""
        if group is Group.PRESENTER:
            return [str(one) for one in sorted(self.crew)]
        day = self.presentation.on_day
        return [
            {
                Group.CITY: self.city,
                Group.DISTRICT: self.district,
                Group.MONTH: f"{day:%Y-%m}",
                Group.PROGRAMME: self.programme,
                Group.AUDIENCE: f"{self.presentation.audience.value}/{self.presentation.level.value}",
            }[group]
        ]

    def meets(self, filters: Filters) -> bool:
        asked = {
            "centre_id": self.visit.centre_id, "programme": self.programme, "campaign": self.campaign,
            "city": self.city, "district": self.district, "month": f"{self.presentation.on_day:%Y-%m}",
            "audience": self.presentation.audience, "level": self.presentation.level,
        }  # fmt: skip
        narrowed = all(getattr(filters, name) in (None, value) for name, value in asked.items())
        narrowed = narrowed and (filters.presenter is None or filters.presenter in self.crew)
        narrowed = narrowed and (self.came or not filters.young)
        return narrowed and filters.period.first <= self.presentation.on_day <= filters.period.last


def sittings(session: Session) -> list[Sitting]:
    """Every presentation that counts."""
    session.expire_all()
    hosts = {row.id: row for row in session.scalars(sa.select(Host))}
    towns = {row.id: row for row in session.scalars(sa.select(Municipality))}
    isos = dict(session.execute(sa.select(District.id, District.iso)).all())
    programmes = dict(session.execute(sa.select(Programme.id, Programme.slug)).all())
    campaigns = dict(session.execute(sa.select(Campaign.id, Campaign.slug)).all())
    young = set(session.scalars(sa.select(Presenter.id).where(Presenter.kind == PresenterKind.INFLUENCER)))
    found = {}
    visits = {row.id: row for row in session.scalars(sa.select(Visit))}
    counting = {row.presentation_id: row for row in session.scalars(sa.select(Attendance))}
    for row in session.scalars(sa.select(Presentation).order_by(Presentation.id)):
        attendance = counting.get(row.id)
        if row.state in HELD and attendance is not None and attendance.state in COUNTS_FOR_REPORTS:
            visit = visits[row.visit_id]
            town = towns.get(hosts[visit.host_id].municipality_id or 0)
            found[row.id] = Sitting(
                row, visit, attendance, programmes[visit.programme_id], campaigns.get(visit.campaign_id or 0),
                town.city_sr_cyrl if town else "", isos[town.district_id] if town else "", defaultdict(int),
            )  # fmt: skip
    for head in session.scalars(sa.select(HeadCount).where(HeadCount.counts)):
        if head.presentation_id in found:
            found[head.presentation_id].people[head.audience] += head.people
    for seat in session.scalars(sa.select(Assignment)):
        if (one := found.get(seat.presentation_id)) is None:
            continue
        if seat.state is AssignmentState.PRESENT:
            one.crew.add(seat.presenter_id)
            one.young |= {seat.presenter_id} & young
        one.came |= seat.presenter_id in young and seat.state is AssignmentState.PRESENT
        one.missed |= seat.presenter_id in young and seat.state is AssignmentState.ABSENT
    return list(found.values())


def counts_of(rows: list[Sitting]) -> ReportCounts:
    visits = {one.visit.id: one.visit for one in rows}
    return ReportCounts(
        visits=len(visits),
        presentations=len(rows),
        cities=len({one.city for one in rows if one.city}),
        kilometres=sum(one.kilometres for one in visits.values()),
        **{audience.value: sum(one.people[audience] for one in rows) for audience in Audience},
    )


def by_hand(rows: list[Sitting], groups: tuple[Group, ...]) -> dict[tuple[str, ...], ReportCounts]:
    cells: dict[tuple[str, ...], list[Sitting]] = defaultdict(list)
    for one in rows:
        for key in product(*(one.keys(group) for group in groups)):
            cells[key].append(one)
    return {key: counts_of(these) for key, these in cells.items()}


def beside_by_hand(rows: list[Sitting]) -> dict[str, Any]:
    return {
        "pupils_once": sum(0 if one.attendance.same_pupils else one.people[Audience.PUPILS] for one in rows),
        "with_influencer": sum(one.came for one in rows),
        "without_influencer": sum(one.missed and not one.came for one in rows),
        "turned_away": sum(one.attendance.turned_away for one in rows),
    }


def young_by_hand(rows: list[Sitting]) -> YoungShare:
    here = [one for one in rows if one.came]
    people = {person for one in here for person in one.young}
    return YoungShare(counts_of(here), sum(one.minutes for one in here), len(people))


def youth_by_hand(rows: list[Sitting]) -> tuple[dict[str, YouthCounts], list[tuple[int, int]]]:
    """What the young did by month; and of each of them how often, and for how long."""
    months: dict[str, YouthCounts] = {}
    people: dict[int, tuple[int, int]] = {}
    for one in rows:
        (month,) = one.keys(Group.MONTH)
        heads = sum(one.people.values()) if one.came else 0
        months[month] = added_up(
            [months.get(month, YouthCounts()), YouthCounts(1, int(one.came), one.minutes * len(one.young), heads)]
        )
        for person in one.young:
            times, minutes = people.get(person, (0, 0))
            people[person] = (times + 1, minutes + one.minutes)
    return months, sorted(people.values())


def crew_by_hand(session: Session, campaign_id: int) -> dict[PresenterKind, int]:
    """How many people of each kind went for a campaign, or have promised to."""
    went = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    people = {
        seat.presenter_id
        for seat in session.scalars(sa.select(Assignment).where(Assignment.state.in_(went)))
        if session.get_one(Visit, session.get_one(Presentation, seat.presentation_id).visit_id).campaign_id
        == campaign_id
    }
    return dict(Counter(session.get_one(Presenter, one).kind for one in people))
