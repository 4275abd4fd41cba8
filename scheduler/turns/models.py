"""What the rule of turns said of each visit, and how the database knows of which that is over."""

import datetime as dt

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.core.db import Base, index_where_told
from scheduler.core.defences import Aftermath, changed, follow
from scheduler.people.models import Presenter
from scheduler.programmes.models import Programme
from scheduler.readiness.models import NumbersAsked, ToldNote
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit

KEPT_TURNS = "0104_kept_turns"  # the migration from which on the database knows which visits are judged anew


class KeptTurn(Base):
    """What the rule said of one visit, for as long as the clock alone changes nothing: see `rules.changes_next`.

    Only of visits of which something waits for a coordinator, or will when the clock goes on; of the others there is
    no row. It names a visit by number only, and no foreign key: who writes it never waits for who changes the visit.
    """

    __tablename__ = "kept_turn"
    __table_args__ = (index_where_told("holds_until"),)

    visit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # As its visit has them, so that a list is put in order, and limited to who reads it, by these rows alone.
    centre_id: Mapped[int]
    host_id: Mapped[int]
    request_id: Mapped[int | None]
    number: Mapped[str]
    on_day: Mapped[dt.date]
    ours: Mapped[bool]  # the coordinators' turn
    matter: Mapped[str]  # Matter: no list of them here, for a new one comes with a release that judges anew
    due_on: Mapped[dt.date | None]
    not_counted: Mapped[int]  # presentations of which a coordinator asks for the numbers
    judged_at: Mapped[dt.datetime] = mapped_column(index=True)  # the clock is asked both ways: it may be set back
    holds_until: Mapped[dt.datetime | None]  # then the clock says something else
    made_by: Mapped[str] = mapped_column(index=True)  # the rules of this release: what another one said is judged anew


class TurnMark(Base):
    """Something of this visit changed, and what was kept of it is over. Who reads turns judges it there and then.

    The database leaves it in the transaction of the change (see below): forgotten is slow, never wrong. On PostgreSQL
    each transaction leaves one of its own, so that two changes never wait for each other.
    """

    __tablename__ = "turn_mark"

    visit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    writer: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # PostgreSQL: transaction


# --- Whatever the rule asks of a visit leaves a mark on it, whoever changes it ---

_WORDS = {"$WRITER": ("0", "txid_current()")}  # SQLite's, PostgreSQL's
# What is over, with its papers given out, waits for nobody: an import of ten years leaves no mark on any of it.
# Not EXISTS: while few are kept, PostgreSQL would read all of them for each row that changes.
_IS_KEPT = "((SELECT k.visit_id FROM kept_turn k WHERE k.visit_id = {visit}) IS NOT NULL)"
_AT_REST = f"v.state = 'delivered' AND v.papers_settled AND NOT {_IS_KEPT.format(visit='v.id')}"
_TO_LOCK = ", ".join(f"'{state}'" for state in TO_BE_LOCKED)
_OF_VISIT = "= {row}.visit_id"
_SITTING = "SELECT p.visit_id FROM presentation p WHERE p.id = {row}.presentation_id"
_OF_SITTING = f"= ({_SITTING})"  # of a list, even of one, SQLite makes a table at each row
_OF_PRESENTER = "JOIN presentation p ON p.id = a.presentation_id WHERE a.presenter_id = {row}"
_HERS = f"IN (SELECT p.visit_id FROM assignment a {_OF_PRESENTER}.id)"
# Who is suggested elsewhere may stand in two places by now, or no longer.
_OF_SEAT = (
    f"IN ({_SITTING} UNION SELECT p.visit_id FROM assignment a {_OF_PRESENTER}.presenter_id AND a.state = 'suggested')"
)
_OF_REQUEST = "IN (SELECT w.id FROM visit w WHERE w.school_request_id = {row}.id)"
_OF_PROGRAMME = "IN (SELECT w.id FROM visit w WHERE w.programme_id = {row}.id AND NOT w.papers_settled)"
_ALWAYS = ("INSERT", "UPDATE", "DELETE")
_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
# Which visits a row concerns, and what of it; without columns: all of it, and that it comes or goes.
WHICH: tuple[tuple[type[Base], str, tuple[str, ...]], ...] = (
    (Presentation, _OF_VISIT, ()),
    (Assignment, _OF_SEAT, ()),
    (Attendance, _OF_SITTING, ()),
    (HeadCount, _OF_SITTING, ()),
    (DateWish, _OF_VISIT, ()),
    (SubstituteSearch, _OF_VISIT, ()),
    (Finding, _OF_VISIT, ()),
    (NumbersAsked, _OF_VISIT, ()),
    (ToldNote, _OF_VISIT, ()),
    (SchoolRequest, _OF_REQUEST, ("teacher_stays", "safeguarding_contact")),
    (Programme, _OF_PROGRAMME, ("educators", "influencers")),
    (Presenter, _HERS, ("kind", "adult_on")),
)


def _mark(which: str, wakes: str) -> str:
    return f"""INSERT INTO turn_mark (visit_id, writer) SELECT v.id, $WRITER FROM visit v
  WHERE v.id {which} AND ({wakes} OR NOT ({_AT_REST})) ON CONFLICT (visit_id, writer) DO NOTHING;"""


def _marks(model: type[Base], which: str, happening: str, when: str = "") -> None:
    event = happening.split()[0]
    rows = _ROWS[event]
    to_lock = model is Attendance and event != "DELETE"
    body = "\n".join(
        _mark(which.format(row=row), f"{row}.state IN ({_TO_LOCK})" if to_lock else "FALSE") for row in rows
    )
    follow(model.__table__, Aftermath("is_judged_anew", happening, when, body), words=_WORDS, since=KEPT_TURNS)


for _event in ("INSERT", "UPDATE"):  # it may have gone to rest by this very change
    _of_itself = "INSERT INTO turn_mark (visit_id, writer) SELECT NEW.id, $WRITER WHERE TRUE ON CONFLICT DO NOTHING;"
    _rests = "NEW.state = 'delivered' AND NEW.papers_settled"
    _rested = f"{_rests} AND {_rests.replace('NEW.', 'OLD.')} AND NOT {_IS_KEPT.format(visit='NEW.id')}"
    _wakes = f"NOT ({_rests})" if _event == "INSERT" else f"NOT ({_rested})"
    follow(
        Visit.__table__,
        Aftermath("is_judged_anew", _event, _wakes, _of_itself),
        words=_WORDS,
        since=KEPT_TURNS,
    )
_FORGOTTEN = "DELETE FROM kept_turn WHERE visit_id = OLD.id; DELETE FROM turn_mark WHERE visit_id = OLD.id;"
follow(Visit.__table__, Aftermath("is_judged_anew", "DELETE", "", _FORGOTTEN), words=_WORDS, since=KEPT_TURNS)

for _model, _which, _columns in WHICH:
    if _columns:
        _marks(_model, _which, f"UPDATE OF {', '.join(_columns)}", changed(*_columns))
    else:
        for _event in _ALWAYS:
            _marks(_model, _which, _event)
