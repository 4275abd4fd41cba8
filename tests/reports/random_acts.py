"""Random acts about what is counted: by services, by hand past them, and in the rooms below."""

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

import sqlalchemy as sa

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.locking import correct_counts, lock_counts
from scheduler.attendance.terms import COUNTS_FOR_REPORTS, AttendanceState, CountSource, HeadCounts
from scheduler.core.db import Base, db, transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance, make_correction
from tests.factories.people import an_actor
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit

PLACES = ("Ниш", "Пирот", "Бор")
GROUPS = (*Group,)
KINDS = (
    (Audience.PUPILS, SchoolLevel.PRIMARY),
    (Audience.PUPILS, SchoolLevel.SECONDARY),
    (Audience.PARENTS, SchoolLevel.NONE),
)
CREW_STATES = (AssignmentState.PRESENT, AssignmentState.ABSENT)
ACTS = (
    "hold", "hold", "hold", "lock", "lock", "correct", "correct_by_hand", "move_school", "move_town", "change_campaign",
    "change_kilometres", "change_crew", "forget", "plan",
)  # fmt: skip


class World:
    """Two centres, three towns and one host abroad, one campaign; and whatever may happen to their visits."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.districts = [make_district(iso=f"RS-2{number}", name_en=f"District {number}") for number in (0, 1)]
        self.towns = [make_municipality(name, district_id=self.districts[place % 2].id)
                      for place, name in enumerate(PLACES)]  # fmt: skip
        self.hosts = [make_host(municipality_id=town.id).id for town in (*self.towns, self.towns[0])]
        self.hosts.append(make_host(municipality_id=None).id)
        self.programmes = [make_programme(), make_programme()]
        self.programmes.append(make_programme(centre_id=self.programmes[0].centre_id))
        self.campaign = make_campaign(programme=self.programmes[0], first_day=dt.date(2024, 9, 1))
        make_campaign_city(self.campaign, self.towns[0], 100)
        self.crew = [a_cleared_educator(centre_id=self.programmes[0].centre_id) for _ in range(2)]
        self.days: set[dt.date] = set()  # nobody is in two places
        self.young = a_cleared_minor(centre_id=self.programmes[0].centre_id, birth_date=dt.date(2008, 6, 1))

    def day(self) -> dt.date:
        while True:
            day = dt.date(self.random.choice((2024, 2025)), self.random.randint(1, 12), self.random.randint(1, 28))
            if day not in self.days:
                self.days.add(day)
                return day

    def act(self) -> str:
        name = self.random.choice(ACTS)
        getattr(self, name)()
        return name

    def a_counted(self, *states: AttendanceState) -> Attendance | None:
        rows = db.session().scalars(
            sa.select(Attendance).where(Attendance.state.in_(states)).order_by(Attendance.id)
        ).all()  # fmt: skip
        return self.random.choice(rows) if rows else None

    def a_visit(self) -> Visit | None:
        rows = db.session().scalars(sa.select(Visit).order_by(Visit.id)).all()
        return self.random.choice(rows) if rows else None

    def hold(self) -> None:
        """A visit of one to three presentations, counted so far or further, with whoever came."""
        programme = self.random.choice(self.programmes)
        visit = make_visit(
            VisitState.DELIVERED, programme=programme, host_id=self.random.choice(self.hosts), on_day=self.day(),
            campaign_id=self.campaign.id if self.random.random() < 0.4 else None,
            kilometres=self.random.randrange(90),
        )  # fmt: skip
        for hour in range(8, 8 + self.random.randint(1, 3)):
            audience, level = self.random.choice(KINDS)
            held = self.random.random() < 0.8
            state = PresentationState.DELIVERED if held else PresentationState.NO_SHOW_HOST
            presentation = make_presentation(visit, dt.time(hour), state, minutes=30, audience=audience, level=level)
            counted = (AttendanceState.COUNTERSIGNED, AttendanceState.LOCKED, AttendanceState.LOCKED)
            people = HeadCounts(*(self.random.randrange(60) for _ in range(4)))
            make_attendance(
                presentation, people, self.random.choice(counted), turned_away=self.random.randrange(3),
                same_pupils=self.random.random() < 0.3,
            )  # fmt: skip
            if self.random.random() < 0.5:
                make_assignment(presentation, self.crew[0].id, AssignmentState.PRESENT)
                make_assignment(presentation, self.young.id, self.random.choice(CREW_STATES))

    def lock(self) -> None:
        if row := self.a_counted(AttendanceState.COUNTERSIGNED):
            self._as_coordinator(row, lambda who: lock_counts(who, {row.presentation_id: CountSource.EDUCATOR},
                                                              now=MONDAY))  # fmt: skip

    def correct(self) -> None:
        if row := self.a_counted(*COUNTS_FOR_REPORTS):
            people = HeadCounts(pupils=self.random.randrange(1, 90), others=self.random.randrange(9))
            self._as_coordinator(
                row, lambda who: correct_counts(who, row.presentation_id, people, "counted again", now=MONDAY)
            )

    def correct_by_hand(self) -> None:
        """Past every service: only the database sees it."""
        if row := self.a_counted(*COUNTS_FOR_REPORTS):
            make_correction(row, pupils=self.random.randrange(90))

    def _as_coordinator(self, row: Attendance, act: Callable[[Actor], None]) -> None:
        presentation = db.session().get_one(Presentation, row.presentation_id)
        visit = db.session().get_one(Visit, presentation.visit_id)
        act(an_actor(centre_id=visit.centre_id))

    def move_school(self) -> None:
        """A school gets another municipality, or is found to lie abroad."""
        town = self.random.choice([*(town.id for town in self.towns), None])
        self._change(Host, self.random.choice(self.hosts), municipality_id=town)

    def move_town(self) -> None:
        """A municipality becomes part of another city, in another district."""
        city, district = self.random.choice(PLACES), self.random.choice(self.districts)
        town = self.random.choice(self.towns)
        self._change(Municipality, town.id, city_sr_cyrl=city, city_sr_latn=city, district_id=district.id)

    def change_campaign(self) -> None:
        if visit := self.a_visit():
            self._change(Visit, visit.id, campaign_id=self.random.choice((self.campaign.id, None)))

    def change_kilometres(self) -> None:
        if visit := self.a_visit():
            self._change(Visit, visit.id, kilometres=self.random.randrange(200))

    def _change(self, model: type[Base], ident: int, **values: Any) -> None:
        with transaction() as session:
            session.execute(sa.update(model).where(sa.column("id") == ident).values(**values))

    def change_crew(self) -> None:
        """Somebody turns out to have been there too, or a seat is deleted."""
        seats = db.session().scalars(
            sa.select(Assignment).where(Assignment.presenter_id == self.crew[1].id).order_by(Assignment.id)
        ).all()  # fmt: skip
        if seats and self.random.random() < 0.5:
            gone = self.random.choice(seats).id
            with transaction() as session, opened_way(session, NamedWay.ERASURE):
                session.execute(sa.delete(Assignment).where(Assignment.id == gone))
        elif row := self.a_counted(*AttendanceState):
            presentation = db.session().get_one(Presentation, row.presentation_id)
            if all(seat.presentation_id != presentation.id for seat in seats):
                make_assignment(presentation, self.crew[1].id, self.random.choice(CREW_STATES))

    def forget(self) -> None:
        """Rows of the past are deleted, as retention, erasure or an import that is taken back does."""
        if row := self.a_counted(*AttendanceState):
            with transaction() as session, opened_way(session, NamedWay.UNDO_IMPORT):
                of_it = row.presentation_id
                session.execute(sa.delete(HeadCount).where(HeadCount.presentation_id == of_it))
                session.execute(sa.delete(Attendance).where(Attendance.presentation_id == of_it))
                for person in (self.young, *self.crew):
                    gone = (Assignment.presentation_id == of_it, Assignment.presenter_id == person.id)
                    session.execute(sa.delete(Assignment).where(*gone))
                session.execute(sa.delete(Presentation).where(Presentation.id == of_it))

    def plan(self) -> None:
        """A visit that nobody counts yet: its crew has promised to come."""
        visit = make_visit(VisitState.CONFIRMED, programme=self.programmes[0], campaign_id=self.campaign.id,
                           on_day=self.day())  # fmt: skip
        make_assignment(make_presentation(visit), self.crew[1].id)

    def filters(self) -> Filters:
        """A question: whole years, a school year, whole months, or days that cut a month; narrowed or not."""
        one, other = sorted((self._any_day(), self._any_day()))
        period = self.random.choice(
            (
                Period(dt.date(2024, 1, 1), dt.date(2025, 12, 31)),
                Period(dt.date(2024, 9, 1), dt.date(2025, 8, 31)),
                Period(one.replace(day=1), dt.date(other.year, other.month, 28)),
                Period(one, other),
            )
        )
        asked: dict[str, Any] = {
            "centre_id": self.programmes[0].centre_id, "programme": self.programmes[0].slug,
            "campaign": self.campaign.slug, "city": self.random.choice((*PLACES, "")),
            "district": self.random.choice(("RS-20", "RS-21", "")),
            "month": f"{self.random.choice((2024, 2025))}-{self.random.randint(1, 12):02d}",
        }  # fmt: skip
        if self.random.random() < 0.3:
            audience, level = self.random.choice(KINDS)
            asked = {"audience": audience, "level": level}
            return Filters(period, **asked)
        if self.random.random() < 0.3:
            asked |= self.random.choice(
                ({"young": True}, {"presenter": self.random.choice((self.young, *self.crew)).id})
            )
        return Filters(period, **{name: value for name, value in asked.items() if self.random.random() < 0.2})

    def groups(self) -> tuple[Group, ...]:
        return tuple(self.random.sample(GROUPS, self.random.randint(0, 3)))

    def _any_day(self) -> dt.date:
        return dt.date(2024, 1, 1) + dt.timedelta(days=self.random.randrange(731))
