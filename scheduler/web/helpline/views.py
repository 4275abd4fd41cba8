"""Pages of the helpline's figures: a year, one period, signing off, opening, publishing; what the public reads."""

import datetime as dt
from collections import Counter

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.core.language import month_and_year, span_of_days
from scheduler.helpline import queries, rules
from scheduler.helpline.service import figures as service
from scheduler.helpline.terms import (
    SUMS,
    TOTAL_OF,
    CaseOutcome,
    HelplineChannel,
    HelplineMargin,
    HelplineMonth,
    HelplineReason,
)
from scheduler.helpline.wording import name_in
from scheduler.people.queries import centres
from scheduler.reports import charts
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.rules.beside_helpline import BesideOutreach, beside_outreach
from scheduler.reports.terms.counting import Chart, Filters, Group, Period, Series
from scheduler.reports.terms.drawing import Drawing
from scheduler.reports.wording import short_month
from scheduler.web import tables
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, new_form_key, number_of
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.helpline import words
from scheduler.web.helpline.blueprint import bp
from scheduler.web.helpline.forms import MonthForm, PublishForm, WhyForm, cause_of, days_in, month_form
from scheduler.web.history import history
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.tables import FileColumn

SPLITS_UNFOLDED = 6  # of a publication: totals, months, channels, outcomes, by whom taken over
MONTHS_UNFOLDED = 3  # of a year, the newest
YEAR_COLUMNS = ("communications", *HelplineChannel, "cases", *CaseOutcome)  # columns of a year


def _beside(months: list[HelplineMonth]) -> list[tuple[BesideOutreach, str, str]]:
    """Communications by district and month, each with the visits around it, and their names."""
    contacts = Counter[tuple[str, dt.date]]()
    for one in months:
        for iso, told in one.figures.margin(HelplineMargin.DISTRICT).items():
            contacts[iso, one.figures.first_day.replace(day=1)] += told
    if not contacts:
        return []
    first = min(day for _iso, day in contacts) - dt.timedelta(days=31)
    last = max(day for _iso, day in contacts) + dt.timedelta(days=62)
    report = attendance_report(
        Filters(Period(first.replace(day=1), last), own_centre_id()), (Group.DISTRICT, Group.MONTH)
    )
    language, names = page_language(), queries.districts_by_iso()
    return [
        (
            row,
            name_in(names[row.district].name_sr_cyrl, names[row.district].name_en, language),
            month_and_year(row.month, language),
        )
        for row in beside_outreach(contacts, report.rows)
    ]


@bp.route("/helpline/new", methods=["GET", "POST"])
@may("create", "helpline")
@sent_once
def new_month() -> ResponseReturnValue:
    """The figures of the last month that is over, until other days are chosen."""
    last = clock.local_day(clock.now()).replace(day=1) - dt.timedelta(days=1)
    codes = rules.list_for(last, queries.code_lists(own_centre_id()))
    names = words.all_codes(codes, queries.districts_by_iso())
    form = month_form(names, first_day=last.replace(day=1), last_day=last)
    if "show" in request.form:
        form.form_key.data = new_form_key()  # another part is shown: nothing is stored yet, under no key
    elif form.accepted():
        try:
            period_id = service.enter_month(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.show({"": conflict.reason})
            form.form_key.data = new_form_key()  # what was typed stays on the page, and may be sent
        else:
            say(_("Saved."))
            return redirect(url_for(".show_month", period_id=period_id))
    return _month_page(form)


@bp.route("/helpline/<int:period_id>", methods=["GET", "POST"])
@may("update", "helpline")
def show_month(period_id: int) -> ResponseReturnValue:
    """One period: its figures to correct, or, signed off, to read."""
    month = queries.month(own_centre_id(), period_id)
    names = words.all_codes(queries.code_list(month.code_list), queries.districts_by_iso())
    form = month_form(names, month)
    if "show" not in request.form and form.accepted():
        cause = cause_of(form)
        version = number_of(form.version.data) or 0
        try:
            if cause is None:
                raise Rejected({"why": GroundReason.REASON_MISSING})
            service.correct_month(current_actor(), period_id, form.draft(), cause, version, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Saved."))
            return redirect(url_for(".show_month", period_id=period_id))
    return _month_page(form, month)


@bp.post("/helpline/<int:period_id>/sign")
@may("sign", "helpline")
def sign_month(period_id: int) -> ResponseReturnValue:
    """Lock the figures as the page showed them."""
    form = MonthForm()
    try:
        service.sign_month(current_actor(), period_id, number_of(form.version.data) or 0, now=clock.now())
    except Conflict as conflict:
        say(str(worded(conflict.reason)))
    else:
        say(_("The figures are signed off."))
    return redirect(url_for(".show_month", period_id=period_id))


@bp.post("/helpline/<int:period_id>/open")
@may("correct", "helpline")
def open_month(period_id: int) -> ResponseReturnValue:
    """Open signed figures for a correction."""
    form = WhyForm()
    cause = cause_of(form)
    if form.accepted() and cause is not None:
        try:
            service.open_month(current_actor(), period_id, cause, now=clock.now())
            say(_("The figures are open: correct them and sign them off again."))
        except Conflict as conflict:
            say(str(worded(conflict.reason)))
    return redirect(url_for(".show_month", period_id=period_id))


@bp.route("/helpline/publish", methods=["GET", "POST"])
@may("publish", "helpline")
@sent_once
def publish() -> ResponseReturnValue:
    """Tell the public the signed figures of some days, once and for good."""
    form = PublishForm()
    if form.accepted():
        try:
            service.publish(current_actor(), *days_in(form), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Published."))
            return redirect(url_for(".public_figures"))
    return render_template("helpline/publish.html", form=form), 422 if form.problems_shown() else 200


PERIOD = (
    FileColumn[HelplineMonth](_l("First day"), _l("On which the period begins."), lambda one: one.figures.first_day),
    FileColumn[HelplineMonth](_l("Last day"), _l("On which the period ends."), lambda one: one.figures.last_day),
    FileColumn[HelplineMonth](_l("Signed off"), _l("When its figures were signed off."), lambda one: one.signed_at),
)


def _sum_of(name: str) -> FileColumn[HelplineMonth]:
    word = words.COLUMN_WORDS[name]
    return FileColumn(
        word, _l("The sum of the period; nothing here is about one person."), lambda one: one.figures.total(name)
    )


@bp.get("/helpline")
@may("read", "helpline")
def overview() -> ResponseReturnValue:
    """A year of the centre, or the days that a profile tells of: its periods, and each split of their sum."""
    years, days = queries.years_of(own_centre_id()), _asked_days()
    asked = number_of(request.args.get("year"))
    year = asked if asked in years else (years[0] if years else clock.local_day(clock.now()).year)
    months = queries.months_of(own_centre_id(), *(days or (dt.date(year, 1, 1), dt.date(year, 12, 31))))
    if days:
        year, months = 0, rules.signed_within(months, *days)
    whole = rules.added_up([one.figures for one in months]) if months else None
    shown = [name for name in YEAR_COLUMNS if whole and (name in SUMS or whole.total(name))]
    if tables.file_asked():
        columns = (PERIOD[0], PERIOD[1], *map(_sum_of, shown), PERIOD[2])
        return tables.list_file(_("Helpline figures"), "helpline", columns, months)
    return render_template(
        "helpline/overview.html",
        days=span_of_days(*days, page_language()) if days else "",
        pills=[{"label": str(one), "href": url_for(".overview", year=one), "on": one == year} for one in years],
        months=[(one, days_of(one.figures.first_day, one.figures.last_day)) for one in reversed(months)],
        unfolded=len(months) if days else MONTHS_UNFOLDED,
        whole=whole,
        splits=_splits(months),
        lists=sorted({one.code_list for one in months}),
        totals=words.COLUMN_WORDS,
        shown=shown,
        columns=[
            {"label": _("Period")},
            *({"label": words.COLUMN_WORDS[name], "number": True} for name in shown),
            {"label": _("Signed off")},
        ],
        drawing=_months_drawn(months),
        beside=_beside(months) if months else [],
        may_publish=policy.scope_of(current_actor(), "publish", "helpline") is not None,
    )


@bp.get("/figures/helpline")
@public
def public_figures() -> ResponseReturnValue:
    """What every centre has published, the newest first: small cells and what would tell them are not shown."""
    names = {one.id: one.name(page_language()) for one in centres()}
    districts = queries.districts_by_iso()
    shown = [
        {
            "centre": names.get(one.centre_id, ""),
            "days": span_of_days(one.first_day, one.last_day, page_language()),
            "splits": words.public_splits(one, queries.code_list(one.code_list), districts),
        }
        for one in queries.publications()
    ]
    return render_template("helpline/public_figures.html", publications=shown, unfolded=SPLITS_UNFOLDED)


def days_of(first: dt.date, last: dt.date) -> str:
    """The month, where the period is a whole one; else its days."""
    whole = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
    language = page_language()
    return month_and_year(first, language) if whole else span_of_days(first, last, language)


def _asked_days() -> tuple[dt.date, dt.date] | None:
    """The days of the address, as the numbers of a profile write them; None where it names none."""
    try:
        first, last = (dt.date.fromisoformat(request.args.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return None
    return (first, last) if first <= last else None


def _splits(months: list[HelplineMonth]) -> list[dict[str, object]]:
    """Each split of the sum of some periods; of several lists by the names of the newest."""
    if not months:
        return []
    whole = rules.added_up([one.figures for one in months])
    districts, names = queries.districts_by_iso(), dict[HelplineMargin, dict[str, str]]()
    for codes in queries.lists_up_to(max(one.code_list for one in months)):
        for margin, named in words.all_codes(codes, districts).items():
            names.setdefault(margin, {}).update(named)
    return [
        {
            "heading": str(words.SPLITS[margin]),
            "rows": words.split_rows(whole.margin(margin), whole.total(TOTAL_OF[margin]), names[margin]),
        }
        for margin in (HelplineMargin.TOPIC, *(one for one in HelplineMargin if one is not HelplineMargin.TOPIC))
    ]


def _sums(month: HelplineMonth) -> list[dict[str, object]]:
    """The totals of signed figures, each before its parts that count something."""
    whole = month.figures
    return [
        {
            "heading": str(words.SPLITS[split]),
            "rows": [
                {"label": words.TOTAL_WORDS[name], "number": whole.total(name)}
                for name in (total, *parts)
                if name == total or whole.total(name)
            ],
        }
        for split, (total, parts) in rules.PUBLIC_SPLITS.items()
    ]


def _months_drawn(months: list[HelplineMonth]) -> Drawing | None:
    """Communications and cases by month; a single month is no chart."""
    sums = {name: Counter[str]() for name in SUMS if name not in tuple(CaseOutcome)}
    for one in months:
        for name, made in sums.items():
            made[f"{one.figures.first_day:%Y-%m}"] += one.figures.total(name)
    language, shown = page_language(), sorted(sums["communications"])
    if len(shown) < 2:
        return None
    series = tuple(
        Series(str(words.COLUMN_WORDS[name]), tuple(made[month] for month in shown)) for name, made in sums.items()
    )
    labels = tuple(short_month(month, language) for month in shown)
    return charts.columns(Chart(str(words.SPLITS["month"]), labels, series), language)


def _month_page(form: MonthForm, month: HelplineMonth | None = None) -> ResponseReturnValue:
    why: BaseForm | None = None
    if month and month.signed_at:
        if request.method != "POST":
            why = WhyForm(formdata=None)
        elif not form.form_errors:  # signed meanwhile: what was typed stays on the page
            form.show({"": HelplineReason.FIGURES_ARE_SIGNED})
    page = render_template(
        "helpline/month.html",
        form=form,
        month=month,
        why=why,
        days=days_of(month.figures.first_day, month.figures.last_day) if month else "",
        sums=_sums(month) if month and why else [],
        splits=_splits([month]) if month and why else [],
        changes=history({"helpline_period": [month.id]}, form) if month else [],
    )
    return page, 422 if form.problems_shown() else 200
