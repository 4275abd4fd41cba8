"""Pages of the books: a period is signed off, the signed-off ones are listed, and an administrator takes one back."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from scheduler import policy
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import number, span_of_days
from scheduler.core.typed_days import YearMeant
from scheduler.reports import service
from scheduler.reports.queries import signing
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.signing import LONGEST_REASON, period_or_none, problems_with_signing, seen_of
from scheduler.reports.terms.counting import Filters, Report
from scheduler.reports.wording import correction_rows, number_heads, signed_words, since_rows, with_sign
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, DayField, Needed, TextField
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.reports.blueprint import bp
from scheduler.web.reports.forms import query_of


class SignPeriodForm(BaseForm):
    """Which days, and what the person saw of them."""

    first = DayField(_l("From"), [Needed()], meant=YearMeant.LAST)
    last = DayField(_l("To"), [Needed()], meant=YearMeant.LAST)
    seen = HiddenField()


class TakeBackForm(BaseForm):
    """Why a signed-off period is opened again."""

    why = TextField(_l("Reason"), [Needed()], limit=LONGEST_REASON)


@bp.route("/reports/signed/new", methods=["GET", "POST"])
@may("sign", "report")
@sent_once
def sign_off() -> ResponseReturnValue:
    """The totals that would be signed, with what they carry of earlier periods; signing stores them as they are."""
    form = SignPeriodForm(request.form if request.method == "POST" else request.args)
    report = _to_sign(form)
    if report is None:
        raise NotFound("period")
    if form.accepted():
        try:
            service.sign_period(current_actor(), report.filters.period, str(form.seen.data or ""), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The period is signed off."))
            return redirect(url_for(".attendance_report", **query_of(report.filters)))
    corrections = report.books.corrections if report.books else ()
    form.seen.data = seen_of(report.totals, corrections)
    page = render_template("reports/sign_off.html", form=form, **_named(report), **books_shown(report))
    return page, 422 if form.problems_shown() else 200


@bp.get("/reports/signed")
@may("read", "report")
def signed_periods() -> ResponseReturnValue:
    """Every period that was signed off, also those taken back, with its reason."""
    language = page_language()
    rows = [
        {
            "signed": one,
            "days": span_of_days(one.period.first, one.period.last, language),
            "href": url_for(".attendance_report", first=one.period.first, last=one.period.last),
        }
        for one in signing.signed_periods(own_centre_id(), with_taken_back=True)
    ]
    may_take_back = policy.scope_of(current_actor(), "take_back", "report") is not None
    return render_template("reports/signed_periods.html", rows=rows, may_take_back=may_take_back)


@bp.route("/reports/signed/<int:period_id>/take-back", methods=["GET", "POST"])
@may("take_back", "report")
def take_back(period_id: int) -> ResponseReturnValue:
    """Open a signed-off period again, with a reason."""
    known = {one.id: one for one in signing.signed_periods(own_centre_id(), with_taken_back=True)}
    one = known.get(period_id)
    if one is None:
        raise NotFound("signed period")
    form = TakeBackForm()
    if form.accepted():
        try:
            service.take_back(current_actor(), period_id, form.why.data or "", now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The sign-off is taken back: the period is open again."))
            return redirect(url_for(".signed_periods"))
    days = span_of_days(one.period.first, one.period.last, page_language())
    return render_template("reports/take_back.html", form=form, days=days), 422 if form.problems_shown() else 200


def books_shown(report: Report) -> dict[str, Any]:
    """What every form of a report shows of signed-off periods: sentences, and numbers with their signs."""
    language = page_language()
    heads = list(number_heads(language).values())
    return {
        "signed_words": signed_words(report, language, centre_timezone()),
        "since": [
            {"words": words, "cells": _cells(heads, numbers, signs=signs)}
            for words, numbers, signs in since_rows(report, language)
        ],
        "corrections": [
            {"words": words, "cells": _cells(heads, numbers, signs=True)}
            for words, numbers in correction_rows(report, language)
        ],
        "count_columns": [{"label": _("Numbers"), "quiet": True}, *({"label": head, "number": True} for head in heads)],
    }


def may_sign(report: Report) -> bool:
    """Whether the reader of this report is offered to sign it."""
    living = (*report.books.crossed, *filter(None, [report.books.signed])) if report.books else ()
    problems = problems_with_signing(report.filters.period, living, clock.local_day(clock.now()))
    can = policy.scope_of(current_actor(), "sign", "report") is not None
    return can and report.books is not None and not problems


def _to_sign(form: SignPeriodForm) -> Report | None:
    """The report of the days that the form names; None of days that are no period."""
    if not form.first.validate(form) or not form.last.validate(form):
        return None
    period = period_or_none(form.first.data, form.last.data)
    if period is None:
        return None
    return with_books(attendance_report(Filters(period, own_centre_id())))


def _named(report: Report) -> dict[str, Any]:
    language, period = page_language(), report.filters.period
    heads = list(number_heads(language).values())
    totals = tuple(getattr(report.totals, name) for name in number_heads(language))
    return {
        "days": span_of_days(period.first, period.last, language),
        "back": url_for(".attendance_report", **query_of(report.filters)),
        "totals": [{"words": _("Counted today"), "cells": _cells(heads, totals, signs=False)}],
    }


def _cells(heads: list[str], numbers: tuple[int, ...], *, signs: bool) -> list[dict[str, str]]:
    return [{"label": head, "text": _written(value, signs=signs)} for head, value in zip(heads, numbers, strict=True)]


def _written(value: int, *, signs: bool) -> str:
    words = number(abs(value), page_language())
    return with_sign(value, words) if signs else words
