"""Pages of cohorts for staff: all of them, one, and a request that becomes a part of one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.certificates.queries.subjects import numbers_of_cohort
from scheduler.certificates.service.awards import issue_for_cohort
from scheduler.certificates.terms import SubjectPaper
from scheduler.cohorts import rules, service
from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import HIGHEST_LEVEL, CohortFilters, CohortReason, CohortRow, CohortState, PracticeSums
from scheduler.cohorts.wording import level_names
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import pick
from scheduler.core.paging import Page, page_number
from scheduler.places.rules.hosts import school_year
from scheduler.programmes.terms import ProgrammeKind
from scheduler.requests.queries.pages import request_page
from scheduler.requests.terms.pages import RequestPage
from scheduler.web import tables
from scheduler.web.cohorts import words
from scheduler.web.cohorts.blueprint import bp
from scheduler.web.cohorts.forms import BeginForm, CohortPressForm, JoinCohortForm, SizeForm
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _, _l, here, page_language
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.tables import Column, FileColumn

COLUMNS = (
    Column("code", _l("Cohort")),
    Column("host", _l("School")),
    Column("group", _l("Grade")),
    Column("size", _l("Pupils"), number=True),
    Column("level", _l("Level")),
    Column("next", _l("Next part")),
    Column("ends", _l("School year")),
)


def _next_part(row: CohortRow) -> dt.date | None:
    proposed = rules.proposed_part(row, clock.local_day(clock.now()))
    return proposed.due_on if proposed else None


COHORTS_FILE = (
    FileColumn[CohortRow](_l("Cohort"), _l("The code of the cohort."), lambda row: row.code),
    FileColumn[CohortRow](_l("School"), _l("The school of the class."), lambda row: row.host(page_language())),
    FileColumn[CohortRow](_l("Place"), _l("Where the school is."), lambda row: row.place(page_language())),
    FileColumn[CohortRow](_l("Grade"), _l("The grade and the kind of school."), words.group_of),
    FileColumn[CohortRow](_l("Pupils"), _l("How many pupils the school says are in it."), lambda row: row.size),
    FileColumn[CohortRow](
        _l("Level"),
        _l("How many of the three skills it was trained in."),
        lambda row: level_names(page_language())[row.level],
    ),
    FileColumn[CohortRow](
        _l("State"),
        _l("How far the training is."),
        lambda row: words.STATES[rules.state_of(row, clock.local_day(clock.now()))].word,
    ),
    FileColumn[CohortRow](_l("Next part"), _l("From which day the next part is due."), _next_part),
    FileColumn[CohortRow](_l("School year"), _l("In which it is trained."), lambda row: row.school_year),
)


@bp.get("/cohorts")
@may("read", "cohort")
def overview() -> ResponseReturnValue:
    """All cohorts, narrowed as the address says; above them the trainings that belong to none."""
    actor, today = current_actor(), clock.local_day(clock.now())
    filters = _filters()
    table = tables.table(COLUMNS, queries.SORTS, natural="")

    def turn(number: int) -> Page[CohortRow]:
        return queries.cohorts(actor, filters, today, number, table.sort)

    if tables.file_asked():
        return tables.list_file(_("Web Detectives"), "web-detectives", COHORTS_FILE, tables.every_row(turn))
    page = turn(page_number(request.args.get("page")))
    language = page_language()
    return render_template(
        "cohorts/overview.html",
        page=page,
        table=table,
        rows=[(one, words.STATES[rules.state_of(one, today)], rules.proposed_part(one, today)) for one in page.rows],
        loose=queries.loose_trainings(actor, today),
        levels=level_names(language),
        group_of=words.group_of,
        today=today,
        pills=_pills(filters),
        towns=[(cyrl, pick(language, cyrl, latn)) for cyrl, latn in queries.towns_of(actor)],
        years=[(year, school_year(dt.date(year, 1, 1))) for year in queries.years_of(actor)],
        filters=filters,
    )


def _filters() -> CohortFilters:
    """What the address asks for; what no list has is not asked for."""
    state, level = request.args.get("state", ""), number_of(request.args.get("level"))
    year = number_of(request.args.get("year"))
    return CohortFilters(
        city=request.args.get("town") or None,
        state=CohortState(state) if state in tuple(CohortState) else None,
        level=level if level is not None and level <= HIGHEST_LEVEL else None,
        school_year=year if year is not None and 2000 <= year <= 2199 else None,
        waits=request.args.get("waits") == "1",
    )


def _pills(filters: CohortFilters) -> list[dict[str, Any]]:
    """Each state is a link that keeps the rest of the address."""
    none = filters.state is None and not filters.waits and filters.level is None
    kept = {"page": None, "level": None}
    pills = [
        {"label": _("all"), "href": here(state=None, waits=None, **kept), "on": none},
        {"label": _("A part is due"), "href": here(state=None, waits=1, **kept), "on": filters.waits},
    ]
    return pills + [
        {
            "label": face.word,
            "icon": face.icon,
            "href": here(state=state, waits=None, **kept),
            "on": filters.state is state,
        }
        for state, face in words.STATES.items()
    ]


@bp.get("/cohorts/<code>")
@may("read", "cohort")
def show_cohort(code: str) -> ResponseReturnValue:
    """One cohort: its parts on a line, what comes next, and the acts."""
    return _shown(code)


def _shown(code: str, form: SizeForm | None = None, problem: str = "", status: int = 200) -> ResponseReturnValue:
    page, today = queries.cohort_page(current_actor(), code), clock.local_day(clock.now())
    row = page.row
    papers = numbers_of_cohort(current_actor(), row.id)
    proposed = rules.proposed_part(row, today)
    size = form or SizeForm(formdata=None, size=row.size)
    size.version.data = str(row.version)
    shown = render_template(
        "cohorts/cohort.html",
        page=page,
        row=row,
        face=words.STATES[rules.state_of(row, today)],
        group=words.group_of(row),
        levels=level_names(page_language()),
        stops=words.stops_of(row, proposed, for_staff=True),
        proposed=proposed,
        living=rules.lives(row, today),
        to_note=rules.level_to_note(row),
        practice=practice.practice_links(current_actor(), code),
        answered=_answered(row),
        papers=papers,
        may_issue=_may_issue(row, papers),
        form=size,
        press=CohortPressForm(formdata=None, version=str(row.version)),
        problem=problem,
        changes=history({"cohort": [row.id]}, size),
    )
    return shown, status


def _may_issue(row: CohortRow, papers: Sequence[SubjectPaper]) -> bool:
    """Whether its level has no certificate yet; one that was revoked does not come back."""
    here = f"cohort {row.id} {row.level}"
    may_issue = policy.scope_of(current_actor(), "issue", "certificate") is not None
    return may_issue and row.level > 0 and here not in {one.about for one in papers}


@bp.post("/cohorts/<code>/certificate")
@may("issue", "certificate")
@sent_once
def issue(code: str) -> ResponseReturnValue:
    """The certificate of the level that it has reached."""
    if not CohortPressForm().accepted():
        return redirect(url_for(".show_cohort", code=code))
    try:
        issue_for_cohort(current_actor(), code, now=clock.now())
    except Conflict as conflict:
        return _shown(code, problem=str(worded(conflict.reason)), status=409)
    say(_("The certificate is issued. The school finds it on the page of its request."))
    return redirect(url_for(".show_cohort", code=code))


def _answered(row: CohortRow) -> list[tuple[str, PracticeSums]]:
    """What groups have answered, by the number of the case."""
    sums = practice.sums_of(row.code)
    cases = enumerate(practice.shipped_cases(), start=1)
    return [(_("Case %(number)s", number=place), sums[one.code]) for place, one in cases if one.code in sums]


@bp.post("/cohorts/<code>/size")
@may("update", "cohort")
@sent_once
def correct_size(code: str) -> ResponseReturnValue:
    """More or fewer are in it, for a reason."""
    form = SizeForm()
    if form.accepted():
        try:
            size = form.size.data or 0
            service.correct_size(current_actor(), code, size, form.cause(), form.seen(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            return _shown(code, problem=str(worded(conflict.reason)), status=409)
        else:
            say(_("Saved."))
            return redirect(url_for(".show_cohort", code=code))
    return _shown(code, form, status=422)


@bp.post("/cohorts/<code>/<any(level, end):act>")
@may("update", "cohort")
@sent_once
def press(code: str, act: str) -> ResponseReturnValue:
    """Note the level that was earned, or that the school goes no further."""
    form = CohortPressForm()
    if not form.accepted():
        return redirect(url_for(".show_cohort", code=code))
    try:
        if act == "level":
            level = service.note_level(current_actor(), code, form.seen(), now=clock.now())
            say(_("Noted: %(level)s.", level=level_names(page_language())[level]))
        else:
            service.give_up(current_actor(), code, form.seen(), now=clock.now())
            say(_("Noted. No part is proposed any more; what was held stays."))
    except Conflict as conflict:
        return _shown(code, problem=str(worded(conflict.reason)), status=409)
    return redirect(url_for(".show_cohort", code=code))


@bp.get("/cohorts/of/<number>")
@may("create", "cohort")
def training(number: str) -> ResponseReturnValue:
    """A request for a training: begin a cohort with it, or make it a part of one of its school."""
    return _training(number, None, None)


@bp.post("/cohorts/of/<number>/begin")
@may("create", "cohort")
@sent_once
def begin(number: str) -> ResponseReturnValue:
    """A new cohort, whose first part the request is."""
    form = BeginForm()
    if form.accepted():
        try:
            code = service.begin_cohort(current_actor(), number, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The cohort %(code)s is begun.", code=code))
            return redirect(url_for(".show_cohort", code=code))
    return _training(number, form, None)


@bp.post("/cohorts/of/<number>/join")
@may("create", "cohort")
@sent_once
def join(number: str) -> ResponseReturnValue:
    """The request is the next part of a cohort of its school."""
    form = _join_form(request_page(current_actor(), number, now=clock.now()))
    if form.accepted():
        try:
            code = service.join_cohort(current_actor(), number, int(form.cohort.data), now=clock.now())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The request is a part of %(code)s now.", code=code))
            return redirect(url_for(".show_cohort", code=code))
    return _training(number, None, form)


def _join_form(page: RequestPage) -> JoinCohortForm:
    return JoinCohortForm.of(queries.living_cohorts(page.centre_id, page.row.host.id, clock.local_day(clock.now())))


def _training(number: str, begin_form: BeginForm | None, join_form: JoinCohortForm | None) -> ResponseReturnValue:
    page = request_page(current_actor(), number, now=clock.now())
    asked = next(iter(page.presentations), None)
    cohort = queries.cohort_of_request(page.row.id)
    level = asked.level if asked is not None and asked.level in words.SCHOOL_LEVELS else None
    begins = begin_form or BeginForm(formdata=None, size=asked.pupils if asked else None, school_level=level)
    joins = join_form or _join_form(page)
    wrong = begin_form or join_form
    shown = render_template(
        "cohorts/training.html",
        page=page,
        row=page.row,
        cohort=cohort,
        fits=page.row.programme.kind is ProgrammeKind.COHORT_TRAINING,
        not_fitting=worded(CohortReason.NOT_A_TRAINING),
        begins=begins,
        joins=joins,
        wrong=wrong,
    )
    return shown, 422 if wrong is not None and wrong.problems_shown() else 200
