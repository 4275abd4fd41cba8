"""Tables of the second step. All go with their user."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import TableLaw, defend


class CodeApp(Base):
    """The app that shows somebody's codes."""

    __tablename__ = "code_app"
    __table_args__ = (CheckConstraint("last_counter >= 0", name="counter_counts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str]  # encrypted: core/encryption.py
    last_counter: Mapped[int]  # of the last code that was taken; none before it is ever taken again
    added_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]


class Passkey(Base):
    """A key that a device of hers keeps; here is only its public half."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="count_counts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int]
    name: Mapped[str]
    added_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code on paper, good once; only its hash is here."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


# --- What the database itself refuses: a code that was taken is taken ---

for _table, _law in (
    (
        CodeApp.__table__,
        TableLaw(
            "code_is_good_once",
            ("UPDATE",),
            "NEW.last_counter < OLD.last_counter AND NEW.secret = OLD.secret",
        ),
    ),
    (
        RecoveryCode.__table__,
        TableLaw(
            "code_is_good_once",
            ("UPDATE",),
            "OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at OR NEW.code_hash <> OLD.code_hash",
        ),
    ),
):
    defend(
        _table,
        sqlite=_law.on_sqlite(_table.name),  # type: ignore[attr-defined]
        postgresql=_law.on_postgresql(_table.name),  # type: ignore[attr-defined]
    )
