"""What a report can be split by, as columns; a kept figure and a counted presentation name the same things."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, extract

from scheduler.people.models import Presenter, User
from scheduler.places.models import District, Municipality
from scheduler.programmes.models import Programme
from scheduler.reports.terms.counting import Group
from scheduler.visits.models.visits import Presentation

GROUP_COLUMNS: dict[Group, tuple[ColumnElement[Any], ...]] = {
    Group.CITY: (Municipality.city_sr_cyrl.expression, Municipality.city_sr_latn.expression),
    Group.DISTRICT: tuple(
        column.expression for column in (District.iso, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    ),
    Group.MONTH: tuple(cast(extract(part, Presentation.on_day), Integer) for part in ("year", "month")),
    Group.PROGRAMME: (Programme.slug.expression, Programme.name_sr_cyrl.expression, Programme.name_en.expression),
    Group.AUDIENCE: (Presentation.audience.expression, Presentation.level.expression),
    Group.PRESENTER: (
        Presenter.id.expression,
        User.given_name.expression,
        User.family_name.expression,
        User.other_given_name.expression,
        User.other_family_name.expression,
        Presenter.adult_on.expression,
    ),
}


def key_names(groups: Sequence[Group]) -> list[str]:
    """What the columns of these groups are called in an answer."""
    return [f"{group.value}_{place}" for group in groups for place, _ in enumerate(GROUP_COLUMNS[group])]
