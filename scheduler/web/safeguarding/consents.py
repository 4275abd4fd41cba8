"""Staff name the guardian and see her papers, two of them each; they correct birth dates, two of them each."""

import datetime as dt
from io import BytesIO

from flask import current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.scans import MOST_SCAN_BYTES, ScanKind
from scheduler.safeguarding import queries, rules, service
from scheduler.safeguarding.terms import PaperRow, SafeguardingReason
from scheduler.staffing.service import birth_dates, consents
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.safeguarding import forms
from scheduler.web.safeguarding.views import PURPOSES, bp, page_for

SPARE = 200_000  # of a request: the other fields, and what a browser puts around a file


@bp.url_value_preprocessor
def take_a_scan(endpoint: str | None, _values: object) -> None:
    """Only the page of a paper takes more than the megabyte that every other page takes."""
    if endpoint == "safeguarding.new_consent":
        request.max_content_length = MOST_SCAN_BYTES + SPARE


@bp.route("/safeguarding/<int:presenter_id>/guardian", methods=["GET", "POST"])
@may("name", "consent")
def name_guardian(presenter_id: int) -> ResponseReturnValue:
    page = page_for("name", "consent", presenter_id)
    form = forms.GuardianForm()
    if form.accepted():
        try:
            service.name_guardian(current_actor(), presenter_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            waits = page_for("name", "consent", presenter_id).link_barred is SafeguardingReason.GUARDIAN_UNCONFIRMED
            if page.guardian:
                say(_("The guardian before is told. Until the new one speaks, there is no new visit."))
            elif waits:
                say(_("The guardian is recorded. A colleague confirms them on this page, then the link is sent."))
            else:
                say(_("The guardian is written to."))
            return redirect(url_for(".proofs", presenter_id=presenter_id))
    wait = dt.timedelta(days=current_app.config["SETTINGS"].guardian_wait_days)
    speaks_at = clock.now() + wait
    shown = render_template("safeguarding/name_guardian.html", form=form, page=page, speaks_at=speaks_at)
    return shown, 422 if form.errors else 200


@bp.post("/safeguarding/<int:presenter_id>/guardian/link")
@may("name", "consent")
@sent_once
def send_link(presenter_id: int) -> ResponseReturnValue:
    try:
        service.send_link(current_actor(), presenter_id, now=clock.now())
        say(_("The link is on its way to the guardian."))
    except Conflict as refused:
        if refused.reason is GroundReason.SENT_WITH_OTHER_CONTENT:
            raise
        say(worded(refused.reason))
    return redirect(url_for(".proofs", presenter_id=presenter_id))


@bp.post("/safeguarding/<int:presenter_id>/guardian/confirm")
@may("record", "consent")
def confirm_guardian(presenter_id: int) -> ResponseReturnValue:
    """Only what was read: the number of the guardian comes with the button."""
    page = page_for("record", "consent", presenter_id)
    try:
        if page.guardian is None or request.form.get("guardian") != str(page.guardian.id):
            raise Conflict(SafeguardingReason.GUARDIAN_IS_CONFIRMED)
        service.confirm_guardian(current_actor(), presenter_id, page.guardian.id, now=clock.now())
    except Conflict as refused:
        say(worded(refused.reason))
    else:
        say(_("The guardian is confirmed. The link is on its way to them."))
    return redirect(url_for(".proofs", presenter_id=presenter_id))


@bp.post("/safeguarding/<int:presenter_id>/guardian/stays")
@may("name", "consent")
def call_off_change(presenter_id: int) -> ResponseReturnValue:
    service.call_off_change(current_actor(), presenter_id, now=clock.now())
    say(_("The change is called off: the guardian stays, and is told."))
    return redirect(url_for(".proofs", presenter_id=presenter_id))


@bp.route("/safeguarding/<int:presenter_id>/consent", methods=["GET", "POST"])
@may("record", "consent")
def new_consent(presenter_id: int) -> ResponseReturnValue:
    page = page_for("record", "consent", presenter_id)
    form = forms.PaperForm()
    if form.accepted():
        try:
            consents.record_paper(current_actor(), presenter_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as refused:
            form.show({"": refused.reason})
        else:
            say(_("The paper is recorded. It counts as soon as a second of you has seen it."))
            return redirect(url_for(".proofs", presenter_id=presenter_id))
    return render_template("safeguarding/new_consent.html", form=form, page=page), 422 if form.errors else 200


def _paper_for(paper_id: int) -> PaperRow:
    """The paper, if the actor may see it. Raises: NotFound."""
    paper = queries.paper_of(paper_id)
    page_for("record", "consent", paper.presenter_id)
    return paper


@bp.route("/safeguarding/papers/<int:paper_id>", methods=["GET", "POST"])
@may("record", "consent")
def paper(paper_id: int) -> ResponseReturnValue:
    row = _paper_for(paper_id)
    form = forms.PaperSeenForm()
    if form.accepted():
        try:
            if not form.seen.data:
                raise Rejected({"seen": SafeguardingReason.PAPER_NOT_SEEN})
            consents.confirm_paper(current_actor(), paper_id, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as refused:
            form.show({"": refused.reason})
        else:
            say(_("Two of you have seen the paper: the consent counts, and the guardian is told."))
            return redirect(url_for(".proofs", presenter_id=row.presenter_id))
    return _paper_page(row, form, forms.NoticeForm(formdata=None))


def _paper_page(row: PaperRow, form: BaseForm, notice: BaseForm) -> ResponseReturnValue:
    now = clock.now()
    page = queries.whole_page_of(row.presenter_id, now)
    shown = render_template(
        "safeguarding/paper.html",
        form=notice if notice.errors else form,
        seen_form=form,
        notice_form=notice,
        paper=row,
        page=page,
        counts_from=rules.waits_until(row.told_at, now) if page.taken_back and row.told_at else None,
        purposes=PURPOSES,
        seen_by_me=row.first_seen_by_id == current_actor().user_id,
    )
    return shown, 422 if form.errors or notice.errors else 200


@bp.post("/safeguarding/papers/<int:paper_id>/notice")
@may("record", "consent")
def note_notice(paper_id: int) -> ResponseReturnValue:
    form = forms.NoticeForm()
    if form.accepted():
        try:
            consents.note_notice(current_actor(), paper_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as refused:
            form.show({"": refused.reason})
        else:
            say(_("Recorded. A second person can confirm the paper in seven days."))
            return redirect(url_for(".paper", paper_id=paper_id))
    return _paper_page(_paper_for(paper_id), forms.PaperSeenForm(formdata=None), form)


@bp.post("/safeguarding/papers/<int:paper_id>/no")
@may("record", "consent")
def turn_down_paper(paper_id: int) -> ResponseReturnValue:
    try:
        presenter_id = consents.turn_down_paper(current_actor(), paper_id, now=clock.now())
    except Conflict as refused:
        say(worded(refused.reason))
        return redirect(url_for(".paper", paper_id=paper_id))
    say(_("The paper is turned down: it allows nothing."))
    return redirect(url_for(".proofs", presenter_id=presenter_id))


@bp.get("/safeguarding/papers/<int:paper_id>/scan")
@may("record", "consent")
def scan(paper_id: int) -> ResponseReturnValue:
    """A picture is shown on the page, a PDF is handed over as a file: nothing in it runs in the browser."""
    content, kind = consents.open_scan(current_actor(), paper_id, now=clock.now())
    answer = send_file(
        BytesIO(content),
        mimetype=ScanKind(kind).mimetype,
        as_attachment=kind == "pdf",
        download_name=f"consent-{paper_id}.{kind}",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/safeguarding/<int:presenter_id>/birth-date", methods=["GET", "POST"])
@may("correct", "birth_date")
def birth_date(presenter_id: int) -> ResponseReturnValue:
    page = page_for("correct", "birth_date", presenter_id)
    form = forms.BirthDateForm()
    if page.birth_date is None:
        raise NotFound("birth date")
    if form.accepted():
        try:
            birth_dates.propose_birth_date(current_actor(), presenter_id, form.birth_date.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The correction waits until a second of you has confirmed it."))
            return redirect(url_for(".proofs", presenter_id=presenter_id))
    return render_template("safeguarding/birth_date.html", form=form, page=page), 422 if form.errors else 200


@bp.post("/safeguarding/<int:presenter_id>/birth-date/<any(confirm, no):act>")
@may("correct", "birth_date")
def settle_birth_date(presenter_id: int, act: str) -> ResponseReturnValue:
    page = page_for("correct", "birth_date", presenter_id)
    if page.correction is None:
        say(worded(SafeguardingReason.CORRECTION_IS_OVER))
    elif act == "no":
        birth_dates.turn_down_birth_date(current_actor(), presenter_id, now=clock.now())
        say(_("The birth date stays as it was."))
    else:
        _confirm(presenter_id, page.correction.id)
    return redirect(url_for(".proofs", presenter_id=presenter_id))


def _confirm(presenter_id: int, correction_id: int) -> None:
    """Only what was read: the number of the correction comes with the button."""
    try:
        if request.form.get("correction") != str(correction_id):
            raise Conflict(SafeguardingReason.CORRECTION_IS_OVER)
        birth_dates.confirm_birth_date(current_actor(), presenter_id, correction_id, now=clock.now())
    except Conflict as refused:
        say(worded(refused.reason))
    else:
        say(_("The birth date is corrected. Whatever the new one forbids is free again."))
