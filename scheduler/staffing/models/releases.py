"""A proof that ends is never refused: the database itself frees the visits to come that rested on it (TRUST S46, S50).

Services do the same with calendars and mails (staffing/service/clearance.py), and open `NamedWay.RELEASE` for it. What
the triggers free by themselves carries `ENDED_IN_DATABASE`, until the minute's job has written to everybody. Of past
visits nothing changes.
"""

from scheduler.core.defences import defend
from scheduler.core.ways import NamedWay, closed
from scheduler.people.models import Presenter
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.staffing.models.crew_laws import (
    OPEN_SQL,
    PROMISED_SQL,
    adult,
    minor,
    suspended,
    too_young,
    unvetted,
    without_consent,
)
from scheduler.visits.terms.states import ENDED_IN_DATABASE

_SERVICE_DOES_IT = closed(NamedWay.RELEASE, NamedWay.DEMO)


def _to_come(row: str, since: str) -> str:
    """`since` is typed by whoever ends the proof: the database's own clock counts beside it."""
    return f"({row}.busy_until > {since} OR {row}.busy_until > CURRENT_TIMESTAMP)"


def _may_not_go(row: str) -> str:
    conditions = (unvetted(row), too_young(row), without_consent(row), suspended(row))
    return " OR ".join(f"({one})" for one in conditions)


def _minors_alone(who: str, since: str) -> str:
    """Minors, she or others, in her visits to come who have no adult when she goes from where she may not be."""
    return f"""assignment.state IN ('suggested', 'offered', 'accepted', 'present')
  AND {minor("assignment")} AND {_to_come("assignment", since)}
  AND assignment.presentation_id IN (
    SELECT x.presentation_id FROM assignment x WHERE x.presenter_id = {who}
      AND x.state IN {OPEN_SQL} AND {_to_come("x", since)})
  AND NOT EXISTS (
    SELECT 1 FROM assignment y JOIN presenter q ON q.id = y.presenter_id
    WHERE y.presentation_id = assignment.presentation_id AND y.id <> assignment.id
      AND (y.state IN {PROMISED_SQL} OR (assignment.state = 'suggested' AND y.state = 'suggested'))
      AND {adult("q", "assignment")}
      AND NOT (y.presenter_id = {who} AND ({_may_not_go("y")})))"""


def _hers(who: str, since: str) -> str:
    return f"""assignment.presenter_id = {who} AND assignment.state IN {OPEN_SQL}
  AND {_to_come("assignment", since)} AND ({_may_not_go("assignment")})"""


def _release(which: str, since: str) -> str:
    """With the audit's row that a service would write."""
    details = f"""'{{"from": "' || state || '", "reason": "{ENDED_IN_DATABASE}", "to": "withdrawn"}}'"""
    return f"""INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  SELECT {since}, 'system', 'assignment withdrawn', 'assignment', id, {details} FROM assignment WHERE {which};
UPDATE assignment SET state = 'withdrawn', state_since = {since}, reason = '{ENDED_IN_DATABASE}' WHERE {which};"""


def _both(who: str, since: str) -> str:
    return f"{_release(_minors_alone(who, since), since)}\n{_release(_hers(who, since), since)}"


def _changed(*names: str) -> str:
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


_CONSENT = ("takes_part", "given_on", "valid_until", "withdrawn_at", "presenter_id")
_VETTING = ("result", "checked_on", "valid_until", "presenter_id")
_PERSON = ("suspended_at", "adult_on", "may_present_from")

# (table, when it happens, under which condition, whose proof ends, since when)
_ENDINGS = (
    (GuardianConsent, "UPDATE", _changed(*_CONSENT), "OLD.presenter_id",
     "COALESCE(NEW.withdrawn_at, CURRENT_TIMESTAMP)"),
    (GuardianConsent, "DELETE", "", "OLD.presenter_id", "CURRENT_TIMESTAMP"),
    (Vetting, "INSERT", "NEW.result = 'refused'", "NEW.presenter_id", "NEW.recorded_at"),
    (Vetting, "UPDATE", _changed(*_VETTING), "OLD.presenter_id", "CURRENT_TIMESTAMP"),
    (Vetting, "DELETE", "", "OLD.presenter_id", "CURRENT_TIMESTAMP"),
    (Presenter, "UPDATE", _changed(*_PERSON), "NEW.id", "COALESCE(NEW.suspended_at, CURRENT_TIMESTAMP)"),
)  # fmt: skip


def _on_sqlite(table: str, event: str, condition: str, who: str, since: str) -> str:
    when = " AND ".join(filter(None, (condition.replace("IS DISTINCT FROM", "IS NOT"), _SERVICE_DOES_IT)))
    name = f"{table}_frees_{event.lower()}"
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {when} BEGIN {_both(who, since)} END"


def _on_postgresql(table: str, event: str, condition: str, who: str, since: str) -> tuple[str, ...]:
    """Her row is held first: a promise is made before the proof ends, or sees that it has."""
    when = " AND ".join(filter(None, (condition, _SERVICE_DOES_IT)))
    name = f"{table}_frees_{event.lower()}"
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {when} THEN
            PERFORM 1 FROM presenter WHERE id = {who} FOR NO KEY UPDATE;
            {_both(who, since)}
          END IF;
          RETURN NULL;
        END $$""",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


for _model, _event, _condition, _who, _since in _ENDINGS:
    _ending = (_model.__tablename__, _event, _condition, _who, _since)
    defend(
        _model.__table__,
        sqlite=(_on_sqlite(*_ending),),
        postgresql=_on_postgresql(*_ending),
    )
