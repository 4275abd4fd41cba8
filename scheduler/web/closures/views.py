"""Closures (snow, strike, exam day): the list, preview and act, one closure with new dates, lifting and its undo."""

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.closures import queries
from scheduler.closures.queries import affected_by, closures_since, stopped_by, stopped_counts
from scheduler.closures.service import close
from scheduler.closures.service.close import close_hosts
from scheduler.closures.service.take_back import take_back_closure, to_plan_again
from scheduler.closures.terms import Affected, NewDays
from scheduler.closures.wording import closure_places
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.core.language import short_day
from scheduler.core.paging import Page, page_number
from scheduler.places import queries as place_queries
from scheduler.places.rules.hosts import problems_of_closure
from scheduler.places.terms.hosts import ClosureDraft, ClosureRow
from scheduler.visits.terms.states import VisitState
from scheduler.web import labels, tables
from scheduler.web.closures.blueprint import bp
from scheduler.web.closures.forms import ClosureForm, LiftForm, NewDaysForm, SeenVisitsForm, seen_ids
from scheduler.web.day_slots import DateChoice
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.labels import closure_place, closure_reason
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.tables import FileColumn

SHOWN_FOR = dt.timedelta(days=365)


def _today() -> dt.date:
    return clock.local_day(clock.now())


def _may_close() -> bool:
    return policy.scope_of(current_actor(), "create", "closure") is not None


def _state(row: ClosureRow) -> str:
    return _("Lifted") if row.open_from else _("Over") if row.last_day < _today() else _("Shut")


StoppedBy = tuple[ClosureRow, int]  # with how many visits it stopped
CLOSURES_FILE = (
    FileColumn[StoppedBy](
        _l("Where"),
        _l("Where schools are shut."),
        lambda one: ", ".join(closure_places(one[0], page_language())),
    ),
    FileColumn[StoppedBy](_l("First day"), _l("On which they are shut."), lambda one: one[0].first_day),
    FileColumn[StoppedBy](
        _l("Last day"), _l("On which they are shut, as it was said first."), lambda one: one[0].last_day
    ),
    FileColumn[StoppedBy](_l("Reason"), _l("Why, and what was noted."), lambda one: closure_reason(one[0])),
    FileColumn[StoppedBy](_l("Visits stopped"), _l("How many visits it stopped."), lambda one: one[1]),
    FileColumn[StoppedBy](_l("State"), _l("Lifted: schools opened earlier than was said."), lambda one: _state(one[0])),
)


@bp.get("/closures")
@may("read", "closure")
def closures() -> ResponseReturnValue:

    def turn(number: int) -> Page[ClosureRow]:
        return closures_since(_today() - SHOWN_FOR, number)

    if tables.file_asked():
        rows = tables.every_row(turn)
        stopped = stopped_counts([row.id for row in rows])
        counted = [(row, stopped.get(row.id, 0)) for row in rows]
        return tables.list_file(_("Closures"), "closures", CLOSURES_FILE, counted)
    page = turn(page_number(request.args.get("page")))
    return render_template(
        "closures/closures.html",
        page=page,
        rows=[(row, closure_place(row), closure_reason(row)) for row in page.rows],
        counts=stopped_counts([row.id for row in page.rows]),
        today=_today(),
        may_close=_may_close(),
        missing=place_queries.calendar_missing(_today()),
    )


@bp.route("/closures/new", methods=["GET", "POST"])
@may("create", "closure")
@sent_once
def new_closure() -> ResponseReturnValue:
    """The form; once it is sent, who is affected; and on the second press the act itself."""
    form = ClosureForm()
    affected, problem = None, ""
    if "more" not in request.form and form.accepted():
        draft = form.draft()
        if problems := problems_of_closure(draft, _today()):
            form.show(problems)
        elif "close" in request.form:
            try:
                number = close_hosts(current_actor(), draft, seen=seen_ids(form.seen.data), now=clock.now())
            except Rejected as rejected:
                form.show(rejected.problems)
            except Conflict as conflict:
                problem = worded(conflict.reason)
                affected = _preview(form, draft)
            else:
                back = url_for(".take_back", closure_id=number)
                told = _("The days are closed. Everybody affected gets one mail.")
                say(told, undo=back, undo_words=_("Take it back"))
                return redirect(url_for(".closure", closure_id=number))
        else:
            affected = _preview(form, draft)
    page = render_template(
        "closures/new_closure.html",
        form=form,
        affected=affected,
        figures=figures_of(affected) if affected else [],
        place=", ".join(form.chosen()),
        problem=problem,
    )
    return page, 422 if form.errors or problem else 200


def _preview(form: ClosureForm, draft: ClosureDraft) -> Affected:
    affected = affected_by(current_actor(), draft)
    form.seen.data = ",".join(map(str, sorted(affected.visit_ids)))
    return affected


def figures_of(affected: Affected) -> list[dict[str, object]]:
    """The numbers of a preview, and of what was done."""
    return [
        {"number": len(affected.visit_ids), "words": _("Visits")},
        {"number": affected.presentations, "words": _("Presentations")},
        {"number": affected.pupils, "words": _("Pupils expected")},
        {"number": affected.schools, "words": _("Schools")},
        {"number": affected.presenters, "words": _("Presenters")},
    ]


@bp.get("/closures/<int:closure_id>")
@may("read", "closure")
def closure(closure_id: int) -> ResponseReturnValue:
    return _closure_page(closure_id, LiftForm())


def _closure_page(
    closure_id: int, form: LiftForm, problem: str = "", new_days: NewDaysForm | None = None
) -> ResponseReturnValue:
    actor, row = current_actor(), place_queries.closure_of(closure_id)
    stopped, opens = stopped_by(actor, closure_id), max(row.first_day, _today())
    again = SeenVisitsForm(mark="again")
    meanwhile = None
    if row.open_from and _may_close():
        draft = ClosureDraft(row.extents, row.open_from, row.last_day, row.reason, row.note)
        meanwhile = affected_by(actor, draft)
        again.seen.data = ",".join(map(str, sorted(meanwhile.visit_ids)))
    page = render_template(
        "closures/closure.html",
        row=row,
        place=closure_place(row),
        places=closure_places(row, page_language()),
        reason=closure_reason(row),
        stopped=stopped,
        figures=figures_of(stopped),
        settled=[visit for visit in stopped.visits if visit.state is not VisitState.DISRUPTED],
        proposed=queries.new_days(actor, closure_id, now=clock.now()),
        pressed=_pressed,
        form=form,
        new_days=new_days or NewDaysForm(mark="days", formdata=None),
        again=again,
        meanwhile=meanwhile,
        may_close=_may_close(),
        opens=opens if opens <= row.last_day else None,
        anew=to_plan_again(actor, closure_id, opens, clock.now()) if not row.open_from else [],
        problem=problem,
    )
    return page, 422 if form.errors or problem else 200


def _pressed(one: NewDays) -> list[DateChoice]:
    """The days of a stopped visit, and none of them; chosen is what was pressed, else what is best."""
    best, language = one.best.isoformat() if one.best else "", page_language()
    days = {day.isoformat(): short_day(day, language) for day in one.days}
    days |= {day.isoformat(): _("%(day)s, proposed by the school", day=days[day.isoformat()]) for day in one.named}
    sent = request.form.get(f"day-{one.visit.id}", best)
    chosen = sent if sent in ("", *days) else best
    return [DateChoice(value, words, chosen=value == chosen) for value, words in [("", _("not now")), *days.items()]]


@bp.post("/closures/<int:closure_id>/lift")
@may("update", "closure")
def lift_closure(closure_id: int) -> ResponseReturnValue:
    form, problem = LiftForm(), ""
    if form.accepted():
        try:
            close.lift_closure(current_actor(), closure_id, form.open_from.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            problem = worded(conflict.reason)
        else:
            say(_("Open again. What was stopped still needs a new date."))
            return redirect(url_for(".closure", closure_id=closure_id))
    return _closure_page(closure_id, form, problem)


@bp.post("/closures/<int:closure_id>/take-back")
@may("update", "closure")
def take_back(closure_id: int) -> ResponseReturnValue:
    """One press, from the note or the page: the days that are to come open, and each stopped visit is asked anew."""
    if not BaseForm().accepted():
        return redirect(url_for(".closure", closure_id=closure_id))
    try:
        done = take_back_closure(current_actor(), closure_id, now=clock.now())
    except (Conflict, Rejected) as error:
        return _closure_page(closure_id, LiftForm(formdata=None), labels.refusal(error))
    say(_("Taken back. Planned again for their own days: %(count)s; the crews are asked.", count=len(done.planned)))
    if done.refused:
        told = "; ".join(f"{number}: {labels.refusal(error)}" for number, error in done.refused)
        return _closure_page(closure_id, LiftForm(formdata=None), _("Not planned again: %(visits)s", visits=told))
    return redirect(url_for(".closure", closure_id=closure_id))


@bp.post("/closures/<int:closure_id>/again")
@may("update", "closure")
@sent_once
def close_again(closure_id: int) -> ResponseReturnValue:
    form, problem = SeenVisitsForm(), worded(GroundReason.CHANGED_MEANWHILE)
    if form.accepted():
        try:
            close.close_again(current_actor(), closure_id, seen=seen_ids(form.seen.data), now=clock.now())
        except Conflict as conflict:
            problem = worded(conflict.reason)
        else:
            say(_("The lifting is undone: the closure holds to its last day."))
            return redirect(url_for(".closure", closure_id=closure_id))
    return _closure_page(closure_id, LiftForm(formdata=None), problem)


@bp.post("/closures/<int:closure_id>/replan")
@may("update", "closure")
def replan_stopped(closure_id: int) -> ResponseReturnValue:
    """The ticked visits, each for itself: what one cannot have does not keep the others back."""
    form = NewDaysForm(mark="days")
    stopped = {visit.id: visit.number for visit in stopped_by(current_actor(), closure_id).visits}
    chosen = form.chosen(request.form, stopped)
    if not form.accepted() or not chosen:
        problem = "" if form.errors else _("Choose a day for at least one visit.")
        return _closure_page(closure_id, LiftForm(formdata=None), problem, form)
    refused = []
    for visit_id, day in chosen:
        try:
            close.replan_stopped(current_actor(), visit_id, day, until=form.until(), now=clock.now())
        except (Conflict, Rejected) as error:
            refused.append(f"{stopped[visit_id]}: {labels.refusal(error)}")
    if len(refused) < len(chosen):
        say(_("Planned again: %(count)s. Schools are told and the crews asked.", count=len(chosen) - len(refused)))
    if refused:
        return _closure_page(closure_id, LiftForm(formdata=None), " ".join(refused), form)
    return redirect(url_for(".closure", closure_id=closure_id))
