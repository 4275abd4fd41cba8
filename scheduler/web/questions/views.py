"""Pages of questions for staff: every programme, one set, and what has changed in some days."""

import datetime as dt
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.paging import page_number
from scheduler.places.rules.hosts import days_of_school_year, school_year
from scheduler.questions.queries import figures
from scheduler.questions.queries.sets import editions_of, programme_with_questions, programmes_with_questions
from scheduler.questions.rules.sets import is_full
from scheduler.questions.service import sets as service
from scheduler.questions.terms import QuestionChange, SetRow
from scheduler.questions.wording import choice_words
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _, here, page_language
from scheduler.web.once import sent_once
from scheduler.web.questions.blueprint import bp
from scheduler.web.questions.forms import QuestionDaysForm, QuestionPressForm, SetQuestionForm
from scheduler.web.questions.words import change_views
from scheduler.web.reasons import worded


@bp.get("/questions")
@may("read", "answers")
def overview() -> ResponseReturnValue:
    """Every programme of the centre, with what its listeners are asked."""
    rows = programmes_with_questions(current_actor())
    return render_template("questions/overview.html", rows=rows)


@bp.get("/questions/<slug>")
@may("read", "answers")
def programme(slug: str) -> ResponseReturnValue:
    """What has changed in the days that the address names; never by school, and never in the order of what came out."""
    actor, today = current_actor(), clock.local_day(clock.now())
    row = programme_with_questions(actor, slug)
    days = QuestionDaysForm.of(request.args, usual := _school_year(today))
    first, last = days.days(usual)
    asked, pills = _edition(row.programme_id)
    changes: list[QuestionChange] = []
    page = None
    if asked is not None:
        changes = figures.changes_of_programme(actor, asked, first, last, today)
        page = figures.rounds_of_programme(actor, asked, first, last, page_number(request.args.get("page")))
    return render_template(
        "questions/programme.html",
        row=row,
        days=days,
        edition=asked.edition if asked else 0,
        pills=pills,
        changes=change_views(changes, page_language()),
        page=page,
        may_word=policy.scope_of(actor, "update", "question_set") is not None,
    )


def _school_year(today: dt.date) -> tuple[dt.date, dt.date]:
    return days_of_school_year(school_year(today))


def _edition(programme_id: int) -> tuple[SetRow | None, list[dict[str, Any]]]:
    """The edition that the address names, else the newest; and a pill for each, where there are several."""
    rows = editions_of(programme_id)
    wanted = number_of(request.args.get("edition"))
    asked = next((one for one in rows if one.edition == wanted), rows[0] if rows else None)
    pills = [
        {
            "label": _("Edition %(number)s", number=one.edition),
            "href": here(edition=one.edition, page=None),
            "on": one is asked,
        }
        for one in rows
    ]
    return asked, pills if len(rows) > 1 else []


@bp.get("/questions/<slug>/set")
@may("update", "question_set")
def question_set(slug: str) -> ResponseReturnValue:
    """The questions of a programme, each to be worded anew, and whether they are asked."""
    return _shown_set(slug)


def _shown_set(slug: str, problem: str = "") -> ResponseReturnValue:
    row, language = programme_with_questions(current_actor(), slug), page_language()
    newest = row.newest
    shown = render_template(
        "questions/set.html",
        row=row,
        newest=newest,
        questions=[(one, choice_words(one, language)) for one in newest.questions] if newest else [],
        full=is_full(newest),
        press=QuestionPressForm(formdata=None),
        problem=problem,
        changes=history({"question_set": [one.id for one in editions_of(row.programme_id)]}),
    )
    return shown, 409 if problem else 200


@bp.route("/questions/<slug>/set/<place>", methods=["GET", "POST"])
@may("update", "question_set")
@sent_once
def word_question(slug: str, place: str) -> ResponseReturnValue:
    """One question; the place behind the last one is a new one's."""
    row, at = programme_with_questions(current_actor(), slug), number_of(place)
    questions = row.newest.questions if row.newest else ()
    if at is None or not 1 <= at <= len(questions) + 1:
        raise NotFound("question")
    one = questions[at - 1] if at <= len(questions) else None
    form = SetQuestionForm.of(one)
    if form.accepted():
        try:
            edition = service.word_question(current_actor(), slug, at, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            begun = row.newest is not None and edition > row.newest.edition
            say(_("Saved as edition %(number)s: the one before has answers.", number=edition) if begun else _("Saved."))
            return redirect(url_for(".question_set", slug=slug))
    shown = render_template("questions/word_question.html", form=form, row=row, place=at, fresh=one is None)
    return shown, 422 if form.problems_shown() else 200


@bp.post("/questions/<slug>/set/<place>/out")
@may("update", "question_set")
@sent_once
def take_question_out(slug: str, place: str) -> ResponseReturnValue:
    """The set asks it no more."""
    if QuestionPressForm().accepted():
        service.take_question_out(current_actor(), slug, number_of(place) or 0, now=clock.now())
        say(_("Taken out."))
    return redirect(url_for(".question_set", slug=slug))


@bp.post("/questions/<slug>/<any(ask, stop):act>")
@may("update", "question_set")
def press(slug: str, act: str) -> ResponseReturnValue:
    """Begin to ask, or stop."""
    if QuestionPressForm().accepted():
        try:
            (service.ask_questions if act == "ask" else service.stop_asking)(current_actor(), slug, now=clock.now())
        except Conflict as conflict:
            return _shown_set(slug, str(worded(conflict.reason)))
        say(_("Asked from now on.") if act == "ask" else _("No further class is asked."))
    return redirect(url_for(".question_set", slug=slug))
