"""Pages of the profile: as it is counted or was signed, its typed texts, its files, and what the public reads of it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from scheduler import policy
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.language import html_lang, moment, span_of_days, year_alone
from scheduler.core.typed_days import YearMeant
from scheduler.people.queries import centres
from scheduler.profiles import pdf, queries, rules, service
from scheduler.profiles.terms import (
    LONGEST_TYPED,
    NumberOrigin,
    ProfilePaper,
    ProfileSection,
    ProfileTexts,
    RowsBehind,
    SignedProfileRow,
    Statement,
    StoredTexts,
)
from scheduler.profiles.wording.paper import plain_text
from scheduler.reports import charts
from scheduler.reports.queries.public import public_names
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.signing import period_or_none
from scheduler.reports.terms.counting import Period
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, DayField, LinesField, Needed, number_of
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, _l, here, page_language
from scheduler.web.navigation import lead_tabs
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.reports import signing
from scheduler.web.reports.blueprint import bp
from scheduler.web.reports.forms import days_of

FILES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}
ROWS = {  # where staff find the rows behind a number
    RowsBehind.VISITS: "reports.visits_behind",
    RowsBehind.REPORT: "reports.attendance_report",
    RowsBehind.HELPLINE: "helpline.overview",
    RowsBehind.COHORTS: "cohorts.overview",
}
YEARS_OFFERED = 5
TALLEST = 100  # per cent: the longest bar of a picture in a document


class ProfileDaysForm(BaseForm):
    """Which days a profile is of."""

    first = DayField(_l("From"), [Needed()], meant=YearMeant.LAST)
    last = DayField(_l("To"), [Needed()], meant=YearMeant.LAST)

    def period(self) -> Period | None:
        """The days; None of days that are no period."""
        if not self.first.validate(self) or not self.last.validate(self):
            return None
        for day in (self.first, self.last):
            day.raw_data = None  # a good day is shown as days are written here, however it came
        return period_or_none(self.first.data, self.last.data)


class ProfileTextsForm(BaseForm):
    """What the centre says about itself and its plans."""

    about_sr_cyrl = LinesField(_l("About us, in Serbian, Cyrillic letters"), limit=LONGEST_TYPED)
    about_en = LinesField(_l("About us, in English"), limit=LONGEST_TYPED)
    plans_sr_cyrl = LinesField(_l("Plans, in Serbian, Cyrillic letters"), limit=LONGEST_TYPED)
    plans_en = LinesField(_l("Plans, in English"), limit=LONGEST_TYPED)
    version = HiddenField()

    @classmethod
    def of(cls, stored: StoredTexts) -> "ProfileTextsForm":
        return cls(data={**vars(stored.texts), "version": str(stored.version)})

    def texts(self) -> ProfileTexts:
        """What the form says; call after `accepted()`."""
        return ProfileTexts(**{name: self[name].data or "" for name in vars(ProfileTexts())})


class SignProfileForm(BaseForm):
    """What the person saw of the profile."""

    seen = HiddenField()


@bp.get("/reports/profile")
@may("read", "profile")
def profile() -> ResponseReturnValue:
    """The profile of a year or of any days; without a word of the newest year that has data."""
    form, period = _asked_days()
    if period is None:
        return render_template("reports/profile_days.html", form=form, pills=_pills(None)), 422
    centre_id = own_centre_id()
    signed = queries.signed_for(centre_id, period)
    report = queries.profile_report(period, centre_id)
    figures = None if signed else queries.profile_figures(period, centre_id, report)
    typed = queries.texts_of(centre_id, period).texts
    papers = signed.papers if signed else queries.papers_of(period, centre_id, figures, typed)
    paper = _in_language(papers)
    lead_tabs("reports.attendance_report", "reports.youth", **days_of(period))
    return render_template(
        "reports/profile.html",
        form=form,
        pills=_pills(period),
        days=days_of(period),
        signed_profile=signed,
        signed_as=_signed_as(signed) if signed else "",
        left_out=figures.helpline_left_out if figures else 0,
        counts_signed=report.books is not None and report.books.signed is not None,
        presses=_presses(period, signed),
        texts_missing=[] if signed else _texts_missing(typed),
        **_shown(paper),
        **signing.books_shown(report),
    )


@bp.get(f"/reports/profile.<any({', '.join(FILES)}):kind>")
@may("read", "profile")
def profile_file(kind: str) -> ResponseReturnValue:
    """The same as a file: pdf, html for Word, or plain text."""
    _form, period = _asked_days()
    if period is None:
        raise NotFound("profile")
    return _file(_in_language(queries.standing_papers(period, own_centre_id())), kind, period)


@bp.route("/reports/profile/texts", methods=["GET", "POST"])
@may("update", "profile")
@sent_once
def profile_texts() -> ResponseReturnValue:
    """What the centre types for the profile of some days."""
    _form, period = _asked_days()
    if period is None:
        raise NotFound("profile")
    form = ProfileTextsForm.of(queries.texts_of(own_centre_id(), period))
    if form.accepted():
        version = number_of(form.version.data) or 0
        try:
            service.type_texts(current_actor(), period, form.texts(), version, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Saved."))
            return redirect(url_for(".profile", **days_of(period)))
    page = render_template("reports/profile_texts.html", form=form, days=days_of(period), title=_title(period))
    return page, 422 if form.problems_shown() else 200


@bp.route("/reports/profile/sign", methods=["GET", "POST"])
@may("sign", "profile")
@sent_once
def sign_profile() -> ResponseReturnValue:
    """The profile as it would be kept, in every language; signing keeps it."""
    _form, period = _asked_days()
    if period is None:
        raise NotFound("profile")
    form = SignProfileForm()
    if form.accepted():
        try:
            service.sign_profile(current_actor(), period, str(form.seen.data or ""), now=clock.now())
        except Rejected as rejected:
            form.form_errors += [worded(reason) for reason in rejected.problems.values()]
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The profile is signed."))
            return redirect(url_for(".profile", **days_of(period)))
    papers = queries.papers_of(period, own_centre_id())
    form.seen.data = rules.seen_of(papers)
    page = render_template(
        "reports/profile_sign.html",
        form=form,
        days=days_of(period),
        title=_title(period),
        public=rules.is_whole_year(period),
        papers=[(html_lang(one.language), _sections(one)) for one in papers.values()],
    )
    return page, 422 if form.problems_shown() else 200


@bp.route("/reports/profile/<int:profile_id>/take-back", methods=["GET", "POST"])
@may("take_back", "profile")
def take_profile_back(profile_id: int) -> ResponseReturnValue:
    """Open a signed profile again, with a reason."""
    own = {one.id: one for one in queries.signed_profiles(own_centre_id())}
    one = own.get(profile_id)
    if one is None:
        raise NotFound("profile")
    form = signing.TakeBackForm()
    if form.accepted():
        try:
            service.take_profile_back(current_actor(), profile_id, form.why.data or "", now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The profile is open again."))
            return redirect(url_for(".profile", **days_of(one.period)))
    page = render_template(
        "reports/profile_take_back.html", form=form, days=days_of(one.period), title=_title(one.period)
    )
    return page, 422 if form.problems_shown() else 200


@bp.get("/profiles")
@public
def public_profiles() -> ResponseReturnValue:
    """Signed profiles of calendar years, of every centre, the newest first."""
    names = {one.id: one.name(page_language()) for one in centres()}
    rows = [
        {"centre": names.get(one.centre_id, ""), "title": _title(one.period), "id": one.id}
        for one in queries.signed_profiles()
        if one.public_papers
    ]
    return render_template("reports/public_profiles.html", rows=rows)


@bp.get("/profiles/<int:profile_id>")
@public
def public_profile(profile_id: int) -> ResponseReturnValue:
    """One of them: small numbers are not shown, and neither are those by which they could be computed."""
    row = queries.public_profile(profile_id)
    return render_template("reports/public_profile.html", profile_id=row.id, **_shown(_in_language(row.public_papers)))


@bp.get(f"/profiles/<int:profile_id>.<any({', '.join(FILES)}):kind>")
@public
def public_profile_file(profile_id: int, kind: str) -> ResponseReturnValue:
    """The same as a file."""
    row = queries.public_profile(profile_id)
    return _file(_in_language(row.public_papers), kind, row.period)


def _asked_days() -> tuple[ProfileDaysForm, Period | None]:
    today = clock.local_day(clock.now())
    newest = year_of(next(iter(public_names(today, page_language()).years), today.year))
    empty = "first" not in request.args and "last" not in request.args
    given = {"first": newest.first, "last": newest.last} if empty else {}
    form = ProfileDaysForm(None if empty else request.args, meta={"csrf": False}, data=given)
    if empty:
        return form, newest
    period = form.period()
    if period is None and not form.problems_shown():
        form.show({"last": GroundReason.DAYS_NOT_IN_ORDER})
    return form, period


def _in_language(papers: Mapping[str, ProfilePaper]) -> ProfilePaper:
    """The one in the reader's language; of what was signed before that language came, the English one."""
    return papers.get(page_language()) or papers["en"]


def _title(period: Period) -> str:
    language = page_language()
    if rules.is_whole_year(period):
        return _("Yearly profile for %(year)s", year=year_alone(period.first.year, language))
    return _("Profile: %(days)s", days=span_of_days(period.first, period.last, language))


def _pills(period: Period | None) -> list[dict[str, Any]]:
    this_year = clock.local_day(clock.now()).year
    years = [year_of(year) for year in range(this_year, this_year - YEARS_OFFERED, -1)]
    return [{"label": str(one.first.year), "href": here(**days_of(one)), "on": one == period} for one in years]


def _presses(period: Period, signed: SignedProfileRow | None) -> dict[str, str]:
    """What the reader can do with the profile, each with its address."""
    days, actor = days_of(period), current_actor()
    can = {verb for verb in ("update", "sign", "take_back") if policy.scope_of(actor, verb, "profile") is not None}
    found = {kind: url_for(".profile_file", kind=kind, **days) for kind in FILES}
    if signed:
        if "take_back" in can:
            found["take_back"] = url_for(".take_profile_back", profile_id=signed.id)
        if signed.public_papers:
            found["public"] = url_for(".public_profile", profile_id=signed.id)
        return found
    if "update" in can:
        found["texts"] = url_for(".profile_texts", **days)
    if "sign" in can:
        found["sign"] = url_for(".sign_profile", **days)
    return found


def _signed_as(signed: SignedProfileRow) -> str:
    at = moment(signed.at, page_language(), centre_timezone())
    if signed.by:
        return _("The profile was signed by %(name)s: %(moment)s", name=signed.by, moment=at)
    return _("The profile was signed: %(moment)s", moment=at)


def _texts_missing(texts: ProfileTexts) -> list[str]:
    """Which of the typed texts are empty, so that the profile of a language has no such part."""
    form = ProfileTextsForm(formdata=None)
    return [str(form[name].label.text) for name, said in vars(texts).items() if not said]


def _shown(paper: ProfilePaper) -> dict[str, Any]:
    behind = _address(paper.figures_of) if paper.figures_of and not paper.for_public else ""
    return {
        "paper": paper,
        "figures": [{"number": one.value, "words": one.label, "href": behind} for one in paper.figures],
        "sections": _sections(paper, links=not paper.for_public),
    }


def _sections(paper: ProfilePaper, *, links: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "heading": one.heading,
            "statements": [_linked(said, links=links) for said in one.statements],
            "chart": one.chart,
            "drawing": charts.columns(one.chart, paper.language) if one.chart else None,
            "columns": _columns(one) if links else [],
        }
        for one in paper.sections
    ]


def _columns(section: ProfileSection) -> list[dict[str, Any]]:
    """The numbers of a picture with the address of the rows behind each."""
    if section.chart is None or not section.columns:
        return []
    values = section.chart.series[0].values
    told = zip(section.chart.labels, values, map(_address, section.columns), strict=True)
    return [{"label": label, "number": value, "href": href if value else ""} for label, value, href in told]


def _linked(said: Statement, *, links: bool) -> list[dict[str, str]]:
    return [
        {"text": part.text, "href": _address(part.origin) if links and part.origin is not None else ""} for part in said
    ]


def _address(origin: NumberOrigin) -> str:
    query: dict[str, Any] = dict(origin.query)
    return url_for(ROWS[origin.rows], **query)


def _file(paper: ProfilePaper, kind: str, period: Period) -> Response:
    name = f"profile-{period.first.isoformat()}-{period.last.isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_content(paper, kind), content_type=FILES[kind], headers=headers)


def _content(paper: ProfilePaper, kind: str) -> bytes | str:
    if kind == "pdf":
        return pdf.draw(paper, clock.now())
    if kind == "txt":
        return plain_text(paper)
    return render_template(
        "layouts/word.html",
        paper=paper,
        sections=_sections(paper),
        html_lang=html_lang(paper.language),
        tallest=TALLEST,
    )
