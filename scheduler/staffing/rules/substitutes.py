"""Pure rules of the search for a substitute: when the next wave goes, whom it asks, what may go without one."""

import datetime as dt
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from scheduler.core.errors import GroundReason, Reason
from scheduler.people.terms import PresenterKind
from scheduler.staffing.terms.crew import Candidate
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.rules.crew import crew_problems
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.reasons import WhyNot

WAVE = 3  # so many are asked at a time for each seat


SEARCH_BEGINS = dt.timedelta(days=7)  # before the visit


CHOICE_BEFORE = dt.timedelta(hours=3)


NEAR_KM = 25  # within such a band the less loaded goes first


LINK_LENGTH = 300  # letters of an online address


_PAUSES = (  # so long before the visit at least: so long until the next wave
    (dt.timedelta(hours=72), dt.timedelta(hours=12)),
    (dt.timedelta(hours=24), dt.timedelta(hours=4)),
    (dt.timedelta(hours=8), dt.timedelta(hours=1)),
)


_KIND_MISSING = {
    WhyNot.EDUCATORS_MISSING: PresenterKind.EDUCATOR,
    WhyNot.INFLUENCERS_MISSING: PresenterKind.INFLUENCER,
}


_SHORTEST_PAUSE = dt.timedelta(minutes=20)


def choose_at(starts_at: dt.datetime) -> dt.datetime:
    """From when on nobody is asked by the product any more, and the coordinator decides."""
    return starts_at - CHOICE_BEFORE


def first_wave_at(starts_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When a search that nobody hurries begins: at once within the week, else a week before."""
    return max(now, starts_at - SEARCH_BEGINS)


def wave_pause(starts_at: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """How long a wave has before the next one goes: the nearer the visit, the shorter."""
    left = starts_at - now
    return next((long for least, long in _PAUSES if left >= least), _SHORTEST_PAUSE)


def answer_until(starts_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Until when who is asked now may answer: one wave longer than her own, never into the last three hours."""
    return min(now + 2 * wave_pause(starts_at, now), choose_at(starts_at))


def missing_kinds(crew: Iterable[CrewMember], rule: CrewRule, day: dt.date) -> dict[PresenterKind, int]:
    """How many of each kind a presentation still needs, by who has accepted."""
    found = {why.code: why.needed - why.available for why in crew_problems(crew, rule, day)}
    return {kind: found[code] for code, kind in _KIND_MISSING.items() if code in found}


def sought_kind(missing: Iterable[Mapping[PresenterKind, int]]) -> PresenterKind | None:
    """Whom a wave asks: educators first, for a young presenter goes only where an adult stands already."""
    kinds = {kind for each in missing for kind in each}
    if PresenterKind.EDUCATOR in kinds:
        return PresenterKind.EDUCATOR
    return PresenterKind.INFLUENCER if kinds else None


def in_order(candidates: Iterable[Candidate], load: Mapping[int, int]) -> list[Candidate]:
    """Who could go, the best first: the nearest, and among those about as near the least loaded."""
    fit = [one for one in candidates if one.fits]
    return sorted(
        fit,
        key=lambda one: ((one.road_km or 0) // NEAR_KM, load.get(one.presenter_id, 0), one.road_km or 0, one.full_name),
    )


def problem_with_link(link: str) -> Reason | None:
    """What is wrong with an address under which a visit is held online; None when nothing is."""
    if not link:
        return GroundReason.MISSING
    try:
        parts = urlsplit(link)
        named = bool(parts.hostname) and "." in (parts.hostname or "") and not any(sign.isspace() for sign in link)
    except ValueError:
        return StaffingReason.NOT_A_LINK
    if len(link) > LINK_LENGTH:
        return GroundReason.TOO_LONG
    return None if parts.scheme == "https" and named and "@" not in parts.netloc else StaffingReason.NOT_A_LINK
