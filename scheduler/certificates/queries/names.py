"""Whether the key is there under which names were hashed."""

from sqlalchemy import select

from scheduler.certificates.models import Certificate
from scheduler.certificates.rules import names_match
from scheduler.config import name_secrets
from scheduler.core.db import db


def is_under_another_key() -> bool:
    """Whether some paper, whose holder's name is still stored, does not know her: the key of names was lost."""
    rows = db.session.execute(
        select(Certificate.holder_key, Certificate.holder_name).where(Certificate.holder_name.is_not(None))
    )
    secrets = name_secrets()
    return any(not names_match(row.holder_key, row.holder_name, secrets=secrets) for row in rows)
