"""Certificates."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.certificates.terms import CertificateKind, CertificateState
from scheduler.core.db import Base
from scheduler.visits.models.visits import Visit

_LIVING = "state = 'issued'"


class Certificate(Base):
    """One issued paper. What it prints is kept as it was printed, so that a check years later says the same."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("length(number) = 16", name="number_of_80_bits"),
        CheckConstraint("kind <> 'school' OR holder_name IS NULL", name="no_person_on_a_schools_certificate"),
        CheckConstraint("(state = 'reissued') = (replaced_by_id IS NOT NULL)", name="reissued_has_a_successor"),
        Index(
            "each_certificate_once",
            "visit_id",
            "kind",
            "holder_key",
            unique=True,
            sqlite_where=text(_LIVING),
            postgresql_where=text(_LIVING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # 16 letters and digits of Crockford base 32, 80 random bits
    running_number: Mapped[str] = mapped_column(unique=True)  # U-2026-004188, the centre's book
    kind: Mapped[CertificateKind]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="RESTRICT"))
    holder_key: Mapped[str]  # "host" for a school's, a keyed hash of the folded name for a person's
    holder_name: Mapped[str | None]  # an adult's, for as long as it is kept; never a minor's
    language: Mapped[str]
    printed: Mapped[str]  # JSON: every printed field
    state: Mapped[CertificateState]
    state_since: Mapped[dt.datetime]
    issued_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="RESTRICT"))

    visit: Mapped[Visit] = relationship(lazy="raise")
