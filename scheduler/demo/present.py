"""The living present: six weeks behind and ten weeks ahead of the day of loading, as a table of scenes.

Days are places in the list of open days: 1 is the first one after today, -1 the last one before it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.clock import local_day, moment_of
from scheduler.demo.plans import CrewPart, DemoHost, DemoSitting, Guide, RequestPlan, VisitPlan
from scheduler.demo.rows import Ids, added, write_requests, write_visits
from scheduler.demo.spread import wobble
from scheduler.demo.year import CAMPAIGN, DETECTIVES, EVENING, GATHERING, SECONDARY, TALK, TALKS, Shape, World, sitting
from scheduler.demo.year import there_and_back_km as kilometres
from scheduler.places.models import Municipality
from scheduler.places.queries import calendar_spans
from scheduler.places.rules.hosts import road_km
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind, SchoolCalendar
from scheduler.policy import ANONYMOUS
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.models import NumbersAsked
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.absence import ABSENCE_REASON
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.terms.states import (
    AssignmentState,
    CancelledBy,
    PresentationState,
    SubstituteSearchState,
    VisitState,
)

WEEKS_BEHIND, WEEKS_AHEAD = 6, 10
RESPECT = replace(CAMPAIGN, campaign=None)
_ACC, _OFF, _SUG, _PRES = (
    AssignmentState.ACCEPTED,
    AssignmentState.OFFERED,
    AssignmentState.SUGGESTED,
    AssignmentState.PRESENT,
)
_GONE = AssignmentState.WITHDRAWN
_V, _R, _A = VisitState, RequestState, AttendanceState

SNOW = "Снег: општина је затворила школе."
CONTACTS = (
    ("Ана Петровић", "ana.petrovic@skola.example"),
    ("Гордана Милић", "gordana.milic@skola.example"),
    ("Зоран Пешић", "zoran.pesic@skola.example"),
    ("Ljiljana Kovač", "ljiljana.kovac@skola.example"),
    ("Снежана Бошковић", "snezana.boskovic@skola.example"),
    ("Dejan Radić", "dejan.radic@skola.example"),
    ("Мирјана Цветковић", "mirjana.cvetkovic@skola.example"),
)


@dataclass(frozen=True)
class Scene:
    """One visit of the present. Of the crew the first leads; the host is the `host`-th nearest to her town."""

    day: int
    shape: Shape
    host: int
    state: VisitState
    request: RequestState
    crew: tuple[tuple[str, AssignmentState], ...]
    attendance: AttendanceState | None = None
    reason: str = ""
    lost: bool = False  # it was confirmed once
    sick: bool = False  # substitutes are sought
    far: bool = False  # both counted the same, half of what was announced
    grows: bool = False  # its school says that more come than one presentation takes


@dataclass(frozen=True)
class DemoRequest:
    """One request of the present that has no visit."""

    state: RequestState
    days_ago: int
    shape: Shape
    host: int
    reason: str = ""
    question: str = ""
    merged_into: int | None = None


def _held(day: int, shape: Shape, host: int, who: str, attendance: AttendanceState, request: RequestState) -> Scene:
    return Scene(day, shape, host, _V.DELIVERED, request, ((who, _PRES),), attendance)


def _uncounted(day: int, shape: Shape, host: int, who: str) -> Scene:
    """Held, and nobody has said yet how many came."""
    return Scene(day, shape, host, _V.READY, _R.READY, ((who, _ACC),))


def _lost(day: int, shape: Shape, host: int, *crew: tuple[str, AssignmentState], sick: bool = False) -> Scene:
    """It was confirmed, then somebody left: ill, so that substitutes are sought, or because a consent was withdrawn."""
    state = _V.OFFERED if any(part is _ACC for _who, part in crew) else _V.PLANNED
    return Scene(day, shape, host, state, _R.STAFFING, crew, lost=True, sick=sick)


SCENES = (
    _uncounted(-1, TALKS, 0, "milan.stojanovic"),
    _uncounted(-2, TALK, 3, "jelena.pavlovic"),
    _held(-3, SECONDARY, 0, "milan.stojanovic", _A.SUBMITTED, _R.DELIVERED),
    _held(-4, EVENING, 1, "ivana.djordjevic", _A.SUBMITTED, _R.DELIVERED),
    _held(-7, TALKS, 1, "nikola.simic", _A.COUNTERSIGNED, _R.DELIVERED),
    replace(_held(-8, TALK, 4, "ivana.djordjevic", _A.COUNTERSIGNED, _R.DELIVERED), far=True),
    _held(-10, TALK, 2, "bojan.mitic", _A.ASSUMED, _R.DELIVERED),
    _held(-13, TALKS, 2, "milan.stojanovic", _A.LOCKED, _R.REPORTED),
    _held(-16, TALKS, 5, "jelena.pavlovic", _A.CORRECTED, _R.REPORTED),
    _held(-20, GATHERING, 1, "sanja.tosic", _A.LOCKED, _R.CERTIFIED),
    _held(-24, TALKS, 2, "eva.nagy", _A.LOCKED, _R.CLOSED),
    _uncounted(-2, DETECTIVES, 1, "tamara.petrov"),
    _held(-15, DETECTIVES, 2, "igor.stanic", _A.LOCKED, _R.REPORTED),
    Scene(1, TALKS, 1, _V.READY, _R.READY, (("milan.stojanovic", _ACC),)),
    Scene(2, TALK, 4, _V.READY, _R.READY, (("nikola.simic", _ACC),)),
    Scene(3, RESPECT, 1, _V.CONFIRMED, _R.CONFIRMED,
          (("jelena.pavlovic", _ACC), ("luka.ristic", _ACC), ("petar.jankovic", _ACC))),
    Scene(5, RESPECT, 1, _V.CONFIRMED, _R.CONFIRMED, (("milan.stojanovic", _ACC), ("sara.lukic", _ACC))),
    Scene(6, TALKS, 3, _V.DISRUPTED, _R.DISRUPTED, (("sanja.tosic", _GONE),),
          reason=SNOW),
    Scene(7, TALKS, 4, _V.OFFERED, _R.STAFFING, (("milan.stojanovic", _OFF),)),
    Scene(8, TALKS, 2, _V.CONFIRMED, _R.CONFIRMED, (("milan.stojanovic", _ACC),)),
    Scene(8, TALKS, 5, _V.PLANNED, _R.STAFFING, (("milan.stojanovic", _SUG),)),  # the clash to solve
    Scene(10, EVENING, 3, _V.OFFERED, _R.STAFFING, (("milan.stojanovic", _OFF),)),
    Scene(12, RESPECT, 3, _V.OFFERED, _R.STAFFING,
          (("jelena.pavlovic", _ACC), ("luka.ristic", _OFF), ("petar.jankovic", _OFF))),
    Scene(13, TALK, 5, _V.CANCELLED, _R.CANCELLED_BY_SCHOOL, (("bojan.mitic", _GONE),),
          reason="Школа тог дана има такмичење."),
    Scene(14, TALKS, 0, _V.CONFIRMED, _R.CONFIRMED, (("zuzana.kovac", _ACC),), grows=True),
    Scene(17, SECONDARY, 0, _V.CONFIRMED, _R.CONFIRMED, (("eva.nagy", _ACC),)),
    Scene(20, GATHERING, 2, _V.CONFIRMED, _R.CONFIRMED, (("nikola.simic", _ACC),)),
    Scene(24, TALKS, 5, _V.OFFERED, _R.STAFFING, (("ivana.djordjevic", _OFF),)),
    Scene(29, TALKS, 7, _V.PLANNED, _R.STAFFING, (("bojan.mitic", _SUG),)),
    Scene(4, DETECTIVES, 3, _V.CONFIRMED, _R.CONFIRMED, (("tamara.petrov", _ACC),)),
    Scene(11, DETECTIVES, 4, _V.OFFERED, _R.STAFFING, (("tamara.petrov", _OFF),)),
    _lost(1, TALK, 6, ("sanja.tosic", _GONE), sick=True),
    _lost(9, RESPECT, 4, ("jelena.pavlovic", _ACC), ("petar.jankovic", _GONE)),
    Scene(15, TALKS, 6, _V.PLANNED, _R.STAFFING, (("bojan.mitic", AssignmentState.DECLINED),)),
    Scene(16, TALKS, 8, _V.PLANNED, _R.STAFFING, (("ivana.djordjevic", AssignmentState.LAPSED),)),
    Scene(18, TALKS, 6, _V.OFFERED, _R.STAFFING, (("nikola.simic", _ACC),)),  # everybody has accepted
    _lost(22, RESPECT, 5, ("milan.stojanovic", _ACC), ("mina.savic", _ACC), ("sara.lukic", _GONE)),  # to confirm anew
    Scene(26, TALKS, 9, _V.DISRUPTED, _R.DISRUPTED, (("sanja.tosic", _GONE),), reason=SNOW),  # its school names days
    *(_held(day, DETECTIVES, host, who, _A.LOCKED, _R.REPORTED)  # further parts of cohorts: demo/cohorts.py
      for day, host, who in ((-23, 6, "igor.stanic"), (-22, 5, "tamara.petrov"), (-21, 7, "igor.stanic"),
                             (-19, 3, "tamara.petrov"), (-18, 6, "igor.stanic"), (-12, 6, "igor.stanic"))),
    # The usual weeks of a national centre: about three visits on each day around today, and some weeks of talks behind.
    Scene(1, TALK, 9, _V.CONFIRMED, _R.CONFIRMED, (("jelena.pavlovic", _ACC),)),
    Scene(1, TALKS, 7, _V.CONFIRMED, _R.CONFIRMED, (("bojan.mitic", _ACC),)),
    Scene(2, TALKS, 6, _V.CONFIRMED, _R.CONFIRMED, (("ivana.djordjevic", _ACC),)),
    Scene(2, SECONDARY, 1, _V.READY, _R.READY, (("eva.nagy", _ACC),)),
    Scene(3, TALKS, 9, _V.OFFERED, _R.STAFFING, (("nikola.simic", _OFF),)),
    Scene(3, EVENING, 7, _V.CONFIRMED, _R.CONFIRMED, (("sanja.tosic", _ACC),)),
    Scene(4, TALK, 8, _V.CONFIRMED, _R.CONFIRMED, (("ivana.djordjevic", _ACC),)),
    Scene(4, TALKS, 3, _V.PLANNED, _R.STAFFING, (("zuzana.kovac", _SUG),)),
    Scene(5, TALKS, 8, _V.CONFIRMED, _R.CONFIRMED, (("nikola.simic", _ACC),)),
    Scene(5, TALK, 11, _V.OFFERED, _R.STAFFING, (("bojan.mitic", _OFF),)),
    *(_held(day, TALKS, host, who, _A.COUNTERSIGNED, _R.DELIVERED)
      for day, host, who in ((-1, 9, "ivana.djordjevic"), (-1, 10, "nikola.simic"), (-2, 8, "bojan.mitic"),
                             (-2, 3, "eva.nagy"), (-3, 11, "nikola.simic"), (-3, 4, "zuzana.kovac"),
                             (-4, 7, "sanja.tosic"), (-4, 10, "jelena.pavlovic"))),
    *(_held(day, TALKS, host, who, _A.LOCKED, _R.REPORTED)
      for day, host, who in ((-6, 6, "milan.stojanovic"), (-11, 7, "milan.stojanovic"), (-18, 8, "milan.stojanovic"),
                             (-5, 6, "jelena.pavlovic"), (-9, 7, "jelena.pavlovic"), (-20, 8, "jelena.pavlovic"),
                             (-12, 10, "ivana.djordjevic"), (-17, 11, "ivana.djordjevic"),
                             (-14, 12, "nikola.simic"), (-19, 13, "nikola.simic"),
                             (-6, 10, "bojan.mitic"), (-15, 12, "bojan.mitic"), (-9, 8, "sanja.tosic"),
                             (-12, 5, "eva.nagy"), (-19, 6, "zuzana.kovac"))),
)  # fmt: skip

DEMO_REQUESTS = (
    DemoRequest(_R.DRAFT, 1, TALKS, 3),
    DemoRequest(_R.UNVERIFIED, 0, TALKS, 11),
    DemoRequest(_R.NEW, 1, TALKS, 17),
    DemoRequest(_R.NEW, 2, EVENING, 23),
    DemoRequest(_R.NEW, 4, SECONDARY, 4),
    DemoRequest(_R.TRIAGE, 5, TALKS, 29),
    DemoRequest(_R.TRIAGE, 6, GATHERING, 37),
    DemoRequest(_R.NEEDS_INFO, 8, TALKS, 41, question="Да ли сала има разглас и колико разреда долази?"),
    DemoRequest(_R.WAITLISTED, 12, TALKS, 53),
    DemoRequest(_R.PROPOSED, 9, SECONDARY, 9),
    DemoRequest(_R.AGREED, 10, TALKS, 61),
    DemoRequest(_R.AGREED, 11, TALKS, 71),
    DemoRequest(_R.DECLINED, 15, TALK, 83, reason="Тражени термин је у току распуста."),
    DemoRequest(_R.MERGED_INTO, 3, TALKS, 17, merged_into=2),
    DemoRequest(_R.WITHDRAWN, 18, TALK, 97),
    DemoRequest(_R.EXPIRED, 30, TALKS, 101),
    DemoRequest(_R.CANCELLED_BY_CENTRE, 20, TALK, 107, reason="Предавач је болестан, замене нема."),
    DemoRequest(_R.NEW, 2, DETECTIVES, 31),
    DemoRequest(_R.TRIAGE, 5, DETECTIVES, 43),
)

SILENT = DemoRequest(_R.NEEDS_INFO, 45, TALKS, 59, question="Који разреди долазе, и колико их је?")
UNLISTED = DemoRequest(_R.NEW, 1, TALKS, 0)  # from a school that nobody finds on the list
TYPED_HOST = HostDraft(HostKind.PRIMARY, "Основна школа Вук Исаковић", "Књажевац", "Јаворова 3", "19350")

SOONEST, DAYS_ASKED = 10, 9  # open days: after the notice of a programme; as many to plan, also around a break
LONG_AHEAD = 8  # open days: a school may still ask for another date
PRESENTATION_OF = {
    _V.DELIVERED: PresentationState.DELIVERED,
    _V.READY: PresentationState.CONFIRMED,
    _V.CONFIRMED: PresentationState.CONFIRMED,
    _V.CANCELLED: PresentationState.CANCELLED,
    _V.DISRUPTED: PresentationState.DISRUPTED,
}


def write_present(session: Session, world: World, ids: Ids) -> list[int]:
    """Everything that is going on now; the ids of the visits."""
    today = local_day(ids.now)
    days = [scene.day for scene in SCENES]
    closed = frozenset(world.holidays) | _breaks(today)
    behind = open_days(today - dt.timedelta(weeks=WEEKS_BEHIND), today - dt.timedelta(days=1), closed, least=-min(days))
    ahead = open_days(today + dt.timedelta(days=1), today + dt.timedelta(weeks=WEEKS_AHEAD), closed, least=max(days))
    stage = _Stage(world, behind, ahead, ids.now)
    write_requests(session, [stage.asked(place, one) for place, one in enumerate(DEMO_REQUESTS)], ids)
    visits = write_visits(session, [stage.visit(place, scene) for place, scene in enumerate(SCENES)], ids)
    later = [stage.asked(len(DEMO_REQUESTS) + place, one) for place, one in enumerate((SILENT, UNLISTED))]
    town = session.scalars(select(Municipality.id).where(Municipality.name_sr_cyrl == TYPED_HOST.place)).one()
    typed = propose_host(ANONYMOUS, replace(TYPED_HOST, municipality_id=town), now=ids.now)
    typed.example = True  # goes with the demo
    write_requests(session, [later[0], replace(later[1], host_id=typed.id)], ids)
    _write_wishes(session, stage, visits)
    _write_lost(session, stage, visits)
    _write_numbers(session, stage, visits)
    return visits


def _write_wishes(session: Session, stage: "_Stage", visits: Sequence[int]) -> None:
    """One school asks for another date of its confirmed visit, one after the snow; nobody has answered yet."""
    places = list(enumerate(SCENES))
    competes = next(place for place, scene in places if scene.state is _V.CONFIRMED and scene.day >= LONG_AHEAD)
    stopped = max(place for place, scene in places if scene.state is _V.DISRUPTED)
    wishes = [
        {
            "visit_id": visits[place],
            "first_choice": stage.day(SCENES[place].day + 2),
            "second_choice": stage.day(SCENES[place].day + 3),
            "reason": reason,
            "asked_at": stage.now - dt.timedelta(hours=20),
        }
        for place, reason in ((competes, "Тог дана је општинско такмичење."), (stopped, SNOW))
    ]
    added(session, DateWish, wishes)


def _write_numbers(session: Session, stage: "_Stage", visits: Sequence[int]) -> None:
    """One school says that more come than one presentation takes; a coordinator has to decide."""
    grown = [visit_id for visit_id, scene in zip(visits, SCENES, strict=True) if scene.grows]
    talks = session.execute(
        select(Presentation, Programme.group_size)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .where(Visit.id.in_(grown), Presentation.ordinal == 1)
        .order_by(Presentation.id)
    )
    asked = [
        {
            "visit_id": one.visit_id,
            "ordinal": one.ordinal,
            "pupils_before": one.expected_pupils,
            "parents_before": one.expected_parents,
            "teachers_before": one.expected_teachers,
            "pupils": group_size + 25,
            "parents": one.expected_parents,
            "teachers": one.expected_teachers,
            "asked_at": stage.now - dt.timedelta(days=4),  # the promised answer is due tomorrow
        }
        for one, group_size in talks
    ]
    added(session, NumbersAsked, asked)
    of_them = select(Visit.school_request_id).where(Visit.id.in_(grown))
    session.execute(update(SchoolRequest).where(SchoolRequest.id.in_(of_them)).values(attention=True))


def _write_lost(session: Session, stage: "_Stage", visits: Sequence[int]) -> None:
    """Visits that were confirmed and are so no longer; where somebody fell ill, the search for a substitute runs."""
    lost = [(visit_id, scene) for visit_id, scene in zip(visits, SCENES, strict=True) if scene.lost]
    ids = [visit_id for visit_id, _scene in lost]
    session.execute(update(Visit).where(Visit.id.in_(ids)).values(confirmed_at=stage.now - dt.timedelta(days=2)))
    of_them = select(Presentation.id).where(Presentation.visit_id.in_(ids))
    gone = update(Assignment).where(Assignment.presentation_id.in_(of_them), Assignment.state == _GONE)
    session.execute(gone.values(reason=ABSENCE_REASON))
    search = {
        "state": SubstituteSearchState.SEARCHING,
        "state_since": stage.now,
        "opened_at": stage.now,
        "was_confirmed": True,
        "next_wave_at": stage.now + dt.timedelta(hours=1),
    }
    added(session, SubstituteSearch, [{"visit_id": visit_id} | search for visit_id, scene in lost if scene.sick])


def _breaks(today: dt.date) -> frozenset[dt.date]:
    spans = calendar_spans(SchoolCalendar.REPUBLIC, today - dt.timedelta(days=60), today + dt.timedelta(days=90))
    return frozenset(
        span.first_day + dt.timedelta(days=number)
        for span in spans
        if span.kind.startswith("break")
        for number in range((span.last_day - span.first_day).days + 1)
    )


def open_days(first: dt.date, last: dt.date, closed: frozenset[dt.date], *, least: int) -> list[dt.date]:
    """Working days with lessons, or, when there are fewer than `least`, in summer, plain working days."""
    span = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    working = [day for day in span if day.weekday() < 5]
    with_lessons = [day for day in working if day not in closed and day.month not in (7, 8)]
    return with_lessons if len(with_lessons) >= least else working


@dataclass(frozen=True)
class _Stage:
    """Where scenes become plans: days, hosts and presenters of this loading."""

    world: World
    behind: list[dt.date]
    ahead: list[dt.date]
    now: dt.datetime

    def day(self, number: int) -> dt.date:
        return self.ahead[number - 1] if number > 0 else self.behind[number]

    def guide(self, name: str) -> Guide:
        return next(guide for guide in self.world.guides if guide.email.startswith(f"{name}@"))

    def near(self, guide: Guide, shape: Shape, number: int) -> DemoHost:
        """The `number`-th nearest school of the right level."""
        by_road = sorted(self.fitting(shape), key=lambda spot: (road_km(guide.home, spot.point), spot.host_id))
        return by_road[number]

    def fitting(self, shape: Shape) -> list[DemoHost]:
        level = shape.level is SchoolLevel.SECONDARY
        return [spot for spot in self.world.spots if (spot.secondary if level else spot.primary)]

    def far(self, sittings: tuple[DemoSitting, ...]) -> tuple[DemoSitting, ...]:
        """A third of them came, and the school says the same."""
        came = [round(one.expected.pupils / 3) for one in sittings]
        return tuple(
            replace(one, counted=HeadCounts(pupils=pupils, teachers=1), agreed=True)
            for one, pupils in zip(sittings, came, strict=True)
        )

    def sittings(self, shape: Shape, number: int, attendance: AttendanceState | None) -> tuple[DemoSitting, ...]:
        return tuple(
            sitting(shape, start, _crowd(shape, number + place), attendance, number + place)
            for place, start in enumerate(shape.starts)
        )

    def visit(self, number: int, scene: Scene) -> VisitPlan:
        day, lead = self.day(scene.day), self.guide(scene.crew[0][0])
        spot = self.near(lead, scene.shape, scene.host)
        sittings = self.sittings(scene.shape, number, scene.attendance)
        asked_at = min(moment_of(day, dt.time(10, 20)) - dt.timedelta(days=30), self.now - dt.timedelta(days=9))
        over = moment_of(day, sittings[-1].starts_local) + dt.timedelta(minutes=sittings[-1].minutes)
        since = over if scene.attendance else self.now - dt.timedelta(hours=5 + 7 * (number % 9))
        request = self._request(scene.shape, spot, scene.request, number, (asked_at, since))
        return VisitPlan(
            centre=scene.shape.centre,
            programme=scene.shape.programme,
            host_id=spot.host_id,
            on_day=day,
            kilometres=kilometres(lead, spot),
            sittings=self.far(sittings) if scene.far else sittings,
            crew=tuple(CrewPart(self.guide(name).email, state) for name, state in scene.crew),
            state=scene.state,
            presentation_state=PRESENTATION_OF.get(scene.state, PresentationState.PLANNED),
            planned_at=asked_at + dt.timedelta(days=3),
            state_since=since,
            request=replace(
                request, first_day=day - dt.timedelta(days=2), last_day=day + dt.timedelta(days=5), reason=scene.reason
            ),
            reason=scene.reason,
            cancelled_by=CancelledBy.SCHOOL if scene.state is VisitState.CANCELLED else None,
            offered_until=self.now + dt.timedelta(days=3),
        )

    def asked(self, number: int, one: DemoRequest) -> RequestPlan:
        fitting = self.fitting(one.shape)
        since = self.now - dt.timedelta(days=one.days_ago, hours=2 + number % 5)
        until = since if one.state in (_R.DRAFT, _R.UNVERIFIED) else since + (self.now - since) / 3
        plan = self._request(one.shape, fitting[one.host % len(fitting)], one.state, number, (since, until))
        return replace(plan, reason=one.reason, question=one.question, merged_into=one.merged_into)

    def _request(
        self, shape: Shape, spot: DemoHost, state: RequestState, number: int, span: tuple[dt.datetime, dt.datetime]
    ) -> RequestPlan:
        place = SOONEST + number % 5
        return RequestPlan(
            centre=shape.centre,
            programme=shape.programme,
            host_id=spot.host_id,
            state=state,
            submitted_at=span[0],
            state_since=span[1],
            first_day=self.ahead[place],
            last_day=self.ahead[place + DAYS_ASKED],
            sittings=self.sittings(shape, number, None),
            contact=CONTACTS[number % len(CONTACTS)],
        )


def _crowd(shape: Shape, number: int) -> HeadCounts:
    """How many come, about: a class or two, a hall of parents, a staff room; few to a training."""
    audience, weight = shape.audience, wobble(number, 0.7, 1.3)
    return HeadCounts(
        pupils=round((20 if shape is DETECTIVES else 62) * weight) if audience is Audience.PUPILS else 0,
        parents=round(55 * weight) if audience is Audience.PARENTS else 0,
        teachers=round(19 * weight) if audience is Audience.TEACHERS else 1 + number % 2,
    )
