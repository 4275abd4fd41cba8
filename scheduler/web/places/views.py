"""A host for staff, its shifts and bells, and the same form for the school behind its secret link."""

import datetime as dt
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.paging import page_number
from scheduler.people.queries import names_of_labels
from scheduler.places import queries
from scheduler.places.rules.school_time import lessons_of, problems_with_school_time, read_class, shifts_in_use, week_of
from scheduler.places.service import call_notes
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import ClassStanding, SchoolTime, Shift
from scheduler.policy import Actor
from scheduler.requests.queries.contacts import contacts_at
from scheduler.requests.queries.hours import AROUND
from scheduler.staffing.queries.visit_lines import visits_at_host
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, link_actor, may, public
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.places.blueprint import bp
from scheduler.web.places.forms import CallNoteForm, SchoolTimeForm
from scheduler.web.places.typed_hosts import typed_facts
from scheduler.web.reasons import worded

HOST = "/hosts/<int:host_id>"


@dataclass(frozen=True)
class Week:
    """A lesson in one week, for the preview: days on which it is at the same time stand together."""

    monday: dt.date
    number: int
    usual: list[ClassStanding]
    others: list[ClassStanding]


@bp.get(HOST)
@may("read", "call_note")
def host(host_id: int) -> ResponseReturnValue:
    return _host_page(host_id, CallNoteForm(formdata=None), 200)


@bp.post(HOST)
@may("create", "call_note")
@sent_once
def write_call_note(host_id: int) -> ResponseReturnValue:
    form = CallNoteForm()
    if form.accepted():
        call_notes.write_call_note(current_actor(), host_id, form.text.data or "", now=clock.now())
        say(_("Noted."))
        return redirect(url_for(".host", host_id=host_id))
    return _host_page(host_id, form, 422)


def _host_page(host_id: int, form: CallNoteForm, code: int) -> ResponseReturnValue:
    row, notes = queries.host_of(host_id), queries.call_notes_of(host_id)
    time = queries.school_time_of(host_id)
    today = clock.local_day(clock.now(), row.zone)
    shown = render_template(
        "places/host.html",
        host=row,
        lines=visits_at_host(current_actor(), host_id, today, page_number(request.args.get("past"))),
        contacts=contacts_at(current_actor(), host_id),
        time=time,
        bells=_bells_today(time.told, today) if time else [],
        notes=notes,
        names=names_of_labels(note.by for note in notes),
        form=form,
        **typed_facts(row),
    )
    return shown, code


def _bells_today(told: SchoolTime, day: dt.date) -> list[tuple[Shift, list[dt.time]]]:
    """When each shift's lessons begin, on a usual day."""
    return [
        (shift, [lesson.starts for lesson in lessons_of(bells)])
        for (shift, short), bells in told.bells.items()
        if not short and shift in shifts_in_use(told)
    ]


@bp.route(f"{HOST}/school-time", methods=["GET", "POST"])
@may("update", "school_time")
def school_time(host_id: int) -> ResponseReturnValue:
    actor = current_actor()
    if policy.scope_of(actor, "update", "school_time") is not policy.Scope.ANY:
        raise NotFound("host")
    return _school_time(actor, host_id, "places/school_time.html", url_for(".host", host_id=host_id))


@bp.route("/status/<secret>/school-time", methods=["GET", "POST"])
@public
def own_school_time(secret: str) -> ResponseReturnValue:
    """The school tells its shifts and bells once; whoever plans its next visit knows them."""
    actor = link_actor(secret)
    back = url_for("requests.status", secret=secret)
    return _school_time(actor, actor.host_id or 0, "places/own_school_time.html", back)


def _school_time(actor: Actor, host_id: int, template: str, back: str) -> ResponseReturnValue:
    """One form for both; its first button only looks, so that nobody saves what she has not seen as an example."""
    host, stored = queries.host_of(host_id), queries.school_time_of(host_id)
    form = SchoolTimeForm.for_stored(stored, clock.local_day(clock.now(), host.zone))
    looked: Week | None = None
    if form.accepted():
        told = form.told()
        if problems := problems_with_school_time(told):
            form.show(problems)
        elif form.look.data:
            looked = _week(form, told, host)
        else:
            try:
                tell_school_time(actor, host_id, told, version=form.seen(), now=clock.now())
            except Rejected as rejected:
                form.show(rejected.problems)
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                say(_("Thank you: the shifts and bells are kept for next time."))
                return redirect(back)
    elif stored and not form.errors:
        looked = _week(form, stored.told, host)
    shown = render_template(template, form=form, host=host, stored=stored, week=looked, back=back)
    return shown, 422 if form.problems_shown() else 200


def _week(form: SchoolTimeForm, told: SchoolTime, host: HostRow) -> Week:
    """The example that the form asks for, by the school days of the host."""
    day, number = form.example_day.data, form.example_lesson.data
    open_days = frozenset(queries.school_days(host, day - AROUND, day + AROUND))
    found = week_of(told, read_class(form.example_class.data), number, day, open_days.__contains__)
    usual = [one for one in found if (one.shift, one.lesson) == (found[0].shift, found[0].lesson)]
    others = [one for one in found if one not in usual]
    return Week(day - dt.timedelta(days=day.weekday()), number, usual, others)
