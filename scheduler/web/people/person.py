"""The page of one presenter: how to reach her, what she has promised, where she was, and what was agreed with her."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.core.paging import page_number
from scheduler.people import queries
from scheduler.people.rules import is_minor
from scheduler.people.service import notes
from scheduler.people.service import presenters as people_presenters
from scheduler.people.terms import PresenterPage
from scheduler.policy import SYSTEM, Scope
from scheduler.proposals.queries.overnight import wish_of
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.staffing.queries.availability import presenter_page
from scheduler.staffing.queries.own_days import year_of
from scheduler.staffing.queries.visit_lines import load_of, visits_of_person
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.people import forms
from scheduler.web.people.blueprint import bp
from scheduler.web.plan_words import NIGHTS


def page_for(verb: str, presenter_id: int) -> PresenterPage:
    """The presenter, if the actor has `verb` on her. Raises: NotFound."""
    page = presenter_page(presenter_id, from_day=clock.local_day(clock.now()))
    policy.require(current_actor(), verb, "presenter", centre=page.row.centre_id, presenters=[presenter_id])
    return page


@bp.get("/people/<int:presenter_id>")
@may("read", "presenter")
def presenter(presenter_id: int) -> ResponseReturnValue:
    return _show_presenter(page_for("read", presenter_id))


def _show_presenter(
    page: PresenterPage, form: forms.ExceptionForm | None = None, note: forms.PresenterNoteForm | None = None
) -> ResponseReturnValue:
    actor, now, row = current_actor(), clock.now(), page.row
    today, account = clock.local_day(now), queries.suspended_as(row.user_id)
    minor = is_minor(row.adult_on, today)
    own_minor = minor and not _is_staff()
    notes_may = policy.scope_of(actor, "read", "presenter_note") is not None and not minor
    past = page_number(request.args.get("past"))
    lines = visits_of_person(actor, row.presenter_id, row.home, today, past)
    limited = bool(actor.districts) and row.presenter_id != actor.presenter_id
    whole = visits_of_person(SYSTEM, row.presenter_id, row.home, today, past) if limited else lines
    shown = render_template(
        "people/presenter.html",
        page=page,
        form=form or forms.ExceptionForm(formdata=None),
        note_form=note or forms.PresenterNoteForm(formdata=None),
        weekdays=labels.WEEKDAYS,
        topics=labels.TOPICS,
        languages=forms.TEACHING_LANGUAGES,
        roles=forms.ROLES,
        clearance=safeguarding_queries.proofs_of(row, today).clearance,
        guardian=safeguarding_queries.guardian_of(row.presenter_id, now) if minor and _is_staff() else None,
        lines=lines,
        load=load_of(page, whole, today),  # wherever she goes
        # kilometres to other districts would tell where she goes (TRUST S54); a minor reads none of her own
        road_of_lines=not own_minor,
        shows_road=not limited and not own_minor,
        year=year_of(row.presenter_id, today.year),
        nights_away=str(NIGHTS[wish_of(row.presenter_id)]),
        notes_may=notes_may,
        notes=queries.notes_about(row.presenter_id) if notes_may else [],
        may_change=policy.scope_of(actor, "update", "presenter") is not None,
        may_train=policy.scope_of(actor, "read", "training") is not None,
        may_suspend=policy.scope_of(actor, "suspend", account) is not None,
        may_restore=policy.scope_of(actor, "restore", account) is not None,
        may_see_list=_is_staff(),
        may_speak_up=_is_staff() and row.presenter_id != actor.presenter_id,
        changes=_changes(page) if _is_staff() else [],
        may_see_proofs=policy.scope_of(actor, "list", "vetting") is not None,
    )
    return shown, 422 if any(one is not None and one.problems_shown() for one in (form, note)) else 200


def _changes(page: PresenterPage) -> list[dict[str, str]]:
    """Who changed what of her profile and account."""
    return history({"presenter": [page.row.presenter_id], "user_account": [page.row.user_id]})


def _is_staff() -> bool:
    return policy.scope_of(current_actor(), "list", "presenter") is Scope.CENTRE


@bp.post("/people/<int:presenter_id>")
@may("update", "presenter")
@sent_once
def add_exception(presenter_id: int) -> ResponseReturnValue:
    page = page_for("update", presenter_id)
    form = forms.ExceptionForm()
    if form.accepted():
        try:
            people_presenters.add_exception(current_actor(), presenter_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".presenter", presenter_id=presenter_id))
    return _show_presenter(page, form)


@bp.post("/people/<int:presenter_id>/exceptions/<int:exception_id>/remove")
@may("update", "presenter")
def remove_exception(presenter_id: int, exception_id: int) -> ResponseReturnValue:
    people_presenters.remove_exception(current_actor(), presenter_id, exception_id, now=clock.now())
    say(_("Removed: those days follow the week again."))
    return redirect(url_for(".presenter", presenter_id=presenter_id))


@bp.post("/people/<int:presenter_id>/notes")
@may("create", "presenter_note")
@sent_once
def write_presenter_note(presenter_id: int) -> ResponseReturnValue:
    page = page_for("read", presenter_id)
    form = forms.PresenterNoteForm()
    if form.accepted():
        try:
            notes.write_presenter_note(current_actor(), presenter_id, form.text.data or "", now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Noted."))
            return redirect(url_for(".presenter", presenter_id=presenter_id))
    return _show_presenter(page, note=form)
