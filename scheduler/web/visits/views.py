"""The coordinators' pages of visits; whoever goes there sees her own page of it at the same address."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance.queries.side_tables import tables_beside
from scheduler.booking.queries.school_days import SchoolDays
from scheduler.closures.service.replan import replan_visit
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.core.paging import Page, page_number
from scheduler.messages.queries import any_here
from scheduler.programmes.queries import campaigns_for
from scheduler.questions.queries.sittings import asked_at, is_asked_at
from scheduler.readiness.queries.cancelling import cancellation_of
from scheduler.readiness.queries.told_notes import told_of
from scheduler.readiness.service.recheck import confirm_crew
from scheduler.staffing.queries.candidates import candidates_by_need
from scheduler.staffing.queries.late_notice import late_rows
from scheduler.staffing.queries.open_calls import call_is_open, hands_of
from scheduler.staffing.queries.pick_ups import fetched_at, own_ride, taken_along
from scheduler.staffing.queries.young_load import who_stays_behind
from scheduler.staffing.rules.pick_ups import adult_of
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.terms.crew import Candidate
from scheduler.staffing.terms.late_notice import LateRow
from scheduler.visits.queries.clearance import photographed
from scheduler.visits.queries.lists import SORTS
from scheduler.visits.queries.pages import visit_for, visit_page, visits_of_week
from scheduler.visits.rules.crew import companions
from scheduler.visits.service.confirm import confirm_visit, mark_ready, record_promise
from scheduler.visits.terms.rows import PresentationRow, VisitPage, VisitRow
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, PresentationState, VisitState
from scheduler.web import labels, reads, tables
from scheduler.web.filters import say, state_face
from scheduler.web.forms import asked_day
from scheduler.web.guards import current_actor, may
from scheduler.web.hand_off_form import hand_off_facts
from scheduler.web.i18n import _, _l, in_page_letters, page_language
from scheduler.web.navigation import lead_tabs
from scheduler.web.reasons import worded
from scheduler.web.seen_forms import DrivenForm, PressForm, SeenForm, UntilForm
from scheduler.web.tables import Column, FileColumn
from scheduler.web.turn_words import back
from scheduler.web.visits import lessons
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.checks import checks_of
from scheduler.web.visits.decisions import search_facts
from scheduler.web.visits.forms import HOW, MoveForm, PromiseForm, ReplanForm
from scheduler.web.visits.other_days import asked_time, days_of, other_hours, pressed_days
from scheduler.web.visits.page import history_view, left_last, visit_view
from scheduler.web.waiting_messages import waiting_messages

WEEK_COLUMNS = (
    Column("day", _l("Day")),
    Column("host", _l("Host")),
    Column("programme", _l("Programme")),
    Column("crew", _l("Crew")),
    Column("state", _l("State")),
)


def _crew(visit: VisitRow) -> str:
    """A file is passed on: of who is under age it says that somebody comes, and not who."""
    members = sorted(visit.promised_crew, key=lambda one: one.minor)
    return ", ".join(
        _("%(name)s (asked)", name=name) if one.state is AssignmentState.OFFERED else str(in_page_letters(name))
        for one in members
        for name in (_("a young presenter") if one.minor else one.full_name,)
    )


WEEK_FILE = (
    FileColumn[VisitRow](_l("Visit"), _l("The number of the visit."), lambda one: one.number),
    FileColumn[VisitRow](_l("Day"), _l("The day of the visit."), lambda one: one.on_day),
    FileColumn[VisitRow](
        _l("Start"),
        _l("When the first presentation begins, by the clock of the school."),
        lambda one: min((sitting.starts_local for sitting in one.presentations), default=None),
    ),
    FileColumn[VisitRow](
        _l("Presentations"), _l("How many presentations the visit has."), lambda one: len(one.presentations)
    ),
    FileColumn[VisitRow](
        _l("Host"), _l("The school or other host that is visited."), lambda one: one.host(page_language())
    ),
    FileColumn[VisitRow](_l("Place"), _l("Where the host is."), lambda one: one.place(page_language())),
    FileColumn[VisitRow](
        _l("Programme"), _l("The programme that is presented."), lambda one: one.programme(page_language())
    ),
    FileColumn[VisitRow](_l("Crew"), _l("Who goes, or was asked; young presenters are not named."), _crew),
    FileColumn[VisitRow](
        _l("State"),
        _l("How far the visit is."),
        lambda one: state_face("visit", one.state, on_day=one.on_day).word,
    ),
)
COUNTABLE_STATES = (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)  # those in which heads are counted


def _today() -> dt.date:
    return clock.local_day(clock.now())


@bp.get("/visits")
@may("read", "visit")
def week() -> ResponseReturnValue:
    asked = asked_day("from") or _today()
    monday = asked - dt.timedelta(days=asked.weekday())
    table = tables.table(WEEK_COLUMNS, SORTS, natural="day")

    def turn(number: int) -> Page[VisitRow]:
        return visits_of_week(current_actor(), monday, number, table.sort)

    if tables.file_asked():
        rows = tables.every_row(turn)
        return tables.list_file(_("Visits of the week"), "visits-of-week", WEEK_FILE, rows, of=monday.isoformat())
    seven = dt.timedelta(days=7)
    lead_tabs("board.board", week=monday.isoformat())
    lead_tabs("board.board_month", month=f"{monday:%Y-%m}")
    return render_template(
        "visits/week.html",
        may_plan=policy.scope_of(current_actor(), "create", "visit") is not None,
        table=table,
        page=turn(page_number(request.args.get("page"))),
        monday=monday,
        before=monday - seven,
        after=monday + seven,
    )


@bp.get("/visits/<number>")
@may("read", "visit")
def visit(number: str) -> ResponseReturnValue:
    if policy.scope_of(current_actor(), "update", "visit") is None:
        row = visit_for(current_actor(), number)
        own = policy.scope_of(current_actor(), "read", "day") is not None and row.state in OPEN_VISITS
        me = next((one for one in row.crew if one.presenter_id == current_actor().presenter_id), None)
        not_mine = {one.id for one in row.without(me)} if me else set()
        return render_template(
            "visits/own_visit.html",
            visit=row,
            may_count=_may_count(row),
            own=own,
            not_mine=not_mine,
            adult=adult_of(row.crew, me) if me and me.minor else None,
            young=bool(me and me.minor),
            fetched=fetched_at(current_actor(), row, _today()),
            along=taken_along(current_actor(), row),
            ride=own_ride(current_actor(), row) if me and me.minor else None,
            crew=companions(row, current_actor().presenter_id, _today(), photographed(row, _today())),
            is_asked=is_asked_at(row.id),
            **hand_off_facts(row),
        )
    return shown_visit(number)


def _may_count(row: VisitRow) -> bool:
    """Whether the reader may count, and there is somebody to count: the crew is in the school, or was."""
    if policy.scope_of(current_actor(), "create", "attendance") is None:  # who only reads, for example safeguarding
        return False
    return row.state in COUNTABLE_STATES and row.starts_at is not None and row.starts_at <= clock.now()


def shown_visit(
    number: str,
    *,
    problem: str = "",
    form: SeenForm | None = None,
    promise: PromiseForm | None = None,
    pressed: SeenForm | None = None,
    decision: SeenForm | None = None,
) -> ResponseReturnValue:
    """The page of a visit; `pressed` is the form that a Conflict refused: what happened since it was opened is told."""
    actor = current_actor()
    page = visit_page(actor, number)
    open_now = page.visit.state in OPEN_VISITS
    status = (
        409 if problem else 422 if any(one is not None and one.errors for one in (form, promise, decision)) else 200
    )
    cause, back_until = cancellation_of(page.visit, clock.now())
    until, press = form or UntilForm(formdata=None), PressForm(formdata=None)
    changes = history_view(pressed.since(page)) if pressed is not None and problem else []
    may_promise = open_now and not (page.request_number and page.teacher_stays and page.safeguarding_contact)
    people, judged = Page[Candidate]([], 1, 0), list[Candidate]()
    if open_now:
        turned = page_number(request.args.get("people"))
        people, judged = candidates_by_need(actor, page.visit.id, now=clock.now(), page=turned)
        people = replace(people, rows=left_last(people.rows, page.visit))
    beside = tables_beside(
        page.visit.id, questions=asked_at(page.visit.id), outbox_message=any_here("visit", page.visit.id)
    )
    hands = hands_of(page.visit.id, judged) if "raised_hand" in beside else ()
    noted = (promise or PromiseForm(formdata=None, obj=page)) if may_promise else None
    for one in (until, press, noted):
        if one is not None:
            one.show_visit(page)
    return (
        render_template(
            "visits/visit.html",
            page=page,
            visit=page.visit,
            open_now=open_now,
            may_confirm=page.visit.state is VisitState.OFFERED and not page.keeps_back,
            over=_over_and_not_counted(page),
            shown=visit_view(page, people.rows, hands),
            people=people,
            call_is_open=open_now and "open_call" in beside and call_is_open(page.visit.id),
            form=until,
            promise=noted,
            campaign_name=campaign_name(page.visit),
            press=press,
            problem=problem,
            changes=changes,
            told=told_of(page.visit.id) if "told_note" in beside else [],
            fetched=fetched_at(actor, page.visit, _today()),
            late=_late_rows(page.visit),
            cause=labels.CAUSES[cause] if cause else "",
            back_until=back_until,
            waiting=waiting_messages("visit", page.visit.id) if "outbox_message" in beside else [],
            now=clock.now(),
            told_what=labels.TOLD_WHAT,
            how=HOW,
            **checks_of(page, beside),
            **search_facts(page, people.rows, decision, open_now=open_now, sought="relief" in beside),
        ),
        status,
    )


def campaign_name(visit: VisitRow) -> str:
    """The campaign that a visit counts for, in the language of the page."""
    if visit.campaign_id is None:
        return ""
    found = (one for one in campaigns_for(visit.programme_id) if one.id == visit.campaign_id)
    return next((one.name(page_language()) for one in found), "")


def _late_rows(row: VisitRow) -> list[tuple[LateRow, DrivenForm]]:
    """Who was told that the visit is called off late, each with the form for what was driven."""
    if row.state is not VisitState.CANCELLED:
        return []
    rows = late_rows(row.id, row.on_day)
    return [(one, DrivenForm.of(one.kilometres, one.presenter_id)) for one in rows]


def _over_and_not_counted(page: VisitPage) -> list[PresentationRow]:
    """Presentations whose time is over and that nobody has counted, while who may correct looks at them."""
    if policy.scope_of(current_actor(), "correct", "attendance") is None or page.visit.state not in COUNTABLE_STATES:
        return []
    now, confirmed = clock.now(), PresentationState.CONFIRMED
    return [row for row in page.visit.presentations if row.state is confirmed and row.ends_at <= now]


def _act(number: str, act: Callable[[int], None], done: str, form: SeenForm) -> ResponseReturnValue:
    """One press on a visit's page: do it and say so, or show the page again with the reason."""
    try:
        act(visit_for(current_actor(), number).id)
    except Conflict as conflict:
        return shown_visit(
            number,
            problem=labels.refusal(conflict),
            form=form if isinstance(form, UntilForm) else None,
            promise=form if isinstance(form, PromiseForm) else None,
            pressed=form,
        )
    except Rejected as rejected:
        form.show(rejected.problems)
        return shown_visit(number, form=form)
    say(done)
    return back(url_for(".visit", number=number))


@bp.post("/visits/<number>/offer")
@may("update", "assignment")
def offer(number: str) -> ResponseReturnValue:
    form = UntilForm()
    if not form.accepted():
        return shown_visit(number, form=form)

    def act(visit_id: int) -> None:
        until = form.until()
        try:
            offer_visit(current_actor(), visit_id, until=until, now=clock.now(), version=form.seen())
        except Rejected as rejected:
            raise Rejected({"until_day": rejected.problems["until"]}) from rejected

    return _act(number, act, _("Offered. The presenters got a mail."), form)


@bp.post("/visits/<number>/confirm")
@may("update", "visit")
def confirm(number: str) -> ResponseReturnValue:
    form = PressForm()

    def act(visit_id: int) -> None:
        confirm_visit(current_actor(), visit_id, now=clock.now(), version=form.seen())

    return _act(number, act, _("Confirmed. The school got a mail that says who comes."), form)


@bp.post("/visits/<number>/promise")
@may("update", "visit")
def promise(number: str) -> ResponseReturnValue:
    form = PromiseForm()
    if not form.accepted():
        return shown_visit(number, promise=form)

    def act(visit_id: int) -> None:
        contact = form.safeguarding_contact.data or ""
        record_promise(current_actor(), visit_id, safeguarding_contact=contact, now=clock.now(), version=form.seen())

    return _act(number, act, _("Noted what the school promised."), form)


@bp.post("/visits/<number>/crew-comes")
@may("update", "visit")
def crew_comes(number: str) -> ResponseReturnValue:
    """Who has no time by her hours was asked, and comes all the same."""
    form = PressForm()

    def act(visit_id: int) -> None:
        confirm_crew(current_actor(), visit_id, now=clock.now(), version=form.seen())

    return _act(number, act, _("Noted."), form)


@bp.post("/visits/<number>/ready")
@may("update", "visit")
def ready(number: str) -> ResponseReturnValue:
    form = PressForm()

    def act(visit_id: int) -> None:
        mark_ready(current_actor(), visit_id, now=clock.now(), version=form.seen())

    return _act(number, act, _("Everything is prepared."), form)


@bp.route("/visits/<number>/move", methods=["GET", "POST"])
@may("update", "visit")
def move(number: str) -> ResponseReturnValue:
    page = visit_page(current_actor(), number)
    row = page.visit
    form = MoveForm() if request.method == "POST" else MoveForm.for_visit(row, *asked_time())
    days, problem, sent = days_of(row), "", form.accepted() and not form.look.data
    if _settled(form, row, days, sent=sent) and sent:
        wish, reason = form.times([one.id for one in row.presentations]), form.reason.data or ""
        try:
            moved = move_visit(current_actor(), row.id, wish, reason=reason, now=clock.now(), version=form.seen())
        except Rejected as rejected:
            names = {"until": "until_day"}
            form.show(
                {
                    names.get(name, name.replace("presentations-", "starts-")): reason
                    for name, reason in rejected.problems.items()
                }
            )
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            told = _("Moved. The school knows, and the presenters are asked again.")
            say(told if moved else _("The visit is at that time already; nobody was written to."))
            return redirect(url_for(".visit", number=number))
    typed = [
        lessons.TypedTime(one.starts_local.data, sitting.minutes)
        for one, sitting in zip(form.starts, row.presentations, strict=False)
    ]
    known = lessons.lessons_beside(days.school, form.on_day.data, row.presentations, typed)
    return form_page(
        "visits/move.html",
        form,
        page,
        problem,
        lessons=known,
        days=pressed_days(form, row, days, ".move"),
        hours=other_hours(row, days, ".move"),
    )


@bp.route("/visits/<number>/replan", methods=["GET", "POST"])
@may("create", "visit")
def replan(number: str) -> ResponseReturnValue:
    page = visit_page(current_actor(), number)
    form = ReplanForm() if request.method == "POST" else ReplanForm.for_visit(page.visit, *asked_time())
    problem = "" if page.visit.state is VisitState.DISRUPTED else worded(GroundReason.WRONG_STATE)
    days, sent = days_of(page.visit), form.accepted()
    if _settled(form, page.visit, days, sent=sent) and sent:
        plans, day = form.plans(page.visit.presentations), form.on_day.data
        try:
            new = replan_visit(current_actor(), page.visit.id, day, plans, now=clock.now(), version=form.seen())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_("Planned for a new day, and the school is told. Now choose who goes."))
            return redirect(url_for(".visit", number=new))
    typed = [lessons.TypedTime(one.starts_local.data, one.minutes.data) for one in form.presentations]
    known = lessons.lessons_beside(days.school, form.on_day.data, page.visit.presentations, typed)
    pressed = pressed_days(form, page.visit, days, ".replan")
    return form_page(
        "visits/replan.html",
        form,
        page,
        problem,
        lessons=known,
        days=pressed,
        hours=other_hours(page.visit, days, ".replan"),
    )


def _settled(form: MoveForm | ReplanForm, visit: VisitRow, days: SchoolDays, *, sent: bool) -> bool:
    """Whether a date is free or confirmed; hours of a day that stays are the coordinator's own affair."""
    movable = visit.state in (*OPEN_VISITS, VisitState.DISRUPTED)
    if not movable or form.on_day.data in (None, visit.on_day):
        return True
    if visit.state in OPEN_VISITS:
        full = who_stays_behind(visit.id, form.on_day.data)
        form.who_stays = [labels.left_behind(name, why) for name, why in full.values()]
        reads.note_given_names(full)
    return form.settle(days, form.plans(visit.presentations), sent=sent)


def form_page(template: str, form: SeenForm, page: VisitPage, problem: str, **more: object) -> ResponseReturnValue:
    """A form about a visit. After a Conflict it keeps what was typed and tells what has changed since it was opened.

    The visit as it is now is on the page then, so a second press is made in full view of it.
    """
    changes = history_view(form.since(page)) if problem else []
    if problem or request.method == "GET":
        form.show_visit(page)
    shown = render_template(template, form=form, visit=page.visit, problem=problem, changes=changes, **more)
    return shown, 409 if problem else 422 if form.problems_shown() else 200
