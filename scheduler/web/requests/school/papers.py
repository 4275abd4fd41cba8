"""What a school takes from its page: the note to parents, a new booking; and what it tells the crew: how to find it."""

from dataclasses import asdict

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import Settings
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.requests import pdf
from scheduler.requests.rules.states import WITH_DATE
from scheduler.requests.service.school import tell_directions
from scheduler.requests.terms.pages import RequestedPresentationRow, RequestPage
from scheduler.requests.terms.school_request import NoteSitting, ParentsNote
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.web.filters import say
from scheduler.web.forms import LinesField
from scheduler.web.guards import public
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.reasons import worded
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import EQUIPMENT, Typed
from scheduler.web.requests.forms import RequestPressForm
from scheduler.web.requests.school.status import opened


class DirectionsForm(RequestPressForm):
    directions = LinesField(_l("Entrance, parking, floor, who waits at the door"), limit=500)


@bp.route("/status/<secret>/directions", methods=["GET", "POST"])
@public
def directions(secret: str) -> ResponseReturnValue:
    """How the crew finds the school; it reads this on its day sheet."""
    actor, page = opened(secret)
    form = DirectionsForm(version=page.version, directions=page.directions)
    if form.accepted():
        typed = form.directions.data or ""
        try:
            tell_directions(actor, page.row.id, typed, now=clock.now(), version=form.seen())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Saved: the presenters read it on their day sheet."))
            return redirect(url_for(".status", secret=secret))
    shown = render_template("requests/directions.html", page=page, form=form, secret=secret)
    return shown, 422 if form.problems_shown() else 200


@bp.post("/status/<secret>/again")
@public
def book_again(secret: str) -> ResponseReturnValue:
    """A new booking with the answers of this request: only the days are asked, and the promises are given afresh."""
    _actor, page = opened(secret)
    if not RequestPressForm().accepted():
        return redirect(url_for(".status", secret=secret))
    booking = BookingDraft.of_visitor()
    booking.answers.clear()
    booking.answers["again"] = {"parent": [str(page.row.id)]}  # kept on the server, so nobody names another's request
    for name, typed in answers_again(page).items():
        if name == "where":  # a teacher who stays is promised for each visit
            booking.set_aside(name, typed, wrong=False)
        else:
            booking.keep(name, typed)
    return redirect(url_for(".book_page", page="when" if "what" in booking.answers else "what"))


def answers_again(page: RequestPage) -> dict[str, Typed]:
    """The answers of a request as the pages of a booking hold them."""
    row = page.row
    who: Typed = {}
    for number, asked in enumerate(page.presentations):
        who |= {f"presentations-{number}-{name}": [typed] for name, typed in _sitting(asked).items()}
    where = {name: [value] for name, value in asdict(page.venue).items()} | {
        "safeguarding_contact": [page.safeguarding_contact]
    }
    answers = {
        "host": {"host_id": [str(row.host.id)]},
        "who": who,
        "where": where | {name: ["y"] for name in EQUIPMENT if getattr(page, name)},
        "you": {
            "contact_name": [page.contact_name],
            "contact_email": [page.contact_email],
            "contact_phone": [page.contact_phone],
            "file_number": [""],
        },
    }
    if row.programme.open:
        answers["what"] = {
            "programme": [str(row.programme.id)],
            "teaching_language": [page.teaching_language.value],
        }
    return answers


def _sitting(asked: RequestedPresentationRow) -> dict[str, str]:
    return {
        "audience": asked.audience.value,
        "level": asked.level.value,
        "classes": asked.classes,
        "pupils": str(asked.pupils),
        "parents": str(asked.parents),
        "teachers": str(asked.teachers),
        "day_part": asked.day_part.value,
        "lesson": str(asked.lesson or ""),
    }


@bp.get("/status/<secret>/parents.pdf")
@public
def parents_note(secret: str) -> ResponseReturnValue:
    """The note to parents, one sheet for each presentation."""
    _actor, page = opened(secret)
    language, row = page_language(), page.row
    settings: Settings = current_app.config["SETTINGS"]
    visit = crew_for_school(row.id, clock.now())
    bound = visit if visit and row.state in WITH_DATE else None
    note = ParentsNote(
        running_number=row.number,
        centre_name=row.programme.centre(language),
        host_name=row.host.name(language),
        programme_title=row.programme.name(language),
        summary=row.programme.summary(language),
        day=bound.on_day if bound else None,
        sittings=_sittings(page, bound),
        printed_at=clock.now(),
        young_presenters=row.programme.influencers > 0,
        zone=settings.centre_timezone,
        helpline=settings.helpline_number,
    )
    headers = {"Content-Disposition": f'inline; filename="{row.number}-parents.pdf"'}
    return Response(pdf.draw_note(note, language), content_type="application/pdf", headers=headers)


def _sittings(page: RequestPage, bound: CrewShown | None) -> tuple[NoteSitting, ...]:
    times = bound.starts_local if bound else ()
    return tuple(
        NoteSitting(asked.classes, times[number] if number < len(times) else None)
        for number, asked in enumerate(page.presentations)
    )
