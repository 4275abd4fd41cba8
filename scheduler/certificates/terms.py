"""Words of certificates, and the states one goes through (PRODUCT.md, section 4)."""

from enum import StrEnum

from scheduler.core.machines import Machine


class CertificateKind(StrEnum):
    SCHOOL = "school"
    TEACHER = "teacher"


class CertificateState(StrEnum):
    ELIGIBLE = "eligible"  # locked and present: computed, never stored before the paper is issued
    ISSUED = "issued"
    REISSUED = "reissued"
    REVOKED = "revoked"


_S = CertificateState

CERTIFICATE_MACHINE = Machine(
    name="certificate",
    starts=frozenset({_S.ISSUED}),
    moves={
        _S.ELIGIBLE: frozenset({_S.ISSUED}),
        _S.ISSUED: frozenset({_S.REISSUED, _S.REVOKED}),
        _S.REISSUED: frozenset(),
        _S.REVOKED: frozenset(),
    },
    needs_reason=frozenset({_S.REVOKED}),
)
