"""Which constraint refused: so that a race that slips past the rules still gets a sentence, not a 500."""

from sqlalchemy.exc import IntegrityError


def refused_by(error: IntegrityError) -> str:
    """The name of the constraint, index or trigger that refused.

    A CHECK comes with the naming convention's head ("ck_presenter_days_in_order"). SQLite tells a plain
    UNIQUE only by its columns: then it is "table.column".
    """
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return named or _sqlite_name(str(error.orig))


def _sqlite_name(message: str) -> str:
    for head in ("CHECK constraint failed: ", "UNIQUE constraint failed: ", "NOT NULL constraint failed: "):
        if message.startswith(head):
            return message.removeprefix(head).split(",")[0].strip().strip("'").removeprefix("index '")
    return message.strip()
