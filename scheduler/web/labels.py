"""Sentences of planning: why somebody cannot go, why a visit is not confirmed yet, what was refused, what happened."""

from collections.abc import Callable

from babel.support import LazyProxy

from scheduler.closures.terms import STOPPED
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import moment
from scheduler.places.terms.hosts import ClosureReason, ClosureRow, SchoolCalendar
from scheduler.staffing.terms.own_days import Kit
from scheduler.visits.terms.plans import Taken, Why
from scheduler.web.forms import MESSAGES, worded
from scheduler.web.i18n import _, _l, _n, page_language

REASONS = {
    ClosureReason.SNOW: _l("Snow"),
    ClosureReason.STRIKE: _l("Strike"),
    ClosureReason.EXAM_DAY: _l("Exam day"),
    ClosureReason.OTHER: _l("Another reason"),
}


def closure_place(row: ClosureRow) -> str:
    """Where hosts are shut, in words."""
    if name := row.place(page_language()):
        return name
    if row.extent.calendar is SchoolCalendar.VOJVODINA:
        return _("Vojvodina")
    return _("Everything outside Vojvodina") if row.extent.calendar else _("The whole country")


def closure_reason(row: ClosureRow) -> str:
    """Why, in words: the reason and what was typed."""
    return " · ".join(part for part in (str(REASONS[row.reason]), row.note) if part)


def hours(minutes: int) -> str:
    """3 h 15 min"""
    whole, rest = divmod(minutes, 60)
    parts = ([_("%(num)s h", num=whole)] if whole else []) + ([_("%(num)s min", num=rest)] if rest or not whole else [])
    return " ".join(parts)


def rejected_words(refused: Rejected) -> str:
    """The reasons of a refusal that has no form to stand in."""
    return " ".join(dict.fromkeys(worded(reason) for reason in refused.problems.values()))


WHY: dict[str, LazyProxy] = {
    "unvetted": _l("No valid vetting covers that day."),
    "too_young": _l("Too young to present on that day."),
    "no_consent": _l("No consent of a guardian covers that day."),
    "suspended": _l("Suspended: takes no new visits."),
    "taken": _l("Promised to another visit at that time."),
    "topic": _l("Does not speak about this topic."),
    "language": _l("Does not teach in this language."),
    "not_available": _l("Not available at that time."),
    "minor_without_adult": _l("A young person would be without an adult."),
    "teacher_not_promised": _l("The school has not promised that a teacher stays in the classroom."),
    "no_safeguarding_contact": _l("The school has not named its contact for child protection."),
}


REFUSED: dict[str, LazyProxy] = {
    "presenter_is_vetted": WHY["unvetted"],
    "unvetted": WHY["unvetted"],
    "presenter_is_old_enough": WHY["too_young"],
    "too_young": WHY["too_young"],
    "minor_has_consent": WHY["no_consent"],
    "no_consent": WHY["no_consent"],
    "minor_has_an_adult": _l("First put an adult into the crew: a young person never goes alone."),
    "minor_keeps_an_adult": _l("First find another adult: a young person never stays alone."),
    "minor_without_adult": WHY["minor_without_adult"],
    "nobody_in_two_places": WHY["taken"],
    "presenter_suspended": WHY["suspended"],
    "suspended": WHY["suspended"],
    "too_far_away": _l("The road from the other visit of that day is too long."),
    "date_gone": _l("The date is no longer held for you: it was not answered in time, or the centre cannot come."),
    "already_in_the_crew": _l("Already in the crew of this visit."),
    "too_late_for_waves": _l("Nobody is asked by itself in the last three hours: choose yourself."),
    "cannot_stand_in": _l("This presenter cannot stand in: look at the list of who could go, and why not."),
    "educator_must_stay": _l("Not without an adult educator in every presentation: choose something else."),
    "nobody_suggested": _l("First suggest somebody: there is nobody to offer the visit to."),
    "offer_gone": _l("This offer has ended or was taken back."),
    "educators_missing": _l("Not enough educators have accepted yet."),
    "influencers_missing": _l("The young presenter of this programme has not accepted yet."),
    "teacher_not_promised": WHY["teacher_not_promised"],
    "no_safeguarding_contact": WHY["no_safeguarding_contact"],
    "times_change_places": _l("Two presentations would change places. Move one of them first, then the other."),
    "changed_meanwhile": _l("Nothing was done: somebody was quicker and the visit has changed."),
    "nothing_changes": _l("Choose another day, start or presenter: nothing has changed yet."),
    "counted_in_part": _l(
        "People have been counted at this visit, so it is neither moved nor cancelled. "
        "Count the rest, or note which presentation was not held."
    ),
    "not_one_audience": _l("Only presentations for the same audience are joined: the others are counted apart."),
    "over_group_size": _l("So many do not fit into one presentation of this programme."),
    "not_yet": _l("The visit has not begun yet."),
    "other_visits": _l("Nothing was done yet: other visits are on these days. Look at them, then press again."),
    "has_begun": _l("The visit has already begun. Please call the centre."),
    "one_living_visit_a_request": _l("This request has a visit already."),
    "visit.school_request_id": _l("This request has a visit already."),
}


TOLD: dict[str, LazyProxy] = {
    "offer": _l("The offer"),
    "confirmation": _l("The confirmation"),
    "change": _l("The change"),
}


HAPPENED: dict[str, LazyProxy] = {
    "visit planned": _l("Planned"),
    "visit offered": _l("Offered to the crew"),
    "visit confirmed": _l("Confirmed by all"),
    "visit ready": _l("All prepared"),
    "visit delivered": _l("Held"),
    "visit cancelled": _l("Cancelled"),
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
    "visit_cancelled": _l("The visit was called off."),
    "presentations_joined": _l("The presentation was joined with another one."),
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
    return str(LEFT.get(reason, reason)) if reason != STOPPED else _("Stopped by a closure")


def kit_word(kit: Kit, count: int) -> str:
    """One line of what goes into the bag."""
    if kit is Kit.LEAFLETS:
        return _n("%(num)s leaflet with the helpline", "%(num)s leaflets with the helpline", count)
    return str(KIT[kit])


def why(reason: Why) -> str:
    """A reason with its numbers, as a sentence."""
    if reason.code == "cannot_arrive":
        return _(
            "Cannot arrive: the drive takes %(needed)s minutes and there are %(available)s.",
            needed=reason.needed,
            available=reason.available,
        )
    if reason.code == "educators_missing":
        return _("Educators who have accepted: %(have)s of %(needed)s.", have=reason.available, needed=reason.needed)
    if reason.code == "influencers_missing":
        return _(
            "Young presenters who have accepted: %(have)s of %(needed)s.", have=reason.available, needed=reason.needed
        )
    if reason.code in LIMITS:
        return LIMITS[reason.code](reason)
    return str(WHY.get(reason.code, MESSAGES["wrong_state"]))


def _too_far(reason: Why) -> str:
    return _(
        "Lives %(needed)s minutes away: further than %(most)s minutes we send nobody without asking first.",
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


LIMITS: dict[str, Callable[[Why], str]] = {  # the bounds that free dates keep: people may go beyond them
    "too_far": _too_far,
    "enough_of_day": _enough_of_day,
    "enough_of_week": _enough_of_week,
}


def refusal(error: Conflict) -> str:
    """What to tell who was refused; to the slower of two, who took the time and when."""
    if isinstance(error, Taken):
        return _taken(error)
    return str(REFUSED[error.reason]) if error.reason in REFUSED else worded(error.reason)


def _taken(error: Taken) -> str:
    promise, language = error.promise, page_language()
    head = str(WHY["taken"])
    if error.reason == "cannot_arrive":
        head = why(Why("cannot_arrive", error.problem.needed_minutes, error.problem.available_minutes))
    if promise.held_until:
        until = moment(promise.held_until, language, promise.zone)
        held = _("No visit yet: a school is booking that time. It is held until: %(moment)s.", moment=until)
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
    words = {one.value: str(said) for one, said in REASONS.items()} | {STOPPED: _("Stopped by a closure")}
    return words.get(text, text)
