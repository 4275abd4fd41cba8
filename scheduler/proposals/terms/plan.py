"""The words of plan proposals: what one is for, what it is drawn from, what it says of each request."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scheduler.booking.terms.free_dates import FreeFacts, KeptSitting
from scheduler.core.errors import N_, Reason, SchedulerError
from scheduler.people.terms import PresenterKind
from scheduler.planning.terms import PlanProblem

MOST_NIGHTS_AWAY = 3  # in a row that anybody is ever sent away for


class ProposalReason(Reason):
    """Why a proposal is not drawn, or not applied."""

    NOT_FINISHED = "plan_not_finished", N_("Wait until the plan is finished: half of one is not applied.")
    NOT_TAKEN_BACK = (
        "plan_not_taken_back",
        N_("Cancel its visits one by one: somebody was asked already, or a visit was changed since."),
    )
    TOO_FAR_AHEAD = "plan_too_far_ahead", N_("Choose days within the next 120: further ahead nobody knows who can go.")
    NOTHING_BROKEN = "plan_has_nothing_broken", N_("Look at the days: no visit that stands is broken by this.")
    MINOR_SLEEPS_AT_HOME = "minor_sleeps_at_home", N_("Choose an adult: a young presenter is at home each night.")
    NIGHTS_OUT_OF_RANGE = "plan_nights_out_of_range", N_("Choose at most three nights in a row.")


class WaitCause(StrEnum):
    """Why a request is not in a proposal."""

    NO_DAY = "no_day"  # no day of the span has lessons, notice and an hour that is long enough
    TOPIC = "topic"
    LANGUAGE = "language"
    REACH = "reach"
    TIME = "time"  # papers or hours
    TAKEN = "taken"  # promised elsewhere, or enough for that day or week
    LARGE_CREW = "large_crew"  # more people than a crew of the planner: by hand
    FULL = "full"  # enough of this proposal for every day that would do
    ELSEWHERE = "elsewhere"  # everybody who could is in this proposal somewhere else then
    NO_YOUTH = "no_youth"  # an educator could, no young presenter at the same time
    LESS_WORTH = "less_worth"  # it would cost more than it is worth


class Remark(StrEnum):
    """What a coordinator should know of a seat before applying it."""

    OFF_DAY = "off_day"  # the school named days, and this is none of them
    AFTER_LONG_WAIT = "after_long_wait"  # it named none, and who has waited so long should be visited sooner
    ENDS_LATE = "ends_late"  # pupils are still there after the usual end of their day
    SHIFTS_UNKNOWN = "shifts_unknown"  # pupils after noon, at a school whose shifts nobody has entered


class RowChange(StrEnum):
    """How a row differs from what it is compared with."""

    SAME = "same"
    NEW = "new"
    MOVED = "moved"
    OTHER_CREW = "other_crew"
    DROPPED = "dropped"
    WAITS = "waits"  # in both


class WhyChanged(StrEnum):
    """Why a row of a proposal can no longer be applied."""

    ANSWERED = "answered"  # the request is not agreed any more, or has a visit
    STANDS_OTHERWISE = "stands_otherwise"  # the visit that was to be mended has changed
    NIGHT_ENDED = "night_ended"  # nobody stays away that night any more, and from home it is too far
    RIDE_ENDED = "ride_ended"  # the consent to a ride, or the check of who drives, is over
    NOT_FREE = "not_free"  # the day, the hour or one of the crew is not free any more


@dataclass(frozen=True)
class PlanScope:
    """What a plan is for: days, and of districts, programmes and presenters those that are named, or all."""

    first_day: dt.date
    last_day: dt.date
    districts: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()
    people: tuple[int, ...] = ()


class Trouble(StrEnum):
    """What broke a plan that people were told."""

    ABSENCE = "absence"  # a presenter is away on some days
    LEAVES = "leaves"  # a presenter goes no more from a day on
    CONSENT = "consent"  # a guardian's consent ends on a day
    CLOSURE = "closure"  # hosts are shut: their visits were stopped
    LATE = "late"  # a request came late and must fit


OF_SOMEBODY = (Trouble.ABSENCE, Trouble.LEAVES, Trouble.CONSENT)


@dataclass(frozen=True)
class Mending:
    """What a plan mends: of a presenter from when to when she is away (None: for good), a closure, or a request."""

    trouble: Trouble
    presenter_id: int | None = None
    away_from: dt.date | None = None
    away_until: dt.date | None = None
    closure_id: int | None = None
    late_id: int | None = None

    def is_away(self, presenter_id: int, day: dt.date) -> bool:
        """Whether the trouble keeps somebody away on a day."""
        if presenter_id != self.presenter_id or self.away_from is None:
            return False
        return self.away_from <= day <= (self.away_until or dt.date.max)


class LeftAlone(StrEnum):
    """Why a broken visit is none of the planner's."""

    WITHIN_NOTICE = "within_notice"  # substitutes are asked in waves
    BY_HAND = "by_hand"  # its hours or its crew are none that the planner would make


@dataclass(frozen=True)
class LaterRequests:
    """How many agreed requests begin after the last day of a plan, and until when a plan with them would reach."""

    number: int
    last_day: dt.date


@dataclass(frozen=True)
class ProposalDraft:
    """A plan that is wanted; `based_on` another one, of which the pinned rows stay.

    `mends`: what stands is mended, nothing else is planned.
    `nights`: in a row that adults who have said so may stay away. `rides`: young presenters may ride along.
    """

    scope: PlanScope
    based_on: int | None = None
    mends: Mending | None = None
    nights: int = 0
    rides: bool = False


@dataclass(frozen=True)
class StandingVisit:
    """A visit as a repair finds it; `seat` has nobody (0) where its educator is missing."""

    visit_id: int
    request_id: int
    seat: "ProposedSeat"
    stopped: bool  # by a closure
    broken: bool
    left: LeftAlone | None = None
    kept: tuple[KeptSitting, ...] = ()  # its own hours, which go along to any other day; none: as the planner lays them


@dataclass(frozen=True)
class ProposedSeat:
    """Where a request is in a plan: the day, the start of its first presentation, and who goes."""

    request_id: int
    on_day: dt.date
    starts_local: dt.time
    educator_id: int
    influencer_id: int | None = None

    @property
    def crew(self) -> tuple[int, ...]:
        return (self.educator_id,) if self.influencer_id is None else (self.educator_id, self.influencer_id)


def told_seat(seat: ProposedSeat, **more: int | None) -> dict[str, Any]:
    """A seat as JSON."""
    when = {"on_day": seat.on_day.isoformat(), "starts_local": seat.starts_local.isoformat()}
    return {"request_id": seat.request_id, **when, "crew": list(seat.crew), **more}


def seat_from(told: Mapping[str, Any]) -> ProposedSeat:
    """The same back."""
    day, time = dt.date.fromisoformat(told["on_day"]), dt.time.fromisoformat(told["starts_local"])
    return ProposedSeat(told["request_id"], day, time, *told["crew"])


@dataclass(frozen=True)
class AskedVisit:
    """A request that waits for its plan, with all that free dates are made of for it."""

    request_id: int
    host_id: int
    facts: FreeFacts
    weight: int  # what it is worth to serve it, by the points of the waiting list
    sitting_minutes: tuple[int, ...]
    sitting_classes: tuple[str, ...]  # of each, as far as they must be in the building
    sitting_starts: tuple[dt.time, ...] = ()  # where they keep their hours; none: one after the other
    liked: frozenset[dt.date] = frozenset()  # days that the school named; none: every day suits as well
    hours: Mapping[dt.date, dt.time] = field(default_factory=dict)  # that it named with some of them
    district_id: int | None = None  # none abroad
    waits_days: int = 0  # since it was sent, or since the place in line that it kept


@dataclass(frozen=True)
class MendGround:
    """What a repair is drawn from: what may move or must, and how it stood; what broke but is none of its."""

    asked: tuple[AskedVisit, ...]
    stands: Mapping[int, StandingVisit]  # by request, of these and of those that are left alone
    named: frozenset[int]  # requests that it is about

    @property
    def left(self) -> Mapping[int, LeftAlone]:
        """What broke and stays to hands."""
        return {one: stood.left for one, stood in self.stands.items() if stood.left}


@dataclass(frozen=True)
class DrawnProblem:
    """The engine's problem, what its whole numbers stand for, and who cannot be served whatever is planned."""

    problem: PlanProblem
    first_day: dt.date
    set_up: Mapping[str, int]  # minutes before the presentation at which a request's slot begins
    hopeless: Mapping[int, "Waiting"]
    host_at: Mapping[int, int] = field(default_factory=dict)  # of the engine's cities those that are a host


@dataclass(frozen=True)
class Waiting:
    """Why a request waits; who is lacking, where it is somebody."""

    cause: WaitCause
    kind: PresenterKind | None = None


@dataclass(frozen=True)
class ProposedRow:
    """What a proposal says of one request: where it is, or why it is nowhere; `told` is kept as JSON."""

    request_id: int
    seat: ProposedSeat | None = None
    waiting: Waiting | None = None
    pinned: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProposalSums:
    """What a finished proposal comes to; a bound of None is not proven."""

    cost: int
    served_weight: int
    asked_weight: int
    km: int
    steps: int
    bound_weight: int | None = None
    km_saved: int = 0  # by nights away, against the same visits from home to home


@dataclass(frozen=True)
class PlannedNight:
    """A night that somebody stays away: after which day, in the town of which host."""

    presenter_id: int
    after_day: dt.date
    host_id: int


@dataclass(frozen=True)
class PlannedRide:
    """A minor goes in the educator's car to all that both give on a day, and home again; the kilometres that saves."""

    presenter_id: int
    driver_id: int
    on_day: dt.date
    km_saved: int


@dataclass(frozen=True)
class PlannedJourney:
    """How a plan travels otherwise than from home to home, each alone."""

    nights: tuple[PlannedNight, ...] = ()
    rides: tuple[PlannedRide, ...] = ()


AT_HOME = PlannedJourney()


class PlanChanged(SchedulerError):
    """Some rows can no longer be applied: nothing was, until somebody says that the others shall be (TRUST R14)."""

    def __init__(self, rows: Mapping[int, WhyChanged]) -> None:
        super().__init__(f"{len(rows)} rows changed")
        self.rows = dict(rows)
