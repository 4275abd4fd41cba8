"""Cohorts in numbers: by town and level, the schools of a town, and what the public reads."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from scheduler import policy
from scheduler.cohorts.models import Cohort
from scheduler.cohorts.queries.lists import of_school_year
from scheduler.cohorts.rules import public_detectives
from scheduler.cohorts.terms import HIGHEST_LEVEL, CohortCount, GradeCount, SchoolOfAim
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import pick, worded
from scheduler.places.models import District, Host, Municipality
from scheduler.policy import Actor
from scheduler.reports.terms.counting import DistrictLine


def cohort_counts(actor: Actor, year: int) -> list[CohortCount]:
    """The cohorts of the actor's centre whose school year ends in `year`, by town and level. Raises: NotAllowed."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    return _counts(policy.in_reach(actor, Cohort), of_school_year(year))


def cohorts_by_year(centre_id: int | None, years: Sequence[int]) -> dict[int, list[GradeCount]]:
    """By school year, the cohorts of a whole centre, or of all of them: by town, level and grade.

    A number is the same for every reader: the caller asks for it. Of no year nothing is asked.
    """
    if not years:
        return {}
    year = case(*((of_school_year(one), one) for one in years)).label("ended")
    keys = Municipality.city_sr_cyrl, Cohort.level, Cohort.school_level, Cohort.grade
    wanted = (
        select(year, *keys, func.count().label("cohorts"), func.sum(Cohort.size).label("detectives"))
        .select_from(Cohort)
        .join(Host, Host.id == Cohort.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(or_(*map(of_school_year, years)), *([] if centre_id is None else [Cohort.centre_id == centre_id]))
        .group_by(year, *keys)
    )
    found: dict[int, list[GradeCount]] = defaultdict(list)
    for row in db.session().execute(wanted):
        one = GradeCount(row.city_sr_cyrl or "", row.level, row.school_level, row.grade, row.cohorts, row.detectives)
        found[row.ended].append(one)
    return dict(found)


def _counts(*where: ColumnElement[bool]) -> list[CohortCount]:
    keys = Municipality.city_sr_cyrl, Municipality.city_sr_latn, Cohort.level
    wanted = (
        select(*keys, func.count().label("cohorts"), func.sum(Cohort.size).label("detectives"))
        .select_from(Cohort)
        .join(Host, Host.id == Cohort.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(*where)
        .group_by(*keys)
    )
    rows = [
        CohortCount(row.city_sr_cyrl or "", row.city_sr_latn or "", row.level, row.cohorts, row.detectives)
        for row in db.session().execute(wanted)
    ]
    return sorted(rows, key=lambda one: (not one.city_sr_cyrl, alphabet_key(one.city_sr_cyrl), one.level))


def schools_of_aim(actor: Actor, city: str, year: int) -> list[SchoolOfAim]:
    """Every listed school of a town, with its furthest cohort of a school year. Raises: NotAllowed."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    wanted = (
        select(Host.id, Host.name_sr_cyrl, Host.name_sr_latn, Cohort.code, Cohort.level)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(Cohort, and_(Cohort.host_id == Host.id, policy.in_reach(actor, Cohort), of_school_year(year)))
        .where(Municipality.city_sr_cyrl == city, Host.listed, Host.teaches_primary | Host.teaches_secondary)
        .order_by(Host.search_key, Host.id, Cohort.level.desc(), Cohort.code)
    )
    found: dict[int, SchoolOfAim] = {}
    for row in db.session().execute(wanted):
        found.setdefault(row.id, SchoolOfAim(row.id, row.name_sr_cyrl, row.name_sr_latn, row.code or "", row.level))
    return list(found.values())


def towns_with_schools() -> list[tuple[str, str]]:
    """Towns that a school is listed in: (Cyrillic, Latin), by the alphabet."""
    city = Municipality.city_sr_cyrl, Municipality.city_sr_latn
    schools = Host.listed, Host.teaches_primary | Host.teaches_secondary
    wanted = select(*city).join(Host, Host.municipality_id == Municipality.id).where(*schools).distinct()
    rows = [(row.city_sr_cyrl, row.city_sr_latn) for row in db.session().execute(wanted)]
    return sorted(rows, key=lambda one: alphabet_key(one[0]))


def detectives_by_district(language: str) -> list[DistrictLine]:
    """Trained pupils of all centres and years by district, their sum last, as the public may read them."""
    wanted = (
        select(
            District.iso,
            District.name_sr_cyrl,
            District.name_sr_latn,
            District.name_en,
            func.count().label("cohorts"),
            func.sum(Cohort.size).label("trained"),
        )
        .select_from(Cohort)
        .join(Host, Host.id == Cohort.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(Cohort.level == HIGHEST_LEVEL)
        .group_by(District.iso, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    )
    rows = db.session().execute(wanted).all()
    told = public_detectives({row.iso or "-": row.trained for row in rows})
    lines = [
        DistrictLine(
            row.iso or "-",
            worded(language, row.name_sr_cyrl, row.name_sr_latn, row.name_en) if row.iso else "",
            row.cohorts,
            told[row.iso or "-"],
        )
        for row in rows
    ]
    whole = DistrictLine("", "", sum(row.cohorts for row in rows), told[""])
    return [*sorted(lines, key=lambda one: (not one.name, alphabet_key(one.name))), whole] if rows else []


def town_name(city: str, language: str) -> str:
    """A town by its Cyrillic name in the page's script; as it is, where there is none."""
    wanted = select(Municipality.city_sr_latn).where(Municipality.city_sr_cyrl == city).limit(1)
    return pick(language, city, db.session().scalar(wanted) or city)
