"""What the page of a visit says, line by line."""

from collections.abc import Sequence
from typing import Any

from scheduler.staffing.terms.crew import Candidate, Hand
from scheduler.visits.terms.rows import CrewRow, PresentationRow, VisitHistoryLine, VisitPage, VisitRow
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState
from scheduler.web import labels
from scheduler.web.filters import in_hours, moment
from scheduler.web.i18n import spelled_here

OUT_OF_CREW = (AssignmentState.WITHDRAWN, AssignmentState.DECLINED)


def visit_view(page: VisitPage, candidates: Sequence[Candidate], hands: Sequence[Hand]) -> dict[str, Any]:
    """A visit's page in words: its presentations and crew, who could go and who not, and what happened."""
    visit = page.visit
    halves = visit.presentations if visit.has_a_gap else ()  # another may go to the second shift
    each = visit.presentations if len(visit.presentations) > 1 else ()
    return {
        "keeps_back": [labels.why(reason) for reason in page.keeps_back],
        "reason": labels.reason(visit.reason),
        "presentations": [presentation_view(visit, row) for row in visit.presentations],
        "crew": [member_view(visit, one) for one in visit.crew],
        "suggested": visit.state in OPEN_VISITS and any(one.state is AssignmentState.SUGGESTED for one in visit.crew),
        "able": [candidate_view(one, halves) for one in candidates if one.fits],
        "unable": [candidate_view(one, each) for one in candidates if not one.fits],
        "gone": _who_left(visit),
        "hands": [{"raised_at": one.raised_at, **candidate_view(one.candidate)} for one in hands],
        "history": history_view(page.history),
    }


def left_last(people: Sequence[Candidate], visit: VisitRow) -> list[Candidate]:
    """Who could go, in their order; behind them who was in this crew already and left it, or said no."""
    gone = _who_left(visit)
    return sorted(people, key=lambda one: one.presenter_id in gone)


def _who_left(visit: VisitRow) -> dict[int, CrewRow]:
    return {one.presenter_id: one for one in visit.crew if one.state in OUT_OF_CREW}


def presentation_view(visit: VisitRow, row: PresentationRow) -> dict[str, Any]:
    """A line of the visit's timetable: how long the crew waits before it; its crew where not everybody goes to all."""
    gap = visit.gap_before(row)
    return {
        "row": row,
        "pause": in_hours(gap) if gap else "",
        "crew": ", ".join(map(spelled_here, visit.crew_of(row.id))) if visit.crew_differs else "",
        "may_join": visit.state in OPEN_VISITS and len(visit.presentations) > 1,
    }


def member_view(visit: VisitRow, member: CrewRow) -> dict[str, Any]:
    """A line of the crew: to which presentations only, to which she could go as well, why she left."""
    open_now, others = visit.state in OPEN_VISITS, visit.without(member)
    seated = (AssignmentState.SUGGESTED, AssignmentState.OFFERED, AssignmentState.ACCEPTED)
    return {
        "row": member,
        "only": visit.of(member) if others else (),
        "also": others if open_now else (),
        "left": labels.left_because(member.reason),
        "may_leave": open_now and member.state in seated,
    }


def candidate_view(one: Candidate, apart: Sequence[PresentationRow] = ()) -> dict[str, Any]:
    """Somebody who could go, what speaks against it, and the presentations to which she can be suggested alone."""
    return {"row": one, "against": [labels.why(reason) for reason in one.reasons], "apart": apart}


def history_view(entries: Sequence[VisitHistoryLine]) -> list[dict[str, str]]:
    """What happened, as stops of a line; without what only the product needs to know."""
    return [
        {
            "state": "done",
            "title": title,
            "text": " · ".join(part for part in (moment(entry.at), spelled_here(entry.who)) if part),
        }
        for entry in entries
        if (title := labels.happened(entry.action))
    ]
