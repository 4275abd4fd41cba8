"""What a proposal says: why a school waits, how a row differs, what it costs."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from babel.support import LazyProxy

from scheduler.core.language import day_and_month, pick, short_day
from scheduler.people.terms import PresenterKind
from scheduler.proposals.terms.pages import (
    AskedName,
    Gathered,
    HostGroup,
    NightView,
    PresenterDays,
    ProposalPage,
    RideView,
    RowView,
    SeatView,
    TownOfPlan,
)
from scheduler.proposals.terms.plan import (
    LeftAlone,
    Mending,
    Remark,
    RowChange,
    Trouble,
    WaitCause,
    WhyChanged,
)
from scheduler.reports.charts import town_map
from scheduler.reports.terms.drawing import MapDrawing, TownOfMap
from scheduler.web import labels
from scheduler.web.filters import Face, percent, short_weekday
from scheduler.web.free_dates import LANGUAGES
from scheduler.web.i18n import _, _l, _n, page_language, spelled_here
from scheduler.web.plan_words import NIGHTS

CHANGES: Mapping[RowChange, Face] = {
    RowChange.NEW: Face("move", "plus", _l("New")),
    RowChange.MOVED: Face("wait", "calendar", _l("Another date")),
    RowChange.OTHER_CREW: Face("wait", "people", _l("Another crew")),
    RowChange.SAME: Face("quiet", "check", _l("The same")),
    RowChange.DROPPED: Face("stop", "x", _l("Dropped")),
    RowChange.WAITS: Face("quiet", "hourglass", _l("Waits")),
}
CHANGED: Mapping[WhyChanged, LazyProxy] = {
    WhyChanged.ANSWERED: _l("The request was answered or planned otherwise since."),
    WhyChanged.STANDS_OTHERWISE: _l("The visit was changed since: its day, its hour, its crew or its state."),
    WhyChanged.NIGHT_ENDED: _l(
        "It is too far from home, and nobody sleeps near it: she no longer would, "
        "or the visit beside it is not applied."
    ),
    WhyChanged.RIDE_ENDED: _l("The consent to the ride, or the check of who drives, has ended since."),
    WhyChanged.NOT_FREE: _l("The day, the hour or somebody of the crew is not free any more."),
}
TROUBLES: Mapping[Trouble, LazyProxy] = {
    Trouble.ABSENCE: _l("A presenter is away on some days"),
    Trouble.LEAVES: _l("A presenter leaves"),
    Trouble.CONSENT: _l("A guardian's consent ends"),
    Trouble.CLOSURE: _l("Schools are shut"),
    Trouble.LATE: _l("A request came late"),
}
LEFT_ALONE: Mapping[LeftAlone, LazyProxy] = {
    LeftAlone.WITHIN_NOTICE: _l(
        "It is too near for a plan: substitutes are asked in waves on the page of the visit, or choose there yourself."
    ),
    LeftAlone.BY_HAND: _l("Its hours or its crew were arranged by hand: change it on the page of the visit."),
}
OFF_DAYS: Mapping[Remark, LazyProxy] = {
    Remark.OFF_DAY: _l("not a day that the school named"),
    Remark.AFTER_LONG_WAIT: _l("late for a school that has waited so long"),
}
PINNED = Face("quiet", "pinned", _l("Pinned by hand"))
LATE_LESSONS: Mapping[Remark, Face] = {
    Remark.ENDS_LATE: Face("wait", "clock", _l("Ends late in the day")),
    Remark.SHIFTS_UNKNOWN: Face("wait", "clock", _l("Afternoon, shifts not known")),
}
OF_EDUCATORS: Mapping[WaitCause, LazyProxy] = {
    WaitCause.NO_DAY: _l("No day of its span has lessons, enough notice and an hour that is long enough."),
    WaitCause.TOPIC: _l("No educator gives this topic."),
    WaitCause.LANGUAGE: _l("No educator teaches in this language."),
    WaitCause.REACH: _l("It is too far for every educator."),
    WaitCause.TIME: _l("No educator has hours and papers for these days."),
    WaitCause.TAKEN: _l("Everybody who could go is promised elsewhere on these days."),
    WaitCause.LARGE_CREW: _l("Its programme sends more people than the planner does: plan it by hand."),
    WaitCause.FULL: _l("Everybody who could go has enough in this plan on these days."),
    WaitCause.ELSEWHERE: _l("Everybody who could go is elsewhere in this plan at these hours."),
    WaitCause.NO_YOUTH: _l("An educator could go, but no young presenter at the same time."),
    WaitCause.LESS_WORTH: _l("It would cost more than it is worth."),
}
WHAT_IF: Mapping[str, LazyProxy] = {  # what one looser rule of the engine is on a page
    "one more a week": _l("There would be room if somebody gave one more presentation that week."),
    "one more a day": _l("There would be room if somebody gave one more presentation that day."),
    "a night away": _l("There would be room if somebody stayed away for one more night."),
}
OF_YOUTHS: Mapping[WaitCause, LazyProxy] = {
    WaitCause.TOPIC: _l("No young presenter gives this topic."),
    WaitCause.LANGUAGE: _l("No young presenter speaks this language."),
    WaitCause.REACH: _l("It is too far for every young presenter."),
    WaitCause.TIME: _l("No young presenter has hours and papers for these days."),
    WaitCause.TAKEN: _l("Every young presenter who could go is promised elsewhere on these days."),
}


GROUPS: Mapping[HostGroup, LazyProxy] = {
    HostGroup.TOWN: _l("in towns"),
    HostGroup.VILLAGE: _l("in villages"),
    HostGroup.SPECIAL_NEEDS: _l("pupils with special needs"),
}


def map_of(towns: Sequence[TownOfPlan]) -> MapDrawing | None:
    """Where the plan goes: a tick where nobody waits, a ring where somebody does."""
    language = page_language()
    drawn = [
        TownOfMap(
            f"{pick(language, one.name_sr_cyrl, one.name_sr_latn)} {one.placed + one.waiting}",
            one.lat,
            one.lon,
            not one.waiting,
        )
        for one in towns
    ]
    said = _("Where the plan goes: %(towns)s.", towns=", ".join(one.name for one in drawn))
    return town_map(drawn, said, _("everybody is in the plan"), _("somebody waits")) if drawn else None


def share_words(of_them: int, asked: int) -> str:
    """ "12 (40 %)"."""
    return f"{of_them} ({percent(of_them / asked)})"


def cause_words(row: RowView) -> str:
    """Why a request waits, in a sentence, with its topic or language where that is lacking."""
    if row.waiting is None:
        return ""
    if row.left:
        return str(LEFT_ALONE[row.left])
    said = _sentence(row.waiting.cause, row.waiting.kind)
    return f"{said.removesuffix('.')}: {what}." if (what := _lacking(row.waiting.cause, row.asked)) else said


def what_if_words(row: RowView) -> str:
    """What somebody would have to give so that a request that waits fits, in one line; nothing known: empty."""
    return " ".join(str(WHAT_IF[one]) for one in row.what_if if one in WHAT_IF)


def _sentence(cause: WaitCause, kind: PresenterKind | None) -> str:
    youths = OF_YOUTHS if kind is PresenterKind.INFLUENCER else {}
    return str(youths.get(cause, OF_EDUCATORS[cause]))


def _lacking(cause: WaitCause, of: AskedName | Gathered) -> str:
    if cause is WaitCause.TOPIC and of.topic:
        return str(labels.TOPICS[of.topic])
    return str(LANGUAGES[of.language]) if cause is WaitCause.LANGUAGE and of.language else ""


def gathered_words(one: Gathered) -> str:
    """ "17 requests wait for an educator who teaches in: Slovak"."""
    what, young = _lacking(one.waiting.cause, one), one.waiting.kind is PresenterKind.INFLUENCER
    said: dict[tuple[WaitCause, bool], Callable[[], str]] = {
        (WaitCause.LANGUAGE, False): lambda: _n(
            "%(num)s request waits for an educator who teaches in: %(what)s",
            "%(num)s requests wait for an educator who teaches in: %(what)s",
            one.number,
            what=what,
        ),
        (WaitCause.LANGUAGE, True): lambda: _n(
            "%(num)s request waits for a young presenter who speaks: %(what)s",
            "%(num)s requests wait for a young presenter who speaks: %(what)s",
            one.number,
            what=what,
        ),
        (WaitCause.TOPIC, False): lambda: _n(
            "%(num)s request waits for an educator who gives: %(what)s",
            "%(num)s requests wait for an educator who gives: %(what)s",
            one.number,
            what=what,
        ),
        (WaitCause.TOPIC, True): lambda: _n(
            "%(num)s request waits for a young presenter who gives: %(what)s",
            "%(num)s requests wait for a young presenter who gives: %(what)s",
            one.number,
            what=what,
        ),
    }
    usual = _n(
        "%(num)s request waits: %(why)s",
        "%(num)s requests wait: %(why)s",
        one.number,
        why=_sentence(one.waiting.cause, one.waiting.kind),
    )
    words = said.get((one.waiting.cause, young))
    return words() if words else usual


def reason_words(row: RowView) -> str:
    """Why a row is as it is: "35 km of road; 15 km less than Bojan Mitić, who has no visit in this plan yet".

    Of a pinned row nothing is compared: what it would cost to move it is no reason.
    """
    told = [str(OFF_DAYS[one]) for one in row.remarks if one in OFF_DAYS]
    if row.seat and row.seat.km is not None:
        told.append(_("%(km)s km of road", km=row.seat.km))
        others = () if row.pinned else row.others
        told += [words for other in others if (words := compared_words(row, other))][:1]
    return "; ".join(told)


def effort_words(row: RowView, other: SeatView) -> str:
    """What another crew would take of its educator: "55 km of road, 2 visits in this plan"; nothing of the same one."""
    if other.km is None or not compared_words(row, other):
        return ""
    visits = _n("%(num)s visit in this plan", "%(num)s visits in this plan", other.others)
    return ", ".join([_("%(km)s km of road", km=other.km), *([visits] if other.others else [])])


def day_words(one: PresenterDays) -> list[tuple[dt.date, str, str]]:
    """Of somebody's days each with its name and the towns: "Mon 21 Dec", "Majdanpek, Niš"."""
    language = page_language()
    return [
        (
            day,
            f"{short_weekday(day)} {day_and_month(day, language)}",
            ", ".join(dict.fromkeys(asked.place(language) for asked in requests)),
        )
        for day, requests in one.days.items()
    ]


def compared_words(row: RowView, other: SeatView) -> str:
    """An educator's road beside that of the one who might go instead, and what that one has; nothing of the same."""
    mine = row.seat
    if mine is None or mine.km is None or other.km is None or not (mine.crew and other.crew):
        return ""
    if other.crew[0] == mine.crew[0]:
        return ""
    less, name = other.km - mine.km, spelled_here(other.crew[0].name)
    beside = _("%(name)s, who has no visit in this plan yet", name=name)
    if other.others:
        beside = _n(
            "%(name)s, who has %(num)s visit in this plan",
            "%(name)s, who has %(num)s visits in this plan",
            other.others,
            name=name,
        )
    if less > 0:
        return _("%(km)s km less than %(whom)s", km=less, whom=beside)
    return _("%(km)s km more than %(whom)s", km=-less, whom=beside) if less else _("as far as %(whom)s", whom=beside)


def host_words(asked: AskedName) -> str:
    """The school and its place, in the letters of the page."""
    return asked.where(page_language())


def programme_words(asked: AskedName) -> str:
    """Its programme, in the language of the page."""
    return asked.programme(page_language())


def night_words(nights: Sequence[NightView], row: RowView) -> list[str]:
    """Of a row, where who of its crew has slept and where she will, away from home: "Ana: night in Pirot"."""
    if row.seat is None:
        return []
    going, day = {who.presenter_id for who in row.seat.crew}, row.seat.on_day
    told = []
    for one in nights:
        names = {"name": spelled_here(one.who.name), "town": one.place(page_language())}
        if one.who.presenter_id in going and one.after_day == day - dt.timedelta(days=1):
            told.append(_("%(name)s: the night before in %(town)s", **names))
        elif one.who.presenter_id in going and one.after_day == day:
            told.append(_("%(name)s: night in %(town)s", **names))
    return told


def ride_words(rides: Sequence[RideView], row: RowView) -> list[str]:
    """Of a row, who of its crew rides with whom, or no longer: "Tara: rides with Ana Jović"."""
    if row.seat is None:
        return []
    going = {who.presenter_id for who in row.seat.crew}
    that_day = [one for one in rides if one.on_day == row.seat.on_day]
    return [_ride_of(one) for one in that_day if {one.who.presenter_id, one.driver.presenter_id} <= going]


def _ride_of(one: RideView) -> str:
    names = {"name": spelled_here(one.who.name), "driver": spelled_here(one.driver.name)}
    if not one.holds:
        return _("%(name)s: no longer rides with %(driver)s, a consent or a check has ended", **names)
    return _("%(name)s: rides with %(driver)s, saves %(km)s km", km=one.km_saved, **names)


def title(shown: ProposalPage) -> str:
    """What a plan is, with its days."""
    first, last = (short_day(day, page_language()) for day in (shown.line.first_day, shown.line.last_day))
    if shown.draft.mends:
        return _("Repaired plan from %(first)s to %(last)s", first=first, last=last)
    return _("Plan from %(first)s to %(last)s", first=first, last=last)


def about(shown: ProposalPage) -> str:
    """What a plan mends, else how its people may travel."""
    if shown.draft.mends:
        return mending_words(shown.draft.mends, shown)
    told = []
    if shown.draft.nights:
        told.append(_("nights away: %(how_many)s", how_many=NIGHTS[shown.draft.nights]))
    if shown.draft.rides:
        told.append(_("young people may ride along"))
    return " · ".join(told)


def mending_words(mends: Mending, shown: ProposalPage) -> str:
    """ "A presenter is away on some days: Ana, 5 - 9 October"."""
    told, language, who = str(TROUBLES[mends.trouble]), page_language(), shown.about
    if closure := shown.closure:
        days = dict.fromkeys(short_day(day, language) for day in (closure.first_day, closure.last_day))
        return f"{told}: {' – '.join(days)}"
    if late := shown.late:
        return f"{told}: {host_words(late)} ({late.number})"
    if who is None or mends.away_from is None:
        return told
    first = short_day(mends.away_from, language)
    name = spelled_here(who.name)
    if mends.away_until is None:
        return _("%(what)s: %(name)s, from %(day)s on", what=told, name=name, day=first)
    last = short_day(mends.away_until, language)
    return _("%(what)s: %(name)s, %(first)s – %(last)s", what=told, name=name, first=first, last=last)


def figures(shown: ProposalPage, nights: int = 0, rides: Sequence[RideView] = ()) -> list[dict[str, object]]:
    """What a finished plan comes to; of a repair what it changes."""
    line, km = shown.line, shown.sums.km if shown.sums else 0
    if shown.draft.mends:
        return [
            {"number": shown.rows.total, "words": _("change")},
            {"number": len(shown.waiting), "words": _("without a place")},
            {"number": line.asked - shown.rows.total - len(shown.waiting), "words": _("stay as they stand")},
            {"number": line.applied, "words": _("applied")},
        ]
    numbers: list[dict[str, object]] = [
        {"number": line.placed, "words": _("in the plan")},
        {"number": line.asked - line.placed, "words": _("wait")},
        {"number": km, "words": _("km of road")},
    ]
    if shown.draft.nights and shown.sums:
        numbers.append({"number": nights, "words": _("nights away")})
        numbers.append({"number": shown.sums.km_saved, "words": _("km saved by nights")})
    if shown.draft.rides:
        saved = sum(one.km_saved for one in rides if one.holds)
        numbers.append({"number": saved, "words": _("km saved by rides")})
    return [*numbers, {"number": line.applied, "words": _("applied")}]
