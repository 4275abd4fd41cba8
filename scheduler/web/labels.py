"""What pages of several rooms say: audiences, topics, weekdays, why somebody cannot go, what was refused."""

from collections.abc import Callable, Mapping

from babel.support import LazyProxy

from scheduler import policy
from scheduler.closures import wording
from scheduler.closures.terms import CLOSURE_REASON
from scheduler.concerns.terms import SpokenUpBy
from scheduler.core.errors import Conflict, GroundReason, Reason, Rejected
from scheduler.core.language import genitive_moment, moment
from scheduler.people.terms import Topic
from scheduler.places.terms.hosts import ClosureRow, HostKind
from scheduler.programmes.terms import Audience
from scheduler.readiness.terms import CancelCause
from scheduler.readiness.wording import cause_words
from scheduler.requests.terms.reasons import RequestReason
from scheduler.staffing.terms.own_days import Kit
from scheduler.staffing.terms.trainings import TrainingSubject
from scheduler.visits.terms.plans import PresenterTaken, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState, CancelledBy
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _, _l, _n, page_language
from scheduler.web.reasons import worded

AUDIENCES: Mapping[Audience, LazyProxy] = {
    Audience.PUPILS: _l("Pupils"),
    Audience.PARENTS: _l("Parents"),
    Audience.TEACHERS: _l("Teachers"),
    Audience.OTHERS: _l("Others"),
}
SCHOOL_KINDS: Mapping[HostKind, LazyProxy] = {  # beside a name that is often only a person's; others say theirs in it
    HostKind.PRIMARY: _l("Primary school"),
    HostKind.PRIMARY_PRIVATE: _l("Primary school"),
    HostKind.SECONDARY: _l("Secondary school"),
    HostKind.SECONDARY_PRIVATE: _l("Secondary school"),
}
TYPED_KINDS: Mapping[HostKind, LazyProxy] = {  # of hosts that a school can add itself
    HostKind.PRIMARY: SCHOOL_KINDS[HostKind.PRIMARY],
    HostKind.SECONDARY: SCHOOL_KINDS[HostKind.SECONDARY],
    HostKind.DORMITORY: _l("Dormitory"),
    HostKind.LIBRARY: _l("Library"),
    HostKind.CAMP: _l("Camp"),
    HostKind.MUNICIPALITY: _l("Municipality"),
    HostKind.OTHER: _l("Something else"),
}
WHO_CANCELS: Mapping[CancelledBy, LazyProxy] = {
    CancelledBy.SCHOOL: _l("The school: it rang or wrote"),
    CancelledBy.CENTRE: _l("We, the centre"),
}
CAUSES: Mapping[CancelCause, LazyProxy] = {
    cause: LazyProxy(lambda one=cause: cause_words(page_language())[one], enable_cache=False) for cause in CancelCause
}
TOPICS: Mapping[Topic, LazyProxy] = {
    Topic.SAFE_INTERNET: _l("Safe internet"),
    Topic.PEER_VIOLENCE: _l("Peer violence"),
    Topic.PRIVACY: _l("Privacy"),
    Topic.REPORTING: _l("Reporting of harmful content"),
    Topic.MEDIA_LITERACY: _l("Media literacy"),
    Topic.PARENTING: _l("Parents and children online"),
}
TRAINING_SUBJECTS: Mapping[TrainingSubject, LazyProxy] = {
    TrainingSubject.SPEAKING: _l("Speaking in front of a class"),
    TrainingSubject.ONLINE_SAFETY: _l("Dangers on the internet"),
    TrainingSubject.HANDING_ON: _l("What to do when a child tells something"),
    TrainingSubject.REPORTING: _l("How to report illegal content"),
    TrainingSubject.PROGRAMME: _l("A programme of the centre"),
}
WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)
PLACES_NAMED = 3  # of a closure, in a heading and on the board
SCHOOL_WEEKDAYS = WEEKDAYS[:5]  # a working Saturday follows the timetable of one of these
REASONS = {reason: _l(words) for reason, words in wording.REASONS.items()}
SPOKEN_UP_BY = {
    SpokenUpBy.SCHOOL: _l("the school, by its own link"),
    SpokenUpBy.COLLEAGUE: _l("somebody signed in"),
    SpokenUpBy.ANYBODY: _l("somebody without a proof"),
}


def closure_place(row: ClosureRow) -> str:
    """Where hosts are shut, in words; of many places the first ones, and how many more."""
    names = wording.closure_places(row, page_language())
    if len(names) <= PLACES_NAMED + 1:
        return ", ".join(names)
    first = ", ".join(names[:PLACES_NAMED])
    return _("%(places)s and %(others)s more", places=first, others=len(names) - PLACES_NAMED)


def closure_reason(row: ClosureRow) -> str:
    """Why, in words: the reason and what was typed."""
    return " · ".join(part for part in (str(REASONS[row.reason]), row.note) if part)


ON_A_VISIT: dict[Reason, LazyProxy] = {  # what a visit's page says in its own words
    RequestReason.DATE_GONE: _l(
        "The date is no longer held for you: it was not answered in time, or the centre cannot come."
    ),
    RequestReason.OVER_GROUP_SIZE: _l("So many do not fit into one presentation of this programme."),
    GroundReason.CHANGED_MEANWHILE: _l("Nothing was done: somebody was quicker and the visit has changed."),
}


TOLD_WHAT: dict[str, LazyProxy] = {
    "offer": _l("The offer"),
    "confirmation": _l("The confirmation"),
    "change": _l("The change"),
}


ANSWERED: Mapping[AssignmentState, LazyProxy] = {  # how an offer ended, to the presenter whom it was made to
    AssignmentState.DECLINED: _l("you could not come"),
    AssignmentState.LAPSED: _l("no answer came in time"),
    AssignmentState.WITHDRAWN: _l("you no longer go"),
    AssignmentState.REPLACED: _l("you no longer go"),
}


HAPPENED: dict[str, LazyProxy] = {
    "visit planned": _l("Planned"),
    "campaign chosen": _l("Campaign chosen"),
    "campaign left": _l("Its day lies outside the days of its campaign, which does not count it"),
    "visit offered": _l("Offered to the crew"),
    "visit confirmed": _l("Confirmed by all"),
    "visit ready": _l("All prepared"),
    "visit delivered": _l("Held"),
    "visit cancelled": _l("Cancelled"),
    **dict.fromkeys(
        [f"visit back to {state}" for state in ("planned", "offered", "confirmed", "ready", "disrupted")],
        _l("Taken back: the visit is as before"),
    ),
    "visit promise recorded": _l("The school promised a teacher and named its contact"),
    "visit moved": _l("Moved to another time"),
    "presentations joined": _l("Two presentations were joined"),
    "visit disrupted": _l("Prevented by a closure"),
    "visit replanned": _l("Planned again"),
    "visit told": _l("Told by word"),
    "visit copied": _l("Copied"),
    "substitute sought": _l("A substitute is sought"),
    "substitute no longer sought": _l("The search for a substitute was stopped"),
    "substitute not found": _l("Three hours before: no substitute found"),
    "wave sent": _l("Who could go was asked"),
    "visit goes short": _l("Decided: with a smaller crew"),
    "visit goes online": _l("Decided: held online"),
    "call opened": _l("Opened: presenters may put up a hand"),
    "call closed": _l("No longer open for hands"),
    "visit clock wrong": _l("Found at night: the time no longer fits"),
    "visit clock right": _l("Found at night: the time fits again"),
    "visit clock confirmed": _l("Said to be right all the same"),
    "visit crew comes": _l("The crew comes all the same"),
    "numbers asked": _l("The school said that more come than one presentation takes"),
    "drive corrected": _l("Kilometres driven were corrected"),
    "numbers accepted": _l("The new numbers were accepted"),
    "numbers declined": _l("The new numbers were declined"),
    "date wish made": _l("The school asked for another date"),
    "date wish taken_back": _l("The school no longer asks for another date"),
    "date wish kept": _l("The agreed date stays"),
    "date wish moved": _l("The wish for another date is met"),
    "assignment suggested": _l("A presenter was suggested"),
    "assignment offered": _l("Offered to a presenter"),
    "assignment accepted": _l("A presenter accepted"),
    "assignment declined": _l("A presenter cannot come"),
    "assignment lapsed": _l("An offer ended without an answer"),
    "assignment withdrawn": _l("A presenter left the crew"),
    "assignment replaced": _l("A presenter left the crew"),
    "assignment present": _l("A presenter was there"),
    "assignment absent": _l("A presenter was not there"),
}


LEFT: dict[str, LazyProxy] = {  # why somebody is out of a crew, where the product itself wrote the reason
    "cannot_come": _l("cannot come"),
    "somebody_was_quicker": _l("somebody else was quicker"),
    "adult_left": _l("The adult has left: a young person never stays alone."),
    "not_cleared": _l("A check or a consent no longer covers the day."),
    "ended_in_database": _l("A check or a consent no longer covers the day."),
    "visit_cancelled": _l("The visit was called off."),
    "visit_replanned": _l("Planned again"),
    "takes_nothing_new": _l("Not asked again when the visit moved."),
    "young_week_full": _l("Moved into a week that is full for a young person."),
    "young_month_full": _l("Moved into a month that is full for a young person."),
    "never_answered": _l("An offer ended without an answer"),
    "presentations_joined": _l("The presentation was joined with another one."),
    "plan_mended": _l("The plan was repaired: somebody else goes."),
}


KIT: dict[Kit, LazyProxy] = {
    Kit.COMPUTER: _l("computer with its charger"),
    Kit.ADAPTERS: _l("adapters for the projector (HDMI and VGA)"),
    Kit.PROJECTOR: _l("projector: the school has none"),
    Kit.LOUDSPEAKER: _l("loudspeaker: the school has none"),
    Kit.OFFLINE: _l("the presentation stored on the computer: do not count on the internet"),
    Kit.SHEET: _l("sign-in sheet for adults, printed"),
    Kit.PLAN_B: _l("a plan without the projector"),
}


def left_because(reason: str) -> str:
    """Why somebody left a crew: a person's own words, or the sentence for what the product wrote."""
    return str(LEFT.get(reason, reason)) if reason != CLOSURE_REASON else _("Stopped by a closure")


def kit_word(kit: Kit, count: int) -> str:
    """One line of what goes into the bag."""
    if kit is Kit.LEAFLETS:
        return _n("%(num)s leaflet with the helpline", "%(num)s leaflets with the helpline", count)
    return str(KIT[kit])


def why(reason: Why) -> str:
    """A reason with its numbers, as a sentence.

    Minutes of a drive from one visit to another locate the other one: who does not reach it reads none (TRUST S54).
    """
    if reason.code is WhyNot.CANNOT_ARRIVE:
        reached = policy.in_districts(current_actor(), policy.Spot(None, district_id=reason.district_id))
        return _cannot_arrive(reason.needed, reason.available) if reached else worded(WhyNot.TAKEN)
    if reason.code is WhyNot.EDUCATORS_MISSING:
        return _("Educators who have accepted: %(have)s of %(needed)s.", have=reason.available, needed=reason.needed)
    if reason.code is WhyNot.INFLUENCERS_MISSING:
        return _(
            "Young presenters who have accepted: %(have)s of %(needed)s.", have=reason.available, needed=reason.needed
        )
    if reason.code in LIMITS:
        return LIMITS[reason.code](reason)
    return worded(reason.code)


def _cannot_arrive(needed: int, available: int) -> str:
    return _(
        "Cannot arrive: the drive takes %(needed)s minutes and there are %(available)s.",
        needed=needed,
        available=available,
    )


def left_behind(name: str, reason: Why) -> str:
    """Why somebody of a crew leaves a visit on its new day: it would be too much for a minor, or she takes no more."""
    said = {
        WhyNot.TAKES_NOTHING_NEW: _("takes no new visit at the moment; nobody asks, the place falls open"),
        WhyNot.YOUNG_WEEK_FULL: _("that week is full for a young person; nobody asks, the place falls open"),
        WhyNot.YOUNG_MONTH_FULL: _("that month is full for a young person; nobody asks, the place falls open"),
    }
    return f"{name}: {said[WhyNot(reason.code)]}"


def _too_far(reason: Why) -> str:
    return _(
        "Lives %(needed)s minutes away; beyond %(most)s minutes, ask first.",
        needed=reason.needed,
        most=reason.available,
    )


def _beyond_reach(reason: Why) -> str:
    return _(
        "It is %(needed)s km, and this presenter goes %(most)s km at most.",
        needed=reason.needed,
        most=reason.available,
    )


def _enough_of_day(reason: Why) -> str:
    return _(
        "It would be presentation %(number)s of that day: more than %(most)s are much for one person.",
        number=reason.needed,
        most=reason.available,
    )


def _enough_of_week(reason: Why) -> str:
    return _(
        "It would be presentation %(number)s of that week: more than %(most)s are much for one person.",
        number=reason.needed,
        most=reason.available,
    )


LIMITS: dict[Reason, Callable[[Why], str]] = {  # the bounds that free dates keep: people may go beyond them
    WhyNot.TOO_FAR: _too_far,
    WhyNot.BEYOND_REACH: _beyond_reach,
    WhyNot.ENOUGH_OF_DAY: _enough_of_day,
    WhyNot.ENOUGH_OF_WEEK: _enough_of_week,
}


def refusal(error: Conflict | Rejected) -> str:
    """What to tell who was refused without a form; to the slower of two, who took the time and when."""
    if isinstance(error, PresenterTaken):
        return _taken(error)
    reasons = [error.reason] if isinstance(error, Conflict) else error.problems.values()
    return " ".join(str(ON_A_VISIT[one]) if one in ON_A_VISIT else worded(one) for one in dict.fromkeys(reasons))


def _taken(error: PresenterTaken) -> str:
    promise, language = error.promise, page_language()
    head = worded(WhyNot.TAKEN)
    if not policy.in_districts(current_actor(), promise.where):
        return head
    if error.reason is WhyNot.CANNOT_ARRIVE:
        head = _cannot_arrive(error.problem.needed_minutes, error.problem.available_minutes)
    if promise.held_until:
        until = genitive_moment(promise.held_until, language, promise.zone)
        held = _("No visit yet: a school is booking that time. It is held until %(moment)s.", moment=until)
        return f"{head} {held} {promise.host(language)}"
    where = _(
        "The other visit: %(number)s, %(host)s, %(begins)s.",
        number=promise.visit_number,
        host=promise.host(language),
        begins=moment(promise.starts_at, language, promise.zone),
    )
    given = _(
        "Promised: %(when)s, %(who)s.",
        when=moment(promise.promised_at, language, promise.zone),
        who=promise.promised_by or _("Raspored"),
    )
    return f"{head} {where} {given}"


def happened(action: str) -> str:
    """What a line of the history says; nothing for what only the product needs to know."""
    return str(HAPPENED.get(action, ""))


def reason(text: str) -> str:
    """Why a visit or a seat ended: what somebody typed, or the words of a closure."""
    words = {one.value: str(said) for one, said in REASONS.items()} | {CLOSURE_REASON: _("Stopped by a closure")}
    return words.get(text, text)
