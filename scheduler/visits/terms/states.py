"""The states of visits, presentations and assignments, and which may follow which."""

from enum import StrEnum

from scheduler.core.machines import Machine


class WishOutcome(StrEnum):
    """How a wish for another date ended."""

    MOVED = "moved"
    KEPT = "kept"  # the centre cannot; the school reads why
    TAKEN_BACK = "taken_back"  # by the school itself


class FindingKind(StrEnum):
    """What the nightly re-check looks for."""

    CLOCK = "clock"  # the class is not in the building at that hour
    CLOSED = "closed"  # the host has no pupils that day
    AWAY = "away"  # somebody of the crew has changed her hours since


class ClockWrong(StrEnum):
    """Why the agreed time of a visit no longer fits its school."""

    CLOSED = "closed"  # no pupils on that day
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    RUNS_OVER = "runs_over"  # the lessons end before the presentation does
    YEAR_ENDED = "year_ended"  # the grade has no lessons any more


class HoldState(StrEnum):
    HELD = "held"  # while the form is finished
    KEPT = "kept"  # the form is sent; until its address is proven
    TAKEN = "taken"  # a visit stands there
    RELEASED = "released"  # for another date, or because the answers were deleted
    LAPSED = "lapsed"  # its time was over, or somebody else was quicker after that


LIVING_HOLDS = (HoldState.HELD, HoldState.KEPT)


class SubstituteSearchState(StrEnum):
    SEARCHING = "searching"  # wave after wave
    STOPPED = "stopped"  # no more waves: the coordinator looks by herself
    CHOOSING = "choosing"  # three hours before: the coordinator decides
    FILLED = "filled"  # the crew is whole again
    ONLINE = "online"
    SHORT = "short"
    MOVED = "moved"
    CALLED_OFF = "called_off"
    OVER = "over"  # the visit's time has come and nobody decided


_R = SubstituteSearchState
_ENDS = frozenset({_R.FILLED, _R.ONLINE, _R.SHORT, _R.MOVED, _R.CALLED_OFF, _R.OVER})
SUBSTITUTE_SEARCH_MACHINE = Machine(
    name="relief",
    starts=frozenset({_R.SEARCHING, _R.CHOOSING}),
    moves={
        _R.SEARCHING: frozenset({_R.STOPPED, _R.CHOOSING}) | _ENDS,
        _R.STOPPED: frozenset({_R.SEARCHING, _R.CHOOSING}) | _ENDS,
        _R.CHOOSING: _ENDS,
        **{end: frozenset() for end in _ENDS},
    },
)


OPEN_SEARCHES = (_R.SEARCHING, _R.STOPPED, _R.CHOOSING)


class VisitState(StrEnum):
    PLANNED = "planned"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    READY = "ready"
    DELIVERED = "delivered"
    DISRUPTED = "disrupted"
    REPLANNED = "replanned"
    CANCELLED = "cancelled"


class PresentationState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    PART_DELIVERED = "part_delivered"
    MOVED = "moved"
    MERGED_INTO = "merged_into"
    DISRUPTED = "disrupted"
    CANCELLED = "cancelled"
    NO_SHOW_HOST = "no_show_host"
    NO_SHOW_PRESENTER = "no_show_presenter"


class AssignmentState(StrEnum):
    SUGGESTED = "suggested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    PRESENT = "present"
    ABSENT = "absent"


class CancelledBy(StrEnum):
    SCHOOL = "school"
    CENTRE = "centre"


class EntryStatus(StrEnum):
    """STATUS of a VEVENT, as one reader of a presentation sees it (RFC 5545, 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"  # offered
    CONFIRMED = "CONFIRMED"  # accepted
    CANCELLED = "CANCELLED"  # withdrawn, replaced, or the presentation itself cancelled


_V, _P, _A = VisitState, PresentationState, AssignmentState


VISIT_MACHINE = Machine(
    name="visit",
    held=True,
    starts=frozenset({_V.PLANNED}),
    moves={
        _V.PLANNED: frozenset({_V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.OFFERED: frozenset({_V.CONFIRMED, _V.PLANNED, _V.CANCELLED, _V.DISRUPTED}),
        _V.CONFIRMED: frozenset({_V.READY, _V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.READY: frozenset({_V.DELIVERED, _V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.DELIVERED: frozenset(),
        _V.DISRUPTED: frozenset({_V.REPLANNED, _V.CANCELLED}),
        _V.REPLANNED: frozenset(),  # another visit stands for it now
        _V.CANCELLED: frozenset(),
    },
    needs_reason=frozenset({_V.CANCELLED, _V.DISRUPTED}),
    back={
        _V.OFFERED: frozenset({_V.PLANNED}),
        _V.CONFIRMED: frozenset({_V.OFFERED}),
        _V.CANCELLED: frozenset({_V.PLANNED, _V.OFFERED, _V.CONFIRMED, _V.READY, _V.DISRUPTED}),
    },
)


_PRESENTATION_ENDS = frozenset({_P.CANCELLED, _P.DISRUPTED, _P.MERGED_INTO, _P.MOVED})
PRESENTATION_MACHINE = Machine(
    name="presentation",
    held=True,
    starts=frozenset({_P.PLANNED}),
    moves={
        _P.PLANNED: frozenset({_P.CONFIRMED}) | _PRESENTATION_ENDS,
        _P.CONFIRMED: frozenset({_P.DELIVERED, _P.PART_DELIVERED, _P.NO_SHOW_HOST, _P.NO_SHOW_PRESENTER, _P.PLANNED})
        | _PRESENTATION_ENDS,
        _P.MOVED: frozenset({_P.PLANNED, _P.CONFIRMED, _P.CANCELLED, _P.DISRUPTED}),
        _P.DISRUPTED: frozenset({_P.PLANNED, _P.CANCELLED}),
        # the presenter may count again until the school has answered: then it was shorter, or it was not
        _P.DELIVERED: frozenset({_P.PART_DELIVERED}),
        _P.PART_DELIVERED: frozenset({_P.DELIVERED}),
        **{
            end: frozenset()
            for end in (
                _P.MERGED_INTO,
                _P.CANCELLED,
                _P.NO_SHOW_HOST,
                _P.NO_SHOW_PRESENTER,
            )
        },
    },
    needs_reason=frozenset({_P.CANCELLED, _P.DISRUPTED}),
    back={_P.CONFIRMED: frozenset({_P.PLANNED}), _P.CANCELLED: frozenset({_P.PLANNED, _P.CONFIRMED})},
)


ASSIGNMENT_MACHINE = Machine(
    name="assignment",
    starts=frozenset({_A.SUGGESTED, _A.OFFERED}),
    moves={
        _A.SUGGESTED: frozenset({_A.OFFERED, _A.WITHDRAWN, _A.REPLACED}),
        _A.OFFERED: frozenset({_A.ACCEPTED, _A.DECLINED, _A.LAPSED, _A.WITHDRAWN, _A.REPLACED}),
        # accepted > offered: a moved date is asked again, never carried over silently
        _A.ACCEPTED: frozenset({_A.OFFERED, _A.WITHDRAWN, _A.REPLACED, _A.PRESENT, _A.ABSENT}),
        _A.PRESENT: frozenset({_A.ABSENT}),  # counted again: somebody was ticked by mistake
        _A.ABSENT: frozenset({_A.PRESENT}),
        **{end: frozenset() for end in (_A.DECLINED, _A.LAPSED, _A.WITHDRAWN, _A.REPLACED)},
    },
    needs_reason=frozenset({_A.WITHDRAWN}),
    back={
        _A.OFFERED: frozenset({_A.SUGGESTED}),
        _A.WITHDRAWN: frozenset({_A.SUGGESTED, _A.OFFERED, _A.ACCEPTED}),
    },
)


PROMISED = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.PRESENT)  # a person's time is taken
LIVING = (AssignmentState.SUGGESTED, *PROMISED)
LEFT = (AssignmentState.WITHDRAWN, AssignmentState.REPLACED)
FIRM = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
DUE = (*PROMISED, AssignmentState.ABSENT)  # is asked, goes, went or was missed
TO_COME = (AssignmentState.SUGGESTED, AssignmentState.OFFERED, AssignmentState.ACCEPTED)  # may still be taken back
ENDED_IN_DATABASE = "ended_in_database"  # reason of what the database freed; nobody was told yet
OPEN_VISITS = (VisitState.PLANNED, VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY)
NOT_SURE_YET = (VisitState.PLANNED, VisitState.OFFERED)  # of its school: tentative in a calendar
OFF_VISITS = (VisitState.CANCELLED, VisitState.DISRUPTED, VisitState.REPLANNED)  # not held on that day
NOT_HELD_VISITS = (VisitState.DISRUPTED, VisitState.REPLANNED, VisitState.CANCELLED)
GONE_VISITS = (VisitState.CANCELLED, VisitState.REPLANNED)  # nobody goes; their request may have another visit
CERTAIN = (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)  # its school was told who comes
STAFFED = (PresentationState.PLANNED, PresentationState.CONFIRMED)  # presentations that still need their crew
HELD_STATES = (PresentationState.DELIVERED, PresentationState.PART_DELIVERED)  # presentations that took place
PRESENTER_LOCK = 1  # kind of core.db.advisory_lock: the time of one presenter
