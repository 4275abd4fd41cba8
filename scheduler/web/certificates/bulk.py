"""Certificates in bulk: all of a list in one file or in a file each, and a letter to their schools once seen."""

import json
import zipfile
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.certificates.queries import letters as queries
from scheduler.certificates.queries import lists
from scheduler.certificates.rules import letters_seen
from scheduler.certificates.service.letters import sample
from scheduler.core import clock
from scheduler.core.errors import NotFound, TooMany
from scheduler.core.language import html_lang, languages, names_of
from scheduler.core.paging import page_number, page_of
from scheduler.jobs import long_work
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.forms import CertificatePressForm
from scheduler.web.certificates.views import FILES, filters_asked, same_list
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.made_whole import handed_out, made_whole
from scheduler.web.reasons import worded
from scheduler.work import service
from scheduler.work.terms import WorkKind

MOST_IN_A_FILE = 2000
ENDINGS = {WorkKind.ZIP_CERTIFICATES: "zip", WorkKind.MERGE_CERTIFICATES: "pdf"}


@bp.post("/certificates/files")
@may("issue", "certificate")
def draw_files() -> ResponseReturnValue:
    """Let the worker draw all that hold of the list, and show how far it is."""
    back = redirect(same_list(".overview"))
    kind = next((one for one in FILES if one == request.form.get("kind")), None)
    if not CertificatePressForm().accepted() or kind is None:
        return back
    numbers = lists.numbers_of(current_actor(), filters_asked(), MOST_IN_A_FILE + 1)
    if not numbers:
        say(_("Nothing to draw: no certificate of this list holds."))
        return back
    if len(numbers) > MOST_IN_A_FILE:
        say(_("Filter the list first: a file takes 2,000 certificates."))
        return back
    return _begun(kind, numbers, back)


def _begun(kind: WorkKind, wanted: Sequence[str | int], back: ResponseReturnValue) -> ResponseReturnValue:
    """The page that shows how far it is; whoever has too much under way is told so where she came from."""
    try:
        content = json.dumps(wanted).encode()
        work_id = long_work.start(current_actor(), kind, now=clock.now(), content=content)
    except TooMany as refused:
        say(worded(refused.reason))
        return back
    return redirect(url_for("admin.show_work", work_id=work_id))


@bp.get("/certificates/files/<int:work_id>.<any(pdf, zip):ending>")
@may("issue", "certificate")
def take_files(work_id: int, ending: str) -> ResponseReturnValue:
    """What was drawn, for whoever let it be drawn: the same bytes each time, until they are a day old."""
    work = service.work_with_files(current_actor(), work_id, now=clock.now())
    if ending != ENDINGS[work.kind]:
        raise NotFound("work")
    name = f"certificates-{clock.local_day(work.created_at).isoformat()}-{work.id}"
    with made_whole() as stream:
        if ending == "zip":
            at = work.created_at.timetuple()[:6]
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                for one in service.files_of(work_id):
                    archive.writestr(zipfile.ZipInfo(one.name, at), one.content, zipfile.ZIP_DEFLATED)
        else:
            for one in service.files_of(work_id):
                stream.write(one.content)
    return handed_out(stream, name, ending)


@bp.route("/certificates/letters", methods=["GET", "POST"])
@may("issue", "certificate")
def letters() -> ResponseReturnValue:
    """Whom a press would write to, in which language, and who has no address; and the press."""
    actor = current_actor()
    seen = queries.preview(actor, filters_asked(), most=queries.SCHOOLS_AT_ONCE)
    form, digest = CertificatePressForm(), letters_seen(seen)
    if form.accepted():
        back = redirect(same_list(".letters"))
        if request.form.get("seen") == digest and seen.to_write:
            return _begun(WorkKind.MAIL_CERTIFICATES, [one.visit_id for one in seen.to_write], back)
        say(_("The list has changed meanwhile: nothing was sent. Look at it once more."))
        return back
    begun = service.latest(actor, (WorkKind.MAIL_CERTIFICATES,), now=clock.now(), limit=1)
    return render_template(
        "certificates/letters.html",
        seen=seen,
        at_once=queries.SCHOOLS_AT_ONCE,
        digest=digest,
        page=page_of(seen.to_write, page_number(request.args.get("page"))),
        samples=sample(actor, seen.to_write[0].visit_id) if seen.to_write else [],
        under_way=next((row for row in begun if row.open), None),
        form=form,
        same_list=same_list,
        languages={one: {"code": html_lang(one), "name": names_of(one)[1]} for one in languages()},
    )
