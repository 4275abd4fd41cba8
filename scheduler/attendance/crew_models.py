"""What was counted, kept once more by who was there: other kept figures know nobody.

Marks are those of kept figures (`models.py`): whatever is counted otherwise leaves one; taking it adds up both anew.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.attendance.models import FIGURE_SQL, IS_LOCKED, StaleFigure, heads_of, young_seat
from scheduler.core.db import Base
from scheduler.core.defences import Aftermath, follow
from scheduler.programmes.terms import Audience

CREW_FIGURES = "0113_crew_figures"  # the migration from which on
THE_YOUNG = 0  # in the place of a presenter: presentations at which a young one was, each once


class CrewFigure(Base):
    """What a presenter was at in one month, of one programme in one municipality, added up. By triggers alone.

    Of all young presenters together there is a row too (`THE_YOUNG`), so that what two were at counts once. Nothing
    points to `presenter`, `town` and `campaign`, because 0 is none.
    """

    __tablename__ = "crew_figure"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month_of_a_year"),
        Index(None, "year", "centre_id", "town"),  # a place is added up anew
        {"sqlite_with_rowid": False},  # rows of one person lie together, by month
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    presenter: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    town: Mapped[int] = mapped_column(primary_key=True)  # the municipality; 0: a host abroad
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    campaign: Mapped[int] = mapped_column(primary_key=True)
    last_day: Mapped[dt.date]  # of those counted here
    visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    kilometres: Mapped[int]
    minutes: Mapped[int]  # as they were given


_SUMS = {
    "last_day": "MAX(e.on_day)",
    "visits": "SUM(e.visits)",
    "presentations": "COUNT(*)",
    **{audience.value: f"SUM(e.{audience})" for audience in Audience},
    "kilometres": "SUM(e.visits * e.there_and_back)",
    "minutes": "SUM(e.minutes)",
}
CREW_KEY = tuple(column.name for column in CrewFigure.__table__.columns if column.primary_key)


def _added_up(presenter: str, before: str, seats: str, more: str) -> str:
    """Presentations of the place and year with whoever sat there; the plus makes SQLite begin with a school.

    `before`: what is looked at first; where that finds nothing, no school is.
    """
    return f"""INSERT INTO crew_figure ({", ".join((*CREW_KEY, *_SUMS))})
SELECT OLD.centre_id, e.presenter, OLD.year, e.month, OLD.town, e.programme_id, e.campaign, {", ".join(_SUMS.values())}
  FROM (SELECT {presenter} AS presenter, $MONTH AS month, v.programme_id, COALESCE(v.campaign_id, 0) AS campaign,
      p.on_day, {", ".join(map(heads_of, Audience))}, v.kilometres AS there_and_back,
      COALESCE(p.minutes_given, p.minutes) AS minutes,
      CASE ROW_NUMBER() OVER (PARTITION BY v.id, {presenter} ORDER BY p.id) WHEN 1 THEN 1 ELSE 0 END AS visits
    FROM {before} host h CROSS JOIN visit v CROSS JOIN presentation p
      JOIN attendance n ON n.presentation_id = p.id {seats}
    WHERE h.municipality_id $SAME NULLIF(OLD.town, 0) AND v.host_id = h.id AND +v.centre_id = OLD.centre_id
      AND v.on_day BETWEEN $FIRST AND $LAST AND p.visit_id = v.id AND p.on_day BETWEEN $FIRST AND $LAST
      AND p.state IN ('delivered', 'part_delivered') AND n.{IS_LOCKED} {more}) e
  GROUP BY e.presenter, e.month, e.programme_id, e.campaign;"""


_SEATS = "JOIN assignment s ON s.presentation_id = p.id AND s.state = 'present'"
_HERE = " AND ".join(f"crew_figure.{name} = OLD.{name}" for name in ("year", "centre_id", "town"))
_ONE_IS_YOUNG = f"""(SELECT 1 AS found FROM crew_figure JOIN presenter q ON q.id = crew_figure.presenter
      WHERE q.kind = 'influencer' AND {_HERE} LIMIT 1) y CROSS JOIN"""
follow(
    StaleFigure.__table__,
    Aftermath(
        "is_added_up_by_crew",
        "DELETE",
        "",
        f"DELETE FROM crew_figure WHERE {_HERE};"
        + _added_up("s.presenter_id", "", _SEATS, "")
        + _added_up(str(THE_YOUNG), _ONE_IS_YOUNG, "", f"AND {young_seat('present')}"),
    ),
    words=FIGURE_SQL,
    since=CREW_FIGURES,
)
