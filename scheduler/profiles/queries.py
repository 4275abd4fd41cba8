"""What profiles show: figures by the questions of other rooms, typed texts, and profiles as they were signed."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Select, and_, case, select

from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import languages, translator
from scheduler.helpline import queries as helpline
from scheduler.helpline.rules import added_up, cells_of, signed_within
from scheduler.helpline.terms import HelplineMonth, PublicFigures
from scheduler.helpline.wording import code_names
from scheduler.people.models import Centre, User
from scheduler.people.queries import centres
from scheduler.profiles.models import TEXT_COLUMNS, ProfileText, SignedProfile
from scheduler.profiles.rules import age_of_grade, from_kept, is_whole_year, joined_days, school_years_ended
from scheduler.profiles.terms import (
    CohortShare,
    HelplineShare,
    ProfileFigures,
    ProfilePaper,
    ProfileTexts,
    SignedProfileRow,
    StoredTexts,
)
from scheduler.profiles.wording.paper import paper_of, public_paper
from scheduler.reports.queries.attendance import attendance_report, centre_name
from scheduler.reports.queries.cohorts import cohorts_by_year
from scheduler.reports.queries.figures import held_by_campaign
from scheduler.reports.queries.public import public_names, public_year
from scheduler.reports.queries.signing import with_books
from scheduler.reports.queries.youth import young_share
from scheduler.reports.rules.attendance import each_month
from scheduler.reports.rules.signing import figures_of
from scheduler.reports.terms.counting import Filters, Group, Period, Report


def profile_report(period: Period, centre_id: int | None) -> Report:
    """The report that a profile tells, with what was signed of it."""
    return with_books(attendance_report(Filters(period, centre_id), [Group.MONTH], names_centre=False))


def profile_figures(period: Period, centre_id: int | None, report: Report | None = None) -> ProfileFigures:
    """What a centre, or all of them, did in these days; totals as they were signed, where they were.

    `report`: what `profile_report` said, where somebody has asked it already.
    """
    filters = Filters(period, centre_id)
    by_month = report or profile_report(period, centre_id)
    inside, others = _helpline_periods(period, centre_id)
    return ProfileFigures(
        period,
        centre_id,
        totals=figures_of(by_month),
        presentations_by_month=tuple(
            (dt.date.fromisoformat(f"{key.value}-01"), counts.presentations) for key, counts in each_month(by_month)
        ),
        campaigns=tuple(held_by_campaign(filters)),
        cohorts=tuple(_cohorts(period, centre_id)),
        young=young_share(filters),
        helpline=_helpline(inside),
        helpline_left_out=others,
    )


def papers_of(
    period: Period,
    centre_id: int | None,
    figures: ProfileFigures | None = None,
    texts: ProfileTexts | None = None,
) -> dict[str, ProfilePaper]:
    """The profile in each language of the installation, as staff read it; None: of all centres, without typed texts."""
    counted = figures or profile_figures(period, centre_id)
    typed = texts or (texts_of(centre_id, period).texts if centre_id else ProfileTexts())
    centre = db.session().get_one(Centre, centre_id) if centre_id else None
    return {
        language: paper_of(counted, typed, _name_of(centre, language), _codes(counted.helpline, language), language)
        for language in languages()
    }


def standing_papers(period: Period, centre_id: int | None) -> Mapping[str, ProfilePaper]:
    """The profile as it was signed, where it was; else as it is counted now."""
    signed = signed_for(centre_id, period) if centre_id else None
    return signed.papers if signed else papers_of(period, centre_id)


def public_papers_of(period: Period, centre_id: int, today: dt.date) -> dict[str, ProfilePaper]:
    """The same as the public may read it; none of days that are no calendar year."""
    if not is_whole_year(period):
        return {}
    texts, told = texts_of(centre_id, period).texts, published_helpline(period, centre_id)
    papers = {}
    for language in languages():
        names = replace(public_names(today, language), exact_before=period.last.year + 1)  # once signed it stays
        year = public_year(period.first.year, names)
        held = next((one for one in year.centres if one.centre_id == centre_id), None)
        codes = {one.code_list: _codes(one, language) for one in told}
        name = centre_name(centre_id, language)
        papers[language] = public_paper((period.first.year, held), told, texts, name, codes, language)
    return papers


def _name_of(centre: Centre | None, language: str) -> str:
    return centre.name(language) if centre else translator(language).gettext("All centres")


def _codes(share: HelplineShare | None, language: str) -> dict[str, str]:
    """Names of topics and acts: those of the newest list that the figures are counted by, and of older ones."""
    lists = helpline.lists_up_to(share.code_list) if share else []
    return {code: name for one in lists for code, name in code_names(one, {}, language).items()}


def _cohorts(period: Period, centre_id: int | None) -> Iterator[CohortShare]:
    """Of each school year that ended in these days and had some."""
    found = cohorts_by_year(centre_id, school_years_ended(period))
    for year, rows in sorted(found.items()):
        trained = [one for one in rows if one.level == HIGHEST_LEVEL]
        by_age = Counter[str]()
        for one in trained:
            by_age[age_of_grade(one.school_level, one.grade)] += one.detectives
        yield CohortShare(
            year,
            sum(one.cohorts for one in rows),
            sum(one.detectives for one in rows),
            sum(one.detectives for one in trained),
            len({one.city_sr_cyrl for one in rows if one.city_sr_cyrl}),
            dict(by_age),
        )


def _centre_ids(centre_id: int | None) -> list[int]:
    return [one.id for one in centres()] if centre_id is None else [centre_id]


def _helpline_periods(period: Period, centre_id: int | None) -> tuple[list[HelplineMonth], int]:
    """The periods that are told, and how many touch these days and are not."""
    touching = [one for ident in _centre_ids(centre_id) for one in helpline.months_of(ident, period.first, period.last)]
    inside = signed_within(touching, period.first, period.last)
    return inside, len(touching) - len(inside)


def _helpline(inside: Sequence[HelplineMonth]) -> HelplineShare | None:
    if not inside:
        return None
    lists = {one.code_list for one in inside}
    by_month = Counter[dt.date]()
    for one in inside:
        by_month[one.figures.first_day.replace(day=1)] += one.figures.total("communications")
    return HelplineShare(
        cells_of(added_up([one.figures for one in inside])),
        joined_days(Period(one.figures.first_day, one.figures.last_day) for one in inside),
        max(lists),
        len(lists) > 1,
        tuple(sorted(by_month.items())),
    )


def published_helpline(period: Period, centre_id: int) -> list[HelplineShare]:
    """The publications that lie within these days, as the public was told them: they are never added up."""
    inside = [
        one
        for one in helpline.publications([centre_id])
        if period.first <= one.first_day and one.last_day <= period.last
    ]
    return [_published(one) for one in sorted(inside, key=lambda one: one.first_day)]


def _published(one: PublicFigures) -> HelplineShare:
    splits = {"total", "channel", "outcome", "forwarded_to"}
    numbers = {
        cell.code if cell.margin in splits else f"{cell.margin}.{cell.code}": cell.number for cell in one.numbers
    }
    by_month = [(dt.date.fromisoformat(cell.code), cell.number) for cell in one.numbers if cell.margin == "month"]
    shown = tuple((day, number) for day, number in by_month if number is not None)
    return HelplineShare(
        numbers,
        (Period(one.first_day, one.last_day),),
        one.code_list,
        by_month=shown if len(shown) == len(by_month) else (),
    )


# --- typed texts ---


def stored_texts(centre_id: int, period: Period) -> ProfileText | None:
    """The row of just these days, if there is one."""
    own = ProfileText.centre_id == centre_id, ProfileText.first_day == period.first, ProfileText.last_day == period.last
    return db.session().scalar(select(ProfileText).where(*own))


def texts_of(centre_id: int, period: Period) -> StoredTexts:
    """What was typed for these days. Who has typed nothing begins with the newest words about herself before them."""
    just_these = and_(ProfileText.first_day == period.first, ProfileText.last_day == period.last)
    newest = case((just_these, 1), else_=0).desc(), ProfileText.last_day.desc(), ProfileText.id.desc()
    wanted = select(ProfileText).where(ProfileText.centre_id == centre_id, ProfileText.last_day <= period.last)
    row = db.session().scalar(wanted.order_by(*newest).limit(1))
    if row is None:
        return StoredTexts()
    if (row.first_day, row.last_day) != (period.first, period.last):
        return StoredTexts(ProfileTexts(row.about_sr_cyrl, row.about_en))
    return StoredTexts(ProfileTexts(**{name: getattr(row, name) for name in TEXT_COLUMNS}), row.version)


# --- signed ones ---


def signed_profiles(centre_id: int | None = None, *, with_taken_back: bool = False) -> list[SignedProfileRow]:
    """Profiles that were signed, the newest days first; None: of all centres."""
    wanted = _signed().order_by(SignedProfile.first_day.desc(), SignedProfile.id.desc())
    if centre_id is not None:
        wanted = wanted.where(SignedProfile.centre_id == centre_id)
    if not with_taken_back:
        wanted = wanted.where(SignedProfile.taken_back_at.is_(None))
    return [_signed_row(row, user) for row, user in db.session().execute(wanted)]


def signed_for(centre_id: int, period: Period) -> SignedProfileRow | None:
    """The profile that stands signed for just these days."""
    wanted = _signed().where(
        SignedProfile.centre_id == centre_id,
        SignedProfile.first_day == period.first,
        SignedProfile.last_day == period.last,
        SignedProfile.taken_back_at.is_(None),
    )
    for row, user in db.session().execute(wanted):
        return _signed_row(row, user)
    return None


def public_profile(profile_id: int) -> SignedProfileRow:
    """One that the public may read. Raises: NotFound."""
    public = SignedProfile.taken_back_at.is_(None), SignedProfile.public_papers != ""
    for row, user in db.session().execute(_signed().where(SignedProfile.id == profile_id, *public)):
        return _signed_row(row, user)
    raise NotFound("profile")


def _signed() -> Select[SignedProfile, User]:
    return select(SignedProfile, User).outerjoin(User, User.id == SignedProfile.signed_by_id)


def _signed_row(row: SignedProfile, user: User | None) -> SignedProfileRow:
    return SignedProfileRow(
        row.id,
        row.centre_id,
        Period(row.first_day, row.last_day),
        from_kept(row.papers),
        from_kept(row.public_papers) if row.public_papers else {},
        row.signed_at,
        user.full_name if user else "",
        row.taken_back_at,
        row.taken_back_why or "",
    )
