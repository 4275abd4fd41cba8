"""What the centre reminds people of, each with its day: switched off, or on again."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.messages import queries, service
from scheduler.messages.rules import REMINDERS
from scheduler.messages.terms import RemindedReader, Reminder
from scheduler.web.admin.blueprint import bp
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _, _l
from scheduler.web.reasons import worded

WHAT = {
    Reminder.CHECKLIST: _l("What to prepare for the visit"),
    Reminder.SCHOOL_WEEK: _l("The visit in a week"),
    Reminder.SCHOOL_DAY: _l("The visit tomorrow: who comes, when, whom to call"),
    Reminder.CREW_WEEK: _l("The visit in a week"),
    Reminder.CREW_DAY: _l("The visit tomorrow, with the day sheet"),
    Reminder.OFFER_ENDS: _l("An offer without an answer"),
    Reminder.REPORT_DUE: _l("Numbers not entered"),
    Reminder.REPORT_LATE: _l("Numbers still not entered"),
    Reminder.NUMBERS_WAIT: _l("Numbers that the school has not confirmed"),
    Reminder.FEEDBACK: _l("How the visit was"),
    Reminder.SURVEY: _l("What remained of the visit"),
    Reminder.NEXT_YEAR: _l("An invitation for the new school year"),
    Reminder.VETTING: _l("A check that ends"),
    Reminder.CONSENT: _l("A consent that ends"),
}
WHEN = {
    Reminder.CHECKLIST: _l("14 days before"),
    Reminder.SCHOOL_WEEK: _l("7 days before"),
    Reminder.SCHOOL_DAY: _l("the day before"),
    Reminder.CREW_WEEK: _l("7 days before"),
    Reminder.CREW_DAY: _l("the day before"),
    Reminder.OFFER_ENDS: _l("24 hours before it ends"),
    Reminder.REPORT_DUE: _l("the day after"),
    Reminder.REPORT_LATE: _l("3 days after"),
    Reminder.NUMBERS_WAIT: _l("4 days after we asked"),
    Reminder.FEEDBACK: _l("7 days after"),
    Reminder.SURVEY: _l("90 days after"),
    Reminder.NEXT_YEAR: _l("in September and October"),
    Reminder.VETTING: _l("30 and 7 days before"),
    Reminder.CONSENT: _l("30 and 7 days before"),
}
READERS = {
    RemindedReader.SCHOOL: _l("school"),
    RemindedReader.CREW: _l("presenters"),
    RemindedReader.GUARDIAN: _l("guardian"),
}


@bp.get("/settings/reminders")
@may("update", "settings")
def reminders() -> ResponseReturnValue:
    switches = queries.switches_of(own_centre_id())
    off = {kind for kind, row in switches.items() if not row.is_on}
    last = {kind: history({"reminder_switch": [row.id]})[0]["text"] for kind, row in switches.items()}
    return render_template(
        "admin/reminders.html", rules=REMINDERS, off=off, what=WHAT, when=WHEN, readers=READERS, last=last
    )


@bp.post("/settings/reminders/<kind>/<any(on, off):to>")
@may("update", "settings")
def switch_reminder(kind: str, to: str) -> ResponseReturnValue:
    if kind not in set(Reminder):
        raise NotFound("reminder")
    try:
        service.switch_reminder(current_actor(), Reminder(kind), on=to == "on", now=clock.now())
    except Conflict as conflict:
        say(worded(conflict.reason))
        return redirect(url_for(".reminders"))
    words = _("Switched on.") if to == "on" else _("Switched off. What is written already is still sent.")
    say(words, undo=url_for(".switch_reminder", kind=kind, to="off" if to == "on" else "on"))
    return redirect(url_for(".reminders"))
