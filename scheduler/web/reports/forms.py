"""The filter form of the reports: it lives in the address, so every report is a link."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField

from scheduler.core.errors import GroundReason, Rejected
from scheduler.core.typed_days import YearMeant
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.rules import attendance
from scheduler.reports.rules.attendance import period_of, year_of
from scheduler.reports.terms.counting import BadPeriod, FilterChoice, Filters, Group, Period
from scheduler.web.forms import BaseForm, DayField, Needed
from scheduler.web.i18n import _, _l

REASONS = {"last_before_first": GroundReason.DAYS_NOT_IN_ORDER, "too_long": GroundReason.TOO_LATE}


class ReportForm(BaseForm):
    """Period, campaign, programme, split."""

    first = DayField(_l("From"), [Needed()], meant=YearMeant.LAST)
    last = DayField(_l("To"), [Needed()], meant=YearMeant.LAST)
    campaign = SelectField(_l("Campaign"), default="")
    programme = SelectField(_l("Programme"), default="")
    by = SelectMultipleField(_l("Split by"), choices=[group.value for group in Group])

    @classmethod
    def of(
        cls, args: Any, campaigns: Sequence[FilterChoice], programmes: Sequence[FilterChoice], today: dt.date
    ) -> "ReportForm":
        """The form as an address fills it; without a period it is this year, by months."""
        year = year_of(today.year)
        empty = "first" not in args and "last" not in args
        given = {"first": year.first, "last": year.last, "by": [Group.MONTH.value]} if empty else {}
        form = cls(None if empty else args, meta={"csrf": False}, data=given)
        form.campaign.choices = [("", _("All visits")), *((one.slug, one.name) for one in campaigns)]
        form.programme.choices = [("", _("All programmes")), *((one.slug, one.name) for one in programmes)]
        if empty:
            form.campaign.data, form.programme.data = args.get("campaign", ""), args.get("programme", "")
        return form

    def filters(self, centre_id: int) -> Filters | None:
        """What is asked for, of one centre; None when something must be mended, said beside the fields."""
        if not self.validate() or self.first.data is None or self.last.data is None:
            return None
        for day in (self.first, self.last):
            day.raw_data = None  # a good day is shown as days are written here, however it came
        try:
            period = period_of(self.first.data, self.last.data)
        except BadPeriod as bad:
            self.show({"last": REASONS[bad.reason]})
            return None
        return Filters(period, centre_id, self.campaign.data or None, self.programme.data or None)

    def groups(self) -> list[Group]:
        return [Group(name) for name in self.by.data or [] if name in set(Group)]


def days_of(period: Period) -> dict[str, Any]:
    """A period as the query of an address."""
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def query_of(filters: Filters) -> dict[str, Any]:
    """Filters as the query of an address; the centre is never in it: it is the reader's own."""
    return days_of(filters.period) | filters.narrowing()


def narrowed(filters: Filters, args: Mapping[str, str]) -> Filters:
    """The filters of one cell, from an address that a report made. Raises: Rejected."""
    month, presenter = args.get("month"), args.get("presenter")
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month, re.ASCII):
        raise Rejected({"month": GroundReason.UNKNOWN})
    if presenter is not None and not re.fullmatch(r"\d{1,9}", presenter, re.ASCII):
        raise Rejected({"presenter": GroundReason.UNKNOWN})
    return Filters(
        filters.period,
        filters.centre_id,
        filters.campaign,
        filters.programme,
        city=args.get("city"),
        district=args.get("district"),
        month=month,
        audience=_one_of(Audience, "audience", args),
        level=_one_of(SchoolLevel, "level", args),
        presenter=int(presenter) if presenter else None,
        young="young" in args or None,
    )


def _one_of(kind: Any, name: str, args: Mapping[str, str]) -> Any:
    if name not in args:
        return None
    try:
        return kind(args[name])
    except ValueError:
        raise Rejected({name: GroundReason.UNKNOWN}) from None


def presets(today: dt.date) -> list[tuple[str, Period]]:
    """Periods that people ask for most, with their names."""
    periods = attendance.presets(today)
    return [
        (_("This year"), periods["this_year"]),
        (_("Last year"), periods["last_year"]),
        (_("This school year"), periods["school_year"]),
        (_("Year 2023"), periods["year_2023"]),
    ]
