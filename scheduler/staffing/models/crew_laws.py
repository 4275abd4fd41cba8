"""What the database itself refuses of a crew (TRUST R8, S45, S47, S50): one text for both databases.

`row` is whose law it is: NEW or OLD in a trigger, or the table's own name where rows are looked for (releases.py).
"""

from scheduler.core.defences import TableLaw, defend, raised, refuse, refuse_more
from scheduler.core.ways import FORGETTING, closed
from scheduler.people.models import User
from scheduler.visits.models.visits import Assignment

PROMISED_SQL = "('offered', 'accepted', 'present')"
OPEN_SQL = "('suggested', 'offered', 'accepted')"
LIVING_SQL = "('suggested', 'offered', 'accepted', 'present')"

_IN_TWO_PLACES = f"""NEW.state IN {PROMISED_SQL} AND EXISTS (
  SELECT 1 FROM assignment a WHERE a.presenter_id = NEW.presenter_id AND a.id IS NOT NEW.id
    AND a.state IN {PROMISED_SQL} AND a.busy_from < NEW.busy_until AND NEW.busy_from < a.busy_until)"""


def minor(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM presenter m WHERE m.id = {row}.presenter_id AND m.adult_on > {row}.on_day)"


def adult(person: str, row: str) -> str:
    return f"({person}.adult_on IS NULL OR {person}.adult_on <= {row}.on_day)"


def unvetted(row: str) -> str:
    """Who was present is judged by what was known when it was over: a later refusal does not undo that she was."""
    return f"""({row}.state IN {OPEN_SQL} OR ({row}.state = 'present' AND {minor(row)})) AND NOT EXISTS (
  SELECT 1 FROM vetting v WHERE v.presenter_id = {row}.presenter_id AND v.result = 'cleared'
    AND v.checked_on <= {row}.on_day AND v.valid_until >= {row}.on_day
    AND NOT EXISTS (SELECT 1 FROM vetting r WHERE r.presenter_id = v.presenter_id
                    AND r.result = 'refused' AND r.checked_on >= v.checked_on
                    AND ({row}.state <> 'present'
                         OR (r.checked_on <= {row}.on_day AND r.recorded_at < {row}.busy_until))))"""


def too_young(row: str) -> str:
    return f"""{row}.state IN {LIVING_SQL} AND EXISTS (
  SELECT 1 FROM presenter m WHERE m.id = {row}.presenter_id AND m.may_present_from > {row}.on_day)"""


def without_consent(row: str) -> str:
    """A consent that was withdrawn afterwards covers what was over by then."""
    return f"""{row}.state IN {LIVING_SQL} AND {minor(row)} AND NOT EXISTS (
  SELECT 1 FROM guardian_consent c WHERE c.presenter_id = {row}.presenter_id AND c.takes_part
    AND (c.withdrawn_at IS NULL OR ({row}.state = 'present' AND c.withdrawn_at >= {row}.busy_until))
    AND c.given_on <= {row}.on_day AND c.valid_until >= {row}.on_day)"""


def suspended(row: str) -> str:
    return f"""{row}.state IN {OPEN_SQL} AND EXISTS (
  SELECT 1 FROM presenter s WHERE s.id = {row}.presenter_id AND s.suspended_at IS NOT NULL)"""


# An adult must be as firm as the minor beside whom he stands: a suggestion does not cover an offer.
# The row itself is never that adult, whoever stood in it before.
_MINOR_WITHOUT_ADULT = f"""NEW.state IN {LIVING_SQL} AND {minor("NEW")} AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = NEW.presentation_id AND a.presenter_id <> NEW.presenter_id AND a.id <> COALESCE(NEW.id, 0)
    AND (a.state IN {PROMISED_SQL} OR (NEW.state = 'suggested' AND a.state = 'suggested'))
    AND {adult("q", "NEW")})"""


def _leaves_minor(states: str) -> str:
    """The last adult may not go while a minor stays; whoever releases both releases the minor first."""
    return f"""OLD.state IN {PROMISED_SQL} AND NOT {minor("OLD")}
  AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter m ON m.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.state IN {states} AND m.adult_on > OLD.on_day)
  AND NOT EXISTS (
  SELECT 1 FROM assignment a JOIN presenter q ON q.id = a.presenter_id
  WHERE a.presentation_id = OLD.presentation_id AND a.id <> OLD.id AND a.state IN {PROMISED_SQL}
    AND {adult("q", "OLD")})"""


_EXPECTED, _WAS_THERE = "('offered', 'accepted')", "('present')"
_GOES = (
    f"(NEW.state NOT IN {PROMISED_SQL} OR NEW.presenter_id <> OLD.presenter_id "
    "OR NEW.presentation_id <> OLD.presentation_id)"
)

REFUSALS = {
    "nobody_in_two_places": _IN_TWO_PLACES,
    "presenter_is_vetted": unvetted("NEW"),
    "presenter_is_old_enough": too_young("NEW"),
    "minor_has_consent": without_consent("NEW"),
    "minor_has_an_adult": _MINOR_WITHOUT_ADULT,
    "presenter_is_not_suspended": suspended("NEW"),
}


def _on_sqlite(name: str, when: str, event: str) -> str:
    return (
        f"CREATE TRIGGER {name}_{event.split()[0].lower()} BEFORE {event} ON assignment "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


_POSTGRESQL_STAYS = "\n".join(
    f"IF {condition} THEN {raised(name)} END IF;"
    for name, condition in REFUSALS.items()
    if name != "nobody_in_two_places"  # the exclusion constraint says that, and holds between transactions too
)

defend(
    Assignment.__table__,
    sqlite=(
        *(_on_sqlite(name, when, event) for name, when in REFUSALS.items() for event in ("INSERT", "UPDATE")),
        _on_sqlite("minor_keeps_an_adult", f"{_GOES} AND {_leaves_minor(_EXPECTED)}", "UPDATE"),
        _on_sqlite("minor_keeps_an_adult", _leaves_minor(_EXPECTED), "DELETE"),
    ),
    postgresql=(
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"""ALTER TABLE assignment ADD CONSTRAINT nobody_in_two_places EXCLUDE USING gist
        (presenter_id WITH =, tstzrange(busy_from, busy_until) WITH &&) WHERE (state IN {PROMISED_SQL})""",
        # The presentation's row is the lock: two people who change one crew come one after the other.
        f"""CREATE OR REPLACE FUNCTION assignment_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM presentation WHERE id = NEW.presentation_id FOR NO KEY UPDATE;
          -- Who ends a proof holds the presenter's row: a promise is made before that, or sees it.
          PERFORM 1 FROM presenter WHERE id = NEW.presenter_id FOR SHARE;
          {_POSTGRESQL_STAYS}
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER assignment_is_allowed BEFORE INSERT OR UPDATE ON assignment
        FOR EACH ROW EXECUTE FUNCTION assignment_is_allowed()""",
        f"""CREATE OR REPLACE FUNCTION minor_keeps_an_adult() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM presentation WHERE id = OLD.presentation_id FOR NO KEY UPDATE;
          IF TG_OP = 'DELETE' THEN
            IF {_leaves_minor(_EXPECTED)} THEN {raised("minor_keeps_an_adult")} END IF;
            RETURN OLD;
          END IF;
          IF {_GOES} AND {_leaves_minor(_EXPECTED)} THEN {raised("minor_keeps_an_adult")} END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER minor_keeps_an_adult BEFORE UPDATE OR DELETE ON assignment
        FOR EACH ROW EXECUTE FUNCTION minor_keeps_an_adult()""",
    ),
)

# Who was there was there with an adult, for as long as it is remembered.
refuse(
    Assignment.__table__,
    TableLaw("minor_keeps_an_adult", ("UPDATE",), f"{_GOES} AND {_leaves_minor(_WAS_THERE)}"),
    TableLaw("presence_stays", ("DELETE",), f"{_leaves_minor(_WAS_THERE)} AND {closed(*FORGETTING)}"),
    keys=(
        "n.id = NEW.id",
        f"(n.presentation_id = NEW.presentation_id AND n.presenter_id = NEW.presenter_id AND n.state IN {LIVING_SQL}"
        f" AND NEW.state IN {LIVING_SQL})",
    ),
)

# Judged by the row's own moments, for a law that asks what time it is would call the same row lawful and unlawful in
# turn; one that says it of a moment still to come, `invariants check` names.
refuse_more(
    Assignment.__table__,
    TableLaw(
        "presence_comes_afterwards", ("INSERT", "UPDATE"), "NEW.state = 'present' AND NEW.busy_from > NEW.state_since"
    ),
)

# Somebody about whom there is a concern takes nothing new; what she has promised stays until somebody decides. Who is
# asked again because a visit moved has promised it already: staffing/service/move.py takes her out before.
_STOPPED = """EXISTS (SELECT 1 FROM assignment_stop s
  WHERE s.presenter_id = NEW.presenter_id AND s.lifted_at IS NULL)"""
_ELSEWHERE = "(NEW.presenter_id <> OLD.presenter_id OR NEW.presentation_id <> OLD.presentation_id)"
_FIRMER = f"""((NEW.state = 'accepted' AND OLD.state <> 'accepted')
  OR (NEW.state = 'offered' AND OLD.state NOT IN ('offered', 'accepted'))
  OR (NEW.state = 'suggested' AND OLD.state NOT IN {OPEN_SQL}))"""

refuse_more(
    Assignment.__table__,
    TableLaw("presenter_is_not_stopped", ("INSERT",), f"NEW.state IN {OPEN_SQL} AND {_STOPPED}"),
    TableLaw(
        "presenter_is_not_stopped",
        ("UPDATE",),
        f"NEW.state IN {OPEN_SQL} AND ({_ELSEWHERE} OR {_FIRMER}) AND {_STOPPED}",
    ),
)

# Who is erased has been freed from the visits to come: a seat of nobody would stand beside a minor.
refuse_more(
    User.__table__,
    TableLaw(
        "erased_goes_nowhere",
        ("UPDATE OF erased_at",),
        f"""OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM assignment a JOIN presenter p ON p.id = a.presenter_id
  WHERE p.user_id = NEW.id AND a.state IN {OPEN_SQL}
    AND (a.busy_until > NEW.erased_at OR a.busy_until > CURRENT_TIMESTAMP))""",
    ),
)
