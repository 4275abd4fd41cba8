"""What a visit's crew and staff need of its questions: codes, papers, sums from paper, and what came out."""

from typing import Any

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import clock_time, long_day
from scheduler.questions import pdf
from scheduler.questions.queries.figures import changes_of_presentation
from scheduler.questions.queries.sittings import paper_sums, set_of, sitting_of, sittings_of
from scheduler.questions.rules import sets as rules
from scheduler.questions.service.answers import type_sheets
from scheduler.questions.terms import AskedSitting, CodePaper, QuestionPaper, RoundMoment
from scheduler.questions.wording import choice_words, moment_words
from scheduler.web.drawings import qr_picture
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, page_language
from scheduler.web.questions.blueprint import bp
from scheduler.web.questions.forms import sheets_form
from scheduler.web.questions.words import change_views
from scheduler.web.reasons import worded


@bp.get("/visits/<number>/questions")
@may("show", "answers")
def of_visit(number: str) -> ResponseReturnValue:
    """Each presentation that is asked: its two codes while they are open, how many have answered, its papers."""
    visit, sittings = sittings_of(current_actor(), number)
    return render_template("questions/of_visit.html", visit=visit, rows=[_row(one) for one in sittings])


def _row(sitting: AskedSitting) -> dict[str, Any]:
    now, actor, language = clock.now(), current_actor(), page_language()
    today = clock.local_day(now, sitting.zone)
    stands = rules.stands(sitting.on_day, today)
    read = stands and policy.scope_of(actor, "read", "answers") is not None
    changes = changes_of_presentation(actor, sitting.presentation_id, set_of(sitting), today) if read else []
    return {
        "sitting": sitting,
        "rounds": [_round(sitting, moment) for moment in RoundMoment],
        "stands": stands,
        "stands_from": rules.stands_from(sitting.on_day),
        "changes": change_views(changes, language),
        "may_type": not stands and policy.scope_of(actor, "create", "answers") is not None,
        "reads": policy.scope_of(actor, "read", "answers") is not None,
    }


def _round(sitting: AskedSitting, moment: RoundMoment) -> dict[str, Any]:
    now, address = clock.now(), _address(sitting, moment)
    opens, closes = rules.hours_of(moment, sitting.starts_at, sitting.ends_at)
    is_open = opens <= now <= closes
    return {
        "moment": moment,
        "words": moment_words(page_language())[moment],
        "row": sitting.round(moment),
        "is_open": is_open,
        "opens": opens if now < opens else None,
        "closes": closes,
        "address": address,
        "picture": qr_picture(address) if is_open else "",
    }


def _address(sitting: AskedSitting, moment: RoundMoment) -> str:
    code = rules.code_of(sitting.uid, moment, settings().secret_key)
    where: dict[str, Any] = {"number": sitting.visit_number, "ordinal": sitting.ordinal, "secret": code}
    return settings().base_url + url_for(".answer_questions", **where)


def _asked(number: str, ordinal: str) -> AskedSitting:
    place = number_of(ordinal)
    if place is None:
        raise NotFound("presentation")
    return sitting_of(current_actor(), number, place)


@bp.get("/visits/<number>/questions/<ordinal>/sheets.pdf")
@may("show", "answers")
def sheets(number: str, ordinal: str) -> Response:
    """The sheet of tallies, and the page to copy for each listener."""
    sitting, language = _asked(number, ordinal), page_language()
    asked = set_of(sitting)
    paper = QuestionPaper(
        questions=tuple((one.text(language), tuple(choice_words(one, language))) for one in asked.questions),
        edition=_("edition %(number)s", number=asked.edition),
        **_head(sitting),
    )
    return _paper(pdf.draw_sheets(paper, language), f"{number}-questions.pdf")


@bp.get("/visits/<number>/questions/<ordinal>/codes.pdf")
@may("show", "answers")
def codes(number: str, ordinal: str) -> Response:
    """Two posters for the wall: before, and after."""
    sitting, language = _asked(number, ordinal), page_language()
    addresses = tuple((moment_words(language)[moment], _address(sitting, moment)) for moment in RoundMoment)
    return _paper(pdf.draw_codes(CodePaper(addresses=addresses, **_head(sitting)), language), f"{number}-codes.pdf")


def _head(sitting: AskedSitting) -> dict[str, Any]:
    language = page_language()
    classes = f" · {sitting.classes}" if sitting.classes else ""
    return {
        "centre_name": sitting.centre(language),
        "host_name": sitting.host(language),
        "title": sitting.programme(language),
        "when": f"{long_day(sitting.on_day, language)}, {clock_time(sitting.starts_local, language)}{classes}",
        "running_number": sitting.visit_number,
        "helpline": settings().helpline_number,
    }


def _paper(drawn: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(drawn, content_type="application/pdf", headers=headers)


@bp.route("/visits/<number>/questions/<ordinal>/<any(before, after):act>", methods=["GET", "POST"])
@may("create", "answers")
def count_sheets(number: str, ordinal: str, act: str) -> ResponseReturnValue:
    """The sums of a sheet of tallies; typed again they stand in place of those before."""
    sitting, moment = _asked(number, ordinal), RoundMoment(act)
    asked = set_of(sitting)
    form = sheets_form(asked.questions, sitting.round(moment).paper, paper_sums(sitting, moment))
    if form.accepted():
        counted = form.counted(asked.questions)
        try:
            type_sheets(current_actor(), number, sitting.ordinal, moment, counted, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The sums are saved. Destroy the papers now."))
            return redirect(url_for(".of_visit", number=number))
    shown = render_template(
        "questions/count_sheets.html",
        sitting=sitting,
        moment=moment_words(page_language())[moment],
        form=form,
        parts=[(one.text(page_language()), form.of_question(one)) for one in asked.questions],
        phone=sitting.round(moment).phone,
    )
    return shown, 422 if form.problems_shown() else 200
