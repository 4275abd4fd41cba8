"""What is held about one person of the centre: looked up, taken out as a file, erased."""

from collections.abc import Mapping

from babel.support import LazyProxy
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.privacy.service import erasure, subject_export
from scheduler.privacy.service.retention_rules import period_of
from scheduler.privacy.terms import NotErased, PrivacyReason, RetentionRow, SubjectPreview
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import PersonForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, _l
from scheduler.web.made_whole import handed_out, made_whole
from scheduler.web.password_again import password_again
from scheduler.web.reasons import worded

UNSEEN = {"Cache-Control": "private, no-store"}
DATA_NAMES: Mapping[str, LazyProxy] = {
    "user_account": _l("Account"),
    "presenter": _l("Profile of a presenter"),
    "presenter_skill": _l("Topics"),
    "presenter_language": _l("Teaching languages"),
    "available_hours": _l("Usual hours"),
    "availability_exception": _l("Days away"),
    "vetting": _l("Checks"),
    "feed_token": _l("Calendar addresses"),
    "sign_in": _l("Sign-ins"),
    "user_role": _l("Roles"),
    "guardian": _l("Named as a guardian"),
    "guardian_consent": _l("Proofs of consents"),
    "school_request": _l("Asked for a visit"),
    "named_adult": _l("Named for a certificate"),
    "outbox_message": _l("Messages to this address"),
    "assignment": _l("Places in crews"),
    "visit": _l("Visits"),
    "certificate": _l("Certificates"),
    "audit_entry": _l("Lines in the record of who did what"),
}


@bp.route("/settings/person", methods=["GET", "POST"])
@may("read", "subject")
def person() -> ResponseReturnValue:
    """An address is typed, never part of a link: links stand in logs and histories."""
    form = PersonForm()
    if not form.accepted():
        return _page(form, None, 422 if form.errors else 200)
    return _looked_up(form)


def _looked_up(form: PersonForm, status: int = 200) -> ResponseReturnValue:
    seen = erasure.preview(current_actor(), form.email.data or "", centre_id=own_centre_id(), now=clock.now())
    if not seen.subject.known:
        form.show({"email": PrivacyReason.NOBODY_KNOWN})
        return _page(form, None, 422)
    return _page(form, seen, status)


def _page(form: PersonForm, seen: SubjectPreview | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "admin/person.html",
        form=form,
        seen=seen,
        held=DATA_NAMES,
        worded=worded,
        backup_days=period_of(RetentionRow.BACKUP).number,
    )
    return page, status, UNSEEN


@bp.post("/settings/person/export")
@may("export", "subject")
@password_again
def export_person() -> ResponseReturnValue:
    """All of it in a ZIP."""
    form, now = PersonForm(), clock.now()
    if not form.accepted():
        return _page(form, None, 422)
    try:
        with made_whole() as stream:
            subject_export.export_subject(
                current_actor(), form.email.data or "", stream, centre_id=own_centre_id(), now=now
            )
    except NotErased:
        return _looked_up(form)
    return handed_out(stream, f"person-{clock.local_day(now).isoformat()}", "zip")


@bp.post("/settings/person/erase")
@may("erase", "subject")
@password_again
def erase_person() -> ResponseReturnValue:
    """Gone for good; what must happen first is said on the page of the preview."""
    form = PersonForm()
    if not form.accepted():
        return _page(form, None, 422)
    try:
        erasure.erase_subject(current_actor(), form.email.data or "", centre_id=own_centre_id(), now=clock.now())
    except NotErased:
        return _looked_up(form, 409)  # what hinders is shown with it
    say(_("Erased. What is counted stays, without the person."))
    return redirect(url_for(".person"))
