"""The practice of reporting: cases as a centre tells them, the page behind a code, and what groups have answered."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from scheduler import policy
from scheduler.cohorts.models import Cohort, CohortPart, PracticeCase, PracticeSum
from scheduler.cohorts.rules import practice_key
from scheduler.cohorts.terms import CohortSkill, PracticeCaseRow, PracticeSums, ReportingWay
from scheduler.config import settings
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import worded
from scheduler.data import files
from scheduler.people.models import Centre
from scheduler.policy import Actor


@dataclass(frozen=True)
class PracticePage:
    """Whose cases a page tells; of a part that is counted, its id and code."""

    centre_id: int
    slug: str
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    part_id: int | None = None
    cohort: str = ""

    def centre(self, language: str) -> str:
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


@cache
def shipped_cases() -> tuple[PracticeCaseRow, ...]:
    """The cases that the product ships."""
    return tuple(
        PracticeCaseRow(
            row["code"],
            row["story_sr_cyrl"],
            row["story_en"],
            row["why_sr_cyrl"],
            row["why_en"],
            frozenset(map(ReportingWay, row["ways"].split())),
        )
        for row in files.rows_of("practice_cases.csv")
    )


def cases_of(centre_id: int) -> list[PracticeCaseRow]:
    """The cases of a centre: those that it has worded itself in place of the shipped ones."""
    rows = db.session().scalars(select(PracticeCase).where(PracticeCase.centre_id == centre_id))
    own = {row.code: _row(row) for row in rows}
    return [own.get(one.code, one) for one in shipped_cases()]


def case_of(centre_id: int, code: str) -> PracticeCaseRow:
    """One of them. Raises: NotFound."""
    for one in cases_of(centre_id):
        if one.code == code:
            return one
    raise NotFound("practice case")


def practice_of(slug: str) -> PracticePage:
    """The open page of a centre. Raises: NotFound."""
    centre = db.session().scalar(select(Centre).where(Centre.slug == slug))
    if centre is None:
        raise NotFound("centre")
    return PracticePage(centre.id, centre.slug, centre.name_sr_cyrl, centre.name_sr_latn, centre.name_en)


def practice_behind(code: str, part_id: int, key: str) -> PracticePage:
    """The page of one part of a cohort. Raises: NotFound, for a wrong key as if there were no such part."""
    wanted = (
        select(Cohort.code, Centre)
        .join(CohortPart, CohortPart.cohort_id == Cohort.id)
        .join(Centre, Centre.id == Cohort.centre_id)
        .where(Cohort.code == code, CohortPart.id == part_id, CohortPart.skill == CohortSkill.REPORT)
    )
    row = db.session().execute(wanted).one_or_none()
    right = practice_key(part_id, settings().secret_key)
    if row is None or not key.isascii() or not hmac.compare_digest(right, key):
        raise NotFound("practice")
    centre = row.Centre
    names = centre.name_sr_cyrl, centre.name_sr_latn, centre.name_en
    return PracticePage(centre.id, centre.slug, *names, part_id, row.code)


def practice_links(actor: Actor, code: str) -> list[tuple[int, str]]:
    """(part, key) of each part of a cohort that trains to report. Raises: NotAllowed."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    wanted = (
        select(CohortPart.id)
        .join(Cohort, Cohort.id == CohortPart.cohort_id)
        .where(Cohort.code == code, policy.in_reach(actor, Cohort), CohortPart.skill == CohortSkill.REPORT)
        .order_by(CohortPart.id)
    )
    return [(one, practice_key(one, settings().secret_key)) for one in db.session().scalars(wanted)]


def sums_of(code: str) -> Mapping[str, PracticeSums]:
    """{case: what groups of a cohort have answered}, over its parts; the caller has checked the right."""
    wanted = (
        select(PracticeSum.code, PracticeSum.groups, PracticeSum.correct)
        .join(CohortPart, CohortPart.id == PracticeSum.part_id)
        .join(Cohort, Cohort.id == CohortPart.cohort_id)
        .where(Cohort.code == code)
        .order_by(PracticeSum.id)
    )
    found: dict[str, PracticeSums] = {}
    for row in db.session().execute(wanted):
        before = found.get(row.code, PracticeSums())
        found[row.code] = PracticeSums(before.groups + row.groups, before.correct + row.correct)
    return found


def _row(row: PracticeCase) -> PracticeCaseRow:
    ways = frozenset(way for way in ReportingWay if getattr(row, way))
    texts = row.story_sr_cyrl, row.story_en, row.why_sr_cyrl, row.why_en
    return PracticeCaseRow(row.code, *texts, ways, own=True)


def slug_of(centre_id: int) -> str:
    """By which name the page of a centre is opened. Raises: NotFound."""
    slug = db.session().scalar(select(Centre.slug).where(Centre.id == centre_id))
    if slug is None:
        raise NotFound("centre")
    return slug
