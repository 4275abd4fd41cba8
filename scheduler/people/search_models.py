"""What a name is found by: folded, so that one index serves both scripts; the database knows when it is over."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, part_index
from scheduler.core.defences import Aftermath, changed, follow
from scheduler.people.models import User

NOT_FOLDED = "search_key IS NULL"


class PersonSearchKey(Base):
    """The folded spellings of a person's name, and the key of her mailbox. NULL: written anew by the next minute's job,
    folded by readers until then. The database makes both NULL in the transaction that changes either, whoever does it.

    No foreign key: an import that is taken back asks what hangs on its people, and this does not.
    """

    __tablename__ = "person_search_key"
    __table_args__ = (
        CheckConstraint("(search_key IS NULL) = (mailbox_key IS NULL)", name="both_or_none"),
        Index(None, "centre_id", "search_key"),
        part_index("persons_not_folded", "user_id", where=NOT_FOLDED),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    centre_id: Mapped[int]  # as the account has it
    search_key: Mapped[str | None]  # core.text.fold of all spellings
    mailbox_key: Mapped[str | None] = mapped_column(index=True)  # core.mailboxes.mailbox_key of the address


_KEPT_OF = ("centre_id", "given_name", "family_name", "other_given_name", "other_family_name", "email")
_NOT_YET = """INSERT INTO person_search_key (user_id, centre_id) VALUES (NEW.id, NEW.centre_id)
  ON CONFLICT (user_id) DO UPDATE SET centre_id = EXCLUDED.centre_id, search_key = NULL, mailbox_key = NULL;"""

follow(
    User.__table__,
    Aftermath("is_folded_anew", "INSERT", "", _NOT_YET),
    Aftermath("is_folded_anew", f"UPDATE OF {', '.join(_KEPT_OF)}", changed(*_KEPT_OF), _NOT_YET),
    Aftermath("is_folded_anew", "DELETE", "", "DELETE FROM person_search_key WHERE user_id = OLD.id;"),
    words={},
)
