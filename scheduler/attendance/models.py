"""Attendance of a presentation, its head counts, and adults who want a certificate by name."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.attendance.terms import AttendanceState, CountSource, DeliveryOutcome, FollowUp
from scheduler.core.db import Base, part_index
from scheduler.core.defences import RANDOM, Aftermath, TableLaw, changed, follow, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.models.visits import Assignment, Presentation, Visit

_TO_LOCK = "state IN ('submitted', 'countersigned', 'assumed')"  # written like this in questions too


class Attendance(Base):
    """How far the counting of one presentation has come."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("minutes_given IS NULL OR minutes_given BETWEEN 0 AND 480", name="minutes_of_a_day"),
        CheckConstraint(
            "state IN ('open', 'submitted', 'countersigned', 'assumed') OR locked_at IS NOT NULL",
            name="locked_at_some_time",
        ),
        CheckConstraint("turned_away >= 0", name="turned_away_not_negative"),
        Index(None, "state"),
        part_index("counts_to_lock", "presentation_id", where=_TO_LOCK),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="RESTRICT"), unique=True)
    state: Mapped[AttendanceState] = mapped_column(default=AttendanceState.OPEN)
    state_since: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)  # of the counts that count: 1, then one more by correction
    teacher_present: Mapped[bool | None]
    minutes_given: Mapped[int | None]
    same_pupils: Mapped[bool] = mapped_column(default=False)  # "same class as earlier": contacts 2, people 1
    turned_away: Mapped[int] = mapped_column(default=0)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    submitted_at: Mapped[dt.datetime | None]
    at_the_desk: Mapped[bool] = mapped_column(default=False, server_default=false())  # counted by who was not there
    countersigned_at: Mapped[dt.datetime | None]
    locked_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # of the last correction

    presentation: Mapped[Presentation] = relationship(lazy="raise")


class HeadCount(Base):
    """A number of people of one audience, from one source, in one version. One of them counts."""

    __tablename__ = "head_count"
    __table_args__ = (
        UniqueConstraint("presentation_id", "audience", "source", "version"),
        CheckConstraint("people BETWEEN 0 AND 2000", name="people_fit_a_hall"),
        part_index(
            *("one_count_counts", "presentation_id", "audience"),
            unique=True,
            where="counts",
        ),
        Index(None, "presentation_id", "audience", "counts", "people"),  # reports read only this
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("attendance.presentation_id", ondelete="RESTRICT"))
    audience: Mapped[Audience]
    source: Mapped[CountSource]
    version: Mapped[int]
    people: Mapped[int]
    counts: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[dt.datetime]


class VisitFeedback(Base):
    """What a school thought of a visit, once: marks and a few words, no name of anybody and no moment of the day."""

    __tablename__ = "visit_feedback"
    __table_args__ = (
        CheckConstraint("useful BETWEEN 1 AND 5 AND clear BETWEEN 1 AND 5", name="marks_of_a_school"),
        UniqueConstraint("visit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    useful: Mapped[int]
    clear: Mapped[int]
    again: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    given_on: Mapped[dt.date]


class VisitSurvey(Base):
    """What remained of a visit three months later, once: three answers and a few words, no name of anybody."""

    __tablename__ = "visit_survey"
    __table_args__ = (UniqueConstraint("visit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    spoken_of: Mapped[bool]
    changed: Mapped[bool]
    knows_whom_to_call: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    given_on: Mapped[dt.date]


class FollowUpNote(Base):
    """A letter after a visit that was sent, or that the school wants no more of them: each once."""

    __tablename__ = "follow_up_note"
    __table_args__ = (UniqueConstraint("visit_id", "kind", name="each_follow_up_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    kind: Mapped[FollowUp]
    noted_at: Mapped[dt.datetime]


class TallyMark(Base):
    """Adults who counted themselves with one press: how many, and when. Nothing tells who they were."""

    __tablename__ = "tally_mark"
    __table_args__ = (CheckConstraint("people BETWEEN 1 AND 10", name="people_of_one_press"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"), index=True)
    people: Mapped[int]
    marked_at: Mapped[dt.datetime]


class NamedAdult(Base):
    """A teacher or other adult whom the school names for a certificate. Never a pupil; kept 90 days after issue."""

    __tablename__ = "named_adult"
    __table_args__ = (UniqueConstraint("visit_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]  # a keyed hash: the same name in the other script is the same name
    entered_at: Mapped[dt.datetime]


class CountDelivery(Base):
    """Numbers as a form or a phone delivered them: each once, also those that came when others stood already."""

    __tablename__ = "count_delivery"
    __table_args__ = (
        UniqueConstraint("key", "turn", "said", name="each_delivery_once"),
        CheckConstraint("turn BETWEEN 0 AND 999", name="turn_of_a_sheet"),
        CheckConstraint("(outcome = 'stored') = (left_mark <> '')", name="knows_what_it_left"),
        Index(None, "outcome", "arrived_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    key: Mapped[str]
    turn: Mapped[int]
    said: Mapped[str]  # the numbers as JSON, and nobody's name: who was absent is noted when they are stored
    outcome: Mapped[DeliveryOutcome]
    left_mark: Mapped[str]
    arrived_at: Mapped[dt.datetime]


class KeptFigure(Base):
    """What was counted in one month (0: the whole year) of one kind in one municipality, added up. By triggers alone.

    A visit counts in each cell in which it has a presentation, and once more, `first_visits`, where its first one
    lies: sums over audiences take that. Nothing points to `town` and `campaign`, because 0 says that there is none.
    """

    __tablename__ = "kept_figure"
    __table_args__ = (
        CheckConstraint("month BETWEEN 0 AND 12", name="month_or_the_whole_year"),
        {"sqlite_with_rowid": False},  # rows lie in the order of their key: a month is read in one piece
    )

    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True)
    town: Mapped[int] = mapped_column(primary_key=True)  # the municipality; 0: a host abroad
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True)
    campaign: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    level: Mapped[SchoolLevel] = mapped_column(primary_key=True)
    first_day: Mapped[dt.date]  # of those counted here, and the last: a period that holds both holds all of them
    last_day: Mapped[dt.date]
    visits: Mapped[int]
    first_visits: Mapped[int]
    presentations: Mapped[int]
    pupils: Mapped[int]
    parents: Mapped[int]
    teachers: Mapped[int]
    others: Mapped[int]
    kilometres: Mapped[int]
    first_kilometres: Mapped[int]
    pupils_once: Mapped[int]  # the same class at a second presentation left out
    with_influencer: Mapped[int]  # presentations
    without_influencer: Mapped[int]  # though one was to come
    turned_away: Mapped[int]


class StaleFigure(Base):
    """A change was counted that the kept figures of this year and place do not hold yet. Deleting it adds them up anew.

    Who reads figures reads counted rows where one stands, so that nobody ever reads an old number.
    """

    __tablename__ = "stale_figure"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    centre_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    town: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


# --- What the database itself refuses: numbers that were locked stay. A correction is a new version with its reason ---

_LOCKED = "OLD.locked_at IS NOT NULL"
_KEPT = ("id", "presentation_id", "locked_at", "minutes_given", "same_pupils", "turned_away", "teacher_present")
_EDITED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT)
_CORRECTED = "(NEW.state = 'corrected' AND NEW.version = OLD.version + 1 AND NEW.reason <> '')"
_SAME = "(NEW.state = OLD.state AND NEW.version = OLD.version AND NEW.reason = OLD.reason)"

refuse(
    Attendance.__table__,
    TableLaw("locked_counts_stay", ("UPDATE",), f"{_LOCKED} AND ({_EDITED} OR NOT ({_CORRECTED} OR {_SAME}))"),
    TableLaw("locked_counts_stay", ("DELETE",), f"{_LOCKED} AND {closed(*FORGETTING)}"),
    keys=("n.id = NEW.id", "n.presentation_id = NEW.presentation_id"),
)


def _locked(row: str, more: str = "") -> str:
    wanted = f"l.presentation_id = {row}.presentation_id AND l.locked_at IS NOT NULL{more}"
    return f"EXISTS (SELECT 1 FROM attendance l WHERE {wanted})"


_FIELDS = ("id", "presentation_id", "audience", "source", "version", "people", "entered_at")
_REWRITTEN = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _FIELDS)
# Under a lock a number is added where none of the present version counts yet: a correction, or an import of the past.
_SAID_AFTERWARDS = _locked(
    "NEW",
    " AND (l.version <> NEW.version OR EXISTS (SELECT 1 FROM head_count h WHERE h.presentation_id = NEW.presentation_id"
    " AND h.audience = NEW.audience AND h.version = l.version AND h.counts))",
)
# Which of them counts changes from an older version to the present one only.
_COUNTS_AGAIN = "NEW.counts AND NOT OLD.counts AND " + _locked("NEW", " AND l.version <> NEW.version")
_NO_LONGER = "OLD.counts AND NOT NEW.counts AND " + _locked("OLD", " AND l.version <= OLD.version")

refuse(
    HeadCount.__table__,
    TableLaw("locked_counts_stay", ("INSERT",), f"{_SAID_AFTERWARDS} AND {closed(*FORGETTING)}"),
    TableLaw(
        "locked_counts_stay",
        ("UPDATE",),
        f"(({_REWRITTEN}) AND ({_locked('OLD')} OR {_locked('NEW')})) OR ({_COUNTS_AGAIN}) OR ({_NO_LONGER})",
    ),
    TableLaw("locked_counts_stay", ("DELETE",), f"{_locked('OLD')} AND {closed(*FORGETTING)}"),
    keys=(
        "n.id = NEW.id",
        "(n.presentation_id = NEW.presentation_id AND n.audience = NEW.audience AND"
        " ((n.source = NEW.source AND n.version = NEW.version) OR (n.counts AND NEW.counts)))",
    ),
)

# --- What the locked numbers are about stays too: when it was held, how long, for whom, by which programme ---

_HELD = (
    "visit_id", "on_day", "starts_local", "minutes", "zone", "starts_at", "ends_at", "busy_from", "busy_until",
    "audience", "level", "state", "minutes_given",
)  # fmt: skip
_LOCKED_HERE = "EXISTS (SELECT 1 FROM attendance l WHERE l.presentation_id = OLD.id AND l.locked_at IS NOT NULL)"
_LOCKED_THERE = """EXISTS (SELECT 1 FROM presentation p JOIN attendance l ON l.presentation_id = p.id
  WHERE p.visit_id = OLD.id AND l.locked_at IS NOT NULL)"""

refuse_more(
    Presentation.__table__,
    TableLaw("locked_visit_stays", ("UPDATE",), f"{changed(*_HELD)} AND {_LOCKED_HERE}"),
)
refuse_more(
    Visit.__table__,
    TableLaw("locked_visit_stays", ("UPDATE",), f"{changed('on_day', 'zone', 'programme_id')} AND {_LOCKED_THERE}"),
)

# --- Figures follow what is counted, whoever changed it: a change leaves a mark, and taking the mark adds up anew ---

_FIGURE_SQL = {  # SQLite's, PostgreSQL's
    "$YEAR": ("CAST(substr(p.on_day, 1, 4) AS INTEGER)", "CAST(EXTRACT(YEAR FROM p.on_day) AS INTEGER)"),
    "$MONTH": ("CAST(substr(p.on_day, 6, 2) AS INTEGER)", "CAST(EXTRACT(MONTH FROM p.on_day) AS INTEGER)"),
    "$FIRST": ("OLD.year || '-01-01'", "make_date(OLD.year, 1, 1)"),
    "$LAST": ("OLD.year || '-12-31'", "make_date(OLD.year, 12, 31)"),
    "$SAME": ("IS", "IS NOT DISTINCT FROM"),
    "$RANDOM": RANDOM,
    "$SHARED": ("", "FOR SHARE OF v, h"),  # who is about to move the school, or to change its visit, waits
    "$APART": ("ALL", "DISTINCT"),  # it is nearly always one row: SQLite would make a table for it to tell it apart
    "$ONCE": (  # on PostgreSQL it waits for whoever adds up the same place
        "ON CONFLICT (year, centre_id, town) DO NOTHING",
        "ON CONFLICT (year, centre_id, town) DO UPDATE SET year = EXCLUDED.year WHERE FALSE",
    ),
}
_IS_LOCKED, _TOLD = "state IN ('locked', 'corrected')", "state IN ('present', 'absent')"
_IS_COUNTED = f"EXISTS (SELECT 1 FROM attendance n WHERE n.presentation_id = p.id AND n.{_IS_LOCKED})"


def _mark(which: str) -> str:
    return f"""INSERT INTO stale_figure (year, centre_id, town) SELECT $APART m.year, m.centre_id, m.town FROM (
  SELECT $YEAR AS year, v.centre_id, COALESCE(h.municipality_id, 0) AS town
  FROM presentation p JOIN visit v ON v.id = p.visit_id JOIN host h ON h.id = v.host_id WHERE {which} $SHARED
) m WHERE TRUE $ONCE;"""


def _marked(table: object, counts: str, columns: tuple[str, ...], more: str = "TRUE") -> None:
    """A mark where a row comes, goes or changes in these columns, if it counts or did: `counts`, of a ROW."""
    old, new = counts.replace("ROW", "OLD"), counts.replace("ROW", "NEW")
    was, is_now = (_mark(f"p.id = {row}.presentation_id AND {more}") for row in ("OLD", "NEW"))
    follow(
        table,
        Aftermath("is_counted", "INSERT", new, is_now),
        Aftermath("is_counted", "UPDATE", f"({old} OR {new}) AND {changed(*columns)}", f"{was} {is_now}"),
        Aftermath("is_counted", "DELETE", old, was),
        words=_FIGURE_SQL,
    )


def _marked_by(table: object, column: str, body: str) -> None:
    what = Aftermath("is_counted", f"UPDATE OF {column}", changed(*column.split(", ")), body)
    follow(table, what, words=_FIGURE_SQL)


_marked(
    Attendance.__table__, f"ROW.{_IS_LOCKED}", ("presentation_id", "state", "version", "same_pupils", "turned_away")
)
_marked(HeadCount.__table__, "ROW.counts", ("presentation_id", "audience", "people", "counts"), _IS_COUNTED)
_marked(Assignment.__table__, f"ROW.{_TOLD}", ("presentation_id", "presenter_id", "state"), _IS_COUNTED)
_marked_by(Visit.__table__, "campaign_id, kilometres", _mark(f"v.id = NEW.id AND {_IS_COUNTED}"))
_HERS = f"SELECT s.presentation_id FROM assignment s WHERE s.presenter_id = NEW.id AND s.{_TOLD}"
_marked_by(Presenter.__table__, "kind", _mark(f"p.id IN ({_HERS}) AND {_IS_COUNTED}"))
_marked_by(
    Host.__table__,
    "municipality_id",
    f"""INSERT INTO stale_figure (year, centre_id, town) SELECT DISTINCT $YEAR, v.centre_id, t.town
  FROM visit v JOIN presentation p ON p.visit_id = v.id CROSS JOIN (
    SELECT COALESCE(OLD.municipality_id, 0) AS town UNION SELECT COALESCE(NEW.municipality_id, 0)) t
  WHERE v.host_id = NEW.id AND {_IS_COUNTED} $ONCE;""",
)

_KEY = ("year", "month", "centre_id", "town", "programme_id", "campaign", "audience", "level")
_SUMS = tuple(one.name for one in KeptFigure.__table__.columns if one.name not in (*_KEY, "first_day", "last_day"))
_NAMES = ", ".join((*_KEY, "first_day", "last_day", *_SUMS))


def _heads_of(audience: Audience) -> str:
    wanted = f"c.presentation_id = p.id AND c.counts AND c.audience = '{audience}'"
    return f"COALESCE((SELECT SUM(c.people) FROM head_count c WHERE {wanted}), 0) AS {audience}"


def _young_seat(state: str) -> str:
    return f"""EXISTS (SELECT 1 FROM assignment s JOIN presenter q ON q.id = s.presenter_id
    WHERE s.presentation_id = p.id AND s.state = '{state}' AND q.kind = 'influencer')"""


# Each presentation of the place and year with what it adds; CROSS JOIN, and the plus, make SQLite begin with a school.
_EACH = f"""SELECT $MONTH AS month, v.programme_id, COALESCE(v.campaign_id, 0) AS campaign, p.audience, p.level,
    p.on_day,
    CASE ROW_NUMBER() OVER (PARTITION BY v.id, p.audience, p.level ORDER BY p.id) WHEN 1 THEN 1 ELSE 0 END AS visits,
    CASE ROW_NUMBER() OVER (PARTITION BY v.id ORDER BY p.id) WHEN 1 THEN 1 ELSE 0 END AS first_visits,
    v.kilometres AS there_and_back, n.same_pupils, n.turned_away, {", ".join(map(_heads_of, Audience))},
    CASE WHEN {_young_seat("present")} THEN 1 ELSE 0 END AS with_influencer,
    CASE WHEN {_young_seat("absent")} THEN 1 ELSE 0 END AS missed
  FROM host h CROSS JOIN visit v CROSS JOIN presentation p JOIN attendance n ON n.presentation_id = p.id
  WHERE h.municipality_id $SAME NULLIF(OLD.town, 0) AND v.host_id = h.id AND +v.centre_id = OLD.centre_id
    AND v.on_day BETWEEN $FIRST AND $LAST AND p.visit_id = v.id AND p.on_day BETWEEN $FIRST AND $LAST
    AND p.state IN ('delivered', 'part_delivered') AND n.{_IS_LOCKED}"""
_ADDED = {
    "presentations": "COUNT(*)",
    "kilometres": "SUM(e.visits * e.there_and_back)",
    "first_kilometres": "SUM(e.first_visits * e.there_and_back)",
    "pupils_once": "SUM(CASE WHEN e.same_pupils THEN 0 ELSE e.pupils END)",
    "without_influencer": "SUM(e.missed * (1 - e.with_influencer))",
}
_PLACE = "year = OLD.year AND centre_id = OLD.centre_id AND town = OLD.town"
_ANEW = f"""DELETE FROM kept_figure WHERE {_PLACE} AND month IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
INSERT INTO kept_figure ({_NAMES}) SELECT OLD.year, e.month, OLD.centre_id, OLD.town, e.programme_id, e.campaign,
  e.audience, e.level, MIN(e.on_day), MAX(e.on_day), {", ".join(_ADDED.get(one, f"SUM(e.{one})") for one in _SUMS)}
  FROM ({_EACH}) e GROUP BY e.month, e.programme_id, e.campaign, e.audience, e.level;
INSERT INTO kept_figure ({_NAMES}) SELECT OLD.year, 0, OLD.centre_id, OLD.town, k.programme_id, k.campaign,
  k.audience, k.level, MIN(k.first_day), MAX(k.last_day), {", ".join(f"SUM(k.{one})" for one in _SUMS)}
  FROM kept_figure k WHERE {_PLACE} AND month BETWEEN 1 AND 12
  GROUP BY k.programme_id, k.campaign, k.audience, k.level;
INSERT INTO figure_version (year, version) VALUES (OLD.year, $RANDOM)
  ON CONFLICT (year) DO UPDATE SET version = EXCLUDED.version;"""
follow(StaleFigure.__table__, Aftermath("is_added_up_anew", "DELETE", "", _ANEW), words=_FIGURE_SQL)
