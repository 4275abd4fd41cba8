"""A parents' evening: the page that the poster's code opens, the poster itself, and the sheet to take home."""

from flask import Response, current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from scheduler.attendance import pdf
from scheduler.attendance.queries.tally import tally_behind
from scheduler.attendance.service import tally as attendance_tally
from scheduler.attendance.terms import Poster, Tally
from scheduler.config import Settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import clock_time, long_day
from scheduler.web.attendance.blueprint import bp
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, CountField, Needed, number_of
from scheduler.web.guards import public
from scheduler.web.i18n import _l, _n, page_language
from scheduler.web.limits import SEARCHES, limiter
from scheduler.web.reasons import worded

TALLIED_KEY = "tallied"  # in the browser's session: who has pressed is thanked, and asked before pressing again
MOST_CODES = 20


class TallyForm(BaseForm):
    """How many came together."""

    people = CountField(_l("How many of you are here?"), [Needed()], default=1, most=10)


def behind(number: str, ordinal: str, code: str) -> Tally:
    place = number_of(ordinal)
    if place is None:
        raise NotFound("tally")
    return tally_behind(number, place, code)


@bp.route("/tally/<number>/<ordinal>/<code>", methods=["GET", "POST"])
@public
@limiter.limit(SEARCHES)  # a whole hall stands behind one address
def count_in(number: str, ordinal: str, code: str) -> ResponseReturnValue:
    """Adults say how many they are; nothing else is asked."""
    tally, now = behind(number, ordinal, code), clock.now()
    form = TallyForm()
    if form.accepted():
        people = form.people.data or 0
        try:
            attendance_tally.count_in(tally, people, now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            session[TALLIED_KEY] = [*session.get(TALLIED_KEY, ()), code][-MOST_CODES:]
            say(_n("Counted: %(num)s person.", "Counted: %(num)s people.", people))
            return redirect(url_for(".count_in", number=number, ordinal=ordinal, code=code))
    shown = render_template(
        "attendance/tally.html",
        tally=tally,
        form=form,
        counted=code in session.get(TALLIED_KEY, ()),
        is_open=tally.opens_at <= now <= tally.closes_at,
        is_over=now > tally.closes_at,
    )
    return shown, 422 if form.problems_shown() else 200


@bp.get("/tally/<number>/<ordinal>/<code>/poster.pdf")
@public
def poster(number: str, ordinal: str, code: str) -> Response:
    """The poster for the door."""
    return _paper(pdf.draw_poster(_poster(behind(number, ordinal, code)), page_language()), f"{number}-poster.pdf")


@bp.get("/tally/<number>/<ordinal>/<code>/home.pdf")
@public
def sheet_for_home(number: str, ordinal: str, code: str) -> Response:
    """The sheet that parents take home."""
    return _paper(pdf.draw_sheet(_poster(behind(number, ordinal, code)), page_language()), f"{number}-home.pdf")


def _poster(tally: Tally) -> Poster:
    settings: Settings = current_app.config["SETTINGS"]
    language = page_language()
    path = url_for(".count_in", number=tally.visit_number, ordinal=tally.ordinal, code=tally.code)
    return Poster(
        centre_name=tally.centre(language),
        host_name=tally.host(language),
        title=tally.programme(language),
        when=f"{long_day(tally.on_day, language)}, {clock_time(tally.starts_local, language)}",
        address=f"{settings.base_url}{path}",
        running_number=tally.visit_number,
        helpline=settings.helpline_number,
    )


def _paper(drawn: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(drawn, content_type="application/pdf", headers=headers)
