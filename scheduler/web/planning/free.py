"""Free dates for everybody: the next days on which somebody could come to a school of a municipality."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.queries import calendar_missing
from scheduler.planning import queries
from scheduler.planning.terms import FreeWish
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.web.free_dates import LANGUAGES, months_of, why_none
from scheduler.web.guards import public
from scheduler.web.limits import FREE_DATES, limiter
from scheduler.web.planning.blueprint import bp


@bp.get("/free")
@public
@limiter.limit(FREE_DATES)
def free_dates() -> ResponseReturnValue:
    """Chosen by three lists, without an account; a day leads to the booking. Says that a time is free, never who is."""
    programmes, towns = programme_queries.open_programmes(), place_queries.municipalities()
    programme = next((one for one in programmes if one.slug == request.args.get("programme")), None)
    town = next((one for one in towns if str(one.id) == request.args.get("municipality")), None)
    typed = request.args.get("language", "")
    language = TeachingLanguage(typed) if typed in set(TeachingLanguage) else TeachingLanguage.SERBIAN
    answer = None
    if programme and town:
        answer = queries.free_dates(_wish(programme, town.id, language), now=clock.now())

    def booking(day: str = "") -> str:
        return url_for("requests.book", programme=programme.slug if programme else None, day=day or None)

    return render_template(
        "planning/free_dates.html",
        programmes=programmes,
        towns=towns,
        languages=LANGUAGES,
        programme=programme,
        town=town,
        spoken=language,
        answered=answer is not None,
        town_missing=town is None and "municipality" in request.args,
        months=months_of(answer) if answer else [],
        why_none=why_none(answer, language) if answer else "",
        missing=calendar_missing(clock.local_day(clock.now())) if answer else "",
        booking=booking,
    )


def _wish(programme: ProgrammeRow, municipality_id: int, language: TeachingLanguage) -> FreeWish:
    audience = min(programme.audiences, key=list(Audience).index, default=Audience.PUPILS)
    return FreeWish(programme.id, language, audience, municipality_id=municipality_id)
