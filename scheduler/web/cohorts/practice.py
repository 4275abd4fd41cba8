"""The practice of reporting: invented cases, answered with buttons alone; staff word them, groups' answers are sums."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.fields import SelectChoice

from scheduler.cohorts import pdf, service
from scheduler.cohorts.queries import practice as queries
from scheduler.cohorts.queries.practice import PracticePage
from scheduler.cohorts.terms import PracticeCaseRow, PracticeSheet, ReportingWay
from scheduler.cohorts.wording import way_names
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.web.cohorts.blueprint import bp
from scheduler.web.filters import moment, say
from scheduler.web.forms import BaseForm, LinesField, ManyField, Needed
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.limits import SEARCHES, limiter
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded

HOTLINE = "https://netpatrola.rs"
TEXTS = ("story_sr_cyrl", "story_en", "why_sr_cyrl", "why_en")


class AnswerCaseForm(BaseForm):
    """Which case, and which way: both are buttons of ours."""

    case = HiddenField()
    way = HiddenField()

    def chosen(self) -> ReportingWay | None:
        said = str(self.way.data or "")
        return ReportingWay(said) if said in tuple(ReportingWay) else None


class CaseForm(BaseForm):
    """A case in a centre's own words. Empty English is read as the Serbian one in Latin letters."""

    story_sr_cyrl = LinesField(_l("What happens, in Serbian (Cyrillic)"), [Needed()], limit=600)
    story_en = LinesField(_l("What happens, in English"), limit=600)
    ways = ManyField(_l("Which ways are right"))
    why_sr_cyrl = LinesField(_l("Why, in Serbian (Cyrillic)"), [Needed()], limit=600)
    why_en = LinesField(_l("Why, in English"), limit=600)

    @classmethod
    def of(cls, case: PracticeCaseRow) -> "CaseForm":
        texts = {name: getattr(case, name) for name in TEXTS}
        form = cls(data=texts | {"ways": [way for way in ReportingWay if way in case.ways]})
        form.ways.choices = [SelectChoice(way, name) for way, name in way_names(page_language()).items()]
        return form

    def row(self, code: str) -> PracticeCaseRow:
        """What the form says; call after `accepted()`."""
        story_cyrl, story_en, why_cyrl, why_en = (str(self[name].data or "") for name in TEXTS)
        ways = frozenset(map(ReportingWay, self.ways.data or ()))
        return PracticeCaseRow(code, story_cyrl, story_en, why_cyrl, why_en, ways)


@bp.get("/practice/<slug>")
@public
def practice(slug: str) -> ResponseReturnValue:
    """The cases of a centre for everybody: an answer is judged at once, and nothing of it is kept."""
    return _shown(queries.practice_of(slug), request.args.get("case", ""), request.args.get("way", ""))


@bp.route("/practice/<code>/<int:part_id>/<key>", methods=["GET", "POST"])
@public
@limiter.limit(SEARCHES)  # a whole class stands behind one address
def practice_of_part(code: str, part_id: int, key: str) -> ResponseReturnValue:
    """The same for the groups of one training: each press is added to two sums, and forgotten."""
    page, form, problem = queries.practice_behind(code, part_id, key), AnswerCaseForm(), ""
    way = form.chosen()
    if form.accepted() and way is not None:
        case = str(form.case.data or "")
        try:
            service.answer_case(part_id, case, way, now=clock.now())
        except Conflict as conflict:
            problem = str(worded(conflict.reason))
        return _shown(page, case, way, form=form, problem=problem)
    return _shown(page, form=form)


@bp.get("/practice/<slug>/sheet.pdf")
@public
def practice_sheet(slug: str) -> ResponseReturnValue:
    """The same cases on paper."""
    return _sheet(queries.practice_of(slug))


@bp.get("/practice/<code>/<int:part_id>/<key>/sheet.pdf")
@public
def practice_sheet_of_part(code: str, part_id: int, key: str) -> ResponseReturnValue:
    """The sheet of one training: its square opens the page on which these groups answer."""
    page = queries.practice_behind(code, part_id, key)
    return _sheet(page, settings().base_url + url_for(".practice_of_part", code=code, part_id=part_id, key=key))


def _sheet(page: PracticePage, address: str = "") -> Response:
    language = page_language()
    sheet = PracticeSheet(
        centre_name=page.centre(language),
        printed=_("printed %(moment)s", moment=moment(clock.now())),
        cases=tuple(one.story(language) for one in queries.cases_of(page.centre_id)),
        hotline=HOTLINE.removeprefix("https://"),
        helpline=settings().helpline_number,
        address=address,
    )
    headers = {"Content-Disposition": 'inline; filename="practice.pdf"'}
    return Response(pdf.draw(sheet, language), content_type="application/pdf", headers=headers)


def _shown(
    page: PracticePage, case: str = "", way: str = "", *, form: AnswerCaseForm | None = None, problem: str = ""
) -> ResponseReturnValue:
    cases = queries.cases_of(page.centre_id)
    answered = next((one for one in cases if one.code == case and way in tuple(ReportingWay)), None)
    shown = render_template(
        "cohorts/practice.html",
        page=page,
        cases=cases,
        ways=way_names(page_language()),
        answered=answered.code if answered else "",
        right=answered is not None and way in answered.ways,
        chosen=way,
        form=form,
        problem=problem,
        hotline=HOTLINE,
    )
    return shown, 409 if problem else 200


@bp.get("/cohorts/practice")
@may("read", "cohort")
def practice_cases() -> ResponseReturnValue:
    """The cases as the centre tells them, each to be worded anew."""
    rows = queries.cases_of(own_centre_id())
    slug = queries.slug_of(own_centre_id())
    return render_template("cohorts/practice_cases.html", rows=rows, slug=slug, ways=way_names(page_language()))


@bp.route("/cohorts/practice/<code>", methods=["GET", "POST"])
@may("update", "cohort")
@sent_once
def word_case(code: str) -> ResponseReturnValue:
    """One case in the centre's own words."""
    case = queries.case_of(own_centre_id(), code)
    form = CaseForm.of(case)
    if form.accepted():
        try:
            service.word_case(current_actor(), form.row(code), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".practice_cases"))
    page = render_template("cohorts/word_case.html", form=form, case=case)
    return page, 422 if form.problems_shown() else 200
