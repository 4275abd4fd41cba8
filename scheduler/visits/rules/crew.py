"""Whether a crew is whole, keeps the law about minors, and whom of it a school is shown."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from scheduler.core.names import whole_name
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.plans import CrewMember, CrewRule, Teaches, UnderLaw, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import Companion, PresenterCard, VisitRow
from scheduler.visits.terms.states import FIRM, PROMISED


def may_go_short(crews: Sequence[Sequence[CrewMember]], day: dt.date) -> bool:
    """Whether a visit may be held without its whole crew: everywhere an adult educator who has accepted.

    With her no young person is alone, in the law's sense and in ours (TRUST S47).
    """
    return bool(crews) and all(
        any(
            member.state in FIRM and member.kind is PresenterKind.EDUCATOR and not is_minor(member.adult_on, day)
            for member in crew
        )
        for crew in crews
    )


def crew_problems(crew: Iterable[CrewMember], rule: CrewRule, day: dt.date) -> list[Why]:
    """What keeps one presentation from being confirmed: who has accepted must meet the programme's rule."""
    firm = [member for member in crew if member.state in FIRM]
    educators = sum(member.kind is PresenterKind.EDUCATOR for member in firm)
    influencers = len(firm) - educators
    problems = []
    if educators < rule.educators:
        problems.append(Why(WhyNot.EDUCATORS_MISSING, rule.educators, educators))
    if influencers < rule.influencers:
        problems.append(Why(WhyNot.INFLUENCERS_MISSING, rule.influencers, influencers))
    minors = [member for member in firm if is_minor(member.adult_on, day)]
    if minors and len(minors) == len(firm):
        problems.append(Why(WhyNot.MINOR_WITHOUT_ADULT))
    return problems


def is_whole(crews: Iterable[Sequence[CrewMember]], rule: CrewRule, day: dt.date) -> bool:
    """Whether the crew of every presentation of a visit is whole; of a visit without any it is not."""
    every = list(crews)
    return bool(every) and not any(crew_problems(crew, rule, day) for crew in every)


def keeps_back(
    crews: Iterable[Sequence[CrewMember]],
    rule: CrewRule,
    day: dt.date,
    *,
    uncleared: Iterable[Why],
    promise: Iterable[Why],
) -> list[Why]:
    """Every reason against confirming a visit, the most serious first: the law, its crews, the school's promise."""
    short = [why for crew in crews for why in crew_problems(crew, rule, day)]
    return [*uncleared, *short, *promise]


def promise_problems(audiences: Iterable[Audience], teacher_stays: bool, safeguarding_contact: str) -> list[Why]:
    """What the school must have promised before pupils meet anybody: a teacher who stays, and whom to tell."""
    if Audience.PUPILS not in audiences:
        return []
    problems = [] if teacher_stays else [Why(WhyNot.TEACHER_NOT_PROMISED)]
    return problems if safeguarding_contact else [*problems, Why(WhyNot.NO_SAFEGUARDING_CONTACT)]


def who_is_shown(crew: Iterable[CrewMember], day: dt.date) -> list[str]:
    """Names as a school may read them (TRUST S51): of adults the full name, of minors the first name only.

    `day` is the earlier of today and the visit's day: who is a minor on either is shown as one. Adults come first.
    """
    return [card.name for card in cards_of(crew, day)]


def cards_of(crew: Iterable[CrewMember], day: dt.date, photographed: Collection[int] = ()) -> list[PresenterCard]:
    """The cards of those who come, by the same rule: adults first, each minor with the adult who comes along.

    `photographed` are the minors whose guardian has agreed to that.
    """
    adults, minors = [], []
    for member in crew:
        if is_minor(member.adult_on, day):
            minors.append(
                PresenterCard(member.given_name, member.kind, minor=True, photo=member.presenter_id in photographed)
            )
        else:
            name = whole_name(member.given_name, member.family_name)
            adults.append(PresenterCard(name, member.kind, minor=False, presenter_id=member.presenter_id))
    first = sorted(adults, key=lambda card: card.kind is not PresenterKind.EDUCATOR)[:1]  # an educator answers for her
    with_whom = first[0].name if first else ""
    return adults + [replace(card, adult=with_whom) for card in minors]


def companions(
    row: VisitRow, reader_id: int | None, today: dt.date, photographed: Collection[int] = ()
) -> tuple[Companion, ...]:
    """Whoever is asked or goes, as a presenter of the visit may read her; staff, without a `reader_id`, reads all.

    A minor is named, by her first name, to who has accepted the same presentation; to who has not, not even her place
    in the alphabet tells, nor what her guardian has agreed to (TRUST S54): of her no photograph is taken.
    """
    day, asked = min(today, row.on_day), [one for one in row.crew if set(one.states.values()) & set(PROMISED)]
    me = next((one for one in asked if one.presenter_id == reader_id), None)
    shown = []
    for one in asked:
        minor = is_minor(one.adult_on, day)
        named = reader_id is None or not minor or one is me or (me is not None and me.goes_with(one))
        name = one.given_name if minor else one.full_name
        photo = not minor or (named and one.presenter_id in photographed)
        weakest = min(set(one.states.values()) & set(PROMISED), key=PROMISED.index)
        shown.append(Companion(name if named else "", minor, one is me, weakest, photo))
    return tuple(sorted(shown, key=lambda one: (not one.name, PROMISED.index(one.state) if not one.name else 0)))


def why_not(candidate: Teaches, topic: Topic, language: TeachingLanguage | None, available: bool) -> list[Why]:
    """What speaks against a presenter beside the law and the road: her topics, her languages, her time."""
    problems = [] if topic in candidate.topics else [Why(WhyNot.TOPIC)]
    if language is not None and language not in candidate.languages:
        problems.append(Why(WhyNot.LANGUAGE))
    return problems if available else [*problems, Why(WhyNot.NOT_AVAILABLE)]


def uncleared(standing: UnderLaw, day: dt.date, *, vetted: bool, agreed: bool, away: bool = False) -> list[Why]:
    """What the law says against a presenter on a day: her vetting, her age, a guardian's consent, a suspension.

    `away`: it would be in another town than hers, and nobody has agreed that she travels.
    """
    why = [] if vetted else [Why(WhyNot.UNVETTED)]
    if standing.may_present_from is not None and day < standing.may_present_from:
        why.append(Why(WhyNot.TOO_YOUNG))
    if is_minor(standing.adult_on, day) and not agreed:
        why.append(Why(WhyNot.NO_CONSENT))
    elif is_minor(standing.adult_on, day) and away:
        why.append(Why(WhyNot.NO_TRAVEL))
    if standing.suspended:
        why.append(Why(WhyNot.SUSPENDED))
    return why
