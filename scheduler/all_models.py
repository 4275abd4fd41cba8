"""Every table, for Alembic and the mapper; nothing else imports this."""

from importlib import import_module

MODULES = (
    "core.ways",
    "core.audit",
    "core.form_keys",
    "core.imports.batches",
    "core.imports.staging",
    "core.numbers",
    "core.tokens",
    "messages.models",
    "places.models",
    "people.models",
    "keys.models",
    "work.models",
    "safeguarding.models",
    "helpline.models",
    "programmes.models",
    "requests.models",
    "visits.models.visits",
    "visits.models.held_time",
    "visits.models.finding",
    "visits.models.drive",
    "visits.models.late_notice",
    "visits.models.substitution",
    "closures.models",
    "readiness.models",
    "staffing.models.crew_laws",
    "staffing.models.releases",
    "staffing.models.pick_ups",
    "staffing.models.open_calls",
    "concerns.models",
    "posts.models",
    "waitlist.models",
    "feeds.models",
    "attendance.models",
    "certificates.models",
    "reports.models",
)
for _name in MODULES:
    import_module(f"scheduler.{_name}")
