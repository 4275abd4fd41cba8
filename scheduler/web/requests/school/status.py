"""The school's own page behind its secret link: where the request stands, and what the school may still do."""

import datetime as dt
from itertools import zip_longest
from typing import Any

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.attendance.queries.tally import tallies_of
from scheduler.attendance.rules import survey_opens_on
from scheduler.booking.queries.lost_dates import lost_date
from scheduler.config import Settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.names import spelled
from scheduler.people.service.photos import photo_of
from scheduler.policy import Actor
from scheduler.readiness.queries.findings import checklist_of, open_numbers_of, open_wish_of
from scheduler.readiness.rules import asked_until
from scheduler.readiness.service.numbers import change_numbers
from scheduler.requests import pdf
from scheduler.requests.queries.pages import own_request, proposed_dates
from scheduler.requests.rules.states import AFTER_VISIT, HIDDEN, OVER, WITH_DATE, may_change_counts, way_out
from scheduler.requests.service.school import answer_question, withdraw_request
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import PaperPerson, PaperPresentation, RequestPaper, RequestState
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.waitlist.queries.dates import offered_date
from scheduler.waitlist.queries.line import place_of
from scheduler.web.day_slots import DateChoice, date_words, value_of
from scheduler.web.filters import say, url_if
from scheduler.web.guards import link_actor, link_of_booking, public
from scheduler.web.i18n import _, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.reasons import worded
from scheduler.web.request_facts import equipment_of, facts_of
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import AnswerForm, ChangeCountsForm, RequestPressForm, WithdrawForm
from scheduler.web.requests.next_part import cohort_of
from scheduler.web.requests.school.whole_booking import may_be_several, page_of_day, whole_booking


def opened(secret: str) -> tuple[Actor, RequestPage]:
    actor = link_actor(secret)
    return actor, own_request(actor, now=clock.now())


@bp.route("/status/<secret>", methods=["GET", "POST"])
@public
def status(secret: str) -> ResponseReturnValue:
    """Everything about the request in plain words. A POST answers the question of the centre."""
    actor, page = opened(secret)
    form = AnswerForm(version=page.version)
    if form.accepted():
        try:
            answer_question(actor, page.row.id, form.answer.data, now=clock.now(), version=form.seen())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Thank you, your answer is with the centre."))
            return redirect(url_for(".status", secret=secret))
    whole = whole_booking(secret, page, clock.now()) if secret == link_of_booking(secret) else None
    if whole and not form.problems_shown():
        return page_of_day(secret, page, whole)
    return _page(secret, page, form, 422 if form.problems_shown() else 200)


def _page(secret: str, page: RequestPage, form: AnswerForm, code: int) -> ResponseReturnValue:
    state = page.row.state
    now = clock.now()
    visit = crew_for_school(page.row.id, now)
    bound = visit if state in WITH_DATE else None
    stopped = visit if state is RequestState.DISRUPTED else None
    offered = offered_date(page.row.id, now) if state is RequestState.PROPOSED else None
    shown = render_template(
        "requests/status.html",
        offered=offered,
        in_line=place_of(page.row.id, page.centre_id, now=now) if state is RequestState.WAITLISTED else None,
        visit=visit,
        shown_crew=visit if state not in OVER and state is not RequestState.DISRUPTED else None,
        dated=visit is not None and state in WITH_DATE.union(AFTER_VISIT),
        held=state in AFTER_VISIT,
        may_remember=visit is not None and clock.local_day(now) >= survey_opens_on(visit.on_day),
        cancel_href=url_if("readiness.cancel_by_school", secret=secret)
        if stopped or (bound and bound.may_cancel(now))
        else "",
        stopped=stopped,
        page=page,
        row=page.row,
        cohort=cohort_of(page),
        secret=secret,
        form=form,
        heading=words.words_of(page).sentence,
        next_words=_next_words(page, lost=bool(bound and bound.crew_lost), offered=offered is not None),
        stops=words.stops_of(page, visit.on_day if visit and state in AFTER_VISIT else None),
        facts=facts_of(page),
        lost=_lost(page.row.id, now),
        asks=state is RequestState.NEEDS_INFO,
        may_change=may_change_counts(state),
        may_withdraw=way_out(state) is not None and bound is None,
        over=state in OVER,
        day_href=url_for(".status", secret=link_of_booking(secret)) if may_be_several(page) else "",
        **_between(page, bound, stopped, now),
    )
    return shown, code


def _lost(request_id: int, now: dt.datetime) -> dict[str, Any] | None:
    """The date that was gone before the proof, and those to press instead; nothing when none is free."""
    found = lost_date(request_id, now=now)
    if found is None or not found.others:
        return None
    return {
        "words": date_words(found.slot),
        "others": [DateChoice(value_of(one), date_words(one)) for one in found.others],
    }


def _next_words(page: RequestPage, *, lost: bool, offered: bool) -> object:
    if offered:
        return _("A date is held for you: take it or leave it to the next school.")
    return words.SOMEBODY_ELSE if lost else words.next_of(page)


def _between(page: RequestPage, bound: CrewShown | None, stopped: CrewShown | None, now: dt.datetime) -> dict[str, Any]:
    """What the school does between the answer and the visit: choose a date, ask for another, tick its checklist."""
    until = asked_until(bound.starts_at) if bound and bound.starts_at else None
    today = clock.local_day(now)
    return {
        "bound": bound,
        "dates": proposed_dates(page.row.id, now=now),
        "clock_words": words.clock_words,
        "wish": open_wish_of(visit.visit_id) if (visit := bound or stopped) else None,
        "numbers_asked": open_numbers_of(bound.visit_id) if bound and page.attention else [],
        "checklist": (checklist_of(bound.visit_id, bound.state, bound.on_day, today) if bound else None),
        "ask_until": until if until and now <= until else None,
        "may_direct": page.row.state not in OVER | HIDDEN and page.row.state not in AFTER_VISIT,
        "press": RequestPressForm(formdata=None),
        "in_calendars": bound is not None and bound.certain,
        "invites": bound is not None and page.invites_parents,
        "tallies": tallies_of(bound.visit_id) if bound else [],
        "needs": page.row.programme.needs.lines(page_language()),
    }


@bp.route("/status/<secret>/counts", methods=["GET", "POST"])
@public
def change_counts(secret: str) -> ResponseReturnValue:
    """More or fewer come."""
    actor, page = opened(secret)
    now_there = [{"pupils": a.pupils, "parents": a.parents, "teachers": a.teachers} for a in page.presentations]
    form = ChangeCountsForm(version=page.version, presentations=now_there)
    if form.accepted():
        try:
            counts = form.counts()
            asked = change_numbers(actor, page.row.id, counts, now=clock.now(), version=form.seen())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            if asked:
                say(_("The centre has your numbers and decides. What was agreed stays until it answers."))
            else:
                say(_("The new numbers are saved."))
            return redirect(url_for(".status", secret=secret))
    pairs = list(zip(page.presentations, form.presentations, strict=False))
    shown = render_template(
        "requests/change_counts.html", page=page, form=form, pairs=pairs, secret=secret, audiences=AUDIENCES
    )
    return shown, 422 if form.problems_shown() else 200


@bp.route("/status/<secret>/withdraw", methods=["GET", "POST"])
@public
def withdraw(secret: str) -> ResponseReturnValue:
    """The school needs no visit any more: asked once, because a mail leaves."""
    actor, page = opened(secret)
    if page.row.state is RequestState.WITHDRAWN:
        return redirect(url_for(".status", secret=secret))  # pressed twice: its page says that it is done
    form = WithdrawForm(version=page.version)
    if form.accepted():
        try:
            withdraw_request(actor, page.row.id, form.reason.data or "", now=clock.now(), version=form.seen())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The request is withdrawn."))
            return redirect(url_for(".status", secret=secret))
    shown = render_template("requests/withdraw.html", page=page, form=form, secret=secret)
    return shown, 422 if form.problems_shown() else 200


@bp.get("/status/<secret>/request.pdf")
@public
def own_paper(secret: str) -> ResponseReturnValue:
    """The school's own paper, for the director's files."""
    return paper_of(opened(secret)[1])


def paper_of(page: RequestPage) -> Response:
    """The request as PDF, in the language of the page: its summary, or the confirmation once the crew is settled."""
    language = page_language()
    settings: Settings = current_app.config["SETTINGS"]
    row = page.row
    visit = crew_for_school(row.id, clock.now())
    names = visit.names if visit else ()  # visits give names only once the visit is confirmed
    bound = visit if visit and (names or row.state in WITH_DATE) else None  # an agreed day, for the asked ones
    times = bound.starts_local if bound else ()
    paper = RequestPaper(
        running_number=row.number,
        centre_name=row.programme.centre(language),
        host_name=row.host.name(language),
        host_place=row.host.place(language),
        host_address=row.host.address(language),
        programme_title=row.programme.name(language),
        contact_name=spelled(page.contact_name, language),
        first_day=bound.on_day if bound else row.first_day,
        last_day=bound.on_day if bound else row.last_day,
        printed_at=clock.now(),
        confirmed=bool(names),
        crew=tuple(PaperPerson(spelled(name, language), surname="", role="") for name in names),
        presentations=tuple(
            PaperPresentation(
                audience=words.who_is_expected(asked),
                classes=spelled(asked.classes, language),
                expected=asked.pupils + asked.parents + asked.teachers,
                venue=page.venue,
                starts_local=agreed or asked.starts_local,
            )
            for asked, agreed in zip_longest(page.presentations, times[: len(page.presentations)])
        ),
        file_number=page.file_number,
        equipment=tuple(equipment_of(page)),
        safeguarding_contact=spelled(page.safeguarding_contact, language),
        teacher_stays=True if page.with_pupils else None,
        zone=settings.centre_timezone,
        helpline=settings.helpline_number,
    )
    name = f"{row.number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf.draw(paper, language), content_type="application/pdf", headers=headers)


@bp.get("/status/<secret>/photo/<int:presenter_id>")
@public
def photo_on_card(secret: str, presenter_id: int) -> ResponseReturnValue:
    """The face of an adult who comes to this school, as long as her card says so."""
    actor = link_actor(secret)
    shown = crew_for_school(actor.request_id or 0, clock.now())
    if shown is None or not any(card.face and card.presenter_id == presenter_id for card in shown.cards):
        raise NotFound("photo")
    return Response(photo_of(presenter_id), mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})
