"""What a centre held, drawn on its coordinators' first page: twelve months as columns, the school year as a map."""

import datetime as dt
from typing import Any

from scheduler.places.queries import districts as all_districts
from scheduler.policy import Actor
from scheduler.reports import charts
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.rules.attendance import (
    districts_of,
    each_month,
    in_whole_months,
    months_up_to,
    school_year_of,
    split_again,
    within_districts,
)
from scheduler.reports.terms.counting import Filters, Group
from scheduler.reports.wording import label_of, months_of
from scheduler.web.filters import number
from scheduler.web.i18n import _n, page_language


def held_by(actor: Actor, day: dt.date) -> dict[str, Any]:
    """Counts of locked attendance, as the attendance report has them; who is limited to districts reads theirs."""
    whole = in_whole_months(months_up_to(day))  # as they are kept: of a part of one its days would be counted
    filters = Filters(whole, actor.centre_id)  # the school year lies within these months
    groups = (Group.MONTH, Group.DISTRICT)
    both = attendance_report(filters, groups, language=page_language(), names_centre=False)
    hers = [one for one in all_districts(page_language()) if one.id in actor.districts] if actor.districts else []
    if hers:
        both = within_districts(both, {one.iso for one in hers})
    months = split_again(both, Group.MONTH, filters.period.first)
    year = split_again(both, Group.DISTRICT, school_year_of(day).first)
    drawn, districts = months_of(months, page_language()), districts_of(year)
    reached = sum(1 for line in districts if line.iso)
    said = _n(
        "Map of districts: %(all)s presentations in %(num)s district in this school year.",
        "Map of districts: %(all)s presentations in %(num)s districts in this school year.",
        reached,
        all=number(year.totals.presentations),
    )
    return {
        "within": [one.name(page_language()) for one in hers],
        "months": months,
        "months_drawn": charts.columns(drawn, page_language()),
        "months_listed": [(label_of(key, page_language()), counts) for key, counts in each_month(months)],
        "year": year,
        "year_drawn": charts.district_map(districts, said, page_language()),
        "districts": sorted(districts, key=lambda line: -line.presentations),
    }
