"""Free dates for everybody: the next days on which somebody could come to a school of a municipality."""

from collections.abc import Sequence
from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries import free_dates as booking_free_dates
from scheduler.booking.terms.free_dates import FreeDates
from scheduler.core import clock
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.queries import municipalities
from scheduler.places.terms.hosts import HostRow, MunicipalityRow
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import ProgrammeRow
from scheduler.web import near_dates
from scheduler.web.booking.blueprint import bp
from scheduler.web.free_dates import LANGUAGES, months_of, why_none
from scheduler.web.guards import public
from scheduler.web.i18n import page_language
from scheduler.web.limits import FREE_DATES, limiter

MOST_LETTERS = 80


@bp.get("/free")
@public
@limiter.limit(FREE_DATES)
def free_dates() -> ResponseReturnValue:
    """Chosen by three lists, without an account; a day leads to the booking. Says that a time is free, never who is.

    A school that has told its shifts can be named too: then the times are its lessons, and those of its classes.
    """
    programmes, towns = programme_queries.open_programmes(), municipalities(page_language())
    programme = next((one for one in programmes if one.slug == request.args.get("programme")), None)
    wanted = request.args["municipality"] if "municipality" in request.args else near_dates.own_town()
    town = next((one for one in towns if str(one.id) == wanted), None)
    if town and "programme" not in request.args:
        programme = near_dates.usual_programme(programmes)  # her own town was named before: it is answered at once
    typed = request.args.get("language", "")
    language = TeachingLanguage(typed) if typed in set(TeachingLanguage) else TeachingLanguage.SERBIAN
    classes = request.args.get("classes", "").replace("\0", "")[:MOST_LETTERS].strip()
    hosts = place_queries.hosts_with_bells(town.id, language=page_language()) if town else []
    host = next((one for one in hosts if str(one.id) == request.args.get("host")), None)
    answer, missing = None, ""
    if programme and town:
        near_dates.remember(host=host.id if host else None, town=town.id)
        answer, missing = _answer(programme, town, host, language, classes)

    taken = {
        "programme": programme.slug if programme else "",
        "host": host.id if host else "",
        "language": language.value if language.value == typed else "",
        "classes": classes,
    }
    booking = url_for("requests.book", **{name: value for name, value in taken.items() if value})  # type: ignore[arg-type]
    return render_template(
        "booking/free_dates.html",
        programmes=programmes,
        towns=towns,
        hosts=hosts,
        host=host,
        classes=classes,
        languages=LANGUAGES,
        programme=programme,
        town=town,
        spoken=language,
        answer=answer,
        town_missing=town is None and "municipality" in request.args,
        months=months_of(answer) if answer else [],
        why_none=why_none(answer, language) if answer else "",
        missing=missing,
        before_day=f"{booking}&day=",  # a programme is named wherever days are
    )


@bp.app_template_global()
def towns_by_district(towns: Sequence[MunicipalityRow]) -> list[tuple[str, list[MunicipalityRow]]]:
    """Sorted towns under the names of their districts."""
    language = page_language()
    named = groupby(towns, lambda one: one.district(language))
    return [(district, list(group)) for district, group in named]


def _answer(
    programme: ProgrammeRow, town: MunicipalityRow, host: HostRow | None, language: TeachingLanguage, classes: str
) -> tuple[FreeDates, str]:
    """And the school year that is not entered yet."""
    where = {"host_id": host.id} if host else {"municipality_id": town.id}
    named: Sequence[str] = (classes,) if classes and host else ()
    wish = near_dates.asked_of(programme, language, classes=tuple(named), **where)
    place = near_dates.place_of(programme, host or town)
    calendar = booking_free_dates.near_calendar(wish, now=clock.now(), place=place)
    return calendar.free_dates(wish), calendar.missing
