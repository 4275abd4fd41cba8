"""Certificates as they stand in the table, what is printed on them, and which law of the table refuses one."""

import io
from collections.abc import Callable

import sqlalchemy as sa
from pypdf import PdfReader

from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing
from scheduler.core.db import db, transaction
from scheduler.policy import SYSTEM, Actor
from tests.visits.defences import refusal_of


def stored() -> list[Certificate]:
    """All of them, oldest first, read again."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Certificate).order_by(Certificate.id)))


def words_in(pdf: bytes, page: int = 0) -> str:
    """What a page says, on one line."""
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[page].extract_text().split())


def words_on(number: str, actor: Actor = SYSTEM) -> str:
    """What the file of this number says to whoever opens it."""
    return words_in(issuing.certificate_pdf(actor, number))


def refusal(act: Callable[[], object]) -> str:
    """The law that refuses an act in a transaction of its own."""

    def in_a_transaction() -> None:
        with transaction():
            act()

    return refusal_of(in_a_transaction).removeprefix("ck_certificate_")
