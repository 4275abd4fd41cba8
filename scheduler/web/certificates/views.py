"""Pages of certificates: the public check, the files, and the coordinator's list."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.certificates import rules, signature
from scheduler.certificates.badge import WITH_A_BADGE
from scheduler.certificates.kinds.every import KINDS, facts_of, holder_of, wording_of
from scheduler.certificates.queries import lists, papers
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import (
    NAMES_A_PERSON,
    UNNAMED_KEY,
    CertificateFilters,
    CertificateKind,
    CertificateRow,
    CertificateShow,
    CheckedCertificate,
    UncertifiedVisit,
    WaitsFor,
)
from scheduler.config import name_secrets
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import pick
from scheduler.core.paging import Page, page_number
from scheduler.core.sorting import Sort
from scheduler.jobs import long_work
from scheduler.policy import Actor
from scheduler.web import tables
from scheduler.web.certificates.blueprint import UNSEEN, bp
from scheduler.web.certificates.forms import CertificatePressForm, CompareForm, FindForm, ReissueForm, RevokeForm
from scheduler.web.filters import long_day, say, state_face
from scheduler.web.guards import current_actor, link_actor, may, public
from scheduler.web.i18n import _, _l, here, page_language
from scheduler.web.limits import NAME_RATE, limiter, limits_guesses
from scheduler.web.once import sent_once
from scheduler.web.reads import note_given_names
from scheduler.web.reasons import worded
from scheduler.web.tables import Column, FileColumn
from scheduler.work import service as work_service
from scheduler.work.terms import WorkKind

CERTIFICATE_COLUMNS = (
    Column("number", _l("Number")),
    Column("holder", _l("Holder")),
    Column("visit", _l("Visit")),
    Column("day", _l("Day")),
    Column("state", _l("State")),
    Column("acts", _l("Acts"), quiet=True),
)
SHOWS = {
    CertificateShow.ALL: _l("All"),
    CertificateShow.VALID: _l("Valid"),
    CertificateShow.REPLACED: _l("Replaced by a new one"),
    CertificateShow.REVOKED: _l("Revoked"),
    CertificateShow.WAITING: _l("None issued yet"),
}
FILES = {
    WorkKind.MERGE_CERTIFICATES: _l("Download one PDF"),
    WorkKind.ZIP_CERTIFICATES: _l("Download a file for each (ZIP)"),
}
WAITS = {
    WaitsFor.COUNT: _l("The numbers are not typed yet"),
    WaitsFor.SIGNATURE: _l("The school has not signed the numbers yet"),
    WaitsFor.LOCK: _l("The numbers wait to be locked"),
    WaitsFor.ISSUE: _l("Everything is there: it is issued within minutes"),
}


def _holder(row: CertificateRow) -> str:
    if row.presenter_id and not row.holder_name:
        return _("a presenter")
    return row.holder_name or ("" if row.kind in NAMES_A_PERSON else _host(row))


def _host(row: CertificateRow) -> str:
    """No presenter's paper says where she was."""
    return "" if row.presenter_id else pick(page_language(), row.host_sr_cyrl, row.host_sr_latn)


CERTIFICATES_FILE = (
    FileColumn[CertificateRow](_l("Number"), _l("The number on the certificate."), lambda row: row.running_number),
    FileColumn[CertificateRow](_l("Certificate"), _l("Of which kind it is."), lambda row: KINDS[row.kind].listed(_)),
    FileColumn[CertificateRow](
        _l("Holder"), _l("Who holds it; a name is kept as long as the privacy notice says."), _holder
    ),
    FileColumn[CertificateRow](_l("School"), _l("The host; empty where a presenter holds it."), _host),
    FileColumn[CertificateRow](
        _l("Visit"),
        _l("The number of the visit; empty where a presenter holds it."),
        lambda row: "" if row.presenter_id else row.visit_number,
    ),
    FileColumn[CertificateRow](_l("Group"), _l("The cohort, or the classes, as printed."), lambda row: row.group),
    FileColumn[CertificateRow](_l("Day"), _l("The day that is printed on it."), lambda row: row.on_day),
    FileColumn[CertificateRow](
        _l("State"), _l("Whether it holds."), lambda row: state_face("certificate", row.state).word
    ),
)
WAITING_FILE = (
    FileColumn[UncertifiedVisit](_l("Visit"), _l("The number of the visit."), lambda row: row.number),
    FileColumn[UncertifiedVisit](
        _l("School"),
        _l("The school or other host that was visited."),
        lambda row: pick(page_language(), row.host_sr_cyrl, row.host_sr_latn),
    ),
    FileColumn[UncertifiedVisit](_l("Day"), _l("The day of the visit."), lambda row: row.on_day),
    FileColumn[UncertifiedVisit](
        _l("Why not yet"), _l("For what its certificates wait."), lambda row: WAITS[row.waits_for]
    ),
)


@bp.route("/certificates", methods=["GET", "POST"])
@public
@limits_guesses(["POST"])
def find() -> ResponseReturnValue:
    """Type a number as it stands on the paper."""
    form = FindForm()
    if form.accepted():
        try:
            number = papers.certificate_of_number(form.number.data or "").paper.number
        except NotFound:
            return render_template("certificates/unknown.html", form=form), 404, UNSEEN
        return redirect(url_for(".check", number=number))
    shown = render_template("certificates/find.html", form=form, keys=signature.public_keys())
    return shown, 422 if form.problems_shown() else 200


@bp.route("/certificates/<number>", methods=["GET"])
@public
@limits_guesses()
def check(number: str) -> ResponseReturnValue:
    """Every printed field, and whether the paper still holds."""
    return _checked(number, CompareForm(formdata=None), None)


@bp.post("/certificates/<number>")
@public
@limiter.limit(NAME_RATE)
def compare(number: str) -> ResponseReturnValue:
    """Whether a typed name is the one on the certificate."""
    form = CompareForm()
    matches = None
    if form.accepted():
        checked = _found(number)
        matches = checked is not None and rules.names_match(
            checked.holder_key, form.name.data or "", secrets=name_secrets()
        )
    return _checked(number, form, matches)


@bp.get("/.well-known/certificate-keys.json")
@public
def keys() -> ResponseReturnValue:
    """The public halves of all keys that ever signed here: whoever keeps this page checks papers without us."""
    g.cookieless = True
    return jsonify(signature.as_document(signature.public_keys()))


def _found(number: str) -> CheckedCertificate | None:
    try:
        return papers.certificate_of_number(number)
    except NotFound:
        return None


def _checked(number: str, form: CompareForm, matches: bool | None) -> ResponseReturnValue:
    found = _found(number)
    if found is None:
        form_again = FindForm(formdata=None, data={"number": number[:64]})
        return render_template("certificates/unknown.html", form=form_again), 404, UNSEEN
    shown = render_template(
        "certificates/check.html",
        found=found,
        paper=found.paper,
        fours=rules.in_fours(found.paper.number),
        form=form,
        matches=matches,
        rows=printed_rows(found),
        successor=rules.in_fours(found.replaced_by_number),
        of_a_person=KINDS[found.paper.kind].of_a_person,
        unnamed=found.holder_key.startswith(UNNAMED_KEY),
        as_badge=found.paper.kind is WITH_A_BADGE and found.state == "issued",
    )
    return shown, 422 if form.problems_shown() else 200, UNSEEN


def printed_rows(found: CheckedCertificate) -> list[dict[str, str]]:
    """Every printed field as a term and its words, as the paper words it; what the paper leaves out is left out."""
    paper = found.paper
    facts = [
        (_("Number of the certificate"), rules.in_fours(paper.number)),
        (_("What it is"), wording_of(paper, page_language()).title),
        (_("Issued to"), found.holder_name or ("" if KINDS[paper.kind].of_a_person else holder_of(paper))),
        (_("Programme"), paper.programme_title),
        (_("Text"), " ".join(part for part in (paper.lead, paper.text) if part)),
        *((_first_capital(label), value) for label, value in facts_of(paper, page_language())),
        (_("Centre"), _with_place(paper.centre_name, paper.centre_place)),
        (_("Signed by"), ", ".join(_with_place(who.name, who.function) for who in paper.signatories)),
        (_("File number"), paper.file_number),
        (_("Issued on"), long_day(paper.issued_on)),
    ]
    return [{"term": term, "answer": words} for term, words in facts if words]


def _first_capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _with_place(name: str, place: str) -> str:
    return ", ".join(part for part in (name, place) if part)


@bp.get("/certificates/<number>.pdf")
@may("list", "certificate")
def download(number: str) -> ResponseReturnValue:
    return handed_over(current_actor(), number)


@bp.get("/status/<secret>/certificates/<number>.pdf")
@public
def download_own(secret: str, number: str) -> ResponseReturnValue:
    """A school's own certificates, by its secret link."""
    return handed_over(link_actor(secret), number)


def handed_over(actor: Actor, typed: str) -> ResponseReturnValue:
    """The PDF; of a minor's it is noted that staff took one with her first name."""
    number = rules.number_typed(typed)
    if number is None:
        raise NotFound("certificate")
    headers = {
        "Content-Disposition": f'attachment; filename="{number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    drawn = issuing.certificate_pdf(actor, number, lambda presenter_id: note_given_names([presenter_id]))
    return Response(drawn, mimetype="application/pdf", headers=headers | UNSEEN)


@bp.get("/certificates/issued")
@may("list", "certificate")
def overview() -> ResponseReturnValue:
    """What was issued, found and narrowed by the address; and what waits for certificates, and why."""
    actor = current_actor()
    table = tables.table(CERTIFICATE_COLUMNS, lists.SORTS)
    filters, number = filters_asked(table.sort), page_number(request.args.get("page"))
    waiting = filters.show is CertificateShow.WAITING
    if tables.file_asked():
        return _file_of_list(waiting, filters)
    page: Page[Any]
    if waiting:
        page = lists.uncertified(actor, number, clock.local_day(clock.now()))
    else:
        page = lists.certificates_of_centre(actor, number, filters)
    due = len(papers.visits_missing_certificates(actor))
    may_issue = policy.scope_of(actor, "issue", "certificate") is not None
    begun = work_service.latest(actor, (WorkKind.ISSUE_CERTIFICATES,), now=clock.now(), limit=1) if may_issue else []
    return render_template(
        "certificates/overview.html",
        page=page,
        filters=filters,
        waiting=waiting,
        pills=[
            {"label": words, "href": here(show=show.value, page=None), "on": show is filters.show}
            for show, words in SHOWS.items()
        ],
        kinds={kind: one.listed(_) for kind, one in KINDS.items()},
        persons=NAMES_A_PERSON,
        waits=WAITS,
        table=table,
        due=due,
        may_issue=may_issue,
        keeps_keys=policy.scope_of(actor, "update", "settings") is not None,
        form=CertificatePressForm(formdata=None),
        bundles=FILES,
        same_list=same_list,
        under_way=next((row for row in begun if row.open), None),
    )


def _file_of_list(waiting: bool, filters: CertificateFilters) -> Response:
    """The list that the address asks for, whole."""
    actor, today, size = current_actor(), clock.local_day(clock.now()), tables.ROWS_A_TURN
    if waiting:
        visits = tables.every_row(lambda number: lists.uncertified(actor, number, today, size))
        return tables.list_file(_("Visits without a certificate"), "visits-without-certificate", WAITING_FILE, visits)
    papers = tables.every_row(lambda number: lists.certificates_of_centre(actor, number, filters, size))
    return tables.list_file(_("Certificates"), "certificates", CERTIFICATES_FILE, papers)


def filters_asked(sort: Sort | None = None) -> CertificateFilters:
    """What the address asks for; nonsense is everything."""
    show, kind = request.args.get("show", ""), request.args.get("kind", "")
    return CertificateFilters(
        show=CertificateShow(show) if show in {*CertificateShow} else CertificateShow.ALL,
        kind=CertificateKind(kind) if kind in {*CertificateKind} else None,
        typed=request.args.get("q", "")[:200],
        sort=sort,
    )


def same_list(endpoint: str) -> str:
    """The address of another page that speaks of the list of this one, by what its address asks for."""
    kept = {key: request.args.getlist(key) for key in request.args if key not in ("lang", "theme", "page")}
    path = url_for(endpoint)
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


@bp.post("/certificates/issued")
@may("issue", "certificate")
def issue_due() -> ResponseReturnValue:
    """Let the worker issue what is due in the centre, and show how far it is."""
    if CertificatePressForm().accepted():
        work_id = long_work.start(current_actor(), WorkKind.ISSUE_CERTIFICATES, now=clock.now())
        return redirect(url_for("admin.show_work", work_id=work_id))
    return redirect(url_for(".overview"))


@bp.route("/certificates/<number>/reissue", methods=["GET", "POST"])
@may("issue", "certificate")
@sent_once
def reissue(number: str) -> ResponseReturnValue:
    """A new paper with the right name or numbers; the old one shows "replaced"."""
    row = papers.certificate_to_change(current_actor(), number)
    form = ReissueForm(data={"name": row.holder_name or ""})
    if form.accepted():
        try:
            new = issuing.reissue_certificate(current_actor(), row.id, form.name.data or "", now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Issued again. The old number now shows: replaced."))
            return redirect(url_for(".check", number=new))
    named = row.kind is CertificateKind.TEACHER
    shown = render_template("certificates/reissue.html", row=row, form=form, named=named)
    return shown, 422 if form.problems_shown() else 200


@bp.route("/certificates/<number>/revoke", methods=["GET", "POST"])
@may("revoke", "certificate")
def revoke(number: str) -> ResponseReturnValue:
    """Asked first: a revoked certificate never becomes valid again."""
    row = papers.certificate_to_change(current_actor(), number)
    form = RevokeForm()
    if form.accepted():
        try:
            issuing.revoke_certificate(current_actor(), row.id, form.reason.data or "", now=clock.now())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Revoked. Its check page says so from now on."))
            return redirect(url_for(".overview"))
    shown = render_template("certificates/revoke.html", row=row, form=form)
    return shown, 422 if form.problems_shown() else 200
