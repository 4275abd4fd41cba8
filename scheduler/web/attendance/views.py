"""Pages of counting: the presenter's phone, the school's answer, the coordinator's desk."""

from dataclasses import replace

from babel.support import LazyProxy
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.queries.counting import counted_visit, counted_visit_of_request, rows_of, rows_of_each
from scheduler.attendance.queries.deliveries import set_aside_lately, set_aside_of
from scheduler.attendance.queries.history import history_of, said_so_far
from scheduler.attendance.queries.sheets import sheets_of
from scheduler.attendance.queries.to_lock import SORTS, assumed_attendance, waiting_attendance
from scheduler.attendance.service import counting, locking
from scheduler.attendance.service.counting import countersign
from scheduler.attendance.service.locking import correct_counts, lock_counts
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.terms import AttendanceReason, CountedPresentation, CountedVisit, CountSource, HeadCounts
from scheduler.certificates.badge import WITH_A_BADGE
from scheduler.certificates.kinds.every import KINDS
from scheduler.certificates.queries import papers
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import pick
from scheduler.core.paging import Page, page_number
from scheduler.programmes.terms import Audience
from scheduler.turns.queries.desk import sittings_not_counted
from scheduler.web import tables
from scheduler.web.attendance import feedback, heads, sheets, sign_in, tally
from scheduler.web.attendance.blueprint import bp
from scheduler.web.attendance.forms import (
    CorrectForm,
    LockForm,
    LockManyForm,
    NamesForm,
    SignNumbersForm,
)
from scheduler.web.filters import say, state_face
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, link_actor, may, public
from scheduler.web.i18n import _, _l, _n, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.tables import Column, FileColumn

__all__ = ["bp", "feedback", "heads", "sheets", "sign_in", "tally"]  # their pages hang on the same blueprint
COUNTING_COLUMNS = (
    Column("visit", _l("Visit")),
    Column("day", _l("Day")),
    Column("announced", _l("Announced"), number=True),
    *(Column(audience, word, number=True) for audience, word in AUDIENCES.items()),
    Column("state", _l("State")),
)


def _said(audience: Audience, word: str | LazyProxy) -> tuple[FileColumn[CountedVisit], ...]:
    """An audience as the presenter counted it, and as the school did."""
    return (
        FileColumn(word, _l("Who came, as the presenter counted."), lambda one: one.people(audience).present),
        FileColumn(
            _l("%(audience)s (the school)", audience=word),
            _l("Who came, as the school says; while it says nothing, as the presenter counted."),
            lambda one: one.people(audience).by_school,
        ),
    )


LOCK_FILE = (
    FileColumn[CountedVisit](_l("Visit"), _l("The number of the visit."), lambda one: one.number),
    FileColumn[CountedVisit](
        _l("Host"),
        _l("The school or other host that was visited."),
        lambda one: pick(page_language(), one.host_name_sr_cyrl, one.host_name_sr_latn),
    ),
    FileColumn[CountedVisit](_l("Day"), _l("The day of the visit."), lambda one: one.on_day),
    FileColumn[CountedVisit](
        _l("Announced"),
        _l("How many people the host announced for what is counted."),
        lambda one: sum(one.people(audience).announced for audience in AUDIENCES),
    ),
    *(column for audience, word in AUDIENCES.items() for column in _said(audience, word)),
    FileColumn[CountedVisit](
        _l("State"),
        _l("How far the counting is; of several presentations the most urgent."),
        lambda one: _state_of(rules.most_urgent(one.presentations)),
    ),
)


def _state_of(one: CountedPresentation) -> str | LazyProxy:
    return state_face("attendance", one.state, version=one.version).word


SOURCES = {
    CountSource.EDUCATOR: _l("the presenter"),
    CountSource.SCHOOL: _l("the school"),
    CountSource.COORDINATOR: _l("the coordinator"),
}


@bp.route("/status/<secret>/attendance", methods=["GET", "POST"])
@public
def sign(secret: str) -> ResponseReturnValue:
    """The school sees the presenter's numbers and confirms them or says its own."""
    actor = link_actor(secret)
    visit = _visit_of(secret)
    waiting = _waiting(visit)
    form = SignNumbersForm(presentations=[vars(one.said_by_educator) for one in waiting if one.said_by_educator])
    names = NamesForm() if "names" in request.form else _names_form(visit)  # what was typed survives either button
    if form.accepted() and ("names" not in request.form or names.accepted()):
        try:
            asked = waiting or _signed(visit)  # pressed twice, it is answered as it was the first time
            said, sure = form.said(asked), form.sure_of(asked)
            named = names.list_of_names() if "names" in request.form else None
            locked = countersign(actor, visit.visit_id, said, now=clock.now(), sure_of=sure, names=named)
        except Rejected as rejected:
            whose = {"names": rejected.problems.pop("names")} if "names" in rejected.problems else {}
            names.show(whose)
            form.show_beside(rejected.problems, waiting)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Thank you. The numbers are confirmed.") if locked else _("Thank you. The centre looks once more."))
            return redirect(url_for(".sign", secret=secret))
    return _school_page(secret, visit, form, names)


@bp.post("/status/<secret>/attendance/names")
@public
@sent_once
def name_adults(secret: str) -> ResponseReturnValue:
    """The school names adults who want a certificate."""
    actor = link_actor(secret)
    visit = _visit_of(secret)
    form = NamesForm()
    if form.accepted():
        try:
            counting.name_adults(actor, visit.visit_id, form.list_of_names(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The names are saved."))
            return redirect(url_for(".sign", secret=secret))
    waiting = [vars(one.said_by_educator) for one in _waiting(visit) if one.said_by_educator]
    return _school_page(secret, visit, SignNumbersForm(formdata=None, presentations=waiting), form)


def _visit_of(secret: str) -> CountedVisit:
    actor = link_actor(secret)
    visit = counted_visit_of_request(actor, actor.request_id or 0)
    if visit is None:
        raise NotFound("visit")
    return visit


def _waiting(visit: CountedVisit) -> list[CountedPresentation]:
    """Presentations whose numbers the school may still confirm."""
    return [one for one in visit.presentations if one.state in rules.TO_BE_SIGNED]


def _signed(visit: CountedVisit) -> list[CountedPresentation]:
    return [one for one in visit.presentations if one.said_by_school]


def _names_form(visit: CountedVisit) -> NamesForm:
    return NamesForm(formdata=None, data={"names": "\n".join(visit.named_adults)})


def _school_page(secret: str, visit: CountedVisit, form: SignNumbersForm, names: NamesForm) -> ResponseReturnValue:
    actor = link_actor(secret)
    problems = [*form.problems_shown(), *names.problems_shown()]
    shown = render_template(
        "attendance/sign.html",
        secret=secret,
        visit=visit,
        form=form,
        names=names,
        wrong=form if form.problems_shown() else names,
        pairs=list(zip(_waiting(visit), form.presentations, strict=False)),
        papers=papers.certificates_of_request(actor, actor.request_id or 0),
        paper_words=_paper_words(),
        with_a_badge=WITH_A_BADGE,
    )
    return shown, 422 if problems else 200


def _paper_words() -> dict[str, str]:
    """What papers are called that name nobody."""
    others = {
        kind.value: _("Certificate %(kind)s", kind=one.listed(_)) for kind, one in KINDS.items() if not one.of_a_person
    }
    return others | {"school": _("Certificate of the school")}


@bp.get("/attendance")
@may("list", "attendance")
def overview() -> ResponseReturnValue:
    """What nobody has counted yet, the visits whose numbers wait for a lock, and how many schools stayed silent."""
    actor = current_actor()
    table = tables.table(COUNTING_COLUMNS, SORTS, natural="state")
    if tables.file_asked():

        def turn(number: int) -> Page[tuple[CountedVisit, CountedPresentation]]:
            return rows_of(waiting_attendance(actor, table.sort, number, tables.ROWS_A_TURN)[0])

        waiting = {visit.visit_id: visit for visit, _one in tables.every_row(turn)}
        return tables.list_file(_("Attendance to be locked"), "attendance-to-be-locked", LOCK_FILE, waiting.values())
    to_lock, silent = waiting_attendance(actor, table.sort, page_number(request.args.get("page")))
    may_lock = policy.scope_of(actor, "lock", "attendance") is not None
    late = sittings_not_counted(actor, clock.now(), page_number(request.args.get("late")))
    page, uncounted = rows_of_each(to_lock, late)
    visits = {visit.visit_id: visit for visit, _one in page.rows}
    lines = [
        (visit, rules.most_urgent(visit.presentations), {one: visit.people(one) for one in AUDIENCES})
        for visit in visits.values()
    ]
    came = [one for one in AUDIENCES if any(people[one].present or people[one].by_school for *_rest, people in lines)]
    shown = tuple(one for one in table.columns if one.name not in AUDIENCES or one.name in came)
    announced = [one for one in AUDIENCES if any(talk.expected.by_audience()[one] for _visit, talk in uncounted.rows)]
    return render_template(
        "attendance/overview.html",
        uncounted=uncounted,
        page=page,
        lines=lines,
        heads=replace(table, columns=shown).heads(),
        came=came,
        announced=announced,
        audiences=AUDIENCES,
        silent=silent if may_lock else 0,
        may_count=policy.scope_of(actor, "create", "attendance") is not None,
        set_aside=set_aside_lately(actor, clock.now(), page_number(request.args.get("aside"))),
        linked=True,
    )


@bp.route("/attendance/assumed", methods=["GET", "POST"])
@may("lock", "attendance")
def lock_assumed() -> ResponseReturnValue:
    """Silent schools on one page: what will be locked is seen first; what is far from announced is not ticked."""
    form = LockManyForm()
    if form.accepted():
        locked = locking.lock_assumed(current_actor(), form.seen(), now=clock.now())
        say(_n("%(num)s presentation is locked.", "%(num)s presentations are locked.", locked))
        return redirect(url_for(".overview"))
    page = assumed_attendance(current_actor(), page_number(request.args.get("page")))
    return render_template("attendance/lock_assumed.html", page=page, form=form)


@bp.get("/attendance/<number>")
@may("list", "attendance")
def show_attendance(number: str) -> ResponseReturnValue:
    return _desk_page(counted_visit(current_actor(), number))


@bp.post("/attendance/<number>/lock")
@may("lock", "attendance")
def lock(number: str) -> ResponseReturnValue:
    """All that waits for a lock, with one press."""
    visit = counted_visit(current_actor(), number)
    form = LockForm()
    if form.accepted():
        try:
            lock_counts(current_actor(), form.sources(visit), now=clock.now(), seen=form.seen(visit))
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Locked. Certificates follow by themselves."))
            return redirect(url_for(".show_attendance", number=number))
    return _desk_page(visit, lock_form=form)


@bp.post("/attendance/<number>/<ordinal>/correct")
@may("correct", "attendance")
def correct(number: str, ordinal: str) -> ResponseReturnValue:
    visit, one = _one_of(number, ordinal)
    form = CorrectForm(mark=ordinal)
    if not form.accepted():
        return _desk_page(visit, correct_form=form, at=one)
    actor, said, why = current_actor(), form.counts(), form.reason.data or ""
    try:
        correct_counts(actor, one.presentation_id, said, why, now=clock.now(), seen=form.seen())
    except Rejected as rejected:
        form.show(rejected.problems)
    except Conflict as conflict:
        form.form_errors.append(worded(conflict.reason))
        visit, one = _one_of(number, ordinal)  # as it is by now
        if conflict.reason is AttendanceReason.CORRECTED_MEANWHILE and one.counted:
            form.form_errors.append(_counts_now(one.counted, one.reason))
            form.version.data = str(one.version)
    else:
        say(_("Corrected. The old numbers are kept."))
        return redirect(url_for(".show_attendance", number=number))
    return _desk_page(visit, correct_form=form, at=one)


def _counts_now(counts: HeadCounts, reason: str) -> str:
    return _(
        "What counts now: pupils %(pupils)s, parents %(parents)s, teachers %(teachers)s, others %(others)s "
        "(%(reason)s).",
        **vars(counts),
        reason=reason,
    )


@bp.post("/visits/<number>/presentations/<ordinal>/not-held/<any(host, presenter):absent>")
@may("correct", "attendance")
def not_held(number: str, ordinal: str, absent: str) -> ResponseReturnValue:
    """One press on a visit's page: who was not there, so that the presentation was not held."""
    visit = counted_visit(current_actor(), number)
    one = visit.presentation(ordinal)
    if one is None:
        return redirect(url_for("visits.visit", number=number))  # noted already: the page says so
    if BaseForm().accepted():
        try:
            host_absent = absent == "host"
            note_not_held(current_actor(), one.presentation_id, host_absent=host_absent, now=clock.now())
        except Conflict as conflict:
            say(worded(conflict.reason))
        else:
            say(_("Noted: it was not held."))
    return redirect(url_for("visits.visit", number=number))


def _one_of(number: str, ordinal: str) -> tuple[CountedVisit, CountedPresentation]:
    visit = counted_visit(current_actor(), number)
    one = visit.presentation(ordinal)
    if one is None:
        raise NotFound("presentation")
    return visit, one


def _desk_page(
    visit: CountedVisit,
    *,
    lock_form: LockForm | None = None,
    correct_form: CorrectForm | None = None,
    at: CountedPresentation | None = None,
) -> ResponseReturnValue:
    """One visit: one form to lock what waits, and one to correct each presentation that is locked already."""
    ids = [one.presentation_id for one in visit.presentations]
    waiting = [one for one in visit.presentations if one.state in rules.TO_BE_LOCKED]
    chosen = [{"ordinal": one.ordinal, "mark": one.mark, "source": CountSource.EDUCATOR.value} for one in waiting]
    lock_it = LockForm(formdata=None, presentations=chosen)
    if lock_form is not None:
        lock_it.form_errors = lock_form.form_errors
        for entry, typed in zip(lock_it.presentations, lock_form.presentations, strict=False):
            entry.source.data, entry.source.errors = typed.source.data, typed.source.errors
    wrong = lock_it if lock_form else correct_form
    shown = render_template(
        "attendance/show_attendance.html",
        visit=visit,
        to_lock=list(zip(waiting, lock_it.presentations, strict=True)),
        lock_form=lock_it,
        rest=[(one, _correction(one, at, correct_form)) for one in visit.presentations if one not in waiting],
        wrong=wrong,
        may_lock=policy.scope_of(current_actor(), "lock", "attendance") is not None,
        may_correct=policy.scope_of(current_actor(), "correct", "attendance") is not None,
        sources=SOURCES,
        silent_days=rules.SILENCE_MEANS_YES_AFTER.days,
        said=said_so_far(ids),
        steps=history_of(ids),
        set_aside=set_aside_of(visit.visit_id, page_number(request.args.get("aside"))),
        sheets=sheets_of(visit.visit_id) if policy.scope_of(current_actor(), "create", "attendance") else (),
        papers_of_classes=_may_certify_classes(visit),
    )
    return shown, 422 if wrong and wrong.problems_shown() else 200


def _may_certify_classes(visit: CountedVisit) -> bool:
    """Whether all its numbers are locked, and some are of pupils."""
    locked = all(one.locked for one in visit.presentations)
    pupils = any(one.counted and one.counted.pupils for one in visit.presentations)
    return locked and pupils and policy.scope_of(current_actor(), "issue", "certificate") is not None


def _correction(one: CountedPresentation, at: CountedPresentation | None, typed: CorrectForm | None) -> CorrectForm:
    """The form to correct one presentation: as it was typed when it was this one that could not be stored."""
    if typed is not None and at is not None and at.presentation_id == one.presentation_id:
        return typed
    shown = vars(one.counted) if one.counted else {}
    return CorrectForm(formdata=None, mark=one.ordinal, data=shown | {"version": one.version})
