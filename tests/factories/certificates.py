"""Certificates, written straight into the table (the service has its own rules)."""

from typing import Any

from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import printed_text
from scheduler.certificates.terms import CertificateKind, CertificateState
from scheduler.core.db import transaction
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY, a_number, stored
from tests.factories.papers import a_teacher_certificate


def make_certificate(visit: Visit, **given: Any) -> Certificate:
    """A teacher's certificate of a visit, issued and still good."""
    with transaction():
        nth = a_number()
        fair: dict[str, Any] = {
            "number": f"{nth:016d}", "running_number": f"U-2026-{nth:06d}", "kind": CertificateKind.TEACHER,
            "visit_id": visit.id, "holder_key": f"key of {nth}", "holder_name": "Љубица Џунић-Њежић",
            "language": "sr_Cyrl", "printed": printed_text(a_teacher_certificate(on_day=visit.on_day)),
            "state": CertificateState.ISSUED, "state_since": MONDAY, "issued_at": MONDAY,
        }  # fmt: skip
        return stored(Certificate(**(fair | given)))
