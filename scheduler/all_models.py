"""Every table, for Alembic and the mapper; nothing else imports this."""

from scheduler.attendance import models as attendance
from scheduler.certificates import models as certificates
from scheduler.core import audit, batches, form_keys, numbers, staging, tokens
from scheduler.feeds import models as feeds
from scheduler.jobs import models as jobs
from scheduler.messages import models as messages
from scheduler.people import models as people
from scheduler.places import models as places
from scheduler.planning import models as planning
from scheduler.programmes import models as programmes
from scheduler.reports import models as reports
from scheduler.requests import models as requests
from scheduler.safeguarding import models as safeguarding

__all__ = [
    "attendance",
    "audit",
    "batches",
    "certificates",
    "feeds",
    "form_keys",
    "jobs",
    "messages",
    "numbers",
    "people",
    "places",
    "planning",
    "programmes",
    "reports",
    "requests",
    "safeguarding",
    "staging",
    "tokens",
]
