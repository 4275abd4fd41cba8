"""One request with what can be done, and requests taken on the phone."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.places.terms.hosts import HostRow
from scheduler.programmes import queries as programme_queries
from scheduler.readiness.queries.findings import open_numbers_of, open_wish_of
from scheduler.readiness.service.numbers import note_numbers
from scheduler.requests.queries.found_hosts import found_hosts
from scheduler.requests.queries.hours import school_clock
from scheduler.requests.queries.pages import proposed_dates, request_of, request_page, undoable_of
from scheduler.requests.rules.school_request import MOST_PRESENTATIONS
from scheduler.requests.rules.states import OPEN, may_accept, may_book_again, may_move, may_plan, way_to_end
from scheduler.requests.service.bulk_acts import act_together
from scheduler.requests.service.desk import (
    agree_request,
    ask_school,
    decline_request,
    end_request,
    reopen_request,
)
from scheduler.requests.service.school import answer_question
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import RequestFacts, RequestState
from scheduler.visits.queries.pages import visit_of_request
from scheduler.web.filters import say, url_if
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.request_facts import facts_of, when_and_how
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.booking.choices import (
    furnish_presentations,
    levels_of,
    programme_choices,
    programmes_for,
)
from scheduler.web.requests.booking.doubts import doubts_of
from scheduler.web.requests.booking.fields import PAGES, BookingLessons, draft_of, host_asked, lessons_beside
from scheduler.web.requests.forms import (
    DeclineForm,
    EndForm,
    PhoneAnswerForm,
    PhoneForm,
    QuestionForm,
    ReopenForm,
    RequestPressForm,
    SayForm,
)
from scheduler.web.requests.next_part import cohort_asked, cohort_of, fill_in, take
from scheduler.web.requests.school.status import paper_of
from scheduler.web.turn_words import back, undo_for
from scheduler.web.waiting_messages import waiting_messages

FORMS_OF_WORDS: dict[str, type[SayForm]] = {  # acts that need words
    "ask": QuestionForm,
    "decline": DeclineForm,
    "told": PhoneAnswerForm,
    "reopen": ReopenForm,
    "end": EndForm,
}


@bp.get("/requests/<number>")
@may("accept", "request")
def show_request(number: str) -> ResponseReturnValue:
    """One request: what is asked for, what happened, what can be done now."""
    page = request_page(current_actor(), number, now=clock.now())
    return _request(page, {}, 200)


def _request(page: RequestPage, typed: Mapping[str, SayForm], code: int) -> ResponseReturnValue:
    """`typed` is the form that was refused, under its act; the others are empty."""
    state = page.row.state
    visit = visit_of_request(current_actor(), page.row.id)
    may_agree = may_accept(state)
    numbers_asked = open_numbers_of(visit.id) if visit and page.attention else []  # attention stays while they wait
    shown = render_template(
        "requests/show_request.html",
        page=page,
        row=page.row,
        cohort=cohort_of(page),
        visit=visit,
        wish=open_wish_of(visit.id) if visit else None,
        dates=proposed_dates(page.row.id, now=clock.now()) if state is RequestState.PROPOSED else (),
        facts=facts_of(page),
        when_and_how=when_and_how(page),
        history=words.history_of(page),
        words=words,
        said={act: typed.get(act) or form(formdata=None, version=page.version) for act, form in FORMS_OF_WORDS.items()},
        wrong=next(iter(typed.values()), None),
        press=RequestPressForm(version=page.version),
        waiting=waiting_messages("school_request", page.row.id),
        now=clock.now(),
        undoable=undoable_of(page, now=clock.now()),
        numbers_asked=numbers_asked,
        may={
            "take": state is RequestState.NEW or (state in OPEN and page.owner_id != current_actor().user_id),
            "ask": may_move(state, RequestState.NEEDS_INFO),
            "agree": may_agree,
            "waitlist": may_move(state, RequestState.WAITLISTED) and state is not RequestState.DISRUPTED,
            "decline": may_move(state, RequestState.DECLINED),
            "told": state is RequestState.NEEDS_INFO,
            "reopen": state is RequestState.AGREED,
            "end": way_to_end(state, by_school=True) is not None,
            "note": page.attention and not numbers_asked,
            "merge": may_move(state, RequestState.MERGED_INTO),
            "again": may_book_again(state),
            "propose": may_move(state, RequestState.PROPOSED),
        },
        plan_href=url_if("visits.plan_visit", number=page.row.number) if may_plan(state) else "",
    )
    return shown, code


@bp.post("/requests/<number>/<any(agree, note):act>")
@may("accept", "request")
def press(number: str, act: str) -> ResponseReturnValue:
    """One of the answers that need no words."""
    page = request_page(current_actor(), number, now=clock.now())
    form = RequestPressForm()
    does = {
        "agree": (agree_request, _("Accepted. The school is told; plan the visit next.")),
        "note": (note_numbers, _("Noted.")),
    }
    if form.accepted():
        act_on, told = does[act]
        act_on(current_actor(), page.row.id, now=clock.now(), version=form.seen())
        say(told)
    return redirect(url_for(".show_request", number=number))


@bp.post("/requests/<number>/<any(take, waitlist):act>")
@may("accept", "request")
def press_undoable(number: str, act: str) -> ResponseReturnValue:
    """What can be done to several in the inbox, done to one: it can be taken back from here."""
    page = request_page(current_actor(), number, now=clock.now())
    form = RequestPressForm()
    told = {"take": _("It is yours now."), "waitlist": _("On the waiting list now. The mail leaves in 10 minutes.")}
    if form.accepted():
        chosen = [ChosenRequest(page.row.id, form.seen())]
        try:
            done = act_together(current_actor(), BulkAct(act), chosen, now=clock.now())
        except SomeCannot as refused:
            owner = request_page(current_actor(), number, now=clock.now()).row.owner if act == "take" else ""
            if not owner:
                raise Conflict(refused.refusals[0].reason) from refused
            say(_("Taken already, by %(name)s: nothing was changed.", name=owner))
            return redirect(url_for(".show_request", number=number))
        say(told[act], undo=undo_for(".undo", batch=done.batch, of=number) if done.batch else "")
    return back(url_for(".show_request", number=number))


@bp.post("/requests/<number>/<any(ask, decline, told, reopen, end):act>")
@may("accept", "request")
def answer(number: str, act: str) -> ResponseReturnValue:
    """What needs words: all but what the school said itself is mailed to it."""
    page = request_page(current_actor(), number, now=clock.now())
    form = FORMS_OF_WORDS[act]()
    if form.accepted():
        try:
            batch = _say(page.row.id, act, form)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            if batch:
                said = _("It is over. The school is told in 10 minutes.")
                say(said, undo=url_for(".undo", batch=batch, of=number))
            else:
                say(_("Noted: it is yours to decide.") if act == "told" else _("Sent to the school."))
            return redirect(url_for(".show_request", number=number))
    return _request(page, {act: form}, 422)


def _say(request_id: int, act: str, form: SayForm) -> str:
    """The press by which it is taken back; empty when it is not."""
    actor, now, seen = current_actor(), clock.now(), form.seen()
    does = {"ask": ask_school, "decline": decline_request, "told": answer_question, "reopen": reopen_request}
    if isinstance(form, EndForm):
        by_school = form.by.data == "school"
        return end_request(actor, request_id, form.words(), by_school=by_school, now=now, version=seen)
    return does[act](actor, request_id, form.words(), now=now, version=seen) or ""


@bp.get("/requests/<number>.pdf")
@may("accept", "request")
def paper(number: str) -> ResponseReturnValue:
    """The request as the school gets it on paper."""
    return paper_of(request_page(current_actor(), number, now=clock.now()))


@bp.route("/requests/phone", methods=["GET", "POST"])
@may("create", "request")
@sent_once
def phone() -> ResponseReturnValue:
    """A school is on the phone: find it, then all questions on one page."""
    actor = current_actor()
    if actor.user_id is None:
        return redirect(url_for(".book"))
    typed = request.args.get("q", "")[:200]
    host = host_asked()
    form, asked = _phone_form(host, actor.centre_id), list[str]()
    if host and "more" not in request.form and form.accepted():
        draft = draft_of(dict.fromkeys(PAGES, form), host, clock.local_day(clock.now()))
        facts = RequestFacts(programme_queries.programme_of(draft.programme_id), levels_of(host))
        asked = words.asked_about(doubts := doubts_of(draft, facts, host))
        try:
            if not form.asks(doubts):
                request_id = take(actor, draft, form)
                say(_("The request is taken."))
                number = request_of(request_id, now=clock.now()).row.number
                return redirect(url_for(".show_request", number=number))
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
    found = found_hosts(typed, limit=20).rows
    shown = render_template(
        "requests/phone.html",
        form=form,
        host=host,
        cohort=cohort_asked(),
        typed=typed,
        found=found,
        words=words,
        asked=asked,
        lessons=_lessons(form, host),
    )
    return shown, 422 if form.problems_shown() else 200


def _lessons(form: PhoneForm, host: HostRow | None) -> BookingLessons:
    """What is said beside the hours that the school names on the phone."""
    today = clock.local_day(clock.now())
    try:
        draft = draft_of(dict.fromkeys(PAGES, form), host, today)
    except ValueError:  # what is no answer has no hour either; the field says so
        return BookingLessons(False, [])
    hours = school_clock(host, draft.first_day, draft.last_day, today=today) if host else None
    if hours is None or not draft.programme_id:
        return BookingLessons(hours is not None, [])
    facts = RequestFacts(programme_queries.programme_of(draft.programme_id), levels_of(host), True, hours)
    return lessons_beside(draft, facts)


def _phone_form(host: HostRow | None, centre_id: int | None) -> PhoneForm:
    form = PhoneForm()
    programmes = programmes_for(programme_queries.open_programmes(centre_id), levels_of(host), ())
    form.programme.choices = programme_choices(programmes)
    fill_in(form)
    if "more" in request.form and len(form.presentations) < MOST_PRESENTATIONS:
        form.presentations.append_entry()
    chosen = [row for row in programmes if str(row.id) == form.programme.data] or programmes[:1]
    if chosen and form.programme.data:
        furnish_presentations(form, chosen[0], levels_of(host))
    return form
