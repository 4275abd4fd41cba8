"""What a proposal says: why a school waits, how a row differs, what it costs."""

from collections.abc import Callable, Mapping

from babel.support import LazyProxy

from scheduler.people.terms import PresenterKind
from scheduler.proposals.terms import (
    USUAL,
    AskedName,
    Gathered,
    HostGroup,
    Levers,
    RowChange,
    RowView,
    WaitCause,
    WhyChanged,
)
from scheduler.web import labels
from scheduler.web.filters import Face, percent
from scheduler.web.free_dates import LANGUAGES
from scheduler.web.i18n import _, _l, _n, page_language

STRENGTHS: Mapping[int, LazyProxy] = {0: _l("hardly"), 1: _l("as usual"), 2: _l("above all")}
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
    WhyChanged.NOT_FREE: _l("The day, the hour or somebody of the crew is not free any more."),
}
PARTS: Mapping[str, LazyProxy] = {
    "km": _l("road"),
    "load": _l("evenness"),
    "pref_miss": _l("no day that the school named"),
    "change": _l("otherwise than before"),
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
    WaitCause.LESS_WORTH: _l("It would cost more than it is worth by these weights."),
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


def share_words(of_them: int, asked: int) -> str:
    """ "12 (40 %)"."""
    return f"{of_them} ({percent(of_them / asked)})"


def cause_words(row: RowView) -> str:
    """Why a request waits, in a sentence, with its topic or language where that is lacking."""
    if row.waiting is None:
        return ""
    said = _sentence(row.waiting.cause, row.waiting.kind)
    return f"{said} ({what})" if (what := _lacking(row.waiting.cause, row.asked)) else said


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
    }
    usual = _n(
        "%(num)s request waits: %(why)s",
        "%(num)s requests wait: %(why)s",
        one.number,
        why=_sentence(one.waiting.cause, one.waiting.kind),
    )
    words = said.get((one.waiting.cause, young))
    return words() if words else usual


def part_words(parts: Mapping[str, int]) -> str:
    """What a seat costs by its parts: "road 40, evenness 6"."""
    return ", ".join(f"{PARTS[name]} {cost}" for name, cost in parts.items() if cost and name in PARTS)


def host_words(asked: AskedName) -> str:
    """The school and its place, in the letters of the page."""
    return asked.where(page_language())


def programme_words(asked: AskedName) -> str:
    """Its programme, in the language of the page."""
    return asked.programme(page_language())


def lever_words(levers: Levers) -> str:
    """What a plan pulls at otherwise than usual, in one line."""
    named = {
        _("serve as many as can be"): levers.reach,
        _("save kilometres"): levers.kilometres,
        _("spread the work evenly"): levers.fairness,
        _("keep what the plan before said"): levers.calm,
    }
    told = [f"{name}: {STRENGTHS[strength]}" for name, strength in named.items() if strength != USUAL]
    return " · ".join(told) or _("everything as usual")
